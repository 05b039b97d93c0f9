"""`ltv schedule` says what would be installed, installs it, takes it away; `ltv daily` is what it calls."""

from __future__ import annotations

import argparse
import datetime as dt
import os
from collections.abc import Callable
from pathlib import Path

from ltv import settings as settings_module
from ltv.errors import LtvError, UsageError, found
from ltv.runs.daily import daily as run_due
from ltv.runs.daily import due
from ltv.runs.ledger import Ledger
from ltv.runs.progress import reporter
from ltv.runs.runner import Done, Request
from ltv.schedule import cron, systemd
from ltv.schedule.call import Call
from ltv.schedule.secrets import check as check_secrets
from ltv.schedule.secrets import read
from ltv.workspace.clock import start_of_run

Say = Callable[[str], None]


def daily(root: Path, options: argparse.Namespace, say: Say, told: Callable[[Request, Done], int]) -> int:
    """Run every date that is over and not yet published.

    Args:
        root: the workspace.
        options: of the command line.
        say: told what happens, line by line.
        told: says how a date came out; returns its exit code.

    Returns:
        The exit code.

    Raises:
        LtvError: a setting, the file of secrets, or another run stands against it.
    """
    if options.env_file:
        for name, value in read(Path(options.env_file)).items():
            os.environ.setdefault(name, value)  # what is set already was set on purpose
    code = run_due(
        root, most=options.most, jobs=options.jobs, lang=options.lang, reporter=reporter(), say=say, told=told
    )
    if options.send and settings_module.load(root).endpoints:
        from ltv.dispatch.processes import serve

        code = max(code, serve(root, workers=1, once=True, say=say))
    return code


def schedule(root: Path, options: argparse.Namespace, say: Say) -> int:
    """Print, install or remove the morning's call.

    Args:
        root: the workspace.
        options: of the command line.
        say: told what happens, line by line.

    Returns:
        The exit code.

    Raises:
        UsageError: a path or file cannot be used.
        LtvError: systemd or cron refuses.
    """
    call = _call(root, options)
    if options.status:
        _status(root, call, say)
    elif options.remove:
        for text in [*systemd.remove(call), *cron.remove(call)] or [f"nothing is installed for {root}"]:
            say(text)
    elif options.install:
        _install(call, options.system, say)
    else:
        _print(call, options.system, say)
    return 0


def _call(root: Path, options: argparse.Namespace) -> Call:
    secrets = None
    if options.env_file:
        secrets = Path(options.env_file).resolve()
        check_secrets(secrets)
    timezone = settings_module.load(root).timezone
    return Call(root, dt.time.fromisoformat(options.at), timezone, options.most, secrets, options.send)


def _print(call: Call, system: str, say: Say) -> None:
    """Nothing is installed: only shown."""
    chosen = _chosen(system) if system == "auto" else system
    if chosen in ("systemd", "print"):
        for unit in systemd.units(call):
            say(f"# {systemd.folder() / unit.name}\n{unit.text}")
    if chosen in ("cron", "print"):
        say("\n".join(cron.block(call, at=start_of_run())))
    if system == "auto":
        _hint(chosen, say)


def _hint(chosen: str, say: Say) -> None:
    why = systemd.why_not() if chosen == "cron" else ""
    say(
        f"# {why + ', so this is a cron line; ' if why else ''}nothing is installed; to install it: ltv schedule --install"
    )


def _install(call: Call, system: str, say: Say) -> None:
    if system == "print":
        raise UsageError(found("--install", "--system print", "--system systemd or --system cron"))
    chosen = _chosen(system)
    why = systemd.why_not() if chosen == "systemd" else cron.why_not()
    if why:
        other = _other(chosen, call)
        raise LtvError(f"--install: {why}; {other}")
    # only one of them: two would run every morning twice
    taken = cron.remove(call) if chosen == "systemd" else systemd.remove(call)
    done = systemd.install(call) if chosen == "systemd" else cron.install(call, at=start_of_run())
    for text in [*taken, *done]:
        say(text)


def _other(chosen: str, call: Call) -> str:
    """What to do instead, in a line."""
    words = cron.line(call, at=start_of_run())
    if chosen == "systemd":
        return f"--system cron, or this line in a crontab: {words}"
    return f"a scheduler of yours may run this line: {words}"


def _chosen(system: str) -> str:
    """The system that was named, or systemd where it answers."""
    if system != "auto":
        return system
    return "cron" if systemd.why_not() else "systemd"


def _status(root: Path, call: Call, say: Say) -> None:
    there = [*systemd.status(call), *cron.status(call)]
    for text in there or [f"nothing is installed for {root}"]:
        say(text)
    todo = due(root, settings_module.load(root), at=start_of_run(), most=call.most)
    say(f"due now: {', '.join(map(str, todo.dates)) or f'nothing, {todo.yesterday} is published'}")
    last = Ledger(root).last_outcome()
    if last is not None:
        say(f"last told: {last.date} {last.state}" + (f" — {last.why}" if last.why else ""))

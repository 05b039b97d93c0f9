"""A systemd user timer: a service and a timer file, escaped as systemd reads them."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from ltv.errors import LtvError
from ltv.schedule.call import Call

MARK = "# Made by `ltv schedule`; `ltv schedule --remove` takes it away."
_SECONDS = 30


@dataclass(frozen=True)
class Unit:
    """A file of systemd."""

    name: str
    text: str


def quoted(word: str) -> str:
    r"""A word of ExecStart in quotes: backslash, quote and the % of specifiers are escaped.

    A dollar is none, since the `:` before the command turns variables off.

    >>> quoted('a "b" 5%\\c')
    '"a \\"b\\" 5%%\\\\c"'
    """
    said = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{said}"'


def units(call: Call) -> tuple[Unit, Unit]:
    """The service and the timer of a call.

    Args:
        call: what is called when.
    """
    shop = call.workspace.name.replace("%", "%%") or "ltv"
    first, *rest = _started(call.words)
    # A run that finds the workspace held by another (exit 4) has nothing to mend.
    service = f"""{MARK}
[Unit]
Description=ltv: the pages of {shop.rstrip(chr(92))}

[Service]
Type=oneshot
ExecStart={" ".join([quoted(":" + first), *map(quoted, rest)])}
SuccessExitStatus=4
"""
    timer = f"""{MARK}
[Unit]
Description=ltv: every morning at {call.clock} in {call.timezone}

[Timer]
OnCalendar={calendar(call)}
Persistent=true
AccuracySec=1s

[Install]
WantedBy=timers.target
"""
    return Unit(f"{call.name}.service", service), Unit(f"{call.name}.timer", timer)


def _started(words: tuple[str, ...]) -> tuple[str, ...]:
    """The command; systemd starts no program with quotes or a backslash in its path, a shell does."""
    if not set(words[0]) & set("\"'\\"):
        return words
    return ("/bin/sh", "-c", 'exec "$0" "$@"', *words)


def calendar(call: Call) -> str:
    """When, as OnCalendar has it.

    Args:
        call: what is called when.
    """
    return f"*-*-* {call.clock}:00 {call.timezone}"


def folder() -> Path:
    """Where systemd looks for units of this user."""
    home = os.environ.get("XDG_CONFIG_HOME", "")
    return (Path(home) if home.startswith("/") else Path.home() / ".config") / "systemd" / "user"


def why_not() -> str:
    """Why no user manager can take a timer here; empty where one can."""
    if shutil.which("systemctl") is None:
        return "this machine has no systemd"
    done = _systemctl("show-environment", check=False)
    return "" if done.returncode == 0 else "no systemd user manager answers here"


def install(call: Call) -> list[str]:
    """Write the units and start the timer; a second time changes what is there.

    Args:
        call: what is called when.

    Returns:
        Lines to tell.

    Raises:
        LtvError: systemd refuses, or a file of that name is not ours.
    """
    made = [(folder() / unit.name, unit.text) for unit in units(call)]
    for path, _ in made:
        if path.exists() and not is_ours(path):
            raise LtvError(f"{path}: found a file of somebody else, allowed: none, or one of `ltv schedule`")
    folder().mkdir(parents=True, exist_ok=True)
    for path, text in made:
        path.write_text(text, encoding="utf-8")
    _systemctl("daemon-reload")
    _systemctl("enable", f"{call.name}.timer")
    _systemctl("restart", f"{call.name}.timer")  # one that runs keeps its old time otherwise
    return [*(f"wrote {path}" for path, _ in made), f"{call.name}.timer is on", *_linger()]


def remove(call: Call) -> list[str]:
    """Stop the timer and delete its units: those that carry our mark.

    Args:
        call: what is called.

    Returns:
        Lines to tell; none where nothing is there.

    Raises:
        LtvError: systemd refuses.
    """
    ours = [path for path in _files(call) if is_ours(path)]
    if not ours:
        return []
    if not why_not():
        _systemctl("disable", "--now", f"{call.name}.timer", check=False)
    for path in ours:
        path.unlink()
    if not why_not():
        _systemctl("daemon-reload")
    return [f"removed {path}" for path in ours]


def status(call: Call) -> list[str]:
    """Whether the timer is there, and when it fires next.

    Args:
        call: what is called.
    """
    ours = [path for path in _files(call) if is_ours(path)]
    if not ours:
        return []
    said = [str(path) for path in ours]
    if why_not():
        return [*said, f"it does not run: {why_not()}"]
    done = _systemctl("list-timers", "--all", "--no-legend", "--no-pager", f"{call.name}.timer", check=False)
    return [*said, " ".join(done.stdout.split()) or f"{call.name}.timer is off"]


def is_ours(path: Path) -> bool:
    """Whether a file carries our mark.

    Args:
        path: of the file.
    """
    try:
        return path.read_text(encoding="utf-8", errors="replace").startswith(MARK)
    except OSError:
        return False


def _files(call: Call) -> list[Path]:
    return [folder() / f"{call.name}.{kind}" for kind in ("service", "timer")]


def _linger() -> list[str]:
    """Without lingering, the timers of a user end with the last session."""
    if shutil.which("loginctl") is None:
        return []
    done = subprocess.run(  # noqa: S603  arguments are ours
        ["loginctl", "show-user", str(os.getuid()), "--property=Linger", "--value"],  # noqa: S607  of the machine
        capture_output=True, text=True, check=False, timeout=_SECONDS,
    )  # fmt: skip
    if done.returncode == 0 and done.stdout.strip() == "yes":
        return []
    return ["it fires while you are logged in; also without that after: loginctl enable-linger"]


def _systemctl(*arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    try:
        done = subprocess.run(  # noqa: S603  arguments are ours
            ["systemctl", "--user", *arguments],  # noqa: S607  of the machine
            capture_output=True, text=True, check=False, timeout=_SECONDS,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise LtvError(f"systemctl --user {arguments[0]}: no answer within {_SECONDS} s") from None
    if check and done.returncode:
        why = " ".join(done.stderr.split()) or f"exit {done.returncode}"
        raise LtvError(f"systemctl --user {arguments[0]}: {why}")
    return done

"""`ltv strategy`: what is planned, and letting a plan that waits go out."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from ltv import settings as settings_module
from ltv.errors import UsageError, found
from ltv.strategy import release as releases

Say = Callable[[str], None]


def strategy(root: Path, options: argparse.Namespace, say: Say) -> int:
    """Say what the newest date plans and hand it to the outbox, or approve a plan that waits.

    Args:
        root: the workspace.
        options: of the command line.
        say: told what happens, line by line.

    Returns:
        The exit code.

    Raises:
        UsageError: there is no such plan.
        LtvError: the outbox cannot be written.
    """
    settings, date = settings_module.load(root), releases.newest(root)
    _, told = releases.plans(root, date)
    if options.action == "approve":
        names = [p.name for p in told]
        if options.plan not in names:
            raise UsageError(found("PLAN", options.plan, ", ".join(names) or f"nothing: {date} plans nothing"))
        done = releases.release(root, settings, date, approved=[options.plan], only=[options.plan])
        for line in done.told(date):
            say(line)
        return 0
    for p in told:
        say(p.told(settings.currency))
    if not told:
        say(f"{date} plans nothing")
    elif not options.dry_run:
        for line in releases.release(root, settings, date).told(date):
            say(line)
    return 0

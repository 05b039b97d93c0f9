"""`ltv features`, `ltv export gorse` and `ltv rollback features`, behind the parser."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from ltv import settings as settings_module

if TYPE_CHECKING:
    import argparse

Say = Callable[[str], None]


def features(root: Path, options: argparse.Namespace, say: Say) -> int:
    """Make a feature version, or serve the one in use.

    Args:
        root: the workspace's folder.
        options: as parsed.
        say: told what happens.
    """
    if options.action == "serve":
        from ltv.serving.processes import serve

        return serve(root, address=options.address, port=options.port, workers=options.workers, say=say)
    from ltv.serving.export import export

    out = Path(options.out) if options.out else None
    done = export(root, settings_module.load(root), date=options.date or "", out=out, force=options.force)
    say(done.told())
    if out is not None:
        say(f"{out}: {done.users:,} rows, {out.with_suffix('.catalogue.json').name} beside it")
    return 0


def export_gorse(root: Path, options: argparse.Namespace, say: Say) -> int:
    """Push users, articles and what users did to a recommender.

    Args:
        root: the workspace's folder.
        options: as parsed.
        say: told what happens.
    """
    from ltv.serving.gorse_push import Push
    from ltv.serving.gorse_rows import gorse_rows
    from ltv.workspace import open as open_workspace

    how = settings_module.load(root).gorse
    push = Push(root, how, say=say)  # whatever is wrong with the address is told before anything is read
    ws = open_workspace(root, date=options.date)
    try:
        rows = gorse_rows(ws, how)
        for why, n in sorted(rows.left_out.items()):
            if n:
                say(f"left out: {n:,} {why}")
        say(f"{ws.date}: {push.push(rows, restart=options.restart).told()}")
    finally:
        ws.close()
    return 0


def rollback_features(root: Path, say: Say) -> int:
    """Use the version before again.

    Args:
        root: the workspace's folder.
        say: told what happens.
    """
    from ltv.serving.versions import Versions

    old, new = Versions(root).rollback()
    say(f"features are {new} again, before it {old}; services take it over by themselves")
    return 0

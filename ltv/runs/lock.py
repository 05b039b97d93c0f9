"""One run a workspace: a lock of the operating system, which a crash gives back by itself."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from ltv.errors import LockedError

NAME = "run.lock"


@contextmanager
def workspace_lock(workspace: Path, *, command: str) -> Iterator[None]:
    """Hold the workspace while the block runs.

    Raises:
        LockedError: another process holds it; the message names it.
    """
    folder = workspace / "data" / "state"
    folder.mkdir(parents=True, exist_ok=True)
    holder = folder / "run.holder.json"
    lock = FileLock(folder / NAME)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise LockedError(f"workspace {workspace}: {_who(holder)} holds it, allowed: one run at a time") from None
    try:
        holder.write_text(json.dumps({"pid": os.getpid(), "command": command}), encoding="utf-8")
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


def _who(holder: Path) -> str:
    try:
        told = json.loads(holder.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return "another process"
    return f"process {told.get('pid')} ({told.get('command')})"

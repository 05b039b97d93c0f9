"""Who is told how far long work is: the run that has started this kernel, a notebook, a terminal, or nobody."""

from __future__ import annotations

import json
import os
import socket
import sys
import threading
from contextlib import suppress
from html import escape
from typing import Any

from ltv.progress import Listener
from ltv.text import Text, spoken

# set by a run for each of its kernels: where it listens, and the name of the notebook
PROGRESS, PROGRESS_OF = "LTV_PROGRESS", "LTV_PROGRESS_OF"


def watcher() -> Listener | None:
    """Return who watches here: in a kernel of a run that run, in another kernel its notebook, else a terminal, if there is one."""
    if os.environ.get(PROGRESS):
        return to_run(os.environ[PROGRESS], os.environ.get(PROGRESS_OF, ""))
    shell = _shell()
    if shell is not None:
        return NotebookBar(shell)
    return TerminalBar() if sys.stderr.isatty() else None


def _shell() -> Any:  # noqa: ANN401  IPython is untyped
    """The shell of an ipykernel, or None."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return shell if shell is not None and hasattr(getattr(shell, "display_pub", None), "session") else None


def to_run(address: str, of: str) -> Listener | None:
    """Return what sends each step to a run as a datagram: a run that is busy or gone misses it and holds nothing up.

    Args:
        address: path of the run's socket.
        of: name of the notebook.
    """
    if not hasattr(socket, "AF_UNIX"):
        return None
    channel = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    channel.setblocking(False)

    def tell(what: Text, done: int, total: int) -> None:
        told = {"of": of, **what.as_dict(), "done": done, "total": total}
        with suppress(OSError):
            channel.sendto(json.dumps(told).encode(), address)

    return tell


class NotebookBar:
    """A bar below the running cell that is gone when the work is done.

    Args:
        shell: the shell of the kernel.
    """

    def __init__(self, shell: Any) -> None:  # noqa: ANN401
        self._publisher = shell.display_pub
        self._lock = threading.RLock()
        self._open: list[Text] = []
        self._drawn, self._bars = 0, 0
        # what the running cell has put out before is not known: where it may have, nothing is cleared
        said = any(word in str(shell.user_ns.get("In", [""])[-1]) for word in ("print", "display", "%", "!"))
        self._before = -1 if said else self._messages()
        shell.events.register("pre_run_cell", self._cell_begins)

    def __call__(self, what: Text, done: int, total: int) -> None:
        """Draw the bar, move it, or take it away."""
        with self._lock:
            if done == 0:
                self._open.append(what)
            if done < total:
                self._draw(_bar(what, done, total))
            elif what in self._open:
                self._open.remove(what)
                if not self._open:
                    self._take_away()

    def _cell_begins(self, *_: object) -> None:
        self._drawn, self._before = 0, self._messages()

    def _messages(self) -> int:
        return int(getattr(self._publisher.session, "message_count", -1))

    def _draw(self, html: str) -> None:
        self._publish({"text/html": html, "text/plain": ""}, update=self._drawn > 0)
        self._drawn += 1

    def _publish(self, data: dict[str, str], *, update: bool) -> None:
        named = {"display_id": f"ltv-progress-{id(self)}-{self._bars}"}
        self._publisher.publish(data, transient=named, update=update)

    def _take_away(self) -> None:
        """Clear the cell where nothing but the bar stands below it; else leave what there is and empty the bar."""
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        if self._messages() - self._before == self._drawn:
            self._publisher.clear_output()
            self._before = self._messages()
        else:
            self._publish({"text/plain": ""}, update=True)
            self._before = -1  # what stands below the cell stays there
        self._drawn, self._bars = 0, self._bars + 1


def _bar(what: Text, done: int, total: int) -> str:
    said = escape(what.to(spoken()))
    return f'<label>{said} <progress value="{done}" max="{total}"></progress> {done}/{total}</label>'


class TerminalBar:
    """A bar in a terminal that is gone when the work is done."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._progress: Any = None
        self._tasks: dict[Text, Any] = {}

    def __call__(self, what: Text, done: int, total: int) -> None:
        """Draw the bar, move it, or take it away."""
        from rich.console import Console
        from rich.progress import Progress

        with self._lock:
            if self._progress is None:
                self._progress = Progress(console=Console(stderr=True), transient=True)
                self._progress.start()
            if what not in self._tasks:
                self._tasks[what] = self._progress.add_task(what.to(spoken("en")), total=total)
            self._progress.update(self._tasks[what], completed=done)
            if done >= total:
                self._progress.remove_task(self._tasks.pop(what))
            if not self._tasks:
                self._progress.stop()
                self._progress = None

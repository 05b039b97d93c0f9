"""Workers as processes: started, stopped between two batches, and started again when one is killed."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING

from ltv import settings as settings_module
from ltv.dispatch.outbox import Outbox
from ltv.dispatch.worker import Report, Worker
from ltv.errors import LtvError

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess

_LOOK_SECONDS = 0.2
Say = Callable[[str], None]


def serve(root: Path, *, workers: int, once: bool, say: Say) -> int:
    """Send what the outbox of a workspace holds; the exit code.

    Args:
        root: the workspace's folder.
        workers: processes side by side.
        once: end when nothing is due.
        say: told what happens, line by line.

    Raises:
        LtvError: the database cannot be opened or written.
    """
    stop = Event()
    with stopped_by_signals(stop):
        if workers == 1:
            say(told(_work(root, once=once, stop=stop, say=say)))
            return 0
        Outbox.open(root, settings_module.load(root)).close()  # whatever is wrong is told once

        def killed(pid: int | None, number: int) -> None:
            say(f"worker {pid} was killed by signal {number}; another goes on, and sends what it held after its lease")

        return watch(lambda: _started(root, once), workers=workers, stop=stop, killed=killed)


def told(report: Report) -> str:
    """What a worker has done, in a line.

    Args:
        report: of the worker.

    >>> told(Report(3, {"ACKED": 2, "RETRYABLE": 1}))
    '3 sent: 2 ACKED, 1 RETRYABLE'
    """
    states = ", ".join(f"{n} {state}" for state, n in sorted(report.states.items()))
    return f"{report.sent} sent: {states}" if states else f"{report.sent} sent"


def _work(root: Path, *, once: bool, stop: Event, say: Say) -> Report:
    outbox = Outbox.open(root, settings_module.load(root))
    try:
        return Worker(outbox, say=say).run(once=once, stop=stop)
    finally:
        outbox.close()


def watch(
    start: Callable[[], BaseProcess],
    *,
    workers: int,
    stop: Event,
    killed: Callable[[int | None, int], None],
    pause_seconds: float = 0,
) -> int:
    """Keep so many processes at work; one that was killed is replaced, one that gave up is not.

    Args:
        start: starts one more.
        workers: how many.
        stop: set when all shall end.
        killed: told the process and the signal when one was killed, before another takes its place.
        pause_seconds: before that.

    Returns:
        The worst exit code.
    """
    running = [start() for _ in range(workers)]
    worst, asked = 0, False
    while running:
        if not asked and stop.wait(_LOOK_SECONDS):
            asked = True
            for process in running:
                process.terminate()
        running[0].join(_LOOK_SECONDS if asked else 0)
        for process in [p for p in running if not p.is_alive()]:
            running.remove(process)
            code = process.exitcode or 0
            if code < 0 and not stop.is_set():
                killed(process.pid, -code)
                if not stop.wait(pause_seconds):
                    running.append(start())
            worst = max(worst, code)
    return worst


def _started(root: Path, once: bool) -> BaseProcess:
    process = multiprocessing.get_context("spawn").Process(target=_entry, args=(root, once), daemon=True)
    process.start()
    return process


def _entry(root: Path, once: bool) -> None:
    import os
    import sys

    stop = Event()
    Thread(target=stop_without_parent, args=(stop,), daemon=True).start()
    with stopped_by_signals(stop, patient=True):
        try:
            report = _work(root, once=once, stop=stop, say=lambda line: print(line, flush=True))  # noqa: T201
            print(f"worker {os.getpid()}: {told(report)}", flush=True)  # noqa: T201  this is the terminal
        except LtvError as error:
            print(f"ltv: worker {os.getpid()}: {error}", file=sys.stderr, flush=True)  # noqa: T201
            sys.exit(error.exit_code)


def stop_without_parent(stop: Event) -> None:
    """Stop when the process that started this one is gone, however it went."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        stop.set()


@contextmanager
def stopped_by_signals(stop: Event, *, patient: bool = False) -> Iterator[None]:
    """Ctrl-C and SIGTERM end the work after the batch at hand; a second one ends it at once, unless patient."""

    def ask(number: int, _frame: object) -> None:
        if stop.is_set() and not patient:
            raise KeyboardInterrupt
        stop.set()

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)

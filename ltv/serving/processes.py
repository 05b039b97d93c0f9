"""Servers as processes: one that listens, or several that share a port, each with the same version mapped once in memory."""

from __future__ import annotations

import multiprocessing
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING

from ltv.dispatch.processes import stop_without_parent, stopped_by_signals, watch
from ltv.errors import LtvError, UsageError, found
from ltv.serving.service import FeatureServer
from ltv.serving.versions import Versions

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess

_PAUSE_SECONDS = 1.0  # before a killed process is replaced: one that cannot live is not started in a loop
Say = Callable[[str], None]


def serve(root: Path, *, address: str, port: int, workers: int, say: Say) -> int:
    """Answer until asked to stop; the exit code.

    Args:
        root: the workspace's folder.
        address: where it listens.
        port: where it listens; 0 for a free one.
        workers: processes that share the port.
        say: told what happens, line by line.

    Raises:
        UsageError: no version is in use, the port is taken, or the extra `serve` is not installed.
        CorruptError: the version in use is not as it was written.
    """
    stop = Event()
    with stopped_by_signals(stop):
        if workers == 1:
            _answer(root, address, port, shared=False, stop=stop, say=say)
            return 0
        store = Versions(root).current()  # whatever is wrong is told once
        with _held(address, port) as taken:
            say(_told(store.version, len(store), address, taken, workers))

            def killed(pid: int | None, number: int) -> None:
                say(f"process {pid} was killed by signal {number}; another takes its place")

            return watch(
                lambda: _started(root, address, taken), workers=workers, stop=stop, killed=killed,
                pause_seconds=_PAUSE_SECONDS,
            )  # fmt: skip


def _told(version: str, people: int, address: str, port: int, workers: int) -> str:
    many = f", {workers} processes" if workers > 1 else ""
    return f"serving {version} ({people:,} people) on {address}:{port}{many}"


def _answer(root: Path, address: str, port: int, *, shared: bool, stop: Event, say: Say) -> None:
    server = FeatureServer(root, address=address, port=port, shared=shared, say=say)
    server.start()
    if not shared:
        store = server.current.answers.store
        say(_told(store.version, len(store), address, server.port, 1))
    stop.wait()
    server.stop()


@contextmanager
def _held(address: str, port: int) -> Iterator[int]:
    """A port that nobody else has, kept for several processes; a socket that only holds it is sent nothing."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        with socket.socket(family) as alone:  # without sharing: what listens already is found
            alone.bind((address, port))
            port = alone.getsockname()[1]
        with socket.socket(family) as holds:
            holds.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            holds.bind((address, port))
            yield port
    except OSError as error:
        raise UsageError(found("--port", port, f"one that is free on {address} ({error.strerror})")) from None


def _started(root: Path, address: str, port: int) -> BaseProcess:
    spawn = multiprocessing.get_context("spawn")
    process = spawn.Process(target=_entry, args=(root, address, port), daemon=True)
    process.start()
    return process


def _entry(root: Path, address: str, port: int) -> None:
    import os
    import sys

    stop = Event()
    Thread(target=stop_without_parent, args=(stop,), daemon=True).start()
    with stopped_by_signals(stop, patient=True):
        try:
            _answer(
                root, address, port, shared=True, stop=stop,
                say=lambda line: print(f"process {os.getpid()}: {line}", flush=True),  # noqa: T201
            )  # fmt: skip
        except LtvError as error:
            print(f"ltv: process {os.getpid()}: {error}", file=sys.stderr, flush=True)  # noqa: T201
            sys.exit(error.exit_code)

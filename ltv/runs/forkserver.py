"""The parent of all kernels, in its own process: it imports the stack, waits, and forks.

It never trains and never opens a database, because a child of a process that has used OpenMP hangs in its first
parallel loop. Importing is safe: the thread pools of OpenBLAS, Arrow and DuckDB start anew in the child.

Messages are JSON over a `multiprocessing.connection`. From the runner: `{"id", "argv", "env", "cwd", "folder"}` forks
a kernel, `{"id", "signal"}` signals one, `{"import": "models"}` imports more, `{"stop"}` and the end of the connection
end all. To the runner: `{"imported": "base"}` and `{"imported": "models"}` when that is done, `{"id", "exit", "cpu_s"}`
when a kernel has ended.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import json
import os
import shutil
import signal
import socket
import sys
import time
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection, wait
from typing import Any, NoReturn

BASE = (
    # what a kernel imports by itself while it starts
    *("ipykernel.kernelapp", "IPython.core.completerlib", "IPython.core.debugger", "IPython.core.logger"),
    *("IPython.core.oinspect", "IPython.extensions.storemagic", "tornado.platform.asyncio", "tornado.queues"),
    # what notebooks use
    *("numpy", "pandas", "pyarrow.parquet", "duckdb", "sqlglot.dialects.duckdb", "plotly.graph_objects", "ltv"),
)
MODELS = ("scipy.sparse.csgraph", "scipy.stats", "sklearn.ensemble", "xgboost", "shap")


def main() -> None:
    """Serve the runner at the other end of the file descriptor in `sys.argv[1]`; in a forked child, be the kernel."""
    runner = Connection(int(sys.argv[1]))
    with left_out("debugpy"):  # a second of imports and a thread in every kernel, for nobody to debug
        _import("ipykernel.debugger")
    for name in BASE:
        _import(name)
    for name in getattr(sys.modules.get("ltv"), "__all__", ()):
        with suppress(Exception):
            getattr(sys.modules["ltv"], name)  # the package loads its parts when they are first used
    request = Server(runner).serve()
    if request is not None:
        _end_with(lambda: be_kernel(request))


@contextmanager
def left_out(name: str) -> Iterator[None]:
    """Let an optional module look as if it were not installed while others are imported that would load it."""
    loaded = name in sys.modules
    if not loaded:
        sys.modules[name] = None  # type: ignore[assignment]  # the documented way to make `import` fail
    try:
        yield
    finally:
        if not loaded:
            del sys.modules[name]


def _import(name: str) -> None:
    """Import a module if it is there; what it has to say at import is of no use to a kernel."""
    with warnings.catch_warnings(), suppress(Exception):
        warnings.simplefilter("ignore")
        importlib.import_module(name)


class Server:
    """The loop of the parent.

    Args:
        runner: connection to the runner.
    """

    def __init__(self, runner: Connection) -> None:
        self._runner = runner
        self._later: list[str] = []  # modules to import while nobody waits
        self._kernels: dict[int, dict[str, Any]] = {}  # requests by process number
        self._ended, self._wake = socket.socketpair()
        self._ended.setblocking(False)
        self._wake.setblocking(False)

    def serve(self) -> dict[str, Any] | None:
        """Fork on request until the runner is gone; return a request in the child that it is for, else None."""
        with _woken_by_children(self._wake):
            self._send({"imported": "base"})
            for message in self._messages():
                if "import" in message:
                    self._later = [*MODELS]
                elif "signal" in message:
                    self._signal(message["id"], message["signal"])
                elif self._fork(message) == 0:
                    break
            else:
                self._end_all()
                return None
        for thing in (self._runner, self._ended, self._wake):
            thing.close()
        return message

    def _messages(self) -> Iterator[dict[str, Any]]:
        while True:
            ready = wait([self._runner, self._ended], timeout=0 if self._later else None)
            if not ready:
                _import(self._later.pop(0))
                _keep_shared()
                if not self._later:
                    self._send({"imported": "models"})
            if self._ended in ready:
                self._reap()
            if self._runner in ready:
                try:
                    message = json.loads(self._runner.recv_bytes())
                except (EOFError, OSError):
                    return
                if "stop" in message:
                    return
                yield message

    def _fork(self, request: dict[str, Any]) -> int:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # Python counts OpenBLAS's threads, which fork restarts
            try:
                pid = os.fork()
            except OSError:
                self._send({"id": request["id"], "exit": 1, "cpu_s": 0.0})
                return -1
        if pid:
            self._kernels[pid] = request
        with suppress(OSError):  # both sides set it: whoever comes first
            os.setpgid(pid, pid)
        return pid

    def _signal(self, kernel_id: int, signum: int) -> None:
        for pid, request in self._kernels.items():
            if request["id"] == kernel_id:
                os.killpg(pid, signum)

    def _reap(self) -> None:
        with suppress(BlockingIOError):
            while self._ended.recv(4096):
                pass
        for pid in list(self._kernels):
            if os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT):
                self._bury(pid)

    def _bury(self, pid: int) -> None:
        """End what the kernel has started: while it is a zombie, its group's number cannot be a stranger's."""
        with suppress(OSError):
            os.killpg(pid, signal.SIGKILL)
        _, status, used = os.wait4(pid, 0)
        request = self._kernels.pop(pid)
        cpu_s = round(used.ru_utime + used.ru_stime, 3)
        self._send({"id": request["id"], "exit": os.waitstatus_to_exitcode(status), "cpu_s": cpu_s})

    def _end_all(self) -> None:
        for pid, request in list(self._kernels.items()):
            self._bury(pid)
            if request["folder"]:  # its runner is no longer there to remove it
                shutil.rmtree(request["folder"], ignore_errors=True)

    def _send(self, message: dict[str, Any]) -> None:
        with suppress(OSError):  # the runner is gone: the loop sees it next
            self._runner.send_bytes(json.dumps(message).encode())


@contextmanager
def _woken_by_children(wake: socket.socket) -> Iterator[None]:
    """Wake the loop when a child ends, and leave ^C to the runner; undo both for a kernel."""
    old = {
        signal.SIGCHLD: signal.signal(signal.SIGCHLD, lambda *_: None),
        signal.SIGINT: signal.signal(signal.SIGINT, signal.SIG_IGN),
    }
    signal.set_wakeup_fd(wake.fileno())
    _keep_shared()
    try:
        yield
    finally:
        signal.set_wakeup_fd(-1)
        for signum, handler in old.items():
            signal.signal(signum, handler)


def _keep_shared() -> None:
    """Keep the collector of a kernel off what the parent made, or it would copy every page of it."""
    gc.collect()
    gc.freeze()


def _end_with(work: Callable[[], None]) -> NoReturn:
    """Do the work and end the process without C++'s destructors, which wait for threads that only the parent has."""
    code = 1
    try:
        work()
        code = 0
    except BaseException:
        traceback.print_exc(file=sys.__stderr__)
    finally:
        atexit._run_exitfuncs()
        os._exit(code)


def be_kernel(request: dict[str, Any]) -> None:
    """Run an ordinary ipykernel in this process until SIGTERM; a busy one is interrupted first."""
    os.environ.clear()
    os.environ.update(request["env"])
    time.tzset()
    os.chdir(request["cwd"])
    sys.modules["numpy"].random.seed()  # or all kernels would draw the same numbers

    from ipykernel.kernelapp import IPKernelApp
    from tornado.ioloop import IOLoop

    sys.argv = ["ipykernel_launcher", *request["argv"]]
    app: Any = IPKernelApp.instance(parent_handle=os.getppid())  # ends itself when its parent is gone
    app.initialize(request["argv"])
    loop: Any = IOLoop.current()

    def leave(*_: object) -> NoReturn:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # where zmq polls, it prints what is raised and goes on
        loop.asyncio_loop.call_soon_threadsafe(loop.stop)  # for when a cell or the kernel catches what is raised here
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, leave)
    app.start()
    atexit.unregister(app.close)  # it deadlocks for ten seconds when a flush is under way; sockets end with the process

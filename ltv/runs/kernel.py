"""Kernels that cost next to nothing: forked from a parent that has imported the stack, for papermill unmodified.

`kernel_manager(...)` gives the class to pass to papermill as `kernel_manager_class`. Kernels talk over sockets in a
short private folder, because TCP kernels race for ports.

Why not multiprocessing's own fork server: it runs the caller's `__main__` again in every child, its children keep it
alive after the runner was killed, and its list of modules is one for the whole process.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import signal
import site
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from multiprocessing.connection import Pipe
from pathlib import Path
from typing import Any, ClassVar, Literal, cast

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

_LAUNCHER = [sys.executable, "-m", "ipykernel_launcher"]
_SERVER = [sys.executable, "-P", "-c", "from ltv.runs.forkserver import main; main()"]
_START_S, _END_S, _LOOK_S = 60.0, 2.0, 0.005
_LONGEST_FOLDER = 60  # a socket's path must stay under 100 characters on every system


def fork_available() -> bool:
    """Tell whether kernels can be forked here.

    Not on Windows, which has no fork, and not on macOS, whose system libraries crash in a forked child.
    """
    return hasattr(os, "fork") and hasattr(os, "waitid") and sys.platform != "darwin"


class KernelProcess:
    """A forked kernel, with the methods of `subprocess.Popen` that jupyter_client calls.

    Attributes:
        returncode: its exit code, negative for a signal, None while it runs.
        cpu_seconds: what it has used, known when it has ended.
    """

    stdin = stdout = stderr = None

    def __init__(self, kernel_id: int, server: ForkServer) -> None:
        self.kernel_id = kernel_id
        self.returncode: int | None = None
        self.cpu_seconds: float | None = None
        self._server = server
        self._over = threading.Event()

    def poll(self) -> int | None:
        """Return the exit code, None while the kernel runs."""
        return self.returncode

    def wait(self, timeout: float | None = None) -> int | None:
        """Wait for the end and return the exit code."""
        self._over.wait(timeout)
        return self.returncode

    def send_signal(self, signum: int) -> None:
        """Signal the kernel and what it has started."""
        self._server.tell({"id": self.kernel_id, "signal": int(signum)})

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)

    def end(self, returncode: int, cpu_seconds: float | None) -> None:
        """Take note of its end."""
        self.returncode, self.cpu_seconds = returncode, cpu_seconds
        self._over.set()


class ForkServer:
    """The parent of all kernels, seen from the runner."""

    def __init__(self) -> None:
        self.imported = {"base": threading.Event(), "models": threading.Event()}
        self.gone = False
        self._kernels: dict[int, KernelProcess] = {}
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()
        self._connection, theirs = Pipe()
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603  our own interpreter with our own arguments
                [*_SERVER, str(theirs.fileno())],
                env=base_environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                start_new_session=True,  # ^C is the runner's to handle
            )
        self._listener = threading.Thread(target=self._listen, name="ltv-fork-server", daemon=True)
        self._listener.start()

    def fork(self, argv: list[str], *, env: Mapping[str, str], cwd: str, folder: str | None) -> KernelProcess:
        """Start a kernel.

        Args:
            argv: arguments of the kernel, without its launcher.
            env: the whole environment of the kernel.
            cwd: its working directory.
            folder: a private folder to remove should the runner be killed, or None.
        """
        kernel = KernelProcess(next(self._numbers), self)
        with self._lock:
            if self.gone:
                kernel.end(-signal.SIGKILL, None)
            self._kernels[kernel.kernel_id] = kernel
        self.tell({"id": kernel.kernel_id, "argv": argv, "env": dict(env), "cwd": cwd, "folder": folder})
        return kernel

    def tell(self, message: dict[str, Any]) -> None:
        """Send a message; a server that is gone has no kernels left to hear of it."""
        with self._lock, suppress(OSError):
            self._connection.send_bytes(json.dumps(message).encode())

    def close(self) -> None:
        """End all kernels and the server."""
        if self.imported["base"].is_set():
            self.tell({"stop": True})
        else:  # it has no kernels yet, and hears nothing before it has imported everything
            self._process.kill()
        self._listener.join()

    def forget(self) -> None:
        """Let go of the server in a process that was forked from the runner: it belongs to the other one."""
        self._connection.close()

    def _listen(self) -> None:
        with suppress(EOFError, OSError):
            while True:
                message = json.loads(self._connection.recv_bytes())
                if "imported" in message:
                    self.imported[message["imported"]].set()
                else:
                    self._kernels.pop(message["id"]).end(message["exit"], message["cpu_s"])
        with self._lock:
            self.gone = True
            for kernel in self._kernels.values():
                kernel.end(-signal.SIGKILL, None)
        for event in self.imported.values():
            event.set()
        self._process.wait()


_lock = threading.Lock()
_server: ForkServer | None = None


def _running() -> ForkServer:
    global _server  # noqa: PLW0603  one parent per runner is the point
    with _lock:
        if _server is None or _server.gone:
            _server = ForkServer()
        return _server


def warm(what: Literal["base", "models"] = "base", *, wait_s: float = 0) -> bool:
    """Start the parent now, so that it imports while the runner does other things; without fork do nothing.

    Args:
        what: what all notebooks use; or also the model libraries, which take longer than the base.
        wait_s: longest time to wait until that is imported, in seconds.

    Returns:
        whether it is ready.
    """
    if not fork_available():
        return True
    server = _running()
    if what == "models":
        server.tell({"import": what})
    return server.imported[what].wait(wait_s)


def close() -> None:
    """End the parent and all kernels at once: every `execute` that is under way returns `killed`."""
    with _lock:
        if _server is not None and not _server.gone:
            _server.close()


def _forget() -> None:
    global _server, _lock  # noqa: PLW0603
    _lock = threading.Lock()
    if _server is not None:
        _server.forget()
        _server = None


if fork_available():
    os.register_at_fork(after_in_child=_forget)


def base_environment() -> dict[str, str]:
    """Environment of every child: it finds this package wherever the runner did, and its sets keep one order."""
    environment = {"PYTHONHASHSEED": "0", **os.environ}
    root = str(Path(__file__).resolve().parents[2])
    if root not in map(os.path.realpath, site.getsitepackages()):
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")]))
    return environment


class ForkProvisioner(LocalProvisioner):
    """Starts kernels by forking the parent instead of by `subprocess`; also usable from a kernel.json as `ltv-fork`."""

    process: Any = None

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:  # noqa: ANN401  as the base
        """Start the kernel that `cmd` would start."""
        self.cwd = kwargs.get("cwd") or str(Path.cwd())
        folder = getattr(self.parent, "folder", None)
        argv = cmd[cmd.index(_LAUNCHER[-1]) + 1 :]
        self.process = _running().fork(argv, env=kwargs["env"], cwd=self.cwd, folder=folder)
        await self._until(self._listening, limit_s=_START_S)
        return self.connection_info

    async def leave(self) -> None:
        """Let the kernel end: an idle one does at once, a busy one is interrupted and has time to tidy up."""
        await self.terminate()
        await self._until(self._ended, limit_s=_END_S)

    def _ended(self) -> bool:
        return self.process is None or self.process.poll() is not None

    def _listening(self) -> bool:
        """Whether the kernel has its last socket: a client that connects earlier waits a tenth of a second and more."""
        info = self.connection_info
        return info["transport"] != "ipc" or self._ended() or Path(f"{info['ip']}-{info['hb_port']}").exists()

    async def _until(self, reached: Callable[[], bool], *, limit_s: float) -> None:
        last = time.monotonic() + limit_s
        while not reached() and time.monotonic() < last:
            await asyncio.sleep(_LOOK_S)


class NotebookKernelManager(AsyncKernelManager):
    """A kernel manager with its kernel spec in memory and its sockets in a short private folder.

    The kernel reads no IPython profile of the user: a notebook gives the same in every account.
    """

    environment: ClassVar[Mapping[str, str]] = {}
    cwd: ClassVar[Path | None] = None
    started: ClassVar[list[Any]] = []
    provisioner_class: ClassVar[type[LocalProvisioner]] = LocalProvisioner

    def __init__(self, **kwargs: Any) -> None:  # noqa: ANN401  as the base
        super().__init__(**kwargs)
        self._folder = tempfile.TemporaryDirectory(prefix="ltv-", dir=short_folder())
        self.folder = self._folder.name
        self.transport = "ipc" if os.name == "posix" else "tcp"
        self.connection_file = str(Path(self.folder) / "k.json")
        self.provisioner = self.provisioner_class(kernel_spec=self.kernel_spec, parent=self)

    @property
    def kernel_spec(self) -> KernelSpec:
        """The spec: this interpreter's ipykernel."""
        quiet = ["--log-level=CRITICAL", "--HistoryManager.enabled=False", f"--ipython-dir={self.folder}"]
        argv = [*_LAUNCHER, "-f", "{connection_file}", *quiet]
        return KernelSpec(argv=argv, display_name="ltv", language="python")

    async def start_kernel(self, **kwargs: Any) -> None:  # type: ignore[override]  # noqa: ANN401  as the base
        """Start the kernel with the environment and the folder of this notebook."""
        kwargs["env"] = base_environment() | dict(self.environment)
        await super().start_kernel(**kwargs, cwd=str(self.cwd or Path.cwd()))
        self.started.append(cast(LocalProvisioner, self.provisioner).process)

    async def cleanup_resources(self, restart: bool = False) -> None:  # type: ignore[override]  # the base is untyped
        """Close sockets and remove the folder."""
        await super().cleanup_resources(restart=restart)
        if not restart:
            self._folder.cleanup()


class ForkKernelManager(NotebookKernelManager):
    """The same, forked from the parent."""

    provisioner_class = ForkProvisioner

    async def shutdown_kernel(self, now: bool = False, restart: bool = False) -> None:  # type: ignore[override]
        """End the kernel, without ipykernel's own way out, which waits up to ten seconds in vain."""
        provisioner = cast(ForkProvisioner, self.provisioner)
        self.shutting_down = True
        if not now:
            await provisioner.leave()
        await provisioner.kill()
        await provisioner.wait()
        await self.cleanup_resources(restart=restart)


def kernel_manager(*, environment: Mapping[str, str], cwd: Path, fork: bool = True) -> type[NotebookKernelManager]:
    """Make the class for one notebook, to be passed to papermill as `kernel_manager_class`.

    Args:
        environment: variables set on top of the runner's own. What libraries read when they are loaded, such as
            OMP_NUM_THREADS, has to be in the runner's environment before `warm`.
        cwd: working directory of the kernel.
        fork: fork the kernel where that can be done; else start an ordinary one.

    Returns:
        a class whose `started` holds the process of each kernel it has started.
    """
    base = ForkKernelManager if fork and fork_available() else NotebookKernelManager
    return type(base.__name__, (base,), {"environment": dict(environment), "cwd": cwd, "started": []})


def short_folder() -> str:
    """Where sockets lie: their paths must be short."""
    usual = tempfile.gettempdir()
    return usual if len(usual) <= _LONGEST_FOLDER or os.name == "nt" else "/tmp"  # noqa: S108  mkdtemp makes it private

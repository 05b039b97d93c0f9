"""`FeatureService` over gRPC: answers from the version in use, and takes over the next one without failing a call.

Two threads answer: an answer takes microseconds, and more threads would only wait for each other. Health checks and
reflection have threads of their own, so that somebody who looks on holds up nobody.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event, Thread
from typing import Any

from ltv.errors import LtvError, UsageError, found
from ltv.serving.messages import BATCH, ONE, SERVICE, message
from ltv.serving.versions import Versions
from ltv.serving.wire import Answers

Say = Callable[[str], None]
_LOOK_SECONDS = 0.1
_MOST = 1_000  # users of a batch call
_HIGHEST_ID = 2**63 - 1
# Small answers need no probes of the line's bandwidth, which cost a packet a call, and nobody reads channelz.
_OPTIONS = (("grpc.http2.bdp_probe", 0), ("grpc.enable_channelz", 0), ("grpc.max_receive_message_length", 1 << 20))
EXTRA = "pip install 'ltv[serve]'"


class Current:
    """The answers of the version in use; a call that has begun ends with the version it began with.

    Args:
        root: the workspace's folder.
        say: told when another version is taken over, or cannot be.

    Raises:
        UsageError: no version is in use.
        CorruptError: it is not as it was written.
    """

    def __init__(self, root: Path, say: Say) -> None:
        self._versions = Versions(root)
        self._say = say
        self._seen, self._why = self._mark(), ""
        self.answers = Answers(self._versions.current())

    def look(self) -> None:
        """Take over the version the pointer names, if it is another one; one that cannot be read is left alone."""
        mark = self._mark()
        if mark == self._seen:
            return
        try:
            if self._versions.pointer().version != self.answers.store.version:
                self.answers = Answers(self._versions.current())
                self._say(f"serving {self.answers.store.version}")
        except LtvError as error:
            self._say(f"still serving {self.answers.store.version}: {error}")
        except OSError as error:  # it may pass: the next look tries again
            if str(error) != self._why:
                self._why = str(error)
                self._say(f"still serving {self.answers.store.version}: {error}")
            return
        self._seen, self._why = mark, ""

    def _mark(self) -> tuple[int, int]:
        try:
            told = self._versions.path.stat()
        except OSError:
            return (0, 0)
        return (told.st_ino, told.st_mtime_ns)


class FeatureServer:
    """A server on one port.

    Args:
        root: the workspace's folder.
        address: where it listens; without TLS, so this machine unless there is a proxy.
        port: where it listens; 0 for a free one.
        shared: whether other processes listen on the same port.
        say: told what happens.

    Raises:
        UsageError: no version is in use, the port is taken, or the extra `serve` is not installed.
        CorruptError: the version in use is not as it was written.
    """

    def __init__(self, root: Path, *, address: str, port: int, shared: bool, say: Say) -> None:
        grpc, (health, health_pb2, health_pb2_grpc), reflection = _libraries()
        self.current = Current(root, say)
        options = [*_OPTIONS, ("grpc.so_reuseport", int(shared))]
        self._server = grpc.server(ThreadPoolExecutor(4, "looks on"), options=options)
        self._health = health.HealthServicer()
        _add(self._server, grpc, self.current)
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)
        reflection.enable_server_reflection((SERVICE, health.SERVICE_NAME, reflection.SERVICE_NAME), self._server)
        self.port = _bound(self._server, address, port)
        self._serving = health_pb2.HealthCheckResponse.SERVING
        self._stop = Event()

    def start(self) -> None:
        """Begin to answer, and to look for another version."""
        self._server.start()
        for name in ("", SERVICE):
            self._health.set(name, self._serving)
        Thread(target=self._watch, daemon=True).start()

    def stop(self, grace_seconds: float = 5) -> None:
        """Say that it is going, let calls that have begun end, and end.

        Args:
            grace_seconds: how long they may take.
        """
        self._stop.set()
        self._health.enter_graceful_shutdown()
        self._server.stop(grace_seconds).wait()

    def _watch(self) -> None:
        while not self._stop.wait(_LOOK_SECONDS):
            self.current.look()


def _libraries() -> tuple[Any, tuple[Any, Any, Any], Any]:
    os.environ.setdefault("GRPC_VERBOSITY", "NONE")  # what goes wrong is told in one line
    try:
        import grpc
        from grpc_health.v1 import health, health_pb2, health_pb2_grpc
        from grpc_reflection.v1alpha import reflection
    except ImportError as error:
        raise UsageError(found("features serve", f"no {error.name}", EXTRA)) from None
    return grpc, (health, health_pb2, health_pb2_grpc), reflection


def _bound(server: Any, address: str, port: int) -> int:  # noqa: ANN401  of grpc
    where = f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
    try:
        bound = int(server.add_insecure_port(where))
    except RuntimeError:
        bound = 0
    if not bound:
        raise UsageError(found("--port", port, f"one that is free on {address}"))
    return bound


def _add(server: Any, grpc: Any, current: Current) -> None:  # noqa: ANN401  of grpc
    def one(request: Any, context: Any) -> bytes:  # noqa: ANN401
        answers = current.answers
        user_id = request.user_id
        if request.id_type:
            user_id = answers.store.person(request.id_type, request.id_value) or 0
        elif request.id_value or not user_id:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, "user_id, or id_type and id_value, must be given")
        told = answers.one(user_id)
        if told is None:
            context.abort(grpc.StatusCode.NOT_FOUND, "no such user")
        return told  # type: ignore[return-value]

    def many(request: Any, context: Any) -> bytes:  # noqa: ANN401
        if len(request.user_ids) > _MOST:
            why = found("user_ids", len(request.user_ids), f"at most {_MOST} in a call")
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, why)
        return current.answers.many(list(request.user_ids))

    pool = ThreadPoolExecutor(2, "answers")
    handlers = {}
    for name, answer in ((ONE, one), (BATCH, many)):
        answer.experimental_thread_pool = pool  # type: ignore[attr-defined]
        handlers[name] = grpc.unary_unary_rpc_method_handler(
            answer, request_deserializer=message(f"{name}Request").FromString
        )
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(SERVICE, handlers),))

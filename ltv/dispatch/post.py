"""One HTTP POST, to the very address that was checked, within a time that nothing outlasts.

Python's own client is enough, and a library would be in the way: what counts here is whether a byte has left when
something fails, that no proxy or redirect of the environment has a say, and that the socket goes to a checked address.
"""

from __future__ import annotations

import http.client
import io
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any
from urllib.parse import urlsplit

from ltv.dispatch.addresses import ForbiddenAddressError, resolve

_MOST_BYTES = 65_536
_PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True)
class Reply:
    """What came back.

    Attributes:
        status: the code.
        headers: by small letters.
        body: the first bytes, as many as were asked for.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes


class PostError(Exception):
    """No answer.

    Attributes:
        sent: whether a byte of the request may have reached the other side.
        timed_out: whether time ran out.
    """

    def __init__(self, why: str, *, sent: bool, timed_out: bool = False) -> None:
        super().__init__(why)
        self.sent = sent
        self.timed_out = timed_out


def post(
    url: str,
    body: bytes,
    *,
    headers: Mapping[str, str],
    timeout_seconds: float,
    keep_bytes: int = 0,
    method: str = "POST",
    private: bool = False,
    lookup: Callable[..., Any] = socket.getaddrinfo,
) -> Reply:
    """Send a request with a body and read the head of the answer; redirects are an answer like any other.

    Args:
        url: https, or http on this machine.
        body: as it is sent.
        headers: beside Host and Content-Length.
        timeout_seconds: for all of it.
        keep_bytes: how much of the answer's body is read, at most 65,536.
        method: POST or PUT.
        private: whether addresses of a private network are allowed.
        lookup: resolves names.

    Raises:
        PostError: no answer came.
    """
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
    deadline = time.monotonic() + timeout_seconds
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    look = partial(resolve, private=private, lookup=lookup)
    with _on(_connected(host, port, parts.scheme == "https", deadline, look)) as line:
        client = http.client.HTTPConnection(host, port)
        client.auto_open = 0
        client.sock = line
        try:
            client.request(method, path, body=body, headers={"Host": parts.netloc, **headers})
            answer = client.getresponse()
            told = {name.lower(): value for name, value in answer.getheaders()}
            return Reply(answer.status, told, _read(answer, min(keep_bytes, _MOST_BYTES)))
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise PostError(_why(error), sent=line.sent, timed_out=isinstance(error, TimeoutError)) from None


class _Line:
    """A socket whose every step ends by one deadline; it remembers whether anything was sent."""

    def __init__(self, sock: socket.socket, deadline: float) -> None:
        self.sent = False
        self._sock = sock
        self._deadline = deadline

    def _hurry(self) -> socket.socket:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._sock.settimeout(left)
        return self._sock

    def sendall(self, data: bytes) -> None:
        sock = self._hurry()
        self.sent = True
        sock.sendall(data)

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Reader(self))

    def read_into(self, buffer: Any) -> int:  # noqa: ANN401  a writable buffer
        return self._hurry().recv_into(buffer)

    def close(self) -> None:
        """The client closes as soon as it has the head; what it has is still read from."""

    def hang_up(self) -> None:
        with suppress(OSError):
            self._sock.close()


class _Reader(io.RawIOBase):
    def __init__(self, line: _Line) -> None:
        self._line = line

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401  a writable buffer
        return self._line.read_into(buffer)


@contextmanager
def _on(line: _Line) -> Iterator[Any]:
    """Hang up at the end, whatever happened on the line; it stands in for a socket."""
    try:
        yield line
    finally:
        line.hang_up()


def _connected(host: str, port: int, tls: bool, deadline: float, look: Callable[..., list[tuple[int, str]]]) -> _Line:
    """Connect to the first checked address that answers."""
    try:
        addresses = look(host, port)
    except ForbiddenAddressError as error:
        raise PostError(str(error), sent=False) from None
    except OSError as error:
        raise PostError(f"{host}: {error.strerror or error}", sent=False) from None
    last: Exception = TimeoutError()
    for _, address in addresses:
        try:
            return _Line(_dialled(address, port, host if tls else "", deadline), deadline)
        except OSError as error:
            last = error
    raise PostError(_why(last), sent=False, timed_out=isinstance(last, TimeoutError))


def _dialled(address: str, port: int, tls_name: str, deadline: float) -> socket.socket:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    sock = socket.create_connection((address, port), timeout=left)
    if not tls_name:
        return sock
    try:
        return _tls().wrap_socket(sock, server_hostname=tls_name)
    except BaseException:
        sock.close()
        raise


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


def _read(answer: http.client.HTTPResponse, most: int) -> bytes:
    """The start of the body; that the rest is missing or never ends is no matter once the status is there."""
    kept = b""
    with suppress(OSError, http.client.HTTPException, ValueError):
        while len(kept) < most and (piece := answer.read1(most - len(kept))):
            kept += piece
    return kept


def _why(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, ConnectionRefusedError):
        return "connection refused"
    if isinstance(error, http.client.RemoteDisconnected | http.client.IncompleteRead | ConnectionError):
        return "the connection was closed before an answer"
    if isinstance(error, ssl.SSLError):
        return f"TLS: {error.reason or error.strerror or 'failed'}"
    if isinstance(error, http.client.HTTPException):
        return f"no HTTP answer ({type(error).__name__})"
    return str(getattr(error, "strerror", None) or type(error).__name__)

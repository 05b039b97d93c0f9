"""A receiver of webhooks that knows repeats by their id, and fails as real ones do. The benchmark and the tests share it.

Effects are kept in memory by id; every delivery is checked against its signature, and against the body that came first.
"""

import base64
import hashlib
import hmac
import json
import random
import socket
import struct
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SECRET = "whsec_" + base64.b64encode(b"a secret of thirty-two bytes, no!").decode()


class Receiver:
    """What came in.

    Args:
        failing: share of calls answered with 503, nothing taken.
        ambiguous: share of calls whose message is taken and whose connection is then closed without an answer.
        seed: of the choice.
    """

    def __init__(self, *, failing: float = 0.0, ambiguous: float = 0.0, seed: int = 1) -> None:
        self.failing, self.ambiguous = failing, ambiguous
        self.bodies: dict[str, str] = {}
        self.deliveries = 0
        self.effects: Counter[str] = Counter()  # by what the body says, not by the id that repeats are known by
        self.forged = 0
        self.changed = 0
        self.headers: list[dict[str, str]] = []
        self.answer: Callable[[BaseHTTPRequestHandler], bool] | None = None  # True: it has answered by itself
        self._random = random.Random(seed)
        self._lock = threading.Lock()

    def take(self, headers: dict[str, str], body: str) -> str:
        """Take a delivery; what to do: answer, fail or close."""
        with self._lock:
            self.deliveries += 1
            self.headers.append(headers)
            if not verified(headers, body):
                self.forged += 1
                return "fail"
            lot = self._random.random()
            if lot < self.failing:
                return "fail"
            name = headers["webhook-id"]
            if name in self.bodies:
                self.changed += self.bodies[name] != body
            else:
                self.bodies[name] = body
                self.effects[json.loads(body).get("data", {}).get("intervention_id", name)] += 1
            return "close" if lot < self.failing + self.ambiguous else "answer"

    @property
    def ids(self) -> list[str]:
        return list(self.bodies)

    def payload(self, message_id: str) -> Any:
        return json.loads(self.bodies[message_id])


def verified(headers: dict[str, str], body: str) -> bool:
    """The receiver's side of the specification, by its own words."""
    signed = f"{headers.get('webhook-id')}.{headers.get('webhook-timestamp')}.{body}".encode()
    right = base64.b64encode(hmac.new(base64.b64decode(SECRET[6:]), signed, hashlib.sha256).digest()).decode()
    return any(hmac.compare_digest(f"v1,{right}", given) for given in headers.get("webhook-signature", "").split())


@contextmanager
def serving(receiver: Receiver) -> Iterator[str]:
    """Run the receiver on this machine and give its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0))).decode()
            self.body = body
            if receiver.answer is not None and receiver.answer(self):
                return
            what = receiver.take({k.lower(): v for k, v in self.headers.items()}, body)
            if what == "close":
                close_hard(self)
                return
            try:
                self.send_response(503 if what == "fail" else 204)
                self.end_headers()
            except OSError:
                pass  # the sender was killed meanwhile

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 128

        def handle_error(self, *_: object) -> None:
            pass

    with Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()


def close_hard(handler: BaseHTTPRequestHandler) -> None:
    """Close a connection so that the other side sees it broken."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()
    handler.close_connection = True

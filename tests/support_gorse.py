"""A stand-in for a Gorse server: the three inserts of its documented API, strict about every field, failing when told to."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

KEY = "k-gorse"
STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
# The fields of data.User, data.Item and data.Feedback in its apidocs.json, with their types.
FIELDS: dict[str, dict[str, type]] = {
    "users": {"UserId": str, "Labels": list, "Comment": str, "Subscribe": list},
    "items": {
        "ItemId": str,
        "IsHidden": bool,
        "Categories": list,
        "Timestamp": str,
        "Labels": list,
        "Comment": str,
    },
    "feedback": {"FeedbackType": str, "UserId": str, "ItemId": str, "Timestamp": str, "Comment": str},
}
KEYS = {"users": ("UserId",), "items": ("ItemId",), "feedback": ("FeedbackType", "UserId", "ItemId")}
METHODS = {"users": ("POST",), "items": ("POST",), "feedback": ("PUT", "POST")}


class Gorse:
    """What the server holds, what it was asked, and how it answers next.

    Attributes:
        held: rows by kind and key.
        calls: kind and number of rows of every call.
        answers: what it answers instead of taking the next calls: status and headers; None takes one.
        after: called after each one that was taken.
    """

    def __init__(self) -> None:
        self.held: dict[str, dict[tuple[str, ...], Any]] = {kind: {} for kind in FIELDS}
        self.calls: list[tuple[str, int]] = []
        self.answers: list[tuple[int, dict[str, str]] | None] = []
        self.after: Any = lambda: None
        self.url = ""

    def take(self, method: str, path: str, headers: Any, body: bytes) -> tuple[int, dict[str, str], Any]:
        kind = path.removeprefix("/api/")
        if kind not in FIELDS or method not in METHODS[kind]:
            return 404, {}, "no such page"
        rows = json.loads(body)
        self.calls.append((kind, len(rows)))
        answer = self.answers.pop(0) if self.answers else None
        if answer is not None:
            return answer[0], answer[1], "told to"
        if headers.get("X-API-Key") != KEY:
            return 401, {}, "unauthorized"
        if not headers.get("Content-Type", "").startswith("application/json"):
            return 415, {}, "no JSON"
        for row in rows:
            why = self._wrong(kind, row)
            if why:
                return 400, {}, why
            self.held[kind][tuple(row[name] for name in KEYS[kind])] = row
        return 200, {}, {"RowAffected": len(rows)}

    def _wrong(self, kind: str, row: Any) -> str:
        if set(row) - set(FIELDS[kind]) or set(KEYS[kind]) - set(row):
            return f"fields {sorted(row)}"
        for name, value in row.items():
            if not isinstance(value, FIELDS[kind][name]) or not _is_good(name, value):
                return f"{name}: {value!r}"
        known = kind != "feedback" or (
            (row["UserId"],) in self.held["users"] and (row["ItemId"],) in self.held["items"]
        )
        return "" if known else "feedback of somebody or something unknown"


def _is_good(name: str, value: Any) -> bool:
    if isinstance(value, list):
        return all(isinstance(v, str) and v for v in value)
    if name == "Timestamp":
        return bool(STAMP.fullmatch(value))
    return not name.endswith("Id") or bool(value and "/" not in value)


@contextmanager
def gorse_server() -> Iterator[Gorse]:
    """Run the stand-in on a free port until the block ends."""
    gorse = Gorse()

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status, headers, told = gorse.take(self.command, self.path, self.headers, body)
            out = json.dumps(told).encode()
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(out))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(out)
            if status == 200:
                gorse.after()

        do_POST = do_PUT = do_PATCH = do_DELETE = _answer

        def log_message(self, *_args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    gorse.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield gorse
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

"""To a Gorse server, batch by batch: no faster than allowed, again where it failed, from where it stopped.

Everything is an insert that overwrites, so that a batch sent twice is the same as once. After each batch that was taken,
how far it got is written down; another push of the same rows goes on from there.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

from ltv.dispatch.answers import Answer, from_status, wait_seconds
from ltv.dispatch.post import PostError, post
from ltv.errors import LtvError, UsageError, found
from ltv.serving.gorse_rows import GorseRows, Row, Rows
from ltv.settings.endpoints import Dispatch
from ltv.settings.readers import FILE
from ltv.settings.serving import Gorse
from ltv.warehouse.files import write_text
from ltv.workspace.clock import start_of_run
from ltv.workspace.fingerprints import digest

# Users and articles before what they did: feedback of somebody unknown may be dropped by the server.
STAGES = (("users", "POST", "/api/users"), ("items", "POST", "/api/items"), ("feedback", "PUT", "/api/feedback"))
_WAITS = Dispatch(first_wait_seconds=0.5, longest_wait_seconds=60)
_TOLD_BYTES = 200


@dataclass(frozen=True)
class Pushed:
    """What a push came to.

    Attributes:
        rows: that were sent, by stage.
        taken_before: that an earlier push of the same rows had sent.
        calls: made, those that failed among them.
        again: of these, how many were repeats.
    """

    rows: dict[str, int]
    taken_before: dict[str, int]
    calls: int
    again: int

    def told(self) -> str:
        """A line for the terminal."""
        sent = ", ".join(f"{n:,} {stage}" for stage, n in self.rows.items())
        before = sum(self.taken_before.values())
        more = f"; {before:,} rows were there from before" if before else ""
        return f"{sent} in {self.calls:,} calls, {self.again:,} of them repeats{more}"


class Push:
    """A push of rows to a server.

    Args:
        root: the workspace's folder; how far it got is in its `data/state/gorse.json`.
        how: the settings.
        say: told what is waited for.
        sleep: waits so many seconds.
        clock: seconds, rising.
        random: for jitter.

    Raises:
        UsageError: no server is set, or the variable with its key is empty.
    """

    def __init__(
        self,
        root: Path,
        how: Gorse,
        *,
        say: Callable[[str], None],
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
        random: Random | None = None,
    ) -> None:
        if not how.url:
            raise UsageError(found(f"{FILE} gorse.url", "", "the address of a Gorse server"))
        self._headers = {"Content-Type": "application/json; charset=utf-8", **_key(how)}
        self._path = root / "data" / "state" / "gorse.json"
        self._how, self._say, self._sleep, self._clock = how, say, sleep, clock
        self._random = random or Random()  # noqa: S311  jitter is no secret
        self._free_at = 0.0
        self._calls = self._again = 0

    def push(self, rows: GorseRows, *, restart: bool = False) -> Pushed:
        """Send what was not taken yet.

        Args:
            rows: what to send.
            restart: send everything again.

        Raises:
            LtvError: the server refused, or did not take a batch after all attempts; what it took is written down.
        """
        plan = digest(self._how.url, *(_hashed(of) for of in (rows.users, rows.items, rows.feedback)))
        done = {} if restart else self._done(plan)
        before = {stage: done.get(stage, 0) for stage, _, _ in STAGES}
        for stage, method, path in STAGES:
            rest = islice(getattr(rows, stage), before[stage], None)
            while batch := list(islice(rest, self._how.batch)):
                self._send(method, path, batch)
                done = {**done, stage: done.get(stage, 0) + len(batch)}
                write_text(self._path, json.dumps({"plan": plan, "done": done}) + "\n")
        sent = {stage: len(getattr(rows, stage)) - before[stage] for stage in before}
        return Pushed(sent, {stage: n for stage, n in before.items() if n}, self._calls, self._again)

    def _done(self, plan: str) -> dict[str, int]:
        """How far an earlier push of the same rows got; one of other rows, or one that cannot be read, got nowhere."""
        try:
            told = json.loads(self._path.read_text(encoding="utf-8"))
            return {k: int(v) for k, v in told["done"].items()} if told["plan"] == plan else {}
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return {}

    def _send(self, method: str, path: str, batch: list[Row]) -> None:
        body = json.dumps(batch, ensure_ascii=False).encode()
        for attempt in range(self._how.attempts):
            answer, said = self._call(method, path, body)
            if answer.kind == "accepted":
                return
            if answer.kind in ("refused", "gone"):
                raise LtvError(f"gorse: {path} of {len(batch)} rows: {answer.why}{said}")
            if attempt + 1 < self._how.attempts:
                wait = wait_seconds(attempt, _WAITS, random=self._random, asked=answer.retry_after_seconds)
                self._say(f"gorse: {path}: {answer.why}; again in {wait:.1f} s")
                self._again += 1
                self._sleep(wait)
        why = f"{answer.why}{said}, {self._how.attempts} times; `ltv export gorse` goes on from here"
        raise LtvError(f"gorse: {path} of {len(batch)} rows: {why}")

    def _call(self, method: str, path: str, body: bytes) -> tuple[Answer, str]:
        """What one call came to, and what the server said where it did not take it."""
        self._sleep(max(0.0, self._free_at - self._clock()))
        self._free_at = self._clock() + 1 / self._how.per_second
        self._calls += 1
        try:
            reply = post(
                self._how.url.rstrip("/") + path,
                body,
                headers=self._headers,
                timeout_seconds=self._how.timeout_ms / 1000,
                keep_bytes=_TOLD_BYTES,
                method=method,
                private=self._how.private_network,
            )
        except PostError as error:
            return Answer("failed", str(error)), ""
        answer = from_status(reply.status, retry_after=reply.headers.get("retry-after", ""), now=_now())
        said = " ".join(reply.body.decode("utf-8", "replace").split())
        return answer, f" ({said})" if said and answer.kind != "accepted" else ""


def _hashed(rows: Rows) -> str:
    whole = hashlib.sha256()
    for row in rows:
        whole.update(json.dumps(row, sort_keys=True, ensure_ascii=False).encode() + b"\n")
    return whole.hexdigest()


def _key(how: Gorse) -> dict[str, Any]:
    if not how.api_key_env:
        return {}
    key = os.environ.get(how.api_key_env, "").strip()
    if not key:
        raise UsageError(found(f"{FILE} gorse.api_key_env", how.api_key_env, "a variable that is set"))
    return {"X-API-Key": key}


def _now() -> dt.datetime:
    return start_of_run()

"""What the tests of the outbox share: a clock to be set, a workspace, interventions, both databases."""

from __future__ import annotations

import datetime as dt
import importlib.util
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

from support import give_up

from benchmarks._receiver import SECRET
from ltv.dispatch import Offer, Outbox, Planned, Worker, id_of, robot_text
from ltv.dispatch.answers import Answer
from ltv.settings import Settings, parse
from ltv.text import Text

START = dt.datetime(2026, 7, 1, 1)
REASON = Text("连续两天流失风险偏高", "churn risk was high for two days")
HOOK = {"name": "crm", "kind": "webhook", "url": "https://crm.example.com/in", "secret_env": "LTV_TEST_SECRET"}
TEAM = {"name": "team", "kind": "robot", "url": "https://robot.example.com/send?key=${LTV_TEST_KEY}"}
FILE = {"name": "list", "kind": "file", "path": "data/crm"}


ROBOT = robot_text("**客服**: 请回访")


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.at = START

    def __call__(self) -> dt.datetime:
        return self.at

    def pass_by(self, **span: float) -> None:
        self.at += dt.timedelta(**span)


class FakeSink:
    """Answers as it is told; keeps what it was given."""

    together = False

    def __init__(self, *answers: Answer | Exception) -> None:
        self.answers = list(answers)
        self.ids: list[str] = []

    def send(self, messages: Any) -> list[Answer]:
        self.ids += [m.message_id for m in messages]
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return [answer for _ in messages]


def with_settings(*endpoints: dict[str, Any], **dispatch: Any) -> Settings:
    never_quiet = {"quiet_hours": []}
    return parse({"endpoints": list(endpoints or (HOOK, TEAM, FILE)), "dispatch": dispatch, "strategy": never_quiet})


def outbox_of(root: Path, *endpoints: dict[str, Any], clock: Clock | None = None, **dispatch: Any) -> Outbox:
    return Outbox.open(root, with_settings(*endpoints, **dispatch), now=clock or Clock())


def planned(number: int = 1, **terms: Any) -> Planned:
    given: dict[str, Any] = {
        "intervention_id": id_of("winback", number),
        "date": dt.date(2026, 6, 30),
        "user_id": number,
        "playbook": "winback",
        "action": "voucher",
        "arm": "treatment",
        "reason": REASON,
        "expires_at": START + dt.timedelta(hours=12),
        "endpoint": "crm",
    }
    return Planned(**given | terms)


def offer(stock: int | None = 10, **terms: Any) -> Offer:
    day = dt.timedelta(days=1)
    given: dict[str, Any] = {"offer_id": "O1", "name": "券", "starts_at": START - day, "expires_at": START + day}
    return Offer(**given | {"stock": stock} | terms)


def worker_of(outbox: Outbox, sinks: dict[str, Any], **terms: Any) -> Worker:
    return Worker(outbox, sinks=sinks, random=Random(1), **terms)


def send_all(outbox: Outbox, sinks: dict[str, Any], **terms: Any) -> Worker:
    worker = worker_of(outbox, sinks, **terms)
    worker.run(once=True)
    return worker


def states(outbox: Outbox) -> dict[str, int]:
    found: dict[str, int] = {}
    for (_, state), n in outbox.depths().items():
        found[state] = found.get(state, 0) + n
    return found


@contextmanager
def own_postgres(server: str) -> Iterator[str]:
    """Make a database of one test on a running server."""
    if importlib.util.find_spec("psycopg") is None:
        give_up("psycopg is not installed: pip install 'ltv[postgres]'")
    import psycopg

    name = f"t{uuid.uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}"')
    yield server.rpartition("/")[0] + f"/{name}"


def environment(monkeypatch: Any) -> None:
    monkeypatch.setenv("LTV_TEST_SECRET", SECRET)
    monkeypatch.setenv("LTV_TEST_KEY", "k-1")

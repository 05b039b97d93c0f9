"""The outbox: what is to be sent is written down first, whole, and only then sent.

One transaction holds an intervention, its reservation and its message: there is none without the others.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ltv.dispatch import counters, decisions, offers
from ltv.dispatch.database import Database, Transaction, open_database
from ltv.dispatch.decisions import Refusal
from ltv.dispatch.dispatch_words import FULL
from ltv.dispatch.leases import STATES, MessageState
from ltv.dispatch.offers import Offers
from ltv.dispatch.planned import Notice, Planned, as_body, millis, moment
from ltv.dispatch.privacy import raw_field
from ltv.dispatch.sinks.email import check_mail
from ltv.dispatch.sinks.robot import check_robot
from ltv.errors import UsageError, found
from ltv.settings.playbooks import minute_of_day
from ltv.text import Text, number
from ltv.warehouse.local_time import zone
from ltv.workspace.clock import start_of_run

if TYPE_CHECKING:
    import pandas as pd

    from ltv.settings import Settings

_AT_ONCE = 200  # interventions in one transaction: others wait for the lock no longer than that takes
_FENCE = "UPDATE fence SET token = token + 1"
_WAITING = "SELECT COUNT(*) AS n FROM messages WHERE state IN ('ENQUEUED', 'RETRYABLE', 'PROCESSING')"
_KNOWN = "SELECT 1 AS known FROM interventions WHERE intervention_id = $id"
_INTERVENTION = """
INSERT INTO interventions (intervention_id, date, user_id, playbook, action, offer_id, expires_ms, arm, reason_zh,
    reason_en, cost, verdict, planned_ms)
VALUES ($intervention_id, $date, $user_id, $playbook, $action, $offer_id, $expires_ms, $arm, $reason_zh,
    $reason_en, $cost, $verdict, $planned_ms)
"""
_MESSAGE = """
INSERT INTO messages (message_id, endpoint, repeatable, quiet, body, topic, state, token, lease_ms, begun, attempts, crashes,
    due_ms, expires_ms, queued_ms, ended_ms, why)
VALUES ($message_id, $endpoint, $repeatable, $quiet, $body, $topic, 'ENQUEUED', 0, 0, 0, 0, 0, $now_ms, $expires_ms, $now_ms,
    0, '')
ON CONFLICT (message_id) DO NOTHING
"""
_DEPTHS = "SELECT endpoint, state, COUNT(*) AS n FROM messages GROUP BY endpoint, state ORDER BY endpoint, state"
_LISTED = """
SELECT message_id, endpoint, topic, state, attempts, queued_ms, why FROM messages WHERE state = $state
ORDER BY queued_ms, message_id LIMIT $most
"""
_INTERVENTIONS = """
SELECT i.intervention_id, i.date, i.user_id, i.playbook, i.action, i.offer_id, i.expires_ms, i.arm, i.reason_zh,
    i.reason_en, i.cost, i.verdict, m.state, m.ended_ms
FROM interventions i LEFT JOIN messages m ON m.message_id = i.intervention_id
WHERE i.date >= $first AND i.date <= $last ORDER BY i.date, i.intervention_id
"""


@dataclass(frozen=True)
class Enqueued:
    """What became of a batch.

    Attributes:
        queued: interventions or notices that will be sent.
        control: interventions of the control arm, written down and not sent.
        known: taken before; nothing was done again.
        refused: by id, which rule refused and why; they stay refused.
        held_back: not taken because the queue is full; enqueue them again later.
        line: what to tell where some were held back, else None.
    """

    queued: int
    control: int
    known: int
    refused: Mapping[str, Refusal]
    held_back: tuple[Planned | Notice, ...]
    line: Text | None


class Outbox:
    """The outbox of a workspace.

    Args:
        database: where it is kept.
        settings: of the workspace.
        now: the clock; naive UTC.
        root: the workspace's folder.
    """

    def __init__(
        self, database: Database, settings: Settings, *, root: Path, now: Callable[[], dt.datetime] = start_of_run
    ) -> None:
        self.database = database
        self.settings = settings
        self.root = root
        self.now = now
        self.endpoints = {endpoint.name: endpoint for endpoint in settings.endpoints}
        self.offers = Offers(database, now)

    @classmethod
    def open(cls, root: Path, settings: Settings, *, now: Callable[[], dt.datetime] = start_of_run) -> Outbox:
        """Open the outbox of a workspace, and make it where there is none.

        Args:
            root: the workspace's folder.
            settings: of the workspace.
            now: the clock; naive UTC.

        Raises:
            LtvError: its database cannot be opened.
        """
        return cls(open_database(root, settings.dispatch.database), settings, root=root, now=now)

    @property
    def now_ms(self) -> int:
        """The clock, in milliseconds since 1970."""
        return millis(self.now())

    @property
    def is_quiet(self) -> bool:
        """Whether nobody is to be spoken to now: `[strategy] quiet_hours`, in the workspace's zone."""
        hours = [minute_of_day(clock) for clock in self.settings.strategy.quiet_hours]
        if not hours or hours[0] is None or hours[1] is None:
            return False
        local = self.now().replace(tzinfo=dt.UTC).astimezone(zone(self.settings.timezone))
        minute, (begin, end) = local.hour * 60 + local.minute, (hours[0], hours[1])
        return begin <= minute < end if begin <= end else minute >= begin or minute < end

    def enqueue(self, batch: Iterable[Planned]) -> Enqueued:
        """Take interventions: each with its reservation and its message, or refused by a rule that is logged.

        Args:
            batch: interventions; an id that was taken before does nothing.

        Raises:
            UsageError: one names an endpoint that `ltv.toml` does not have, or its payload is no JSON.
            LtvError: the database cannot be written; what was not taken can be enqueued again.
        """
        return self._take(list(batch), self._one)

    def notify(self, notices: Iterable[Notice]) -> Enqueued:
        """Take messages to the team.

        Args:
            notices: an id that was taken before does nothing.

        Raises:
            UsageError: one names an endpoint that `ltv.toml` does not have, or its payload is no JSON.
            LtvError: the database cannot be written.
        """
        return self._take(list(notices), self._notice)

    def _take(self, batch: Sequence[Any], one: Callable[[Transaction, Any, int, bool], str | Refusal]) -> Enqueued:
        for given in batch:
            self._check(given)
        told: dict[str, str | Refusal] = {}
        again: int = 0
        left: list[Any] = []
        for start in range(0, len(batch), _AT_ONCE):
            with self.database.writing() as tx:
                tx.change(_FENCE)
                room, now_ms = self.settings.dispatch.queue_limit - int(tx.one(_WAITING)), self.now_ms
                before = len(left)
                offers.sweep(tx, now_ms)
                for given in batch[start : start + _AT_ONCE]:
                    became = one(tx, given, now_ms, room <= 0)
                    room -= became == "queued"
                    if became == "full":
                        left.append(given)
                    elif became == "known":
                        again += 1
                    else:
                        told[_id(given)] = became
                counters.raise_by(tx, counters.HELD_BACK, len(left) - before)
        return self._told(told, again, tuple(left))

    def _told(self, told: Mapping[str, str | Refusal], again: int, left: tuple[Planned | Notice, ...]) -> Enqueued:
        became = list(told.values())
        refused = {one: why for one, why in told.items() if isinstance(why, Refusal)}
        line = None
        if left:
            limit = self.settings.dispatch.queue_limit
            line = FULL.format(
                waiting=number(self.waiting(), "count"), limit=number(limit, "count"), held=number(len(left), "count")
            )
        return Enqueued(became.count("queued"), became.count("control"), again, refused, left, line)

    def _check(self, given: Planned | Notice) -> None:
        """Whatever can be wrong with a message is found before anything is written."""
        if given.endpoint or isinstance(given, Notice):
            if given.endpoint not in self.endpoints:
                allowed = ", ".join(self.endpoints) or "nothing: ltv.toml has no [[endpoints]]"
                raise UsageError(found("endpoint", given.endpoint, allowed))
            kind = self.endpoints[given.endpoint].kind
            if kind in _FORMS:
                _FORMS[kind](given.payload)
            _ = _body(given, kind)

    def _one(self, tx: Transaction, planned: Planned, now_ms: int, full: bool) -> str | Refusal:
        if tx.one(_KNOWN, id=planned.intervention_id) is not None:
            return "known"
        if planned.arm == "control":
            _write(tx, planned, "control", now_ms)
            return "control"
        if full:
            return "full"
        refused = _refusal(tx, planned, now_ms)
        if refused is None and planned.offer_id:
            minutes = self.settings.dispatch.reservation_minutes
            refused = offers.reserve(tx, planned, now_ms, minutes=minutes)
        if refused is not None:
            _write(tx, planned, "refused", now_ms)
            decisions.write(tx, planned.intervention_id, refused, now_ms)
            counters.raise_by(tx, counters.REFUSED, label=refused.rule)
            return refused
        _write(tx, planned, "queued", now_ms)
        self._put(tx, planned, planned.intervention_id, planned.playbook, now_ms)
        return "queued"

    def _notice(self, tx: Transaction, notice: Notice, now_ms: int, full: bool) -> str | Refusal:
        if tx.one("SELECT 1 AS known FROM messages WHERE message_id = $id", id=notice.notice_id) is not None:
            return "known"
        if full:
            return "full"
        self._put(tx, notice, notice.notice_id, notice.topic, now_ms)
        return "queued"

    def _put(self, tx: Transaction, given: Planned | Notice, message_id: str, topic: str, now_ms: int) -> None:
        tx.change(
            _MESSAGE,
            message_id=message_id,
            endpoint=given.endpoint,
            repeatable=int(self.endpoints[given.endpoint].repeatable),
            quiet=int(isinstance(given, Planned) and self.endpoints[given.endpoint].kind == "webhook"),
            body=_body(given, self.endpoints[given.endpoint].kind),
            topic=topic,
            now_ms=now_ms,
            expires_ms=millis(given.expires_at),
        )

    def waiting(self) -> int:
        """Messages that are not done with."""
        with self.database.reading() as tx:
            return int(tx.one(_WAITING))

    def depths(self) -> dict[tuple[str, str], int]:
        """Messages by endpoint and state."""
        with self.database.reading() as tx:
            return {(row["endpoint"], row["state"]): row["n"] for row in tx.rows(_DEPTHS)}

    def listed(self, state: MessageState, *, most: int = 1000) -> list[dict[str, Any]]:
        """Messages in a state, the oldest first: message_id, endpoint, topic, state, attempts, queued_ms, why.

        Args:
            state: ENQUEUED, PROCESSING, ACKED, RETRYABLE, UNKNOWN or DEAD.
            most: how many at most.
        """
        if state not in STATES:
            raise UsageError(found("state", state, ", ".join(STATES)))
        with self.database.reading() as tx:
            return tx.rows(_LISTED, state=state, most=most)

    def interventions(self, first: dt.date, last: dt.date | None = None) -> pd.DataFrame:
        """The table `interventions` of the contract, with reason_zh, reason_en, cost and ended_at (naive UTC) beside it.

        Args:
            first: a day.
            last: the last day of a span; the same day by default.
        """
        import pandas as pd

        with self.database.reading() as tx:
            rows = tx.rows(_INTERVENTIONS, first=str(first), last=str(last or first))
        return pd.DataFrame(list(_as_contract(rows)), columns=list(_COLUMNS))

    def sweep(self) -> int:
        """Give back reservations whose deadline has passed; how many."""
        return self.offers.sweep()

    def close(self) -> None:
        """Give up this thread's connection."""
        self.database.close()


_COLUMNS = (
    "intervention_id", "date", "user_id", "playbook", "action", "offer_id", "expires_at", "arm", "reason", "state",
    "reason_zh", "reason_en", "cost", "ended_at",
)  # fmt: skip


def _as_contract(rows: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    for row in rows:
        kept = {name: row[name] for name in _COLUMNS if name in row}
        yield kept | {
            "date": dt.date.fromisoformat(row["date"]),
            "expires_at": moment(row["expires_ms"]),
            "reason": row["reason_zh"],
            "state": row["state"] or row["verdict"].upper(),
            "ended_at": moment(row["ended_ms"]) if row["ended_ms"] else None,
        }


# These take nothing but their own form: what was planned stays in the outbox.
_FORMS: dict[str, Callable[[Mapping[str, Any]], None]] = {"robot": check_robot, "email": check_mail}


def _body(given: Planned | Notice, kind: str) -> str:
    return as_body("payload", given.payload) if kind in _FORMS else given.body


def _id(given: Planned | Notice) -> str:
    return given.intervention_id if isinstance(given, Planned) else given.notice_id


def _refusal(tx: Transaction, planned: Planned, now_ms: int) -> Refusal | None:
    """The first rule that refuses; nothing is spent before all have passed."""
    if millis(planned.expires_at) <= now_ms:
        return Refusal("expired", {"expires_at": f"{planned.expires_at:%Y-%m-%d %H:%M}"})
    field = raw_field(planned.payload)
    if field is not None:
        return Refusal("raw_pii", {"field": field})
    return offers.refusal_of(tx, planned, now_ms) if planned.offer_id else None


def _write(tx: Transaction, planned: Planned, verdict: str, now_ms: int) -> None:
    tx.change(
        _INTERVENTION,
        intervention_id=planned.intervention_id,
        date=str(planned.date),
        user_id=planned.user_id,
        playbook=planned.playbook,
        action=planned.action,
        offer_id=planned.offer_id,
        expires_ms=millis(planned.expires_at),
        arm=planned.arm,
        reason_zh=planned.reason.zh,
        reason_en=planned.reason.en,
        cost=float(planned.cost),
        verdict=verdict,
        planned_ms=now_ms,
    )

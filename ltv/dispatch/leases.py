"""Who may send which message until when.

A claim takes a batch under a token that nobody had before; a result is written back only under that token, so that a
worker that was thought dead changes nothing that another has done since. A lease that ran out: where the receiver sees
by the id what came before, the message is sent again; elsewhere it is only when nothing can have been sent yet.

Moments are stored from the wall clock, which may jump: a lease or a wait that ends further away than any can is over.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from ltv.dispatch import breaker as breakers
from ltv.dispatch import counters
from ltv.dispatch.breaker import Breaker

if TYPE_CHECKING:
    from ltv.dispatch.database import Database, Transaction
    from ltv.settings.endpoints import Dispatch

MessageState = Literal["ENQUEUED", "PROCESSING", "ACKED", "RETRYABLE", "UNKNOWN", "DEAD"]
STATES: tuple[MessageState, ...] = ("ENQUEUED", "PROCESSING", "ACKED", "RETRYABLE", "UNKNOWN", "DEAD")
_DUE = """
SELECT 1 AS there FROM messages WHERE endpoint = $endpoint AND state IN ('ENQUEUED', 'RETRYABLE')
    AND expires_ms > $now_ms AND (due_ms <= $now_ms OR due_ms > $farthest_ms) AND quiet <= $most_quiet LIMIT 1
"""
_CLAIM = """
UPDATE messages SET state = 'PROCESSING', token = $token, lease_ms = $lease_ms, begun = 0
WHERE state IN ('ENQUEUED', 'RETRYABLE') AND message_id IN (
    SELECT message_id FROM messages WHERE endpoint = $endpoint AND state IN ('ENQUEUED', 'RETRYABLE')
        AND expires_ms > $now_ms AND (due_ms <= $now_ms OR due_ms > $farthest_ms) AND quiet <= $most_quiet
    ORDER BY due_ms, message_id LIMIT $n
) RETURNING message_id, endpoint, body, topic, attempts, expires_ms, queued_ms
"""
_TOKEN = "UPDATE fence SET token = token + 1 RETURNING token"  # noqa: S105  a number
_BEGIN = """
UPDATE messages SET begun = 1
WHERE message_id = $message_id AND token = $token AND state = 'PROCESSING' AND lease_ms > $now_ms AND begun = 0
"""
# What was thought lost (UNKNOWN) may still be told by the one who sent it: the token is his.
_RESULT = """
UPDATE messages SET state = $state, attempts = attempts + 1, begun = 0, lease_ms = 0, due_ms = $due_ms,
    ended_ms = $ended_ms, why = $why
WHERE message_id = $message_id AND token = $token AND state IN ('PROCESSING', 'UNKNOWN')
"""
_HAND_BACK = """
UPDATE messages SET state = CASE WHEN attempts = 0 THEN 'ENQUEUED' ELSE 'RETRYABLE' END, lease_ms = 0
WHERE message_id = $message_id AND token = $token AND state = 'PROCESSING' AND begun = 0
"""
_TO_SWEEP = """
SELECT 1 AS there FROM messages
WHERE (state = 'PROCESSING' AND (lease_ms <= $now_ms OR lease_ms > $longest_ms))
    OR (state IN ('ENQUEUED', 'RETRYABLE') AND expires_ms <= $now_ms) LIMIT 1
"""
_LOST = """
UPDATE messages SET state = 'UNKNOWN', ended_ms = $now_ms, crashes = crashes + 1, why = 'the worker died while sending'
WHERE state = 'PROCESSING' AND (lease_ms <= $now_ms OR lease_ms > $longest_ms) AND repeatable = 0 AND begun = 1
RETURNING endpoint
"""
_FREED = """
UPDATE messages SET state = 'RETRYABLE', lease_ms = 0, due_ms = $now_ms, crashes = crashes + 1,
    why = 'the worker died or was too slow'
WHERE state = 'PROCESSING' AND (lease_ms <= $now_ms OR lease_ms > $longest_ms) RETURNING endpoint
"""
_EXPIRED = """
UPDATE messages SET state = 'DEAD', ended_ms = $now_ms, why = 'expired'
WHERE state IN ('ENQUEUED', 'RETRYABLE') AND expires_ms <= $now_ms RETURNING endpoint
"""

_FORGET = """
UPDATE messages SET body = '' WHERE state IN ('ACKED', 'DEAD') AND ended_ms < $before_ms AND body <> ''
"""


@dataclass(frozen=True)
class Message:
    """A message as its sender sees it.

    Attributes:
        message_id: the same at every attempt: the receiver tells by it what came before.
        endpoint: where it goes.
        body: JSON text, the same at every attempt.
        topic: playbook of an intervention, or what a notice is about.
        attempts: how many were made before.
        expires_ms: from then on it dies unsent; milliseconds since 1970.
        queued_ms: when it was queued.
    """

    message_id: str
    endpoint: str
    body: str
    topic: str
    attempts: int
    expires_ms: int
    queued_ms: int


@dataclass(frozen=True)
class Claim:
    """Messages that belong to a worker for a while.

    Attributes:
        token: proves it.
        messages: the batch, what is due longest first; empty where nothing is due or the breaker is open.
        breaker: of the endpoint, as it was then.
    """

    token: int
    messages: tuple[Message, ...]
    breaker: Breaker


@dataclass(frozen=True)
class Written:
    """What becomes of a message after an attempt.

    Attributes:
        message_id: the message.
        state: its state.
        due_ms: when the next attempt is due.
        why: what happened, in a line.
    """

    message_id: str
    state: MessageState
    due_ms: int
    why: str


def claim(
    database: Database, endpoint: str, *, now_ms: int, how: Dispatch, longest_ms: int, is_quiet: bool = False
) -> Claim:
    """Take the next batch of an endpoint, as far as its breaker lets through.

    Args:
        database: of the outbox.
        endpoint: its name.
        now_ms: the clock.
        how: the settings.
        longest_ms: the longest wait there can be: who waits longer waits for a clock that was set back.
        is_quiet: what speaks to people waits.
    """
    terms = {
        "endpoint": endpoint,
        "now_ms": now_ms,
        "farthest_ms": now_ms + longest_ms,
        "most_quiet": int(not is_quiet),
    }
    with database.reading() as tx:  # looking costs no write
        known = breakers.read(tx, endpoint)
        if not known.lets_through(now_ms, how) or tx.one(_DUE, **terms) is None:
            return Claim(0, (), known)
    with database.writing() as tx:
        token = int(tx.one(_TOKEN))
        known = breakers.read(tx, endpoint)
        n = known.lets_through(now_ms, how)
        rows = tx.rows(_CLAIM, token=token, lease_ms=now_ms + _lease_ms(how), n=n, **terms) if n else []
        if rows and known.state != "closed":
            breakers.write(tx, known.probing(now_ms, how))
    messages = sorted((Message(**row) for row in rows), key=lambda m: (m.queued_ms, m.message_id))
    return Claim(token, tuple(messages), known)


def begin(database: Database, message: Message, token: int, *, now_ms: int) -> bool:
    """Write down that a message that can be sent once only is on its way; False where it is not ours any more."""
    with database.writing() as tx:
        return bool(tx.change(_BEGIN, message_id=message.message_id, token=token, now_ms=now_ms))


def write_back(tx: Transaction, results: Sequence[Written], token: int, *, now_ms: int) -> list[Written]:
    """Write results down, as far as the messages are still ours; those that were."""
    ours = []
    for r in results:
        over = r.state in ("ACKED", "UNKNOWN", "DEAD")
        told = {"message_id": r.message_id, "state": r.state, "due_ms": r.due_ms, "why": r.why}
        if tx.change(_RESULT, **told, ended_ms=now_ms if over else 0, token=token):
            ours.append(r)
    return ours


def hold(tx: Transaction) -> None:
    """Let nobody else claim, enqueue or write results before this transaction ends."""
    tx.one(_TOKEN)


def hand_back(tx: Transaction, messages: Sequence[Message], token: int) -> None:
    """Give back what was claimed and not sent: that was no attempt."""
    for m in messages:
        tx.change(_HAND_BACK, message_id=m.message_id, token=token)


def sweep(database: Database, *, now_ms: int, how: Dispatch) -> int:
    """Bury what expired, free what dead workers held, and say UNKNOWN of what they may have sent; how many messages."""
    longest_ms = now_ms + _lease_ms(how)
    with database.reading() as tx:
        if tx.one(_TO_SWEEP, now_ms=now_ms, longest_ms=longest_ms) is None:
            return 0
    with database.writing() as tx:
        tx.one(_TOKEN)
        lost = tx.rows(_LOST, now_ms=now_ms, longest_ms=longest_ms)
        freed = tx.rows(_FREED, now_ms=now_ms, longest_ms=longest_ms)
        expired = tx.rows(_EXPIRED, now_ms=now_ms)
        for row in [*lost, *freed]:
            counters.raise_by(tx, counters.CRASHED, endpoint=row["endpoint"])
        for row in lost:
            counters.raise_by(tx, counters.SENDS, endpoint=row["endpoint"], label="UNKNOWN")
        for row in expired:
            counters.raise_by(tx, counters.SENDS, endpoint=row["endpoint"], label="EXPIRED")
    return len(lost) + len(freed) + len(expired)


def forget(database: Database, *, now_ms: int, how: Dispatch) -> int:
    """Empty the text of messages that were taken or given up long ago; of how many.

    Args:
        database: of the outbox.
        now_ms: the clock.
        how: the settings.
    """
    with database.writing() as tx:
        return tx.change(_FORGET, before_ms=now_ms - int(how.keep_days * 86_400_000))


def _lease_ms(how: Dispatch) -> int:
    return int(how.lease_seconds * 1000)

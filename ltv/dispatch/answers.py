"""What an attempt came to, and what becomes of the message: pure rules, without network or clock."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from math import ldexp
from random import Random
from typing import TYPE_CHECKING, Literal

from ltv.dispatch.leases import Message, Written

if TYPE_CHECKING:
    from ltv.settings.endpoints import Dispatch, Endpoint

# accepted: taken. refused: never will be. failed: not taken, may be later. gone: the endpoint is no more.
# ambiguous: nobody knows whether it was taken. unsent: nothing left this machine.
Kind = Literal["accepted", "refused", "failed", "gone", "ambiguous", "unsent"]
_LONGEST_WHY = 300


@dataclass(frozen=True)
class Answer:
    """What an attempt came to.

    Attributes:
        kind: accepted, refused, failed, gone, ambiguous or unsent.
        why: in a line; nothing secret.
        status: the receiver's status code, where it gave one.
        retry_after_seconds: how long it asks to wait.
        latency_ms: how long the call took.
    """

    kind: Kind
    why: str = ""
    status: int | None = None
    retry_after_seconds: float | None = None
    latency_ms: float = 0.0


def from_status(status: int, *, retry_after: str = "", location_host: str = "", now: dt.datetime) -> Answer:
    """What an HTTP status means for a message that a receiver knows by its id.

    Args:
        status: the code; any 2xx is success, whatever the body says.
        retry_after: the header, in seconds or as a date.
        location_host: where a redirect would lead; it is never followed.
        now: the clock; naive UTC.

    >>> at = dt.datetime(2026, 7, 1)
    >>> [from_status(code, now=at).kind for code in (204, 302, 404, 410, 429, 503)]
    ['accepted', 'failed', 'refused', 'gone', 'failed', 'failed']
    """
    wait = seconds_of(retry_after, now)
    if 200 <= status < 300:  # noqa: PLR2004  the classes of HTTP
        return Answer("accepted", f"{status}", status)
    if 300 <= status < 400:  # noqa: PLR2004
        to = f" to {location_host}" if location_host else ""
        return Answer("failed", f"{status}: a redirect{to}, which is not followed", status)
    if status == 410:  # noqa: PLR2004
        return Answer("gone", "410: the endpoint is gone", status)
    if 400 <= status < 500 and status not in (408, 425, 429):  # noqa: PLR2004
        return Answer("refused", f"{status}: refused", status)
    return Answer("failed", f"{status}: not taken", status, wait)


def seconds_of(retry_after: str, now: dt.datetime) -> float | None:
    """Seconds that a Retry-After header asks for; None where it asks for nothing that can be read.

    >>> seconds_of("120", dt.datetime(2026, 7, 1))
    120.0
    >>> seconds_of("Wed, 01 Jul 2026 00:01:00 GMT", dt.datetime(2026, 7, 1))
    60.0
    """
    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        return float(text[:12])
    try:
        moment = parsedate_to_datetime(text)
        if moment.tzinfo is not None:
            moment = moment.astimezone(dt.UTC).replace(tzinfo=None)
        return max((moment - now).total_seconds(), 0.0)
    except (TypeError, ValueError, OverflowError):
        return None


def becomes(
    message: Message, answer: Answer, *, endpoint: Endpoint, how: Dispatch, now_ms: int, random: Random
) -> Written:
    """What becomes of a message after an attempt.

    Args:
        message: the message.
        answer: what the attempt came to.
        endpoint: where it went.
        how: the settings.
        now_ms: the clock.
        random: for jitter, so that not everybody comes back at once.
    """
    why = " ".join(answer.why.split())[:_LONGEST_WHY]
    if answer.kind == "accepted":
        return Written(message.message_id, "ACKED", 0, why)
    if answer.kind == "refused":
        return Written(message.message_id, "DEAD", 0, why)
    if answer.kind == "ambiguous" and not endpoint.repeatable:
        return Written(message.message_id, "UNKNOWN", 0, why)
    if message.attempts + 1 >= how.max_attempts:
        return Written(message.message_id, "DEAD", 0, f"given up after {message.attempts + 1} attempts; {why}")
    if answer.kind == "gone":  # it waits with the others until the endpoint is in use again
        return Written(message.message_id, "RETRYABLE", now_ms, why)
    wait = wait_seconds(message.attempts, how, random=random, asked=answer.retry_after_seconds)
    return Written(message.message_id, "RETRYABLE", now_ms + int(wait * 1000), why)


def wait_seconds(attempts: int, how: Dispatch, *, random: Random, asked: float | None = None) -> float:
    """Seconds before the next attempt: twice as long each time, half of it left to chance, never less than asked for.

    Args:
        attempts: made before the one that failed.
        how: the settings.
        random: for jitter.
        asked: by the receiver, in seconds.
    """
    whole = min(ldexp(how.first_wait_seconds, min(attempts, 40)), how.longest_wait_seconds)
    return min(max(whole * random.uniform(0.5, 1.0), asked or 0.0), how.longest_wait_seconds)

"""What is held because a breaker is open or an endpoint is out of use: a digest for people, instead of silence."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from ltv.dispatch import breaker as breakers
from ltv.dispatch.dispatch_words import DISABLED, HELD, HELD_TITLE, NOTHING_HELD, OPEN
from ltv.dispatch.planned import Notice, id_of, moment
from ltv.dispatch.sinks.email import mail
from ltv.dispatch.sinks.robot import robot_text
from ltv.errors import UsageError, found
from ltv.text import Lang, Text, number, same

if TYPE_CHECKING:
    from ltv.dispatch.outbox import Outbox

_BY_TOPIC = """
SELECT b.endpoint, b.state, b.since_ms, b.disabled, m.topic, COUNT(*) AS n, MIN(m.queued_ms) AS oldest_ms
FROM breakers b JOIN messages m ON m.endpoint = b.endpoint
WHERE (b.state <> 'closed' OR b.disabled <> '') AND m.state IN ('ENQUEUED', 'RETRYABLE', 'PROCESSING')
GROUP BY b.endpoint, b.state, b.since_ms, b.disabled, m.topic ORDER BY b.endpoint, n DESC, m.topic
"""
_MOST_TOPICS = 5
_ALARM_HOURS = 6


@dataclass(frozen=True)
class Held:
    """What one endpoint holds.

    Attributes:
        endpoint: its name.
        why: in both languages.
        messages: how many.
        oldest_ms: when the oldest was queued; milliseconds since 1970.
        topics: playbooks with their messages, the most first.
    """

    endpoint: str
    why: Text
    messages: int
    oldest_ms: int
    topics: tuple[tuple[str, int], ...]

    @property
    def words(self) -> Text:
        """The line of the digest."""
        topics = ", ".join(f"{name} {n}" for name, n in self.topics[:_MOST_TOPICS])
        more = " …" if len(self.topics) > _MOST_TOPICS else ""
        return HELD.format(
            endpoint=self.endpoint,
            why=self.why,
            messages=number(self.messages, "count"),
            oldest=same(f"{moment(self.oldest_ms):%Y-%m-%d %H:%M}"),
            topics=same(topics + more),
        )


def held(outbox: Outbox) -> list[Held]:
    """What is held, by endpoint.

    Args:
        outbox: of the workspace.
    """
    with outbox.database.reading() as tx:
        rows = tx.rows(_BY_TOPIC)
    names = list(dict.fromkeys(row["endpoint"] for row in rows))
    return [_held([row for row in rows if row["endpoint"] == name]) for name in names]


def _held(rows: Sequence[dict[str, object]]) -> Held:
    first = rows[0]
    why = (
        DISABLED.format(why=str(first["disabled"]))
        if first["disabled"]
        else OPEN.format(since=f"{moment(_whole(first['since_ms'])):%Y-%m-%d %H:%M}")
    )
    topics = tuple((str(row["topic"]), _whole(row["n"])) for row in rows)
    oldest = min(_whole(row["oldest_ms"]) for row in rows)
    return Held(str(first["endpoint"]), why, sum(n for _, n in topics), oldest, topics)


def _whole(value: object) -> int:
    return int(str(value))


def held_digest(outbox: Outbox, lang: Lang) -> str:
    """The digest as markdown, for a robot or a mail (`robot_text` cuts it to length).

    Args:
        outbox: of the workspace.
        lang: zh or en.
    """
    lines = [f"> {one.words.to(lang)}" for one in held(outbox)]
    return "\n".join([f"**{HELD_TITLE.to(lang)}**", *(lines or [NOTHING_HELD.to(lang)])])


def alarm(outbox: Outbox, endpoint: str) -> bool:
    """Put the digest into the outbox for the team, once for each time a breaker opens or an endpoint is out of use.

    Args:
        outbox: of the workspace; `dispatch.alarm` names the robot or e-mail that is told, if any.
        endpoint: the one that may be ailing.

    Returns:
        Whether a digest was put there now.
    """
    told = outbox.endpoints.get(outbox.settings.dispatch.alarm)
    if told is None or told.name == endpoint:
        return False
    with outbox.database.reading() as tx:
        state = breakers.read(tx, endpoint)
    if state.state == "closed" and not state.disabled:
        return False
    lang = outbox.settings.languages[0]
    text = held_digest(outbox, lang)
    page = f"<pre>{escape(text)}</pre>"
    payload = robot_text(text) if told.kind == "robot" else mail(HELD_TITLE.to(lang), page, text=text)
    notice_id = id_of("held", endpoint, state.since_ms, state.disabled)
    expires_at = outbox.now() + dt.timedelta(hours=_ALARM_HOURS)
    return outbox.notify([Notice(notice_id, told.name, payload, expires_at, "held")]).queued > 0


def enable(outbox: Outbox, endpoint: str) -> bool:
    """Take an endpoint into use again, its breaker closed; False where it was in use.

    Args:
        outbox: of the workspace.
        endpoint: its name.

    Raises:
        UsageError: `ltv.toml` has no such endpoint.
    """
    if endpoint not in outbox.endpoints:
        raise UsageError(found("--enable", endpoint, ", ".join(outbox.endpoints) or "nothing: there is no endpoint"))
    with outbox.database.writing() as tx:
        before = breakers.read(tx, endpoint)
        breakers.write(tx, breakers.Breaker(endpoint, since_ms=outbox.now_ms))
    return bool(before.disabled) or before.state != "closed"

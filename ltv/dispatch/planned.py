"""What goes into the outbox: interventions for people, notices for the team, offers and their pools."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from ltv.errors import UsageError, found
from ltv.text import Text

Arm = Literal["treatment", "control"]
_ID = re.compile(r"[0-9a-f]{16,64}")
MOST_BYTES = 4_000_000  # of one message: a picture of 2 MB in base64 and room beside it
EPOCH = dt.datetime(1970, 1, 1)  # noqa: DTZ001  naive UTC, as all moments here


@dataclass(frozen=True)
class Planned:
    """An intervention for a person, ready to be sent.

    Attributes:
        intervention_id: 16 to 64 hexadecimal digits; the same id is the same intervention, and is taken once.
        date: the day that planned it.
        user_id: the person.
        playbook: name of the playbook.
        action: what is done.
        arm: people of the control arm get nothing, and are kept to compare with.
        reason: why, in both languages.
        expires_at: from then on it dies unsent; naive UTC.
        endpoint: name in `ltv.toml` of where it is sent to; nothing of the control arm.
        payload: what the receiver needs beside the above; ids as hashes only.
        cost: what it costs, in the workspace's currency.
        offer_id: an offer that is reserved for the person.
        registered_at: when the person registered, for offers for new people; naive UTC.
        skus: articles the offer is meant for.
        holds: offers the person has from elsewhere.
    """

    intervention_id: str
    date: dt.date
    user_id: int
    playbook: str
    action: str
    arm: Arm
    reason: Text
    expires_at: dt.datetime
    endpoint: str = ""
    payload: Mapping[str, Any] = field(default_factory=dict)
    cost: float = 0.0
    offer_id: str = ""
    registered_at: dt.datetime | None = None
    skus: tuple[str, ...] = ()
    holds: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_id("intervention_id", self.intervention_id)
        _settle(self, user_id=int(self.user_id), cost=float(self.cost), date=_day(self.date))
        _settle(self, expires_at=_naive("expires_at", self.expires_at))
        known = self.registered_at is not None and self.registered_at == self.registered_at
        _settle(self, registered_at=_naive("registered_at", self.registered_at) if known else None)
        if not 0 <= self.cost < float("inf"):
            raise UsageError(found("cost", self.cost, "a number that is not negative"))
        if self.arm not in ("treatment", "control"):
            raise UsageError(found("arm", self.arm, "treatment, control"))
        if self.arm == "treatment" and not self.endpoint:
            raise UsageError(found("endpoint", self.endpoint, "a name in ltv.toml [[endpoints]]"))

    @property
    def body(self) -> str:
        """The message, the same text at every attempt.

        Raises:
            UsageError: the payload is no JSON, or too large.
        """
        data = {
            "intervention_id": self.intervention_id,
            "date": str(self.date),
            "user_id": self.user_id,
            "playbook": self.playbook,
            "action": self.action,
            "offer_id": self.offer_id or None,
            "expires_at": f"{self.expires_at.isoformat(timespec='seconds')}Z",
            "reason": self.reason.as_dict(),
        }
        whole = {"type": f"intervention.{self.action}", "data": data | {"payload": dict(self.payload)}}
        return as_body("payload", whole)


@dataclass(frozen=True)
class Notice:
    """A message to the team: a digest for a robot, a mail, a line for the CRM that belongs to no intervention.

    Attributes:
        notice_id: 16 to 64 hexadecimal digits; the same id is the same notice, and is taken once.
        endpoint: name in `ltv.toml` of where it is sent to.
        payload: as the kind of endpoint wants it, see `robot_texts`, `robot_picture` and `mail`.
        expires_at: from then on it dies unsent; naive UTC.
        topic: a word for lists and counters.
    """

    notice_id: str
    endpoint: str
    payload: Mapping[str, Any]
    expires_at: dt.datetime
    topic: str = "digest"

    def __post_init__(self) -> None:
        check_id("notice_id", self.notice_id)
        _settle(self, expires_at=_naive("expires_at", self.expires_at))

    @property
    def body(self) -> str:
        """The message, the same text at every attempt."""
        return as_body("payload", dict(self.payload))


@dataclass(frozen=True)
class Offer:
    """An offer with a pool.

    Attributes:
        offer_id: its number, as in the table `offers`.
        name: what it is called.
        stock: how many there are; None is without end.
        starts_at: from when on it holds; naive UTC.
        expires_at: until when; naive UTC.
        stackable: whether a person may have it beside others.
        skus: the only articles it holds for; none is all.
        registered_within_hours: only people who registered less than so many hours ago; None is everybody.
    """

    offer_id: str
    name: str
    stock: int | None
    starts_at: dt.datetime
    expires_at: dt.datetime
    stackable: bool = False
    skus: tuple[str, ...] = ()
    registered_within_hours: float | None = None

    def __post_init__(self) -> None:
        if not self.offer_id:
            raise UsageError(found("offer_id", self.offer_id, "a text"))
        if self.stock is not None and self.stock < 0:
            raise UsageError(found("stock", self.stock, "a whole number that is not negative, or None"))
        _settle(self, starts_at=_naive("starts_at", self.starts_at), expires_at=_naive("expires_at", self.expires_at))


def _settle(made: Planned | Notice | Offer, **values: object) -> None:
    """Keep values in plain types: rows of a data frame bring others that a database does not take."""
    for name, value in values.items():
        object.__setattr__(made, name, value)


def _day(day: dt.date) -> dt.date:
    return day.date() if isinstance(day, dt.datetime) else day


def _naive(name: str, moment: object) -> dt.datetime:
    if not isinstance(moment, dt.datetime) or moment.tzinfo is not None or moment != moment:  # noqa: PLR0124  NaT differs
        raise UsageError(found(name, str(moment), "a moment in UTC, without a zone"))
    plain: dt.datetime = moment.to_pydatetime() if hasattr(moment, "to_pydatetime") else moment
    return plain


def check_id(name: str, value: str) -> None:
    """Refuse what is no id.

    >>> check_id("intervention_id", "12")
    Traceback (most recent call last):
    ...
    ltv.errors.UsageError: intervention_id: found '12', allowed: 16 to 64 hexadecimal digits
    """
    if not _ID.fullmatch(value):
        raise UsageError(found(name, value, "16 to 64 hexadecimal digits"))


def id_of(*parts: object) -> str:
    """An id from what makes a thing the same thing: an intervention's playbook, user_id and start of the episode.

    >>> id_of("winback", 12, "2026-06-30")
    '5c03c1d62e99ec60ded2f905ae931f04'
    """
    text = json.dumps([str(part) for part in parts], ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def as_body(name: str, value: Mapping[str, Any]) -> str:
    """JSON text of a message.

    Raises:
        UsageError: something JSON cannot hold, or more than `MOST_BYTES`.
    """
    try:
        text = json.dumps(value, ensure_ascii=False, sort_keys=True, allow_nan=False)
        size = len(text.encode())
    except (TypeError, ValueError) as error:
        raise UsageError(found(name, str(error), "what JSON can hold")) from None
    if size > MOST_BYTES:
        raise UsageError(found(name, f"{size:,} bytes", f"at most {MOST_BYTES:,}"))
    return text


def millis(moment: dt.datetime) -> int:
    """Milliseconds since 1970 of a naive UTC moment.

    >>> millis(dt.datetime(1970, 1, 1, 0, 0, 1))
    1000
    """
    return (moment - EPOCH) // dt.timedelta(milliseconds=1)


def moment(milliseconds: int) -> dt.datetime:
    """The naive UTC moment of milliseconds since 1970.

    >>> moment(1000)
    datetime.datetime(1970, 1, 1, 0, 0, 1)
    """
    return EPOCH + dt.timedelta(milliseconds=milliseconds)

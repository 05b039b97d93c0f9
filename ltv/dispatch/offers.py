"""Pools of offers that are never oversold: rules first, then one conditional update spends.

A reservation ends when it is redeemed, released, or its deadline has passed. The sweep on `deadline <= now` is the
truth; what others tell of it (`settle`) is a hint that comes late, twice or never.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from ltv.dispatch import counters
from ltv.dispatch.decisions import Refusal
from ltv.dispatch.planned import Offer, Planned, millis, moment

if TYPE_CHECKING:
    from ltv.dispatch.database import Database, Row, Transaction

Event = Literal["reserved", "released", "redeemed", "expired", "refused"]
HOUR_MS = 3_600_000
_PUT = """
INSERT INTO offers (offer_id, name, stock, starts_ms, expires_ms, stackable, skus, registered_hours, reserved, redeemed)
VALUES ($offer_id, $name, $stock, $starts_ms, $expires_ms, $stackable, $skus, $registered_hours, 0, 0)
ON CONFLICT (offer_id) DO UPDATE SET name = excluded.name, stock = excluded.stock, starts_ms = excluded.starts_ms,
    expires_ms = excluded.expires_ms, stackable = excluded.stackable, skus = excluded.skus,
    registered_hours = excluded.registered_hours
"""
_OFFER = "SELECT * FROM offers WHERE offer_id = $offer_id"
_HELD = """
SELECT r.offer_id, r.state, COALESCE(o.stackable, 0) AS stackable
FROM reservations r LEFT JOIN offers o ON o.offer_id = r.offer_id
WHERE r.user_id = $user_id AND (r.state = 'redeemed' OR (r.state = 'reserved' AND r.deadline_ms > $now_ms))
ORDER BY r.offer_id
"""
# The floor: the one place where stock is spent, and it cannot go below nothing.
_SPEND = """
UPDATE offers SET reserved = reserved + 1
WHERE offer_id = $offer_id AND (stock IS NULL OR reserved + redeemed < stock)
"""
_RESERVE = """
INSERT INTO reservations (reservation_id, offer_id, user_id, state, reserved_ms, deadline_ms, ended_ms)
VALUES ($reservation_id, $offer_id, $user_id, 'reserved', $now_ms, $deadline_ms, 0)
"""
_END = """
UPDATE reservations SET state = $state, ended_ms = $now_ms
WHERE reservation_id = $reservation_id AND state = 'reserved' RETURNING offer_id
"""
_REDEEM = "UPDATE offers SET reserved = reserved - 1, redeemed = redeemed + 1 WHERE offer_id = $offer_id"
_GIVE_BACK = "UPDATE offers SET reserved = reserved - $n WHERE offer_id = $offer_id"
_REDEEM_FREE = """
UPDATE offers SET redeemed = redeemed + 1
WHERE offer_id = $offer_id AND (stock IS NULL OR reserved + redeemed < stock)
"""
_WITH_OFFER = """
SELECT r.state, o.* FROM reservations r JOIN offers o ON o.offer_id = r.offer_id WHERE r.reservation_id = $id
"""
_LATE = """
UPDATE reservations SET state = 'redeemed', ended_ms = $now_ms
WHERE reservation_id = $reservation_id AND state IN ('expired', 'released')
"""
_OVERDUE = "SELECT 1 AS there FROM reservations WHERE state = 'reserved' AND deadline_ms <= $now_ms LIMIT 1"
_SWEEP = """
UPDATE reservations SET state = 'expired', ended_ms = $now_ms
WHERE state = 'reserved' AND deadline_ms <= $now_ms RETURNING offer_id
"""
_ANOTHER = """
SELECT b.state FROM reservations a JOIN reservations b ON b.offer_id = a.offer_id AND b.user_id = a.user_id
WHERE a.reservation_id = $id AND a.offer_id = $offer_id AND b.reservation_id <> $id AND b.state IN ('reserved', 'redeemed')
"""
_SETTLED = """
INSERT INTO settled (offer_id, user_id, event, ts_ms) VALUES ($offer_id, $user_id, $event, $ts_ms)
ON CONFLICT (offer_id, user_id, event, ts_ms) DO NOTHING
"""
_OF_PERSON = """
SELECT reservation_id FROM reservations
WHERE offer_id = $offer_id AND user_id = $user_id AND state IN ('reserved', 'expired', 'released')
ORDER BY CASE WHEN state = 'reserved' THEN 0 ELSE 1 END, reserved_ms DESC, reservation_id LIMIT 1
"""
_USED = """
SELECT 1 AS used FROM reservations WHERE offer_id = $offer_id AND user_id = $user_id AND state = 'redeemed'
"""
_POOLS = "SELECT offer_id, stock, reserved, redeemed FROM offers ORDER BY offer_id"
_FENCE = "UPDATE fence SET token = token + 1"


@dataclass(frozen=True)
class OfferEvent:
    """What the shop tells of an offer: a row of `offer_events`, with its person.

    Attributes:
        offer_id: the offer.
        user_id: the person.
        event: released, redeemed and expired change a reservation; reserved and refused change nothing here.
        ts: when; naive UTC. The same event told twice counts once.
    """

    offer_id: str
    user_id: int
    event: Event
    ts: dt.datetime


@dataclass(frozen=True)
class Pool:
    """What is left of an offer.

    Attributes:
        offer_id: the offer.
        stock: how many there are; None is without end.
        reserved: kept for people.
        redeemed: gone for good.
    """

    offer_id: str
    stock: int | None
    reserved: int
    redeemed: int


class Offers:
    """The pools of a workspace.

    Args:
        database: of the outbox.
        now: the clock; naive UTC.
    """

    def __init__(self, database: Database, now: Callable[[], dt.datetime]) -> None:
        self._database = database
        self._now = now

    def put(self, offers: Iterable[Offer]) -> None:
        """Add offers, or change their terms; what is reserved and redeemed stays as it is."""
        with self._database.writing() as tx:
            tx.change(_FENCE)
            for o in offers:
                tx.change(
                    _PUT,
                    offer_id=o.offer_id,
                    name=o.name,
                    stock=o.stock,
                    starts_ms=millis(o.starts_at),
                    expires_ms=millis(o.expires_at),
                    stackable=int(o.stackable),
                    skus=json.dumps(list(o.skus), ensure_ascii=False),
                    registered_hours=o.registered_within_hours,
                )

    def pools(self) -> list[Pool]:
        """What is left of every offer."""
        with self._database.reading() as tx:
            return [Pool(**row) for row in tx.rows(_POOLS)]

    def redeem(self, intervention_id: str, *, sku: str = "") -> Refusal | None:
        """Use what is reserved; a reservation that ended is taken up again while there is stock.

        Args:
            intervention_id: for which it was reserved.
            sku: the article bought, compared with the white list.

        Returns:
            Why not, or None when it was redeemed (now or before).
        """
        now_ms = millis(self._now())
        with self._database.writing() as tx:
            tx.change(_FENCE)
            return _redeem(tx, intervention_id, sku=sku, now_ms=now_ms)

    def release(self, intervention_id: str) -> bool:
        """Give a reservation back to the pool; False where there is none to give back."""
        with self._database.writing() as tx:
            tx.change(_FENCE)
            return _end(tx, intervention_id, "released", millis(self._now()))

    def sweep(self) -> int:
        """Give back all reservations whose deadline has passed; how many."""
        now_ms = millis(self._now())
        with self._database.reading() as tx:
            if tx.one(_OVERDUE, now_ms=now_ms) is None:
                return 0
        with self._database.writing() as tx:
            tx.change(_FENCE)
            return sweep(tx, now_ms)

    def settle(self, events: Iterable[OfferEvent]) -> int:
        """Take over what the shop tells; told twice or late, it counts once.

        Returns:
            How many events changed something.
        """
        now_ms, changed = millis(self._now()), 0
        with self._database.writing() as tx:
            tx.change(_FENCE)
            for e in sorted(events, key=lambda event: event.ts):
                key = {"offer_id": e.offer_id, "user_id": e.user_id}
                if tx.change(_SETTLED, **key, event=e.event, ts_ms=millis(e.ts)):
                    changed += _settle(tx, e, now_ms)
        return changed


def refusal_of(tx: Transaction, planned: Planned, now_ms: int) -> Refusal | None:
    """The first rule that refuses an offer to a person; all rules but the stock, which `reserve` spends last."""
    rows = tx.rows(_OFFER, offer_id=planned.offer_id)
    if not rows:
        return Refusal("offer_unknown", {"offer_id": planned.offer_id})
    offer = rows[0]
    held = tx.rows(_HELD, user_id=planned.user_id, now_ms=now_ms)
    return (
        _out_of_time(offer, now_ms)
        or _not_new(offer, planned, now_ms)
        or _not_listed(offer, planned.skus)
        or _has_it(offer, planned, held)
        or _does_not_stack(tx, offer, planned, held)
    )


def reserve(tx: Transaction, planned: Planned, now_ms: int, *, minutes: float) -> Refusal | None:
    """Take one from the pool for a person, if there is one left; what is overdue was swept in this transaction."""
    if not tx.change(_SPEND, offer_id=planned.offer_id):
        offer = tx.rows(_OFFER, offer_id=planned.offer_id)[0]
        return Refusal("sold_out", {name: offer[name] for name in ("stock", "reserved", "redeemed")})
    tx.change(
        _RESERVE,
        reservation_id=planned.intervention_id,
        offer_id=planned.offer_id,
        user_id=planned.user_id,
        now_ms=now_ms,
        deadline_ms=now_ms + int(minutes * 60_000),
    )
    return None


def sweep(tx: Transaction, now_ms: int) -> int:
    """Give back what is overdue, within a transaction that holds the fence."""
    ended = [row["offer_id"] for row in tx.rows(_SWEEP, now_ms=now_ms)]
    for one in sorted(set(ended)):
        tx.change(_GIVE_BACK, offer_id=one, n=ended.count(one))
    return len(ended)


def _out_of_time(offer: Row, now_ms: int) -> Refusal | None:
    if now_ms < offer["starts_ms"]:
        return Refusal("offer_not_begun", {"offer_id": offer["offer_id"], "starts_at": _minute(offer["starts_ms"])})
    if now_ms >= offer["expires_ms"]:
        return Refusal("offer_over", {"offer_id": offer["offer_id"], "expires_at": _minute(offer["expires_ms"])})
    return None


def _minute(milliseconds: int) -> str:
    return f"{moment(milliseconds):%Y-%m-%d %H:%M}"


def _not_new(offer: Row, planned: Planned, now_ms: int) -> Refusal | None:
    limit = offer["registered_hours"]
    if limit is None:
        return None
    if planned.registered_at is None:
        return Refusal("registered_unknown", {"limit": limit})
    hours = (now_ms - millis(planned.registered_at)) / HOUR_MS
    return None if hours < limit else Refusal("registered", {"hours": round(hours, 1), "limit": limit})


def _not_listed(offer: Row, skus: Iterable[str]) -> Refusal | None:
    listed = json.loads(offer["skus"])
    outside = [sku for sku in skus if listed and sku not in listed]
    return Refusal("sku", {"sku": outside[0], "offer_id": offer["offer_id"]}) if outside else None


def _has_it(offer: Row, planned: Planned, held: list[dict[str, object]]) -> Refusal | None:
    states = {row["offer_id"]: row["state"] for row in held} | dict.fromkeys(planned.holds, "reserved")
    state = states.get(offer["offer_id"])
    return Refusal("one_per_person", {"offer_id": offer["offer_id"], "state": state}) if state else None


def _does_not_stack(tx: Transaction, offer: Row, planned: Planned, held: list[dict[str, object]]) -> Refusal | None:
    # redeemed ones are used up: only what a person could still use beside this one stacks
    others = {str(row["offer_id"]): bool(row["stackable"]) for row in held if row["state"] == "reserved"}
    for other in planned.holds:
        rows = tx.rows(_OFFER, offer_id=other)
        others[other] = bool(rows and rows[0]["stackable"])
    for other, stackable in sorted(others.items()):
        if not (offer["stackable"] and stackable):
            return Refusal("stacking", {"other": other})
    return None


def _end(tx: Transaction, reservation_id: str, state: str, now_ms: int) -> bool:
    ended = tx.rows(_END, reservation_id=reservation_id, state=state, now_ms=now_ms)
    for row in ended:
        if state == "redeemed":
            tx.change(_REDEEM, offer_id=row["offer_id"])
        else:
            tx.change(_GIVE_BACK, offer_id=row["offer_id"], n=1)
    return bool(ended)


def _redeem(tx: Transaction, reservation_id: str, *, sku: str, now_ms: int) -> Refusal | None:
    rows = tx.rows(_WITH_OFFER, id=reservation_id)
    if not rows:
        return Refusal("not_reserved", {})
    if rows[0]["state"] == "redeemed":
        return None
    refused = _not_listed(rows[0], [sku] if sku else [])
    if refused or _end(tx, reservation_id, "redeemed", now_ms):
        return refused
    held = tx.one(_ANOTHER, offer_id=rows[0]["offer_id"], id=reservation_id)
    if held is not None:
        return Refusal("one_per_person", {"offer_id": rows[0]["offer_id"], "state": held})
    if not tx.change(_REDEEM_FREE, offer_id=rows[0]["offer_id"]):
        return Refusal("sold_out", {name: rows[0][name] for name in ("stock", "reserved", "redeemed")})
    tx.change(_LATE, reservation_id=reservation_id, now_ms=now_ms)
    return None


def _settle(tx: Transaction, event: OfferEvent, now_ms: int) -> bool:
    found = tx.one(_OF_PERSON, offer_id=event.offer_id, user_id=event.user_id)
    if event.event in ("released", "expired"):
        return found is not None and _end(tx, found, event.event, now_ms)
    if event.event != "redeemed" or tx.one(_USED, offer_id=event.offer_id, user_id=event.user_id) is not None:
        return False
    if found is not None and _redeem(tx, found, sku="", now_ms=now_ms) is None:
        return True
    if found is None and tx.change(_REDEEM_FREE, offer_id=event.offer_id):
        return True
    # the shop gave away what the pool did not have: a fact to be told, no reason to break the floor
    counters.raise_by(tx, counters.OUTSIDE, label=event.offer_id)
    return False

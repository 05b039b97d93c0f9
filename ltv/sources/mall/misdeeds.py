"""Broken rules put into the tables of a clean mall, each known: what an audit of the hooks must find, and nothing beside it.

Every misdeed is a case of its own, of people who have nothing else to do with offers, so that one breaks one rule. The tables given
are not changed, and the mall that `simulate` writes has none of this.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ltv.errors import UsageError, found
from ltv.sources.mall import assumptions as a
from ltv.sources.mall import hooks as h
from ltv.sources.mall.window import stream

Row = dict[str, Any]
TABLES = ("offers", "offer_events", "orders", "order_items", "members", "trials")
_HOUR, _MINUTE = timedelta(hours=1), timedelta(minutes=1)
_LISTED, _UNLISTED = "apparel-001", next(c for c in a.CATEGORIES if c not in h.COUPON_CATEGORIES) + "-001"
_DISCOUNT = Decimal("12.50")
_STOCK = 2


@dataclass(frozen=True)
class Misdeeds:
    """Tables with broken rules, and which these are.

    Attributes:
        tables: all tables given, those with misdeeds changed, and `messages`.
        routes: rows of routing tables: release, first, last, target, weight.
        truth: rule, case_id, money of each case.
    """

    tables: Mapping[str, pa.Table]
    routes: Sequence[Row]
    truth: pa.Table


@dataclass
class _Book:
    """What is added while rules are broken."""

    tables: Mapping[str, pa.Table]
    end: datetime
    free: Iterator[Row]  # members who never met an offer, with time to go after they registered
    givers: Iterator[Row]  # members who redeemed a first-order coupon, with the moment
    flash: Row
    coupon: str
    added: dict[str, list[Row]] = field(default_factory=dict)
    truth: list[Row] = field(default_factory=list)
    orders: int = 0

    def row(self, table: str, **values: object) -> None:
        self.added.setdefault(table, []).append(values)

    def case(self, rule: str, case_id: str, money: Decimal | None = _DISCOUNT) -> None:
        self.truth.append({"rule": rule, "case_id": case_id, "money": None if money is None else float(money)})

    def order(self, member: Row, ts: datetime, *, sku: str = _LISTED, **more: object) -> str:
        self.orders += 1
        order_id = f"MISDEED{self.orders:05d}"
        fixed = {
            "source": "app",
            "amount": Decimal("87.50"),
            "discount": _DISCOUNT,
            "currency": "CNY",
            "status": "paid",
        } | more
        who = {"id_type": member["id_type"], "id_value": member["id_value"]}
        self.row("orders", order_id=order_id, ts=ts, updated_at=ts, **fixed, **who)
        self.row("order_items", order_id=order_id, line_id="1", sku=sku, quantity=1.0, price=Decimal("100.00"))
        return order_id

    def event(self, member: Row, ts: datetime, event: str, of: tuple[str, str], *, instance: str = "offer-1") -> None:
        offer_id, order_id = of
        who = {"id_type": member["id_type"], "id_value": member["id_value"]}
        self.row("offer_events", ts=ts, offer_id=offer_id, order_id=order_id, event=event, instance=instance, **who)

    def used(self, member: Row, ts: datetime, offer_id: str, **more: Any) -> str:  # noqa: ANN401
        """An order on which an offer was held and redeemed."""
        order_id = self.order(member, ts, **more)
        self.event(member, ts, "reserved", (offer_id, order_id))
        self.event(member, ts + timedelta(milliseconds=1), "redeemed", (offer_id, order_id))
        return order_id


def misdeeds(tables: Mapping[str, pa.Table], *, end: date, each: int = 3, seed: int = 7, rules: Sequence[str] | None = None) -> Misdeeds:  # fmt: skip
    """Break rules in copies of clean tables.

    Args:
        tables: offers, offer_events, orders, order_items, members, trials as a simulation writes them; others are passed on.
        end: last local day.
        each: cases of each rule.
        seed: a whole number; the same gives the same cases.
        rules: which ones to break; all of `RULES` by default.

    Raises:
        UsageError: a table is missing, a rule is unknown, or the mall has too few people without offers.
    """
    lacking = [t for t in TABLES if t not in tables]
    if lacking:
        raise UsageError(found("tables", ", ".join(tables), f"also {', '.join(lacking)}"))
    unknown = [r for r in rules or () if r not in RULES]
    if unknown:
        raise UsageError(found("rules", unknown[0], ", ".join(RULES)))
    last = datetime(end.year, end.month, end.day) + timedelta(days=1) - timedelta(hours=8)  # noqa: DTZ001
    book = _book({name: _naive(table) for name, table in tables.items()}, last, seed)
    routes: list[Row] = []
    messages: list[Row] = [_message(k, "ACKED", last - _HOUR) for k in range(each)]
    messages += [_message(each + k, "PROCESSING", last + _MINUTE) for k in range(each)]
    try:
        for rule in rules or RULES:
            _BREAK[rule](book, each, routes, messages)
    except StopIteration:
        raise UsageError(found("tables", f"{len(book.truth)} cases", "a mall with more members who never had an offer")) from None  # fmt: skip
    schema = pa.schema({"rule": pa.string(), "case_id": pa.string(), "money": pa.float64()})
    made = _with(book) | {"messages": pa.Table.from_pylist(messages)}
    return Misdeeds(made, routes, pa.Table.from_pylist(book.truth, schema=schema))


def read_tables(folder: Path) -> dict[str, pa.Table]:
    """The tables that `misdeeds` needs, of a folder that a simulation wrote.

    Args:
        folder: the one that holds `data/`.
    """
    return {name: pq.read_table(folder / "data" / name) for name in TABLES}


def _naive(table: pa.Table) -> pa.Table:
    for k, column in enumerate(table.schema):
        if pa.types.is_timestamp(column.type):
            table = table.set_column(k, column.name, table[column.name].cast(pa.timestamp("us")))
    return table


def _with(book: _Book) -> dict[str, pa.Table]:
    """The tables with what was added, sorted by nothing: order means nothing in a table."""
    made = dict(book.tables)
    for name, rows in book.added.items():
        schema = made[name].schema
        filled = [{column: row.get(column) for column in schema.names} for row in rows]
        made[name] = pa.concat_tables([made[name], pa.Table.from_pylist(filled, schema=schema)])
    return made


def _book(tables: Mapping[str, pa.Table], end: datetime, seed: int) -> _Book:
    events, members, offers = tables["offer_events"], tables["members"], tables["offers"]
    rng = stream(seed, 0, "misdeeds")
    met = set(events["id_value"].to_pylist())
    first: dict[str, Row] = {}
    for row in members.select(["id_type", "id_value", "registered_at"]).to_pylist():
        first.setdefault(row["id_value"], row)
    coupons = {
        o["offer_id"] for o in offers.select(["offer_id", "hook"]).to_pylist() if o["hook"] == "first_order_coupon"
    }
    given = events.filter(
        pc.and_(pc.equal(events["event"], "redeemed"), pc.is_in(events["offer_id"], pa.array(sorted(coupons))))
    )
    redeemed = {row["id_value"]: row for row in given.select(["ts", "id_value", "offer_id"]).to_pylist()}
    order = rng.permutation(len(first))
    people = [list(first.values())[k] for k in order]
    # everything that is done to them lies in the ten days after they registered, and before the end
    free = (p for p in people if p["id_value"] not in met and p["registered_at"] < end - timedelta(days=20))
    givers = (p | redeemed[p["id_value"]] for p in people if _may_again(p, redeemed.get(p["id_value"]), end))
    flashes = [
        o for o in offers.to_pylist() if o["hook"] == "limited_time_offer" and o["expires_at"] < end - timedelta(days=1)
    ]
    if not flashes or not coupons:
        raise UsageError(
            found("tables", f"{len(flashes)} limited-time offers that are over", "at least one, and a coupon")
        )
    sold = Counter(events["offer_id"].to_pylist())  # the one that is furthest from being sold out
    return _Book(
        tables, end, free, givers, min(flashes, key=lambda o: (sold[o["offer_id"]], o["offer_id"])), min(coupons)
    )


def _may_again(person: Row, redeemed: Row | None, end: datetime) -> bool:
    """Whether another coupon a quarter of an hour later would still be within the first 72 hours."""
    if redeemed is None:
        return False
    return bool(redeemed["ts"] + 2 * _HOUR < min(person["registered_at"] + 72 * _HOUR, end))


def _message(number: int, state: str, deadline: datetime) -> Row:
    return {"message_id": f"MSG{number:05d}", "state": state, "deadline": deadline}


def _outside_hours(book: _Book, each: int, *_: object) -> None:
    for k in range(each):
        member = next(book.free)
        late = timedelta(hours=72) if k == 0 else timedelta(hours=73 + k)  # the first is late by nothing
        order = book.used(member, member["registered_at"] + late, book.coupon)
        book.case("outside_hours", f"{book.coupon}/{order}")


def _off_list(book: _Book, each: int, *_: object) -> None:
    for _k in range(each):
        member = next(book.free)
        order = book.used(member, member["registered_at"] + _HOUR, book.coupon, sku=_UNLISTED)
        book.case("off_list", f"{book.coupon}/{order}")


def _stacked(book: _Book, each: int, *_: object) -> None:
    for k in range(each):
        member = next(book.free)
        if k % 2:  # beside another offer
            at = book.flash["starts_at"] + _HOUR
            order = book.used(member, at, book.flash["offer_id"])
            other = f"SALE-{k}"
            book.row(
                "offers",
                offer_id=other,
                hook="campaign",
                name="sale",
                starts_at=at - _HOUR,
                expires_at=at + _HOUR,
                stackable=True,
            )
            book.event(member, at, "reserved", (other, order), instance="offer-2")
            book.event(member, at + timedelta(milliseconds=1), "redeemed", (other, order), instance="offer-2")
            book.case("stacked", f"{book.flash['offer_id']}/{order}")
        else:
            order = book.used(member, member["registered_at"] + _HOUR, book.coupon, member_benefit=True)
            book.case("stacked", f"{book.coupon}/{order}")


def _given_twice(book: _Book, each: int, *_: object) -> None:
    for k in range(each):
        if k % 2:  # while the first one is still held
            member = next(book.free)
            at = member["registered_at"] + _HOUR
            held = book.order(member, at)
            book.event(member, at, "reserved", (book.coupon, held))
            book.event(member, at + 20 * _MINUTE, "released", (book.coupon, held))
            at += 10 * _MINUTE
        else:
            member = next(book.givers)
            at = member["ts"] + 15 * _MINUTE
        order = book.used(member, at, book.coupon)
        book.case("given_twice", f"{book.coupon}/{order}")


def _over_stock(book: _Book, each: int, *_: object) -> None:
    begins = book.end - timedelta(days=9)
    pool = "FLASH-OVERSOLD"
    book.row(
        "offers", offer_id=pool, hook="limited_time_offer", name="限时 9 折", stock=_STOCK, starts_at=begins,
        expires_at=begins + 48 * _HOUR, stackable=False,
    )  # fmt: skip
    member = next(book.free)
    tried = book.order(member, begins)
    book.event(member, begins, "reserved", (pool, tried))
    book.event(member, begins + 10 * _MINUTE, "released", (pool, tried))  # this piece is free again
    for k in range(_STOCK + each):
        order = book.used(next(book.free), begins + (10 + k) * _MINUTE, pool)
        if k >= _STOCK:
            book.case("over_stock", f"{pool}/{order}")


def _not_released(book: _Book, each: int, *_: object) -> None:
    pool, at = book.flash["offer_id"], book.flash["starts_at"] + 2 * _HOUR
    for k in range(each):
        member = next(book.free)
        order = book.order(member, at, status="timeout")
        book.event(member, at, "reserved", (pool, order))
        if k % 2:
            book.event(member, at + 3 * _HOUR, "expired", (pool, order))
        book.case("not_released", f"{pool}/{order}")


def _used_after_expiry(book: _Book, each: int, *_: object) -> None:
    pool = book.flash["offer_id"]
    for k in range(each):
        at = book.flash["expires_at"] + k * _HOUR  # the first one at the very end
        order = book.used(next(book.free), at, pool)
        book.case("used_after_expiry", f"{pool}/{order}")


def _fired_twice(book: _Book, each: int, *_: object) -> None:
    pool, at = book.flash["offer_id"], book.flash["starts_at"] + 3 * _HOUR
    for k in range(each):
        member = next(book.free)
        order = book.used(member, at, pool)
        event, later = ("reserved", 40) if k % 2 == 0 else ("redeemed", 41)
        book.event(member, at + timedelta(milliseconds=later), event, (pool, order), instance="offer-2")
        book.case("fired_twice", f"{pool}/{order}/{event}")


def _trial_overdue(book: _Book, each: int, *_: object) -> None:
    for k in range(each):
        member = next(book.free)
        started = book.end - timedelta(hours=72 + 24 * k)  # the first one is due at the very end
        who = {"id_type": member["id_type"], "id_value": member["id_value"]}
        book.row("trials", trial_id=f"TLATE{k:04d}", started_at=started, plan="month", updated_at=started, **who)
        book.case("trial_overdue", f"TLATE{k:04d}", None)


def _message_stuck(book: _Book, each: int, _routes: list[Row], messages: list[Row]) -> None:
    for k in range(each):
        made = _message(2 * each + k, "PROCESSING", book.end - k * _HOUR)
        messages.append(made)
        book.case("message_stuck", str(made["message_id"]), None)


def _unrouted(book: _Book, each: int, routes: list[Row], _messages: list[Row]) -> None:
    """Tables like one that covers 11 of 100 buckets and claims to cover them all."""
    whole = {"release": "whole", "first": 0, "last": 99, "target": "stable", "weight": 1.0}
    routes.append(whole)
    for k in range(each):
        release = f"v{k + 1}"
        routes.append({"release": release, "first": 0, "last": 9 + k, "target": "stable", "weight": 0.9})
        routes.append({"release": release, "first": 10 + k, "last": 10 + k, "target": "canary", "weight": 0.1})
        book.case("unrouted", f"{release}/{11 + k}-99", None)


_BREAK: Mapping[str, Callable[[_Book, int, list[Row], list[Row]], None]] = {
    "outside_hours": _outside_hours,
    "off_list": _off_list,
    "stacked": _stacked,
    "given_twice": _given_twice,
    "over_stock": _over_stock,
    "not_released": _not_released,
    "used_after_expiry": _used_after_expiry,
    "fired_twice": _fired_twice,
    "trial_overdue": _trial_overdue,
    "message_stuck": _message_stuck,
    "unrouted": _unrouted,
}
RULES = tuple(_BREAK)

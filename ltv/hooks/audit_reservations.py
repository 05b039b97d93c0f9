"""Rules of offers, each one query over reservations: what was given too late, off the list, stacked, twice, over stock, held, over, doubled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import pandas as pd
from sqlglot import exp

from ltv import sql
from ltv.errors import UsageError, found
from ltv.warehouse import given
from ltv.warehouse.local_time import micros
from ltv.warehouse.table import TableLike, together

if TYPE_CHECKING:
    from ltv.warehouse.engine import Engine

EVENTS = ("reserved", "released", "redeemed", "expired", "refused")
_ROOM = "ltv.hooks"
_SAID_TWICE_US = 60_000_000  # the same of one person within a minute, where no order is named
_MINUTE_US, _HOUR_US = 60_000_000, 3_600_000_000
_TYPES = {"text": "VARCHAR", "moment": "TIMESTAMP", "person": "BIGINT", "number": "DOUBLE"}
_KINDS: Mapping[str, Mapping[str, str]] = {
    "offers": {"offer_id": "text", "hook": "text", "starts_at": "moment", "expires_at": "moment", "stock": "number"},
    "offer_events": {"ts": "moment", "offer_id": "text", "order_id": "text", "event": "text", "user_id": "person", "instance": "text"},
    "orders": {"order_id": "text", "discount": "number"},
    "order_items": {"order_id": "text", "sku": "text"},
    "members": {"user_id": "person", "registered_at": "moment"},
}  # fmt: skip
_REQUIRED = {
    "offers": ("offer_id", "hook", "starts_at", "expires_at"),
    "offer_events": ("ts", "offer_id", "event", "user_id"),
    "orders": ("order_id",),
    "order_items": ("order_id", "sku"),
    "members": ("user_id", "registered_at"),
}
_OTHERS = {
    "offers": {"stackable": "BOOLEAN", "skus": "VARCHAR[]"},
    "orders": {"member_benefit": "BOOLEAN"},
}
# rule → tables without which it cannot be judged
RULES: Mapping[str, tuple[str, ...]] = {
    "outside_hours": ("offers", "offer_events", "members"),
    "off_list": ("offers", "offer_events", "order_items"),
    "stacked": ("offers", "offer_events"),
    "given_twice": ("offers", "offer_events"),
    "over_stock": ("offers", "offer_events"),
    "not_released": ("offers", "offer_events"),
    "used_after_expiry": ("offers", "offer_events"),
    "fired_twice": ("offers", "offer_events"),
}
_OF_A_HOOK = ("outside_hours", "given_twice")
_PARTS = ("found", "reservations", "listed", "registered", "taken off", *(f"given {t}" for t in _KINDS))


@dataclass(frozen=True)
class Terms:
    """What the rules are.

    Attributes:
        as_of: exclusive end, naive UTC.
        registered_within_hours: hook → only for people who registered less than so many hours ago, once each.
        held_us: how long an offer may be held, grace included, microseconds.
    """

    as_of: datetime
    registered_within_hours: Mapping[str, float]
    held_us: int


def judge(tables: Mapping[str, TableLike | None], terms: Terms) -> tuple[pd.DataFrame, dict[str, int]]:
    """Every case of every rule that can be judged, and how many reservations each had to judge.

    Args:
        tables: offers and offer_events; orders, order_items, members or None.
        terms: the rules.

    Raises:
        UsageError: a column is missing or of another kind, or an event is none of those allowed.
    """
    engine, names = together(tables)
    there = [rule for rule, needed in RULES.items() if all(tables.get(t) is not None for t in needed)]
    try:
        _prepare(engine, names, terms)
        return _found(engine, there, terms)
    finally:
        engine.drop([f"audit {part}" for part in _PARTS])


def _prepare(engine: Engine, names: Mapping[str, str], terms: Terms) -> None:
    for table in _KINDS:
        engine.define(f"audit given {table}", _form(engine, table, names.get(table)))
    _check_events(engine)
    parts = {
        "listed": ("audit_listed", {"offers": "audit given offers"}),
        "registered": ("audit_registered", {"members": "audit given members"}),
        "taken off": ("audit_orders", {"orders": "audit given orders"}),
    }
    for part, (file, tables) in parts.items():
        engine.materialise(f"audit {part}", sql.load(_ROOM, file, tables=tables))
    tables = {"events": "audit given offer_events", "offers": "audit given offers", "registered": "audit registered", "listed": "audit listed"}  # fmt: skip
    engine.materialise(
        "audit reservations", sql.load(_ROOM, "audit_reservations", tables=tables), {"as_of": terms.as_of}
    )


def _form(engine: Engine, argument: str, table: str | None) -> exp.Query:
    """A table with every column that is asked for; one that is not there holds nothing."""
    kinds, others = _KINDS[argument], _OTHERS.get(argument, {})
    types = {c: _TYPES[k] for c, k in kinds.items()} | others
    parts = {c: exp.cast(exp.null(), t, dialect=sql.DIALECT) for c, t in types.items()}
    if table is None:
        return exp.select(*(exp.alias_(e, c) for c, e in parts.items())).where(exp.false())
    there = engine.columns(table)
    given.require(argument, there, *_REQUIRED[argument])
    own = given.typed(engine, argument, table, kinds)
    own |= {c: exp.cast(sql.column(c), t, dialect=sql.DIALECT) for c, t in others.items() if c in there}
    return exp.select(*(exp.alias_(e, c) for c, e in (parts | own).items())).from_(sql.table(table))


def _check_events(engine: Engine) -> None:
    events = sql.query("SELECT DISTINCT event FROM events WHERE event IS NOT NULL ORDER BY event")
    named = engine.frame(sql.replace_tables(events, {"events": "audit given offer_events"}))["event"]
    wrong = [e for e in named if e not in EVENTS]
    if wrong:
        raise UsageError(found("offer_events.event", str(wrong[0]), ", ".join(EVENTS)))


def _found(engine: Engine, rules: list[str], terms: Terms) -> tuple[pd.DataFrame, dict[str, int]]:
    tables = {
        "reservations": "audit reservations",
        "listed": "audit listed",
        "orders": "audit taken off",
        "items": "audit given order_items",
        "events": "audit given offer_events",
        "offers": "audit given offers",
    }
    parts: list[pd.DataFrame] = []
    judged: dict[str, int] = dict.fromkeys(rules, 0)
    for hook, hours in terms.registered_within_hours.items() or {"": 0.0}.items():
        values = _values(terms, hook, hours)
        counts = engine.frame(sql.load(_ROOM, "audit_judged", tables=tables), _asked(_JUDGED, values)).iloc[0]
        for rule in rules:
            judged[rule] = (judged[rule] if rule in _OF_A_HOOK else 0) + int(counts[rule])
        parts += [_cases(engine, rule, tables, values) for rule in rules if rule in _OF_A_HOOK]
    values = _values(terms, "", 0.0)
    parts += [_cases(engine, rule, tables, values) for rule in rules if rule not in _OF_A_HOOK]
    engine.register("audit found", pd.concat(parts, ignore_index=True).astype(_CASE))
    money = sql.load(_ROOM, "audit_money", tables={"found": "audit found", "orders": "audit taken off"})
    return engine.frame(money), judged


_CASE = {"rule": "str", "case_id": "str", "offer_id": "str", "order_id": "str", "user_id": "Int64", "hook": "str", "at_us": "int64", "amount": "float64"}  # fmt: skip
_JUDGED = ("hook", "limit_us", "as_of_us")
_ASKED: Mapping[str, tuple[str, ...]] = {
    "outside_hours": ("hook", "hours_us"),
    "given_twice": ("hook", "limit_us"),
    "not_released": ("as_of_us", "limit_us"),
    "fired_twice": ("as_of", "apart_us"),
}


def _values(terms: Terms, hook: str, hours: float) -> dict[str, object]:
    return {
        "hook": hook,
        "hours_us": round(hours * _HOUR_US),
        "limit_us": terms.held_us,
        "as_of": terms.as_of,
        "as_of_us": micros(terms.as_of),
        "apart_us": _SAID_TWICE_US,
    }


def _asked(names: tuple[str, ...], values: Mapping[str, object]) -> dict[str, object]:
    return {name: values[name] for name in names}


def _cases(engine: Engine, rule: str, tables: Mapping[str, str], values: Mapping[str, object]) -> pd.DataFrame:
    tree = sql.load(_ROOM, f"audit_{rule}", tables=tables)
    return engine.frame(tree, _asked(_ASKED.get(rule, ()), values)).assign(rule=rule)

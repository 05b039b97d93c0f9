"""The behaviour sequence of each person at a cutoff: 37 features, in one pass over events and orders, on either engine.

The walk: signs of presence → people known before the cutoff → orders and events of the window in one form → sessions → one row a
person and stage → one row a person. Nothing at or after the cutoff is read, and refunds count only if they were made before it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from sqlglot import exp

from ltv import sql
from ltv.behaviour.given import positive, require
from ltv.contract.orders import is_purchase, money, value
from ltv.lifetime.feature_catalogue import CATALOGUE, Feature
from ltv.warehouse.given import order_columns, typed
from ltv.warehouse.local_time import local_hour, micros
from ltv.warehouse.table import Table, TableLike, together

if TYPE_CHECKING:
    from ltv.warehouse.engine import Engine

_ROOM = "ltv.lifetime"
_MOST_DAYS, _SILENCE_US = 3650, 30 * 60 * 1_000_000
_PREFIX = "seq "
_NEEDS = {
    "orders": ("user_id", "ts"),
    "events": ("user_id", "ts", "event"),
    "members": ("user_id", "registered_at"),
    "touches": ("user_id", "ts", "channel", "kind"),
    "tickets": ("user_id", "ts"),
    "invites": ("inviter_user_id", "ts"),
}
_KINDS = {
    "user_id": "person",
    "inviter_user_id": "person",
    "ts": "moment",
    "registered_at": "moment",
    "price": "number",
    "dwell_ms": "number",
    "sentiment": "number",
}
FEATURES = "features"


@dataclass
class Sequences:
    """Tables of a shop in an engine, of which features are made at any cutoff.

    Attributes:
        engine: where they are.
        names: argument → table, of those given.
        columns: argument → its columns.
        timezone: zone of the hours of the day.
        window_days: how far features look back, for everybody and at every cutoff.
    """

    engine: Engine
    names: Mapping[str, str]
    timezone: str
    window_days: int
    columns: dict[str, dict[str, str]] = field(init=False)

    def __post_init__(self) -> None:
        """Check what was given.

        Raises:
            UsageError: a table lacks a column, or the window is no whole number of days.
        """
        positive("window_days", self.window_days, _MOST_DAYS)
        self.columns = {t: dict(require(self.engine, t, name, *_NEEDS[t])) for t, name in self.names.items()}

    @contextmanager
    def at(self, cutoff: datetime) -> Iterator[Table]:
        """The features as of an instant, as a table that is forgotten afterwards.

        Args:
            cutoff: exclusive end of what is known, naive UTC.

        Yields:
            user_id and one column a feature, of everybody who has registered or ordered before it.
        """
        made: list[str] = []
        try:
            yield self._features(cutoff, made)
        finally:
            self.engine.drop(reversed(made))

    def _features(self, cutoff: datetime, made: list[str]) -> Table:
        begin = cutoff - timedelta(days=self.window_days)
        params = {"cutoff_us": micros(cutoff), "from_us": micros(begin), "window_days": self.window_days}
        params |= {"silence_us": _SILENCE_US}

        def keep(name: str, tree: exp.Query) -> str:
            self.engine.materialise(_PREFIX + name, tree, params)
            made.append(_PREFIX + name)
            return _PREFIX + name

        people = keep("people", sql.load(_ROOM, "seen_people", tables={"signs": self._signs(made)}))
        stages: dict[str, str] = {"people": people}
        stages["bought"] = keep("bought", self._bought(cutoff))
        if "events" in self.names:
            filled = self._act_columns(begin, cutoff)
            acts = keep("acts", sql.load(_ROOM, "acts", tables={"events": self.names["events"]}, columns=filled))
            silent = keep("silent", sql.load(_ROOM, "silent_sessions", tables={"acts": acts}))
            visits = keep("visits", sql.load(_ROOM, "visits", tables={"acts": acts, "silent": silent}))
            known = {"acts": acts, "people": people, "visits": visits, "bought": stages["bought"]}
            stages["sessions"] = keep("sessions", sql.load(_ROOM, "sessions", tables=known))
            stages["told_acts"] = _PREFIX + "told acts"
            self.engine.define(stages["told_acts"], sql.load(_ROOM, "told_acts", tables=known))
            made.append(stages["told_acts"])
            stages["interests"] = keep("interests", sql.load(_ROOM, "interests", tables=known))
        if "touches" in self.names:
            stages["contacts"] = keep(
                "contacts", sql.load(_ROOM, "contacts", tables={"touches": self.names["touches"]})
            )
        for name, (person, number) in _COUNTED.items():
            if name in self.names:
                filled = {"person": sql.column(person), "number_of": self._or_null(name, number)}
                tables = {"rows": self.names[name], "people": people}
                stages[name] = keep(name, sql.load(_ROOM, "window_rows", tables=tables, columns=filled))
        parts = {stage: keep(f"of {stage}", _per_person(stage, table, CATALOGUE)) for stage, table in stages.items()}
        joined = keep("joined", _joined(people, parts))
        keep(FEATURES, _final(joined))
        return Table(self.engine, _PREFIX + FEATURES)

    def _signs(self, made: list[str]) -> str:
        kinds = {"orders": ("ordered", "ts"), "members": ("registered", "registered_at"), "events": ("seen", "ts")}
        parts = []
        for table in (t for t in kinds if t in self.names):
            kind, moment = kinds[table]
            is_sign = is_purchase(self._orders) if table == "orders" else sql.expression("TRUE")
            filled = {
                "person": sql.column("user_id"),
                "kind_of": exp.Literal.string(kind),
                "moment": sql.column(moment),
            }
            tree = sql.load(_ROOM, "sign", tables={"rows": self.names[table]}, columns=filled | {"is_sign": is_sign})
            parts.append(tree)
        self.engine.define(_PREFIX + "signs", sql.union_all(parts))
        made.append(_PREFIX + "signs")
        return _PREFIX + "signs"

    @cached_property
    def _orders(self) -> Mapping[str, exp.Expr]:
        """What orders are told by; a `value` that was worked out at another instant is not."""
        columns = order_columns(self.engine, self.names["orders"])
        return {k: v for k, v in columns.items() if k != "value" or "amount" not in columns}

    def _bought(self, cutoff: datetime) -> exp.Query:
        columns = self.columns["orders"]
        filled = {
            "person": sql.column("user_id"),
            "moment": sql.column("ts"),
            "charged": money(self._orders),
            "worth": value(self._orders, cutoff),
            "discounted": sql.expression("COALESCE(discount, 0)") if "discount" in columns else exp.null(),
            "with_coupon": _flag("coupon_id IS NOT NULL") if "coupon_id" in columns else exp.null(),
            "with_benefit": _flag("member_benefit") if "member_benefit" in columns else exp.null(),
            "is_purchase": is_purchase(self._orders),
        }
        return sql.load(_ROOM, "bought", tables={"orders": self.names["orders"]}, columns=filled)

    def _act_columns(self, begin: datetime, cutoff: datetime) -> dict[str, exp.Expr]:
        named = {"session_of": "session_id", "price_of": "price", "category_of": "category", "dwell_of": "dwell_ms"}
        hour = local_hour(sql.column("ts"), self.timezone, begin, cutoff)
        return {k: self._or_null("events", v) for k, v in named.items()} | {"local_hour": hour}

    def _or_null(self, table: str, column: str) -> exp.Expr:
        return sql.column(column) if column in self.columns[table] else exp.null()


# argument → column of its person, and the number that counts
_COUNTED = {"tickets": ("user_id", "sentiment"), "invites": ("inviter_user_id", "")}


def sequences(
    orders: TableLike,
    *,
    events: TableLike | None = None,
    members: TableLike | None = None,
    touches: TableLike | None = None,
    tickets: TableLike | None = None,
    invites: TableLike | None = None,
    window_days: int = 180,
    timezone: str = "UTC",
) -> Sequences:
    """Bring the tables of a shop together, to make features of them at any cutoff.

    Args:
        orders: user_id, ts, amount or value; status, refund, refunded_at, discount, coupon_id, member_benefit.
        events: user_id, ts, event; session_id, price, category, dwell_ms.
        members: user_id, registered_at.
        touches: user_id, ts, channel, kind.
        tickets: user_id, ts; sentiment.
        invites: inviter_user_id, ts.
        window_days: how far features look back, 1 to 3,650 days.
        timezone: zone of the hours of the day.

    Raises:
        UsageError: a table lacks a column, or `window_days` is out of range.

    >>> import pandas as pd
    >>> days = pd.to_datetime(["2026-01-01", "2026-01-11", "2026-01-31"])
    >>> bought = pd.DataFrame({"user_id": 7, "ts": days, "amount": [10.0, 20.0, 30.0]})
    >>> with sequences(bought).at(datetime(2026, 2, 10)) as features:
    ...     row = features.frame().iloc[0]
    >>> [round(float(row[name]), 2) for name in ("frequency", "recency_days", "purchase_gap_days", "monetary")]
    [3.0, 10.0, 15.0, 20.0]
    """
    given = {"orders": orders, "events": events, "members": members}
    engine, names = together(given | {"touches": touches, "tickets": tickets, "invites": invites})
    return Sequences(engine, {t: _typed(engine, t, name) for t, name in names.items()}, timezone, window_days)


def _typed(engine: Engine, argument: str, table: str) -> str:
    """The table, or a view of it in which columns that hold nothing are NULL of their kind."""
    wanted = typed(engine, argument, table, _KINDS)
    empty = {name: column for name, column in wanted.items() if not isinstance(column, exp.Column)}
    if not empty:
        return table
    columns = [exp.alias_(empty[c], c, quoted=True) if c in empty else sql.column(c) for c in engine.columns(table)]
    engine.define(f"{_PREFIX}typed {table}", exp.select(*columns).from_(sql.table(table)))
    return f"{_PREFIX}typed {table}"


def _flag(condition: str) -> exp.Expr:
    return sql.expression("CASE WHEN c THEN 1 ELSE 0 END", c=sql.expression(condition))


def _per_person(stage: str, table: str, catalogue: tuple[Feature, ...]) -> exp.Query:
    """The features of a stage, one row a person."""
    named = [exp.alias_(exp.cast(sql.expression(f.sql), "DOUBLE"), f.name) for f in catalogue if f.stage == stage]
    return exp.select("user_id", *named).from_(sql.table(table)).group_by("user_id")


def _joined(people: str, parts: Mapping[str, str]) -> exp.Query:
    """All features that come from rows, missing where a table is not there, 0 where a count has no rows."""
    columns = [exp.alias_(_value(f, parts), f.name) for f in CATALOGUE if f.stage != "features"]
    tree = exp.select(exp.column("user_id", table="p"), *columns).from_(exp.alias_(sql.table(people), "p", table=True))
    for stage, name in parts.items():
        tree = tree.join(
            exp.alias_(sql.table(name), stage, table=True),
            on=exp.EQ(this=exp.column("user_id", table=stage), expression=exp.column("user_id", table="p")),
            join_type="left",
        )
    return tree


def _value(feature: Feature, parts: Mapping[str, str]) -> exp.Expr:
    if feature.stage not in parts:
        return exp.cast(exp.null(), "DOUBLE")
    there = exp.column(feature.name, table=feature.stage)
    zero = exp.cast(exp.Literal.number(0), "DOUBLE")
    return exp.Coalesce(this=there, expressions=[zero]) if feature.is_count else there


def _final(joined: str) -> exp.Query:
    """All features in the order of the catalogue; those that come from others stand among them."""
    columns = [
        exp.alias_(exp.cast(sql.expression(f.sql), "DOUBLE"), f.name) if f.stage == "features" else exp.column(f.name)
        for f in CATALOGUE
    ]
    return exp.select("user_id", *columns).from_(sql.table(joined)).order_by("user_id")

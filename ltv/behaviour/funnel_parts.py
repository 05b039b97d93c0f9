"""Where the steps of a funnel come from: events by name, `pay_success` from paid orders, `submit_order` from either."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from ltv import sql
from ltv.behaviour.funnel_asked import Asked, begin
from ltv.contract.orders import is_placed, is_purchase
from ltv.errors import UsageError, found
from ltv.warehouse.given import require
from ltv.warehouse.local_time import DAY_US, micros, zone

if TYPE_CHECKING:
    import pyarrow as pa

    from ltv.warehouse.engine import Engine

ROOM = "ltv.behaviour"
ROWS, ATTEMPTS, MOMENTS, PEOPLE = "fun rows", "fun attempts", "fun moments", "fun people"
PAID, SUBMITTED, UNKNOWN = "pay_success", "submit_order", "unknown"
MOST_NAMES = 16_383
# names that a shop may not have seen yet: no row of them is no slip of the pen
KNOWN = {
    *("visit", "search", "view", "add_to_cart", "remove_from_cart", "register", "login", "activate_trial"),
    *("submit_order", "pay_success", "share", "click"),
}


@dataclass(frozen=True)
class Part:
    """A table in which some of the steps are.

    Attributes:
        table: its name in the engine.
        alias: how the queries call it.
        kinds: its columns with their engine types.
        event: the name that all of its rows have, or empty where a column says it.
    """

    table: str
    alias: str
    kinds: Mapping[str, str]
    event: str = ""

    def column(self, name: str) -> exp.Expr:
        """A column of it."""
        return exp.column(name, table=self.alias, quoted=True)

    @property
    def who(self) -> exp.Expr:
        """The person."""
        require(self.name, self.kinds, "user_id")
        return self.column("user_id")

    @property
    def moment(self) -> exp.Expr:
        """The time, naive UTC; one with a zone is told in UTC."""
        kind = self.kinds.get("ts", "")
        if not kind.startswith("TIMESTAMP"):
            have = f"ts {kind}" if kind else ", ".join(self.kinds)
            raise UsageError(found(f"{self.name} columns", have, "ts as a timestamp, naive ones in UTC"))
        return (
            self.column("ts") if kind == "TIMESTAMP" else exp.cast(self.column("ts"), "TIMESTAMP", dialect=sql.DIALECT)
        )

    @property
    def name(self) -> str:
        """What the caller calls it."""
        return "orders" if self.event else "events"

    @property
    def what(self) -> exp.Expr:
        """The name of what happened."""
        if self.event:
            return exp.Literal.string(self.event)
        require("events", self.kinds, "event")
        return self.column("event")

    @property
    def origin(self) -> exp.Expr:
        """The source; rows without one are of an unknown one."""
        if "source" not in self.kinds:
            return exp.Literal.string(UNKNOWN)
        return sql.expression("COALESCE(s, u)", s=self.column("source"), u=exp.Literal.string(UNKNOWN))

    @property
    def state(self) -> exp.Expr:
        """The status of an order; an event has happened."""
        has = self.event and "status" in self.kinds
        return sql.expression("COALESCE(s, 'unknown')", s=self.column("status")) if has else exp.Literal.string("ok")

    def identity(self, *, wanted: bool) -> exp.Expr:
        """The number in the log, where it decides."""
        name = "order_id" if self.event else "event_id"
        if not wanted:
            return exp.Literal.string("")
        if name not in self.kinds:
            raise UsageError(
                found(f"{self.name} columns", ", ".join(self.kinds), f"also {name}, which orders equal times")
            )
        return sql.expression("COALESCE(CAST(i AS VARCHAR), '')", i=self.column(name))

    @property
    def is_counted(self) -> exp.Expr:
        """Whether a row counts: as a payment paid orders, as submitted all that were placed; a negative amount is a refund."""
        if not self.event:
            return exp.true()
        columns = {name: self.column(name) for name in self.kinds}
        return is_purchase(columns) if self.event == PAID else is_placed(columns)


@dataclass(frozen=True)
class Parts:
    """All tables in which the steps are, in one engine."""

    engine: Engine
    asked: Asked
    parts: tuple[Part, ...]
    made: list[str] = field(default_factory=list)

    def steps_of(self, part: Part) -> str:
        """Register which name is which step for one table."""
        import pandas as pd

        derived = {p.event for p in self.parts if p.event}
        names = [
            (k, name)
            for k, name in enumerate(self.asked.steps)
            if (name == part.event if part.event else name not in derived)
        ]
        table = f"fun steps {part.alias} {part.event}"
        frame = pd.DataFrame(names, columns=["step", "event"]).astype({"step": "int32", "event": "str"})
        self.keep(table)
        self.engine.register(table, frame)
        return table

    def keep(self, name: str) -> str:
        """Remember a name that is to be forgotten at the end."""
        if name not in self.made:
            self.made.append(name)
        return name

    def load(self, file: str, part: Part, columns: Mapping[str, exp.Expr], **tables: str) -> exp.Query:
        """A query over one of the tables."""
        return sql.load(ROOM, file, tables={"acts": part.table, **tables}, columns=columns)

    def define_rows(self) -> None:
        """Define the view of all rows that are steps."""
        wanted, before = self.asked.ties == "event_id", sql.literal(self.asked.as_of)
        parts = [
            self.load(
                "funnel_rows",
                part,
                {
                    "who": part.who,
                    "moment": part.moment,
                    "what": part.what,
                    "origin": part.origin
                    if "source" in self.asked.breakdown
                    else exp.cast(exp.null(), "VARCHAR", dialect=sql.DIALECT),
                    "identity": part.identity(wanted=wanted),
                    "is_counted": part.is_counted,
                    "known_before": before,
                },
                steps=self.steps_of(part),
            )
            for part in self.parts
        ]
        self.engine.define(self.keep(ROWS), sql.union_all(parts))

    @property
    def people_types(self) -> list[str]:
        """Engine types of the people's numbers."""
        return [part.kinds["user_id"] for part in self.parts]

    @cached_property
    def sources(self) -> list[str]:
        """All sources, by name."""
        if "source" not in self.asked.breakdown:
            return [""]
        names: set[str] = set()
        for part in self.parts:
            if "source" not in part.kinds:
                names.add(UNKNOWN)
                continue
            rows = self.engine.frame(exp.select("source").distinct().from_(sql.table(part.table)))
            names.update(UNKNOWN if value is None or value != value else str(value) for value in rows["source"])  # noqa: PLR0124  NaN
        return sorted(names)

    @cached_property
    def span(self) -> tuple[int, int]:
        """Lowest and highest number of a person; only for whole numbers."""
        ends = [self._ends(part, "user_id") for part in self.parts]
        known = [(int(low), int(high)) for low, high in ends if low == low and low is not None]  # noqa: PLR0124  NaN
        return (min(low for low, _ in known), max(high for _, high in known)) if known else (0, 0)

    @cached_property
    def times(self) -> tuple[dt.datetime, dt.datetime] | None:
        """First and last time in the tables, or None where they have no row."""
        ends = [self._moments(part) for part in self.parts]
        known = [pair for pair in ends if pair is not None]
        return (min(low for low, _ in known), max(high for _, high in known)) if known else None

    def _moments(self, part: Part) -> tuple[dt.datetime, dt.datetime] | None:
        low, high = self._ends(part, part.moment)
        return None if low != low or low is None else (low.to_pydatetime(), high.to_pydatetime())  # noqa: PLR0124

    def _ends(self, part: Part, of: str | exp.Expr) -> tuple[Any, Any]:
        moment = part.column(of) if isinstance(of, str) else of
        tree = sql.load(ROOM, "span", tables={"rows": part.table}, columns={"moment": _of(moment, "rows")})
        row = self.engine.frame(tree).iloc[0]
        return row["lowest"], row["highest"]

    def names(self, part: Part) -> pa.Table:
        """All names of events by name, each with a number; the last number is that of all that are too many."""
        import pyarrow as pa

        rows = self.engine.frame(exp.select("event").distinct().from_(sql.table(part.table)))["event"]
        names = sorted(str(name) for name in rows if isinstance(name, str))
        codes = [min(i, MOST_NAMES) for i in range(len(names))]
        return pa.table({"event": pa.array(names, pa.string()), "code": pa.array(codes, pa.int64())})


def _of(moment: exp.Expr, alias: str) -> exp.Expr:
    """The same column under another alias."""

    def swap(node: exp.Expr) -> exp.Expr:
        return exp.column(node.name, table=alias, quoted=True) if isinstance(node, exp.Column) else node

    return moment.copy().transform(swap)


@dataclass(frozen=True)
class Days:
    """The days on which an entry can be judged: their whole window is over.

    Attributes:
        days: calendar days in the zone, without a gap.
        borders: moments in microseconds at which they begin, and the one at which the last one ends.
    """

    days: tuple[dt.date, ...] = ()
    borders: tuple[int, ...] = ()


def days_of(parts: Parts) -> Days:
    """Days from the first row (or since) to the last one whose window is over for every entry."""
    asked, times = parts.asked, parts.times
    if times is None:
        return Days()
    place = zone(asked.timezone)
    first = max(micros(times[0]), asked.since_us)
    day = dt.datetime.fromtimestamp(first // 1_000_000, place).date()
    days, borders = [], [begin(day, asked.timezone)]
    while borders[-1] + DAY_US - 4 * 3_600_000_000 <= asked.closed_us:  # a day has at least 20 hours
        end = begin(day + dt.timedelta(days=1), asked.timezone)
        if end > asked.closed_us:
            break
        days.append(day)
        borders.append(end)
        day += dt.timedelta(days=1)
    return Days(tuple(days), tuple(borders) if days else ())


def parts_of(engine: Engine, names: Mapping[str, str], asked: Asked) -> Parts:
    """Decide which table each step comes from.

    Raises:
        UsageError: a step whose table is not there.
    """
    orders = engine.columns(names["orders"]) if "orders" in names else {}
    events = engine.columns(names["events"]) if "events" in names else {}
    parts: list[Part] = []
    derived = _derived(engine, names, asked, events)
    if set(asked.steps) - derived:
        if "events" not in names:
            missing = ", ".join(s for s in asked.steps if s not in derived)
            raise UsageError(found("events", None, f"a table of events, for the steps {missing}"))
        parts.append(Part(names["events"], "acts", events))
    parts += [Part(names["orders"], "acts", orders, step) for step in (PAID, SUBMITTED) if step in derived]
    return Parts(engine, asked, tuple(parts))


def _derived(engine: Engine, names: Mapping[str, str], asked: Asked, events: Mapping[str, str]) -> set[str]:
    """Steps that come from orders."""
    if "orders" not in names:
        if asked.submit_from == "orders":
            raise UsageError(found("submit_from", "orders", "orders, or submit_from events"))
        return set()
    derived = {PAID}
    by_events = asked.submit_from == "events"
    if asked.submit_from == "auto" and "event" in events:
        tree = (
            exp.select("1 AS n")
            .from_(sql.table(names["events"]))
            .where(sql.expression("event = e", e=exp.Literal.string(SUBMITTED)))
        )
        by_events = engine.scalar(tree.limit(1)) is not None
    if not by_events:
        derived.add(SUBMITTED)
    return derived & set(asked.steps)


def check_names(parts: Parts, rows: Sequence[int]) -> None:
    """Refuse a step that no row has and nobody knows.

    Raises:
        UsageError: with the names that there are.
    """
    strange = [s for s, n in zip(parts.asked.steps, rows, strict=True) if not n and s not in KNOWN]
    events = next((p for p in parts.parts if not p.event), None)
    if not strange or events is None:
        return
    tree = exp.select("event").distinct().from_(sql.table(events.table)).order_by("event").limit(1000)
    names = [str(name) for name in parts.engine.frame(tree)["event"] if name is not None]
    if strange[0] not in names:
        raise UsageError(found("steps", strange[0], f"names of events that there are: {', '.join(names[:30])}"))

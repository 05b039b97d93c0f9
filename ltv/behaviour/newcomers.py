"""A new user's clock: first order in the first 48 hours or not, what became of both, and who falls silent after the first order.

The walk: registration and first order of each person → one pass over events, orders and touches for what was done in each
window → people by what is known of them → counts by week, segment and branch → shares with intervals (`newcomers_table`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import pandas as pd
from sqlglot import exp

from ltv import sql
from ltv.behaviour.buckets import WeekStart, bucket_sql
from ltv.behaviour.given import day_of, require
from ltv.behaviour.newcomers_result import Newcomers
from ltv.behaviour.newcomers_table import Calendar, table_of
from ltv.behaviour.newcomers_touches import touches_of
from ltv.behaviour.newcomers_windows import SINCE_ORDER, SINCE_REGISTRATION, Clock, Terms
from ltv.behaviour.tables_of_people import PeopleTables
from ltv.warehouse.local_time import day_end, day_start, micros, zone
from ltv.warehouse.table import TableLike, together

if TYPE_CHECKING:
    from ltv.warehouse.engine import Engine

_ROOM = "ltv.behaviour"
_NEEDED = {
    "members": ("user_id", "registered_at"),
    "orders": ("user_id", "ts"),
    "events": ("user_id", "ts"),
    "touches": ("user_id", "ts", "channel", "kind"),
    "segments": ("user_id", "segment_kind", "segment"),
}

_NOBODY = pd.DataFrame({"user_id": pd.Series(dtype="int64"), "registered_at": pd.Series(dtype="datetime64[us]")})


def newcomers(
    members: TableLike | None,
    orders: TableLike,
    *,
    as_of: date,
    events: TableLike | None = None,
    touches: TableLike | None = None,
    segments: TableLike | None = None,
    hours: int = 48,
    first_day: Literal[0, 1] = 1,
    silent_days: tuple[int, int] = (5, 7),
    repurchase_days: int = 30,
    least: int = 30,
    timezone: str = "UTC",
    week_start: WeekStart = "monday",
    currency: str = "CNY",
) -> Newcomers:
    """First order within 48 hours of the registration or not, what happened next, and the silent days after a first order.

    Only people whose first `hours` are over are judged; each figure is of those whose own window is over. A paid order before the
    registration makes a branch of its own, outside all others. A day without a single event of anybody is no data: who has one
    in a window is left out of its figures on activity, and counted. The definitions: docs/golden48.md.

    Args:
        members: user_id, registered_at; of several identities of a person the first registration counts. None: nobody.
        orders: user_id, ts, amount or value, status.
        as_of: the last day included.
        events: user_id, ts: who is active; without them activity and silence are not known.
        touches: user_id, ts, channel, kind, or None.
        segments: user_id, segment_kind, segment, or None.
        hours: length of the first hours, 1 to 168, elapsed, the very end excluded.
        first_day: number of the first 24 hours: 1, so that day 2 is hours 24 to 48; or 0 as in retention, so that it is hours 48 to 72.
        silent_days: first and last day after the first order without any event or order.
        repurchase_days: days after these in which another paid order is a repurchase.
        least: people below which nothing is told.
        timezone: zone of the weeks, and of days without data.
        week_start: first day of a week.
        currency: in which money is written.

    Raises:
        UsageError: a table lacks a column, or an argument is not one of those allowed.

    >>> joined = pd.DataFrame({"user_id": [1, 2, 3], "registered_at": pd.to_datetime(["2026-01-05", "2026-01-05", "2026-01-06"])})
    >>> bought = pd.to_datetime(["2026-01-06 23:00", "2026-01-07 00:00"])
    >>> paid = pd.DataFrame({"user_id": [1, 2], "ts": bought, "amount": 30.0, "status": "paid"})
    >>> found = newcomers(joined, paid, as_of=date(2026, 1, 31))
    >>> [(b, found.share("share", b).successes) for b in ("within", "later", "none")]
    [('within', 1), ('later', 1), ('none', 1)]
    """
    is_there = (events is not None, touches is not None)
    terms = Terms(hours, first_day, silent_days, repurchase_days, least, timezone, *is_there).checked()
    members = _NOBODY if members is None else members
    given = {"members": members, "orders": orders, "events": events, "touches": touches, "segments": segments}
    return _found(given, terms, Calendar(as_of, timezone, week_start).checked(), currency)


def _found(given: Mapping[str, TableLike | None], terms: Terms, calendar: Calendar, currency: str) -> Newcomers:
    engine, names = together(given)
    for name, real in names.items():
        require(engine, name, real, *_NEEDED[name])
    walk = _Walk(engine, names, terms, calendar)
    try:
        walk.people()
        counts, reached = walk.counts(), walk.reached()
    finally:
        engine.drop([f"new {name}" for name in _NAMES])
    table = table_of(counts, terms, calendar)
    return Newcomers(table, currency=currency, as_of=calendar.as_of, terms=terms, touches=touches_of(reached, table))


_NAMES = (
    "registered patterns",
    "first_order patterns",
    "groups",
    "no segments",
    "people",
    "runs",
    "spent",
    "touched",
    "acts",
    "clock",
    "firsts",
    "registered",
)


@dataclass(frozen=True)
class _Walk:
    """The steps of the walk; each leaves a table behind that the next one reads."""

    engine: Engine
    names: dict[str, str]
    terms: Terms
    calendar: Calendar

    @property
    def after(self) -> datetime:
        """The exclusive end of what may be known."""
        return day_end(self.calendar.as_of, self.calendar.timezone)

    @cached_property
    def params(self) -> dict[str, object]:
        """What the queries are told."""
        return {**self.terms.params(), "as_of": self.after, "as_of_us": micros(self.after), "sent_us": self._sent()}

    @property
    def tables(self) -> PeopleTables:
        """What the columns of the tables mean."""
        return PeopleTables(self.engine, self.names, self.calendar.timezone, self.after)

    def _keep(self, name: str, query: exp.Query) -> None:
        self.engine.materialise(f"new {name}", query, self.params)

    def people(self) -> None:
        """One row a person, with everything that is known."""
        for name, table, at in (("registered", "members", "registered_at"), ("firsts", "orders", "ts")):
            self._keep(name, self._first(table, at))
        tables = {"registered": "new registered", "firsts": "new firsts"}
        self._keep("clock", sql.load(_ROOM, "newcomers_clock", tables=tables))
        self._keep("acts", sql.union_all([self._acts(t) for t in ("events", "orders") if t in self.names]))
        nobody = sql.load(_ROOM, "newcomers_nobody")
        self._keep("touched", self._acts("touches") if "touches" in self.names else nobody)
        columns = {
            "moment": sql.column("ts"),
            "value": self.tables.value(),
            "is_purchase": self.tables.condition("orders"),
        }
        tables = {"orders": self.names["orders"], "clock": "new clock"}
        self._keep("spent", sql.load(_ROOM, "newcomers_spent", tables=tables, columns=columns))
        self.engine.register("new runs", self._runs())
        tables = {name: f"new {name}" for name in ("clock", "acts", "touched", "spent", "runs")}
        self._keep("people", sql.load(_ROOM, "newcomers_people", tables=tables))

    def _first(self, table: str, at: str) -> exp.Query:
        known = sql.expression(
            "c AND m < t", c=self.tables.condition(table), m=sql.column(at), t=sql.literal(self.after)
        )
        week = bucket_sql(self.tables.day(table), "week", self.calendar.week_start)
        columns = {"bucket": week, "moment": sql.column(at), "is_start": known}
        return sql.load(_ROOM, "first_moment", tables={"starts": self.names[table]}, columns=columns)

    def _acts(self, table: str) -> exp.Query:
        columns = {"moment": sql.column("ts"), "is_act": self.tables.condition(table)}
        tables = {"acts": self.names[table], "clock": "new clock"}
        return sql.load(_ROOM, "newcomers_acts", tables=tables, columns=columns)

    def _runs(self) -> pd.DataFrame:
        """Stretches of days each of which has an event, in microseconds: outside of them nothing is known of activity."""
        days: list[int] = []
        if "events" in self.names:
            columns = {"day_number": bucket_sql(self.tables.day("events"), "day"), "moment": sql.column("ts")}
            tree = sql.load(_ROOM, "newcomers_days", tables={"rows": self.names["events"]}, columns=columns)
            days = self.engine.frame(tree, {"as_of": self.after})["n"].dropna().astype("int64").tolist()
        begins = [n for n in days if n - 1 not in set(days)]
        ends = [n for n in days if n + 1 not in set(days)]
        place = self.calendar.timezone
        runs = {
            "begin_us": [micros(day_start(datetime.combine(day_of(n), time()), place)) for n in begins],
            "end_us": [micros(day_end(day_of(n), place)) for n in ends],
        }
        return pd.DataFrame(runs, dtype="int64")

    def _sent(self) -> int:
        """The beginning of the first day of touches: before it nothing is known of them."""
        if "touches" not in self.names:
            return micros(self.after)
        columns = {"moment": sql.column("ts")}
        tree = sql.load(_ROOM, "span", tables={"rows": self.names["touches"]}, columns=columns)
        first = self.engine.frame(tree)["lowest"]
        if first.isna().all():
            return micros(self.after)
        local = pd.to_datetime(first, utc=True).dt.tz_convert(str(zone(self.calendar.timezone)))
        day = local.iloc[0].date()
        return micros(day_end(day - timedelta(days=1), self.calendar.timezone))

    def counts(self) -> pd.DataFrame:
        """People by week, segment and branch, for each measure."""
        self.engine.define("new no segments", sql.load(_ROOM, "no_segments"))
        tables = {"firsts": "new clock", "segments": self.names.get("segments", "new no segments")}
        self.engine.define("new groups", sql.load(_ROOM, "everybody_and_groups", tables=tables))
        since = [m for m in SINCE_REGISTRATION if self.terms.has_touches or not m.startswith("touched")]
        parts = [*self._counted("registered", since), *self._counted("first_order", list(SINCE_ORDER))]
        return self.engine.frame(sql.union_all(parts))

    def _counted(self, clock: Clock, measures: list[str]) -> list[exp.Query]:
        file = "newcomers_registered" if clock == "registered" else "newcomers_ordered"
        tables, patterns = {"people": "new people", "groups": "new groups"}, f"new {clock} patterns"
        self.engine.materialise(patterns, sql.load(_ROOM, file, tables=tables))
        parts = []
        for measure in measures:
            outcome, applies = _SPLIT.get(measure, (measure, "TRUE"))
            names = {"clock": exp.Literal.string(clock), "measure": exp.Literal.string(measure)}
            columns = {"outcome": sql.column(outcome), "applies": sql.expression(applies), **names}
            parts.append(sql.load(_ROOM, "newcomers_counts", tables={"patterns": patterns}, columns=columns))
        return parts

    def reached(self) -> pd.DataFrame:
        """People touched on day 2 and on day 3, by branch, channel and kind."""
        if "touches" not in self.names:
            return pd.DataFrame(columns=["branch", "day", "channel", "kind", "reached"])
        tables = {"touches": self.names["touches"], "clock": "new clock", "people": "new people"}
        return self.engine.frame(sql.load(_ROOM, "newcomers_touched", tables=tables), self.params)


_SPLIT = {
    "repurchase_silent": ("repurchase", "silent = 1"),
    "repurchase_not_silent": ("repurchase", "silent = 0"),
}

"""Cohort retention and revenue retention: who came back, when, and what they were worth.

The walk: activity → bits a person (one aggregation) → bits counted from the cohort → people by pattern → matrix. A cell
counts only when its period is over for every member of the cohort.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Literal, get_args

from ltv import sql
from ltv.behaviour.buckets import (
    Grain,
    WeekStart,
    as_grain,
    bucket,
    bucket_sql,
    date_literal,
    first_day,
    last_complete,
    place_sql,
)
from ltv.behaviour.retention_result import Retention
from ltv.errors import UsageError, found
from ltv.warehouse.local_time import local_day
from ltv.warehouse.table import TableLike, together

if TYPE_CHECKING:
    import pandas as pd
    from sqlglot import exp

    from ltv.warehouse.engine import Engine

CohortKind = Literal["registered", "first_order", "first_event"]
Activity = Literal["order", "event", "any"]
MOST_PERIODS = 61
_DEFAULT_PERIODS: dict[Grain, int] = {"day": 30, "week": 12, "month": 12}
_STARTS: dict[CohortKind, str] = {"first_order": "orders", "registered": "members", "first_event": "events"}
_ROOM = "ltv.behaviour"


def retention(
    orders: TableLike | None = None,
    *,
    as_of: date,
    events: TableLike | None = None,
    members: TableLike | None = None,
    segments: TableLike | None = None,
    grain: str | Sequence[str] = "month",
    periods: int | None = None,
    cohort: CohortKind | None = None,
    activity: Activity | None = None,
    timezone: str = "UTC",
    week_start: WeekStart = "monday",
    currency: str = "CNY",
) -> Retention:
    """Cohort retention by calendar periods (n-day retention; for weeks and months the calendar week or month).

    A person belongs to the cohort of the calendar period of the first time, and is retained in period p when active in
    the p-th calendar period after it. A cell is complete when its period is over at the end of `as_of`; averages weigh
    people and use complete cells only.

    Args:
        orders: orders of people (user_id, day or ts, amount or value, status).
        as_of: the last day included.
        events: events of people (user_id, day or ts), or None.
        members: registrations (user_id, day or registered_at), or None.
        segments: user_id, segment_kind, segment, or None.
        grain: day, week or month, or several of them; the first is shown.
        periods: periods after the cohort, 1 to 61; default 30 days, 12 weeks, 12 months.
        cohort: what starts a cohort; default every kind whose table is there.
        activity: what counts as coming back; default order for first_order, event for first_event, any for registered.
        timezone: zone of the calendar where tables have `ts` and no `day`.
        week_start: first day of a week.
        currency: in which money is written.

    Raises:
        UsageError: an argument is not one of those allowed, or no table for the cohort is there.

    >>> import pandas as pd
    >>> days = pd.to_datetime(["2026-01-05", "2026-02-03", "2026-01-20"])
    >>> bought = pd.DataFrame({"user_id": [1, 1, 2], "ts": days, "amount": [10.0, 5.0, 8.0], "status": "paid"})
    >>> kept = retention(bought, as_of=date(2026, 2, 28), grain="month", periods=1)
    >>> kept.table[["period", "cohort_size", "retained", "rate"]].to_dict("records")[1]
    {'period': 1, 'cohort_size': 2, 'retained': 1, 'rate': 0.5}
    """
    grains = [as_grain(g) for g in ([grain] if isinstance(grain, str) else grain)]
    _check_periods(periods)
    given = {"orders": orders, "events": events, "members": members, "segments": segments}
    engine, names = together(given)
    matrix = _Matrix(engine, names, as_of, timezone, week_start)
    parts = [
        matrix.compute(kind, active, g, periods or _DEFAULT_PERIODS[g])
        for g in grains
        for kind, active in _pairs(names, cohort, activity)
    ]
    return Retention(_concat(parts), currency=currency, as_of=as_of)


def _check_periods(periods: int | None) -> None:
    if periods is not None and (isinstance(periods, bool) or not 1 <= periods <= MOST_PERIODS):
        raise UsageError(found("periods", periods, f"1 to {MOST_PERIODS}"))


def _pairs(
    names: dict[str, str], cohort: CohortKind | None, activity: Activity | None
) -> list[tuple[CohortKind, Activity]]:
    if cohort is not None and cohort not in get_args(CohortKind):
        raise UsageError(found("cohort", cohort, ", ".join(get_args(CohortKind))))
    if activity is not None and activity not in get_args(Activity):
        raise UsageError(found("activity", activity, ", ".join(get_args(Activity))))
    default: dict[CohortKind, Activity] = {"first_order": "order", "registered": "any", "first_event": "event"}
    kinds = [k for k, table in _STARTS.items() if table in names and cohort in (None, k)]
    if not kinds:
        wanted = _STARTS[cohort] if cohort else "orders, members or events"
        raise UsageError(found("retention", ", ".join(names) or "no table", f"a call with {wanted}"))
    return [(k, activity or default[k]) for k in kinds]


@dataclass(frozen=True)
class _Matrix:
    engine: Engine
    names: dict[str, str]
    as_of: date
    timezone: str
    week_start: WeekStart

    def compute(self, kind: CohortKind, activity: Activity, grain: Grain, periods: int) -> pd.DataFrame:
        """The matrix of one cohort kind, activity and grain."""
        with self._temporary() as keep:
            current, base = bucket(self.as_of, grain, self.week_start), self._lowest(_STARTS[kind], grain)
            if base is None:
                return _named(_empty(), kind, activity, grain)
            words = {t: self._words(t, kind, grain, (base, current), keep) for t in self._active(activity)}
            keep("cohorts", self._cohorts(_STARTS[kind], words, grain), base=base)
            together = self._together(list(words.values()), keep)
            tables = {"words": together, "cohorts": "ret cohorts"}
            keep("relative", sql.load(_ROOM, "relative_bits", tables=tables), base=base)
            keep("patterns", self._load("cohort_patterns", relative="ret relative"))
            keep("revenue", self._revenue(grain))
            self.engine.register("ret periods", _spine(periods))
            tables = {"patterns": "ret patterns", "revenue": "ret revenue", "periods": "ret periods"}
            frame = self.engine.frame(sql.load(_ROOM, "cohort_matrix", tables=tables), {"current": current})
        return _named(self._finish(frame, grain), kind, activity, grain)

    @contextmanager
    def _temporary(self) -> Iterator[_Keep]:
        kept = _Keep(self.engine)
        try:
            yield kept
        finally:
            self.engine.drop([*kept.names, "ret periods"])

    def _load(self, name: str, **tables: str) -> exp.Query:
        names = {"cohorts": "ret cohorts", "segments": self.names.get("segments", "ret no segments")} | tables
        if "segments" not in self.names:
            self.engine.define("ret no segments", sql.load(_ROOM, "no_segments"))
        return sql.load(_ROOM, name, tables=names)

    def _active(self, activity: Activity) -> list[str]:
        tables = {"order": ["orders"], "event": ["events"], "any": ["orders", "events"]}[activity]
        here = [t for t in tables if t in self.names]
        if not here:
            raise UsageError(found("activity", activity, f"a call with {' or '.join(tables)}"))
        return here

    def _lowest(self, table: str, grain: Grain) -> int | None:
        """The bucket in which the first cohort can lie: bits count from it."""
        tree = sql.load(_ROOM, "span", tables={"rows": self.names[table]}, columns={"moment": self._day(table)})
        low = self.engine.frame(tree)["lowest"].iloc[0]
        if low is None or low != low:  # noqa: PLR0124  NaT: there is no row
            return None
        return bucket(low.date() if isinstance(low, datetime) else low, grain, self.week_start)

    def _words(self, table: str, kind: CohortKind, grain: Grain, span: tuple[int, int], keep: _Keep) -> str:
        """Bits of everybody's activity in one table."""
        base, current = span
        day, counts = self._day(table), self._condition(table)
        if table != _STARTS[kind]:
            start = date_literal(first_day(base, grain, self.week_start))
            counts = sql.expression("c AND d >= s", c=counts, d=day, s=start)
        file = "activity_word" if current - base <= MOST_PERIODS else "activity_words"
        columns = {"place": place_sql(day, grain, base, self.week_start), "is_activity": counts}
        return keep(table, sql.load(_ROOM, file, tables={"activity": self.names[table]}, columns=columns))

    def _cohorts(self, table: str, words: dict[str, str], grain: Grain) -> exp.Query:
        """Everybody's first bucket: off the bits where they are there, which spares a second pass over the rows."""
        if table in words:
            return sql.load(_ROOM, "first_bucket_of_words", tables={"words": words[table]})
        columns = {"bucket": self._bucket(table, grain), "is_start": self._condition(table)}
        return sql.load(_ROOM, "first_bucket", tables={"starts": self.names[table]}, columns=columns)

    def _together(self, parts: list[str], keep: _Keep) -> str:
        if len(parts) == 1:
            return parts[0]
        return keep("words", sql.load(_ROOM, "both_words", tables={"a": parts[0], "b": parts[1]}))

    def _revenue(self, grain: Grain) -> exp.Query:
        if "orders" not in self.names:
            return sql.load(_ROOM, "no_revenue")
        columns = {"bucket": self._bucket("orders", grain), "value": self._value()}
        rows = sql.load(_ROOM, "order_values", tables={"orders": self.names["orders"]}, columns=columns)
        self.engine.define("ret order values", rows)
        return self._load("cohort_revenue", orders="ret order values")

    def _columns(self, table: str) -> dict[str, str]:
        return self.engine.columns(self.names[table])

    def _value(self) -> exp.Expr:
        columns = self._columns("orders")
        if "value" in columns:
            return sql.column("value")
        if "status" not in columns:
            return sql.column("amount")
        return sql.expression("CASE WHEN status IN ('paid', 'refunded') THEN amount ELSE 0 END")

    def _condition(self, table: str) -> exp.Expr:
        """What counts in a table: any event, any registration, an order that was paid."""
        if table != "orders":
            return sql.expression("TRUE")
        columns = self._columns("orders")
        money = "amount" if "amount" in columns else "value"
        if money not in columns:
            raise UsageError(found("orders columns", ", ".join(columns), "value, or amount"))
        counts = _IS_PURCHASE if "status" not in columns else f"{_IS_PURCHASE} AND {_IS_PAID}"
        return sql.expression(counts, amount=sql.column(money))

    def _bucket(self, table: str, grain: Grain) -> exp.Expr:
        return bucket_sql(self._day(table), grain, self.week_start)

    def _day(self, table: str) -> exp.Expr:
        columns = self._columns(table)
        if "user_id" not in columns:
            raise UsageError(found(f"{table} columns", ", ".join(columns), "also user_id"))
        if "day" in columns:
            return sql.column("day")
        time = next((c for c in ("ts", "registered_at") if c in columns), None)
        if time is None:
            raise UsageError(found(f"{table} columns", ", ".join(columns), "day, or ts"))
        return local_day(sql.column(time), self.timezone, *self._span(table, time))

    def _span(self, table: str, time: str) -> tuple[datetime, datetime]:
        tree = sql.load(_ROOM, "span", tables={"rows": self.names[table]}, columns={"moment": sql.column(time)})
        low, high = self.engine.frame(tree).iloc[0]
        if low != low or low is None:  # noqa: PLR0124  NaT: no rows, so any span will do
            return datetime(1970, 1, 1), datetime(1970, 1, 2)  # noqa: DTZ001  engine times are naive UTC
        return low.to_pydatetime(), high.to_pydatetime()

    def _finish(self, frame: pd.DataFrame, grain: Grain) -> pd.DataFrame:
        last = last_complete(self.as_of, grain, self.week_start)
        frame = frame.assign(is_complete=frame["cohort"] + frame["period"] <= last)
        complete = frame["is_complete"]
        frame["rate"] = (frame["retained"] / frame["cohort_size"]).where(complete)
        per_user = frame["cumulative_revenue"] / frame["cohort_size"]
        frame["cumulative_revenue_per_user"] = per_user.where(complete)
        if "orders" not in self.names:
            frame[["revenue", "cumulative_revenue_per_user"]] = float("nan")
        frame["cohort"] = [first_day(int(c), grain, self.week_start) for c in frame["cohort"]]
        return frame


# a negative amount is a refund of its person, not a visit to the shop
_IS_PURCHASE, _IS_PAID = "amount >= 0", "status IN ('paid', 'refunded')"


class _Keep:
    """Materialises steps under names that are forgotten afterwards."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.names: list[str] = []

    def __call__(self, step: str, query: exp.Query, **params: int) -> str:
        name = f"ret {step}"
        self.engine.materialise(name, query, params)
        self.names.append(name)
        return name


def _spine(periods: int) -> pd.DataFrame:
    import numpy as np
    import pandas as pd

    return pd.DataFrame({"period": np.arange(periods + 1, dtype="int32")})


_COLUMNS = [
    "cohort_kind",
    "activity",
    "method",
    "grain",
    "cohort",
    "segment_kind",
    "segment",
    "period",
    "cohort_size",
    "retained",
    "rate",
    "revenue",
    "cumulative_revenue_per_user",
    "is_complete",
]


def _named(frame: pd.DataFrame, kind: CohortKind, activity: Activity, grain: Grain) -> pd.DataFrame:
    named = frame.assign(cohort_kind=kind, activity=activity, method="n_day", grain=grain)
    return named[_COLUMNS]


def _empty() -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(columns=_COLUMNS)


def _concat(parts: list[pd.DataFrame]) -> pd.DataFrame:
    import pandas as pd

    filled = [p for p in parts if len(p)]
    return pd.concat(filled, ignore_index=True) if filled else parts[0]

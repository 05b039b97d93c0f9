"""The matrices of a retention.

The walk: activity → bits a person (one aggregation) → bits counted from the cohort → people by pattern → matrix. A cell
counts only when its period is over for every member of the cohort.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from sqlglot import exp

from ltv import sql
from ltv.behaviour.buckets import (
    Grain,
    WeekStart,
    bucket,
    bucket_sql,
    date_literal,
    first_day,
    last_complete,
    place_sql,
)
from ltv.behaviour.recorded import Recorded
from ltv.behaviour.retention_spans import MOST_PERIODS, Method
from ltv.behaviour.tables_of_people import PeopleTables
from ltv.errors import UsageError, found
from ltv.warehouse.local_time import DAY_US, day_end

if TYPE_CHECKING:
    import pandas as pd

    from ltv.warehouse.engine import Engine

_ROOM = "ltv.behaviour"
_SPAN_US = {"day": DAY_US, "week": 7 * DAY_US}


@dataclass(frozen=True)
class Asked:
    """What one matrix is of.

    Attributes:
        kind: cohort kind.
        starts: tables whose rows start a cohort.
        activity: what counts as coming back.
        method: n_day, unbounded or bracket.
        grain: length of a period.
        cohort_event: the one event that starts a cohort, of events; None for any.
        activity_event: the one that counts as coming back; None for any.
    """

    kind: str
    starts: tuple[str, ...]
    activity: str
    method: Method
    grain: Grain
    cohort_event: str | None = None
    activity_event: str | None = None


@dataclass(frozen=True)
class Matrix:
    """The tables of one retention, and how its matrices are worked out."""

    engine: Engine
    names: dict[str, str]
    as_of: date
    timezone: str
    week_start: WeekStart
    by_hours: bool

    @cached_property
    def tables(self) -> PeopleTables:
        """What their columns mean."""
        return PeopleTables(self.engine, self.names, self.timezone, day_end(self.as_of, self.timezone))

    def compute(self, asked: Asked, columns: pd.DataFrame) -> pd.DataFrame:
        """The matrix of one cohort kind, activity and grain.

        Args:
            asked: what it is of.
            columns: of `spans`.
        """
        grain = asked.grain
        with self._temporary() as keep:
            current, base = bucket(self.as_of, grain, self.week_start), self._lowest(asked.starts, grain)
            if base is None or base > current:
                return _named(_empty(), asked)
            words = None if self.by_hours else self._by_calendar(asked, (base, current), keep)
            if self.by_hours:
                self._by_hours(asked, keep)
            active = self._active(asked.activity)
            known = Recorded.of(self.tables, active, (base, current), words, lambda t: self._bucket(t, grain))
            keep("patterns", self._load("cohort_patterns", relative="ret relative"))
            keep("revenue", self._revenue(grain))
            self.engine.register("ret periods", columns)
            tables = {"patterns": "ret patterns", "revenue": "ret revenue", "periods": "ret periods"}
            frame = self.engine.frame(sql.load(_ROOM, "cohort_matrix", tables=tables), {"current": current})
        return _named(self._finish(frame, asked, known), asked)

    def _by_calendar(self, asked: Asked, span: tuple[int, int], keep: _Keep) -> str:
        """Cohorts, and bits counted from them, by calendar periods; return where the bits of all activity are."""
        base = span[0]
        parts = {t: self._words(t, asked, span, keep) for t in self._active(asked.activity)}
        words = self._together(list(parts.values()), keep)
        alone = parts.get(asked.starts[0]) if len(asked.starts) == 1 else None
        keep("cohorts", self._cohorts(asked, words if set(parts) == set(asked.starts) else alone), base=base)
        tables = {"words": words, "cohorts": "ret cohorts"}
        keep("relative", sql.load(_ROOM, "relative_bits", tables=tables), base=base)
        return words

    def _by_hours(self, asked: Asked, keep: _Keep) -> None:
        """The same by spans of 24 hours (of weeks 7 of them) from the very start of each person."""
        span = exp.Literal.number(_SPAN_US[asked.grain])
        keep("cohorts", self._firsts(asked, "first_moment"))
        places = []
        for table in self._active(asked.activity):
            active = self.tables.condition(table, asked.activity_event)
            columns = {"moment": self.tables.moment(table), "is_activity": active, "span": span}
            tables = {"activity": self.names[table], "starts": "ret cohorts"}
            places.append(sql.load(_ROOM, "elapsed_places", tables=tables, columns=columns))
        keep("places", sql.union_all(places))
        tables = {"starts": "ret cohorts", "places": "ret places"}
        keep("relative", sql.load(_ROOM, "elapsed_bits", tables=tables))

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

    def _active(self, activity: str) -> list[str]:
        tables = {"order": ["orders"], "event": ["events"], "any": ["orders", "events"]}[activity]
        here = [t for t in tables if t in self.names]
        if not here:
            raise UsageError(found("activity", activity, f"a call with {' or '.join(tables)}"))
        return here

    def _lowest(self, starts: Sequence[str], grain: Grain) -> int | None:
        """The bucket in which the first cohort can lie: bits count from it."""
        days = [day for table in starts if (day := self.tables.first_day(table)) is not None]
        return bucket(min(days), grain, self.week_start) if days else None

    def _words(self, table: str, asked: Asked, span: tuple[int, int], keep: _Keep) -> str:
        """Bits of everybody's activity in one table."""
        base, current = span
        day, counts = self.tables.day(table), self.tables.condition(table, asked.activity_event)
        if table not in asked.starts or asked.cohort_event != asked.activity_event:
            start = date_literal(first_day(base, asked.grain, self.week_start))
            counts = sql.expression("c AND d >= s", c=counts, d=day, s=start)
        file = "activity_word" if current - base <= MOST_PERIODS else "activity_words"
        columns = {"place": place_sql(day, asked.grain, base, self.week_start), "is_activity": counts}
        return keep(table, sql.load(_ROOM, file, tables={"activity": self.names[table]}, columns=columns))

    def _cohorts(self, asked: Asked, words: str | None) -> exp.Query:
        """Everybody's first bucket: off the bits where they are there, which spares a second pass over the rows."""
        if words and asked.cohort_event == asked.activity_event:
            return sql.load(_ROOM, "first_bucket_of_words", tables={"words": words})
        return self._firsts(asked, "first_bucket")

    def _firsts(self, asked: Asked, file: str) -> exp.Query:
        """Everybody's first row in the tables that start a cohort."""
        parts = []
        for table in asked.starts:
            columns = {
                "bucket": self._bucket(table, asked.grain),
                "is_start": self.tables.condition(table, asked.cohort_event),
            }
            columns |= {"moment": self.tables.moment(table)} if file == "first_moment" else {}
            parts.append(sql.load(_ROOM, file, tables={"starts": self.names[table]}, columns=columns))
        if len(parts) == 1:
            return parts[0]
        first = [exp.alias_(sql.expression("MIN(c)", c=sql.column(c)), c) for c in parts[0].named_selects[1:]]
        return exp.select("user_id", *first).from_(sql.union_all(parts).subquery("firsts")).group_by("user_id")

    def _together(self, parts: list[str], keep: _Keep) -> str:
        if len(parts) == 1:
            return parts[0]
        return keep("words", sql.load(_ROOM, "both_words", tables={"a": parts[0], "b": parts[1]}))

    def _revenue(self, grain: Grain) -> exp.Query:
        if "orders" not in self.names:
            return sql.load(_ROOM, "no_revenue")
        if self.by_hours:
            span = exp.Literal.number(_SPAN_US[grain])
            columns = {"moment": self.tables.moment("orders"), "value": self.tables.value(), "span": span}
            tables = {"orders": self.names["orders"], "starts": "ret cohorts"}
            rows = sql.load(_ROOM, "elapsed_values", tables=tables, columns=columns)
        else:
            columns = {"bucket": self._bucket("orders", grain), "value": self.tables.value()}
            rows = sql.load(_ROOM, "order_values", tables={"orders": self.names["orders"]}, columns=columns)
        self.engine.define("ret order values", rows)
        return self._load("cohort_revenue", orders="ret order values")

    def _bucket(self, table: str, grain: Grain) -> exp.Expr:
        return bucket_sql(self.tables.day(table), grain, self.week_start)

    def _finish(self, frame: pd.DataFrame, asked: Asked, known: Recorded) -> pd.DataFrame:
        grain, last = asked.grain, last_complete(self.as_of, asked.grain, self.week_start)
        # by hours a span is over for the last one of the cohort a whole period later
        ends = frame["cohort"] + frame["last"] + (1 if self.by_hours else 0)
        has_data = known.between(frame["cohort"] + frame["period"], None if asked.method == "unbounded" else ends)
        frame = frame.assign(is_complete=ends <= last, has_data=has_data)
        complete = frame["is_complete"]
        frame["rate"] = (frame["retained"] / frame["cohort_size"]).where(complete & has_data)
        per_user = frame["cumulative_revenue"] / frame["cohort_size"]
        frame["cumulative_revenue_per_user"] = per_user.where(complete)
        if "orders" not in self.names:
            frame[["revenue", "cumulative_revenue_per_user"]] = float("nan")
        base = frame["revenue"].where(frame["period"] == 0).groupby([frame[c] for c in _GROUP]).transform("max")
        share = frame["revenue"] / base.where(base > 0)
        frame["net_revenue_retention"] = share.where(complete & has_data).astype("float64")
        frame["cohort"] = [first_day(int(c), grain, self.week_start) for c in frame["cohort"]]
        return frame


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
    "period_end",
    "net_revenue_retention",
    "has_data",
]
_GROUP = ["segment_kind", "segment", "cohort"]


def _named(frame: pd.DataFrame, asked: Asked) -> pd.DataFrame:
    named = frame.assign(cohort_kind=asked.kind, activity=asked.activity, method=asked.method, grain=asked.grain)
    return named.rename(columns={"last": "period_end"})[_COLUMNS]


def _empty() -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(columns=_COLUMNS)

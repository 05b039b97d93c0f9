"""Result tables as they are there: a table that is absent, empty or lacks a column reads as no rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from math import isfinite
from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from ltv.overview.days import Days

WHOLE = "all"
WEEK = timedelta(days=7)
Earlier = Sequence[tuple[date, Sequence[pd.DataFrame]]]


@dataclass(frozen=True, eq=False)
class Given:
    """What the overview of a date is made of.

    Attributes:
        results: result tables of the date by name.
        as_of: the date.
        currency: in which money is written.
        earlier: earlier dates, each with its result table overview.
        forecasts: earlier dates, each with its result table ltv_totals.
        revenue: net revenue of each day.
        people: known people there on each day.
    """

    results: Mapping[str, pd.DataFrame]
    as_of: date
    currency: str = "CNY"
    earlier: Earlier = ()
    forecasts: Earlier = ()
    revenue: Days = field(default_factory=dict)
    people: Days = field(default_factory=dict)

    def rows(self, name: str, *columns: str) -> pd.DataFrame:
        """A result table, or no rows with the columns asked for."""
        return rows(self.results.get(name), *columns)

    def has(self, name: str, *columns: str) -> bool:
        """Whether a result table is there with these columns, be it without rows."""
        return name in self.results and set(columns) <= set(self.results[name].columns)

    def published(self, figure: str) -> Days:
        """What earlier overviews said of a figure."""
        out = {}
        for day, (table, *_) in self.earlier:
            found = rows(table, "figure", "value")
            value = known(found.loc[found["figure"] == figure, "value"].max()) if len(found) else None
            if value is not None:
                out[day] = value
        return out


def rows(table: pd.DataFrame | None, *columns: str) -> pd.DataFrame:
    """A table, or no rows where it is not there or lacks a column.

    >>> rows(None, "a").columns.tolist(), rows(pd.DataFrame({"b": [1]}), "a").empty
    (['a'], True)
    """
    if table is None or not set(columns) <= set(table.columns):
        return pd.DataFrame({name: pd.Series(dtype=object) for name in columns})
    return table.reset_index(drop=True)


def whole(table: pd.DataFrame) -> pd.DataFrame:
    """Rows of the whole base."""
    return table[(table["segment_kind"] == WHOLE) & (table["segment"] == WHOLE)]


def known(value: Any) -> float | None:  # noqa: ANN401  any number, NaN and None among them
    """A finite number, or None.

    >>> known(float("nan")), known(None), known(3)
    (None, None, 3.0)
    """
    if value is None or pd.isna(value):
        return None
    found = float(value)
    return found if isfinite(found) else None


def numbers(row: Mapping[Any, Any], *names: str) -> list[float] | None:
    """Several numbers of a row, or None where one of them is not known."""
    found = [known(row.get(name)) for name in names]
    there = [value for value in found if value is not None]
    return there if len(there) == len(names) else None


def day(value: Any) -> date:  # noqa: ANN401  a date, a Timestamp or text
    """A day of a table as a date."""
    found: date = pd.Timestamp(value).date()
    return found


def main_days(given: Given) -> int | None:
    """The horizon that the pages are about: the one in which new users have a score, else the longest there is."""
    totals = given.rows("ltv_totals", "horizon_days", "expected")
    scores = given.rows("ltv_scores", "horizon_days", "golden48_score")
    scored = scores.loc[scores["golden48_score"].notna(), "horizon_days"]
    days = scored if len(scored) else totals["horizon_days"]
    return int(days.max()) if len(days) else None

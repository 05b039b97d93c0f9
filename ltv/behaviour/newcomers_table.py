"""The table of a new user's clock: counts by week and branch, added up and made shares with intervals."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import get_args

import pandas as pd

from ltv.behaviour.averages import Z95, Share, difference
from ltv.behaviour.buckets import WeekStart, first_day
from ltv.behaviour.newcomers_windows import GAP, VALUE, Terms
from ltv.errors import UsageError, found
from ltv.warehouse.local_time import day_end, micros, zone

KEYS = ["clock", "grain", "cohort", "segment_kind", "segment", "branch", "measure"]
COLUMNS = [*KEYS, "people", "hits", "value", "low", "high", "is_complete", "no_data", "pending"]
_COUNTED = ["everybody", "people", "hits", "no_data", "total", "squares"]
_CELL = ["clock", "segment_kind", "segment", "cohort"]
_JUDGED = ("within", "later", "none")
# Whom each branch holds. Who ordered later and who never did is known only afterwards, so what they did next is told of both.
_TOLD = {
    "registered": {"all": _JUDGED, "within": ("within",), "without": ("later", "none"), "before": ("before",)},
    "first_order": {"all": ("within", "later"), "within": ("within",), "later": ("later",), "before": ("before",)},
}
# The share of each branch: who is in it, and of whom. Guests who had ordered before are outside all others.
_SHARES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "all": (_JUDGED, _JUDGED),
    "within": (("within",), _JUDGED),
    "without": (("later", "none"), _JUDGED),
    "later": (("later",), _JUDGED),
    "none": (("none",), _JUDGED),
    "before": (("before",), (*_JUDGED, "before")),
}
_ONLY = {"ordered_by_day_7": ("all", "without"), "ordered_by_day_30": ("all", "without")}


@dataclass(frozen=True)
class Calendar:
    """What a week is, and up to when anything is known.

    Attributes:
        as_of: the last day included.
        timezone: whose days.
        week_start: first day of a week.
    """

    as_of: date
    timezone: str
    week_start: WeekStart

    def checked(self) -> Calendar:
        """Return itself.

        Raises:
            UsageError: there is no such zone, or a week does not begin so.
        """
        zone(self.timezone)
        if self.week_start not in get_args(WeekStart):
            raise UsageError(found("week_start", self.week_start, ", ".join(get_args(WeekStart))))
        return self

    def over_after(self, week: int) -> int:
        """Microseconds between the end of a week and the as-of instant; negative while the week is running."""
        last = first_day(week, "week", self.week_start) + timedelta(days=6)
        return micros(day_end(self.as_of, self.timezone)) - micros(day_end(last, self.timezone))


def table_of(counts: pd.DataFrame, terms: Terms, calendar: Calendar) -> pd.DataFrame:
    """The result table `newcomers`.

    Args:
        counts: clock, measure, segment_kind, segment, cohort (number of the week), branch, and what was counted.
        terms: the windows.
        calendar: the weeks.
    """
    if not len(counts):
        return pd.DataFrame(columns=COLUMNS)
    # sums of floats go by the order of rows
    counts = counts.sort_values([*_CELL, "branch", "measure"]).fillna({"total": 0.0, "squares": 0.0})
    rows = _with_total(_sum(pd.concat([_by_branch(counts), _shares(counts)], ignore_index=True)))
    rows = rows[[b in _ONLY.get(m, (b,)) for m, b in zip(rows["measure"], rows["branch"], strict=True)]]
    table = pd.concat([_estimated(rows), _gaps(rows)], ignore_index=True)
    left = {week: calendar.over_after(int(week)) for week in table["cohort"].unique()}
    ends = {m: terms.over(m) for m in table["measure"].unique()}
    is_over = [ends[m] <= left[c] for m, c in zip(table["measure"], table["cohort"], strict=True)]
    table["is_complete"] = (table["grain"] == "all") | pd.Series(is_over, index=table.index, dtype=bool)
    for name in ("value", "low", "high"):
        table[name] = table[name].astype("float64").where(table["is_complete"])
    table["cohort"] = [first_day(int(c), "week", calendar.week_start) for c in table["cohort"]]
    table["pending"] = table["everybody"] - table["people"] - table["no_data"]
    return table.sort_values(KEYS, ignore_index=True)[COLUMNS]


def _sum(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.groupby([*_CELL, "branch", "measure"], as_index=False, sort=True)[_COUNTED].sum()


def _by_branch(counts: pd.DataFrame) -> pd.DataFrame:
    held = [(c, path, name) for c, of in _TOLD.items() for name, paths in of.items() for path in paths]
    found = counts.merge(pd.DataFrame(held, columns=["clock", "branch", "told"]), on=["clock", "branch"])
    return found.drop(columns="branch").rename(columns={"told": "branch"})


def _shares(counts: pd.DataFrame) -> pd.DataFrame:
    """How many of those who are judged are in each branch."""
    held = [
        (path, name, path in paths, path in of)
        for name, (paths, of) in _SHARES.items()
        for path in (*of, "open")  # people whose first hours are not over are still pending
    ]
    here = counts[(counts["clock"] == "registered") & (counts["measure"] == VALUE)]
    found = here.merge(pd.DataFrame(held, columns=["branch", "told", "is_in", "is_of"]), on="branch")
    found["hits"], found["people"] = (
        found["everybody"].where(found["is_in"], 0),
        found["everybody"].where(found["is_of"], 0),
    )
    told = found.assign(measure="share", no_data=0, total=0.0, squares=0.0, branch=found["told"])
    return told[[*_CELL, "branch", "measure", *_COUNTED]]


def _with_total(weeks: pd.DataFrame) -> pd.DataFrame:
    """The weeks, and all of them together under the first one of each clock."""
    whole = weeks.assign(cohort=weeks.groupby("clock")["cohort"].transform("min"))
    return pd.concat([weeks.assign(grain="week"), _sum(whole).assign(grain="all")], ignore_index=True)


def _estimated(rows: pd.DataFrame) -> pd.DataFrame:
    found = [
        mean_of(p, t, s) if m == VALUE else _interval(Share.of(int(h), int(p)))
        for m, p, h, t, s in zip(*(rows[c] for c in ("measure", "people", "hits", "total", "squares")), strict=True)
    ]
    return _with(rows, found)


def _with(rows: pd.DataFrame, found: Sequence[tuple[float | None, float | None, float | None]]) -> pd.DataFrame:
    told = pd.DataFrame(list(found), columns=["value", "low", "high"], index=rows.index, dtype="float64")
    return pd.concat([rows, told], axis=1)


def _interval(share: Share) -> tuple[float | None, float | None, float | None]:
    return share.rate, share.low, share.high


def mean_of(people: int, total: float, squares: float) -> tuple[float | None, float | None, float | None]:
    """A mean with its 95 % interval from sums (normal approximation); of one person it has none.

    >>> [round(x, 3) for x in mean_of(4, 20.0, 120.0)]
    [5.0, 2.47, 7.53]
    """
    if people == 0:
        return None, None, None
    mean = total / people
    if people == 1:
        return mean, None, None
    error = math.sqrt(max(squares - people * mean**2, 0.0) / (people - 1) / people)
    return mean, mean - Z95 * error, mean + Z95 * error


def _gaps(rows: pd.DataFrame) -> pd.DataFrame:
    """How much more of those who were not silent buy again."""
    keys = [*_CELL, "grain", "branch"]
    sides = [rows[rows["measure"] == f"repurchase{s}"] for s in ("_not_silent", "_silent")]
    both = sides[0].merge(sides[1], on=keys, suffixes=("_a", "_b"))
    pairs = zip(*(both[c] for c in ("hits_a", "people_a", "hits_b", "people_b")), strict=True)
    found = [difference(Share.of(int(a), int(n)), Share.of(int(b), int(m))) for a, n, b, m in pairs]
    sums = {c: both[f"{c}_a"] + both[f"{c}_b"] for c in ("everybody", "people", "hits", "no_data")}
    told = both[keys].assign(measure=GAP, **sums)
    return _with(told, found)

"""The result table: every series of every indicator, day by day, with threshold, episode, trigger and seasonal band."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ltv.health import season
from ltv.health.measures import NOT_PUBLISHED, Measure
from ltv.health.trigger import marks

if TYPE_CHECKING:
    from ltv.health.calendar import Calendar
    from ltv.health.indicators import Watched
    from ltv.health.segments import Kind

Floats = NDArray[np.float64]
COLUMNS = (
    "date", "segment_kind", "segment", "indicator", "value", "threshold", "bad_side", "breached", "days_breached", "triggered",
    "known", "expected_low", "expected_high", "people", "episode_start", "why_unknown",
)  # fmt: skip
_USUAL_DAYS, _FEWEST_DAYS = 28, 7


@dataclass(frozen=True, eq=False)
class Series:
    """One indicator of one segment on every day of the calendar.

    Attributes:
        indicator: what is watched.
        segment_kind: kind of segment.
        segment: segment.
        value: NaN where it is not known.
        threshold: NaN where there is none.
        people: behind the value.
        why: why a day is not known, empty where it is.
    """

    indicator: Watched
    segment_kind: str
    segment: str
    value: Floats
    threshold: Floats
    people: Floats
    why: NDArray[np.object_]


@dataclass(frozen=True)
class Published:
    """What earlier pages said, by indicator and segment: value, threshold and people by day; for what only its own day can tell."""

    rows: Mapping[tuple[str, str, str], pd.DataFrame]

    @classmethod
    def of(cls, table: pd.DataFrame | None) -> Published:
        """Take the known days of an earlier result table."""
        if table is None or table.empty:
            return cls({})
        known = table[table["known"].astype(bool)]
        keys = ["indicator", "segment_kind", "segment"]
        return cls({tuple(map(str, key)): rows for key, rows in known.groupby(keys)})  # type: ignore[misc]

    def put(self, one: Series, calendar: Calendar) -> Series:
        """The days that are not known for want of having been published, as they were."""
        rows = self.rows.get((one.indicator.name, one.segment_kind, one.segment))
        if rows is None:
            return one
        epoch = pd.Timestamp("1970-01-01")
        place = ((pd.to_datetime(rows["date"]) - epoch).dt.days - calendar.first).to_numpy(np.int64)
        use = (place >= 0) & (place < len(calendar.numbers) - 1)
        place = place[use]
        use[use] = one.why[place] == NOT_PUBLISHED
        at = ((pd.to_datetime(rows["date"]) - epoch).dt.days - calendar.first).to_numpy(np.int64)[use]
        filled = {name: getattr(one, name).copy() for name in ("value", "threshold", "people", "why")}
        for name in ("value", "threshold", "people"):
            filled[name][at] = rows[name].to_numpy(np.float64)[use] if name in rows else np.nan
        filled["why"][at] = ""
        return Series(one.indicator, one.segment_kind, one.segment, **filled)


def series(
    indicator: Watched, measure: Measure, kinds: Sequence[Kind], published: Published, calendar: Calendar
) -> list[Series]:
    """All segments of one indicator."""
    found = []
    for kind in (k for k in kinds if k.name in measure.above):
        for number, name in enumerate(kind.segments):
            value, people, why = measure.series(kind.name, number)
            if kind.is_moving:  # its past cannot be worked out again
                value, why = value.copy(), why.copy()
                value[:-1], why[:-1] = np.nan, np.where(why[:-1] == "", NOT_PUBLISHED, why[:-1])
            threshold = _thresholds(indicator, measure, kind, number, len(value))
            found.append(published.put(Series(indicator, kind.name, name, value, threshold, people, why), calendar))
    return [_against_the_usual(one) for one in found]


def _thresholds(indicator: Watched, measure: Measure, kind: Kind, number: int, days: int) -> Floats:
    if indicator.threshold is not None:
        return np.full(days, indicator.threshold)
    given = measure.threshold.get(kind.name)
    return np.full(days, np.nan) if given is None else given[number].copy()


_TIMES, _ERRORS = {"above": 1.1, "below": 0.9}, 2.0


def _against_the_usual(one: Series) -> Series:
    """Where there is no threshold: a tenth beyond the mean of the known days in the four weeks before, if these are a week.

    A share of few people moves by chance: it must be two standard errors beyond as well.
    """
    if one.indicator.threshold is not None or not np.isnan(one.threshold[one.why == ""]).any():
        return one
    threshold = one.threshold.copy()
    known = ~np.isnan(one.value)
    total, count = (np.concatenate([[0.0], np.cumsum(v)]) for v in (np.nan_to_num(one.value), known))
    at = np.arange(len(one.value))
    begin = np.maximum(at - _USUAL_DAYS, 0)
    n = count[at] - count[begin]
    mean = (total[at] - total[begin]) / np.maximum(n, 1)
    off = np.abs(mean * (_TIMES[one.indicator.bad_side] - 1))
    if one.indicator.unit == "rate":
        part = np.clip(mean, 0, 1)
        off = np.maximum(off, _ERRORS * np.sqrt(part * (1 - part) / np.maximum(one.people, 1)))
    use = np.isnan(threshold) & (n >= _FEWEST_DAYS)
    threshold[use] = (mean + np.where(one.indicator.bad_side == "above", off, -off))[use]
    return replace(one, threshold=threshold)


def columns_of(one: Series, calendar: Calendar, *, weeks: int) -> dict[str, NDArray[Any]]:
    """The columns of one series in the result table, of the days that are told."""
    known = (one.why == "") & ~np.isnan(one.value)
    value = np.where(known, one.value, np.nan)
    with np.errstate(invalid="ignore"):
        bad = value > one.threshold if one.indicator.bad_side == "above" else value < one.threshold
    state = [bool(b) if k else None for b, k in zip(bad, known, strict=True)]
    told = marks(state, cool_down_days=one.indicator.cool_down_days)
    low, high = season.expected(value, calendar.is_special, weeks=weeks)
    if known.any() and value[known].min() >= 0:
        low = np.maximum(low, 0.0)
    began = np.array(told.began, np.int64)
    start = np.where(began >= 0, calendar.first + began, np.datetime64("NaT", "D").astype(np.int64))
    days = len(value)
    table = {
        "date": calendar.dates, "segment_kind": np.full(days, one.segment_kind, object),
        "segment": np.full(days, one.segment, object), "indicator": np.full(days, one.indicator.name, object),
        "value": value, "threshold": one.threshold, "bad_side": np.full(days, one.indicator.bad_side, object),
        "breached": bad & known, "days_breached": np.array(told.days_breached, np.int64),
        "triggered": np.array(told.triggered, np.bool_), "known": known, "expected_low": low, "expected_high": high,
        "people": np.where(known & (one.people > 1), one.people, np.nan), "episode_start": start.astype("datetime64[D]"),
        "why_unknown": np.where(known, "", one.why),
    }  # fmt: skip
    return {name: table[name][-calendar.told :] for name in COLUMNS}


def table_of(found: Sequence[Series], calendar: Calendar, *, weeks: int) -> pd.DataFrame:
    """The rows of all series, of the days that are told."""
    parts = [columns_of(one, calendar, weeks=weeks) for one in found]
    return pd.DataFrame({name: np.concatenate([part[name] for part in parts]) for name in COLUMNS})

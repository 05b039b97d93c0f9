"""The time around launches: the first hours of each, the same hours of earlier weeks, and how far the data can be trusted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

from ltv.settings.calendar import spans
from ltv.warehouse.local_time import DAY_US, day_end, day_start, micros, zone

Ints = npt.NDArray[np.int64]
HOUR_US, WEEK_HOURS = 3_600_000_000, 168
MOST_LAG = 4  # weeks that the level of a launch may lie back, where those after it are like no other
_DAY_HOURS = 24
_LONG_AGO, _FAR_AHEAD = -(10**9), 10**9
# Looks at a launch that is running, as parts of its hours, and the share of alpha each may spend. Between two of them nothing new
# is judged, so that looking more often cannot call more.
LOOKS = ((1 / 8, 0.05), (1 / 4, 0.10), (1 / 2, 0.15), (1.0, 0.70))


@dataclass(frozen=True)
class Known:
    """What a table has.

    Attributes:
        hours: hours since 1970 in which it has rows, ascending.
        rows: how many, shape of `hours`.
        until_us: moment up to which it is taken as complete.
    """

    hours: Ints
    rows: Ints
    until_us: int

    def covers(self, begin_us: Ints, hours: int) -> npt.NDArray[np.bool_]:
        """Whether spans touch no day without rows: that is no data, not zero.

        Args:
            begin_us: beginnings of spans, any shape.
            hours: length of the spans.
        """
        ends = np.concatenate([[_LONG_AGO], self.hours, [_FAR_AHEAD]])
        is_gap = np.diff(ends) >= _DAY_HOURS
        gap_begin, gap_end = ends[:-1][is_gap] + 1, ends[1:][is_gap]
        first = begin_us // HOUR_US
        covered: npt.NDArray[np.bool_] = np.searchsorted(gap_begin, first + hours) == np.searchsorted(
            gap_end, first, side="right"
        )
        return covered


def slots(starts: Sequence[datetime], *, weeks: int, hours: int, timezone: str) -> Ints:
    """Beginnings and ends of the slots of each launch, in microseconds, shape (launches, weeks + 5, 2).

    Slot 0 is the launch's own hours. Slot k is the week that begins at the same weekday and local time k weeks earlier, so the
    same hours of the week stand at its beginning, and it is the level that slot k - 1 starts from (or one up to four weeks later).

    >>> found = slots([datetime(2026, 4, 1, 9)], weeks=1, hours=48, timezone="Europe/London")
    >>> ((found[0, :, 1] - found[0, :, 0]) // HOUR_US).tolist()  # clocks went forward on March 29
    [48, 167, 168, 168, 168, 168]
    """
    place = zone(timezone)
    begin = np.empty((len(starts), weeks + 1 + MOST_LAG), np.int64)
    for row, start in enumerate(starts):
        local = start.replace(tzinfo=UTC).astimezone(place).replace(tzinfo=None)
        for k in range(begin.shape[1]):
            earlier = (local - timedelta(days=7 * k)).replace(tzinfo=place)
            begin[row, k] = micros(earlier.astimezone(UTC).replace(tzinfo=None))
    begin[:, 0] = [micros(start) for start in starts]
    end = np.column_stack([begin[:, 0] + hours * HOUR_US, begin[:, :-1]])
    return np.stack([begin, end], axis=2)


def slot_rows(bounds: Ints, sources: pd.Series[str]) -> pd.DataFrame:
    """The slots as a table, once for each day (UTC) they touch, with whose rows count in each.

    Args:
        bounds: what `slots` returns.
        sources: the one system that counts for each launch, missing where all do.
    """
    launch, slot = (axis.ravel() for axis in np.indices(bounds.shape[:2]))
    begin, end = bounds[..., 0].ravel(), bounds[..., 1].ravel()
    first = begin // DAY_US
    days = (end - 1) // DAY_US - first + 1
    row = np.repeat(np.arange(len(begin)), days)
    nth = np.arange(len(row)) - np.repeat(days.cumsum() - days, days)
    rows = {"launch": launch, "slot": slot, "begin_us": begin, "end_us": end}
    frame = pd.DataFrame({k: v[row].astype(np.int64) for k, v in rows.items()} | {"day": first[row] + nth})
    frame["source"] = sources.astype("string").to_numpy(object)[frame["launch"]]
    return frame.astype({"source": "string"})


def apart(bounds: Ints, hours: int) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Whether the first hours of each slot, and all of it, hold nothing of the first hours of a launch; each (launches, slots).

    Those of slot 0 hold the launch itself, which does not count.
    """
    length, begin = hours * HOUR_US, bounds[..., 0]
    starts = np.sort(begin[:, 0])

    def free(end: Ints) -> npt.NDArray[np.bool_]:
        near = np.searchsorted(starts, end) - np.searchsorted(starts, begin - length, side="right")
        near[:, 0] -= 1
        return np.asarray(near == 0)

    return free(begin + length), free(bounds[..., 1])


def special(begin_us: Ints, end_us: Ints, days: Sequence[str], timezone: str) -> npt.NDArray[np.bool_]:
    """Whether a span holds anything of a special day, in the shape of the spans.

    >>> begin = np.array([[micros(datetime(2026, 11, 10)), micros(datetime(2026, 11, 3))]])
    >>> special(begin, begin + 48 * HOUR_US, ["11-11"], "UTC").tolist()
    [[True, False]]
    """
    if not days or not begin_us.size:
        return np.zeros(begin_us.shape, dtype=bool)
    first, last = (datetime(1970, 1, 1) + timedelta(microseconds=int(us)) for us in (begin_us.min(), end_us.max()))  # noqa: DTZ001
    found = spans(days, first.date() - timedelta(days=1), last.date() + timedelta(days=1))  # a day of any zone
    lows, highs = (
        np.array([micros(e) for e in ends], np.int64)
        for ends in (
            [day_start(datetime.combine(a, time()), timezone) for a, _ in found],
            [day_end(b, timezone) for _, b in found],
        )
    )
    touched: npt.NDArray[np.bool_] = np.searchsorted(lows, end_us) > np.searchsorted(highs, begin_us, side="right")
    return touched


def checkpoints(hours: int) -> tuple[tuple[int, float], ...]:
    """Hours after which a launch is looked at, with the share of alpha each look may spend.

    >>> checkpoints(48)
    ((6, 0.05), (12, 0.1), (24, 0.15), (48, 0.7))
    >>> checkpoints(1)
    ((1, 1.0),)
    """
    spent: dict[int, float] = {}
    for part, share in LOOKS:
        after = max(1, int(hours * part))
        spent[after] = round(spent.get(after, 0.0) + share, 10)
    return tuple(sorted(spent.items()))

"""One launch hour by hour: rows of a table in clock hours, and the same hours of earlier weeks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ltv.behaviour.golden48_slots import HOUR_US, WEEK_HOURS, Ints, Known

_BEFORE_HOURS = 24
_MIDDLE = (0.1, 0.9)
_TABLES = ("events", "orders")


@dataclass(frozen=True)
class Pulse:
    """The launch that is shown.

    Attributes:
        launch_id: its number; empty where there is none.
        name: what it is called.
        table: argument whose rows are counted.
        rows: hour since the launch, observed (missing where data is not complete), low, high.
    """

    launch_id: str
    name: str
    table: str
    rows: pd.DataFrame

    @classmethod
    def of(
        cls, made: pd.DataFrame, bounds: Ints, known_of: Callable[[int, str], Known | None], *, launch: str, hours: int
    ) -> Pulse:
        """Count the hours around one launch, by default the newest.

        Args:
            made: launches, oldest first.
            bounds: their slots.
            known_of: hours with rows, of a launch and a table.
            launch: launch_id; empty for the newest.
            hours: hours after the launch.
        """
        empty = pd.DataFrame(columns=["hour", "observed", "low", "high"])
        if not len(made):
            return cls("", "", "", empty)
        at = made["launch_id"].tolist().index(launch) if launch else len(made) - 1
        there = {table: known_of(at, table) for table in _TABLES}
        table, known = next(((t, k) for t, k in there.items() if k is not None), ("", None))
        rows = _rows(known, bounds[at, :, 0], hours) if known else empty
        return cls(str(made["launch_id"].iloc[at]), str(made["name"].iloc[at]), table, rows)


def _rows(known: Known, begin_us: Ints, hours: int) -> pd.DataFrame:
    hour: Ints = np.arange(-_BEFORE_HOURS, hours, dtype=np.int64)
    first = begin_us[:, None] // HOUR_US + hour
    counts = _counts(known, first)
    level = _counts(known, begin_us[:, None] // HOUR_US + np.arange(-WEEK_HOURS, 0)).sum(axis=1)
    usable = known.covers(begin_us, hours) & known.covers(begin_us - WEEK_HOURS * HOUR_US, WEEK_HOURS)
    usable[0] = False
    with np.errstate(divide="ignore", invalid="ignore"):
        past = counts[usable] * (level[0] / level[usable])[:, None]
    ends = np.quantile(past, _MIDDLE, axis=0) if len(past) else np.full((2, len(hour)), np.nan)
    complete = (first[0] + 1) * HOUR_US <= known.until_us
    observed = np.where(complete, counts[0], np.nan)
    return pd.DataFrame({"hour": hour, "observed": observed, "low": ends[0], "high": ends[1]})


def _counts(known: Known, hours: Ints) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    place = np.searchsorted(known.hours, hours).clip(max=max(0, len(known.hours) - 1))
    if not len(known.hours):
        return np.zeros(hours.shape)
    return np.where(known.hours[place] == hours, known.rows[place], 0).astype(np.float64)

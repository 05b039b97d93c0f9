"""Which stacks take more of the time in which spans were slow."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ltv.hooks.profiles.stacks import SEPARATOR
from ltv.hooks.spans import Flags, Ints

STACKS = ["kind", "stack", "value", "unit", "share", "slow_share", "rest_share", "growth"]
SLOW_Q = 0.95
_OFTEN = 2.0  # times the usual share of slow spans


def slow_rows(rows: pd.DataFrame, started: Ints, lasted: Ints) -> tuple[Flags, Flags]:
    """Which rows of a profile lie in slow times, and which in others; a row without a time, or in which no span ran, lies in neither.

    A time is slow when of the spans that ran in it at least twice as many as usual were among the slowest 5 %.

    Args:
        rows: started_at, ended_at.
        started: of the spans, microseconds.
        lasted: their lengths.
    """
    timed = rows["started_at"].notna().to_numpy() & rows["ended_at"].notna().to_numpy()
    begin, end = (_micros(rows[c]) for c in ("started_at", "ended_at"))
    if not len(started):
        return np.zeros(len(rows), np.bool_), np.zeros(len(rows), np.bool_)
    is_slow = lasted >= np.quantile(lasted, SLOW_Q)
    ran, slow = (
        _running(started[m], (started + lasted)[m], begin, end) for m in (np.ones(len(lasted), np.bool_), is_slow)
    )
    known = timed & (ran > 0)
    often = slow >= _OFTEN * is_slow.mean() * ran
    return known & (slow > 0) & often, known & ~((slow > 0) & often)


def _micros(column: pd.Series[pd.Timestamp]) -> Ints:
    return pd.to_datetime(column).astype("datetime64[us]").to_numpy().astype(np.int64)


def _running(started: Ints, ended: Ints, begin: Ints, end: Ints) -> Ints:
    """How many spans ran at any moment of each time: those that began by its end, less those that ended before it."""
    result: Ints = np.searchsorted(np.sort(started), end, "right") - np.searchsorted(np.sort(ended), begin, "left")
    return result


def grown(rows: pd.DataFrame, slow: Flags, rest: Flags) -> pd.DataFrame:
    """Stacks with their share of all, of slow times and of the rest; the table `profile_stacks`."""
    keys = ["kind", "stack", "unit"]
    told = rows.assign(slow=rows["value"].where(slow, 0.0), rest=rows["value"].where(rest, 0.0))
    sums = told.groupby(keys, as_index=False, sort=False)[["value", "slow", "rest"]].sum()
    total = sums.groupby("kind")[["value", "slow", "rest"]].transform("sum")
    shares = sums[["value", "slow", "rest"]] / total.where(total > 0)
    out = sums.assign(share=shares["value"], slow_share=shares["slow"], rest_share=shares["rest"])
    out["growth"] = out["slow_share"] - out["rest_share"]
    return out.sort_values(["kind", "value", "stack"], ascending=[True, False, True], ignore_index=True)[STACKS]


def frames(stacks: pd.DataFrame, column: str = "value") -> pd.DataFrame:
    """Every call path with what it and all below it take: id, parent, frame, depth, total.

    >>> told = frames(pd.DataFrame({"stack": ["a;b", "a;c"], "value": [1.0, 2.0]}))
    >>> told[["id", "parent", "total"]].values.tolist()
    [['a', '', 3.0], ['a;b', 'a', 1.0], ['a;c', 'a', 2.0]]
    """
    totals: dict[str, float] = {}
    for stack, value in zip(stacks["stack"], stacks[column], strict=True):
        at = -1
        while at < len(stack):
            found = stack.find(SEPARATOR, at + 1)
            at = len(stack) if found < 0 else found
            totals[stack[:at]] = totals.get(stack[:at], 0.0) + float(value)
    rows = [
        (k, k.rpartition(SEPARATOR)[0], k.rpartition(SEPARATOR)[2], k.count(SEPARATOR), v) for k, v in totals.items()
    ]
    return pd.DataFrame(rows, columns=["id", "parent", "frame", "depth", "total"]).sort_values("id", ignore_index=True)


def placed(told: pd.DataFrame) -> pd.DataFrame:
    """Call paths with the place at which each begins beside its siblings, the largest first, as a flame graph draws them.

    >>> told = placed(frames(pd.DataFrame({"stack": ["a;b", "a;c"], "value": [1.0, 2.0]})))
    >>> told[["id", "start"]].values.tolist()
    [['a', 0.0], ['a;c', 0.0], ['a;b', 2.0]]
    """
    rows = told.sort_values(["depth", "total", "id"], ascending=[True, False, True], ignore_index=True)
    free: dict[str, float] = {"": 0.0}  # where the next child of each begins
    starts = []
    for name, parent, total in zip(rows["id"], rows["parent"], rows["total"], strict=True):
        start = free[parent]
        starts.append(start)
        free[parent], free[name] = start + total, start
    return rows.assign(start=starts)


def by_frame(stacks: pd.DataFrame) -> pd.DataFrame:
    """Each function with the share of stacks it is in, once a stack, in slow times and in the rest; what grew most first."""
    rows = [
        (frame, slow, rest)
        for stack, slow, rest in zip(stacks["stack"], stacks["slow_share"], stacks["rest_share"], strict=True)
        for frame in set(stack.split(SEPARATOR))
    ]
    told = pd.DataFrame(rows, columns=["frame", "slow_share", "rest_share"]).groupby("frame", as_index=False).sum()
    told["growth"] = told["slow_share"] - told["rest_share"]
    return told.sort_values(["growth", "frame"], ascending=[False, True], ignore_index=True)

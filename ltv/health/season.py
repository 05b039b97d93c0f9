"""What a day should be like, from the same weekdays of the weeks before: the median, and how far off it usually is."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

WEEKS, FEWEST_WEEKS = 8, 4
_WIDTH = 3 * 1.4826  # three standard deviations, where the median absolute deviation tells of them


def expected(
    values: Floats, special: Flags, *, weeks: int = WEEKS, fewest: int = FEWEST_WEEKS
) -> tuple[Floats, Floats]:
    """The band in which each day should lie.

    Median ± 3 × 1.4826 × median absolute deviation of the same weekday in the weeks before (Hampel 1974). Special days are
    left out of it and have no band of their own.

    Args:
        values: one a calendar day, none left out; NaN where the day is not known; shape (days,).
        special: days that are like no other; shape (days,).
        weeks: so many weeks before at most.
        fewest: with less of them known there is no band.

    Returns:
        Lower and upper end; NaN where there is no band.

    >>> low, high = expected(np.array([1.0, 0, 0, 0, 0, 0, 0] * 5), np.zeros(35, bool))
    >>> low[28:30].tolist(), bool(np.isnan(low[27]))
    ([1.0, 0.0], True)
    """
    usual = np.where(special, np.nan, values)
    before = np.full((weeks, len(values)), np.nan)
    for k in range(weeks):
        back = 7 * (k + 1)
        before[k, back:] = usual[:-back] if back < len(usual) else np.nan
    enough = (~np.isnan(before)).sum(axis=0) >= fewest
    middle, spread = np.full(len(values), np.nan), np.full(len(values), np.nan)
    if enough.any():
        middle[enough] = np.nanmedian(before[:, enough], axis=0)
        spread[enough] = np.nanmedian(np.abs(before[:, enough] - middle[enough]), axis=0)
    middle[special] = np.nan
    return middle - _WIDTH * spread, middle + _WIDTH * spread

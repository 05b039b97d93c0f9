"""What is usual for a figure to move in seven days, from how it has moved before."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from ltv.overview.given import WEEK

if TYPE_CHECKING:
    from ltv.overview.days import Days
    from ltv.text import Unit

LEAST_MOVES = 14
_SPREADS = 3.0
_OF_NORMAL = 1.4826  # median absolute deviation to standard deviation; Rousseeuw and Croux, 1993


def possible(low: float, high: float, unit: Unit) -> tuple[float, float]:
    """A range without what a figure cannot be: a share below nothing or above the whole.

    Args:
        low: its lower end.
        high: its upper end.
        unit: of the figure.

    >>> possible(-0.2, 1.1, "rate"), possible(-5.0, 9.0, "money")
    ((0.0, 1.0), (-5.0, 9.0))
    """
    return (max(low, 0.0), min(high, 1.0)) if unit == "rate" else (low, high)


def usual_range(days: Days, at: date) -> tuple[float, float] | None:
    """Where a figure usually lies seven days after what it was: three robust standard deviations of its earlier moves.

    Args:
        days: the figure by day.
        at: the day that is judged, whose own move is left out.

    Returns:
        low and high, or None with fewer than fourteen earlier moves, or without a value of seven days before.

    >>> days = {date(2026, 6, 1) + n * (WEEK / 7): 100.0 + n % 2 for n in range(30)}
    >>> low, high = usual_range(days, date(2026, 6, 30))
    >>> low < 101 < high
    True
    """
    before = days.get(at - WEEK)
    moves = np.array([value - days[day - WEEK] for day, value in days.items() if day < at and day - WEEK in days])
    if before is None or len(moves) < LEAST_MOVES:
        return None
    centre = float(np.median(moves))
    spread = _OF_NORMAL * float(np.median(np.abs(moves - centre)))
    if spread <= 0:
        return None
    return before + centre - _SPREADS * spread, before + centre + _SPREADS * spread

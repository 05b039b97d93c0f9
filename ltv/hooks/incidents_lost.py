"""What an incident has cost: paid orders and money of its hours beside the same hours of other days. Observational.

Expected = what other days brought in these hours, in proportion to what was asked of other hooks at the same time where that foretells
better (chosen on the other days alone). The interval is one of a prediction by a ratio estimator whose variance grows with what it
is in proportion to (Cochran, Sampling Techniques, 1977, 6.9), with Student's t.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import t as student

from ltv.hooks.service_levels_calls import Floats, Ints

LEAST_DAYS = 7  # other days that are compared with
LEAST_EXPECTED = 5.0  # paid orders that the hours should have brought: with fewer nothing can be said
REACH_DAYS = 42  # days further away are another season


@dataclass(frozen=True)
class Lost:
    """A loss with its interval; all None where there is not enough data.

    Attributes:
        expected: what these hours should have brought.
        observed: what they brought.
        lost: the difference, positive when something is missing.
        low: lower end.
        high: upper end.
    """

    expected: float | None
    observed: float
    lost: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Comparison:
    """Both losses of an incident.

    Attributes:
        orders: paid orders.
        value: money charged for them.
        days: other days that it was compared with.
        control: what the other days were made comparable by: `other_hooks`, or `same_hours` alone.
    """

    orders: Lost
    value: Lost
    days: int
    control: str


def compare(paid: Ints, charged: Floats, asked: Ints, *, hours: tuple[int, int], out: Ints, confidence: float = 0.9) -> Comparison:  # fmt: skip
    """Compare the hours of an incident with the same hours of other days.

    Args:
        paid: paid orders of each local hour of the log.
        charged: what was charged for them.
        asked: first attempts of other hooks of each hour.
        hours: first hour of the incident and its exclusive end.
        out: hours of incidents, sales and feasts; days on which the same hours meet one of them are left out.
        confidence: of the interval.
    """
    begin, end = hours
    wrong = np.zeros(len(paid), bool)
    wrong[out] = True
    shifts = [
        k for d in range(-REACH_DAYS, REACH_DAYS + 1) if d and (k := d * 24) + begin >= 0 and k + end <= len(paid)
    ]
    shifts = [k for k in shifts if not wrong[begin + k : end + k].any()]

    def sums(of: Ints | Floats) -> tuple[float, Floats]:
        return float(of[begin:end].sum()), np.array([of[begin + k : end + k].sum() for k in shifts], np.float64)

    here, there = sums(asked)
    flat = 1.0, np.ones(len(shifts))
    orders = sums(paid)
    scaled = here > 0 and len(shifts) >= LEAST_DAYS and bool((there > 0).all()) and _misses(orders[1], there) < _misses(orders[1], flat[1])  # fmt: skip
    by = (here, there) if scaled else flat
    lost = foretold(*orders, *by, confidence=confidence)
    if lost.expected is None or lost.expected < LEAST_EXPECTED:
        nothing = Lost(None, orders[0], None, None, None)
        return Comparison(nothing, Lost(None, sums(charged)[0], None, None, None), len(shifts), "none")
    value = foretold(*sums(charged), *by, confidence=confidence)
    return Comparison(lost, value, len(shifts), "other_hooks" if scaled else "same_hours")


def _misses(y: Floats, x: Floats) -> float:
    """Mean squared error of each other day as the rest foretells it."""
    ratio = (y.sum() - y) / np.maximum(x.sum() - x, 1e-9)
    return float(np.mean((y - ratio * x) ** 2))


def foretold(observed: float, others: Floats, here: float, there: Floats, *, confidence: float) -> Lost:
    """What is missing of a sum, in proportion to something that was not hit.

    Args:
        observed: the sum in question.
        others: the same of other days.
        here: what it is in proportion to.
        there: the same of other days.
        confidence: of the interval.

    >>> lost = foretold(4.0, np.array([10.0, 12, 8, 10, 11, 9, 10]), 1.0, np.ones(7), confidence=0.9)
    >>> float(lost.lost), round(lost.low, 1), round(lost.high, 1)
    (6.0, -0.6, 12.6)
    """
    n = len(others)
    if n < LEAST_DAYS or not there.sum() > 0:
        return Lost(None, observed, None, None, None)
    ratio = others.sum() / there.sum()
    expected = ratio * here
    # a count varies at least by chance; of money the days say how much
    spread = float(((others - ratio * there) ** 2 / there).sum() / (n - 1))
    spread = max(spread, ratio) if np.array_equal(others, np.round(others)) else spread
    error = np.sqrt(spread * here * (1 + here / there.sum())) * student.ppf((1 + confidence) / 2, n - 1)
    lost = float(expected - observed)
    return Lost(float(expected), observed, lost, lost - float(error), lost + float(error))

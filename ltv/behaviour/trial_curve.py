"""Cumulative incidence under competing outcomes, with a band.

Aalen–Johansen estimator (O. O. Aalen, S. Johansen, Scand. J. Statist. 5, 1978) for one outcome among several, with the
variance of the delta method (E. Marubini, M. G. Valsecchi, Analysing Survival Data, 1995, eq. 10.12) and an interval on the scale
log(−log). What is not decided yet is censored at its age: neither a success nor a failure. An outcome at the very moment
of a censoring comes first.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ltv.behaviour.averages import Z95, Share

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Incidence:
    """A curve at the moments asked for.

    Attributes:
        rate: share that has had the outcome by then.
        low: lower end of the 95 % interval.
        high: upper end.
        error: standard error.
        at_risk: under observation and undecided up to then.
    """

    rate: Floats
    low: Floats
    high: Floats
    error: Floats
    at_risk: Ints


def incidence(duration: Floats, outcome: Ints, at: Floats, *, of: int = 1) -> Incidence:
    """Cumulative incidence of one outcome.

    Args:
        duration: time from the start to the outcome or to the end of observation, one entry a trial.
        outcome: number of the outcome, 0 where there is none yet.
        at: moments, ascending.
        of: the outcome asked for.

    >>> found = incidence(np.array([1.0, 2.0, 2.5, 3.0]), np.array([1, 2, 0, 1]), np.array([0.0, 1.0, 3.0]))
    >>> [float(r) for r in found.rate], [int(n) for n in found.at_risk]
    ([0.0, 0.25, 0.75], [4, 4, 1])
    """
    ordered = np.sort(duration)
    times = np.unique(duration[outcome > 0])
    ends = np.sort(duration[outcome > 0])
    wanted = np.sort(duration[outcome == of])
    n = len(duration) - np.searchsorted(ordered, times, side="left")
    d = _at(ends, times)
    d1 = _at(wanted, times)
    left = np.cumprod(1 - d / n)
    before = np.concatenate([[1.0], left[:-1]]) if len(times) else left
    share = np.cumsum(before * d1 / n)
    # at a moment after which nobody is left the curve ends, and its first sum with it
    a = np.divide(d, n * (n - d), out=np.zeros(len(times)), where=n > d)
    c = before * d1 / n**2
    sums = [a, share * a, share**2 * a, before**2 * d1 * (n - d1) / n**3, c, share * c]
    place = np.searchsorted(times, at, side="right")
    f = np.concatenate([[0.0], share])[place]
    s_a, s_fa, s_ffa, s_b, s_c, s_fc = (np.concatenate([[0.0], np.cumsum(x)])[place] for x in sums)
    variance = f**2 * s_a - 2 * f * s_fa + s_ffa + s_b - 2 * (f * s_c - s_fc)
    at_risk = len(duration) - np.searchsorted(ordered, at, side="left")
    error = np.sqrt(np.maximum(variance, 0.0))
    low, high = _band(f, error, len(duration))
    return Incidence(f, low, high, error, at_risk)


def _at(ordered: Floats, times: Floats) -> Ints:
    found: Ints = np.searchsorted(ordered, times, side="right") - np.searchsorted(ordered, times, side="left")
    return found


def _band(f: Floats, error: Floats, n: int) -> tuple[Floats, Floats]:
    """Interval on the scale log(−log); of a share of 0 or 1 the Wilson interval of all trials."""
    inside = (f > 0) & (f < 1)
    safe = np.where(inside, f, 0.5)
    wide = Z95 * error / (safe * np.abs(np.log(safe)))
    none, every = Share.of(0, n), Share.of(n, n)
    low = np.where(inside, safe ** np.exp(wide), np.where(f > 0, every.low or 0.0, 0.0))
    high = np.where(inside, safe ** np.exp(-wide), np.where(f > 0, 1.0, 1.0 if none.high is None else none.high))
    return low, high

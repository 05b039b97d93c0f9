"""Whether a figure moved beyond what is usual, told of many figures at once.

The last value is held against the same weekday of the weeks before. One odd week must not move the band, so values far from the
median are pulled in (one step of Huber's estimator, 1964). A shop that plainly grows or shrinks is held against where it was going: the median of
all slopes (Theil 1950, Sen 1968), where Mann and Kendall's test sees a trend. How far from it a quiet week may lie is not looked up for a normal
distribution, which few weeks and pulled-in values are not: quiet weeks are drawn, the same number of them, with the same overlap of
their days, and judged the same way.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ltv.experiments.multiple import benjamini_hochberg

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Floats = NDArray[np.float64]
FEWEST_WEEKS, MOST_WEEKS, WEEK_DAYS = 4, 12, 7
FALSE_SHARE = 0.10  # of the figures that are called unusual, on average
_NORMAL, _PULLED = 1.4826, 3.0
_FEWEST_OF_TREND, _PLAIN = 6, 1.96
_DRAWN = 20_000


@dataclass(frozen=True)
class Usual:
    """What a figure usually is.

    Attributes:
        middle: where the weeks before say the last one should be.
        spread: standard deviation of a week.
        back: how many weeks back each of them is.
        days: that the figure looks back on: two neighbours share those beyond seven.
    """

    middle: float
    spread: float
    back: tuple[int, ...]
    days: int

    def distance(self, value: float) -> float:
        """How many spreads a value lies from the middle."""
        off = abs(value - self.middle)
        small = 1e-9 * max(abs(self.middle), abs(value))  # of figures that are the same every week
        return off / self.spread if self.spread > small else (0.0 if off <= small else float("inf"))

    def p_value(self, value: float) -> float:
        """How often a quiet week lies so far off."""
        drawn = quiet(self.back, self.days)
        return float(1 - np.searchsorted(drawn, self.distance(value), side="left") / len(drawn))

    def band(self, alpha: float) -> tuple[float, float]:
        """Where a value lies whose `p_value` is above `alpha`."""
        drawn = quiet(self.back, self.days)
        # the largest draw that is itself no rarer than alpha: beyond it lie exactly the values that are
        place = min(max(int(np.ceil((1 - alpha) * len(drawn))) - 1, 0), len(drawn) - 1)
        far = float(drawn[place]) * self.spread
        return self.middle - far, self.middle + far


def usual(before: Floats, *, noise: float, days: int, back: Sequence[int] | None = None) -> Usual | None:
    """What a figure was in the weeks before; None where these are too few.

    Args:
        before: of the same weekday, the latest first, without those that are not known or like no other.
        noise: standard deviation that so few people give it by chance; the spread is not below it.
        days: that the figure looks back on.
        back: how many weeks back each is; default: 1, 2, 3 and so on.

    >>> round(usual(np.array([10.0, 11, 9, 10, 30, 10, 11, 9]), noise=0.0, days=7).middle, 2)
    10.56
    """
    if len(before) < FEWEST_WEEKS:
        return None
    places = tuple(back if back is not None else range(1, len(before) + 1))
    middle, spread = _pulled_in(_carried_on(before[None, :], places))
    return Usual(float(middle[0]), max(float(spread[0]), noise), places, days)


def _carried_on(values: Floats, back: tuple[int, ...]) -> Floats:
    """Each row of weeks as they would be had they come last: moved along the trend, where there plainly is one."""
    n, ago = len(back), np.array(back, np.float64)
    if n < _FEWEST_OF_TREND:
        return values
    one, other = np.triu_indices(n, 1)  # the latest week first: `one` is later than `other`
    rise = values[:, one] - values[:, other]
    slope = np.median(rise / (ago[other] - ago[one]), axis=1)
    sure = np.abs(np.sign(rise).sum(axis=1)) > _PLAIN * np.sqrt(n * (n - 1) * (2 * n + 5) / 18)
    moved: Floats = values + np.where(sure, slope, 0.0)[:, None] * ago
    return moved


def _pulled_in(values: Floats) -> tuple[Floats, Floats]:
    """Mean and standard deviation after values beyond three robust deviations from the median are put at these."""
    median = np.median(values, axis=1, keepdims=True)
    reach = _PULLED * _NORMAL * np.median(np.abs(values - median), axis=1, keepdims=True)
    inside = np.clip(values, median - reach, median + reach)
    return inside.mean(axis=1), inside.std(axis=1, ddof=1)


@lru_cache(maxsize=64)
def quiet(back: tuple[int, ...], days: int) -> Floats:
    """How far, in spreads, a quiet week lies from where quiet weeks so many weeks back say it should be, ascending."""
    rng = np.random.default_rng(0)
    if days <= WEEK_DAYS:
        values = rng.standard_normal((_DRAWN, len(back) + 1))
    else:
        noise = rng.standard_normal((_DRAWN // 4, WEEK_DAYS * max(back) + days), dtype=np.float32)
        sums = np.concatenate([np.zeros((len(noise), 1)), np.cumsum(noise, axis=1, dtype=np.float64)], axis=1)
        ends = noise.shape[1] - WEEK_DAYS * np.array([0, *back])
        values = sums[:, ends] - sums[:, ends - days]
    middle, spread = _pulled_in(_carried_on(values[:, 1:], back))
    return np.sort(np.abs(values[:, 0] - middle) / np.maximum(spread, 1e-12))


def unusual(p_values: Mapping[str, float]) -> tuple[frozenset[str], float]:
    """Which figures are beyond what is usual, so that on average a tenth of those named is not (Benjamini and Hochberg 1995).

    Returns:
        Their names, and the p value at which the band of every figure lies.

    >>> unusual({"a": 0.001, "b": 0.5, "c": 0.5, "d": 0.9})
    (frozenset({'a'}), 0.025)
    """
    if not p_values:
        return frozenset(), FALSE_SHARE
    adjusted = benjamini_hochberg(list(p_values.values()))
    level = FALSE_SHARE * max(sum(p <= FALSE_SHARE for p in adjusted), 1) / len(p_values)
    return frozenset(name for name, p in p_values.items() if p <= level), level

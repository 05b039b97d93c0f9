"""A quantile compared between two arms: the median, or the 90th percentile of those who wait or pay most.

By hand; scipy has the binomial distribution. Its variance comes from the distance of two order statistics, which says nothing about
the law of the metric.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.special import bdtr, bdtrc, ndtr, ndtri

from ltv.errors import found
from ltv.experiments.contrast import Comparison
from ltv.experiments.moments import CannotJudgeError, share

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

# Standard errors between a quantile and the order statistics that its own error is read from: near enough to be its neighbourhood,
# far enough not to be noise (Price and Bonett take 2).
_REACH = 2.0


def quantile_difference(
    control: Sequence[float] | Floats, treatment: Sequence[float] | Floats, *, q: float, alpha: float = 0.05
) -> Comparison:
    """Compare a quantile between two arms, from the values of people.

    Args:
        control: the metric, shape (people,).
        treatment: likewise.
        q: which quantile; 0.5 is the median.
        alpha: one minus the confidence of the interval.

    Returns:
        Difference of the quantiles (treatment minus control), interval and two-sided p by the normal distribution.
        Error of a quantile: distance of two order statistics by that of their ranks on the normal scale (Woodruff 1952; Price and
        Bonett 2002, "Distribution-free confidence intervals for difference and ratio of medians"). Where one of them has the
        quantile's own value, as beside many zeros, the other side counts alone. Quantile: Hyndman and Fan 1996, definition 8.

    Raises:
        CannotJudgeError: too few people for the quantile, a value that is not finite; or both quantiles lie among so many people of
            one value that nothing varies.
        UsageError: q or alpha are out of range.

    >>> a, b = np.random.default_rng(1).exponential([[10], [12]], (2, 2_000))
    >>> result = quantile_difference(a, b, q=0.9)
    >>> f"{result.effect:.1f} [{result.low:.1f}, {result.high:.1f}]"
    '4.7 [2.5, 6.9]'
    """
    critical = float(ndtri(1 - share("alpha", alpha) / 2))
    a, b = (_near(name, values, share("q", q)) for name, values in (("control", control), ("treatment", treatment)))
    if a.error == 0 and b.error == 0:
        values = f"{a.value:g}" if a.value == b.value else f"{a.value:g} or {b.value:g}"
        raise CannotJudgeError(f"the {q:g}-quantile lies among many people of one value, {values}")
    effect, error = b.value - a.value, math.hypot(a.error, b.error)
    statistic = effect / error
    half = critical * error
    return Comparison(effect, effect - half, effect + half, error, statistic, float(2 * ndtr(-abs(statistic))))


class _Quantile(NamedTuple):
    """A quantile of one arm, and its standard error."""

    value: float
    error: float


def _near(name: str, values: Sequence[float] | Floats, q: float) -> _Quantile:
    ordered = np.sort(np.asarray(values, dtype=float))
    n = len(ordered)
    if not np.isfinite(ordered).all():
        raise CannotJudgeError(found(f"values of {name}", "one that is not finite", "finite numbers"))
    reach = _REACH * math.sqrt(n * q * (1 - q))
    low, high = math.floor(n * q - reach), math.ceil(n * q + reach) + 1  # ranks, from 1
    if low < 1 or high > n:
        raise CannotJudgeError(f"{n} people in {name} are too few for the {q:g}-quantile")
    value = float(np.quantile(ordered, q, method="median_unbiased"))
    down, up = value - float(ordered[low - 1]), float(ordered[high - 1]) - value
    down_z, up_z = -float(ndtri(bdtr(low - 1, n, q))), -float(ndtri(bdtrc(high - 1, n, q)))
    if min(down, up) <= 0:
        return _Quantile(value, max(down / down_z, up / up_z, 0.0))
    return _Quantile(value, (down + up) / (down_z + up_z))

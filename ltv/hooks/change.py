"""Whether times have changed between two spans of days, by how much, and since when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ltv.hooks.spans import Floats, Ints

if TYPE_CHECKING:
    from typing import Any

LEAST = 30  # spans on either side


@dataclass(frozen=True)
class Change:
    """A quantile now against before.

    Attributes:
        now: its value.
        before: its value before.
        ratio: how much more it is, as a share; with the interval `low` to `high`. NaN where there is too little.
    """

    now: float
    before: float
    ratio: float
    low: float
    high: float

    @property
    def is_known(self) -> bool:
        """Whether there was enough to say."""
        return bool(np.isfinite(self.low) and np.isfinite(self.high))


def quantile_interval(sorted_values: Floats, q: float, level: float) -> tuple[float, float]:
    """Interval of a quantile from order statistics, free of any distribution; NaN where there are too few values.

    >>> quantile_interval(np.arange(1.0, 101.0), 0.5, 0.95)
    (40.0, 61.0)
    """
    from scipy.stats import binom

    n = len(sorted_values)
    tail = (1 - level) / 2
    low, high = int(binom.ppf(tail, n, q)), int(binom.ppf(1 - tail, n, q)) + 1
    if n < LEAST or low < 1 or high > n:
        return np.nan, np.nan
    return float(sorted_values[low - 1]), float(sorted_values[high - 1])


def change(now: Floats, before: Floats, q: float, *, level: float) -> Change:
    """How a quantile has changed, as a ratio less one, its interval put together from those of both sides on the logarithm.

    Args:
        now: sorted values, larger than 0.
        before: sorted values, larger than 0.
        q: which quantile.
        level: of the interval.

    The method is MOVER, Zou and Donner 2008, Statistics in Medicine 27.

    >>> told = change(np.full(100, 2.0), np.full(100, 1.0), 0.5, level=0.95)
    >>> told.ratio, told.low, told.high
    (1.0, 1.0, 1.0)
    """
    values = [float(np.quantile(x, q)) if len(x) else np.nan for x in (now, before)]
    with np.errstate(divide="ignore"):
        a, b = np.log(values)
        (a_low, a_high), (b_low, b_high) = (np.log(quantile_interval(x, q, level)) for x in (now, before))
    low = a - b - np.sqrt((a - a_low) ** 2 + (b_high - b) ** 2)
    high = a - b + np.sqrt((a_high - a) ** 2 + (b - b_low) ** 2)
    return Change(*values, *(float(np.expm1(x)) for x in (a - b, low, high)))


@dataclass(frozen=True)
class Since:
    """Where a series splits best into an earlier and a later part.

    Attributes:
        place: first position of the later part.
        p_value: how likely a split as clear as this is without any change.
        rises: whether the later part is the higher one.
    """

    place: int
    p_value: float
    rises: bool


def began(values: Floats) -> Since | None:
    """Find the moment of one lasting change by ranks, so that a few huge values do not make one.

    Args:
        values: in the order of time.

    Pettitt 1979, Applied Statistics 28; the p-value is its approximation, on the safe side.

    >>> began(np.concatenate([np.tile([1.0, 2.0], 50), np.tile([5.0, 6.0], 50)])).place
    100
    """
    from scipy.stats import rankdata

    n = len(values)
    if n < 2 * LEAST:
        return None
    ranks: Any = rankdata(values)
    walk = 2 * np.cumsum(ranks) - np.arange(1, n + 1) * (n + 1)
    place = int(np.abs(walk[:-1]).argmax()) + 1
    low = float(walk[place - 1])  # the earlier ranks, less what they would be without any change
    k = abs(low)
    exponent = -6 * k**2 / (float(n) ** 3 + float(n) ** 2)
    return Since(place, float(min(1.0, 2 * np.exp(exponent))), low < 0)


def risen(before: Ints, after: Ints, values: tuple[str, ...]) -> tuple[str | None, str | None]:
    """The value that most rows have after a moment and few before, and the one that most had before; None where none has come.

    >>> risen(np.array([0, 0, 0]), np.array([1, 1, 0]), ("v1", "v2"))
    ('v2', 'v1')
    """
    known_before, known_after = before[before >= 0], after[after >= 0]
    if not len(known_before) or not len(known_after):
        return None, None
    shares = [np.bincount(x, minlength=len(values)) / len(x) for x in (known_before, known_after)]
    new, old = int((shares[1] - shares[0]).argmax()), int(shares[0].argmax())
    if new == old or shares[1][new] < 0.5 or shares[0][new] > 0.5:  # noqa: PLR2004  most and few
        return None, values[old]
    return values[new], values[old]

"""A change as the sum of what parts, or factors, contributed: exactly, and whatever the order in which they are named.

Sums (money, people): a part contributes what it grew by. Means and rates: what comes of the part's own figure having changed
(`within`) and of its share of the people having changed (`mix`), each at the average of the other (Kitagawa 1955, JASA 50; the
two-factor case of Das Gupta 1993, which is the Shapley value). A share is held against the average of the whole, so that a part gains by
growing only where it is better than the rest. Products: logarithmic mean Divisia index (Ang 2005, Energy Policy 33).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Sequence

Floats = NDArray[np.float64]


class Sums(NamedTuple):
    """What is summed, and what it is divided by, of each part (last axis)."""

    above: Floats
    below: Floats


class Split(NamedTuple):
    """What each part (last axis) contributed, and what it would have if all had changed by the same factor."""

    within: Floats
    mix: Floats
    even: Floats

    @property
    def contribution(self) -> Floats:
        """Both together."""
        return self.within + self.mix

    @property
    def excess(self) -> Floats:
        """What a part contributed beyond its even share."""
        return self.contribution - self.even


def split(kind: Literal["sum", "mean"], before: Sums, after: Sums) -> Split:
    """Take a change apart.

    Args:
        kind: whether the figure is the sum of `above`, or that over the sum of `below`.
        before: by part, last axis; other axes are kept.
        after: the same.

    >>> halves = split("mean", Sums(np.array([10.0, 90]), np.array([50.0, 50])), Sums(np.array([20.0, 90]), np.array([100.0, 50])))
    >>> halves.contribution.round(3).tolist(), round(110 / 150 - 100 / 100, 3)
    ([-0.111, -0.156], -0.267)
    """
    return _of_sums(before, after) if kind == "sum" else _of_means(before, after)


def _over(above: Floats, below: Floats) -> Floats:
    return np.divide(above, below, out=np.zeros(np.broadcast_shapes(above.shape, below.shape)), where=below != 0)


def _of_sums(before: Sums, after: Sums) -> Split:
    change = after.above - before.above
    weight = after.above + before.above
    even = _over(weight, weight.sum(-1, keepdims=True)) * change.sum(-1, keepdims=True)
    return Split(change, np.zeros_like(change), even)


def _of_means(before: Sums, after: Sums) -> Split:
    share = [_over(s.below, s.below.sum(-1, keepdims=True)) for s in (before, after)]
    whole = [_over(s.above.sum(-1, keepdims=True), s.below.sum(-1, keepdims=True)) for s in (before, after)]
    own = [_over(s.above, s.below) for s in (before, after)]
    # a part that was not there, or is no longer, had no figure that could have changed
    first = np.where(before.below == 0, own[1], own[0])
    last = np.where(after.below == 0, own[0], own[1])
    # something above nothing: a part without people whose sum counts all the same
    loose = [np.where(s.below == 0, _over(s.above, s.below.sum(-1, keepdims=True)), 0.0) for s in (before, after)]
    weight, level = (share[0] + share[1]) / 2, (first + last) / 2
    within = weight * (last - first) + (loose[1] - loose[0])
    mix = (share[1] - share[0]) * (level - (whole[0] + whole[1]) / 2)
    total = whole[1] - whole[0]
    expected = weight * level
    even = _over(expected, expected.sum(-1, keepdims=True)) * total
    return Split(within, mix, even)


def factors(before: Sequence[Floats], after: Sequence[Floats]) -> Floats | None:
    """What each factor of a product contributed to its change: L(y₁, y₀) ln(x₁ / x₀), L the logarithmic mean.

    Args:
        before: the factors, each of any same shape.
        after: the same.

    Returns:
        One entry a factor (first axis), which add up to the change of the product; None where a factor is not above zero.

    >>> factors([np.array(100.0), np.array(2.0)], [np.array(50.0), np.array(3.0)]).round(2).tolist()
    [-120.47, 70.47]
    """
    x0, x1 = np.stack(before), np.stack(after)
    if not ((x0 > 0).all() and (x1 > 0).all()):
        return None
    y0, y1 = x0.prod(axis=0), x1.prod(axis=0)
    growth = np.log(x1) - np.log(x0)
    total = growth.sum(axis=0)
    mean = np.where(np.abs(total) < 1e-9, (y0 + y1) / 2, _over(y1 - y0, total))  # noqa: PLR2004  the limit where nothing changed
    found: Floats = growth * mean
    return found

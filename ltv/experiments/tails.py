"""Means of a metric with many zeros and few huge amounts: the bulk as it is, the amounts above a threshold by a law of tails.

By hand; none of the kept libraries has it. After Taddy, Lopes and Gardner 2016, "Scalable semiparametric inference for the means of
heavy-tailed distributions", arXiv 1602.08066: a Bayesian bootstrap below a threshold, a generalised Pareto distribution above.
Here the tail's shape is one for both arms, so that a single order of a size never seen before says more about what orders can be
than about the arm it fell into.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.special import ndtr

from ltv.errors import UsageError, found
from ltv.experiments.bayesian import Posterior, normal_posterior
from ltv.experiments.moments import Arm, CannotJudgeError, share

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

# With fewer amounts above the threshold in both arms together, a shape is a guess.
FEWEST = 30
# The mean of a tail exists below 1, and its posterior mean where 1 is out of reach; what falls off faster than at -1/2 has an end
# that the data show, and is bulk.
_SHAPES = (-0.5, 0.95)
# Beta(4, 3) between the two: mean 1/3, most of it in -0.1 to 0.75. Money of people has a variance or nearly so (1/3 is a tail index of
# 3; exponential is 0, Pareto's 80 to 20 is 0.86), and a shape at an end of the range should need data.
_SHAPE_PRIOR = (4.0, 3.0)
# Standard deviation of the logarithm of one scale by the other before the data: arms of a test differ by less than 2.7 times.
_SCALES_APART = 1.0
# Where a grid cell is less likely than the best by more than e to this, it is left out.
_NEGLIGIBLE = 15.0


@dataclass(frozen=True)
class Tailed:
    """An arm whose largest amounts are kept apart.

    Attributes:
        n: people assigned, with or without an event.
        bulk: aggregates of those at or below the threshold, refunds and zeros among them.
        tail: the amounts above it, one a person.
    """

    n: int
    bulk: Arm
    tail: tuple[float, ...]

    def __post_init__(self) -> None:
        if self.bulk.n + len(self.tail) != self.n:
            raise CannotJudgeError(
                found("people", self.n, f"{self.bulk.n} in the bulk and {len(self.tail)} in the tail")
            )
        if not all(map(math.isfinite, self.tail)):
            raise CannotJudgeError("an amount in the tail that is not finite")

    def whole(self) -> Arm:
        """Give the aggregates of everybody, bulk and tail."""
        bulk = Arm(self.bulk.n, self.bulk.total, self.bulk.squares)
        return bulk.merge(Arm.of_values(self.tail))


def threshold_of(values: Sequence[float] | Floats, *, most: int = 1_000) -> float:
    """Give the threshold above which the amounts of all arms together are tail.

    The law of tails holds far out only, where few are left to learn it from. Kept are at most a tenth of the payers (DuMouchel 1983,
    "Estimating the stable index alpha in order to measure tail thickness"); a thousand of them settle the shape to about 0.05,
    after which more would bring the law's error and no knowledge.

    Args:
        values: the metric of all people of all arms, shape (people,).
        most: amounts that may lie above.

    Returns:
        The largest amount that is bulk; infinity where fewer than 30 would be above, or no one paid.

    Raises:
        CannotJudgeError: a value is not finite.

    >>> threshold_of(range(1000)), threshold_of([0, 0, 5])
    (900.0, inf)
    """
    given = _finite(values)
    payers = given[given > 0]
    above = min(most, len(payers) // 10)
    if above < FEWEST:
        return math.inf
    return float(np.partition(payers, -above - 1)[-above - 1])


def split(values: Sequence[float] | Floats, threshold: float) -> Tailed:
    """Give an arm with the amounts above a threshold apart.

    Args:
        values: the metric of the people of one arm, shape (people,).
        threshold: from `threshold_of` over all arms; infinity leaves no tail.

    Returns:
        The arm.

    Raises:
        CannotJudgeError: a value is not finite.

    >>> split([0, 0, 3, 80], 10.0)
    Tailed(n=4, bulk=Arm(n=3, total=3.0, squares=9.0, ...), tail=(80.0,))
    """
    given = _finite(values)
    bulk, tail = given[given <= threshold], given[given > threshold]
    return Tailed(len(given), Arm(len(bulk), float(bulk.sum()), float(bulk @ bulk)), tuple(tail.tolist()))


def heavy_tail(
    control: Tailed, treatment: Tailed, *, threshold: float, draws: int = 20_000, seed: int, alpha: float = 0.05
) -> Posterior:
    """Give the posterior of the difference of two means whose tails are heavy.

    A mean is (1 - p) · mean of the bulk + p · (threshold + scale / (1 - shape)). Share p: Beta with Jeffreys' half. Mean of the
    bulk: normal, which the Bayesian bootstrap is for this many people. Scale of each arm and the common shape: generalised Pareto,
    on a grid. What treatment does to the shape alone is not looked for: no test of this size would find it.

    Args:
        control: from `split` at the threshold.
        treatment: likewise.
        threshold: of both arms, in the unit of the metric.
        draws: from the posterior.
        seed: of the draws.
        alpha: one minus the probability inside the interval.

    Returns:
        Probability, losses, posterior mean and interval of the difference, in the unit of the metric. With fewer than 30 amounts
        above the threshold in both arms together: `normal_posterior` of everybody.

    Raises:
        CannotJudgeError: an amount of the tail is not above the threshold, fewer than two people are in a bulk.
        UsageError: alpha or draws are out of range.

    >>> people = np.random.default_rng(1).pareto(2.5, (2, 5_000))
    >>> u = threshold_of(people.ravel())
    >>> result = heavy_tail(split(people[0], u), split(people[1], u), threshold=u, seed=1)
    >>> 0.025 < result.prob_better < 0.975, result.low < 0 < result.high
    (True, True)
    """
    share("alpha", alpha)
    if draws < 1:
        raise UsageError(found("draws", draws, "1 or more"))
    arms = (control, treatment)
    if sum(len(arm.tail) for arm in arms) < FEWEST:
        return normal_posterior(*(arm.whole().estimate() for arm in arms), alpha=alpha)
    excess = [_excess(arm, threshold) for arm in arms]
    draw = np.random.default_rng(seed)
    shape, *scales = _tail_draws(excess, draws, draw)
    means, variances = np.zeros(draws), np.zeros(draws)
    for sign, arm, scale in zip((-1, 1), arms, scales, strict=True):
        p = draw.beta(len(arm.tail) + 0.5, arm.bulk.n + 0.5, draws)
        means += sign * ((1 - p) * arm.bulk.mean + p * (threshold + scale / (1 - shape)))
        variances += (1 - p) ** 2 * arm.bulk.variance / arm.bulk.n
    return _judged(means, np.sqrt(variances), draw.standard_normal(draws), alpha)


class _Grid(NamedTuple):
    """Cells of shape, log scale of control and log scale of treatment, with the log posterior in each."""

    axes: tuple[Floats, Floats, Floats]
    height: Floats


def _tail_draws(excess: list[Floats], draws: int, draw: np.random.Generator) -> tuple[Floats, Floats, Floats]:
    """Draw (shape, scale of control, scale of treatment): a coarse grid finds where they are, a fine one is drawn from."""
    together = float(np.median(np.concatenate(excess)))
    centres = [math.log(float(np.median(y)) if len(y) else together) for y in excess]
    reach = [1 + 9 / math.sqrt(max(len(y), 3)) for y in excess]
    ends = [_SHAPES, *((c - r, c + r) for c, r in zip(centres, reach, strict=True))]
    coarse = _posterior(excess, [_cells(*end, 32) for end in ends])
    fine = _posterior(excess, [_cells(*end, 56) for end in _likely(coarse)])
    weights = np.cumsum(np.exp(fine.height - fine.height.max()).ravel())
    cell = np.minimum(np.searchsorted(weights, draw.random(draws) * weights[-1]), weights.size - 1)
    places = np.unravel_index(cell, fine.height.shape)
    at = [
        axis[place] + (draw.random(draws) - 0.5) * (axis[1] - axis[0])
        for axis, place in zip(fine.axes, places, strict=True)
    ]
    return at[0], np.exp(at[1]), np.exp(at[2])


def _cells(low: float, high: float, n: int) -> Floats:
    """Give the middles of n cells."""
    return low + (high - low) * (np.arange(n) + 0.5) / n


def _posterior(excess: list[Floats], axes: list[Floats]) -> _Grid:
    shape, *scales = axes
    inside = (shape - _SHAPES[0]) / (_SHAPES[1] - _SHAPES[0])
    prior = (_SHAPE_PRIOR[0] - 1) * np.log(inside) + (_SHAPE_PRIOR[1] - 1) * np.log1p(-inside)
    one, other = (_log_likelihood(y, shape, scale) for y, scale in zip(excess, scales, strict=True))
    apart = (scales[0][:, None] - scales[1][None, :]) / _SCALES_APART
    height = prior[:, None, None] + one[:, :, None] + other[:, None, :] - apart**2 / 2
    return _Grid((shape, scales[0], scales[1]), height)


def _log_likelihood(excess: Floats, shape: Floats, log_scale: Floats) -> Floats:
    """Give the log likelihood of a generalised Pareto distribution, shape (shapes, scales)."""
    out = np.empty((len(shape), len(log_scale)))
    relative = excess * np.exp(-log_scale)[:, None]
    for row, xi in enumerate(shape):
        bent = xi if abs(xi) > 1e-8 else 1e-8  # noqa: PLR2004  at 0 it is the exponential, its limit
        inside = bent * relative
        beyond = (inside <= -1).any(axis=1)  # an amount above the end of the distribution
        out[row] = -(1 / bent + 1) * np.log1p(np.maximum(inside, -1 + 1e-12)).sum(axis=1)
        out[row, beyond] = -np.inf
    return out - len(excess) * log_scale


def _likely(grid: _Grid) -> list[tuple[float, float]]:
    """Give the range of each axis outside of which everything is negligible, with a cell to spare."""
    kept = grid.height > grid.height.max() - _NEGLIGIBLE
    ends = []
    for number, axis in enumerate(grid.axes):
        others = tuple(other for other in range(3) if other != number)
        at, step = np.flatnonzero(kept.any(axis=others)), axis[1] - axis[0]
        ends.append((float(axis[at[0]] - 1.5 * step), float(axis[at[-1]] + 1.5 * step)))
    shape = (max(ends[0][0], _SHAPES[0]), min(ends[0][1], _SHAPES[1]))
    return [shape, *ends[1:]]


def _judged(means: Floats, errors: Floats, noise: Floats, alpha: float) -> Posterior:
    """Average over the draws; the bulk's normal part of each is exact but for the ends of the interval."""
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.where(errors > 0, means / errors, np.copysign(np.inf, means))
    density = errors * np.exp(-z * z / 2) / math.sqrt(2 * math.pi)
    better = ndtr(z)
    gain, cost = means * better + density, density - means * ndtr(-z)
    low, high = np.quantile(means + errors * noise, (alpha / 2, 1 - alpha / 2))
    losses = float(np.maximum(cost, 0).mean()), float(np.maximum(gain, 0).mean())
    return Posterior(float(better.mean()), *losses, float(means.mean()), float(low), float(high))


def _excess(arm: Tailed, threshold: float) -> Floats:
    above = np.asarray(arm.tail, dtype=float) - threshold
    if not (math.isfinite(threshold) and (above > 0).all()):
        raise CannotJudgeError(found("threshold", threshold, "below every amount of the tail"))
    return above


def _finite(values: Sequence[float] | Floats) -> Floats:
    given = np.asarray(values, dtype=float)
    if not np.isfinite(given).all():
        raise CannotJudgeError(found("values", given[~np.isfinite(given)][0], "finite numbers"))
    return given

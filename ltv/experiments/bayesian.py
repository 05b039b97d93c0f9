"""What to believe after the data: probability to be better, what a wrong choice costs, an interval of the lift.

By hand; none of the kept libraries has it. Two rates: exact, as a finite sum where a parameter is whole and not too large,
elsewhere by quadrature on the log-odds, where the density is smooth for every parameter. Means: a normal, flat prior.
From scipy: incomplete beta function, normal distribution, root finding.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.optimize import brentq
from scipy.special import betainc, betaincc, betaln, expit, ndtr, ndtri

from ltv.errors import UsageError, found
from ltv.experiments.contrast import Scale, contrast
from ltv.experiments.moments import Arm, CannotJudgeError, Estimate, share

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Longer sums lose digits: six are left of 9,000 terms beside a billion people, where the quadrature keeps ten.
_LONGEST_SUM = 1_000
# Reached only by priors of next to nothing, whose tails are long.
_MOST_NODES = 20_001


@dataclass(frozen=True)
class Posterior:
    """What to believe of treatment against control.

    Attributes:
        prob_better: probability that treatment is better.
        loss_treatment: what choosing treatment costs on average, E max(control - treatment, 0).
        loss_control: what staying with control costs on average, E max(treatment - control, 0).
        effect: posterior mean of the difference, or of the lift where the scale says so; losses have the same unit.
        low: lower end of the credible interval: of the lift (share of control) for rates, of the effect for means.
        high: upper end of it.
    """

    prob_better: float
    loss_treatment: float
    loss_control: float
    effect: float
    low: float
    high: float


class Beta(NamedTuple):
    """A Beta distribution of a rate: successes and failures, each with its prior."""

    a: float
    b: float

    @property
    def mean(self) -> float:
        """Mean of the rate."""
        return self.a / (self.a + self.b)

    @property
    def spread(self) -> float:
        """Roughly the standard deviation of the log-odds."""
        return math.sqrt(1 / self.a + 1 / self.b)

    def swapped(self) -> Beta:
        """Give the distribution of one minus the rate."""
        return Beta(self.b, self.a)


def beta_binomial(
    control: Arm, treatment: Arm, *, prior: tuple[float, float] = (1.0, 1.0), alpha: float = 0.05
) -> Posterior:
    """Give the exact posterior of two rates.

    Args:
        control: an arm of counts; nobody in it leaves the prior.
        treatment: likewise.
        prior: successes and failures that count as seen before, for both arms.
        alpha: one minus the probability inside the interval.

    Returns:
        Probability, losses and effect of the difference of rates; equal-tailed interval of the lift b / a - 1.
        Formulas: E. Miller 2014, "Formulas for Bayesian A/B testing"; C. Stucchio 2015, "Bayesian A/B testing at VWO".

    Raises:
        UsageError: the prior is not above zero, an arm is no proportion.

    >>> result = beta_binomial(Arm.of_counts(100, 200), Arm.of_counts(120, 200))
    >>> round(result.prob_better, 4), round(result.loss_treatment, 6)
    (0.9776, 0.000413)
    """
    share("alpha", alpha)
    a, b = _posterior(control, prior), _posterior(treatment, prior)
    gain = _expected_excess(b, a)
    low, high = (_lift_quantile(a, b, p) for p in (alpha / 2, 1 - alpha / 2))
    return Posterior(prob_greater(b, a), _expected_excess(a, b), gain, b.mean - a.mean, low, high)


def prob_greater(first: Beta, second: Beta) -> float:
    """Give the probability that one rate is greater than another, independent of it.

    Args:
        first: distribution of the one.
        second: distribution of the other.

    Returns:
        P(first > second).

    >>> round(prob_greater(Beta(2, 1), Beta(1, 1)), 6)
    0.666667
    """
    whole = _as_sum(first, second)
    value = whole if whole is not None else _average(first, second)
    return min(1.0, max(0.0, value))


def normal_posterior(
    control: Estimate, treatment: Estimate, *, scale: Scale = "absolute", alpha: float = 0.05
) -> Posterior:
    """Give the posterior of a difference or a lift of means when nothing was known before.

    Args:
        control: from `Arm.estimate`, `ratio` or `cuped`.
        treatment: likewise.
        scale: `absolute` or `relative`; losses are in the same unit.
        alpha: one minus the probability inside the interval.

    Returns:
        A normal around the effect with its standard error; losses by the normal's partial expectation.

    Raises:
        CannotJudgeError: as `contrast`.
        UsageError: the scale is another one.

    >>> result = normal_posterior(Estimate(10, 25, 1000), Estimate(10.5, 25, 1000))
    >>> round(result.prob_better, 3), round(result.loss_treatment, 4)
    (0.987, 0.001)
    """
    if scale == "log":
        raise UsageError(found("scale", scale, "absolute, relative"))
    seen = contrast(control, treatment, scale=scale)
    error, z = seen.standard_error, seen.effect / seen.standard_error
    half = float(ndtri(1 - share("alpha", alpha) / 2)) * error
    losses = error * _partial(-z), error * _partial(z)
    return Posterior(float(ndtr(z)), *losses, seen.effect, seen.effect - half, seen.effect + half)


def _partial(z: float) -> float:
    """Give E max(Z + z, 0) of a standard normal Z."""
    return max(0.0, z * float(ndtr(z)) + math.exp(-z * z / 2) / math.sqrt(2 * math.pi))


def _posterior(arm: Arm, prior: tuple[float, float]) -> Beta:
    if arm.kind != "proportion":
        raise UsageError(found("kind of the arm", arm.kind, "proportion, from Arm.of_counts"))
    if not all(0 < p < math.inf for p in prior):
        raise UsageError(found("prior", prior, "two numbers above 0"))
    return Beta(arm.total + prior[0], arm.n - arm.total + prior[1])


def _as_sum(first: Beta, second: Beta) -> float | None:
    """Give P(first > second) as a finite sum over the smallest whole parameter, or None when there is none."""
    ways = [  # terms; the sum over first.a; whether it is of the opposite
        (first.a, (first, second), False),
        (second.a, (second, first), True),
        (second.b, (second.swapped(), first.swapped()), False),
        (first.b, (first.swapped(), second.swapped()), True),
    ]
    ways = [way for way in ways if way[0] == int(way[0]) and way[0] <= _LONGEST_SUM]
    if not ways:
        return None
    _, (one, other), opposite = min(ways, key=lambda way: way[0])
    value = _miller(one, other)
    return 1 - value if opposite else value


def _miller(first: Beta, second: Beta) -> float:
    i = np.arange(int(first.a), dtype=float)
    terms = betaln(second.a + i, second.b + first.b) - betaln(1 + i, first.b) - betaln(second.a, second.b)
    return float(np.exp(terms - np.log(first.b + i)).sum())


def _expected_excess(first: Beta, second: Beta) -> float:
    """Give E max(first - second, 0): each mean weighs the event under the rate counted once more."""
    more_first = prob_greater(Beta(first.a + 1, first.b), second)
    more_second = prob_greater(first, Beta(second.a + 1, second.b))
    return max(0.0, first.mean * more_first - second.mean * more_second)


def _average(first: Beta, second: Beta, factor: float = 1.0) -> float:
    """Give P(first > factor · second), averaged over one of the two."""
    step = min(first.spread, second.spread, 1.0) / 16
    if _over_second(first, second, factor):
        rates, weights = _nodes(second, step)
        return float(weights @ betaincc(first.a, first.b, np.minimum(rates * factor, 1.0)))
    rates, weights = _nodes(first, step)
    return float(weights @ betainc(second.a, second.b, np.minimum(rates / factor, 1.0)))


def _over_second(first: Beta, second: Beta, factor: float) -> bool:
    """Say which to average over: a far narrower one, for else the other is a step between nodes; or the one without a kink.

    The kink: where a rate times the factor passes 1, the probability of the other stays what it is.
    """
    if max(first.spread, second.spread) > 4 * min(first.spread, second.spread):
        return second.spread < first.spread
    return factor <= 1


def _nodes(rate: Beta, step: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give rates and weights of the trapezoid rule on the log-odds, which converges there faster than any power."""
    mode = math.log(rate.a / rate.b)
    low, high = mode - max(12 * rate.spread, 40 / rate.a), mode + max(12 * rate.spread, 40 / rate.b)
    odds = np.linspace(low, high, min(math.ceil((high - low) / step) + 1, _MOST_NODES))
    density = -rate.a * np.logaddexp(0, -odds) - rate.b * np.logaddexp(0, odds)
    weights = np.exp(density - density.max())
    return expit(odds), weights / weights.sum()


def _lift_quantile(control: Beta, treatment: Beta, probability: float) -> float:
    """Give the lift that treatment by control stays below with this probability."""

    def excess(log_ratio: float) -> float:
        return 1 - _average(treatment, control, math.exp(log_ratio)) - probability

    reach = 1.0
    while excess(-reach) > 0 or excess(reach) < 0:
        reach *= 2
        if reach > 600:  # noqa: PLR2004
            raise CannotJudgeError("the interval of the lift is endless: control is too near to zero")
    return math.expm1(brentq(excess, -reach, reach, xtol=1e-12))

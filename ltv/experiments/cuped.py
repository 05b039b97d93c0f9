"""CUPED: what people did before the experiment is taken out of what they did in it.

From tea-tasting: the moments. By hand: slope and adjusted arms, because it adjusts two arms inside a test of their means and
gives out neither the slope nor the variances, which lifts, sequences and posteriors are made from; its test gave the numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING, Literal, get_args

from ltv.errors import UsageError, found
from ltv.experiments.moments import Arm, CannotJudgeError, Estimate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tea_tasting.aggr import Aggregates

Slope = Literal["total", "within"]


@dataclass(frozen=True)
class Adjusted:
    """Arms after the adjustment.

    Attributes:
        theta: slope of the metric on the covariate, one for all arms.
        estimates: adjusted mean and variance of each arm, in the order given.
        variance_left: share of the variance within arms that the adjustment leaves, 1 - rho^2.
    """

    theta: float
    estimates: tuple[Estimate, ...]
    variance_left: float


def cuped(arms: Sequence[Arm], *, slope: Slope = "total") -> Adjusted:
    """Adjust the means of arms by a covariate that was known before the experiment.

    Args:
        arms: metric, and the covariate as second column; at least one arm.
        slope: theta from all people together (`total`), or from the deviations within each arm (`within`).

    Returns:
        mean - theta (covariate mean of the arm - covariate mean of everybody), with var - 2 theta cov + theta^2 var_x
        (Deng, Xu, Kohavi and Walker 2013, "Improving the Sensitivity of Online Controlled Experiments").

    Raises:
        CannotJudgeError: an arm with fewer than two people, or a covariate that is the same for everybody.
        UsageError: an arm has no second column, or there is no arm.

    >>> a = Arm.of_values([1, 2, 3, 5], paired=[1, 2, 3, 4])
    >>> b = Arm.of_values([2, 3, 5, 6], paired=[1, 2, 3, 4])
    >>> result = cuped([a, b])
    >>> round(result.theta, 2), round(result.variance_left, 3)
    (1.35, 0.028)
    """
    if not arms or slope not in get_args(Slope):
        raise UsageError(found("arms and slope", (len(arms), slope), "1 arm or more; " + ", ".join(get_args(Slope))))
    groups, everybody = [arm.aggregates() for arm in arms], reduce(Arm.merge, arms).aggregates()
    theta = _theta([everybody] if slope == "total" else groups)
    estimates = tuple(_adjusted(group, theta, everybody.mean("x")) for group in groups)
    before = sum((group.count() - 1) * group.var("y") for group in groups)
    after = sum((adjusted.n - 1) * adjusted.variance for adjusted in estimates)
    return Adjusted(theta, estimates, after / before if before else 1.0)


def _theta(groups: Sequence[Aggregates]) -> float:
    products = sum((group.count() - 1) * group.cov("x", "y") for group in groups)
    squares = sum((group.count() - 1) * group.var("x") for group in groups)
    if squares == 0:
        raise CannotJudgeError("zero variance of the covariate; compare the means without it")
    return float(products / squares)


def _adjusted(group: Aggregates, theta: float, centre: float) -> Estimate:
    variance = group.var("y") - 2 * theta * group.cov("x", "y") + theta**2 * group.var("x")
    return Estimate(group.mean("y") - theta * (group.mean("x") - centre), max(variance, 0.0), group.count())

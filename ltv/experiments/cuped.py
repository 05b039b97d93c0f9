"""CUPED: what people did before the experiment is taken out of what they did in it.

By hand, from sums; tea-tasting (one slope over all people) gave the numbers it is tested on.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING, Literal, get_args

from ltv.errors import UsageError, found
from ltv.experiments.moments import Arm, CannotJudgeError, Estimate

if TYPE_CHECKING:
    from collections.abc import Sequence

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
    everybody = reduce(Arm.merge, arms)
    theta = _theta([everybody] if slope == "total" else arms)
    estimates = tuple(_adjusted(arm, theta, everybody.paired_mean) for arm in arms)
    before = sum((arm.n - 1) * arm.variance for arm in arms)
    after = sum((adjusted.n - 1) * adjusted.variance for adjusted in estimates)
    return Adjusted(theta, estimates, after / before if before else 1.0)


def _theta(groups: Sequence[Arm]) -> float:
    products = sum((arm.n - 1) * arm.covariance for arm in groups)
    squares = sum((arm.n - 1) * arm.paired_variance for arm in groups)
    if squares == 0:
        raise CannotJudgeError("zero variance of the covariate; compare the means without it")
    return products / squares


def _adjusted(arm: Arm, theta: float, centre: float) -> Estimate:
    variance = arm.variance - 2 * theta * arm.covariance + theta**2 * arm.paired_variance
    return Estimate(arm.mean - theta * (arm.paired_mean - centre), max(variance, 0.0), arm.n)

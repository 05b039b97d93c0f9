"""Planning: how many people, which effect can be found, how likely it will be.

From statsmodels: how many people. By hand from the normal distribution (scipy): power and smallest effect of a relative lift and
of a confidence sequence, whose error and critical value no library plans with (tea-tasting plans a difference only), and the
people for an effect size h, for which the solver of statsmodels warns and gives NaN where one or two are enough. GrowthBook gave
the numbers of the lift, statsmodels those of h. Shares are of 1, alpha is two-sided throughout.
"""

from __future__ import annotations

import math
from typing import Literal

from scipy.optimize import brentq
from scipy.special import ndtr, ndtri

from ltv.errors import UsageError, found
from ltv.experiments.contrast import contrast
from ltv.experiments.moments import CannotJudgeError, Estimate, share
from ltv.experiments.sequential import critical_value

Method = Literal["cohen_h", "fleiss", "unpooled"]
# A lift that needs more than this is no plan.
_LARGEST_LIFT = 1_000.0


def sample_size_proportions(
    p_control: float,
    p_treatment: float,
    *,
    method: Method = "fleiss",
    alpha: float = 0.05,
    power: float = 0.8,
    ratio: float = 1.0,
) -> float:
    """Give the people that control needs so that a difference of two rates is found.

    Args:
        p_control: rate of control.
        p_treatment: rate that treatment would have.
        method: `fleiss` plans the pooled z, `unpooled` the unpooled one, `cohen_h` works on the arcsine scale and counts alarms on the
            wrong side as found, as statsmodels does.
        alpha: significance of the two-sided test.
        power: probability to find it.
        ratio: people in treatment for one in control.

    Returns:
        People in control, to be rounded up; treatment needs `ratio` times as many.
        Formulas: Fleiss, Levin and Paik 2003, chapter 4; Cohen 1988, chapter 6.

    Raises:
        CannotJudgeError: the rates are equal.
        UsageError: a number is out of range, the method is unknown.

    >>> round(sample_size_proportions(0.10, 0.11), 1)
    14750.8
    """
    from statsmodels.stats.power import normal_sample_size_one_tail
    from statsmodels.stats.proportion import proportion_effectsize, samplesize_proportions_2indep_onetail

    a, b = share("p_control", p_control), share("p_treatment", p_treatment)
    _check_power(alpha, power)
    if a == b or not 0 < ratio < math.inf:
        raise CannotJudgeError(f"no difference to plan for: rates {a} and {b}, ratio {ratio}")
    if method == "fleiss":
        return float(samplesize_proportions_2indep_onetail(a - b, b, power, ratio, alpha))  # its ratio is of b to a
    if method == "unpooled":
        own = math.sqrt(a * (1 - a) + b * (1 - b) / ratio)
        return float(normal_sample_size_one_tail(b - a, power, alpha / 2, own))
    if method == "cohen_h":
        return _people_for(proportion_effectsize(b, a), float(ndtri(1 - alpha / 2)), power, ratio)
    raise UsageError(found("method", method, "cohen_h, fleiss, unpooled"))


def sample_size_means(
    deviation: float, difference: float, *, alpha: float = 0.05, power: float = 0.8, ratio: float = 1.0
) -> float:
    """Give the people that control needs so that a difference of two means is found.

    Args:
        deviation: standard deviation between people, in the unit of the metric; after CUPED times sqrt(1 - rho^2).
        difference: smallest difference worth finding, in the same unit.
        alpha: significance of the two-sided test.
        power: probability to find it.
        ratio: people in treatment for one in control.

    Returns:
        People in control, to be rounded up: ((z_alpha + z_power) · deviation / difference)^2 · (1 + 1 / ratio).

    Raises:
        UsageError: a number is out of range.

    >>> round(sample_size_means(20.0, 1.0), 1)
    6279.1
    """
    from statsmodels.stats.power import normal_sample_size_one_tail

    if difference == 0 or not all(0 < x < math.inf for x in (deviation, abs(difference), ratio)):
        allowed = "deviation and ratio above 0, difference not 0"
        raise UsageError(found("deviation, difference, ratio", (deviation, difference, ratio), allowed))
    _check_power(alpha, power)
    return float(normal_sample_size_one_tail(difference, power, alpha / 2, deviation * math.sqrt(1 + 1 / ratio)))


def power_of(effect: float, standard_error: float, *, critical: float) -> float:
    """Give the probability that a two-sided test finds an effect.

    Args:
        effect: the true effect.
        standard_error: of its estimate, in the same unit.
        critical: standard errors at which the test decides; 1.96, or `sequential.critical_value`.

    Returns:
        The probability, with the small one of an alarm on the wrong side.

    Raises:
        UsageError: a number is out of range.

    >>> round(power_of(2.8, 1.0, critical=1.96), 2)
    0.8
    """
    if not (0 < standard_error < math.inf and critical > 0 and math.isfinite(effect)):
        numbers = (effect, standard_error, critical)
        raise UsageError(found("effect, standard error, critical value", numbers, "finite; the last two above 0"))
    z = effect / standard_error
    return float(ndtr(z - critical) + ndtr(-z - critical))


def power_of_lift(
    control: Estimate, lift: float, *, n_treatment: int, tuning: float | None = None, alpha: float = 0.05
) -> float:
    """Give the probability that a relative lift of a mean is found when everybody is in.

    Args:
        control: mean and variance to be expected, and the people that control will have.
        lift: true lift as a share of control (0.05 is 5 % more); treatment is to vary as control does.
        n_treatment: people that treatment will have.
        tuning: N* of a confidence sequence that is looked at once, at the end (more looks find more), or None for Welch.
        alpha: significance.

    Returns:
        The probability, by the standard error of the relative lift in `contrast`.

    Raises:
        CannotJudgeError: as `contrast`.
        UsageError: a number is out of range.

    >>> plan = Estimate(10.0, 3910.0, 133_333)
    >>> round(power_of_lift(plan, 0.05, n_treatment=133_333), 2)
    0.52
    """
    seen = contrast(control, Estimate(control.value * (1 + lift), control.variance, n_treatment), scale="relative")
    if tuning is None:
        critical = float(ndtri(1 - share("alpha", alpha) / 2))
    else:
        critical = critical_value(seen.people, tuning=tuning, alpha=alpha)
    return power_of(lift, seen.standard_error, critical=critical)


def minimum_detectable_lift(
    control: Estimate, *, n_treatment: int, tuning: float | None = None, alpha: float = 0.05, power: float = 0.8
) -> float:
    """Give the smallest relative gain that is found with the power asked for.

    Args:
        control: as in `power_of_lift`.
        n_treatment: people that treatment will have.
        tuning: as in `power_of_lift`.
        alpha: significance.
        power: probability to find it, above alpha.

    Returns:
        The lift as a share of control.

    Raises:
        CannotJudgeError: no gain reaches this power with so few people: the lift varies as much as control's mean does.
        UsageError: a number is out of range.

    >>> round(minimum_detectable_lift(Estimate(10.0, 3910.0, 133_333), n_treatment=133_333), 3)
    0.07
    """
    _check_power(alpha, power)

    def missing(lift: float) -> float:
        return power_of_lift(control, lift, n_treatment=n_treatment, tuning=tuning, alpha=alpha) - power

    if missing(_LARGEST_LIFT) < 0:
        raise CannotJudgeError(f"no lift is found with power {power} by {control.n} and {n_treatment} people")
    return float(brentq(missing, 0.0, _LARGEST_LIFT, xtol=1e-12))


def minimum_detectable_difference(standard_error: float, *, alpha: float = 0.05, power: float = 0.8) -> float:
    """Give the smallest absolute difference that is found with the power asked for.

    Args:
        standard_error: that the difference will have, in the unit of the metric.
        alpha: significance of the two-sided test.
        power: probability to find it.

    Returns:
        (z_alpha + z_power) standard errors, in that unit.

    Raises:
        UsageError: a number is out of range.

    >>> round(minimum_detectable_difference(1.0), 3)
    2.802
    """
    if not 0 < standard_error < math.inf:
        raise UsageError(found("standard error", standard_error, "a number above 0"))
    _check_power(alpha, power)
    return float(ndtri(1 - alpha / 2) + ndtri(power)) * standard_error


def _people_for(h: float, critical: float, power: float, ratio: float) -> float:
    """Give the people at which an effect size h has the power, the alarm on the wrong side included."""

    def missing(n: float) -> float:
        return power_of(h, math.sqrt((1 + 1 / ratio) / n), critical=critical) - power

    most = ((critical + max(float(ndtri(power)), 0.0)) / h) ** 2 * (1 + 1 / ratio)
    return float(brentq(missing, most * 1e-9, most * 1.01, xtol=1e-9 * most))


def _check_power(alpha: float, power: float) -> None:
    if share("power", power) <= share("alpha", alpha):
        raise UsageError(found("power", power, f"more than alpha, {alpha}"))

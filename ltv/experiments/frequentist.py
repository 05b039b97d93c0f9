"""Fixed-horizon tests: two proportions, two means, ratios; looked at once, when the planned people are in.

From statsmodels: two proportions. From tea-tasting: the variance of a ratio. From scipy: Student's and the normal distribution.
By hand: Welch and Student from a mean and a variance, because the degrees of freedom and the error of the relative lift, which
no library has, are needed for it and shown beside every result. tea-tasting, whose test of means gives out neither and takes
the p of a log lift from the difference, is compared in the tests; gbstats gave the numbers of the relative lift.
"""

from __future__ import annotations

import math
from typing import Literal, get_args

from numpy import errstate
from scipy.special import stdtr, stdtrit

from ltv.errors import UsageError, found
from ltv.experiments.contrast import Comparison, Contrast, Scale, contrast
from ltv.experiments.moments import Arm, CannotJudgeError, Estimate, share

Alternative = Literal["two-sided", "greater", "less"]
Reference = Literal["welch", "student", "normal"]
Variance = Literal["pooled", "unpooled"]
Interval = Literal["newcombe", "wald"]


def two_proportion_z(
    control: Arm,
    treatment: Arm,
    *,
    variance: Variance = "pooled",
    interval: Interval = "newcombe",
    alpha: float = 0.05,
) -> Comparison:
    """Test that two rates are equal.

    Args:
        control: an arm of counts.
        treatment: an arm of counts.
        variance: `pooled` takes one rate for both arms, as equality says; `unpooled` takes each arm's own.
        interval: of the difference: `newcombe` (hybrid score, good for small rates) or `wald`.
        alpha: one minus the confidence of the interval.

    Returns:
        Difference of the rates (treatment minus control), z and two-sided p; no continuity correction.
        Formulas: Fleiss, Levin and Paik 2003, chapter 3; Newcombe 1998, method 10.

    Raises:
        CannotJudgeError: an arm with nobody, or everybody or nobody did it in both arms.
        UsageError: an option is unknown, an arm is no proportion.

    >>> result = two_proportion_z(Arm.of_counts(5, 83), Arm.of_counts(12, 99))
    >>> round(result.statistic, 3), round(result.p_value, 3)
    (1.408, 0.159)
    """
    from statsmodels.stats.proportion import confint_proportions_2indep, test_proportions_2indep

    a, b = _rate(control), _rate(treatment)
    pooled = _known(variance, Variance) == "pooled"
    if (control.merge(treatment).variance if pooled else a.variance + b.variance) == 0:
        raise CannotJudgeError(f"zero variance: rates {a.value} and {b.value}")
    counts = treatment.total, treatment.n, control.total, control.n
    method = "newcomb" if _known(interval, Interval) == "newcombe" else "wald"
    low, high = confint_proportions_2indep(*counts, method=method, compare="diff", alpha=share("alpha", alpha))
    with errstate(divide="ignore", invalid="ignore"):  # of the ratio and the odds, which it gives out as well
        test = test_proportions_2indep(*counts, method="score" if pooled else "wald", compare="diff", correction=False)
    numbers = b.value - a.value, low, high, math.sqrt(test.variance), test.statistic, test.pvalue
    return Comparison(*map(float, numbers))


def welch(
    control: Estimate,
    treatment: Estimate,
    *,
    scale: Scale = "absolute",
    reference: Reference = "welch",
    alternative: Alternative = "two-sided",
    alpha: float = 0.05,
) -> Comparison:
    """Compare two means, ratios or adjusted means.

    Args:
        control: from `Arm.estimate`, `ratio` or `cuped`.
        treatment: likewise.
        scale: `absolute` difference; `relative` lift by the delta method; `log`, a lift whose interval cannot go
            below -100 % and is the mirror image when the arms are swapped.
        reference: `welch` (own variances, Satterthwaite's degrees), `student` (one variance), `normal`.
        alternative: `greater` and `less` give a one-sided p and interval.
        alpha: one minus the confidence of the interval.

    Returns:
        Effect, interval and p. Degrees of freedom are those of the raw variances, on the log scale of the relative ones.
        Formulas: Welch 1947; the lift as in `contrast`.

    Raises:
        CannotJudgeError: as `contrast`; or too few people for the reference.
        UsageError: an option is unknown.

    >>> a, b = Estimate(10.0, 25.0, 1000), Estimate(10.5, 25.0, 1000)
    >>> result = welch(a, b, scale="relative")
    >>> f"{result.effect:.3f} [{result.low:.3f}, {result.high:.3f}]"
    '0.050 [0.005, 0.095]'
    """
    share("alpha", alpha)
    seen = contrast(control, treatment, scale=scale)
    error = _student_error(seen) if _known(reference, Reference) == "student" else seen.standard_error
    degrees = _degrees(seen if scale == "log" else contrast(control, treatment), reference)
    statistic = seen.effect / error
    low, high = _limits(seen.effect, error, degrees, alternative, alpha)
    p_value = _p_value(statistic, degrees, alternative)
    return Comparison(seen.told(seen.effect), seen.told(low), seen.told(high), error, statistic, p_value, degrees)


def ratio(arm: Arm) -> Estimate:
    """Give a ratio of two sums, such as revenue by orders, where people and not orders were assigned.

    Args:
        arm: the numerator as metric, the denominator as second column.

    Returns:
        The ratio, and the variance of a person's linear part in it: (var_m - 2 r cov + r^2 var_d) / mean_d^2
        (Deng, Knoblich and Lu 2018, section 2).

    Raises:
        CannotJudgeError: fewer than two people, or the denominator sums to zero or less.
        UsageError: the arm has no second column.

    >>> ratio(Arm.of_values([2, 4, 3], paired=[1, 2, 3])).value
    1.5
    """
    moments = arm.aggregates()
    below = moments.mean("x")
    if below <= 0:
        raise CannotJudgeError(f"a ratio whose denominator is {below} a person")
    return Estimate(moments.mean("y") / below, max(moments.ratio_var("y", "x"), 0.0), arm.n)


def _known(value: str, kind: object) -> str:
    if value not in get_args(kind):
        raise UsageError(found("option", value, ", ".join(get_args(kind))))
    return value


def _rate(arm: Arm) -> Estimate:
    if arm.kind != "proportion":
        raise UsageError(found("kind of the arm", arm.kind, "proportion, from Arm.of_counts"))
    return arm.estimate()


def _student_error(seen: Contrast) -> float:
    inside = (seen.n_control - 1) * seen.control_variance + (seen.n_treatment - 1) * seen.treatment_variance
    return math.sqrt(_positive(inside, seen) * (1 / seen.n_control + 1 / seen.n_treatment))


def _positive(inside: float, seen: Contrast) -> float:
    if seen.people <= 2 or inside <= 0:  # noqa: PLR2004
        raise CannotJudgeError(f"{seen.people} people in both arms have no common variance")
    return inside / (seen.people - 2)


def _degrees(seen: Contrast, reference: Reference) -> float:
    if reference == "normal":
        return math.inf
    if reference == "student":
        return seen.people - 2
    a, b = seen.control_variance / seen.n_control, seen.treatment_variance / seen.n_treatment
    if min(seen.n_control, seen.n_treatment) < 2:  # noqa: PLR2004
        raise CannotJudgeError("an arm with 1 person has no degrees of freedom, at least 2 are needed")
    part = a / (a + b)  # squares of the variances themselves may be endless
    return 1 / (part**2 / (seen.n_control - 1) + (1 - part) ** 2 / (seen.n_treatment - 1))


def _p_value(statistic: float, degrees: float, alternative: Alternative) -> float:
    if alternative == "two-sided":
        return min(1.0, float(2 * stdtr(degrees, -abs(statistic))))
    return float(stdtr(degrees, -statistic if alternative == "greater" else statistic))


def _limits(effect: float, error: float, degrees: float, alternative: Alternative, alpha: float) -> tuple[float, float]:
    if _known(alternative, Alternative) == "two-sided":
        half = error * float(stdtrit(degrees, 1 - alpha / 2))
        return effect - half, effect + half
    reach = error * float(stdtrit(degrees, 1 - alpha))
    return (effect - reach, math.inf) if alternative == "greater" else (-math.inf, effect + reach)

"""Fixed-horizon tests: two proportions, two means, ratios; looked at once, when the planned people are in.

From scipy: the distributions. By hand, from sums: the tests themselves, because `scipy.stats` wants people and no lift.
statsmodels (pooled z), tea-tasting (means, ratios, log lift) and gbstats (relative lift) gave the numbers they are tested on.
"""

from __future__ import annotations

import math
from typing import Literal, get_args

from scipy.special import ndtr, ndtri, stdtr, stdtrit

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
    a, b = _rate(control), _rate(treatment)
    z = float(ndtri(1 - share("alpha", alpha) / 2))
    error = _pooled_error(control, treatment) if _known(variance, Variance) == "pooled" else _own_error(a, b)
    if error == 0:
        raise CannotJudgeError(f"zero variance: rates {a.value} and {b.value}")
    low, high = _newcombe(a, b, z) if _known(interval, Interval) == "newcombe" else _wald(a, b, z)
    statistic = (b.value - a.value) / error
    return Comparison(b.value - a.value, low, high, error, statistic, float(2 * ndtr(-abs(statistic))))


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
    below = arm.paired_mean
    if below <= 0:
        raise CannotJudgeError(f"a ratio whose denominator is {below} a person")
    value = arm.mean / below
    numerator = Arm(arm.n, arm.total, arm.squares).variance  # a count of n - 1 on all three, also for yes and no
    spread = numerator - 2 * value * arm.covariance + value**2 * arm.paired_variance
    return Estimate(value, max(spread, 0.0) / below**2, arm.n)


def _known(value: str, kind: object) -> str:
    if value not in get_args(kind):
        raise UsageError(found("option", value, ", ".join(get_args(kind))))
    return value


def _rate(arm: Arm) -> Estimate:
    if arm.kind != "proportion":
        raise UsageError(found("kind of the arm", arm.kind, "proportion, from Arm.of_counts"))
    return arm.estimate()


def _pooled_error(control: Arm, treatment: Arm) -> float:
    both = control.merge(treatment)
    return math.sqrt(both.variance * (1 / control.n + 1 / treatment.n))


def _own_error(a: Estimate, b: Estimate) -> float:
    return math.sqrt(a.variance / a.n + b.variance / b.n)


def _wald(a: Estimate, b: Estimate, z: float) -> tuple[float, float]:
    half = z * _own_error(a, b)
    return b.value - a.value - half, b.value - a.value + half


def _newcombe(a: Estimate, b: Estimate, z: float) -> tuple[float, float]:
    (a_low, a_high), (b_low, b_high) = wilson(a, z), wilson(b, z)
    down = math.hypot(b.value - b_low, a_high - a.value)
    up = math.hypot(b_high - b.value, a.value - a_low)
    return b.value - a.value - down, b.value - a.value + up


def wilson(rate: Estimate, z: float) -> tuple[float, float]:
    """Give the score interval of a rate, in which every rate is that a test at z does not refute.

    Args:
        rate: an estimate of one arm of counts.
        z: standard errors; 1.96 for 95 %.

    Returns:
        (p + z^2 / 2n +- z sqrt(p (1 - p) / n + z^2 / 4n^2)) / (1 + z^2 / n) (Wilson 1927).

    >>> [round(end, 4) for end in wilson(Estimate(0.25, 0.1875, 40), 1.96)]
    [0.1419, 0.4019]
    """
    centre = rate.value + z * z / (2 * rate.n)
    half = z * math.sqrt(rate.variance / rate.n + (z / (2 * rate.n)) ** 2)
    scale = 1 + z * z / rate.n
    return (centre - half) / scale, (centre + half) / scale


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
    return (a + b) ** 2 / (a * a / (seen.n_control - 1) + b * b / (seen.n_treatment - 1))


def _tail(statistic: float, degrees: float) -> float:
    """Give the probability of less."""
    return float(ndtr(statistic) if math.isinf(degrees) else stdtr(degrees, statistic))


def _quantile(probability: float, degrees: float) -> float:
    return float(ndtri(probability) if math.isinf(degrees) else stdtrit(degrees, probability))


def _p_value(statistic: float, degrees: float, alternative: Alternative) -> float:
    if alternative == "two-sided":
        return min(1.0, 2 * _tail(-abs(statistic), degrees))
    return _tail(-statistic if alternative == "greater" else statistic, degrees)


def _limits(effect: float, error: float, degrees: float, alternative: Alternative, alpha: float) -> tuple[float, float]:
    if _known(alternative, Alternative) == "two-sided":
        half = error * _quantile(1 - alpha / 2, degrees)
        return effect - half, effect + half
    reach = error * _quantile(1 - alpha, degrees)
    return (effect - reach, math.inf) if alternative == "greater" else (-math.inf, effect + reach)

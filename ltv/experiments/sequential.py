"""Intervals that hold at every look: asymptotic confidence sequences.

By hand; none of the kept libraries has them. Formulas: Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas,
"Time-uniform central limit theory and asymptotic confidence sequences", arXiv 2103.06476v7; gbstats gave the numbers.
"""

from __future__ import annotations

import math

from ltv.errors import UsageError, found
from ltv.experiments.contrast import Comparison, Scale, contrast
from ltv.experiments.moments import Estimate, share


def confidence_sequence(
    control: Estimate,
    treatment: Estimate,
    *,
    tuning: float,
    scale: Scale = "absolute",
    alpha: float = 0.05,
) -> Comparison:
    """Compare two arms at any look, as often as one likes, and stop whenever one likes.

    Asymptotic: it holds from the first look at which means are about normal, so looks begin with some hundreds of people.
    `tuning` and `alpha` must be fixed before the first look.

    Args:
        control: from `Arm.estimate`, `ratio` or `cuped`, of everybody up to this look.
        treatment: likewise.
        tuning: people in both arms at which the interval is to be narrowest (N*).
        scale: `absolute`, `relative` or `log`, as in `contrast`.
        alpha: probability that the sequence ever leaves the truth.

    Returns:
        Interval (equation 9) and the p that is valid at any time (equation 155).

    Raises:
        CannotJudgeError: as `contrast`.
        UsageError: tuning or alpha are out of range.

    >>> a, b = Estimate(10.0, 25.0, 5000), Estimate(10.5, 25.0, 5000)
    >>> result = confidence_sequence(a, b, tuning=5000)
    >>> f"{result.effect:.2f} [{result.low:.2f}, {result.high:.2f}]"
    '0.50 [0.19, 0.81]'
    """
    seen = contrast(control, treatment, scale=scale)
    error = seen.standard_error
    half = error * critical_value(seen.people, tuning=tuning, alpha=alpha)
    statistic = seen.effect / error
    low, high = seen.told(seen.effect - half), seen.told(seen.effect + half)
    p_value = _p_value(statistic, seen.people * _rho_squared(tuning, alpha))
    return Comparison(seen.told(seen.effect), low, high, error, statistic, p_value)


def critical_value(people: float, *, tuning: float, alpha: float = 0.05) -> float:
    """Give the half-width of the sequence in standard errors, where a fixed horizon has 1.96.

    Args:
        people: in both arms at this look.
        tuning: N*, as in `confidence_sequence`.
        alpha: probability that the sequence ever leaves the truth.

    Returns:
        sqrt(2 (t + 1) / t · log(sqrt(t + 1) / alpha)) with t = people · rho^2 (equation 9).

    Raises:
        UsageError: a number is out of range.

    >>> round(critical_value(10_000, tuning=10_000), 3)
    3.035
    """
    if not 0 < people < math.inf:
        raise UsageError(found("people", people, "a number above 0"))
    t = people * _rho_squared(tuning, alpha)
    return math.sqrt(2 * (t + 1) / t * (math.log1p(t) / 2 - math.log(alpha)))


def _rho_squared(tuning: float, alpha: float) -> float:
    """Give rho^2 (equation 161), which makes the sequence narrowest at `tuning` people."""
    if not 0 < tuning < math.inf:
        raise UsageError(found("tuning", tuning, "a number of people above 0"))
    log_alpha = -2 * math.log(share("alpha", alpha))
    return (log_alpha + math.log1p(log_alpha)) / tuning


def _p_value(statistic: float, t: float) -> float:
    log_e = t * statistic**2 / (2 * (t + 1)) - math.log1p(t) / 2
    return math.exp(min(0.0, -log_e))

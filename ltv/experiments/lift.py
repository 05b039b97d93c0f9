"""The interval of a relative lift that says the same as the test on the difference: Fieller's, at any critical value.

By hand; none of the kept libraries has it for two independent arms. The delta method of `contrast` draws a symmetric interval,
whose zero may disagree with that of the difference, and has no answer where control's mean is near zero.
"""

from __future__ import annotations

import math

from ltv.errors import UsageError, found
from ltv.experiments.contrast import contrast
from ltv.experiments.moments import Estimate

_EVERYTHING = (-math.inf, math.inf)


def fieller(control: Estimate, treatment: Estimate, *, critical: float) -> tuple[float, float]:
    """Give all relative lifts that the data do not refute.

    A lift says that control's true mean is above zero. Where the data alone leave two half-lines, that takes one of them away.

    Args:
        control: from `Arm.estimate`, `ratio` or `cuped`.
        treatment: likewise.
        critical: standard errors at which the test of the difference decides; 1.96, or `sequential.critical_value`, with which
            the interval holds at every look, as the test is inverted at each lift.

    Returns:
        Ends of the lift as a share of control: all t with |b - (1 + t) a| <= critical sqrt(var_b / n_b + (1 + t)^2 var_a / n_a)
        (Fieller 1954, "Some problems in interval estimation"). Zero is inside exactly when the difference is not significant.
        An end is infinite where control's mean is not found to be above zero; where it is found to be below, only the direction is
        told, as 0 and infinity.

    Raises:
        CannotJudgeError: no arm varies.
        UsageError: the critical value is not above 0.

    >>> a, b = Estimate(10.0, 25.0, 1000), Estimate(10.5, 25.0, 1000)
    >>> low, high = fieller(a, b, critical=1.96)
    >>> f"[{low:.4f}, {high:.4f}]"
    '[0.0060, 0.0960]'
    >>> fieller(Estimate(0.1, 25.0, 100), b, critical=1.96)[1]
    inf
    """
    if not 0 < critical < math.inf:
        raise UsageError(found("critical value", critical, "a number above 0"))
    seen = contrast(control, treatment)
    significant = abs(seen.effect) > critical * seen.standard_error
    # In r = 1 + t: square r^2 - 2 half r + rest <= 0.
    square, half, rest = (
        _above_noise(control, critical),
        control.value * treatment.value,
        _above_noise(treatment, critical),
    )
    if square > 0 and control.value > 0:
        low, high = _roots(square, half, rest)
        return low - 1, high - 1
    if square >= 0 and control.value <= 0:
        return _direction(seen.effect, significant)
    if (rest > 0 and treatment.value > 0) or (significant and seen.effect > 0):
        return _roots(square, half, rest)[1] - 1, math.inf
    return (-math.inf, _roots(square, half, rest)[0] - 1) if significant else _EVERYTHING


def _above_noise(arm: Estimate, critical: float) -> float:
    """Give a square that is above zero exactly when the mean is significantly away from zero."""
    return arm.value**2 - critical**2 * arm.variance / arm.n


def _direction(effect: float, significant: bool) -> tuple[float, float]:
    if not significant:
        return _EVERYTHING
    return (0.0, math.inf) if effect > 0 else (-math.inf, 0.0)


def _roots(square: float, half: float, rest: float) -> tuple[float, float]:
    """Give the roots in order, without cancellation; where the square is 0, its root is the limit from below."""
    far = half + math.copysign(math.sqrt(max(half * half - square * rest, 0.0)), half)
    if far == 0:
        return 0.0, 0.0
    pair = far / square if square else -math.copysign(math.inf, far), rest / far
    return min(pair), max(pair)

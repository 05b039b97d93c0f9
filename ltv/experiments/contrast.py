"""What is compared between two arms: a difference, a relative lift, or a ratio on the log scale."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, get_args

from ltv.errors import UsageError, found
from ltv.experiments.moments import CannotJudgeError, Estimate

Scale = Literal["absolute", "relative", "log"]


@dataclass(frozen=True)
class Contrast:
    """An effect with the variance that each arm brings to it.

    Attributes:
        effect: treatment against control, on the scale; for `log` the logarithm of their ratio.
        control_variance: variance of one person of control, on the scale.
        treatment_variance: variance of one person of treatment, on the scale.
        n_control: people in control.
        n_treatment: people in treatment.
        scale: what kind of effect it is.
    """

    effect: float
    control_variance: float
    treatment_variance: float
    n_control: int
    n_treatment: int
    scale: Scale

    @property
    def standard_error(self) -> float:
        """Standard error of the effect, on the scale."""
        return math.sqrt(self.control_variance / self.n_control + self.treatment_variance / self.n_treatment)

    @property
    def people(self) -> int:
        """People in both arms."""
        return self.n_control + self.n_treatment

    def told(self, effect: float) -> float:
        """Give an effect as it is told: a log ratio becomes a relative lift, others stay."""
        return math.expm1(effect) if self.scale == "log" else effect


@dataclass(frozen=True)
class Comparison:
    """What a test says about treatment against control.

    Attributes:
        effect: in the unit of the metric, or as a share of control (0.05 is 5 % more).
        low: lower end of the interval; minus infinity when the test looks the other way only.
        high: upper end.
        standard_error: of the effect; of the log ratio on the log scale.
        statistic: effect by standard error.
        p_value: of the test that there is no effect.
        degrees: degrees of freedom; infinity for a normal reference.
    """

    effect: float
    low: float
    high: float
    standard_error: float
    statistic: float
    p_value: float
    degrees: float = math.inf


def contrast(control: Estimate, treatment: Estimate, *, scale: Scale = "absolute") -> Contrast:
    """Give the effect of treatment against control with its variance.

    Args:
        control: the arm compared with.
        treatment: the arm that was treated.
        scale: `absolute` (difference), `relative` (share of control), `log` (logarithm of the ratio).

    Returns:
        The effect. Relative: (b - a) / a, variance by the delta method, var_b / a^2 + var_a b^2 / a^4 (Deng, Knoblich
        and Lu 2018, "Applying the Delta Method in Metric Analytics", section 3). Log: var / mean^2 of each arm.

    Raises:
        CannotJudgeError: no arm varies, or a mean by which is divided is not above zero.
        UsageError: the scale is unknown.

    >>> contrast(Estimate(10, 4, 100), Estimate(11, 4, 100), scale="relative").effect
    0.1
    """
    a, b = control.value, treatment.value
    if scale not in get_args(Scale):
        raise UsageError(found("scale", scale, ", ".join(get_args(Scale))))
    if control.variance == 0 and treatment.variance == 0:
        raise CannotJudgeError("zero variance in both arms")
    if scale == "absolute":
        return Contrast(b - a, control.variance, treatment.variance, control.n, treatment.n, scale)
    if a <= 0 or (scale == "log" and b <= 0):
        raise CannotJudgeError(f"a lift over {a} (treatment {b}): what is divided by must be above zero")
    if scale == "relative":
        parts = control.variance * (b / a) ** 2 / a**2, treatment.variance / a**2
        return _judged(Contrast((b - a) / a, *parts, control.n, treatment.n, scale))
    parts = control.variance / a**2, treatment.variance / b**2
    return _judged(Contrast(math.log(b / a), *parts, control.n, treatment.n, scale))


def _judged(result: Contrast) -> Contrast:
    if not result.standard_error > 0:
        raise CannotJudgeError("zero variance of the lift")
    return result

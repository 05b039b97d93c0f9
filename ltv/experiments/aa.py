"""A/A on one's own metric: how often the test alarms where there is nothing to find.

People of the test are split at random again and again; what they did stays theirs, so every alarm is a false one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import stdtr

from ltv.behaviour.averages import Share
from ltv.errors import UsageError, found
from ltv.experiments.cuped import cuped
from ltv.experiments.moments import Arm, CannotJudgeError
from ltv.experiments.moments import share as checked

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

# A test is trusted while its rate may be no more than a fifth above alpha (6 % for 5 %: what Welch's own approximation costs on
# metrics that are skewed and yet usable), and at least a half of it: one that alarms less often does not see this metric at all.
_TOO_OFTEN, _TOO_SELDOM = 1.2, 0.5
# Persons times splits held at once; 100 MB.
_BLOCK = 8_000_000


@dataclass(frozen=True)
class FalsePositives:
    """How often the test alarms without a cause.

    Attributes:
        rate: share of the splits at which p is below alpha.
        low: lower end of its 95 % interval (Wilson).
        high: upper end of it.
        simulations: splits tried.
        ok: the interval reaches into half of alpha to 1.2 alpha. If it lies above, do not believe this test's alarms; if below,
            do not believe its silence.
    """

    rate: float
    low: float
    high: float
    simulations: int
    ok: bool


def false_positives(
    values: Sequence[float] | Floats,
    *,
    share: float = 0.5,
    covariate: Sequence[float] | Floats | None = None,
    alpha: float = 0.05,
    simulations: int = 2_000,
    seed: int,
) -> FalsePositives:
    """Split the people of a test into two arms at random, many times, and count the alarms of `welch`.

    Args:
        values: the metric of everybody in the test, shape (people,).
        share: of the people in treatment; each person is drawn for itself, as assignment does.
        covariate: of CUPED, shape (people,), or None to compare the means as they are. Its slope over all people is the same for
            every split.
        alpha: at which the test alarms.
        simulations: splits.
        seed: of the splits.

    Returns:
        The rate with its interval. A split that cannot be judged, such as one whose arms do not vary, is no alarm.
        Kohavi, Tang and Xu 2020, "Trustworthy Online Controlled Experiments", chapter 19.

    Raises:
        CannotJudgeError: fewer than four people, values that are not finite or all the same, a covariate that is the same for all.
        UsageError: a number is out of range, the columns differ in length.

    >>> people = np.random.default_rng(1).normal(10, 3, 1_000)
    >>> result = false_positives(people, seed=1)
    >>> result.low < 0.05 < result.high, result.ok
    (True, True)
    >>> false_positives([0] * 997 + [50, 50, 50], seed=1)  # three payers: no split of them is ever enough
    FalsePositives(rate=0.0, low=..., high=0.0019..., simulations=2000, ok=False)
    """
    for name, value in (("share", share), ("alpha", alpha)):
        checked(name, value)
    if simulations < 1:
        raise UsageError(found("simulations", simulations, "1 or more"))
    judged = _adjusted(values, covariate)
    p_values = _p_values(judged, share, simulations, np.random.default_rng(seed))
    alarms = Share.of(sum(int((p < alpha).sum()) for p in p_values), simulations)
    low, high = alarms.low or 0.0, alarms.high or 0.0
    rate = alarms.rate or 0.0
    return FalsePositives(rate, low, high, simulations, low <= _TOO_OFTEN * alpha and high >= _TOO_SELDOM * alpha)


def _adjusted(values: Sequence[float] | Floats, covariate: Sequence[float] | Floats | None) -> Floats:
    """Give what the test compares, around its mean and in its standard deviations, which change no p."""
    metric = _column("values", values)
    if len(metric) < 4:  # noqa: PLR2004
        raise CannotJudgeError(f"{len(metric)} people make no two arms of two")
    left = metric if covariate is None else _without(metric, _column("covariate", covariate))
    left = left - left.mean()
    deviation = math.sqrt(float(left @ left) / len(left))
    if deviation <= 1e-12 * np.abs(metric).max():
        raise CannotJudgeError("zero variance: the metric is the same for everybody")
    scaled: Floats = left / deviation
    return scaled


def _without(metric: Floats, before: Floats) -> Floats:
    if len(before) != len(metric):
        raise UsageError(found("length of the covariate", len(before), f"{len(metric)}, one a person"))
    metric, before = metric - metric.mean(), before - before.mean()
    left: Floats = metric - cuped([Arm.of_values(metric.tolist(), paired=before.tolist())]).theta * before
    return left


def _column(name: str, values: Sequence[float] | Floats) -> Floats:
    column = np.asarray(values, dtype=float)
    if not np.isfinite(column).all():
        raise CannotJudgeError(found(name, float(column[~np.isfinite(column)][0]), "finite numbers"))
    return column


def _p_values(metric: Floats, share: float, simulations: int, draw: np.random.Generator) -> Iterator[Floats]:
    """Give the p values of all splits, a block at a time: sums of the arms are one matrix product."""
    columns = np.stack([np.ones_like(metric), metric, metric**2], axis=1)
    everybody = columns.sum(axis=0)
    at_once = max(1, _BLOCK // len(metric))
    for begun in range(0, simulations, at_once):
        size = (min(at_once, simulations - begun), len(metric))
        treated = draw.random(size, dtype=np.float32) < share
        sums = treated.astype(float) @ columns
        yield _welch(everybody - sums, sums)


def _welch(control: Floats, treatment: Floats) -> Floats:
    """Give p of `frequentist.welch` for arms as rows of people, sum and sum of squares; 1 where there is none."""
    parts, means, people = [], [], []
    with np.errstate(divide="ignore", invalid="ignore"):
        for n, total, squares in (control.T, treatment.T):
            parts.append(np.maximum(squares - total**2 / n, 0) / (n - 1) / n)
            means.append(total / n)
            people.append(n)
        both = parts[0] + parts[1]
        degrees = both**2 / sum(part**2 / (n - 1) for part, n in zip(parts, people, strict=True))
        p = 2 * stdtr(degrees, -np.abs(means[1] - means[0]) / np.sqrt(both))
    return np.where(np.isfinite(p) & (np.minimum(*people) > 1), p, 1.0)

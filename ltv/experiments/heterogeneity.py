"""The effect in every segment: each is drawn towards all of them, as far as chance alone would scatter them.

From scipy: distributions, root finding. By hand: shrinkage with intervals that know how little is known of the scatter. statsmodels
(tau by Paule and Mandel, Cochran's Q) gave the numbers it is tested on; it has neither shrunken segments nor their intervals.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.optimize import brentq
from scipy.special import chdtrc, ndtr, ndtri

from ltv.errors import UsageError, found
from ltv.experiments.moments import CannotJudgeError, share

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_NODES = 400
_HALVINGS = 60


@dataclass(frozen=True)
class Shrunk:
    """Effects of segments after shrinkage.

    Attributes:
        overall: mean of the effects that segments have.
        tau: standard deviation of the true effects between segments, by Paule and Mandel; 0 when chance explains the scatter.
        heterogeneity_p: p of Cochran's Q, that all true effects are equal.
        segments: effect, low and high of each segment, in the order given.
    """

    overall: float
    tau: float
    heterogeneity_p: float
    segments: tuple[tuple[float, float, float], ...]


def shrink(effects: Sequence[float], errors: Sequence[float], *, alpha: float = 0.05) -> Shrunk:
    """Shrink the effects of segments that share nobody.

    Each true effect is drawn from a normal around the mean of all, with standard deviation tau. The mean is unknown (flat prior). Of
    tau, s / (s + tau) is Beta(1, 2) beforehand, s^2 the harmonic mean of the squared errors. That has the far reach of DuMouchel's
    prior, which leaves effects alone that differ greatly, and falls to 0 at tau = 0 as Chung, Rabe-Hesketh and others have it in 2013,
    so that few segments are not declared equal for want of data; in simulation it keeps its coverage from two segments on, where
    DuMouchel's and the uniform one of s^2 / (s^2 + tau^2) lose up to 4 points. Effects and intervals are averaged over what tau may
    be, not taken at one estimate of it, which is often 0.

    Args:
        effects: one a segment, on any one scale.
        errors: standard error of each, on that scale.
        alpha: one minus the probability inside an interval.

    Returns:
        Posterior means and equal-tailed intervals. One segment alone is given back as it is.
        Morris 1983, "Parametric empirical Bayes inference"; DuMouchel 1994, "Hierarchical Bayes linear models for meta-analysis";
        Paule and Mandel 1982; Cochran 1954.

    Raises:
        CannotJudgeError: no segment, an effect that is not finite, an error that is not above 0.
        UsageError: the columns differ in length, alpha is out of range.

    >>> result = shrink([0.02, 0.03, 0.25], [0.05, 0.05, 0.10])
    >>> [round(effect, 3) for effect, low, high in result.segments]
    [0.036, 0.042, 0.14]
    """
    critical = float(ndtri(1 - share("alpha", alpha) / 2))
    y, s = _checked(effects, errors)
    if len(y) == 1:
        return Shrunk(
            float(y[0]), 0.0, 1.0, ((float(y[0]), float(y[0] - critical * s[0]), float(y[0] + critical * s[0])),)
        )
    beliefs = _beliefs(y, s)
    ends = [_quantile(beliefs, probability) for probability in (alpha / 2, 1 - alpha / 2)]
    rows = zip(*(column.tolist() for column in (beliefs.weight @ beliefs.effect, *ends)), strict=True)
    p_value = float(chdtrc(len(y) - 1, _scatter(y, s, 0.0)))
    return Shrunk(float(beliefs.weight @ beliefs.overall), _paule_mandel(y, s), p_value, tuple(rows))


class _Beliefs(NamedTuple):
    """What is believed of the segments at each node of tau: weights, overall mean, and the normal of each segment."""

    weight: Floats
    overall: Floats
    effect: Floats
    deviation: Floats


def _beliefs(y: Floats, s: Floats) -> _Beliefs:
    typical = float(1 / np.mean(1 / s**2))  # harmonic mean of the squared errors
    largest = max(float(np.ptp(y)) ** 2, typical)
    square = np.geomspace(1e-6 * typical, 1e6 * largest, _NODES)[:, None]  # tau^2
    precision = 1 / (s**2 + square)
    whole = precision.sum(axis=1)
    overall = (precision @ y) / whole
    off = y - overall[:, None]
    # The prior, the step of a logarithmic grid, and the likelihood with the overall mean integrated out.
    tau = np.sqrt(square[:, 0])
    log = 2 * np.log(tau) - 3 * np.log(typical**0.5 + tau)
    log += (np.log(precision).sum(axis=1) - np.log(whole) - (precision * off**2).sum(axis=1)) / 2
    weight = np.exp(log - log.max())
    pull = s**2 * precision  # share of the way to the overall mean
    variance = s**2 * (1 - pull) + pull**2 / whole[:, None]
    return _Beliefs(weight / weight.sum(), overall, y - pull * off, np.sqrt(variance))


def _quantile(beliefs: _Beliefs, probability: float) -> Floats:
    """Give what each segment's effect stays below with this probability, by halving."""
    reach = 12 * beliefs.deviation
    low, high = (beliefs.effect - reach).min(axis=0), (beliefs.effect + reach).max(axis=0)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        below = beliefs.weight @ ndtr((middle - beliefs.effect) / beliefs.deviation) < probability
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return np.asarray((low + high) / 2)


def _scatter(y: Floats, s: Floats, square: float) -> float:
    """Give Cochran's Q with tau^2 in the variances."""
    precision = 1 / (s**2 + square)
    return float(precision @ (y - precision @ y / precision.sum()) ** 2)


def _paule_mandel(y: Floats, s: Floats) -> float:
    """Give the tau with which the effects scatter as they should: Q(tau^2) = segments - 1."""
    degrees = len(y) - 1
    if _scatter(y, s, 0.0) <= degrees:
        return 0.0
    most = float(((y - y.mean()) ** 2).sum()) / degrees * 2
    square = brentq(lambda square: _scatter(y, s, square) - degrees, 0.0, most, rtol=1e-12)
    return float(np.sqrt(square))


def _checked(effects: Sequence[float], errors: Sequence[float]) -> tuple[Floats, Floats]:
    if len(effects) != len(errors):
        raise UsageError(found("errors", len(errors), f"{len(effects)}, one a segment"))
    if not len(effects):
        raise CannotJudgeError("no segment")
    y, s = np.asarray(effects, dtype=float), np.asarray(errors, dtype=float)
    for name, column, right in (("effect", y, np.isfinite(y)), ("standard error", s, np.isfinite(s) & (s > 0))):
        if not right.all():
            raise CannotJudgeError(found(f"{name} of a segment", float(column[~right][0]), "finite; errors above 0"))
    return y, s

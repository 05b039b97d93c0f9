"""Pareto/NBD: purchases at a gamma-distributed rate until an unseen end, whose hazard is gamma-distributed too.

Schmittlein, Morrison and Colombo (Management Science 33, 1987), as in Fader and Hardie, "A note on deriving the
Pareto/NBD model and related expressions" (2005).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ltv.lifetime.histories import Repeats
from ltv.lifetime.maximum import Floats, Maximum, maximise, slopes_by_difference

_STARTS = ((1.0, 1.0, 1.0, 1.0), (0.5, 2.0, 0.6, 3.0))


@dataclass(frozen=True)
class ParetoNbd:
    """A fitted Pareto/NBD.

    Attributes:
        r: shape of the purchase rates.
        alpha: their scale, days.
        s: shape of the hazards of the end.
        beta: their scale, days.
        maximum: how well it was found.
    """

    r: float
    alpha: float
    s: float
    beta: float
    maximum: Maximum

    @classmethod
    def fit(cls, rows: Repeats) -> ParetoNbd:
        """Fit by maximum likelihood."""
        best = maximise(slopes_by_difference(lambda logs: likelihood(logs, rows)), _STARTS)
        r, alpha, s, beta = (float(p) for p in best.parameters)
        return cls(r, alpha * rows.scale, s, beta * rows.scale, best)

    def alive(self, x: Floats, t_x: Floats, age: Floats) -> Floats:
        """The chance to be still a customer at the end of `age`."""
        log_lost = _log_lost(x, _log_term(self._parameters, x, t_x), _log_term(self._parameters, x, age))
        log_still = -(self.r + x) * np.log(self.alpha + age) - self.s * np.log(self.beta + age)
        odds = np.log(self.s) - np.log(self.r + self.s + x) + log_lost - log_still
        with np.errstate(over="ignore"):
            alive: Floats = 1 / (1 + np.exp(odds))
        return alive

    def purchases(self, horizon: float, x: Floats, t_x: Floats, age: Floats) -> Floats:
        """Purchases expected in the next `horizon` days (equation 41 of the note; s = 1 is its limit)."""
        log_ratio = np.log((self.beta + age) / (self.beta + age + horizon))
        power = self.s - 1
        stays = -log_ratio if abs(power) < 1e-9 else -np.expm1(power * log_ratio) / power  # noqa: PLR2004
        rate = (self.r + x) / (self.alpha + age)
        expected: Floats = rate * (self.beta + age) * stays * self.alive(x, t_x, age)
        return expected

    @property
    def _parameters(self) -> Floats:
        return np.array([self.r, self.alpha, self.s, self.beta])


def likelihood(logs: Floats, rows: Repeats) -> float:
    """Mean log likelihood at the logs of r, alpha, s, beta, in the units of `rows`."""
    from scipy.special import gammaln

    r, alpha, s, beta = parameters = np.exp(logs)
    x, place = rows.of_x
    by_recency, by_age = (
        _log_term(parameters, pairs[0], pairs[1])[pairs[2]] for pairs in (rows.of_recency, rows.of_age)
    )
    log_lost = np.log(s) - np.log(r + s + rows.x) + _log_lost(rows.x, by_recency, by_age)
    log_still = -(r + rows.x) * np.log(alpha + rows.age) - s * np.log(beta + rows.age)
    front = (gammaln(r + x) - gammaln(r))[place] + r * np.log(alpha) + s * np.log(beta)
    return rows.mean(front + np.logaddexp(log_still, log_lost))


def _log_lost(x: Floats, by_recency: Floats, by_age: Floats) -> Floats:
    """Log of A0, the difference of two terms, the first of which is larger."""
    gap = np.minimum(by_age - by_recency, -1e-300)
    out: Floats = by_recency + np.log(-np.expm1(gap))
    return out


def _log_term(parameters: Floats, x: Floats, time: Floats) -> Floats:
    """Log of one term of A0 at `time`.

    F(r+s+x, ·; r+s+x+1; z) overflows for heavy buyers; Euler's transformation gives F(1, ·; r+s+x+1; z), which does not.
    """
    from scipy.special import hyp2f1

    r, alpha, s, beta = parameters
    log_alpha, log_beta = np.log(alpha + time), np.log(beta + time)
    if alpha >= beta:
        log_f = np.log(hyp2f1(1.0, r + x, r + s + x + 1, (alpha - beta) / (alpha + time)))
        return np.asarray(log_f - (r + x) * log_alpha - s * log_beta, np.float64)
    log_f = np.log(hyp2f1(1.0, s + 1, r + s + x + 1, (beta - alpha) / (beta + time)))
    return np.asarray(log_f - (r + x - 1) * log_alpha - (s + 1) * log_beta, np.float64)

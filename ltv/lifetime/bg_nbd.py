"""BG/NBD: purchases at a gamma-distributed rate, and after each one a beta-distributed chance never to come again.

Fader, Hardie and Lee, "Counting your customers" the easy way (Marketing Science 24, 2005).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ltv.lifetime.histories import Repeats
from ltv.lifetime.maximum import Floats, Maximum, maximise

_STARTS = ((1.0, 1.0, 1.0, 1.0), (0.3, 0.5, 0.8, 2.5), (2.0, 2.0, 0.1, 3.0))
_TINY = 1e-9


@dataclass(frozen=True)
class BgNbd:
    """A fitted BG/NBD.

    Attributes:
        r: shape of the purchase rates.
        alpha: their scale, days.
        a: first parameter of the chance to be lost after a purchase.
        b: second parameter of it.
        maximum: how well it was found.
    """

    r: float
    alpha: float
    a: float
    b: float
    maximum: Maximum

    @classmethod
    def fit(cls, rows: Repeats) -> BgNbd:
        """Fit by maximum likelihood."""
        best = maximise(lambda logs: likelihood(logs, rows), _STARTS)
        r, alpha, a, b = (float(p) for p in best.parameters)
        return cls(r, alpha * rows.scale, a, b, best)

    def alive(self, x: Floats, t_x: Floats, age: Floats) -> Floats:
        """The chance to be still a customer at the end of `age`; 1 for those without a repeat purchase."""
        return 1 / (1 + self._odds_lost(x, t_x, age))

    def purchases(self, horizon: float, x: Floats, t_x: Floats, age: Floats) -> Floats:
        """Purchases expected in the next `horizon` days.

        Equation (10) of the paper; Euler's transformation of the hypergeometric function takes the powers out, which
        overflow for heavy buyers.
        """
        if abs(self.a - 1) < 1e-5:  # noqa: PLR2004  the formula is 0/0 there: take the mean of both sides
            sides = [BgNbd(self.r, self.alpha, 1 + e, self.b, self.maximum) for e in (-1e-4, 1e-4)]
            return sum((s.purchases(horizon, x, t_x, age) for s in sides), np.zeros(len(x))) / 2
        from scipy.special import hyp2f1

        z = horizon / (self.alpha + age + horizon)
        c = self.a + self.b + x - 1
        c = np.where(np.abs(c) < _TINY, _TINY, c)
        with np.errstate(invalid="ignore", over="ignore"):
            rest = (1 - z) ** (self.a - 1) * hyp2f1(self.a + self.b - self.r - 1, self.a - 1, c, z)
            while_alive = c / (self.a - 1) * (1 - rest)
        rate = (self.r + x) * horizon / (self.alpha + age)  # of nobody who leaves: where 0 · ∞ says nothing
        expected: Floats = np.where(np.isfinite(while_alive), while_alive, rate) * self.alive(x, t_x, age)
        return np.maximum(expected, 0.0)

    def _odds_lost(self, x: Floats, t_x: Floats, age: Floats) -> Floats:
        with np.errstate(over="ignore"):
            power = np.exp((self.r + x) * np.log((self.alpha + age) / (self.alpha + t_x)))
        return np.where(x > 0, self.a / (self.b + np.maximum(x, 1) - 1) * power, 0.0)


def likelihood(logs: Floats, rows: Repeats) -> tuple[float, Floats]:
    """Mean log likelihood and its slopes by the logs of r, alpha, a, b, in the units of `rows`."""
    from scipy.special import gammaln, psi

    r, alpha, a, b = np.exp(logs)
    x, place = rows.of_x
    n = rows.x + r
    of_age, of_recency = np.log(alpha + rows.age), np.log(alpha + rows.t_x)
    gammas = gammaln(r + x) - gammaln(r) + gammaln(a + b) + gammaln(b + x) - gammaln(b) - gammaln(a + b + x)
    after = np.maximum(rows.x, 1) - 1
    still = -n * of_age
    lost = np.where(rows.x > 0, np.log(a) - np.log(b + after) - n * of_recency, -np.inf)
    either = np.logaddexp(still, lost)
    share = np.exp(lost - either)
    value = rows.mean(gammas[place] + r * np.log(alpha) + either)
    by_r = (psi(r + x) - psi(r))[place] + np.log(alpha) - (1 - share) * of_age - share * of_recency
    by_alpha = r / alpha - n * ((1 - share) / (alpha + rows.age) + share / (alpha + rows.t_x))
    by_a = (psi(a + b) - psi(a + b + x))[place] + share / a
    by_b = (psi(a + b) + psi(b + x) - psi(b) - psi(a + b + x))[place] - share / (b + after)
    slopes = np.array([rows.mean(by) for by in (by_r, by_alpha, by_a, by_b)])
    return value, slopes * np.exp(logs)

"""Gamma-Gamma: what a purchase is worth, drawn around a mean of each customer that does not depend on how often they buy.

Fader and Hardie, "The Gamma-Gamma model of monetary value" (2013).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ltv.lifetime.maximum import Floats, Maximum, maximise

_STARTS = ((1.0, 1.0, 1.0), (6.0, 3.0, 0.5), (2.0, 0.3, 2.0))
LARGEST_CORRELATION = 0.3  # of log frequency and log value; above it the model's first assumption is broken


@dataclass(frozen=True)
class GammaGamma:
    """A fitted Gamma-Gamma.

    Attributes:
        p: shape of the values of one customer.
        q: shape of the customers' means, above 1 so that their mean exists.
        scale: scale of these (gamma in the paper), in money.
        maximum: how well it was found.
    """

    p: float
    q: float
    scale: float
    maximum: Maximum

    @classmethod
    def fit(cls, frequency: Floats, value: Floats) -> GammaGamma:
        """Fit by maximum likelihood on those who came again and spent something."""
        use = (frequency > 0) & (value > 0)
        x, unit = frequency[use], float(value[use].mean())
        m = value[use] / unit
        best = maximise(lambda logs: likelihood(logs, x, m), _STARTS)
        p, above, scale = (float(v) for v in best.parameters)
        return cls(p, 1 + above, scale * unit, best)

    @property
    def mean(self) -> float:
        """Expected value of a purchase of a customer of whom nothing is known."""
        return self.p * self.scale / (self.q - 1)

    def values(self, frequency: Floats, value: Floats) -> Floats:
        """Expected value of each next purchase: a weighted mean of one's own values and everybody's (equation 5)."""
        x, own = frequency, np.where(frequency > 0, np.maximum(value, 0.0), 0.0)
        expected: Floats = self.p * (self.scale + x * own) / (self.p * x + self.q - 1)
        return expected


def likelihood(logs: Floats, x: Floats, m: Floats) -> tuple[float, Floats]:
    """Mean log likelihood and its slopes by the logs of p, q − 1 and the scale."""
    from scipy.special import gammaln, psi

    p, above, scale = np.exp(logs)
    q, px, log_sum = 1 + above, p * x, np.log(x * m + scale)
    each = gammaln(px + q) - gammaln(px) - gammaln(q) + q * np.log(scale)
    each += (px - 1) * np.log(m) + px * np.log(x) - (px + q) * log_sum
    both = psi(px + q)
    by_p = x * (both - psi(px) + np.log(m) + np.log(x) - log_sum)
    by_q = both - psi(q) + np.log(scale) - log_sum
    by_scale = q / scale - (px + q) / (x * m + scale)
    return float(each.mean()), np.array([by_p.mean() * p, by_q.mean() * above, by_scale.mean() * scale])


def correlation(frequency: Floats, value: Floats) -> float:
    """Correlation of log frequency and log value among those who came again; 0 where either does not vary.

    >>> correlation(np.array([1.0, 2, 4, 8]), np.array([3.0, 6, 12, 24]))
    1.0
    """
    use = (frequency > 0) & (value > 0)
    x, m = np.log(frequency[use]), np.log(value[use])
    if len(x) < 3 or x.std() < 1e-12 or m.std() < 1e-12:  # noqa: PLR2004
        return 0.0
    return round(float(np.corrcoef(x, m)[0, 1]), 12)

"""Intervals for people: a predictive distribution of each, and how it must be read so that it covers.

Each person has a zero-inflated lognormal: a chance of any value, an expectation, a spread. On past people whom the models
had not seen, the place of the truth in its distribution (the probability integral transform, randomised over the zeros) would
be uniform if these were right. They never quite are: so the places are collected within strata of predicted risk, and the
ends of an interval are the distribution's quantiles at the observed quantiles of the places (distributional conformal
prediction; Chernozhukov, Wüthrich and Zhu 2021, by strata as in Mondrian conformal prediction).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ltv.lifetime.maximum import Floats, Ints

LEVELS = (0.1, 0.5, 0.9)
STRATA = 5
_FEWEST = 100  # places of a stratum; with fewer, everybody's are taken
_FARTHEST = 40.0  # log odds: from one end of what `shifted` clips to, past the other
_LONG_ENOUGH = 0.15  # standard deviation of log windows, from which a line is drawn through them


@dataclass(frozen=True, eq=False)
class Chance:
    """What each person may spend.

    Attributes:
        pays: chance of any value.
        expected: money, zeros included.
        sigma: standard deviation of the log value of those who pay.
    """

    pays: Floats
    expected: Floats
    sigma: Floats

    @property
    def mu(self) -> Floats:
        """Mean of the log value of those who pay."""
        each = np.maximum(self.expected, 1e-9) / np.maximum(self.pays, 1e-9)
        out: Floats = np.log(each) - self.sigma**2 / 2
        return out

    def quantile(self, place: Floats) -> Floats:
        """The value below which a person stays with a chance of `place`."""
        from scipy.special import ndtri

        inside = np.clip((place - (1 - self.pays)) / np.maximum(self.pays, 1e-12), 1e-9, 1 - 1e-9)
        value = np.exp(self.mu + self.sigma * ndtri(inside))
        out: Floats = np.where((place <= 1 - self.pays) | (self.expected <= 0), 0.0, value)
        return out

    def place(self, value: Floats, *, seed: int = 0) -> Floats:
        """Where values lie in these distributions, 0 to 1; zeros are spread evenly over their chance."""
        from scipy.special import ndtr

        drawn = np.random.default_rng(seed).random(len(value))
        logs = np.log(np.where(value > 0, value, 1.0))
        above = (1 - self.pays) + self.pays * ndtr((logs - self.mu) / self.sigma)
        out: Floats = np.where(value > 0, above, drawn * (1 - self.pays))
        return out


def at_horizon(
    windows: Sequence[float], values: Sequence[float], horizon_days: float, slopes: tuple[float, float]
) -> float:
    """What past windows tell of the horizon: their mean, or a line in the log of their length where these differ.

    Args:
        windows: days of each.
        values: what was seen in each.
        horizon_days: to which the line is followed.
        slopes: lowest and highest slope that is believed.

    >>> round(at_horizon([50, 100, 200], [0.0, 0.1, 0.2], 400, (-1, 1)), 3)
    0.3
    """
    x = np.log(np.asarray(windows, np.float64) / horizon_days)
    y = np.asarray(values, np.float64)
    if not len(y):
        return 0.0
    if len(y) < 3 or x.std() < _LONG_ENOUGH:  # noqa: PLR2004
        return float(y.mean())
    slope = float(np.clip(np.cov(x, y)[0, 1] / x.var(ddof=1), *slopes))
    return float(y.mean() - slope * x.mean())


def log_stretch(places: Floats, of: Chance) -> float:
    """How much wider than its sigma the log value of those who paid spreads, as a logarithm."""
    from scipy.special import ndtri

    inside = (places - (1 - of.pays)) / np.maximum(of.pays, 1e-12)
    paid = inside[(inside > 0) & (inside < 1)]
    if len(paid) < _FEWEST:
        return 0.0
    low, high = np.quantile(ndtri(paid), [LEVELS[0], LEVELS[2]])
    return float(np.log(max(high - low, 1e-3) / (2 * ndtri(LEVELS[2]))))


def shifted(pays: Floats, by: float) -> Floats:
    """Chances with log odds moved."""
    odds: Floats = np.log(np.clip(pays, 1e-9, 1 - 1e-9)) - np.log1p(-np.clip(pays, 1e-9, 1 - 1e-9)) + by
    out: Floats = 1 / (1 + np.exp(-odds))
    return out


def shift_to(pays: Floats, share: float) -> float:
    """By how much log odds must move so that the mean chance is the share."""
    from scipy.optimize import brentq

    if not len(pays):
        return 0.0
    wanted = float(np.clip(share, 1e-4, 1 - 1e-4))
    return float(brentq(lambda by: float(shifted(pays, by).mean()) - wanted, -_FARTHEST, _FARTHEST))


@dataclass(frozen=True, eq=False)
class Conformal:
    """Observed quantiles of places, by stratum of predicted risk.

    Attributes:
        edges: of the chance to pay, between strata, ascending.
        places: for each stratum the places of `LEVELS`, shape (strata, 3).
    """

    edges: Floats
    places: Floats

    @classmethod
    def of(cls, pays: Floats, places: Floats) -> Conformal:
        """From past people whom the models had not seen.

        Args:
            pays: predicted chance of each to pay.
            places: of their true values in their distributions.
        """
        if len(places) < _FEWEST:
            return cls(np.zeros(0), np.array([LEVELS]))
        edges = np.unique(np.quantile(pays, np.linspace(0, 1, STRATA + 1)[1:-1]))
        stratum = _stratum(edges, pays)
        rows = [_read(places[stratum == k], places) for k in range(len(edges) + 1)]
        return cls(edges, np.array(rows))

    def interval(self, of: Chance) -> tuple[Floats, Floats, Floats]:
        """Lower end, median and upper end of each person's value, money."""
        read = self.places[_stratum(self.edges, of.pays)]
        low, median, high = (of.quantile(read[:, k]) for k in range(len(LEVELS)))
        return low, np.maximum(median, low), np.maximum(high, median)


def _stratum(edges: Floats, pays: Floats) -> Ints:
    return np.searchsorted(edges, pays, side="left").astype(np.int64)


def _read(own: Floats, everybody: Floats) -> Floats:
    """Quantiles with room for one more person: the guarantee of conformal prediction holds for the next one."""
    places = own if len(own) >= _FEWEST else everybody
    n = len(places)
    wanted = np.array([LEVELS[0] * (n + 1) / n - 1 / n, LEVELS[1], LEVELS[2] * (n + 1) / n])
    return np.asarray(np.quantile(places, np.clip(wanted, 0, 1)), np.float64)

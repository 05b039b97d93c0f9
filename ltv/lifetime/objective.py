"""Zero-inflated lognormal as an objective of boosted trees: does a person pay, how much, and how uncertain is that.

Wang, Liu and Miao, "A deep probabilistic model for customer lifetime value prediction" (2019), with trees for the network.
Three outputs a row: the logit of paying, mean and log standard deviation of the log value. Curvatures are expected ones,
which are diagonal and never negative, and both deviation and value are capped: uncapped, a few predictions explode.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ltv.lifetime.maximum import Floats

if TYPE_CHECKING:
    from collections.abc import Callable

    import xgboost as xgb

OUTPUTS = 3
SMALLEST_SIGMA, LARGEST_SIGMA = 0.3, 1.5
_LARGEST_LOGIT = 8.0
_LEAST_CURVATURE = 1e-6


@dataclass(frozen=True, eq=False)
class Ziln:
    """Parameters of each customer's distribution.

    Attributes:
        pays: chance of any value.
        mu: mean of the log value of those who pay.
        sigma: standard deviation of it.
        highest: no expectation above it.
    """

    pays: Floats
    mu: Floats
    sigma: Floats
    highest: float

    @classmethod
    def of(cls, margins: Floats, highest: float = np.inf) -> Ziln:
        """Read the three outputs, capped.

        >>> one = Ziln.of(np.array([[0.0, 0.0, 9.0]]))
        >>> one.pays.tolist(), one.sigma.tolist()
        ([0.5], [1.5])
        """
        logit = np.clip(margins[:, 0], -_LARGEST_LOGIT, _LARGEST_LOGIT)
        sigma = np.exp(np.clip(margins[:, 2], np.log(SMALLEST_SIGMA), np.log(LARGEST_SIGMA)))
        return cls(1 / (1 + np.exp(-logit)), margins[:, 1].astype(np.float64), sigma, highest)

    @property
    def mean(self) -> Floats:
        """Expected value, zeros included."""
        with np.errstate(over="ignore"):
            out: Floats = self.pays * np.minimum(np.exp(self.mu + self.sigma**2 / 2), self.highest)
        return out


def start(label: Floats) -> Floats:
    """The three outputs that fit everybody best, from which boosting begins."""
    pays = label > 0
    logs = np.log(label[pays]) if pays.any() else np.zeros(1)
    return start_from(float(pays.mean()), float(logs.mean()), float(logs.std()))


def start_from(pays: float, mean: float, deviation: float) -> Floats:
    """The same from the share of those who pay, and mean and standard deviation of their log values."""
    share = np.clip(pays, 1e-3, 1 - 1e-3)
    sigma = np.clip(deviation, SMALLEST_SIGMA, LARGEST_SIGMA)
    return np.array([np.log(share / (1 - share)), mean, np.log(sigma)])


def slopes(margins: Floats, label: Floats) -> tuple[Floats, Floats]:
    """First and (expected) second derivatives of the negative log likelihood; shape (rows, 3) each."""
    return _slopes(margins, label > 0, np.log(np.where(label > 0, label, 1.0)))


def _slopes(margins: Floats, pays: NDArray[np.bool_], logs: Floats) -> tuple[Floats, Floats]:
    of = Ziln.of(margins)
    z = np.where(pays, (logs - of.mu) / of.sigma, 0.0)
    first = np.column_stack([of.pays - pays, -z / of.sigma, np.where(pays, 1 - z**2, 0.0)])
    second = np.column_stack([of.pays * (1 - of.pays), pays / of.sigma**2, 2.0 * pays])
    return first, np.maximum(second, _LEAST_CURVATURE)


def loss(margins: Floats, label: Floats) -> Floats:
    """Negative log likelihood of each row, up to a constant of the label."""
    of = Ziln.of(margins)
    pays = label > 0
    z = np.where(pays, (np.log(np.where(pays, label, 1.0)) - of.mu) / of.sigma, 0.0)
    return np.where(pays, -np.log(of.pays) + np.log(of.sigma) + z**2 / 2, -np.log1p(-of.pays))


def objective(label: Floats) -> Callable[[Floats, xgb.DMatrix], tuple[Floats, Floats]]:
    """The objective as XGBoost takes it, for the rows whose labels these are."""
    logs = np.log(np.where(label > 0, label, 1.0))

    def both(margins: Floats, _: xgb.DMatrix) -> tuple[Floats, Floats]:
        return _slopes(margins.reshape(-1, OUTPUTS), label > 0, logs)

    return both

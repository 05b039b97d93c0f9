"""A log-linear regression of what customers spend: what trees would need hundreds of steps to say, it says in one line."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ltv.lifetime.maximum import Floats

_POWER = 1.5  # between counts (1) and gamma (2), as for the trees
_PULL = 0.01  # of ridge
_FARTHEST = 4.0  # standard deviations, beyond which a feature is no larger
_TRIES = 300


@dataclass(frozen=True, eq=False)
class Backbone:
    """A fitted regression.

    Attributes:
        centre: mean of each feature, which stands in where it is missing.
        spread: standard deviation of each feature.
        weights: of the standardised features.
        constant: log expectation of the mean customer.
    """

    centre: Floats
    spread: Floats
    weights: Floats
    constant: float

    @classmethod
    def fit(cls, x: Floats, y: Floats) -> Backbone:
        """Fit with a Tweedie variance; labels are not negative, their mean is above 0."""
        from sklearn.linear_model import TweedieRegressor

        there = np.isfinite(x)
        count = np.maximum(there.sum(axis=0), 1)
        centre = np.where(there, x, 0.0).sum(axis=0) / count
        spread = np.sqrt((np.where(there, x - centre, 0.0) ** 2).sum(axis=0) / count)
        spread = np.where(spread > 1e-9, spread, 1.0)  # noqa: PLR2004  a constant says nothing
        model = TweedieRegressor(power=_POWER, link="log", alpha=_PULL, max_iter=_TRIES)
        model.fit(_standard(x, centre, spread), y)
        return cls(centre, spread, model.coef_.astype(np.float64), float(model.intercept_))

    def terms(self, x: Floats) -> Floats:
        """What each feature adds to it, shape (people, features)."""
        out: Floats = _standard(x, self.centre, self.spread) * self.weights
        return out

    def log_expected(self, x: Floats) -> Floats:
        """Logarithm of the expectation, in the units of the labels."""
        return np.asarray(self.constant + _standard(x, self.centre, self.spread) @ self.weights, np.float64)


def _standard(x: Floats, centre: Floats, spread: Floats) -> Floats:
    z: Floats = np.nan_to_num((x - centre) / spread, nan=0.0, posinf=_FARTHEST, neginf=-_FARTHEST)
    return np.clip(z, -_FARTHEST, _FARTHEST)

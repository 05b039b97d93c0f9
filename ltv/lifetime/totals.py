"""How sure a total is: by how much such totals were off in the past, and by how much single people move it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ltv.lifetime.maximum import Floats

LEVEL = 0.8
# What is believed of a level before any of its errors is known: 10 % off, worth two errors. With less than a year of history
# no season has come twice: a third of the log for one that nobody has seen, so that a year-end of 1.5 times the rest (Online
# Retail's) is inside. Coverage over draws of seed and cutoff: benchmarks/LTV.md.
_BELIEVED, _WORTH = 0.1, 2.0
_SEASON, _YEAR = 1 / 3, 365.0


@dataclass(frozen=True)
class Sureness:
    """How sure totals are.

    Attributes:
        level_sd: standard deviation of the log of actual ÷ expected as earlier totals show it.
        season_sd: the same of a season that has not been seen.
        degrees: of freedom with which the first is known.
        spread: variance of a person's value in units of the square of their expectation.
    """

    level_sd: float
    season_sd: float
    degrees: float
    spread: float

    @property
    def log_sd(self) -> float:
        """Of both together."""
        return float(np.hypot(self.level_sd, self.season_sd))

    @classmethod
    def of(cls, errors: Sequence[float], *, history_days: float, horizon_days: float, spread: float) -> Sureness:
        """From errors of earlier totals.

        Args:
            errors: log of actual ÷ expected.
            history_days: windows that overlap do not tell more than as many as fit into the history.
            horizon_days: as far as is predicted.
            spread: as above.

        >>> Sureness.of([], history_days=400, horizon_days=30, spread=1.0).log_sd
        0.1
        """
        known = min(float(len(errors)), max(history_days / horizon_days, 1.0)) if len(errors) else 0.0
        square = float(np.mean(np.square(errors))) if len(errors) else 0.0
        level_sd = np.sqrt((_WORTH * _BELIEVED**2 + known * square) / (_WORTH + known))
        return cls(float(level_sd), _SEASON if history_days < _YEAR else 0.0, _WORTH + known, spread)

    def interval(self, expected: Floats, level: float = LEVEL) -> tuple[float, float]:
        """Lower and upper end of the total of people.

        Args:
            expected: of each of them, money.
            level: e.g. 0.8.
        """
        from scipy.stats import norm, t

        total = float(expected.sum())
        if not total > 0:
            return 0.0, 0.0
        # variance of a logarithm, as of a lognormal: with few people the plain one would explode
        people = float(np.log1p(self.spread * float(expected @ expected) / total**2))
        place = (1 + level) / 2
        # only the first is estimated, from few errors; the others are known as they are
        far = np.hypot(
            t.ppf(place, self.degrees) * self.level_sd, norm.ppf(place) * np.hypot(self.season_sd, people**0.5)
        )
        return total * float(np.exp(-far)), total * float(np.exp(far))

"""What a purchase is worth where frequent buyers spend more or less on one: own mean, drawn towards that of the like.

Bühlmann's credibility: weight of the own mean = n / (n + k), k = variance within customers ÷ variance between them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ltv.lifetime.maximum import Floats, Ints

_EDGES = np.array([1, 2, 3, 5, 9, 17, 33])  # of frequency: classes double
_WITHIN = 0.5  # squared coefficient of variation of one customer's purchases, where it cannot be estimated
_FEWEST = 30


@dataclass(frozen=True)
class Credibility:
    """Mean value of a purchase by class of frequency, and how many purchases weigh as much as it.

    Attributes:
        means: of each class, in money.
        k: purchases whose mean weighs as much as that of the class.
    """

    means: Floats
    k: float

    @classmethod
    def fit(cls, frequency: Floats, value: Floats) -> Credibility:
        """Estimate from mean values of repeat purchases; a class without enough customers takes everybody's mean.

        >>> Credibility.fit(np.ones(40), np.full(40, 9.0)).values(np.array([0.0, 3]), np.array([0.0, 9])).tolist()
        [9.0, 9.0]
        """
        use = frequency > 0
        x, m = frequency[use], np.maximum(value[use], 0.0)
        overall = float((x @ m) / max(x.sum(), 1.0))
        group = _group(x)
        people = np.bincount(group, minlength=len(_EDGES) + 1)
        purchases, spent = (np.bincount(group, w, len(_EDGES) + 1) for w in (x, x * m))
        with np.errstate(invalid="ignore", divide="ignore"):
            means = np.where(people >= _FEWEST, spent / purchases, overall)
        means[0] = means[1]  # those who never came again are most like those who came once
        spread = (m - means[group]) ** 2
        within = _WITHIN * overall**2
        between = max(float((x @ spread) / max(x.sum(), 1.0)) - within * len(x) / max(x.sum(), 1.0), 0.05 * within)
        return cls(means, within / between if within else 1.0)

    def values(self, frequency: Floats, value: Floats) -> Floats:
        """Expected value of each next purchase."""
        own = np.where(frequency > 0, np.maximum(value, 0.0), 0.0)
        expected: Floats = (frequency * own + self.k * self.means[_group(frequency)]) / (frequency + self.k)
        return expected


def _group(frequency: Floats) -> Ints:
    return np.searchsorted(_EDGES, frequency, side="right").astype(np.int64)

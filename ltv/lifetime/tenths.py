"""What each part of the ranking really brought: a correction of predictions by where they stand, never out of order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ltv.lifetime.maximum import Floats

_PARTS = 20  # of past people, by prediction
_FEWEST = 40  # people of a part
_BELIEVED = 0.75  # of the correction: parts that look alike must not make people equal
_LEAST = 1e-3  # of the mean: nobody is worth nothing for sure


@dataclass(frozen=True, eq=False)
class Tenths:
    """How predictions, in units of their mean, are to be read.

    Attributes:
        told: log of the mean prediction of each part, ascending; empty: as they are.
        meant: log of what that part brought, never falling.
    """

    told: Floats
    meant: Floats

    @classmethod
    def of(cls, predicted: Sequence[Floats], actual: Sequence[Floats]) -> Tenths:
        """From past people whom the models had not seen.

        Args:
            predicted: what was said, for each block of people.
            actual: what came, of the same people, not below 0.

        >>> draw = np.random.default_rng(0).lognormal(0, 1, 4000)
        >>> read = Tenths.of([draw], [draw**2 * np.random.default_rng(1).exponential(1, 4000)])
        >>> bool(read.read(np.array([0.1, 10.0]))[1] > 10.0)
        True
        """
        from sklearn.isotonic import IsotonicRegression

        blocks = [(p / p.mean(), np.maximum(a, 0.0) / np.maximum(a, 0.0).mean())
                  for p, a in zip(predicted, actual, strict=True) if len(p) and p.mean() > 0 and a.mean() > 0]  # fmt: skip
        if not blocks:
            return cls(np.zeros(0), np.zeros(0))
        said, came = (np.concatenate([b[k] for b in blocks]) for k in (0, 1))
        parts = min(_PARTS, len(said) // _FEWEST)
        if parts < 3:  # noqa: PLR2004
            return cls(np.zeros(0), np.zeros(0))
        order = np.argsort(said, kind="stable")
        pieces = np.array_split(order, parts)
        x, y = (np.array([float(v[piece].mean()) for piece in pieces]) for v in (said, came))
        rising = IsotonicRegression().fit_transform(np.arange(parts), y, sample_weight=[len(p) for p in pieces])
        keep = np.append(np.diff(x) > 1e-12, True)  # noqa: PLR2004  equal predictions are one part
        return cls(np.log(np.maximum(x, _LEAST))[keep], np.log(np.maximum(rising, _LEAST))[keep])

    def read(self, predicted: Floats) -> Floats:
        """Predictions as they are meant, with the same total."""
        total = float(predicted.sum())
        if not len(self.told) or not total > 0:
            return predicted
        logs = np.log(np.maximum(predicted / predicted.mean(), 1e-9))
        out: Floats = np.exp(logs + _BELIEVED * np.interp(logs, self.told, self.meant - self.told))
        out = np.where(predicted > 0, out, 0.0)
        return out * (total / float(out.sum()))

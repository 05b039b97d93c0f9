"""How a feature becomes a number between 0 and 1, learned on the people of one date and written down to be repeated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

How = Literal["share", "rank"]
Floats = NDArray[np.float64]
_MOST_KNOTS = 257
_NOBODY_KNOWN = 0.0


@dataclass(frozen=True)
class Scale:
    """How values of one feature become 0 to 1.

    Attributes:
        how: `share` (a share or probability, as it is, cut at 0 and 1) or `rank` (the share of people with less, those
            with as much counted half).
        values: of `rank`: values whose rank is written down, ascending; between two the rank is interpolated.
        ranks: theirs.
        missing_value: what stands for a value that is not known: the median of those that are.
        missing_share: of people whose value is not known.
    """

    how: How
    values: tuple[float, ...]
    ranks: tuple[float, ...]
    missing_value: float
    missing_share: float

    @classmethod
    def learn(cls, values: Floats, how: How) -> Scale:
        """Learn from the values of everybody.

        Args:
            values: of one feature; NaN where it is not known.
            how: `share` or `rank`.

        >>> Scale.learn(np.array([5.0, 1.0, 1.0, np.nan]), "rank").apply(np.array([0.0, 1.0, 3.0, 9.0])).round(2).tolist()
        [0.33, 0.33, 0.58, 0.83]
        """
        known = np.sort(values[np.isfinite(values)])
        share = 1.0 - len(known) / len(values) if len(values) else 1.0
        knots, ranks = _knots(known) if how == "rank" else (known[:0], known[:0])
        scale = cls(how, tuple(knots.tolist()), tuple(ranks.tolist()), _NOBODY_KNOWN, share)
        if not len(known):
            return scale
        middle = float(np.float32(scale.apply(np.array([np.median(known)]))[0]))
        return cls(how, scale.values, scale.ranks, middle, share)

    def apply(self, values: Floats) -> Floats:
        """Bring values to 0 to 1; what is not known becomes `missing_value`.

        Args:
            values: of the feature; NaN where it is not known.
        """
        if self.how == "share" or not self.values:
            scaled = np.clip(values, 0.0, 1.0)
        else:
            scaled = np.interp(values, self.values, self.ranks)
        return np.where(np.isfinite(values), scaled, self.missing_value)

    def as_dict(self) -> dict[str, Any]:
        """The scale as JSON can hold it."""
        return {
            "how": self.how,
            "values": list(self.values),
            "ranks": list(self.ranks),
            "missing_value": self.missing_value,
            "missing_share": self.missing_share,
        }


def _knots(known: Floats) -> tuple[Floats, Floats]:
    """Values, and the share of people below each, those at it counted half."""
    distinct = np.unique(known)
    if len(distinct) > _MOST_KNOTS:
        places = np.linspace(0, len(known) - 1, _MOST_KNOTS).round().astype(np.int64)
        distinct = np.unique(known[places])
    below, up_to = (np.searchsorted(known, distinct, side=side) for side in ("left", "right"))
    return distinct, (below + up_to) / (2 * max(len(known), 1))

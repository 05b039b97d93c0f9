"""Whom the board tells apart: everybody, segments of the settings, value tiers, channels, cities."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

if TYPE_CHECKING:
    from ltv.health.calendar import Ints
    from ltv.health.ground import Ground

Floats = NDArray[np.float64]
WHOLE, CHANNEL, CITY, TIER, OTHERS = "all", "channel", "city", "value_tier", "other"
_TIERS = ((9, "top"), (4, "mid"), (1, "low"))  # from which decile of predicted value on


@dataclass(frozen=True, eq=False)
class Kind:
    """A kind of segments and who belongs to them; somebody may belong to several.

    Attributes:
        name: of the kind.
        segments: names.
        who: positions of people.
        of: the segment of each of them.
        is_moving: whether people belong to them by what they did last: the past of such a segment is what was published of it,
            for those who are the best today were not chosen before they bought.
    """

    name: str
    segments: tuple[str, ...]
    who: Ints
    of: Ints
    is_moving: bool = False

    def total(self, weight: Floats) -> Floats:
        """Sum of a number of each person, by segment."""
        found = np.bincount(self.of, weight[self.who], minlength=len(self.segments))
        return found.astype(np.float64)


def kinds(ground: Ground, groups: pd.DataFrame, scores: pd.DataFrame | None, *, cities: int) -> list[Kind]:
    """All kinds; one that the settings declare takes the place of the same one of the suite.

    Args:
        ground: who there is.
        groups: user_id, segment_kind, segment: those of the settings.
        scores: user_id, decile of one horizon, or None.
        cities: the largest ones that are told apart.
    """
    everybody = np.arange(len(ground.user_id))
    found = [Kind(WHOLE, (WHOLE,), everybody, np.zeros(len(everybody), np.int64))]
    found += [
        _kind(ground, str(name), rows["user_id"], rows["segment"]) for name, rows in groups.groupby("segment_kind")
    ]
    declared = {kind.name for kind in found}
    if scores is not None and len(scores) and TIER not in declared:
        tiers = np.select([scores["decile"] >= low for low, _ in _TIERS], [name for _, name in _TIERS], default="")
        found.append(_kind(ground, TIER, scores["user_id"], pd.Series(tiers, scores.index), is_moving=True))
    if ground.traits is not None:
        named = ((CHANNEL, ground.traits["channel"]), (CITY, _largest(ground.traits["city"], cities)))
        found += [
            _kind(ground, name, ground.traits["user_id"], values)
            for name, values in named
            if name not in declared and values.notna().any()
        ]
    return found


def _kind(ground: Ground, name: str, user_id: pd.Series, segment: pd.Series, *, is_moving: bool = False) -> Kind:
    use = segment.notna().to_numpy()
    who, known = ground.at(user_id.to_numpy(np.int64)[use])
    codes, names = pd.factorize(segment[use].astype(str), sort=True)
    return Kind(name, tuple(map(str, names)), who[known], codes[known].astype(np.int64), is_moving)


def _largest(city: pd.Series, most: int) -> pd.Series:
    counts = city.value_counts()
    kept = set(sorted(counts.index, key=lambda name: (-counts[name], str(name)))[:most])
    return city.where(city.isin(kept) | city.isna(), OTHERS)

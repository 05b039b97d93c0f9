"""The past as training data: the same people at earlier cutoffs, with what they then really spent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ltv.lifetime.maximum import Floats, Ints
from ltv.lifetime.order_features import OrderFeatures

if TYPE_CHECKING:
    from ltv.lifetime.btyd import Btyd
    from ltv.lifetime.ground import Ground

PLACES = (0.35, 0.45, 0.55, 0.65, 0.75)  # of the history, where cutoffs are
FEWEST_DAYS = 14  # of a label window
MOST_ROWS = 300_000  # people of all snapshots together: shallow trees learn no more from more, only more slowly


def taken_from(known: Ints, values: NDArray[Any], people: Ints, *, missing: float) -> NDArray[Any]:
    """Rows of `values`, which belong to the ascending ids `known`, for people; `missing` for those who are not among them.

    >>> taken_from(np.array([2, 5]), np.array([0.2, 0.5]), np.array([5, 3]), missing=0.0).tolist()
    [0.5, 0.0]
    """
    out = np.full((len(people), *values.shape[1:]), missing)
    if len(known):
        place = np.minimum(np.searchsorted(known, people), len(known) - 1)
        there = known[place] == people
        out[there] = values[place[there]]
    return out


@dataclass(frozen=True, eq=False)
class Rows:
    """People and their features.

    Attributes:
        user_id: of each.
        names: of the features.
        x: shape (people, features).
    """

    user_id: Ints
    names: tuple[str, ...]
    x: Floats

    def __len__(self) -> int:
        return len(self.user_id)

    def of(self, rows: NDArray[np.bool_]) -> Rows:
        """Some of the people."""
        return Rows(self.user_id[rows], self.names, self.x[rows])


@dataclass(frozen=True, eq=False)
class Snapshot:
    """Everybody at a cutoff, and what they spent in the days that followed.

    Attributes:
        cutoff_day: days since 1970-01-01.
        horizon_days: length of the window of `label`.
        features: of customers with a purchase before the cutoff.
        label: net value of each in the window, as known at its end, money; None where it is not over.
        prospects: people known by then who had not bought.
        later: the same of them.
    """

    cutoff_day: int
    horizon_days: int
    features: OrderFeatures
    label: Floats | None
    prospects: Rows
    later: Floats | None

    @property
    def spent(self) -> Floats:
        """`label`, where it must be known."""
        assert self.label is not None  # noqa: S101
        return self.label

    @property
    def spent_later(self) -> Floats:
        """`later`, where it must be known."""
        assert self.later is not None  # noqa: S101
        return self.later

    def sampled(self, share: float) -> Snapshot:
        """The same share of people at every cutoff, always the same ones."""
        if share >= 1:
            return self
        customers, others = (_drawn(ids, share) for ids in (self.features.user_id, self.prospects.user_id))
        return replace(
            self,
            features=self.features.of(customers),
            label=self.spent[customers],
            prospects=self.prospects.of(others),
            later=self.spent_later[others],
        )


def training_cutoffs(first_day: int, cutoff_day: int, horizon_days: int) -> list[tuple[int, int]]:
    """Earlier cutoffs and their label windows, which end before the day of scoring.

    >>> training_cutoffs(0, 100, 40)
    [(35, 40), (45, 40), (55, 40), (65, 35), (75, 25)]
    """
    history = cutoff_day - first_day
    return _windows([first_day + round(place * history) for place in PLACES], cutoff_day, horizon_days)


def past(ground: Ground, fitted: Btyd, cutoff_day: int, horizon_days: int) -> list[Snapshot]:
    """Look at earlier cutoffs; one at which nobody was a customer yet, or nobody spent anything after, is left out.

    Args:
        ground: of the shop.
        fitted: one buy-till-you-die model for all cutoffs: refitted at each it would mean something else in each.
        cutoff_day: of scoring; no label reaches it.
        horizon_days: as far as is predicted.
    """
    days = [day for day, _ in training_cutoffs(ground.first_day, cutoff_day, horizon_days)]
    near = [day for day in ground.near(days, cutoff_day) if day > ground.first_day]
    taken: list[Snapshot] = []
    share = 1.0
    for day, window in reversed(_windows(near, cutoff_day, horizon_days)):
        seen = ground.look(fitted, day, window)
        if not taken:  # the latest one has most people
            share = MOST_ROWS / max(len(PLACES) * max(len(seen.features.user_id), len(seen.prospects)), 1)
        if len(seen.spent) and np.maximum(seen.spent, 0).sum() > 0:
            taken.append(seen.sampled(share))
    return taken[::-1]


def _windows(days: Sequence[int], cutoff_day: int, horizon_days: int) -> list[tuple[int, int]]:
    windows = [(day, min(horizon_days, cutoff_day - day)) for day in sorted(set(days))]
    return [(day, window) for day, window in windows if window >= min(FEWEST_DAYS, horizon_days)]


def _drawn(user_id: Ints, share: float) -> NDArray[np.bool_]:
    """A share of people by a hash of their number."""
    mixed = (user_id.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(40)
    chosen: NDArray[np.bool_] = mixed < np.uint64(share * 2**24)
    return chosen

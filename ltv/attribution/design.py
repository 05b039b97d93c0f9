"""Columns that tell the models which channels work on whom: channels, pairs of them, and channels by group of people."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from ltv.attribution.conditional import Prior
from ltv.attribution.shapley import bits

if TYPE_CHECKING:
    from ltv.attribution.shapley import Floats, Ints

MOST_PAIRS = 100  # all of fourteen channels; more make the fit slow and are told by chance
MAIN_SD, PAIR_SD, GROUP_SD = 0.5, 0.04, 0.06  # what effects are believed to be before anything is seen: small


@dataclass(frozen=True)
class Design:
    """Which columns there are.

    Attributes:
        channels: how many channels.
        pairs: pairs of channels that have a column of their own.
        groups: how many groups of people; each has its own deviation where `by_group`.
        by_group: channels may work differently on groups.
    """

    channels: int
    pairs: tuple[tuple[int, int], ...] = ()
    groups: int = 1
    by_group: bool = False

    def matrix(self, masks: Ints, group: Ints) -> Floats:
        """Columns of settings, shape (settings, columns).

        >>> Design(2, ((0, 1),)).matrix(np.array([0, 1, 3]), np.zeros(3, np.int64))
        array([[0., 0., 0.],
               [1., 0., 0.],
               [1., 1., 1.]])
        """
        on = bits(masks, self.channels)
        parts = [on, *(on[:, [one]] * on[:, [other]] for one, other in self.pairs)]
        if self.by_group:
            parts += [on * (group == g)[:, None] for g in range(self.groups)]
        return np.hstack(parts)

    @property
    def columns(self) -> int:
        """How many columns there are."""
        return self.channels + len(self.pairs) + self.by_group * self.groups * self.channels

    def prior(self, main: Prior | None = None) -> Prior:
        """What is believed of the columns; `main` is of the channels."""
        own = main or Prior(np.zeros(self.channels), np.full(self.channels, MAIN_SD**-2))
        rest = self.by_group * self.groups * self.channels
        precision = [own.precision, np.full(len(self.pairs), PAIR_SD**-2), np.full(rest, GROUP_SD**-2)]
        return Prior(np.concatenate([own.mean, np.zeros(len(self.pairs) + rest)]), np.concatenate(precision))


def pairs_met(masks: Ints, events: Floats, channels: int, *, least: float = 30.0) -> tuple[tuple[int, int], ...]:
    """Pairs of channels under which enough events fell to say anything about them; of many those with most events."""
    on = bits(masks, channels)
    together = on.T @ (events[:, None] * on)
    met = [(i, j) for i, j in combinations(range(channels), 2) if together[i, j] >= least]
    return tuple(sorted(sorted(met, key=lambda pair: -together[pair])[:MOST_PAIRS]))

"""Columns that tell the models which channels work on whom: channels with one touch and more, pairs, channels by group of people."""

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
MAIN_SD, LEVEL_SD, PAIR_SD, GROUP_SD = (
    0.5,
    0.15,
    0.04,
    0.06,
)  # what effects are believed to be before anything is seen: small


@dataclass(frozen=True)
class Design:
    """Which columns there are.

    Attributes:
        channels: how many channels.
        levels: touches of a channel that are told apart: 2 has a column for one and more and a column for two and more.
        pairs: pairs of channels that have a column of their own.
        groups: how many groups of people; each has its own deviation where `by_group`.
        by_group: channels may work differently on groups.
    """

    channels: int
    levels: int = 1
    pairs: tuple[tuple[int, int], ...] = ()
    groups: int = 1
    by_group: bool = False

    def matrix(self, masks: Ints, group: Ints) -> Floats:
        """Columns of settings, shape (settings, columns).

        >>> Design(2, pairs=((0, 1),)).matrix(np.array([0, 1, 3]), np.zeros(3, np.int64))
        array([[0., 0., 0.],
               [1., 0., 0.],
               [1., 1., 1.]])
        """
        doses = bits(masks, self.bits)
        on = doses[:, : self.channels]
        parts = [doses, *(on[:, [one]] * on[:, [other]] for one, other in self.pairs)]
        if self.by_group:
            parts += [on * (group == g)[:, None] for g in range(self.groups)]
        return np.hstack(parts)

    @property
    def bits(self) -> int:
        """Bits of a mask that are looked at: as many columns come first."""
        return self.channels * self.levels

    @property
    def columns(self) -> int:
        """How many columns there are."""
        return self.bits + len(self.pairs) + self.by_group * self.groups * self.channels

    def prior(self, main: Prior | None = None) -> Prior:
        """What is believed of the columns; `main` is of the first ones, those of the bits."""
        own = main or self.of_bits(LEVEL_SD)
        rest = self.by_group * self.groups * self.channels
        precision = [own.precision, np.full(len(self.pairs), PAIR_SD**-2), np.full(rest, GROUP_SD**-2)]
        return Prior(np.concatenate([own.mean, np.zeros(len(self.pairs) + rest)]), np.concatenate(precision))

    def of_bits(self, further_sd: float) -> Prior:
        """Belief about the columns of the bits: what the second and third touch add is small where `further_sd` is."""
        spread = np.repeat([MAIN_SD, *[further_sd] * (self.levels - 1)], self.channels)
        return Prior(np.zeros(self.bits), spread**-2.0)


def pairs_met(masks: Ints, events: Floats, channels: int, *, least: float = 30.0) -> tuple[tuple[int, int], ...]:
    """Pairs of channels under which enough events fell to say anything about them; of many those with most events."""
    on = bits(masks, channels)
    together = on.T @ (events[:, None] * on)
    met = [(i, j) for i, j in combinations(range(channels), 2) if together[i, j] >= least]
    return tuple(sorted(sorted(met, key=lambda pair: -together[pair])[:MOST_PAIRS]))

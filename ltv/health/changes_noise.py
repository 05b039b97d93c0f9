"""How far chance alone moves a part, and which parts moved further: what keeps a quiet week from accusing anybody.

People are drawn again, by lots of people, as both weeks of a person belong together (bootstrap, Efron 1979). Of every part it is asked what it
contributed beyond the share it would have had if all parts had changed by the same factor. As many parts of many dimensions are asked, the
largest of all of them is what a part must beat (step-down left out; Westfall and Young 1993). And a part that jumps about every
week is held against its own jumps.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ltv.health.changes_counted import LOTS, NOBODY
from ltv.health.changes_split import Split, Sums, split

if TYPE_CHECKING:
    from ltv.health.calendar import Ints
    from ltv.health.changes_counted import Counted
    from ltv.health.changes_dimensions import Dimension

Floats = NDArray[np.float64]
DRAWS, LOTS_OF_PEOPLE = 1_000, 200
LEVEL = 90  # of intervals, percent
FALSE_ALARM = 0.05  # chance that anybody is accused of a change that all share
FEWEST_ROWS = 10  # of a part: of fewer people nothing is said
_ROBUST = 1.4826
_FEWEST_PAIRS = 4


@dataclass(frozen=True, eq=False)
class Lots:
    """People in lots, and how often each lot is drawn.

    Attributes:
        of: the lot of each person.
        drawn: shape (draws, lots).
    """

    of: Ints
    drawn: Floats

    @classmethod
    def of_people(cls, people: int, *, seed: int = 0) -> Lots:
        """Put people into lots at random; as many lots as people where these are few."""
        rng = np.random.default_rng(seed)
        lots = max(min(LOTS_OF_PEOPLE, people), LOTS)
        drawn = rng.multinomial(lots, np.full(lots, 1 / lots), size=DRAWS)
        return cls(rng.permutation(people) % lots, drawn.astype(np.float64))

    @property
    def count(self) -> int:
        """How many lots there are."""
        return len(self.drawn[0])

    def rows(self, who: Ints, lot: Ints) -> Ints:
        """The lot of each row; those of nobody by their own."""
        known = self.of[np.maximum(who, 0)] if len(self.of) else np.zeros(len(who), np.int64)
        found: Ints = np.where(who == NOBODY, lot % self.count, known)
        return found


@dataclass(frozen=True, eq=False)
class Ground:
    """A figure by week, lot and part of a dimension.

    Attributes:
        figure: which one.
        dimension: what it is taken apart by.
        sums: what is summed and what that is divided by, shape (weeks, lots, parts).
        rows: people (or person-days) behind each, shape (weeks, parts).
    """

    figure: Counted
    dimension: Dimension
    sums: Sums
    rows: Floats

    @classmethod
    def of(cls, figure: Counted, dimension: Dimension, lots: Lots) -> Ground:
        """Add up the rows of a figure."""
        weeks, parts = len(figure.why), len(dimension.parts)
        part = dimension.part(figure.week, figure.who)
        cell = (figure.week * lots.count + lots.rows(figure.who, figure.lot)) * parts + part
        shape = (weeks, lots.count, parts)
        size = weeks * lots.count * parts
        above, below = (
            np.bincount(cell, w, minlength=size).reshape(shape).astype(np.float64) for w in (figure.above, figure.below)
        )
        rows = np.bincount(figure.week * parts + part, minlength=weeks * parts).reshape(weeks, parts)
        return cls(figure, dimension, Sums(above, below), rows.astype(np.float64))

    def week(self, k: int) -> Sums:
        """Of each part."""
        return Sums(self.sums.above[k].sum(0), self.sums.below[k].sum(0))

    def drawn(self, k: int, lots: Lots) -> Sums:
        """The same of people drawn again, shape (draws, parts)."""
        return Sums(lots.drawn @ self.sums.above[k], lots.drawn @ self.sums.below[k])


@dataclass(frozen=True, eq=False)
class Moved:
    """A change by the parts of a dimension, with what chance does to it.

    Attributes:
        ground: the figure by part.
        back: with which week it is compared.
        split: what each part contributed.
        drawn: what it contributed with people drawn again, shape (draws, parts).
        off: how far from its even share each part lies, in standard deviations; NaN where nothing can be said.
        chance: the same by chance, shape (draws, parts).
        concentration: share of the change that is where it need not be, less what chance puts there.
    """

    ground: Ground
    back: int
    split: Split
    drawn: Floats
    off: Floats
    chance: Floats
    concentration: float


def moved(ground: Ground, back: int, lots: Lots, pairs: Sequence[tuple[int, int]]) -> Moved:
    """Take the change between a week and the last one apart.

    Args:
        ground: the figure by part.
        back: how many weeks back it is compared.
        lots: people drawn again.
        pairs: neighbouring weeks before that were like others, (earlier, later).
    """
    kind = ground.figure.kind
    told = split(kind, ground.week(back), ground.week(0))
    again = split(kind, ground.drawn(back, lots), ground.drawn(0, lots))
    chance = again.excess - told.excess
    noise = chance.std(axis=0)
    rows = np.maximum(ground.rows[0], ground.rows[back])
    can = (noise > 0) & (rows >= FEWEST_ROWS)
    with np.errstate(divide="ignore", invalid="ignore"):
        off = np.where(can, told.excess / np.maximum(noise, _jumps(ground, pairs, back, noise)), np.nan)
        scaled = np.where(can, chance / noise, 0.0)
    total = abs(float(told.contribution.sum()))
    beyond = np.abs(told.excess).sum() - np.abs(chance).sum(axis=1).mean()
    share = float(beyond / (2 * total)) if total > 0 else 0.0
    return Moved(ground, back, told, again.contribution, off, scaled, share)


def _jumps(ground: Ground, pairs: Sequence[tuple[int, int]], back: int, noise: Floats) -> Floats:
    """How far each part usually is from its even share, from one week to the next; further after more weeks.

    Half of it is what chance alone would do, since so few weeks tell it badly.
    """
    if len(pairs) < _FEWEST_PAIRS:
        return noise
    found = [split(ground.figure.kind, ground.week(a), ground.week(b)).excess for a, b in pairs]
    usual = _ROBUST * np.median(np.abs(found), axis=0) * np.sqrt(back)
    together: Floats = np.sqrt((usual**2 + noise**2) / 2)
    return together


def p_values(all_of: Sequence[Moved]) -> Mapping[str, Floats]:
    """How often chance puts the worst of all parts of all dimensions so far off, for each part by dimension; 1 where nothing can be said."""
    if not all_of:
        return {}
    worst = np.max([np.abs(m.chance).max(axis=1) for m in all_of], axis=0)
    found = {}
    for m in all_of:
        rarer = (worst[:, None] >= np.abs(m.off)[None, :]).sum(axis=0)
        found[m.ground.dimension.name] = np.where(np.isnan(m.off), 1.0, (rarer + 1) / (len(worst) + 1))
    return found


def interval(drawn: Floats) -> tuple[Floats, Floats]:
    """The middle nine tenths of what was drawn (first axis); NaN where nothing was."""
    edge = (100 - LEVEL) / 2
    found = np.full((2, drawn.shape[1]), np.nan)
    there = ~np.isnan(drawn).all(axis=0)
    found[:, there] = np.nanpercentile(drawn[:, there], [edge, 100 - edge], axis=0)
    return found[0], found[1]

"""People who have not bought yet: who of them will, and how much, from what they do.

They hold a good part of the value to come, and no purchase history says anything of them. A zero-inflated lognormal of their
behaviour orders them; their level is what earlier people like them spent on each day after a cutoff.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ltv.lifetime import objective
from ltv.lifetime.blend import Predicted, capped, chosen, telling
from ltv.lifetime.boosters import FOLDS, ZilnTrees, folds
from ltv.lifetime.maximum import Floats

if TYPE_CHECKING:
    from ltv.lifetime.snapshots import Rows, Snapshot

FEWEST_ROWS, FEWEST_PAYERS = 400, 60
_SIGMA = 1.0  # of the log value, where it is not estimated
_TAIL = 1 / 3  # part of the longest window whose daily value goes on where nobody has looked


@dataclass(frozen=True, eq=False)
class Curve:
    """What a person without a purchase spent on each day after a cutoff, on average, and whether anything by then.

    Attributes:
        value: of each day, money a person.
        windows: lengths of the windows that were looked at, days.
        shares: share of people with any value in each.
    """

    value: Floats
    windows: Floats
    shares: Floats

    @classmethod
    def of(cls, blocks: Sequence[Snapshot]) -> Curve:
        """From windows of different lengths: each tells the mean of its days."""
        windows = np.array([float(s.horizon_days) for s in blocks])
        people = np.array([float(len(s.prospects)) for s in blocks])
        spent = np.array([float(s.spent_later.sum()) for s in blocks])
        shares = np.array([float((s.spent_later > 0).sum()) for s in blocks]) / np.maximum(people, 1)
        longest = int(windows.max())
        # value falls from day to day; windows that end at different days say how: mean value of a day by window
        daily = np.zeros(longest)
        weights = np.zeros(longest)
        for window, n, money in zip(windows.astype(int), people, spent, strict=True):
            daily[:window] += money / window
            weights[:window] += n
        return cls(np.maximum(daily / np.maximum(weights, 1), 0.0), windows, shares)

    def total(self, days: float) -> float:
        """Money a person in so many days."""
        longest = len(self.value)
        inside = self.value[: int(min(days, longest))].sum()
        last = self.value[-max(int(longest * _TAIL), 1) :].mean()
        return float(inside + max(days - longest, 0) * last)

    def share(self, days: float) -> float:
        """Share of people with any value in so many days: as in the nearest window, at its pace."""
        near = int(np.argmin(np.abs(np.log(self.windows / days))))
        pace = -np.log1p(-min(self.shares[near], 0.999)) / self.windows[near]
        return float(-np.expm1(-pace * days))


@dataclass(frozen=True, eq=False)
class Prospects:
    """A trained model of people without a purchase.

    Attributes:
        names: of the features; empty where everybody is expected to spend the same.
        trees: zero-inflated lognormal in units of the curve; None where everybody is expected to spend the same.
        scale: brings the mean of what the trees say of people they have not seen to what these spent.
        curve: level.
    """

    names: tuple[str, ...]
    trees: ZilnTrees | None
    scale: float
    curve: Curve

    @classmethod
    def train(cls, blocks: Sequence[Snapshot], *, seed: int) -> Prospects | None:
        """Train on people without a purchase at past cutoffs; None where there are none.

        Args:
            blocks: snapshots whose labels are known.
            seed: of the draws of rows and features.
        """
        blocks = [s for s in blocks if len(s.prospects)]
        if not blocks:
            return None
        curve = Curve.of(blocks)
        columns = [_columns(s.prospects) for s in blocks]
        names = telling(columns) if columns[0] else ()
        raw = np.concatenate([_units(s, curve) for s in blocks])
        if not names or len(raw) < FEWEST_ROWS or (raw > 0).sum() < FEWEST_PAYERS:
            return cls((), None, 1.0, curve)
        y = capped(raw)
        x = np.concatenate([chosen(c, names) for c in columns])
        fold = np.concatenate([folds(s.prospects.user_id) for s in blocks])
        sizes = [len(s.prospects) for s in blocks]
        latest = np.repeat(np.arange(len(blocks)) == len(blocks) - 1, sizes) if len(blocks) > 1 else None
        trees = ZilnTrees.train(x, y, fold=fold, seed=seed, latest=latest)
        told = objective.Ziln.of(trees.own_outputs(x, fold), trees.highest).mean
        return cls(names, trees, float(raw.mean() / max(told.mean(), 1e-9)), curve)

    def predict(self, of: Rows, *, horizon_days: float, own_fold: bool = False) -> Predicted:
        """Predict people without a purchase.

        Args:
            of: who, and their features.
            horizon_days: as far as is predicted.
            own_fold: by the trees that have not seen them, for calibration.
        """
        n, level, share = len(of), self.curve.total(horizon_days), self.curve.share(horizon_days)
        if self.trees is None or not n:
            same = np.full(n, level)
            return Predicted(same, np.full(n, share), same, np.full(n, _SIGMA))
        x = chosen(_columns(of), self.names)
        if own_fold:
            outputs = self.trees.own_outputs(x, folds(of.user_id))
        else:
            outputs = np.mean([self.trees.outputs(k, x) for k in range(FOLDS)], axis=0)
        told = objective.Ziln.of(outputs, self.trees.highest)
        expected = told.mean * self.scale * level
        return Predicted(expected, told.pays, expected, told.sigma)


def _columns(of: Rows) -> dict[str, Floats]:
    return {name: of.x[:, k] for k, name in enumerate(of.names)} if of.x.shape[1] else {}


def _units(of: Snapshot, curve: Curve) -> Floats:
    level = curve.total(of.horizon_days)
    return np.maximum(of.spent_later, 0.0) / level if level > 0 else np.zeros(len(of.prospects))

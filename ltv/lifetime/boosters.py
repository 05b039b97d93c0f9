"""The boosted trees: a Tweedie booster and a zero-inflated lognormal one, each grown once for every fold of customers.

A booster never sees the customers of its fold, at any cutoff: what it says of them is an honest prediction of the past,
on which calibration and intervals rest. New predictions are the mean of all boosters.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ltv.lifetime import objective
from ltv.lifetime.maximum import Floats, Ints

if TYPE_CHECKING:
    import xgboost as xgb

FOLDS = 3


@dataclass(frozen=True)
class Trees:
    """How trees are grown; the same for all data.

    Attributes:
        rounds: trees of each output.
        depth: of a tree.
        eta: learning rate.
        min_child_weight: least sum of curvatures in a leaf.
        reg_lambda: pull towards 0.
        rows: share of customers a tree sees.
        columns: share of features a tree sees.
    """

    rounds: int = 125
    depth: int = 3
    eta: float = 0.06
    min_child_weight: float = 20.0
    reg_lambda: float = 10.0
    rows: float = 0.7
    columns: float = 0.6

    def parameters(self, seed: int) -> dict[str, object]:
        """As XGBoost calls them."""
        return {
            "max_depth": self.depth,
            "eta": self.eta,
            "min_child_weight": self.min_child_weight,
            "lambda": self.reg_lambda,
            "subsample": self.rows,
            "colsample_bytree": self.columns,
            "tree_method": "hist",
            "max_bin": _BINS,
            "seed": seed,
            "verbosity": 0,
        }


TWEEDIE = Trees()
ZILN = Trees(min_child_weight=5.0)
_BINS = 64
_POWER = 1.5


def folds(user_id: Ints) -> Ints:
    """The fold of each customer, the same at every cutoff and in every run."""
    return user_id % FOLDS


@dataclass(frozen=True, eq=False)
class Tweedie:
    """Boosters of the expected value, in units of the training mean; one a fold."""

    boosters: tuple[xgb.Booster, ...]

    @classmethod
    def train(
        cls, x: Floats, y: Floats, *, fold: Ints, seed: int, offsets: Sequence[Floats], trees: Trees = TWEEDIE
    ) -> Tweedie:
        """Train on labels that are not negative.

        Args:
            x: features.
            y: labels.
            fold: of each row.
            seed: of the draws of rows and features.
            offsets: for each fold, the log expectation from which its trees go on.
            trees: how they are grown.
        """
        grown = []
        for k in range(FOLDS):
            part = fold != k
            grown.append(grow_tweedie(x[part], y[part], offset=offsets[k][part], seed=seed + k, trees=trees))
        return cls(tuple(grown))

    def log_expected(self, k: int, x: Floats, offset: Floats) -> Floats:
        """Log expectation by the booster of a fold."""
        import xgboost as xgb

        told = self.boosters[k].predict(xgb.DMatrix(x, base_margin=offset), output_margin=True)
        return np.asarray(told, np.float64)


@dataclass(frozen=True, eq=False)
class ZilnTrees:
    """Boosters of a zero-inflated lognormal, in units of the training mean; one a fold.

    Attributes:
        boosters: one a fold.
        start: the three outputs before the first tree.
        highest: cap of the value of those who pay.
    """

    boosters: tuple[xgb.Booster, ...]
    start: Floats
    highest: float

    @classmethod
    def train(
        cls, x: Floats, y: Floats, *, fold: Ints, seed: int, offset: Floats | None = None, trees: Trees = ZILN
    ) -> ZilnTrees:
        """Train on labels that are not negative.

        Args:
            x: features.
            y: labels.
            fold: of each row.
            seed: of the draws of rows and features.
            offset: added to the mean of the log value, e.g. the log of what another model expects.
            trees: how they are grown.
        """
        known = np.zeros(len(y)) if offset is None else offset
        begin = objective.start(y)
        begin[1] -= known[y > 0].mean()
        grown = []
        for k in range(FOLDS):
            part = fold != k
            grown.append(
                grow_ziln(x[part], y[part], margins=margins_of(begin, known[part]), seed=seed + k, trees=trees)
            )
        return cls(tuple(grown), begin, float(np.max(y)))

    def outputs(self, k: int, x: Floats, offset: Floats | None = None) -> Floats:
        """The three outputs by the booster of a fold, shape (rows, 3)."""
        import xgboost as xgb

        known = np.zeros(len(x)) if offset is None else offset
        data = xgb.DMatrix(x, base_margin=margins_of(self.start, known))
        told: Floats = self.boosters[k].predict(data, output_margin=True).reshape(-1, objective.OUTPUTS)
        return told.astype(np.float64)


def grow_tweedie(x: Floats, y: Floats, *, offset: Floats, seed: int, trees: Trees) -> xgb.Booster:
    """One booster from all rows given; where several workers are joined, from those of all of them."""
    import xgboost as xgb

    data = xgb.QuantileDMatrix(x, y, base_margin=offset, max_bin=_BINS)
    given = {"objective": "reg:tweedie", "tweedie_variance_power": _POWER}
    return xgb.train(trees.parameters(seed) | given, data, trees.rounds)


def grow_ziln(x: Floats, y: Floats, *, margins: Floats, seed: int, trees: Trees) -> xgb.Booster:
    """The same for the three outputs, which go on from `margins`, shape (rows, 3)."""
    import xgboost as xgb

    data = xgb.QuantileDMatrix(x, y, base_margin=margins, max_bin=_BINS)
    given = {"num_class": objective.OUTPUTS, "base_score": 0.0, "disable_default_eval_metric": True}
    return xgb.train(trees.parameters(seed) | given, data, trees.rounds, obj=objective.objective(y))


def margins_of(begin: Floats, offset: Floats) -> Floats:
    """The three outputs of each row before the first tree; an offset belongs to the mean of the log value."""
    margins = np.tile(begin, (len(offset), 1))
    margins[:, 1] += offset
    return margins

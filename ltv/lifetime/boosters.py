"""The boosted trees: a Tweedie booster and a zero-inflated lognormal one, each grown once for every fold of customers.

A booster never sees the customers of its fold, at any cutoff: what it says of them is an honest prediction of the past,
on which calibration and intervals rest. New predictions are the mean of all boosters. How many trees are grown is found by
growing them on the earlier cutoffs and looking at the latest one; then all cutoffs are used.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

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
        rising: for each feature 1 where more of it can only mean more value, else 0; empty: none.
    """

    rounds: int = 125
    depth: int = 3
    eta: float = 0.06
    min_child_weight: float = 20.0
    reg_lambda: float = 10.0
    rows: float = 0.7
    columns: float = 0.6
    rising: tuple[int, ...] = ()

    def parameters(self, seed: int, rows: int = 0) -> dict[str, object]:
        """As XGBoost calls them; for few rows one thread is faster than many."""
        constraints = {"monotone_constraints": self.rising} if any(self.rising) else {}
        return constraints | {
            "max_depth": self.depth,
            "eta": self.eta,
            "min_child_weight": self.min_child_weight,
            "lambda": self.reg_lambda,
            "subsample": self.rows,
            "colsample_bytree": self.columns,
            "tree_method": "hist",
            "max_bin": _BINS,
            "seed": seed,
            "nthread": 1 if rows < _MANY_ROWS else 0,
            "verbosity": 0,
        }


TWEEDIE = Trees()
ZILN = Trees(min_child_weight=5.0)
_BINS = 64
_POWER = 1.5
# The latest cutoff has the shortest window, and says "enough" early: with 31 trees of 125 CDNOW was worse in every way, and so was the mall with 40.
_FEWEST_TREES = 0.8  # of all
_PATIENCE, _FEWEST_ROWS, _MANY_ROWS = 15, 200, 100_000

Flags = NDArray[np.bool_]


def folds(user_id: Ints, parts: int = FOLDS) -> Ints:
    """The fold of each customer, the same at every cutoff and in every run."""
    return user_id % parts


@dataclass(frozen=True, eq=False)
class Tweedie:
    """Boosters of the expected value, in units of the training mean; one a fold."""

    boosters: tuple[xgb.Booster, ...]

    @classmethod
    def train(
        cls,
        x: Floats,
        y: Floats,
        *,
        fold: Ints,
        seed: int,
        offsets: Sequence[Floats],
        latest: Flags | None = None,
        trees: Trees = TWEEDIE,
    ) -> Tweedie:
        """Train on labels that are not negative.

        Args:
            x: features.
            y: labels.
            fold: of each row.
            seed: of the draws of rows and features.
            offsets: for each fold, the log expectation from which its trees go on.
            latest: rows of the latest cutoff, on which growing stops early; None grows all.
            trees: how they are grown.
        """
        parts = int(fold.max()) + 1
        return cls(grow_tweedie(x, y, fold=fold, parts=parts, seed=seed, offsets=offsets, latest=latest, trees=trees))

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
        cls,
        x: Floats,
        y: Floats,
        *,
        fold: Ints,
        seed: int,
        offset: Floats | None = None,
        latest: Flags | None = None,
        trees: Trees = ZILN,
    ) -> ZilnTrees:
        """Train on labels that are not negative.

        Args:
            x: features.
            y: labels.
            fold: of each row.
            seed: of the draws of rows and features.
            offset: added to the mean of the log value, e.g. the log of what another model expects.
            latest: rows of the latest cutoff, on which growing stops early; None grows all.
            trees: how they are grown.
        """
        known = np.zeros(len(y)) if offset is None else offset
        begin = objective.start(y)
        begin[1] -= known[y > 0].mean()
        margins, parts = margins_of(begin, known), int(fold.max()) + 1
        grown = grow_ziln(x, y, fold=fold, parts=parts, seed=seed, margins=margins, latest=latest, trees=trees)
        return cls(grown, begin, float(np.max(y)))

    def outputs(self, k: int, x: Floats, offset: Floats | None = None) -> Floats:
        """The three outputs by the booster of a fold, shape (rows, 3)."""
        import xgboost as xgb

        known = np.zeros(len(x)) if offset is None else offset
        data = xgb.DMatrix(x, base_margin=margins_of(self.start, known))
        told: Floats = self.boosters[k].predict(data, output_margin=True).reshape(-1, objective.OUTPUTS)
        return told.astype(np.float64)

    def own_outputs(self, x: Floats, fold: Ints) -> Floats:
        """The outputs of each row by the booster that has not seen its customer, shape (rows, 3)."""
        out = np.empty((len(x), objective.OUTPUTS))
        for k in range(len(self.boosters)):
            if (fold == k).any():
                out[fold == k] = self.outputs(k, x[fold == k])
        return out


def grow_tweedie(
    x: Floats,
    y: Floats,
    *,
    fold: Ints,
    parts: int,
    seed: int,
    offsets: Sequence[Floats],
    latest: Flags | None,
    trees: Trees,
) -> tuple[xgb.Booster, ...]:
    """A booster for each of `parts` folds; where workers are joined, from the rows of all of them."""
    import xgboost as xgb

    given = {"objective": "reg:tweedie", "tweedie_variance_power": _POWER}
    given["eval_metric"] = f"tweedie-nloglik@{_POWER}"

    def grow(rows: Flags, k: int, how: Trees, watched: Flags | None = None) -> xgb.Booster:
        data = _matrix(x, y, offsets[k], rows)
        more = {} if watched is None else _watching(_matrix(x, y, offsets[k], watched, data))
        return xgb.train(how.parameters(seed + k, data.num_row()) | given, data, how.rounds, **more)

    how = _stopped(grow, latest, trees)
    return tuple(grow(fold != k, k, how) for k in range(parts))


def grow_ziln(
    x: Floats,
    y: Floats,
    *,
    fold: Ints,
    parts: int,
    seed: int,
    margins: Floats,
    latest: Flags | None,
    trees: Trees,
) -> tuple[xgb.Booster, ...]:
    """The same for the three outputs, which go on from `margins`, shape (rows, 3)."""
    import xgboost as xgb

    given = {"num_class": objective.OUTPUTS, "base_score": 0.0, "disable_default_eval_metric": True}

    def grow(rows: Flags, k: int, how: Trees, watched: Flags | None = None) -> xgb.Booster:
        data, more = _matrix(x, y, margins, rows), {"obj": objective.objective(y[rows])}
        if watched is not None:
            level = _level(y, margins, watched) - _level(y, margins, rows)
            more |= _watching(_matrix(x, y, margins + level, watched, data)) | {"custom_metric": _mean_loss}
        return xgb.train(how.parameters(seed + k, data.num_row()) | given, data, how.rounds, **more)

    how = _stopped(grow, latest, trees)
    return tuple(grow(fold != k, k, how) for k in range(parts))


def _stopped(grow: Callable[..., xgb.Booster], latest: Flags | None, trees: Trees) -> Trees:
    """As many trees as help to predict the latest cutoff from the earlier ones."""
    if latest is None or _of_all_workers(latest.sum(), (~latest).sum()).min() < _FEWEST_ROWS:
        return trees
    grown = grow(~latest, 0, trees, latest)
    fewest = round(_FEWEST_TREES * trees.rounds)
    return replace(trees, rounds=min(max(int(grown.best_iteration) + 1, fewest), trees.rounds))


def _watching(other: xgb.DMatrix) -> dict[str, Any]:
    """Arguments of `xgb.train` with which growing stops once other rows are predicted no better."""
    return {"evals": [(other, "latest")], "early_stopping_rounds": _PATIENCE, "verbose_eval": False}


def _level(y: Floats, margins: Floats, rows: Flags) -> Floats:
    """Where boosting of some rows alone would begin: a shorter window has fewer who pay, which trees need not know."""
    pays = rows & (y > 0)
    logs = np.log(y[pays]) - margins[pays, 1]
    n, paid, first, second = _of_all_workers(rows.sum(), pays.sum(), logs.sum(), (logs**2).sum())
    mean = first / max(paid, 1)
    deviation = np.sqrt(max(second / max(paid, 1) - mean**2, 0.0))
    return objective.start_from(paid / max(n, 1), mean, float(deviation))


def _matrix(x: Floats, y: Floats, margins: Floats, rows: Flags, like: xgb.DMatrix | None = None) -> xgb.QuantileDMatrix:
    """Rows in bins, those of another matrix where one is given."""
    import xgboost as xgb

    return xgb.QuantileDMatrix(x[rows], y[rows], base_margin=margins[rows], max_bin=_BINS, ref=like)


def _mean_loss(margins: Floats, data: xgb.DMatrix) -> tuple[str, float]:
    label = data.get_label().astype(np.float64)
    each = objective.loss(margins.reshape(-1, objective.OUTPUTS), label)
    total, count = _of_all_workers(each.sum(), len(each))
    return "loss", float(total / count)


def _of_all_workers(*sums: float) -> Floats:
    """Sums over the rows of all workers that are joined; on one machine, as they are."""
    from xgboost import collective

    mine = np.array(sums, np.float64)
    return collective.allreduce(mine, collective.Op.SUM) if collective.is_distributed() else mine


def margins_of(begin: Floats, offset: Floats) -> Floats:
    """The three outputs of each row before the first tree; an offset belongs to the mean of the log value."""
    margins = np.tile(begin, (len(offset), 1))
    margins[:, 1] += offset
    return margins

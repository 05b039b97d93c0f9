"""The probability not to come back within thirty days: learned from what became of people at earlier days.

On the first of a month a model is trained on snapshots of the active base, the latest of them thirty days earlier, so that it
was known by then who had come back. It tells every day of that month. To straighten its probabilities (Platt 1999), trees are also grown
without either half of the people, and what they say of that half at the latest snapshot is held against what became of it.
What was told a month ago and has come out since is the backtest.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ltv.health.calendar import Ints, month_start
from ltv.health.features import Past
from ltv.progress import each
from ltv.text import Text

Floats = NDArray[np.float64]
HORIZON_DAYS = 30
SNAPSHOTS, APART_DAYS = 5, 14
FOLDS = 2
_FEWEST_ROWS, _FEWEST_OF_EACH = 300, 30
_MOST_ROWS = 200_000
_TREES = {
    "objective": "binary:logistic", "max_depth": 4, "eta": 0.08, "min_child_weight": 10.0, "lambda": 5.0, "subsample": 0.7,
    "colsample_bytree": 0.6, "tree_method": "hist", "max_bin": 64, "nthread": 1, "verbosity": 0,
}  # fmt: skip
_ROUNDS = 90
_STILL = 1e-10  # a step that moves nothing any more
REACH_DAYS = 31 + HORIZON_DAYS + (SNAPSHOTS - 1) * APART_DAYS  # how far before a day its model looks at people


_TRAINING = Text("训练流失模型", "training of the churn model")


@dataclass(frozen=True, eq=False)
class ChurnModel:
    """A trained model.

    Attributes:
        booster: trees grown on everybody.
        slope: of the straightening, on the scale of log odds.
        shift: the same.
        usual: share of the snapshots' people who did not come back.
        people: how many rows it learned from.
        who: positions of the people of the snapshots; what segments usually lose is worked out of them.
        gone: whether each of them did not come back.
    """

    booster: object
    slope: float
    shift: float
    usual: float
    people: int
    who: Ints
    gone: NDArray[np.bool_]

    def probability(self, x: Floats) -> Floats:
        """Probability not to come back of each row of features."""
        if not len(x):
            return np.zeros(0)
        return 1 / (1 + np.exp(-(self.slope * _margin(self.booster, x) + self.shift)))


def train(past: Past, month: int, *, seed: int = 0) -> ChurnModel | None:
    """Train on what was known when a month began.

    Args:
        past: who was there when.
        month: its first day, days since 1970-01-01; nothing from it on is looked at.
        seed: of the trees.

    Returns:
        The model, or None where too few people came or stayed away.
    """
    snapshots = _snapshots(past, month)
    if not snapshots:
        return None
    who, x, gone, of = (np.concatenate([s[k] for s in snapshots]) for k in range(4))
    if len(gone) < _FEWEST_ROWS or min(gone.sum(), (~gone).sum()) < _FEWEST_OF_EACH:
        return None
    fold = _fold(past.ground.user_id[who])
    margin, latest = np.zeros(len(gone)), of == of.max()
    for k in range(FOLDS):
        seen, asked = fold != k, (fold == k) & latest
        margin[asked] = _margin(_grown(x[seen], gone[seen], seed), x[asked])
    slope, shift = straighten(margin[latest], gone[latest])
    return ChurnModel(_grown(x, gone, seed), slope, shift, float(gone.mean()), len(gone), who, gone)


def _grown(x: Floats, gone: NDArray[np.bool_], seed: int) -> object:
    import xgboost as xgb

    return xgb.train(_TREES | {"seed": seed}, xgb.DMatrix(x, gone), _ROUNDS)


def _snapshots(past: Past, month: int) -> list[tuple[Ints, Floats, NDArray[np.bool_], Ints]]:
    cutoffs = [month - 1 - HORIZON_DAYS - k * APART_DAYS for k in range(SNAPSHOTS)]
    first = past.ground.presence.day.min() if len(past.ground.presence.day) else month
    found = []
    for cutoff in cutoffs:
        if cutoff - first < past.active_days:  # before that nobody can have been away
            break
        who = past.base(cutoff)
        who = some_of(past, who, share_of(who, _MOST_ROWS // SNAPSHOTS))
        if len(who):
            gone = ~past.comes_back(who, cutoff, HORIZON_DAYS)
            found.append((who, past.features(who, cutoff), gone, np.full(len(who), cutoff)))
    return found


def share_of(who: Ints, most: int) -> float:
    """Share of people that is drawn, so that there are not more than `most`.

    >>> share_of(np.arange(10), 5), share_of(np.arange(3), 5)
    (0.5, 1.0)
    """
    return min(1.0, most / max(len(who), 1))


def some_of(past: Past, who: Ints, share: float) -> Ints:
    """A share of people, drawn by their number: always the same ones."""
    if share >= 1:
        return who
    found: Ints = who[_mixed(past.ground.user_id[who]) < share * 2**24]
    return found


def _mixed(user_id: Ints) -> Ints:
    return ((user_id.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(40)).astype(np.int64)


def _fold(user_id: Ints) -> Ints:
    found: Ints = (_mixed(user_id) >> 7) % FOLDS
    return found


def _margin(booster: object, x: Floats) -> Floats:
    found: Floats = booster.inplace_predict(x, predict_type="margin").astype(np.float64)  # type: ignore[attr-defined]
    return found


def straighten(margin: Floats, gone: NDArray[np.bool_]) -> tuple[float, float]:
    """Slope and shift of log odds that fit what came of it, by Newton's method, pulled a little towards 1 and 0.

    >>> slope, shift = straighten(np.array([-4.0, -4.0, 4.0, 4.0] * 500), np.array([False, True, False, True] * 500))
    >>> round(slope, 1) + 0.0, round(shift, 1) + 0.0
    (0.0, 0.0)
    """
    design = np.column_stack([margin, np.ones(len(margin))])
    at, start, pull = np.array([1.0, 0.0]), np.array([1.0, 0.0]), np.array([5.0, 0.5])

    def loss(of: Floats) -> float:
        odds = design @ of
        return float((np.logaddexp(0, odds) - gone * odds).sum() + (pull * (of - start) ** 2).sum() / 2)

    for _ in range(50):
        p = 0.5 * (1 + np.tanh(0.5 * (design @ at)))
        slope = design.T @ (gone - p) - pull * (at - start)
        curve = (design * (p * (1 - p))[:, None]).T @ design + np.diag(pull)
        step = np.linalg.solve(curve, slope)
        while loss(at + step) > loss(at) and np.abs(step).max() > _STILL:
            step = step / 2
        at = at + step
        if np.abs(step).max() < _STILL:
            break
    return float(at[0]), float(at[1])


def models_of(past: Past, numbers: Ints, *, seed: int = 0) -> Mapping[int, ChurnModel | None]:
    """The model of each month in which there are days, by its first day."""
    months = sorted({month_start(int(n)) for n in numbers})
    return {month: train(past, month, seed=seed) for month in each(_TRAINING, months, len(months))}

"""How good predictions of value are: order, level, each tenth, intervals; and how sure a difference between two is.

All is computed with a weight for each customer, so that a bootstrap draw is a row of counts and nothing is sorted twice.
Customers with equal predictions are taken in random order: a score is its expectation over that order.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from ltv import progress
from ltv.errors import UsageError, found
from ltv.lifetime.maximum import Floats, Ints
from ltv.text import Text

if TYPE_CHECKING:
    import pandas as pd

METRICS = ("normalized_gini", "spearman", "mae", "total_ratio", "decile_mape", "auc", "top10_share")
_AT_ONCE = 4_000_000  # weights in memory
_SMALLEST_TENTH = 0.01  # of the mean tenth: relative errors of less are not told


_DRAWING = Text("重抽样", "bootstrap")


def scores(actual: Floats, predicted: Floats) -> dict[str, float]:
    """Every metric of one set of predictions.

    Args:
        actual: net value of each customer.
        predicted: what was expected of each, in the same order.

    Returns:
        `normalized_gini` (area between concentration curve and diagonal, over that of the true order), `spearman`, `mae`,
        `total_ratio` (predicted ÷ actual), `decile_mape` (mean over tenths by prediction of |predicted − actual| ÷ actual),
        `auc` (of having any value), `top10_share` (of all value, that of the tenth predicted best). NaN where
        not defined: nobody or everybody has value, or all are equal.

    Raises:
        UsageError: lengths differ, or a number is missing.

    >>> told = scores(np.array([0.0, 1, 2, 7]), np.array([1.0, 1, 2, 6]))
    >>> told["total_ratio"], told["mae"], round(told["normalized_gini"], 3)
    (1.0, 0.5, 0.955)
    """
    weights = np.ones((1, len(actual)))
    return {name: float(value[0]) for name, value in _Pair.of(actual, predicted).all(weights).items()}


def bootstrap(
    actual: Floats, predictions: Mapping[str, Floats], *, draws: int = 1_000, seed: int = 0
) -> dict[str, dict[str, Floats]]:
    """Every metric of several sets of predictions on the same draws of customers with replacement.

    Returns:
        name of the predictions → metric → one number a draw.
    """
    pairs = {name: _Pair.of(actual, p) for name, p in predictions.items()}
    parts: dict[str, list[dict[str, Floats]]] = {name: [] for name in pairs}
    for weights in _draws(len(actual), draws, seed):
        for name, pair in pairs.items():
            parts[name].append(pair.all(weights))
    return {name: {m: np.concatenate([p[m] for p in some]) for m in METRICS} for name, some in parts.items()}


def differences(
    actual: Floats, predicted: Floats, other: Floats, *, draws: int = 1_000, seed: int = 0, level: float = 0.95
) -> pd.DataFrame:
    """How much better or worse one set of predictions is than another, with paired bootstrap intervals.

    Args:
        actual: net value of each customer.
        predicted: one set.
        other: the set it is compared with.
        draws: of customers with replacement, the same for both sets.
        seed: of the draws.
        level: of the intervals, e.g. 0.95.

    Returns:
        One row a metric: value, other, difference, low, high (of the difference).
    """
    import pandas as pd

    one, two = scores(actual, predicted), scores(actual, other)
    drawn = bootstrap(actual, {"one": predicted, "two": other}, draws=draws, seed=seed)
    rows = []
    for metric in METRICS:
        low, high = np.nanquantile(drawn["one"][metric] - drawn["two"][metric], [(1 - level) / 2, (1 + level) / 2])
        rows.append((metric, one[metric], two[metric], one[metric] - two[metric], low, high))
    return pd.DataFrame(rows, columns=["metric", "value", "other", "difference", "low", "high"])


def coverage(
    actual: Floats,
    low: Floats,
    high: Floats,
    *,
    zero: Floats | None = None,
    by: Floats | None = None,
    strata: int = 5,
    level: float = 0.8,
) -> pd.DataFrame:
    """The share of customers whose value lies within its interval: of all, and within strata of a prediction.

    Intervals look good on everybody where most have no value: look at every stratum. Where the chance of no value is
    larger than the lower tail, the lower end is 0 and nothing can lie below it: of such zeros only the part counts as inside
    that a value drawn evenly from them would be (the randomised probability integral transform; Brockwell 2007).

    Args:
        actual: net value of each customer.
        low: lower end of each interval.
        high: upper end.
        zero: predicted chance of no value; None counts every zero at a lower end of 0 as inside.
        by: a prediction, whose quantiles are the strata; equal predictions stay together.
        strata: how many.
        level: of the intervals, both tails equal; looked at with `zero` only.

    Returns:
        One row a stratum, 0 for all: stratum, n, coverage, mean_width.
    """
    import pandas as pd

    hits, width = inside(actual, low, high, zero=zero, level=level), high - low
    rows = [(0, len(actual), float(hits.mean()), float(width.mean()))]
    if by is not None:
        edges = np.unique(np.quantile(by, np.linspace(0, 1, strata + 1)[1:-1]))
        place = np.searchsorted(edges, by, side="left")
        for number in np.unique(place):
            part = place == number
            rows.append((int(number) + 1, int(part.sum()), float(hits[part].mean()), float(width[part].mean())))
    return pd.DataFrame(rows, columns=["stratum", "n", "coverage", "mean_width"])


def inside(actual: Floats, low: Floats, high: Floats, *, zero: Floats | None = None, level: float = 0.8) -> Floats:
    """Whether each value lies within its interval, 0 or 1; of zeros the part that counts, as in `coverage`."""
    hits = ((actual >= low) & (actual <= high)).astype(np.float64)
    if zero is None:
        return hits
    tail = (1 - level) / 2
    part = np.clip(np.minimum(zero, 1 - tail) - tail, 0, None) / np.maximum(zero, 1e-12)
    return np.where((actual <= 0) & (low <= 0), part, hits)


def deciles(actual: Floats, predicted: Floats) -> tuple[Floats, Floats]:
    """Predicted and actual value of each tenth by prediction, the best first.

    >>> deciles(np.arange(10.0), np.arange(10.0))[0][:3].round(6).tolist()
    [9.0, 8.0, 7.0]
    """
    tenths = _Pair.of(actual, predicted).tenths(np.ones((1, len(actual))))
    return tenths[0][0], tenths[1][0]


@dataclass(frozen=True, eq=False)
class _Order:
    """Customers from the highest prediction down; those with equal ones form a group.

    Attributes:
        order: places of the customers.
        ends: last place of each group in `order`.
        group: group of each customer.
    """

    order: Ints
    ends: Ints
    group: Ints

    @classmethod
    def by(cls, values: Floats) -> _Order:
        order = np.argsort(-values, kind="stable")
        ends = np.flatnonzero(np.append(np.diff(values[order]) != 0, True))
        group = np.empty(len(values), np.int64)
        group[order] = np.repeat(np.arange(len(ends)), np.diff(ends, prepend=-1))
        return cls(order, ends, group)

    def sums(self, weights: Floats) -> Floats:
        """Running sums at the end of each group, with a zero in front; shape (draws, groups + 1)."""
        running = np.cumsum(weights[:, self.order], axis=1)[:, self.ends]
        return np.concatenate([np.zeros((len(weights), 1)), running], axis=1)

    def ranks(self, weights: Floats) -> Floats:
        """Mean rank of each customer from the top, up to a constant."""
        sums = self.sums(weights)
        middle: Floats = (sums[:, 1:] + sums[:, :-1]) / 2
        return middle[:, self.group]


@dataclass(frozen=True, eq=False)
class _Pair:
    actual: Floats
    predicted: Floats

    @classmethod
    def of(cls, actual: Floats, predicted: Floats) -> _Pair:
        if len(actual) != len(predicted) or not len(actual):
            raise UsageError(found("predicted", f"{len(predicted)} numbers", f"{len(actual)}, at least 1"))
        if not (np.isfinite(actual).all() and np.isfinite(predicted).all()):
            raise UsageError(found("scores", "a missing or infinite number", "finite numbers"))
        return cls(np.asarray(actual, np.float64), np.asarray(predicted, np.float64))

    @cached_property
    def by_prediction(self) -> _Order:
        return _Order.by(self.predicted)

    @cached_property
    def by_truth(self) -> _Order:
        return _Order.by(self.actual)

    def all(self, weights: Floats) -> dict[str, Floats]:
        """Every metric, one number a row of weights."""
        people, order = weights.sum(axis=1), self.by_prediction
        told, real = weights @ self.predicted, weights @ self.actual
        predicted, actual, best = self.tenths(weights)
        pays = self.actual > 0
        with np.errstate(invalid="ignore", divide="ignore"):
            smallest = _SMALLEST_TENTH * np.abs(real)[:, None] / 10
            off = np.abs(predicted - actual) / np.maximum(np.abs(actual), smallest)
            return {
                "normalized_gini": self._gini(order, weights) / self._gini(self.by_truth, weights),
                "spearman": _correlation(order.ranks(weights), self.by_truth.ranks(weights), weights),
                "mae": weights @ np.abs(self.predicted - self.actual) / people,
                "total_ratio": told / real,
                "decile_mape": off.mean(axis=1),
                "auc": _area(order.sums(weights * ~pays), order.sums(weights * pays)),
                "top10_share": best / real,
            }

    def tenths(self, weights: Floats) -> tuple[Floats, Floats, Floats]:
        """Predicted and actual sums of each tenth, shape (draws, 10), and the actual sum of the best one."""
        order = self.by_prediction
        people, told, real = (order.sums(weights * w) for w in (1.0, self.predicted, self.actual))
        at = np.linspace(0, 1, 11)
        sums = [
            [np.diff(np.interp(at * n[-1], n, column)) for n, column in zip(people, columns, strict=True)]
            for columns in (told, real)
        ]
        predicted, actual = np.array(sums[0]), np.array(sums[1])
        return predicted, actual, actual[:, 0]

    def _gini(self, order: _Order, weights: Floats) -> Floats:
        return 2 * _area(order.sums(weights), order.sums(weights * self.actual)) - 1


def _area(x: Floats, y: Floats) -> Floats:
    """Area under the curve through running sums, both scaled to 1."""
    area: Floats = ((y[:, 1:] + y[:, :-1]) * np.diff(x, axis=1)).sum(axis=1) / 2
    return area / (x[:, -1] * y[:, -1])


def _correlation(x: Floats, y: Floats, weights: Floats) -> Floats:
    people = weights.sum(axis=1, keepdims=True)
    x, y = (v - (weights * v).sum(axis=1, keepdims=True) / people for v in (x, y))
    both, one, two = ((weights * a * b).sum(axis=1) for a, b in ((x, y), (x, x), (y, y)))
    return np.asarray(both / np.sqrt(one * two), np.float64)


def _draws(people: int, draws: int, seed: int) -> Iterator[Floats]:
    """How often each customer is drawn, some draws at once."""
    rng = np.random.default_rng(seed)
    each = max(_AT_ONCE // people, 1)
    blocks = range(0, draws, each)
    for first in progress.each(_DRAWING, blocks, len(blocks)):
        rows = min(each, draws - first)
        drawn = rng.integers(0, people, (rows, people))
        yield np.stack([np.bincount(row, minlength=people) for row in drawn]).astype(np.float64)

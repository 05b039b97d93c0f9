"""The model: who is worth most, by several models at once; what each is worth, by their rank; how much all, by the level.

- *Order*: a weighted geometric mean of four models of the same snapshots. They err in different ways: a log-linear
  backbone, Tweedie trees that go on from it, a zero-inflated lognormal, and its chance to pay (which alone says little
  of value and most of who comes again).
- *Values*: sorted predictions of a zero-inflated lognormal that goes on from the buy-till-you-die expectation, given to
  the customers in that order: its spread fits a horizon that no label has seen.
- *Level*: scaled to a total from `ltv.lifetime.level`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ltv.errors import UsageError, found
from ltv.lifetime import objective
from ltv.lifetime.backbone import Backbone
from ltv.lifetime.boosters import FOLDS, TWEEDIE, Tweedie, ZilnTrees, folds
from ltv.lifetime.maximum import Floats
from ltv.lifetime.order_features import OrderFeatures
from ltv.lifetime.snapshots import Snapshot

# Chosen among 15 blends on cutoffs before the holdouts of CDNOW, Online Retail, Complete Journey and the mall; their mean normalized
# Gini there lies between .7246 and .7285 (benchmarks/LTV.md).
SHARES = {"tweedie": 0.1, "backbone": 0.3, "ziln": 0.3, "pays": 0.3}
# More of these can only mean more: a tree that says otherwise has read noise.
RISING = ("btyd_purchases", "btyd_value", "btyd_alive", "value_mean", "value_total", "spend_rate", "purchase_rate")
_HIGHEST = 0.999  # quantile at which labels are capped


@dataclass(frozen=True, eq=False)
class Predicted:
    """Predictions of customers at one cutoff.

    Attributes:
        score: by which they are ordered; in no unit.
        pays: chance of any value.
        expected: money, not below 0; sums to the level.
        sigma: standard deviation of the log value of those who pay.
    """

    score: Floats
    pays: Floats
    expected: Floats
    sigma: Floats


@dataclass(frozen=True, eq=False)
class Blend:
    """Trained models, each once for every fold of customers.

    Attributes:
        backbones: one a fold.
        tweedie: trees that go on from the backbones.
        ziln: zero-inflated lognormal.
        anchored: the same, going on from the buy-till-you-die expectation.
        names: features in their order.
    """

    backbones: tuple[Backbone, ...]
    tweedie: Tweedie
    ziln: ZilnTrees
    anchored: ZilnTrees
    names: tuple[str, ...]

    @classmethod
    def train(cls, taken: Sequence[Snapshot], *, seed: int = 0, parts: int = FOLDS) -> Blend:
        """Train on customers at past cutoffs.

        Args:
            taken: by `snapshots`; labels are divided by their mean within each, so that blocks of any length agree.
            seed: of the draws of rows and features.
            parts: folds of customers.

        Raises:
            UsageError: there is no snapshot with a label above 0.
        """
        if not taken:
            raise UsageError(found("snapshots", "none with a label above 0", "at least one"))
        names = telling([s.features.columns for s in taken])
        x = np.concatenate([chosen(s.features.columns, names) for s in taken])
        y = capped(np.concatenate([_units(s.spent) for s in taken]))
        sizes = [len(s.spent) for s in taken]
        latest = np.repeat(np.arange(len(taken)) == len(taken) - 1, sizes) if len(taken) > 1 else None
        fold = np.concatenate([folds(s.features.user_id, parts) for s in taken])
        anchor = np.concatenate([_anchor(s.features.expected) for s in taken])
        backbones = tuple(Backbone.fit(x[fold != k], y[fold != k]) for k in range(parts))
        logs = [b.log_expected(x) for b in backbones]
        rising = replace(TWEEDIE, rising=tuple(int(name in RISING) for name in names))
        return cls(
            backbones=backbones,
            tweedie=Tweedie.train(x, y, fold=fold, seed=seed, latest=latest, offsets=logs, trees=rising),
            ziln=ZilnTrees.train(x, y, fold=fold, seed=seed, latest=latest),
            anchored=ZilnTrees.train(x, y, fold=fold, seed=seed, latest=latest, offset=anchor),
            names=names,
        )

    def predict(self, of: OrderFeatures, *, total: float) -> Predicted:
        """Predict customers at a new cutoff.

        Args:
            of: their features.
            total: what all of them together are expected to spend, money.

        Raises:
            UsageError: the features are not those of the training.
        """
        x, anchor = self._checked(of), _anchor(of.expected)
        parts = [self._of_fold(k, x, anchor) for k in range(len(self.backbones))]
        lines, plain, anchored = (np.mean(part, axis=0) for part in zip(*parts, strict=True))
        return _put_together(lines, plain, anchored, highest=self.anchored.highest, total=total)

    def out_of_fold(self, of: OrderFeatures, *, total: float) -> Predicted:
        """What the models say of past customers whom they have not seen: for calibration and intervals."""
        x, anchor, fold = self._checked(of), _anchor(of.expected), folds(of.user_id, len(self.backbones))
        lines, plain, anchored = np.empty(len(x)), *(np.empty((len(x), objective.OUTPUTS)) for _ in range(2))
        for k in range(len(self.backbones)):
            rows = fold == k
            if rows.any():
                lines[rows], plain[rows], anchored[rows] = self._of_fold(k, x[rows], anchor[rows])
        return _put_together(lines, plain, anchored, highest=self.anchored.highest, total=total)

    def _of_fold(self, k: int, x: Floats, anchor: Floats) -> tuple[Floats, Floats, Floats]:
        line = self.backbones[k].log_expected(x)
        trees = self.tweedie.log_expected(k, x, line)
        lines: Floats = SHARES["backbone"] * line + SHARES["tweedie"] * trees
        return lines, self.ziln.outputs(k, x), self.anchored.outputs(k, x, anchor)

    def _checked(self, of: OrderFeatures) -> Floats:
        missing = [name for name in self.names if name not in of.columns]
        if missing:
            raise UsageError(found("features", ", ".join(of.columns), f"also {', '.join(missing)}"))
        return chosen(of.columns, self.names)


def _put_together(lines: Floats, plain: Floats, anchored: Floats, *, highest: float, total: float) -> Predicted:
    ziln, spread = objective.Ziln.of(plain, highest), objective.Ziln.of(anchored, highest).mean
    score = lines + SHARES["ziln"] * np.log(np.maximum(ziln.mean, 1e-12)) + SHARES["pays"] * np.log(ziln.pays)
    values = np.empty(len(score))
    values[np.argsort(score, kind="stable")] = np.sort(spread)
    values = _alike(score, values)
    together = values.sum()
    expected = values * (total / together) if together > 0 else values
    return Predicted(score, ziln.pays, expected, objective.Ziln.of(anchored).sigma)


def telling(blocks: Sequence[Mapping[str, Floats]]) -> tuple[str, ...]:
    """The features that are not the same for everybody, or missing, in all blocks."""
    kept = []
    for name in blocks[0]:
        known = np.concatenate([block[name] for block in blocks])
        known = known[np.isfinite(known)]
        if len(known) and known.min() < known.max():
            kept.append(name)
    return tuple(kept)


def capped(units: Floats) -> Floats:
    """Labels with the largest cut off: a single whale must not be the model."""
    return np.minimum(units, np.quantile(units, _HIGHEST)) if (units > 0).mean() > 1 - _HIGHEST else units


def chosen(columns: Mapping[str, Floats], names: Sequence[str]) -> Floats:
    """Some features in order, shape (people, features)."""
    return np.column_stack([columns[name] for name in names])


def _alike(score: Floats, values: Floats) -> Floats:
    """Give customers with equal scores the mean of their values: the order of rows must not matter."""
    _, place, count = np.unique(score, return_inverse=True, return_counts=True)
    mean: Floats = np.bincount(place, values) / count
    return mean[place]


def _units(label: Floats) -> Floats:
    kept = np.maximum(label, 0.0)
    units: Floats = kept / kept.mean()
    return units


def _anchor(expected: Floats) -> Floats:
    logs: Floats = np.log(np.maximum(expected, 1e-9) / max(float(expected.mean()), 1e-9))
    return logs

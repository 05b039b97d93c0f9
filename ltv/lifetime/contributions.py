"""What each feature adds to the expectation of each person: exact tree SHAP of every booster, put together as the model is.

The order of customers is a sum of logarithms (`ltv.lifetime.blend`), so contributions of its parts add up: those of the log-linear
backbone are weight × value, those of trees are TreeSHAP (Lundberg et al. 2020) on the scale of the booster. The logarithm of a
chance is no sum; its change from the mean person is shared among features as the change of the log odds is (the rescale rule
of DeepLIFT), and so is that of σ²/2. Contributions of a person add up to the logarithm of their expectation ÷ the typical one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ltv.lifetime import objective
from ltv.lifetime.blend import SHARES, Blend, chosen
from ltv.lifetime.boosters import ZilnTrees
from ltv.lifetime.maximum import Floats

if TYPE_CHECKING:
    import xgboost as xgb

    from ltv.lifetime.order_features import OrderFeatures
    from ltv.lifetime.prospects import Prospects
    from ltv.lifetime.snapshots import Rows


@dataclass(frozen=True, eq=False)
class Contributions:
    """What features add to the log of what people are expected to spend.

    Attributes:
        names: of the features.
        x: their values, shape (people, features).
        each: what each adds, shape (people, features).
    """

    names: tuple[str, ...]
    x: Floats
    each: Floats


def of_customers(blend: Blend, of: OrderFeatures) -> Contributions:
    """Contributions to the score by which customers are ordered.

    Args:
        blend: the model.
        of: customers and their features.
    """
    x = chosen(of.columns, blend.names)
    standing = np.mean([line.terms(x) for line in blend.backbones], axis=0)
    trees = np.mean([_shap(booster, x)[:, 0, :-1] for booster in blend.tweedie.boosters], axis=0)
    linear = SHARES["backbone"] + SHARES["tweedie"]  # the trees go on from the line
    pays, value = _of_ziln(blend.ziln, x)
    each = linear * standing + SHARES["tweedie"] * trees + SHARES["ziln"] * (pays + value) + SHARES["pays"] * pays
    return Contributions(blend.names, x, each)


def of_prospects(prospects: Prospects, of: Rows) -> Contributions:
    """Contributions to the log expectation of people without a purchase.

    Args:
        prospects: the model.
        of: people and their features.
    """
    if prospects.trees is None:
        return Contributions((), np.empty((len(of), 0)), np.empty((len(of), 0)))
    columns = {name: of.x[:, k] for k, name in enumerate(of.names)}
    x = chosen(columns, prospects.names)
    pays, value = _of_ziln(prospects.trees, x)
    return Contributions(prospects.names, x, pays + value)


def _of_ziln(trees: ZilnTrees, x: Floats) -> tuple[Floats, Floats]:
    """What features add to the log of the chance to pay, and to the log of the value of those who do."""
    shap = np.mean([_shap(booster, x) for booster in trees.boosters], axis=0)
    base = trees.start + shap[:, :, -1]  # the mean person, in all three outputs
    features = shap[:, :, :-1]
    full = base + features.sum(axis=2)
    with np.errstate(over="ignore"):
        odds, mean_odds = (np.clip(v[:, 0], -8, 8) for v in (full, base))
        log_pays = np.log1p(np.exp(-mean_odds)) - np.log1p(np.exp(-odds))
        spread, mean_spread = (objective.Ziln.of(v).sigma ** 2 / 2 for v in (full, base))
    pays = features[:, 0] * _ratio(log_pays, full[:, 0] - base[:, 0])
    value = features[:, 1] + features[:, 2] * _ratio(spread - mean_spread, full[:, 2] - base[:, 2])
    return pays, value


def _ratio(change: Floats, of: Floats) -> Floats:
    """Change for each unit of another change, as a column; 0 where there is none."""
    far = np.abs(of) > 1e-9  # noqa: PLR2004
    return np.where(far, change / np.where(far, of, 1.0), 0.0)[:, None]


def _shap(booster: xgb.Booster, x: Floats) -> Floats:
    """TreeSHAP of every output, shape (people, outputs, features + 1); the last is the mean over the training data."""
    import xgboost as xgb

    if not len(x):
        return np.zeros((0, objective.OUTPUTS, x.shape[1] + 1))
    told = np.asarray(booster.predict(xgb.DMatrix(x), pred_contribs=True), np.float64)
    return told if told.ndim == 3 else told[:, None, :]  # noqa: PLR2004

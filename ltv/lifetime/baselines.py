"""What a model must beat: spending so far, buy till you die, and plain boosted trees on recency, frequency and money."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ltv.lifetime.btyd import expect
from ltv.lifetime.maximum import Floats, Ints
from ltv.lifetime.order_features import OrderFeatures
from ltv.lifetime.snapshots import past, taken_from

if TYPE_CHECKING:
    from ltv.lifetime.ground import Ground

NAMES = ("past_spend", "btyd", "xgb_rfm")
_TREES = {"objective": "reg:tweedie", "tweedie_variance_power": 1.5, "max_depth": 3, "eta": 0.05, "nthread": 1}
_ROUNDS = 200


@dataclass(frozen=True, eq=False)
class Baselines:
    """Predictions of all customers at a cutoff.

    Attributes:
        user_id: of each.
        told: name → money expected of each.
    """

    user_id: Ints
    told: dict[str, Floats]

    def of(self, name: str, people: Ints) -> Floats:
        """What one of them says of people; nothing of those who have not bought."""
        return taken_from(self.user_id, self.told[name], people, missing=0.0)


def baselines(ground: Ground, day: int, horizon_days: int, *, seed: int = 0) -> Baselines:
    """Predict with each of them, from what was known when a day began.

    Args:
        ground: of the shop.
        day: days since 1970-01-01.
        horizon_days: as far as is predicted.
        seed: of the trees.
    """
    fitted = ground.fit(day)
    now = ground.customers(fitted, day, horizon_days)
    told = expect(fitted, now.histories, horizon_days=horizon_days, spent=now.spent)
    out = {
        "past_spend": np.maximum(now.spent, 0.0),
        "btyd": told.total,
        "xgb_rfm": _plain(ground, now, day, horizon_days, seed),
    }
    return Baselines(now.user_id, out)


def _plain(ground: Ground, now: OrderFeatures, day: int, horizon_days: int, seed: int) -> Floats:
    """As it is mostly done: pooled past windows, labels stretched to the horizon."""
    import xgboost as xgb

    blocks = past(ground, ground.fit(day), day, horizon_days)
    if not blocks:
        return np.zeros(len(now.user_id))
    x = np.concatenate([_rfm(s.features) for s in blocks])
    y = np.concatenate([np.maximum(s.spent, 0.0) * horizon_days / s.horizon_days for s in blocks])
    trained = xgb.train(_TREES | {"seed": seed}, xgb.DMatrix(x, y), _ROUNDS)
    return np.asarray(trained.predict(xgb.DMatrix(_rfm(now))), np.float64)


def _rfm(of: OrderFeatures) -> Floats:
    known = of.histories
    money = np.maximum(of.spent, 0.0) / (known.frequency + 1)
    return np.column_stack([known.age - known.recency, known.frequency, known.age, money])

"""Everybody in the active base with the probability not to come back; and how good such probabilities were a month ago."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ltv.behaviour.given import day_of
from ltv.health.calendar import month_start
from ltv.health.churn import HORIZON_DAYS, ChurnModel

if TYPE_CHECKING:
    from ltv.health.features import Past

Floats = NDArray[np.float64]
_BINS, _FEWEST = 10, 100


@dataclass(frozen=True, eq=False)
class Backtest:
    """What was told a month ago against what came of it.

    Attributes:
        day: the last day that was known then, days since 1970-01-01.
        people: in the active base of that day.
        auc: how well those who did not come back were told from those who did; .5 is chance.
        error: expected calibration error: mean distance of told and true share over tenths of the people.
        told: mean probability.
        came: share that did not come back.
        bins: told, came, people of each tenth.
    """

    day: int
    people: int
    auc: float
    error: float
    told: float
    came: float
    bins: pd.DataFrame

    @property
    def date(self) -> date:
        """The day as a date."""
        return day_of(self.day)


def scored(past: Past, models: Mapping[int, ChurnModel | None], expected: pd.Series[float] | None) -> pd.DataFrame:
    """The result table `churn_scores`, the active base of the last day; empty without a model.

    Args:
        past: who was there.
        models: by month.
        expected: predicted value by user_id, or None.
    """
    day = past.ground.calendar.last
    model, who = models[month_start(day)], past.base(day)
    if model is None:
        who = who[:0]
    x = past.features(who, day) if len(who) else np.zeros((0, 7))
    risk = model.probability(x) if model is not None and len(who) else np.zeros(len(who))
    ids = past.ground.user_id[who]
    worth = np.full(len(who), np.nan) if expected is None else expected.reindex(ids).to_numpy(np.float64)
    frame = {
        "user_id": ids,
        "as_of": pd.Timestamp(past.ground.calendar.end_us(day), unit="us"),
        "probability": risk,
        "days_since_last": x[:, 0].astype(np.int64),
        "visit_days_180": x[:, 6].astype(np.int64),
        "expected": worth,
        "value_at_risk": worth * risk,
    }
    return pd.DataFrame(frame).sort_values(["probability", "user_id"], ascending=[False, True], ignore_index=True)


def backtest(past: Past, models: Mapping[int, ChurnModel | None]) -> Backtest | None:
    """Judge what the model of that day told of it, thirty days before the last one; None where nothing was told."""
    day = past.ground.calendar.last - HORIZON_DAYS
    model = models.get(month_start(day))
    who = past.base(day)
    if model is None or len(who) < _FEWEST:
        return None
    gone = ~past.comes_back(who, day, HORIZON_DAYS)
    told = model.probability(past.features(who, day))
    if gone.all() or not gone.any():
        return None
    bins = reliability(told, gone)
    error = float((bins["people"] * (bins["told"] - bins["came"]).abs()).sum() / len(who))
    return Backtest(day, len(who), auc(told, gone), error, float(told.mean()), float(gone.mean()), bins)


def reliability(told: Floats, gone: NDArray[np.bool_], bins: int = _BINS) -> pd.DataFrame:
    """Told and true share of parts of equal size, from the surest to stay to the surest to go.

    >>> reliability(np.array([0.1, 0.1, 0.9, 0.9]), np.array([False, False, True, True]), 2)["came"].tolist()
    [0.0, 1.0]
    """
    order = np.argsort(told, kind="stable")
    parts = [p for p in np.array_split(order, bins) if len(p)]
    rows = {
        "told": [float(told[p].mean()) for p in parts],
        "came": [float(gone[p].mean()) for p in parts],
        "people": [len(p) for p in parts],
    }
    return pd.DataFrame(rows)


def auc(told: Floats, gone: NDArray[np.bool_]) -> float:
    """Share of pairs, one gone and one not, in which the one who is gone was told the higher probability; ties are halves.

    >>> auc(np.array([0.1, 0.4, 0.4, 0.9]), np.array([False, False, True, True]))
    0.875
    """
    rank = pd.Series(told).rank().to_numpy()
    n, m = int(gone.sum()), int((~gone).sum())
    return float((rank[gone].sum() - n * (n + 1) / 2) / (n * m)) if n and m else float("nan")

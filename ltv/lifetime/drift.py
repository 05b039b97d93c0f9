"""Has the world moved away from the model: how people differ from those it was trained for, and what became of what it said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from ltv.lifetime.maximum import Floats
from ltv.lifetime.summaries import day_number

if TYPE_CHECKING:
    import pandas as pd

    from ltv.lifetime.ground import Ground

SHIFTED, WATCHED = 0.25, 0.1  # population stability index, as credit scoring has it (Siddiqi 2006)
_BINS = 10
_LEAST = 1e-3  # share of a bin: an empty one must not make the index endless


@dataclass(frozen=True, eq=False)
class Reference:
    """How a feature was spread among those the model was trained for.

    Attributes:
        edges: between bins.
        shares: of people in each bin; the last is of those without a value.
    """

    edges: Floats
    shares: Floats

    @classmethod
    def of(cls, values: Floats) -> Reference:
        """Bins of about equal size."""
        known = values[np.isfinite(values)]
        edges = np.unique(np.quantile(known, np.linspace(0, 1, _BINS + 1)[1:-1])) if len(known) else np.zeros(0)
        return cls(edges, _shares(edges, values))

    def index(self, values: Floats) -> float:
        """Population stability index: Σ (share now − share then) · log(share now ÷ share then).

        >>> once = Reference.of(np.arange(1000.0))
        >>> once.index(np.arange(1000.0)), round(once.index(np.arange(1000.0) + 300), 1)
        (0.0, 1.8)
        """
        now, then = (np.maximum(s, _LEAST) for s in (_shares(self.edges, values), self.shares))
        return float(((now - then) * np.log(now / then)).sum())

    def numbers(self) -> list[list[float]]:
        """As JSON has it."""
        return [self.edges.tolist(), self.shares.tolist()]


def references(columns: Mapping[str, Floats]) -> dict[str, list[list[float]]]:
    """References of all features, as JSON has them."""
    return {name: Reference.of(values).numbers() for name, values in columns.items()}


def drifted(stored: Mapping[str, Any], columns: Mapping[str, Floats]) -> dict[str, float]:
    """Population stability index of each feature that both know.

    Args:
        stored: by `references`, at the time of training.
        columns: the same features now.
    """
    known = {name: stored[name] for name in columns if name in stored}
    return {
        name: Reference(np.asarray(edges, np.float64), np.asarray(shares, np.float64)).index(columns[name])
        for name, (edges, shares) in known.items()
    }


@dataclass(frozen=True)
class Kept:
    """What was said of a total, and what it came to.

    Attributes:
        as_of: the day on which it was said.
        horizon_days: as far as was predicted.
        expected: what was said, money.
        low: lower end of its 80 % interval.
        high: upper end.
        actual: what the same people spent, money.
    """

    as_of: date
    horizon_days: int
    expected: float
    low: float
    high: float
    actual: float

    @property
    def is_inside(self) -> bool:
        """Whether it lay in the interval."""
        return self.low <= self.actual <= self.high


def kept(ground: Ground, earlier: Sequence[tuple[date, Sequence[pd.DataFrame]]]) -> list[Kept]:
    """Compare published scores whose horizon is over with what came.

    Args:
        ground: of the shop, now.
        earlier: last day included, with its `ltv_scores` and its `ltv_totals`.
    """
    out = []
    for day, (scores, totals) in earlier:
        since = day_number(day + timedelta(days=1))
        for horizon in scores["horizon_days"].unique().tolist():
            part = scores[scores["horizon_days"] == horizon]
            total = totals[(totals["horizon_days"] == horizon) & (totals["segment_kind"] == "all")]
            if since + horizon > ground.as_of_day or total.empty:
                continue
            people = np.unique(part["user_id"].to_numpy(np.int64))  # two of then may be one now
            actual = float(ground.value_between(people, since, since + horizon).sum())
            low, high = float(total["low"].iloc[0]), float(total["high"].iloc[0])
            out.append(Kept(day, horizon, float(total["expected"].iloc[0]), low, high, actual))
    return out


def _shares(edges: Floats, values: Floats) -> Floats:
    there = np.isfinite(values)
    count = np.bincount(np.searchsorted(edges, values[there], side="left"), minlength=len(edges) + 1)
    out: Floats = np.append(count, (~there).sum()) / max(len(values), 1)
    return out

"""Whom to act on: tiers of value, risk of leaving, the potential of new users, and lists of names for each action."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ltv.lifetime.maximum import Floats

if TYPE_CHECKING:
    from pathlib import Path

    from ltv.lifetime.trained import Segments

HIGH, MIDDLE = 0.1, 0.4  # shares of people in the first tier, and in the first two
RISKY, RISING = 0.7, 0.4  # chance not to buy in the horizon
GOLDEN_DAYS = (2, 30)  # days since registration or first order, between which a new user has a score
GOLDEN_HIGH = 80.0
POTENTIAL = 0.2  # share of a segment that counts as its high potential
_COLUMNS = ["list", "user_id", "as_of", "segment_kind", "segment", "rank", "expected", "p_purchase", "churn_risk"]


def tiers(expected: Floats) -> pd.Series:
    """high, middle or low by what is expected; people who are expected to bring the same are in the same tier.

    >>> tiers(np.arange(10.0)).value_counts().to_dict()
    {'low': 6, 'middle': 3, 'high': 1}
    """
    if not len(expected):
        return pd.Series([], dtype="str")
    first, second = np.quantile(expected, [1 - HIGH, 1 - MIDDLE])
    names = np.where(expected > first, "high", np.where(expected > second, "middle", "low"))
    return pd.Series(names, dtype="str")


def risk_band(churn_risk: Floats) -> pd.Series:
    """high, medium or low; none for people who have not bought.

    >>> risk_band(np.array([0.9, 0.5, 0.1, np.nan])).tolist()
    ['high', 'medium', 'low', 'none']
    """
    known = np.where(churn_risk >= RISKY, "high", np.where(churn_risk >= RISING, "medium", "low"))
    return pd.Series(np.where(np.isnan(churn_risk), "none", known), dtype="str")


def golden48(expected: Floats, days_known: Floats) -> Floats:
    """Rank among new users, 0 to 100, from the end of their first 48 hours to day 30; NaN for everybody else.

    >>> golden48(np.array([5.0, 1.0, 9.0]), np.array([3.0, 29.0, 90.0])).tolist()
    [100.0, 0.0, nan]
    """
    is_new = (days_known >= GOLDEN_DAYS[0]) & (days_known <= GOLDEN_DAYS[1])
    out = np.full(len(expected), np.nan)
    if is_new.sum() > 1:
        ranks = pd.Series(expected[is_new]).rank(method="average").to_numpy()
        out[is_new] = 100 * (ranks - 1) / (is_new.sum() - 1)
    return out


def value_lists(scores: pd.DataFrame, segments: Segments) -> pd.DataFrame:
    """The result table `value_lists`: who is on which list, the most valuable first.

    Args:
        scores: `ltv_scores` of one horizon, with tier, churn_risk and golden48_score.
        segments: kind, name and members of each.
    """
    parts = [_listed(scores, name, kind, segment, rows) for name, kind, segment, rows in _chosen(scores, segments)]
    return pd.concat([p for p in parts if len(p)] or parts[:1], ignore_index=True)[_COLUMNS]


def _chosen(scores: pd.DataFrame, segments: Segments) -> Iterator[tuple[str, str, str, pd.Series]]:
    is_high, risk = scores["tier"] == "high", scores["churn_risk"]
    yield "high_value_at_risk", "all", "all", is_high & (risk >= RISING)
    yield "high_value_loyal", "all", "all", is_high & (risk < RISING)
    waiting = risk.isna()
    yield "first_order_likely", "all", "all", waiting & _best(scores, waiting)
    yield "golden48_high_potential", "all", "all", scores["golden48_score"] >= GOLDEN_HIGH
    for kind, name, members in segments:
        inside = scores["user_id"].isin(members)
        yield f"high_potential {name}", kind, name, inside & _best(scores, inside)


def _best(scores: pd.DataFrame, among: pd.Series) -> pd.Series:
    """The part of some people who are expected to bring most, and anything at all."""
    if not among.any():
        return among
    least = float(scores.loc[among, "expected"].quantile(1 - POTENTIAL))
    return (scores["expected"] >= least) & (scores["expected"] > 0)


def _listed(scores: pd.DataFrame, name: str, kind: str, segment: str, rows: pd.Series) -> pd.DataFrame:
    some = scores[rows].sort_values(["expected", "user_id"], ascending=[False, True], ignore_index=True)
    named = {"list": name, "segment_kind": kind, "segment": segment}
    return some.assign(**named).assign(rank=np.arange(1, len(some) + 1))


def write_list(rows: pd.DataFrame, path: Path) -> None:
    """Write names for another system: CSV that every spreadsheet reads, or parquet, by the ending of the name."""
    from ltv.warehouse.files import write_whole

    def write(target: Path) -> None:
        if path.suffix == ".parquet":
            rows.to_parquet(target, index=False)
        else:
            rows.to_csv(target, index=False, encoding="utf-8-sig")

    write_whole(path, write)

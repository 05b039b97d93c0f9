"""The result tables `attribution` and `budget_plan`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ltv.attribution.terms import ORGANIC, WHOLE

if TYPE_CHECKING:
    from ltv.attribution.budget import Plan
    from ltv.attribution.given import Ground

HEADLINE = "incremental_shapley"
_KEYS = ["method", "outcome", "segment_kind", "segment"]
_COLUMNS = [*_KEYS, "channel", "campaign", "credit", "share", "low", "high", "cost", "roi", "marginal_roi"]


def result_table(
    ground: Ground,
    told: Sequence[pd.DataFrame],
    paid: pd.DataFrame,
    by_segment: pd.DataFrame | None,
    planned: Plan | None,
) -> pd.DataFrame:
    """Bring credit and costs together.

    A share is one of the whole outcome, organic included. The return is value (or lifetime value) for one unit of money; where no
    cost is recorded there is none. A segment bears as much of a channel's cost as it has of its touches.
    """
    table = pd.concat(told, ignore_index=True)
    for name in ("low", "high"):
        if name not in table:
            table[name] = np.nan
    whole = table[table["campaign"] == WHOLE].groupby(_KEYS)["credit"].sum().rename("total")
    table = table.merge(whole, left_on=_KEYS, right_index=True, how="left")
    table["share"] = np.where(
        table["total"] != 0, table["credit"] / table["total"].where(table["total"] != 0, 1.0), np.nan
    )
    table["cost"] = _cost(table, paid, by_segment)
    of_money = table["outcome"] != "conversions"
    table["roi"] = (table["credit"] / table["cost"]).where(of_money & (table["cost"] > 0))
    table["marginal_roi"] = np.nan
    if planned is not None:
        marginal = dict(zip(ground.channels, planned.marginal.mean(axis=0), strict=True))
        here = (table["method"] == HEADLINE) & (table["outcome"] == "value") & (table["campaign"] == WHOLE)
        here &= (table["segment_kind"] == WHOLE) & (table["channel"] != ORGANIC)
        table.loc[here, "marginal_roi"] = table.loc[here, "channel"].map(marginal)
    return table[_COLUMNS].sort_values([*_KEYS, "channel", "campaign"], ignore_index=True)


def _cost(table: pd.DataFrame, paid: pd.DataFrame, by_segment: pd.DataFrame | None) -> pd.Series[float]:
    named = ["channel", "campaign"]
    cost = table[named].merge(paid, on=named, how="left")["cost"].set_axis(table.index)
    everybody = table["segment_kind"] == WHOLE
    if by_segment is None:
        return cost.where(everybody)
    keys = ["segment_kind", "segment", "channel"]
    share = (
        table[keys].merge(by_segment[[*keys, "part"]], on=keys, how="left")["part"].fillna(0.0).set_axis(table.index)
    )
    return cost.where(everybody, cost * share)

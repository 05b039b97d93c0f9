"""The result of `ltv.attribute`: tiles, sentences, charts and tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd

from ltv.attribution import attribution_charts as charts
from ltv.attribution.attribution_findings import findings, tiles
from ltv.attribution.attribution_views import views
from ltv.attribution.budget_table import budget_table
from ltv.attribution.table import HEADLINE
from ltv.attribution.terms import ORGANIC, WHOLE
from ltv.result import KeyFigure, Result, Takeaway, View

if TYPE_CHECKING:
    from ltv.attribution.budget import Plan
    from ltv.attribution.given import Ground
    from ltv.attribution.learn import Learned
    from ltv.attribution.response import Curves
    from ltv.text import Lang

_LEVEL = (0.05, 0.95)


@dataclass(frozen=True, repr=False)
class Attribution(Result):
    """Which touchpoints earned the value; `.table` is the result table `attribution`.

    Attributes:
        as_of: the last day of the window.
        window_days: its days.
        step: share of a channel's cost that may be moved.
        ground: touches and conversions.
        learned: what was learned of the effects; `.effects` is None where there is too little.
        curves: response curves, or None.
        planned: the proposed budget, or None.
        costs: channel, campaign, cost of the window.
        earlier: credit and cost in the window before, or None.
        outcomes: conversions, value and ltv of each conversion.
        touches: touches of the window by channel and kind.
        sampling_error: standard error of sampled coalitions; 0: all were looked at.
    """

    as_of: date
    window_days: int
    step: float
    ground: Ground
    learned: Learned
    curves: Curves | None
    planned: Plan | None
    costs: pd.DataFrame
    earlier: pd.DataFrame | None
    outcomes: pd.DataFrame
    touches: pd.DataFrame
    sampling_error: float
    name: ClassVar[str] = "attribution"

    def credit(self, method: str = HEADLINE, outcome: str = "value") -> pd.Series[float]:
        """Credit of organic and each channel in the whole base, by name."""
        return self.rows(method, outcome).set_index("channel")["credit"].rename(None)

    def rows(self, method: str = HEADLINE, outcome: str = "value", *, campaign: str | None = WHOLE) -> pd.DataFrame:
        """Rows of the whole base; `campaign` None wants those of campaigns."""
        t = self.table
        use = (t["method"] == method) & (t["outcome"] == outcome) & (t["segment_kind"] == WHOLE)
        use &= t["campaign"] == campaign if campaign is not None else t["campaign"] != WHOLE
        return t[use].reset_index(drop=True)

    @cached_property
    def plan_table(self) -> pd.DataFrame:
        """The result table `budget_plan`."""
        table = budget_table(self.planned, self.ground.channels, self.costs, self.currency)
        return table.assign(as_of=pd.Timestamp(self.ground.span.until))

    @cached_property
    def total(self) -> Mapping[str, float]:
        """Value of the window, what touches added to it with its interval, and organic; NaN where it cannot be told."""
        rows = self.rows().set_index("channel")[["credit", "high"]]
        value = float(self.outcomes["value"].sum()) if len(self.outcomes) else 0.0
        if rows.empty:
            return {"value": value, "added": np.nan, "low": np.nan, "high": np.nan, "organic": np.nan}
        organic, end = (float(rows[name].get(ORGANIC, np.nan)) for name in ("credit", "high"))
        width = end - organic
        added = float(rows["credit"].sum()) - organic
        return {
            "value": value,
            "added": added,
            "low": added - width,
            "high": added + width,
            "organic": organic,
        }

    @cached_property
    def by_channel(self) -> pd.DataFrame:
        """One row a channel: value, orders and lifetime value added, cost and returns; the largest first."""
        rows = self.rows().set_index("channel").drop(index=ORGANIC, errors="ignore")
        if rows.empty:
            return pd.DataFrame()
        told = rows[["credit", "low", "high", "share", "cost", "roi", "marginal_roi"]].copy()
        for outcome, name in (("conversions", "orders"), ("ltv", "ltv")):
            other = self.rows(outcome=outcome).set_index("channel")["credit"]
            told[name] = other.reindex(told.index) if len(other) else np.nan
        if self.planned is not None:
            ends = np.nanquantile(self.planned.marginal, _LEVEL, axis=0) if len(told) else None
            for at, name in enumerate(("marginal_low", "marginal_high")):
                told[name] = (
                    pd.Series(ends[at], self.ground.channels).reindex(told.index) if ends is not None else np.nan
                )
        return told.sort_values("credit", ascending=False).reset_index()

    @property
    def key_figures(self) -> Sequence[KeyFigure]:
        """Value added, its share, return on cost, gain of the proposed budget."""
        return tiles(self)

    @property
    def findings(self) -> Sequence[Takeaway]:
        """What touches added, who added most, where money should go, and how far to trust it."""
        return findings(self)

    @cached_property
    def views(self) -> Mapping[str, View]:
        """Waterfall, channels, methods, segments, curves, plan, changes, campaigns, experiments."""
        return views(self)

    def draw(self, view: str, lang: Lang) -> Any:  # noqa: ANN401
        """Draw a chart."""
        data = self.views[view].data
        if view == "methods":
            return charts.methods(data, lang)
        return (charts.waterfall if view == "waterfall" else charts.response)(data, lang, self.currency)

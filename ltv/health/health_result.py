"""The result of `ltv.health_board`: tiles, sentences, charts and tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import pandas as pd

from ltv.errors import UsageError, found
from ltv.health import health_charts as charts
from ltv.health.health_findings import findings, tiles
from ltv.health.health_views import TREND, views
from ltv.health.segments import WHOLE
from ltv.result import KeyFigure, Result, Takeaway, View

if TYPE_CHECKING:
    from ltv.health.indicators import Watched
    from ltv.health.people import Backtest
    from ltv.health.shop import Shop
    from ltv.text import Lang


@dataclass(frozen=True, repr=False)
class Health(Result):
    """How the shop is; `.table` is the result table `health`, `.people` is `churn_scores`.

    Attributes:
        as_of: the last day.
        watched: indicators with thresholds and owners.
        people: the active base with the probability not to come back.
        groups: their segments, a column a kind.
        backtest: what was told a month ago against what came, or None.
        active_days: whoever was there in so many days belongs to the base.
        weeks: that a day is compared with.
        churn_times: how many times what is usual the threshold of churn risk is.
        shop: the tables and models behind it, for `ltv.explain_changes`; None where the board was read from result tables.
    """

    as_of: date
    watched: tuple[Watched, ...]
    people: pd.DataFrame
    groups: pd.DataFrame
    backtest: Backtest | None
    active_days: int
    weeks: int
    churn_times: float
    shop: Shop | None = field(default=None, compare=False)
    name: ClassVar[str] = "health"

    def of(self, indicator: str, segment_kind: str = WHOLE, segment: str = WHOLE) -> pd.DataFrame:
        """The days of one indicator in one segment, the earliest first.

        Raises:
            UsageError: there is no such indicator.
        """
        if indicator not in self.by_name:
            raise UsageError(found("indicator", indicator, ", ".join(self.by_name)))
        t = self.table
        use = (t["indicator"] == indicator) & (t["segment_kind"] == segment_kind) & (t["segment"] == segment)
        return t[use].sort_values("date").reset_index(drop=True)

    @cached_property
    def by_name(self) -> Mapping[str, Watched]:
        """Indicators by name."""
        return {w.name: w for w in self.watched}

    @cached_property
    def latest(self) -> pd.DataFrame:
        """The latest known day of each indicator and segment, and the last day where none is known."""
        keys = ["indicator", "segment_kind", "segment"]
        ranked = self.table.sort_values(["known", "date"], kind="stable")
        return ranked.drop_duplicates(keys, keep="last").sort_index().reset_index(drop=True)

    @property
    def key_figures(self) -> Sequence[KeyFigure]:
        """The three core indicators, and what is watched beside them."""
        return tiles(self)

    @property
    def findings(self) -> Sequence[Takeaway]:
        """What triggered, the three core indicators, who is worst, how far to trust it, what is not known."""
        return findings(self)

    @cached_property
    def views(self) -> Mapping[str, View]:
        """Triggers, board, trends, segments, people, backtest, definitions."""
        return views(self)

    def draw(self, view: str, lang: Lang) -> Any:  # noqa: ANN401
        """Draw a chart."""
        data = self.views[view].data
        if view == "reliability":
            return charts.reliability(data, lang)
        if view == "others":
            return charts.small(
                data, {n: w for n, w in self.by_name.items() if n in set(data["indicator"])}, lang, self.currency
            )
        return charts.trend(data, self.by_name[TREND[view]], lang, self.currency)

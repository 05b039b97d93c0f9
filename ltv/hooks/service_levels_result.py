"""The result of judging the hooks: its tiles, sentences, charts and tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from ltv.hooks import service_levels_figures as figures
from ltv.hooks.quantiles import ALL
from ltv.hooks.service_levels_findings import findings
from ltv.hooks.service_levels_views import views
from ltv.hooks.service_words import WORDS
from ltv.result import KeyFigure, Result, State, Takeaway, View
from ltv.text import Lang, number

if TYPE_CHECKING:
    import pandas as pd

    from ltv.settings.endpoints import Dispatch

_MOST_TILES = 6


@dataclass(frozen=True, repr=False)
class ServiceLevels(Result):
    """How well the hooks are there; `.table` is the result table `hook_levels`.

    Attributes:
        as_of: the last day included.
        timezone: zone of days and times.
        confidence: of the intervals of what incidents have cost.
        rule: the breaker's.
        objectives: the result table `hook_objectives`.
        alerts: when budgets burnt too fast: hook, objective, severity, started_us, ended_us, peak_burn.
        breakers: the result table `hook_breakers`.
        openings: when a breaker would have been open: hook, instance, opened_us, closed_us, cause, refused_calls.
        incidents: the result table `hook_incidents`.
        blind: hooks that are called so seldom that a third of their calls failing for three hours would not be told from chance.
    """

    as_of: date
    timezone: str
    confidence: float
    rule: Dispatch
    objectives: pd.DataFrame
    alerts: pd.DataFrame
    breakers: pd.DataFrame
    openings: pd.DataFrame
    incidents: pd.DataFrame
    blind: tuple[str, ...]
    name: ClassVar[str] = "hook_levels"

    @property
    def by_day(self) -> pd.DataFrame:
        """All instances together, with the share of attempts that failed."""
        rows = self.table[self.table["instance"] == ALL]
        return rows.assign(failed_share=rows["error_rate"] + rows["timeout_rate"]).reset_index(drop=True)

    @property
    def days(self) -> int:
        """How many days the log tells of."""
        return int(self.table["date"].nunique())

    @property
    def key_figures(self) -> Sequence[KeyFigure]:
        """Availability of the busiest hooks, incidents, pages, and what a breaker would have spared."""
        if not len(self.table):
            return ()
        kept = self.objectives[(self.objectives["objective"] == "availability") & (self.objectives["calls"] > 0)]
        tiles = [self._tile(row) for row in kept.sort_values("calls", ascending=False).head(_MOST_TILES).to_dict("records")]  # fmt: skip
        n, pages = len(self.incidents), int(kept["pages"].sum())
        together = self.breakers[self.breakers["instance"] == ALL]
        well = number(int(together["refused_well"].sum()), "count")
        spared = WORDS["rule_spared"].format(well=well)
        return [
            *tiles,
            KeyFigure(WORDS["tile_incidents"], n, "count", state="bad" if n else "good", rule=WORDS["rule_incidents"]),
            KeyFigure(
                WORDS["tile_pages"], pages, "count", state="watch" if pages else "good", rule=WORDS["rule_pages"]
            ),
            KeyFigure(WORDS["tile_spared"], int(together["refused_calls"].sum()), "count", rule=spared),
        ]

    def _tile(self, row: Mapping[Any, Any]) -> KeyFigure:
        state: State = "good" if row["state"] == "met" else "bad" if row["high"] < row["target"] else "watch"
        days = self.by_day[self.by_day["hook"] == row["hook"]]["availability"].tail(30)
        rule = WORDS["rule_availability"].format(
            target=number(row["target"], "rate"), n=number(row["calls"], "count"), days=str(row["window_days"])
        )
        return KeyFigure(
            WORDS["tile_availability"].format(hook=figures.hook_name(row["hook"])), row["observed"], "rate",
            low=row["low"], high=row["high"], previous=row["target"], comparison=WORDS["target_is"], state=state,
            rule=rule, spark=tuple(None if v != v else float(v) for v in days),  # noqa: PLR0124  NaN
        )  # fmt: skip

    @property
    def findings(self) -> Sequence[Takeaway]:
        """Incidents first, then objectives, then the breaker."""
        return findings(self)

    @cached_property
    def views(self) -> Mapping[str, View]:
        """The blocks there are figures for."""
        return views(self)

    def draw(self, view: str, lang: Lang) -> Any:  # noqa: ANN401  plotly is imported only there
        """Draw one of the charts."""
        data = self.views[view].data
        if view == "budget":
            return figures.budget(data, lang)
        days = sorted({str(d) for d in self.views["incidents"].data["day"]}) if "incidents" in self.views else []
        return (figures.latencies if view == "latency" else figures.failures)(data, lang, shaded=days)

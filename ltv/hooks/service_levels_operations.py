"""Tiles of the running shop from its Prometheus: orders that went through, payment latency, cache hits, over the last 48 hours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from ltv.colors import MAIN
from ltv.drawing import scale_axis
from ltv.errors import UsageError
from ltv.hooks.service_words import OPERATIONS as WORDS
from ltv.result import Column, KeyFigure, Result, State, Takeaway, View
from ltv.sources.prometheus import histogram_quantile, increase, read_counters, share_of
from ltv.text import Lang, Unit, number, same

if TYPE_CHECKING:
    import pandas as pd

    from ltv.settings.service import Prometheus

_QUANTILES = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
_WEEK = 7
_UNITS: Mapping[str, Unit] = {"orders": "count", "p50": "seconds", "p95": "seconds", "p99": "seconds", "cache": "rate"}


def operations(prometheus: Prometheus, *, until: datetime, hours: int = 48, timezone: str = "UTC") -> Operations:
    """Read the tiles; a server that is not configured or does not answer is told, and stops nothing.

    Args:
        prometheus: `[prometheus]` of ltv.toml.
        until: end of the hours (naive UTC), such as `ws.as_of`, or 48 hours after a launch.
        hours: how many.
        timezone: zone of the chart's hours.

    Raises:
        UsageError: the name of a metric is none, or `hours` is out of range.

    >>> from ltv.settings.service import Prometheus
    >>> operations(Prometheus(), until=datetime(2026, 7, 1)).takeaways("en")
    ['No Prometheus is configured: [prometheus] url in ltv.toml.']
    """
    import pandas as pd

    asked = {name: [_query(prometheus, name, hours, days) for days in (0, _WEEK)] for name in _UNITS}
    each_hour = increase(prometheus.order_success, hours=1)
    rows: list[dict[str, Any]] = []
    hourly, why = pd.DataFrame({"ts": pd.to_datetime([]), "value": []}), ""
    if prometheus.url:
        try:
            rows = [{"metric": name} | _values(prometheus, queries, until) for name, queries in asked.items()]
            span = {"start": until - timedelta(hours=hours - 1), "end": until, "step_seconds": 3600.0}
            hourly = read_counters(prometheus.url, each_hour, timeout_s=prometheus.timeout_s, **span)  # type: ignore[arg-type]
        except UsageError as error:
            rows, why = [], str(error)
    table = pd.DataFrame(rows, columns=["metric", "value", "previous"]).astype({"value": float, "previous": float})
    hourly = hourly[["ts", "value"]].assign(
        ts=hourly["ts"].dt.tz_localize("UTC").dt.tz_convert(timezone).dt.strftime("%Y-%m-%d %H:%M")
    )
    return Operations(table, asked=prometheus, hours=hours, hourly=hourly, why=why)


def _query(prometheus: Prometheus, name: str, hours: int, days_ago: int) -> str:
    if name == "orders":
        return increase(prometheus.order_success, hours=hours, days_ago=days_ago)
    if name == "cache":
        return share_of(prometheus.cache_hits, prometheus.cache_requests, hours=hours, days_ago=days_ago)
    return histogram_quantile(prometheus.payment_latency, _QUANTILES[name], hours=hours, days_ago=days_ago)


def _values(prometheus: Prometheus, queries: Sequence[str], until: datetime) -> dict[str, float | None]:
    told = [read_counters(prometheus.url, q, at=until, timeout_s=prometheus.timeout_s)["value"] for q in queries]
    now, before = (float(v.iloc[0]) if len(v) else None for v in told)
    return {"value": now, "previous": before}


@dataclass(frozen=True, repr=False)
class Operations(Result):
    """The running shop; `.table` has a row a metric: metric, value, previous (the same hours a week before).

    Attributes:
        asked: where it was read.
        hours: over how many hours.
        hourly: orders that went through, hour by hour: ts (local), value.
        why: why nothing could be read; empty where something was.
    """

    asked: Prometheus
    hours: int
    hourly: pd.DataFrame
    why: str
    name: ClassVar[str] = "operations"

    @property
    def known(self) -> pd.DataFrame:
        """Metrics that the server has."""
        return self.table[self.table["value"].notna()]

    @property
    def key_figures(self) -> Sequence[KeyFigure]:
        """One tile a metric that the server has."""
        return [self._tile(row) for row in self.known.to_dict("records")]

    def _tile(self, row: Mapping[Any, Any]) -> KeyFigure:
        name, before = row["metric"], row["previous"]
        missing = before != before  # noqa: PLR0124  NaN
        state: State = "none"
        if name == "cache":
            state = "good" if row["value"] > self.asked.cache_goal else "bad"
        rule = WORDS[f"rule_{'cache' if name == 'cache' else 'orders' if name == 'orders' else 'latency'}"].format(
            hours=str(self.hours), goal=number(self.asked.cache_goal, "rate")
        )
        return KeyFigure(
            WORDS[f"tile_{name}"], row["value"], _UNITS[name], previous=None if missing else before,
            comparison=None if missing else WORDS["week_before"], state=state, rule=rule,
            spark=tuple(float(v) for v in self.hourly["value"]) if name == "orders" else (),
        )  # fmt: skip

    @property
    def findings(self) -> Sequence[Takeaway]:
        """What cannot be read, and whether the cache serves enough."""
        if not self.asked.url:
            return (Takeaway(WORDS["not_configured"], "none"),)
        if self.why:
            return (Takeaway(WORDS["no_answer"].format(why=same(self.why)), "watch"),)
        told = []
        cache = self.known[self.known["metric"] == "cache"]
        if len(cache):
            rate = float(cache["value"].iloc[0])
            good = rate > self.asked.cache_goal
            parts = {
                "rate": number(rate, "rate"),
                "goal": number(self.asked.cache_goal, "rate"),
                "hours": same(str(self.hours)),
            }
            told.append(Takeaway(WORDS["cache_good" if good else "cache_bad"].format(**parts), "good" if good else "bad", None if good else WORDS["act_cache"]))  # fmt: skip
        lacking = self.table[self.table["value"].isna()]["metric"]
        if len(lacking):
            names = {"orders": self.asked.order_success, "cache": self.asked.cache_hits}
            named = dict.fromkeys(names.get(m, self.asked.payment_latency) for m in lacking)
            told.append(Takeaway(WORDS["no_metric"].format(names=same(", ".join(named))), "watch"))
        return told

    @cached_property
    def views(self) -> Mapping[str, View]:
        """Orders hour by hour, where there are any."""
        if not len(self.hourly):
            return {}
        columns = (Column("ts", WORDS["hour"]), Column("value", WORDS["tile_orders"], "count"))
        view = View("chart", WORDS["hourly_title"], WORDS["hourly_note"], self.hourly, columns, alt=WORDS["hourly_alt"])
        return {"operations": view}

    def draw(self, view: str, lang: Lang) -> Any:  # noqa: ANN401  plotly is imported only here
        """Draw the orders of each hour."""
        from plotly import graph_objects as go

        figure = go.Figure()
        figure.add_bar(
            x=self.hourly["ts"].tolist(), y=self.hourly["value"].tolist(), marker={"color": MAIN}, hovertemplate="%{x}: %{y:,.0f}<extra></extra>"
        )  # fmt: skip
        scale_axis(figure, "y", self.hourly["value"], unit="count", lang=lang, title=WORDS["tile_orders"].to(lang))
        return figure

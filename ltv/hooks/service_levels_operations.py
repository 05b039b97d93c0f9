"""Tiles of the running shop from its Prometheus: orders that went through, payment latency, cache hits, over the last 48 hours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from ltv.colors import MAIN
from ltv.drawing import scale_axis
from ltv.errors import UsageError
from ltv.hooks.quantiles import QUANTILES
from ltv.hooks.service_words import OPERATIONS as WORDS
from ltv.result import Column, KeyFigure, Result, State, Takeaway, View
from ltv.settings.service import Prometheus
from ltv.sources.prometheus import histogram, histogram_quantile, increase, read_counters, share_of
from ltv.text import Lang, Text, Unit, listed, number, same
from ltv.warehouse.local_time import day_end
from ltv.warehouse.moments import local, local_column

if TYPE_CHECKING:
    import pandas as pd

    from ltv.behaviour.golden48_result import Golden48

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
    buckets = pd.DataFrame({"le": [], "payments": []})
    if prometheus.url:
        try:
            rows = [{"metric": name} | _values(prometheus, queries, until) for name, queries in asked.items()]
            span = {"start": until - timedelta(hours=hours - 1), "end": until, "step_seconds": 3600.0}
            hourly = read_counters(prometheus.url, each_hour, timeout_s=prometheus.timeout_s, **span)  # type: ignore[arg-type]
            grown = histogram(prometheus.payment_latency, hours=hours)
            buckets = _buckets(read_counters(prometheus.url, grown, at=until, timeout_s=prometheus.timeout_s))
        except UsageError as error:
            rows, why = [], str(error)
    table = pd.DataFrame(rows, columns=["metric", "value", "previous"]).astype({"value": float, "previous": float})
    hourly = hourly[["ts", "value"]].assign(ts=local_column(hourly["ts"], timezone))
    return Operations(table, asked=prometheus, hours=hours, hourly=hourly, buckets=buckets, why=why)


def launch_operations(prometheus: Prometheus, launched: Golden48) -> Operations:
    """The tiles of the first hours of the launch that a page of launches shows, as far as they have passed.

    Nothing at all is told where no server is configured, or nothing was launched.

    Args:
        prometheus: `[prometheus]` of ltv.toml.
        launched: what `golden48` returned.

    Raises:
        UsageError: the name of a metric is none.
    """
    asked, shown = launched.asked, launched.launches[launched.launches["launch_id"] == launched.pulse.launch_id]
    end = day_end(asked.as_of, asked.timezone)
    begun = shown["started_at"].iloc[0].to_pydatetime() if len(shown) else end
    hours = min(asked.hours, (end - begun) // timedelta(hours=1))
    if hours < 1:
        return replace(operations(Prometheus(), until=end), launch=same(""))
    told = operations(prometheus, until=begun + timedelta(hours=hours), hours=hours, timezone=asked.timezone)
    named = {"name": launched.pulse.name, "started": local(begun, asked.timezone), "hours": str(hours)}
    return replace(told, launch=WORDS["launch"].format(**named))


def _query(prometheus: Prometheus, name: str, hours: int, days_ago: int) -> str:
    if name == "orders":
        return increase(prometheus.order_success, hours=hours, days_ago=days_ago)
    if name == "cache":
        return share_of(prometheus.cache_hits, prometheus.cache_requests, hours=hours, days_ago=days_ago)
    return histogram_quantile(prometheus.payment_latency, QUANTILES[name], hours=hours, days_ago=days_ago)


def _buckets(rows: pd.DataFrame) -> pd.DataFrame:
    """Payments in each bucket, which Prometheus counts from the first bucket on."""
    if not len(rows):
        return rows.assign(le=[], payments=[])[["le", "payments"]]
    told = rows.assign(upper=rows["le"].astype(float)).sort_values("upper", ignore_index=True)
    return told.assign(payments=told["value"].diff().fillna(told["value"]).clip(lower=0))[["le", "payments"]]


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
        buckets: payments by their latency: le (seconds at most, as text), payments.
        why: why nothing could be read; empty where something was.
        launch: whose first hours these are; None for the last hours.
    """

    asked: Prometheus
    hours: int
    hourly: pd.DataFrame
    buckets: pd.DataFrame
    why: str
    launch: Text | None = None
    name: ClassVar[str] = "operations"

    @property
    def _span(self) -> Text:
        return WORDS["last_hours" if self.launch is None else "launch_hours"].format(hours=str(self.hours))

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
            span=self._span, goal=number(self.asked.cache_goal, "rate")
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
            return (Takeaway(WORDS["not_configured"], "none"),) if self.launch is None else ()
        if self.why:
            return (Takeaway(WORDS["no_answer"].format(why=same(self.why)), "watch", WORDS["act_no_answer"]),)
        told = [] if self.launch is None else [Takeaway(self.launch)]
        cache = self.known[self.known["metric"] == "cache"]
        if len(cache):
            rate = float(cache["value"].iloc[0])
            good = rate > self.asked.cache_goal
            parts = {
                "rate": number(rate, "rate"),
                "goal": number(self.asked.cache_goal, "rate"),
                "span": self._span,
            }
            told.append(Takeaway(WORDS["cache_good" if good else "cache_bad"].format(**parts), "good" if good else "bad", None if good else WORDS["act_cache"]))  # fmt: skip
        lacking = self.table[self.table["value"].isna()]["metric"]
        if len(lacking):
            names = {"orders": self.asked.order_success, "cache": self.asked.cache_hits}
            named = dict.fromkeys(names.get(m, self.asked.payment_latency) for m in lacking)
            said = WORDS["no_metric"].format(names=listed([same(n) for n in named]))
            told.append(Takeaway(said, "watch", WORDS["act_no_metric"]))
        return told

    @cached_property
    def views(self) -> Mapping[str, View]:
        """Orders hour by hour and payments by latency, where there are any."""
        told = {}
        if len(self.hourly):
            columns = (Column("ts", WORDS["hour"]), Column("value", WORDS["tile_orders"], "count"))
            told["operations"] = View(
                "chart", WORDS["hourly_title"], WORDS["hourly_note"], self.hourly, columns, alt=WORDS["hourly_alt"]
            )
        if len(self.buckets):
            columns = (Column("le", WORDS["bucket"]), Column("payments", WORDS["payments"], "count"))
            note = WORDS["buckets_note"].format(span=self._span)
            told["payment_latency"] = View(
                "chart", WORDS["buckets_title"], note, self.buckets, columns, alt=WORDS["buckets_alt"]
            )
        return told

    def draw(self, view: str, lang: Lang) -> Any:  # noqa: ANN401  plotly is imported only here
        """Draw the orders of each hour, or the payments of each bucket."""
        from plotly import graph_objects as go

        figure = go.Figure()
        if view == "payment_latency":
            x = [f"≤ {le}" if le != "+Inf" else WORDS["beyond"].to(lang) for le in self.buckets["le"]]
            figure.add_bar(
                x=x,
                y=self.buckets["payments"].tolist(),
                marker={"color": MAIN},
                hovertemplate="%{x}: %{y:,.0f}<extra></extra>",
            )
            figure.update_xaxes(title=WORDS["bucket"].to(lang), type="category")
            figure.update_yaxes(title=WORDS["payments"].to(lang), rangemode="tozero")
            return figure
        figure.add_bar(
            x=self.hourly["ts"].tolist(), y=self.hourly["value"].tolist(), marker={"color": MAIN}, hovertemplate="%{x}: %{y:,.0f}<extra></extra>"
        )  # fmt: skip
        scale_axis(figure, "y", self.hourly["value"], unit="count", lang=lang, title=WORDS["tile_orders"].to(lang))
        return figure

"""The blocks of the service levels: tables and charts with the rows behind them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

import pandas as pd

from ltv.behaviour.averages import with_interval
from ltv.hooks import service_levels_figures as figures
from ltv.hooks.quantiles import ALL
from ltv.hooks.service_words import CAUSES, CONTROLS, HOOKS, KINDS, SEVERITIES, STATES, WORDS
from ltv.result import Column, View
from ltv.text import Text, Unit
from ltv.warehouse.moments import local

if TYPE_CHECKING:
    from ltv.hooks.service_levels_result import ServiceLevels

_LAST_DAYS = 7
_MOST_ROWS = 200


def _locals(us: pd.Series[int], timezone: str) -> list[str]:
    times = pd.to_datetime(us.astype("int64"), unit="us").dt.tz_localize("UTC").dt.tz_convert(timezone)
    return [str(t) for t in times.dt.strftime("%Y-%m-%d %H:%M:%S")]


def views(of: ServiceLevels) -> Mapping[str, View]:
    """The blocks, those without rows left out.

    Args:
        of: the result.
    """
    if not len(of.table):
        return {}
    told = of.objectives[of.objectives["calls"] > 0].reset_index(drop=True)
    made = {
        "budget": _chart("budget", figures.with_interval(told), (*_GOALS, *_USED)),
        "objectives": _table("objectives", told, _GOALS),
        "failures": _chart("failures", _failures(of.by_day), (*_DAYS, *_ENDS), "hook"),
        "latency": _chart("latency", _worst_first(of.by_day), _DAYS, "hook"),
        "instances": _table("instances", _instances(of.table), _INSTANCES),
        "incidents": _table("incidents", _incidents(of), _INCIDENTS, zone=of.timezone),
        "breakers": _table("breakers", _seconds(of.breakers), _BREAKERS),
        "openings": _table("openings", _openings(of), _OPENINGS, zone=of.timezone),
        "alerts": _table("alerts", _alerts(of), _ALERTS, zone=of.timezone),
    }
    return {name: view for name, view in made.items() if len(view.data)}


def _chart(name: str, data: pd.DataFrame, columns: tuple[Column, ...], selector: str | None = None) -> View:
    said = (WORDS[f"{name}_title"], WORDS[f"{name}_note"], data, columns)
    return View("chart", *said, alt=WORDS[f"{name}_alt"], selector=selector)


def _worst_first(days: pd.DataFrame) -> pd.DataFrame:
    """The hook with most failed attempts first: it is the one that is shown before the reader chooses."""
    failed = (days["failed_share"] * days["attempts"]).groupby(days["hook"]).transform("sum")
    order = days.assign(_failed=failed).sort_values(["_failed", "hook", "date"], ascending=[False, True, True])
    return order.drop(columns="_failed").reset_index(drop=True)


def _failures(days: pd.DataFrame) -> pd.DataFrame:
    rows = _worst_first(days)
    return with_interval(rows, rows["failed_share"] * rows["attempts"], rows["attempts"])


def _table(name: str, data: pd.DataFrame, columns: tuple[Column, ...], *, zone: str = "") -> View:
    kind: Literal["table"] = "table"
    return View(kind, WORDS[f"{name}_title"], WORDS[f"{name}_note"].format(zone=zone), data, columns)


def _instances(table: pd.DataFrame) -> pd.DataFrame:
    rows = table[table["instance"] != ALL]
    rows = rows[rows["date"].isin(sorted(rows["date"].unique())[-_LAST_DAYS:])]
    if not len(rows):
        return pd.DataFrame(columns=[c.name for c in _INSTANCES])
    weights = rows[["error_rate", "timeout_rate", "degraded_rate"]].mul(rows["attempts"], axis=0)
    summed = pd.concat([rows[["hook", "instance", "attempts", "calls", "failed_calls"]], weights], axis=1)
    sums = summed.groupby(["hook", "instance"], as_index=False).sum()
    for rate in weights.columns:
        sums[rate] /= sums["attempts"]
    sums["availability"] = 1 - sums["failed_calls"] / sums["calls"].where(sums["calls"] > 0)
    return sums


def _incidents(of: ServiceLevels) -> pd.DataFrame:
    rows = of.incidents
    started, ended = ([local(m, of.timezone) for m in rows[c]] for c in ("started_at", "ended_at"))
    return rows.assign(started=started, ended=ended, day=[s[:10] for s in started])


def _seconds(rows: pd.DataFrame) -> pd.DataFrame:
    shown = rows[(rows["instance"] == ALL) | (rows["opened"] > 0)]
    return shown.assign(spared_seconds=shown["spared_ms"] / 1000, spared_slow_seconds=shown["spared_slow_ms"] / 1000)


def _openings(of: ServiceLevels) -> pd.DataFrame:
    rows = of.openings[of.openings["instance"] == ALL].tail(_MOST_ROWS).reset_index(drop=True)
    times = {n: _locals(rows[f"{c}_us"], of.timezone) for n, c in (("started", "opened"), ("ended", "closed"))}
    return rows.assign(**times, open_seconds=(rows["closed_us"] - rows["opened_us"]) / 1e6)


def _alerts(of: ServiceLevels) -> pd.DataFrame:
    rows = of.alerts.tail(_MOST_ROWS).reset_index(drop=True)
    return rows.assign(**{n: _locals(rows[f"{n}_us"], of.timezone) for n in ("started", "ended")})


def _columns(*named: tuple[str, Unit], **words: Mapping[str, Text]) -> tuple[Column, ...]:
    return tuple(Column(n, WORDS[n], unit, words=words.get(n, {})) for n, unit in named)


_ALL = {ALL: WORDS["all"]}
_GOALS = _columns(
    ("hook", "text"), ("objective", "text"), ("target", "rate"), ("latency_ms", "count"), ("calls", "count"),
    ("bad_calls", "count"), ("observed", "rate"), ("low", "rate"), ("high", "rate"), ("budget_used", "rate"),
    ("burn_1h", "number"), ("burn_6h", "number"), ("burn_3d", "number"), ("pages", "count"), ("tickets", "count"),
    ("state", "text"), hook=HOOKS, objective=KINDS, state=STATES,
)  # fmt: skip
_DAYS = _columns(
    ("hook", "text"), ("date", "date"), ("attempts", "count"), ("calls", "count"), ("availability", "rate"),
    ("failed_share", "rate"), ("error_rate", "rate"), ("timeout_rate", "rate"), ("degraded_rate", "rate"),
    ("p50_ms", "count"), ("p95_ms", "count"), ("p99_ms", "count"), hook=HOOKS,
)  # fmt: skip
_ENDS = _columns(("low", "rate"), ("high", "rate"))
_USED = _columns(("used_low", "rate"), ("used_high", "rate"))
_INSTANCES = _columns(
    ("hook", "text"), ("instance", "text"), ("attempts", "count"), ("calls", "count"), ("availability", "rate"),
    ("error_rate", "rate"), ("timeout_rate", "rate"), ("degraded_rate", "rate"), hook=HOOKS,
)  # fmt: skip
_INCIDENTS = _columns(
    ("hook", "text"), ("started", "text"), ("ended", "text"), ("calls", "count"), ("failed", "count"),
    ("failed_rate", "rate"), ("usual_rate", "rate"), ("orders_expected", "number"), ("orders_paid", "count"),
    ("orders_lost", "number"), ("value_lost", "money"), ("control", "text"), hook=HOOKS, control=CONTROLS,
)  # fmt: skip
_BREAKERS = _columns(
    ("hook", "text"), ("instance", "text"), ("attempts", "count"), ("opened", "count"), ("open_seconds", "seconds"),
    ("refused_calls", "count"), ("refused_well", "count"), ("spared_seconds", "seconds"),
    ("spared_slow_seconds", "seconds"), ("degraded_attempts", "count"), ("degraded_while_open", "count"),
    ("degraded_failed_rate", "rate"), ("degraded_difference", "points"), ("difference_low", "points"),
    ("difference_high", "points"), hook=HOOKS, instance=_ALL,
)  # fmt: skip
_OPENINGS = _columns(
    ("hook", "text"), ("started", "text"), ("ended", "text"), ("open_seconds", "seconds"), ("cause", "text"),
    ("refused_calls", "count"), hook=HOOKS, cause=CAUSES,
)  # fmt: skip
_ALERTS = _columns(
    ("hook", "text"), ("objective", "text"), ("severity", "text"), ("started", "text"), ("ended", "text"),
    ("peak_burn", "number"), hook=HOOKS, objective=KINDS, severity=SEVERITIES,
)  # fmt: skip

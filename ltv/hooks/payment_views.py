"""Blocks and charts of payments in traces; plotly is imported only where one is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from ltv.hooks.payment_funnel import NO_CHANNEL
from ltv.hooks.payment_words import KIND, WORDS
from ltv.hooks.quantiles import ALL
from ltv.result import Column, View
from ltv.text import Lang, Text, Unit, number, same
from ltv.warehouse.moments import SECOND, local_column

if TYPE_CHECKING:
    from ltv.hooks.payment_result import PaymentTraces

_BLUE, _RED = "#1f5fa8", "#b3261e"
_COLOURS = ("#1f5fa8", "#b3261e", "#3d7a3f", "#8a5a00", "#6a4c93", "#5f6b76")
_ENOUGH, _WORSE = 100, 0.01  # payments of a channel, and points below the others
_COUNTS = ("step_index", "payments", "seen", "errors", "cases", "charges")
_UNITS: dict[str, Unit] = {
    **dict.fromkeys(_COUNTS, "count"), "at_stake": "money", "order_amount": "money", "charged": "money",
    "rate_from_previous": "rate", "rate_from_first": "rate", "error_rate": "rate",
    **dict.fromkeys([f"{own}{q}_ms" for own in ("", "self_") for q in ("p50", "p95", "p99")], "number"),
}  # fmt: skip
_CHANNEL = {ALL: WORDS["all"], NO_CHANNEL: WORDS["no_channel"]}


def columns(data: pd.DataFrame) -> tuple[Column, ...]:
    """Headings of a table."""
    words = {"channel": _CHANNEL, "kind": KIND}
    return tuple(Column(c, WORDS[c], _UNITS.get(c, "text"), words.get(c, {})) for c in data.columns)


def views(told: PaymentTraces) -> dict[str, View]:
    """All blocks for which there are rows."""
    if not told.has_payments:
        return {}
    blocks = _of_funnel(told) if len(told.table) else {}
    if told.compared is not None:
        blocks["kinds"] = View("table", WORDS["kinds_title"], WORDS["kinds_note"], told.by_kind, columns(told.by_kind))
    if len(told.mismatches):
        cases = _shown(told.mismatches, told.timezone)
        note = WORDS["cases_note"].format(zone=told.timezone)
        blocks["cases"] = View("table", WORDS["cases_title"], note, cases, columns(cases))
    return blocks


def _of_funnel(told: PaymentTraces) -> dict[str, View]:
    data = told.table[["channel", "step_index", "step", "payments", "rate_from_previous", "rate_from_first"]]
    blocks = {
        "funnel": View(
            "chart", WORDS["funnel_title"], WORDS["funnel_note"], data, columns(data), alt=WORDS["funnel_alt"]
        )
    }
    times = told.overall[["step", "service", "self_p50_ms", "self_p95_ms", "self_p99_ms", "p50_ms", "p95_ms", "p99_ms"]]
    blocks["steps"] = View(
        "chart", WORDS["steps_title"], WORDS["steps_note"], times, columns(times), alt=WORDS["steps_alt"]
    )
    blocks["table"] = View("table", WORDS["table_title"], WORDS["funnel_note"], told.table, columns(told.table))
    return blocks


def _shown(cases: pd.DataFrame, timezone: str) -> pd.DataFrame:
    local = local_column(cases["ts"], timezone, SECOND)
    names = [
        "kind",
        "order_id",
        "ts",
        "channel",
        "source",
        "order_amount",
        "charged",
        "charges",
        "at_stake",
        "trace_id",
    ]
    ordered = cases.assign(ts=local)[names].sort_values("at_stake", ascending=False, kind="stable")
    return ordered.reset_index(drop=True)


def worse_channels(table: pd.DataFrame) -> list[Text]:
    """Channels by which clearly fewer payments come through than by the others."""
    rows = table[~table["channel"].isin([ALL, NO_CHANNEL])]
    ends = rows.sort_values("step_index").groupby("channel")["payments"].agg(["first", "last"])
    told = []
    for channel, (first, last) in ends.iterrows():
        others = ends.drop(index=channel).sum()
        if first < _ENOUGH or others["first"] < _ENOUGH:
            continue
        share, rest = last / first, others["last"] / others["first"]
        spread = 2 * (rest * (1 - rest) / first + rest * (1 - rest) / others["first"]) ** 0.5
        if share < rest - max(_WORSE, spread):
            parts = {"share": number(share, "rate"), "others": number(rest, "rate")}
            told.append(WORDS["channel_worse"].format(channel=same(str(channel)), **parts))
    return told


def funnel(table: pd.DataFrame, lang: Lang) -> Any:  # noqa: ANN401
    """Share that passed each step, a line a channel."""
    from plotly import graph_objects as go

    figure = go.Figure()
    names = [c for c in table["channel"].unique() if c != NO_CHANNEL]
    for k, channel in enumerate(names):
        rows = table[table["channel"] == channel]
        label = _CHANNEL[channel].to(lang) if channel in _CHANNEL else channel
        figure.add_scatter(
            x=rows["step"].tolist(), y=rows["rate_from_first"].tolist(), name=label, mode="lines+markers",
            line={"color": _COLOURS[k % len(_COLOURS)], "width": 3 if channel == ALL else 1.5},
            hovertemplate="%{x}: %{y:.2%}<extra>" + label + "</extra>",
        )  # fmt: skip
    figure.update_yaxes(tickformat=".1%", title=WORDS["rate_from_first"].to(lang))
    return figure


def step_times(table: pd.DataFrame, lang: Lang) -> Any:  # noqa: ANN401
    """Own time of each step."""
    from plotly import graph_objects as go

    rows, figure = table[table["channel"] == ALL], go.Figure()
    steps = rows["step"].tolist()
    figure.add_bar(
        y=steps,
        x=rows["self_p50_ms"].tolist(),
        orientation="h",
        marker={"color": _BLUE},
        name=WORDS["self_p50_ms"].to(lang),
    )
    figure.add_scatter(
        y=steps,
        x=rows["self_p95_ms"].tolist(),
        mode="markers",
        marker={"color": _RED, "size": 9},
        name=WORDS["self_p95_ms"].to(lang),
    )
    figure.update_yaxes(autorange="reversed")
    figure.update_xaxes(title="ms", rangemode="tozero")
    return figure

"""Blocks and charts of payments in traces; plotly is imported only where one is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from ltv.behaviour.averages import with_interval
from ltv.colors import MAIN, OTHER, SOFT
from ltv.drawing import add_beside, add_links, choose_first, scale_axis, told, whiskers
from ltv.hooks.payment_funnel import NO_CHANNEL
from ltv.hooks.payment_words import KIND, WORDS
from ltv.hooks.quantiles import ALL
from ltv.result import Column, View
from ltv.text import Lang, Text, Unit, number, same
from ltv.warehouse.moments import SECOND, local_column

if TYPE_CHECKING:
    from ltv.hooks.payment_result import PaymentTraces

_ENOUGH, _WORSE = 100, 0.01  # payments of a channel, and points below the others
_COUNTS = ("step_index", "payments", "seen", "errors", "cases", "charges")
_UNITS: dict[str, Unit] = {
    **dict.fromkeys(_COUNTS, "count"), "at_stake": "money", "order_amount": "money", "charged": "money",
    "rate_from_previous": "rate", "rate_from_first": "rate", "error_rate": "rate", "low": "rate", "high": "rate",
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
    names = ["channel", "step_index", "step", "payments", "rate_from_previous", "rate_from_first", "low", "high"]
    data = shares(told.table[told.table["channel"] != NO_CHANNEL])[names].reset_index(drop=True)
    said = (WORDS["funnel_title"], WORDS["funnel_note"], data, columns(data))
    blocks = {"funnel": View("chart", *said, alt=WORDS["funnel_alt"], selector="channel")}
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


def shares(table: pd.DataFrame) -> pd.DataFrame:
    """Share of the payments of each channel that passed each step, with its interval."""
    first = table.groupby("channel", sort=False)["payments"].transform("first")
    return with_interval(table, table["payments"], first)


def funnel(rows: pd.DataFrame, lang: Lang) -> Any:  # noqa: ANN401
    """Share that passed each step with its interval, of the channel that the reader chooses; a mark where all channels are."""
    from plotly import graph_objects as go

    figure, everybody = go.Figure(), str(rows["channel"].iloc[0])
    for name, part in rows.groupby("channel", sort=False):
        choice, steps, rate = str(name), part["step"].tolist(), part["rate_from_first"]
        figure.add_bar(
            y=steps, x=rate.tolist(), orientation="h", marker={"color": MAIN if choice == everybody else OTHER}, showlegend=False,
            error_x=whiskers(rate, part["low"], part["high"]), meta=told(choice), hovertemplate="%{y}: %{x:.2%}<extra></extra>",
        )  # fmt: skip
        texts = [
            f"<b>{number(r, 'rate').to(lang)}</b> · {number(n, 'count').to(lang)}"
            for r, n in zip(rate, part["payments"], strict=True)
        ]
        add_beside(figure, part["high"], steps, texts, choice=choice)
        if choice != everybody:
            whole = rows.loc[rows["channel"] == everybody, "rate_from_first"]
            figure.add_scatter(
                x=whole.tolist(), y=steps, mode="markers", meta=told(choice), showlegend=False, hoverinfo="skip",
                marker={"symbol": "line-ns-open", "size": 22, "color": SOFT, "line": {"width": 3}},
            )  # fmt: skip
    scale_axis(figure, "x", [1.0], unit="rate", lang=lang, title=WORDS["rate_from_first"].to(lang), room=0.01)
    figure.update_yaxes(autorange="reversed", showgrid=False)
    figure.update_layout(height=90 + 44 * rows["step"].nunique())
    choose_first(figure, [everybody])
    return figure


def step_times(table: pd.DataFrame, lang: Lang) -> Any:  # noqa: ANN401
    """Own time of each step: from the usual to the slow, both named at the first step."""
    from plotly import graph_objects as go

    rows, figure = table[table["channel"] == ALL], go.Figure()
    steps = rows["step"].tolist()
    add_links(figure, steps, rows["self_p50_ms"], rows["self_p95_ms"])
    for column, short, color, place in (
        ("self_p50_ms", "P50", MAIN, "bottom center"),
        ("self_p95_ms", "P95", OTHER, "top center"),
    ):
        values = [number(v, "number").to(lang).removesuffix(".00") for v in rows[column].round()]
        figure.add_scatter(
            y=steps, x=rows[column].tolist(), mode="markers+text", marker={"color": color, "size": 11}, showlegend=False,
            text=[f"<b>{short}</b> {values[0]}", *values[1:]], textposition=place, textfont={"color": color},
            hovertemplate=f"{WORDS[column].to(lang)} · %{{y}}: %{{x:,.1f}}<extra></extra>",
        )  # fmt: skip
    scale_axis(figure, "x", rows["self_p95_ms"], unit="count", lang=lang, title=WORDS["milliseconds"].to(lang))
    figure.update_yaxes(autorange="reversed")
    figure.update_layout(height=100 + 54 * len(steps))
    return figure

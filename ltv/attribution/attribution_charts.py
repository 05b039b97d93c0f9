"""Charts of the page on attribution; plotly is imported only where one is drawn."""

from __future__ import annotations

from typing import Any

import pandas as pd

from ltv.attribution.attribution_words import METHOD, WORDS
from ltv.attribution.terms import ORGANIC
from ltv.text import Lang

_BLUE, _ORANGE, _GREY, _BAND = "#1f5fa8", "#b3541e", "#8a94a0", "rgba(31,95,168,0.15)"
_MOST_METHODS = 4
_METHOD_COLORS = {"incremental_shapley": _BLUE, "last_touch": _ORANGE, "equal_credit": "#7a4a9c", "markov_1": "#4a7c3a"}


def waterfall(rows: pd.DataFrame, lang: Lang) -> Any:  # noqa: ANN401
    """Organic, then every channel, up to the total; rows from the top."""
    from plotly import graph_objects as go

    names = [WORDS["organic_short"].to(lang) if c == ORGANIC else c for c in rows["channel"]]
    credit = rows["credit"].tolist()
    base, total = [], 0.0
    for amount in credit:
        base.append(total if amount >= 0 else total + amount)
        total += amount
    figure = go.Figure()
    figure.add_bar(
        y=[*names, WORDS["total"].to(lang)], x=[*map(abs, credit), total], base=[*base, 0.0], orientation="h",
        marker={"color": [_GREY, *(_BLUE if a >= 0 else _ORANGE for a in credit[1:]), "#4a5766"]},
        error_x={
            "type": "data", "array": [*((rows["high"] - rows["low"]) / 2).tolist(), 0.0], "color": "#1d2733", "thickness": 1.2,
        },
        hovertemplate="%{y}: %{x:,.0f}<extra></extra>",
    )  # fmt: skip
    low = min(base[1:], default=0.0)
    figure.update_yaxes(autorange="reversed")
    figure.update_xaxes(
        title=WORDS["credit"].to(lang), range=[max(low - (total - low) * 0.35, 0.0), total + (total - low) * 0.15]
    )
    figure.update_layout(showlegend=False, bargap=0.25)
    return figure


def methods(rows: pd.DataFrame, lang: Lang) -> Any:  # noqa: ANN401
    """Share of each channel by method, side by side."""
    from plotly import graph_objects as go

    figure = go.Figure()
    for name, color in _METHOD_COLORS.items():
        if name in rows:
            figure.add_bar(
                y=rows["channel"].tolist(), x=rows[name].tolist(), name=METHOD[name].to(lang), orientation="h",
                marker={"color": color}, hovertemplate="%{y}: %{x:.1%}<extra>" + METHOD[name].to(lang) + "</extra>",
            )  # fmt: skip
    figure.update_yaxes(autorange="reversed")
    figure.update_xaxes(title=WORDS["share"].to(lang), tickformat=".0%")
    figure.update_layout(barmode="group", legend={"traceorder": "normal"})
    return figure


def response(rows: pd.DataFrame, lang: Lang) -> Any:  # noqa: ANN401
    """Small multiples of response curves with their bands; a point is today."""
    from plotly.subplots import make_subplots

    names = list(dict.fromkeys(rows["channel"]))
    columns = min(2, max(len(names), 1))
    figure = make_subplots(
        rows=-(-len(names) // columns),
        cols=columns,
        subplot_titles=names,
        shared_xaxes=True,
        vertical_spacing=0.3 / -(-len(names) // columns),
    )
    for place, name in enumerate(names):
        part = rows[rows["channel"] == name]
        where = {"row": place // columns + 1, "col": place % columns + 1}
        at = part["pressure"].tolist()
        figure.add_scatter(x=at, y=part["high"].tolist(), mode="lines", line={"width": 0}, hoverinfo="skip", **where)
        figure.add_scatter(
            x=at,
            y=part["low"].tolist(),
            mode="lines",
            line={"width": 0},
            fill="tonexty",
            fillcolor=_BAND,
            hoverinfo="skip",
            **where,
        )
        figure.add_scatter(
            x=at,
            y=part["value"].tolist(),
            mode="lines",
            line={"color": _BLUE},
            hovertemplate="×%{x}: %{y:,.0f}<extra></extra>",
            **where,
        )
        now = part[part["pressure"] == 1.0]
        figure.add_scatter(x=[1.0], y=now["value"].tolist(), mode="markers", marker={"color": _ORANGE, "size": 9},
                           hovertemplate=WORDS["today"].to(lang) + ": %{y:,.0f}<extra></extra>", **where)  # fmt: skip
    figure.update_annotations(font={"size": 12})
    figure.update_layout(showlegend=False, height=150 * -(-len(names) // columns) + 70, margin={"t": 30})
    return figure

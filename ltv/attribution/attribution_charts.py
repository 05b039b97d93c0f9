"""Charts of the page on attribution; plotly is imported only where one is drawn."""

from __future__ import annotations

from typing import Any

import pandas as pd

from ltv.attribution.attribution_words import METHOD, WORDS
from ltv.attribution.terms import ORGANIC
from ltv.colors import MAIN, OTHER, PALE, series
from ltv.drawing import add_band, add_beside, add_line, scale_axis, whiskers
from ltv.text import Lang, number

_METHODS = {
    "incremental_shapley": "circle",
    "last_touch": "diamond",
    "equal_credit": "square",
    "markov_1": "triangle-up",
}
_ROW_PX, _TOP_PX, _SPACE_PX = 38, 46, 30


def waterfall(rows: pd.DataFrame, lang: Lang, currency: str) -> Any:  # noqa: ANN401
    """All value as one bar, the organic part of it first; below what each channel adds, from zero, with its interval."""
    from plotly.subplots import make_subplots

    organic, channels = rows[rows["channel"] == ORGANIC], rows[rows["channel"] != ORGANIC]
    height = _TOP_PX + _SPACE_PX + _ROW_PX * max(len(channels), 2)
    shares = [_TOP_PX / height, 1 - (_TOP_PX + _SPACE_PX) / height]
    figure = make_subplots(rows=2, cols=1, row_heights=shares, vertical_spacing=_SPACE_PX / height)
    _whole(figure, float(organic["credit"].sum()), float(channels["credit"].sum()), lang, currency)
    names, credit = channels["channel"].tolist(), channels["credit"]
    texts = [
        f"<b>{number(v, 'money', currency=currency).to(lang)}</b> · {number(s, 'rate').to(lang)}"
        for v, s in zip(credit, channels["share"], strict=True)
    ]
    figure.add_bar(
        y=names, x=credit.tolist(), orientation="h", marker={"color": [MAIN if v >= 0 else OTHER for v in credit]},
        error_x=whiskers(credit, channels["low"], channels["high"]), customdata=texts, showlegend=False, row=2, col=1,
        hovertemplate="%{y}: %{customdata}<extra></extra>",
    )  # fmt: skip
    add_beside(figure, channels["high"].clip(lower=0), names, texts, row=2, col=1)
    values, title = [*channels["low"], *channels["high"]], WORDS["credit"].to(lang)
    scale_axis(figure, "x", values, unit="money", lang=lang, currency=currency, title=title, row=2, col=1)
    figure.update_yaxes(autorange="reversed", showgrid=False)
    figure.update_layout(height=height + 110, bargap=0.3, barmode="stack", margin={"t": 46})
    return figure


def _whole(figure: Any, organic: float, touched: float, lang: Lang, currency: str) -> None:  # noqa: ANN401
    total = max(organic + touched, 1e-9)
    row, told = [WORDS["total"].to(lang)], []
    for name, value, color in (("organic_short", organic, PALE), ("touched", touched, MAIN)):
        money = number(value, "money", currency=currency).to(lang)
        words = f"{WORDS[name].to(lang)} {money} · {number(value / total, 'rate').to(lang)}"
        told.append(words)
        figure.add_bar(
            y=row, x=[value], orientation="h", marker={"color": color}, showlegend=False, row=1, col=1,
            hovertemplate=words + "<extra></extra>",
        )  # fmt: skip
    figure.add_annotation(
        text="<br>".join(told), x=0, y=1, xref="paper", yref="paper", xanchor="left", yanchor="bottom", align="left", showarrow=False
    )  # fmt: skip
    figure.update_xaxes(visible=False, range=[0, total], row=1, col=1)


def methods(rows: pd.DataFrame, lang: Lang) -> Any:  # noqa: ANN401
    """Share of each channel by method, a point each; the interval of the one that answers the question."""
    from plotly import graph_objects as go

    figure = go.Figure()
    names = rows["channel"].tolist()
    for place, (name, symbol) in enumerate(_METHODS.items()):
        if name not in rows:
            continue
        known = "share_low" in rows and name == "incremental_shapley"
        words, color = METHOD[name].to(lang), series(place)
        figure.add_scatter(
            y=names, x=rows[name].tolist(), name=words, mode="markers", marker={"color": color, "size": 10, "symbol": symbol},
            error_x=whiskers(rows[name], rows["share_low"], rows["share_high"], color=color) if known else None,
            hovertemplate="%{y}: %{x:.1%}<extra>" + words + "</extra>",
        )  # fmt: skip
    shown = [c for c in (*_METHODS, "share_low", "share_high") if c in rows]
    scale_axis(figure, "x", rows[shown].to_numpy().ravel(), unit="rate", lang=lang, title=WORDS["share"].to(lang))
    figure.update_yaxes(autorange="reversed", showgrid=True)
    figure.update_layout(height=120 + 34 * len(names), legend={"traceorder": "normal"})
    return figure


def response(rows: pd.DataFrame, lang: Lang, currency: str) -> Any:  # noqa: ANN401
    """Small multiples of response curves with their bands; a point is today."""
    from plotly.subplots import make_subplots

    names = list(dict.fromkeys(rows["channel"]))
    columns = min(2, max(len(names), 1))
    lines = -(-len(names) // columns)
    figure = make_subplots(
        rows=lines, cols=columns, subplot_titles=names, vertical_spacing=0.34 / max(lines, 1), horizontal_spacing=0.14
    )
    for place, name in enumerate(names):
        part = rows[rows["channel"] == name]
        where: dict[str, Any] = {"row": place // columns + 1, "col": place % columns + 1}
        add_band(figure, part["pressure"], part["low"], part["high"], **where)
        add_line(figure, part["pressure"], part["value"], hover="×%{x}: %{y:,.0f}", **where)
        now = part[part["pressure"] == 1.0]
        figure.add_scatter(
            x=[1.0] * len(now), y=now["value"].tolist(), mode="markers", marker={"color": OTHER, "size": 9}, showlegend=False,
            hovertemplate=WORDS["today"].to(lang) + ": %{y:,.0f}<extra></extra>", **where,
        )  # fmt: skip
        values = [*part["low"], *part["high"]]
        scale_axis(figure, "y", values, unit="money", lang=lang, currency=currency, most=3, **where)
    figure.update_annotations(font={"size": 12})
    figure.update_xaxes(title=WORDS["pressure"].to(lang), row=lines)
    figure.update_layout(showlegend=False, height=150 * lines + 60, margin={"t": 26})
    return figure

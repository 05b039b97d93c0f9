"""Charts of the golden 48 hours; plotly is imported only where one is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ltv.behaviour.golden48_words import METRIC_WORDS, WORDS
from ltv.text import Lang, number

if TYPE_CHECKING:
    import pandas as pd

_BLUE, _BAND, _GOOD, _BAD, _GREY = "#1f5fa8", "rgba(31,95,168,0.18)", "#2e7d32", "#b3261e", "#5f6b7a"


def changes(rows: pd.DataFrame, lang: Lang) -> Any:  # noqa: ANN401
    """Range expected as a bar, value observed as a dot, relative to expectation; the first metric on top."""
    from plotly import graph_objects as go

    shown = rows.iloc[::-1]
    names = [METRIC_WORDS[m].to(lang) for m in shown["metric"]]
    figure = go.Figure()
    figure.add_bar(
        y=names,
        base=shown["low"].tolist(),
        x=(shown["high"] - shown["low"]).tolist(),
        orientation="h",
        marker={"color": _BAND},
        hoverinfo="skip",
        showlegend=False,
    )
    colors = [
        _GREY if v not in ("up", "down") else _GOOD if g else _BAD
        for v, g in zip(shown["verdict"], shown["is_good"], strict=True)
    ]
    figure.add_scatter(
        y=names,
        x=shown["change"].tolist(),
        mode="markers+text",
        marker={"color": colors, "size": 11},
        text=[
            number(c, "rate").to(lang) if v in ("up", "down") else ""
            for c, v in zip(shown["change"], shown["verdict"], strict=True)
        ],
        textposition="top center",
        cliponaxis=False,
        showlegend=False,
        hovertemplate="%{y}: %{x:+.1%}<extra></extra>",
    )
    figure.update_xaxes(tickformat="+.0%", zeroline=True, zerolinecolor=_GREY, title=WORDS["change"].to(lang))
    figure.update_yaxes(automargin=True)
    return figure


def pulse(rows: pd.DataFrame, lang: Lang) -> Any:  # noqa: ANN401
    """The launch's hours against the usual band."""
    from plotly import graph_objects as go

    figure = go.Figure()
    hours = rows["hour"].tolist()
    figure.add_scatter(
        x=[*hours, *reversed(hours)],
        y=[*rows["high"].tolist(), *reversed(rows["low"].tolist())],
        fill="toself",
        fillcolor="rgba(95,107,122,0.22)",
        line={"width": 0},
        hoverinfo="skip",
        name=WORDS["pulse_band"].to(lang),
    )
    there = rows[rows["observed"].notna()]
    figure.add_scatter(
        x=there["hour"].tolist(),
        y=there["observed"].tolist(),
        mode="lines",
        line={"color": _BLUE, "width": 2.5},
        name=WORDS["pulse_line"].to(lang),
        hovertemplate="%{x} h: %{y:,}<extra></extra>",
    )
    figure.add_vline(x=0, line={"color": _GREY, "dash": "dot"})
    figure.update_xaxes(title=WORDS["hour"].to(lang), dtick=12)
    figure.update_yaxes(rangemode="tozero")
    return figure

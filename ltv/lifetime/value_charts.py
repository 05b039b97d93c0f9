"""Charts of the lifetime-value page; plotly is imported only where one is drawn."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ltv.lifetime.order_words import called
from ltv.lifetime.value_words import WORDS
from ltv.text import Lang, number

_BLUE, _ORANGE, _GREY = "#1f5fa8", "#b3541e", "#8a94a0"
_COLORS = {"up": _BLUE, "down": _ORANGE}


def draw(view: str, rows: pd.DataFrame, lang: Lang) -> Any:  # noqa: ANN401
    """Draw one view."""
    return {"totals": _totals, "calibration": _calibration, "drivers": _drivers}[view](rows, lang)


def _totals(rows: pd.DataFrame, lang: Lang) -> Any:  # noqa: ANN401
    from plotly import graph_objects as go

    labels = [str(d) for d in rows["horizon_days"]]
    figure = go.Figure()
    figure.add_bar(
        x=labels,
        y=rows["expected"].tolist(),
        marker={"color": _BLUE},
        error_y={
            "type": "data",
            "symmetric": False,
            "array": (rows["high"] - rows["expected"]).tolist(),
            "arrayminus": (rows["expected"] - rows["low"]).tolist(),
            "color": "#4a5766",
        },
        hovertemplate="%{x}: %{y:,.0f}<extra></extra>",
    )
    figure.update_xaxes(title=WORDS["horizon"].to(lang), type="category")
    figure.update_yaxes(title=WORDS["expected"].to(lang), rangemode="tozero")
    figure.update_layout(showlegend=False)
    return figure


def _calibration(rows: pd.DataFrame, lang: Lang) -> Any:  # noqa: ANN401
    from plotly import graph_objects as go

    ordered = rows.sort_values("decile")
    labels = [str(d) for d in ordered["decile"]]
    figure = go.Figure()
    for name, color in (("predicted", _BLUE), ("actual", _GREY)):
        values = ordered[name].tolist()
        figure.add_bar(x=labels, y=values, name=WORDS[name].to(lang), marker={"color": color},
                       hovertemplate="%{x}: %{y:,.0f}<extra>" + WORDS[name].to(lang) + "</extra>")  # fmt: skip
    figure.update_xaxes(title=WORDS["decile"].to(lang), type="category")
    figure.update_yaxes(rangemode="tozero", title=WORDS["value"].to(lang))
    figure.update_layout(barmode="group")
    return figure


def _drivers(rows: pd.DataFrame, lang: Lang) -> Any:  # noqa: ANN401
    from plotly import graph_objects as go

    shown = rows.iloc[::-1]
    labels = [called(f).to(lang) for f in shown["feature"]]
    factors = shown["factor"].to_numpy(np.float64)
    figure = go.Figure()
    figure.add_bar(
        x=(factors - 1).tolist(),
        y=labels,
        orientation="h",
        marker={"color": [_COLORS.get(str(d), _GREY) for d in shown["direction"]]},
        text=["×" + number(f, "number").to(lang) for f in factors],
        textposition="outside",
        cliponaxis=False,
        hoverinfo="skip",
    )
    figure.update_xaxes(
        title=WORDS["factor"].to(lang), showticklabels=False, range=[0, float((factors - 1).max()) * 1.5]
    )
    figure.update_yaxes(type="category", automargin=True)
    figure.update_layout(height=max(320, 26 * len(shown)), showlegend=False)
    return figure

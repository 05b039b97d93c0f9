"""Charts of the lifetime-value page; plotly is imported only where one is drawn."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ltv.behaviour.who import WHO
from ltv.colors import MAIN, MUTED, OTHER
from ltv.drawing import add_beside, choose_first, scale_axis, told, whiskers
from ltv.lifetime.order_words import called
from ltv.lifetime.value_words import WORDS
from ltv.text import Lang, number

_COLORS = {"up": MAIN, "down": OTHER}
_ARROWS = {"up": " ↑", "down": " ↓"}


def draw(view: str, rows: pd.DataFrame, lang: Lang, currency: str) -> Any:  # noqa: ANN401
    """Draw one view."""
    if view == "drivers":
        return _drivers(rows, lang)
    return {"totals": _totals, "calibration": _calibration}[view](rows, lang, currency)


def _totals(rows: pd.DataFrame, lang: Lang, currency: str) -> Any:  # noqa: ANN401
    """A bar a horizon with its interval, of whom the reader chooses; each choice on its own scale."""
    from plotly import graph_objects as go

    figure = go.Figure()
    days = [WORDS["days_of"].format(n=str(d)).to(lang) for d in dict.fromkeys(rows["horizon_days"])]
    for name, part in rows.groupby(WHO, sort=False):
        choice = str(name)
        texts = [f"<b>{number(v, 'money', currency=currency).to(lang)}</b>" for v in part["expected"]]
        figure.add_bar(
            y=days, x=part["expected"].tolist(), orientation="h", marker={"color": MAIN}, meta=told(choice), customdata=texts,
            error_x=whiskers(part["expected"], part["low"], part["high"]), hovertemplate="%{y}: %{customdata}<extra></extra>",
            showlegend=False,
        )  # fmt: skip
        ends = [
            f"{number(a, 'money', currency=currency).to(lang)}–{number(b, 'money', currency=currency).to(lang)}"
            for a, b in zip(part["low"], part["high"], strict=True)
        ]
        add_beside(figure, part["high"], days, [f"{t}<br>{e}" for t, e in zip(texts, ends, strict=True)], choice=choice)
    figure.update_xaxes(visible=False, rangemode="tozero")
    figure.update_yaxes(autorange="reversed", showgrid=False, title=WORDS["horizon"].to(lang))
    figure.update_layout(height=70 + 56 * len(days))
    choose_first(figure, [str(rows[WHO].iloc[0])])
    return figure


def _calibration(rows: pd.DataFrame, lang: Lang, currency: str) -> Any:  # noqa: ANN401
    from plotly import graph_objects as go

    ordered = rows.sort_values("decile")
    labels = [str(d) for d in ordered["decile"]]
    figure = go.Figure()
    for name, color in (("predicted", MAIN), ("actual", MUTED)):
        words = WORDS[name].to(lang)
        texts = [number(v, "money", currency=currency).to(lang) for v in ordered[name]]
        figure.add_bar(
            x=labels, y=ordered[name].tolist(), name=words, marker={"color": color}, customdata=texts,
            hovertemplate="%{x}: %{customdata}<extra>" + words + "</extra>",
        )  # fmt: skip
    figure.update_xaxes(title=WORDS["decile"].to(lang), type="category")
    values, title = ordered[["predicted", "actual"]].to_numpy().ravel(), WORDS["value"].to(lang)
    scale_axis(figure, "y", values, unit="money", lang=lang, currency=currency, title=title)
    figure.update_layout(barmode="group", legend={"traceorder": "normal"})
    return figure


def _drivers(rows: pd.DataFrame, lang: Lang) -> Any:  # noqa: ANN401
    from plotly import graph_objects as go

    labels = [called(f).to(lang) for f in rows["feature"]]
    factors = rows["factor"].to_numpy(np.float64)
    figure = go.Figure()
    figure.add_bar(
        x=(factors - 1).tolist(), y=labels, orientation="h", hoverinfo="skip", showlegend=False,
        marker={"color": [_COLORS.get(str(d), MUTED) for d in rows["direction"]]},
    )  # fmt: skip
    ways = [_ARROWS.get(str(d), "") for d in rows["direction"]]
    add_beside(
        figure,
        factors - 1,
        labels,
        ["×" + number(f, "number").to(lang) + w for f, w in zip(factors, ways, strict=True)],
    )
    figure.update_xaxes(
        title=WORDS["factor"].to(lang), showticklabels=False, ticks="", range=[0, float((factors - 1).max()) * 1.01]
    )
    figure.update_yaxes(type="category", autorange="reversed", showgrid=False)
    figure.update_layout(height=max(240, 60 + 27 * len(rows)))
    return figure

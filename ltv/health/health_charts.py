"""Charts of the health page; plotly is imported only where one is drawn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from ltv.health.health_words import WORDS

if TYPE_CHECKING:
    from ltv.health.indicators import Watched
    from ltv.text import Lang

_BLUE, _RED, _GREY, _BAND = "#1f5fa8", "#b3261e", "#8a94a0", "rgba(31,95,168,0.13)"
_FORMAT = {"rate": ".1%", "money": ",.0f", "hours": ".0f"}


def _numbers(values: pd.Series) -> list[float | None]:
    return [None if v != v else float(v) for v in values]  # noqa: PLR0124  NaN


def trend(rows: pd.DataFrame, indicator: Watched, lang: Lang) -> Any:  # noqa: ANN401
    """Value by day with its threshold, the usual range of the weekday, and the days that triggered."""
    from plotly import graph_objects as go

    figure, days = go.Figure(), [str(d) for d in rows["date"]]
    form = _FORMAT.get(indicator.unit, ".3~f")
    for name, fill in (("expected_high", None), ("expected_low", "tonexty")):
        figure.add_scatter(
            x=days, y=_numbers(rows[name]), mode="lines", line={"width": 0}, fill=fill, fillcolor=_BAND, hoverinfo="skip",
            name=WORDS["line_band"].to(lang), showlegend=fill is not None,
        )  # fmt: skip
    figure.add_scatter(
        x=days, y=_numbers(rows["threshold"]), mode="lines", line={"color": _RED, "dash": "dash", "width": 1.5},
        name=WORDS["line_threshold"].to(lang), hovertemplate="%{y:" + form + "}<extra></extra>",
    )  # fmt: skip
    figure.add_scatter(
        x=days, y=_numbers(rows["value"]), mode="lines+markers", line={"color": _BLUE, "width": 2.5},
        marker={"size": 4}, name=WORDS["line_value"].to(lang), hovertemplate="%{x}: %{y:" + form + "}<extra></extra>",
    )  # fmt: skip
    fired = rows[rows["triggered"]]
    if len(fired):
        figure.add_scatter(
            x=[str(d) for d in fired["date"]], y=_numbers(fired["value"]), mode="markers",
            marker={"color": _RED, "size": 12, "symbol": "square"}, hoverinfo="skip", name=WORDS["triggered"].to(lang),
        )  # fmt: skip
    figure.update_yaxes(tickformat=form)
    figure.update_xaxes(type="date", tickformat="%m-%d")
    return figure


def small(rows: pd.DataFrame, indicators: Mapping[str, Watched], lang: Lang) -> Any:  # noqa: ANN401
    """One small chart for each of the other indicators."""
    from plotly.subplots import make_subplots

    names = list(dict.fromkeys(rows["indicator"]))
    titles = [indicators[name].label.to(lang) for name in names]
    figure = make_subplots(rows=len(names), cols=1, subplot_titles=titles, vertical_spacing=0.3 / max(len(names), 1))
    for place, name in enumerate(names, start=1):
        part, form = rows[rows["indicator"] == name], _FORMAT.get(indicators[name].unit, ".3~f")
        days = [str(d) for d in part["date"]]
        figure.add_scatter(
            x=days, y=_numbers(part["threshold"]), mode="lines", line={"color": _RED, "dash": "dash", "width": 1.5},
            hoverinfo="skip", row=place, col=1,
        )  # fmt: skip
        figure.add_scatter(
            x=days, y=_numbers(part["value"]), mode="lines+markers", line={"color": _BLUE}, marker={"size": 4},
            hovertemplate="%{x}: %{y:" + form + "}<extra></extra>", row=place, col=1,
        )  # fmt: skip
        figure.update_yaxes(tickformat=form, nticks=4, row=place, col=1)
        figure.update_xaxes(type="date", tickformat="%m-%d", range=[days[0], days[-1]], row=place, col=1)
    figure.update_annotations(font={"size": 12})
    figure.update_layout(showlegend=False, height=145 * len(names) + 60, margin={"t": 30})
    return figure


def reliability(rows: pd.DataFrame, lang: Lang) -> Any:  # noqa: ANN401
    """Told against true shares by tenth of the people."""
    from plotly import graph_objects as go

    top = float(max(rows["told"].max(), rows["came"].max())) * 1.08
    figure = go.Figure()
    figure.add_scatter(
        x=[0, top], y=[0, top], mode="lines", line={"color": _GREY, "dash": "dot"}, hoverinfo="skip",
        name=WORDS["perfect"].to(lang),
    )  # fmt: skip
    figure.add_scatter(
        x=rows["told"].tolist(), y=rows["came"].tolist(), mode="lines+markers", line={"color": _BLUE},
        marker={"size": 9}, name=WORDS["came"].to(lang), hovertemplate="%{x:.1%} → %{y:.1%}<extra></extra>",
    )  # fmt: skip
    figure.update_xaxes(title=WORDS["probability"].to(lang), tickformat=".0%", range=[0, top])
    figure.update_yaxes(title=WORDS["came"].to(lang), tickformat=".0%", range=[0, top])
    return figure

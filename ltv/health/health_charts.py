"""Charts of the health page; plotly is imported only where one is drawn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ltv.health.health_words import WORDS
from ltv.text import number as shown

if TYPE_CHECKING:
    from ltv.health.indicators import Watched
    from ltv.text import Lang

_BLUE, _RED, _GREY, _BAND = "#1f5fa8", "#b3261e", "#8a94a0", "rgba(31,95,168,0.13)"
_FAR = 4.0  # times the height of what is drawn
_FORMAT = {"rate": ".1%", "money": ",.0f", "hours": ".0f"}


def _numbers(values: pd.Series) -> list[float | None]:
    return [None if v != v else float(v) for v in values]  # noqa: PLR0124  NaN


def trend(rows: pd.DataFrame, indicator: Watched, lang: Lang) -> Any:  # noqa: ANN401
    """Value by day with its threshold, the usual range of the weekday, and the days that triggered."""
    from plotly import graph_objects as go

    figure, days = go.Figure(), [str(d) for d in rows["date"]]
    form = _FORMAT.get(indicator.unit, ".3~f")
    _band(figure, rows, lang)
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
    figure.update_xaxes(type="date", tickformat="%m-%d", range=[days[0], days[-1]])
    _in_sight(figure, rows, indicator, lang)
    return figure


def _band(figure: Any, rows: pd.DataFrame, lang: Lang) -> None:  # noqa: ANN401
    """The usual range, each stretch of days that have one by itself."""
    known = rows["expected_low"].notna()
    stretch = (known != known.shift()).cumsum()[known]
    for number, (_, part) in enumerate(rows[known].groupby(stretch)):
        days = [str(d) for d in part["date"]]
        edge = [*part["expected_high"].tolist(), *reversed(part["expected_low"].tolist())]
        figure.add_scatter(
            x=[*days, *reversed(days)], y=edge, mode="lines", line={"width": 0}, fill="toself", fillcolor=_BAND,
            hoverinfo="skip", name=WORDS["line_band"].to(lang), showlegend=number == 0,
        )  # fmt: skip


def _in_sight(figure: Any, rows: pd.DataFrame, indicator: Watched, lang: Lang) -> None:  # noqa: ANN401
    """Keep the line readable where the threshold is far off: it is told in words then."""
    seen = rows[["value", "expected_low", "expected_high"]].to_numpy(dtype=float)
    low, high, bound = float(np.nanmin(seen)), float(np.nanmax(seen)), float(rows["threshold"].iloc[-1])
    room = max(high - low, abs(high) * 0.1, 1e-9)
    if np.isnan(bound) or low - _FAR * room <= bound <= high + _FAR * room:
        return
    is_over, bottom = bound > high, low - room * 0.3
    figure.update_yaxes(range=[max(bottom, 0.0) if low >= 0 else bottom, high + room * 0.3])
    told = WORDS["far_over" if is_over else "far_under"].format(threshold=shown(bound, indicator.unit))
    place = {"x": 0.99, "xref": "paper", "y": 0.97 if is_over else 0.03, "yref": "paper", "xanchor": "right"}
    figure.add_annotation(text=told.to(lang), showarrow=False, font={"color": _RED, "size": 12}, **place)


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

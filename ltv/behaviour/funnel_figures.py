"""Rows and charts of the funnel page; plotly is imported only where a chart is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ltv.behaviour.funnel_words import WORDS, step
from ltv.text import Lang, Text, number, same

if TYPE_CHECKING:
    import pandas as pd

_BLUE, _LIGHT, _GREY, _INK = "#1f5fa8", "#b9d3ee", "#6b7480", "#16202b"
_MINUTE, _HOUR, _DAY = 60.0, 3600.0, 86_400.0


def duration(seconds: float | None) -> Text:
    """Write a time as people say it.

    >>> duration(90.0).en, duration(5400.0).zh, duration(float("nan")).en
    ('1.5 min', '1.5 小时', '–')
    """
    if seconds is None or seconds != seconds:  # noqa: PLR0124  NaN
        return same("–")
    for name, length in (("days", _DAY), ("hours", _HOUR), ("minutes", _MINUTE), ("seconds", 1.0)):
        if seconds >= length or name == "seconds":
            return WORDS[name].format(n=f"{seconds / length:,.1f}".removesuffix(".0"))
    raise AssertionError  # pragma: no cover


def bars(whole: pd.DataFrame, lang: Lang) -> Any:  # noqa: ANN401
    """One bar a step: people, those still open in a light colour, counts and rates written beside."""
    from plotly import graph_objects as go

    names = [f"{i + 1}. {step(s).to(lang)}" for i, s in enumerate(whole["step"])]
    settled = (whole["users"] - whole["pending"]).tolist()
    figure = go.Figure()
    figure.add_bar(
        y=names,
        x=settled,
        orientation="h",
        marker={"color": _BLUE},
        name=WORDS["users"].to(lang),
        hovertemplate="%{y}: %{x:,}<extra></extra>",
        showlegend=False,
    )
    figure.add_bar(
        y=names,
        x=whole["pending"].tolist(),
        orientation="h",
        marker={"color": _LIGHT},
        name=WORDS["pending"].to(lang),
        text=[_label(row, lang) for row in whole.itertuples()],
        textposition="outside",
        textfont={"color": _INK},
        showlegend=bool(whole["pending"].sum()),
        hovertemplate="%{y}: %{x:,} " + WORDS["pending"].to(lang) + "<extra></extra>",
    )
    figure.update_layout(barmode="stack", height=120 + 58 * len(names))
    figure.update_yaxes(autorange="reversed", title=None, showgrid=False)
    top = max(int(whole["users"].max()), 1)
    figure.update_xaxes(visible=False, range=[0, top * 1.75])
    return figure


def _label(row: Any, lang: Lang) -> str:  # noqa: ANN401  a named tuple of pandas
    people = number(row.users, "count").to(lang)
    if row.step_index == 0 or row.rate_from_first != row.rate_from_first:
        return people
    return f"{people}<br>{number(row.rate_from_previous, 'rate').to(lang)} · {number(row.rate_from_first, 'rate').to(lang)}"


def rolling(rows: pd.DataFrame, lang: Lang) -> Any:  # noqa: ANN401
    """The rolling rate; a day without data leaves a gap."""
    from plotly import graph_objects as go

    dates = [str(d) for d in rows["date"]]
    rates = [None if r != r else float(r) for r in rows["rate_7d"]]  # noqa: PLR0124  NaN
    last = max((i for i, r in enumerate(rates) if r is not None), default=-1)
    figure = go.Figure()
    figure.add_scatter(
        x=dates,
        y=rates,
        mode="lines+markers+text",
        line={"color": _BLUE, "width": 3},
        marker={"size": 4},
        text=[number(r, "rate").to(lang) if i == last else "" for i, r in enumerate(rates)],
        textposition="top center",
        connectgaps=False,
        showlegend=False,
        hovertemplate="%{x}: %{y:.1%}<extra></extra>",
    )
    for day in rows.loc[~rows["has_data"].astype(bool), "date"].tail(60):
        figure.add_vrect(x0=str(day), x1=str(day), line={"color": _GREY, "width": 1, "dash": "dot"})
    figure.update_yaxes(tickformat=".1%", rangemode="tozero", title=None)
    figure.update_xaxes(title=WORDS["date"].to(lang), type="date", tickformat="%m-%d", nticks=6, tickangle=0)
    return figure

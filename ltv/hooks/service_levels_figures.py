"""Charts of the service levels; plotly is imported only where one is drawn."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from ltv.hooks.service_words import HOOKS, KINDS, WORDS
from ltv.text import Lang, Text, number, same

if TYPE_CHECKING:
    import pandas as pd

MOST_HOOKS = 8
_COLORS = ("#1f5fa8", "#b3541e", "#4a7c3a", "#7a4a9c", "#8a6d1d", "#2a8c8c", "#a83279", "#5b6770")
_RED, _GREY, _SHADE = "#b3261e", "#7fa3c7", "rgba(179,38,30,0.15)"


def hook_name(hook: object) -> Text:
    """What people call a hook."""
    return HOOKS.get(str(hook), same(str(hook)))


def budget(rows: pd.DataFrame, lang: Lang) -> Any:  # noqa: ANN401
    """Bars of the budget used, red where there is none left."""
    from plotly import graph_objects as go

    shown = rows.iloc[::-1]
    named = zip(shown["hook"], shown["objective"], strict=True)
    labels = [f"{hook_name(h).to(lang)} · {KINDS[k].to(lang)}" for h, k in named]
    used = shown["budget_used"].tolist()
    figure = go.Figure()
    figure.add_bar(
        x=used, y=labels, orientation="h", text=[number(u, "rate").to(lang) for u in used], textposition="outside",
        cliponaxis=False, marker={"color": [_RED if u > 1 else _GREY for u in used]},
        hovertemplate="%{y}: %{x:.1%}<extra></extra>",
    )  # fmt: skip
    figure.add_vline(x=1, line={"color": _RED, "dash": "dash", "width": 1.5})
    figure.update_xaxes(tickformat=".0%", rangemode="tozero", title=WORDS["budget_used"].to(lang))
    figure.update_yaxes(automargin=True)
    return figure


def lines(rows: pd.DataFrame, value: str, lang: Lang, *, shaded: list[str]) -> Any:  # noqa: ANN401
    """A line for each hook.

    Args:
        rows: hook, date and the value.
        value: column.
        lang: of the words.
        shaded: days of incidents.
    """
    from plotly import graph_objects as go

    figure, is_rate = go.Figure(), value == "failed_share"
    busiest = rows.groupby("hook")["attempts"].sum().sort_values(ascending=False).index[:MOST_HOOKS]
    form, days = ".1%" if is_rate else ",.0f", sorted(rows["date"].unique())
    for k, hook in enumerate(busiest):
        mine = rows[rows["hook"] == hook].set_index("date")[value]  # a day without calls is a gap
        figure.add_scatter(
            x=[str(d) for d in days], y=[float(mine[d]) if d in mine.index else None for d in days], mode="lines", name=hook_name(hook).to(lang),
            line={"color": _COLORS[k % len(_COLORS)], "width": 2},
            hovertemplate="%{x}: %{y:" + form + "}<extra>" + hook_name(hook).to(lang) + "</extra>",
        )  # fmt: skip
    for day in shaded:
        noon = datetime.fromisoformat(day) + timedelta(hours=12)  # a day stands at its midnight
        figure.add_vrect(x0=noon - timedelta(days=1), x1=noon, fillcolor=_SHADE, line_width=0)
    figure.update_xaxes(type="date", tickformat="%m-%d")
    figure.update_yaxes(tickformat=form, title=WORDS[value].to(lang), rangemode="tozero" if is_rate else "normal")
    if not is_rate:
        figure.update_yaxes(type="log", dtick="D2")
    return figure

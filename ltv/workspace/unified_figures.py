"""Charts of the page of people; plotly is imported only where one is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ltv.contract import INPUTS
from ltv.text import Lang, Text, number
from ltv.workspace.growth import COUNTED
from ltv.workspace.unified_words import WORDS

if TYPE_CHECKING:
    import pandas as pd

_COLORS = {"identifiers": "#9088a8", "people": "#1c6dbd", "accounts": "#d1660a"}


def table_name(table: str) -> Text:
    """What a page calls an input table."""
    return Text(INPUTS[table].meaning.zh, table)


def coverage(rows: pd.DataFrame, lang: Lang) -> Any:  # noqa: ANN401  plotly has no types
    """Which share of the rows of each source is of known people: one stacked bar a source and table."""
    from plotly import graph_objects as go

    rows = rows.iloc[::-1]
    names = [f"{s} · {table_name(t).to(lang)}" for s, t in zip(rows["source"], rows["table"], strict=True)]
    parts = {
        "of_accounts": rows["of_accounts"],
        "of_strangers": rows["of_people"] - rows["of_accounts"],
        "of_nobody": rows["n"] - rows["of_people"],
    }
    figure = go.Figure()
    for column, values in parts.items():
        figure.add_bar(y=names, x=values / rows["n"], orientation="h", name=WORDS[column].to(lang))
    figure.update_layout(barmode="stack", height=max(260, 90 + 34 * len(rows)), legend={"traceorder": "normal"})
    figure.update_xaxes(range=[0, 1], tickformat=".0%")
    return figure


def growth(rows: pd.DataFrame, lang: Lang) -> Any:  # noqa: ANN401
    """How many there were by the end of each day or week, as lines; how many were new in it, as bars below."""
    from plotly.subplots import make_subplots

    figure = make_subplots(rows=2, cols=1, shared_xaxes=True, row_heights=[0.58, 0.42], vertical_spacing=0.08)
    start = [str(day) for day in rows["start"]]
    for name in COUNTED:
        last = number(rows[name].iloc[-1], "count").to(lang)
        figure.add_scatter(
            x=start,
            y=rows[name].tolist(),
            mode="lines+text",
            name=WORDS[f"all_{name}"].to(lang),
            line={"color": _COLORS[name]},
            text=[""] * (len(rows) - 1) + [last],
            textposition="top left",
            row=1,
            col=1,
        )
    for name in COUNTED[1:]:
        values = rows[f"new_{name}"].tolist()
        words = WORDS[f"new_{name}"].to(lang)
        figure.add_bar(x=start, y=values, name=words, marker={"color": _COLORS[name]}, showlegend=False, row=2, col=1)
    figure.update_layout(height=460, legend={"traceorder": "normal"})
    figure.update_yaxes(rangemode="tozero", tickformat=",.0f")
    figure.update_yaxes(title=WORDS["by_the_end"].to(lang), row=1, col=1)
    figure.update_yaxes(title=WORDS["new"].to(lang), row=2, col=1)
    return figure

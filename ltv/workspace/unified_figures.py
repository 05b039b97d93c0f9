"""Charts of the page of people; plotly is imported only where one is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ltv.colors import LIGHT, MAIN, MUTED, OTHER, PALE, PAPER
from ltv.contract import INPUTS
from ltv.drawing import End, add_ends, add_line, day_axis, scale_axis
from ltv.text import Lang, Text, number
from ltv.workspace.growth import COUNTED
from ltv.workspace.unified_words import WORDS

if TYPE_CHECKING:
    import pandas as pd

_COLORS = {"identifiers": MUTED, "people": MAIN, "accounts": OTHER}
_PARTS = {"of_accounts": MAIN, "of_strangers": LIGHT, "of_nobody": PALE}
_READABLE = 0.12  # of the width: narrower parts have no room for their share


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
        share = values / rows["n"]
        figure.add_bar(
            y=names, x=share.tolist(), orientation="h", name=WORDS[column].to(lang), marker={"color": _PARTS[column]},
            text=[f"{v:.0%}" if v > _READABLE else "" for v in share], textposition="inside", insidetextanchor="middle",
            textangle=0, textfont={"color": PAPER} if column == "of_accounts" else None,
            hovertemplate="%{y}: %{x:.1%}<extra>" + WORDS[column].to(lang) + "</extra>",
        )  # fmt: skip
    figure.update_layout(barmode="stack", height=max(260, 90 + 34 * len(rows)), legend={"traceorder": "normal"})
    scale_axis(figure, "x", [1.0], unit="rate", lang=lang, room=0.0)
    figure.update_layout(margin={"r": 24})  # for the label of the last tick
    return figure


def growth(rows: pd.DataFrame, lang: Lang) -> Any:  # noqa: ANN401
    """How many there were by the end of each day or week, as lines; how many were new in it, as bars below."""
    from plotly.subplots import make_subplots

    figure = make_subplots(rows=2, cols=1, shared_xaxes=True, row_heights=[0.58, 0.42], vertical_spacing=0.1)
    start, ends = [str(day) for day in rows["start"]], []
    top: dict[str, Any] = {"row": 1, "col": 1}
    bounds = scale_axis(
        figure,
        "y",
        rows[list(COUNTED)].to_numpy().ravel(),
        unit="count",
        lang=lang,
        title=WORDS["by_the_end"].to(lang),
        **top,
    )
    for name in COUNTED:
        words, last = WORDS[f"all_{name}"].to(lang), float(rows[name].iloc[-1])
        add_line(figure, start, rows[name], hover=f"{words} · %{{x}}: %{{y:,}}", color=_COLORS[name], **top)
        ends.append(End(start[-1], last, f"{words} {number(last, 'count').to(lang)}", _COLORS[name]))
    add_ends(figure, ends, bottom=bounds[0], top=bounds[1], height_px=200)
    new = [f"new_{name}" for name in COUNTED[1:]]
    for name in COUNTED[1:]:
        words = WORDS[f"new_{name}"].to(lang)
        figure.add_bar(
            x=start, y=rows[f"new_{name}"].tolist(), marker={"color": _COLORS[name]}, showlegend=False, row=2, col=1,
            hovertemplate=f"{words} · %{{x}}: %{{y:,}}<extra></extra>",
        )  # fmt: skip
    scale_axis(
        figure,
        "y",
        rows[new].to_numpy().ravel(),
        unit="count",
        lang=lang,
        title=WORDS["new"].to(lang),
        most=3,
        row=2,
        col=1,
    )
    figure.update_layout(height=460)
    day_axis(figure, lang, start)
    return figure

"""Charts of the golden 48 hours; plotly is imported only where one is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ltv.behaviour.golden48_words import METRIC_WORDS, WORDS
from ltv.colors import BAD, GOOD, INK, MUTED, SOFT, band
from ltv.drawing import End, add_band, add_ends, add_line, scale_axis
from ltv.text import Lang, Text, number

if TYPE_CHECKING:
    import pandas as pd

_ROW_PX = 46


def changes(rows: pd.DataFrame, lang: Lang) -> Any:  # noqa: ANN401
    """Range expected as a bar, value observed as a dot, relative to expectation; the first metric on top."""
    from plotly import graph_objects as go

    names = [METRIC_WORDS[m].to(lang) for m in rows["metric"]]
    figure = go.Figure()
    figure.add_bar(
        y=names, base=rows["low"].tolist(), x=(rows["high"] - rows["low"]).tolist(), orientation="h", width=0.5,
        marker={"color": band(SOFT)}, hoverinfo="skip", showlegend=False,
    )  # fmt: skip
    moved = rows["verdict"].isin(["up", "down"])
    colors = [MUTED if not m else GOOD if g else BAD for m, g in zip(moved, rows["is_good"], strict=True)]
    figure.add_scatter(
        y=names, x=rows["change"].tolist(), mode="markers+text", marker={"color": colors, "size": 12},
        text=[_signed(c, lang) if m else "" for c, m in zip(rows["change"], moved, strict=True)],
        textposition="top center", textfont={"color": INK}, showlegend=False, hovertemplate="%{y}: %{x:+.1%}<extra></extra>",
    )  # fmt: skip
    figure.add_vline(x=0, line={"color": MUTED, "width": 1})
    values = [*rows["low"], *rows["high"], *rows["change"]]
    scale_axis(figure, "x", values, unit="rate", lang=lang, title=WORDS["change"].to(lang))
    figure.update_yaxes(autorange="reversed", showgrid=False)
    figure.update_layout(height=90 + _ROW_PX * len(rows))
    return figure


def _signed(change: float, lang: Lang) -> str:
    return ("+" if change > 0 else "") + number(change, "rate").to(lang)


def pulse(rows: pd.DataFrame, what: Text, lang: Lang) -> Any:  # noqa: ANN401
    """The launch's hours against the usual band, which is named where it ends."""
    from plotly import graph_objects as go

    figure, hours = go.Figure(), rows["hour"].tolist()
    there = rows[rows["observed"].notna()]
    values = [*rows["high"], *there["observed"]]
    bottom, top = scale_axis(figure, "y", values, unit="count", lang=lang, title=what.to(lang))
    add_band(figure, hours, rows["low"], rows["high"], color=SOFT)
    add_line(figure, there["hour"], there["observed"], hover="%{x} h: %{y:,}")
    figure.add_vline(x=0, line={"color": MUTED, "dash": "dot", "width": 1.5})
    middle = (float(rows["low"].iloc[-1]) + float(rows["high"].iloc[-1])) / 2
    ends = [End(hours[-1], middle, WORDS["pulse_band"].to(lang), SOFT)]
    if len(there):
        ends.append(End(hours[-1], float(there["observed"].iloc[-1]), WORDS["pulse_line"].to(lang)))
    add_ends(figure, ends, bottom=bottom, top=top)
    figure.update_xaxes(title=WORDS["hour"].to(lang), dtick=12, range=[hours[0], hours[-1]])
    return figure

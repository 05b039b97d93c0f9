"""The waterfall of a change; plotly is imported only where one is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from ltv.colors import BAD, CLEAR, GOOD, INK, LIGHT, LINE, SOFT
from ltv.health.changes_words import WORDS

if TYPE_CHECKING:
    import pandas as pd

    from ltv.text import Lang, Text, Unit

_FORMAT: dict[str, str] = {"rate": ".1%", "money": ",.0f", "count": ",.0f"}
_ROW_PX, _EDGE_PX = 46, 70


@dataclass(frozen=True)
class Drawn:
    """What a waterfall shows.

    Attributes:
        rows: contribution, begins, low, high, accused of each bar.
        names: of the parts.
        values: contributions and ends of their intervals, as they are written.
        total: name, figure and number of the whole change.
        axis: what is measured.
        is_bad: whether the change is a bad one.
        unit: of the figure.
    """

    rows: pd.DataFrame
    names: Sequence[Text]
    values: Sequence[Sequence[Text]]
    total: tuple[Text, Text, float]
    axis: Text
    is_bad: bool
    unit: Unit


def waterfall(drawn: Drawn, lang: Lang) -> Any:  # noqa: ANN401
    """Lying bars, each from where the one above ends; names and figures stand beside them, so that nothing covers a label."""
    from plotly import graph_objects as go

    rows, names, values, total = drawn.rows, drawn.names, drawn.values, drawn.total
    figure, n = go.Figure(), len(rows)
    place, change = list(range(n)), [float(v) for v in rows["contribution"]]
    begins = [float(v) for v in rows["begins"]]
    colours = [(BAD if drawn.is_bad else GOOD) if accused else LIGHT for accused in rows["accused"]]
    hover = [
        WORDS["hover"].format(part=name, value=v, low=low, high=high).to(lang)
        if low.en != "–"
        else f"{name.to(lang)}: {v.to(lang)}"
        for name, v, low, high in zip(names, *values, strict=True)
    ]
    figure.add_bar(
        y=place, x=change, base=begins, orientation="h", marker={"color": colours}, hovertext=hover, hoverinfo="text",
        width=0.62, showlegend=False,
    )  # fmt: skip
    figure.add_bar(
        y=[n], x=[total[2]], base=[0.0], orientation="h", marker={"color": INK}, width=0.62, showlegend=False,
        hovertext=[f"{total[0].to(lang)}: {total[1].to(lang)}"], hoverinfo="text",
    )  # fmt: skip
    _intervals(figure, rows, begins)
    _steps(figure, begins, change)
    labels = [f"{escape(name.to(lang))}<br><b>{v.to(lang)}</b>" for name, v in zip(names, values[0], strict=True)]
    labels.append(f"<b>{total[0].to(lang)}</b><br><b>{total[1].to(lang)}</b>")
    figure.update_yaxes(
        tickvals=[*place, n],
        ticktext=labels,
        range=[n + 0.5, -0.5],
        showgrid=False,
        ticks="outside",
        ticklen=8,
        tickcolor=CLEAR,  # room between names and bars
        zeroline=False,
        showline=False,
    )
    form = _FORMAT.get(drawn.unit, ".2~f")
    figure.update_xaxes(
        title=drawn.axis.to(lang),
        tickformat=form,
        nticks=5,
        zeroline=True,
        zerolinewidth=1,
        showgrid=True,
        gridcolor=LINE,
        range=_reach(rows, total[2]),
    )
    figure.update_layout(barmode="overlay", height=_ROW_PX * (n + 1) + _EDGE_PX, showlegend=False)
    return figure


def _reach(rows: pd.DataFrame, total: float) -> list[float]:
    """From where to where bars and intervals lie, with a little room."""
    ends = [rows["begins"] + rows[column] for column in ("contribution", "low", "high")]
    seen = [0.0, total, *(float(v) for end in ends for v in end.dropna())]
    room = 0.03 * (max(seen) - min(seen))
    return [min(seen) - (room if min(seen) < 0 else 0.0), max(seen) + (room if max(seen) > 0 else 0.0)]


def _intervals(figure: Any, rows: pd.DataFrame, begins: Sequence[float]) -> None:  # noqa: ANN401
    """Thin lines with end marks, laid over the bars."""
    x: list[float | None] = []
    y: list[float | None] = []
    for n, (begin, low, high) in enumerate(zip(begins, rows["low"], rows["high"], strict=True)):
        if low == low and high == high:  # noqa: PLR0124  NaN
            x += [begin + low, begin + high, None, begin + low, begin + low, None, begin + high, begin + high, None]
            y += [n, n, None, n - 0.12, n + 0.12, None, n - 0.12, n + 0.12, None]
    figure.add_scatter(x=x, y=y, mode="lines", line={"color": SOFT, "width": 1.5}, hoverinfo="skip", showlegend=False)


def _steps(figure: Any, begins: Sequence[float], change: Sequence[float]) -> None:  # noqa: ANN401
    """Dotted lines from the end of each bar to the beginning of the next."""
    x: list[float | None] = []
    y: list[float | None] = []
    for n, (begin, by) in enumerate(zip(begins, change, strict=True)):
        x += [begin + by, begin + by, None]
        y += [n + 0.31, n + 0.69, None]
    figure.add_scatter(
        x=x, y=y, mode="lines", line={"color": SOFT, "width": 1, "dash": "dot"}, hoverinfo="skip", showlegend=False
    )

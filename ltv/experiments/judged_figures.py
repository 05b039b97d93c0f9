"""The charts of the page on experiments; plotly is imported only where a chart is drawn."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from ltv.experiments.judged_words import WORDS
from ltv.result import Column, View
from ltv.text import Lang, number, same

if TYPE_CHECKING:
    import pandas as pd

    from ltv.experiments.decide import Decision
    from ltv.experiments.findings import Findings

_BLUE, _GREY, _BAND = "#1f5fa8", "#6b7480", "rgba(31,95,168,0.15)"
_SHADES = ("#1f5fa8", "#b3541e", "#4a7c3a", "#7a4a9c", "#8a6d1d", "#3a7c7a")
_EFFECTS = (
    Column("experiment", WORDS["experiment"]),
    Column("variant", WORDS["variant"]),
    Column("lift", WORDS["lift"], "rate"),
    Column("low", WORDS["low"], "rate"),
    Column("high", WORDS["high"], "rate"),
)
_LOOKS = (
    Column("date", WORDS["date"], "date"),
    Column("variant", WORDS["variant"]),
    Column("lift", WORDS["lift"], "rate"),
    Column("low", WORDS["low"], "rate"),
    Column("high", WORDS["high"], "rate"),
    Column("n", WORDS["people"], "count"),
)


def effect_rows(decisions: Sequence[Decision]) -> pd.DataFrame:
    """Lifts that can be drawn, one a variant."""
    import pandas as pd

    rows = [
        {"experiment": d.experiment, "variant": d.variant, "lift": d.row.lift, "low": d.row.low, "high": d.row.high}
        for d in decisions
        if d.row is not None and d.verdict not in ("broken", "cannot_judge") and math.isfinite(d.row.low + d.row.high)
    ]
    return pd.DataFrame(rows, columns=[c.name for c in _EFFECTS])


def effects_view(decisions: Sequence[Decision]) -> View:
    """The block of all lifts."""
    return _view("effects", effect_rows(decisions), _EFFECTS)


def looks_view(test: Findings) -> View:
    """The block of one test over time."""
    import pandas as pd

    rows = test.looks if test.looks is not None else pd.DataFrame(columns=[c.name for c in _LOOKS])
    return _view("looks", _drawable(rows), _LOOKS, test.experiment)


def _view(name: str, rows: pd.DataFrame, columns: tuple[Column, ...], experiment: str = "") -> View:
    title = WORDS[f"{name}_title"].format(experiment=same(experiment))
    return View(
        "chart" if len(rows) else "table", title, WORDS[f"{name}_note"], rows, columns, alt=WORDS[f"{name}_alt"]
    )


def _drawable(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.dropna(subset=["lift", "low", "high"]).reset_index(drop=True)


def effects(decisions: Sequence[Decision], lang: Lang) -> Any:  # noqa: ANN401
    """One line a variant: the lift and its interval, the strongest case on top."""
    from plotly import graph_objects as go

    rows = effect_rows(decisions).iloc[::-1]
    clear = (rows["low"] > 0) | (rows["high"] < 0)
    names = [escape(f"{e} · {v}") for e, v in zip(rows["experiment"], rows["variant"], strict=True)]
    figure = go.Figure()
    for is_clear, color in ((True, _BLUE), (False, _GREY)):
        part = rows[clear == is_clear]
        figure.add_scatter(
            x=part["lift"].tolist(),
            y=[n for n, c in zip(names, clear, strict=True) if c == is_clear],
            error_x={
                "type": "data",
                "symmetric": False,
                "array": (part["high"] - part["lift"]).tolist(),
                "arrayminus": (part["lift"] - part["low"]).tolist(),
                "color": color,
                "thickness": 2,
            },
            mode="markers+text",
            marker={"color": color, "size": 10},
            text=[number(v, "rate").to(lang) for v in part["lift"]],
            textposition="top center",
            showlegend=False,
            hovertemplate="%{y}: %{x:.1%}<extra></extra>",
        )
    figure.add_vline(x=0, line={"color": _GREY, "width": 1})
    figure.update_xaxes(tickformat=".0%", title=WORDS["lift"].to(lang))
    figure.update_yaxes(categoryorder="array", categoryarray=names, automargin=True)
    figure.update_layout(height=140 + 46 * max(len(rows), 2))
    return figure


def looks(test: Findings, lang: Lang) -> Any:  # noqa: ANN401
    """Cumulative lift of every variant with its bounds."""
    from plotly import graph_objects as go

    figure = go.Figure()
    rows = _drawable(test.looks) if test.looks is not None else None
    if rows is None:
        return figure
    for i, (variant, part) in enumerate(_strongest(rows).groupby("variant", sort=False)):
        color = _SHADES[i % len(_SHADES)]
        dates = [f"{d:%Y-%m-%d}" for d in part["date"]]
        figure.add_scatter(
            x=[*dates, *reversed(dates)],
            y=[*part["high"].tolist(), *reversed(part["low"].tolist())],
            fill="toself",
            fillcolor=_BAND,
            line={"width": 0},
            hoverinfo="skip",
            showlegend=False,
        )
        last = [""] * (len(part) - 1) + [f"{escape(str(variant))} {number(part['lift'].iloc[-1], 'rate').to(lang)}"]
        figure.add_scatter(
            x=dates,
            y=part["lift"].tolist(),
            mode="lines+markers+text",
            line={"color": color, "width": 3},
            text=last,
            textposition="top left",
            showlegend=False,
            hovertemplate="%{x}: %{y:.1%}<extra></extra>",
        )
    figure.add_hline(y=0, line={"color": _GREY, "width": 1})
    figure.update_yaxes(tickformat=".0%", title=WORDS["lift"].to(lang), range=_range(rows))
    return figure


def _strongest(rows: pd.DataFrame) -> pd.DataFrame:
    """The variants that have moved most, as many as a picture holds."""
    last = rows.groupby("variant")["lift"].last().abs().sort_values(ascending=False)
    return rows[rows["variant"].isin(last.index[: len(_SHADES)])]


def _range(rows: pd.DataFrame) -> list[float]:
    """The first looks are so wide that they would hide all others."""
    later = rows.iloc[len(rows) // 4 :]
    low, high = min(later["low"].min(), 0.0), max(later["high"].max(), 0.0)
    margin = (high - low) * 0.1
    return [low - margin, high + margin]

"""The charts of the page on experiments; plotly is imported only where a chart is drawn."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from ltv.colors import MAIN, MUTED, series
from ltv.drawing import End, add_band, add_ends, add_line, day_axis, scale_axis, whiskers
from ltv.experiments.judged_words import WORDS
from ltv.result import Column, View
from ltv.text import Lang, number, same

if TYPE_CHECKING:
    import pandas as pd

    from ltv.experiments.decide import Decision
    from ltv.experiments.findings import Findings

_MOST_VARIANTS = 5
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

    rows = effect_rows(decisions)
    clear = (rows["low"] > 0) | (rows["high"] < 0)
    names = [escape(f"{e} · {v}") for e, v in zip(rows["experiment"], rows["variant"], strict=True)]
    figure = go.Figure()
    for is_clear, color in ((True, MAIN), (False, MUTED)):
        part = rows[clear == is_clear]
        figure.add_scatter(
            x=part["lift"].tolist(), y=[n for n, c in zip(names, clear, strict=True) if c == is_clear],
            error_x=whiskers(part["lift"], part["low"], part["high"], color=color), mode="markers+text",
            marker={"color": color, "size": 11, "symbol": "circle" if is_clear else "circle-open"}, textfont={"color": color},
            text=[number(v, "rate").to(lang) for v in part["lift"]], textposition="top center",
            showlegend=False, hovertemplate="%{y}: %{x:.1%}<extra></extra>",
        )  # fmt: skip
    figure.add_vline(x=0, line={"color": MUTED, "width": 1.5})
    values = [*rows["low"], *rows["high"], 0.0]
    scale_axis(figure, "x", values, unit="rate", lang=lang, title=WORDS["lift"].to(lang))
    figure.update_yaxes(categoryorder="array", categoryarray=names[::-1])
    figure.update_layout(height=110 + 48 * max(len(rows), 2))
    return figure


def looks(test: Findings, lang: Lang) -> Any:  # noqa: ANN401
    """Cumulative lift of every variant with its bounds, named at its end."""
    from plotly import graph_objects as go

    figure = go.Figure()
    rows = _drawable(test.looks) if test.looks is not None else None
    if rows is None or not len(rows):
        return figure
    rows, ends = _strongest(rows), []
    low, high = _range(rows)
    values, title = [low, high, 0.0], WORDS["lift"].to(lang)
    bottom, top = scale_axis(figure, "y", values, unit="rate", lang=lang, title=title, room=0.02)
    for place, (variant, part) in enumerate(rows.groupby("variant", sort=False)):
        color, dates, name = series(place), [f"{d:%Y-%m-%d}" for d in part["date"]], escape(str(variant))
        add_band(figure, dates, part["low"].clip(lower=bottom), part["high"].clip(upper=top), color=color)
        add_line(figure, dates, part["lift"], hover=f"{name} · %{{x}}: %{{y:.1%}}", color=color, mode="lines+markers")
        last = float(part["lift"].iloc[-1])
        ends.append(End(dates[-1], last, f"{name} {number(last, 'rate').to(lang)}", color))
    figure.add_hline(y=0, line={"color": MUTED, "width": 1.5})
    add_ends(figure, ends, bottom=bottom, top=top)
    day_axis(figure, lang, [f"{d:%Y-%m-%d}" for d in rows["date"]])
    return figure


def _strongest(rows: pd.DataFrame) -> pd.DataFrame:
    """The variants that have moved most, as many as a picture holds."""
    last = rows.groupby("variant")["lift"].last().abs().sort_values(ascending=False)
    return rows[rows["variant"].isin(last.index[:_MOST_VARIANTS])]


def _range(rows: pd.DataFrame) -> list[float]:
    """The first looks are so wide that they would hide all others."""
    later = rows.iloc[len(rows) // 4 :]
    return [min(float(later["low"].min()), 0.0), max(float(later["high"].max()), 0.0)]

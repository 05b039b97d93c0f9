"""Charts of the health page; plotly is imported only where one is drawn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ltv.behaviour.who import WHO
from ltv.colors import BAD, MAIN, MUTED, SOFT
from ltv.drawing import (
    End,
    add_band,
    add_beside,
    add_ends,
    add_line,
    choose_first,
    day_axis,
    numbers,
    scale_axis,
    told,
    whiskers,
)
from ltv.health.health_words import WORDS
from ltv.text import number as shown

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ltv.health.indicators import Watched
    from ltv.text import Lang

_FAR = 4.0  # times the height of what is drawn
_FORMAT = {"rate": ".1%", "money": ",.0f", "hours": ".0f"}
_SMALL_PX = 150


def trend(rows: pd.DataFrame, indicator: Watched, lang: Lang, currency: str) -> Any:  # noqa: ANN401
    """Value by day of whom the reader chooses, with its threshold, the usual range of the weekday, and the days that triggered."""
    from plotly import graph_objects as go

    figure, ends = go.Figure(), []
    whole = rows[rows[WHO] == rows[WHO].iloc[0]]
    bound, seen = _bound(whole), whole[["value", "expected_low", "expected_high"]].to_numpy(dtype=float).ravel()
    far = bound is not None and _far(seen, bound)
    values = [*rows["value"], *seen, *([] if far else whole["threshold"])]
    look: dict[str, Any] = {"unit": indicator.unit, "lang": lang, "currency": currency, "from_zero": "near"}
    bottom, top = scale_axis(figure, "y", values, room=0.14, **look)
    for _, part in rows.groupby(WHO, sort=False):
        ends += _one(figure, part, (bottom, top), indicator, lang)
        if not far:
            ends += _threshold(figure, part, (bottom, top), indicator, lang)
    if bound is not None and far:
        _tell_far(figure, bound, indicator, lang, currency, is_over=bound > top)
    add_ends(figure, ends, bottom=bottom, top=top)
    day_axis(figure, lang, [str(d) for d in rows["date"]])
    choose_first(figure, [str(rows[WHO].iloc[0])])
    return figure


def _threshold(
    figure: Any,  # noqa: ANN401
    part: pd.DataFrame,
    sight: tuple[float, float],
    indicator: Watched,
    lang: Lang,
) -> list[End]:
    bound, choice, days = _bound(part), str(part[WHO].iloc[0]), [str(d) for d in part["date"]]
    if bound is None or not sight[0] <= bound <= sight[1]:
        return []
    changes = part["threshold"].nunique() > 1
    add_line(
        figure, days if changes else [days[0], days[-1]], part["threshold"] if changes else [bound, bound],
        hover="%{y:" + _form(indicator) + "}", color=BAD, width=1.5, dash="dash", choice=choice,
    )  # fmt: skip
    return [End(days[-1], bound, f"{WORDS['line_threshold'].to(lang)} {_written(bound, indicator, lang)}", BAD, choice)]


def _written(value: float, indicator: Watched, lang: Lang) -> str:
    return f"{value:.3g}" if indicator.unit == "number" else shown(value, indicator.unit).to(lang)


def _one(figure: Any, part: pd.DataFrame, sight: tuple[float, float], indicator: Watched, lang: Lang) -> list[End]:  # noqa: ANN401
    """Draw the values of one choice; return what stands at their ends."""
    days, choice, ends = [str(d) for d in part["date"]], str(part[WHO].iloc[0]), []
    low, high = (part[f"expected_{end}"].clip(*sight) for end in ("low", "high"))
    add_band(figure, days, low, high, color=SOFT, choice=choice)
    add_line(figure, days, part["value"], hover="%{x}: %{y:" + _form(indicator) + "}", choice=choice)
    fired = part[part["triggered"].astype(bool)]
    if len(fired):
        figure.add_scatter(
            x=[str(d) for d in fired["date"]], y=numbers(fired["value"]), mode="markers", showlegend=False, meta=told(choice),
            marker={"color": BAD, "size": 11, "symbol": "square"}, hovertemplate=WORDS["triggered"].to(lang) + " · %{x}<extra></extra>",
        )  # fmt: skip
        words = f"■ {WORDS['triggered'].to(lang)}"
        ends.append(End(days[-1], float(fired["value"].iloc[-1]), words, BAD, choice))
    banded, known = part.dropna(subset=["expected_low"]), part.dropna(subset=["value"])
    if len(banded):
        middle = float(banded[["expected_low", "expected_high"]].iloc[-1].clip(*sight).mean())
        ends.append(End(days[-1], middle, WORDS["line_band"].to(lang), SOFT, choice))
    if len(known):
        last = float(known["value"].iloc[-1])
        ends.append(End(days[-1], last, _written(last, indicator, lang), MAIN, choice))
    return ends


def _form(indicator: Watched) -> str:
    return _FORMAT.get(indicator.unit, ".3~f")


def _bound(rows: pd.DataFrame) -> float | None:
    known = rows["threshold"].dropna()
    return float(known.iloc[-1]) if len(known) else None


def _far(seen: NDArray[np.float64], bound: float) -> bool:
    """Whether the threshold is so far off that it would press the lines flat: it is told in words then."""
    low, high = float(np.nanmin(seen)), float(np.nanmax(seen))
    room = max(high - low, abs(high) * 0.1, 1e-9)
    return not low - _FAR * room <= bound <= high + _FAR * room


def _tell_far(figure: Any, bound: float, indicator: Watched, lang: Lang, currency: str, *, is_over: bool) -> None:  # noqa: ANN401
    words = WORDS["far_over" if is_over else "far_under"].format(
        threshold=shown(bound, indicator.unit, currency=currency)
    )
    place = {"x": 0.01, "xref": "paper", "y": 1 if is_over else 0.03, "yref": "paper", "xanchor": "left"}
    figure.add_annotation(text=words.to(lang), showarrow=False, font={"color": BAD, "size": 12}, **place)


def small(rows: pd.DataFrame, indicators: Mapping[str, Watched], lang: Lang, currency: str) -> Any:  # noqa: ANN401
    """One small chart for each of the other indicators."""
    from plotly.subplots import make_subplots

    names = list(dict.fromkeys(rows["indicator"]))
    titles = [indicators[name].label.to(lang) for name in names]
    figure = make_subplots(rows=len(names), cols=1, subplot_titles=titles, vertical_spacing=0.36 / max(len(names), 1))
    for place, name in enumerate(names, start=1):
        where: dict[str, Any] = {"row": place, "col": 1}
        part, unit = rows[rows["indicator"] == name], indicators[name].unit
        days, hover = [str(d) for d in part["date"]], "%{x}: %{y:" + _form(indicators[name]) + "}"
        look: dict[str, Any] = {"hover": hover, "color": BAD, "width": 1.5, "dash": "dash"}
        add_line(figure, days, part["threshold"], **look, **where)
        add_line(figure, days, part["value"], hover=hover, mode="lines+markers", marker={"size": 4}, **where)
        values = [*part["value"], *part["threshold"]]
        form: dict[str, Any] = {"unit": unit, "lang": lang, "currency": currency, "from_zero": "near", "most": 3}
        scale_axis(figure, "y", values, room=0.12, **form, **where)
        day_axis(figure, lang, days, **where)
        known = part.dropna(subset=["value"])
        now = shown(known["value"].iloc[-1], unit, currency=currency).to(lang)
        add_beside(figure, days[-1:], numbers(known["value"].tail(1)), [now], color=MAIN, **where)
    figure.update_annotations(font={"size": 12.5}, x=0, xanchor="left")
    figure.update_layout(height=_SMALL_PX * len(names) + 50, margin={"t": 30, "r": 84})
    return figure


def reliability(rows: pd.DataFrame, lang: Lang) -> Any:  # noqa: ANN401
    """Told against true shares by tenth of the people, with the intervals of what came true."""
    from plotly import graph_objects as go

    top = float(max(rows["told"].max(), rows["high"].max())) * 1.05
    figure = go.Figure()
    add_line(figure, [0, top], [0, top], hover="%{x:.1%}", color=MUTED, width=1.5, dash="dot")
    figure.add_scatter(
        x=rows["told"].tolist(), y=rows["came"].tolist(), mode="markers", marker={"color": MAIN, "size": 10}, showlegend=False,
        error_y=whiskers(rows["came"], rows["low"], rows["high"], color=MAIN), hovertemplate="%{x:.1%} → %{y:.1%}<extra></extra>",
    )  # fmt: skip
    title = WORDS["came"].to(lang)
    scale_axis(figure, "x", [0, top], unit="rate", lang=lang, title=WORDS["probability"].to(lang), room=0.0)
    bottom, high = scale_axis(figure, "y", [0, top], unit="rate", lang=lang, title=title, room=0.0)
    add_ends(figure, [End(top, top, WORDS["perfect"].to(lang), MUTED)], bottom=bottom, top=high)
    return figure

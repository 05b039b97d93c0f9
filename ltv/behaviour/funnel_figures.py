"""Rows and charts of the funnel page; plotly is imported only where a chart is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ltv.behaviour import who
from ltv.behaviour.funnel_words import WORDS, step
from ltv.colors import MAIN, MUTED, OTHER, SOFT
from ltv.drawing import (
    End,
    add_band,
    add_beside,
    add_ends,
    add_line,
    choose_first,
    day_axis,
    scale_axis,
    told,
    whiskers,
)
from ltv.text import Lang, Text, number, same

if TYPE_CHECKING:
    import pandas as pd

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


def bars(rows: pd.DataFrame, lang: Lang) -> Any:  # noqa: ANN401
    """One bar a step: the share who came so far with its interval, of whom the reader chooses; a mark where everybody is."""
    from plotly import graph_objects as go

    everybody = str(rows[who.WHO].iloc[0])
    figure = go.Figure()
    for name, part in rows.groupby(who.WHO, sort=False):
        choice = str(name)
        steps = [f"{i}. {step(s).to(lang)}" for i, s in enumerate(part["name"], start=1)]
        reached = part["rate_from_first"].fillna(1.0)
        figure.add_bar(
            y=steps, x=reached.tolist(), orientation="h", marker={"color": MAIN if choice == everybody else OTHER},
            error_x=whiskers(reached, part["low"].fillna(reached), part["high"].fillna(reached)), meta=told(choice),
            customdata=[number(n, "count").to(lang) for n in part["users"]], showlegend=False,
            hovertemplate="%{y}: %{x:.1%} (%{customdata})<extra></extra>",
        )  # fmt: skip
        texts = [_label(row, lang) for row in part.itertuples()]
        add_beside(figure, part["high"].fillna(reached), steps, texts, choice=choice)
        if choice != everybody:
            whole = rows.loc[rows[who.WHO] == everybody, "rate_from_first"].fillna(1.0)
            figure.add_scatter(
                x=whole.tolist(), y=steps, mode="markers", marker={"symbol": "line-ns-open", "size": 26, "color": SOFT, "line": {"width": 3}},
                meta=told(choice), showlegend=False, hovertemplate=WORDS["of_everybody"].to(lang) + ": %{x:.1%}<extra></extra>",
            )  # fmt: skip
    figure.update_layout(height=60 + 52 * rows["name"].nunique(), bargap=0.4)
    figure.update_yaxes(autorange="reversed", title=None, showgrid=False)
    figure.update_xaxes(visible=False, range=[0, 1.02])
    choose_first(figure, [everybody])
    return figure


def _label(row: Any, lang: Lang) -> str:  # noqa: ANN401  a named tuple of pandas
    people = number(row.users, "count")
    if row.rate_from_first != row.rate_from_first:  # the first step
        return WORDS["label_entered"].format(n=people).to(lang)
    rates = {"first": number(row.rate_from_first, "rate"), "previous": number(row.rate_from_previous, "rate")}
    return WORDS["label_step"].format(n=people, **rates).to(lang)


def rolling(rows: pd.DataFrame, lang: Lang) -> Any:  # noqa: ANN401
    """The rolling rate with its band; a day without data leaves a gap."""
    from plotly import graph_objects as go

    figure, dates = go.Figure(), [str(d) for d in rows["date"]]
    title = WORDS["rate_7d"].to(lang)
    bottom, top = scale_axis(figure, "y", [*rows["rate_7d"], *rows["high"]], unit="rate", lang=lang, title=title)
    add_band(figure, dates, rows["low"], rows["high"])
    add_line(figure, dates, rows["rate_7d"], hover="%{x}: %{y:.1%}")
    known = rows.dropna(subset=["rate_7d"])
    if len(known):
        last = float(known["rate_7d"].iloc[-1])
        add_ends(
            figure, [End(str(known["date"].iloc[-1]), last, number(last, "rate").to(lang))], bottom=bottom, top=top
        )
    for day in rows.loc[~rows["has_data"].astype(bool), "date"].tail(60):
        figure.add_vrect(x0=str(day), x1=str(day), line={"color": MUTED, "width": 1, "dash": "dot"})
    day_axis(figure, lang, dates)
    return figure

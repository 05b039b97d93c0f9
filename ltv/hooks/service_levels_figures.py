"""Charts of the service levels; plotly is imported only where one is drawn."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from ltv.colors import BAD, MAIN, MUTED, band
from ltv.drawing import add_band, add_beside, add_line, choose_first, day_axis, scale_axis, whiskers
from ltv.hooks.service_words import HOOKS, KINDS, WORDS
from ltv.text import Lang, Text, number, same

if TYPE_CHECKING:
    import pandas as pd


_ROUND_MS = [m * 10**p for p in range(6) for m in (1, 2, 5)]
_MOST_OF = 0.8  # of the days: on one with a single call the interval is nearly everything
_MOST_USED = 3.0  # an interval that reaches farther says no more


def hook_name(hook: object) -> Text:
    """What people call a hook."""
    return HOOKS.get(str(hook), same(str(hook)))


def budget(rows: pd.DataFrame, lang: Lang) -> Any:  # noqa: ANN401
    """Bars of the budget used, red where there is none left."""
    from plotly import graph_objects as go

    named = zip(rows["hook"], rows["objective"], strict=True)
    labels = [f"{hook_name(h).to(lang)} · {KINDS[k].to(lang)}" for h, k in named]
    used = rows["budget_used"]
    end = max(min(float(rows["used_high"].max()), _MOST_USED), float(used.max()), 1.0)
    figure = go.Figure()
    figure.add_bar(
        x=used.tolist(), y=labels, orientation="h", marker={"color": [BAD if u > 1 else MAIN for u in used]},
        error_x=whiskers(used, rows["used_low"], rows["used_high"].clip(upper=end)), showlegend=False, hovertemplate="%{y}: %{x:.1%}<extra></extra>",
    )  # fmt: skip
    add_beside(figure, [end] * len(rows), labels, [f"<b>{number(u, 'rate').to(lang)}</b>" for u in used])
    figure.add_vline(x=1, line={"color": BAD, "dash": "dash", "width": 1.5})
    scale_axis(figure, "x", [end], unit="rate", lang=lang, title=WORDS["budget_used"].to(lang), room=0.02)
    figure.update_yaxes(autorange="reversed", showgrid=False)
    figure.update_layout(height=90 + 34 * max(len(rows), 2))
    return figure


def with_interval(rows: pd.DataFrame) -> pd.DataFrame:
    """Budget used with the interval of the share that was good."""
    budget = (1 - rows["target"]).clip(lower=1e-12)
    return rows.assign(used_low=(1 - rows["high"]) / budget, used_high=(1 - rows["low"]) / budget)


def failures(rows: pd.DataFrame, lang: Lang, *, shaded: list[str]) -> Any:  # noqa: ANN401
    """Share of failed attempts of the hook that the reader chooses, with its band.

    Args:
        rows: hook, date, failed_share, low, high.
        lang: of the words.
        shaded: days of incidents.
    """
    from plotly import graph_objects as go

    figure, last = go.Figure(), str(rows["date"].max())
    for hook, mine in rows.groupby("hook", sort=False):
        choice, days, told = str(hook), *_every_day(mine, rows)
        sight = max(float(mine["failed_share"].max()) * 1.05, float(mine["high"].quantile(_MOST_OF)))
        add_band(figure, days, told["low"], told["high"].clip(upper=sight), choice=choice)
        add_line(figure, days, told["failed_share"], hover="%{x}: %{y:.1%}", choice=choice)
        now = float(mine["failed_share"].iloc[-1])
        add_beside(figure, [last], [now], [number(now, "rate").to(lang)], color=MAIN, choice=choice)
    # each hook on its own scale: they differ by orders of magnitude
    figure.update_yaxes(tickformat=".1~%", rangemode="tozero", title=WORDS["failed_share"].to(lang), nticks=6)
    return _finished(figure, rows, lang, shaded)


def latencies(rows: pd.DataFrame, lang: Lang, *, shaded: list[str]) -> Any:  # noqa: ANN401
    """Median and 95th percentile of the hook that the reader chooses, on a log scale.

    Args:
        rows: hook, date, p50_ms, p95_ms.
        lang: of the words.
        shaded: days of incidents.
    """
    from plotly import graph_objects as go

    figure, last = go.Figure(), str(rows["date"].max())
    known = rows[["p50_ms", "p95_ms"]].to_numpy(dtype=float)
    low, high = (math.log10(max(float(end), 0.1)) for end in (np.nanmin(known), np.nanmax(known)))
    for hook, mine in rows.groupby("hook", sort=False):
        choice, days, told = str(hook), *_every_day(mine, rows)
        for column, short, color in (("p95_ms", "P95", MAIN), ("p50_ms", "P50", MUTED)):
            words = f"{short} {mine[column].iloc[-1]:,.0f}"
            add_line(figure, days, told[column], hover=f"{short} · %{{x}}: %{{y:,.0f}}", color=color, choice=choice)
            add_beside(figure, [last], [float(mine[column].iloc[-1])], [words], color=color, choice=choice)
    title = WORDS["latency_axis"].to(lang)
    figure.update_yaxes(type="log", tickvals=_ROUND_MS, range=[low - 0.1, high + 0.1], tickformat=",.0f", title=title)
    return _finished(figure, rows, lang, shaded)


def _every_day(mine: pd.DataFrame, rows: pd.DataFrame) -> tuple[list[str], pd.DataFrame]:
    """A day without calls is a gap."""
    days = sorted(rows["date"].unique())
    return [str(d) for d in days], mine.set_index("date").reindex(days)


def _finished(figure: Any, rows: pd.DataFrame, lang: Lang, shaded: list[str]) -> Any:  # noqa: ANN401
    for day in shaded:
        noon = datetime.fromisoformat(day) + timedelta(hours=12)  # a day stands at its midnight
        figure.add_vrect(x0=noon - timedelta(days=1), x1=noon, fillcolor=band(BAD), line_width=0)
    day_axis(figure, lang, [str(d) for d in rows["date"]])
    choose_first(figure, [str(rows["hook"].iloc[0])])
    return figure

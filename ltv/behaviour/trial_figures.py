"""Rows and charts of the page on trials; plotly is imported only where a chart is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from ltv.behaviour.averages import Share
from ltv.behaviour.trial_words import STATE, WORDS
from ltv.colors import AXIS, BAD, LIGHT, MAIN, OPEN, PALE, series
from ltv.drawing import End, add_band, add_ends, add_line, choose_first, day_text, scale_axis
from ltv.text import Lang, number

if TYPE_CHECKING:
    from datetime import date

MOST_WEEKS, MOST_PLANS = 26, 4
_MARGIN, _MOST_LABELLED = 1.06, 200
MATURED = ("converted", "downgraded", "cancelled", "overdue")
ALL = "all"
_COLORS = {
    "converted": MAIN,
    "downgraded": PALE,
    "cancelled": AXIS,
    "overdue": BAD,
    "running": OPEN,
    "early": LIGHT,
}
STACK = ("converted", "downgraded", "cancelled", "overdue", "early", "running")


def share_of(cases: pd.DataFrame) -> Share:
    """Conversion of matured trials."""
    matured = cases[cases["is_matured"]]
    return Share.of(int((matured["state"] == "converted").sum()), len(matured))


def decided(cases: pd.DataFrame) -> Share:
    """Conversion of matured trials that have an outcome: what compares weeks, since those overdue are mostly new."""
    return share_of(cases[cases["state"] != "overdue"])


def cohort_rows(cases: pd.DataFrame) -> pd.DataFrame:
    """One row a week: what became of its trials; together they are all trials."""
    rows = []
    for week, part in cases.groupby("cohort", sort=True):
        matured, young = part[part["is_matured"]], part[~part["is_matured"]]
        share = share_of(part)
        counts = {s: int((matured["state"] == s).sum()) for s in MATURED}
        running = int((young["state"] == "running").sum())
        row = {"cohort": week, "trials": len(part), "matured": len(matured)} | counts
        rows.append(
            row
            | {"running": running, "early": len(young) - running}
            | {"rate": share.rate, "low": share.low, "high": share.high}
        )
    names = ["cohort", "trials", "matured", *MATURED, "running", "early", "rate", "low", "high"]
    return pd.DataFrame(rows, columns=names)


def overdue_rows(cases: pd.DataFrame, timezone: str) -> pd.DataFrame:
    """Trials past their deadline, the longest first, in local time."""
    rows = cases[cases["state"] == "overdue"].sort_values(["overdue_hours", "trial_id"], ascending=[False, True])
    return pd.DataFrame(
        {
            "trial_id": rows["trial_id"],
            "overdue_hours": rows["overdue_hours"],
            "deadline": local(rows["deadline_us"], timezone),
            "plan": rows["plan"],
            "user_id": rows["user_id"],
            "started_at": local(rows["started_us"], timezone),
        }
    ).reset_index(drop=True)


def local(moments: pd.Series[int], timezone: str) -> pd.Series[str]:
    """Moments as text in a zone, to the second."""
    times = pd.to_datetime(moments, unit="us").dt.tz_localize("UTC").dt.tz_convert(timezone)
    return times.dt.strftime("%Y-%m-%d %H:%M:%S")


def curve(table: pd.DataFrame, lang: Lang) -> Any:  # noqa: ANN401
    """Step line with its band of all trials, and of the plan that the reader chooses."""
    from plotly import graph_objects as go

    figure, ends = go.Figure(), []
    title = WORDS["converted_rate"].to(lang)
    everybody = table[table["plan"] == ALL]
    bottom, top = scale_axis(
        figure, "y", [*table["converted_rate"], *everybody["high"]], unit="rate", lang=lang, title=title
    )
    hours = table["hours_since_start"]
    end = float(hours.max()) * _MARGIN  # what happens in the last hour needs a piece of line to be seen
    for place, (plan, part) in enumerate(table.groupby("plan", sort=False)):
        choice, color = str(plan), MAIN if plan == ALL else series(place)
        at, rate = _steps(part, "converted_rate", end)
        add_band(figure, at, _steps(part, "low", end)[1], _steps(part, "high", end)[1], color=color, choice=choice)
        add_line(figure, at, rate, hover="%{x} h: %{y:.1%}", color=color, choice=choice)
        ends.append(End(end, rate[-1], number(rate[-1], "rate").to(lang), color, choice))
    add_ends(figure, ends, bottom=bottom, top=top)
    every = 12 if len(everybody) <= _MOST_LABELLED else 24
    figure.update_xaxes(title=WORDS["hours_since_start"].to(lang), dtick=every, range=[0, end])
    choose_first(figure, [ALL])
    return figure


def _steps(rows: pd.DataFrame, column: str, end: float) -> tuple[list[float], list[float]]:
    """The corners of a line that stays as it is until it steps; one corner a change."""
    kept = rows[rows[column].ne(rows[column].shift())]
    at, values = kept["hours_since_start"].tolist(), kept[column].tolist()
    xs = [x for start, until in zip(at, [*at[1:], end], strict=True) for x in (start, until)]
    return xs, [value for value in values for _ in range(2)]


def weeks(rows: pd.DataFrame, lang: Lang) -> Any:  # noqa: ANN401
    """Stacked bars of the last weeks; parts of a bar are too small for their names."""
    from plotly import graph_objects as go

    shown = rows.tail(MOST_WEEKS)
    dates: list[date] = shown["cohort"].tolist()
    days, figure = [f"{d:%Y-%m-%d}" for d in dates], go.Figure()
    for state in [s for s in STACK if shown[s].sum()]:
        name = STATE[state].to(lang)
        figure.add_bar(
            x=days, y=shown[state].tolist(), marker={"color": _COLORS[state]}, name=name,
            hovertemplate="%{x}: %{y:,}<extra>" + name + "</extra>",
        )  # fmt: skip
    total = shown[list(STACK)].sum(axis=1)
    scale_axis(figure, "y", total, unit="count", lang=lang, title=WORDS["trials"].to(lang))
    every = max(1, -(-len(days) // 5))
    text = [day_text(d, lang) for d in dates[::every]]
    figure.update_xaxes(type="category", tickvals=days[::every], ticktext=text, tickangle=0)
    figure.update_layout(barmode="stack", legend={"traceorder": "normal"})
    return figure

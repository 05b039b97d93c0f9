"""Rows and charts of the page on trials; plotly is imported only where a chart is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from ltv.behaviour.averages import Share
from ltv.behaviour.trial_words import STATE, WORDS
from ltv.text import Lang

if TYPE_CHECKING:
    from datetime import date

MOST_WEEKS, MOST_PLANS = 26, 4
_MARGIN, _MOST_LABELLED = 1.06, 200
MATURED = ("converted", "downgraded", "cancelled", "overdue")
ALL = "all"
_BLUE, _BAND = "#1f5fa8", "rgba(31,95,168,0.15)"
_SHADES = ("#b3541e", "#4a7c3a", "#7a4a9c", "#8a6d1d")
_COLORS = {
    "converted": _BLUE,
    "downgraded": "#d5dee8",
    "cancelled": "#9aa7b5",
    "overdue": "#b3261e",
    "running": "#f2d6b3",
    "early": "#7fb2e5",
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
    """Step line of all trials with its band, thin lines for the largest plans."""
    from plotly import graph_objects as go

    figure = go.Figure()
    rows = table[table["plan"] == ALL]
    hours = rows["hours_since_start"].tolist()
    end = hours[-1] * _MARGIN  # what happens in the last hour needs a piece of line to be seen
    for name, fill in (("high", None), ("low", "tonexty")):
        figure.add_scatter(
            x=[*hours, end],
            y=[*rows[name].tolist(), rows[name].iloc[-1]],
            mode="lines",
            fill=fill,
            fillcolor=_BAND,
            line={"width": 0, "shape": "hv"},
            hoverinfo="skip",
            showlegend=False,
        )
    plans = table[table["plan"] != ALL].groupby("plan")["trials"].first().sort_values(ascending=False)
    names = [str(p) for p in plans.index[:MOST_PLANS]] if len(plans) > 1 else []
    for name, color in [(ALL, _BLUE), *zip(names, _SHADES, strict=False)]:
        part = table[table["plan"] == name]
        figure.add_scatter(
            x=[*part["hours_since_start"].tolist(), end],
            y=[*part["converted_rate"].tolist(), part["converted_rate"].iloc[-1]],
            mode="lines",
            name=WORDS["all"].to(lang) if name == ALL else name or WORDS["no_plan"].to(lang),
            line={
                "color": color,
                "width": 3 if name == ALL else 1.5,
                "shape": "hv",
                "dash": "solid" if name == ALL else "dot",
            },
            hovertemplate="%{x} h: %{y:.1%}<extra></extra>",
        )
    every = 12 if len(hours) <= _MOST_LABELLED else None
    figure.update_xaxes(title=WORDS["hours_since_start"].to(lang), dtick=every, range=[0, end])
    figure.update_yaxes(tickformat=".0%", title=WORDS["converted_rate"].to(lang), rangemode="tozero")
    return figure


def weeks(rows: pd.DataFrame, lang: Lang) -> Any:  # noqa: ANN401
    """Stacked bars of the last weeks, the conversion of those that are over above them."""
    from plotly import graph_objects as go

    shown = rows.tail(MOST_WEEKS)
    dates: list[date] = shown["cohort"].tolist()
    labels = [f"{d:%m-%d}" for d in dates]
    figure = go.Figure()
    for state in STACK:
        if shown[state].sum():
            figure.add_bar(
                x=[f"{d:%Y-%m-%d}" for d in dates],
                y=shown[state].tolist(),
                name=STATE[state].to(lang),
                marker={"color": _COLORS[state]},
                hovertemplate="%{x}: %{y:,}<extra>" + STATE[state].to(lang) + "</extra>",
            )
    figure.update_layout(barmode="stack")
    figure.update_xaxes(type="category", tickvals=[f"{d:%Y-%m-%d}" for d in dates][::4], ticktext=labels[::4])
    figure.update_yaxes(title=WORDS["trials"].to(lang))
    return figure

"""Rows and charts of a new user's clock; plotly is imported only where a chart is drawn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from ltv.text import Lang, Text, number

if TYPE_CHECKING:
    from collections.abc import Sequence

_BLUE, _ORANGE, _GREY = "#1f5fa8", "#b3541e", "#8a94a0"
_BANDS = {_BLUE: "rgba(31,95,168,0.15)", _ORANGE: "rgba(179,84,30,0.15)"}
_COLORS = {"within": _BLUE, "without": _ORANGE, "later": "#7fb2e5", "none": "#d5dee8"}
SHARES = ("within", "later", "none")
AFTER = (
    "active_day_2",
    "active_day_3",
    "active_days_8_30",
    "touched_day_2",
    "touched_day_3",
    "ordered_by_day_7",
    "ordered_by_day_30",
)
MOST_WEEKS = 52
_SEGMENT = ["segment_kind", "segment"]
_ESTIMATE = ["value", "low", "high"]


def whole(table: pd.DataFrame) -> pd.DataFrame:
    """Rows of all weeks together."""
    return table[table["grain"] == "all"]


def everybody(table: pd.DataFrame) -> pd.DataFrame:
    """Rows of the whole base."""
    return table[table["segment_kind"] == "all"]


def branch_rows(table: pd.DataFrame, least: int) -> pd.DataFrame:
    """Share of each branch of those who are judged, and how many are set apart; none where fewer than `least` are judged."""
    rows = everybody(whole(table))
    rows = rows[(rows["measure"] == "share") & (rows["people"] >= least)].set_index("branch")
    shown = rows.reindex([*SHARES, "before"]).dropna(subset=["people"]).reset_index()
    return shown[["branch", "hits", *_ESTIMATE]].astype({"hits": "int64"})


def after_rows(table: pd.DataFrame, least: int) -> pd.DataFrame:
    """What followed in each branch."""
    rows = everybody(whole(table))
    rows = rows[rows["branch"].isin(["within", "without"]) & rows["measure"].isin(AFTER) & (rows["people"] >= least)]
    place = rows["measure"].map(AFTER.index)
    ranked = rows.assign(place=place).sort_values(["place", "branch"])
    return ranked[["measure", "branch", "people", *_ESTIMATE, "no_data", "pending"]].reset_index(drop=True)


def week_rows(table: pd.DataFrame, least: int) -> pd.DataFrame:
    """Both shares of each week that is over; None where fewer than `least` people were in it."""
    rows = everybody(table[table["grain"] == "week"])
    within = rows[(rows["measure"] == "share") & (rows["branch"] == "within")]
    silent = rows[(rows["measure"] == "silent") & (rows["branch"] == "all")]
    sides = []
    for part, name in ((within, "within"), (silent, "silent")):
        enough = part["is_complete"] & (part["people"] >= least)
        told = part.assign(**{c: part[c].where(enough) for c in _ESTIMATE}).set_index("cohort")
        sides.append(told[["people", *_ESTIMATE]].add_prefix(f"{name}_"))
    both = sides[0].join(sides[1], how="outer").sort_index().reset_index()
    return both.dropna(subset=["within_value", "silent_value"], how="all").tail(MOST_WEEKS).reset_index(drop=True)


def by_segment(table: pd.DataFrame, wanted: Mapping[str, tuple[str, str]], least: int) -> pd.DataFrame:
    """One row a segment, `all` first, with some measures beside one another.

    Args:
        table: the result table.
        wanted: name → measure and branch.
        least: people below which a measure is None.
    """
    rows = whole(table)
    keys = rows[_SEGMENT].drop_duplicates()
    found = keys.assign(_first=keys["segment_kind"] != "all").sort_values(["_first", *_SEGMENT])[_SEGMENT]
    for name, (measure, branch) in wanted.items():
        part = rows[(rows["measure"] == measure) & (rows["branch"] == branch)]
        told = part.assign(**{c: part[c].where(part["people"] >= least) for c in _ESTIMATE})
        told = told[[*_SEGMENT, "people", *_ESTIMATE]].rename(
            columns={c: f"{name}_{c}" for c in ("people", *_ESTIMATE)}
        )
        found = found.merge(told, on=_SEGMENT, how="left")
    return found.reset_index(drop=True)


def _error(rows: pd.DataFrame) -> dict[str, Any]:
    up, down = rows["high"] - rows["value"], rows["value"] - rows["low"]
    return {
        "type": "data",
        "symmetric": False,
        "array": up.tolist(),
        "arrayminus": down.tolist(),
        "thickness": 1.5,
        "color": "#16202b",
    }


def branches(rows: pd.DataFrame, names: Mapping[str, Text], lang: Lang) -> Any:  # noqa: ANN401
    """One bar a branch."""
    from plotly import graph_objects as go

    shown = rows[rows["branch"].isin(SHARES)].iloc[::-1]
    figure = go.Figure()
    labels = [names[b].to(lang) for b in shown["branch"]]
    figure.add_bar(
        x=shown["value"].tolist(),
        y=labels,
        orientation="h",
        marker={"color": [_COLORS[b] for b in shown["branch"]], "line": {"color": _GREY, "width": 1}},
        error_x=_error(shown),
        customdata=shown["hits"].tolist(),
        hovertemplate="%{y}: %{x:.1%} (%{customdata:,})<extra></extra>",
        showlegend=False,
    )
    figure.add_scatter(
        x=shown["high"].tolist(),
        y=labels,
        mode="text",
        text=[f" {number(v, 'rate').to(lang)}" for v in shown["value"]],
        textposition="middle right",
        hoverinfo="skip",
        showlegend=False,
    )
    highest = float(shown["high"].max())
    figure.update_xaxes(tickformat=".0%", range=[0, highest * 1.3])
    figure.update_yaxes(type="category", automargin=True)
    figure.update_layout(height=240)
    return figure


def after(rows: pd.DataFrame, branch: Mapping[str, Text], measure: Mapping[str, Text], lang: Lang) -> Any:  # noqa: ANN401
    """A point a branch and thing that followed, with its interval."""
    from plotly import graph_objects as go

    figure = go.Figure()
    order = [m for m in AFTER if m in set(rows["measure"])]
    for name in ("within", "without"):
        part = rows[rows["branch"] == name]
        if not len(part):
            continue
        figure.add_scatter(
            x=part["value"].tolist(),
            y=[measure[m].to(lang) for m in part["measure"]],
            error_x=_error(part) | {"color": _COLORS[name]},
            mode="markers+text",
            name=branch[name].to(lang),
            marker={"color": _COLORS[name], "size": 11, "symbol": "circle" if name == "within" else "diamond"},
            text=[number(v, "rate").to(lang) for v in part["value"]],
            textposition="top center" if name == "within" else "bottom center",
            hovertemplate="%{y}: %{x:.1%}<extra></extra>",
        )
    figure.update_xaxes(tickformat=".0%", rangemode="tozero")
    names = [measure[m].to(lang) for m in reversed(order)]
    figure.update_yaxes(type="category", automargin=True, categoryorder="array", categoryarray=names)
    figure.update_layout(height=150 + 58 * max(len(order), 2))
    return figure


def weeks(rows: pd.DataFrame, labels: Mapping[str, str]) -> Any:  # noqa: ANN401
    """Both shares week by week with their bands."""
    from plotly import graph_objects as go

    figure = go.Figure()
    for name, color in (("within", _BLUE), ("silent", _ORANGE)):
        part = rows.dropna(subset=[f"{name}_value"])
        days = [str(d) for d in part["cohort"]]
        figure.add_scatter(
            x=[*days, *reversed(days)],
            y=[*part[f"{name}_high"].tolist(), *reversed(part[f"{name}_low"].tolist())],
            fill="toself",
            fillcolor=_BANDS[color],
            line={"width": 0},
            hoverinfo="skip",
            showlegend=False,
        )
        figure.add_scatter(
            x=[str(d) for d in rows["cohort"]],
            y=[None if v != v else float(v) for v in rows[f"{name}_value"]],  # noqa: PLR0124  NaN: the line breaks
            mode="lines+markers",
            name=labels[name],
            line={"color": color, "width": 3, "dash": "solid" if name == "within" else "dot"},
            marker={"size": 5},
            hovertemplate="%{x}: %{y:.1%}<extra></extra>",
        )
    figure.update_yaxes(tickformat=".0%", rangemode="tozero")
    return figure


def lines_of(values: pd.Series[float]) -> Sequence[float]:
    """Values for a small line, oldest first."""
    return tuple(float(v) for v in values.dropna().tail(24))

"""Rows and charts of a new user's clock; plotly is imported only where a chart is drawn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from ltv.colors import LIGHT, MAIN, OTHER, PALE
from ltv.drawing import End, add_band, add_beside, add_ends, add_line, day_axis, scale_axis, whiskers
from ltv.text import Lang, Text, number

if TYPE_CHECKING:
    from collections.abc import Sequence

_COLORS = {"within": MAIN, "without": OTHER, "later": LIGHT, "none": PALE}
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


def branches(rows: pd.DataFrame, names: Mapping[str, Text], lang: Lang) -> Any:  # noqa: ANN401
    """One bar a branch, its share and people written beside it."""
    from plotly import graph_objects as go

    shown = rows[rows["branch"].isin(SHARES)]
    figure = go.Figure()
    labels = [names[b].to(lang) for b in shown["branch"]]
    people = [number(n, "count").to(lang) for n in shown["hits"]]
    figure.add_bar(
        x=shown["value"].tolist(), y=labels, orientation="h", marker={"color": [_COLORS[b] for b in shown["branch"]]},
        error_x=whiskers(shown["value"], shown["low"], shown["high"]), customdata=people, showlegend=False,
        hovertemplate="%{y}: %{x:.1%} (%{customdata})<extra></extra>",
    )  # fmt: skip
    told = [f"<b>{number(v, 'rate').to(lang)}</b> · {n}" for v, n in zip(shown["value"], people, strict=True)]
    add_beside(figure, shown["high"], labels, told)
    scale_axis(figure, "x", shown["high"], unit="rate", lang=lang)
    figure.update_yaxes(type="category", autorange="reversed", showgrid=False)
    figure.update_layout(height=230)
    return figure


def after(rows: pd.DataFrame, branch: Mapping[str, Text], measure: Mapping[str, Text], lang: Lang) -> Any:  # noqa: ANN401
    """A point a branch and thing that followed, with its interval; the points of the first thing bear the names."""
    from plotly import graph_objects as go

    figure = go.Figure()
    order = [m for m in AFTER if m in set(rows["measure"])]
    for name in ("within", "without"):
        part = rows[rows["branch"] == name]
        if not len(part):
            continue
        text = [number(v, "rate").to(lang) for v in part["value"]]
        named = f"<b>{branch[name].to(lang)}</b>"
        figure.add_scatter(
            x=part["value"].tolist(), y=[measure[m].to(lang) for m in part["measure"]], mode="markers+text", showlegend=False,
            error_x=whiskers(part["value"], part["low"], part["high"], color=_COLORS[name]),
            marker={"color": _COLORS[name], "size": 11, "symbol": "circle" if name == "within" else "diamond"},
            text=[f"{named} {text[0]}", *text[1:]], textfont={"color": _COLORS[name]},
            textposition="top center" if name == "within" else "bottom center",
            hovertemplate=f"{branch[name].to(lang)} · %{{y}}: %{{x:.1%}}<extra></extra>",
        )  # fmt: skip
    scale_axis(figure, "x", rows["high"], unit="rate", lang=lang, room=0.1)
    names = [measure[m].to(lang) for m in reversed(order)]
    figure.update_yaxes(type="category", categoryorder="array", categoryarray=names)
    figure.update_layout(height=90 + 60 * max(len(order), 2))
    return figure


def weeks(rows: pd.DataFrame, labels: Mapping[str, str], lang: Lang) -> Any:  # noqa: ANN401
    """Both shares week by week with their bands, named at their ends."""
    from plotly import graph_objects as go

    figure, ends = go.Figure(), []
    days = [str(d) for d in rows["cohort"]]
    bottom, top = scale_axis(figure, "y", [*rows["within_high"], *rows["silent_high"]], unit="rate", lang=lang)
    for name, color in (("within", MAIN), ("silent", OTHER)):
        add_band(figure, days, rows[f"{name}_low"], rows[f"{name}_high"], color=color)
        add_line(figure, days, rows[f"{name}_value"], hover=f"{labels[name]} · %{{x}}: %{{y:.1%}}", color=color)
        told = rows.dropna(subset=[f"{name}_value"])
        if len(told):
            last = float(told[f"{name}_value"].iloc[-1])
            words = f"{labels[name]} {number(last, 'rate').to(lang)}"
            ends.append(End(days[-1], last, words, color))
    add_ends(figure, ends, bottom=bottom, top=top)
    day_axis(figure, lang, days)
    return figure


def lines_of(values: pd.Series[float]) -> Sequence[float]:
    """Values for a small line, oldest first."""
    return tuple(float(v) for v in values.dropna().tail(24))

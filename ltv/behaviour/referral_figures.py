"""Rows and charts of the page on referral; plotly is imported only where a chart is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from ltv.behaviour.averages import Share
from ltv.behaviour.referral_words import STATE, WORDS
from ltv.colors import AXIS, INK, MAIN, MUTED, OPEN, OTHER, PALE, SOFT
from ltv.drawing import End, add_beside, add_ends, add_line, day_axis, scale_axis, whiskers
from ltv.text import Lang, number

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_NODES = 36
_IN_SIGHT = 5
_SHADES = {"converted": MAIN, "not_converted": PALE, "pending": OPEN, "root": INK}
STATES = ("converted", "not_converted", "pending")


def channel_rows(edges: pd.DataFrame, depth: int) -> pd.DataFrame:
    """Conversion of each channel over the levels told, with its interval; the most invitees first."""
    rows = []
    for channel, part in edges[edges["depth"] <= depth].groupby("channel", sort=True):
        share = share_of(part)
        rows.append(
            {
                "channel": str(channel),
                "inviters": part["inviter"].nunique(),
                "invitees": len(part),
                "converted": share.successes,
                "pending": int((part["state"] == "pending").sum()),
                "conversion_rate": share.rate,
                "low": share.low,
                "high": share.high,
                "revenue": float(part["revenue"].sum()),
                "revenue_each": float(part["revenue"].mean()),
            }
        )
    names = ["channel", "inviters", "invitees", "converted", "pending", "conversion_rate"]
    frame = pd.DataFrame(rows, columns=[*names, "low", "high", "revenue", "revenue_each"])
    return frame.sort_values(["invitees", "channel"], ascending=[False, True], ignore_index=True)


def share_of(edges: pd.DataFrame) -> Share:
    """Conversion of those whose window is over."""
    converted = int((edges["state"] == "converted").sum())
    return Share.of(converted, converted + int((edges["state"] == "not_converted").sum()))


def depth_rows(edges: pd.DataFrame, depth: int) -> pd.DataFrame:
    """Invitees of each level by what came of them."""
    told = edges[edges["depth"] <= depth]
    counts = told.groupby(["depth", "state"]).size().unstack(fill_value=0)
    rows = counts.reindex(columns=list(STATES), fill_value=0).reset_index()
    rows["inviters"] = rows["depth"].map(told.groupby("depth")["inviter"].nunique())
    shares = [share_of(told[told["depth"] == d]) for d in rows["depth"]]
    rows["conversion_rate"] = [s.rate for s in shares]
    rows["low"], rows["high"] = [s.low for s in shares], [s.high for s in shares]
    return rows.rename_axis(columns=None)


def largest_tree(edges: pd.DataFrame) -> pd.DataFrame:
    """The invitations of the tree with the most people; of several the one whose root has the lowest number."""
    if not len(edges):
        return edges.assign(root=[])
    roots: dict[int, int] = {}
    rows = edges.sort_values(["depth", "ts_us", "invitee"])
    found = []
    for inviter, invitee in zip(rows["inviter"], rows["invitee"], strict=True):
        roots[invitee] = roots.get(inviter, inviter)
        found.append(roots[invitee])
    rows = rows.assign(root=found)
    sizes = rows.groupby("root").size()
    return rows[rows["root"] == int(str(sizes.index[int(sizes.to_numpy().argmax())]))]


def tree_rows(tree: pd.DataFrame) -> pd.DataFrame:
    """The people drawn: the first levels first, with their places; x is the level, y the row."""
    names = ["user_id", "inviter", "depth", "channel", "state", "revenue", "x", "y"]
    if not len(tree):
        return pd.DataFrame(columns=names)
    kept = tree.head(MOST_NODES - 1)
    root = int(kept["root"].iloc[0])
    below: dict[int, list[int]] = {}
    for inviter, invitee in zip(kept["inviter"], kept["invitee"], strict=True):
        below.setdefault(int(inviter), []).append(int(invitee))
    place = _places(root, below)
    top = {"user_id": root, "inviter": None, "depth": 0, "channel": "", "state": "root", "revenue": None}
    people = kept.rename(columns={"invitee": "user_id"})[names[:6]].to_dict("records")
    rows: list[dict[str, Any]] = [top, *({str(k): v for k, v in p.items()} for p in people)]
    return pd.DataFrame([{**r, "x": r["depth"], "y": place[int(r["user_id"])]} for r in rows], columns=names)


def _places(root: int, below: dict[int, list[int]]) -> dict[int, float]:
    """A row for each leaf, and for everybody else the middle of those below."""
    place: dict[int, float] = {}
    leaves = 0
    stack = [(root, False)]
    while stack:
        person, is_done = stack.pop()
        children = below.get(person, [])
        if is_done:
            place[person] = (place[children[0]] + place[children[-1]]) / 2
        elif children:
            stack.append((person, True))
            stack.extend((c, False) for c in reversed(children))
        else:
            place[person] = float(leaves)
            leaves += 1
    return place


def channels(rows: pd.DataFrame, lang: Lang) -> Any:  # noqa: ANN401
    """One point a channel with its interval."""
    from plotly import graph_objects as go

    shown = rows.dropna(subset=["conversion_rate"])
    rate = shown["conversion_rate"].astype(float)
    figure = go.Figure()
    figure.add_scatter(
        x=rate.tolist(), y=shown["channel"].tolist(), error_x=whiskers(rate, shown["low"], shown["high"], color=MAIN),
        mode="markers+text", marker={"color": MAIN, "size": 11}, text=[number(v, "rate").to(lang) for v in rate],
        textposition="top center", showlegend=False, hovertemplate="%{y}: %{x:.1%}<extra></extra>",
    )  # fmt: skip
    scale_axis(figure, "x", shown["high"], unit="rate", lang=lang, title=WORDS["conversion_rate"].to(lang))
    figure.update_yaxes(type="category", autorange="reversed")
    figure.update_layout(height=110 + 56 * max(len(shown), 2))
    return figure


def depths(rows: pd.DataFrame, lang: Lang) -> Any:  # noqa: ANN401
    """Invitees of each level by what came of them; beside each bar the share that converted, with its interval."""
    from plotly import graph_objects as go

    levels = [WORDS["level"].format(n=str(d)).to(lang) for d in rows["depth"]]
    figure = go.Figure()
    for state in STATES:
        name = STATE[state].to(lang)
        figure.add_bar(
            y=levels, x=rows[state].tolist(), orientation="h", name=name, marker={"color": _SHADES[state]},
            hovertemplate="%{y}: %{x:,}<extra>" + name + "</extra>",
        )  # fmt: skip
    total = rows[list(STATES)].sum(axis=1)
    add_beside(figure, total, levels, [_interval(row, lang) for row in rows.to_dict("records")])
    title = WORDS["invitees"].to(lang)
    scale_axis(figure, "x", total, unit="count", lang=lang, title=title)
    figure.update_layout(barmode="stack", height=130 + 44 * len(rows), legend={"traceorder": "normal"})
    figure.update_yaxes(autorange="reversed", showgrid=False)
    return figure


def _interval(row: dict[Any, Any], lang: Lang) -> str:
    if row["conversion_rate"] is None or row["conversion_rate"] != row["conversion_rate"]:
        return "–"
    rate, low, high = (number(row[name], "rate").to(lang) for name in ("conversion_rate", "low", "high"))
    return f"<b>{rate}</b><br>{low}–{high}"


def trend(rows: pd.DataFrame, goal: float | None, lang: Lang) -> Any:  # noqa: ANN401
    """Effective invitations and K day by day, named at their ends, and the goal."""
    from plotly import graph_objects as go

    figure, ends = go.Figure(), []
    dates = [str(d) for d in rows["date"]]
    drawn = {"effective_per_user": MAIN, "k_factor": OTHER}
    highest = float(rows[list(drawn)].max().max())
    far = goal is not None and not goal <= _IN_SIGHT * highest  # so far above that it would press the lines flat
    values = [*rows[list(drawn)].to_numpy().ravel(), *([goal] if goal is not None and not far else [])]
    bottom, top = scale_axis(figure, "y", values, unit="number", lang=lang, room=0.16)
    for name, color in drawn.items():
        words = WORDS[name].to(lang)
        add_line(figure, dates, rows[name], hover=f"{words} · %{{x}}: %{{y:.3f}}", color=color)
        told = rows.dropna(subset=[name])
        if len(told):
            last = float(told[name].iloc[-1])
            ends.append(End(str(told["date"].iloc[-1]), last, f"{words} {last:.3f}", color))
    if goal is not None:
        _goal(figure, goal, lang, far=far)
    add_ends(figure, ends, bottom=bottom, top=top)
    day_axis(figure, lang, dates)
    return figure


def _goal(figure: Any, goal: float, lang: Lang, *, far: bool) -> None:  # noqa: ANN401
    told = WORDS["goal_far" if far else "goal"].format(goal=number(goal, "number")).to(lang)
    if not far:
        figure.add_hline(y=goal, line={"color": MUTED, "width": 1.5, "dash": "dash"})
    place = {"y": 1, "yref": "paper", "yanchor": "top"} if far else {"y": goal, "yref": "y", "yanchor": "bottom"}
    figure.add_annotation(
        x=0.01, xref="paper", xanchor="left", text=told, showarrow=False, font={"color": MUTED, "size": 12}, **place
    )


def tree(rows: pd.DataFrame, lang: Lang, currency: str) -> Any:  # noqa: ANN401
    """People as points, invitations as lines, levels from left to right."""
    from plotly import graph_objects as go

    figure = go.Figure()
    people, inviters = rows["user_id"].tolist(), rows["inviter"].tolist()
    at = rows["x"].astype(float).tolist(), rows["y"].astype(float).tolist()
    place = {int(who): (x, y) for who, x, y in zip(people, *at, strict=True)}
    xs: list[float | None] = []
    ys: list[float | None] = []
    for inviter, x, y in zip(inviters[1:], at[0][1:], at[1][1:], strict=True):
        left, up = place[int(inviter)]
        xs += [left, left + 0.5, left + 0.5, x, None]
        ys += [up, up, y, y, None]
    figure.add_scatter(x=xs, y=ys, mode="lines", line={"color": AXIS, "width": 1.5}, showlegend=False, hoverinfo="skip")
    for state in ("root", *STATES):
        part = rows[rows["state"] == state]
        if not len(part):
            continue
        money = [number(v, "money", currency=currency).to(lang) if v and v > 0 else "" for v in part["revenue"]]
        figure.add_scatter(
            x=part["x"].tolist(),
            y=part["y"].tolist(),
            mode="markers+text",
            name=STATE[state].to(lang),
            marker={"color": _SHADES[state], "size": 13, "line": {"color": SOFT, "width": 1}},
            text=money,
            textposition="top center",
            textfont={"size": 11},
            customdata=_told(part),
            hovertemplate="%{customdata}<extra></extra>",
        )
    levels: Sequence[int] = sorted({int(d) for d in rows["depth"]})
    figure.update_xaxes(
        tickvals=list(levels),
        ticktext=[STATE["root"].to(lang) if d == 0 else WORDS["level"].format(n=str(d)).to(lang) for d in levels],
        range=[-0.25, max(levels) + 0.6],
        side="top",
        showline=False,
        zeroline=False,
        ticks="",
    )
    figure.update_yaxes(visible=False, range=[float(rows["y"].max()) + 0.5, -0.9])
    figure.update_layout(height=int(150 + 30 * (rows["y"].max() + 1)))
    figure.update_layout(legend={"y": -0.02, "yanchor": "top"})
    return figure


def _told(part: pd.DataFrame) -> list[str]:
    pairs = zip(part["user_id"], part["channel"], strict=True)
    return [f"{int(who)} · {channel}" if channel else str(int(who)) for who, channel in pairs]

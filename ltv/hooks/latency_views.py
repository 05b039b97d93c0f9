"""Blocks, sentences and charts of latency; plotly is imported only where one is drawn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from ltv.colors import BAD, MUTED, series
from ltv.drawing import End, add_beside, add_ends, add_line, add_links, day_axis, scale_axis, whiskers
from ltv.hooks.latency_words import VERDICT, WORDS
from ltv.hooks.quantiles import ALL
from ltv.result import Column, View
from ltv.text import Lang, Text, Unit, listed, number, same
from ltv.warehouse.moments import local

if TYPE_CHECKING:
    from ltv.hooks.latency_result import Latency

_MOST_SHOWN = 15
_RATES = ("path_share", "slow_share", "p50_change", "p50_low", "p50_high", "p95_change", "p95_low", "p95_high")
_UNITS: dict[str, Unit] = {
    **dict.fromkeys(("spans", "errors", "n", "n_before"), "count"),
    **dict.fromkeys(_RATES, "rate"),
    "date": "date",
}


def _columns(data: pd.DataFrame) -> tuple[Column, ...]:
    words: Mapping[str, Mapping[str, Text]] = {"channel": {ALL: WORDS["all"]}, "verdict": VERDICT}
    return tuple(
        Column(c, WORDS[c], _UNITS.get(c, "number" if c.endswith("_ms") else "text"), words.get(c, {}))
        for c in data.columns
    )


def accused(changes: pd.DataFrame) -> pd.DataFrame:
    """One row an operation that got slower: its clearest channel, and the channels that it concerns.

    Where single channels got slower they are named; where all did, or only all together is enough to tell, it is everywhere. Calls that have no
    channel at all are nowhere in particular.
    """
    rows = []
    for _, mine in changes.groupby(["service", "name"], sort=False):
        slower = mine[mine["verdict"] == "slower"]
        if not len(slower):
            continue
        single, known = slower[slower["channel"] != ALL], mine[(mine["channel"] != ALL) & (mine["verdict"] != "few")]
        everywhere = len(single) == 0 or len(single) == len(known)
        shown = slower[slower["channel"] == ALL] if everywhere and (slower["channel"] == ALL).any() else single
        best = shown.sort_values("extra_ms", ascending=False).iloc[0]
        names = () if everywhere and len(known) != 1 else tuple(str(c) for c in single["channel"])
        rows.append({**best.to_dict(), "channels": names, "has_channels": bool((mine["channel"] != ALL).any()),
                     "cost": float((shown["extra_ms"] * shown["n"]).sum())})  # fmt: skip
    columns = [*changes.columns, "channels", "has_channels", "cost"]
    return pd.DataFrame(rows, columns=columns).sort_values("cost", ascending=False, ignore_index=True)


def sentence(row: Mapping[Any, Any], timezone: str) -> Text:
    """What got slower, in which channels, since when, with what."""
    names, everywhere = row["channels"], WORDS["everywhere"] if row["has_channels"] else same("")
    where = WORDS["in_channels"].format(names=listed([same(n) for n in names])) if names else everywhere
    q, key = ("p50", "slower") if row["owed_to"] == "p50" else ("p95", "slower_p95")
    values = {
        "before": same(f"{row[f'{q}_before_ms']:,.0f}"), "now": same(f"{row[f'{q}_ms']:,.0f}"),
        "change": number(row[f"{q}_change"], "rate"), "low": number(row[f"{q}_low"], "rate"), "high": number(row[f"{q}_high"], "rate"),
    }  # fmt: skip
    said = WORDS[key].format(operation=same(f"{row['service']} · {row['name']}"), channels=where, **values)
    if pd.isna(row["began_at"]):
        return said
    parts = [WORDS["since"].format(at=same(local(row["began_at"], timezone)))]
    if pd.notna(row["version"]):
        parts.append(WORDS["since_release"].format(version=same(row["version"]), old=same(str(row["version_before"]))))
    if pd.notna(row["launch"]):
        parts.append(WORDS["since_launch"].format(launch=same(row["launch"])))
    zh, en = "".join(p.zh for p in parts), "".join(p.en for p in parts)
    return Text(f"{said.zh}{zh}。", f"{said.en} {en}.")


def views(told: Latency) -> dict[str, View]:
    """All blocks for which there are rows."""
    if not len(told.table):
        return {}
    everybody = told.table[told.table["channel"] == ALL].head(_MOST_SHOWN)
    path_ = everybody.assign(operation=everybody["service"] + " · " + everybody["name"])
    path_ = path_[
        ["operation", "usual_ms", "slow_ms", "slow_share", "path_share", "self_p50_ms", "self_p95_ms"]
    ].reset_index(drop=True)
    blocks = {
        "path": View("chart", WORDS["path_title"], WORDS["path_note"], path_, _columns(path_), alt=WORDS["path_alt"])
    }
    rows = told.changes
    known = rows[(rows["verdict"] != "few") & rows["p50_change"].notna()]
    known = known.sort_values("extra_ms", ascending=False, kind="stable").head(_MOST_SHOWN)
    shown = known.assign(operation=known["service"] + " · " + known["name"])[_SHOWN].reset_index(drop=True)
    if len(shown):
        blocks["changes"] = View(
            "chart", WORDS["changes_title"], WORDS["changes_note"], shown, _columns(shown), alt=WORDS["changes_alt"]
        )
    if len(told.slower):
        blocks["days"] = _days_of(told, told.slower.iloc[0])
    listed = _listed(rows, told.timezone)
    blocks["list"] = View("table", WORDS["changes_title"], WORDS["changes_note"], listed, _columns(listed))
    blocks["table"] = View(
        "table", WORDS["table_title"], WORDS["path_note"], *_with(told.table.drop(columns="owns_p95"))
    )
    return blocks


_SHOWN = [
    "operation",
    "channel",
    "p50_change",
    "p50_low",
    "p50_high",
    "p95_change",
    "p95_low",
    "p95_high",
    "extra_ms",
    "verdict",
]
_LIST = [
    "channel", "service", "name", "verdict", "n", "n_before", "p50_before_ms", "p50_ms", "p50_change", "p95_before_ms", "p95_ms",
    "p95_change", "extra_ms", "began_at", "version", "launch",
]  # fmt: skip


def _with(data: pd.DataFrame) -> tuple[pd.DataFrame, tuple[Column, ...]]:
    return data, _columns(data)


def _listed(rows: pd.DataFrame, timezone: str) -> pd.DataFrame:
    order = rows["verdict"].map({name: k for k, name in enumerate(VERDICT)})
    began = [local(m, timezone) for m in rows["began_at"]]
    told = rows.assign(began_at=began, _order=order).sort_values(
        ["_order", "extra_ms"], ascending=[True, False], kind="stable"
    )
    return told[_LIST].reset_index(drop=True)


def _days_of(told: Latency, row: pd.Series[Any]) -> View:
    rows = told.daily[(told.daily["service"] == row["service"]) & (told.daily["name"] == row["name"])]
    data = rows.dropna(subset=["channel"])[["date", "channel", "p50_ms", "p95_ms"]].reset_index(drop=True)
    title = WORDS["days_title"].format(operation=same(f"{row['service']} · {row['name']}"))
    return View(
        "chart" if len(data) else "table", title, WORDS["days_note"], data, _columns(data), alt=WORDS["days_alt"]
    )


def path(rows: pd.DataFrame, lang: Lang) -> Any:  # noqa: ANN401
    """Milliseconds of each operation in usual and in slow traces, both named at the first one."""
    from plotly import graph_objects as go

    figure, names = go.Figure(), rows["operation"].tolist()
    add_links(figure, names, rows["usual_ms"], rows["slow_ms"])
    for column, color, place in (("usual_ms", MUTED, "bottom center"), ("slow_ms", BAD, "top center")):
        values = [f"{v:,.0f}" for v in rows[column]]
        figure.add_scatter(
            y=names, x=rows[column].tolist(), mode="markers+text", marker={"color": color, "size": 11}, textposition=place,
            text=[f"<b>{WORDS[f'{column}_short'].to(lang)}</b> {values[0]}", *values[1:]], textfont={"color": color}, showlegend=False,
            hovertemplate="%{y}: %{x:,.1f} ms<extra></extra>",
        )  # fmt: skip
    values = [*rows["usual_ms"], *rows["slow_ms"]]
    scale_axis(figure, "x", values, unit="count", lang=lang, title=WORDS["milliseconds"].to(lang), room=0.1)
    figure.update_yaxes(autorange="reversed")
    figure.update_layout(height=100 + 54 * len(rows))
    return figure


def changes(rows: pd.DataFrame, lang: Lang) -> Any:  # noqa: ANN401
    """Change of the own p50 of each operation with its interval, around nothing."""
    from plotly import graph_objects as go

    labels = [WORDS["all"].to(lang) if c == ALL else c for c in rows["channel"]]
    names = [f"{o} · {c}" for o, c in zip(rows["operation"], labels, strict=True)]
    colors = [BAD if v == "slower" else MUTED for v in rows["verdict"]]
    figure = go.Figure()
    figure.add_scatter(
        y=names, x=rows["p50_change"].tolist(), mode="markers", showlegend=False, marker={"color": colors, "size": 10},
        error_x=whiskers(rows["p50_change"], rows["p50_low"], rows["p50_high"], color=MUTED),
        hovertemplate="%{y}: %{x:+.1%}<extra></extra>",
    )  # fmt: skip
    texts = [("+" if v > 0 else "") + number(v, "rate").to(lang) for v in rows["p50_change"]]
    add_beside(figure, rows["p50_high"].clip(lower=0), names, texts)
    figure.add_vline(x=0, line={"color": MUTED, "width": 1.5})
    values = [*rows["p50_low"], *rows["p50_high"], 0.0]
    scale_axis(figure, "x", values, unit="rate", lang=lang, title=WORDS["p50_change"].to(lang))
    figure.update_yaxes(autorange="reversed")
    figure.update_layout(height=90 + 34 * max(len(rows), 2))
    return figure


def days(rows: pd.DataFrame, began_at: pd.Timestamp, timezone: str, lang: Lang) -> Any:  # noqa: ANN401
    """Own p50 by day and channel, named at its end, and where the change began."""
    from plotly import graph_objects as go

    figure, ends = go.Figure(), []
    last = str(rows["date"].max())
    bottom, top = scale_axis(figure, "y", rows["p50_ms"], unit="count", lang=lang, title=WORDS["p50_ms"].to(lang))
    for k, (channel, part) in enumerate(rows.groupby("channel", sort=True)):
        hover = f"{channel} · %{{x}}: %{{y:,.1f}} ms"
        add_line(figure, [str(d) for d in part["date"]], part["p50_ms"], hover=hover, color=series(k))
        ends.append(End(last, float(part["p50_ms"].iloc[-1]), str(channel), series(k)))
    if not pd.isna(began_at):
        figure.add_vline(x=local(began_at, timezone), line={"color": BAD, "dash": "dash"})
    add_ends(figure, ends, bottom=bottom, top=top)
    day_axis(figure, lang, [str(d) for d in rows["date"]])
    return figure

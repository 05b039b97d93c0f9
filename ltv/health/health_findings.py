"""Tiles and sentences of the health page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ltv.health.health_views import Row, kind_words, recent, segment_words, state_of, usual, week_ago
from ltv.health.health_words import WHY, WORDS
from ltv.health.indicators import AT_RISK, BENEFIT, CHURN, CORE, REFERRAL, Watched
from ltv.health.segments import WHOLE
from ltv.result import KeyFigure, State, Takeaway
from ltv.text import Text, listed, number, same

if TYPE_CHECKING:
    from ltv.health.health_result import Health

_BESIDE = (AT_RISK,)
_GOOD_AUC, _GOOD_ERROR = 0.7, 0.05
_MOST_NAMES, _WORST_RISE = 4, 1.0


def tiles(told: Health) -> list[KeyFigure]:
    """The three core indicators, and two beside them where they are known."""
    beside = [name for name in _BESIDE if told.of(name)["known"].any()]
    return [_tile(told, told.by_name[name]) for name in (*CORE, *beside)]


def newest(told: Health, name: str) -> Row:
    """The latest known day of an indicator in the whole base, or the last day where none is known."""
    days = told.of(name)
    known = days[days["known"]]
    return (known if len(known) else days).iloc[-1].to_dict()


def _tile(told: Health, watched: Watched) -> KeyFigure:
    row, days = newest(told, watched.name), told.of(watched.name)
    spark = tuple(None if v != v else float(v) for v in days["value"])  # noqa: PLR0124  NaN
    state = state_of(row)
    light: State = "none" if state in ("none", "free") else state  # type: ignore[assignment]
    if not row["known"]:
        return KeyFigure(
            watched.label, None, watched.unit, rule=WORDS["tile_unknown"].format(why=WHY[row["why_unknown"]])
        )
    threshold = number(row["threshold"], watched.unit, currency=told.currency)
    rule = WORDS[f"tile_rule_{watched.bad_side}"].format(threshold=threshold, usual=usual(row))
    before = week_ago(told, row)
    is_known = before == before  # noqa: PLR0124  NaN
    return KeyFigure(
        watched.label, float(row["value"]), watched.unit, previous=before if is_known else None,
        comparison=WORDS["week_before"] if is_known else None, state=light, spark=spark,
        rule=WORDS["tile_no_threshold"] if state == "free" else rule,
    )  # fmt: skip


def findings(told: Health) -> list[Takeaway]:
    """The sentences."""
    return [*_triggered(told), *_core(told), *_worst(told), *_at_risk(told), *_trust(told), *_unknown(told)]


def _joined(names: list[Text], most: int = _MOST_NAMES) -> Text:
    tail = WORDS["and_others"] if len(names) > most else same("")
    shown = names[:most]
    return Text("、".join(n.zh for n in shown) + tail.zh, "; ".join(n.en for n in shown) + tail.en)


def _named(told: Health, rows: pd.DataFrame) -> list[Text]:
    return [
        told.by_name[r["indicator"]].label
        if r["segment_kind"] == WHOLE
        else WORDS["named_segment"].format(
            label=told.by_name[r["indicator"]].label, segment=segment_words(r["segment"])
        )
        for r in rows.to_dict("records")
    ]


def _triggered(told: Health) -> list[Takeaway]:
    new, out = recent(told, 1), []
    if len(new):
        said = WORDS["told_triggered"].format(date=str(told.as_of), n=str(len(new)), names=_joined(_named(told, new)))
        out.append(Takeaway(said, "bad", WORDS["act_triggered"]))
    else:
        out.append(Takeaway(WORDS["told_quiet"], "good"))
    last = told.latest
    rows = last[
        (last["segment_kind"] == WHOLE)
        & last["known"]
        & last["breached"]
        & (last["days_breached"] > 1)
        & ~last["triggered"]
    ]
    if len(rows):
        said = WORDS["told_standing"].format(n=str(len(rows)), names=_joined(_named(told, rows)))
        out.append(Takeaway(said, "watch", WORDS["act_standing"]))
    return out


def _change(told: Health, row: Row) -> Text:
    watched, before = told.by_name[row["indicator"]], week_ago(told, row)
    if before != before:  # noqa: PLR0124  NaN
        return WORDS["change_none"]
    by = float(row["value"]) - before
    if number(row["value"], watched.unit, currency=told.currency) == number(
        before, watched.unit, currency=told.currency
    ):
        return WORDS["change_flat"]  # both read the same
    shown = number(abs(by), "points" if watched.unit == "rate" else watched.unit, currency=told.currency)
    plain = Text(shown.zh.lstrip("+"), shown.en.lstrip("+"))
    return WORDS["change_up" if by > 0 else "change_down"].format(by=plain)


def _core(told: Health) -> list[Takeaway]:
    out = []
    for name, words, act in (
        (CHURN, "told_churn", ""),
        (BENEFIT, "told_benefit", "act_benefit"),
        (REFERRAL, "told_referral", "act_referral"),
    ):
        row, watched = newest(told, name), told.by_name[name]
        if not row["known"]:
            continue
        state = state_of(row)
        figures = {"value": number(row["value"], watched.unit), "share": number(row["value"], watched.unit)}
        figures |= {"threshold": number(row["threshold"], watched.unit), "change": _change(told, row)}
        figures |= {"people": number(row["people"], "count"), "lost": number(row["people"] * row["value"], "count")}
        bad = state in ("watch", "bad")
        action = WORDS["act_churn_bad" if bad else "act_churn_good"] if name == CHURN else WORDS[act] if bad else None
        light: State = "none" if state == "free" else state  # type: ignore[assignment]
        out.append(Takeaway(WORDS[words].format(**figures), light, action))
    return out


def _worst(told: Health) -> list[Takeaway]:
    last = told.latest
    rows = last[(last["indicator"] == CHURN) & (last["segment_kind"] != WHOLE) & last["known"] & last["breached"]]
    if rows.empty:
        return []
    row = rows.assign(times=rows["value"] / rows["threshold"]).sort_values("times").iloc[-1]
    figures = {"value": number(row["value"], "rate"), "usual": number(row["threshold"] / told.churn_times, "rate")}
    said = WORDS["told_worst"].format(
        segment=segment_words(row["segment"]), kind=kind_words(row["segment_kind"]), **figures
    )
    return [Takeaway(said, "watch", WORDS["act_worst"])]


def _at_risk(told: Health) -> list[Takeaway]:
    worth = told.people["value_at_risk"].dropna().sort_values(ascending=False)
    if worth.sum() <= 0:
        return []
    share = worth.head(int(np.ceil(len(worth) / 10))).sum() / worth.sum()
    money = number(float(worth.sum()), "money", currency=told.currency)
    return [Takeaway(WORDS["told_at_risk"].format(money=money, share=number(float(share), "rate")))]


def _trust(told: Health) -> list[Takeaway]:
    found = told.backtest
    if found is None:
        return []
    figures = {
        "auc": number(found.auc, "number"),
        "error": number(found.error, "rate"),
        "told": number(found.told, "rate"),
    }
    figures |= {"came": number(found.came, "rate")}
    holds = found.auc >= _GOOD_AUC and found.error <= _GOOD_ERROR
    if holds:
        return [Takeaway(WORDS["told_trust"].format(**figures), "good")]
    return [Takeaway(WORDS["told_doubt"].format(**figures), "watch", WORDS["act_doubt"])]


def _unknown(told: Health) -> list[Takeaway]:
    last = told.table[(told.table["date"] == told.as_of) & (told.table["segment_kind"] == WHOLE) & ~told.table["known"]]
    if last.empty:
        return []
    names = [
        WORDS["named_why"].format(label=listed([told.by_name[i].label for i in rows["indicator"]]), why=WHY[str(why)])
        for why, rows in last.groupby("why_unknown", sort=False)
    ]
    said = WORDS["told_unknown"].format(n=str(len(last)), names=_joined(names, len(names)))
    return [Takeaway(said, "watch", WORDS["act_unknown"])]

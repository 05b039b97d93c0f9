"""Blocks of the health page."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pandas as pd

from ltv.behaviour.averages import with_interval
from ltv.behaviour.who import WHO, column
from ltv.health.health_words import KIND, SEGMENT, SIDE, STATE, WHY, WORDS
from ltv.health.indicators import AT_RISK, BENEFIT, CHURN, CORE, FIRST_ORDER, REFERRAL
from ltv.health.segments import WHOLE
from ltv.result import Column, View, Worded
from ltv.text import Text, Unit, number, same

if TYPE_CHECKING:
    from ltv.health.health_result import Health

TREND = {CHURN: CHURN, BENEFIT: BENEFIT, REFERRAL: REFERRAL}
TRIGGER_DAYS, MOST_PLACES = 7, 7
MOST_PEOPLE = 500  # on the page, which must stay small; the result table has everybody
_UNITS: dict[str, Unit] = {
    "date": "date", "people": "count", "days_breached": "count", "episode_start": "date", "probability": "rate", "told": "rate",
    "came": "rate", "low": "rate", "high": "rate", "days_since_last": "count", "visit_days_180": "count", "expected": "money", "value_at_risk": "money",
    "churn": "rate", "churn_threshold": "rate", "benefit": "number", "referral": "number", "at_risk": "money",
    "first_order": "rate", "user_id": "text",
}  # fmt: skip
Row = Mapping[Hashable, Any]


def views(told: Health) -> dict[str, View]:
    """All blocks for which there are rows."""
    blocks = {"triggers": _triggers(told), "board": _board(told)}
    blocks |= {name: _trend(told, name) for name in CORE if told.of(name)["known"].any()}
    if _others(told):
        blocks["others"] = _small(told)
    blocks |= {"segments": _segments(told), "people": _people(told), "drill": _drill(told)}
    if told.backtest is not None:
        blocks["reliability"] = _reliability(told)
    blocks["definitions"] = _definitions(told)
    return {name: block for name, block in blocks.items() if len(block.data) or name == "triggers"}


def state_of(row: Row) -> str:
    """The traffic light of a day: good, watch on the first bad day, bad from the second on, none where it is not known."""
    if not row["known"]:
        return "none"
    if row["threshold"] != row["threshold"]:
        return "free"
    return "good" if not row["breached"] else "watch" if row["days_breached"] < 2 else "bad"  # noqa: PLR2004


def usual(row: Row) -> Text:
    """How the value of a day lies to the range of its weekday."""
    low, high, value = row["expected_low"], row["expected_high"], row["value"]
    if low != low or value != value:  # noqa: PLR0124  NaN
        return WORDS["no_band"]
    return WORDS["over" if value > high else "under" if value < low else "inside"]


def segment_words(name: str) -> Text:
    """What a segment is called."""
    return SEGMENT.get(name, same(name))


def kind_words(name: str) -> Text:
    """What a kind of segments is called."""
    return KIND.get(name, same(name))


def _columns(data: pd.DataFrame, words: Mapping[str, Mapping[str, Text]] | None = None) -> tuple[Column, ...]:
    named = words or {}
    return tuple(
        Column(c, WORDS.get(c, KIND.get(c, same(c))), _UNITS.get(c, "text"), named.get(c, {})) for c in data.columns
    )


def _segment_words(data: pd.DataFrame) -> dict[str, dict[str, Text]]:
    return {
        "segment_kind": {str(k): kind_words(str(k)) for k in data["segment_kind"].unique()},
        "segment": {str(s): segment_words(str(s)) for s in data["segment"].unique()},
    }


def _listed(told: Health, rows: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, Mapping[str, Text]]]:
    """Days of indicators of different units side by side: figures as words."""
    names = ("segment", "indicator", "state", "value", "threshold", "last_week", "usual", "owner")
    said, listed = {name: Worded() for name in names}, []
    for row in rows.to_dict("records"):
        watched, state = told.by_name[row["indicator"]], STATE[state_of(row)]
        value, bound, before = (
            number(v, watched.unit, currency=told.currency)
            for v in (row["value"], row["threshold"], week_ago(told, row))
        )
        why = state if row["known"] else WORDS["named_why"].format(label=state, why=WHY[row["why_unknown"]])
        words = (
            place_words(row),
            watched.label,
            why,
            value,
            bound_words(watched.bad_side, bound),
            before,
            usual(row),
            watched.owner,
        )
        line = {name: said[name](text) for name, text in zip(names, words, strict=True)}
        listed.append(line | {"date": row["date"], "days_breached": row["days_breached"]})
    return pd.DataFrame(listed), {name: of.words for name, of in said.items()}


def place_words(row: Row) -> Text:
    """What a segment of a kind is called."""
    if row["segment_kind"] == WHOLE:
        return kind_words(WHOLE)
    kind, name = kind_words(row["segment_kind"]), segment_words(row["segment"])
    return Text(f"{kind.zh}·{name.zh}", f"{kind.en}: {name.en}")


def bound_words(side: str, threshold: Text) -> Text:
    """The side of a threshold that is good."""
    sign = "≤" if side == "above" else "≥"
    return threshold if threshold.en == "–" else Text(f"{sign} {threshold.zh}", f"{sign} {threshold.en}")


def week_ago(told: Health, row: Row) -> float:
    """The value of the same indicator and segment seven days earlier; NaN where it is not known."""
    rows = told.of(row["indicator"], row["segment_kind"], row["segment"])
    before = rows.loc[rows["date"] == row["date"] - timedelta(days=7), "value"]
    return float(before.iloc[0]) if len(before) else float("nan")


def recent(told: Health, days: int = TRIGGER_DAYS) -> pd.DataFrame:
    """What triggered in the last days, the newest first, everybody before segments."""
    rows = told.table[told.table["triggered"] & (told.table["date"] > told.as_of - timedelta(days=days))]
    order = rows.assign(rest=rows["segment_kind"] != WHOLE).sort_values(
        ["date", "rest"], ascending=[False, True], kind="stable"
    )
    return order.drop(columns="rest")


def _triggers(told: Health) -> View:
    data, words = _listed(told, recent(told))
    wanted = ["date", "segment", "indicator", "state", "value", "threshold", "usual", "days_breached", "owner"]
    data = data[wanted] if len(data) else pd.DataFrame(columns=wanted)
    return View("table", WORDS["triggered_title"], WORDS["triggered_note"], data, _columns(data, words))


def _board(told: Health) -> View:
    data, words = _listed(told, told.latest[told.latest["segment_kind"] == WHOLE])
    data = data[["indicator", "state", "value", "threshold", "last_week", "usual", "days_breached", "date"]]
    note = WORDS["board_note"].format(date=str(told.as_of), weeks=str(told.weeks), lag=WORDS["lag"])
    return View("table", WORDS["board_title"], note, data, _columns(data, words))


def _trend(told: Health, name: str) -> View:
    watched, days, chosen = told.by_name[name], told.of(name), Worded()
    parts = []
    for kind, segment in _places(told, name):
        rows = told.of(name, kind, segment).tail(len(days))
        if rows["known"].any():
            parts.append(rows.assign(**{WHO: chosen(place_words({"segment_kind": kind, "segment": segment}))}))
    names = [WHO, "date", "value", "threshold", "expected_low", "expected_high", "triggered"]
    data = pd.concat(parts, ignore_index=True)[names]
    in_unit = ("value", "threshold", "expected_low", "expected_high")
    columns = tuple(
        column(chosen) if c.name == WHO else Column(c.name, c.label, watched.unit if c.name in in_unit else c.unit)
        for c in _columns(data)
    )
    title = WORDS["trend_title"].format(label=watched.label, days=str(len(days)))
    note = WORDS["trend_note"].format(definition=watched.definition, reason=watched.reason)
    return View("chart", title, note, data, columns, WORDS["trend_alt"], selector=WHO)


def _places(told: Health, name: str) -> list[tuple[str, str]]:
    """Everybody and the segments that a chart lets its reader choose, value tiers and channels first, while the page stays small."""
    keys = told.table.loc[told.table["indicator"] == name, ["segment_kind", "segment"]].drop_duplicates()
    rank = keys["segment_kind"].map({kind: place for place, kind in enumerate(KIND)}).fillna(len(KIND))
    ordered = keys.assign(rank=rank).sort_values(["rank", "segment_kind", "segment"]).head(MOST_PLACES)
    return list(zip(ordered["segment_kind"], ordered["segment"], strict=True))


def _others(told: Health) -> list[str]:
    """Other indicators of which two days are known at least."""
    names = [w.name for w in told.watched if w.name not in CORE]
    return [n for n in names if told.of(n)["known"].sum() > 1]


def _small(told: Health) -> View:
    parts = [told.of(name) for name in _others(told)]
    data = pd.concat(parts, ignore_index=True)[["date", "indicator", "value", "threshold"]]
    words = {"indicator": {w.name: w.label for w in told.watched}}
    columns = tuple(
        Column(c.name, c.label, "number" if c.name in ("value", "threshold") else c.unit, c.words)
        for c in _columns(data, words)
    )
    return View("chart", WORDS["others_title"], WORDS["others_note"], data, columns, WORDS["others_alt"])


def _segments(told: Health) -> View:
    latest, keys = told.latest, ["segment_kind", "segment"]
    wide = latest[latest["indicator"] == CHURN][[*keys, "people"]].reset_index(drop=True)
    if wide["people"].isna().all():
        return View("table", WORDS["segments_title"], WORDS["segments_note"], wide.head(0), ())
    states: dict[str, Mapping[str, Text]] = {}
    for name, short in (
        (CHURN, "churn"),
        (BENEFIT, "benefit"),
        (REFERRAL, "referral"),
        (AT_RISK, "at_risk"),
        (FIRST_ORDER, "first_order"),
    ):
        rows = latest[latest["indicator"] == name].set_index(keys)
        at = pd.MultiIndex.from_frame(wide[keys])
        wide[short] = rows["value"].reindex(at).to_numpy()
        if name == CHURN:
            wide["churn_threshold"] = rows["threshold"].reindex(at).to_numpy()
        if name in CORE:
            state = pd.Series([state_of(r) for r in rows.to_dict("records")], rows.index, dtype=object)
            wide[f"{short}_state"] = state.reindex(at).fillna("none").to_numpy()
            states[f"{short}_state"] = STATE
    kept = wide[wide["people"].notna()].dropna(axis=1, how="all").reset_index(drop=True)
    return View(
        "table", WORDS["segments_title"], WORDS["segments_note"], kept, _columns(kept, _segment_words(kept) | states)
    )


def _people(told: Health) -> View:
    data = told.people.drop(columns="as_of").merge(told.groups, on="user_id", how="left")
    by = "value_at_risk" if data["value_at_risk"].notna().any() else "probability"
    ordered = data.sort_values([by, "user_id"], ascending=[False, True], ignore_index=True)
    data = ordered.head(MOST_PEOPLE).dropna(axis=1, how="all")
    words = {
        k: {str(s): segment_words(str(s)) for s in data[k].dropna().unique()}
        for k in told.groups.columns
        if k in data and k != "user_id"
    }
    note = WORDS["people_note"].format(
        n=number(len(told.people), "count"), most=number(MOST_PEOPLE, "count"), active=str(told.active_days)
    )
    return View("table", WORDS["people_title"], note, data, _columns(data, words))


def _drill(told: Health) -> View:
    names = [
        "date",
        "segment_kind",
        "segment",
        "indicator",
        "value",
        "threshold",
        "days_breached",
        "people",
        "why_unknown",
    ]
    data = told.table.loc[told.table["date"] == told.as_of, names].reset_index(drop=True)
    words = _segment_words(data) | {"indicator": {w.name: w.label for w in told.watched}, "why_unknown": WHY}
    columns = tuple(
        Column(
            c.name,
            WORDS["source"] if c.name == "why_unknown" else c.label,
            "number" if c.name in ("value", "threshold") else c.unit,
            c.words,
        )
        for c in _columns(data, words)
    )
    return View("table", WORDS["drill_title"], WORDS["drill_note"], data, columns)


def _reliability(told: Health) -> View:
    found = told.backtest
    assert found is not None  # noqa: S101  the caller has looked
    said = {
        "auc": number(found.auc, "number"),
        "error": number(found.error, "rate"),
        "n": number(found.people, "count"),
    }
    note = WORDS["reliability_note"].format(date=str(found.date), **said)
    bins = with_interval(found.bins, found.bins["came"] * found.bins["people"], found.bins["people"])
    return View("chart", WORDS["reliability_title"], note, bins, _columns(bins), WORDS["reliability_alt"])


def _definitions(told: Health) -> View:
    said = {name: Worded() for name in ("indicator", "definition", "threshold", "reason", "owner", "source")}
    rows = []
    for watched in told.watched:
        now = told.of(watched.name) if (told.table["indicator"] == watched.name).any() else told.table.head(0)
        why = str(now["why_unknown"].iloc[-1]) if len(now) else ""
        bound = number(watched.threshold, watched.unit, currency=told.currency)
        side = SIDE[watched.bad_side]
        rows.append({
            "indicator": said["indicator"](watched.label),
            "definition": said["definition"](watched.definition),
            "threshold": said["threshold"](side if watched.threshold is None else Text(f"{bound.zh}，{side.zh}", f"{bound.en}, {side.en}")),
            "reason": said["reason"](watched.reason),
            "owner": said["owner"](watched.owner),
            "source": said["source"](WHY[why]),
        })  # fmt: skip
    data = pd.DataFrame(rows)
    return View(
        "table",
        WORDS["definitions_title"],
        WORDS["definitions_note"],
        data,
        _columns(data, {k: w.words for k, w in said.items()}),
    )

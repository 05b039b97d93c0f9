"""How healthy is the base?"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from ltv.health.health_views import place_words
from ltv.health.indicators import AT_RISK, BENEFIT, CHURN, REFERRAL
from ltv.overview.answer import interval_of
from ltv.overview.figures import of_indicator
from ltv.overview.given import day, known
from ltv.overview.overview_words import LABELS, QUESTIONS, VERDICTS, WORDS, counted, joined, listed
from ltv.result import Answer, KeyFigure, Source, State
from ltv.text import Text, number, same

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ltv.overview.figure import Figure
    from ltv.overview.given import Given

_CORE = (CHURN, BENEFIT, REFERRAL)
_PAGE = "12_health"
_WORST: tuple[State, ...] = ("bad", "watch", "good")
_VERDICTS = {"bad": "unhealthy", "watch": "one_day", "good": "healthy"}
_ACTIONS = {"bad": "act_unhealthy", "watch": "act_one_day", "good": "act_healthy"}


def health_answer(given: Given, figures: Mapping[str, Figure]) -> Answer:
    """The core indicators against their thresholds, and what triggered.

    Args:
        given: what the overview is made of.
        figures: key figures by name.
    """
    core = [figures[name] for name in _CORE]
    there = [one for one in core if one.value is not None]
    if not there:
        return _unknown(given, core)
    states = [one.state for one in there]
    state: State = next((s for s in _WORST if s in states), "none")
    leading = next((one for one in there if one.state == state), there[0])
    alarms = _alarms(given)
    parts = [_level(leading), _others([one for one in core if one is not leading]), _at_risk(given), *alarms[:1]]
    action = WORDS["act_segment" if state == "good" and alarms[1:] else _ACTIONS.get(state, "act_no_health")]
    return Answer(
        "health", QUESTIONS["health"], VERDICTS[_VERDICTS.get(state, "unknown")], joined(parts), state, action,
        Source(_PAGE, "board"), _figure(leading),
    )  # fmt: skip


def _unknown(given: Given, core: list[Figure]) -> Answer:
    missing = given.rows("health", "indicator").empty
    items = listed([WORDS["lacking"].format(label=one.label, why=one.rule) for one in core])
    said = WORDS["no_health"] if missing else WORDS["no_core"].format(items=items)
    return Answer(
        "health", QUESTIONS["health"], VERDICTS["unknown"], joined([said]), "none", WORDS["act_no_health"],
        Source(_PAGE, ""),
    )  # fmt: skip


def _level(one: Figure) -> Text:
    told = {"label": one.label, "value": one.told(one.value), "interval": interval_of(one)}
    before = WORDS["was_not"] if one.previous is None else WORDS["was"].format(before=one.told(one.previous))
    if one.threshold is None or one.value is None:
        return _after(WORDS["level_free"].format(**told), before)
    side = "below" if one.value < one.threshold else "above" if one.value > one.threshold else "at"
    said = WORDS["level"].format(side=WORDS[side], threshold=one.told(one.threshold), **told)
    return _after(said, before)


def _after(first: Text, second: Text) -> Text:
    return Text(first.zh + second.zh, first.en + second.en)


def _others(rest: list[Figure]) -> Text:
    items = []
    for one in rest:
        told = {"label": one.label, "value": one.told(one.value)}
        if one.value is None:
            items.append(WORDS["lacking"].format(label=one.label, why=one.rule))
        elif one.threshold is None:
            items.append(WORDS["plain"].format(**told))
        else:
            words = WORDS["least" if one.bad_side == "below" else "most"]
            items.append(words.format(threshold=one.told(one.threshold), **told))
    return WORDS["also"].format(items=listed(items))


def _at_risk(given: Given) -> Text:
    rows = of_indicator(given, AT_RISK)
    money = known(rows.iloc[-1]["value"]) if len(rows) else None
    return same("") if money is None else WORDS["at_risk"].format(money=number(money, "money", currency=given.currency))


def _alarms(given: Given) -> list[Text]:
    """What is said of alarms, and their places, the latest first."""
    told = given.rows("health", "date", "segment_kind", "segment", "indicator", "triggered")
    since = given.as_of - timedelta(days=7)
    rows = told[told["triggered"].fillna(False).astype(bool)]
    recent = np.array([since < day(d) <= given.as_of for d in rows["date"]], dtype=bool)
    rows = rows[recent].sort_values("date", ascending=False, kind="stable")
    places = [_place(*row) for row in zip(rows["indicator"], rows["segment_kind"], rows["segment"], strict=True)]
    if not places:
        return [WORDS["no_alarms"]]
    alerts = counted(len(places), "alerts")
    return [WORDS["alarms"].format(n=str(len(places)), alerts=alerts, place=places[0]), *places]


def _place(indicator: str, kind: str, segment: str) -> Text:
    name = place_words({"segment_kind": kind, "segment": segment})
    return WORDS["place"].format(label=LABELS.get(indicator, same(indicator)), segment=name)


def _figure(one: Figure) -> KeyFigure:
    return KeyFigure(
        one.label, one.value, one.unit, low=one.low, high=one.high, previous=one.threshold, state=one.state, level=one.level,
        comparison=None if one.threshold is None else WORDS["mark_threshold"],
    )  # fmt: skip

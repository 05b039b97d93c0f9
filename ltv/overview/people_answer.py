"""Whom should we win back or reward now?"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ltv.overview.answer import quoted
from ltv.overview.given import known, main_days
from ltv.overview.overview_words import QUESTIONS, VERDICTS, WORDS, are, counted, joined
from ltv.result import Answer, KeyFigure, Source
from ltv.text import Text, number

if TYPE_CHECKING:
    from ltv.overview.given import Given
    from ltv.result import State

AT_RISK, LOYAL = "high_value_at_risk", "high_value_loyal"
_LISTS, _PLANS = Source("09_ltv", "lists"), Source("13_strategy", "plans")
_Z90 = 1.6448536269514722
_TENTH = 0.1
_LISTED = ("list", "user_id", "expected", "churn_risk")
_PLANNED = ("playbook", "title_zh", "title_en", "speaks", "plan", "state", "people", "cost")


@dataclass(frozen=True, eq=False)
class People:
    """Whom the tables name.

    Attributes:
        at_risk: high value, likely not to buy again; None without lists.
        loyal: high value, likely to stay.
        plans: plans of playbooks that speak to people; None without the table.
        reached: people on the list to win back whom a plan of today reaches.
    """

    at_risk: pd.DataFrame | None
    loyal: pd.DataFrame | None
    plans: pd.DataFrame | None
    reached: int

    @classmethod
    def of(cls, given: Given) -> People:
        """Read them."""
        lists = given.rows("value_lists", *_LISTED)
        at_risk, loyal = ((lists[lists["list"] == name]) for name in (AT_RISK, LOYAL))
        plans = given.rows("strategy_plans", *_PLANNED)
        speaking = plans[plans["speaks"].fillna(False).astype(bool)]
        planned = given.rows("interventions", "user_id", "playbook", "arm")
        spoken = planned[(planned["arm"] == "treatment") & planned["playbook"].isin(speaking["playbook"])]
        reached = int(at_risk["user_id"].isin(spoken["user_id"]).sum())
        has_lists, has_plans = given.has("value_lists", *_LISTED), given.has("strategy_plans", *_PLANNED)
        return cls(
            at_risk if has_lists else None, loyal if has_lists else None, speaking if has_plans else None, reached
        )

    @property
    def waiting(self) -> list[dict[Any, Any]]:
        """Plans that wait for approval, the dearest first."""
        if self.plans is None:
            return []
        rows = self.plans[self.plans["state"] == "waits"].sort_values("cost", ascending=False, kind="stable")
        return [dict(row) for row in rows.to_dict("records")]


def people_answer(given: Given) -> Answer:
    """How many people, how much value, which plan, and whether it waits.

    Args:
        given: what the overview is made of.
    """
    who = People.of(given)
    parts = [*_risk(given, who), *_loyal(given, who), *_planned(given, who)]
    if not parts:
        return Answer(
            "people", QUESTIONS["people"], VERDICTS["unknown"], joined([WORDS["no_people"]]), "none",
            WORDS["act_no_people"], _LISTS,
        )  # fmt: skip
    n = 0 if who.at_risk is None else len(who.at_risk)
    verdict, state = _verdict(who, n)
    source = _PLANS if who.waiting else _LISTS
    return Answer("people", QUESTIONS["people"], verdict, joined(parts), state, _action(who, n), source, _figure(who))


def _verdict(who: People, n: int) -> tuple[Text, State]:
    if who.waiting:
        waits = len(who.waiting)
        return VERDICTS["waits"].format(n=str(waits), plans=counted(waits, "plans")), "watch"
    if n:
        shown = number(n, "count")
        return VERDICTS["win_back"].format(n=shown, people=counted(n, "people")), "watch" if who.reached < n else "good"
    return (VERDICTS["unknown"], "none") if who.at_risk is None else (VERDICTS["nobody"], "good")


def _risk(given: Given, who: People) -> list[Text]:
    if who.at_risk is None:
        return _top(given)
    n = len(who.at_risk)
    if not n:
        return [WORDS["no_risk"]]
    money = number(known(who.at_risk["expected"].sum()), "money", currency=given.currency)
    told = {"n": number(n, "count"), "people": counted(n, "people"), "are": are(n), "money": money}
    lost = _lost(who.at_risk)
    days = main_days(given)
    if lost is None or days is None:
        return [WORDS["risk_plain"].format(**told)]
    ends = {name: number(value, "count") for name, value in zip(("lost", "low", "high"), lost, strict=True)}
    return [WORDS["risk"].format(days=str(days), **told, **ends)]


def _lost(rows: pd.DataFrame) -> tuple[int, int, int] | None:
    """How many of a list will not buy, by their chances, each on their own: about the mean, 90 %."""
    chance = pd.to_numeric(rows["churn_risk"], errors="coerce").dropna().to_numpy(np.float64)
    if len(chance) < len(rows):
        return None
    mean, half = float(chance.sum()), _Z90 * sqrt(float((chance * (1 - chance)).sum()))
    return round(mean), max(round(mean - half), 0), min(round(mean + half), len(chance))


def _top(given: Given) -> list[Text]:
    """Without lists: how far the value at risk is concentrated."""
    worth = (
        given.rows("churn_scores", "value_at_risk")["value_at_risk"].dropna().astype(float).sort_values(ascending=False)
    )
    if not len(worth) or worth.sum() <= 0:
        return []
    n = max(round(_TENTH * len(worth)), 1)
    money = float(worth.head(n).sum())
    share = number(money / float(worth.sum()), "rate")
    told = number(money, "money", currency=given.currency)
    return [WORDS["top_risk"].format(n=number(n, "count"), people=counted(n, "people"), share=share, money=told)]


def _loyal(given: Given, who: People) -> list[Text]:
    if who.loyal is None or who.loyal.empty:
        return []
    n = len(who.loyal)
    money = number(known(who.loyal["expected"].sum()), "money", currency=given.currency)
    persons = Text("", "person" if n == 1 else "people")
    return [WORDS["reward"].format(n=number(n, "count"), persons=persons, money=money)]


def _planned(given: Given, who: People) -> list[Text]:
    if who.plans is None:
        return []
    if who.waiting:
        first = who.waiting[0]
        title = quoted(Text(str(first["title_zh"]), str(first["title_en"])))
        cost = number(known(first["cost"]), "money", currency=given.currency)
        people = counted(int(known(first["people"]) or 0), "people")
        return [WORDS["plan_waits"].format(plan=title, people=people, cost=cost)]
    on = who.plans[(who.plans["state"] == "on") & (who.plans["people"].astype(float) > 0)]
    if on.empty:
        return [WORDS["plan_off"]]
    cost = number(float(on["cost"].astype(float).sum()), "money", currency=given.currency)
    said = WORDS["plan_on"].format(people=counted(int(on["people"].sum()), "people"), cost=cost)
    tail = WORDS["plan_on_end"]
    if who.at_risk is not None and len(who.at_risk):
        tail = WORDS["plan_on_list"].format(n=number(who.reached, "count"), are=are(who.reached))
    return [Text(said.zh + tail.zh, said.en + tail.en)]


def _action(who: People, n: int) -> Text:
    if who.waiting:
        return WORDS["act_approve"].format(plan=str(who.waiting[0]["plan"]))
    if n:
        return WORDS["act_call" if who.reached < n else "act_covered"]
    if who.at_risk is None:
        return WORDS["act_no_people"]
    return WORDS["act_reward" if who.loyal is not None and len(who.loyal) else "act_wait"]


def _figure(who: People) -> KeyFigure | None:
    if who.at_risk is None:
        return None
    money = known(who.at_risk["expected"].sum())
    return KeyFigure(WORDS["on_the_list"], money, "money")

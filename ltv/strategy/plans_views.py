"""Blocks of the strategy page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from ltv.result import Column, View, Worded
from ltv.strategy.strategy_words import ACTION, ARM, LEFT_OUT, STATE, VERDICT, WORDS
from ltv.text import Text, Unit, number

if TYPE_CHECKING:
    from ltv.strategy.plans_result import Plans

MOST_PEOPLE = 300  # on the page; the download has everybody
_UNITS: dict[str, Unit] = {
    "people": "count", "control": "count", "found": "count", "left_out": "count", "n_out": "count", "n": "count", "n_control": "count", "cost": "money",
    "gain": "money", "contacts": "count", "uplift": "money", "low": "money", "high": "money", "net": "money", "expected": "money", "churn_probability": "rate",
}  # fmt: skip
_ACTIONS = ACTION | {"all": Text("全部动作", "all actions")}


def views(told: Plans) -> dict[str, View]:
    """All blocks for which there are rows."""
    blocks = {
        "plans": _plans(told),
        "left": _left(told),
        "effects": _effects(told),
        "judged": _judged(told),
        "list": _list(told),
    }
    return {name: block for name, block in blocks.items() if len(block.data) or name == "plans"}


def _columns(told: Plans, data: pd.DataFrame, words: Mapping[str, Mapping[str, Text]]) -> tuple[Column, ...]:
    words = {"playbook": told.titles, **words}
    return tuple(Column(c, WORDS[c], _UNITS.get(c, "text"), words.get(c, {})) for c in data.columns)


def _plans(told: Plans) -> View:
    why = Worded()
    rows = [
        {"playbook": r["playbook"], "state": r["state"], "why": why(Text(r["why_zh"], r["why_en"])), "found": r["found"],
         "left_out": r["left_out"], "people": r["people"], "control": r["control"], "cost": r["cost"], "gain": r["gain"], "plan": "" if r["state"] == "off" else r["plan"]}
        for r in told.by_playbook.to_dict("records")
    ]  # fmt: skip
    names = ["playbook", "state", "why", "found", "left_out", "people", "control", "cost", "gain", "plan"]
    data = pd.DataFrame(rows, columns=names)
    limits = {
        "people": number(told.rules.approve_people, "count"),
        "cost": number(told.rules.approve_cost, "money", currency=told.currency),
    }
    return View(
        "table",
        WORDS["plans"],
        WORDS["plans_note"].format(**limits),
        data,
        _columns(told, data, {"state": STATE, "why": why.words}),
    )


def _left(told: Plans) -> View:
    rows = [
        {"playbook": one.playbook.name, "reason": reason, "n_out": n}
        for one in told.picked
        for reason, n in one.left_out.items()
    ]
    data = pd.DataFrame(rows, columns=["playbook", "reason", "n_out"])
    return View("table", WORDS["left"], WORDS["left_note"], data, _columns(told, data, {"reason": LEFT_OUT}))


def _told_apart(told: Plans) -> pd.DataFrame:
    """Effects of all actions together, and of each where a playbook has several."""
    rows = told.effects
    several = rows.groupby("playbook")["action"].transform("size") > 2 if len(rows) else rows["action"] == "all"  # noqa: PLR2004
    return rows[(rows["action"] == "all") | several]


def _effects(told: Plans) -> View:
    data = _told_apart(told).dropna(subset=["uplift"])[["playbook", "action", "uplift", "low", "high"]]
    data = data.reset_index(drop=True)
    return View(
        "chart",
        WORDS["effects"],
        WORDS["effects_note"],
        data,
        _columns(told, data, {"action": _ACTIONS}),
        alt=WORDS["effects_alt"],
    )


def _judged(told: Plans) -> View:
    names = ["playbook", "action", "n", "n_control", "uplift", "low", "high", "cost", "net", "verdict"]
    data = _told_apart(told)[names].reset_index(drop=True)
    return View(
        "table",
        WORDS["effects"],
        WORDS["effects_note"],
        data,
        _columns(told, data, {"action": _ACTIONS, "verdict": VERDICT}),
    )


def _list(told: Plans) -> View:
    reason = Worded()
    rows = told.table
    why = {one.playbook.name: reason(one.start.why) for one in told.picked}
    names = ["user_id", "playbook", "action", "arm", "expected", "churn_probability", "expires_at"]
    if rows["contacts"].notna().any():
        names.insert(4, "contacts")
    data = rows[names].assign(reason=rows["playbook"].map(why)).head(MOST_PEOPLE)
    data = data.assign(
        user_id=data["user_id"].astype(str), expires_at=pd.to_datetime(data["expires_at"]).dt.strftime("%Y-%m-%d %H:%M")
    )
    words = {"action": _ACTIONS, "arm": ARM, "reason": reason.words}
    return View("table", WORDS["list"], WORDS["list_note"].format(n=str(len(data))), data, _columns(told, data, words))

"""Tiles and sentences of the strategy page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ltv.result import KeyFigure, State, Takeaway
from ltv.strategy.pick import waiting
from ltv.strategy.strategy_words import WORDS
from ltv.text import Text, number

if TYPE_CHECKING:
    import pandas as pd

    from ltv.strategy.plans_result import Plans


def tiles(told: Plans) -> list[KeyFigure]:
    """People, cost, expected gain, net gain measured."""
    plans = told.by_playbook
    spoken = plans[plans["speaks"].astype(bool)]
    people, control = (int(spoken[n].sum()) for n in ("people", "control"))
    waits = waiting(told.picked)
    others = WORDS["tile_people_rule"].format(n=number(control, "count"))
    held = WORDS["tile_cost_rule"].format(plans=str(len(waits)))
    return [
        KeyFigure(WORDS["tile_people"], people, "count", rule=others),
        KeyFigure(WORDS["tile_cost"], _cost(plans), "money", state="watch" if waits else "none", rule=held),
        _with_interval("tile_gain", told.expected_gain),
        _with_interval("tile_net", told.net_gain),
    ]


def _cost(plans: pd.DataFrame) -> float:
    """What all that is on costs today, also where nobody is spoken to."""
    return float(plans.loc[plans["state"] != "off", "cost"].sum())


def _with_interval(name: str, told: tuple[float, float, float] | None) -> KeyFigure:
    value, low, high = told or (None, None, None)
    return KeyFigure(WORDS[name], value, "money", low=low, high=high, rule=WORDS[f"{name}_rule"], level=90)


def findings(told: Plans) -> list[Takeaway]:
    """The sentences."""
    if not told.picked:
        return [Takeaway(WORDS["told_none"], "watch", WORDS["act_none"])]
    return [*_planned(told), *_frequency(told), *_waiting(told), *_judged(told), *_consent(told)]


def _frequency(told: Plans) -> list[Takeaway]:
    out = []
    for one in told.picked:
        contacts = one.people["contacts"].dropna().astype("int64")
        if len(contacts):
            figures = {name: str(value) for name, value in (("low", contacts.min()), ("high", contacts.max()))}
            figures |= {"days": str(one.playbook.horizon_days)}
            n = number(len(contacts), "count")
            out.append(Takeaway(WORDS["told_frequency"].format(playbook=one.playbook.title, n=n, **figures)))
    return out


def _planned(told: Plans) -> list[Takeaway]:
    plans = told.by_playbook
    on = plans[(plans["state"] != "off") & plans["speaks"].astype(bool)]
    if not int(on["people"].sum()):
        return [Takeaway(WORDS["told_quiet"])]
    figures = {name: number(int(on[name].sum()), "count") for name in ("people", "control")}
    figures |= {
        "on": number(len(on), "count"),
        "cost": number(_cost(plans), "money", currency=told.currency),
    }
    return [Takeaway(WORDS["told_plan"].format(**figures))]


def _waiting(told: Plans) -> list[Takeaway]:
    plans = waiting(told.picked)
    if not plans:
        return []
    said = WORDS["told_wait"].format(n=str(len(plans)), plans=Text("、".join(plans), ", ".join(plans)))
    return [Takeaway(said, "watch", WORDS["act_wait"].format(plan=plans[0]))]


_STATES: dict[str, tuple[str, State, str | None]] = {
    "works": ("told_works", "good", "act_works"),
    "harms": ("told_harms", "bad", "act_harms"),
    "unsure": ("told_unsure", "none", None),
}


def _judged(told: Plans) -> list[Takeaway]:
    rows = (
        told.effects[(told.effects["action"] == "all") & told.effects["uplift"].notna()]
        if len(told.effects)
        else told.effects
    )
    if rows.empty:
        return [Takeaway(WORDS["told_early"])]
    out, titles = [], told.titles
    for row in rows.to_dict("records"):
        words, state, action = _STATES[row["verdict"]]
        figures = {n: number(float(row[n]), "money", currency=told.currency) for n in ("uplift", "low", "high", "net")}
        counts = {n: number(int(row[n]), "count") for n in ("n", "n_control")}
        said = WORDS[words].format(playbook=titles[row["playbook"]], **figures, **counts)
        out.append(Takeaway(said, state, WORDS[action] if action else None))
    return out


def _consent(told: Plans) -> list[Takeaway]:
    n = sum(one.left_out.get("consent", 0) for one in told.picked)
    said = WORDS["told_consent"].format(n=number(n, "count"))
    return [Takeaway(said, "watch", WORDS["act_consent"])] if n else []

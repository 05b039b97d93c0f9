"""The rows behind each answer, one table a question."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from ltv.experiments.decide_words import VERDICTS as TESTED
from ltv.health.indicators import BENEFIT, CHURN, REFERRAL
from ltv.lifetime.value_words import LIST
from ltv.overview.change_answer import moves, told_move
from ltv.overview.channel_answer import budget
from ltv.overview.effect_answer import Tests, metric_words, title_of
from ltv.overview.figures import FIRST, RETENTION, effects
from ltv.overview.overview_words import COLUMNS, NOTES, STATE, TITLES, WORDS
from ltv.result import Column, View, Worded
from ltv.strategy.strategy_words import STATE as PLANNED
from ltv.strategy.strategy_words import VERDICT
from ltv.text import Text, Unit, number, same

if TYPE_CHECKING:
    from ltv.overview.overview_result import Overview

_HEALTH = (CHURN, BENEFIT, REFERRAL, FIRST, RETENTION)
_UNITS: dict[str, Unit] = {
    "people": "count", "expected": "money", "current_cost": "money", "proposed_cost": "money", "change": "money", "each": "money",
    "each_low": "money", "each_high": "money",
}  # fmt: skip
Line = dict[str, Any]


def views(told: Overview) -> dict[str, View]:
    """The tables, by the name of the answer."""
    made: dict[str, Callable[[Overview], tuple[Sequence[str], list[Line]]]] = {
        "health": _health, "change": _change, "people": _people, "channel": _channel, "effect": _effect,
    }  # fmt: skip
    return {name: _view(name, *rows(told)) for name, rows in made.items()}


def _view(name: str, columns: Sequence[str], lines: list[Line]) -> View:
    """A table of numbers and words; words are told in the language of the page."""
    told = {column: Worded() for column in columns}
    rows = [{c: told[c](v) if isinstance(v, Text) else v for c, v in line.items()} for line in lines]
    data = pd.DataFrame(rows, columns=list(columns))
    made = tuple(Column(c, COLUMNS[c], _UNITS.get(c, "text"), told[c].words) for c in columns)
    return View("table", TITLES[name], NOTES[name], data, made)


def _health(told: Overview) -> tuple[Sequence[str], list[Line]]:
    lines = [
        {
            "figure": f.label,
            "value": f.told(f.value),
            "last_week": f.told(f.previous),
            "rule": f.rule,
            "light": STATE[f.state],
        }
        for f in told.figures
        if f.name in _HEALTH
    ]
    return ("figure", "value", "last_week", "rule", "light"), lines


def _change(told: Overview) -> tuple[Sequence[str], list[Line]]:
    lines = []
    for move in sorted(moves(told.given, told.figures), key=lambda m: -m.size):

        def shown(value: float, unit: Unit = move.unit) -> Text:
            return number(value, unit, currency=told.currency)

        by, sign = told_move(move, told.currency), "−" if move.by < 0 else "+"
        low, high = (shown(end) for end in move.usual)
        lines.append({
            "figure": move.label, "before": shown(move.before), "value": shown(move.after),
            "moved": Text(sign + by.zh, sign + by.en), "usual": Text(f"{low.zh} – {high.zh}", f"{low.en} – {high.en}"),
            "light": STATE["none" if move.state == "watch" else move.state],
        })  # fmt: skip
    return ("figure", "before", "value", "moved", "usual", "light"), lines


def _people(told: Overview) -> tuple[Sequence[str], list[Line]]:
    lists = told.given.rows("value_lists", "list", "user_id", "expected")
    lines: list[Line] = []
    for name in (n for n in LIST if (lists["list"] == n).any()):
        mine = lists[lists["list"] == name]
        lines.append(
            {
                "name": LIST[name],
                "kind": WORDS["a_list"],
                "people": len(mine),
                "expected": float(mine["expected"].sum()),
            }
        )
    plans = told.given.rows("strategy_plans", "title_zh", "title_en", "state", "people", "why_zh", "why_en")
    for row in plans.to_dict("records"):
        state = PLANNED.get(str(row["state"]), same(str(row["state"])))
        why = Text(f"{state.zh}（{row['why_zh']}）", f"{state.en} ({row['why_en']})")
        title = Text(str(row["title_zh"]), str(row["title_en"]))
        lines.append(
            {"name": title, "kind": WORDS["a_plan"], "people": int(row["people"] or 0), "expected": None, "state": why}
        )
    return ("name", "kind", "people", "expected", "state"), lines


def _channel(told: Overview) -> tuple[Sequence[str], list[Line]]:
    names = ("channel", "current_cost", "proposed_cost", "change", "each", "each_low", "each_high")
    rows = budget(told.given).sort_values("each_low", ascending=False)
    return names, [{str(k): v for k, v in row.items()} for row in rows[list(names)].to_dict("records")]


def _effect(told: Overview) -> tuple[Sequence[str], list[Line]]:
    lines: list[Line] = []
    for row in effects(told.given).to_dict("records"):
        by, low, high, net = (
            number(float(row[n]), "money", currency=told.currency) for n in ("uplift", "low", "high", "net")
        )
        lines.append({
            "name": title_of(told.given, str(row["playbook"])), "kind": WORDS["a_playbook"], "metric": WORDS["uplift"], "by": by,
            "range": Text(f"{low.zh} – {high.zh}", f"{low.en} – {high.en}"), "net": net,
            "state": VERDICT.get(str(row["verdict"]), same(str(row["verdict"]))),
        })  # fmt: skip
    for row in Tests.of(told.given).rows.drop_duplicates(["experiment", "variant"]).to_dict("records"):
        verdict = str(row["verdict"])
        low, high = (number(row[end], "rate") for end in ("low", "high"))
        lines.append({
            "name": same(f"{row['experiment']} · {row['variant']}"), "kind": WORDS["a_test"], "metric": metric_words(str(row["metric"])),
            "by": number(row["lift"], "rate"), "range": Text(f"{low.zh} – {high.zh}", f"{low.en} – {high.en}"), "net": same("–"),
            "state": TESTED.get(verdict, TESTED["cannot_judge"]),
        })  # fmt: skip
    return ("name", "kind", "metric", "by", "range", "net", "state"), lines

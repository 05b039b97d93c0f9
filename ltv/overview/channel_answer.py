"""Which channel deserves the next yuan?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from ltv.attribution.holdouts import PREFIX
from ltv.overview.answer import quoted
from ltv.overview.given import WHOLE, known, numbers
from ltv.overview.overview_words import COINS, QUESTIONS, VERDICTS, WORDS, counted, joined
from ltv.result import Answer, KeyFigure, Source
from ltv.text import Text, number, same

if TYPE_CHECKING:
    from ltv.overview.given import Given
    from ltv.result import State

_MONEY = ("current_cost", "proposed_cost", "change", "expected_gain", "gain_low", "gain_high")
_SOURCE = Source("10_attribution", "plan")
_CANNOT = ("cannot be judged", "broken")
ONE = 1.0  # of the currency: what a unit more costs


def channel_answer(given: Given) -> Answer:
    """The channel whose next unit is surest to bring more than it costs; where none is sure, the experiment to run.

    Args:
        given: what the overview is made of.
    """
    question = QUESTIONS["channel"].format(coin=COINS.get(given.currency, same(given.currency)))
    plan = budget(given)
    if plan.empty:
        said, action = joined([WORDS["no_plan"]]), WORDS["act_no_plan"]
        return Answer("channel", question, VERDICTS["unknown"], said, "none", action, _SOURCE)
    up = plan[plan["change"] > 0]
    if up.empty:
        said = WORDS["stay"].format(n=str(len(plan)), channels=counted(len(plan), "channels"))
        return Answer("channel", question, VERDICTS["stay"], joined([said]), "good", WORDS["act_stay"], _SOURCE)
    best = up.sort_values(["each_low", "each"], ascending=False).iloc[0].to_dict()
    is_sure = best["each_low"] > ONE
    channel = str(best["channel"])
    parts = [_best(given, best, is_sure=is_sure), *_taken_from(given, plan), *_whole(given)]
    verdict = VERDICTS["invest"].format(channel=quoted(channel)) if is_sure else VERDICTS["test"]
    figure = KeyFigure(
        WORDS["each_more"].format(one=_one(given)), best["each"], "money", low=best["each_low"], high=best["each_high"], previous=ONE, level=90,
        comparison=WORDS["mark_cost"],
    )  # fmt: skip
    state: State = "good" if is_sure else "watch"
    return Answer(
        "channel", question, verdict, joined(parts), state, _action(given, best, is_sure=is_sure), _SOURCE, figure
    )


def budget(given: Given) -> pd.DataFrame:
    """The budget plan by channel with what each unit moved brings: expected gain over change, and its ends.

    Args:
        given: what the overview is made of.
    """
    rows = given.rows("budget_plan", "channel", *_MONEY)
    rows = rows[rows["channel"] != WHOLE].copy()
    rows[list(_MONEY)] = rows[list(_MONEY)].apply(pd.to_numeric, errors="coerce")
    rows = rows.dropna(subset=list(_MONEY)).reset_index(drop=True)
    moved = rows["change"].where(rows["change"] != 0)
    ends = [rows[name] / moved for name in ("gain_low", "gain_high")]
    low, high = (pd.concat(ends, axis=1).agg(how, axis=1) for how in ("min", "max"))
    return rows.assign(each=rows["expected_gain"] / moved, each_low=low, each_high=high)


def _money(given: Given, value: float | None) -> Text:
    return number(value, "money", currency=given.currency)


def _one(given: Given) -> Text:
    """One unit of the currency, without the decimals of money."""
    told = _money(given, ONE)
    return Text(told.zh.removesuffix(".00"), told.en.removesuffix(".00"))


def _best(given: Given, best: dict[Any, Any], *, is_sure: bool) -> Text:
    told = {"each": best["each"], "low": best["each_low"], "high": best["each_high"], "change": best["change"]}
    words = {name: _money(given, float(value)) for name, value in told.items()} | {"one": _one(given)}
    return WORDS["invest" if is_sure else "doubt"].format(channel=quoted(str(best["channel"])), **words)


def _taken_from(given: Given, plan: pd.DataFrame) -> list[Text]:
    down = plan[plan["change"] < 0]
    if down.empty:
        return []
    most = down.sort_values("change").iloc[0].to_dict()
    unsure = WORDS["unsure"] if most["each_high"] > ONE else same("")
    words = {"each": _money(given, float(most["each"])), "one": _one(given)}
    return [WORDS["from"].format(channel=quoted(str(most["channel"])), unsure=unsure, **words)]


def _whole(given: Given) -> list[Text]:
    rows = given.rows("budget_plan", "channel", *_MONEY)
    rows = rows[rows["channel"] == WHOLE]
    found = (
        numbers(rows.iloc[0].to_dict(), "expected_gain", "gain_low", "gain_high", "proposed_cost")
        if len(rows)
        else None
    )
    if found is None:
        return []
    gain, low, high, total = (_money(given, value) for value in found)
    span = given.rows("attribution", "window_days")["window_days"].dropna()
    days = WORDS["days"].format(days=str(int(span.iloc[0]))) if len(span) else same("")
    return [WORDS["plan"].format(gain=gain, low=low, high=high, total=total, days=days)]


def _action(given: Given, best: dict[Any, Any], *, is_sure: bool) -> Text:
    channel = str(best["channel"])
    if not is_sure:
        return WORDS["act_test"].format(channel=channel)
    ends = {name: _money(given, known(best[f"{name}_cost"])) for name in ("current", "proposed")}
    return WORDS["act_invest_held" if _is_held(given, channel) else "act_invest"].format(channel=channel, **ends)


def _is_held(given: Given, channel: str) -> bool:
    """Whether a control group of the channel is judged."""
    told = given.rows("experiment_results", "experiment", "verdict")
    mine = told.loc[told["experiment"] == PREFIX + channel, "verdict"].astype(str)
    return bool((~mine.str.startswith(_CANNOT)).any())

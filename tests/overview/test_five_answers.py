"""The five answers hold whatever is missing: absent tables, no rows, no columns, no numbers, one date alone."""

import re
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support_overview import (
    DAY,
    bad,
    budget,
    calm,
    churn,
    days,
    effects,
    experiments,
    health,
    lists,
    only_tested,
    parts,
    planned,
    plans,
    told,
    totals,
)  # fmt: skip

from ltv.contract import RESULTS
from ltv.overview.days import people_of_days, revenue_of_days
from ltv.overview.overview_words import counted
from ltv.overview.usual import LEAST_MOVES, usual_range
from ltv.report.blocks import show
from ltv.runs.notebook import inspect
from ltv.text import LANGS
from ltv.workspace.store import check_result

TABLES = calm()
DAMAGES = ("whole", "absent", "empty", "no_numbers", "no_column", "one_row")


def damaged(name: str, how: str) -> pd.DataFrame | None:
    table = TABLES[name]
    if how == "absent":
        return None
    if how == "no_numbers":
        return table.assign(**{c: np.nan for c in table.columns if table[c].dtype.kind == "f"})
    if how == "no_column":
        return table.drop(columns=table.columns[-1])
    return table.iloc[: {"empty": 0, "one_row": 1}.get(how, len(table))]


def words_of(result) -> list[str]:
    texts = [t for a in result.answers for t in (a.question, a.verdict, a.text, a.action)]
    texts += [t for k in result.key_figures for t in (k.label, k.rule)]
    return [text.to(lang) for text in texts for lang in LANGS]


@settings(max_examples=25, deadline=None)
@given(st.fixed_dictionaries({name: st.sampled_from(DAMAGES) for name in TABLES}))
def test_whatever_is_missing_there_are_five_answers_in_whole_words_and_a_table_of_the_contract(how):
    there = {name: damaged(name, kind) for name, kind in how.items()}
    result = told({name: table for name, table in there.items() if table is not None})
    assert [a.name for a in result.answers] == ["health", "change", "people", "channel", "effect"]
    for words in words_of(result):
        assert words.strip()
        assert not re.search(r"\bnan\b|None(?! of)|NaT|[{}]|\binf\b|  |–，|: None", words), words
    check_result("overview", result.table)
    assert len(show(result).blocks) == 2 + len(result.views)


@settings(max_examples=12, deadline=None)
@given(st.sampled_from(sorted(TABLES)), st.sampled_from(["absent", "empty"]))
def test_an_answer_rests_on_its_own_tables_alone(name, how):
    rest = {
        "health": {"health", "churn_scores"}, "change": {"change_parts"}, "channel": {"budget_plan", "attribution", "experiment_results"},
        "people": {"value_lists", "strategy_plans", "interventions", "churn_scores", "ltv_scores", "ltv_totals"},
        "effect": {"strategy_effects", "experiment_results", "golden48", "strategy_plans"},
    }  # fmt: skip
    table = damaged(name, how)
    less = told({k: v for k, v in (TABLES | {name: table}).items() if v is not None})
    for whole, part in zip(told(TABLES).answers, less.answers, strict=True):
        if name not in rest[whole.name]:
            assert part == whole


def test_the_notebook_asks_for_every_table_that_the_answers_rest_on():
    """Also for one that another branch of the work declares later."""
    asked = inspect(Path(__file__).parents[2] / "notebooks" / "15_overview.ipynb").optional
    code = "".join(f.read_text(encoding="utf-8") for f in (Path(__file__).parents[2] / "ltv" / "overview").glob("*.py"))
    rests_on = set(re.findall(r'given\.(?:rows|has)\(\s*"(\w+)"', code)) & set(RESULTS)
    assert {"health", "value_lists", "budget_plan"} <= rests_on
    assert rests_on - asked == set()


def answer(name: str, tables, **more):
    return next(a for a in told(tables, **more).answers if a.name == name)


def test_without_any_table_every_answer_says_that_it_is_not_known_and_what_to_do():
    result = told({})
    assert {a.state for a in result.answers} == {"none"}
    assert result.table["value"].isna().all()
    assert len({a.action.en for a in result.answers}) == 5


def test_health_turns_with_the_days_beyond_and_names_who_triggered():
    assert answer("health", calm()).state == "good"
    assert answer("health", {"health": health(churn=0.2, beyond=1)}).state == "watch"
    two = answer("health", {"health": health(churn=0.2, beyond=2)})
    assert (two.state, two.figure.previous) == ("bad", 0.14)
    assert "1 alert in the last 7 days" in two.text.en
    assert "近 7 天有 1 处触发" in two.text.zh


def test_health_speaks_of_the_worst_indicator_first():
    board = health()
    low = board["indicator"] == "benefit_depth"
    board.loc[low & (board["date"] == DAY), ["value", "breached", "days_breached"]] = [1.2, True, 2]
    assert answer("health", {"health": board}).text.en.startswith("Benefit depth is 1.20, below its threshold of 1.80")


def test_an_indicator_that_is_not_known_is_told_with_its_reason():
    board = health().query("indicator != 'benefit_depth'")
    unknown = health().query("indicator == 'benefit_depth'").assign(known=False, value=np.nan, why_unknown="no_column")
    said = answer("health", {"health": pd.concat([board, unknown])})
    assert said.state == "good"
    assert "Benefit depth not known (orders have no column member_benefit)" in said.text.en


def test_nothing_beyond_is_quiet_and_without_a_cause_it_says_so():
    assert answer("change", {"change_parts": parts(98_000.0)}).verdict.en == "Nothing unusual"
    everywhere = answer("change", {"change_parts": parts(explained=False)})
    assert "No segment explains it alone" in everywhere.text.en
    better = answer("change", {"change_parts": parts(150_000.0)})
    assert (better.state, better.verdict.en) == ("good", "Something got better")


def test_a_day_compared_is_named_with_how_long_ago_it_was_and_feasts_are_not_judged():
    rows = parts().assign(compared_with=DAY - timedelta(days=21))
    feast = parts().assign(figure="buyers_7d", verdict="special_day")
    said = answer("change", {"change_parts": pd.concat([rows, feast])})
    assert "on 06-09 (21 days before)" in said.text.en and "06-09（21 天前）" in said.text.zh
    assert "1 figure is in a sale or a feast" in said.text.en
    assert answer("change", {"change_parts": feast}).verdict.en == "Too early to compare"


def test_daily_users_are_never_the_headline_while_another_figure_moved():
    users = parts(300_000.0).assign(figure="active_people_1d", figure_en="DAU", figure_zh="日活")
    for money in (60_000.0, 98_000.0):
        said = answer("change", {"change_parts": pd.concat([users, parts(money)])})
        assert ("Net revenue" in said.text.en) == (money == 60_000.0)
    assert (
        "1 other figure left the usual range too"
        in answer("change", {"change_parts": pd.concat([users, parts()])}).text.en
    )


def test_the_tile_and_the_answer_tell_the_same_revenue():
    tables = calm() | {"change_parts": parts(60_000.0)}
    tile = told(tables, orders=orders(100.0)).table.set_index("figure").loc["net_revenue_7d"]
    assert tile[["value", "previous", "usual_low", "usual_high", "state"]].tolist() == [6e4, 1e5, 8e4, 12e4, "bad"]


def orders(last: float) -> pd.DataFrame:
    """Ten weeks of an order a day, whose amounts swing a little; so much on each of the last seven days."""
    n = 90
    amounts = 100 + 5 * np.sin(np.arange(n) * 1.7)
    amounts[-7:] = last
    ts = pd.to_datetime([DAY - timedelta(days=n - 1 - i) for i in range(n)]) + pd.Timedelta(hours=3)
    return pd.DataFrame({"user_id": range(n), "ts": ts, "amount": amounts, "status": "paid"})


def test_without_the_table_of_changes_a_figure_is_held_against_its_own_moves_and_the_cause_is_not_known():
    said = answer("change", {}, orders=orders(40.0))
    assert (said.state, said.source.page) == ("bad", "02_retention")
    assert "Net revenue, last 7 days is ¥280.00, down" in said.text.en
    assert "Why is not known" in said.text.en
    assert answer("change", {}, orders=orders(100.0)).state == "good"


def test_one_date_alone_has_nothing_to_be_compared_with():
    result = told({"ltv_totals": totals()}, orders=orders(100.0).tail(7))
    assert next(a for a in result.answers if a.name == "change").verdict.en == "Too early to compare"
    value = result.key_figures[0]
    assert (value.value, value.low, value.high, value.previous, value.state) == (
        1_500_000,
        900_000,
        2_400_000,
        None,
        "none",
    )


def test_earlier_dates_give_the_comparison_and_the_line_of_a_tile():
    week = DAY - timedelta(days=7)
    before = totals().assign(expected=lambda t: t["expected"] / 2)
    first = told(calm()).table.assign(value=lambda t: t["value"] * 2)
    result = told(calm(), forecasts=[(week, [before])], earlier=[(week, [first])])
    tiles = dict(zip(result.table["figure"], result.key_figures, strict=True))
    assert (tiles["ltv_base"].value, tiles["ltv_base"].previous) == (500_000, 250_000)
    assert tiles["ltv_base"].comparison.en == "7 days before (06-23)"
    assert tiles["ltv_new_user"].previous == 2 * tiles["ltv_new_user"].value == 400
    assert len(tiles["ltv_base"].spark) == 2


def test_predicted_value_leads_and_daily_users_stand_last_as_no_goal():
    seen = pd.DataFrame({"user_id": [1.0], "ts": pd.to_datetime(["2026-06-30 03:00"])})
    tiles = told(calm(), events=seen).key_figures
    assert "Predicted value" in tiles[0].label.en
    assert tiles[-1].is_minor and "not a goal" in tiles[-1].rule.en
    assert [t.is_minor for t in tiles[:-1]] == [False] * (len(tiles) - 1)
    assert all(t.source is not None and t.source.page for t in tiles)


def test_whom_to_turn_to_depends_on_lists_and_plans():
    assert answer("people", calm()).state == "good"  # everybody on the list is reached
    alone = calm() | {"interventions": planned(0)}
    assert answer("people", alone).state == "watch"
    assert "0 of whom are on the list" in answer("people", alone).text.en
    assert answer("people", calm() | {"strategy_plans": plans("waits")}).verdict.zh == "1 个计划待批准"
    none = answer("people", calm() | {"value_lists": lists(0)})
    assert (none.state, none.verdict.zh) == ("good", "没有人要挽回")
    some = answer("people", {"churn_scores": churn(100)})
    assert "the 10 people most at risk hold" in some.text.en
    one = answer("people", {"value_lists": lists(1, 1)})
    assert "1 person of high value is at risk" in one.text.en
    assert "1 loyal person of high value" in one.text.en


def test_of_those_at_risk_so_many_will_leave_as_their_chances_say():
    text = answer("people", calm() | {"value_lists": lists(100)}).text.en
    assert "about 50 of them (90% interval 42 to 58)" in text


def test_a_channel_is_sure_only_where_its_interval_lies_above_what_it_costs():
    assert answer("channel", {"budget_plan": budget(low=101.0)}).state == "good"
    assert answer("channel", {"budget_plan": budget(low=99.0)}).state == "watch"
    held = calm() | {"experiment_results": experiments().assign(experiment="holdout/wechat", verdict="better")}
    assert "checks it" in answer("channel", held).action.en


def test_the_surest_channel_wins_not_the_one_with_the_highest_mean():
    wild = budget().iloc[[0]].assign(channel="wild", expected_gain=9_000.0, gain_low=-3_000.0, gain_high=20_000.0)
    assert answer("channel", {"budget_plan": pd.concat([wild, budget()])}).verdict.zh == "投给“wechat”"


@pytest.mark.parametrize(("currency", "coin"), [("USD", "dollar"), ("CNY", "yuan"), ("CHF", "CHF")])
def test_the_question_names_the_coin_of_the_shop(currency, coin):
    assert answer("channel", {}, currency=currency).question.en == f"Which channel deserves the next {coin}?"


@pytest.mark.parametrize(
    ("tables", "state", "verdict"),
    [
        ({"strategy_effects": effects()}, "good", "It worked"),
        ({"strategy_effects": effects(-9.0, "harms")}, "bad", "It did not pay"),
        ({"strategy_effects": effects(4.0, "unsure")}, "none", "Cannot be told yet"),
        ({"strategy_effects": effects().iloc[:0]}, "none", "Too early"),
        ({"experiment_results": experiments("keep_running")}, "none", "Cannot be told yet"),
        ({"experiment_results": experiments("do_not_ship")}, "bad", "It did not pay"),
        ({"experiment_results": experiments("broken").head(1)}, "watch", "Cannot be told yet"),
        (only_tested(), "watch", "Partly"),
        ({}, "none", "Not known yet"),
    ],
)
def test_did_it_work(tables, state, verdict):
    said = answer("effect", tables)
    assert (said.state, said.verdict.en) == (state, verdict)


def test_a_bad_day_says_which_playbook_to_stop():
    assert 'Stop "Win back"' in answer("effect", bad()).action.en


def test_revenue_and_people_of_days_are_counted_in_local_days_and_refunds_leave():
    ts = pd.to_datetime(["2026-06-29 15:59", "2026-06-29 16:00", "2026-06-30 15:59", "2026-06-30 16:00"])
    rows = pd.DataFrame(
        {
            "user_id": [1.0, 1.0, 1.0, 2.0],
            "ts": ts,
            "amount": [10.0, 20.0, 30.0, 99.0],
            "status": ["paid", "paid", "cancelled", "paid"],
        }
    )
    assert revenue_of_days(rows, as_of=DAY, timezone="Asia/Shanghai") == {date(2026, 6, 29): 10.0, DAY: 20.0}
    seen = pd.DataFrame({"user_id": [1.0, 1.0, 2.0, np.nan], "ts": ts[[1, 2, 2, 2]]})
    assert people_of_days(seen, as_of=DAY, timezone="Asia/Shanghai") == {DAY: 2.0}


@given(st.lists(st.floats(-50, 50), min_size=40, max_size=40))
@settings(max_examples=30, deadline=None)
def test_what_has_always_been_so_is_usual_and_a_jump_is_not(noise):
    values = dict(zip(days(40), 1000 + np.array(noise), strict=True))
    found = usual_range(values, DAY)
    if found is not None:
        low, high = found
        assert low < high
        assert not low <= 1000 + 100 * (high - low) + high <= high
    assert usual_range(dict(list(values.items())[-LEAST_MOVES:]), DAY) is None


@pytest.mark.parametrize(("n", "said"), [(0, "0 people"), (1, "1 person"), (1234, "1,234 people")])
def test_people_are_counted_in_proper_english(n, said):
    assert counted(n, "people").en == said


def test_markup_in_names_from_the_data_is_told_as_it_is():
    odd = "<b>{x}</b>%s"
    text = answer("channel", {"budget_plan": budget().replace({"channel": {"wechat": odd}})})
    assert odd in text.text.zh and odd in text.text.en

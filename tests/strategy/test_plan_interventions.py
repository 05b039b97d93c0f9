"""Whom playbooks plan for: consent, caps, order, budget, arms drawn by chance, and the same plan whenever it is made."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from support_strategy import AS_OF, consents, health, people, plan, playbook

from ltv.errors import UsageError
from ltv.settings import Strategy
from ltv.text import number
from ltv.workspace.store import to_arrow


def test_the_control_arm_is_a_tenth_drawn_by_chance_and_costs_nothing() -> None:
    who = people(20_000)
    told = plan(who, playbook(costs={"coupon": 2.0})).table
    control = told["arm"] == "control"
    assert control.mean() == pytest.approx(0.1, abs=0.01)
    assert told.loc[control, "cost"].sum() == 0
    assert set(told.loc[~control, "cost"]) == {2.0}
    assert set(told.loc[control, "state"]) == {"CONTROL"}
    assert abs(np.corrcoef(control, told["user_id"] % 2)[0, 1]) < 0.03


def test_another_day_draws_other_people_and_the_same_day_the_same() -> None:
    who = people(2_000)
    one, again = (plan(who).table for _ in range(2))
    pd.testing.assert_frame_equal(one, again)
    other = plan(who, as_of=date(2026, 3, 30)).table
    assert not set(one["intervention_id"]) & set(other["intervention_id"])
    assert 0.75 < (one["arm"].to_numpy() == other["arm"].to_numpy()).mean() < 0.88  # chance alone: .82


def test_several_actions_are_drawn_equally_until_one_is_known_to_be_better() -> None:
    actions = ("coupon", "call", "short_video")
    told = plan(people(9_000), playbook(actions=actions)).table
    assert told["action"].value_counts(normalize=True).to_numpy() == pytest.approx(1 / 3, abs=0.02)


def test_nobody_is_contacted_without_consent() -> None:
    who = people(10)
    said = consents(who)
    said.loc[0, "granted"] = False
    said.loc[1, "channel"] = "email"
    late = pd.DataFrame(
        {"user_id": [3, 4], "channel": "sms", "granted": [False, True], "ts": pd.Timestamp("2026-03-20")}
    )
    told = plan(who, consents=pd.concat([said, late]))
    assert sorted(told.table["user_id"]) == [4, 5, 6, 7, 8, 9, 10]
    assert told.picked[0].left_out == {"consent": 3}
    nobody = plan(who, consents=None)
    assert nobody.table.empty
    assert nobody.picked[0].left_out == {"consent": 10}


def test_who_was_written_to_often_is_left_alone() -> None:
    who = people(4)
    sent = pd.DataFrame(
        {"user_id": [1, 1, 1, 2, 2, 3, 3, 3], "kind": ["send"] * 5 + ["click"] * 3, "ts": pd.Timestamp("2026-03-28")}
    )
    told = plan(who, touches=sent, rules=Strategy(contact_cap=3))
    assert sorted(told.table["user_id"]) == [2, 3, 4]
    assert told.picked[0].left_out == {"cap": 1}
    early = plan(who, touches=sent.assign(ts=pd.Timestamp("2026-03-20")), rules=Strategy(contact_cap=3))
    assert len(early.table) == 4


def _past(day: date, **other: object) -> pd.DataFrame:
    told = {
        "intervention_id": ["a"],
        "date": [day],
        "user_id": [1],
        "playbook": ["winback"],
        "action": ["coupon"],
        "arm": ["control"],
    }
    return pd.DataFrame(told | {"cost": 0.0} | other)


def test_who_was_in_a_playbook_lately_is_not_in_it_again_in_either_arm() -> None:
    who = people(3)
    assert sorted(plan(who, past=_past(date(2026, 3, 15))).table["user_id"]) == [2, 3]
    assert len(plan(who, past=_past(date(2026, 2, 27))).table) == 3
    assert len(plan(who, past=_past(date(2026, 3, 15), playbook=["other"])).table) == 3


def test_todays_own_plan_is_no_past() -> None:
    who = people(5)
    first = plan(who).table
    pd.testing.assert_frame_equal(plan(who, past=first).table, first)


def test_the_first_playbook_that_finds_a_person_has_them() -> None:
    who = people(10)
    told = plan(who, playbook(name="first", who="user_id <= 4"), playbook(name="second"))
    assert told.table.groupby("playbook")["user_id"].apply(sorted).to_dict() == {
        "first": [1, 2, 3, 4],
        "second": [5, 6, 7, 8, 9, 10],
    }
    assert told.picked[1].left_out == {"taken": 4}


def test_budget_and_places_end_a_plan_where_they_are_used_up() -> None:
    who = people(1_000)
    book = playbook(costs={"coupon": 3.0}, budget=100.0)
    told = plan(who, book)
    assert told.table["cost"].sum() == 99.0
    assert told.table["user_id"].tolist() == list(range(1_000, 1_000 - len(told.table), -1))  # the first in its order
    assert told.picked[0].left_out == {"budget": 1_000 - len(told.table)}
    few = plan(who, playbook(most_people=7))
    assert few.table["user_id"].tolist() == [1_000, 999, 998, 997, 996, 995, 994]
    assert few.picked[0].left_out == {"places": 993}


def test_how_often_to_write_hangs_on_the_decile_and_takes_nobody_from_others() -> None:
    who = people(2_000)
    scores = pd.DataFrame({"user_id": who["user_id"], "horizon_days": 30, "expected": 1.0, "p_purchase": 0.5})
    scores["decile"] = who["user_id"] % 10 + 1
    scores = scores[scores["user_id"] > 100]  # of some nothing is known
    often = (1, 1, 2, 2, 3, 3, 4, 4, 6, 8)
    book = playbook(name="often", actions=("contact_frequency",), frequency=often, costs={"contact_frequency": 0.5})
    sent = pd.DataFrame({"user_id": [7] * 9, "kind": "send", "ts": pd.Timestamp("2026-03-28")})
    told = plan(who, book, playbook(costs={"coupon": 1.0}), scores=scores, touches=sent)
    mine = told.table[(told.table["playbook"] == "often") & (told.table["arm"] == "treatment")].set_index("user_id")
    assert len(told.table[told.table["playbook"] == "often"]) == 2_000
    assert told.picked[1].left_out == {"cap": 1}
    known = mine.index > 100
    assert mine.loc[known, "contacts"].tolist() == [often[user % 10] for user in mine.index[known]]
    assert set(mine.loc[~known, "contacts"]) == {1}
    assert mine["cost"].tolist() == (mine["contacts"] * 0.5).tolist()
    spoken = told.by_playbook.set_index("playbook").loc["winback", "people"]
    assert told.key_figures[0].value == spoken
    cost = told.table["cost"].sum()  # of those who are written to, and of those whose contacts others ration
    assert told.key_figures[1].value == cost > mine["cost"].sum()
    assert f"at {number(cost, 'money').en}." in told.takeaways("en")[0]
    assert any("how often to contact" in line for line in told.takeaways("en"))
    later = plan(who, past=told.table[told.table["playbook"] == "often"].assign(date=date(2026, 3, 28)))
    assert later.picked[0].left_out == {}


def test_a_large_plan_waits_for_approval() -> None:
    who = people(300)
    told = plan(who, rules=Strategy(approve_people=100))
    assert set(told.table["state"]) == {"WAITING", "CONTROL"}
    assert told.by_playbook["state"].tolist() == ["waits"]
    assert told.picked[0].plan == "2026-03-31/winback"
    dear = plan(who, playbook(costs={"coupon": 50.0}), rules=Strategy(approve_cost=5_000))
    assert dear.picked[0].waits
    assert not plan(who).picked[0].waits


def test_a_playbook_of_an_indicator_is_on_when_it_has_triggered_lately() -> None:
    who, book = people(5), playbook(when="churn_risk")
    on = plan(who, book, health=health("2026-03-30"))
    assert len(on.table) == 5
    assert on.picked[0].start.episode == date(2026, 3, 30)
    assert "triggered on 2026-03-30" in on.table["reason_en"][0]
    for board in (health("2026-03-20"), health("2026-03-30", indicator="churn_risk").assign(triggered=False), None):
        off = plan(who, book, health=board)
        assert off.table.empty
        assert off.by_playbook["state"].tolist() == ["off"]


def test_a_page_calls_playbooks_indicators_and_places_by_their_names() -> None:
    book = playbook(when="churn_risk", segment="age_group/students", title_zh="挽回", title_en="Win back")
    board = health("2026-03-30", kind="age_group", segment="students")
    told = plan(people(5), book, health=board)
    assert told.by_playbook["why_zh"].tolist() == ["流失风险（年龄段·学生（18–24））于 2026-03-30 触发"]
    column = told.views["plans"].columns[0]
    assert column.words["winback"].zh == "挽回"


def test_an_episode_plans_a_person_once_however_long_it_lasts() -> None:
    who, book = people(5), playbook(when="churn_risk")
    days = [plan(who, book, health=health("2026-03-29"), as_of=date(2026, 3, day)).table for day in (29, 30)]
    assert days[0]["intervention_id"].tolist() == days[1]["intervention_id"].tolist()


def test_conditions_may_speak_of_scores_churn_and_segments() -> None:
    who = people(4)
    scores = pd.DataFrame(
        {
            "user_id": [1, 2, 3],
            "horizon_days": 90,
            "expected": [5.0, 50.0, 500.0],
            "p_purchase": 0.5,
            "decile": [1, 5, 10],
        }
    )
    churn = pd.DataFrame({"user_id": [2, 3], "probability": [0.9, 0.8], "days_since_last": [20.0, 3.0]})
    groups = pd.DataFrame({"user_id": [3, 4], "segment_kind": "age_group", "segment": ["students", "students"]})
    book = playbook(who="churn_probability > 0.7 and expected > 20 and age_group = 'students'")
    told = plan(who, book, scores=scores, churn=churn, segments=groups, segment_kinds=["age_group"])
    assert told.table["user_id"].tolist() == [3]
    assert told.table["reason_en"].iloc[0] == "every day; churn probability 80.0%, predicted value ¥500.00"


@pytest.mark.parametrize(
    ("book", "other", "why"),
    [
        ({"who": "income > 3"}, {}, r"\[\[playbooks\]\] winback who: found 'income'|found 'income"),
        ({"who": "city > 3"}, {}, r"winback who: found 'city > 3', allowed: a condition on people"),
        ({"who": "user_id in (select 1)"}, {}, "winback who: found"),
        (
            {"when": "churn_risk", "segment": "age_group/nobody"},
            {"health": health()},
            "segment: found 'age_group/nobody', allowed: all/all",
        ),
    ],
)
def test_what_a_playbook_speaks_of_has_to_be_there(book: dict[str, object], other: dict[str, object], why: str) -> None:
    with pytest.raises(UsageError, match=why) as refused:
        plan(people(3), playbook(**book), **other)
    assert len(str(refused.value).splitlines()) == 1


def test_without_playbooks_the_page_says_so() -> None:
    told = plan(people(3), playbooks=())
    assert told.table.empty
    assert "[[playbooks]]" in told.takeaways("en")[0]
    assert told.having("plans", "list") == ("plans",)
    for name, frame in (
        ("interventions", told.table),
        ("strategy_plans", told.by_playbook),
        ("strategy_effects", told.effects),
    ):
        assert to_arrow(name, frame, run_id="r").num_rows == 0


def test_a_day_is_planned_by_what_was_known_at_its_end() -> None:
    who = people(6)
    who.loc[5, "registered_at"] = pd.Timestamp("2026-04-02")
    assert 6 not in plan(who).table["user_id"].tolist()
    assert plan(who).table["date"].iloc[0] == AS_OF


def test_every_block_is_there_in_both_languages_once_something_was_measured() -> None:
    n = 200
    told = {
        "intervention_id": [f"{k}" for k in range(n)],
        "date": date(2026, 1, 31),
        "user_id": np.arange(1, n + 1),
        "playbook": "winback",
    }
    past = pd.DataFrame(
        told | {"action": "coupon", "arm": ["treatment", "control"] * (n // 2), "cost": [1.0, 0.0] * (n // 2)}
    )
    rng = np.random.default_rng(0)
    paid = pd.DataFrame({"user_id": np.arange(1, n + 1), "ts": pd.Timestamp("2026-02-10"), "status": "paid"})
    paid = paid.assign(amount=rng.gamma(2, 5, n) + np.where(past["arm"] == "treatment", 9.0, 0.0))
    result = plan(people(n + 5), playbook(who="user_id <> 3"), past=past, orders=paid, consents=consents(people(n)))
    assert list(result.views) == ["plans", "left", "effects", "judged", "list"]
    for lang in ("zh", "en"):
        assert result.figure("effects", lang=lang).data
        assert any("winback" in line for line in result.takeaways(lang))
    assert "more a person" in result.takeaways("en")[1]
    assert result.expected_gain is not None
    assert result.net_gain is not None
    gain, low, high = result.expected_gain
    assert gain == pytest.approx(result.effects["uplift"].iloc[0] * result.by_playbook["people"].iloc[0])
    assert low < gain < high
    assert result.net_gain[0] == pytest.approx(result.effects["net"].iloc[0])
    assert [f.level for f in result.key_figures[2:]] == [90, 90]
    gains = result.by_playbook[["gain_low", "gain", "gain_high"]].iloc[0]
    assert gains.is_monotonic_increasing
    assert [f.unit for f in result.key_figures] == ["count", "money", "money", "money"]
    assert result.by_playbook["left_out"].tolist() == [5]

"""What interventions brought, beside a shop whose effect is known; and which action suits whom."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from support_strategy import people, plan, playbook

from ltv.strategy.effects import effects
from ltv.strategy.uplift import LEAST_TREATED, expected_uplift


def _came(n: int, uplift: dict[str, float], seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    worth = rng.gamma(1, 50, n)
    arm = np.where(rng.random(n) < 0.3, "control", "treatment")
    action = rng.choice(list(uplift), n)
    value = worth * rng.random(n) + np.where(arm == "treatment", pd.Series(action).map(uplift), 0.0)
    told = {
        "playbook": "winback",
        "action": action,
        "arm": arm,
        "value": value,
        "cost": np.where(arm == "treatment", 1.0, 0.0),
    }
    return pd.DataFrame(
        told | {"expected": worth, "churn_probability": rng.random(n), "decile": rng.integers(1, 11, n)}
    )


def test_the_interval_holds_the_true_uplift_nine_times_in_ten() -> None:
    held = []
    for seed in range(200):
        row = effects(_came(400, {"coupon": 6.0}, seed)).iloc[0]
        held.append(row["low"] <= 6.0 <= row["high"])
    assert 0.84 <= np.mean(held) <= 0.96


def test_net_is_uplift_of_all_treated_less_what_they_cost() -> None:
    row = effects(_came(3_000, {"coupon": 20.0})).iloc[0]
    assert row["net"] == pytest.approx(row["uplift"] * row["n"] - row["n"])
    assert row["verdict"] == "works"
    assert effects(_came(3_000, {"coupon": -20.0}))["verdict"].tolist() == ["harms", "harms"]


def test_few_people_say_nothing() -> None:
    told = effects(_came(40, {"coupon": 50.0}))
    assert told["verdict"].tolist() == ["unsure", "unsure"]
    assert told["uplift"].isna().all()


def test_people_who_bought_nothing_count_and_days_that_are_not_over_do_not() -> None:
    past = pd.DataFrame({
        "intervention_id": [f"{k}" for k in range(200)], "date": date(2026, 1, 31), "user_id": np.arange(1, 201), "playbook": "winback",
        "action": "coupon", "arm": ["treatment", "control"] * 100, "cost": 0.0,
    })  # fmt: skip
    fresh = past.assign(intervention_id="x" + past["intervention_id"], date=date(2026, 3, 20))
    orders = pd.DataFrame({
        "user_id": [1, 3, 5, 7], "amount": [100.0, 50.0, 7.0, 7.0], "status": "paid",
        "ts": pd.to_datetime(["2026-02-01", "2026-03-01 23:59:59", "2026-01-31 23:59:59", "2026-03-03"], format="mixed"),
    })  # fmt: skip
    told = plan(people(200), playbook(), past=pd.concat([past, fresh]), orders=orders).effects
    row = told[told["action"] == "all"].iloc[0]
    assert (row["n"], row["n_control"]) == (100, 100)
    assert row["mean"] == pytest.approx(1.5)  # 150 of the thirty days after, among 100
    assert row["mean_control"] == 0


def test_the_action_with_most_uplift_after_cost_is_chosen_and_a_fifth_stays_drawn() -> None:
    came = _came(6_000, {"coupon": 5.0, "call": 30.0})
    book = playbook(actions=("coupon", "call"), costs={"call": 10.0})
    worth = expected_uplift(came, book, came.head(500))
    assert worth is not None
    assert worth["call"].mean() == pytest.approx(20, abs=4)
    assert worth["coupon"].mean() == pytest.approx(5, abs=4)
    dear = playbook(actions=("coupon", "call"), costs={"call": 60.0})
    assert (expected_uplift(came, dear, came.head(500)).idxmax(axis=1) == "coupon").mean() > 0.95


def test_an_action_that_suits_some_is_chosen_for_them() -> None:
    came = _came(20_000, {"coupon": 0.0, "call": 0.0})
    wins = (came["arm"] == "treatment") & (came["action"] == "call")
    came.loc[wins, "value"] += np.where(came.loc[wins, "churn_probability"] > 0.5, 40.0, -40.0)
    book = playbook(actions=("coupon", "call"))
    people_now = pd.DataFrame({"expected": 50.0, "churn_probability": [0.05, 0.95], "decile": 5})
    assert expected_uplift(came, book, people_now).idxmax(axis=1).tolist() == ["coupon", "call"]


def test_with_few_in_an_arm_actions_stay_drawn() -> None:
    came = _came(LEAST_TREATED, {"coupon": 5.0, "call": 30.0})
    assert expected_uplift(came, playbook(actions=("coupon", "call")), came) is None

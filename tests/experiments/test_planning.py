"""Plans: traffic counted by hand, and power that simulated tests on the same people reach."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from ltv.errors import UsageError
from ltv.experiments.frequentist import welch
from ltv.experiments.moments import Arm
from ltv.experiments.planning import plan_experiment

AS_OF = dt.date(2026, 4, 30)
END = pd.Timestamp("2026-05-01")


@pytest.fixture(scope="module")
def shop():
    """Twenty weeks of people who register, visit and order."""
    draw = np.random.default_rng(1)
    n = 12_000
    registered = END - pd.to_timedelta(draw.integers(0, 140 * 86_400, n), unit="s")
    members = pd.DataFrame({"user_id": range(n), "registered_at": registered})
    who = np.repeat(np.arange(n), draw.poisson(draw.gamma(1.0, 1.0, n)))
    moment = registered[who] + pd.to_timedelta(draw.exponential(20, len(who)) * 86_400, unit="s")
    orders = pd.DataFrame(
        {"user_id": who, "ts": moment, "status": "paid", "amount": np.exp(draw.normal(4, 1, len(who)))}
    )
    return members, orders[orders["ts"] < END].assign(discount=0.0, refund=0.0)


def planned(shop, **options):
    members, orders = shop
    return plan_experiment(orders, as_of=AS_OF, members=members, **{"metric": "order_rate_7d", "lift": 0.1} | options)


def test_traffic_is_who_came_in_the_last_days_whose_window_is_over(shop):
    members, _ = shop
    table = planned(shop).table.set_index("days")
    end = END - pd.Timedelta(days=7)
    for days in (7, 28, 84):
        since = (members["registered_at"] >= end - pd.Timedelta(days=days)) & (members["registered_at"] < end)
        assert table.loc[days, "people"] == since.sum() // 2 * 2


def test_the_metric_is_measured_as_a_test_would(shop):
    members, orders = shop
    end, start = END - pd.Timedelta(days=7), END - pd.Timedelta(days=91)
    some = members[(members["registered_at"] >= start) & (members["registered_at"] < end)].set_index("user_id")[
        "registered_at"
    ]
    since = orders["ts"] - orders["user_id"].map(some)
    did = orders.loc[(since >= pd.Timedelta(0)) & (since < pd.Timedelta(days=7)), "user_id"].nunique()
    assert planned(shop).mean == pytest.approx(did / len(some))


def test_the_people_of_a_plan_find_the_lift_four_times_of_five(shop):
    """Simulated tests of the planned size, people drawn from the plan's own, treated ones worth more by the lift."""
    _, orders = shop
    plan = planned(shop, metric="value_14d", lift=0.2)
    worth = orders.groupby("user_id")["amount"].sum().reindex(range(12_000)).fillna(0.0).to_numpy()
    scaled = worth / worth.mean() * plan.mean
    each = round(plan.people_once / 2 * (scaled.std() / plan.deviation) ** 2)
    draw, found = np.random.default_rng(2), 0
    for _ in range(400):
        a, b = draw.choice(scaled, each), draw.choice(scaled, each) + 0.2 * plan.mean
        found += welch(Arm.of_values(a).estimate(), Arm.of_values(b).estimate()).p_value < 0.05
    assert found / 400 == pytest.approx(0.8, abs=0.06)


def test_looking_every_day_costs_people_and_more_arms_cost_more(shop):
    two, three = planned(shop), planned(shop, arms=3)
    assert 1.4 < two.people_any / two.people_once < 2.2
    assert three.people_once > 1.5 * two.people_once
    assert two.days_any >= two.days_once > 7
    lifts = two.table[["lift_once", "lift_any"]].dropna()
    assert (lifts["lift_any"] > lifts["lift_once"]).all() and lifts["lift_once"].is_monotonic_decreasing


def test_half_of_the_traffic_takes_about_twice_as_long(shop):
    whole, half = planned(shop), planned(shop, share=0.5)
    assert (half.days_once - 7) / (whole.days_once - 7) == pytest.approx(2, rel=0.2)


def test_a_lift_that_takes_more_people_than_come_says_so(shop):
    plan = planned(shop, metric="value_30d", lift=0.001)
    assert not np.isfinite(plan.days_any)
    assert "more than come" in plan.takeaways("en")[0]
    assert "凑不齐" in plan.takeaways("zh")[0]


def test_ratios_and_visits_can_be_planned(shop):
    _, orders = shop
    ratio = planned(shop, metric="average_order_value_30d", entry="order", lift=0.2)
    assert ratio.mean == pytest.approx(orders["amount"].mean(), rel=0.1)
    visits = orders[["user_id", "ts"]].assign(event="visit")
    seen = plan_experiment(orders, as_of=AS_OF, metric="retention_d7", entry="visit", lift=0.2, events=visits)
    assert seen.figure(lang="en").data and seen.key_figures


def test_nothing_to_lift_is_no_plan(shop):
    members, orders = shop
    plan = planned((members, orders.assign(status="cancelled")))
    assert plan.why is not None and "cannot be planned" in plan.takeaways("en")[0]
    early = planned((members.assign(registered_at=END - pd.Timedelta(hours=1)), orders))
    assert early.why is not None


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"metric": "happiness"}, "happiness"),
        ({"entry": "born"}, "entry: found 'born'"),
        ({"lift": 0}, "lift"),
        ({"arms": 1}, "arms"),
        ({"share": 0}, "share"),
        ({"entry": "visit"}, "a call with events"),
    ],
)
def test_a_wrong_argument_is_named(shop, options, says):
    with pytest.raises(UsageError, match=says):
        planned(shop, **options)


def test_the_order_that_lets_people_in_is_no_outcome(shop):
    _, orders = shop
    plan = planned(shop, entry="order")
    first = orders.sort_values("ts")
    end, start = END - pd.Timedelta(days=7), END - pd.Timedelta(days=91)
    inside = first[(first["ts"] >= start) & (first["ts"] < end)].groupby("user_id")["ts"].min()
    since = orders["ts"] - orders["user_id"].map(inside)
    again = orders.loc[(since > pd.Timedelta(0)) & (since < pd.Timedelta(days=7)), "user_id"].nunique()
    assert plan.mean == pytest.approx(again / len(inside))


def test_a_lift_beyond_everybody_is_no_plan(shop):
    plan = planned(shop, lift=9.0)
    assert plan.why is not None and "more than everybody" in plan.takeaways("en")[0]


def test_a_table_that_is_not_there_is_named(shop):
    assert "invites" in planned(shop, metric="invites_30d").takeaways("en")[0]


def test_heavy_tails_say_what_cutting_them_would_spare(shop):
    members, orders = shop
    draw = np.random.default_rng(5)
    heavy = orders.assign(amount=np.exp(draw.normal(2, 2.2, len(orders))))
    plan = planned((members, heavy), metric="value_30d", lift=0.3)
    assert plan.people_cut < 0.9 * plan.people_once
    assert any("few large amounts" in t for t in plan.takeaways("en"))


@pytest.mark.parametrize("options", [{"lift": "5%"}, {"share": "all"}, {"metric": 7}])
def test_an_argument_of_another_kind_is_named(shop, options):
    with pytest.raises(UsageError):
        planned(shop, **options)

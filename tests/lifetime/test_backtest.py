"""The backtest: when it looks, what it may see, what it says."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from support_value import AS_OF, bought, few_trees

from ltv.lifetime.backtest import ceiling, cutoffs, groups_of, hold, judged
from ltv.lifetime.baselines import NAMES, baselines
from ltv.lifetime.ground import Ground
from ltv.lifetime.scores import scores


@pytest.fixture(scope="module")
def ground():
    return Ground.of(bought(320), as_of=AS_OF)


@pytest.fixture(scope="module")
def held(ground):
    with few_trees(5, 30):
        return hold(ground, ground.as_of_day - 30, 30)


@pytest.fixture(autouse=True)
def quick():
    with few_trees(5, 30):
        yield


def test_cutoffs_leave_a_whole_horizon_after_and_half_a_one_before(ground):
    for horizon in (1, 10, 30, 60, 90):
        days = cutoffs(ground, ground.as_of_day, horizon, most=9)
        assert days[0] == ground.as_of_day - horizon
        assert all(d - ground.first_day >= max(horizon / 2, 28) for d in days)
        assert all(a - b >= max(horizon / 2, 28) for a, b in pairwise(days))
        assert cutoffs(ground, ground.as_of_day, horizon) == days[:1]
    assert cutoffs(ground, ground.as_of_day, 140) == [] == cutoffs(ground, ground.as_of_day, 3_650)


def test_a_held_model_knows_nothing_of_what_it_is_judged_by(ground, held):
    assert held.model.day == held.day == ground.as_of_day - 30
    orders = bought(320)
    later = (orders["ts"] - pd.Timestamp(0)).dt.days >= held.day
    other = Ground.of(orders.assign(amount=np.where(later, 3_333.0, orders["amount"])), as_of=AS_OF)
    blind = hold(other, held.day, 30)
    assert np.array_equal(blind.scored.expected, held.scored.expected) and np.array_equal(
        blind.scored.high, held.scored.high
    )
    assert all(np.array_equal(blind.others[name], held.others[name]) for name in NAMES)
    assert not np.array_equal(blind.actual, held.actual)


def test_too_few_customers_cannot_be_judged_by():
    few = Ground.of(bought(150), as_of=AS_OF)
    assert hold(few, few.as_of_day - 30, 30) is None


def test_measures_are_those_of_the_scores_with_intervals_around_them(held):
    young = held.scored.user_id < 200
    told = judged(
        held, {("all", "all"): young | True, ("age", "young"): young, ("age", "few"): held.scored.user_id < 12}
    )
    assert set(told["segment"]) == {"all", "young"}  # of too few nothing is said
    assert not told.duplicated(["protocol", "segment_kind", "segment", "model", "metric"]).any()
    for (segment, model), part in told.groupby(["segment", "model"]):
        who = young | (segment == "all")
        given = held.scored.expected if model == "model" else held.others[model]
        real = scores(held.actual[who], given[who])
        rows = part.set_index("metric")
        for metric in real:
            assert rows.loc[metric, "value"] == pytest.approx(real[metric])
            assert rows.loc[metric, "low"] <= rows.loc[metric, "high"]
            past = scores(held.actual[who], held.others["past_spend"][who])[metric]
            assert rows.loc[metric, "difference"] == pytest.approx(real[metric] - past)
        if model == "past_spend":
            assert (rows[["difference", "difference_low", "difference_high"]].dropna() == 0).all(axis=None)
    total = told[(told["metric"] == "total_interval_ratio") & (told["segment"] == "all")].iloc[0]
    low, high = held.model.sureness.interval(held.scored.expected)
    assert (total["low"], total["high"]) == pytest.approx((low / held.actual.sum(), high / held.actual.sum()))
    assert told[told["metric"] == "coverage_80"]["value"].between(0.5, 1).all()


def test_a_ceiling_has_seen_what_others_spent_and_is_labelled_as_such(ground, held):
    best = ceiling(ground, held)
    told = judged(held, groups_of(held.scored, []), ceiling=best)
    assert set(told.loc[told["protocol"] == "cv5", "model"]) == {"model"}
    assert set(told.loc[told["protocol"] == "cv5", "segment"]) == {"all"}
    assert best.sum() == pytest.approx(np.maximum(held.actual, 0).sum())


def test_a_shop_that_has_closed_has_no_ceiling_and_is_no_error():
    orders = bought(320)
    closed = Ground.of(orders[orders["ts"] < pd.Timestamp(AS_OF) - pd.Timedelta(days=40)], as_of=AS_OF)
    held = hold(closed, closed.as_of_day - 30, 30)
    assert held.actual.sum() == 0 and ceiling(closed, held) is None
    assert not len(judged(held, groups_of(held.scored, [])))
    assert ceiling(closed, replace(held, model=replace(held.model, blend=None))) is None


def test_baselines_say_nothing_of_strangers_and_never_less_than_nothing(ground):
    told = baselines(ground, ground.as_of_day - 30, 30)
    known = told.user_id
    for name in NAMES:
        assert np.isfinite(told.told[name]).all() and (told.told[name] >= 0).all()
        assert told.of(name, np.array([-1, 10**9])).tolist() == [0, 0]
        assert told.of(name, known[[5, 3]]).tolist() == told.told[name][[5, 3]].tolist()
    orders = bought(320)
    before = (orders["ts"] - pd.Timestamp(0)).dt.days < ground.as_of_day - 30
    spent = orders[before].groupby("user_id")["amount"].sum()
    assert told.told["past_spend"] == pytest.approx(spent.reindex(known).to_numpy())


def test_groups_are_everybody_customers_and_the_others_then_segments(held):
    groups = groups_of(held.scored, [("age", "ghosts", np.array([-5])), ("age", "some", held.scored.user_id[:9])])
    assert list(groups) == [
        ("all", "all"),
        ("stage", "customers"),
        ("stage", "prospects"),
        ("age", "ghosts"),
        ("age", "some"),
    ]
    assert groups["all", "all"].all() and not groups["age", "ghosts"].any() and groups["age", "some"].sum() == 9
    assert (groups["stage", "customers"] ^ groups["stage", "prospects"]).all()

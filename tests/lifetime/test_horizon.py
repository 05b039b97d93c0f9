"""The model of one horizon: what it may see, what it falls back to, that its numbers fit together."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from support_value import AS_OF, bought, few_trees

from ltv.lifetime.ground import Ground
from ltv.lifetime.horizon import FEWEST_CUSTOMERS, Group, HorizonModel
from ltv.lifetime.intervals import LEVELS, Chance, Conformal
from ltv.lifetime.level import level
from ltv.lifetime.tenths import Tenths

PLAIN = Group(Tenths(np.zeros(0), np.zeros(0)), 0.0, 1.0, Conformal(np.zeros(0), np.array([LEVELS])))


@pytest.fixture(autouse=True)
def quick():
    with few_trees(5):
        yield


def columns(of):
    return np.column_stack([of.user_id, of.expected, of.pays, of.low, of.median, of.high, of.spent, of.is_customer])


def test_what_is_learned_at_a_day_does_not_depend_on_what_came_after():
    orders = bought(260)
    ground = Ground.of(orders, as_of=AS_OF)
    day = ground.as_of_day - 40
    later = (orders["ts"] - pd.Timestamp(0)).dt.days >= day
    changed = orders.assign(amount=np.where(later, 7_000.0, orders["amount"]))
    changed = pd.concat([changed, changed[later].assign(user_id=lambda o: o["user_id"] + 70_000)])
    other = Ground.of(changed, as_of=AS_OF)
    one, two = (columns(HorizonModel.train(g, day, 30).score(g, day)) for g in (ground, other))
    assert np.array_equal(one, two)


def test_the_parts_of_a_score_fit_together(shop):
    of = shop.model.score(shop.ground, shop.ground.as_of_day)
    assert (np.diff(of.user_id) > 0).all()
    for part in (of.expected, of.pays, of.low, of.median, of.high, of.spent):
        assert np.isfinite(part).all()
    assert ((of.low <= of.median) & (of.median <= of.high) & (of.low >= 0) & (of.expected >= 0)).all()
    now = shop.ground.look(shop.model.fitted, shop.ground.as_of_day, 30)
    anchor = level(shop.ground.ledger, shop.model.fitted, now.features, cutoff_day=now.cutoff_day, horizon_days=30)
    assert of.expected[of.is_customer].sum() == pytest.approx(anchor.total)
    assert set(of.user_id[of.is_customer]) == set(now.features.user_id)
    assert of.expected.max() <= shop.orders.groupby("user_id")["amount"].sum().max()


def test_a_model_scores_later_days_too(shop):
    old = HorizonModel.train(shop.ground, shop.ground.as_of_day - 30, 30)
    now = old.score(shop.ground, shop.ground.as_of_day)
    assert set(now.user_id) == set(shop.model.score(shop.ground, shop.ground.as_of_day).user_id)
    assert np.isfinite(columns(now)).all()


@pytest.mark.parametrize(
    ("people", "horizon", "why", "basis"),
    [
        (FEWEST_CUSTOMERS - 60, 30, "few_customers", "btyd"),
        (30, 30, "few_customers", "past_mean"),
        (300, 900, "short_history", "btyd"),
        (300, 1, "few_payers", "btyd"),
        (300, 30, "", "model"),
    ],
)
def test_why_there_are_no_trees(people, horizon, why, basis):
    ground = Ground.of(bought(people), as_of=AS_OF)
    model = HorizonModel.train(ground, ground.as_of_day, horizon)
    assert (model.why, model.basis) == (why, basis)
    assert np.isfinite(columns(model.score(ground, ground.as_of_day))).all()


def test_without_trees_customers_are_worth_what_buy_till_you_die_says(shop):
    plain = HorizonModel.train(shop.ground, shop.ground.as_of_day, 30, with_trees=False)
    assert (plain.why, plain.basis, plain.blend) == ("failed_gate", "btyd", None)
    of = plain.score(shop.ground, shop.ground.as_of_day)
    now = shop.ground.look(plain.fitted, shop.ground.as_of_day, 30).features
    order = np.argsort(now.expected, kind="stable")
    told = of.expected[np.searchsorted(of.user_id, now.user_id)]
    assert (np.diff(told[order]) >= -1e-9).all()  # in the same order


def test_chances_are_adjusted_by_hand():
    of = Chance(np.array([0.5, 0.2]), np.array([10.0, 0.0]), np.array([0.6, 0.8]))
    assert PLAIN.adjusted(of).pays == pytest.approx(of.pays)
    wider = replace(PLAIN, shift=np.log(3), stretch=2.0).adjusted(of, level_sd=0.5)
    assert wider.pays == pytest.approx([0.75, 3 / 7])
    assert wider.sigma == pytest.approx(np.hypot([1.2, 1.6], 0.5))
    assert wider.expected.tolist() == [10.0, 0.0]
    nobody = Chance(np.zeros(0), np.zeros(0), np.zeros(0))
    assert len(PLAIN.adjusted(nobody).pays) == 0


def test_nobody_at_all():
    ground = Ground.of(bought(5).head(0), as_of=AS_OF)
    model = HorizonModel.train(ground, ground.as_of_day, 30)
    assert len(model.score(ground, ground.as_of_day).user_id) == 0 and model.basis == "past_mean"

"""People who have not bought: their level, their order, and what happens where little is known of them."""

from dataclasses import replace

import numpy as np
import pytest
from support_value import few_trees

from ltv.lifetime.prospects import Curve, Prospects
from ltv.lifetime.scores import scores
from ltv.lifetime.snapshots import Rows, past


def block(like, horizon, x, spent, first=0):
    """A snapshot of people without a purchase only."""
    rows = Rows(np.arange(first, first + len(spent)), ("signal", "noise"), x)
    return replace(like, horizon_days=horizon, prospects=rows, later=spent)


def waiting(like, n=3_000, seed=0, horizon=30, first=0):
    draw = np.random.default_rng(seed)
    x = draw.normal(size=(n, 2))
    chance = 1 / (1 + np.exp(2.5 - 1.5 * x[:, 0]))
    truth = chance * 40 * np.exp(0.5)
    spent = np.where(draw.random(n) < chance, 40 * draw.lognormal(0, 1, n), 0.0)
    return block(like, horizon, x, spent, first), truth


@pytest.fixture(scope="module")
def like(shop):
    return past(shop.ground, shop.ground.fit(shop.ground.as_of_day), shop.ground.as_of_day, 30)[-1]


def test_a_curve_by_hand(like):
    nothing = np.zeros((2, 2))
    curve = Curve.of([block(like, 4, nothing, np.array([8.0, 0])), block(like, 2, nothing, np.array([4.0, 4.0]))])
    # first window 2 a day together, second 4: of two days both tell, of the other two one
    assert curve.value == pytest.approx([(2 + 4) / 4, (2 + 4) / 4, 2 / 2, 2 / 2])
    assert curve.total(2) == 3 and curve.total(4) == 5 and curve.total(6) == 7 and curve.total(1) == 1.5
    assert curve.share(4) == pytest.approx(0.5) and curve.share(8) == pytest.approx(0.75)
    returns = Curve.of([block(like, 4, nothing, np.array([-8.0, 0]))])
    assert returns.total(4) == 0 and returns.share(4) == 0


def test_the_share_of_value_of_those_who_have_not_bought_is_recovered(like):
    before = [waiting(like, seed=s, first=10_000 * s)[0] for s in (1, 2)]
    now, truth = waiting(like, seed=3)
    with few_trees(40):
        told = Prospects.train(before, seed=0).predict(now.prospects, horizon_days=30)
    assert told.expected.sum() == pytest.approx(truth.sum(), rel=0.1)
    assert told.expected.sum() == pytest.approx(now.spent_later.sum(), rel=0.15)
    assert scores(truth, told.expected)["spearman"] > 0.9
    assert told.pays.mean() == pytest.approx((now.spent_later > 0).mean(), abs=0.03)
    assert (told.expected >= 0).all() and told.expected.max() <= max(b.spent_later.max() for b in before)


def test_of_the_simulated_shop_too(shop):
    """At an earlier day, of people whom the model then had: what those without a purchase spent of all."""
    day = shop.ground.as_of_day - 75
    with few_trees(20):
        model = type(shop.model).train(shop.ground, day, 30)
    of = model.score(shop.ground, day)
    came = shop.ground.value_between(of.user_id, day, day + 30)
    real, said = (v[~of.is_customer].sum() / v.sum() for v in (came, of.expected))
    assert said == pytest.approx(real, abs=0.08)


def test_few_people_are_all_alike_and_none_is_no_model(like):
    some, _ = waiting(like, n=200)
    model = Prospects.train([some], seed=0)
    assert model.trees is None
    told = model.predict(some.prospects, horizon_days=30)
    assert told.expected == pytest.approx(np.full(200, some.spent_later.mean()))
    assert told.pays == pytest.approx(np.full(200, (some.spent_later > 0).mean()))
    assert Prospects.train([], seed=0) is None
    assert (
        Prospects.train(
            [some.__class__(**{**some.__dict__, "prospects": some.prospects.of(np.zeros(200, bool))})], seed=0
        )
        is None
    )
    assert len(model.predict(some.prospects.of(np.zeros(200, bool)), horizon_days=30).expected) == 0


def test_features_that_are_missing_or_the_same_for_all_tell_nothing(like):
    some, _ = waiting(like)
    blind = replace(some.prospects, x=np.full((3_000, 2), np.nan))
    model = Prospects.train([replace(some, prospects=blind)], seed=0)
    assert model.trees is None and np.ptp(model.predict(blind, horizon_days=30).expected) == 0
    with few_trees(8):
        seeing = Prospects.train([some], seed=0)
    told = seeing.predict(blind, horizon_days=30)
    assert np.isfinite(told.expected).all() and np.ptp(told.expected) == 0


def test_what_is_said_of_past_people_comes_from_trees_that_have_not_seen_them(like):
    some, _ = waiting(like)
    with few_trees(40):
        model = Prospects.train([some], seed=0)
    seen, honest = (model.predict(some.prospects, horizon_days=30, own_fold=own) for own in (False, True))
    gini = [scores(some.spent_later, p.expected)["normalized_gini"] for p in (seen, honest)]
    assert gini[1] < gini[0]
    assert honest.expected.sum() == pytest.approx(some.spent_later.sum(), rel=0.1)

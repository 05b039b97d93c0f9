"""Contributions add up to what the model itself says, and are the Shapley values of its trees."""

import numpy as np
import pytest

from ltv.lifetime.blend import SHARES, chosen
from ltv.lifetime.contributions import _shap, of_customers, of_prospects
from ltv.lifetime.prospects import Curve, Prospects


@pytest.fixture(scope="module")
def now(shop):
    return shop.ground.look(shop.model.fitted, shop.ground.as_of_day, 30)


def test_those_of_customers_add_up_to_differences_of_the_score(shop, now):
    told = of_customers(shop.model.blend, now.features)
    score = shop.model.blend.predict(now.features, total=1.0).score
    together = told.each.sum(axis=1)
    assert score - score[0] == pytest.approx(together - together[0], abs=1e-4)
    assert np.ptp(score) > 0.5
    assert told.names == shop.model.blend.names and told.x.shape == told.each.shape


def test_those_of_prospects_add_up_to_differences_of_the_log_expectation(shop, now):
    model = shop.model.prospects
    told = of_prospects(model, now.prospects)
    logs = np.log(model.predict(now.prospects, horizon_days=30).expected)
    together = told.each.sum(axis=1)
    assert logs - logs[0] == pytest.approx(together - together[0], abs=1e-4)
    assert np.ptp(logs) > 0.1


def test_what_says_nothing_adds_nothing(shop, now):
    told = of_customers(shop.model.blend, now.features)
    blend = shop.model.blend
    used = set()
    for booster in [*blend.tweedie.boosters, *blend.ziln.boosters]:
        used |= {int(f[1:]) for f in booster.get_score()}
    idle = [k for k in range(len(told.names)) if k not in used]
    line = np.mean([b.terms(told.x) for b in blend.backbones], axis=0) * (SHARES["backbone"] + SHARES["tweedie"])
    assert told.each[:, idle] == pytest.approx(line[:, idle])


def test_those_of_trees_are_what_shap_says(shop, now):
    shap = pytest.importorskip("shap", reason="in the dev extras")
    x = chosen(now.features.columns, shop.model.blend.names)[:40]
    boosters = shop.model.blend.tweedie.boosters
    theirs = np.mean([shap.TreeExplainer(b).shap_values(x) for b in boosters], axis=0)
    ours = np.mean([_shap(b, x)[:, 0, :-1] for b in boosters], axis=0)
    assert ours == pytest.approx(theirs, abs=1e-5) and np.abs(theirs).max() > 0.01


def test_capped_chances_and_spreads_never_make_a_number_that_is_none(shop, now):
    wild = now.features.of(np.arange(len(now.features.user_id)) < 5)
    odd = {name: np.array([np.nan, 1e12, -1e12, 0.0, 1e-300]) for name in wild.columns}
    told = of_customers(shop.model.blend, wild.with_columns(odd))
    assert np.isfinite(told.each).all()


def test_without_trees_or_people_there_is_nothing_to_tell(shop, now):
    none = Prospects((), None, 1.0, Curve(np.ones(3), np.ones(1), np.ones(1)))
    told = of_prospects(none, now.prospects)
    assert told.names == () and told.each.shape == (len(now.prospects), 0)
    nobody = now.features.of(np.zeros(len(now.features.user_id), bool))
    assert of_customers(shop.model.blend, nobody).each.shape[0] == 0
    assert of_prospects(shop.model.prospects, now.prospects.of(np.zeros(len(now.prospects), bool))).each.shape[0] == 0

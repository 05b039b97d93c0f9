"""Models as files and back: the same numbers, and nothing half read."""

import datetime as dt
import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from support_value import AS_OF, bought, few_trees

from ltv.errors import CorruptError
from ltv.lifetime.btyd import Btyd
from ltv.lifetime.credibility import Credibility
from ltv.lifetime.ground import Ground
from ltv.lifetime.horizon import HorizonModel
from ltv.lifetime.stored import pack, unpack
from ltv.lifetime.trained import Trained, train
from ltv.workspace import model_files
from ltv.workspace.model_files import ModelManifest, Stored


def through_files(stored, folder):
    about = ModelManifest("v1", AS_OF, dt.datetime(2026, 7, 1), "d", "c", {}, ())
    model_files.write(folder / "v1", stored, about)
    return model_files.read(folder / "v1")[0]


def same(one, two, ground):
    then, now = (model.score(ground, ground.as_of_day) for model in (one, two))
    for column in ("user_id", "expected", "pays", "low", "median", "high", "spent", "is_customer"):
        assert np.array_equal(getattr(then, column), getattr(now, column)), column
    assert (one.why, one.basis, one.day, one.horizon_days) == (two.why, two.basis, two.day, two.horizon_days)
    totals = [m.sureness.interval(then.expected) for m in (one, two)]
    assert totals[0] == totals[1]


def test_all_horizons_score_the_same_after_being_stored(shop, tmp_path):
    back = Trained.read(through_files(shop.trained.stored(), tmp_path))
    assert list(back.models) == [10, 30] and back.main_days == 30
    for days in (10, 30):
        same(shop.trained.models[days], back.models[days], shop.ground)
    assert shop.model.blend is not None and shop.model.prospects.trees is not None
    for table in ("backtest", "calibration", "drivers"):
        pd.testing.assert_frame_equal(getattr(back, table), getattr(shop.trained, table))
    assert back.references == dict(shop.trained.references)
    assert (back.worth, back.window_days) == ("revenue", 180)
    assert back.stored().numbers.keys() == shop.trained.stored().numbers.keys()


@pytest.mark.parametrize("people", [0, 1, 30, 150])
def test_so_do_models_without_trees_and_without_anything(people, tmp_path):
    ground = Ground.of(bought(max(people, 1)).head(None if people else 0), as_of=AS_OF)
    with few_trees(4, 10):
        trained = train(ground, [30, 900], main_days=30)
    back = Trained.read(through_files(trained.stored(), tmp_path))
    for days in (30, 900):
        same(trained.models[days], back.models[days], ground)
    assert back.main.basis == trained.main.basis == ("btyd" if people == 150 else "past_mean")
    pd.testing.assert_frame_equal(back.backtest, trained.backtest)
    pd.testing.assert_frame_equal(back.drivers, trained.drivers)


def test_so_do_values_by_credibility(shop, tmp_path):
    fitted = shop.model.fitted
    money = Credibility.fit(np.array([1.0, 2, 3] * 20), np.array([10.0, 20, 30] * 20))
    other = Btyd(fitted.purchases, money, "", "value_depends_on_frequency", 0.9)
    for trees in (shop.model.blend, None):
        model = replace(shop.model, fitted=other, blend=trees, why="" if trees else "failed_gate")
        back = unpack(through_files(pack({30: model}), tmp_path / str(trees is None)))[30]
        same(model, back, shop.ground)
        assert back.fitted.money_reason == "value_depends_on_frequency" and back.fitted.correlation == 0.9


def damaged(numbers, *path, value=None, drop=False):
    copy = json.loads(json.dumps(numbers))
    inner = copy
    for key in path[:-1]:
        inner = inner[key]
    if drop:
        del inner[path[-1]]
    else:
        inner[path[-1]] = value
    return copy


DAMAGES = {
    "no_horizons": (("horizons",), {"drop": True}),
    "horizons_are_a_list": (("horizons",), {"value": [1, 2]}),
    "a_horizon_is_null": (("horizons", "30"), {"value": None}),
    "a_horizon_without_a_name": (("horizons", "30", "fitted"), {"drop": True}),
    "other_parameters": (("horizons", "30", "fitted", "purchases"), {"value": [1.0, 2.0]}),
    "text_for_numbers": (("horizons", "30", "customers", "edges"), {"value": "abc"}),
    "sureness_of_before": (("horizons", "30", "sureness"), {"value": [0.1]}),
    "no_more": (("more",), {"drop": True}),
    "more_is_null": (("more",), {"value": None}),
    "no_main": (("more", "main_days"), {"drop": True}),
    "a_main_that_is_not_there": (("more", "main_days"), {"value": 77}),
    "no_drivers": (("more", "drivers"), {"drop": True}),
    "drivers_are_numbers": (("more", "drivers"), {"value": [1, 2]}),
    "text_in_the_backtest": (("more", "backtest"), {"value": [{"value": "abc"}]}),
    "no_references": (("more", "references"), {"value": None}),
}


@pytest.mark.parametrize(("path", "how"), DAMAGES.values(), ids=DAMAGES)
def test_numbers_of_another_make_are_refused(shop, tmp_path, path, how):
    whole = through_files(shop.trained.stored(), tmp_path)
    with pytest.raises(CorruptError, match="model"):
        Trained.read(Stored(whole.blobs, damaged(whole.numbers, *path, **how)))


def test_boosters_that_are_missing_or_no_boosters_are_refused(shop, tmp_path):
    whole = through_files(shop.trained.stored(), tmp_path)
    name = min(whole.blobs)
    for blobs in (
        {k: v for k, v in whole.blobs.items() if k != name},
        whole.blobs | {name: b"not a booster"},
    ):
        with pytest.raises(CorruptError) as error:
            Trained.read(Stored(blobs, whole.numbers))
        assert "\n" not in str(error.value)


def test_training_twice_stores_the_same_bytes():
    ground = Ground.of(bought(260), as_of=AS_OF)
    with few_trees(4):
        one, two = (pack({30: HorizonModel.train(ground, ground.as_of_day, 30)}) for _ in range(2))
    assert one.blobs == two.blobs
    assert model_files.as_json(one.numbers, thing="n") == model_files.as_json(two.numbers, thing="n")

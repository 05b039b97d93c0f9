"""All that is learned on one day, and its tables."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from support_value import AS_OF, bought, few_trees

from ltv.lifetime.ground import Ground
from ltv.lifetime.scores import METRICS
from ltv.lifetime.trained import train


def test_every_horizon_is_learned_at_the_day_and_tested_before(shop):
    assert {d: (m.horizon_days, m.day) for d, m in shop.trained.models.items()} == {
        d: (d, shop.ground.as_of_day) for d in (10, 30)
    }
    tests = shop.trained.backtest
    assert (tests["cutoff_day"] + tests["horizon_days"] <= shop.ground.as_of_day).all()
    assert set(tests.loc[tests["horizon_days"] == 30, "metric"]) >= {*METRICS, "coverage_80", "total_interval_ratio"}
    assert set(tests.loc[tests["protocol"] == "cv5", "horizon_days"]) == {30}
    assert not tests.duplicated(
        ["model", "protocol", "cutoff_day", "horizon_days", "segment_kind", "segment", "metric"]
    ).any()


def test_a_measure_is_that_of_the_latest_cutoff_in_deploy(shop):
    rows = shop.trained.backtest
    older = rows.assign(cutoff_day=rows["cutoff_day"] - 50, value=-5.0)
    both = replace(shop.trained, backtest=pd.concat([rows, older]).sample(frac=1, random_state=0))
    for metric in ("normalized_gini", "coverage_80"):
        assert both.measure(metric) == pytest.approx(shop.trained.measure(metric), nan_ok=True)
    assert (
        shop.trained.measure("normalized_gini", model="btyd")["value"]
        != shop.trained.measure("normalized_gini")["value"]
    )
    assert shop.trained.measure("normalized_gini", segment=("age", "ghosts")) is None
    assert shop.trained.measure("nonsense") is None


def test_calibration_has_ten_tenths_that_add_up(shop):
    rows = shop.trained.calibration
    main = rows[rows["horizon_days"] == 30]
    assert main["decile"].tolist() == list(range(10, 0, -1))
    assert main["predicted"].is_monotonic_decreasing
    ratio = shop.trained.measure("total_ratio")["value"]
    assert main["predicted"].sum() / main["actual"].sum() == pytest.approx(ratio)


def test_drivers_are_told_of_everybody_and_of_each_segment_that_has_people(shop):
    rows = shop.trained.drivers
    assert set(rows["segment"]) == {"all", "young"}
    assert set(rows["direction"]) <= {"up", "down", "mixed", "none"}
    for _, part in rows.groupby("segment"):
        assert (
            part["feature"].is_unique
            and part["mean_abs_shap"].is_monotonic_decreasing
            and (part["mean_abs_shap"] >= 0).all()
        )
    assert set(shop.trained.references) == set(shop.ground.names)
    money = rows[(rows["segment"] == "all") & (rows["feature"] == "btyd_purchases")]
    assert money["direction"].tolist() == ["up"]


def test_horizons_learned_side_by_side_are_the_same_as_one_after_another():
    ground = Ground.of(bought(240), as_of=AS_OF)
    with few_trees(3, 5) as patch:
        one = train(ground, [10, 30], main_days=30)
        patch.setattr("ltv.lifetime.trained._MOST_THREADS", 3)
        other = train(Ground.of(bought(240), as_of=AS_OF), [10, 30], main_days=30)
    pd.testing.assert_frame_equal(one.backtest, other.backtest)
    pd.testing.assert_frame_equal(one.drivers, other.drivers)
    for days in (10, 30):
        scored = [t.models[days].score(ground, ground.as_of_day).expected for t in (one, other)]
        assert np.array_equal(*scored)


def test_too_few_people_have_no_backtest_and_empty_tables_of_the_right_kinds():
    ground = Ground.of(bought(100), as_of=AS_OF)
    few = train(ground, [30], main_days=30)
    assert not len(few.backtest) and few.backtest["value"].dtype == "float64" and few.backtest["n"].dtype == "int64"
    assert not len(few.drivers) and few.measure("normalized_gini") is None

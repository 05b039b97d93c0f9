"""Has the world moved: the index by hand, the warning of the page, and forecasts that are over."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
from support_value import AS_OF, bought, few_trees, told

from ltv.lifetime.drift import SHIFTED, Kept, Reference, drifted, kept, references
from ltv.lifetime.ground import Ground


def test_the_index_by_hand():
    once = Reference(np.array([0.5]), np.array([0.5, 0.5, 0.0]))
    wanted = (0.8 - 0.5) * np.log(0.8 / 0.5) + (0.2 - 0.5) * np.log(0.2 / 0.5)
    assert once.index(np.array([0.0] * 8 + [1.0] * 2)) == pytest.approx(wanted)
    assert once.index(np.array([0.0, 1.0])) == 0
    lost = (0.25 - 0.5) * np.log(0.5) * 2 + (0.5 - 0.001) * np.log(500)
    assert once.index(np.array([0.0, 1.0, np.nan, np.nan])) == pytest.approx(lost)


def test_those_without_a_value_are_a_bin_of_their_own_and_constants_are_no_error():
    some = Reference.of(np.array([np.nan] * 50 + list(range(50))))
    assert some.shares[-1] == 0.5 and some.shares.sum() == pytest.approx(1)
    for values in (np.full(9, np.nan), np.full(9, 3.0), np.zeros(0)):
        assert Reference.of(values).index(values) == 0
        assert np.isfinite(Reference.of(values).index(np.arange(5.0)))


def test_references_come_back_from_json_and_tell_of_what_both_know():
    stored = references({"a": np.arange(100.0), "b": np.arange(100.0)})
    index = drifted(stored, {"a": np.arange(100.0) + 80, "c": np.arange(100.0)})
    assert set(index) == {"a"} and index["a"] > SHIFTED
    assert drifted({}, {"a": np.arange(9.0)}) == {}


def score(day, people, horizon=30):
    return pd.DataFrame({"user_id": people, "horizon_days": horizon, "as_of": pd.Timestamp(day)})


def total(expected, low, high, horizon=30):
    rows = [("all", "all", expected, low, high), ("stage", "customers", 0.0, 0.0, 0.0)]
    frame = pd.DataFrame(rows, columns=["segment_kind", "segment", "expected", "low", "high"])
    return frame.assign(horizon_days=horizon)


def test_a_forecast_that_is_over_is_compared_with_what_the_same_people_spent():
    orders = bought(200)
    ground = Ground.of(orders, as_of=AS_OF)
    said = AS_OF - timedelta(days=30)
    window = orders["ts"] >= pd.Timestamp(said + timedelta(days=1))
    some = orders["user_id"].unique()[::2]
    came = orders[window & orders["user_id"].isin(some)]["amount"].sum()
    (one,) = kept(ground, [(said, [score(said, np.append(some, 10**8)), total(came * 1.1, came * 0.9, came * 1.3)])])
    assert one.actual == pytest.approx(came) and one.is_inside
    assert (one.as_of, one.horizon_days, one.expected) == (said, 30, pytest.approx(came * 1.1))
    assert not Kept(said, 30, 10.0, 9.0, 11.0, 12.0).is_inside
    late = said + timedelta(days=1)  # its window is not over
    assert kept(ground, [(late, [score(late, some), total(1.0, 0.0, 2.0)])]) == []
    assert kept(ground, [(said, [score(said, some), total(1.0, 0.0, 2.0, horizon=7)])]) == []
    assert kept(ground, [(said, [score(said, some[:0]), total(1.0, 0.0, 2.0)])]) == [] == kept(ground, [])


def test_a_page_says_that_a_forecast_missed_and_that_the_world_has_moved(shop):
    orders, said = bought(200), AS_OF - timedelta(days=30)
    earlier = [(said, [score(said, orders["user_id"].unique()), total(1.0, 0.5, 2.0)])]
    with few_trees(4, 10, cutoffs=0):
        of = told(orders, earlier=earlier)
    assert len(of.kept) == 1 and not of.kept[0].is_inside
    assert any(t.state == "bad" and str(said) in t.text.en for t in of.findings)
    calm = of.drift_index[0]
    assert calm == pytest.approx(0, abs=1e-9) or not len(of.drift)
    moved = of.drift.assign(
        stability_index=np.where(of.drift["feature"] == of.drift["feature"].iloc[0], 9.0, 0.0), mean_abs_shap=1.0
    )
    warned = replace(of, drift=moved, kept=())
    index, worst = warned.drift_index
    assert index == pytest.approx(9.0 / len(moved)) and worst == moved["feature"].iloc[0]
    loud = replace(of, drift=moved.assign(stability_index=0.5), kept=())
    assert loud.drift_index[0] == pytest.approx(0.5)
    assert loud.findings[0].state == "bad" and loud.findings[0].text.en != warned.findings[0].text.en

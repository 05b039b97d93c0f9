"""Metrics of predictions of value: against scikit-learn and scipy, ties, bootstrap, coverage."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ltv.errors import UsageError
from ltv.lifetime.scores import METRICS, _Pair, bootstrap, coverage, deciles, differences, scores


def world(n=2_000, seed=1):
    draw = np.random.default_rng(seed)
    worth = draw.gamma(0.5, 20, n)
    return np.where(draw.random(n) < 0.4, worth * draw.lognormal(0, 0.5, n), 0.0), np.round(worth)


def test_rank_metrics_are_those_of_the_libraries():
    from scipy.stats import spearmanr
    from sklearn.metrics import mean_absolute_error, roc_auc_score

    actual, predicted = world()
    told = scores(actual, predicted)
    assert told["spearman"] == pytest.approx(spearmanr(actual, predicted).statistic)
    assert told["auc"] == pytest.approx(roc_auc_score(actual > 0, predicted))
    assert told["mae"] == pytest.approx(mean_absolute_error(actual, predicted))
    assert told["total_ratio"] == pytest.approx(predicted.sum() / actual.sum())


def test_gini_is_that_of_the_sorted_formula_and_linear_in_the_order():
    actual, predicted = world(500)
    predicted = predicted + np.arange(500) * 1e-9  # no ties

    def gini(values, by):
        running = np.cumsum(values[np.argsort(by)])
        return 1 - 2 * (running.sum() / running[-1] - 0.5) / len(values)

    assert scores(actual, predicted)["normalized_gini"] == pytest.approx(gini(actual, predicted) / gini(actual, actual))
    assert scores(actual, actual)["normalized_gini"] == pytest.approx(1)
    assert scores(actual, -actual)["normalized_gini"] == pytest.approx(-1)


def test_ties_count_as_the_mean_over_random_orders():
    actual, predicted = world(300, seed=2)
    predicted = np.round(predicted, -1)
    told, draw = scores(actual, predicted), np.random.default_rng(3)
    broken = [scores(actual, predicted + 1e-6 * draw.random(300)) for _ in range(800)]
    for name in ("normalized_gini", "auc", "top10_share"):
        assert told[name] == pytest.approx(np.mean([one[name] for one in broken]), abs=0.004)
    assert scores(actual, np.ones(300))["normalized_gini"] == pytest.approx(0, abs=1e-12)
    assert scores(actual, np.ones(300))["top10_share"] == pytest.approx(0.1)


@settings(max_examples=40, deadline=None)
@given(rows=st.lists(st.tuples(st.integers(0, 6), st.integers(0, 4), st.integers(0, 3)), min_size=12, max_size=40))
def test_a_weight_is_so_many_copies(rows):
    actual, predicted, copies = (np.array(column, float) for column in zip(*rows, strict=True))
    if copies.sum() == 0 or (actual * copies).sum() == 0:
        return
    weighted = _Pair.of(actual, predicted).all(copies[None])
    times = copies.astype(int)
    copied = scores(np.repeat(actual, times), np.repeat(predicted, times))
    for name in METRICS:
        assert weighted[name][0] == pytest.approx(copied[name], nan_ok=True, abs=1e-9), name


def test_tenths_add_up_and_their_error_is_relative():
    actual, predicted = world()
    told, real = deciles(actual, predicted)
    assert (told.sum(), real.sum()) == (pytest.approx(predicted.sum()), pytest.approx(actual.sum()))
    assert (np.diff(told) <= 1e-9).all()
    assert scores(actual, predicted)["decile_mape"] == pytest.approx(np.mean(np.abs(told - real) / real))
    assert scores(actual, 1.2 * actual)["decile_mape"] < 0.21


def test_a_bootstrap_draw_is_a_sample_of_customers():
    actual, predicted = world(400)
    drawn = bootstrap(actual, {"a": predicted}, draws=3, seed=9)["a"]
    rows = np.random.default_rng(9).integers(0, 400, (3, 400))
    for k in range(3):
        again = scores(actual[rows[k]], predicted[rows[k]])
        assert {m: drawn[m][k] for m in METRICS} == pytest.approx(again)


def test_the_interval_of_a_difference_is_paired_and_covers():
    actual, predicted = world(1_500)
    noisy = predicted * np.random.default_rng(5).lognormal(0, 0.2, 1_500)
    same = differences(actual, predicted, predicted, draws=50)
    assert (same[["difference", "low", "high"]] == 0).all(axis=None)
    rows = differences(actual, predicted, noisy, draws=400).set_index("metric")
    assert ((rows["low"] <= rows["difference"]) & (rows["difference"] <= rows["high"])).sum() >= 6
    alone = bootstrap(actual, {"a": predicted}, draws=400)["a"]["normalized_gini"]
    gini = rows.loc["normalized_gini"]
    assert gini["high"] - gini["low"] < 0.6 * np.subtract(*np.quantile(alone, [0.975, 0.025]))
    again = differences(actual, predicted, noisy, draws=400).set_index("metric")
    assert again.equals(rows)


def test_coverage_is_told_by_stratum_because_zeros_are_easy():
    draw = np.random.default_rng(6)
    risk = draw.random(10_000)
    actual = np.where(draw.random(10_000) < risk**3, 100 * draw.random(10_000), 0.0)
    table = coverage(actual, np.zeros(10_000), np.full(10_000, 50.0), by=risk)
    assert table["n"].tolist() == [10_000, 2_000, 2_000, 2_000, 2_000, 2_000]
    assert table["coverage"].is_monotonic_decreasing is False and table.loc[1, "coverage"] > 0.99
    assert table.loc[5, "coverage"] < 0.75 < table.loc[0, "coverage"]
    tied = coverage(actual, actual, actual, by=np.zeros(10_000))
    assert tied["stratum"].tolist() == [0, 1] and (tied["coverage"] == 1).all()


def test_zeros_at_a_lower_end_of_zero_count_as_much_as_is_fair():
    draw, n = np.random.default_rng(7), 60_000
    zero = draw.uniform(0.02, 0.97, n)
    actual = np.where(draw.random(n) < zero, 0.0, draw.exponential(1, n))
    low, high = (np.where(q < zero, 0.0, -np.log(np.clip((1 - q) / (1 - zero), 1e-12, 1))) for q in (0.1, 0.9))
    naive, fair = (coverage(actual, low, high, zero=z, by=zero)["coverage"] for z in (None, zero))
    assert fair.to_numpy() == pytest.approx(0.8, abs=0.015)
    assert (naive > 0.85).all()


def test_what_is_not_defined_is_nan_and_bad_input_is_named():
    assert np.isnan(scores(np.zeros(20), np.arange(20.0))["normalized_gini"])
    assert np.isnan(scores(np.ones(20), np.arange(20.0))["auc"])
    with pytest.raises(UsageError, match="predicted: found '3 numbers', allowed: 2"):
        scores(np.ones(2), np.ones(3))
    with pytest.raises(UsageError, match="finite"):
        scores(np.ones(2), np.array([1.0, np.nan]))

"""The model and its parts: derivatives, caps, what it learns, what it must not see, level."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ltv.errors import UsageError
from ltv.lifetime import objective
from ltv.lifetime.backbone import Backbone
from ltv.lifetime.blend import Blend
from ltv.lifetime.boosters import FOLDS, ZilnTrees, folds
from ltv.lifetime.btyd import fit_btyd
from ltv.lifetime.ground import Ground
from ltv.lifetime.level import level
from ltv.lifetime.order_features import order_features
from ltv.lifetime.scores import scores
from ltv.lifetime.snapshots import past as snapshots
from ltv.lifetime.snapshots import training_cutoffs
from ltv.lifetime.summaries import Ledger, day_number, histories, movements, summaries

START, CUTOFF, HORIZON = date(2026, 1, 1), date(2026, 7, 20), 90


def shop(people=1_500, days=290, seed=1):
    """Orders of people with own rates, values and ends, who come over the first half."""
    draw = np.random.default_rng(seed)
    first = draw.integers(0, 120, people)
    rate, worth = draw.gamma(0.8, 0.05, people), draw.lognormal(3, 0.7, people)
    end = first + draw.exponential(250, people)
    count = 1 + draw.poisson(rate * np.maximum(np.minimum(end, days) - first, 0))
    who = np.repeat(np.arange(people), count)
    at = first[who] + np.where(
        np.arange(len(who)) == np.repeat(np.cumsum(count) - count, count),
        0,
        draw.random(len(who)) * (np.minimum(end, days) - first)[who],
    )
    ts = (pd.Timestamp(START) + pd.to_timedelta(at, unit="D")).floor("s")
    return pd.DataFrame(
        {"user_id": who + 10, "ts": ts, "amount": np.round(worth[who] * draw.lognormal(0, 0.4, len(who)), 2)}
    )


def scene(orders):
    table = movements(orders)
    fitted = fit_btyd(histories(summaries(table, cutoff=CUTOFF)))
    return Ledger.of(table), fitted


@pytest.fixture(scope="module")
def trained():
    ledger, fitted = scene(shop())
    cutoff = day_number(CUTOFF)
    ground = Ground(ledger, None, cutoff + HORIZON, "UTC")
    past, now = snapshots(ground, fitted, cutoff, HORIZON), ground.look(fitted, cutoff, HORIZON)
    return ledger, fitted, past, now, Blend.train(past)


@settings(max_examples=40, deadline=None)
@given(
    rows=st.lists(
        st.tuples(st.floats(-3, 3), st.floats(-2, 2), st.floats(-1.1, 0.35), st.floats(0, 20)), min_size=1, max_size=8
    )
)
def test_slopes_of_the_zero_inflated_lognormal_are_those_of_its_loss(rows):
    margins, label = np.array([r[:3] for r in rows]), np.array([0.0 if r[3] < 1 else r[3] for r in rows])
    first, second = objective.slopes(margins, label)
    for k in range(objective.OUTPUTS):
        step = np.zeros(3)
        step[k] = 1e-5
        near = (objective.loss(margins + step, label) - objective.loss(margins - step, label)) / 2e-5
        assert first[:, k] == pytest.approx(near, abs=1e-4)
    assert (second > 0).all()


def test_the_curvature_is_the_expected_one():
    draw, sigma = np.random.default_rng(1), 0.8
    margins = np.tile([0.3, 1.0, np.log(sigma)], (400_000, 1))
    label = np.where(draw.random(400_000) < 1 / (1 + np.exp(-0.3)), draw.lognormal(1.0, sigma, 400_000), 0.0)
    first, second = objective.slopes(margins, label)
    assert first.mean(axis=0) == pytest.approx(0, abs=0.01)
    assert (first**2).mean(axis=0) == pytest.approx(second.mean(axis=0), rel=0.02)  # the identity of information


def test_the_trees_find_a_known_zero_inflated_lognormal_and_stay_within_caps():
    draw, n = np.random.default_rng(2), 9_000
    x = draw.integers(0, 2, (n, 2)).astype(float)
    label = np.where(draw.random(n) < 0.2 + 0.5 * x[:, 0], draw.lognormal(x[:, 1], 0.5 + 0.4 * x[:, 0]), 0.0)
    trees = ZilnTrees.train(x, label, fold=np.arange(n) % FOLDS, seed=0)
    for a in (0.0, 1.0):
        for b in (0.0, 1.0):
            told = objective.Ziln.of(trees.outputs(0, np.array([[a, b]])), trees.highest)
            assert told.pays[0] == pytest.approx(0.2 + 0.5 * a, abs=0.05)
            assert told.mu[0] == pytest.approx(b, abs=0.12)
            assert told.sigma[0] == pytest.approx(0.5 + 0.4 * a, abs=0.08)
    wild = objective.Ziln.of(np.array([[50.0, 900.0, 90.0]]), highest=7.0)
    assert wild.mean[0] <= 7 and wild.sigma[0] == objective.LARGEST_SIGMA


def test_the_backbone_is_exact_where_the_world_is_log_linear():
    draw = np.random.default_rng(3)
    x = draw.normal(size=(20_000, 3))
    x[:, 2] = 4.0
    label = np.exp(0.5 + 0.6 * x[:, 0] - 0.3 * x[:, 1]) * draw.gamma(1, 1, 20_000)
    line = Backbone.fit(x, label)
    assert (line.weights / line.spread)[:2] == pytest.approx([0.6, -0.3], abs=0.04)
    missing = line.log_expected(np.array([[np.nan, np.nan, np.nan], [1e9, 0, 4]]))
    assert np.isfinite(missing).all()


def test_the_model_ranks_better_than_past_spend_and_keeps_its_level(trained):
    _, _, _, now, model = trained
    told = model.predict(now.features, total=1_234.5)
    assert told.expected.sum() == pytest.approx(1_234.5)
    assert (told.expected >= 0).all() and np.isfinite(told.expected).all()
    ours, past = (scores(now.label, p) for p in (told.expected, now.features.spent))
    assert ours["normalized_gini"] > past["normalized_gini"] and ours["spearman"] > past["spearman"]
    assert ((told.pays > 0) & (told.pays < 1)).all()


def test_the_order_of_values_is_that_of_the_score_and_equals_stay_equal(trained):
    _, _, _, now, model = trained
    told = model.predict(now.features, total=1.0)
    order = np.argsort(told.score, kind="stable")
    assert (np.diff(told.expected[order]) >= -1e-12).all()
    same = np.diff(told.score[order]) == 0
    assert np.diff(told.expected[order])[same] == pytest.approx(0, abs=1e-15)


def test_training_twice_gives_the_same_numbers(trained):
    _, _, past, now, model = trained
    again = Blend.train(past).predict(now.features, total=1.0)
    assert again.expected.tolist() == model.predict(now.features, total=1.0).expected.tolist()


def test_nothing_from_the_cutoff_on_moves_a_prediction(trained):
    ledger, _, _, now, model = trained
    orders = shop()
    later = orders["ts"] >= pd.Timestamp(CUTOFF)
    changed, fitted = scene(orders.assign(amount=np.where(later, orders["amount"] * 9 + 5, orders["amount"])))
    cutoff = day_number(CUTOFF)
    past = snapshots(Ground(changed, None, cutoff, "UTC"), fitted, cutoff, HORIZON)
    features = order_features(changed, fitted, cutoff_day=cutoff, horizon_days=HORIZON)
    assert np.array_equal(features.matrix, now.features.matrix, equal_nan=True)
    told = Blend.train(past).predict(features, total=1.0)
    assert told.expected.tolist() == model.predict(now.features, total=1.0).expected.tolist()
    assert level(changed, fitted, features, cutoff_day=cutoff, horizon_days=HORIZON).total == pytest.approx(
        level(ledger, fitted, features, cutoff_day=cutoff, horizon_days=HORIZON).total
    )


def test_past_predictions_come_from_models_that_have_not_seen_the_customer(trained):
    _, _, past, _, model = trained
    last = past[-1]
    honest = model.out_of_fold(last.features, total=1.0)
    assert np.isfinite(honest.score).all() and set(folds(last.features.user_id)) == set(range(FOLDS))
    seen = model.predict(last.features, total=1.0)
    gain = [scores(last.label, p.expected)["normalized_gini"] for p in (seen, honest)]
    assert gain[1] < gain[0] + 0.01


def test_features_mean_the_same_in_another_unit_of_money_up_to_a_constant(trained):
    _, _, _, now, _ = trained
    ledger, fitted = scene(shop().assign(amount=lambda o: o["amount"] * 100))
    other = order_features(ledger, fitted, cutoff_day=day_number(CUTOFF), horizon_days=HORIZON)
    for name in ("btyd_alive", "since_gap", "purchases_share_0.5h", "spent_share_0.25h", "age_horizon"):
        assert other.columns[name] == pytest.approx(now.features.columns[name], nan_ok=True, rel=1e-6), name
    assert other.columns["value_mean"] - now.features.columns["value_mean"] == pytest.approx(np.log(100), abs=0.01)


def test_features_by_hand():
    days = pd.to_datetime(["2026-03-01", "2026-03-11", "2026-04-20"])
    rows = pd.DataFrame({"user_id": 10_000, "ts": days, "amount": [10.0, 20.0, 40.0]})
    ledger, fitted = scene(pd.concat([shop(), rows]))
    of = order_features(ledger, fitted, cutoff_day=day_number(date(2026, 5, 1)), horizon_days=40)
    row = {name: column[of.user_id == 10_000][0] for name, column in of.columns.items()}
    assert (row["age_horizon"], row["since_horizon"]) == (60 / 40, 10 / 40)
    assert (row["recency_share"], row["since_gap"], row["last_gap"]) == (pytest.approx(50 / 60), 10 / 25, 40 / 25)
    assert row["gap_variation"] == pytest.approx(15 / 25)
    assert (row["purchases_0.25h"], row["purchases_0.5h"], row["purchases_1h"]) == (0, 1, 1)
    assert row["spent_share_1h"] == pytest.approx(40 / 70)
    assert row["value_highest"] == pytest.approx(np.log(40.01))


def test_cutoffs_of_training_end_before_the_day_of_scoring():
    for first, cutoff, horizon in ((0, 273, 273), (0, 60, 30), (5, 25, 365), (0, 900, 90)):
        cutoffs = training_cutoffs(first, cutoff, horizon)
        assert all(first < day and day + window <= cutoff and window <= horizon for day, window in cutoffs)
    assert training_cutoffs(0, 12, 30) == []


def test_a_cohort_that_fades_gets_its_level_from_age_and_a_year_ago_its_season():
    draw, people = np.random.default_rng(4), 6_000
    ages = np.concatenate([[0], np.arange(1, 400)])
    chance = np.where(ages == 0, 1.0, 0.25 * np.maximum(ages, 1.0) ** -0.7)
    who, age = np.nonzero(draw.random((people, 400)) < chance)
    ts = pd.Timestamp(START) + pd.to_timedelta(age + who % 20, unit="D")
    ledger, fitted = scene(pd.DataFrame({"user_id": who, "ts": ts, "amount": 10.0}))
    cutoff, horizon = day_number(CUTOFF), 180
    features = order_features(ledger, fitted, cutoff_day=cutoff, horizon_days=horizon)
    told = level(ledger, fitted, features, cutoff_day=cutoff, horizon_days=horizon)
    actual = ledger.value(cutoff, cutoff + horizon).sum()
    assert told.basis == "age" and told.total == pytest.approx(actual, rel=0.06)


def test_the_season_a_year_ago_corrects_the_level():
    draw, people, days = np.random.default_rng(6), 2_000, 760
    chance = 0.02 * np.where((np.arange(days) - 200) % 365 < 60, 3.0, 1.0)
    who, day = np.nonzero(draw.random((people, days)) < chance)
    ts = pd.Timestamp("2024-06-01") + pd.to_timedelta(day, unit="D")
    table = movements(pd.DataFrame({"user_id": who, "ts": ts, "amount": 10.0}))
    cutoff = day_number(date(2024, 6, 1)) + 565
    fitted = fit_btyd(histories(summaries(table, cutoff=date.fromordinal(date(1970, 1, 1).toordinal() + cutoff))))
    ledger = Ledger.of(table)
    features = order_features(ledger, fitted, cutoff_day=cutoff, horizon_days=60)
    told = level(ledger, fitted, features, cutoff_day=cutoff, horizon_days=60)
    assert told.basis == "season"
    assert told.total == pytest.approx(ledger.value(cutoff, cutoff + 60).sum(), rel=0.08)


def test_bad_input_is_named(trained):
    _, _, _, now, model = trained
    with pytest.raises(UsageError, match="snapshots: found"):
        Blend.train([])
    columns = dict(list(now.features.columns.items())[1:])
    with pytest.raises(UsageError, match="features: found"):
        model.predict(replace(now.features, columns=columns), total=1.0)

"""A/A on one's own metric: the rate is that of the test that is run, and metrics for which it fails are told."""

import numpy as np
import pytest

from ltv.errors import UsageError
from ltv.experiments.aa import _p_values, false_positives
from ltv.experiments.cuped import cuped
from ltv.experiments.frequentist import welch
from ltv.experiments.moments import Arm, CannotJudgeError


def arms(values, treated, paired=None):
    sides = [treated == 0, treated == 1]
    return [Arm.of_values(values[side], None if paired is None else paired[side]) for side in sides]


def rate_by_hand(values, *, covariate=None, share=0.5, splits=400, seed=1):
    """Give the share of alarms of the product's own test, a split at a time."""
    draw, alarms = np.random.default_rng(seed), 0
    for _ in range(splits):
        pair = arms(values, (draw.random(len(values)) < share).astype(int), covariate)
        estimates = [arm.estimate() for arm in pair] if covariate is None else cuped(pair).estimates
        alarms += welch(*estimates).p_value < 0.05
    return alarms / splits


def test_a_usual_metric_alarms_as_often_as_alpha_says():
    people = np.random.default_rng(1).normal(10, 3, 2_000)
    for alpha in (0.05, 0.01):
        result = false_positives(people, alpha=alpha, simulations=8_000, seed=2)
        assert result.rate == pytest.approx(alpha, abs=4 * np.sqrt(alpha / 8_000))
        assert result.low <= alpha <= result.high
        assert result.ok


def test_three_payers_among_a_thousand_never_alarm_which_is_told():
    people = np.zeros(1_000)
    people[:3] = 80
    result = false_positives(people, seed=1)
    assert result.rate < 0.01
    assert not result.ok


def test_a_skewed_metric_in_arms_of_unequal_size_alarms_too_often_which_is_told():
    draw = np.random.default_rng(3)
    people = np.where(draw.random(3_000) < 0.05, np.exp(draw.normal(3, 2, 3_000)), 0)
    result = false_positives(people, share=0.05, seed=1)
    assert result.low > 0.06
    assert not result.ok
    assert rate_by_hand(people, share=0.05) == pytest.approx(result.rate, abs=0.06)


def test_the_p_of_every_split_is_that_of_welch():
    draw = np.random.default_rng(4)
    people = draw.gamma(1, 20, 300)
    ours = np.concatenate(list(_p_values(people - people.mean(), 0.3, 25, np.random.default_rng(7))))
    splits = np.random.default_rng(7).random((25, 300), dtype=np.float32) < 0.3
    theirs = [welch(*(arm.estimate() for arm in arms(people, split.astype(int)))).p_value for split in splits]
    assert ours == pytest.approx(theirs)


def test_a_covariate_is_taken_out_as_cuped_does_before_the_test():
    draw = np.random.default_rng(5)
    before = draw.gamma(1, 20, 800)
    now = 0.8 * before + draw.normal(0, 5, 800)
    result = false_positives(now, covariate=before, simulations=4_000, seed=1)
    assert result.ok
    assert rate_by_hand(now, covariate=before) == pytest.approx(result.rate, abs=0.035)
    theta = cuped([Arm.of_values(now, before)]).theta
    assert false_positives(now - theta * before, simulations=4_000, seed=1).rate == pytest.approx(result.rate, abs=1e-3)


def test_a_seed_gives_the_same_again_in_whatever_unit_and_another_seed_another():
    people = np.random.default_rng(6).exponential(5, 1_000)
    one = false_positives(people, seed=1)
    assert one == false_positives(people, seed=1)
    assert one == false_positives(100 * people + 10**6, seed=1)
    assert one.rate != false_positives(people, seed=2).rate
    assert one.simulations == 2_000


def test_splits_that_cannot_be_judged_are_no_alarms():
    result = false_positives([0, 0, 0, 1], seed=1)
    assert 0 <= result.rate < 0.05


def test_what_cannot_be_judged_is_refused():
    with pytest.raises(CannotJudgeError, match="zero variance"):
        false_positives([3.3] * 100, seed=1)
    with pytest.raises(CannotJudgeError, match="zero variance"):
        false_positives(np.arange(100.0) + 0.1, covariate=np.arange(100.0), seed=1)
    with pytest.raises(CannotJudgeError, match="covariate"):
        false_positives([1, 2, 3, 4], covariate=[2, 2, 2, 2], seed=1)
    with pytest.raises(CannotJudgeError, match="values"):
        false_positives([1, 2, 3, float("nan")], seed=1)
    with pytest.raises(CannotJudgeError, match="3 people"):
        false_positives([1, 2, 3], seed=1)
    with pytest.raises(UsageError, match="length of the covariate"):
        false_positives([1, 2, 3, 4], covariate=[1, 2], seed=1)
    with pytest.raises(UsageError, match="share"):
        false_positives([1, 2, 3, 4], share=1.0, seed=1)
    with pytest.raises(UsageError, match="simulations"):
        false_positives([1, 2, 3, 4], simulations=0, seed=1)

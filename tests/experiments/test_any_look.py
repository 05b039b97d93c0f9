"""What a test may be asked, as `benchmarks/experiments.py` measures it: few tests here, all of them in the drill."""

import numpy as np
import pytest

from benchmarks.experiments import (
    METRICS,
    Looks,
    any_look,
    looked_at,
    mismatches,
    mismatches_expected,
    moments,
    planned,
    same_as_product,
)


@pytest.mark.parametrize("metric", METRICS)
def test_the_arrays_measured_are_what_the_product_says_at_every_look(metric):
    looks = looked_at(metric, 0.15, 4, planned(metric), np.random.default_rng(1))
    assert same_as_product(looks, 2 * planned(metric), 4)
    off = Looks(looks.people, looks.totals * [[[1.0]], [[1.01]]], looks.squares, "mean")
    assert not np.allclose(off.z(), looks.z())


@pytest.mark.parametrize("metric", METRICS)
def test_sums_are_drawn_of_the_people_they_stand_for(metric):
    mean, variance = moments(metric, 0.15)
    looks = looked_at(metric, 0.15, 200, planned(metric), np.random.default_rng(2))
    people = looks.people[-1]
    assert looks.totals[1, :, -1].mean() / people == pytest.approx(mean, rel=0.01)
    assert looks.totals[1, :, -1].var() / people == pytest.approx(variance, rel=0.4)
    assert looks.squares[1, :, -1].mean() / people == pytest.approx(variance + mean**2, rel=0.03)
    assert (np.diff(looks.squares, axis=2) >= 0).all()


@pytest.mark.parametrize("metric", METRICS)
def test_a_thousand_tests_alarm_as_seldom_as_promised_and_find_what_was_planned(metric):
    alarms, power = (any_look(metric, lift=lift, tests=1_000, seed=3) for lift in (0.0, 0.15))
    assert alarms["sequence"] <= 0.05
    assert alarms["fixed, any look"] > 0.15  # what the sequence is there to prevent
    assert alarms["posterior, any look"] > 0.3
    assert alarms["fixed, last look"] == pytest.approx(0.05, abs=0.021)
    assert power["fixed, last look"] == pytest.approx(0.8, abs=0.04)
    assert power["sequence"] / power["fixed, last look"] >= 0.55


@pytest.mark.drill
@pytest.mark.parametrize("metric", METRICS)
def test_twenty_thousand_tests_reach_the_goals(metric):
    alarms, power = (any_look(metric, lift=lift, tests=20_000, seed=4) for lift in (0.0, 0.15))
    assert alarms["sequence"] <= 0.05
    assert alarms["fixed, last look"] == pytest.approx(0.05, abs=0.005)
    assert power["sequence"] / power["fixed, last look"] >= 0.6


def test_a_wrong_split_is_found_as_often_as_the_noncentral_chi_square_says():
    for people, lost in ((200_000, 0.01), (200_000, 0.02)):
        found = mismatches(people, lost, tests=1_000, seed=5)
        assert found == pytest.approx(mismatches_expected(people, lost), abs=0.045)


def test_a_fair_split_alarms_once_in_a_thousand():
    assert mismatches(200_000, 0.0, tests=20_000, seed=6) <= 0.0015

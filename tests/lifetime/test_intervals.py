"""Intervals of people: quantiles and places by hand, strata, and that they cover where the model is right and where it is not."""

import numpy as np
import pytest
from scipy.special import ndtr, ndtri

from ltv.lifetime.intervals import LEVELS, Chance, Conformal, at_horizon, log_stretch, shift_to, shifted
from ltv.lifetime.scores import coverage


def chance(pays, expected, sigma):
    return Chance(*(np.atleast_1d(np.asarray(v, np.float64)) for v in (pays, expected, sigma)))


def test_quantiles_by_hand():
    one = chance(0.5, 10.0, 1.0)
    mu = np.log(20) - 0.5
    assert one.mu == pytest.approx([mu])
    assert one.quantile(np.array([0.5])) == [0.0] and one.quantile(np.array([0.3])) == [0.0]
    assert one.quantile(np.array([0.75])) == pytest.approx([np.exp(mu)])
    assert one.quantile(np.array([0.9])) == pytest.approx([np.exp(mu + ndtri(0.8))])
    assert chance(0.9, 0.0, 1.0).quantile(np.array([0.99])) == [0.0]


def test_places_by_hand_and_back():
    one = chance([0.5, 0.5], [10.0, 10.0], [1.0, 1.0])
    mu = np.log(20) - 0.5
    value = np.array([np.exp(mu), np.exp(mu + 1)])
    assert one.place(value) == pytest.approx([0.75, 0.5 + 0.5 * ndtr(1)])
    assert one.quantile(one.place(value)) == pytest.approx(value)
    zeros = chance(np.full(10_000, 0.3), np.ones(10_000), np.ones(10_000)).place(np.zeros(10_000))
    assert zeros.min() >= 0 and zeros.max() <= 0.7 and zeros.mean() == pytest.approx(0.35, abs=0.01)


def test_odds_move_all_chances_to_a_share_wherever_they_begin():
    draw = np.random.default_rng(0).random(100)
    for pays in (draw, np.zeros(5), np.ones(5), np.array([1.0, 0.0]), np.full(3, 1e-12)):
        for share in (0.0, 0.02, 0.5, 0.99, 1.0):
            moved = shifted(pays, shift_to(pays, share))
            assert moved.mean() == pytest.approx(np.clip(share, 1e-4, 1 - 1e-4), abs=1e-6)
            assert (np.diff(moved[np.argsort(pays)]) >= 0).all()
    assert shift_to(np.zeros(0), 0.5) == 0.0


def test_what_windows_tell_of_the_horizon():
    assert at_horizon([], [], 30, (-1, 1)) == 0
    assert at_horizon([10, 20], [1.0, 3.0], 40, (-1, 1)) == 2.0  # two are no line
    assert at_horizon([30, 30, 30], [1.0, 2.0, 3.0], 30, (-1, 1)) == 2.0
    assert at_horizon([10, 20, 40], [0.0, 9.0, 18.0], 80, (-1, 1)) == pytest.approx(9 + np.log(80 / 20))  # no steeper


def test_a_wider_spread_is_seen_as_one():
    draw, n = np.random.default_rng(1), 20_000
    of = chance(np.full(n, 0.6), np.full(n, 10.0), np.full(n, 0.8))
    value = np.where(draw.random(n) < 0.6, np.exp(of.mu + 1.2 * draw.normal(size=n)), 0.0)
    assert np.exp(log_stretch(of.place(value), of)) == pytest.approx(1.5, rel=0.05)
    assert log_stretch(np.array([0.9, 0.95]), chance([0.6, 0.6], [1, 1], [1, 1])) == 0.0


def test_few_places_tell_nothing_and_small_strata_take_everybodys():
    few = Conformal.of(np.full(99, 0.5), np.full(99, 0.99))
    assert few.places.tolist() == [list(LEVELS)] and not len(few.edges)
    draw = np.random.default_rng(2)
    pays, places = np.linspace(0, 1, 300), draw.random(300)
    five = Conformal.of(pays, places)  # 60 in each
    assert five.places.shape == (5, 3) and (five.places == five.places[0]).all()
    alike = Conformal.of(np.full(500, 0.5), draw.random(500))
    assert alike.places.shape[0] in (1, 2)
    low, median, high = alike.interval(chance([0.5, 0.4], [1.0, 1.0], [1.0, 1.0]))
    assert (low <= median).all() and (median <= high).all()


def test_the_next_person_lies_inside_as_often_as_conformal_prediction_says():
    places = np.linspace(0, 1, 101)
    read = Conformal.of(np.full(101, 0.5), places).places[0]
    assert read == pytest.approx([0.1 * 102 / 101 - 1 / 101, 0.5, 0.9 * 102 / 101])


def drawn(n, seed, *, wrong):
    """People with own chances; the model sees them as they are, or says too much of paying and too little of spread."""
    draw = np.random.default_rng(seed)
    pays, sigma = draw.beta(1, 2, n), draw.uniform(0.5, 1.2, n)
    expected = pays * draw.lognormal(3, 0.7, n)
    true = chance(pays, expected, sigma)
    heavy = draw.standard_t(4, n) / np.sqrt(2) if wrong else draw.normal(size=n)
    actual = np.where(draw.random(n) < pays, np.exp(true.mu + sigma * heavy), 0.0)
    said = chance(np.clip(pays**0.7, 1e-6, 1), expected * 1.4, sigma * 0.6) if wrong else true
    return said, actual


@pytest.mark.parametrize("wrong", [False, True])
def test_intervals_cover_in_every_stratum_whether_the_model_is_right_or_not(wrong):
    past, came = drawn(20_000, 3, wrong=wrong)
    read = Conformal.of(past.pays, past.place(came))
    now, actual = drawn(20_000, 4, wrong=wrong)
    low, median, high = read.interval(now)
    assert (low >= 0).all() and (low <= median).all() and (median <= high).all()
    true = now.pays ** (1 / 0.7) if wrong else now.pays
    told = coverage(actual, low, high, zero=1 - true, by=now.pays)
    assert told["coverage"].between(0.77, 0.83).all(), told
    if wrong:  # as told they would not
        plain = Conformal(np.zeros(0), np.array([LEVELS])).interval(now)
        assert (
            not coverage(actual, plain[0], plain[2], zero=1 - true, by=now.pays)["coverage"].between(0.77, 0.83).all()
        )
    payers = actual > 0
    assert ((actual >= low) & (actual <= high))[payers].mean() > 0.5

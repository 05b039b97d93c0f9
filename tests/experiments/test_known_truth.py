"""Simulated experiments whose truth is known: intervals cover it, alarms are as rare as they say."""

import csv
import math

import numpy as np
import pytest

from ltv.experiments.bayesian import beta_binomial
from ltv.experiments.cuped import cuped
from ltv.experiments.frequentist import ratio, two_proportion_z, welch
from ltv.experiments.moments import Arm, Estimate
from ltv.experiments.power import power_of_lift, sample_size_means, sample_size_proportions
from ltv.experiments.sequential import confidence_sequence
from ltv.experiments.srm import srm


def arms(values, paired=None):
    """Give one arm for each row of people."""
    if paired is None:
        return [Arm(values.shape[1], *sums) for sums in zip(values.sum(1), (values**2).sum(1), strict=True)]
    sums = (values.sum(1), (values**2).sum(1), paired.sum(1), (paired**2).sum(1), (values * paired).sum(1))
    return [Arm(values.shape[1], *row) for row in zip(*sums, strict=True)]


def share(answers):
    return float(np.mean(list(answers)))


@pytest.mark.parametrize("scale", ["absolute", "relative", "log"])
def test_nineteen_intervals_of_twenty_cover_the_true_effect(scale):
    draw = np.random.default_rng(5)
    control, treatment = (arms(draw.gamma(2, mean / 2, (4_000, n))) for mean, n in ((10, 300), (11, 500)))
    results = [welch(a.estimate(), b.estimate(), scale=scale) for a, b in zip(control, treatment, strict=True)]
    truth = 1.0 if scale == "absolute" else 0.1
    assert share(r.low <= truth <= r.high for r in results) == pytest.approx(0.95, abs=0.011)  # 3 standard errors


def test_nineteen_intervals_of_twenty_cover_the_true_lift_of_a_ratio():
    draw = np.random.default_rng(6)
    sides = []
    for worth in (20.0, 22.0):
        orders = draw.poisson(1.5, (4_000, 400)).astype(float)
        sides.append([ratio(arm) for arm in arms(orders * worth + draw.normal(0, 8, orders.shape), orders)])
    results = [welch(a, b, scale="relative") for a, b in zip(*sides, strict=True)]
    assert share(r.low <= 0.1 <= r.high for r in results) == pytest.approx(0.95, abs=0.011)


@pytest.mark.parametrize("interval", ["newcombe", "wald"])
def test_intervals_of_two_rates_cover_their_difference(interval):
    draw = np.random.default_rng(7)
    pairs = zip(draw.binomial(800, 0.05, 4_000), draw.binomial(900, 0.08, 4_000), strict=True)
    results = [
        two_proportion_z(Arm.of_counts(a, 800), Arm.of_counts(b, 900), variance="unpooled", interval=interval)
        for a, b in pairs
    ]
    assert share(r.low <= 0.03 <= r.high for r in results) == pytest.approx(0.95, abs=0.011)


def test_cuped_leaves_one_minus_rho_squared_of_the_variance_and_the_effect_unbiased():
    draw, rho, effects = np.random.default_rng(8), 0.7, []
    for _ in range(300):
        before = draw.normal(0, 1, (2, 1_000))
        now = rho * before + math.sqrt(1 - rho**2) * draw.normal(0, 1, before.shape) + [[0.0], [0.2]]
        adjusted = cuped(arms(now, before))
        assert adjusted.variance_left == pytest.approx(1 - rho**2, abs=0.1)
        effects.append(welch(*adjusted.estimates))
    assert np.mean([e.effect for e in effects]) == pytest.approx(0.2, abs=0.006)
    assert np.std([e.effect for e in effects]) == pytest.approx(math.sqrt((1 - rho**2) * 2 / 1_000), rel=0.13)
    assert share(e.low <= 0.2 <= e.high for e in effects) == pytest.approx(0.95, abs=0.04)


def peeking(experiments, seed):
    """Give the shares of A/A experiments that any of 20 looks calls different: by the sequence, by a fixed test."""
    draw, looks, people = np.random.default_rng(seed), 20, 250
    alarms = np.zeros(2)
    for _ in range(experiments):
        daily = draw.exponential(10, (2, looks, people))
        totals, squares = daily.sum(2).cumsum(1), (daily**2).sum(2).cumsum(1)
        found = np.zeros(2, dtype=bool)
        for look in range(looks):
            n = (look + 1) * people
            pair = [Arm(n, totals[side, look], squares[side, look]).estimate() for side in (0, 1)]
            always, once = confidence_sequence(*pair, tuning=5_000, scale="relative"), welch(*pair, scale="relative")
            found |= [not always.low <= 0 <= always.high, not once.low <= 0 <= once.high]
        alarms += found
    return alarms / experiments


def test_looking_twenty_times_raises_no_more_false_alarms_than_alpha():
    sequence, fixed = peeking(2_000, seed=9)
    assert sequence <= 0.05
    assert fixed > 0.15  # what the sequence is there to prevent


@pytest.mark.drill
def test_looking_twenty_times_raises_no_more_false_alarms_than_alpha_in_a_long_campaign():
    sequence, fixed = peeking(20_000, seed=10)
    assert sequence <= 0.05
    assert fixed > 0.15


@pytest.mark.parametrize("weights", [[1, 1], [8, 1, 1], [1, 1, 1, 0]])
def test_a_fair_split_alarms_as_often_as_alpha_says(weights):
    draw = np.random.default_rng(11)
    splits = draw.multinomial(10_000, np.array(weights) / sum(weights), 10_000)
    p = np.array([srm(split, weights).p_value for split in splits])
    assert (p < 0.05).mean() == pytest.approx(0.05, abs=0.008)
    assert (p < 0.001).mean() <= 0.002


def test_one_arm_of_a_hundred_lost_is_a_mismatch():
    assert srm([50_000, 49_000], [1, 1]).p_value < 0.01 < srm([50_000, 49_900], [1, 1]).p_value


def test_the_posterior_agrees_with_draws_from_it():
    draw = np.random.default_rng(12)
    a, b = draw.beta(31, 471, 1_000_000), draw.beta(41, 461, 1_000_000)
    result = beta_binomial(Arm.of_counts(30, 500), Arm.of_counts(40, 500))
    assert result.prob_better == pytest.approx((b > a).mean(), abs=2e-3)
    assert result.loss_treatment == pytest.approx(np.maximum(a - b, 0).mean(), abs=2e-5)
    assert [result.low, result.high] == pytest.approx(np.quantile(b / a - 1, [0.025, 0.975]), abs=0.01)


def test_planned_people_of_two_rates_find_the_difference_as_often_as_planned():
    n = math.ceil(sample_size_proportions(0.1, 0.13, ratio=2))
    draw = np.random.default_rng(13)
    counts = zip(draw.binomial(n, 0.1, 3_000), draw.binomial(2 * n, 0.13, 3_000), strict=True)
    p = [two_proportion_z(Arm.of_counts(a, n), Arm.of_counts(b, 2 * n)).p_value for a, b in counts]
    assert share(value < 0.05 for value in p) == pytest.approx(0.8, abs=0.025)


def test_planned_people_of_two_means_find_the_difference_as_often_as_planned():
    n = math.ceil(sample_size_means(20, 4, ratio=0.5))
    draw = np.random.default_rng(14)
    control, treatment = arms(draw.normal(50, 20, (3_000, n))), arms(draw.normal(54, 20, (3_000, math.ceil(n / 2))))
    p = [welch(a.estimate(), b.estimate()).p_value for a, b in zip(control, treatment, strict=True)]
    assert share(value < 0.05 for value in p) == pytest.approx(0.8, abs=0.025)


@pytest.mark.parametrize("tuning", [None, 1_000])
def test_power_of_a_lift_is_how_often_it_is_found(tuning):
    draw = np.random.default_rng(15)
    sides = [[arm.estimate() for arm in arms(draw.normal(mean, 20, (3_000, 1_000)))] for mean in (50, 53)]
    if tuning is None:
        p = [welch(a, b, scale="relative").p_value for a, b in zip(*sides, strict=True)]
    else:
        p = [confidence_sequence(a, b, scale="relative", tuning=tuning).p_value for a, b in zip(*sides, strict=True)]
    power = power_of_lift(Estimate(50, 400, 1_000), 0.06, n_treatment=1_000, tuning=tuning)
    assert share(value < 0.05 for value in p) == pytest.approx(power, abs=0.025)


@pytest.fixture(scope="module")
def hillstrom(real_data):
    file = real_data / "hillstrom" / "hillstrom.csv"
    if not file.is_file():
        pytest.skip(f"the shared real data is absent: {file} does not exist")
    with file.open(encoding="utf-8", newline="") as lines:
        people = list(csv.DictReader(lines))
    sides = {segment: [p for p in people if p["segment"] == segment] for segment in {p["segment"] for p in people}}
    return {segment: [(float(p["spend"]), int(p["conversion"])) for p in rows] for segment, rows in sides.items()}


def test_hillstrom_spends_what_is_published(hillstrom):
    spend = {segment: Arm.of_values([s for s, _ in rows]).mean for segment, rows in hillstrom.items()}
    assert spend["No E-Mail"] == pytest.approx(0.653, abs=5e-4)
    assert spend["Womens E-Mail"] == pytest.approx(1.077, abs=5e-4)
    assert spend["Mens E-Mail"] == pytest.approx(1.423, abs=5e-4)


@pytest.mark.parametrize("mail", ["Womens E-Mail", "Mens E-Mail"])
def test_both_mails_of_hillstrom_raise_conversion_whatever_the_method(hillstrom, mail):
    control, treatment = (
        Arm.of_counts(sum(c for _, c in hillstrom[arm]), len(hillstrom[arm])) for arm in ("No E-Mail", mail)
    )
    assert two_proportion_z(control, treatment).p_value < 0.001
    assert two_proportion_z(control, treatment).low > 0
    assert welch(control.estimate(), treatment.estimate(), scale="log").low > 0
    assert confidence_sequence(control.estimate(), treatment.estimate(), tuning=40_000).p_value < 0.01
    assert beta_binomial(control, treatment).prob_better > 0.999


def test_the_arms_of_hillstrom_are_thirds(hillstrom):
    assert srm([len(rows) for rows in hillstrom.values()], [1, 1, 1]).p_value > 0.05

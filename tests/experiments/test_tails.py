"""Means with heavy tails: beliefs are as often wrong as they say, one huge order decides nothing, and the bulk is as ever."""

import math

import numpy as np
import pytest
from scipy.stats import beta, genpareto, kstest

from ltv.errors import UsageError
from ltv.experiments.bayesian import normal_posterior
from ltv.experiments.moments import Arm, CannotJudgeError
from ltv.experiments.tails import Tailed, heavy_tail, split, threshold_of


def spend(draw, *, law, people=5_000, payers=0.2, times=1.0):
    """Give what people spend: most nothing, a few very much."""
    paid = draw.random(people) < payers
    amounts = np.exp(draw.normal(3, 2, people)) if law == "lognormal" else 20 * (1 + draw.pareto(2.5, people))
    return np.where(paid, times * amounts, 0.0)


MEAN = {"lognormal": math.exp(5), "pareto": 20 * 2.5 / 1.5}


def compare(control, treatment, seed=0, draws=2_000):
    threshold = threshold_of(np.concatenate([control, treatment]))
    return heavy_tail(
        split(control, threshold), split(treatment, threshold), threshold=threshold, seed=seed, draws=draws
    )


def plain(control, treatment):
    return normal_posterior(*(Arm(len(v), float(v.sum()), float(v @ v)).estimate() for v in (control, treatment)))


def without_a_difference(law, experiments, seed):
    draw = np.random.default_rng(seed)
    arms = [(spend(draw, law=law), spend(draw, law=law)) for _ in range(experiments)]
    return [compare(*pair, seed=number) for number, pair in enumerate(arms)]


@pytest.mark.parametrize("law", ["lognormal", "pareto"])
def test_where_nothing_differs_every_probability_is_as_likely_as_any_other(law):
    beliefs = np.array([r.prob_better for r in without_a_difference(law, 120, seed=2)])
    assert np.mean((beliefs < 0.025) | (beliefs > 0.975)) <= 0.09  # 120 experiments: 5 % and two standard errors
    assert kstest(beliefs, "uniform").pvalue > 0.01


@pytest.mark.drill
@pytest.mark.parametrize("law", ["lognormal", "pareto"])
def test_where_nothing_differs_every_probability_is_as_likely_in_a_long_campaign(law):
    beliefs = np.array([r.prob_better for r in without_a_difference(law, 1_500, seed=3)])
    assert np.mean((beliefs < 0.025) | (beliefs > 0.975)) <= 0.07
    assert kstest(beliefs, "uniform").pvalue > 0.001


@pytest.mark.drill
def test_arms_of_unequal_size_are_believed_better_as_seldom_where_the_normal_posterior_is_not():
    draw, beliefs = np.random.default_rng(14), []
    for number in range(1_000):
        pair = spend(draw, law="lognormal", people=9_000), spend(draw, law="lognormal", people=1_000)
        beliefs.append((compare(*pair, seed=number).prob_better, plain(*pair).prob_better))
    ours, normal = (np.abs(np.array(beliefs) - 0.5) > 0.475).mean(axis=0)
    assert ours <= 0.07 < normal


@pytest.mark.drill
@pytest.mark.parametrize("law", ["lognormal", "pareto"])
@pytest.mark.parametrize("lift", ["more payers", "higher amounts"])
def test_intervals_cover_a_true_difference_and_are_narrower_than_the_normal_ones(law, lift):
    draw, covered, width = np.random.default_rng(4), np.zeros(2), np.zeros(2)
    more = {"payers": 0.26} if lift == "more payers" else {"times": 1.3}
    truth = 0.3 * 0.2 * MEAN[law]
    for number in range(600):
        pair = spend(draw, law=law), spend(draw, law=law, **more)
        both = compare(*pair, seed=number), plain(*pair)
        covered += [r.low <= truth <= r.high for r in both]
        width += [r.high - r.low for r in both]
    assert covered[0] / 600 >= 0.93
    assert width[0] <= width[1]


def test_one_enormous_order_decides_nothing():
    draw = np.random.default_rng(5)
    control, treatment = spend(draw, law="lognormal"), spend(draw, law="lognormal")
    treatment[treatment.argmax()] = 3_000_000
    result, normal = compare(control, treatment), plain(control, treatment)
    assert 0.05 < result.prob_better < 0.95
    assert normal.effect > 500  # all of it one order by 5,000 people
    assert abs(result.effect) < 50


def test_three_enormous_orders_convince_the_normal_posterior_and_not_this_one():
    draw = np.random.default_rng(6)
    control = spend(draw, law="pareto")
    treatment = control.copy()
    treatment[np.flatnonzero(treatment == 0)[:3]] = 100_000
    assert plain(control, treatment).prob_better > 0.95
    assert compare(control, treatment).prob_better < 0.9


def test_a_gain_is_found_that_the_normal_posterior_drowns_in_the_tail():
    draw = np.random.default_rng(7)
    beliefs = []
    for number in range(40):
        pair = spend(draw, law="lognormal"), spend(draw, law="lognormal", payers=0.26)
        beliefs.append((compare(*pair, seed=number).prob_better, plain(*pair).prob_better))
    ours, normal = (np.array(beliefs) > 0.95).mean(axis=0)
    assert ours > normal


def test_the_grid_draws_from_the_posterior_that_importance_sampling_finds():
    draw = np.random.default_rng(8)
    control, treatment = spend(draw, law="pareto", people=3_000), spend(draw, law="pareto", people=2_000, times=1.2)
    u = threshold_of(np.concatenate([control, treatment]))
    one, other = split(control, u), split(treatment, u)
    result = heavy_tail(one, other, threshold=u, seed=1)
    n = 20_000
    shape = -0.5 + 1.45 * draw.beta(4, 3, n)
    centre = [math.log(np.mean(np.array(arm.tail) - u)) - 0.3 for arm in (one, other)]
    scales = draw.normal(centre, 0.5, (n, 2))
    weight = -(((scales[:, 0] - scales[:, 1]) ** 2) / 2) + (((scales - centre) / 0.5) ** 2).sum(1) / 2
    means = []
    for arm, log_scale in zip((one, other), scales.T, strict=True):
        above = np.array(arm.tail)[:, None] - u
        weight += genpareto.logpdf(above, shape, scale=np.exp(log_scale)).sum(0)
        p = beta.rvs(len(arm.tail) + 0.5, arm.bulk.n + 0.5, size=n, random_state=draw)
        bulk = draw.normal(arm.bulk.mean, math.sqrt(arm.bulk.variance / arm.bulk.n), n)
        means.append((1 - p) * bulk + p * (u + np.exp(log_scale) / (1 - shape)))
    weight = np.exp(weight - weight.max())
    weight /= weight.sum()
    difference = means[1] - means[0]
    effect = weight @ difference
    deviation = math.sqrt(weight @ (difference - effect) ** 2)
    assert 1 / (weight @ weight) > 200  # enough draws of weight to be compared with
    assert result.effect == pytest.approx(effect, abs=0.2 * deviation)
    assert result.high - result.low == pytest.approx(3.92 * deviation, rel=0.12)
    assert result.prob_better == pytest.approx(weight @ (difference > 0), abs=0.05)
    assert result.loss_control - result.loss_treatment == pytest.approx(result.effect)
    assert result.loss_treatment == pytest.approx(weight @ np.maximum(-difference, 0), abs=0.05 * deviation)


def test_with_few_amounts_above_the_threshold_it_is_the_normal_posterior_of_everybody():
    draw = np.random.default_rng(9)
    control, treatment = draw.normal(10, 3, 500), draw.normal(10.3, 3, 400)
    sides = [split(values, 17.0) for values in (control, treatment)]
    assert 0 < sum(len(side.tail) for side in sides) < 30
    result, normal = heavy_tail(*sides, threshold=17.0, seed=1), plain(control, treatment)
    assert vars(result) == pytest.approx(vars(normal))


def test_a_light_tail_is_judged_as_the_normal_posterior_judges_it():
    draw = np.random.default_rng(10)
    control, treatment = draw.gamma(2, 5, 20_000), draw.gamma(2, 5.1, 20_000)
    result, normal = compare(control, treatment, draws=20_000), plain(control, treatment)
    error = (normal.high - normal.low) / 3.92
    assert result.effect == pytest.approx(normal.effect, abs=0.3 * error)
    assert result.high - result.low == pytest.approx(normal.high - normal.low, rel=0.05)


def test_refunds_are_bulk_and_money_may_be_counted_in_any_coin():
    draw = np.random.default_rng(11)
    control, treatment = spend(draw, law="pareto"), spend(draw, law="pareto")
    control[:50] = -30
    assert split(control, 100.0).bulk.n == (control <= 100).sum()
    one, other = compare(control, treatment), compare(100 * control, 100 * treatment)
    assert one.prob_better == pytest.approx(other.prob_better)
    assert (one.effect * 100, one.low * 100) == pytest.approx((other.effect, other.low))


def test_swapped_arms_swap_the_belief_and_a_seed_gives_the_same_again():
    draw = np.random.default_rng(12)
    pair = spend(draw, law="pareto"), spend(draw, law="pareto", times=1.1)
    one, other = compare(*pair, draws=20_000), compare(*pair[::-1], draws=20_000)
    assert one.prob_better == pytest.approx(1 - other.prob_better, abs=0.02)
    assert one == compare(*pair, draws=20_000)


def test_an_arm_without_a_single_amount_above_is_judged():
    draw = np.random.default_rng(13)
    control, treatment = draw.gamma(1, 1, 3_000), spend(draw, law="pareto")
    sides = [split(values, 60.0) for values in (control, treatment)]
    assert not sides[0].tail
    result = heavy_tail(*sides, threshold=60.0, seed=1)
    assert result.prob_better > 0.99
    assert math.isfinite(result.high)


def test_a_threshold_leaves_a_tenth_of_the_payers_and_no_more_than_asked():
    amounts = np.concatenate([np.zeros(5_000), np.arange(1, 2_001)])
    assert (amounts > threshold_of(amounts)).sum() == 200
    assert (amounts > threshold_of(amounts, most=50)).sum() == 50
    assert threshold_of(amounts[:5_290]) == math.inf
    assert threshold_of([-1.0, 0.0]) == math.inf


def test_what_cannot_be_is_refused():
    with pytest.raises(CannotJudgeError, match="people: found 3"):
        Tailed(3, Arm(1, 0, 0), (5.0,))
    with pytest.raises(CannotJudgeError, match="not finite"):
        Tailed(2, Arm(1, 0, 0), (math.inf,))
    with pytest.raises(CannotJudgeError, match="values"):
        split([1.0, math.nan], 3.0)
    arm = split([*range(100)], 50.0)
    with pytest.raises(CannotJudgeError, match="threshold"):
        heavy_tail(arm, arm, threshold=60.0, seed=1)
    with pytest.raises(CannotJudgeError, match="threshold"):
        heavy_tail(arm, arm, threshold=-math.inf, seed=1)
    with pytest.raises(UsageError, match="draws"):
        heavy_tail(arm, arm, threshold=50.0, draws=0, seed=1)

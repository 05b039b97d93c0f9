"""Buy-till-you-die models: against published parameters, against the package `lifetimes`, against known truth, and when they fail."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ltv.errors import UsageError
from ltv.lifetime.bg_nbd import BgNbd, likelihood
from ltv.lifetime.btyd import expect, fit_btyd
from ltv.lifetime.credibility import Credibility
from ltv.lifetime.gamma_gamma import GammaGamma, correlation
from ltv.lifetime.gamma_gamma import likelihood as likelihood_of_values
from ltv.lifetime.histories import Histories, Repeats
from ltv.lifetime.maximum import Maximum, slopes_by_difference
from ltv.lifetime.pareto_nbd import ParetoNbd
from ltv.lifetime.pareto_nbd import likelihood as likelihood_of_pareto
from ltv.lifetime.summaries import histories, movements, summaries

FOUND = Maximum(np.ones(4), 0.0, converged=True, at_edge=False)
# Fitted to a tenth of CDNOW, weeks: Fader, Hardie and Lee (2005) and Fader and Hardie (2013)
PAPER_BG = BgNbd(0.243, 4.414, 0.793, 2.426, FOUND)
PAPER_PARETO = ParetoNbd(0.553, 10.578, 0.606, 11.669, FOUND)
PAPER_GAMMA = GammaGamma(6.25, 3.74, 15.44, FOUND)


def people(*rows):
    return [np.array(column, float) for column in zip(*rows, strict=True)]


# lifetimes 0.11.3 at the parameters it finds on the same tenth: purchases in 39 weeks, chance to be alive
CUSTOMERS = people((0, 0, 38.86), (2, 30.43, 38.86), (26, 30.86, 31), (1, 1, 38.86), (7, 29.43, 35))


def test_purchases_of_bg_nbd_are_those_of_the_paper_and_of_lifetimes():
    model = BgNbd(0.24259292827982, 4.4135322652718, 0.79288596644069, 2.4257523826259, FOUND)
    expected = [0.1947808579, 1.2259104242, 20.7505704988, 0.1798103127, 4.3693954226]
    assert model.purchases(39, *CUSTOMERS) == pytest.approx(expected, rel=1e-8)
    assert model.alive(*CUSTOMERS) == pytest.approx(
        [1, 0.7266091368, 0.9689197160, 0.1877518121, 0.7790050593], rel=1e-8
    )
    assert PAPER_BG.purchases(39, *people((2, 30.43, 38.86))) == pytest.approx(
        [1.226], abs=5e-4
    )  # section 4 of the paper


def test_purchases_of_pareto_nbd_are_those_of_lifetimes():
    model = ParetoNbd(0.5532538647917511, 10.57719548586982, 0.6062941193926348, 11.669966910065256, FOUND)
    expected = [0.1070514534, 1.4550691660, 20.1156617738, 0.1533330879, 4.6667756674]
    assert model.purchases(39, *CUSTOMERS) == pytest.approx(expected, rel=1e-8)
    alive = [0.2950884870, 0.8691080926, 0.9979177665, 0.1505489022, 0.8793357286]
    assert model.alive(*CUSTOMERS) == pytest.approx(alive, rel=1e-8)


def test_values_of_gamma_gamma_are_those_of_the_paper():
    assert PAPER_GAMMA.mean == pytest.approx(35.2, abs=0.05)
    expected = [35.171002, 24.629862, 48.802555]  # lifetimes 0.11.3
    model = GammaGamma(6.248802496075312, 3.744588460923114, 15.44774806492914, FOUND)
    assert model.values(np.array([0.0, 1, 5]), np.array([0.0, 20, 50])) == pytest.approx(expected, rel=1e-6)


def cdnow(real_data):
    rows = pd.read_parquet(real_data / "cdnow" / "cdnow_master.parquet")
    orders = rows.rename(columns={"customer_id": "user_id", "date": "ts", "value": "amount"})
    return histories(summaries(movements(orders[["user_id", "ts", "amount"]]), cutoff=date(1997, 10, 1)))


def test_fits_to_cdnow_are_those_of_lifetimes(real_data):
    of = cdnow(real_data)
    sums = [float(c.sum()) for c in (of.frequency, of.recency, of.age)]
    assert [len(of), *sums] == [23570, 24337, 1129644, 5399736] and of.value.sum() == pytest.approx(336714.28743822)
    fitted = fit_btyd(of)
    expected = expect(fitted, of, horizon_days=273, spent=np.zeros(len(of)))
    p, m = fitted.purchases, fitted.money
    # lifetimes 0.11.3 on the same customers, days
    assert [p.r, p.alpha, p.a, p.b] == pytest.approx([0.251624, 33.522616, 0.723433, 2.161087], rel=1e-4)
    assert [m.p, m.q, m.scale] == pytest.approx([6.275359, 3.624450, 14.983689], rel=1e-5)
    sums = [expected.purchases.sum(), expected.alive.sum(), expected.total.sum()]
    assert sums == pytest.approx([16873.7370, 19215.2034, 642339.8521], rel=1e-6)
    pareto = fit_btyd(of, kind="pareto_nbd")
    p = pareto.purchases
    assert [p.r, p.alpha, p.s, p.beta] == pytest.approx([0.597405, 81.098731, 0.522203, 61.800802], rel=2e-4)
    sums = [
        part.sum()
        for part in (p.purchases(273, of.frequency, of.recency, of.age), p.alive(of.frequency, of.recency, of.age))
    ]
    assert sums == pytest.approx([17153.1386, 10522.5877], rel=2e-5)


def test_a_tenth_of_cdnow_lies_about_the_published_parameters(real_data):
    of = cdnow(real_data)  # which tenth the papers took is not in the file: another one of the same size
    part = Histories(
        *(c[4::10] / (7 if k in (1, 2) else 1) for k, c in enumerate((of.frequency, of.recency, of.age, of.value)))
    )
    p, m = fit_btyd(part).purchases, GammaGamma.fit(part.frequency, part.value)
    assert [p.r, p.alpha] == pytest.approx([0.243, 4.414], rel=0.15)
    assert p.a / (p.a + p.b) == pytest.approx(0.793 / (0.793 + 2.426), rel=0.2)
    assert [m.p, m.q, m.mean] == pytest.approx([6.25, 3.74, 35.2], rel=0.15)


def draw_bg_nbd(n, seed):
    """Simulate the process itself."""
    r, alpha, a, b = 0.5, 20.0, 0.8, 2.5
    draw = np.random.default_rng(seed)
    age = draw.uniform(100, 300, n)
    rate, leaves = draw.gamma(r, 1 / alpha, n), draw.beta(a, b, n)
    x, last, now, alive = np.zeros(n), np.zeros(n), np.zeros(n), np.ones(n, bool)
    while alive.any():
        now = now + draw.exponential(1, n) / rate
        alive &= now < age
        x, last = x + alive, np.where(alive, now, last)
        alive &= draw.random(n) >= leaves
    return Histories(x, last, age, 10 * draw.gamma(4.0, 1 / draw.gamma(3.0, 1.0, n)) + 0.01)


def test_bg_nbd_finds_the_truth_it_was_drawn_from():
    p = BgNbd.fit(draw_bg_nbd(60_000, 3).repeats)
    assert p.maximum.converged
    assert [p.r, p.alpha, p.a / (p.a + p.b)] == pytest.approx([0.5, 20, 0.8 / 3.3], rel=0.06)


def test_pareto_nbd_expects_what_then_comes():
    draw, n = np.random.default_rng(5), 20_000
    rate, end = draw.gamma(0.8, 1 / 15, n), draw.exponential(1, n) / draw.gamma(0.6, 1 / 60, n)
    age = np.full(n, 200.0)
    until = np.minimum(end, age)
    x = draw.poisson(rate * until).astype(float)
    last = np.where(x > 0, until * draw.beta(np.maximum(x, 1), 1), 0.0)
    model = ParetoNbd.fit(Repeats.of(x, last, age))
    later = draw.poisson(rate * np.clip(end - 200, 0, 100))
    expected = model.purchases(100, x, last, age)
    assert model.maximum.converged
    assert expected.sum() == pytest.approx(later.sum(), rel=0.03)
    for part in (x == 0, (x > 0) & (x < 4), x >= 4):
        assert expected[part].sum() == pytest.approx(later[part].sum(), rel=0.06)
    assert model.alive(x, last, age).mean() == pytest.approx((end > 200).mean(), abs=0.02)


@settings(max_examples=25, deadline=None)
@given(logs=st.lists(st.floats(-2, 2), min_size=4, max_size=4))
def test_slopes_are_those_of_the_likelihood(logs):
    rows, logs = draw_bg_nbd(300, 1).repeats, np.array(logs)
    _, exact = likelihood(logs, rows)
    _, near = slopes_by_difference(lambda at: likelihood(at, rows)[0])(logs)
    assert exact == pytest.approx(near, rel=1e-4, abs=1e-6)
    x, m = np.array([1.0, 2, 7]), np.array([0.5, 1.0, 2.0])
    _, exact = likelihood_of_values(logs[:3], x, m)
    _, near = slopes_by_difference(lambda at: likelihood_of_values(at, x, m)[0])(logs[:3])
    assert exact == pytest.approx(near, rel=1e-4, abs=1e-6)


@pytest.mark.parametrize("logs", [[-0.6, 1.0, -0.5, 1.0], [-0.6, 1.0, -0.5, 2.0], [0.3, 2.0, 0.3, 2.0]])
def test_the_likelihood_of_pareto_nbd_is_the_integral_over_the_unseen_end(logs):
    from scipy.integrate import quad
    from scipy.special import gammaln

    r, alpha, s, beta = np.exp(logs)
    x, t_x, age = 3.0, 2.0, 9.0
    dead = quad(lambda y: s / ((alpha + y) ** (r + x) * (beta + y) ** (s + 1)), t_x, age)[0]
    whole = dead + (alpha + age) ** -(r + x) * (beta + age) ** -s
    expected = gammaln(r + x) - gammaln(r) + r * np.log(alpha) + s * np.log(beta) + np.log(whole)
    row = Repeats(*(np.array([v]) for v in (x, t_x, age, 1.0)), scale=1.0)
    assert likelihood_of_pareto(np.array(logs), row) == pytest.approx(expected, rel=1e-9)


@settings(max_examples=60, deadline=None)
@given(x=st.integers(0, 3_000), share=st.floats(0.001, 1), age=st.floats(0, 4_000), horizon=st.floats(1, 800))
def test_nothing_overflows_for_the_heaviest_buyers(x, share, age, horizon):
    row = people((x, age * share if x else 0.0, age))
    for model in (PAPER_BG, BgNbd(1.4, 9.4, 1.0, 7.0, FOUND), PAPER_PARETO, ParetoNbd(0.6, 5.0, 1.0, 50.0, FOUND)):
        purchases, alive = model.purchases(horizon, *row), model.alive(*row)
        assert np.isfinite(purchases).all() and (purchases >= 0).all()
        assert (alive >= 0).all() and (alive <= 1).all()


def test_equal_rows_are_counted_and_nothing_changes_by_it():
    of = draw_bg_nbd(400, 2)
    whole = [np.round(c) for c in (of.frequency, of.recency, of.age)]
    whole[1] = np.minimum(whole[1], whole[2])
    one, twice = Repeats.of(*whole), Repeats.of(*(np.repeat(c, 2) for c in whole))
    assert len(one.x) == len(twice.x) < 400
    assert likelihood(np.zeros(4), one)[0] == pytest.approx(likelihood(np.zeros(4), twice)[0])
    assert BgNbd.fit(one).maximum.parameters.tolist() == BgNbd.fit(Repeats.of(*whole)).maximum.parameters.tolist()


def test_customers_who_never_come_again_or_are_few_get_the_past():
    few, none = draw_bg_nbd(20, 1), Histories(*(np.zeros(100) for _ in range(2)), np.full(100, 50.0), np.zeros(100))
    for of, reason in ((few, "few_customers"), (none, "no_repeats")):
        fitted = fit_btyd(of)
        assert (fitted.basis, fitted.reason) == ("past_mean", reason)
        expected = expect(fitted, of, horizon_days=25, spent=np.full(len(of), 10.0))
        assert expected.total == pytest.approx(10 * 25 / np.maximum(of.age, 25))
        assert np.isfinite(expected.value).all()


def test_where_frequent_buyers_spend_more_gamma_gamma_is_not_used():
    of = draw_bg_nbd(4_000, 8)
    tied = Histories(of.frequency, of.recency, of.age, 10 * np.sqrt(of.frequency + 1) + of.value / 100)
    fitted = fit_btyd(tied)
    assert fitted.money_reason == "value_depends_on_frequency" and isinstance(fitted.money, Credibility)
    assert fitted.correlation == pytest.approx(correlation(tied.frequency, tied.value)) and fitted.correlation > 0.3
    assert (fitted.basis, fit_btyd(of).money_reason) == ("btyd", "")


def test_credibility_draws_the_own_mean_towards_that_of_the_like():
    draw, n = np.random.default_rng(4), 20_000
    x = draw.integers(1, 8, n).astype(float)
    mean = draw.gamma(8, 5 * np.sqrt(x), n)
    own = draw.gamma(2 * x, 1) / (2 * x) * mean
    told = Credibility.fit(x, own).values(x, own)
    assert np.abs(told - mean).mean() < 0.85 * np.abs(own - mean).mean()
    for one in (1, 4, 7):
        assert told[x == one].mean() == pytest.approx(mean[x == one].mean(), rel=0.05)


def test_the_unit_of_time_and_of_money_changes_nothing():
    of = draw_bg_nbd(3_000, 6)
    other = Histories(of.frequency, of.recency * 24, of.age * 24, of.value * 7)
    spent = np.zeros(len(of))
    one = expect(fit_btyd(of), of, horizon_days=30, spent=spent).total
    assert expect(fit_btyd(other), other, horizon_days=720, spent=spent).total == pytest.approx(7 * one, rel=1e-5)


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        (([1.0], [3.0], [2.0], [1.0]), "recency > age"),
        (([-1.0], [0.0], [2.0], [1.0]), "negative"),
        (([1.0], [1.0], [np.nan], [1.0]), "missing"),
        (([1.0], [1.0], [2.0, 3.0], [1.0]), "one length"),
    ],
)
def test_impossible_histories_are_refused(columns, words):
    with pytest.raises(UsageError, match=words):
        Histories(*(np.array(c) for c in columns))


def test_bad_arguments_are_named():
    of = draw_bg_nbd(60, 1)
    with pytest.raises(UsageError, match="kind: found 'nbd'"):
        fit_btyd(of, kind="nbd")
    with pytest.raises(UsageError, match="horizon_days: found 0"):
        expect(fit_btyd(of), of, horizon_days=0, spent=np.zeros(60))

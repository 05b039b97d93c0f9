"""The truth agrees with the data that the same process has drawn, and with a second way of computing it."""

from datetime import date
from itertools import product

import numpy as np
import pytest
from support_mall import Mall

from ltv.sources.mall import channels as ch
from ltv.sources.mall.community import draw_dispositions
from ltv.sources.mall.exposure import expected_reach, lift, shares
from ltv.sources.mall.truth import expected_values
from ltv.sources.mall.window import Window
from ltv.sources.mall.world import Knobs, World

WORLD = World(7, Window(date(2026, 6, 30), 540))
ORGANIC_SESSIONS = """
    (SELECT session_id FROM events GROUP BY 1 HAVING NOT bool_or(event IN ('register', 'activate_trial')))
"""


def within(observed: float, expected: float, error: float, *, sigmas: float = 4) -> bool:
    return abs(observed - expected) < sigmas * error


# --- value ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("as_of", "horizon"), [("2025-08-31", 30), ("2025-12-31", 90), ("2025-12-31", 180), ("2025-05-31", 365)]
)
def test_people_spend_on_average_what_the_process_expects(mall: Mall, as_of: str, horizon: int) -> None:
    expected, realised, error = mall.rows(f"""
        SELECT sum(expected), sum(realised), sqrt(sum((realised - expected) ** 2)) FROM true_values
        WHERE as_of = '{as_of}' AND horizon_days = {horizon}
    """)[0]
    assert within(realised, expected, error)
    assert error < 0.25 * expected  # or the test could not fail


def test_each_tenth_of_people_by_expected_value_spends_what_is_expected_of_it(mall: Mall) -> None:
    tenths = mall.rows("""
        SELECT tenth, sum(expected), sum(realised), sqrt(sum((realised - expected) ** 2)) FROM (
            SELECT *, ntile(10) OVER (ORDER BY expected, person) AS tenth FROM true_values
            WHERE as_of = '2025-11-30' AND horizon_days = 180 AND expected > 0)
        GROUP BY 1 ORDER BY 1
    """)
    assert all(within(realised, expected, error) for _, expected, realised, error in tenths)
    assert tenths[-1][1] > 40 * tenths[0][1]  # people differ


def test_value_is_known_at_any_date_without_the_files(mall: Mall) -> None:
    again = expected_values(WORLD, date(2025, 12, 31), users=5_000)
    stored = mall.rows("SELECT person, horizon_days, expected FROM true_values WHERE as_of = '2025-12-31' ORDER BY ALL")
    assert sorted(zip(*(again[c].to_pylist() for c in ("person", "horizon_days", "expected")), strict=True)) == stored
    between = expected_values(WORLD, date(2026, 1, 10), users=700).to_pandas()
    assert set(between["horizon_days"]) == {30, 90, 180, 365}
    assert (between.groupby("person")["expected"].diff().dropna().groupby(between["person"]).max() >= -1e9).all()
    assert between["person"].max() < 700


def test_the_lost_are_worth_nothing_and_value_grows_with_the_horizon(mall: Mall) -> None:
    gone = "SELECT max(expected) FROM true_values JOIN people USING (person) WHERE lost_at <= as_of"
    assert mall.one(gone) == 0
    falls = """
        SELECT count(*) FROM (SELECT expected - lag(expected) OVER (PARTITION BY person, as_of ORDER BY horizon_days) AS more
                              FROM true_values) WHERE more < 0
    """
    assert mall.one(falls) == 0


def test_realised_value_is_that_of_the_orders_table(mall: Mall) -> None:
    sums = """
        SELECT (SELECT sum(realised) FROM true_values WHERE as_of = '2026-03-31' AND horizon_days = 90),
               (SELECT sum(value)::DOUBLE FROM last_orders WHERE ts >= TIMESTAMP '2026-03-31 16:00:00'
                AND ts < TIMESTAMP '2026-06-29 16:00:00')
    """
    truth, orders = mall.rows(sums)[0]
    # people who came later have orders and no row; refunds that were not known at the end are in the truth already
    assert 0.6 * orders < truth < orders
    assert mall.one("SELECT count(realised) FROM true_values WHERE as_of > '2026-06-01'") == 0


# --- channels -------------------------------------------------------------------------------------------------------


def test_shares_are_shapley_values_of_the_lift_by_enumeration() -> None:
    rng = np.random.default_rng(1)
    kind, n = rng.integers(0, 6, 7), len(ch.CHANNELS)
    reach = (rng.random((n, 7, 1)) * (rng.random((n, 7, 1)) < 0.5)).astype(np.float32)
    masks = np.array(list(product((0, 1), repeat=n)), np.float32)
    value = np.stack([lift(kind, reach * mask[:, None, None])[:, 0] for mask in masks])
    size, place = masks.sum(axis=1).astype(int), masks @ (1 << np.arange(n)[::-1])
    factorial = np.cumprod([1, *range(1, n + 1)]).astype(float)
    found = shares(kind, reach)[:, :, 0]
    for k in range(n):
        without = masks[:, k] == 0
        joined = value[place[without].astype(int) + (1 << (n - 1 - k))]
        weight = factorial[size[without]] * factorial[n - size[without] - 1] / factorial[n]
        assert np.allclose(weight @ (joined - value[without]), found[k], atol=1e-5)
    assert np.allclose(found.sum(axis=0), lift(kind, reach)[:, 0] - 1, atol=1e-5)


def test_organic_and_incremental_orders_are_those_of_the_data(mall: Mall) -> None:
    expected = mall.one("SELECT sum(orders) FROM true_channels")
    observed = mall.one(f"""
        SELECT count(*) FROM last_orders o JOIN (
            SELECT DISTINCT ts FROM events JOIN {ORGANIC_SESSIONS} USING (session_id) WHERE event = 'submit_order') USING (ts)
    """)
    assisted = mall.one("SELECT 1 - avg((source = 'crm')::INT) FROM last_orders")
    assert within(observed, expected * assisted, 1.3 * observed**0.5)  # one's orders are not quite independent


def test_advertising_adds_a_fifth_and_channels_differ(mall: Mall) -> None:
    part = dict(
        mall.rows("SELECT channel, sum(value) / (SELECT sum(value) FROM true_channels) FROM true_channels GROUP BY 1")
    )
    assert set(part) == {*ch.NAMES, "organic"}
    assert 0.7 < part["organic"] < 0.9
    assert part["xiaohongshu"] > 5 * part["email"]


def test_response_curves_rise_and_flatten_and_agree_with_the_contributions(mall: Mall) -> None:
    curves: dict[str, list[float]] = {}
    for channel, _, value in mall.rows(
        "SELECT channel, pressure, sum(value) FROM true_response GROUP BY ALL ORDER BY ALL"
    ):
        curves.setdefault(channel, []).append(value)
    for values in curves.values():
        assert values[0] == 0
        slope = np.diff(values) / np.diff([0, 0.25, 0.5, 1, 1.5, 2, 3])
        assert (slope > 0).all()
        assert (np.diff(slope) < 0).all()
    paired = {name for one, other, _ in ch.INTERACTIONS for name in (one, other)}
    shapley = dict(mall.rows("SELECT channel, sum(value) FROM true_channels GROUP BY 1"))
    for channel in set(ch.NAMES) - paired:
        assert curves[channel][3] == pytest.approx(shapley[channel], rel=0.12)


def test_the_cost_of_the_usual_pressure_is_what_was_paid(mall: Mall) -> None:
    paid = dict(mall.rows("SELECT channel, sum(cost)::DOUBLE FROM (SELECT channel, cost FROM spend UNION ALL "
                          "SELECT channel, cost FROM touches) GROUP BY 1"))  # fmt: skip
    usual = dict(mall.rows("SELECT channel, sum(cost) FROM true_response WHERE pressure = 1 GROUP BY 1"))
    for channel in ch.NAMES:
        assert usual[channel] == pytest.approx(paid[channel], rel=0.06), channel


def test_reach_is_on_average_what_is_expected(mall: Mall) -> None:
    rates, _, audience = draw_dispositions(WORLD, 0)
    days = np.arange(540)
    from ltv.sources.mall.exposure import draw_exposure

    found = draw_exposure(rates.people, audience, WORLD, rng=np.random.default_rng(5)).reach
    there = days < (rates.people.lost // 86_400_000)[:, None]
    for k in range(len(ch.CHANNELS)):
        expected = expected_reach(audience, WORLD, k, days)
        assert found[k][there].mean() == pytest.approx(expected[there].mean(), rel=0.05)


@pytest.mark.parametrize(
    ("knobs", "low", "high"), [(Knobs(0, 0), -0.02, 0.02), (Knobs(1, 0.5), 0.08, 1), (Knobs(1, 2), 0.4, 1)]
)
def test_the_knobs_turn_the_confounders(knobs: Knobs, low: float, high: float) -> None:
    world = World(7, Window(date(2026, 6, 30), 30), knobs)
    aimed = [draw_dispositions(world, number) for number in range(20)]
    touches = np.concatenate([audience.per_day.sum(axis=1) for *_, audience in aimed])
    eager = np.concatenate([rates.people.eager for rates, *_ in aimed])
    assert low <= (np.corrcoef(touches, eager)[0, 1] if touches.std() > 1e-9 else 0.0) <= high
    assert touches.mean() == pytest.approx(ch.of_channels("per_day").sum(), rel=0.03)


# --- hooks ----------------------------------------------------------------------------------------------------------


def test_the_coupon_brings_as_many_first_orders_as_the_truth_says(mall: Mall) -> None:
    arms = mall.rows("""
        SELECT treated_first_order_coupon, count(*), avg((o.person IS NOT NULL)::INT)
        FROM people LEFT JOIN (
            SELECT DISTINCT p.person FROM last_orders JOIN people p ON p.member = id_value
            WHERE ts < registered_at + INTERVAL 72 HOUR) o USING (person)
        WHERE registered_at < TIMESTAMP '2026-06-26' AND NOT ring GROUP BY 1 ORDER BY 1
    """)
    (_, n0, control), (_, n1, coupon) = arms
    truth = mall.one(
        "SELECT sum(first_order_72h) / sum(people) FROM true_hooks WHERE experiment = 'first_order_coupon'"
    )
    error = (control * (1 - control) / n0 + coupon * (1 - coupon) / n1) ** 0.5
    assert within(coupon - control, truth, error, sigmas=3)
    assert truth > 2 * error  # the demo is large enough to see it


@pytest.mark.parametrize("experiment", ["member_trial", "scene_recommendation", "limited_time_offer"])
def test_the_difference_between_the_arms_agrees_with_the_true_effect(mall: Mall, experiment: str) -> None:
    arms = mall.rows(f"""
        SELECT treated_{experiment}, count(*), avg(n), var_samp(n) FROM (
            SELECT people.*, coalesce(o.n, 0) AS n FROM people LEFT JOIN (
                SELECT id_value AS member, count(*) AS n FROM last_orders GROUP BY 1) o USING (member)
            WHERE registered_at IS NOT NULL) GROUP BY 1 ORDER BY 1
    """)
    (_, n0, control, v0), (_, n1, treated, v1) = arms
    truth = mall.one(f"SELECT sum(orders) / sum(people) FROM true_hooks WHERE experiment = '{experiment}'")
    assert within(treated - control, truth, (v0 / n0 + v1 / n1) ** 0.5)
    assert truth > 0


def test_effects_differ_between_types_as_they_were_set(mall: Mall) -> None:
    first = dict(mall.rows("SELECT type, sum(first_order_72h) / sum(people) FROM true_hooks "
                           "WHERE experiment = 'first_order_coupon' GROUP BY 1"))  # fmt: skip
    assert max(first, key=first.get) == "bargain_hunter"
    assert min(first, key=first.get) == "loyal"

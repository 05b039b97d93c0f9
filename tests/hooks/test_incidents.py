"""Incidents: that of the mall is found with its hours, nobody else is accused, and what was lost is in its interval."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support_hooks import END, ZONE, mall_of, quiet_log

import ltv
from ltv.hooks.incidents_lost import compare, foretold
from ltv.hooks.incidents_scan import scan, tail, windows_of

# payments of the mall time out for an afternoon, twelve days before the end: `ltv/sources/mall/faults.py`
BROKEN = [pd.Timestamp("2026-06-19 06:00"), pd.Timestamp("2026-06-19 09:00")]


def found_in(calls, orders=None, **options):
    return ltv.service_levels(calls, as_of=END, orders=orders, **{"timezone": ZONE} | options).incidents


@pytest.mark.parametrize("seed", range(1, 7))
def test_the_incident_of_the_mall_is_found_with_its_hours_and_nothing_else_is(seed):
    calls, orders = mall_of(seed)
    found = found_in(calls, orders)
    assert found["hook"].tolist() == ["payment"]
    hours = (
        np.abs(found[["started_at", "ended_at"]].to_numpy()[0] - np.array(BROKEN, "datetime64[us]"))
        .astype("timedelta64[h]")
        .astype(int)
    )
    assert hours.max() <= 1
    assert found["timeout_rate"].iloc[0] > 0.2 and found["usual_rate"].iloc[0] < 0.03


@pytest.mark.parametrize("seed", range(1, 7))
def test_the_weeks_without_an_incident_are_not_accused(seed):
    calls, _ = mall_of(seed)
    ts = calls["ts"].to_pandas()
    quiet = calls.filter(pa.array(~ts.between(*BROKEN)))
    assert not len(found_in(quiet))


def test_of_200_quiet_logs_hardly_any_is_accused_also_where_days_differ():
    for varies in (0.0, 0.01):
        accused = 0
        for seed in range(100):
            draw = np.random.default_rng(seed)
            calls = draw.poisson(np.tile(np.r_[np.full(8, 6.0), np.full(16, 24.0)], 30))
            rate = draw.beta(0.015 * (1 / varies - 1), 0.985 * (1 / varies - 1), 30) if varies else np.full(30, 0.015)
            failed = draw.binomial(calls, np.repeat(rate, 24))
            accused += bool(scan(calls, failed, tests=windows_of(720)))
        assert accused <= 4  # 1 % of 100, and what chance adds to it


@settings(max_examples=40)
@given(failed=st.integers(0, 30), more=st.integers(0, 60), elsewhere=st.integers(0, 80), others=st.integers(0, 4_000))
def test_the_tail_is_that_of_scipy(failed, more, elsewhere, others):
    from scipy.stats import betabinom

    calls, usual = failed + more, min(elsewhere, others)
    told = np.exp(tail(failed, calls, usual, others))
    assert told == pytest.approx(betabinom.sf(failed - 1, calls, usual + 0.5, others - usual + 0.5), rel=1e-6, abs=1e-9)


def test_two_incidents_are_told_apart_and_a_second_does_not_hide_the_first():
    calls = np.full(30 * 24, 30)
    failed = np.random.default_rng(0).binomial(calls, 0.01)
    failed[100:104] = 15
    failed[400:402] = 20
    found = scan(calls, failed, tests=windows_of(720))
    assert [(w.begin, w.end) for w in found] == [(100, 104), (400, 402)]


def test_a_small_rise_is_no_incident_however_sure_it_is():
    calls = np.full(30 * 24, 100_000)
    failed = np.full(30 * 24, 1_000)
    failed[200:212] = 1_500
    assert scan(calls, failed, tests=windows_of(720)) == []


def test_retries_do_not_count_one_bad_moment_several_times():
    frame = quiet_log(1, hooks=("pay",), an_hour=5)
    one = frame.iloc[[1000]].assign(outcome="error")
    storm = [one.assign(attempt=k + 2, ts=one["ts"] + pd.Timedelta(milliseconds=150 * (k + 1))) for k in range(40)]
    assert not len(found_in(pd.concat([frame, *storm]), timezone="UTC"))


def test_hours_are_those_of_the_zone_also_where_it_is_half_an_hour_off():
    frame = quiet_log(2, hooks=("pay",), an_hour=60)
    broken = frame["ts"].between("2026-06-20 04:30", "2026-06-20 06:30")
    frame.loc[broken & (frame.index % 2 == 0), "outcome"] = "error"
    found = found_in(frame, timezone="Asia/Kolkata")
    assert (found["started_at"].iloc[0], found["ended_at"].iloc[0]) == (
        pd.Timestamp("2026-06-20 04:30"),
        pd.Timestamp("2026-06-20 06:30"),
    )


# ---- what was lost


def lose(orders, share, seed):
    """Take away a share of the paid orders of the incident; return the rest, and how many and how much that was."""
    frame = orders.to_pandas()
    first = ~frame.duplicated("order_id", keep="last")
    inside = frame["ts"].between(*BROKEN) & frame["status"].isin(["paid", "refunded"]) & first
    gone = inside & (np.random.default_rng(seed).random(len(frame)) < share)
    return (
        frame[~frame["order_id"].isin(frame.loc[gone, "order_id"])],
        int(gone.sum()),
        float(frame.loc[gone, "amount"].sum()),
    )


SALES = ["06-01..06-18"]


@pytest.mark.parametrize("share", [0.0, 0.8])
def test_orders_that_were_lost_in_the_incident_are_in_the_interval(share):
    orders_in = value_in = 0
    for seed in range(1, 7):
        calls, orders = mall_of(seed)
        last = orders.to_pandas().drop_duplicates("order_id", keep="last")
        kept, n, value = lose(pa.Table.from_pandas(last, preserve_index=False), share, seed)
        row = found_in(calls, kept, special_days=SALES).iloc[0]
        orders_in += row["orders_low"] <= n <= row["orders_high"]
        value_in += row["value_low"] <= value <= row["value_high"]
        if share:
            assert row["orders_low"] > 0  # most of what should have come did not: that is seen
    assert orders_in >= 5 and value_in >= 4  # of six, at 90 %


@pytest.mark.parametrize(("mean", "varies"), [(3, 0.0), (10, 0.2), (100, 0.2)])
def test_nine_intervals_of_ten_hold_what_was_lost(mean, varies):
    draw, days, hits, seen = np.random.default_rng(mean), 85, np.zeros(2), 0
    shape = np.tile(np.r_[np.full(8, 0.2), np.full(16, 1.0)], days)
    begin = 60 * 24 + 14
    for _ in range(160):
        rate = mean * shape * np.repeat(draw.lognormal(0, varies, days), 24)
        asked, paid = draw.poisson(3 * rate), draw.poisson(rate)
        charged = np.array([draw.lognormal(5, 0.8, k).sum() for k in paid])
        gone = draw.binomial(paid[begin : begin + 3], 0.35)
        part = gone / np.maximum(paid[begin : begin + 3], 1)
        lost = charged[begin : begin + 3] @ part
        charged[begin : begin + 3] *= 1 - part
        paid[begin : begin + 3] -= gone
        told = compare(paid, charged, asked, hours=(begin, begin + 3), out=np.arange(begin, begin + 3))
        if told.orders.low is None:
            continue
        seen += 1
        hits += [told.orders.low <= gone.sum() <= told.orders.high, told.value.low <= lost <= told.value.high]
    assert seen > 130 and (hits / seen > 0.82).all() and (hits / seen < 0.98).all()


def test_a_control_is_taken_where_it_foretells_better_and_only_there():
    draw, hours, begin = np.random.default_rng(5), 60 * 24, 40 * 24 + 10
    busy = np.repeat(draw.lognormal(0, 0.6, 60), 24)
    paid = draw.poisson(50 * busy)
    asked = draw.poisson(200 * busy)
    at = (begin, begin + 3)
    assert compare(paid, paid * 10.0, asked, hours=at, out=np.arange(*at)).control == "other_hooks"
    noise = draw.poisson(200 * np.repeat(draw.lognormal(0, 0.6, 60), 24))
    assert compare(draw.poisson(50, hours), paid * 10.0, noise, hours=at, out=np.arange(*at)).control == "same_hours"


def test_too_few_days_or_orders_are_told_and_not_guessed():
    frame = quiet_log(3, hooks=("pay", "coupon"), an_hour=60)
    broken = frame["ts"].between("2026-06-20 10:00", "2026-06-20 12:00") & (frame["hook"] == "pay")
    frame.loc[broken & (frame.index % 2 == 0), "outcome"] = "error"
    orders = pd.DataFrame(
        {"ts": pd.to_datetime(["2026-06-18 10:00", "2026-06-20 11:00"]), "amount": 10.0, "status": "paid"}
    )
    result = ltv.service_levels(frame, as_of=END, orders=orders)
    assert result.incidents["control"].tolist() == ["none"] and result.incidents["orders_lost"].isna().all()
    assert any("not enough data" in line for line in result.takeaways("en"))
    assert foretold(1.0, np.ones(6), 1.0, np.ones(6), confidence=0.9).lost is None


def test_a_small_mall_says_that_it_cannot_see_short_incidents():
    calls, _ = mall_of(1, days=45, thousands=2)
    result = ltv.service_levels(calls, as_of=END, timezone=ZONE)
    assert not len(result.incidents)
    assert any("not enough data" in line and "payment" in line for line in result.takeaways("en"))

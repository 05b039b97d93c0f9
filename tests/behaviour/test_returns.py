"""Time to the second order: Kaplan-Meier against statsmodels, and against a known hazard."""

import warnings
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ltv
from ltv.behaviour.returns import kaplan_meier
from ltv.errors import UsageError

END = pd.Timestamp("2026-05-01")


@settings(max_examples=30, deadline=None)
@given(rows=st.lists(st.tuples(st.integers(1, 25), st.booleans(), st.integers(1, 9)), min_size=2, max_size=40))
def test_the_curve_is_that_of_statsmodels(rows):
    from statsmodels.duration.survfunc import SurvfuncRight

    time, event, people = (np.array(column) for column in zip(*rows, strict=True))
    curve = kaplan_meier(time, event.astype(bool), people, 30).set_index("days")
    if not event.any():
        assert (curve["returned"] == 0).all()
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        known = SurvfuncRight(np.repeat(time, people), np.repeat(event, people).astype(int))
    for day, surviving in zip(known.surv_times, known.surv_prob, strict=True):
        assert curve.loc[int(day), "returned"] == pytest.approx(1 - surviving, abs=1e-12)
    assert (curve["low"] <= curve["returned"] + 1e-12).all() and (curve["returned"] <= curve["high"] + 1e-12).all()


def shop(people, seed, hazard=0.02):
    draw = np.random.default_rng(seed)
    first = END - pd.to_timedelta(draw.integers(0, 150 * 86_400, people), unit="s")
    again = first + pd.to_timedelta(draw.exponential(1 / hazard, people) * 86_400, unit="s")
    rows = pd.DataFrame({"user_id": np.arange(people).repeat(2), "ts": np.column_stack([first, again]).ravel()})
    return rows[rows["ts"] < END].assign(amount=1.0, status="paid")


def test_a_known_hazard_is_found_although_most_are_still_followed():
    curve = ltv.returns(shop(20_000, 1), as_of=date(2026, 4, 30), days=100).table.set_index("days")
    for day in (7, 30, 90):
        assert curve.loc[day, "returned"] == pytest.approx(1 - np.exp(-0.02 * day), abs=0.012)


def test_nineteen_bands_of_twenty_cover_the_truth():
    draw, hits = np.random.default_rng(9), []
    for _ in range(600):
        again, followed = draw.exponential(50, 250), draw.uniform(0, 150, 250)
        is_event = again < followed
        days = np.where(is_event, np.floor(again) + 1, np.floor(followed))
        curve = kaplan_meier(days, is_event, np.ones(250, int), 40).set_index("days")
        hits.append(curve.loc[30, "low"] <= 1 - np.exp(-0.02 * 30) <= curve.loc[30, "high"])
    assert np.mean(hits) >= 0.95 - 3 * (0.05 * 0.95 / 600) ** 0.5


def test_orders_of_the_same_day_can_be_first_and_second_and_unpaid_ones_neither():
    rows = pd.DataFrame(
        {
            "user_id": [1, 1, 2, 2, 3],
            "ts": pd.to_datetime(
                ["2026-04-01 10:00", "2026-04-01 18:00", "2026-04-01 00:00", "2026-04-03 00:00", "2026-04-20 00:00"]
            ),
            "amount": 1.0,
            "status": ["paid", "paid", "paid", "failed", "paid"],
        }
    )
    table = ltv.returns(rows, as_of=date(2026, 4, 30), days=20).table.set_index("days")
    assert table.loc[1, ["at_risk", "returned"]].tolist() == [3, pytest.approx(1 / 3)]
    assert table.loc[20, "at_risk"] == 1  # one is followed for eleven days only


def test_segments_are_curves_of_their_own_and_later_orders_change_nothing():
    rows = shop(2_000, 4)
    segments = pd.DataFrame({"user_id": range(2_000), "segment_kind": "half", "segment": ["a", "b"] * 1_000})
    table = ltv.returns(rows, as_of=date(2026, 4, 30), segments=segments).table
    assert set(table["segment"]) == {"all", "a", "b"}
    half = ltv.returns(rows[rows["user_id"] % 2 == 0], as_of=date(2026, 4, 30)).table
    mine = table[table["segment"] == "a"].reset_index(drop=True)
    pd.testing.assert_frame_equal(
        mine.drop(columns=["segment_kind", "segment"]), half.drop(columns=["segment_kind", "segment"])
    )


def test_the_page_says_how_many_come_back_and_when_it_is_too_early():
    result = ltv.returns(shop(3_000, 5), as_of=date(2026, 4, 30))
    assert "have ordered again" in result.takeaways("en")[0] and "再次下单" in result.takeaways("zh")[0]
    assert result.figure(lang="zh").data
    early = ltv.returns(shop(20, 6), as_of=date(2026, 4, 30))
    assert "Not enough data" in early.takeaways("en")[0] and early.views["returns"].kind == "table"


@pytest.mark.parametrize("days", [0, 1_001, "x", True])
def test_a_wrong_argument_is_named(days):
    with pytest.raises(UsageError, match="days"):
        ltv.returns(shop(10, 1), as_of=date(2026, 4, 30), days=days)


def test_orders_after_the_day_change_nothing():
    draw = np.random.default_rng(7)
    ts = pd.Timestamp("2026-01-01") + pd.to_timedelta(draw.integers(0, 120 * 86_400, 400), unit="s")
    rows = pd.DataFrame({"user_id": draw.integers(0, 150, 400), "ts": ts, "amount": 1.0, "status": "paid"})
    known = rows[rows["ts"] < pd.Timestamp("2026-02-09 16:00")]  # in Shanghai the end of the day
    asked = {"as_of": date(2026, 2, 9), "days": 30, "timezone": "Asia/Shanghai"}
    one, other = (ltv.returns(table, **asked).table for table in (rows, known))
    pd.testing.assert_frame_equal(one, other)
    assert one["at_risk"].iloc[0] > 20

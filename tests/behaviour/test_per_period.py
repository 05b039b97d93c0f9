"""Rows, people and net revenue of each period of the local calendar that is over."""

from datetime import date

import pandas as pd
import pytest

from ltv.behaviour.per_period import per_period
from ltv.errors import UsageError

TERMS = {"as_of": date(2026, 6, 30), "timezone": "Asia/Shanghai"}


def bought(*rows):
    frame = pd.DataFrame(rows, columns=["user_id", "ts", "amount", "status"])
    return frame.assign(ts=pd.to_datetime(frame["ts"]))


def test_orders_count_where_they_were_paid_and_bring_what_was_not_given_back():
    rows = bought(
        (1, "2026-05-02", 10.0, "paid"), (1, "2026-05-03", 5.0, "refunded"), (2, "2026-05-04", 7.5, "paid"),
        (3, "2026-05-05", 99.0, "cancelled"),
    )  # fmt: skip
    (may, june) = per_period(rows, grain="month", **TERMS).to_dict("records")
    assert may == {"period": date(2026, 5, 1), "times": 3, "people": 2, "revenue": 17.5}
    assert june == {"period": date(2026, 6, 1), "times": 0, "people": 0, "revenue": 0.0}


def test_a_day_is_one_of_the_zone_and_a_period_that_is_not_over_is_left_out():
    rows = pd.DataFrame({"user_id": [1, 1], "ts": pd.to_datetime(["2026-06-28 15:59:59", "2026-06-28 16:00:00"])})
    weeks = per_period(rows, grain="week", **TERMS)  # 2026-06-29 is a Monday
    assert weeks.to_dict("records") == [{"period": date(2026, 6, 22), "times": 1, "people": 1}]
    days = per_period(rows, grain="day", **TERMS)
    assert days["times"].tolist() == [1, 1, 0]


def test_weeks_can_begin_on_sunday():
    rows = pd.DataFrame({"user_id": [1], "ts": pd.to_datetime(["2026-06-14 04:00"])})
    assert per_period(rows, week_start="sunday", **TERMS)["period"].tolist() == [date(2026, 6, 14), date(2026, 6, 21)]


@pytest.mark.parametrize("column", ["registered_at", "started_at"])
def test_registrations_and_trials_have_their_own_time(column):
    rows = pd.DataFrame({"user_id": [1], column: pd.to_datetime(["2026-05-02"])})
    assert per_period(rows, grain="month", **TERMS)["times"].tolist() == [1, 0]


def test_no_row_is_no_period():
    rows = pd.DataFrame({"user_id": pd.Series([], dtype="int64"), "ts": pd.to_datetime([])})
    assert list(per_period(rows, **TERMS).columns) == ["period", "times", "people"]
    assert len(per_period(rows, **TERMS)) == 0


def test_what_lacks_is_named():
    with pytest.raises(UsageError, match="grain: found 'year', allowed: day, week, month"):
        per_period(bought((1, "2026-05-02", 10.0, "paid")), grain="year", **TERMS)
    with pytest.raises(UsageError, match="user_id"):
        per_period(pd.DataFrame({"ts": pd.to_datetime(["2026-05-02"])}), **TERMS)

"""Unbounded and bracket retention, spans of 24 hours, single events: by hand and against pandas."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

import ltv
from ltv.behaviour.retention_spans import BRACKETS, spans
from ltv.errors import UsageError


def events(rows):
    frame = pd.DataFrame(rows, columns=["user_id", "ts", "event"])
    return frame.assign(ts=pd.to_datetime(frame["ts"], format="ISO8601"))


def cells(kept):
    return {
        (str(r.cohort), r.period): (r.cohort_size, r.retained, bool(r.is_complete)) for r in kept.table.itertuples()
    }


SEEN = events(
    [
        (1, "2026-01-01 10:00", "visit"),
        (1, "2026-01-04 09:00", "share"),
        (2, "2026-01-01 23:59", "visit"),
        (2, "2026-01-02 00:01", "visit"),
    ]
)


def test_unbounded_counts_whoever_comes_back_then_or_later():
    kept = ltv.retention(events=SEEN, as_of=date(2026, 1, 4), grain="day", periods=3, method="unbounded")
    assert [cells(kept)["2026-01-01", p][1] for p in range(4)] == [2, 2, 1, 1]
    assert set(kept.table["method"]) == {"unbounded"}


def test_a_bracket_counts_whoever_comes_back_within_it_and_waits_for_its_end():
    kept = ltv.retention(
        events=SEEN, as_of=date(2026, 1, 4), grain="day", method="bracket", brackets=[(0, 0), (1, 2), (3, 5)]
    )
    assert cells(kept) == {
        ("2026-01-01", 0): (2, 2, True),
        ("2026-01-01", 1): (2, 1, True),
        ("2026-01-01", 3): (2, 1, False),
    }
    assert kept.table.set_index("period").loc[3, "rate"] != kept.table.set_index("period").loc[3, "rate"]


def test_24_hours_begin_with_the_person_and_not_at_midnight():
    calendar = ltv.retention(events=SEEN, as_of=date(2026, 1, 6), grain="day", periods=3)
    hours = ltv.retention(events=SEEN, as_of=date(2026, 1, 6), grain="day", periods=3, clock="24h")
    assert [cells(calendar)["2026-01-01", p][1] for p in range(4)] == [2, 1, 0, 1]
    assert [cells(hours)["2026-01-01", p][1] for p in range(4)] == [
        2,
        0,
        1,
        0,
    ]  # two minutes later is the same day, 71 hours is day 2


def test_a_day_of_24_hours_is_over_a_calendar_day_later():
    kept = ltv.retention(events=SEEN, as_of=date(2026, 1, 2), grain="day", periods=2, clock="24h")
    assert [cells(kept)["2026-01-01", p][2] for p in (0, 1)] == [True, False]


def test_24_hours_are_hours_also_where_the_clocks_change():
    """In London the 29th of March 2026 has 23 hours: 24 hours later it is the next calendar day but one hour later by the clock."""
    seen = events([(1, "2026-03-28 12:00", "visit"), (1, "2026-03-29 11:59:59", "visit")])
    for zone in ("Europe/London", "Asia/Shanghai"):
        kept = ltv.retention(events=seen, as_of=date(2026, 4, 5), grain="day", periods=1, clock="24h", timezone=zone)
        assert cells(kept)["2026-03-28", 1][1] == 0
    on_time = events([(1, "2026-03-28 12:00", "visit"), (1, "2026-03-29 12:00", "visit")])
    kept = ltv.retention(
        events=on_time, as_of=date(2026, 4, 5), grain="day", periods=1, clock="24h", timezone="Europe/London"
    )
    assert cells(kept)["2026-03-28", 1][1] == 1


def test_one_event_can_start_a_cohort_and_another_be_the_way_back():
    kept = ltv.retention(
        events=SEEN, as_of=date(2026, 1, 6), grain="day", periods=3, cohort_event="visit", activity_event="share"
    )
    assert [cells(kept)["2026-01-01", p][:2] for p in range(4)] == [(2, 0), (2, 0), (2, 0), (2, 1)]
    shares = ltv.retention(events=SEEN, as_of=date(2026, 1, 6), grain="day", periods=1, cohort_event="share")
    assert cells(shares)["2026-01-04", 0][0] == 1


def test_revenue_by_24_hours_counts_from_the_first_order():
    bought = pd.DataFrame(
        {
            "user_id": 1,
            "ts": pd.to_datetime(["2026-01-01 20:00", "2026-01-02 19:59", "2026-01-02 20:00"]),
            "amount": [1.0, 2.0, 4.0],
            "status": "paid",
        }
    )
    hours = ltv.retention(bought, as_of=date(2026, 1, 9), grain="day", periods=2, clock="24h").table.set_index("period")
    assert hours["revenue"].tolist() == [3.0, 4.0, 0.0]
    assert hours["cumulative_revenue_per_user"].tolist() == [3.0, 7.0, 7.0]


def test_the_revenue_of_a_bracket_is_that_of_its_periods():
    draw = np.random.default_rng(2)
    n = 2_000
    ts = pd.Timestamp("2026-01-01") + pd.to_timedelta(draw.integers(0, 60 * 86_400, n), unit="s")
    bought = pd.DataFrame(
        {"user_id": draw.integers(0, 300, n), "ts": ts, "amount": draw.random(n).round(2), "status": "paid"}
    )
    days = ltv.retention(bought, as_of=date(2026, 3, 1), grain="day", periods=10).table
    one = ltv.retention(bought, as_of=date(2026, 3, 1), grain="day", method="bracket", brackets=[(0, 3), (4, 10)]).table
    sums = days.assign(period=np.where(days["period"] <= 3, 0, 4)).groupby(["cohort", "period"])["revenue"].sum()
    complete = one[one["is_complete"]].set_index(["cohort", "period"])
    pd.testing.assert_series_equal(complete["revenue"], sums.reindex(complete.index), check_names=False)


@pytest.mark.parametrize("method", ["n_day", "unbounded", "bracket"])
@pytest.mark.parametrize("clock", ["calendar", "24h"])
def test_every_definition_equals_an_independent_implementation(method, clock):
    draw = np.random.default_rng(5)
    n = 3_000
    ts = pd.Timestamp("2026-02-20") + pd.to_timedelta(draw.integers(0, 50 * 86_400, n), unit="s")
    seen = pd.DataFrame({"user_id": draw.integers(0, 400, n), "ts": ts, "event": "visit"})
    as_of = date(2026, 4, 12)
    kept = ltv.retention(
        events=seen, as_of=as_of, grain="day", periods=30, method=method, clock=clock, timezone="Europe/London"
    )
    local = seen["ts"].dt.tz_localize("UTC").dt.tz_convert("Europe/London").dt.tz_localize(None).dt.normalize()
    first = seen.groupby("user_id")["ts"].transform("min")
    cohort = local.groupby(seen["user_id"]).transform("min")
    place = (local - cohort).dt.days if clock == "calendar" else (seen["ts"] - first) // pd.Timedelta(days=1)
    for row in kept.table.itertuples():
        low, last = row.period, dict(BRACKETS["day"]).get(row.period, row.period) if method == "bracket" else row.period
        high = 61 if method == "unbounded" else last
        mine = cohort == pd.Timestamp(row.cohort)
        assert row.retained == seen[mine & (place >= low) & (place <= high)]["user_id"].nunique()
        end = pd.Timestamp(row.cohort) + pd.Timedelta(days=last + (1 if clock == "24h" else 0))
        assert row.is_complete == (end <= pd.Timestamp(as_of))


def test_unbounded_is_never_below_n_day_and_never_rises():
    draw = np.random.default_rng(6)
    ts = pd.Timestamp("2026-01-01") + pd.to_timedelta(draw.integers(0, 90, 2_000), unit="D")
    seen = pd.DataFrame({"user_id": draw.integers(0, 200, 2_000), "ts": ts})
    one, other = (
        ltv.retention(events=seen, as_of=date(2026, 3, 31), grain="day", method=m).table for m in ("n_day", "unbounded")
    )
    assert (other["retained"] >= one["retained"]).all()
    falls = other.sort_values("period").groupby("cohort")["retained"].diff().dropna()
    assert (falls <= 0).all()


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"method": "rolling"}, "method: found 'rolling'"),
        ({"method": "bracket", "brackets": [(0, 3), (2, 5)]}, "brackets"),
        ({"method": "bracket", "brackets": []}, "brackets"),
        ({"method": "bracket", "brackets": [(0, 62)]}, "brackets"),
        ({"method": "bracket", "brackets": [1, 2]}, "brackets"),
        ({"clock": "48h"}, "clock: found '48h'"),
        ({"clock": "24h", "grain": "month"}, "grain: found 'month'"),
    ],
)
def test_a_wrong_argument_is_named(options, says):
    with pytest.raises(UsageError, match=says):
        ltv.retention(events=SEEN, as_of=date(2026, 1, 6), **({"grain": "day"} | options))


def test_a_single_event_needs_the_column_of_events():
    with pytest.raises(UsageError, match="events columns"):
        ltv.retention(events=SEEN.drop(columns="event"), as_of=date(2026, 1, 6), grain="day", activity_event="share")
    with pytest.raises(UsageError, match="ts"):
        ltv.retention(
            events=SEEN.assign(day=SEEN["ts"].dt.date).drop(columns="ts"),
            as_of=date(2026, 1, 6),
            grain="day",
            clock="24h",
        )


def test_the_usual_brackets_follow_one_another():
    for grain in BRACKETS:
        frame = spans("bracket", 1, grain, None)
        assert (frame["period"].iloc[1:].to_numpy() == frame["last"].iloc[:-1].to_numpy() + 1).all()

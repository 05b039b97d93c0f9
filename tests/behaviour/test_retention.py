"""Retention: hand-built cases, an independent pandas implementation, and invariants."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ltv
from ltv.behaviour.buckets import GRAINS, bucket, first_day, last_complete
from ltv.behaviour.retention_result import Retention
from ltv.errors import UsageError


def orders(rows: list[tuple[object, str, float]], **more: object) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["user_id", "ts", "amount"])
    return frame.assign(ts=pd.to_datetime(frame["ts"], format="ISO8601"), status="paid", **more)


def cells(result: Retention, grain: str = "month") -> dict[tuple[str, int], tuple[int, int]]:
    table = result.table[(result.table["segment_kind"] == "all") & (result.table["grain"] == grain)]
    return {(str(r.cohort), r.period): (r.cohort_size, r.retained) for r in table.itertuples()}


def test_a_person_is_retained_in_the_calendar_period_of_a_later_order():
    rows = [(1, "2026-01-31", 10.0), (1, "2026-02-01", 5.0), (2, "2026-01-02", 8.0), (2, "2026-03-31", 1.0)]
    kept = ltv.retention(orders(rows), as_of=date(2026, 3, 31), grain="month", periods=2)
    assert cells(kept) == {("2026-01-01", 0): (2, 2), ("2026-01-01", 1): (2, 1), ("2026-01-01", 2): (2, 1)}


def test_a_cell_is_complete_only_when_its_period_is_over_at_the_end_of_the_day():
    rows = orders([(1, "2026-01-05", 10.0)])
    last_day = ltv.retention(rows, as_of=date(2026, 2, 28), grain="month", periods=3).table
    day_before = ltv.retention(rows, as_of=date(2026, 2, 27), grain="month", periods=3).table
    assert last_day.set_index("period")["is_complete"].to_dict() == {0: True, 1: True}
    assert day_before.set_index("period")["is_complete"].to_dict() == {0: True, 1: False}
    assert day_before.set_index("period")["rate"].isna().to_dict() == {0: False, 1: True}


def test_weeks_begin_on_the_day_of_the_settings():
    rows = orders([(1, "2026-06-27", 1.0), (1, "2026-06-28", 1.0)])  # a Saturday and a Sunday
    monday = ltv.retention(rows, as_of=date(2026, 7, 5), grain="week", periods=1)
    sunday = ltv.retention(rows, as_of=date(2026, 7, 5), grain="week", periods=1, week_start="sunday")
    assert cells(monday, "week")["2026-06-22", 1] == (1, 0)
    assert cells(sunday, "week")["2026-06-21", 1] == (1, 1)


@pytest.mark.parametrize(
    ("zone", "first", "second", "expected"),
    [
        ("Asia/Shanghai", "2026-01-31 15:59:59", "2026-02-01 00:00", ("2026-01-01", 1)),
        ("Asia/Shanghai", "2026-01-31 16:00:00", "2026-02-01 00:00", ("2026-02-01", 0)),
        (
            "Europe/London",
            "2026-03-31 22:59:59",
            "2026-04-01 00:00",
            ("2026-03-01", 1),
        ),  # summer time began on 29 March
        ("Europe/London", "2026-03-31 23:00:00", "2026-04-01 00:00", ("2026-04-01", 0)),
    ],
)
def test_days_are_calendar_days_of_the_zone_also_over_a_change_of_clocks(zone, first, second, expected):
    kept = ltv.retention(orders([(1, first, 1.0), (1, second, 1.0)]), as_of=date(2026, 5, 31), periods=1, timezone=zone)
    cohort, period = expected
    assert cells(kept)[cohort, period] == (1, 1)


def test_refunds_lower_revenue_and_are_no_visit():
    rows = orders([(1, "2026-01-05", 10.0), (1, "2026-02-05", -4.0)])
    table = ltv.retention(rows, as_of=date(2026, 2, 28), periods=1).table.set_index("period")
    assert table["retained"].tolist() == [1, 0]
    assert table["revenue"].tolist() == [10.0, -4.0]
    assert table["cumulative_revenue_per_user"].tolist() == [10.0, 6.0]


@pytest.mark.parametrize("status", ["cancelled", "failed", "timeout"])
def test_an_order_that_was_not_paid_neither_starts_a_cohort_nor_counts_as_coming_back(status):
    rows = orders([(1, "2026-01-05", 10.0), (1, "2026-02-05", 10.0), (2, "2026-01-06", 3.0)])
    rows.loc[[1, 2], "status"] = status
    table = ltv.retention(rows, as_of=date(2026, 2, 28), periods=1).table.set_index("period")
    assert table["cohort_size"].tolist() == [1, 1]
    assert table["retained"].tolist() == [1, 0]
    assert table["revenue"].tolist() == [10.0, 0.0]


def test_anonymous_orders_belong_to_no_cohort():
    rows = orders([(1.0, "2026-01-05", 10.0), (None, "2026-01-06", 99.0)])
    table = ltv.retention(rows, as_of=date(2026, 1, 31), periods=1).table
    assert table["cohort_size"].tolist() == [1]
    assert table["revenue"].tolist() == [10.0]


def test_members_are_followed_from_registration_by_events_and_orders_alike():
    members = pd.DataFrame({"user_id": [1, 2, 3], "registered_at": pd.to_datetime(["2026-01-03"] * 3)})
    events = pd.DataFrame({"user_id": [1], "ts": pd.to_datetime(["2026-02-10"])})
    kept = ltv.retention(
        orders([(2, "2026-02-11", 5.0)]),
        events=events,
        members=members,
        as_of=date(2026, 2, 28),
        cohort="registered",
        periods=1,
    )
    assert cells(kept) == {("2026-01-01", 0): (3, 0), ("2026-01-01", 1): (3, 2)}


def test_segments_of_a_partition_add_up_to_the_whole():
    rng = np.random.default_rng(1)
    rows = pd.DataFrame(
        {
            "user_id": rng.integers(0, 300, 3000),
            "ts": pd.Timestamp("2026-01-01") + pd.to_timedelta(rng.integers(0, 180, 3000), "D"),
        }
    )
    rows = rows.assign(amount=1.0, status="paid")
    segments = pd.DataFrame(
        {"user_id": range(300), "segment_kind": "age", "segment": ["young" if i % 3 else "old" for i in range(300)]}
    )
    table = ltv.retention(rows, segments=segments, as_of=date(2026, 6, 30), periods=5).table
    keys, sums = ["cohort", "period"], ["cohort_size", "retained", "revenue"]
    whole = table[table["segment_kind"] == "all"].set_index(keys)[sums].sort_index()
    parts = table[table["segment_kind"] == "age"].groupby(keys)[sums].sum().sort_index()
    pd.testing.assert_frame_equal(whole, parts, check_dtype=False)


def by_hand(rows: pd.DataFrame, grain: str, periods: int, as_of: date) -> pd.DataFrame:
    """The definition once more, in pandas: everybody's buckets, compared with everybody's first one."""
    active = rows.assign(bucket=[bucket(t.date(), grain) for t in rows["ts"]])[["user_id", "bucket"]].drop_duplicates()
    active["cohort"] = active.groupby("user_id")["bucket"].transform("min")
    active["period"] = active["bucket"] - active["cohort"]
    size = active.groupby("cohort")["user_id"].nunique()
    kept = active.groupby(["cohort", "period"])["user_id"].nunique()
    current = bucket(as_of, grain)
    found = [(c, p, size[c], kept.get((c, p), 0)) for c in size.index for p in range(periods + 1) if c + p <= current]
    return pd.DataFrame(found, columns=["cohort", "period", "cohort_size", "retained"])


@settings(max_examples=12, deadline=None)
@given(data=st.data(), grain=st.sampled_from(GRAINS))
def test_the_matrix_equals_an_independent_implementation(data, grain):
    events = data.draw(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 400)), min_size=1, max_size=120))
    start = date(2025, 11, 20)
    rows = orders([(u, str(start + timedelta(days=d)), 1.0) for u, d in events])
    as_of = max(rows["ts"]).date()
    kept = ltv.retention(rows, as_of=as_of, grain=grain, periods=61).table
    expected = by_hand(rows, grain, 61, as_of)
    found = kept.assign(cohort=[bucket(c, grain) for c in kept["cohort"]])[
        ["cohort", "period", "cohort_size", "retained"]
    ]
    order = ["cohort", "period"]
    pd.testing.assert_frame_equal(
        found.sort_values(order, ignore_index=True), expected.sort_values(order, ignore_index=True), check_dtype=False
    )


@settings(max_examples=4, deadline=None)
@given(seed=st.integers(0, 1000))
def test_the_order_of_rows_does_not_matter_and_rates_stay_below_one(seed):
    rng = np.random.default_rng(seed)
    days = pd.Timestamp("2026-01-01") + pd.to_timedelta(rng.integers(0, 90, 200), "D")
    rows = pd.DataFrame(
        {"user_id": rng.integers(0, 40, 200), "ts": days, "amount": rng.normal(20, 30, 200).round(2), "status": "paid"}
    )
    one = ltv.retention(rows, as_of=date(2026, 3, 31), grain=["week", "day"]).table
    other = ltv.retention(rows.sample(frac=1, random_state=seed), as_of=date(2026, 3, 31), grain=["week", "day"]).table
    pd.testing.assert_frame_equal(one, other)
    assert (one["rate"].dropna() <= 1).all()
    assert (one["retained"] <= one["cohort_size"]).all()


def test_later_rows_change_nothing_that_was_known():
    rows = orders([(1, "2026-01-05", 10.0), (1, "2026-02-10", 2.0), (2, "2026-02-01", 1.0)])
    before = ltv.retention(rows, as_of=date(2026, 2, 28), periods=3).table
    later = ltv.retention(
        orders([*rows[["user_id", "ts", "amount"]].itertuples(index=False, name=None), (1, "2026-03-02", 7.0)]),
        as_of=date(2026, 3, 31),
        periods=3,
    ).table
    known = before[before["is_complete"]].merge(later, on=["cohort", "period"], suffixes=("", "_later"))
    assert (known["retained"] == known["retained_later"]).all()
    assert (known["cumulative_revenue_per_user"] == known["cumulative_revenue_per_user_later"]).all()


def test_averages_weigh_people_and_leave_incomplete_cells_out():
    many = [(i, "2026-01-05", 1.0) for i in range(90)] + [(i, "2026-02-05", 1.0) for i in range(9)]
    few = [(i, "2026-02-06", 1.0) for i in range(100, 110)] + [(i, "2026-03-05", 1.0) for i in range(100, 109)]
    open_cohort = [(i, "2026-03-06", 1.0) for i in range(200, 300)]
    kept = ltv.retention(orders(many + few + open_cohort), as_of=date(2026, 3, 31), periods=3)
    assert kept.average(1).rate == pytest.approx((9 + 9) / (90 + 10))
    assert kept.average(1).people == 100


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"grain": "hour"}, "grain: found 'hour', allowed: day, week, month"),
        ({"periods": 0}, "periods: found 0, allowed: 1 to 61"),
        ({"periods": 62}, "periods: found 62, allowed: 1 to 61"),
        ({"cohort": "birth"}, "cohort: found 'birth', allowed: registered, first_order, first_event, any"),
        ({"activity": "dance"}, "activity: found 'dance', allowed: order, event, any"),
        ({"cohort": "registered"}, "retention: found 'orders', allowed: a call with members"),
        ({"activity": "event"}, "activity: found 'event', allowed: a call with events"),
    ],
)
def test_bad_arguments_name_themselves(arguments, message):
    with pytest.raises(UsageError, match="^" + message.replace("(", r"\(") + "$"):
        ltv.retention(orders([(1, "2026-01-05", 1.0)]), as_of=date(2026, 1, 31), **arguments)


@pytest.mark.parametrize(
    ("drop", "wanted"), [("user_id", "also user_id"), ("ts", "day, or ts"), ("amount", "also amount or value")]
)
def test_a_missing_column_is_named(drop, wanted):
    with pytest.raises(UsageError, match=f"orders columns: found .*allowed: {wanted}"):
        ltv.retention(orders([(1, "2026-01-05", 1.0)]).drop(columns=drop), as_of=date(2026, 1, 31))


def test_nobody_at_all_gives_an_empty_result_that_says_so():
    kept = ltv.retention(orders([(1, "2026-01-05", 1.0)]).iloc[:0], as_of=date(2026, 1, 31))
    assert len(kept.table) == 0
    assert kept.key_figures == ()
    assert {name: len(view.data) for name, view in kept.views.items()} == {
        "heatmap": 0,
        "curve": 0,
        "revenue": 0,
        "segments": 0,
    }
    assert kept.takeaways("en") == ["Not enough data: no cohort has completed its first month yet."]


@pytest.mark.parametrize("grain", GRAINS)
@pytest.mark.parametrize(
    "day", [date(1969, 12, 29), date(2000, 2, 29), date(2026, 1, 4), date(2026, 1, 5), date(2026, 12, 31)]
)
def test_buckets_are_the_same_in_sql_and_in_python(grain, day):
    from sqlglot import exp

    from ltv import sql
    from ltv.behaviour.buckets import bucket_sql
    from ltv.warehouse.duck import DuckEngine

    for start in ("monday", "sunday"):
        literal = exp.cast(exp.Literal.string(day.isoformat()), "DATE")
        with DuckEngine() as engine:
            found = engine.scalar(exp.select(bucket_sql(literal, grain, start)))
        assert found == bucket(day, grain, start)
        assert first_day(found, grain, start) <= day
        assert last_complete(day, grain, start) in (found - 1, found)
        assert sql.render(literal)


def test_uci_online_retail_reproduces_the_known_monthly_cohorts(real_data):
    raw = pd.read_parquet(real_data / "online_retail" / "online_retail_2010_12_to_2011_12.parquet")
    raw = raw.dropna(subset=["CustomerID"])
    amount = (raw["Quantity"] * raw["UnitPrice"]).groupby(raw["InvoiceNo"]).sum().round(2)
    head = raw.groupby("InvoiceNo")[["CustomerID", "InvoiceDate"]].first()
    rows = head.assign(amount=amount, status="paid").rename(columns={"CustomerID": "user_id", "InvoiceDate": "ts"})
    kept = ltv.retention(rows.reset_index(drop=True), as_of=date(2011, 12, 9), periods=12)
    expected = by_hand(rows[rows["amount"] >= 0], "month", 12, date(2011, 12, 9))
    found = {(bucket(r.cohort, "month"), r.period): r.retained for r in kept.table.itertuples()}
    assert found == {(r.cohort, r.period): r.retained for r in expected.itertuples()}
    months = rows.assign(bucket=[bucket(t.date(), "month") for t in rows["ts"]])
    first = months[months["amount"] >= 0].groupby("user_id")["bucket"].min()
    since = months[
        months["bucket"] >= months["user_id"].map(first)
    ]  # a refund of an order before the export has no cohort
    assert kept.table["revenue"].sum() == pytest.approx(since["amount"].sum(), abs=0.01)

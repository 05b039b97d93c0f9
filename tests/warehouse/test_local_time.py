"""Calendar days of a zone by plain arithmetic agree with the calendar library, in every zone and at every change."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ltv import sql
from ltv.errors import UsageError
from ltv.warehouse.duck import DuckEngine
from ltv.warehouse.local_time import day_start, local_day, transitions, zone

NAIVE = st.datetimes(datetime(1960, 1, 1), datetime(2037, 12, 31))
PLACES = ["UTC", "Asia/Shanghai", "Europe/London", "America/New_York", "America/St_Johns", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia", "Africa/Casablanca", "Africa/Monrovia"]  # fmt: skip


def right(moment: datetime, place: str) -> date:
    return moment.replace(tzinfo=UTC).astimezone(ZoneInfo(place)).date()


def days(moments: list[datetime], place: str, start: datetime, end: datetime) -> list[date]:
    with DuckEngine() as engine:
        engine.register("t", pa.table({"n": range(len(moments)), "ts": pa.array(moments, pa.timestamp("us"))}))
        query = sql.query("SELECT here AS day FROM t ORDER BY n")
        found = engine.arrow(sql.replace_columns(query, {"here": local_day(sql.column("ts"), place, start, end)}))
    return found.column("day").to_pylist()


@settings(max_examples=15)
@given(place=st.sampled_from(PLACES), moments=st.lists(NAIVE, min_size=1, max_size=20))
def test_days_are_those_of_the_calendar(place: str, moments: list[datetime]) -> None:
    # seconds, since some offsets of the past were not whole minutes
    assert days(moments, place, min(moments), max(moments)) == [right(m, place) for m in moments]


@pytest.mark.parametrize("place", PLACES)
def test_days_are_right_beside_every_change_of_ten_years(place: str) -> None:
    start, end = datetime(2008, 1, 1), datetime(2018, 1, 1)
    changes = [moment for moment, _ in transitions(place, start, end)][1:]
    near = [m + timedelta(seconds=s) for m in changes for s in (-86400, -3601, -1, 0, 1, 3600, 86399)]
    moments = [start, *near, end]
    assert days(moments, place, start, end) == [right(m, place) for m in moments]


def test_changes_are_found_to_the_second_and_none_is_left_out() -> None:
    found = transitions("Europe/London", datetime(2024, 1, 1), datetime(2025, 12, 31))
    assert [(m.isoformat(), o.total_seconds() / 3600) for m, o in found] == [
        ("2024-01-01T00:00:00", 0),
        ("2024-03-31T01:00:00", 1),
        ("2024-10-27T01:00:00", 0),
        ("2025-03-30T01:00:00", 1),
        ("2025-10-26T01:00:00", 0),
    ]


def test_a_change_at_the_very_end_of_the_data_counts() -> None:
    change = datetime(2024, 3, 31, 1)
    late = datetime(2024, 3, 31, 23, 30)
    assert len(transitions("Europe/London", change - timedelta(days=1), change)) == 2
    assert days([late], "Europe/London", late, late) == [date(2024, 4, 1)]


def test_a_column_that_is_called_like_the_placeholder_is_put_in_unharmed() -> None:
    moment = datetime(2024, 7, 1, 23, 30)
    with DuckEngine() as engine:
        engine.register(
            "x", pa.table({"o": pa.array([moment], pa.timestamp("us")), 't"': pa.array([moment], pa.timestamp("us"))})
        )
        for name in ("o", 't"'):
            day = local_day(sql.column(name), "Europe/London", datetime(2024, 1, 1), datetime(2024, 12, 31))
            query = sql.replace_columns(sql.query("SELECT here AS day FROM x"), {"here": day})
            assert engine.scalar(query) == date(2024, 7, 2)


@given(place=st.sampled_from(PLACES), day=st.dates(date(2000, 1, 1), date(2036, 12, 31)))
def test_a_day_begins_where_the_calendar_says(place: str, day: date) -> None:
    begin = day_start(datetime.combine(day, datetime.min.time()), place)
    assert begin == datetime.combine(day, datetime.min.time(), ZoneInfo(place)).astimezone(UTC).replace(tzinfo=None)


@pytest.mark.parametrize(
    "name", ["Asia/Beijing", "", "../etc/passwd", "/etc/passwd", "utc+8", "Europe", "Asia/Shanghai\0", "x" * 500]
)
def test_a_zone_that_is_none_is_told(name: str) -> None:
    with pytest.raises(UsageError, match="allowed: an IANA name such as Asia/Shanghai"):
        zone(name)

"""Special days: of every year, of one year, spans over the new year."""

from datetime import date

import pytest

from ltv.errors import UsageError
from ltv.settings import parse
from ltv.settings.calendar import spans

YEAR = (date(2026, 1, 1), date(2026, 12, 31))


def read(*days):
    return [(str(a), str(b)) for a, b in spans(days, *YEAR)]


def test_days_of_every_year_and_of_one_year():
    assert read("11-11", "2026-02-17", "2025-02-17") == [("2026-02-17", "2026-02-17"), ("2026-11-11", "2026-11-11")]


def test_a_span_may_run_over_the_new_year():
    assert read("12-30..01-02") == [("2025-12-30", "2026-01-02"), ("2026-12-30", "2027-01-02")]


def test_spans_that_touch_are_one():
    assert read("06-01..06-10", "06-11", "06-05..06-18") == [("2026-06-01", "2026-06-18")]


def test_the_last_of_february_stands_in_for_the_29th():
    assert read("02-29") == [("2026-02-28", "2026-02-28")]


@pytest.mark.parametrize(
    "text",
    ["11", "11-31", "2026-11", "06-01...06-18", "06-01..2026-06-18", "2026-06-18..2026-06-01", "a..b..c", " 11-11"],
)
def test_anything_else_is_refused_where_it_is_written(text):
    with pytest.raises(UsageError, match=r"ltv\.toml special_days: found"):
        parse({"special_days": [text]})


def test_settings_keep_them():
    assert parse({"special_days": ["11-11"]}).special_days == ("11-11",)

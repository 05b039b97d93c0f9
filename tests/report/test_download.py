import csv
import datetime
import io
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from ltv.report.blocks import csv_part
from ltv.report.download import csv_cell, csv_head, csv_lines, defuse
from ltv.result import Column
from ltv.text import Text

COLUMNS = (Column("name", Text("名称", "Name")), Column("value", Text("=数值", "=Value"), "money"))


@pytest.mark.parametrize("first", [*"=+-@\t\r\n＝＋－＠", "\ufeff=", "\u200b@", "  =", "\x00=", "\u00a0+", "\ufe66"])
def test_text_that_starts_a_formula_gets_an_apostrophe(first):
    assert defuse(first + "cmd()").startswith("'")


@pytest.mark.parametrize("text", ["抖音", "a=b", "3-4", "", "'quoted", "—", "0012"])
def test_plain_text_stays_as_it_is(text):
    assert defuse(text) == text


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (-0.018, "-0.018"),
        (np.float64(-1.5), "-1.5"),
        (np.int64(2**53 + 1), "9007199254740993"),
        (Decimal("-12.30"), "-12.30"),
        (True, "true"),
        (np.bool_(False), "false"),
        (None, ""),
        (float("nan"), ""),
        (pd.NA, ""),
        (pd.NaT, ""),
        (pd.Timestamp("2025-01-02 03:04:05", tz="UTC"), "2025-01-02T03:04:05+00:00"),
        (datetime.date(2025, 1, 2), "2025-01-02"),
        (["=a", "b"], "'=a, b"),
    ],
)
def test_a_cell_is_written_exactly_and_only_text_is_defused(value, written):
    assert csv_cell(value) == written


def test_a_date_column_has_no_time():
    assert csv_cell(pd.Timestamp("2025-01-02"), "date") == "2025-01-02"


def test_records_come_back_as_they_went_in_whatever_they_hold():
    names = ['a,"b"', "line\nbreak", "<script>", "0012", "渠道"]
    frame = pd.DataFrame({"other": range(5), "value": [1.5, 2.0, None, -3.25, 0.1], "name": names})
    read = list(csv.reader(io.StringIO("\r\n".join(csv_lines(frame, COLUMNS)), newline="")))
    assert [row[0] for row in read] == names
    assert [row[1] for row in read] == ["1.5", "2.0", "", "-3.25", "0.1"]


def test_the_head_speaks_the_language_and_is_defused_too():
    assert csv_head(COLUMNS, "zh") == "名称,'=数值"
    assert csv_head(COLUMNS, "en") == "Name,'=Value"


def test_a_part_holds_the_first_rows():
    stored = {"head": {"zh": "a", "en": "a"}, "lines": ["1", "2", "3"], "total": 3}
    assert csv_part(stored, 2)["lines"] == ["1", "2"]

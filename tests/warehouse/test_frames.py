"""Frames made from Arrow are those that DuckDB makes itself, cell by cell."""

import datetime as dt

import duckdb
import pandas as pd
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from ltv.warehouse.frames import frame_of, is_worth_it

MOMENTS = st.datetimes(dt.datetime(1700, 1, 1), dt.datetime(2200, 1, 1))
KINDS = [
    (pa.bool_(), st.booleans()),
    *((getattr(pa, f"int{n}")(), st.integers(-(2 ** (n - 1)), 2 ** (n - 1) - 1)) for n in (8, 16, 32, 64)),
    *((getattr(pa, f"uint{n}")(), st.integers(0, 2**n - 1)) for n in (8, 16, 32, 64)),
    (pa.float32(), st.floats(width=32, allow_nan=False)),
    (pa.float64(), st.floats(allow_nan=False)),
    (pa.timestamp("us"), MOMENTS),
    (pa.timestamp("us", "UTC"), MOMENTS.map(lambda at: at.replace(tzinfo=dt.UTC))),
]


@st.composite
def tables(draw):
    """A column of each kind, some of whose cells are missing, and text."""
    n = draw(st.integers(1, 4))
    columns = {
        str(kind): pa.array(draw(st.lists(st.none() | values, min_size=n, max_size=n)), kind) for kind, values in KINDS
    }
    words = draw(st.lists(st.none() | st.text(max_size=3), min_size=n - 1, max_size=n - 1))
    return pa.table(columns | {"text": pa.array(["x", *words], pa.string())})


@given(tables())
def test_they_are_those_of_duckdb(table):
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    connection.register("given", table)
    theirs = connection.execute("SELECT * FROM given").df()
    asked = connection.execute("SELECT * FROM given")
    assert is_worth_it(column[1] for column in asked.description)
    pd.testing.assert_frame_equal(frame_of(asked.to_arrow_table()), theirs)


def test_columns_of_other_kinds_and_numbers_alone_are_left_to_duckdb():
    for query in ("SELECT 'a' AS a, DATE '2026-06-30' AS b", "SELECT 'a' AS a, [1] AS b", "SELECT 1 AS a"):
        assert not is_worth_it(column[1] for column in duckdb.sql(query).description)


def test_text_of_no_rows_is_text_and_can_be_joined():
    empty = frame_of(pa.table({"a": pa.array([], pa.string()), "n": pa.array([], pa.int64())}))
    assert empty.dtypes.astype(str).tolist() == ["str", "int64"]
    assert empty.merge(empty, on="a", how="outer").empty

"""Engine tables: read when asked, queried by one SELECT, brought together with data frames."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa
import pytest

from ltv import sql
from ltv.errors import UsageError
from ltv.warehouse.duck import DuckEngine
from ltv.warehouse.table import Table, together

NAME = 'the "orders"; <b>'


@pytest.fixture
def table() -> Iterator[Table]:
    with DuckEngine() as engine:
        engine.register(NAME, pa.table({"user_id": [1, 1, None], "amount": [Decimal("1.10"), Decimal("2.20"), None]}))
        yield Table(engine, NAME)


def test_a_table_tells_its_columns_and_rows(table: Table) -> None:
    assert table.columns == {"user_id": "BIGINT", "amount": "DECIMAL(3,2)"}
    assert len(table) == 3
    assert len(table.frame()) == 3
    assert len(table.frame(limit=2)) == 2
    assert len(table.frame(limit=0)) == 0
    assert repr(table) == f"<Table {NAME!r}: 3 rows · user_id BIGINT, amount DECIMAL(3,2)>"


def test_what_a_notebook_shows_is_escaped(table: Table) -> None:
    table.engine.register(NAME, pa.table({"<script>": ["<img onerror=x>"]}))
    html = table._repr_html_()
    assert "<script>" not in html
    assert "<img" not in html
    assert "; <b><" not in html
    assert "1 rows" in html


def test_a_query_speaks_of_the_table_as_self(table: Table) -> None:
    assert table.query("SELECT CAST(SUM(amount) AS DOUBLE) AS total FROM self")["total"].tolist() == [3.3]
    assert table.query("SELECT s.amount FROM self AS s WHERE s.user_id = $who", who=1)["amount"].tolist() == [1.1, 2.2]
    nested = "WITH a AS (SELECT user_id FROM self) SELECT COUNT(*) AS n FROM a JOIN self ON self.user_id = a.user_id"
    assert table.query(nested)["n"].tolist() == [4]


@pytest.mark.parametrize(
    "text",
    ["DROP TABLE self", "SELECT 1; SELECT 2", "", "CREATE TABLE x AS SELECT 1", "INSERT INTO self VALUES (1)", "COPY self TO 'x.csv'", "SET threads = 1", "SELECT FROM", "ATTACH 'x'", "PRAGMA version", "SELECT 1 -- ;\n; DROP TABLE self"],
)  # fmt: skip
def test_anything_but_one_select_is_refused(table: Table, text: str) -> None:
    with pytest.raises(UsageError, match=r"^sql: found"):
        table.query(text)


def test_a_value_is_never_sql(table: Table) -> None:
    assert len(table.query("SELECT * FROM self WHERE CAST(user_id AS VARCHAR) = $who", who="1 OR 1 = 1")) == 0
    with pytest.raises(duckdb.Error):
        table.query("SELECT * FROM self WHERE user_id = $who")


def test_frames_and_tables_come_together_in_the_engine_of_the_tables(table: Table) -> None:
    frame = pd.DataFrame({"user_id": [1], "segment": ["a"]})
    engine, names = together({"orders": table, "segments": frame, "people": pa.table({"n": [1]}), "events": None})
    assert engine is table.engine
    assert names["orders"] == NAME
    assert set(names) == {"orders", "segments", "people"}
    assert engine.columns(names["segments"])["user_id"] == "BIGINT"
    assert engine.scalar(sql.replace_tables(sql.query("SELECT n FROM p"), {"p": names["people"]})) == 1


def test_frames_alone_get_an_engine_whose_door_is_closed() -> None:
    engine, names = together({"orders": pd.DataFrame({"k": [1, 2]})})
    assert isinstance(engine, DuckEngine)
    assert engine.scalar(sql.replace_tables(sql.query("SELECT COUNT(*) FROM o"), {"o": names["orders"]})) == 2
    with pytest.raises(duckdb.PermissionException):
        engine.connection.execute("SELECT * FROM read_text('/etc/passwd')")


def test_tables_of_two_engines_are_refused(table: Table) -> None:
    with DuckEngine() as other:
        other.register("t", pa.table({"k": [1]}))
        with pytest.raises(UsageError, match="tables: found 'orders, events', allowed: tables of one workspace"):
            together({"orders": table, "events": Table(other, "t")})


@pytest.mark.parametrize("thing", [[1, 2], "orders", 7, {"a": [1]}, pd.Series([1])])
def test_what_is_no_table_is_refused(thing: Any) -> None:
    with pytest.raises(
        UsageError, match=r"orders: found '\w+', allowed: a table of a workspace, a pandas DataFrame or an Arrow table"
    ):
        together({"orders": thing})

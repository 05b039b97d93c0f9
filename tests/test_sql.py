"""SQL is a tree: names are put in as names, values are bound or typed, nothing is formatted into text."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ltv import sql
from ltv.errors import UsageError
from ltv.warehouse.dialect import spark_text
from ltv.warehouse.duck import DuckEngine


def value_of(tree: Any) -> Any:
    with DuckEngine() as engine:
        return engine.scalar(sql.replace_columns(sql.query("SELECT x AS v"), {"x": tree}))


@pytest.mark.parametrize(
    "text", ["SELECT", "SELECT 1; DROP TABLE t", "DROP TABLE t", "", ";", "INSERT INTO t VALUES (1)", "SELECT 'open"]
)
def test_a_query_is_exactly_one_select(text: str) -> None:
    with pytest.raises(UsageError, match=r"^sql: found .*SELECT") as raised:
        sql.query(text)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT 1",
        "WITH a AS (SELECT 1) SELECT * FROM a",
        "(SELECT 1)",
        "SELECT 1 UNION ALL SELECT 2",
        "FROM t",
        "SELECT 1;",
    ],
)
def test_all_kinds_of_one_select_are_queries(text: str) -> None:
    assert sql.query(text)


NAMES = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=30)


@given(table=NAMES, column=NAMES)
def test_any_name_is_put_in_as_a_name(table: str, column: str) -> None:
    tree = sql.replace_tables(sql.query("SELECT c AS found FROM t"), {"t": table})
    tree = sql.replace_columns(tree, {"c": sql.column(column)})
    with DuckEngine() as engine:
        engine.register(table, pa.table({column: [42]}))
        assert engine.scalar(tree) == 42
    written = spark_text(tree)
    assert f"`{table.replace('`', '``')}`" in written
    assert f"`{column.replace('`', '``')}`" in written


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("SELECT t.a FROM t", 'SELECT t.a FROM "real t" AS t'),
        ("SELECT x.a FROM t x", 'SELECT x.a FROM "real t" AS x'),
        ("SELECT n FROM t AS x(n)", 'SELECT n FROM "real t" AS x(n)'),
        ("SELECT a FROM t JOIN u USING (a)", 'SELECT a FROM "real t" AS t JOIN u USING (a)'),
        ('SELECT a FROM "T"', 'SELECT a FROM "T"'),
        ("SELECT a FROM s.t", "SELECT a FROM s.t"),
        ("WITH t AS (SELECT 1 AS a) SELECT a FROM t", "WITH t AS (SELECT 1 AS a) SELECT a FROM t"),
        ("SELECT a FROM u WHERE EXISTS (SELECT 1 FROM t)", 'SELECT a FROM u WHERE EXISTS(SELECT 1 FROM "real t" AS t)'),
        ("SELECT * FROM range(3)", "SELECT * FROM RANGE(0, 3)"),
    ],
)
def test_tables_are_replaced_where_they_are_meant(text: str, written: str) -> None:
    assert sql.render(sql.replace_tables(sql.query(text), {"t": "real t", "range": "never"})) == written


def test_columns_are_replaced_where_they_are_meant() -> None:
    tree = sql.query("SELECT c, t.c AS d, f(c) AS e FROM t WHERE c IN (SELECT c FROM u) GROUP BY c")
    found = sql.render(sql.replace_columns(tree, {"c": sql.expression("x + y", y=sql.column("a b"))}))
    assert (
        found
        == 'SELECT x + "a b", t.c AS d, F(x + "a b") AS e FROM t WHERE x + "a b" IN (SELECT x + "a b" FROM u) GROUP BY x + "a b"'
    )


def test_what_is_put_in_keeps_its_own_precedence() -> None:
    assert value_of(sql.expression("2 * c", c=sql.expression("(1 + 2)"))) == 6


def test_a_loaded_file_is_fresh_each_time() -> None:
    first = sql.load("ltv.behaviour", "span", tables={"rows": "one"}, columns={"moment": sql.column("ts")})
    second = sql.load("ltv.behaviour", "span", tables={"rows": "two"}, columns={"moment": sql.column("day")})
    assert sql.render(first) == 'SELECT MIN("ts") AS lowest, MAX("ts") AS highest FROM "one" AS rows'
    assert sql.render(second) == 'SELECT MIN("day") AS lowest, MAX("day") AS highest FROM "two" AS rows'


@pytest.mark.parametrize(
    "value",
    ["it's \\ \n $x :y", 0, -3, 1 << 60, 0.5, -1e300, True, None, Decimal("12.34"), date(1969, 12, 31), datetime(2024, 3, 31, 1, 30, 0, 5)],
)  # fmt: skip
def test_a_literal_is_its_value(value: Any) -> None:
    found = value_of(sql.literal(value))
    assert found == value
    assert isinstance(found, type(value))


@pytest.mark.parametrize("value", [float("inf"), float("-inf"), float("nan")])
def test_a_literal_may_be_no_finite_number(value: float) -> None:
    assert repr(value_of(sql.literal(value))) == repr(value)


def test_a_literal_time_is_naive_utc_on_both_engines() -> None:
    shanghai = datetime(2024, 3, 31, 9, 30, tzinfo=timezone(timedelta(hours=8)))
    assert value_of(sql.literal(shanghai)) == datetime(2024, 3, 31, 1, 30)
    for moment in (shanghai, shanghai.astimezone(UTC).replace(tzinfo=None)):
        assert spark_text(sql.literal(moment)) == "CAST('2024-03-31 01:30:00' AS TIMESTAMP_NTZ)"


def test_parameters_are_those_in_the_tree() -> None:
    tree = sql.query("SELECT $a FROM t WHERE b < $b AND c IN (SELECT UNNEST($c)) AND d = '$d' AND e = $a")
    assert sql.parameters(tree) == {"a", "b", "c"}


def test_rows_of_all_parts_come_one_after_the_other() -> None:
    parts = [sql.query(f"SELECT {n} AS n") for n in (3, 3, 1)]
    with DuckEngine() as engine:
        assert engine.frame(sql.union_all(parts))["n"].tolist() == [3, 3, 1]
    assert sql.render(parts[0]) == "SELECT 3 AS n"


def test_comments_are_not_written() -> None:
    assert sql.render(sql.query("SELECT 1 AS a -- a note\n/* another */")) == "SELECT 1 AS a"


def test_every_shipped_file_is_one_query() -> None:
    root = Path(sql.__file__).parent
    for file in root.rglob("*.sql"):
        package = ".".join(file.relative_to(root.parent).parent.parts)
        assert sql.load(package, file.stem), file

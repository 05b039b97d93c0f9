"""What is written for Spark; that it means the same is proven by the conformance test."""

from datetime import UTC, date, datetime

import pytest
from sqlglot import exp

from ltv import sql
from ltv.errors import UsageError
from ltv.warehouse.dialect import spark_text


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("SELECT $a + 1 AS x", "SELECT :a + 1 AS x"),
        ("SELECT x / 2", "SELECT CAST(x AS DOUBLE) / 2"),
        ("SELECT x / -2.5", "SELECT CAST(x AS DOUBLE) / -2.5"),
        ("SELECT x / 0", "SELECT TRY_DIVIDE(CAST(x AS DOUBLE), 0)"),
        ("SELECT x / (y / z)", "SELECT TRY_DIVIDE(CAST(x AS DOUBLE), (TRY_DIVIDE(CAST(y AS DOUBLE), z)))"),
        ("SELECT x // y", "SELECT x DIV NULLIF(y, 0)"),
        ("SELECT CAST(x AS TIMESTAMP), CAST(x AS TIMESTAMPTZ)", "SELECT CAST(x AS TIMESTAMP_NTZ), CAST(x AS TIMESTAMP_LTZ)"),
        ("SELECT CAST(x AS DECIMAL)", "SELECT CAST(x AS DECIMAL(18, 3))"),
        ("SELECT * FROM t QUALIFY RANK() OVER (ORDER BY a) = 1", "SELECT * FROM t QUALIFY RANK() OVER (ORDER BY a NULLS LAST) = 1"),
        ("SELECT a FROM t ORDER BY a, b DESC", "SELECT a FROM t ORDER BY a NULLS LAST, b DESC"),
        ("SELECT BIT_OR(CAST(1 AS BIGINT) << a) FROM t GROUP BY b", "SELECT BIT_OR(SHIFTLEFT(CAST(1 AS BIGINT), a)) FROM t GROUP BY b"),
    ],
)  # fmt: skip
def test_a_query_is_written_for_spark(text: str, written: str) -> None:
    assert spark_text(sql.query(text)) == written


@pytest.mark.parametrize(
    ("tree", "written"),
    [
        (exp.convert(datetime(2024, 3, 31, 1, 30)), "CAST('2024-03-31 01:30:00' AS TIMESTAMP_NTZ)"),
        (exp.convert(datetime(2024, 3, 31, 1, 30, tzinfo=UTC)), "CAST('2024-03-31 01:30:00+00:00' AS TIMESTAMP_LTZ)"),
        (exp.convert(date(2024, 3, 31)), "CAST('2024-03-31' AS DATE)"),
        (exp.DateTrunc(this=exp.column("d"), unit=exp.var("month")), "CAST(DATE_TRUNC('MONTH', d) AS TIMESTAMP_NTZ)"),
    ],
)
def test_trees_that_no_text_gives_are_written_as_well(tree: exp.Expr, written: str) -> None:
    assert spark_text(tree) == written


def test_the_tree_itself_is_left_as_it_was() -> None:
    query = sql.query("SELECT a / b, AVG(c), LIST_CONTAINS(l, 1), CONCAT(d, e), ARG_MAX(a, b), EPOCH(t) FROM t")
    before = query.copy()
    spark_text(query)
    assert query == before


def test_what_is_refused_is_named_with_what_is_allowed() -> None:
    with pytest.raises(
        UsageError, match=r"^sql for Spark: found 'DAYNAME\(d\)', allowed: a function that .* both engines$"
    ):
        spark_text(sql.query("SELECT DAYNAME(d) FROM t"))

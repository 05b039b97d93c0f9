"""One text, two engines: the vocabulary and every shipped query give the same rows on DuckDB and on Spark."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from sqlglot import exp
from warehouse import vocabulary
from warehouse.comparison import differences, rows
from warehouse.conformance_cases import CASES, EMBEDDED_ONLY, Case
from warehouse.vocabulary import Snippet

from ltv import sql
from ltv.errors import UsageError
from ltv.warehouse.dialect import CHANGED, SAME, spark_text
from ltv.warehouse.duck import DuckEngine
from ltv.warehouse.engine import Engine

PROJECT = Path(__file__).parents[2]
SHIPPED = sorted(f.relative_to(PROJECT).as_posix() for f in (PROJECT / "ltv").rglob("*.sql"))


@pytest.fixture(scope="module")
def duck() -> Iterator[DuckEngine]:
    with DuckEngine() as engine:
        for name, table in vocabulary.TABLES.items():
            engine.register(name, table)
        yield engine


@pytest.fixture(scope="module")
def sparks(spark: Any) -> Iterator[Any]:
    from ltv.warehouse.spark import SparkEngine

    with SparkEngine(spark) as engine:
        # small input: more tasks and plans that adapt would only cost time
        engine.session.conf.set("spark.sql.shuffle.partitions", "1")
        engine.session.conf.set("spark.sql.adaptive.enabled", "false")
        for name, table in vocabulary.TABLES.items():
            engine.register(name, table)
        yield engine


@pytest.mark.parametrize("snippet", vocabulary.SNIPPETS, ids=lambda s: s.name.replace(" ", "_"))
def test_vocabulary_gives_the_same_rows(duck: DuckEngine, sparks: Any, snippet: Snippet) -> None:
    query = sql.query(snippet.text)
    one, other = duck.arrow(query, snippet.params), sparks.arrow(query, snippet.params)
    assert one.column_names == other.column_names
    assert differences(rows(one, query), rows(other, query)) == []


@pytest.mark.parametrize("name", vocabulary.ERRORS)
def test_what_is_an_error_on_one_engine_is_one_on_the_other(duck: DuckEngine, sparks: Any, name: str) -> None:
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    query = sql.query(vocabulary.ERRORS[name])
    with pytest.raises(duckdb.Error):
        duck.frame(query)
    with pytest.raises((PySparkException, Py4JError)):
        sparks.frame(query)


@pytest.mark.parametrize("text", vocabulary.REFUSED)
def test_what_spark_would_answer_otherwise_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match=r"sql for Spark|sql: found"):
        spark_text(sql.query(text))


def test_every_function_that_may_be_used_is_compared() -> None:
    used = {type(node) for snippet in vocabulary.SNIPPETS for node in sql.query(snippet.text).walk()}
    allowed = SAME | {kind for kind in CHANGED if issubclass(kind, exp.Func)}
    in_literals = {exp.TimeStrToTime, exp.DateStrToDate, exp.DateTrunc}
    refused = {type(node) for text in vocabulary.REFUSED if (tree := _tree(text)) for node in tree.walk()}
    assert {k.__name__ for k in allowed - used - in_literals - refused} == set()


def _tree(text: str) -> exp.Expr | None:
    try:
        return sql.query(text)
    except UsageError:
        return None


@pytest.mark.parametrize("file", SHIPPED)
def test_a_shipped_query_gives_the_same_rows(request: pytest.FixtureRequest, file: str) -> None:
    if file in EMBEDDED_ONLY:
        return
    assert file in CASES, (
        f"{file} has no conformance case: add one to CASES in tests/warehouse/conformance_cases.py, "
        "or, where only the embedded engine ever runs it, its reason to EMBEDDED_ONLY there"
    )
    duck, sparks = (request.getfixturevalue(name) for name in ("duck", "sparks"))
    for number, case in enumerate(CASES[file]):
        query = _filled(file, case, [duck, sparks], number)
        one, other = duck.arrow(query, case.params), sparks.arrow(query, case.params)
        assert one.column_names == other.column_names
        assert one.num_rows == case.rows
        assert differences(rows(one, query), rows(other, query)) == []


def _filled(file: str, case: Case, engines: list[Engine], number: int) -> exp.Query:
    names = {placeholder: f"{file} {number} {placeholder}" for placeholder in case.tables}
    for engine in engines:
        for placeholder, table in case.tables.items():
            engine.register(names[placeholder], table)
    package, _, name = file.removesuffix(".sql").replace("/", ".").rpartition(".")
    columns = {placeholder: sql.expression(text) for placeholder, text in case.columns.items()}
    return sql.load(package, name, tables=names, columns=columns)


def test_cases_belong_to_files_that_are_shipped() -> None:
    assert {*CASES, *EMBEDDED_ONLY} - set(SHIPPED) == set()
    assert set(CASES) & set(EMBEDDED_ONLY) == set()

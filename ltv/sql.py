"""SQL text in the DuckDB dialect as a tree: parsed once, filled through the tree, written for an engine.

A `.sql` file names its tables and columns with plain placeholder names and its values with `$name`. Real table and
column names are put in as quoted identifiers of the tree, values are bound by the engine: nothing is ever formatted
into SQL text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache, lru_cache
from importlib import resources
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from ltv.errors import UsageError, found

DIALECT = "duckdb"
_OPERATORS = (exp.Binary, exp.Unary)


@lru_cache(maxsize=512)
def _parsed(text: str) -> exp.Expr:
    return sqlglot.parse_one(text, dialect=DIALECT)


def query(text: str) -> exp.Query:
    """Parse one SELECT.

    Raises:
        UsageError: the text is not a single SELECT.

    >>> query("select a from t").sql(dialect="duckdb")
    'SELECT a FROM t'
    """
    try:
        statements = [s for s in sqlglot.parse(text, dialect=DIALECT) if s is not None]
    except SqlglotError as error:
        line = str(error).splitlines()[0]
        raise UsageError(found("sql", text.strip(), f"one SELECT in the DuckDB dialect ({line})")) from None
    if len(statements) != 1 or not isinstance(statements[0], exp.Query) or not statements[0].selects:
        raise UsageError(found("sql", text.strip(), "exactly one SELECT"))
    return statements[0]


def expression(text: str, **nodes: exp.Expr) -> exp.Expr:
    """Parse an expression and put nodes in the place of columns of the same name.

    >>> expression("v > 0", v=column("odd name")).sql(dialect="duckdb")
    '"odd name" > 0'
    >>> expression("a - x", x=expression("b - c")).sql(dialect="duckdb")
    'a - (b - c)'
    """
    return replace_columns(_parsed(text).copy(), nodes)


def replace_columns(tree: exp.Expr, nodes: Mapping[str, exp.Expr]) -> exp.Expr:
    """Put nodes in the place of unqualified columns of the same name."""

    def swap(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Column) and not node.table and node.name in nodes:
            swapped = nodes[node.name].copy()
            # what is put beside an operator keeps together: `b - c` in the place of x in `a - x`
            apart = isinstance(node.parent, _OPERATORS) and isinstance(swapped, _OPERATORS)
            return exp.paren(swapped, copy=False) if apart else swapped
        return node

    return tree.transform(swap) if nodes else tree


def replace_tables(tree: exp.Query, names: Mapping[str, str]) -> exp.Query:
    """Put real tables in the place of placeholder tables, keeping the placeholder as alias."""
    shadowed = {cte.alias for cte in tree.find_all(exp.CTE)}

    def swap(node: exp.Expr) -> exp.Expr:
        if not isinstance(node, exp.Table) or not isinstance(node.this, exp.Identifier):
            return node
        if node.name not in names or node.name in shadowed or node.db:
            return node
        # what stands at the table, such as names for its columns, stays
        real = node.copy() if node.alias else exp.alias_(node, node.name, table=True, quoted=node.this.quoted)
        real.set("this", exp.to_identifier(names[node.name], quoted=True))
        return real

    changed = tree.transform(swap)
    assert isinstance(changed, exp.Query)  # noqa: S101  a table node is never the root
    return changed


def statement(text: str, **tables: str) -> exp.Expr:
    """Parse any statement of our own and put real tables in the place of placeholder tables.

    >>> statement("DROP VIEW IF EXISTS victim", victim="odd name").sql(dialect="duckdb")
    'DROP VIEW IF EXISTS "odd name"'
    """

    def swap(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Table) and node.name in tables:
            return table(tables[node.name])
        return node

    return _parsed(text).transform(swap)


def column(name: str) -> exp.Column:
    """A quoted column."""
    return exp.column(name, quoted=True)


def table(name: str) -> exp.Table:
    """A quoted table."""
    return exp.Table(this=exp.to_identifier(name, quoted=True))


def literal(value: object) -> exp.Expr:
    """A typed literal for the rare place where an engine cannot bind (the body of a view); a time becomes naive UTC.

    >>> literal(datetime(2026, 7, 1, tzinfo=UTC)).sql(dialect="duckdb")
    "CAST('2026-07-01 00:00:00' AS TIMESTAMP)"
    """
    if isinstance(value, datetime):
        naive = value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
        return exp.cast(exp.Literal.string(naive.isoformat(sep=" ")), "TIMESTAMP", dialect=DIALECT)
    if isinstance(value, float):  # a bare 0.5 would be a decimal
        return exp.cast(exp.Literal.string(repr(float(value))), "DOUBLE", dialect=DIALECT)
    return exp.convert(value)


def function(name: str, *arguments: exp.Expr) -> exp.Expr:
    """Call a function by name."""
    return exp.func(name, *arguments, dialect=DIALECT)


@cache
def _file(package: str, name: str) -> exp.Query:
    return query(resources.files(package).joinpath(f"{name}.sql").read_text(encoding="utf-8"))


def load(
    package: str,
    name: str,
    *,
    tables: Mapping[str, str] | None = None,
    columns: Mapping[str, exp.Expr] | None = None,
) -> exp.Query:
    """Read `name.sql` beside the module that owns it and put tables and columns in.

    Args:
        package: dotted name of the package that holds the file.
        name: file name without `.sql`.
        tables: placeholder table → real table.
        columns: placeholder column → expression.
    """
    tree = replace_tables(_file(package, name), tables or {})  # a copy: the file's own tree stays as it is
    filled = replace_columns(tree, columns or {})
    assert isinstance(filled, exp.Query)  # noqa: S101
    return filled


def union_all(parts: Sequence[exp.Query]) -> exp.Query:
    """The rows of all parts, one after the other.

    >>> union_all([query("select 1 as a"), query("select 2 as a")]).sql(dialect="duckdb")
    'SELECT 1 AS a UNION ALL SELECT 2 AS a'
    """
    tree, *rest = parts
    for part in rest:
        tree = exp.union(tree, part, distinct=False)
    return tree


def render(tree: exp.Expr, dialect: str = DIALECT) -> str:
    """Write a tree as SQL text of an engine."""
    return tree.sql(dialect=dialect, comments=False)


def parameters(tree: exp.Expr) -> set[str]:
    """Names of the `$name` values a tree wants.

    >>> sorted(parameters(query("select a from t where b < $limit")))
    ['limit']
    """
    return {
        str(p.this.name if hasattr(p.this, "name") else p.this) for p in tree.find_all(exp.Placeholder, exp.Parameter)
    }


Params = Mapping[str, Any]

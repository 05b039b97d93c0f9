"""Conditions and figures that people write into `ltv.toml`: what may stand in one, and how it is refused in one line."""

from __future__ import annotations

from collections.abc import Collection

from sqlglot import exp
from sqlglot.errors import SqlglotError

from ltv import sql
from ltv.errors import UsageError, found

# What a plain condition is made of; everything else is refused.
PLAIN = (
    exp.Column, exp.Identifier, exp.Literal, exp.Boolean, exp.Null, exp.Paren, exp.Neg, exp.Interval, exp.Var,
    exp.And, exp.Or, exp.Not, exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Between, exp.In, exp.Is, exp.Like,
    exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Coalesce, exp.Lower, exp.Upper, exp.Abs, exp.Cast, exp.DataType, exp.Date,
)  # fmt: skip
_SUMS = (exp.Sum, exp.Avg, exp.Min, exp.Max, exp.Count, exp.Stddev)
FIGURE = (
    *PLAIN, *_SUMS, exp.Star, exp.Distinct, exp.Nullif, exp.Case, exp.If, exp.Round, exp.Sqrt, exp.Ln, exp.Greatest, exp.Least,
)  # fmt: skip


def condition(
    place: str, text: str, columns: Collection[str], *, example: str = "a condition such as share > 0.1"
) -> exp.Expr:
    """Parse a condition on the rows of a table.

    Args:
        place: what a message calls it.
        text: as it is written.
        columns: names it may speak of.
        example: what a message shows as allowed.

    Raises:
        UsageError: it is not a plain condition, or it names an unknown column.

    >>> condition("where", "share > 0.1 and channel = 'sms'", ["share", "channel"]).sql(dialect="duckdb")
    "share > 0.1 AND channel = 'sms'"
    """
    tree = _parsed(place, text, example)
    _check(place, tree, PLAIN, columns, "comparisons of columns with values")
    return tree


def figure(place: str, text: str, columns: Collection[str]) -> exp.Expr:
    """Parse one figure of many rows: sums, means and counts of columns, and what is worked out of these.

    Args:
        place: what a message calls it.
        text: as it is written.
        columns: names it may speak of.

    Raises:
        UsageError: it is no such expression, names an unknown column, or does not say what becomes of many rows.

    >>> figure("value", "sum(retained) / sum(cohort_size)", ["retained", "cohort_size"]).sql(dialect="duckdb")
    'SUM(retained) / SUM(cohort_size)'
    """
    example = "a figure of many rows such as sum(a) / sum(b)"
    tree = _parsed(place, text, example)
    _check(place, tree, FIGURE, columns, "sum, avg, min, max, count, stddev and arithmetic of columns")
    loose = [c for c in tree.find_all(exp.Column) if c.find_ancestor(*_SUMS) is None]
    nested = [s for s in tree.find_all(*_SUMS) if s.find_ancestor(*_SUMS) is not None]
    if loose or nested or tree.find(*_SUMS) is None:
        raise UsageError(found(place, text, example))
    return tree


def _parsed(place: str, text: str, example: str) -> exp.Expr:
    try:
        return sql.expression(text)
    except SqlglotError:
        raise UsageError(found(place, text, example)) from None


def _check(place: str, tree: exp.Expr, kinds: tuple[type[exp.Expr], ...], columns: Collection[str], words: str) -> None:
    for node in tree.walk():
        if not isinstance(node, kinds):
            raise UsageError(found(place, node.sql(dialect=sql.DIALECT), words))
        if isinstance(node, exp.Column) and (node.name not in columns or node.table):
            raise UsageError(found(place, node.sql(dialect=sql.DIALECT), ", ".join(sorted(columns))))

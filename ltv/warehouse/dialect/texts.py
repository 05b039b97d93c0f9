"""Text, lists, and aggregates over rows in an order: NULL and backslashes as DuckDB takes them."""

from __future__ import annotations

from sqlglot import exp

from ltv import sql
from ltv.warehouse.dialect.tree import Changes, Type, cast, refused

_NO_ESCAPE = "\x01"


def _arg(node: exp.ArgMax | exp.ArgMin) -> exp.Expr:
    """DuckDB passes over rows without the value that is looked for."""
    if node.args.get("count") is not None:
        raise refused(node, "ARG_MAX and ARG_MIN of one value")
    there = exp.Not(this=exp.Is(this=node.this.copy(), expression=exp.Null()))
    node.set("expression", exp.Case().when(there, node.expression, copy=False))
    return node


def _joined(node: exp.GroupConcat) -> exp.Expr:
    if not isinstance(node.this, exp.Order):
        raise refused(node, "STRING_AGG(x, separator ORDER BY …)")
    return node


def _list_contains(node: exp.ArrayContains) -> exp.Expr:
    """A value that is not found beside a NULL is not there; Spark alone would say NULL."""
    template = "CASE WHEN l IS NULL OR x IS NULL THEN NULL ELSE COALESCE(c, FALSE) END"
    return sql.expression(template, l=node.this, x=node.expression, c=node)


def _concat(node: exp.Concat) -> exp.Expr:
    """CONCAT passes over NULL; the values may have any type."""
    node.set("expressions", [cast(e, Type.TEXT) for e in node.expressions])
    return node


def _like(node: exp.Like | exp.ILike) -> exp.Expr:
    # a backslash is an ordinary character in DuckDB's patterns, in Spark's it escapes
    if isinstance(node.parent, exp.Escape) or (node.expression.is_string and "\\" not in node.expression.name):
        return node
    return exp.Escape(this=node.copy(), expression=exp.Literal.string(_NO_ESCAPE))


def _regexp_replace(node: exp.RegexpReplace) -> exp.Expr:
    modifiers, new = node.args.get("modifiers"), node.args.get("replacement")
    if modifiers is None or modifiers.name != "g" or new is None or not new.is_string or set(new.name) & {"\\", "$"}:
        raise refused(node, "REGEXP_REPLACE(text, pattern, plain text, 'g')")
    return node


CHANGED: Changes = {
    exp.ArgMax: _arg,
    exp.ArgMin: _arg,
    exp.GroupConcat: _joined,
    exp.ArrayContains: _list_contains,
    exp.Concat: _concat,
    exp.Like: _like,
    exp.ILike: _like,
    exp.RegexpReplace: _regexp_replace,
}

"""Numbers and types: a division by zero is NULL and `/` gives floats; what engines round differently is refused."""

from __future__ import annotations

from sqlglot import exp

from ltv.warehouse.dialect.tree import Changes, Type, cast, is_cast_to, refused

_WHOLE = exp.DataType.INTEGER_TYPES


def _is_nonzero(node: exp.Expr) -> bool:
    node = node.unnest()
    if isinstance(node, exp.Neg):
        return _is_nonzero(node.this)
    if isinstance(node, exp.Literal) and not node.is_string:
        return float(node.name) != 0
    return isinstance(node, exp.Nullif)


def _division(node: exp.Div) -> exp.Expr:
    dividend, divisor = cast(node.this, Type.DOUBLE), node.expression
    if _is_nonzero(divisor):
        return exp.Div(this=dividend, expression=divisor)
    return exp.Anonymous(this="TRY_DIVIDE", expressions=[dividend, divisor])


def _whole_division(node: exp.IntDiv) -> exp.Expr:
    if not _is_nonzero(node.expression):
        node.set("expression", exp.Nullif(this=node.expression, expression=exp.Literal.number(0)))
    return node


def _remainder(node: exp.Mod) -> exp.Expr:
    if _is_nonzero(node.expression):
        return node
    return exp.Anonymous(this="TRY_MOD", expressions=[node.this.unnest(), node.expression.unnest()])


def _round(node: exp.Round) -> exp.Expr:
    # binary fractions such as 0.285 are rounded up by one engine and down by the other
    if node.args.get("decimals") is not None and not is_cast_to(node.this, Type.DECIMAL):
        raise refused(node, "ROUND(CAST(x AS DECIMAL(…)), n), or ROUND(x)")
    return node


def _logarithm(node: exp.Log) -> exp.Expr:
    if node.expression is None:
        raise refused(node, "LN or LOG10: LOG has another base on each engine")
    return node


def _is_fraction(node: exp.Expr) -> bool:
    """Whether a value is seen to have places after the point; of a column nothing is known."""
    node = node.unnest()
    if isinstance(node, exp.Cast):
        places = node.to.expressions[1:]
        return node.to.this in _FRACTIONAL and not (places and places[0].name == "0")
    if isinstance(node, exp.Literal):
        return not node.is_string and not node.name.isdigit()
    if isinstance(node, _PASSING_ON):
        return any(_is_fraction(part) for part in node.iter_expressions())
    return isinstance(node, _FRACTIONS) or (isinstance(node, exp.Anonymous) and node.name in _FRACTIONS_BY_NAME)


_FRACTIONAL = (Type.DOUBLE, Type.FLOAT, Type.DECIMAL)
_FRACTIONS = (exp.Div, exp.Avg, exp.Median, exp.Sqrt, exp.Ln, exp.Log, exp.Exp, exp.Pow)
_FRACTIONS_BY_NAME = ("TRY_DIVIDE", "PERCENTILE")
_PASSING_ON = (exp.Add, exp.Sub, exp.Mul, exp.Neg, exp.Abs, exp.Coalesce, exp.Sum, exp.Min, exp.Max)


def _conversion(node: exp.Cast) -> exp.Expr:
    if not _is_fraction(node.this):
        return node
    if node.to.this in _WHOLE:
        raise refused(node, "a whole number: one engine rounds, the other cuts; use FLOOR, CEIL or ROUND")
    if node.to.this in exp.DataType.TEXT_TYPES and not is_cast_to(node.this, Type.DECIMAL):
        raise refused(node, "a DECIMAL: each engine writes floats in its own way")
    return node


def _type(node: exp.DataType) -> exp.Expr:
    if node.this in _RENAMED:
        return _RENAMED[node.this].copy()
    return node


_RENAMED = {
    # the calendar of a workspace is naive UTC; Spark's own TIMESTAMP is an instant shown in a session's zone
    Type.TIMESTAMP: exp.DataType(this=Type.TIMESTAMPNTZ),
    Type.INT128: exp.DataType.build("DECIMAL(38, 0)"),
    Type.UBIGINT: exp.DataType.build("DECIMAL(20, 0)"),
    Type.UINT: exp.DataType(this=Type.BIGINT),
    Type.USMALLINT: exp.DataType(this=Type.INT),
    Type.UTINYINT: exp.DataType(this=Type.SMALLINT),
}


def _average(node: exp.Avg) -> exp.Expr:
    if not isinstance(node.this, exp.Distinct):
        node.set("this", cast(node.this, Type.DOUBLE))
    return node


def _median(node: exp.Median) -> exp.Expr:
    # of decimals one engine gives a decimal, cut to its scale
    if not is_cast_to(node.this, Type.DOUBLE):
        raise refused(node, "MEDIAN(CAST(x AS DOUBLE))")
    return node


def _quantile(node: exp.PercentileCont) -> exp.Expr:
    if node.expression is None or not is_cast_to(node.this, Type.DOUBLE):
        raise refused(node, "QUANTILE_CONT(CAST(x AS DOUBLE), share)")
    return exp.Anonymous(this="PERCENTILE", expressions=[node.this, node.expression])


CHANGED: Changes = {
    exp.Div: _division,
    exp.IntDiv: _whole_division,
    exp.Mod: _remainder,
    exp.Round: _round,
    exp.Log: _logarithm,
    exp.Cast: _conversion,
    exp.TryCast: _conversion,
    exp.DataType: _type,
    exp.Avg: _average,
    exp.Median: _median,
    exp.PercentileCont: _quantile,
}

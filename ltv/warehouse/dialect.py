"""One text, two engines: what Spark needs changed to compute DuckDB's rows, and what it must not be given.

sqlglot writes Spark's syntax. Here stands where the same syntax *means* something else, and the list of functions that
mean the same; whatever is in neither is refused, since a wrong number is worse than an error. The conformance test runs
every function of the list on both engines.

What no tree can show is left to the author of a query: `sqrt` and `ln` get arguments in their domain, shifts go by 0 to
62 on a BIGINT, counts and sums are cast, a difference of two dates is DATE_DIFF, `date + interval` is cast to what it
shall be, text is compared with text, every ORDER BY has its ties broken.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from sqlglot import exp, transforms
from sqlglot.dialects.spark import Spark
from sqlglot.generators.spark import SparkGenerator

from ltv import sql
from ltv.errors import UsageError, found

# These mean the same on both engines as they are.
SAME: frozenset[type[exp.Expr]] = frozenset(
    {
        *(exp.And, exp.Or, exp.Case, exp.If, exp.Coalesce, exp.Nullif, exp.Greatest, exp.Least, exp.Exists),
        *(exp.Count, exp.Sum, exp.Min, exp.Max, exp.AnyValue, exp.LogicalOr, exp.LogicalAnd),
        *(
            exp.BitwiseOrAgg,
            exp.BitwiseAndAgg,
            exp.Stddev,
            exp.StddevSamp,
            exp.StddevPop,
            exp.Variance,
            exp.VariancePop,
        ),
        *(exp.RowNumber, exp.Rank, exp.DenseRank, exp.PercentRank, exp.CumeDist, exp.Ntile),
        *(exp.Lag, exp.Lead, exp.FirstValue, exp.LastValue),
        *(exp.Abs, exp.Sign, exp.Ceil, exp.Floor, exp.Exp, exp.Ln, exp.Sqrt, exp.Pow),
        *(exp.Lower, exp.Upper, exp.Length, exp.Left, exp.Right, exp.Substring, exp.Replace, exp.StartsWith),
        *(exp.Contains, exp.SplitPart, exp.Pad, exp.Repeat, exp.StrPosition, exp.RegexpLike, exp.RegexpExtract),
        *(exp.MD5, exp.SHA2, exp.Array, exp.ArraySize, exp.Unnest, exp.Explode),
        *(exp.Year, exp.Quarter, exp.Month, exp.Day, exp.Hour, exp.Minute, exp.LastDay, exp.DateFromParts),
    }
)
_EXTRACTED = ("YEAR", "QUARTER", "MONTH", "DAY", "DOY", "HOUR", "MINUTE")
_TRUNCATED = ("YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "HOUR", "MINUTE", "SECOND")
_WHOLE = exp.DataType.INTEGER_TYPES
_NO_ESCAPE = "\x01"
_Type = exp.DType


class _Generator(SparkGenerator):
    TRANSFORMS: ClassVar = {
        **SparkGenerator.TRANSFORMS,
        exp.Select: transforms.preprocess([transforms.unnest_to_explode, transforms.any_to_exists]),
    }
    # a bare TIMESTAMP is whichever of its two types a session prefers
    TYPE_MAPPING: ClassVar = {**SparkGenerator.TYPE_MAPPING, exp.DType.TIMESTAMPTZ: "TIMESTAMP_LTZ"}


class SparkNative(Spark):
    """Spark's dialect with its own QUALIFY: the subquery that sqlglot puts in its place adds a column to `SELECT *`."""

    Generator = _Generator


def spark_text(tree: exp.Expr) -> str:
    """Write a DuckDB tree as the text that makes Spark compute the same rows.

    Raises:
        UsageError: it uses what would mean something else there.

    >>> spark_text(sql.query("SELECT a / b AS x FROM t"))
    'SELECT TRY_DIVIDE(CAST(a AS DOUBLE), b) AS x FROM t'
    """
    return for_spark(tree).sql(dialect=SparkNative, comments=False)


def for_spark(tree: exp.Expr) -> exp.Expr:
    """Return the tree that Spark must be given to compute the rows of a DuckDB tree.

    Raises:
        UsageError: it uses what would mean something else there.
    """
    root = tree.copy()
    for node in reversed(list(root.walk(bfs=True))):  # children first
        changed = _changed(node)
        if changed is not node:
            root = changed if node is root else root
            node.replace(changed)
    return root


def _changed(node: exp.Expr) -> exp.Expr:
    change = CHANGED.get(type(node))
    if change is not None:
        return change(node)
    if isinstance(node, exp.Func) and type(node) not in SAME:
        raise _refused(node, "a function that the conformance test proves equal on both engines")
    return node


def _refused(node: exp.Expr, allowed: str) -> UsageError:
    return UsageError(found("sql for Spark", sql.render(node), allowed))


def _cast(node: exp.Expr, type_: exp.DType) -> exp.Cast:
    return exp.Cast(this=node, to=exp.DataType(this=type_))


# ---- arithmetic: a division by zero is NULL, and `/` gives floats, also of decimals


def _is_nonzero(node: exp.Expr) -> bool:
    node = node.unnest()
    if isinstance(node, exp.Neg):
        return _is_nonzero(node.this)
    if isinstance(node, exp.Literal) and not node.is_string:
        return float(node.name) != 0
    return isinstance(node, exp.Nullif)


def _division(node: exp.Div) -> exp.Expr:
    dividend, divisor = _cast(node.this, _Type.DOUBLE), node.expression
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
    if node.args.get("decimals") is not None and not _is_cast_to(node.this, _Type.DECIMAL):
        raise _refused(node, "ROUND(CAST(x AS DECIMAL(…)), n), or ROUND(x)")
    return node


def _logarithm(node: exp.Log) -> exp.Expr:
    if node.expression is None:
        raise _refused(node, "LN or LOG10: LOG has another base on each engine")
    return node


# ---- types


def _is_cast_to(node: exp.Expr, *types: exp.DType) -> bool:
    node = node.unnest()
    return isinstance(node, exp.Cast) and node.to.this in types


def _is_fraction(node: exp.Expr) -> bool:
    node = node.unnest()
    return isinstance(node, _FRACTIONS) or _is_cast_to(node, _Type.DOUBLE, _Type.FLOAT, _Type.DECIMAL)


_FRACTIONS = (exp.Div, exp.Avg, exp.Median, exp.PercentileCont, exp.Sqrt, exp.Ln, exp.Exp, exp.Pow, exp.TimeToUnix)


def _conversion(node: exp.Cast) -> exp.Expr:
    was = node.this.unnest()
    is_fraction = _is_fraction(was) or (isinstance(was, exp.Anonymous) and was.name == "TRY_DIVIDE")
    if is_fraction and node.to.this in _WHOLE:
        raise _refused(node, "a whole number: one engine rounds, the other cuts; use FLOOR, CEIL or ROUND")
    if is_fraction and node.to.this in exp.DataType.TEXT_TYPES and not _is_cast_to(was, _Type.DECIMAL):
        raise _refused(node, "a DECIMAL: each engine writes floats in its own way")
    return node


def _type(node: exp.DataType) -> exp.Expr:
    if node.this in _RENAMED:
        return _RENAMED[node.this].copy()
    return node


_RENAMED = {
    # the calendar of a workspace is naive UTC; Spark's own TIMESTAMP is an instant shown in a session's zone
    _Type.TIMESTAMP: exp.DataType(this=_Type.TIMESTAMPNTZ),
    _Type.INT128: exp.DataType.build("DECIMAL(38, 0)"),
    _Type.UBIGINT: exp.DataType.build("DECIMAL(20, 0)"),
    _Type.UINT: exp.DataType(this=_Type.BIGINT),
    _Type.USMALLINT: exp.DataType(this=_Type.INT),
    _Type.UTINYINT: exp.DataType(this=_Type.SMALLINT),
}


# ---- time


def _time_literal(node: exp.TimeStrToTime) -> exp.Expr:
    return _cast(node.this, _Type.TIMESTAMPTZ if node.args.get("zone") else _Type.TIMESTAMPNTZ)


def _date_literal(node: exp.DateStrToDate) -> exp.Expr:
    return _cast(node.this, _Type.DATE)


def _micros(moment: exp.Expr) -> exp.Expr:
    return exp.Anonymous(this="UNIX_MICROS", expressions=[_cast(moment, _Type.TIMESTAMPTZ)])


def _seconds(moment: exp.Expr) -> exp.Expr:
    return exp.Div(this=_cast(_micros(moment), _Type.DOUBLE), expression=exp.Literal.number(1_000_000))


def _extract(node: exp.Extract) -> exp.Expr:
    part = node.name.upper()
    if part == "EPOCH":
        return exp.Paren(this=_seconds(node.expression))
    if part not in _EXTRACTED:
        raise _refused(node, f"EXTRACT of {', '.join(_EXTRACTED)}, EPOCH")
    return node


def _truncate(node: exp.TimestampTrunc | exp.DateTrunc) -> exp.Expr:
    if node.unit is None or node.unit.name.upper() not in _TRUNCATED:
        raise _refused(node, f"DATE_TRUNC to {', '.join(_TRUNCATED)}")
    whole = exp.TimestampTrunc(this=node.this, unit=exp.var(node.unit.name.upper()))
    return _cast(whole, _Type.TIMESTAMPNTZ)


def _difference(node: exp.DateDiff) -> exp.Expr:
    """Count the calendar borders crossed, as DuckDB does; Spark alone would count whole units that have passed."""
    if node.unit is None or node.unit.name.upper() not in _BORDERS:
        raise _refused(node, f"DATE_DIFF in {', '.join(_BORDERS)}; elapsed time from EPOCH")
    days = {"a": _cast(node.expression, _Type.DATE), "b": _cast(node.this, _Type.DATE)}
    unit = node.unit.name.upper()
    if unit == "DAY":
        return exp.DateDiff(this=days["b"], expression=days["a"], unit=exp.var("DAY"))
    return exp.Paren(this=sql.expression(_BORDERS[unit], **days))


_BORDERS = {
    "DAY": "",
    "MONTH": "(YEAR(b) * 12 + MONTH(b)) - (YEAR(a) * 12 + MONTH(a))",
    "YEAR": "YEAR(b) - YEAR(a)",
}


# ---- aggregates, lists and text


def _average(node: exp.Avg) -> exp.Expr:
    if not isinstance(node.this, exp.Distinct):
        node.set("this", _cast(node.this, _Type.DOUBLE))
    return node


def _median(node: exp.Median) -> exp.Expr:
    return exp.Anonymous(this="PERCENTILE", expressions=[_cast(node.this, _Type.DOUBLE), exp.Literal.number(0.5)])


def _quantile(node: exp.PercentileCont) -> exp.Expr:
    if node.expression is None:
        raise _refused(node, "QUANTILE_CONT(x, share)")
    return exp.Anonymous(this="PERCENTILE", expressions=[_cast(node.this, _Type.DOUBLE), node.expression])


def _arg(node: exp.ArgMax | exp.ArgMin) -> exp.Expr:
    """DuckDB passes over rows without the value that is looked for."""
    if node.args.get("count") is not None:
        raise _refused(node, "ARG_MAX and ARG_MIN of one value")
    there = exp.Not(this=exp.Is(this=node.this.copy(), expression=exp.Null()))
    node.set("expression", exp.Case().when(there, node.expression, copy=False))
    return node


def _joined(node: exp.GroupConcat) -> exp.Expr:
    if not isinstance(node.this, exp.Order):
        raise _refused(node, "STRING_AGG(x, separator ORDER BY …)")
    return node


def _list_contains(node: exp.ArrayContains) -> exp.Expr:
    """A value that is not found beside a NULL is not there; Spark alone would say NULL."""
    template = "CASE WHEN l IS NULL OR x IS NULL THEN NULL ELSE COALESCE(c, FALSE) END"
    return sql.expression(template, l=node.this, x=node.expression, c=node)


def _concat(node: exp.Concat) -> exp.Expr:
    """CONCAT passes over NULL; the values may have any type."""
    node.set("expressions", [_cast(e, _Type.TEXT) for e in node.expressions])
    return node


def _like(node: exp.Like | exp.ILike) -> exp.Expr:
    # a backslash is an ordinary character in DuckDB's patterns, in Spark's it escapes
    if isinstance(node.parent, exp.Escape) or (node.expression.is_string and "\\" not in node.expression.name):
        return node
    return exp.Escape(this=node.copy(), expression=exp.Literal.string(_NO_ESCAPE))


def _regexp_replace(node: exp.RegexpReplace) -> exp.Expr:
    modifiers, new = node.args.get("modifiers"), node.args.get("replacement")
    if modifiers is None or modifiers.name != "g" or new is None or not new.is_string or set(new.name) & {"\\", "$"}:
        raise _refused(node, "REGEXP_REPLACE(text, pattern, plain text, 'g')")
    return node


# ---- what is refused whatever stands in it


def _by_name(node: exp.Anonymous) -> exp.Expr:
    if node.name.upper() == "EPOCH_US" and len(node.expressions) == 1:
        return _micros(node.expressions[0])
    raise _refused(node, "a function that the conformance test proves equal on both engines")


def _star(node: exp.Star) -> exp.Expr:
    if node.args.get("replace") or node.args.get("rename"):
        raise _refused(node, "* or * EXCLUDE (…)")
    return node


def _distinct(node: exp.Distinct) -> exp.Expr:
    if node.args.get("on") is not None:
        raise _refused(node, "DISTINCT, or QUALIFY ROW_NUMBER() OVER (…) = 1")
    return node


def _join(node: exp.Join) -> exp.Expr:
    if node.method:
        raise _refused(node, "a join by conditions")
    return node


def _never(node: exp.Expr) -> exp.Expr:
    raise _refused(node, "the vocabulary that both engines share")


# Any, since each change takes the node it is listed for
CHANGED: dict[type[exp.Expr], Callable[[Any], exp.Expr]] = {
    exp.Div: _division,
    exp.IntDiv: _whole_division,
    exp.Mod: _remainder,
    exp.Round: _round,
    exp.Log: _logarithm,
    exp.Cast: _conversion,
    exp.TryCast: _conversion,
    exp.DataType: _type,
    exp.TimeStrToTime: _time_literal,
    exp.DateStrToDate: _date_literal,
    exp.TimeToUnix: lambda node: exp.Paren(this=_seconds(node.this)),
    exp.Extract: _extract,
    exp.TimestampTrunc: _truncate,
    exp.DateTrunc: _truncate,
    exp.DateDiff: _difference,
    exp.Avg: _average,
    exp.Median: _median,
    exp.PercentileCont: _quantile,
    exp.ArgMax: _arg,
    exp.ArgMin: _arg,
    exp.GroupConcat: _joined,
    exp.ArrayContains: _list_contains,
    exp.Concat: _concat,
    exp.Trim: lambda node: node,
    exp.Like: _like,
    exp.ILike: _like,
    exp.RegexpReplace: _regexp_replace,
    exp.Anonymous: _by_name,
    exp.Star: _star,
    exp.Distinct: _distinct,
    exp.Join: _join,
    **dict.fromkeys((exp.Bracket, exp.Lambda, exp.Pivot, exp.SimilarTo, exp.TableSample, exp.WithinGroup), _never),
}

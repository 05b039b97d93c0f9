"""Time: naive UTC on both engines, calendar borders counted as DuckDB counts them, elapsed time in epoch seconds."""

from __future__ import annotations

from sqlglot import exp

from ltv import sql
from ltv.warehouse.dialect.tree import Changes, Type, cast, refused

_EXTRACTED = ("YEAR", "QUARTER", "MONTH", "DAY", "DOY", "HOUR", "MINUTE")
_TRUNCATED = ("YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "HOUR", "MINUTE", "SECOND")


def _time_literal(node: exp.TimeStrToTime) -> exp.Expr:
    return cast(node.this, Type.TIMESTAMPTZ if node.args.get("zone") else Type.TIMESTAMPNTZ)


def _date_literal(node: exp.DateStrToDate) -> exp.Expr:
    return cast(node.this, Type.DATE)


def micros(moment: exp.Expr) -> exp.Expr:
    """Microseconds since 1970."""
    return exp.Anonymous(this="UNIX_MICROS", expressions=[cast(moment, Type.TIMESTAMPTZ)])


def _seconds(moment: exp.Expr) -> exp.Expr:
    return exp.Div(this=cast(micros(moment), Type.DOUBLE), expression=exp.Literal.number(1_000_000))


def _extract(node: exp.Extract) -> exp.Expr:
    part = node.name.upper()
    if part == "EPOCH":
        return exp.Paren(this=_seconds(node.expression))
    if part not in _EXTRACTED:
        raise refused(node, f"EXTRACT of {', '.join(_EXTRACTED)}, EPOCH")
    return node


def _truncate(node: exp.TimestampTrunc | exp.DateTrunc) -> exp.Expr:
    if node.unit is None or node.unit.name.upper() not in _TRUNCATED:
        raise refused(node, f"DATE_TRUNC to {', '.join(_TRUNCATED)}")
    whole = exp.TimestampTrunc(this=node.this, unit=exp.var(node.unit.name.upper()))
    return cast(whole, Type.TIMESTAMPNTZ)


def _difference(node: exp.DateDiff) -> exp.Expr:
    """Count the calendar borders crossed, as DuckDB does; Spark alone would count whole units that have passed."""
    if node.unit is None or node.unit.name.upper() not in _BORDERS:
        raise refused(node, f"DATE_DIFF in {', '.join(_BORDERS)}; elapsed time from EPOCH")
    days = {"a": cast(node.expression, Type.DATE), "b": cast(node.this, Type.DATE)}
    unit = node.unit.name.upper()
    if unit == "DAY":
        return exp.DateDiff(this=days["b"], expression=days["a"], unit=exp.var("DAY"))
    return exp.Paren(this=sql.expression(_BORDERS[unit], **days))


_BORDERS = {
    "DAY": "",
    "MONTH": "(YEAR(b) * 12 + MONTH(b)) - (YEAR(a) * 12 + MONTH(a))",
    "YEAR": "YEAR(b) - YEAR(a)",
}


CHANGED: Changes = {
    exp.TimeStrToTime: _time_literal,
    exp.DateStrToDate: _date_literal,
    exp.TimeToUnix: lambda node: exp.Paren(this=_seconds(node.this)),
    exp.Extract: _extract,
    exp.TimestampTrunc: _truncate,
    exp.DateTrunc: _truncate,
    exp.DateDiff: _difference,
}

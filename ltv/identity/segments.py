"""`[[segments]]` of the settings → `user_segments`: conditions over the people table, checked before they run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from ltv import sql
from ltv.errors import UsageError, found

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from ltv.settings import Segment

_ALLOWED = (
    exp.Column, exp.Identifier, exp.Literal, exp.Boolean, exp.Null, exp.Paren, exp.Neg, exp.Interval, exp.Var,
    exp.And, exp.Or, exp.Not, exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Between, exp.In, exp.Is, exp.Like,
    exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Coalesce, exp.Lower, exp.Upper, exp.Abs, exp.Cast, exp.DataType, exp.Date,
)  # fmt: skip


def condition(segment: Segment, columns: Collection[str]) -> exp.Expr:
    """Parse a segment's condition.

    Args:
        segment: as declared in the settings.
        columns: names it may speak of.

    Raises:
        UsageError: it is not a plain condition, or it names an unknown column.
    """
    where = f"[[segments]] {segment.kind}/{segment.name} where"
    try:
        tree = sql.expression(segment.where)
    except Exception:  # noqa: BLE001  whatever the parser says of it, the setting is wrong
        raise UsageError(found(where, segment.where, "a condition such as age between 18 and 24")) from None
    for node in tree.walk():
        if not isinstance(node, _ALLOWED):
            raise UsageError(found(where, node.sql(dialect=sql.DIALECT), "comparisons of columns with values"))
        if isinstance(node, exp.Column) and (node.name not in columns or node.table):
            raise UsageError(found(where, node.sql(dialect=sql.DIALECT), ", ".join(sorted(columns))))
    return tree


def memberships(segments: Sequence[Segment], columns: Collection[str]) -> exp.Query:
    """Everyone's segment of each kind: within a kind the first condition that holds decides."""
    kinds = list(dict.fromkeys(s.kind for s in segments))
    parts = [_kind(kind, [s for s in segments if s.kind == kind], columns) for kind in kinds]
    return sql.union_all([_none(), *parts])


def _none() -> exp.Query:
    return sql.load("ltv.identity", "no_segments")


def _kind(kind: str, segments: Sequence[Segment], columns: Collection[str]) -> exp.Query:
    case = exp.Case()
    for segment in segments:
        case = case.when(condition(segment, columns), exp.Literal.string(segment.name))
    inner = exp.select("user_id", exp.alias_(case, "segment")).from_("people")
    kind_column = exp.alias_(exp.Literal.string(kind), "segment_kind")
    return exp.select("user_id", kind_column, "segment").from_(inner.subquery("s")).where("segment IS NOT NULL")

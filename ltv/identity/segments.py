"""`[[segments]]` of the settings → `user_segments`: conditions over the people table, checked before they run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from ltv import sql
from ltv.errors import UsageError, found
from ltv.settings import expressions

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from ltv.settings import Segment
    from ltv.warehouse.engine import Engine

_EXAMPLE = "a condition such as age between 18 and 24"


def condition(segment: Segment, columns: Collection[str]) -> exp.Expr:
    """Parse a segment's condition.

    Args:
        segment: as declared in the settings.
        columns: names it may speak of.

    Raises:
        UsageError: it is not a plain condition, or it names an unknown column.
    """
    return expressions.condition(_place(segment), segment.where, columns, example=_EXAMPLE)


def _place(segment: Segment) -> str:
    return f"[[segments]] {segment.kind}/{segment.name} where"


def told_at_any_time(segments: Sequence[Segment]) -> frozenset[str]:
    """Kinds of segments that do not speak of what people have bought: who belongs to them was known long before.

    Whoever is judged by what came must not be grouped by it.
    """
    bought = {"first_order_at", "last_order_at", "orders", "value_to_date"}
    later = {s.kind for s in segments if bought & {c.name for c in sql.expression(s.where).find_all(exp.Column)}}
    return frozenset(s.kind for s in segments) - later


def try_out(engine: Engine, segment: Segment, columns: Mapping[str, str]) -> None:
    """Evaluate a condition for a person who does not exist, so that a wrong one is told before any page is made.

    Args:
        engine: any engine.
        segment: as declared in the settings.
        columns: names and engine types it may speak of.

    Raises:
        UsageError: it compares what cannot be compared, or is no condition.
    """
    nobody = [exp.alias_(exp.cast(_nothing(kind), kind), name, quoted=True) for name, kind in columns.items()]
    tree = condition(segment, columns)
    asked = exp.select(exp.alias_(exp.and_(tree, exp.true()), "it")).from_(exp.select(*nobody).subquery("people"))
    try:
        engine.scalar(asked)
    except Exception as error:  # each engine has its own
        why = " ".join(str(error).split("\nLINE")[0].split())
        raise UsageError(f"{_place(segment)}: {found('condition', segment.where, _EXAMPLE)} ({why[:200]})") from None


def _nothing(kind: str) -> exp.Expr:
    # a number would be equal to nothing silently, a text that is none shows a comparison of text with numbers
    return exp.Literal.string("-") if kind == "VARCHAR" else exp.null()


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

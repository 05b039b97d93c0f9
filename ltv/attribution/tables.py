"""Touches, spend, segments and scores as they are given, in the types this room works with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from sqlglot import exp

from ltv import sql
from ltv.warehouse import given

if TYPE_CHECKING:
    from ltv.warehouse.engine import Engine

Kinds = Mapping[str, str]
# columns that must be there, and those that may be; by the kind of their values
TOUCHES: tuple[Kinds, Kinds] = (
    {"user_id": "person", "ts": "moment", "channel": "text", "kind": "text"},
    {"campaign": "text", "cost": "number", "touch_id": "text"},
)
SPENT: tuple[Kinds, Kinds] = ({"date": "moment", "channel": "text"}, {"campaign": "text"})
SEGMENTS: tuple[Kinds, Kinds] = ({"user_id": "person", "segment_kind": "text", "segment": "text"}, {})
SCORES: tuple[Kinds, Kinds] = (
    {"user_id": "person", "horizon_days": "number", "expected": "number"},
    {"as_of": "moment"},
)
_NAMES = ("channel", "campaign", "kind")  # nobody's name is told apart from an empty one
_RENAMED = {"date": "day", "as_of": "day"}


def table_form(engine: Engine, argument: str, table: str, kinds: Kinds, optional: Kinds) -> exp.Query:
    """A table with all columns that are asked for, each in the type of its kind; those not there are NULL.

    Args:
        engine: where it is.
        argument: what a message calls it.
        table: its name in the engine.
        kinds: column that must be there → kind.
        optional: column that may be there → kind.

    Raises:
        UsageError: a column is missing, or of another kind.
    """
    given.require(argument, engine.columns(table), *kinds)
    wanted = {**kinds, **optional}
    there = given.typed(engine, argument, table, wanted)
    parts = [_part(column, kind, there.get(column, exp.null())) for column, kind in wanted.items()]
    tree = exp.select(*parts).from_(sql.table(table))
    return tree.distinct() if argument == "segments" else tree


def _part(column: str, kind: str, value: exp.Expr) -> exp.Expr:
    tree: exp.Expr = exp.cast(value, given.KINDS[kind][1], dialect=sql.DIALECT)
    if column in _NAMES:
        tree = sql.expression("COALESCE(v, '')", v=tree)
    if column in _RENAMED:
        tree = exp.cast(tree, "DATE", dialect=sql.DIALECT)
    return exp.alias_(tree, _RENAMED.get(column, column), quoted=True)

"""The tables as they are given, in the types this room works with: what cannot be read so is named at the door."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from sqlglot import exp

from ltv import sql
from ltv.contract.orders import OPTIONAL
from ltv.warehouse import given

if TYPE_CHECKING:
    from ltv.warehouse.engine import Engine

_COLUMNS: dict[str, dict[str, str]] = {
    "exposures": {"user_id": "person", "ts": "moment", "experiment": "text", "variant": "text"},
    "events": {"user_id": "person", "ts": "moment", "event": "text"},
    "invites": {"inviter_user_id": "person", "ts": "moment"},
    "segments": {"user_id": "person", "segment_kind": "text", "segment": "text"},
    "scores": {"user_id": "person", "horizon_days": "number", "expected": "number"},
    "orders": {"user_id": "person", "ts": "moment"},
    "members": {"user_id": "person", "registered_at": "moment"},
}
_OPTIONAL: dict[str, dict[str, str]] = {
    "scores": {"as_of": "moment"},
    "exposures": {"id_value": "text"},
    "orders": OPTIONAL,
}
NO_VARIANT = "–"


def checked(engine: Engine, names: Mapping[str, str], made: list[str]) -> dict[str, str]:
    """Views of the tables with the columns that are wanted, in their types.

    Args:
        engine: where they are.
        names: argument → table.
        made: to which the names of the views are added; whoever calls drops them.

    Raises:
        UsageError: a column is not there, or is of another kind.
    """
    return {argument: _view(engine, argument, table, made) for argument, table in names.items()}


def _view(engine: Engine, argument: str, table: str, made: list[str]) -> str:
    wanted = _COLUMNS[argument]
    given.require(argument, engine.columns(table), *wanted)
    kinds = wanted | _OPTIONAL.get(argument, {})
    parts = [
        exp.alias_(_as_kind(value, column, kinds[column]), column)
        for column, value in given.typed(engine, argument, table, kinds).items()
    ]
    name = f"exp given {argument}"
    made.append(name)
    tree = exp.select(*parts).from_(sql.table(table))
    engine.define(name, tree.distinct() if argument == "segments" else tree)
    return name


def cast(argument: str, column: str, kind: str, engine_type: str) -> exp.Expr:
    """A column in the type of its kind.

    Args:
        argument: what a message calls the table.
        column: its name.
        kind: `person`, `moment`, `number` or `text`.
        engine_type: what it is.

    Raises:
        UsageError: it is of another kind.
    """
    given.check_kind(argument, column, kind, engine_type)
    return _as_kind(sql.column(column), column, kind)


def _as_kind(value: exp.Expr, column: str, kind: str) -> exp.Expr:
    tree = exp.cast(value, given.KINDS[kind][1], dialect=sql.DIALECT)
    return sql.expression("COALESCE(v, n)", v=tree, n=exp.Literal.string(NO_VARIANT)) if column == "variant" else tree

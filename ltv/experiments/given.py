"""The tables as they are given, in the types this room works with: what cannot be read so is named at the door."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from sqlglot import exp

from ltv import sql
from ltv.errors import UsageError, found

if TYPE_CHECKING:
    from ltv.warehouse.engine import Engine

_INTEGERS = ("INT", "LONG", "SHORT", "BYTE", "NULL", "VOID")
_MOMENTS = ("TIMESTAMP", "DATE", "NULL", "VOID")
_NUMBERS = (*_INTEGERS, "DECIMAL", "DOUBLE", "FLOAT", "REAL", "NUMERIC")
# kind → engine types it may be read from, what it becomes, what a message calls it
_KINDS: dict[str, tuple[tuple[str, ...], str, str]] = {
    "person": (_INTEGERS, "BIGINT", "whole numbers"),
    "moment": (_MOMENTS, "TIMESTAMP", "times"),
    "number": (_NUMBERS, "DOUBLE", "numbers"),
    "text": ((), "VARCHAR", "texts"),
}
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
    "orders": {
        "amount": "number",
        "value": "number",
        "discount": "number",
        "refund": "number",
        "refunded_at": "moment",
        "status": "text",
    },
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
    columns = engine.columns(table)
    wanted = dict(_COLUMNS[argument])
    missing = [c for c in wanted if c not in columns]
    if missing:
        raise UsageError(found(f"{argument} columns", ", ".join(columns), f"also {', '.join(missing)}"))
    wanted |= {c: k for c, k in _OPTIONAL.get(argument, {}).items() if c in columns}
    parts = []
    for column, kind in wanted.items():
        try:
            parts.append(exp.alias_(cast(argument, column, kind, columns[column]), column))
        except UsageError:
            if _has_rows(engine, table):
                raise
            parts.append(exp.alias_(exp.cast(exp.null(), _KINDS[kind][1], dialect=sql.DIALECT), column))
    name = f"exp given {argument}"
    made.append(name)
    tree = exp.select(*parts).from_(sql.table(table))
    engine.define(name, tree.distinct() if argument == "segments" else tree)
    return name


def _has_rows(engine: Engine, table: str) -> bool:
    """An empty data frame has columns of no kind in particular."""
    some = sql.replace_tables(sql.query("SELECT COUNT(*) AS n FROM t"), {"t": table})
    return bool(engine.scalar(some))


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
    families, wanted, words = _KINDS[kind]
    plain = engine_type.upper().strip('"')
    if (families and not any(family in plain for family in families)) or plain.endswith("]"):
        raise UsageError(found(f"{argument}.{column}", engine_type.lower(), words))
    tree = exp.cast(sql.column(column), wanted, dialect=sql.DIALECT)
    return sql.expression("COALESCE(v, n)", v=tree, n=exp.Literal.string(NO_VARIANT)) if column == "variant" else tree

"""Tables as they are given: which columns they must have, and of which kind these must be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from sqlglot import exp

from ltv import sql
from ltv.contract.orders import OPTIONAL
from ltv.errors import UsageError, found

if TYPE_CHECKING:
    from ltv.warehouse.engine import Engine

_WHOLE = (
    "TINYINT",
    "SMALLINT",
    "INTEGER",
    "BIGINT",
    "HUGEINT",
    "UTINYINT",
    "USMALLINT",
    "UINTEGER",
    "UBIGINT",
    "UHUGEINT",
)
_MOMENTS = ("TIMESTAMP", "DATE")
# kind → engine types it may be read from, what it becomes, what a message calls it; a column of people in which
# somebody is missing comes as floating-point numbers
KINDS: dict[str, tuple[tuple[str, ...], str, str]] = {
    "person": ((*_WHOLE, "DOUBLE", "FLOAT"), "BIGINT", "whole numbers, as user_id is in a workspace"),
    "moment": (_MOMENTS, "TIMESTAMP", "times"),
    "number": ((*_WHOLE, "DOUBLE", "FLOAT", "DECIMAL"), "DOUBLE", "numbers"),
    "text": ((), "VARCHAR", "texts"),
}


def require(argument: str, columns: Iterable[str], *wanted: str) -> None:
    """Check that columns are there.

    Args:
        argument: what a message calls the table.
        columns: those that it has.
        wanted: those that it must have.

    Raises:
        UsageError: some are missing.
    """
    have = list(columns)
    missing = [c for c in dict.fromkeys(wanted) if c not in have]
    if missing:
        raise UsageError(found(f"{argument} columns", ", ".join(have), f"also {', '.join(missing)}"))


def typed(engine: Engine, argument: str, table: str, wanted: Mapping[str, str]) -> dict[str, exp.Expr]:
    """Columns, each as it is, or NULL in the type of its kind where it holds no value at all.

    Args:
        engine: where the table is.
        argument: what a message calls it.
        table: its name in the engine.
        wanted: column → `person`, `moment`, `number` or `text`; those that are not there are left out.

    Raises:
        UsageError: one is of another kind.
    """
    there = engine.columns(table)
    parts: dict[str, exp.Expr] = {}
    for column, kind in wanted.items():
        if column not in there:
            continue
        nothing = exp.cast(exp.null(), KINDS[kind][1], dialect=sql.DIALECT)
        try:
            check_kind(argument, column, kind, there[column])
        except UsageError:
            if _has_values(engine, table, column):
                raise
            parts[column] = nothing
        else:
            # anything may stand for a text, and a column of nothing is one of whole numbers to the engine
            is_number = kind == "text" and there[column].upper() == "INTEGER"
            parts[column] = nothing if is_number and not _has_values(engine, table, column) else sql.column(column)
    return parts


def check_kind(argument: str, column: str, kind: str, engine_type: str) -> None:
    """Check the type of a column.

    Raises:
        UsageError: it is of another kind.
    """
    families, _, words = KINDS[kind]
    plain = engine_type.upper().strip('"')
    is_known = plain in ("NULL", "VOID") or not families or plain.startswith(families)
    if not is_known or plain.endswith("]"):
        raise UsageError(found(f"{argument}.{column}", engine_type.lower(), words))


def _has_values(engine: Engine, table: str, column: str) -> bool:
    """Whether a column holds anything: one of a data frame that does not is of no kind in particular."""
    some = exp.select("1 AS n").from_(sql.table(table)).where(sql.expression("c IS NOT NULL", c=sql.column(column)))
    return engine.scalar(some.limit(1)) is not None


def order_columns(engine: Engine, table: str) -> Mapping[str, exp.Expr]:
    """The columns that say what an order is and what it is worth, as `ltv.contract.orders` reads them.

    Raises:
        UsageError: one of them is of another kind, or there is neither amount nor value.
    """
    there = engine.columns(table)
    if not {"amount", "value"} & set(there):
        require("orders", there, "amount or value")
    return typed(engine, "orders", table, OPTIONAL)

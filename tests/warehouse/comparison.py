"""Rows of two engines, compared: floats at 1e-9, the order only where the query gives one."""

import math
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import pyarrow as pa
from sqlglot import exp

Row = tuple[Any, ...]


def rows(table: pa.Table, query: exp.Query) -> list[Row]:
    """The rows of a result in plain values; sorted where the query leaves the order open."""
    found = [tuple(_plain(v) for v in row.values()) for row in table.to_pylist()]
    return found if query.args.get("order") else sorted(found, key=_place)


def _plain(value: Any) -> Any:
    if isinstance(value, date) and not isinstance(value, datetime):
        return datetime.combine(value, time.min)
    return float(value) if isinstance(value, Decimal) else value


def _place(row: Row) -> tuple[tuple[str, str], ...]:
    """A key for sorting on which tiny differences of floats have no say."""
    return tuple((_kind(v), f"{v:+.6e}" if _kind(v) == "number" else repr(v)) for v in row)


def _kind(value: Any) -> str:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return "number" if is_number else type(value).__name__


def same(one: Any, other: Any) -> bool:
    """Whether two values are the same: whole numbers exactly, floats at 1e-9."""
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(same(a, b) for a, b in zip(one, other, strict=True))
    if _kind(one) == _kind(other) == "number" and isinstance(one, float) | isinstance(other, float):
        return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-9) or (math.isnan(one) and math.isnan(other))
    return type(one) is type(other) and one == other


def differences(one: list[Row], other: list[Row]) -> list[str]:
    """What differs, row by row."""
    if len(one) != len(other):
        return [f"{len(one)} rows and {len(other)} rows", repr(one), repr(other)]
    return [f"{a} and {b}" for a, b in zip(one, other, strict=True) if not same(a, b)]

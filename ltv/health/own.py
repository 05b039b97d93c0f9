"""Indicators of one's own: a figure of a result table, worked out by the engine, whole or by segment, by day where there are days."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd
import pyarrow as pa
from sqlglot import exp

from ltv import sql
from ltv.contract import RESULTS
from ltv.errors import LtvError, UsageError, found
from ltv.health.segments import WHOLE
from ltv.settings import expressions
from ltv.settings.readers import FILE
from ltv.workspace.store import ARROW

if TYPE_CHECKING:
    from ltv.settings.indicators import Indicator
    from ltv.warehouse.engine import Engine

_ROWS = "health own rows"


def evaluate(engine: Engine, indicator: Indicator, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame | None:
    """Work one out.

    Args:
        engine: any engine.
        indicator: as declared.
        tables: result tables by name.

    Returns:
        date (None where the table has none), segment_kind, segment, value, people (rows behind it); None where there is no
        such table.

    Raises:
        UsageError: the expression or the condition cannot be evaluated.
    """
    if indicator.table is None or indicator.table not in tables:
        return None
    place = f"{FILE} [[indicators]] {indicator.name}"
    columns = RESULTS[indicator.table].names
    value = expressions.figure(f"{place} value", str(indicator.value), columns)
    asked = _query(indicator.table, value, indicator.where, place)
    try:
        engine.register(_ROWS, _typed(indicator.table, tables[indicator.table]))
        rows = engine.frame(asked)
    except LtvError:
        raise
    except Exception as error:  # each engine has its own
        why = " ".join(str(error).split("\nLINE")[0].split())
        raise UsageError(
            f"{found(f'{place} value', indicator.value, 'what can be worked out')} ({why[:200]})"
        ) from None
    finally:
        engine.drop([_ROWS])
    return _filled(rows)


def _query(table: str, value: exp.Expr, where: str | None, place: str) -> exp.Query:
    columns = RESULTS[table].names
    by = [name for name in ("date", "segment_kind", "segment") if name in columns]
    figure = exp.alias_(exp.cast(value, "DOUBLE", dialect=sql.DIALECT), "value")
    told = exp.alias_(sql.expression("CAST(COUNT(*) AS BIGINT)"), "people")
    tree = exp.select(*map(sql.column, by), figure, told).from_(sql.table(_ROWS))
    if where is not None:
        tree = tree.where(expressions.condition(f"{place} where", where, columns))
    return tree.group_by(*map(sql.column, by)) if by else tree


def _typed(table: str, rows: pd.DataFrame) -> pa.Table:
    """The columns of the contract; one of which nothing is known keeps the kind that it has there."""
    spec = RESULTS[table]
    arrays = [
        pa.Array.from_pandas(rows[c.name], type=ARROW[c.type] if c.type != "json" else None) for c in spec.columns
    ]
    return pa.table(arrays, names=list(spec.names))


def _filled(rows: pd.DataFrame) -> pd.DataFrame:
    rows = rows[rows["value"].notna()] if "date" in rows or "segment" in rows else rows
    filled = {
        "date": pd.to_datetime(rows["date"]).dt.date if "date" in rows else None,
        "segment_kind": rows.get("segment_kind", WHOLE),
        "segment": rows.get("segment", WHOLE),
        "value": rows["value"].astype(float),
        "people": rows["people"].astype(float),
    }
    return pd.DataFrame(filled, index=rows.index).reset_index(drop=True)

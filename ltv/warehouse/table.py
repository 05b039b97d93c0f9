"""Engine tables: what `ws.orders` is, and how functions take tables and data frames alike."""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias, Union

from sqlglot import exp

from ltv import sql
from ltv.errors import UsageError, found

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from ltv.warehouse.engine import Engine


@dataclass(frozen=True)
class Table:
    """A view or table of an engine; nothing is read until asked.

    Attributes:
        engine: where it lives.
        name: its name there.
    """

    engine: Engine
    name: str

    @property
    def columns(self) -> dict[str, str]:
        """Names and engine types of the columns."""
        return self.engine.columns(self.name)

    def _from(self) -> exp.Select:
        return exp.select("*").from_(sql.table(self.name))

    def frame(self, *, limit: int | None = None) -> pd.DataFrame:
        """Read the rows (or the first `limit`) into a data frame."""
        return self.engine.frame(self._from().limit(limit) if limit is not None else self._from())

    def query(self, text: str, **params: object) -> pd.DataFrame:
        """Run one SELECT in which this table is called `self`; `$name` values are bound."""
        return self.engine.frame(sql.replace_tables(sql.query(text), {"self": self.name}), params)

    def __len__(self) -> int:
        tree = sql.replace_tables(sql.query("SELECT count(*) AS n FROM self"), {"self": self.name})
        return int(self.engine.scalar(tree))

    def __repr__(self) -> str:
        shown = ", ".join(f"{k} {v}" for k, v in self.columns.items())
        return f"<Table {self.name!r}: {len(self):,} rows · {shown}>"

    def _repr_html_(self) -> str:
        rows: str = self.frame(limit=10).to_html(index=False, border=0)
        return f"<p><b>{html.escape(self.name)}</b>: {len(self):,} rows</p>{rows}"


TableLike: TypeAlias = Union[Table, "pd.DataFrame", "pa.Table"]


def together(given: Mapping[str, TableLike | None]) -> tuple[Engine, dict[str, str]]:
    """Bring tables and data frames into one engine.

    Args:
        given: argument name → table, data frame or None (left out).

    Returns:
        The engine and the name under which each one that is not None can be queried there.

    Raises:
        UsageError: tables come from different engines, or an argument is neither a table nor a frame.
    """
    present = {k: v for k, v in given.items() if v is not None}
    engine = _one_engine(present)
    names: dict[str, str] = {}
    for key, value in present.items():
        if isinstance(value, Table):
            names[key] = value.name
        else:
            names[key] = f"given {key} {id(value)}"
            engine.register(names[key], _checked(key, value))
    return engine, names


def _one_engine(present: Mapping[str, TableLike]) -> Engine:
    engines = {id(v.engine): v.engine for v in present.values() if isinstance(v, Table)}
    if len(engines) > 1:
        raise UsageError(found("tables", ", ".join(present), "tables of one workspace"))
    if engines:
        return next(iter(engines.values()))
    from ltv.warehouse.duck import DuckEngine

    engine = DuckEngine()
    engine.lock()
    return engine


def _checked(key: str, value: object) -> pd.DataFrame | pa.Table:
    import pandas as pd
    import pyarrow as pa

    if isinstance(value, (pd.DataFrame, pa.Table)):
        return value
    raise UsageError(found(key, type(value).__name__, "a table of a workspace, a pandas DataFrame or an Arrow table"))

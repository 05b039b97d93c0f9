"""The thin adapter every analysis speaks to: views, tables, scalars, sinks. DuckDB by default, Spark by name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa
    from sqlglot import exp

    from ltv.sql import Params


class Engine(Protocol):
    """What both engines can do; queries are trees in the DuckDB dialect (see `ltv.sql`), values are bound by name."""

    name: str

    def attach(self, name: str, files: Sequence[Path]) -> None:
        """Make parquet files readable as a view."""

    def register(self, name: str, frame: pd.DataFrame | pa.Table) -> None:
        """Make a table in memory readable as a view."""

    def define(self, name: str, query: exp.Query) -> None:
        """Create a view; it must not need parameters."""

    def materialise(self, name: str, query: exp.Query, params: Params | None = None) -> None:
        """Compute a query once and keep its rows under a name."""

    def frame(self, query: exp.Query, params: Params | None = None) -> pd.DataFrame:
        """Run a query and return its rows."""

    def arrow(self, query: exp.Query, params: Params | None = None) -> pa.Table:
        """Run a query and return its rows as an Arrow table, in the types of the engine."""

    def scalar(self, query: exp.Query, params: Params | None = None) -> Any:  # noqa: ANN401  the value of a cell
        """Run a query of one row and one column and return the value."""

    def sink(self, query: exp.Query, path: Path, params: Params | None = None) -> int:
        """Write the rows of a query to one parquet file, whole or not at all; return their number."""

    def columns(self, name: str) -> dict[str, str]:
        """Names and engine types of the columns of a view or table."""

    def drop(self, names: Iterable[str]) -> None:
        """Forget views and tables that exist."""

    def lock(self) -> None:
        """Close the door: no new files, no new settings from here on."""

    def close(self) -> None:
        """Give everything back."""

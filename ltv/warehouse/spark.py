"""The Spark engine: the same queries where one machine ends, translated by `ltv.warehouse.dialect`."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa
from pyarrow import parquet
from sqlglot import exp

from ltv import sql
from ltv.errors import UsageError, found
from ltv.warehouse.dialect import spark_text
from ltv.warehouse.engine import Engine
from ltv.warehouse.files import write_whole
from ltv.warehouse.spark_types import duckdb_name, for_spark

if TYPE_CHECKING:
    import pandas as pd
    from pyspark.sql import DataFrame, SparkSession

SETTINGS = {
    # times are naive UTC, and what has a zone is shown in UTC
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    # a value that does not fit is an error, as in DuckDB, never a silent NULL
    "spark.sql.ansi.enabled": "true",
    "spark.sql.caseSensitive": "false",
    # ${env:…} in a query would read the environment, parquet.`path` any file
    "spark.sql.variable.substitute": "false",
    "spark.sql.runSQLOnFiles": "false",
}


class SparkEngine(Engine):
    """A Spark session behind the adapter.

    Works in a new session of the same application, so that neither settings nor views of the caller are touched;
    what the engine reads is attached or registered by name.

    Args:
        session: a classic session (not Spark Connect); it stays the caller's, `close` does not stop it.
    """

    name = "spark"

    def __init__(self, session: SparkSession) -> None:
        self.session = session.newSession()
        for setting, value in SETTINGS.items():
            self.session.conf.set(setting, value)
        self._stored: dict[str, frozenset[int]] = {}
        self._views: dict[str, None] = {}

    def attach(self, name: str, files: Sequence[Path]) -> None:
        """Make parquet files readable as a view.

        Raises:
            UsageError: a name that Spark takes for hidden, or a file without a column of the first one.
        """
        paths = [Path(f).resolve() for f in files]
        columns = _common_columns(paths)
        reader = self.session.read.option("recursiveFileLookup", "true").option("__globPaths__", "false")
        self._view(name, reader.parquet(*map(_address, paths)).select(*[_quoted(c) for c in columns]))

    def register(self, name: str, frame: pd.DataFrame | pa.Table) -> None:
        """Make a table in memory readable as a view.

        Raises:
            UsageError: a value that Spark has no type for, such as a time of nanoseconds.
        """
        table = frame if isinstance(frame, pa.Table) else pa.Table.from_pandas(frame, preserve_index=False)
        try:
            known = for_spark(table)
        except pa.ArrowInvalid as error:
            raise UsageError(found(f"values of {name}", str(error), "for Spark, times of whole microseconds")) from None
        self._view(name, self.session.createDataFrame(known))

    def define(self, name: str, query: exp.Query) -> None:
        """Create a view; it must not need parameters."""
        # as a statement, so that the view looks its tables up when it is read, as DuckDB's views do
        self.session.sql(
            spark_text(
                exp.Create(
                    this=sql.table(name),
                    kind="VIEW",
                    expression=query,
                    replace=True,
                    properties=exp.Properties(expressions=[exp.TemporaryProperty()]),
                )
            )
        )
        self._forget(name)
        self._views[name] = None

    def materialise(self, name: str, query: exp.Query, params: sql.Params | None = None) -> None:
        """Compute a query once and keep its rows under a name.

        The rows are a checkpoint, so that a loop does not carry the plan of its earlier rounds: in the checkpoint
        folder of the application where there is one, else on the executors, lost with them.
        """
        before = self._persistent()
        rows = self._run(query, params)
        is_reliable = self.session.sparkContext.getCheckpointDir() is not None
        self._view(name, rows.checkpoint() if is_reliable else rows.localCheckpoint())
        self._stored[name] = self._persistent() - before

    def frame(self, query: exp.Query, params: sql.Params | None = None) -> pd.DataFrame:
        """Run a query and return its rows."""
        # DuckDB makes the frame, so that its types do not depend on the engine
        frame: pd.DataFrame = self._frames.from_arrow(self.arrow(query, params)).df()
        return frame

    @cached_property
    def _frames(self) -> duckdb.DuckDBPyConnection:
        connection = duckdb.connect()
        connection.execute("SET TimeZone = 'UTC'")
        return connection

    def arrow(self, query: exp.Query, params: sql.Params | None = None) -> pa.Table:
        """Run a query and return its rows as an Arrow table."""
        return self._run(query, params).toArrow()

    def scalar(self, query: exp.Query, params: sql.Params | None = None) -> Any:  # noqa: ANN401  the value of a cell
        """Run a query of one row and one column and return the value."""
        table = self.arrow(query, params)
        return table.column(0)[0].as_py() if table.num_rows else None

    def sink(self, query: exp.Query, path: Path, params: sql.Params | None = None) -> int:
        """Write the rows of a query to one parquet file, whole or not at all; return their number.

        One task writes, so that there is one file and the order of the query is kept; the folder must be one that
        the executors share with this machine.

        Raises:
            LtvError: the disk is full or the folder cannot be written; nothing is left behind.
        """
        rows = self._run(query, params)
        write_whole(path, lambda target: _write_one(rows, target))
        return int(parquet.read_metadata(path).num_rows)

    def columns(self, name: str) -> dict[str, str]:
        """Names of the columns of a view, and their types as DuckDB calls them."""
        return {f.name: duckdb_name(f.dataType) for f in self.session.table(_quoted(name)).schema}

    def drop(self, names: Iterable[str]) -> None:
        """Forget views that exist, and the rows kept for them."""
        for name in names:
            self.session.catalog.dropTempView(name)
            self._forget(name)

    def lock(self) -> None:
        """Do nothing: what may be read is the cluster's to say, and no SELECT of the shared vocabulary opens a file."""

    def close(self) -> None:
        """Forget all views and rows; the session goes on."""
        self.drop(list(self._views))

    def _run(self, query: exp.Query, params: sql.Params | None) -> DataFrame:
        wanted = sql.parameters(query)
        values = {k: _bindable(v) for k, v in (params or {}).items() if k in wanted}
        return self.session.sql(spark_text(_typed(query, values)), args={k: _plain(v) for k, v in values.items()})

    def _view(self, name: str, rows: DataFrame) -> None:
        rows.createOrReplaceTempView(_quoted(name))
        self._forget(name)
        self._views[name] = None

    def _forget(self, name: str) -> None:
        """Give back the rows that were kept for a name."""
        self._views.pop(name, None)
        stored = self._stored.pop(name, frozenset())
        kept = self.session.sparkContext._jsc.getPersistentRDDs()  # Python alone has no way to list them
        for number in stored:
            if kept.containsKey(number):
                kept.get(number).unpersist()

    def _persistent(self) -> frozenset[int]:
        return frozenset(self.session.sparkContext._jsc.getPersistentRDDs())

    def __enter__(self) -> SparkEngine:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _quoted(name: str) -> str:
    return sql.render(exp.to_identifier(name, quoted=True), "spark")


def _address(path: Path) -> str:
    # taken by the letter, unlike an URI: nothing in it is escaped
    return f"file:///{path.as_posix().lstrip('/')}"


def _common_columns(paths: Sequence[Path]) -> list[str]:
    """The columns of the first file, which all must have."""
    first: list[str] = []
    for path in paths:
        if path.name.startswith(("_", ".")):
            raise UsageError(found("file", str(path), "for Spark, a name that does not begin with _ or ."))
        names = parquet.read_schema(path).names
        first = first or names
        if missing := [c for c in first if c not in names]:
            raise UsageError(found(f"columns of {path}", ", ".join(names), f"also {', '.join(missing)}"))
    return first


def _bindable(value: object) -> object:
    """A value that Spark can bind: numbers of numpy as Python's, a missing time as NULL."""
    if isinstance(value, datetime):
        return None if value != value else value  # noqa: PLR0124  NaT
    return value.item() if type(value).__module__ == "numpy" and hasattr(value, "item") else value


def _typed(query: exp.Query, values: Mapping[str, object]) -> exp.Query:
    """Give times their type in the query: bound as they are, they would pass through the zone of the machine."""

    def cast(node: exp.Expr) -> exp.Expr:
        value = values.get(str(node.name)) if isinstance(node, exp.Placeholder) else None
        if isinstance(value, datetime):
            return exp.cast(node, exp.DType.TIMESTAMPTZ if value.tzinfo else exp.DType.TIMESTAMPNTZ)
        return node

    typed = query.transform(cast)
    assert isinstance(typed, exp.Query)  # noqa: S101  a placeholder is never the root
    return typed


def _plain(value: object) -> object:
    return value.isoformat(sep=" ", timespec="microseconds") if isinstance(value, datetime) else value


def _write_one(rows: DataFrame, target: Path) -> None:
    folder = target.with_name(f"{target.name}.parts")
    try:
        rows.coalesce(1).write.option("compression", "zstd").parquet(_address(folder))
        (part,) = folder.glob("part-*.parquet")
        part.replace(target)
    except Exception as error:
        # what the disk says comes wrapped in one of several kinds of error
        reason = re.findall(r"java\.io\.IOException: (.+)", str(error))
        if not reason:
            raise
        raise OSError(reason[-1]) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)

"""The embedded engine: DuckDB out of core, with its memory bounded and its doors closed."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import weakref
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import duckdb
import pyarrow as pa
from sqlglot import exp

from ltv import sql
from ltv.errors import UsageError, found
from ltv.warehouse.engine import Engine
from ltv.warehouse.files import write_whole

if TYPE_CHECKING:
    import pandas as pd

_BATCH_ROWS = 1_000_000
_SCANNED = "scanned once"
EXTENSIONS = {"postgres": "postgres_scanner", "mysql": "mysql_scanner", "sqlite": "sqlite_scanner"}


def default_memory_mb() -> int:
    """60 % of the memory of this machine, in MiB; 2 GiB where it cannot be known."""
    try:
        pages, size = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return 2048
    return int(pages * size * 0.6) >> 20


def _to_the_letter(path: str) -> str:
    """A path in which * ? [ stand for themselves: taken as a pattern, `shop [1]` would read the files of `shop 1`."""
    return re.sub(r"[*?\[]", r"[\g<0>]", path)


class DuckEngine(Engine):
    """One DuckDB connection behind the adapter.

    Args:
        directories: the only folders that may be read or written besides the files attached.
        memory_mb: memory limit in MiB; default 60 % of RAM.
        threads: number of threads; default all cores.
        scratch: folder for spilling; default a fresh temporary folder, removed at `close`.
        database: file that keeps tables; default none outlives the engine. One process at a time can open it.
    """

    name = "duckdb"

    def __init__(
        self,
        *,
        directories: Sequence[Path] = (),
        memory_mb: int | None = None,
        threads: int | None = None,
        scratch: Path | None = None,
        database: Path | None = None,
    ) -> None:
        own = None if scratch else tempfile.mkdtemp(prefix="ltv-duckdb-")
        # an engine that is forgotten instead of closed leaves no folder behind either
        self._remove_scratch = weakref.finalize(self, shutil.rmtree, own, ignore_errors=True) if own else None
        self.directories = [Path(d).resolve() for d in directories]
        self._files: set[str] = set()
        self._copied: set[str] = set()
        self._locked = False
        self.connection = duckdb.connect(database or ":memory:", config={"allow_unsigned_extensions": "false"})
        self._set("temp_directory", str(scratch or own))
        self._set("memory_limit", f"{memory_mb or default_memory_mb()}MiB")
        self._set("TimeZone", "UTC")
        # a division by zero is NULL, as on Spark; and a name that is no table is no variable of this program
        self._set("ieee_floating_point_ops", False)
        self._set("python_enable_replacements", False)
        self._set("autoinstall_known_extensions", False)
        self._set("autoload_known_extensions", False)
        self._draw_no_bar()
        self._set("preserve_insertion_order", True)
        # people are numbered densely: up to four million of them are grouped by address instead of by hash
        self._set("perfect_ht_threshold", 22)
        if threads:
            self._set("threads", threads)

    def _set(self, setting: str, value: object) -> None:
        statement = exp.Set(
            expressions=[exp.SetItem(this=exp.EQ(this=exp.column(setting), expression=sql.literal(value)))]
        )
        self.connection.execute(sql.render(statement))

    def _draw_no_bar(self) -> None:
        """A notebook would show the engine's own bar, and so would its page.

        In a kernel without ipywidgets there is none, and the setting cannot even be set to what it is.
        """
        drawn = self.connection.execute("SELECT current_setting('enable_progress_bar')").fetchone()
        if drawn != (False,):
            self._set("enable_progress_bar", False)

    def keep_order(self, keep: bool) -> None:
        """Say whether row order matters; without it scans of many files need far less memory."""
        if not self._locked:
            self._set("preserve_insertion_order", keep)

    def load(self, extension: Literal["postgres", "mysql", "sqlite"]) -> None:
        """Load a database extension from its wheel; nothing is ever downloaded."""
        import importlib.util

        spec = importlib.util.find_spec(f"duckdb_extension_{EXTENSIONS[extension]}")
        if spec is None or spec.origin is None:
            raise UsageError(found("engine extension", extension, f"the package duckdb-extension-{extension}-scanner"))
        folder = Path(spec.origin).parent / "extensions" / f"v{duckdb.__version__}"
        self.connection.load_extension(str(folder / f"{EXTENSIONS[extension]}.duckdb_extension"))

    def attach(self, name: str, files: Sequence[Path]) -> None:
        """Make parquet files readable as a view."""
        self.define(name, exp.select("*").from_(self.scan(files)))

    def scan(self, files: Sequence[Path], *options: exp.Expr) -> exp.Expr:
        """Return a relation over parquet files, each taken by its very name; `lock` leaves them readable."""
        self.allow(*files)
        names = [exp.Literal.string(_to_the_letter(str(Path(f).resolve()))) for f in files]
        # a folder called client=acme is no column
        whole = sql.expression("hive_partitioning = FALSE")
        return sql.function("read_parquet", exp.Array(expressions=names), whole, *options)

    def register(self, name: str, frame: pd.DataFrame | pa.Table | pa.RecordBatchReader) -> None:
        """Make a table in memory (or a stream of batches, readable once) available as a view."""
        is_arrow = isinstance(frame, (pa.Table, pa.RecordBatchReader))
        rows = frame if is_arrow else pa.Table.from_pandas(frame, preserve_index=False)
        if name in self._copied:
            self.drop([name])
        if isinstance(rows, pa.Table):
            # joins hand filters down to scans, and scans of Arrow tables do not know all kinds of them (duckdb 1.5): copied
            self.connection.unregister(name)
            self.connection.register(_SCANNED, rows)
            self.materialise(name, exp.select("*").from_(sql.table(_SCANNED)))
            self.connection.unregister(_SCANNED)
            self._copied.add(name)
        else:
            self.connection.register(name, rows)

    def define(self, name: str, query: exp.Query) -> None:
        """Create a view; it must not need parameters."""
        self._create("VIEW", name, query, None)

    def materialise(self, name: str, query: exp.Query, params: sql.Params | None = None) -> None:
        """Compute a query once and keep its rows under a name."""
        self._create("TABLE", name, query, params)

    def keep(self, name: str, query: exp.Query, params: sql.Params | None = None) -> None:
        """Compute a query and keep its rows in the database file, in place of what was there under the name."""
        self._execute(exp.Create(this=sql.table(name), kind="TABLE", expression=query, replace=True), params)

    def append(self, name: str, query: exp.Query, params: sql.Params | None = None) -> None:
        """Add the rows of a query to a table that was materialised or kept; columns go by position."""
        self._execute(exp.Insert(this=sql.table(name), expression=query), params)

    def delete(self, name: str, where: exp.Expr) -> None:
        """Remove the rows of a table for which a condition holds."""
        self._execute(exp.Delete(this=sql.table(name), where=exp.Where(this=where)))

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All that is done to kept tables inside holds, or nothing of it, whenever the process ends."""
        self.connection.begin()
        try:
            yield
        except BaseException:
            self.connection.rollback()
            raise
        self.connection.commit()

    def kept(self) -> set[str]:
        """Names of the tables in the database file."""
        tables = sql.query("SELECT table_name FROM information_schema.tables WHERE table_type = 'BASE TABLE'")
        return set(self.frame(tables)["table_name"])

    def _create(self, kind: str, name: str, query: exp.Query, params: sql.Params | None) -> None:
        target = sql.table(name)
        self._execute(
            exp.Create(
                this=target,
                kind=kind,
                expression=query,
                replace=True,
                properties=exp.Properties(expressions=[exp.TemporaryProperty()]),
            ),
            params,
        )

    def _execute(self, tree: exp.Expr, params: sql.Params | None = None) -> duckdb.DuckDBPyConnection:
        wanted = sql.parameters(tree)
        values = {k: v for k, v in (params or {}).items() if k in wanted}
        return self.connection.execute(sql.render(tree), values or None)

    def arrow(self, query: exp.Query, params: sql.Params | None = None) -> pa.Table:
        """Run a query and return its rows as an Arrow table."""
        return self._execute(query, params).to_arrow_table()

    def batches(self, query: exp.Query, params: sql.Params | None = None) -> Iterator[pa.RecordBatch]:
        """Run a query and return its rows batch by batch; no other query may run before the last one."""
        yield from self._execute(query, params).to_arrow_reader(_BATCH_ROWS)

    def frame(self, query: exp.Query, params: sql.Params | None = None) -> pd.DataFrame:
        """Run a query and return its rows."""
        from ltv.warehouse import frames

        done = self._execute(query, params)
        if frames.is_worth_it(column[1] for column in done.description):
            return frames.frame_of(done.to_arrow_table())
        frame: pd.DataFrame = done.df()
        return frame

    def scalar(self, query: exp.Query, params: sql.Params | None = None) -> Any:  # noqa: ANN401  the value of a cell
        """Run a query of one row and one column and return the value."""
        # fetchall, since fetchone would leave the connection busy
        rows = self._execute(query, params).fetchall()
        return rows[0][0] if rows else None

    def sink(self, query: exp.Query, path: Path, params: sql.Params | None = None) -> int:
        """Write the rows of a query to one parquet file, whole or not at all; return their number.

        Raises:
            LtvError: the disk is full or the folder cannot be written; nothing is left behind.
        """
        from pyarrow import parquet

        def write(target: Path) -> None:
            copy = exp.Copy(
                this=exp.Subquery(this=query),
                kind=False,
                files=[exp.Literal.string(str(target))],
                params=[
                    exp.CopyParameter(this=exp.var("FORMAT"), expression=exp.var("PARQUET")),
                    exp.CopyParameter(this=exp.var("COMPRESSION"), expression=exp.var("ZSTD")),
                ],
            )
            try:
                self._execute(copy, params)
            except duckdb.IOException as error:
                raise OSError(str(error).splitlines()[0]) from error

        write_whole(path, write)
        return int(parquet.read_metadata(path).num_rows)

    def columns(self, name: str) -> dict[str, str]:
        """Names and engine types of the columns of a view or table."""
        identifier = sql.table(name)
        rows = self.connection.execute(sql.render(exp.Describe(this=exp.select("*").from_(identifier)))).fetchall()
        return {row[0]: row[1] for row in rows}

    def drop(self, names: Iterable[str]) -> None:
        """Forget views and tables that exist."""
        for name in names:
            self.connection.unregister(name)
            for statement in ("DROP VIEW IF EXISTS victim", "DROP TABLE IF EXISTS victim"):
                try:
                    self._execute(sql.statement(statement, victim=name))
                except duckdb.CatalogException:
                    continue  # the name belongs to the other kind

    def lock(self) -> None:
        """Close the door: only the attached files and the allowed folders stay readable, settings are frozen."""
        if self._locked:
            return
        self._set_list("allowed_directories", [str(d) for d in self.directories])
        self._set_list("allowed_paths", sorted(self._files))
        self._set("enable_external_access", False)
        self._set("lock_configuration", True)
        self._locked = True

    def allow(self, *paths: Path) -> None:
        """Name single files that stay readable after `lock`."""
        real = [str(Path(p).resolve()) for p in paths]
        self._files.update(real, map(_to_the_letter, real))

    def _set_list(self, setting: str, values: list[str]) -> None:
        array = exp.Array(expressions=[exp.Literal.string(v) for v in values])
        item = exp.SetItem(this=exp.EQ(this=exp.column(setting), expression=array))
        self.connection.execute(sql.render(exp.Set(expressions=[item])))

    def close(self) -> None:
        """Give memory, files and the scratch folder back."""
        self.connection.close()
        if self._remove_scratch:
            self._remove_scratch()

    def __enter__(self) -> DuckEngine:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

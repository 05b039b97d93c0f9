"""What a source is made of: files or database rows, each piece with the file and the line of every row."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa
from pyarrow import parquet
from sqlglot import exp

from ltv import sql
from ltv.errors import DataRefusedError, LtvError, found
from ltv.sources.otlp import open_otlp_json
from ltv.sources.otlp_protobuf import OtlpProtobufFile
from ltv.sources.text import BadLine, TextFile, open_csv, open_json_lines
from ltv.sources.text_lines import masked

if TYPE_CHECKING:
    from ltv.settings import Source
    from ltv.warehouse.duck import DuckEngine

FILE, LINE, _ROW = "_file", "_line", "file_row_number"
_CSV = (".csv", ".tsv", ".txt")
_JSON = (".jsonl", ".ndjson", ".json")
_OTLP = (".pb", ".binpb", ".otlp")
_PACKED = (".gz", ".zst")
_OUR_CODE = re.compile(r"\nLINE 1:|\. Detail: Python exception")  # what follows shows a piece of our own code
_EXPLAINED = "parquet, CSV (.csv, .tsv, .txt), JSON Lines (.jsonl, .ndjson) or OTLP (.jsonl, .pb, .binpb, .otlp), also .gz and .zst"


@dataclass(frozen=True)
class Piece:
    """Rows readable under one name in the engine, with `_file` and `_line` beside their own columns.

    Attributes:
        name: view or table in the engine.
        columns: names and engine types of the source's own columns.
        label: what messages call it.
    """

    name: str
    columns: dict[str, str]
    label: str


@dataclass
class Pieces:
    """All pieces of a source, opened one after the other.

    Attributes:
        bad: lines that were not even rows, with the file they stand in; complete after all pieces were read.
    """

    engine: DuckEngine
    source: Source
    workspace: Path
    files: list[Path]
    bad: list[tuple[str, BadLine]] = field(default_factory=list)

    def attach(self) -> list[Piece]:
        """Make the typed files readable; must happen before the engine is locked."""
        groups: dict[str, list[Path]] = {}
        for path in self.files:
            if kind(path) == "parquet":
                schema = _parquet_schema(path)
                _refuse_alike(path, schema.names)
                groups.setdefault(str(schema), []).append(path)
        return [self._parquet(i, paths) for i, paths in enumerate(groups.values())]

    def _parquet(self, index: int, paths: list[Path]) -> Piece:
        name = f"parquet {index}"
        scan = sql.function(
            "read_parquet",
            exp.Array(expressions=[exp.Literal.string(str(p)) for p in paths]),
            sql.expression("filename = '_file'"),
            sql.expression("file_row_number = TRUE"),
        )
        self.engine.allow(*paths)
        shown = exp.select("* EXCLUDE (file_row_number)", "CAST(file_row_number + 1 AS BIGINT) AS _line").from_(scan)
        self.engine.define(name, shown)
        columns = self.engine.columns(name)
        return Piece(name, {k: v for k, v in columns.items() if k not in (FILE, LINE)}, label=str(paths[0]))

    def stream(self) -> Iterator[Piece]:
        """Open the text files, those with the same columns as one piece; its rows can be read once, before the next."""
        groups: dict[tuple[tuple[str, str], ...], list[TextFile]] = {}
        for path in self.files:
            if kind(path) != "parquet":
                text = self._open(path)
                groups.setdefault(tuple((c, text.types.get(c, "VARCHAR")) for c in text.columns), []).append(text)
        for columns, texts in groups.items():
            self.engine.drop(["stream"])
            self.engine.register("stream", pa.RecordBatchReader.from_batches(_schema(texts[0]), _named(texts)))
            yield Piece("stream", dict(columns), label=str(texts[0].path))
            self.bad += [(str(text.path), line) for text in texts for line in text.bad]

    def _open(self, path: Path) -> TextFile:
        if kind(path) == "csv":
            text: TextFile = open_csv(path, encoding=self.source.encoding, delimiter=self.source.delimiter)
        elif kind(path) == "otlp":
            text = OtlpProtobufFile(path)
        else:
            given = self.source.encoding
            text = open_otlp_json(path, encoding=given) or open_json_lines(path, encoding=given)
        _refuse_alike(path, text.columns)
        return text


def _refuse_alike(path: Path, columns: Sequence[str]) -> None:
    """Stop where the engine, to which `TS` and `ts` are one name, could take one column for another."""
    seen = {name: name for name in (FILE, LINE, _ROW)}
    for name in columns:
        other = seen.get(name.lower())
        if other is not None:
            allowed = f"no name that differs from {other!r} in case only"
            raise DataRefusedError(found(f"{path} column", masked(name), allowed))
        seen[name.lower()] = name


def with_origin(engine: DuckEngine, table: str, *, label: str) -> Piece:
    """Name file and line of the rows of a table that does not name them itself: a label, and the place in the table."""
    columns = engine.columns(table)
    file = "COALESCE(CAST(_file AS VARCHAR), label)" if FILE in columns else "label"
    line = "COALESCE(TRY_CAST(_line AS BIGINT), rowid + 1)" if LINE in columns else "rowid + 1"
    own = {k: v for k, v in columns.items() if k not in (FILE, LINE)}
    shown = [*map(sql.column, own), exp.alias_(sql.expression(file, label=exp.Literal.string(label)), FILE)]
    shown.append(exp.alias_(sql.expression(line), LINE))
    engine.define(f"{table} rows", exp.select(*shown).from_(sql.table(table)))
    return Piece(f"{table} rows", own, label=label)


def told(error: Exception) -> str:
    """What the engine says, in one line in which no phone number or e-mail address can be read."""
    said = _OUR_CODE.split(str(error))[0]
    return masked(" ".join(said.split()))[:300]


def _schema(text: TextFile) -> pa.Schema:
    return text.schema.append(pa.field(FILE, pa.string()))


def _named(texts: list[TextFile]) -> Iterator[pa.RecordBatch]:
    for text in texts:
        for batch in text.batches():
            label = pa.repeat(str(text.path), batch.num_rows)
            yield pa.RecordBatch.from_arrays([*batch.columns, label], schema=_schema(text))


@contextmanager
def in_one_line(what: str, kind: type[LtvError]) -> Iterator[None]:
    """Tell an error of the engine as one of ours; memory that does not suffice is no fault of the data."""
    try:
        yield
    except duckdb.OutOfMemoryException as error:
        raise LtvError(f"{what}: {told(error)}") from None
    except duckdb.Error as error:
        raise kind(f"{what}: {told(error)}") from None


def kind(path: Path) -> str:
    """Format of a file by its name.

    Raises:
        DataRefusedError: none of the formats that can be read.

    >>> kind(Path("orders.csv.gz")), kind(Path("part-0.parquet"))
    ('csv', 'parquet')
    """
    name = path.name.lower()
    for packed in _PACKED:
        name = name.removesuffix(packed)
    if name.endswith(".parquet"):
        return "parquet"
    if name.endswith(_CSV):
        return "csv"
    if name.endswith(_JSON):
        return "json"
    if name.endswith(_OTLP):
        return "otlp"
    raise DataRefusedError(found("file", str(path), _EXPLAINED))


def _parquet_schema(path: Path) -> pa.Schema:
    try:
        return parquet.read_schema(path).remove_metadata()
    except (pa.ArrowInvalid, OSError) as error:
        raise DataRefusedError(f"{path}: not a whole parquet file ({str(error).splitlines()[0]})") from None


def files(workspace: Path, table: str, source: Source) -> list[Path]:
    """The files of a source, in order of their names; hidden files and read-mes are not data.

    Raises:
        DataRefusedError: `path` names files and none is there.
    """
    if source.url:
        return []
    if source.path:
        matched = sorted(Path(p) for p in _glob(workspace, source.path))
        if not matched:
            raise DataRefusedError(
                found(f"[sources.{table}] path", source.path, "a glob that matches at least one file")
            )
        return matched
    folder = workspace / "data" / table
    below = sorted(p for p in folder.rglob("*") if p.is_file()) if folder.is_dir() else []
    return [p for p in below if not _aside(p)]


def _aside(path: Path) -> bool:
    return path.name.startswith((".", "_", "README")) or path.suffix == ".tmp"


def _glob(workspace: Path, pattern: str) -> list[str]:
    from glob import glob

    found_ = glob(pattern, root_dir=workspace, recursive=True)  # noqa: PTH207  Path.glob refuses absolute patterns
    return [str(_within(workspace, p)) for p in found_ if _within(workspace, p).is_file()]


def _within(workspace: Path, name: str) -> Path:
    return Path(os.path.normpath(workspace / name))


def content_hash(paths: list[Path], known: dict[str, str]) -> str:
    """One hash over names and contents of files; `known` remembers contents by name, size and time of change.

    Raises:
        DataRefusedError: a file cannot be opened.
    """
    from ltv.warehouse.files import sha256

    digest = hashlib.sha256()
    for path in paths:
        try:
            status = path.stat()
            key = f"{path}|{status.st_size}|{status.st_mtime_ns}"
            known[key] = known.get(key) or sha256(path)
        except OSError as error:
            raise DataRefusedError(f"{path}: it cannot be opened ({error.strerror})") from None
        digest.update(f"{path.name}\0{known[key]}\n".encode())
    return digest.hexdigest()

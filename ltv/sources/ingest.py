"""One table from its source to the warehouse: read, mapped, checked, and split into accepted and quarantined rows.

accepted + quarantined + dropped duplicates = read, always; each quarantined row names its file, its line and the rule.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import chain
from typing import TYPE_CHECKING

import pyarrow as pa
from sqlglot import exp

from ltv import sql
from ltv.errors import DataRefusedError, LtvError
from ltv.sources import database, repeats
from ltv.sources.facts import Facts, count, labels
from ltv.sources.pieces import FILE, LINE, Piece, Pieces, files, in_one_line
from ltv.sources.privacy import Hasher
from ltv.sources.reshape import reshape, union
from ltv.sources.staging import STAGED, Staging
from ltv.warehouse.duck import DuckEngine
from ltv.warehouse.files import Manifest, write_text

if TYPE_CHECKING:
    from pathlib import Path

    from ltv.contract.checks import Context
    from ltv.contract.schema import Table
    from ltv.settings import Settings, Source

ROWS, QUARANTINE, FACTS = "rows.parquet", "quarantine.parquet", "facts.json"


@dataclass(frozen=True)
class Ingest:
    """How to read one table.

    Attributes:
        spec: the table's declaration.
        source: where it comes from.
        settings: of the workspace.
        workspace: folder that paths are relative to.
        context: what the checks need to know.
        key: secret for raw phone numbers and e-mail addresses, or None.
    """

    spec: Table
    source: Source
    settings: Settings
    workspace: Path
    context: Context
    key: bytes | None = None

    def into(self, folder: Path) -> Facts:
        """Read the table and write accepted rows, quarantine and facts into a folder.

        Raises:
            DataRefusedError: a file cannot be read at all, or a required column is missing.
            LtvError: memory or disk did not suffice.
        """
        folder.mkdir(parents=True, exist_ok=True)
        found = files(self.workspace, self.spec.name, self.source)
        with DuckEngine(
            memory_mb=self.settings.memory_mb, threads=self.settings.threads, directories=[folder]
        ) as engine:
            hasher = Hasher(self.key)
            hasher.install(engine)
            staging = Staging(self.spec, self.source, self.context)
            bad = self._stage(engine, staging, Pieces(engine, self.source, self.workspace, found))
            hasher.refuse_without_key(self.spec.name)
            with in_one_line(self.spec.name, LtvError):
                self._split(engine, staging, bad)
                return self._write(engine, staging, folder, len(found))

    def _stage(self, engine: DuckEngine, staging: Staging, pieces: Pieces) -> pa.Table:
        with in_one_line(self.spec.name, DataRefusedError):
            typed = pieces.attach()
        if self.source.url:
            typed.append(database.read(engine, self.spec.name, self.source, workspace=self.workspace))
        engine.lock()
        if self.source.sql:
            self._put(engine, staging, self._reshaped(engine, self.source.sql, typed, pieces.stream()))
        else:
            for number, piece in enumerate(chain(typed, pieces.stream())):
                self._put(engine, staging, piece, append=number > 0)
        return _bad_lines(pieces)

    def _reshaped(self, engine: DuckEngine, text: str, typed: list[Piece], stream: Iterator[Piece]) -> Piece:
        kept = list(typed)
        for number, piece in enumerate(stream):
            with in_one_line(f"{self.spec.name}: {piece.label}", DataRefusedError):
                engine.materialise(f"text {number}", exp.select("*").from_(sql.table(piece.name)))
            kept.append(Piece(f"text {number}", piece.columns, label=piece.label))
        with in_one_line(f"[sources.{self.spec.name}] sql", DataRefusedError):
            union(engine, kept)
            return reshape(engine, text, self.spec.name)

    def _put(self, engine: DuckEngine, staging: Staging, piece: Piece, *, append: bool = False) -> None:
        query = staging.select(piece)
        with in_one_line(f"{self.spec.name}: {piece.label}", DataRefusedError):
            if append:
                engine.append(STAGED, query)
            else:
                engine.materialise(STAGED, query)

    def _split(self, engine: DuckEngine, staging: Staging, bad: pa.Table) -> None:
        """Say of every staged row whether it is used, dropped or put aside."""
        numbered = sql.replace_tables(sql.query("SELECT *, rowid AS _number FROM put"), {"put": STAGED})
        engine.define("staged", numbered)
        engine.register("bad lines", bad)
        engine.register("marks", _marks(staging))
        repeats.mark(engine, self.spec, staging.extras)
        values: list[exp.Expr] = [exp.cast(sql.column(k), "VARCHAR") for k in self.spec.key]
        columns = labels(self.spec, self.source) | {
            "table_name": exp.Literal.string(self.spec.name),
            "key_columns": exp.Literal.string(", ".join(self.spec.key)),
            "key_values": sql.function("concat_ws", exp.Literal.string(", "), *(values or [exp.Null()])),
        }
        engine.define("aside", sql.load("ltv.sources", "quarantined", columns=columns))

    def _write(self, engine: DuckEngine, staging: Staging, folder: Path, n_files: int) -> Facts:
        kept = [sql.column(n) for n in (*self.spec.names, *staging.extras, FILE, LINE)]
        rows = exp.select(*kept).from_(sql.load("ltv.sources", "accepted").subquery("accepted"))
        accepted = engine.sink(rows, folder / ROWS)
        quarantined = engine.sink(sql.query('SELECT * FROM aside ORDER BY "file", "line"'), folder / QUARANTINE)
        facts = count(engine, staging, accepted=accepted, quarantined=quarantined, files=n_files)
        write_text(folder / FACTS, json.dumps(asdict(facts), ensure_ascii=False, indent=1))
        manifest = Manifest(folder)
        manifest.add(folder / ROWS, accepted)
        manifest.add(folder / QUARANTINE, quarantined)
        manifest.add(folder / FACTS)
        return facts


def _marks(staging: Staging) -> pa.Table:
    rows = [asdict(mark) | {"number": number} for mark, number in staging.marks.items()]
    types = [("number", pa.int32()), ("column", pa.string()), ("rule", pa.string()), ("allowed", pa.string())]
    return pa.Table.from_pylist(rows, schema=pa.schema(types))


def _bad_lines(pieces: Pieces) -> pa.Table:
    """The lines that were not even rows, as a table."""
    rows = [
        {"file": file, "line": b.line, "rule": b.rule, "allowed": b.detail, "row": b.text} for file, b in pieces.bad
    ]
    types = [("file", pa.string()), ("line", pa.int64()), ("rule", pa.string()), ("allowed", pa.string())]
    return pa.Table.from_pylist(rows, schema=pa.schema([*types, ("row", pa.string())]))

"""One table from its source to the warehouse: read, mapped, checked, and split into accepted and quarantined rows.

accepted + quarantined + dropped duplicates = read, always; each quarantined row names its file, its line and the rule.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa
from sqlglot import exp

from ltv import sql
from ltv.errors import DataRefusedError, LtvError
from ltv.sources import database, repeats
from ltv.sources.facts import Facts, count, source_label
from ltv.sources.pieces import FILE, LINE, Piece, Pieces, files
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
        """
        folder.mkdir(parents=True, exist_ok=True)
        with DuckEngine(
            memory_mb=self.settings.memory_mb, threads=self.settings.threads, directories=[folder]
        ) as engine:
            hasher = Hasher(self.key)
            hasher.install(engine)
            staging = Staging(self.spec, self.source, self.context)
            bad = self._stage(engine, staging)
            hasher.refuse_without_key(self.spec.name)
            repeats.mark(engine, self.spec, staging.extras)
            return self._write(engine, staging, bad, folder)

    def _stage(self, engine: DuckEngine, staging: Staging) -> pa.Table:
        found = files(self.workspace, self.spec.name, self.source)
        pieces = Pieces(engine, self.source, self.workspace, found)
        typed = (
            [database.read(engine, self.spec.name, self.source, workspace=self.workspace)] if self.source.url else []
        )
        typed += pieces.attach()
        engine.lock()
        if self.source.sql:
            self._reshaped(engine, staging, pieces, typed)
        else:
            self._straight(engine, staging, pieces, typed)
        return bad_lines(pieces)

    def _straight(self, engine: DuckEngine, staging: Staging, pieces: Pieces, typed: list[Piece]) -> None:
        staged = False
        for group in (typed, pieces.stream()):
            for piece in group:
                self._run(engine, staging, piece, append=staged)
                staged = True
        if not staged:
            engine.materialise(STAGED, _no_rows(staging))

    def _reshaped(self, engine: DuckEngine, staging: Staging, pieces: Pieces, typed: list[Piece]) -> None:
        kept = list(typed)
        for number, piece in enumerate(pieces.stream()):
            engine.materialise(f"text {number}", exp.select("*").from_(sql.table(piece.name)))
            kept.append(Piece(f"text {number}", piece.columns, label=piece.label))
        union(engine, kept)
        self._run(engine, staging, reshape(engine, self.source.sql or "", self.spec.name), append=False)

    def _run(self, engine: DuckEngine, staging: Staging, piece: Piece, *, append: bool) -> None:
        query = staging.select(piece)
        try:
            if append:
                engine.append(STAGED, query)
            else:
                engine.materialise(STAGED, query)
        except duckdb.Error as error:
            if isinstance(error.__cause__, LtvError):
                raise error.__cause__ from None
            line = " ".join(str(error).split())[:300]
            raise DataRefusedError(f"{self.spec.name}: {piece.label}: {line}") from None

    def _write(self, engine: DuckEngine, staging: Staging, bad: pa.Table, folder: Path) -> Facts:
        engine.register("bad lines", bad)
        engine.register("marks", _marks(staging))
        kept = [sql.column(n) for n in (*self.spec.names, *staging.extras, FILE, LINE)]
        accepted_rows = exp.select(*kept).from_(sql.load("ltv.sources", "accepted").subquery("accepted"))
        accepted = engine.sink(accepted_rows, folder / ROWS)
        label = source_label(self.spec, self.source)
        named = {"table_name": exp.Literal.string(self.spec.name), "source_name": label}
        engine.define("aside", sql.load("ltv.sources", "quarantined", columns=named))
        engine.sink(sql.query('SELECT * FROM aside ORDER BY "file", "line"'), folder / QUARANTINE)
        facts = count(engine, staging, accepted=accepted, files=len(files(self.workspace, self.spec.name, self.source)))
        write_text(folder / FACTS, json.dumps(asdict(facts), ensure_ascii=False, indent=1))
        manifest = Manifest(folder)
        manifest.add(folder / ROWS, facts.accepted)
        manifest.add(folder / QUARANTINE, facts.quarantined)
        manifest.add(folder / FACTS)
        return facts


def _marks(staging: Staging) -> pa.Table:
    rows = [
        {"number": i, "column": m.column, "rule": m.check.rule, "allowed": m.check.allowed}
        for i, m in enumerate(staging.marks)
    ]
    types = [("number", pa.int32()), ("column", pa.string()), ("rule", pa.string()), ("allowed", pa.string())]
    return pa.Table.from_pylist(rows, schema=pa.schema(types))


def bad_lines(pieces: Pieces) -> pa.Table:
    """The lines that were not even rows, as a table."""
    rows = [
        {"file": file, "line": b.line, "rule": b.rule, "allowed": b.detail, "row": b.text} for file, b in pieces.bad
    ]
    types = [("file", pa.string()), ("line", pa.int64()), ("rule", pa.string()), ("allowed", pa.string())]
    return pa.Table.from_pylist(rows, schema=pa.schema([*types, ("row", pa.string())]))


def _no_rows(staging: Staging) -> exp.Query:
    columns = [sql.column(n) for n in staging.spec.names]
    nothing = Piece("nothing", {n: "VARCHAR" for n in staging.spec.names})
    empty = [exp.alias_(sql.expression("CAST(NULL AS VARCHAR)"), c.name, quoted=True) for c in columns]
    empty += [
        exp.alias_(sql.expression("CAST(NULL AS VARCHAR)"), FILE),
        exp.alias_(sql.expression("CAST(0 AS BIGINT)"), LINE),
    ]
    tree = Staging(staging.spec, type(staging.source)(), staging.context).select(nothing)
    return tree.with_("nothing", as_=exp.select(*empty).where("FALSE"))

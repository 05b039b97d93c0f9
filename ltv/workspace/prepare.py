"""Raw inputs → rows to query: each table is ingested once, then gets numbers for its identifiers and the local day.

Who the identifiers are depends on the day one looks from, and is found out when a workspace is opened.

Everything here is a cache in `data/state/prepared`, named by the hash of what it was made from: the same input is
never read twice, and a half-written folder never carries a finished name.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import secrets
import shutil
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock
from sqlglot import exp

from ltv import sql
from ltv.contract import INPUTS, Table
from ltv.contract.checks import Context
from ltv.errors import CorruptError, DataRefusedError, LtvError
from ltv.identity.numbering import numbered
from ltv.progress import each
from ltv.settings import Settings, Source
from ltv.sources.facts import Facts
from ltv.sources.ingest import FACTS, QUARANTINE, ROWS, Ingest
from ltv.sources.pieces import content_hash, files, in_one_line
from ltv.text import Text
from ltv.warehouse.duck import DuckEngine
from ltv.warehouse.files import Manifest, write_text
from ltv.warehouse.local_time import local_day

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_HASHES = "input_hashes.json"
_MANY_ROWS = 3_000_000  # from here on a dictionary in memory makes up for the time it takes to be loaded
IDENTIFIERS = "identifiers.parquet"  # number, kind, value and first moment of each; no table has this name


_READING = Text("读取输入表", "reading input tables")


@dataclass(frozen=True)
class Prepared:
    """One input table after it was read.

    Attributes:
        table: name of the table.
        hash: of its content and of how it is read; empty when it is not there.
        folder: where its accepted rows, quarantine and facts are.
        facts: what was found, or None.
        unified: its rows with the numbers of their identifiers and the local day, or None.
        refused: why it could not be read at all, or None.
    """

    table: str
    hash: str = ""
    folder: Path | None = None
    facts: Facts | None = None
    unified: Path | None = None
    refused: str | None = None


@dataclass(frozen=True)
class Preparation:
    """Prepares all inputs of one workspace.

    Attributes:
        workspace: its folder.
        settings: its settings.
        now: start of the run, naive UTC: later rows lie in the future.
        key: secret for raw phone numbers and e-mail addresses, or None.
    """

    workspace: Path
    settings: Settings
    now: datetime
    key: bytes | None = None

    @property
    def folder(self) -> Path:
        """Where prepared tables are kept."""
        return self.workspace / "data" / "state" / "prepared"

    def all(self) -> dict[str, Prepared]:
        """Read every input table that is there, and join people to it; two at a time wait for each other."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with FileLock(self.folder / ".lock"):
            known = self._known_hashes()
            specs = each(_READING, INPUTS.items(), len(INPUTS))
            tables = {name: self._table(spec, known) for name, spec in specs}
            self._keep_hashes(known)
            return self._unify(tables)

    def _table(self, spec: Table, known: dict[str, str]) -> Prepared:
        source = self.settings.sources.get(spec.name, Source())
        try:
            if source.url:
                return self._from_database(spec, source)
            found = files(self.workspace, spec.name, source)
            return self._from_files(spec, source, content_hash(found, known)) if found else Prepared(spec.name)
        except DataRefusedError as error:
            return Prepared(spec.name, refused=str(error))

    def _from_files(self, spec: Table, source: Source, content: str) -> Prepared:
        key = self._key(spec, source, content)
        folder = self._folder(spec, key)
        facts = _stored(folder)
        if facts is None or (facts.future_until and datetime.fromisoformat(facts.future_until) <= self.now):
            with _whole(folder) as temporary:
                facts = self._ingest(spec, source).into(temporary)
        return _prepared(key, folder, facts)

    def _from_database(self, spec: Table, source: Source) -> Prepared:
        # its rows have no hash before they are read, so each run reads them anew
        reading = self.folder / f".{spec.name}.{secrets.token_hex(4)}"
        try:
            facts = self._ingest(spec, source).into(reading)
            entries = Manifest(reading).read()
            key = self._key(spec, source, entries[ROWS].sha256 + entries[FACTS].sha256)
            folder = self._folder(spec, key)
            if _stored(folder) is None:
                with _whole(folder) as temporary:
                    reading.replace(temporary)
        finally:
            shutil.rmtree(reading, ignore_errors=True)
        return _prepared(key, folder, facts)

    def _folder(self, spec: Table, key: str) -> Path:
        return self.folder / f"{spec.name}-{key[:16]}"

    def _key(self, spec: Table, source: Source, content: str) -> str:
        how = f"{source}|{self.settings.timezone}|{self.settings.currency}|{self.settings.earliest}|{reader_hash()}"
        return _sha256(spec, how, _sha256(self.key), content)

    def _ingest(self, spec: Table, source: Source) -> Ingest:
        zone = source.timezone or self.settings.timezone
        context = Context(zone, self.now, self.settings.earliest, self.settings.currency)
        return Ingest(spec, source, self.settings, self.workspace, context, self.key)

    def _unify(self, tables: dict[str, Prepared]) -> dict[str, Prepared]:
        present = {n: p for n, p in tables.items() if p.folder is not None}
        if not present:
            return tables
        hashes = {n: p.hash for n, p in sorted(present.items())}
        folder = self.folder / f"people-{_sha256(hashes, self.settings.timezone)[:16]}"
        if not _is_whole(folder, [IDENTIFIERS, *(f"{n}.parquet" for n in present)]):
            with _whole(folder) as temporary, in_one_line("people", LtvError):
                self._build_people(present, temporary)
        return tables | {n: replace(p, unified=folder / f"{n}.parquet") for n, p in present.items()}

    def _build_people(self, present: Mapping[str, Prepared], into: Path) -> None:
        identity = self.workspace / "data" / "state" / "identity"
        with DuckEngine(
            memory_mb=self.settings.memory_mb, threads=self.settings.threads, directories=[self.folder, identity]
        ) as engine:
            for name, prepared in present.items():
                assert prepared.folder is not None  # noqa: S101  only present tables come here
                engine.attach(name, [prepared.folder / ROWS])
            tables = {n: INPUTS[n] for n in present}
            rows = sum(p.facts.accepted for p in present.values() if p.facts)
            numbers = numbered(engine, tables, folder=identity, many=rows > _MANY_ROWS)
            written = {into / IDENTIFIERS: engine.sink(numbers.identifiers(), into / IDENTIFIERS)}
            for name, spec in tables.items():
                tree = self._with_day(engine, spec, numbers.with_nodes(name, spec))
                written[into / f"{name}.parquet"] = engine.sink(tree, into / f"{name}.parquet")
        for path, rows in written.items():
            Manifest(into).add(path, rows)

    def _with_day(self, engine: DuckEngine, spec: Table, tree: exp.Select) -> exp.Select:
        return tree.select(exp.alias_(self._day(engine, spec, spec.time), "day")) if spec.time else tree

    def _day(self, engine: DuckEngine, spec: Table, column: str) -> exp.Expr:
        own = exp.column(column, table="r", quoted=True)
        if spec.column(column).type == "date":
            return own
        ends = [exp.alias_(f(this=sql.column(column)), n) for f, n in ((exp.Min, "lo"), (exp.Max, "hi"))]
        low, high = engine.frame(exp.select(*ends).from_(sql.table(spec.name))).iloc[0]
        if low != low:  # noqa: PLR0124  NaT: the table is empty
            return sql.expression("CAST(NULL AS DATE)")
        return local_day(own, self.settings.timezone, low.to_pydatetime(), high.to_pydatetime())

    def _known_hashes(self) -> dict[str, str]:
        path = self.folder / _HASHES
        try:
            known: dict[str, str] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        except ValueError:
            known = {}
        return known

    def _keep_hashes(self, known: dict[str, str]) -> None:
        write_text(self.folder / _HASHES, json.dumps(known, indent=0))


def _prepared(key: str, folder: Path, facts: Facts) -> Prepared:
    # rows that lay in the future make the same files another input once their time has come
    return Prepared(facts.table, _sha256(key, facts.accepted, facts.future_until), folder, facts)


def _sha256(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()


@contextlib.contextmanager
def _whole(folder: Path) -> Iterator[Path]:
    """Give a temporary folder that takes the place of `folder` when all went well.

    Raises:
        LtvError: it cannot be put there.
    """
    temporary = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}")
    try:
        yield temporary
        shutil.rmtree(folder, ignore_errors=True)
        temporary.replace(folder)
    except OSError as error:
        raise LtvError(f"{folder}: {error.strerror or error}") from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _is_whole(folder: Path, names: Sequence[str]) -> bool:
    """Whether these files of a folder are the ones that were written."""
    try:
        return all(Manifest(folder).verify(folder / name) for name in names)
    except CorruptError:
        return False


def _stored(folder: Path) -> Facts | None:
    """Facts of a table that was read before, or None when it must be read again."""
    if not _is_whole(folder, (ROWS, QUARANTINE, FACTS)):
        return None
    return Facts.from_json(json.loads((folder / FACTS).read_text(encoding="utf-8")))


@lru_cache(maxsize=1)
def reader_hash() -> str:
    """Hash of the code that reads tables: another reader may read them differently."""
    package = Path(__file__).parent.parent
    rooms = ("contract", "warehouse", "sources", "identity", "workspace")
    names = [p for room in rooms for p in (package / room).glob("*") if p.is_file()]
    digest = hashlib.sha256()
    for path in sorted(names):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()

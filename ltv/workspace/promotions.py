"""Who was promoted when, in one SQLite file: versions that were published, and promotions of them that can be undone."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from filelock import FileLock

from ltv.errors import CorruptError, LtvError, found
from ltv.warehouse.files import write_whole
from ltv.workspace.clock import start_of_run

_VERSION = 1
_SCHEMA = """
PRAGMA journal_mode = WAL;
PRAGMA user_version = 1;
CREATE TABLE versions (
    model_version TEXT PRIMARY KEY, as_of TEXT NOT NULL, trained_at TEXT NOT NULL, metrics TEXT NOT NULL,
    data_hash TEXT NOT NULL, reason TEXT NOT NULL
);
CREATE TABLE promotions (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, model_version TEXT NOT NULL REFERENCES versions (model_version),
    valid_from TEXT NOT NULL, reason TEXT NOT NULL, made_by TEXT NOT NULL, at TEXT NOT NULL, undone_at TEXT
);
"""
# A date knows neither a model of a later day nor a promotion from a later day on; so a backfill changes no newer date.
_STACK = """
SELECT p.seq, p.model_version, p.valid_from, p.reason
FROM promotions p JOIN versions v ON v.model_version = p.model_version
WHERE p.undone_at IS NULL AND p.valid_from <= ? AND v.as_of <= ? ORDER BY p.valid_from DESC, p.seq DESC
"""
_UNDONE = "SELECT DISTINCT model_version FROM promotions WHERE undone_at IS NOT NULL"


@dataclass(frozen=True)
class Version:
    """A version as the registry lists it.

    Attributes:
        model_version: its name.
        as_of: the last day whose data it was trained on.
        trained_at: naive UTC.
        champion: whether it is in use.
        metrics: measures, as JSON text.
        data_hash: of the inputs it was trained on.
        reason: why it is champion or is not.
    """

    model_version: str
    as_of: dt.date
    trained_at: dt.datetime
    champion: bool
    metrics: str
    data_hash: str
    reason: str

    def main_metrics(self, most: int = 5) -> str:
        """The first figures in one line.

        >>> at = dt.datetime(2026, 7, 1)
        >>> Version("v1", at.date(), at, True, '{"90": {"gini": 0.72}, "mae": 34.51, "n": null}', "", "").main_metrics()
        '90.gini 0.72 · mae 34.51'
        """
        try:
            figures = list(_figures(json.loads(self.metrics)))
        except ValueError:
            return ""
        return " · ".join(f"{name} {value:.4g}" for name, value in figures[:most])


@dataclass(frozen=True)
class Promotion:
    """A promotion that is not undone; the greatest by day and number counts.

    Attributes:
        seq: its number, rising.
        model_version: who was promoted.
        valid_from: first day for which it counts.
        reason: why.
    """

    seq: int
    model_version: str
    valid_from: dt.date
    reason: str


class Promotions:
    """The file of one workspace.

    Args:
        path: where it is; made by the first change.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def reading(self) -> Iterator[State]:
        """One state of it, whatever others write meanwhile; empty where there is no file, and none is made.

        Raises:
            CorruptError: the file is of another layout.
            LtvError: it is no database, or damaged.
        """
        if not self.path.exists():
            yield State(None)
            return
        with self._connection() as db:
            db.execute("BEGIN")
            yield State(db)

    @contextmanager
    def writing(self) -> Iterator[State]:
        """One transaction: all that is done in it, or nothing.

        Raises:
            CorruptError: the file is of another layout.
            LtvError: it is no database, damaged, or cannot be written.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(self.path.with_suffix(".lock")):
            if not self.path.exists():  # under another name first: a reader never meets a file without tables
                write_whole(self.path, _create)
        with self._connection() as db:
            db.execute("BEGIN IMMEDIATE")
            yield State(db)  # an error leaves the connection, and with it what was begun
            db.execute("COMMIT")

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        try:
            with closing(sqlite3.connect(self.path, timeout=30, isolation_level=None)) as db:
                db.row_factory = sqlite3.Row
                version = db.execute("PRAGMA user_version").fetchone()[0]
                if version != _VERSION:
                    raise CorruptError(found(f"{self.path} version", version, str(_VERSION)))
                yield db
        except sqlite3.Error as error:
            raise LtvError(f"{self.path}: {error}") from error


def _create(path: Path) -> None:
    try:
        with closing(sqlite3.connect(path)) as db:
            db.executescript(_SCHEMA)
    except sqlite3.Error as error:
        raise LtvError(f"{path}: {error}") from error


class State:
    """What the file says, within one transaction.

    Args:
        db: the connection, or None where there is no file.
    """

    def __init__(self, db: sqlite3.Connection | None) -> None:
        self._db = db

    def stack(self, date: dt.date = dt.date.max) -> list[Promotion]:
        """Promotions that a date knows, the one that counts first; by default all."""
        rows = self._db.execute(_STACK, (str(date), str(date))) if self._db else ()
        return [Promotion(r[0], r[1], dt.date.fromisoformat(r[2]), r[3]) for r in rows]

    def versions(self, date: dt.date = dt.date.max) -> list[Version]:
        """Versions that a date knows, newest first; by default all."""
        if self._db is None:
            return []
        stack = self.stack(date)
        undone = {r[0] for r in self._db.execute(_UNDONE)} - {p.model_version for p in stack}
        rows = self._db.execute("SELECT * FROM versions WHERE as_of <= ? ORDER BY as_of DESC, rowid DESC", (str(date),))
        return [_told(_version(r), stack[0] if stack else None, undone) for r in rows]

    def insert(self, version: Version) -> bool:
        """Add a version; False where it is there already, which changes nothing."""
        assert self._db is not None  # noqa: S101  whoever writes has a file
        v = version
        values = (v.model_version, str(v.as_of), v.trained_at.isoformat(), v.metrics, v.data_hash, v.reason)
        return self._db.execute("INSERT OR IGNORE INTO versions VALUES (?, ?, ?, ?, ?, ?)", values).rowcount > 0

    def promote(self, version: str, *, valid_from: dt.date, reason: str, made_by: Literal["run", "person"]) -> None:
        """Add a promotion."""
        assert self._db is not None  # noqa: S101
        self._db.execute(
            "INSERT INTO promotions (model_version, valid_from, reason, made_by, at) VALUES (?, ?, ?, ?, ?)",
            (version, str(valid_from), reason, made_by, _now()),
        )

    def undo(self, promotion: Promotion) -> None:
        """Let a promotion count no more."""
        assert self._db is not None  # noqa: S101
        self._db.execute("UPDATE promotions SET undone_at = ? WHERE seq = ?", (_now(), promotion.seq))


def _now() -> str:
    return start_of_run().isoformat(timespec="milliseconds")


def _version(row: sqlite3.Row) -> Version:
    moments = {
        "as_of": dt.date.fromisoformat(row["as_of"]),
        "trained_at": dt.datetime.fromisoformat(row["trained_at"]),
    }
    return Version(**{**dict(row), **moments, "champion": False})


def _told(version: Version, top: Promotion | None, undone: set[str]) -> Version:
    """The version with whether it is champion, and why."""
    if top is not None and version.model_version == top.model_version:
        return replace(version, champion=True, reason=top.reason)
    return replace(version, reason=f"{version.reason}; rolled back") if version.model_version in undone else version


def _figures(values: object, name: str = "") -> Iterator[tuple[str, float]]:
    if isinstance(values, Mapping):
        for key, value in values.items():
            yield from _figures(value, f"{name}.{key}" if name else str(key))
    elif isinstance(values, int | float) and not isinstance(values, bool):
        yield name, values

"""The database of the outbox: a SQLite file, or PostgreSQL by its address. What differs between the two stands here alone.

Every statement is written once, with values as `$name`; both engines run the same text. A connection belongs to one
thread and one process.
"""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

from filelock import FileLock

from ltv.dispatch.layout import LAYOUT, VERSION
from ltv.errors import CorruptError, LtvError, UsageError, found

_BUSY_SECONDS = 30
_LITTLE_BYTES = 1_000_000
_VALUE = re.compile(r"\$(\w+)")
_PASSWORD = re.compile(r"(?<=:)[^:/@]*(?=@)|(?<=password=)[^&\s]*")

Row = Mapping[str, Any]


class Database(Protocol):
    """What the outbox needs of a database."""

    label: str

    def writing(self) -> AbstractContextManager[Transaction]:
        """One transaction that writes: all of it, or nothing."""

    def reading(self) -> AbstractContextManager[Transaction]:
        """One state of the database, whatever others write meanwhile."""

    def close(self) -> None:
        """Give up the connection of this thread."""


class Transaction:
    """Statements of one transaction.

    Args:
        run: executes a text with values and returns a cursor.
    """

    def __init__(self, run: Callable[[str, Mapping[str, Any]], Any]) -> None:
        self._run = run

    def rows(self, text: str, **values: object) -> list[dict[str, Any]]:
        """The rows of a statement."""
        return [dict(row) for row in self._run(text, values).fetchall()]

    def one(self, text: str, **values: object) -> Any:  # noqa: ANN401  whatever the column holds
        """The first value of the first row, or None."""
        rows = self.rows(text, **values)
        return next(iter(rows[0].values())) if rows else None

    def change(self, text: str, **values: object) -> int:
        """Run a statement; how many rows it changed."""
        return int(self._run(text, values).rowcount)


class SqliteDatabase:
    """One file, written by many processes: WAL, every commit on disk before it counts.

    Args:
        path: the file; made with its tables where it is not there.
    """

    def __init__(self, path: Path) -> None:
        self.label = str(path)
        self._path = path
        self._threads = threading.local()
        path.parent.mkdir(parents=True, exist_ok=True)
        with self.writing() as tx:
            _lay_out(tx, self.label)

    @contextmanager
    def writing(self) -> Iterator[Transaction]:
        """One transaction that writes: all of it, or nothing.

        Raises:
            LtvError: the disk is full, the file is damaged or was locked for long.
        """
        with self._transaction("BEGIN IMMEDIATE") as tx:
            yield tx

    @contextmanager
    def reading(self) -> Iterator[Transaction]:
        """One state of the database, whatever others write meanwhile.

        Raises:
            LtvError: the file is damaged.
        """
        with self._transaction("BEGIN") as tx:
            yield tx

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[Transaction]:
        try:
            db = self._connection()
            db.execute(begin)
            try:
                yield Transaction(db.execute)
                db.execute("COMMIT")
            finally:
                if db.in_transaction:
                    with suppress(sqlite3.Error):  # a full disk may have ended it
                        db.execute("ROLLBACK")
        except sqlite3.Error as error:
            self.close()
            raise LtvError(f"{self.label}: {self._words(error)}; nothing of this step was kept") from error

    def _words(self, error: sqlite3.Error) -> str:
        """SQLite calls a full disk an I/O error where it has no room for its own files."""
        with suppress(OSError):
            if "disk" in str(error) and shutil.disk_usage(self._path.parent).free < _LITTLE_BYTES:
                return "the disk is full"
        return str(error)

    def _connection(self) -> sqlite3.Connection:
        known: sqlite3.Connection | None = getattr(self._threads, "connection", None)
        if known is None or self._threads.process != os.getpid():
            known = sqlite3.connect(self._path, timeout=_BUSY_SECONDS, isolation_level=None)
            known.row_factory = sqlite3.Row
            with FileLock(self._path.with_suffix(".lock")):  # two who change it at once lock each other out
                known.execute("PRAGMA journal_mode = WAL")
            known.execute("PRAGMA synchronous = FULL")
            self._threads.connection, self._threads.process = known, os.getpid()
        return known

    def close(self) -> None:
        """Give up the connection of this thread."""
        known: sqlite3.Connection | None = getattr(self._threads, "connection", None)
        if known is not None:
            self._threads.connection = None
            with suppress(sqlite3.Error):
                known.close()


class PostgresDatabase:
    """A PostgreSQL server; needs the extra `postgres`.

    Args:
        url: its address.
    """

    def __init__(self, url: str) -> None:
        try:
            import psycopg
        except ImportError:
            allowed = "an installed psycopg: pip install 'ltv[postgres]'"
            raise UsageError(found("dispatch.database", "postgresql://…", allowed)) from None
        self.label = _PASSWORD.sub("…", url)
        self._url = url
        self._psycopg: Any = psycopg
        self._threads = threading.local()
        try:
            with self.writing() as tx:
                _lay_out(tx, self.label)
        except LtvError as error:
            if isinstance(error, CorruptError):
                raise
            with self.writing() as tx:  # two who lay out at once: the second finds the tables of the first
                _lay_out(tx, self.label)

    @contextmanager
    def writing(self) -> Iterator[Transaction]:
        """One transaction that writes: all of it, or nothing.

        Raises:
            LtvError: the server cannot be reached, or refuses a statement.
        """
        error_of = self._psycopg.Error
        try:
            with self._connection().transaction() as _:
                yield Transaction(self._run)
        except error_of as error:
            self.close()
            line = " ".join(_PASSWORD.sub("…", str(error)).split())
            raise LtvError(f"{self.label}: {line}; nothing of this step was kept") from error

    reading = writing

    def _run(self, text: str, values: Mapping[str, Any]) -> Any:  # noqa: ANN401  a cursor of a library without types here
        return self._connection().execute(_with_percent(text), values)

    def _connection(self) -> Any:  # noqa: ANN401
        known = getattr(self._threads, "connection", None)
        if known is None or known.closed or self._threads.process != os.getpid():
            rows = self._psycopg.rows.dict_row
            known = self._psycopg.connect(self._url, autocommit=True, row_factory=rows, connect_timeout=_BUSY_SECONDS)
            self._threads.connection, self._threads.process = known, os.getpid()
        return known

    def close(self) -> None:
        """Give up the connection of this thread."""
        known = getattr(self._threads, "connection", None)
        if known is not None:
            self._threads.connection = None
            with suppress(self._psycopg.Error):
                known.close()


def open_database(root: Path, url: str = "") -> Database:
    """The outbox's database of a workspace.

    Args:
        root: the workspace's folder.
        url: a PostgreSQL address, `${NAME}` taken from the environment; the file in `data/state` by default.

    Raises:
        UsageError: a variable is not set, or the address is of no known kind.
        CorruptError: the tables are of another layout.
        LtvError: it cannot be opened.
    """
    if not url:
        return SqliteDatabase(root / "data" / "state" / "outbox.sqlite")
    address = from_environment(url, "dispatch.database")
    if not address.startswith(("postgresql://", "postgres://")):
        raise UsageError(found("dispatch.database", address.partition("://")[0], "postgresql://…"))
    return PostgresDatabase(address)


def from_environment(text: str, name: str) -> str:
    """Put environment variables in the place of `${NAME}`.

    Raises:
        UsageError: a variable is not set.
    """

    def value(match: re.Match[str]) -> str:
        if not os.environ.get(match[1]):
            raise UsageError(found(f"ltv.toml {name}", "${" + match[1] + "}", "a variable that is set"))
        return os.environ[match[1]]

    return re.sub(r"\$\{(\w+)\}", value, text)


def _lay_out(tx: Transaction, label: str) -> None:
    tx.change("CREATE TABLE IF NOT EXISTS layout (version BIGINT NOT NULL)")
    version = tx.one("SELECT MAX(version) AS version FROM layout")
    if version is None:
        for text in LAYOUT:
            tx.change(text)
        tx.change("INSERT INTO layout (version) VALUES ($version)", version=VERSION)
    elif version != VERSION:
        raise CorruptError(found(f"{label} layout", version, str(VERSION)))


@lru_cache(maxsize=256)
def _with_percent(text: str) -> str:
    """Values as psycopg writes them."""
    return _VALUE.sub(r"%(\1)s", text)

"""The run ledger: what ran when, on which data and code, how it ended and why. SQLite, one file a workspace."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from ltv.errors import LtvError

RunState = Literal["running", "good", "partial", "failed", "refused", "killed"]
TaskState = Literal["running", "done", "failed", "missing", "blocked", "timeout", "killed"]
ONLY = "--only"  # under this name, which no parameter can have, stands what a run was restricted to
ENDED_WELL: tuple[TaskState, ...] = ("done", "missing")

_SCHEMA = """
CREATE TABLE IF NOT EXISTS runs (
    run_id TEXT PRIMARY KEY, date TEXT NOT NULL, state TEXT NOT NULL, started_at TEXT NOT NULL, ended_at TEXT,
    input_hash TEXT NOT NULL, code_hash TEXT NOT NULL, settings_hash TEXT NOT NULL, parameters TEXT NOT NULL,
    why TEXT NOT NULL DEFAULT ''
);
CREATE TABLE IF NOT EXISTS tasks (
    run_id TEXT NOT NULL, notebook TEXT NOT NULL, attempt INTEGER NOT NULL, parameters TEXT NOT NULL,
    task_hash TEXT NOT NULL, input_hash TEXT NOT NULL, code_hash TEXT NOT NULL, started_at TEXT NOT NULL,
    seconds REAL, state TEXT NOT NULL, why TEXT NOT NULL DEFAULT '', taken_from TEXT,
    PRIMARY KEY (run_id, notebook, attempt)
);
CREATE TABLE IF NOT EXISTS publications (
    number INTEGER PRIMARY KEY AUTOINCREMENT, date TEXT NOT NULL, run_id TEXT NOT NULL, at TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS done_once (
    date TEXT NOT NULL, what TEXT NOT NULL, run_id TEXT NOT NULL, at TEXT NOT NULL, PRIMARY KEY (date, what)
);
CREATE TABLE IF NOT EXISTS outcomes (
    number INTEGER PRIMARY KEY AUTOINCREMENT, date TEXT NOT NULL, state TEXT NOT NULL, pages TEXT NOT NULL,
    why TEXT NOT NULL, at TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS tasks_by_hash ON tasks (task_hash, state);
"""


@dataclass(frozen=True)
class Run:
    """A row of the ledger."""

    run_id: str
    date: str
    state: RunState
    started_at: str
    ended_at: str | None
    input_hash: str
    code_hash: str
    settings_hash: str
    parameters: dict[str, Any]
    why: str

    @property
    def is_trial(self) -> bool:
        """Whether parameters were set: such a run is kept and never published."""
        return bool(set(self.parameters) - {ONLY})


@dataclass(frozen=True)
class Task:
    """One attempt at one notebook."""

    run_id: str
    notebook: str
    attempt: int
    state: TaskState
    seconds: float | None
    why: str
    task_hash: str
    taken_from: str | None


@dataclass(frozen=True)
class Outcome:
    """How a scheduled date came out, as it was last told or found unchanged.

    Attributes:
        date: the date.
        state: of its newest run.
        pages: pages that were not there, with how they came out.
        why: one line where it was not all good.
        number: of the row; 0 before it is written down.
    """

    date: str
    state: RunState
    pages: dict[str, str]
    why: str = ""
    number: int = 0


class Ledger:
    """The ledger of one workspace.

    Args:
        workspace: its folder.
    """

    def __init__(self, workspace: Path) -> None:
        folder = workspace / "data" / "state"
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / "ledger.sqlite"
        with self._connection() as db:
            db.executescript(_SCHEMA)

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        try:
            with closing(sqlite3.connect(self.path, timeout=30)) as db, db:
                db.row_factory = sqlite3.Row
                yield db
        except sqlite3.Error as error:
            raise LtvError(f"{self.path}: {error}") from error

    def start_run(self, run: Run) -> None:
        """Write a run down, or start it again."""
        with self._connection() as db:
            db.execute(
                "INSERT OR REPLACE INTO runs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    run.run_id, run.date, run.state, run.started_at, run.ended_at, run.input_hash, run.code_hash,
                    run.settings_hash, json.dumps(run.parameters, sort_keys=True), run.why,
                ),
            )  # fmt: skip

    def end_run(self, run_id: str, state: RunState, why: str = "") -> None:
        """Write down how a run ended; a task of it that has not ended, such as one whose kernel was only starting, ended with it."""
        with self._connection() as db:
            db.execute("UPDATE runs SET state = ?, ended_at = ?, why = ? WHERE run_id = ?", (state, now(), why, run_id))
            db.execute("UPDATE tasks SET state = 'killed' WHERE run_id = ? AND state = 'running'", (run_id,))

    def bury_the_dead(self) -> list[str]:
        """Mark runs and tasks that never ended as killed; only the holder of the lock may call it."""
        with self._connection() as db:
            dead = [r["run_id"] for r in db.execute("SELECT run_id FROM runs WHERE state = 'running'")]
            db.execute(
                "UPDATE runs SET state = 'killed', why = 'the process ended in the middle' WHERE state = 'running'"
            )
            db.execute("UPDATE tasks SET state = 'killed' WHERE state = 'running'")
        return dead

    def start_task(
        self, run_id: str, notebook: str, *, hashes: tuple[str, str, str], parameters: dict[str, Any]
    ) -> int:
        """Write an attempt down and return its number.

        Args:
            run_id: the run.
            notebook: name of the notebook.
            hashes: of the task, its inputs and the code.
            parameters: all parameters with their values.
        """
        with self._connection() as db:
            row = db.execute(
                "SELECT COALESCE(MAX(attempt), 0) + 1 AS n FROM tasks WHERE run_id = ? AND notebook = ?",
                (run_id, notebook),
            ).fetchone()
            db.execute(
                "INSERT INTO tasks (run_id, notebook, attempt, parameters, task_hash, input_hash, code_hash, started_at, state) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'running')",
                (run_id, notebook, row["n"], json.dumps(parameters, sort_keys=True, default=str), *hashes, now()),
            )
            return int(row["n"])

    def end_task(
        self,
        run_id: str,
        notebook: str,
        attempt: int,
        *,
        state: TaskState,
        seconds: float,
        why: str = "",
        taken_from: str | None = None,
    ) -> None:
        """Write down how an attempt ended."""
        with self._connection() as db:
            db.execute(
                "UPDATE tasks SET state = ?, seconds = ?, why = ?, taken_from = ? WHERE run_id = ? AND notebook = ? AND attempt = ?",
                (state, seconds, why, taken_from, run_id, notebook, attempt),
            )

    def run(self, run_id: str) -> Run | None:
        """A run by its id."""
        with self._connection() as db:
            row = db.execute("SELECT * FROM runs WHERE run_id = ?", (run_id,)).fetchone()
        return _run(row) if row else None

    def runs(self, *, date: str | None = None, limit: int | None = None) -> list[Run]:
        """Runs, newest first."""
        with self._connection() as db:
            rows = db.execute(
                "SELECT * FROM runs WHERE ? IS NULL OR date = ? ORDER BY started_at DESC, run_id LIMIT ?",
                (date, date, -1 if limit is None else limit),
            ).fetchall()
        return [_run(r) for r in rows]

    def tasks(self, run_id: str) -> list[Task]:
        """The latest attempt at each notebook of a run."""
        with self._connection() as db:
            rows = db.execute(
                "SELECT * FROM tasks t WHERE run_id = ? AND attempt = "
                "(SELECT MAX(attempt) FROM tasks WHERE run_id = t.run_id AND notebook = t.notebook) ORDER BY notebook",
                (run_id,),
            ).fetchall()
        return [_task(r) for r in rows]

    def finished(self, task_hash: str) -> Task | None:
        """An earlier attempt at exactly the same work that ended well."""
        with self._connection() as db:
            row = db.execute(
                "SELECT * FROM tasks WHERE task_hash = ? AND state IN ('done', 'missing') ORDER BY started_at DESC LIMIT 1",
                (task_hash,),
            ).fetchone()
        return _task(row) if row else None

    def usual_seconds(self, notebook: str) -> float | None:
        """How long a notebook took the last times, in seconds."""
        with self._connection() as db:
            row = db.execute(
                "SELECT AVG(seconds) AS s FROM (SELECT seconds FROM tasks WHERE notebook = ? AND state = 'done' "
                "AND taken_from IS NULL ORDER BY started_at DESC LIMIT 5)",
                (notebook,),
            ).fetchone()
        return row["s"] if row else None

    def publish(self, date: str, run_id: str) -> None:
        """Write down that a date now shows a run."""
        with self._connection() as db:
            db.execute("INSERT INTO publications (date, run_id, at) VALUES (?, ?, ?)", (date, run_id, now()))

    def published(self, date: str) -> list[str]:
        """Runs a date has shown, newest first."""
        with self._connection() as db:
            rows = db.execute("SELECT run_id FROM publications WHERE date = ? ORDER BY number DESC", (date,)).fetchall()
        return [r["run_id"] for r in rows]

    def done(self, date: str, what: str, run_id: str) -> None:
        """Write down that what a date does once is done: `interventions` are in the outbox, the `digest` is."""
        with self._connection() as db:
            db.execute("INSERT OR IGNORE INTO done_once VALUES (?, ?, ?, ?)", (date, what, run_id, now()))

    def is_done(self, date: str, what: str) -> bool:
        """Whether it was done, by whichever run."""
        with self._connection() as db:
            row = db.execute("SELECT 1 FROM done_once WHERE date = ? AND what = ?", (date, what)).fetchone()
        return row is not None

    def keep_outcome(self, outcome: Outcome) -> None:
        """Write down how a scheduled date came out: the next one is compared with it."""
        with self._connection() as db:
            db.execute(
                "INSERT INTO outcomes (date, state, pages, why, at) VALUES (?, ?, ?, ?, ?)",
                (outcome.date, outcome.state, json.dumps(outcome.pages, sort_keys=True), outcome.why, now()),
            )

    def last_outcome(self) -> Outcome | None:
        """How the last scheduled date came out, or None before the first."""
        with self._connection() as db:
            row = db.execute("SELECT * FROM outcomes ORDER BY number DESC LIMIT 1").fetchone()
        if row is None:
            return None
        return Outcome(row["date"], row["state"], json.loads(row["pages"]), row["why"], row["number"])


def now() -> str:
    """The clock, as ISO text in UTC."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def _run(row: sqlite3.Row) -> Run:
    return Run(**{**dict(row), "parameters": json.loads(row["parameters"])})


def _task(row: sqlite3.Row) -> Task:
    names = ("run_id", "notebook", "attempt", "state", "seconds", "why", "task_hash", "taken_from")
    return Task(**{n: row[n] for n in names})

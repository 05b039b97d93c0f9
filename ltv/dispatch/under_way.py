"""Messages of the outbox as somebody sees them who only looks: nothing is made, nothing is written."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from ltv.dispatch.database import open_database
from ltv.errors import LtvError

_UNDER_WAY = """
SELECT m.message_id, m.state, m.lease_ms, i.user_id, i.offer_id, i.cost FROM messages m
LEFT JOIN interventions i ON i.intervention_id = m.message_id
WHERE m.queued_ms < $until_ms AND m.state IN ('ENQUEUED', 'PROCESSING', 'RETRYABLE', 'ACKED')
"""


def under_way(root: Path, url: str, *, until_ms: int) -> list[dict[str, Any]] | None:
    """Messages that are queued, under way or done: message_id, state, lease_ms, user_id, offer_id, cost; None where there is no outbox yet.

    Args:
        root: the workspace's folder.
        url: `[dispatch] database`; empty for the file in `data/state`.
        until_ms: those queued before, milliseconds since 1970.

    Raises:
        LtvError: the database cannot be read.
    """
    if url:
        database = open_database(root, url)
        try:
            with database.reading() as tx:
                return tx.rows(_UNDER_WAY, until_ms=until_ms)
        finally:
            database.close()
    path = root / "data" / "state" / "outbox.sqlite"
    return _read_only(path, {"until_ms": until_ms}) if path.is_file() else None


def _read_only(path: Path, values: dict[str, int]) -> list[dict[str, Any]]:
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=30)) as db:
            db.row_factory = sqlite3.Row
            return [dict(row) for row in db.execute(_UNDER_WAY, values).fetchall()]
    except sqlite3.Error as error:
        raise LtvError(f"{path}: {error}; the outbox was only read") from error

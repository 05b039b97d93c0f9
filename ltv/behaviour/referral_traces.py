"""The invitations that count as a SQLite file, and the recursive query that a user of SQLite runs on it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from ltv.warehouse.files import write_whole

if TYPE_CHECKING:
    from ltv.behaviour.referral_result import Referral

_TABLE = """
CREATE TABLE invite_traces (
    id INTEGER PRIMARY KEY,
    invitee_id INTEGER NOT NULL UNIQUE,
    inviter_id INTEGER,
    channel TEXT NOT NULL,
    created_at TEXT NOT NULL
)
"""
_INDEX = "CREATE INDEX invite_traces_inviter ON invite_traces (inviter_id)"
_ROW = "INSERT INTO invite_traces VALUES (?, ?, ?, ?, ?)"


def invite_tree_query() -> str:
    """The recursive query over `invite_traces`: inviters and invitees by depth and channel, down to `:depth`.

    >>> "WITH RECURSIVE" in invite_tree_query()
    True
    """
    return resources.files("ltv.behaviour").joinpath("invite_tree_of_sqlite.sql").read_text(encoding="utf-8")


def write_invite_traces(found: Referral, path: str | Path) -> int:
    """Write the invitations that count, and those who came alone, to a new SQLite file; return the number of rows.

    The table is `invite_traces(id, invitee_id, inviter_id, channel, created_at)`: one row a person, `inviter_id` is NULL for
    who came alone, `created_at` is UTC text with milliseconds, `id` follows the time. `invite_tree_query()` gives on it
    what `found.table` tells of inviters and invitees.

    Args:
        found: what `ltv.referral` returned.
        path: the file; one that is there is replaced as a whole.

    Raises:
        LtvError: the file cannot be written.
    """
    rows = traces(found)

    def write(target: Path) -> None:
        with closing(sqlite3.connect(target)) as db, db:
            db.execute(_TABLE)
            db.executemany(_ROW, rows)
            db.execute(_INDEX)

    write_whole(Path(path), write)
    return len(rows)


def traces(found: Referral) -> list[tuple[int, int, int | None, str, str]]:
    """The rows of the file, in the order of time."""
    alone = found.alone.assign(inviter=-1)
    names = ["ts_us", "invitee", "inviter", "channel"]
    rows = pd.concat([found.edges[names], alone[names]]).sort_values(["ts_us", "invitee"])
    shown = pd.to_datetime(rows["ts_us"], unit="us").dt.strftime("%Y-%m-%d %H:%M:%S.%f").str[:-3]
    values = zip(rows["invitee"], rows["inviter"], rows["channel"], shown, strict=True)
    return [
        (n, int(invitee), None if inviter < 0 else int(inviter), str(channel), str(at))
        for n, (invitee, inviter, channel, at) in enumerate(values, start=1)
    ]

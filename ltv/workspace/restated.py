"""Result tables of earlier days under the numbers that people have now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ltv.errors import MissingTableError
from ltv.identity.changes import Restated, restate
from ltv.workspace.workspace import as_day

if TYPE_CHECKING:
    import datetime as dt

    import pandas as pd

    from ltv.workspace.workspace import Workspace


def restated(ws: Workspace, name: str, date: dt.date | str, *, column: str = "user_id") -> Restated:
    """Return a published result table of an earlier day, with people as they are numbered at the workspace's date.

    Args:
        ws: an opened workspace.
        name: the result table, such as `user_ids` or `ltv_scores`.
        date: the day it was published for.
        column: the one with the numbers of people.

    Raises:
        UsageError: the contract has no such table, the date is none, or the table has no such column.
        MissingTableError: no run has written the table for that day.
        CorruptError: a stored file is not the one that was written.
    """
    day = as_day(date)
    return restate(ws.result(name, day), changes_since(ws, day), column=column, after=day)


def changes_since(ws: Workspace, day: dt.date) -> pd.DataFrame:
    """Return the published `user_id_changes` of all days after one, up to the workspace's date."""
    import pandas as pd

    folders = (ws.root / "data" / "results").glob("????-??-??")
    days = [d for d in sorted({f.name for f in folders} | {str(ws.date)}) if str(day) < d <= str(ws.date)]
    parts = [part for d in days if (part := _published(ws, d)) is not None]
    names = ["date", "old_user_id", "new_user_id", "kind", "why"]
    return pd.concat([part for part in parts if len(part)] or [pd.DataFrame(columns=names)], ignore_index=True)


def _published(ws: Workspace, day: str) -> pd.DataFrame | None:
    try:
        return ws.result("user_id_changes", day)
    except MissingTableError:  # that day's page of people was not made; the next one compares over the gap
        return None

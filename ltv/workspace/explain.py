"""Why a person is who they are: the own identifiers, the rule that decided each, and what was seen with what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ltv.errors import UsageError, found

if TYPE_CHECKING:
    import pandas as pd

    from ltv.workspace.workspace import Workspace

_IDENTIFIERS = """
    SELECT id_type, id_value, valid_from, valid_to, rule, confidence
    FROM self WHERE user_id = $user_id ORDER BY valid_from, id_type, id_value
"""
_SEEN = """
    SELECT id_type, id_value, other_type AS seen_with, COUNT(*) AS times, MIN(ts) AS first_time, MAX(ts) AS last_time
    FROM (SELECT id_type, id_value, linked_type AS other_type, ts FROM self WHERE user_id = $user_id
          UNION ALL
          SELECT linked_type, linked_value, id_type, ts FROM self WHERE linked_user_id = $user_id)
    GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""


def explain_user(ws: Workspace, user_id: int) -> pd.DataFrame:
    """Return the identifiers of a person with the observations that speak for them.

    Args:
        ws: an opened workspace.
        user_id: the person.

    Returns:
        One row an identifier, span and kind of identifier it was seen with: id_type, id_value, valid_from, valid_to,
        rule, confidence, seen_with, times, first_time, last_time; the last four are empty for what was never seen with
        another.

    Raises:
        UsageError: nobody has that number as of the workspace's date.
    """
    own = ws.user_ids.query(_IDENTIFIERS, user_id=user_id)
    if own.empty:
        raise UsageError(found("user_id", user_id, f"a person known at the end of {ws.date}"))
    links = ws.optional("links")
    if links is None:
        return own.assign(seen_with=None, times=0, first_time=None, last_time=None)
    seen = links.query(_SEEN, user_id=user_id)
    return own.merge(seen, on=["id_type", "id_value"], how="left").fillna({"times": 0}).astype({"times": "int64"})

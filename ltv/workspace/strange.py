"""The people with most identifiers: where strangers were merged, it shows there first."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

MOST = 20
_SHOWN = 3


def strangest(table: pd.DataFrame) -> pd.DataFrame:
    """Return the people with most identifiers, the strangest first.

    Args:
        table: `user_ids`.

    Returns:
        A row a person: user_id, number of `identifiers` and `kinds`, `since`, and some `examples`, hashed.
    """
    each = table.sort_values("valid_from").drop_duplicates(["user_id", "id_type", "id_value"])
    counts = each.groupby("user_id").agg(
        identifiers=("id_value", "size"), kinds=("id_type", "nunique"), since=("valid_from", "min")
    )
    worst = counts.sort_values(["identifiers", "since"], ascending=[False, True]).head(MOST).reset_index()
    some = each[each["user_id"].isin(worst["user_id"])].sort_values(["user_id", "valid_from", "id_value"])
    some = some.assign(hashed=[hashed(t, v) for t, v in zip(some["id_type"], some["id_value"], strict=True)])
    examples = some.groupby("user_id")["hashed"].agg(lambda rows: ", ".join(rows.head(_SHOWN)))
    return worst.assign(examples=worst["user_id"].map(examples))


def hashed(kind: str, value: str) -> str:
    """Write an identifier as a page may show it: nobody can read it there, but whoever has it can look it up.

    >>> hashed("device", "a1b2")
    'device:e319d975'
    """
    return f"{kind}:{hashlib.sha256(f'{kind}:{value}'.encode()).hexdigest()[:8]}"

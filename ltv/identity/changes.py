"""What became of yesterday's people: who was merged, who was split, and why."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

_KEY = ["id_type", "id_value"]


def changes(now: pd.DataFrame, before: pd.DataFrame, day: date) -> pd.DataFrame:
    """Return the result table `user_id_changes`: identifiers that belong to another person than before.

    A merge is when nobody has the old number any more, a split when somebody still has it. An identifier that several
    people use in turn changes hands without a change of people and is left out.

    Args:
        now: `user_ids` of the day.
        before: `user_ids` of an earlier day.
        day: the day.

    >>> import pandas as pd
    >>> columns = ["id_type", "id_value", "valid_to", "user_id", "rule"]
    >>> old = pd.DataFrame([["member", "M", None, 2, "account"], ["device", "d", None, 1, "alone"]], columns=columns)
    >>> new = pd.DataFrame([["member", "M", None, 1, "account"], ["device", "d", None, 1, "linked"]], columns=columns)
    >>> changes(new, old, date(2026, 6, 30)).drop(columns="date").to_dict("records")
    [{'old_user_id': 2, 'new_user_id': 1, 'kind': 'merge', 'why': 'member: account'}]
    """
    import pandas as pd

    both = _settled(now).merge(_settled(before), on=_KEY, suffixes=("", "_before"))
    moved = both[both["user_id"] != both["user_id_before"]]
    why = moved["id_type"] + ": " + moved["rule"]
    pairs = (
        moved.assign(why=why).sort_values([*_KEY]).groupby(["user_id_before", "user_id"], as_index=False)["why"].first()
    )
    kept = pairs["user_id_before"].isin(now["user_id"])
    return pd.DataFrame(
        {
            "date": pd.Series([day] * len(pairs), dtype=object),
            "old_user_id": pairs["user_id_before"].astype("int64"),
            "new_user_id": pairs["user_id"].astype("int64"),
            "kind": kept.map({True: "split", False: "merge"}).astype(str),
            "why": pairs["why"].astype(str),
        }
    )


def _settled(table: pd.DataFrame) -> pd.DataFrame:
    """Identifiers that one person has all the time."""
    lone = table[~table.duplicated(_KEY, keep=False)]
    return lone[[*_KEY, "user_id", "rule"]]

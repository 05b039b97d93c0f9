"""What became of yesterday's people: who was merged, who was split, and why; and history in the numbers of today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from ltv.errors import UsageError, found

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


@dataclass(frozen=True)
class Restated:
    """An older result table with the numbers that people have now.

    Attributes:
        table: the rows as they were, people under their new numbers; two rows of people who are one now stay two, since
            only the reader knows whether they add up.
        unmapped: people of the table for whom the changes cannot say who they are now: user_id (the number they are
            left with), date, kind, candidates (numbers that have a part of them), why.
    """

    table: pd.DataFrame
    unmapped: pd.DataFrame


def restate(
    table: pd.DataFrame, changes: pd.DataFrame, *, column: str = "user_id", after: date | None = None
) -> Restated:
    """Put the numbers that people have now into a table of an earlier day.

    A merge is followed, over as many days as it takes. Where a person was split, or went to several at once, the rows
    of a table do not say which part was meant: they keep the last number that was sure, and are listed.

    Args:
        table: a result table of an earlier day.
        changes: `user_id_changes` of the days since, one after the other.
        column: the one with the numbers.
        after: day of the table; changes of that day and of earlier ones are in it already. Default: all are newer.

    Raises:
        UsageError: the table has no such column.

    >>> import pandas as pd
    >>> columns = ["date", "old_user_id", "new_user_id", "kind", "why"]
    >>> since = pd.DataFrame([[date(2026, 6, 1), 7, 5, "merge", "device: linked"],
    ...                       [date(2026, 6, 2), 5, 2, "merge", "member: account"],
    ...                       [date(2026, 6, 2), 3, 9, "split", "cookie: linked"]], columns=columns)
    >>> now = restate(pd.DataFrame({"user_id": [7, 3, 4]}), since)
    >>> now.table["user_id"].tolist()
    [2, 3, 4]
    >>> now.unmapped[["user_id", "kind", "candidates"]].to_dict("records")
    [{'user_id': 3, 'kind': 'split', 'candidates': [3, 9]}]
    """
    import pandas as pd

    if column not in table:
        raise UsageError(found("column", column, ", ".join(map(str, table.columns))))
    moments = pd.to_datetime(changes["date"])
    newer = changes if after is None else changes[moments > pd.Timestamp(after)]
    then = table[column].dropna().astype("int64").unique()
    now = pd.Series(then, index=then)
    unsure: list[pd.DataFrame] = []
    lost = pd.Series(data=False, index=then)
    for _, day in newer.groupby(moments, sort=True):
        moves, doubtful = _steps(day)
        left = now.isin(doubtful["user_id"]) & ~lost
        unsure.append(doubtful[doubtful["user_id"].isin(now[left])])
        lost |= left
        goes = now.isin(moves.index) & ~lost
        now = now.where(~goes, now.map(moves)).astype("int64")
    mapped = table[column].map(now.to_dict()).astype(table[column].dtype)
    return Restated(table.assign(**{column: mapped}), pd.concat([_doubtful([]), *unsure], ignore_index=True))


def _steps(day: pd.DataFrame) -> tuple[pd.Series[int], pd.DataFrame]:
    """Return whom the changes of one day make out of each old number, and for which ones they cannot say."""
    split = day["old_user_id"].isin(day.loc[day["kind"] == "split", "old_user_id"])
    sure = ~split & (day.groupby("old_user_id")["new_user_id"].transform("nunique") == 1)
    moves = day[sure].drop_duplicates("old_user_id").set_index("old_user_id")["new_user_id"]
    return moves, _doubtful([_doubt(int(str(old)), rows) for old, rows in day[~sure].groupby("old_user_id")])


def _doubt(old: int, rows: pd.DataFrame) -> dict[str, object]:
    new = set(rows["new_user_id"].tolist())
    split = bool((rows["kind"] == "split").any())
    why = "; ".join(dict.fromkeys(rows["why"]))
    candidates = sorted(new | {old} if split else new)
    kind = "split" if split else "several"
    return {"user_id": old, "date": rows["date"].iloc[0], "kind": kind, "candidates": candidates, "why": why}


def _doubtful(rows: list[dict[str, object]]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(rows, columns=["user_id", "date", "kind", "candidates", "why"])

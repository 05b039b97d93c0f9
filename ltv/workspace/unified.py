"""The page of people: how identifiers became people, how far one can trust that, and what changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ltv import sql
from ltv.identity.changes import changes
from ltv.workspace.evidence import refused
from ltv.workspace.growth import growth
from ltv.workspace.strange import strangest
from ltv.workspace.trust import ALL, tails, trust
from ltv.workspace.unified_result import UnifiedIds

if TYPE_CHECKING:
    import pandas as pd

    from ltv.workspace.workspace import Workspace

_TABLES = ("orders", "events", "touches")
_COUNTED = ["n", "with_identifier", "of_people", "of_accounts"]


def unified_ids(ws: Workspace, *, before: pd.DataFrame | None = None, before_date: str = "") -> UnifiedIds:
    """Describe how identifiers became people, as of the workspace's date.

    Args:
        ws: an opened workspace.
        before: `user_ids` of an earlier date, to find merges and splits.
        before_date: that date, as it is shown.
    """
    numbered = ws.user_ids.frame()
    table = numbered.drop(columns="node")
    found, coverage, rows = trust(ws, numbered), _coverage(ws), _rows_by_person(ws)
    return UnifiedIds(
        table,
        currency=ws.settings.currency,
        coverage=coverage,
        growth=growth(ws),
        quality=found.by_kind,
        sources=_by_source(coverage, found.by_source),
        sizes=tails(numbered, rows),
        largest_share=_largest(rows),
        accuracies=found.accuracies,
        refused=refused(ws),
        strange=strangest(table),
        changed=changes(table, table.iloc[0:0] if before is None else before, ws.date),
        compared_with=before_date,
    )


def _coverage(ws: Workspace) -> pd.DataFrame:
    import pandas as pd

    parts = []
    for name in _TABLES:
        rows = ws.optional(name)
        if rows is not None:
            found = ws.engine.frame(sql.load("ltv.workspace", "identified", tables={"rows": rows.name}))
            parts.append(found.assign(table=name))
    return pd.concat(parts, ignore_index=True)[["source", "table", *_COUNTED]]


def _by_source(coverage: pd.DataFrame, hidden: pd.DataFrame) -> pd.DataFrame:
    """One row a source, all together first: its rows, the shares of known people, and its logins when hidden."""
    import pandas as pd

    sums = coverage.groupby("source", as_index=False)[_COUNTED].sum()
    total = coverage[_COUNTED].sum().to_frame().T.assign(source=ALL)
    rows = pd.concat([total, sums]).merge(hidden, on="source", how="outer")
    rows = rows.assign(people_rate=rows["of_people"] / rows["n"], account_rate=rows["of_accounts"] / rows["n"])
    return rows.sort_values("source", key=lambda names: names.where(names != ALL, ""), ignore_index=True)


def _rows_by_person(ws: Workspace) -> pd.DataFrame:
    rows = ws.optional("events") or ws.orders
    return ws.engine.frame(sql.load("ltv.workspace", "rows_by_person", tables={"rows": rows.name}))


def _largest(rows: pd.DataFrame) -> float:
    known = rows.dropna(subset=["user_id"])["n"]
    return float(known.max() / rows["n"].sum()) if len(known) else 0.0

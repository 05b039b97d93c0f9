"""What the links of a workspace prove, read from the people that came out: joined, counted for a time, or refused."""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import WeakSet

from sqlglot import exp

from ltv import sql

if TYPE_CHECKING:
    import pandas as pd

    from ltv.settings import Identity
    from ltv.warehouse.duck import DuckEngine
    from ltv.workspace.workspace import Workspace

EVIDENCE = "evidence of links"
# What becomes of a link, as a page lists it: the first two prove something, the others were refused.
JOINED, IN_TURN = "joined", "in_turn"
REFUSED = ("with_itself", "with_junk", "too_many_neighbours", "of_nobody", "by_limit")
REASONS = (JOINED, IN_TURN, *REFUSED)
_judged: WeakSet[DuckEngine] = WeakSet()  # engines that have the pairs already: what a workspace knows does not change


def evidence(ws: Workspace) -> str:
    """Judge each pair of identifiers that was seen together before the workspace's instant.

    Nothing is asked of the stitching but its result, so that this is a second opinion on it: junk is what `user_ids`
    does not name, shared is what it gives to several in turn, and what joins two people was refused by a limit.

    Returns:
        The name under which the engine has the pairs, as `evidence.sql` describes them.
    """
    if ws.engine in _judged:
        return EVIDENCE
    links = all_links(ws)
    tree = sql.load("ltv.workspace", "evidence", tables={"links": links}, columns={"cap": _cap(ws.settings.identity)})
    ws.engine.materialise(EVIDENCE, tree, {"as_of": ws.as_of})
    _judged.add(ws.engine)
    return EVIDENCE


def all_links(ws: Workspace) -> str:
    """The name under which the engine has the links with the numbers of their identifiers; without rows where none are."""
    if ws.optional("links") is not None:
        return "all links"
    ws.engine.define("no links", sql.load("ltv.workspace", "unlinked"))
    return "no links"


def refused(ws: Workspace) -> pd.DataFrame:
    """Count the links by what became of them.

    Returns:
        A row for each of `REASONS`: `links`, different `pairs` of identifiers, and `share` of all links. The rows add
        up to all links that were known.
    """
    found = ws.engine.frame(sql.load("ltv.workspace", "refused", tables={"evidence": evidence(ws)}))
    rows = found.set_index("reason").reindex(list(REASONS), fill_value=0).rename_axis("reason").reset_index()
    total = rows["links"].sum()
    return rows.assign(share=rows["links"] / total if total else 0.0)


def _cap(settings: Identity) -> exp.Expr:
    """How many different others an identifier of `id_type` may have been seen with."""
    cap = exp.Case(default=exp.Literal.number(settings.most_neighbours))
    for kind, most in settings.max_neighbours.items():
        cap = cap.when(sql.column("id_type").eq(exp.Literal.string(kind)), exp.Literal.number(most))
    return cap

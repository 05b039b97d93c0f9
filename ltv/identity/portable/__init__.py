"""Guarded stitching inside an engine: the people of `ltv.identity.graph` in SQL that both engines understand.

For links that one machine cannot hold, and as the text in which the definition can be read. The steps are those of
`graph.stitch`, each a `.sql` file kept under a name of its own. Two things are not plain queries:

1. Components are found by alternating large star and small star: Kiveris, Lattanzi, Mirrokni, Rastogi and
   Vassilvitskii, Connected Components in MapReduce and Beyond, SoCC 2014. Each round hands neighbours on to the smallest
   label that is known and halves the way to it, so that a chain of n identifiers takes about log2(n) rounds.
   An identifier's number is its label: the smallest of a component is its oldest, after whom the person is named.
2. The few components that break a limit come to this process and are put together by `graph.stitch`, strongest first.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from sqlglot import exp

from ltv import sql
from ltv.errors import LtvError
from ltv.identity import graph
from ltv.identity.people import oldest_first
from ltv.identity.rules import junk_columns, kinds_of, names_of
from ltv.identity.spans import STRONGEST
from ltv.warehouse.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from ltv.settings import Identity
    from ltv.warehouse.engine import Engine

_BEFORE = ("kinds", "nodes", "observations", "observed_pairs", "crowded", "pairs", "contested", "edges")
_AFTER = ("broken", "broken_nodes", "repaired", "persons", "logins", "spans", "agreements")
# no workspace has tables of these names
_KEPT = {name: f"stitching {name}" for name in (*_BEFORE, *_AFTER)}


def user_ids(engine: Engine, as_of: datetime, settings: Identity, *, name: str, most_rounds: int = 100) -> Table:
    """Keep the rows of `ltv.identity.people.user_ids` in an engine under a name, in no order.

    Args:
        engine: has `identifiers` (node, id_type, id_value, first_seen) and `links` (_node, _linked_node, ts); a node
            is a number of the ledger, older identifiers have smaller ones.
        as_of: exclusive end of what may be known, naive UTC.
        settings: how identifiers become people.
        name: name of the table that is made.
        most_rounds: after as many rounds without an end, finding the components is given up.

    Returns:
        The table: node, id_type, id_value, valid_from, valid_to, user_id, confidence (share from 0 to 1), rule.

    Raises:
        LtvError: the components are not found after `most_rounds`.

    >>> from datetime import datetime
    >>> from ltv.settings import Identity
    >>> from ltv.warehouse.duck import DuckEngine
    >>> day = datetime(2026, 7, 1)
    >>> with DuckEngine() as engine:
    ...     seen = {"node": [4, 7], "id_type": ["device", "member"], "id_value": ["d", "M1"], "first_seen": [day] * 2}
    ...     engine.register("identifiers", pa.table(seen))
    ...     engine.register("links", pa.table({"_node": [7], "_linked_node": [4], "ts": [day]}))
    ...     made = user_ids(engine, datetime(2026, 7, 2), Identity(), name="user_ids")
    ...     made.query("SELECT node, user_id, confidence, rule FROM self ORDER BY node")
       node  user_id  confidence     rule
    0     4        4    0.909091   linked
    1     7        4    1.000000  account
    """
    try:
        _find_evidence(engine, as_of, settings)
        _find_components(engine, most_rounds)
        _repair(engine, settings)
        _find_spans(engine, settings)
        engine.materialise(name, _query("user_ids"))
    finally:
        engine.drop(_KEPT.values())
    return Table(engine, name)


def _query(name: str, columns: Mapping[str, exp.Expr] | None = None) -> exp.Query:
    return sql.load("ltv.identity.portable", name, tables=_KEPT, columns=columns)


def _keep(engine: Engine, names: Iterable[str], params: sql.Params | None = None) -> None:
    for name in names:
        engine.materialise(_KEPT[name], _query(name), params)


def _find_evidence(engine: Engine, as_of: datetime, settings: Identity) -> None:
    """Keep what is known, which pairs are evidence, and who is contested."""
    own = engine.arrow(_query("kinds"))["id_type"].to_pylist()
    engine.register(_KEPT["kinds"], _meaning(own, settings))
    engine.materialise(_KEPT["nodes"], _query("nodes", junk_columns(settings.junk)), {"as_of": as_of})
    _keep(engine, ("observations", "observed_pairs", "crowded", "pairs", "contested"), {"as_of": as_of})


def _meaning(names: list[str], settings: Identity) -> pa.Table:
    """What the kinds mean, as rows."""
    kinds = kinds_of(names, settings)
    return pa.table(
        {
            "id_type": pa.array(names, pa.string()),
            "account_limit": kinds.limit,
            "max_neighbours": kinds.max_neighbours,
            "is_passed_on": kinds.contact,
        }
    )


def _find_components(engine: Engine, most_rounds: int) -> None:
    """Replace the edges until each goes from an identifier to the oldest of its component."""
    _keep(engine, ("edges",))
    for _ in range(most_rounds):
        if not engine.scalar(_query("not_yet_stars")):
            return
        engine.materialise(_KEPT["edges"], _query("star_round"))
    if left := engine.scalar(_query("not_yet_stars")):
        raise LtvError(f"identity: after {most_rounds} rounds people still have {left} ties too many, allowed: none")


def _repair(engine: Engine, settings: Identity) -> None:
    """Put components that break a limit together again, strongest link first."""
    _keep(engine, ("broken", "broken_nodes"))
    nodes = engine.arrow(exp.select("*").from_(sql.table(_KEPT["broken_nodes"])).order_by("node"))
    pairs = engine.arrow(_query("broken_pairs"))
    engine.register(_KEPT["repaired"], _strongest_first(nodes, pairs, settings))


def _strongest_first(nodes: pa.Table, pairs: pa.Table, settings: Identity) -> pa.Table:
    node, types = nodes["node"].to_numpy(), nodes["id_type"].to_pylist()
    names = names_of(types, settings)
    place = {name: position for position, name in enumerate(names)}
    found = graph.stitch(
        np.array([place[name] for name in types], np.int64),
        np.zeros(len(node), np.int64),
        _observed_again(node, pairs),
        kinds_of(names, settings),
        junk=np.zeros(len(node), np.bool_),
        order=partial(oldest_first, nodes),
    )
    is_torn = found.rule == STRONGEST
    return pa.table({"node": node[found.node], "person": node[found.person], "is_torn": is_torn})


def _observed_again(node: graph.Ints, pairs: pa.Table) -> graph.Links:
    """Links that make the pairs: as many different moments, from the first one on."""
    low, high, times, first = (pairs[name].to_numpy() for name in ("low", "high", "times", "first_at"))
    later = np.arange(times.sum()) - np.repeat(np.cumsum(times) - times, times)
    one, other = (np.repeat(np.searchsorted(node, end), times) for end in (low, high))
    return graph.Links(one, other, np.repeat(first, times) + later)


def _find_spans(engine: Engine, settings: Identity) -> None:
    """Keep everyone's person, the spans of who is contested, and which pairs agree."""
    _keep(engine, ("persons", "logins"), {"public_after": settings.public_after})
    span = exp.Interval(this=exp.Literal.string(str(settings.public_us)), unit=exp.var("MICROSECOND"))
    engine.materialise(_KEPT["spans"], _query("spans", {"public_span": span}))
    _keep(engine, ("agreements",))

"""Identifiers as of an instant → `user_ids`: reads the links, stitches, writes who everyone is and since when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ltv import sql
from ltv.identity import graph
from ltv.identity.rules import junk_columns, kinds_of, names_of, terms_of

if TYPE_CHECKING:
    from ltv.settings import Identity
    from ltv.warehouse.engine import Engine

_US = pa.timestamp("us")


@dataclass(frozen=True)
class Known:
    """All that is known of identifiers at an instant, as `graph.stitch` wants it.

    Attributes:
        node: number of each identifier in the ledger, rising.
        kind: position of its kind in `names`.
        first_seen: microseconds.
        junk: stands for nobody.
        links: observations, by position.
        kinds: what the kinds mean.
        names: names of the kinds, the strongest first.
    """

    node: graph.Ints
    kind: graph.Ints
    first_seen: graph.Ints
    junk: graph.Flags
    links: graph.Links
    kinds: graph.Kinds
    names: tuple[str, ...]


def user_ids(engine: Engine, as_of: datetime, settings: Identity) -> pa.Table:
    """Return the result table `user_ids` as of an instant, with the number of each identifier as `node`.

    Args:
        engine: has `identifiers` (node, id_type, id_value, first_seen) and `links` (_node, _linked_node, ts).
        as_of: exclusive end of what may be known, naive UTC.
        settings: how identifiers become people.
    """
    known = read(engine, as_of, settings)
    named = engine.arrow(sql.load("ltv.identity", "known_names"), {"as_of": as_of})
    found = settle(known, settings, partial(oldest_first, named)).people
    rows = named.take(pa.array(found.node))
    return pa.table(
        {
            "node": rows["node"],
            "id_type": rows["id_type"],
            "id_value": rows["id_value"],
            "valid_from": pa.array(found.since).cast(_US),
            "valid_to": pa.array(found.until, mask=found.until == graph.OPEN).cast(_US),
            "user_id": pa.array(known.node[found.person]),
            "confidence": pa.array(found.confidence),
            "rule": pa.array(graph.RULES).take(pa.array(found.rule)),
        }
    )


def oldest_first(named: pa.Table, nodes: graph.Ints) -> graph.Ints:
    """Places by first moment and name, which do not depend on how identifiers came to be numbered.

    Args:
        named: first_seen, id_type and id_value of all.
        nodes: positions of those that are asked for.
    """
    keys = [(name, "ascending") for name in ("first_seen", "id_type", "id_value")]
    places = np.empty(len(nodes), np.int64)
    places[pc.sort_indices(named.take(pa.array(nodes)), sort_keys=keys).to_numpy()] = np.arange(len(nodes))
    return places


def settle(known: Known, settings: Identity, order: graph.Order) -> graph.Settled:
    """Put what is known together to people.

    Args:
        known: identifiers and links.
        settings: how identifiers become people.
        order: decides where links are as strong or of the same moment.
    """
    terms = terms_of(known.names, settings, order)
    return graph.settle(known.kind, known.first_seen, known.links, known.junk, terms)


def read(engine: Engine, as_of: datetime, settings: Identity) -> Known:
    """Read identifiers and links known at an instant from an engine, which gets the table `kinds` of what it names."""
    own = engine.arrow(sql.query("SELECT DISTINCT id_type FROM identifiers"))["id_type"].to_pylist()
    names = names_of(own, settings)
    engine.register("kinds", pa.table({"number": pa.array(range(len(names)), pa.int16()), "name": list(names)}))
    query = sql.load("ltv.identity", "known_identifiers", columns=junk_columns(settings.junk))
    rows = engine.arrow(query, {"as_of": as_of})
    number, kind, first_seen, junk = (rows[name].to_numpy() for name in ("node", "kind", "first_seen", "is_junk"))
    del rows
    at = np.full(number.max(initial=-1) + 1, -1)
    at[number] = np.arange(len(number))
    node = np.flatnonzero(at >= 0)
    if np.any(np.diff(number) < 0):  # they lie in order where a workspace keeps them
        kind, first_seen, junk = (column[at[node]] for column in (kind, first_seen, junk))
    at[node] = np.arange(len(node))
    linked = engine.arrow(sql.load("ltv.identity", "known_links"), {"as_of": as_of})
    # an identifier of a link is seen with it, so that it is among the known ones
    links = graph.Links(at[linked["one"].to_numpy()], at[linked["other"].to_numpy()], linked["ts"].to_numpy())
    return Known(node, kind, first_seen, junk, links, kinds_of(names, settings), names)

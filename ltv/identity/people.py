"""Identifiers as of an instant → `user_ids`: reads the links, stitches, writes who everyone is and since when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from sqlglot import exp

from ltv import sql
from ltv.identity import graph

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ltv.settings import Identity
    from ltv.warehouse.engine import Engine

_US = pa.timestamp("us")


@dataclass(frozen=True)
class Known:
    """All that is known of identifiers at an instant, as `graph.stitch` wants it.

    Attributes:
        node: number of each identifier in the ledger, rising.
        id_type: its kind.
        id_value: its value.
        kind: position of its kind in `names`.
        first_seen: microseconds.
        junk: stands for nobody.
        links: observations, by position.
        kinds: what the kinds mean.
        names: names of the kinds, the strongest first.
    """

    node: graph.Ints
    id_type: pa.Array
    id_value: pa.Array
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
    found = stitch(known, settings)
    return pa.table(
        {
            "node": pa.array(known.node[found.node]),
            "id_type": known.id_type.take(pa.array(found.node)),
            "id_value": known.id_value.take(pa.array(found.node)),
            "valid_from": pa.array(found.since).cast(_US),
            "valid_to": pa.array(found.until, mask=found.until == graph.OPEN).cast(_US),
            "user_id": pa.array(known.node[found.person]),
            "confidence": pa.array(found.confidence),
            "rule": pa.array(graph.RULES).take(pa.array(found.rule)),
        }
    )


def stitch(known: Known, settings: Identity) -> graph.People:
    """Put what is known together to people."""
    return graph.stitch(
        known.kind,
        known.first_seen,
        known.links,
        known.kinds,
        junk=known.junk,
        public_after=settings.public_after,
        public_us=settings.public_us,
    )


def read(engine: Engine, as_of: datetime, settings: Identity) -> Known:
    """Read identifiers and links known at an instant from an engine."""
    columns = {"is_junk": _is_junk(settings.junk)}
    rows = engine.arrow(sql.load("ltv.identity", "known_identifiers", columns=columns), {"as_of": as_of})
    linked = engine.arrow(sql.load("ltv.identity", "known_links"), {"as_of": as_of})
    coded = rows["id_type"].combine_chunks().dictionary_encode()
    own = coded.dictionary.to_pylist()
    names = (*settings.strength, *sorted(set(own) - set(settings.strength)))
    place = np.array([names.index(name) for name in own], np.int64)
    node = rows["node"].to_numpy()
    one, other, ts = (linked[name].to_numpy() for name in ("one", "other", "ts"))
    # an identifier of a link is seen with it, so that it is among the known ones
    links = graph.Links(np.searchsorted(node, one), np.searchsorted(node, other), ts)
    return Known(
        node=node,
        id_type=rows["id_type"].combine_chunks(),
        id_value=rows["id_value"].combine_chunks(),
        kind=place[coded.indices.to_numpy()] if own else np.empty(0, np.int64),
        first_seen=rows["first_seen"].to_numpy(),
        junk=rows["is_junk"].combine_chunks().to_numpy(zero_copy_only=False),
        links=links,
        kinds=_kinds(names, settings),
        names=names,
    )


def _kinds(names: Sequence[str], settings: Identity) -> graph.Kinds:
    known = len(settings.strength)
    return graph.Kinds(
        rank=np.array([max(known - k, 0) for k in range(len(names))], np.int64),
        limit=np.array([settings.limits.get(name, 0) for name in names], np.int64),
        max_neighbours=np.array([settings.max_neighbours.get(n, settings.most_neighbours) for n in names], np.int64),
        contact=np.array([name in settings.passed_on for name in names], np.bool_),
    )


def _is_junk(patterns: Sequence[str]) -> exp.Expr:
    """A condition on `id_value`: `*` in a pattern stands for any letters, everything else for itself."""
    value = sql.expression("LOWER(TRIM(id_value))")
    plain = [exp.Literal.string(p) for p in patterns if "*" not in p]
    tests: list[exp.Expr] = [exp.In(this=value.copy(), expressions=plain)] if plain else [exp.false()]
    tests += [_like(value.copy(), p) for p in patterns if "*" in p]
    return exp.paren(exp.or_(*tests))


def _like(value: exp.Expr, pattern: str) -> exp.Expr:
    """Each piece between stars in its order; texts are compared, never read as a pattern."""
    first, *rest = pattern.split("*")
    text = exp.Literal.string
    least = exp.Literal.number(len(pattern.replace("*", "")))
    ends = [
        exp.GTE(this=exp.Length(this=value.copy()), expression=least),
        exp.func("LEFT", value.copy(), exp.Literal.number(len(first))).eq(text(first)),
        exp.func("RIGHT", value.copy(), exp.Literal.number(len(rest[-1]))).eq(text(rest[-1])),
    ]
    inner = [exp.GT(this=exp.StrPosition(this=value.copy(), substr=text(piece)), expression=exp.Literal.number(0))
             for piece in rest[:-1] if piece]  # fmt: skip
    return exp.paren(exp.and_(*ends, *inner))

"""Which identifiers are put together: plain components, and the strongest links first where one breaks a limit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ltv.identity.evidence import Flags, Ints, Kinds, Pairs

_MANY_PAIRS = 300_000  # from here on compiled union-find makes up for the time it takes to be loaded
Order = Callable[[Ints], Ints]  # identifiers → places that do not depend on how they came to be numbered


@dataclass(frozen=True)
class Groups:
    """What each identifier belongs to; both are named after the smallest number in them.

    Attributes:
        component: all that is connected, whatever the limits.
        person: what is left together within the limits.
        torn: took part in a link that a limit refused.
    """

    component: Ints
    person: Ints
    torn: Flags


def group(pairs: Pairs, kind: Ints, kinds: Kinds, order: Order) -> Groups:
    """Put identifiers together.

    Args:
        pairs: distinct pairs that may join: without hubs and what is contested.
        kind: kind of each identifier.
        kinds: what the kinds mean.
        order: decides between links that are as strong.
    """
    component = components(pairs, len(kind))
    broken = np.zeros(len(kind), np.bool_)
    for code in np.flatnonzero(kinds.limit):
        broken |= np.bincount(component[kind == code], minlength=len(kind)) > kinds.limit[code]
    torn = np.zeros(len(kind), np.bool_)
    if not broken.any():
        return Groups(component, component, torn)
    person = component.copy()
    nodes = np.flatnonzero(broken[component])
    person[nodes] = nodes
    few = pairs.where(broken[component[pairs.low]])
    turn = _turns(few, kinds.rank[kind], order)
    roots, refused = _strongest_first(few.where(turn), kind, kinds)
    person[list(roots)] = list(roots.values())
    torn[refused] = True
    return Groups(component, person, torn)


def components(pairs: Pairs, nodes: int) -> Ints:
    """Return the smallest identifier of each one's connected component.

    Args:
        pairs: which are connected.
        nodes: how many identifiers there are.
    """
    if len(pairs.low) > _MANY_PAIRS:
        from ltv.identity import kernels

        root = np.arange(nodes)
        kernels.unite(pairs.low, pairs.high, root)
        return root
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    ones = np.ones(len(pairs.low), np.int8)
    matrix = coo_matrix((ones, (pairs.low, pairs.high)), shape=(nodes, nodes)).tocsr()
    label = connected_components(matrix, directed=False)[1]
    first = np.full(label.max(initial=-1) + 1, nodes)
    np.minimum.at(first, label, np.arange(nodes))
    named: Ints = first[label]
    return named


def _strongest_first(pairs: Pairs, kind: Ints, kinds: Kinds) -> tuple[dict[int, int], list[int]]:
    """Join pairs in their order; refuse what would give a person more of a kind than the limit.

    Returns the smallest number of each one's person, and whose pairs were refused.
    """
    parent: dict[int, int] = {}
    limited = [int(code) for code in np.flatnonzero(kinds.limit)]
    most = [int(kinds.limit[code]) for code in limited]
    held: dict[int, list[int]] = {}
    refused: list[int] = []

    def root(node: int) -> int:
        while parent.setdefault(node, node) != node:
            parent[node] = node = parent[parent[node]]
        return node

    def holds(node: int) -> list[int]:
        return held.setdefault(node, [int(kind[node] == code) for code in limited])

    for one, other in zip(pairs.low.tolist(), pairs.high.tolist(), strict=True):
        a, b = root(one), root(other)
        if a == b:
            continue
        together = [x + y for x, y in zip(holds(a), holds(b), strict=True)]
        if any(found > limit for found, limit in zip(together, most, strict=True)):
            refused += [one, other]
            continue
        parent[max(a, b)] = min(a, b)
        held[min(a, b)] = together
    return {node: root(node) for node in list(parent)}, refused


def _turns(pairs: Pairs, rank: Ints, order: Order) -> Ints:
    """Strongest kinds first, then what was seen at more moments, then what was seen earlier."""
    keys = (pairs.first, -pairs.count, -(rank[pairs.low] + rank[pairs.high]))
    one, other = places_of_tied(keys, (pairs.low, pairs.high), order)
    turns: Ints = np.lexsort((np.maximum(one, other), np.minimum(one, other), *keys))
    return turns


def places_of_tied(keys: Sequence[Ints], ends: Sequence[Ints], order: Order) -> list[Ints]:
    """Places of the identifiers of rows that are alike in all keys; the others need none, and theirs are 0.

    Args:
        keys: numbers of each row.
        ends: identifiers of each row.
        order: gives places; asked once, for no more than it takes.
    """
    turn = np.lexsort(tuple(keys))
    alike = np.ones(max(len(turn) - 1, 0), np.bool_)
    for key in keys:
        alike &= np.diff(key[turn]) == 0
    tied = turn[np.append(alike, False) | np.append(False, alike)] if len(turn) else turn
    named, number = np.unique(np.concatenate([end[tied] for end in ends]), return_inverse=True)
    places = [np.zeros(len(turn), np.int64) for _ in ends]
    if len(named):
        for place, part in zip(places, np.split(order(named)[number], len(ends)), strict=True):
            place[tied] = part
    return places

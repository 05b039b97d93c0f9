"""Which identifiers are put together: plain components, and the strongest links first where one breaks a limit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ltv.identity.evidence import Flags, Ints, Kinds, Pairs

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
    label = _components(pairs, len(kind))
    component = _named(label)
    broken = np.zeros(label.max(initial=-1) + 1, np.bool_)
    for code in np.flatnonzero(kinds.limit):
        broken |= np.bincount(label[kind == code], minlength=len(broken)) > kinds.limit[code]
    torn = np.zeros(len(kind), np.bool_)
    if not broken.any():
        return Groups(component, component, torn)
    person = component.copy()
    nodes = np.flatnonzero(broken[label])
    person[nodes] = nodes
    few = pairs.where(broken[label[pairs.low]])
    turn = _turns(few, kinds.rank[kind], order)
    roots, refused = _strongest_first(few.where(turn), kind, kinds)
    person[list(roots)] = list(roots.values())
    torn[refused] = True
    return Groups(component, person, torn)


def _components(pairs: Pairs, nodes: int) -> Ints:
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    ones = np.ones(len(pairs.low), np.int8)
    matrix = coo_matrix((ones, (pairs.low, pairs.high)), shape=(nodes, nodes)).tocsr()
    label: Ints = connected_components(matrix, directed=False)[1].astype(np.int64)
    return label


def _named(label: Ints) -> Ints:
    """The smallest number in each one's component."""
    first = np.full(label.max(initial=-1) + 1, len(label))
    np.minimum.at(first, label, np.arange(len(label)))
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
    ends = np.unique(np.concatenate([pairs.low, pairs.high]))
    places = order(ends)
    one, other = (places[np.searchsorted(ends, side)] for side in (pairs.low, pairs.high))
    strength = rank[pairs.low] + rank[pairs.high]
    keys = (np.maximum(one, other), np.minimum(one, other), pairs.first, -pairs.count, -strength)
    turns: Ints = np.lexsort(keys)
    return turns

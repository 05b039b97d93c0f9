"""What links say before anybody is put together: distinct pairs, hubs, and how many accounts each identifier has met."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Kinds:
    """What the kinds of identifiers mean; one entry a kind.

    Attributes:
        rank: strength as evidence, greater is stronger.
        limit: how many of them one person may have; 0 is any number.
        max_neighbours: one with more distinct neighbours is no evidence.
        contact: passes from one person to another for good (a phone number), unlike a device that is shared.
    """

    rank: Ints
    limit: Ints
    max_neighbours: Ints
    contact: Flags

    def account(self, kind: Ints) -> Flags:
        """Which identifiers are accounts, given the kind of each."""
        account: Flags = (self.limit > 0)[kind]
        return account


@dataclass(frozen=True)
class Links:
    """Observations that two identifiers were seen together; moments in microseconds."""

    one: Ints
    other: Ints
    ts: Ints

    def where(self, kept: Flags) -> Links:
        """Only some of them."""
        return Links(self.one[kept], self.other[kept], self.ts[kept])


@dataclass(frozen=True)
class Pairs:
    """Distinct pairs with the number of distinct observations and the first of them; `low` is the smaller number."""

    low: Ints
    high: Ints
    count: Ints
    first: Ints

    def where(self, kept: Flags | Ints) -> Pairs:
        """Only some of them, in the order asked for."""
        return Pairs(self.low[kept], self.high[kept], self.count[kept], self.first[kept])

    def without(self, nodes: Flags) -> Pairs:
        """Only those of which no end is one of these."""
        return self.where(~(nodes[self.low] | nodes[self.high]))


def evidence(links: Links, junk: Flags) -> tuple[Links, dict[str, int]]:
    """Return the links that may say something, and how many do not, by reason.

    Args:
        links: observations.
        junk: identifiers that stand for nobody.
    """
    oneself = links.one == links.other
    nobody = (junk[links.one] | junk[links.other]) & ~oneself
    reasons = {"with_itself": int(oneself.sum()), "with_junk": int(nobody.sum())}
    return links.where(~(oneself | nobody)), reasons


def pairs_of(links: Links, nodes: int) -> Pairs:
    """Return the distinct pairs.

    Args:
        links: observations, none with itself.
        nodes: how many identifiers there are.
    """
    key = np.minimum(links.one, links.other) * np.int64(max(nodes, 1))
    key += np.maximum(links.one, links.other)
    order = np.argsort(key)
    key, ts = key[order], links.ts[order]
    del order
    start = np.flatnonzero(np.diff(key, prepend=-1))
    first = np.minimum.reduceat(ts, start) if len(start) else np.empty(0, np.int64)
    count = _moments(ts, np.diff(start, append=len(key)))
    key = key[start]
    low = key // np.int64(max(nodes, 1))
    key -= low * np.int64(max(nodes, 1))
    return Pairs(low, key, count, first)


def _moments(ts: Ints, sizes: Ints) -> Ints:
    """How many different moments each run of `sizes` has: an observation that is delivered twice is one."""
    group = np.repeat(np.arange(len(sizes)), sizes)
    several = sizes[group] > 1
    group, ts = group[several], ts[several]
    order = np.lexsort((ts, group))
    group, ts = group[order], ts[order]
    again = (np.diff(group, prepend=-1) == 0) & (np.diff(ts, prepend=0) == 0)
    distinct: Ints = sizes - np.bincount(group[again], minlength=len(sizes))
    return distinct


def crowded(pairs: Pairs, kind: Ints, kinds: Kinds) -> Flags:
    """Which identifiers have more neighbours than one of their kind may have.

    Args:
        pairs: all distinct pairs.
        kind: kind of each identifier.
        kinds: what the kinds mean.
    """
    degree = np.bincount(pairs.low, minlength=len(kind)) + np.bincount(pairs.high, minlength=len(kind))
    found: Flags = degree > kinds.max_neighbours[kind]
    return found


def accounts_met(pairs: Pairs, kind: Ints, kinds: Kinds) -> Ints:
    """How many times its limit of accounts each identifier has met; accounts themselves have met none.

    Args:
        pairs: distinct pairs without crowded identifiers.
        kind: kind of each identifier.
        kinds: what the kinds mean.
    """
    met = np.zeros(len(kind), np.int64)
    there = np.bincount(kind, minlength=len(kinds.limit)) > 0
    for code in np.flatnonzero((kinds.limit > 0) & there):
        sides = ((pairs.low, pairs.high), (pairs.high, pairs.low))
        found = sum(np.bincount(one[kind[other] == code], minlength=len(kind)) for one, other in sides)
        met = np.maximum(met, -(-found // kinds.limit[code]))
    met[kinds.account(kind)] = 0
    return met

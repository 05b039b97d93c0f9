"""A part of the stored graph in memory: what the state knows of the identifiers that a change comes near."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any, Protocol

import numpy as np

from ltv.identity.evidence import Flags, Ints, Links, Pairs
from ltv.identity.spans import NOBODY, People


def distinct(*values: Ints) -> Ints:
    """All different numbers, rising; np.unique hashes integers, which takes many times longer here."""
    every = np.sort(np.concatenate(values))
    kept: Ints = every[np.diff(every, prepend=every[:1] - 1) != 0]
    return kept


class Stored(Protocol):
    """What is asked of the stored graph: queries of this package about some identifiers, answered as arrays."""

    def ask(self, query: str, nodes: Ints) -> dict[str, Any]:
        """Run a query about some identifiers."""


@dataclass(frozen=True)
class Local:
    """Some identifiers by rising number; everything else is by position in that list.

    Attributes:
        node: their numbers in the state.
        kind: kind of each.
        first_seen: moment each was seen first, microseconds.
        junk: stands for nobody.
        hub: has too many neighbours.
        met: how many times its limit of accounts it has met.
        component: number that its component is named after.
        person: number that its person is named after.
        owned: belongs to a person with an account.
    """

    node: Ints
    kind: Ints
    first_seen: Ints
    junk: Flags
    hub: Flags
    met: Ints
    component: Ints
    person: Ints
    owned: Flags

    def at(self, node: Ints) -> Ints:
        """Positions of identifiers that are all here."""
        return np.searchsorted(self.node, node)

    def marks(self, node: Ints) -> Flags:
        """Marks those of some identifiers that are here."""
        marked: Flags = np.isin(self.node, node)
        return marked

    def pairs(self, pairs: Pairs) -> Pairs:
        """Pairs by position, the smaller one first still."""
        return replace(pairs, low=self.at(pairs.low), high=self.at(pairs.high))

    def rows(self, people: People) -> People:
        """Rows by number, of rows whose identifiers are positions and whose people are numbers already."""
        node = self.node[people.node]
        return replace(people, node=node, person=np.where(people.rule == NOBODY, node, people.person))

    def with_more(self, stored: Stored, node: Ints) -> Local:
        """Also some others, each named once, as they are in the state."""
        missing = node[np.isin(node, self.node, assume_unique=True, invert=True)]
        if not len(missing):
            return self
        found = stored.ask("around", missing)
        order = np.argsort(np.concatenate([self.node, found["node"]]))
        names = [f.name for f in fields(Local)]
        return Local(*(np.concatenate([getattr(self, name), found[name]])[order] for name in names))


def nothing_yet() -> Local:
    """No identifiers."""
    numbers, flags = np.empty(0, np.int64), np.empty(0, np.bool_)
    return Local(numbers, numbers, numbers, flags, flags, numbers, numbers, numbers, flags)


def pairs_around(stored: Stored, node: Ints) -> Pairs:
    """Distinct pairs of which an end is one of these and no hub so far, by number."""
    found = stored.ask("pairs_around", node)
    return Pairs(found["low"], found["high"], found["n"], found["first"])


def links_around(stored: Stored, node: Ints) -> Links:
    """Observations of which an end is one of these, by number."""
    found = stored.ask("observations_around", node)
    return Links(found["low"], found["high"], found["ts"])


def ends(of: Pairs | Links) -> Ints:
    """All identifiers of pairs or observations."""
    one, other = (of.low, of.high) if isinstance(of, Pairs) else (of.one, of.other)
    return distinct(one, other)


def neighbours(pairs: Pairs, node: Ints) -> Ints:
    """Identifiers in a pair with one of these."""
    return distinct(pairs.high[np.isin(pairs.low, node)], pairs.low[np.isin(pairs.high, node)])


def oldest_first(stored: Stored, node: Ints, positions: Ints) -> Ints:
    """Places of identifiers by first moment and name, which do not depend on how they came to be numbered.

    Args:
        stored: the state.
        node: numbers of all, rising.
        positions: rising positions of those that are asked for.
    """
    asked = node[positions]
    turn = np.empty(len(asked), np.int64)
    turn[np.searchsorted(asked, stored.ask("ordered", asked)["node"])] = np.arange(len(asked))
    return turn

"""Guarded stitching: which identifiers are one person, and from when to when.

Pure functions on integers; `ltv.identity.people` reads the tables and gives the identifiers their numbers. Steps:

1. A link of an identifier with itself, to junk, or to one with too many neighbours is no evidence (`evidence`).
2. An identifier that met more accounts (member numbers) than a person may have is *contested*: a family tablet, a kiosk,
   a phone number that changed hands. It connects nobody; it has a timeline of its own.
3. Plain connected components over the rest. A component within the limits is a person (`groups`).
4. A component that breaks a limit is put together again, strongest link first, and a link that would break the limit
   is refused. Of links as strong, the one observed at more moments comes first; a second delivery adds none.
5. A contested identifier belongs to the person with an account who was seen with it last: until the next one is seen,
   or, where many people use it, for a short while. Before the first and after that while it is nobody's but its own
   (`spans`).

The person is named after the oldest of its identifiers. Any order of the same links gives the same people.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ltv.identity.evidence import Flags, Floats, Ints, Kinds, Links, accounts_met, crowded, evidence, pairs_of
from ltv.identity.groups import Groups, Order, group
from ltv.identity.spans import OPEN, RULES, Around, People, joined, own, put_between, timelines, whole

__all__ = ["OPEN", "RULES", "Flags", "Floats", "Ints", "Kinds", "Links", "Order", "People", "stitch"]


def as_numbered(nodes: Ints) -> Ints:
    """The order of identifiers that are numbered from the oldest."""
    return nodes


def stitch(
    kind: Ints,
    first_seen: Ints,
    links: Links,
    kinds: Kinds,
    *,
    junk: Flags,
    public_after: int = 6,
    public_us: int = 1_800_000_000,
    order: Order = as_numbered,
) -> People:
    """Put identifiers together to people.

    Args:
        kind: kind of each identifier; identifiers are numbered from the oldest.
        first_seen: moment each was seen first, microseconds.
        links: observations.
        kinds: what the kinds mean.
        junk: identifiers that stand for nobody, such as `0000`.
        public_after: a contested identifier that met more accounts than this is a public one, such as a kiosk.
        public_us: how long after a login a public one counts for that person, microseconds.
        order: decides where links are as strong or of the same moment; default the numbers.

    >>> kinds = Kinds(np.array([2, 1]), np.array([1, 0]), np.array([99, 99]), np.array([False, False]))
    >>> links = Links(np.array([1, 1, 3]), np.array([0, 2, 2]), np.array([10, 20, 5]))
    >>> found = stitch(np.array([0, 1, 0, 1]), np.zeros(4, np.int64), links, kinds, junk=np.zeros(4, bool))
    >>> list(zip(found.node.tolist(), found.since.tolist(), found.person.tolist()))
    [(0, 0, 0), (1, 0, 1), (1, 10, 0), (1, 20, 2), (2, 0, 2), (3, 0, 2)]
    """
    terms = Terms(kinds, public_after, public_us, order)
    return settle(kind, first_seen, links, junk, terms).people


@dataclass(frozen=True)
class Terms:
    """By what rules identifiers are put together; see `stitch`."""

    kinds: Kinds
    public_after: int
    public_us: int
    order: Order


@dataclass(frozen=True)
class Settled:
    """People, and what led to them; one entry an identifier.

    Attributes:
        people: the rows.
        groups: who was put together.
        hub: has too many neighbours.
        met: how many times its limit of accounts it has met.
        owned: belongs to a person with an account.
    """

    people: People
    groups: Groups
    hub: Flags
    met: Ints
    owned: Flags


def settle(kind: Ints, first_seen: Ints, links: Links, junk: Flags, terms: Terms) -> Settled:
    """Put identifiers together to people, and keep what led there; see `stitch`."""
    kinds = terms.kinds
    account = kinds.account(kind)
    links, refused = evidence(links, junk)
    pairs = pairs_of(links, len(kind))
    hub = crowded(pairs, kind, kinds)
    refused["too_many_neighbours"] = int(pairs.count[hub[pairs.low] | hub[pairs.high]].sum())
    pairs = pairs.without(hub)
    met = accounts_met(pairs, kind, kinds)
    contested = met > 1
    groups = group(pairs.without(contested), kind, kinds, terms.order)
    owned = with_account(groups.person, account & ~junk)[groups.person]
    around = Around(first_seen, groups.person, owned & ~hub, contested, met > terms.public_after, kinds.contact[kind])
    few = links.where(contested[links.one] | contested[links.other])
    del links
    timed = timelines(few, around, of=contested, public_us=terms.public_us, order=terms.order)
    lone = hub & ~account & ~junk
    kept = ~(junk | contested | lone)
    certain = whole(first_seen, groups, pairs, account=account, kept=kept)
    del pairs, few
    rows = put_between(certain, joined([timed, alone(lone, first_seen)]), refused)
    return Settled(rows, groups, hub, met, owned)


def alone(nodes: Flags, first_seen: Ints) -> People:
    """Rows of hubs, which are nobody's but their own."""
    lone = np.flatnonzero(nodes)
    return own(lone, first_seen[lone])


def with_account(person: Ints, account: Flags) -> Flags:
    """Which people have an account, by the number they are named after."""
    has = np.zeros(len(person), np.bool_)
    has[person[account]] = True
    return has

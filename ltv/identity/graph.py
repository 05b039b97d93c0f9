"""Guarded stitching: which identifiers are one person, and from when to when.

Pure functions on integers; `ltv.identity.people` reads the tables and gives the identifiers their numbers. Steps:

1. A link of an identifier with itself, to junk, or to one with too many neighbours is no evidence.
2. An identifier that met more accounts (member numbers) than a person may have is *contested*: a family tablet, a kiosk,
   a phone number that changed hands. It connects nobody; it has a timeline of its own.
3. Plain connected components over the rest. A component within the limits is a person.
4. A component that breaks a limit is put together again, strongest link first, and a link that would break the limit
   is refused. Of links as strong, the one observed at more moments comes first; a second delivery adds none.
5. A contested identifier belongs to the person with an account who was seen with it last: until the next one is seen,
   or, where many people use it, for a short while. Before the first and after that while it is nobody's but its own.

The person is named after the oldest of its identifiers. Any order of the same links gives the same people.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

OPEN = np.iinfo(np.int64).max  # the end of what is still valid
RULES = ("account", "alone", "linked", "strongest", "passed_on", "last_login", "nobody")
ACCOUNT, ALONE, LINKED, STRONGEST, PASSED_ON, LAST_LOGIN, NOBODY = range(len(RULES))
_SURE = 9.0  # observations that a first one is worth where nothing contradicts it


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


@dataclass(frozen=True)
class Links:
    """Observations that two identifiers were seen together; moments in microseconds."""

    one: Ints
    other: Ints
    ts: Ints


@dataclass(frozen=True)
class People:
    """Who each identifier is: one row an identifier and span, in order of both.

    Attributes:
        node: identifier.
        since: first moment it counts for.
        until: exclusive end, or `OPEN`.
        person: the oldest identifier of the person.
        confidence: share from 0 to 1, as `_whole` and `_timelines` say.
        rule: position in `RULES`.
        refused: how many links were no evidence, by reason.
    """

    node: Ints
    since: Ints
    until: Ints
    person: Ints
    confidence: Floats
    rule: Ints
    refused: dict[str, int] = field(default_factory=dict)


def stitch(
    kind: Ints,
    first_seen: Ints,
    links: Links,
    kinds: Kinds,
    *,
    junk: Flags,
    public_after: int = 6,
    public_us: int = 1_800_000_000,
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

    >>> kinds = Kinds(np.array([2, 1]), np.array([1, 0]), np.array([99, 99]), np.array([False, False]))
    >>> links = Links(np.array([1, 1, 3]), np.array([0, 2, 2]), np.array([10, 20, 5]))
    >>> found = stitch(np.array([0, 1, 0, 1]), np.zeros(4, np.int64), links, kinds, junk=np.zeros(4, bool))
    >>> list(zip(found.node.tolist(), found.since.tolist(), found.person.tolist()))
    [(0, 0, 0), (1, 0, 1), (1, 10, 0), (1, 20, 2), (2, 0, 2), (3, 0, 2)]
    """
    account = (kinds.limit > 0)[kind]
    links, refused = _evidence(links, junk)
    pairs = _pairs(links, len(kind))
    crowded = _crowded(pairs, kind, kinds)
    refused["too_many_neighbours"] = int(pairs.count[crowded[pairs.low] | crowded[pairs.high]].sum())
    pairs = pairs.where(~(crowded[pairs.low] | crowded[pairs.high]))
    met = _accounts_met(pairs, kind, kinds)
    contested = met > 1
    label, torn = _components(pairs.where(~(contested[pairs.low] | contested[pairs.high])), kind, kinds)
    person = _named(label)
    del label
    owned = np.zeros(len(kind), np.bool_)
    owned[person[account & ~junk]] = True
    links = _some_links(links, contested, but=crowded | ~(owned[person] | contested))
    del owned
    lasts = (met > public_after, public_us)
    timed = _timelines(links, contested, person, first_seen, lasts=lasts, contact=kinds.contact[kind])
    del links, met, lasts
    lone = crowded & ~account & ~junk
    kept = ~(junk | contested | lone)
    alone = np.flatnonzero(lone)
    few = [[*timed], [*_own(alone, first_seen[alone])]]
    whole = [*_whole(first_seen, person, pairs, account=account, torn=torn, kept=kept)]
    del timed, pairs, person
    return _joined([whole, *few], refused)


def _evidence(links: Links, junk: Flags) -> tuple[Links, dict[str, int]]:
    oneself = links.one == links.other
    nobody = (junk[links.one] | junk[links.other]) & ~oneself
    kept = ~(oneself | nobody)
    reasons = {"with_itself": int(oneself.sum()), "with_junk": int(nobody.sum())}
    return Links(links.one[kept], links.other[kept], links.ts[kept]), reasons


def _some_links(links: Links, of: Flags, *, but: Flags) -> Links:
    kept = (of[links.one] | of[links.other]) & ~(but[links.one] | but[links.other])
    return Links(links.one[kept], links.other[kept], links.ts[kept])


@dataclass(frozen=True)
class _Pairs:
    """Distinct pairs with the number of distinct observations and the first of them."""

    low: Ints
    high: Ints
    count: Ints
    first: Ints

    def where(self, kept: Flags) -> _Pairs:
        return _Pairs(self.low[kept], self.high[kept], self.count[kept], self.first[kept])


def _pairs(links: Links, nodes: int) -> _Pairs:
    key = np.minimum(links.one, links.other) * np.int64(max(nodes, 1))
    key += np.maximum(links.one, links.other)
    order = np.argsort(key)
    key, ts = key[order], links.ts[order]
    del order
    start = np.flatnonzero(np.diff(key, prepend=-1))
    first = np.minimum.reduceat(ts, start) if len(start) else np.empty(0, np.int64)
    low, high = np.divmod(key[start], np.int64(max(nodes, 1)))
    return _Pairs(low, high, _moments(ts, np.diff(start, append=len(key))), first)


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


def _crowded(pairs: _Pairs, kind: Ints, kinds: Kinds) -> Flags:
    degree = np.bincount(pairs.low, minlength=len(kind)) + np.bincount(pairs.high, minlength=len(kind))
    crowded: Flags = degree > kinds.max_neighbours[kind]
    return crowded


def _accounts_met(pairs: _Pairs, kind: Ints, kinds: Kinds) -> Ints:
    """How many times its limit of accounts each identifier has met; accounts themselves have met none."""
    met = np.zeros(len(kind), np.int64)
    for code in np.flatnonzero(kinds.limit):
        sides = ((pairs.low, pairs.high), (pairs.high, pairs.low))
        found = sum(np.bincount(one[kind[other] == code], minlength=len(kind)) for one, other in sides)
        met = np.maximum(met, -(-found // kinds.limit[code]))
    met[(kinds.limit > 0)[kind]] = 0
    return met


def _components(pairs: _Pairs, kind: Ints, kinds: Kinds) -> tuple[Ints, Flags]:
    """Return the component of each identifier, and whose links were partly refused."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    n = len(kind)
    matrix = coo_matrix((np.ones(len(pairs.low), np.int8), (pairs.low, pairs.high)), shape=(n, n)).tocsr()
    label = connected_components(matrix, directed=False)[1].astype(np.int64)
    broken = np.zeros(label.max(initial=-1) + 1, np.bool_)
    for code in np.flatnonzero(kinds.limit):
        broken |= np.bincount(label[kind == code], minlength=len(broken)) > kinds.limit[code]
    torn = np.zeros(n, np.bool_)
    if broken.any():
        nodes = np.flatnonzero(broken[label])
        again = _strongest_first(pairs.where(broken[label[pairs.low]]), kind, kinds, torn)
        label[nodes] = len(broken) + again[nodes]
    return label, torn


def _strongest_first(pairs: _Pairs, kind: Ints, kinds: Kinds, torn: Flags) -> Ints:
    """Join the strongest links first; refuse what would give a person more of a kind than the limit."""
    rank = kinds.rank[kind]
    strength = rank[pairs.low] + rank[pairs.high]
    order = np.lexsort((pairs.high, pairs.low, pairs.first, -pairs.count, -strength))
    parent: dict[int, int] = {}
    limited = [int(code) for code in np.flatnonzero(kinds.limit)]
    held: dict[int, list[int]] = {}

    def root(node: int) -> int:
        while parent.setdefault(node, node) != node:
            parent[node] = node = parent[parent[node]]
        return node

    def holds(node: int) -> list[int]:
        return held.setdefault(node, [int(kind[node] == code) for code in limited])

    most = [int(kinds.limit[code]) for code in limited]
    for one, other in zip(pairs.low[order].tolist(), pairs.high[order].tolist(), strict=True):
        a, b = root(one), root(other)
        if a == b:
            continue
        together = [x + y for x, y in zip(holds(a), holds(b), strict=True)]
        if any(found > limit for found, limit in zip(together, most, strict=True)):
            torn[one] = torn[other] = True
            continue
        parent[max(a, b)] = min(a, b)
        held[min(a, b)] = together
    label = np.arange(len(kind))
    for node in list(parent):
        label[node] = root(node)
    return label


def _named(label: Ints) -> Ints:
    """The oldest identifier of each one's component."""
    first = np.full(label.max(initial=-1) + 1, len(label))
    np.minimum.at(first, label, np.arange(len(label)))
    named: Ints = first[label]
    return named


_Rows = tuple[Ints, Ints, Ints, Ints, Floats, Ints]


def _whole(first_seen: Ints, person: Ints, pairs: _Pairs, *, account: Flags, torn: Flags, kept: Flags) -> _Rows:
    """Identifiers that are one person's all the time.

    Confidence: of n observations that agree and none that contradicts, (n + 9) / (n + 10); where some contradict, the
    share that agrees. An account is its own person, and so is what was never seen with anything.
    """
    agreed = _observations(pairs.where(person[pairs.low] == person[pairs.high]), len(person))
    rule = np.full(len(person), LINKED)
    rule[torn] = STRONGEST
    rule[agreed == 0] = ALONE
    rule[account] = ACCOUNT
    confidence = (agreed + _SURE) / (agreed + (_SURE + 1))
    confidence[rule < LINKED] = 1.0
    contradicted = rule == STRONGEST
    if contradicted.any():
        seen = _observations(pairs.where(contradicted[pairs.low] | contradicted[pairs.high]), len(person))
        confidence[contradicted] = agreed[contradicted] / seen[contradicted]
    del agreed
    node = np.flatnonzero(kept)
    return node, first_seen[node], np.full(len(node), OPEN), person[node], confidence[node], rule[node]


def _observations(pairs: _Pairs, nodes: int) -> Floats:
    """How many observations of pairs each identifier is in."""
    number: Floats = np.bincount(pairs.low, pairs.count, nodes).astype(np.float64, copy=False)
    number += np.bincount(pairs.high, pairs.count, nodes)
    return number


def _timelines(
    links: Links, contested: Flags, person: Ints, first_seen: Ints, *, lasts: tuple[Flags, int], contact: Flags
) -> _Rows:
    """Spans of contested identifiers: whoever was seen with one last has it.

    Confidence: how often the next one seen is the same again, (same + 1) / (times + 2), for that identifier.
    """
    node = np.concatenate([links.one, links.other])
    other = np.concatenate([links.other, links.one])
    ts = np.concatenate([links.ts, links.ts])
    kept = contested[node] & ~contested[other]
    node, who, ts = node[kept], person[other[kept]], ts[kept]
    order = np.lexsort((who, ts, node))
    node, who, ts = node[order], who[order], ts[order]
    new = (np.diff(node, prepend=-1) != 0) | (np.diff(who, prepend=-1) != 0) | (np.diff(ts, prepend=0) != 0)
    node, who, ts = node[new], who[new], ts[new]
    same_node = np.diff(node, prepend=-1) == 0
    same = same_node & (np.diff(who, prepend=-1) == 0)
    times = np.bincount(node, same_node, len(person))
    stays = (np.bincount(node, same, len(person)) + 1) / (times + 2)
    public, public_us = lasts
    starts = ~same | public[node]
    node, who, ts = node[starts], who[starts], ts[starts]
    follows = np.diff(node, append=-1) == 0
    upto = np.where(follows, np.append(ts[1:], OPEN), OPEN)
    until = np.where(public[node], np.minimum(upto, ts + min(public_us, OPEN // 4)), upto)
    rule = np.where(contact[node], PASSED_ON, LAST_LOGIN)
    first = np.flatnonzero(np.diff(node, prepend=-1))
    before = _own(node[first], first_seen[node[first]], ts[first])
    gap = until < upto
    between = _own(node[gap], until[gap], upto[gap])
    never = np.setdiff1d(np.flatnonzero(contested), node)
    rows = [(node, ts, until, who, stays[node], rule), before, between, _own(never, first_seen[never])]
    return _stacked([_some(part, part[1] < part[2]) for part in rows])


def _own(node: Ints, since: Ints, until: Ints | None = None) -> _Rows:
    """A span in which an identifier is nobody's but its own."""
    end = np.full(len(node), OPEN) if until is None else until
    return node, since, end, node, np.ones(len(node)), np.full(len(node), NOBODY)


def _some(rows: _Rows, kept: Flags | Ints) -> _Rows:
    node, since, until, person, confidence, rule = rows
    return node[kept], since[kept], until[kept], person[kept], confidence[kept], rule[kept]


def _stacked(parts: Sequence[_Rows]) -> _Rows:
    node, since, until, person, confidence, rule = (np.concatenate(column) for column in zip(*parts, strict=True))
    return node, since, until, person, confidence, rule


def _joined(parts: list[list[NDArray[Any]]], refused: dict[str, int]) -> People:
    """All rows in order; takes the columns out of the parts, of which there may be many millions of rows."""
    node, since = (np.concatenate([part[column] for part in parts]) for column in (0, 1))
    order = np.lexsort((since, node))
    del node, since
    node, since, until, person, confidence, rule = (
        np.concatenate([part.pop(0) for part in parts])[order] for _ in range(6)
    )
    return People(node, since, until, person, confidence, rule, refused)

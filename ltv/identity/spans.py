"""From when to when an identifier is whose: the rows of `user_ids`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ltv.identity.evidence import Flags, Floats, Ints, Links, Pairs
from ltv.identity.groups import Groups, Order, places_of_tied

OPEN = np.iinfo(np.int64).max  # the end of what is still valid
RULES = ("account", "alone", "linked", "strongest", "passed_on", "last_login", "nobody")
ACCOUNT, ALONE, LINKED, STRONGEST, PASSED_ON, LAST_LOGIN, NOBODY = range(len(RULES))
_SURE = 9.0  # observations that a first one is worth where nothing contradicts it


@dataclass(frozen=True)
class People:
    """Who each identifier is: one row an identifier and span, in order of both.

    Attributes:
        node: identifier.
        since: first moment it counts for.
        until: exclusive end, or `OPEN`.
        person: the oldest identifier of the person.
        confidence: share from 0 to 1, as `whole` and `timelines` say.
        rule: position in `RULES`.
        refused: how many links were no evidence, by reason.
    """

    node: Ints
    since: Ints
    until: Ints
    person: Ints
    confidence: Floats
    rule: NDArray[np.int8]
    refused: dict[str, int] = field(default_factory=dict)

    def where(self, kept: Flags | Ints) -> People:
        """Only some of the rows."""
        return People(
            self.node[kept],
            self.since[kept],
            self.until[kept],
            self.person[kept],
            self.confidence[kept],
            self.rule[kept],
            self.refused,
        )


def whole(first_seen: Ints, groups: Groups, pairs: Pairs, *, account: Flags, kept: Flags) -> People:
    """Rows of identifiers that are one person's all the time.

    Confidence: of n observations that agree and none that contradicts, (n + 9) / (n + 10); where some contradict, the
    share that agrees. An account is its own person, and so is what was never seen with anything.

    Args:
        first_seen: moment each was seen first, microseconds.
        groups: who is put together.
        pairs: distinct pairs without hubs.
        account: which identifiers are accounts.
        kept: which to make rows of.
    """
    person = groups.person
    agreed = _observations(pairs.where(person[pairs.low] == person[pairs.high]), len(person))
    rule = np.full(len(person), LINKED, np.int8)
    rule[groups.torn] = STRONGEST
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
    return People(node, first_seen[node], np.full(len(node), OPEN), person[node], confidence[node], rule[node])


def _observations(pairs: Pairs, nodes: int) -> Floats:
    """How many observations of pairs each identifier is in."""
    number: Floats = np.bincount(pairs.low, pairs.count, nodes).astype(np.float64, copy=False)
    number += np.bincount(pairs.high, pairs.count, nodes)
    return number


@dataclass(frozen=True)
class Around:
    """What timelines want to know of identifiers; one entry an identifier.

    Attributes:
        first_seen: moment each was seen first, microseconds.
        person: who each is, where it is one person's all the time.
        follows: may say whose a contested one is: belongs to a person with an account, and is no hub.
        contested: is used by several people in turn.
        public: is used by so many that a login counts for a short while only.
        contact: passes from one person to another for good.
    """

    first_seen: Ints
    person: Ints
    follows: Flags
    contested: Flags
    public: Flags
    contact: Flags


def timelines(links: Links, around: Around, *, of: Flags, public_us: int, order: Order) -> People:
    """Rows of contested identifiers: whoever was seen with one last has it.

    Confidence: how often the next one seen is the same again, (same + 1) / (times + 2), for that identifier.

    Args:
        links: evidence, at least all of that of the identifiers asked for.
        around: what is known of the identifiers.
        of: contested ones to make rows of.
        public_us: how long a login at a public one counts, microseconds.
        order: decides between links of the same moment.
    """
    node, who, ts = _sightings(links, around, of, order)
    same_node = np.diff(node, prepend=-1) == 0
    same = same_node & (np.diff(who, prepend=-1) == 0)
    times = np.bincount(node, same_node, len(of))
    stays = (np.bincount(node, same, len(of)) + 1) / (times + 2)
    starts = ~same | around.public[node]
    node, who, ts = node[starts], who[starts], ts[starts]
    follows = np.diff(node, append=-1) == 0
    upto = np.where(follows, np.append(ts[1:], OPEN), OPEN)
    until = np.where(around.public[node], np.minimum(upto, ts + min(public_us, OPEN // 4)), upto)
    rule = np.where(around.contact[node], PASSED_ON, LAST_LOGIN).astype(np.int8)
    first = np.flatnonzero(np.diff(node, prepend=-1))
    before = own(node[first], around.first_seen[node[first]], ts[first])
    gap = until < upto
    between = own(node[gap], until[gap], upto[gap])
    never = np.setdiff1d(np.flatnonzero(of), node)
    rows = [People(node, ts, until, who, stays[node], rule), before, between, own(never, around.first_seen[never])]
    return joined([part.where(part.since < part.until) for part in rows])


def _sightings(links: Links, around: Around, of: Flags, order: Order) -> tuple[Ints, Ints, Ints]:
    """Who was seen with each contested identifier, in order of it and the moment; one at a moment."""
    node = np.concatenate([links.one, links.other])
    other = np.concatenate([links.other, links.one])
    ts = np.concatenate([links.ts, links.ts])
    kept = of[node] & around.follows[other] & ~around.contested[other]
    node, other, ts = node[kept], other[kept], ts[kept]
    (place,) = places_of_tied((ts, node), (other,), order)
    turn = np.lexsort((place, ts, node))
    node, other, ts = node[turn], other[turn], ts[turn]
    last = (np.diff(node, append=-1) != 0) | (np.diff(ts, append=0) != 0)
    if len(last):
        last[-1] = True
    return node[last], around.person[other[last]], ts[last]


def own(node: Ints, since: Ints, until: Ints | None = None) -> People:
    """Rows of spans in which an identifier is nobody's but its own.

    Args:
        node: identifiers.
        since: first moment of each.
        until: exclusive end of each; none is `OPEN`.
    """
    end = np.full(len(node), OPEN) if until is None else until
    return People(node, since, end, node, np.ones(len(node)), np.full(len(node), NOBODY, np.int8))


def joined(parts: Sequence[People]) -> People:
    """All rows of all parts, in order of identifier and moment."""
    columns = zip(*((p.node, p.since, p.until, p.person, p.confidence, p.rule) for p in parts), strict=True)
    node, since, until, person, confidence, rule = (np.concatenate(column) for column in columns)
    return People(node, since, until, person, confidence, rule).where(np.lexsort((since, node)))


def put_between(rows: People, few: People, refused: dict[str, int]) -> People:
    """Rows of many identifiers and of a few others, both in order: sorting all would take them twice.

    Args:
        rows: one row an identifier.
        few: rows of others.
        refused: how many links were no evidence, by reason.
    """
    at = np.searchsorted(rows.node, few.node) + np.arange(len(few.node))
    old = np.ones(len(rows.node) + len(few.node), np.bool_)
    old[at] = False

    def both(one: NDArray[Any], other: NDArray[Any]) -> NDArray[Any]:
        column = np.empty(len(old), one.dtype)
        column[old], column[at] = one, other
        return column

    names = ("node", "since", "until", "person", "confidence", "rule")
    columns = {name: both(getattr(rows, name), getattr(few, name)) for name in names}
    return People(**columns, refused=refused)

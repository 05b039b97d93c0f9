"""New observations → the people they change: what they come near is put together anew, everybody else stays as is.

What a new observation can change, in the order in which it is found out:

1. how many neighbours its ends have: one may become a hub, which takes its links away from all its neighbours;
2. how many accounts the ends and those neighbours have met: they may become contested, or stop being so;
3. the components of all of these, which are put together anew from all their pairs;
4. the timelines of contested identifiers that were seen with anybody who is another now.

A pair that may join lies within one component, before and after; so nothing outside can change.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from ltv.identity.evidence import Flags, Ints, Pairs, accounts_met, crowded
from ltv.identity.graph import Terms, alone, with_account
from ltv.identity.groups import Groups, group
from ltv.identity.spans import Around, People, joined, timelines, whole
from ltv.identity.state.local import (
    Local,
    Stored,
    distinct,
    ends,
    links_around,
    neighbours,
    nothing_yet,
    oldest_first,
    pairs_around,
)


@dataclass(frozen=True)
class Change:
    """What becomes of identifiers.

    Attributes:
        placed: those that are put together anew, with their new places.
        moved: numbers of those whose spans are replaced.
        spans: the new ones, by number.
    """

    placed: Local
    moved: Ints
    spans: People


def changed(stored: Stored, touched: Ints, terms: Terms) -> Change:
    """Find what becomes of everybody whom new observations concern.

    Args:
        stored: the state, which holds the new observations and identifiers already.
        touched: numbers of the identifiers that are new, seen earlier than was known, or seen with another anew.
        terms: how people are put together; its order is not used.
    """
    pairs = pairs_around(stored, touched)
    local = nothing_yet().with_more(stored, distinct(touched, ends(pairs)))
    near = local.marks(touched) & ~local.hub
    hubs = local.node[near & crowded(local.pairs(pairs), local.kind, terms.kinds)]
    if len(hubs):
        near |= local.marks(neighbours(pairs, hubs)) & ~local.hub
        pairs = pairs_around(stored, local.node[near])
        local, near = _grown(stored, local, near, ends(pairs))
    local = replace(local, hub=local.hub | local.marks(hubs))
    met = np.where(near, accounts_met(local.pairs(pairs).without(local.hub), local.kind, terms.kinds), local.met)
    turned = local.node[(met > 1) != (local.met > 1)]
    anew = distinct(touched, hubs, local.node[near], neighbours(pairs, turned))
    other = distinct(turned, hubs)
    return _together(stored, replace(local, met=met), terms, anew=anew, turned=other)


def _grown(stored: Stored, local: Local, marks: Flags, more: Ints) -> tuple[Local, Flags]:
    grown = local.with_more(stored, more)
    return grown, grown.marks(local.node[marks])


def _together(stored: Stored, local: Local, terms: Terms, *, anew: Ints, turned: Ints) -> Change:
    """Put the components of some identifiers together anew.

    Args:
        stored: the state.
        local: what is known, hubs and accounts met as they are now, components and people as they were.
        terms: how people are put together.
        anew: numbers of the identifiers whose components those are.
        turned: numbers of those that became hubs, contested, or contested no more.
    """
    components = distinct(local.component[local.marks(anew)])
    inside = distinct(anew, stored.ask("members", components)["node"])
    pairs = pairs_around(stored, inside[np.isin(inside, local.node[local.hub], invert=True)])
    local = local.with_more(stored, distinct(inside, ends(pairs)))
    own, pairs = local.marks(inside), local.pairs(pairs).without(local.hub)
    terms = replace(terms, order=partial(oldest_first, stored, local.node))
    joins = pairs.without((local.met > 1) | ~own)
    groups = group(joins, local.kind, terms.kinds, terms.order)
    new, rows = _placed(local, groups, pairs, own, terms)
    moved = (new.person != local.person) | (new.owned != local.owned) | local.marks(turned)
    asked = new.node[(new.met > 1) & (own | _beside(pairs, moved))]
    rows += [_timelines(stored, new, asked, terms)]
    return Change(_some(new, own), distinct(inside, asked), joined(rows))


def _placed(local: Local, groups: Groups, pairs: Pairs, own: Flags, terms: Terms) -> tuple[Local, list[People]]:
    """Places of the identifiers that were put together, and the rows of those that are one person's all the time."""
    account = terms.kinds.account(local.kind)
    owned = with_account(groups.person, account & ~local.junk)[groups.person]
    new = replace(
        local,
        component=np.where(own, local.node[groups.component], local.component),
        person=np.where(own, local.node[groups.person], local.person),
        owned=np.where(own, owned, local.owned),
    )
    lone = own & local.hub & ~account & ~local.junk
    kept = own & ~(local.junk | (local.met > 1) | lone)
    named = replace(groups, person=new.person)
    certain = whole(local.first_seen, named, pairs, account=account, kept=kept)
    return new, [new.rows(certain), new.rows(alone(lone, local.first_seen))]


def _beside(pairs: Pairs, moved: Flags) -> Flags:
    """Identifiers in a pair with one that moved."""
    beside = np.zeros(len(moved), np.bool_)
    beside[pairs.high[moved[pairs.low]]] = True
    beside[pairs.low[moved[pairs.high]]] = True
    return beside


def _timelines(stored: Stored, local: Local, asked: Ints, terms: Terms) -> People:
    links = links_around(stored, asked)
    local = local.with_more(stored, distinct(asked, ends(links)))
    links = replace(links, one=local.at(links.one), other=local.at(links.other))
    around = Around(
        local.first_seen,
        local.person,
        local.owned & ~local.hub,
        local.met > 1,
        local.met > terms.public_after,
        terms.kinds.contact[local.kind],
    )
    order = partial(oldest_first, stored, local.node)
    return local.rows(timelines(links, around, of=local.marks(asked), public_us=terms.public_us, order=order))


def _some(local: Local, kept: Flags) -> Local:
    columns = (getattr(local, name) for name in local.__dataclass_fields__)
    return Local(*(column[kept] for column in columns))

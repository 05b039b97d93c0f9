"""What pages, tills and the CRM export: events, links, members, orders and their lines."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from ltv.sources.mall import assumptions as a
from ltv.sources.mall import columns as c
from ltv.sources.mall.actions import ACTS, ADD, LOGIN, REGISTER, REMOVE, SEARCH, VIEW
from ltv.sources.mall.community import Community
from ltv.sources.mall.systems import EMAIL, OPENID, PHONE, UNIONID


def event_ids(of: Community, number: a.Ints) -> pa.Array:
    """Return the names of events by their place in the order of time."""
    return c.numbered(f"e{of.number:05d}", number, width=8)


def events(of: Community, row: a.Ints, number: a.Ints) -> pa.Table:
    """Return the events in the rows of the acts, each with its place in the order of time."""
    visits, acts = of.journeys.visits, of.actions
    session, act, sku = acts.session[row], acts.act[row], acts.sku[row]
    source = visits.source[session]
    article = np.where((act == VIEW) | (act == ADD) | (act == REMOVE), sku, -1)
    with_category = np.where(_sent(of, row, "category"), article, -1)
    with_price = np.where(_sent(of, row, "price"), article, -1)
    return pa.table(
        {
            "event_id": event_ids(of, number),
            "ts": of.when(acts.ms[row]),
            "source": c.chosen(a.SOURCES, source),
            **of.identifier(_known_as(of, row)),
            "event": c.chosen(ACTS, act),
            "session_id": c.numbered(f"s{of.number:05d}", session, width=7),
            "sku": c.chosen(of.world.goods.names, article),
            "category": c.chosen(a.CATEGORIES, np.where(with_category < 0, -1, with_category // a.SKUS_PER_CATEGORY)),
            "price": c.money(of.world.goods.price_fen).take(pa.array(with_price, mask=with_price < 0)),
            "quantity": pa.array(acts.quantity[row], pa.int64(), mask=acts.quantity[row] < 0),
            "dwell_ms": _dwell(of, row),
            "query": _query(of, row),
        }
    )


def _known_as(of: Community, row: a.Ints) -> a.Ints:
    """A stranger by the source's own identifier or by none, a member by number from the moment of registration."""
    visits = of.journeys.visits
    session = of.actions.session[row]
    person = visits.person[session]
    index = visits.known_as(of.actions.ms[row] >= of.people.registered[person], session, of.member(person))
    source = visits.source[session]
    junk = (of.rng("junk").random(len(of.actions.ms))[row] < np.array([*a.JUNK_RATES, 0.0])[source]) & (index >= 0)
    return np.where(junk, of.systems.junk(source), index)


def _sent(of: Community, row: a.Ints, field: str) -> a.Flags:
    """Whether each row's source has sent a field that may be missing."""
    return _coverage(of, of.journeys.visits.source[of.actions.session], field)[row]


def _coverage(of: Community, source: a.Ints, field: str) -> a.Flags:
    """Draw it for all rows, wanted or not: fewer people are a prefix of more."""
    sent: a.Flags = of.rng(f"sent {field}").random(len(source)) >= np.array(a.LACKING_RATE)[source]
    return sent


def _dwell(of: Community, row: a.Ints) -> pa.Array:
    dwell = of.actions.dwell_ms[row]
    return pa.array(dwell, pa.int64(), mask=(dwell < 0) | ~_sent(of, row, "dwell_ms"))


def _query(of: Community, row: a.Ints) -> pa.Array:
    """Search words: long ones where they call for a recommendation, of two characters elsewhere."""
    words = [word for category in a.CATEGORIES for word in a.QUERIES[category]]
    each = len(words) // len(a.CATEGORIES)
    sku = of.actions.sku[row]
    query = sku // a.SKUS_PER_CATEGORY * each + sku % each
    long = of.journeys.visits.scene[of.actions.session[row]] == a.SEARCH_SCENE
    texts = [word[: a.LONG_QUERY] for word in words] + [f"{word}推荐" for word in words]
    searched = (of.actions.act[row] == SEARCH) & _sent(of, row, "query")
    return c.chosen(texts, np.where(searched, query + long * len(words), -1))


def links(of: Community) -> pa.Table:
    """Who was seen together: own identifier and member number at login, and what the other systems know."""
    visits, acts, people, systems = of.journeys.visits, of.actions, of.people, of.systems
    row = np.flatnonzero(((acts.act == REGISTER) | (acts.act == LOGIN)) & (visits.own[acts.session] >= 0))
    session = acts.session[row]
    person, ms = visits.person[session], acts.ms[row]
    wechat = visits.source[session] == a.MINI_PROGRAM
    everyone = np.arange(a.COMMUNITY)
    members, at = everyone[people.registered < a.NEVER], people.registered
    renumbered = members[systems.phone_changed[members] < a.NEVER]
    renumbered = renumbered[systems.phone_changed[renumbered] > at[renumbered]]
    moved = systems.phone_changed[renumbered] + a.DAY_MS
    with_email = members[systems.has_email[members]]
    junk = of.rng("junk links").random(len(row)) < np.array([0.0, *a.JUNK_RATES[1:], 0.0])[visits.source[session]]
    own = np.where(junk, systems.junk(visits.source[session]), visits.own[session])  # never empty: a link needs two
    parts = [
        (ms, visits.source[session], person, own, of.member(person)),
        (ms[wechat], np.full(wechat.sum(), a.MINI_PROGRAM), person[wechat], systems.own(OPENID, person[wechat], ms[wechat]),
         systems.own(UNIONID, person[wechat], ms[wechat])),
        (at[members], np.full(len(members), a.CRM), members, of.member(members), systems.own(PHONE, members, at[members])),
        (moved, np.full(len(moved), a.CRM), renumbered, of.member(renumbered), systems.own(PHONE, renumbered, moved)),
        (at[with_email], np.full(len(with_email), a.CRM), with_email, of.member(with_email),
         systems.own(EMAIL, with_email, at[with_email])),
    ]  # fmt: skip
    moment, source, who, one, other = (np.concatenate([part[k] for part in parts]) for k in range(5))
    kept = np.flatnonzero((moment < of.export_end[source]) & (who < of.wanted))
    kept = kept[np.argsort(moment[kept], kind="stable")]
    linked = of.identifier(other[kept])
    return pa.table(
        {
            "ts": of.when(moment[kept]),
            "source": c.chosen(a.SOURCES, source[kept]),
            **of.identifier(one[kept]),
            "linked_type": linked["id_type"],
            "linked_value": linked["id_value"],
        }
    )


def members(of: Community) -> pa.Table:
    """One row a member and level: the row of a higher level is a later version."""
    person, level, ms = _levels(of)
    people = of.people
    kept = (ms < of.export_end[a.CRM]) & (person < of.wanted)
    person, level, ms = person[kept], level[kept], ms[kept]
    return pa.table(
        {
            **of.identifier(of.member(person)),
            "registered_at": of.when(people.registered[person]),
            "birth_year": pa.array(people.birth_year[person], pa.int64()),
            "gender": c.chosen(("male", "female"), people.female[person].astype(np.int64)),
            "city": c.chosen([name for name, _ in a.CITIES], people.city[person]),
            "level": c.chosen([name for name, _ in a.LEVELS], level),
            "acquisition_channel": c.chosen([name for name, _ in a.CHANNELS], people.channel[person]),
            "updated_at": of.when(ms),
            "source": c.chosen(a.SOURCES, np.full(len(person), a.CRM)),
        }
    )


def _levels(of: Community) -> tuple[a.Ints, a.Ints, a.Ints]:
    """Return person, level and moment of each version: at registration, then whenever an order lifts the level."""
    people, o = of.people, of.orders
    members = np.flatnonzero(people.registered < a.NEVER)
    paid = np.flatnonzero((o.status == a.PAID) & (people.registered[o.person] < a.NEVER))
    paid = paid[np.argsort(o.person[paid], kind="stable")]
    first = np.diff(o.person[paid], prepend=-1) != 0
    spent = _running_total(o.amount_fen[paid], first)
    reached = np.searchsorted([threshold for _, threshold in a.LEVELS], spent, side="right") - 1
    lifted = reached > np.where(first, 0, np.roll(reached, 1))
    person = np.concatenate([members, o.person[paid][lifted]])
    level = np.concatenate([np.zeros(len(members), np.int64), reached[lifted]])
    ms = np.concatenate([people.registered[members], o.ms[paid][lifted]])
    order = np.lexsort((person, ms))
    return person[order], level[order], ms[order]


def _running_total(values: a.Ints, first: a.Flags) -> a.Ints:
    """Return the sum so far within each group; groups lie together and `first` marks their beginnings."""
    total, at = np.cumsum(values), np.flatnonzero(first)
    return total - np.repeat(total[at] - values[at], np.diff(at, append=len(values)))


def orders(of: Community) -> pa.Table:
    """Each order, and once more when it is refunded: an earlier day still sees it as it was."""
    o, end = of.orders, of.export_end
    exported = _exported(of)
    refunded = exported & (o.refunded < end[o.source])
    first, later = np.flatnonzero(exported), np.flatnonzero(refunded)
    row = np.concatenate([first, later])
    is_refund = np.repeat([False, True], [len(first), len(later)])
    updated = np.where(is_refund, o.refunded[row], o.known[row])
    order = np.argsort(updated, kind="stable")
    return _order_rows(of, row[order], is_refund[order], updated[order])


def _exported(of: Community) -> a.Flags:
    o = of.orders
    known: a.Flags = (o.known < of.export_end[o.source]) & (o.person < of.wanted)
    return known


def _order_rows(of: Community, row: a.Ints, is_refund: a.Flags, updated: a.Ints) -> pa.Table:
    o, visits = of.orders, of.journeys.visits
    source, person = o.source[row], o.person[row]
    member = of.people.registered[person] <= o.ms[row]
    whole = is_refund & (o.refund_fen[row] == o.amount_fen[row])
    payment = np.where(_coverage(of, o.source, "payment_channel")[row], o.payment[row], -1)
    return pa.table(
        {
            "order_id": of.order_ids(row),
            "ts": of.when(o.ms[row]),
            "source": c.chosen(a.SOURCES, source),
            **of.identifier(np.where(member, of.member(person), visits.own[o.session[row]])),
            "amount": c.money(o.amount_fen[row]),
            "currency": c.chosen(("CNY",), np.zeros(len(row), np.int64)),
            "discount": c.money(o.discount_fen[row]),
            "refund": c.only(is_refund, c.money(o.refund_fen[row])),
            "refunded_at": c.only(is_refund, of.when(np.where(is_refund, o.refunded[row], 0))),
            "updated_at": of.when(updated),
            "status": c.chosen(a.ORDER_STATUSES, np.where(whole, a.REFUNDED, o.status[row])),
            "payment_channel": c.chosen(a.PAYMENT_CHANNELS, payment),
            "coupon_id": c.chosen([coupon.name for coupon in a.COUPONS], o.coupon[row]),
            "member_benefit": c.only(_coverage(of, o.source, "member_benefit")[row], pa.array(o.benefit[row])),
        }
    )


def order_items(of: Community) -> pa.Table:
    """Return the lines of all orders that are exported."""
    o, goods = of.orders, of.world.goods
    line = np.flatnonzero(_exported(of)[o.line_order])
    order, sku, quantity = o.line_order[line], o.line_sku[line], o.line_quantity[line]
    nth = _running_total(np.ones(len(order), np.int64), np.diff(order, prepend=-1) != 0)
    margin_fen = np.rint(goods.price_fen[sku] * quantity * goods.margin_rate[sku]).astype(np.int64)
    return pa.table(
        {
            "order_id": of.order_ids(order),
            "line_id": c.numbered("", nth, width=2),
            "sku": c.chosen(goods.names, sku),
            "category": c.chosen(a.CATEGORIES, sku // a.SKUS_PER_CATEGORY),
            "quantity": pa.array(quantity, pa.int64()),
            "price": c.money(goods.price_fen[sku]),
            "margin": c.money(margin_fen),
        }
    )

"""The simulated people as the systems of a shop would export them: tables of the contract."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from ltv.sources.mall import assumptions as a
from ltv.sources.mall import columns as c
from ltv.sources.mall.actions import ACTS, ADD, LOGIN, PAY, REGISTER, REMOVE, SEARCH, SUBMIT, VIEW, Actions
from ltv.sources.mall.catalogue import Catalogue
from ltv.sources.mall.journeys import Journeys
from ltv.sources.mall.orders import Orders
from ltv.sources.mall.people import People
from ltv.sources.mall.window import Window, stream

TABLES = ("events", "links", "members", "order_items", "orders")
ID_TYPES = ("openid", "device", "device", "member")  # a stranger's identifier by source; the last after login
MEMBER = 3


@dataclass(frozen=True)
class Community:
    """All that was drawn for one community, and how many of its people are wanted."""

    seed: int
    number: int
    window: Window
    goods: Catalogue
    people: People
    journeys: Journeys
    actions: Actions
    orders: Orders
    wanted: int

    @property
    def export_end(self) -> a.Ints:
        """End of what each source has delivered."""
        end = np.full(len(a.SOURCES), self.window.length_ms)
        end[a.CRM] -= a.CRM_DELAY_DAYS * a.DAY_MS
        return end

    def identifiers(self) -> list[pa.Array]:
        """Return the openid, app device, web device and member number of everyone in the community."""
        prefixes = ("o6_", "a", "w", "M")
        return [c.scrambled(p, self.people.number * len(prefixes) + k, seed=self.seed) for k, p in enumerate(prefixes)]

    def identifier(self, person: a.Ints, which: a.Ints) -> tuple[pa.Array, pa.Array]:
        """Return id_type and id_value: `which` is a source, `MEMBER`, or −1 for none."""
        everyone = pa.concat_arrays(self.identifiers())
        index = np.where(which < 0, -1, which * a.COMMUNITY + person)
        return c.chosen(ID_TYPES, which), everyone.take(pa.array(index, mask=index < 0))

    def when(self, ms: a.Ints) -> pa.Array:
        """Return moments of the window as UTC timestamps."""
        return c.moments(self.window.utc_us(ms))

    def sent(self, source: a.Ints, field: str) -> a.Flags:
        """Draw whether each source has sent a nullable field; `source` is that of all rows, wanted or not."""
        rng = stream(self.seed, self.number, f"sent {field}")
        return rng.random(len(source)) >= np.array(a.LACKING_RATE)[source]


def tables(of: Community) -> dict[str, pa.Table]:
    """Return the tables of one community, each in order of time."""
    orders, order_items = _orders(of)
    return {
        "events": _events(of),
        "links": _links(of),
        "members": _members(of),
        "order_items": order_items,
        "orders": orders,
    }


def _events(of: Community) -> pa.Table:
    visits, acts = of.journeys.visits, of.actions
    assisted = np.zeros(len(visits.person), np.bool_)
    assisted[of.orders.session[of.orders.assisted]] = True
    unpaid = np.zeros(len(visits.person), np.bool_)
    unpaid[of.orders.session[of.orders.status != a.PAID]] = True
    hidden = ((acts.act == SUBMIT) & assisted[acts.session]) | ((acts.act == PAY) & (assisted | unpaid)[acts.session])
    seen = np.flatnonzero(~hidden & (acts.ms < of.window.length_ms))
    seen = seen[np.argsort(acts.ms[seen], kind="stable")]
    number = np.arange(len(seen))
    kept = visits.person[acts.session[seen]] < of.wanted
    return _event_rows(of, seen[kept], number[kept])


def _event_rows(of: Community, row: a.Ints, number: a.Ints) -> pa.Table:
    visits, acts = of.journeys.visits, of.actions
    session, act, sku = acts.session[row], acts.act[row], acts.sku[row]
    person, source = visits.person[session], visits.source[session]
    id_type, id_value = of.identifier(person, _known_as(of, row))
    article = np.where((act == VIEW) | (act == ADD) | (act == REMOVE), sku, -1)
    with_category = np.where(_sent(of, row, "category"), article, -1)
    with_price = np.where(_sent(of, row, "price"), article, -1)
    return pa.table(
        {
            "event_id": c.numbered(f"e{of.number:05d}", number, width=8),
            "ts": of.when(acts.ms[row]),
            "source": c.chosen(a.SOURCES, source),
            "id_type": id_type,
            "id_value": id_value,
            "event": c.chosen(ACTS, act),
            "session_id": c.numbered(f"s{of.number:05d}", session, width=7),
            "sku": c.chosen(of.goods.names, article),
            "category": c.chosen(a.CATEGORIES, np.where(with_category < 0, -1, with_category // a.SKUS_PER_CATEGORY)),
            "price": c.money(of.goods.price_fen).take(pa.array(with_price, mask=with_price < 0)),
            "quantity": pa.array(acts.quantity[row], pa.int64(), mask=acts.quantity[row] < 0),
            "dwell_ms": _dwell(of, row),
            "query": _query(of, row),
        }
    )


def _known_as(of: Community, row: a.Ints) -> a.Ints:
    """A stranger by the source's own identifier or by none, a member by number from the moment of registration."""
    visits = of.journeys.visits
    session = of.actions.session[row]
    registered = of.actions.ms[row] >= of.people.registered[visits.person[session]]
    stranger = np.where(visits.refused[session], -1, visits.source[session])
    return np.where(registered & ~visits.unlogged[session], MEMBER, stranger)


def _sent(of: Community, row: a.Ints, field: str) -> a.Flags:
    return of.sent(of.journeys.visits.source[of.actions.session], field)[row]


def _dwell(of: Community, row: a.Ints) -> pa.Array:
    dwell = of.actions.dwell_ms[row]
    return pa.array(dwell, pa.int64(), mask=(dwell < 0) | ~_sent(of, row, "dwell_ms"))


def _query(of: Community, row: a.Ints) -> pa.Array:
    words = [word for category in a.CATEGORIES for word in a.QUERIES[category]]
    each = len(words) // len(a.CATEGORIES)
    sku = of.actions.sku[row]
    query = sku // a.SKUS_PER_CATEGORY * each + sku % each
    return c.chosen(words, np.where((of.actions.act[row] == SEARCH) & _sent(of, row, "query"), query, -1))


def _links(of: Community) -> pa.Table:
    """At registration and at each login the source sees its own identifier and the member number together."""
    visits, acts = of.journeys.visits, of.actions
    row = np.flatnonzero(((acts.act == REGISTER) | (acts.act == LOGIN)) & (acts.ms < of.window.length_ms))
    row = row[np.argsort(acts.ms[row], kind="stable")]
    row = row[visits.person[acts.session[row]] < of.wanted]
    person, source = visits.person[acts.session[row]], visits.source[acts.session[row]]
    id_type, id_value = of.identifier(person, source)
    member_type, member = of.identifier(person, np.full(len(row), MEMBER))
    return pa.table(
        {
            "ts": of.when(acts.ms[row]),
            "source": c.chosen(a.SOURCES, source),
            "id_type": id_type,
            "id_value": id_value,
            "linked_type": member_type,
            "linked_value": member,
        }
    )


def _members(of: Community) -> pa.Table:
    """One row a member and level: the row of a higher level is a later version."""
    person, level, ms = _levels(of)
    people = of.people
    kept = (ms < of.export_end[a.CRM]) & (person < of.wanted)
    person, level, ms = person[kept], level[kept], ms[kept]
    id_type, id_value = of.identifier(person, np.full(len(person), MEMBER))
    return pa.table(
        {
            "id_type": id_type,
            "id_value": id_value,
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


def _orders(of: Community) -> tuple[pa.Table, pa.Table]:
    o, end = of.orders, of.export_end
    exported = (o.known < end[o.source]) & (o.person < of.wanted)
    refunded = exported & (o.refunded < end[o.source])
    first, later = np.flatnonzero(exported), np.flatnonzero(refunded)
    row = np.concatenate([first, later])
    is_refund = np.repeat([False, True], [len(first), len(later)])
    updated = np.where(is_refund, o.refunded[row], o.known[row])
    order = np.argsort(updated, kind="stable")
    return _order_rows(of, row[order], is_refund[order], updated[order]), _item_rows(of, exported)


def _order_rows(of: Community, row: a.Ints, is_refund: a.Flags, updated: a.Ints) -> pa.Table:
    """A refund is a new version of its order, so that an earlier day still sees the order as it was."""
    o = of.orders
    source, person = o.source[row], o.person[row]
    known_as = np.where(of.people.registered[person] <= o.ms[row], MEMBER, of.journeys.visits.source[o.session[row]])
    id_type, id_value = of.identifier(person, known_as)
    whole = is_refund & (o.refund_fen[row] == o.amount_fen[row])
    payment = np.where(of.sent(o.source, "payment_channel")[row], o.payment[row], -1)
    return pa.table(
        {
            "order_id": _order_ids(of, row),
            "ts": of.when(o.ms[row]),
            "source": c.chosen(a.SOURCES, source),
            "id_type": id_type,
            "id_value": id_value,
            "amount": c.money(o.amount_fen[row]),
            "currency": c.chosen(("CNY",), np.zeros(len(row), np.int64)),
            "discount": c.money(o.discount_fen[row]),
            "refund": c.only(is_refund, c.money(o.refund_fen[row])),
            "refunded_at": c.only(is_refund, of.when(np.where(is_refund, o.refunded[row], 0))),
            "updated_at": of.when(updated),
            "status": c.chosen(a.ORDER_STATUSES, np.where(whole, a.REFUNDED, o.status[row])),
            "payment_channel": c.chosen(a.PAYMENT_CHANNELS, payment),
            "coupon_id": c.chosen([coupon.name for coupon in a.COUPONS], o.coupon[row]),
            "member_benefit": c.only(of.sent(o.source, "member_benefit")[row], pa.array(o.benefit[row])),
        }
    )


def _order_ids(of: Community, order: a.Ints) -> pa.Array:
    return c.numbered(f"P{of.number:05d}", order, width=7)


def _item_rows(of: Community, exported: a.Flags) -> pa.Table:
    o = of.orders
    line = np.flatnonzero(exported[o.line_order])
    order, sku, quantity = o.line_order[line], o.line_sku[line], o.line_quantity[line]
    nth = _running_total(np.ones(len(order), np.int64), np.diff(order, prepend=-1) != 0)
    margin_fen = np.rint(of.goods.price_fen[sku] * quantity * of.goods.margin_rate[sku]).astype(np.int64)
    return pa.table(
        {
            "order_id": _order_ids(of, order),
            "line_id": c.numbered("", nth, width=2),
            "sku": c.chosen(of.goods.names, sku),
            "category": c.chosen(a.CATEGORIES, sku // a.SKUS_PER_CATEGORY),
            "quantity": pa.array(quantity, pa.int64()),
            "price": c.money(of.goods.price_fen[sku]),
            "margin": c.money(margin_fen),
        }
    )

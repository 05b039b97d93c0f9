"""Orders, their lines and what becomes of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ltv.sources.mall import assumptions as a
from ltv.sources.mall.actions import SUBMIT, Actions
from ltv.sources.mall.hooks import COUPON_CATEGORIES, COUPON_MS, FLASH_STOCK, FLASH_USE, flash_of
from ltv.sources.mall.journeys import Journeys
from ltv.sources.mall.rates import Rates
from ltv.sources.mall.window import pick

NO_COUPON = -1


@dataclass(frozen=True)
class Orders:
    """Orders of one community by moment; money in fen.

    Attributes:
        session: session that submitted it.
        person: position in the community.
        ms: moment of the order.
        source: position in `SOURCES`; an assisted order is one of the CRM.
        list_fen: sum of its lines.
        discount_fen: taken off.
        coupon: position in `COUPONS`, or `NO_COUPON`.
        flash: limited-time offer that was asked for, or −1.
        refused: its stock was used up.
        benefit: a member benefit was used.
        status: first known status, position in `ORDER_STATUSES`.
        known: moment at which that status is known.
        refund_fen: given back, or 0.
        refunded: moment of the refund, or `NEVER`.
        payment: position in `PAYMENT_CHANNELS`.
        line_order: order of each line.
        line_sku: article of each line.
        line_quantity: pieces of each line.
    """

    session: a.Ints
    person: a.Ints
    ms: a.Ints
    source: a.Ints
    list_fen: a.Ints
    discount_fen: a.Ints
    coupon: a.Ints
    flash: a.Ints
    refused: a.Flags
    benefit: a.Flags
    status: a.Ints
    known: a.Ints
    refund_fen: a.Ints
    refunded: a.Ints
    payment: a.Ints
    line_order: a.Ints
    line_sku: a.Ints
    line_quantity: a.Ints

    @property
    def amount_fen(self) -> a.Ints:
        """Charged, after discount."""
        return self.list_fen - self.discount_fen

    @property
    def assisted(self) -> a.Flags:
        """Taken by a shop assistant: the shop's pages have not seen the order."""
        by_crm: a.Flags = self.source == a.CRM
        return by_crm


def draw_orders(rates: Rates, journeys: Journeys, actions: Actions, *, rng: np.random.Generator) -> Orders:
    """Draw the orders of one community."""
    people, world = rates.people, rates.world
    session, ms = _submitted(journeys, actions)
    person = journeys.visits.person[session]
    kind, day = people.kind[person], ms // a.DAY_MS
    line_order, line_sku, line_quantity = _lines(journeys, session)
    list_fen = np.bincount(line_order, world.goods.price_fen[line_sku] * line_quantity, len(session)).astype(np.int64)
    first_line = np.searchsorted(line_order, np.arange(len(session)))
    flash, refused = _flashes(rates, person, ms, rng)
    drawn = rng.random(len(ms))
    coupon = _coupons(rates, person, ms, line_sku[first_line], flashed=(flash >= 0) & ~refused, drawn=drawn)
    benefit = (people.registered[person] <= ms) & (rng.random(len(ms)) < a.of_types("benefit_rate")[kind])
    benefit &= (coupon != a.NEW15) & (coupon != a.FLASH10)
    share = np.array([0.0, *(c.share for c in a.COUPONS)])[coupon + 1] + a.BENEFIT_DISCOUNT * benefit
    discount_fen = np.floor(list_fen * share).astype(np.int64)
    source = np.where(rng.random(len(ms)) < np.array(a.ASSISTED_RATE)[kind], a.CRM, journeys.visits.source[session])
    status = _statuses(world.launch_factor("failures")[0][day], rng)
    refunded, refund_fen = _refunds(ms, list_fen - discount_fen, status, rng)
    return Orders(
        session=session,
        person=person,
        ms=ms,
        source=source,
        list_fen=list_fen,
        discount_fen=discount_fen,
        coupon=coupon,
        flash=flash,
        refused=refused,
        benefit=benefit,
        status=status,
        known=ms + np.array(a.STATUS_AFTER_MINUTES)[status] * a.MINUTE_MS,
        refund_fen=refund_fen,
        refunded=refunded,
        payment=pick(np.cumsum(a.PAYMENT_SHARES, axis=1)[source], rng, len(ms)),
        line_order=line_order,
        line_sku=line_sku,
        line_quantity=line_quantity,
    )


def _submitted(journeys: Journeys, actions: Actions) -> tuple[a.Ints, a.Ints]:
    submit = actions.act == SUBMIT
    session, ms = actions.session[submit], actions.ms[submit]
    order = np.argsort(ms, kind="stable")
    return session[order], ms[order]


def _lines(journeys: Journeys, session: a.Ints) -> tuple[a.Ints, a.Ints, a.Ints]:
    order_of_basket = np.full(len(journeys.basket), -1)
    order_of_basket[journeys.basket[session]] = np.arange(len(session))
    line_order = order_of_basket[journeys.lines.session]
    kept = np.flatnonzero(line_order >= 0)
    kept = kept[np.argsort(line_order[kept], kind="stable")]
    return line_order[kept], journeys.lines.sku[kept], journeys.lines.quantity[kept]


def _flashes(rates: Rates, person: a.Ints, ms: a.Ints, rng: np.random.Generator) -> tuple[a.Ints, a.Flags]:
    """Return the limited-time offer that each order asks for, and whether its stock was used up before."""
    which = flash_of(rates.world, ms)
    asks = rates.arms.limited_time_offer[person] & (rates.people.registered[person] <= ms)
    which = np.where(asks & (rng.random(len(ms)) < FLASH_USE), which, -1)
    by_offer = np.argsort(which, kind="stable")  # orders come in order of time
    first = np.searchsorted(which[by_offer], which[by_offer])
    rank = np.empty(len(ms), np.int64)
    rank[by_offer] = np.arange(len(ms)) - first
    return which, (which >= 0) & (rank >= FLASH_STOCK)


def _coupons(
    rates: Rates, person: a.Ints, ms: a.Ints, first_sku: a.Ints, *, flashed: a.Flags, drawn: a.Floats
) -> a.Ints:
    """One coupon an order: a paid hook's where one applies, else an ordinary one for those who look for it."""
    people, sale = rates.people, rates.world.season.sale[ms // a.DAY_MS]
    uses = drawn < a.of_types("coupon_rate")[people.kind[person]] + a.PROMO_COUPON_RATE * sale
    since = ms - people.registered[person]
    listed = np.isin(first_sku // a.SKUS_PER_CATEGORY, [a.CATEGORIES.index(name) for name in COUPON_CATEGORIES])
    new = _first_orders(person) & rates.arms.first_order_coupon[person] & (since >= 0) & (since < COUPON_MS) & listed
    ordinary = np.where(uses, np.where(sale, a.FESTIVAL15, a.MEMBER10), NO_COUPON)
    return np.where(new, a.NEW15, np.where(flashed, a.FLASH10, ordinary))


def _first_orders(person: a.Ints) -> a.Flags:
    first = np.zeros(len(person), np.bool_)
    first[np.unique(person, return_index=True)[1]] = True
    return first


def _statuses(failures: a.Floats, rng: np.random.Generator) -> a.Ints:
    """Draw the first known status; `failures` is a factor on payments that fail or time out."""
    _, cancelled, failed, timeout = a.STATUS_SHARES
    bounds = np.stack([np.full(len(failures), cancelled), cancelled + failed * failures,
                       cancelled + (failed + timeout) * failures])  # fmt: skip
    place = (rng.random(len(failures)) >= bounds).sum(axis=0)
    status: a.Ints = np.array([a.CANCELLED, a.FAILED, a.TIMEOUT, a.PAID])[place]
    return status


def _refunds(ms: a.Ints, amount_fen: a.Ints, status: a.Ints, rng: np.random.Generator) -> tuple[a.Ints, a.Ints]:
    n = len(ms)
    u, part = rng.random(n), rng.uniform(*a.PARTIAL_REFUND_SHARE, n)
    whole = (status == a.PAID) & (u < a.REFUND_RATE)
    some = (status == a.PAID) & ~whole & (u < a.REFUND_RATE + a.PARTIAL_REFUND_RATE)
    after_ms = (a.REFUND_DAYS * rng.lognormal(0, a.REFUND_SIGMA, n) * a.DAY_MS).astype(np.int64)
    refunded = np.where(whole | some, ms + after_ms, a.NEVER)
    refund_fen = np.where(whole, amount_fen, np.where(some, np.maximum((amount_fen * part).astype(np.int64), 1), 0))
    return refunded, refund_fen

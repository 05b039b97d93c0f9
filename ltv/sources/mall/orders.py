"""Orders, their lines and what becomes of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ltv.sources.mall import assumptions as a
from ltv.sources.mall.actions import SUBMIT, Actions
from ltv.sources.mall.catalogue import Catalogue
from ltv.sources.mall.journeys import Journeys
from ltv.sources.mall.people import People
from ltv.sources.mall.window import Season, pick

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


def draw_orders(
    people: People, journeys: Journeys, actions: Actions, goods: Catalogue, of: Season, *, rng: np.random.Generator
) -> Orders:
    """Draw the orders of one community."""
    session, ms = _submitted(journeys, actions)
    person = journeys.visits.person[session]
    kind = people.kind[person]
    line_order, line_sku, line_quantity = _lines(journeys, session)
    list_fen = np.bincount(line_order, goods.price_fen[line_sku] * line_quantity, len(session)).astype(np.int64)
    sale = of.sale[np.minimum(ms // a.DAY_MS, len(of.sale) - 1)]
    coupon = _coupons(kind, person, list_fen, sale, rng)
    benefit = (people.registered[person] < a.NEVER) & (rng.random(len(ms)) < a.of_types("benefit_rate")[kind])
    discount_fen = _discounts(list_fen, coupon, benefit)
    source = np.where(rng.random(len(ms)) < np.array(a.ASSISTED_RATE)[kind], a.CRM, journeys.visits.source[session])
    status = pick(np.cumsum(a.STATUS_SHARES), rng, len(ms))
    refunded, refund_fen = _refunds(ms, list_fen - discount_fen, status, rng)
    return Orders(
        session=session,
        person=person,
        ms=ms,
        source=source,
        list_fen=list_fen,
        discount_fen=discount_fen,
        coupon=coupon,
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


def _coupons(kind: a.Ints, person: a.Ints, list_fen: a.Ints, sale: a.Flags, rng: np.random.Generator) -> a.Ints:
    uses = rng.random(len(kind)) < a.of_types("coupon_rate")[kind] + a.PROMO_COUPON_RATE * sale
    first_order = np.zeros(len(kind), np.bool_)
    first_order[np.unique(person, return_index=True)[1]] = True
    fits = {"on_sale": sale, "first_order": first_order, "any_order": np.ones(len(kind), np.bool_)}
    best = np.select(
        [fits[coupon.fits] & (list_fen >= coupon.least_fen) for coupon in a.COUPONS],
        [np.full(len(kind), k) for k in range(len(a.COUPONS))],
        NO_COUPON,
    )
    return np.where(uses, best, NO_COUPON)


def _discounts(list_fen: a.Ints, coupon: a.Ints, benefit: a.Flags) -> a.Ints:
    off = np.array([0, *(c.off_fen for c in a.COUPONS)])[coupon + 1]
    share = np.array([0, *(c.off_share for c in a.COUPONS)])[coupon + 1] + a.BENEFIT_DISCOUNT * benefit
    most = np.floor(list_fen * a.MAX_DISCOUNT)
    discount: a.Ints = np.minimum(off + np.floor(list_fen * share), most).astype(np.int64)
    return discount


def _refunds(ms: a.Ints, amount_fen: a.Ints, status: a.Ints, rng: np.random.Generator) -> tuple[a.Ints, a.Ints]:
    n = len(ms)
    u, part = rng.random(n), rng.uniform(*a.PARTIAL_REFUND_SHARE, n)
    whole = (status == a.PAID) & (u < a.REFUND_RATE)
    some = (status == a.PAID) & ~whole & (u < a.REFUND_RATE + a.PARTIAL_REFUND_RATE)
    after_ms = (a.REFUND_DAYS * rng.lognormal(0, a.REFUND_SIGMA, n) * a.DAY_MS).astype(np.int64)
    refunded = np.where(whole | some, ms + after_ms, a.NEVER)
    refund_fen = np.where(whole, amount_fen, np.where(some, np.maximum((amount_fen * part).astype(np.int64), 1), 0))
    return refunded, refund_fen

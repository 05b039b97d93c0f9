"""What people do in a session: what they look at, put into the cart, order, leave behind and come back for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ltv.sources.mall import assumptions as a
from ltv.sources.mall.catalogue import choose
from ltv.sources.mall.people import People
from ltv.sources.mall.visits import Visits
from ltv.sources.mall.window import Season, Window


@dataclass(frozen=True)
class Lines:
    """Lines of carts: `session` is the one that filled the cart."""

    session: a.Ints
    sku: a.Ints
    quantity: a.Ints


@dataclass(frozen=True)
class Journeys:
    """Sessions with their outcome; the first ones are the given visits, then those that take up a cart.

    Attributes:
        visits: all sessions.
        basket: session whose cart is ordered here (itself, or the one that is taken up).
        buys: an order is submitted.
        bounced: left after the first page.
        lines: lines of all carts.
    """

    visits: Visits
    basket: a.Ints
    buys: a.Flags
    bounced: a.Flags
    lines: Lines


def draw_journeys(people: People, visits: Visits, window: Window, of: Season, *, rng: np.random.Generator) -> Journeys:
    """Draw the carts and orders of all sessions of one community."""
    appetite = of.appetite[visits.start // a.DAY_MS]
    filled = rng.random(len(visits.person)) < _cart_rate(people, visits) * appetite
    buys = filled & (rng.random(len(filled)) < _buy_rate(people, visits) * appetite)
    bounced = ~filled & (rng.random(len(filled)) < a.BOUNCE_RATE)
    lines = _lines(people, visits, np.flatnonzero(filled), rng)
    left = np.flatnonzero(filled & ~buys & visits.member & ~visits.unlogged)
    back, taken_up = _returns(visits, left, window, rng)
    n_back = len(taken_up)
    return Journeys(
        visits=_join(visits, back),
        basket=np.concatenate([np.arange(len(filled)), taken_up]),
        buys=np.concatenate([buys, rng.random(n_back) < a.RETURN_BUY_RATE]),
        bounced=np.concatenate([bounced, np.zeros(n_back, np.bool_)]),
        lines=lines,
    )


def _cart_rate(people: People, visits: Visits) -> a.Floats:
    return np.where(visits.registers, a.REGISTRATION_CART_RATE, people.cart_rate[visits.person])


def _buy_rate(people: People, visits: Visits) -> a.Floats:
    rate = np.where(visits.registers, a.REGISTRATION_BUY_RATE, people.buy_rate[visits.person])
    guest = people.guest[visits.person] & ~visits.refused
    # Before registration nobody orders but guests, and a member orders only when logged in.
    return np.where(visits.member & ~visits.unlogged, rate, np.where(guest, rate * a.GUEST_BUY_FACTOR, 0.0))


def _lines(people: People, visits: Visits, filled: a.Ints, rng: np.random.Generator) -> Lines:
    kind = people.kind[visits.person[filled]]
    mean = a.of_types("extra_lines")[kind]
    session = np.repeat(filled, rng.geometric(1 / (1 + mean)).clip(max=a.MAX_LINES))
    person = visits.person[session]
    sku = choose(people.kind[person], people.price_level[person], rng)
    more = rng.random(len(session))[:, None] < a.MORE_PIECES_RATES
    return Lines(session, sku, 1 + more.sum(axis=1))


def _returns(visits: Visits, left: a.Ints, window: Window, rng: np.random.Generator) -> tuple[Visits, a.Ints]:
    """Some who left a full cart come back for it within 72 hours, most of them soon."""
    low, high = np.log(a.RETURN_HOURS)
    after_ms = (np.exp(rng.uniform(low, high, len(left))) * a.HOUR_MS).astype(np.int64)
    start = visits.start[left] + after_ms
    back = (rng.random(len(left)) < a.RETURN_RATE) & (start < window.length_ms)
    taken_up, none = left[back], np.zeros(int(back.sum()), np.bool_)
    return (
        Visits(visits.person[taken_up], start[back], visits.source[taken_up], none, ~none, none, none),
        taken_up,
    )


def _join(first: Visits, second: Visits) -> Visits:
    return Visits(*(np.concatenate([getattr(first, name), getattr(second, name)]) for name in first.__annotations__))

"""What people do in a session: what they look at, put into the cart, order, leave behind and come back for."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ltv.sources.mall import assumptions as a
from ltv.sources.mall.catalogue import choose
from ltv.sources.mall.people import People
from ltv.sources.mall.rates import Rates
from ltv.sources.mall.visits import Visits
from ltv.sources.mall.window import Window


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


def draw_journeys(rates: Rates, visits: Visits, *, rng: np.random.Generator) -> Journeys:
    """Draw the carts and orders of all sessions of one community."""
    app = (visits.source == a.APP).astype(np.float64)
    scene = (visits.scene > 0).astype(np.float64)
    filled_rate = rates.cart(visits.person, visits.start, registers=visits.registers, scene=scene, app=app)
    bought_rate = rates.buy(visits.person, visits.start, registers=visits.registers, app=app)
    filled = ~visits.activates & (rng.random(len(visits.person)) < filled_rate)
    buys = filled & _able(rates.people, visits) & (rng.random(len(filled)) < bought_rate)
    bounced = ~filled & ~visits.activates & (rng.random(len(filled)) < a.BOUNCE_RATE)
    lines = _lines(rates.people, visits, np.flatnonzero(filled), rng)
    left = np.flatnonzero(filled & ~buys & visits.member & visits.logged_in & (rates.people.ring[visits.person] < 0))
    back, taken_up = _returns(visits, left, rates.world.window, rng)
    n_back = len(taken_up)
    return Journeys(
        visits=visits.join(back),
        basket=np.concatenate([np.arange(len(filled)), taken_up]),
        buys=np.concatenate([buys, rng.random(n_back) < a.RETURN_BUY_RATE]),
        bounced=np.concatenate([bounced, np.zeros(n_back, np.bool_)]),
        lines=lines,
    )


def _able(people: People, visits: Visits) -> a.Flags:
    """Before registration nobody orders but guests whom one can name; a member orders only when logged in."""
    able: a.Flags = np.where(visits.member, visits.logged_in, people.guest[visits.person] & (visits.own >= 0))
    return able


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
    taken_up, n = left[back], int(back.sum())
    took = Visits(*(getattr(visits, name)[taken_up] for name in visits.__annotations__))
    none = np.zeros(n, np.bool_)
    return replace(took, start=start[back], registers=none, activates=none, clicked=np.full(n, -1)), taken_up

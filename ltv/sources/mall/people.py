"""Who the people are: latent type, rates, when they come and when they are lost."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ltv.sources.mall import assumptions as a
from ltv.sources.mall.window import Season, Window, pick, time_of_day
from ltv.sources.mall.world import World


@dataclass(frozen=True)
class People:
    """The people of one community, one entry each; moments in ms of the window.

    Attributes:
        number: number in the whole mall.
        kind: position in `TYPES`.
        first_seen: first visit.
        registered: registration; `NEVER` for guests and those who would register after the window.
        guest: never registers.
        lost: moment after which the person never comes again.
        eager: the hidden confounder, standard normal.
        big_city: the observed confounder, about standardised.
        visit_rate: sessions a day on an ordinary day.
        cart_rate: share of sessions with a cart.
        buy_rate: share of carts ordered at once.
        price_level: how far up the price list, in standard deviations.
        lost_per_day: churn hazard.
        sources: cumulative shares of mini_program, app and web, shape (people, 3).
        birth_year: year of birth.
        female: whether a woman.
        city: position in `CITIES`.
        channel: position in `assumptions.CHANNELS`, the way the person came.
        logged_in: share of a member's sessions with login; some are careless.
        ring: position of the fraud ring one belongs to, or −1.
    """

    number: a.Ints
    kind: a.Ints
    first_seen: a.Ints
    registered: a.Ints
    guest: a.Flags
    lost: a.Ints
    eager: a.Floats
    big_city: a.Floats
    visit_rate: a.Floats
    cart_rate: a.Floats
    buy_rate: a.Floats
    price_level: a.Floats
    lost_per_day: a.Floats
    sources: a.Floats
    birth_year: a.Ints
    female: a.Flags
    city: a.Ints
    channel: a.Ints
    logged_in: a.Floats
    ring: a.Ints


def draw_people(community: int, world: World, *, rng: np.random.Generator) -> People:
    """Draw the people of one community."""
    n, window = a.COMMUNITY, world.window
    kind = pick(np.cumsum(a.of_types("share")), rng, n)
    first_seen = _first_visits(kind, window, world.season, rng)
    guest = rng.random(n) < a.GUEST_RATE
    lost_per_day = a.of_types("lost_per_day")[kind] * rng.gamma(a.LOST_SHAPE, 1 / a.LOST_SHAPE, n).clip(1e-6)
    lifetime_ms = ((rng.exponential(size=n) / lost_per_day).clip(max=1e6) * a.DAY_MS).astype(np.int64)
    registered = _registrations(first_seen, guest, window, rng)
    city = pick(np.cumsum([share for _, share in a.CITIES]), rng, n)
    eager, big_city = rng.normal(size=n), _big_city()[city]
    often = a.CITY_EFFECT * big_city + a.HIDDEN_EFFECT * eager + rng.normal(0, a.VISIT_SIGMA, n)
    careless = rng.random(n) < a.CARELESS_RATE
    people = People(
        number=community * n + np.arange(n),
        kind=kind,
        first_seen=first_seen,
        registered=registered,
        guest=guest,
        lost=np.maximum(first_seen + lifetime_ms, np.where(registered < a.NEVER, registered + a.HOUR_MS, 0)),
        eager=eager,
        big_city=big_city,
        visit_rate=a.of_types("visits_per_day")[kind] * np.exp(often),
        cart_rate=(a.of_types("cart_rate")[kind] * rng.lognormal(0, a.CART_SIGMA, n)).clip(max=0.6),
        buy_rate=(a.of_types("buy_rate")[kind] * rng.lognormal(0, a.BUY_SIGMA, n)).clip(max=0.85),
        price_level=a.of_types("price_level")[kind] + rng.normal(0, a.LEVEL_SIGMA, n),
        lost_per_day=lost_per_day,
        sources=_sources(kind, guest, rng),
        birth_year=window.end.year - _between(a.of_types("ages")[kind], rng),
        female=rng.random(n) < a.of_types("female_rate")[kind],
        city=city,
        channel=pick(np.cumsum([share for _, share in a.CHANNELS]), rng, n),
        logged_in=np.where(careless, 1 - a.UNLOGGED_RATE, 1.0),
        ring=np.full(n, -1),
    )
    return _with_ring(people, window, rng)


def _big_city() -> a.Floats:
    """Score of each city: 1 for a big one, less than 0 for the others, so that the mean is 0."""
    share = np.array([share for _, share in a.CITIES])
    big = np.isin([name for name, _ in a.CITIES], a.BIG_CITIES)
    return np.where(big, 1.0, -share[big].sum() / share[~big].sum())


def _with_ring(people: People, window: Window, rng: np.random.Generator) -> People:
    """In some communities a ring of people registers within two days on one device, for the rewards, and buys nothing."""
    size, start = int(rng.integers(*a.RING_SIZE)), int(rng.integers(0, window.length_ms))
    members = rng.permutation(a.COMMUNITY)[:size]
    at = start + np.sort(rng.integers(0, a.RING_DAYS * a.DAY_MS, size))
    if rng.random() >= a.RING_RATE or at[-1] >= window.length_ms:
        return people
    changed = {
        "ring": 0,
        "guest": False,
        "first_seen": at,
        "registered": at,
        "lost": at + rng.integers(2, 9, size) * a.DAY_MS,
        "buy_rate": 0.0,
        "channel": 0,
    }
    for name, value in changed.items():
        getattr(people, name)[members] = value
    return people


def _first_visits(kind: a.Ints, window: Window, of: Season, rng: np.random.Generator) -> a.Ints:
    growth = np.linspace(*a.GROWTH, window.days)
    day = pick(np.cumsum(of.visits[: window.days] * growth), rng, len(kind))
    return day * a.DAY_MS + time_of_day(kind, rng)


def _registrations(first_seen: a.Ints, guest: a.Flags, window: Window, rng: np.random.Generator) -> a.Ints:
    n = len(first_seen)
    at_launch = rng.random(n) < a.REGISTERS_AT_LAUNCH_RATE
    soon_ms = np.where(at_launch, 0, rng.integers(*a.REGISTRATION_FORM_MS, n))
    later_ms = (rng.exponential(a.REGISTRATION_DELAY_DAYS, n) * a.DAY_MS).astype(np.int64) + a.LATE_REGISTRATION_MS
    at = first_seen + np.where(rng.random(n) < a.INSTANT_REGISTRATION_RATE, soon_ms, later_ms)
    return np.where(guest | (at >= window.length_ms), a.NEVER, at)


def _sources(kind: a.Ints, guest: a.Flags, rng: np.random.Generator) -> a.Floats:
    # People have habits: a Dirichlet with a small total makes one source dominate for each of them.
    weights = rng.standard_gamma(a.of_types("sources")[kind] * 2.0).clip(1e-9)
    usual = weights == weights.max(axis=1, keepdims=True)
    weights = np.where(guest[:, None], usual, weights)  # a guest keeps to one source
    shares: a.Floats = np.cumsum(weights, axis=1) / weights.sum(axis=1, keepdims=True)
    return shares


def _between(bounds: a.Floats, rng: np.random.Generator) -> a.Ints:
    return rng.integers(bounds[:, 0].astype(np.int64), bounds[:, 1].astype(np.int64), endpoint=True)

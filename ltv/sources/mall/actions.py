"""Every single act inside the sessions, with its moment."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ltv.sources.mall import assumptions as a
from ltv.sources.mall.catalogue import choose
from ltv.sources.mall.journeys import Journeys, Lines
from ltv.sources.mall.people import People

ACTS = (
    "visit",
    "register",
    "login",
    "search",
    "view",
    "add_to_cart",
    "remove_from_cart",
    "submit_order",
    "paid",
    "share",
)
VISIT, REGISTER, LOGIN, SEARCH, VIEW, ADD, REMOVE, SUBMIT, PAY, SHARE = range(len(ACTS))
_SECONDS_BEFORE = (0, 0, 6, 12, 24, 10, 15, 45, 15, 8)  # median pause before each act
_PAUSE_SIGMA = 0.8


@dataclass(frozen=True)
class Actions:
    """Acts of one community, by session and moment.

    Attributes:
        session: position among the journeys.
        act: position in `ACTS`.
        ms: moment.
        sku: article, or −1.
        quantity: pieces, or −1.
        dwell_ms: time until the next act, where it is a page; else −1.
    """

    session: a.Ints
    act: a.Ints
    ms: a.Ints
    sku: a.Ints
    quantity: a.Ints
    dwell_ms: a.Ints


@dataclass(frozen=True)
class _Draft:
    act: int
    session: a.Ints
    place: a.Floats  # where in the session, 0 to 4
    sku: a.Ints | None = None
    quantity: a.Ints | None = None


def draw_actions(people: People, journeys: Journeys, *, rng: np.random.Generator) -> Actions:
    """Draw what happens in every session of one community."""
    drafts = [*_frame(journeys, rng), *_browsing(people, journeys, rng), *_cart(journeys, rng)]
    session = np.concatenate([d.session for d in drafts])
    order = np.argsort(session + np.concatenate([d.place for d in drafts]) / 4.0, kind="stable")
    session = session[order]
    act = np.concatenate([np.full(len(d.session), d.act) for d in drafts])[order]
    pause = _pauses(people, journeys, session, act, rng)
    return Actions(
        session=session,
        act=act,
        ms=_moments(journeys, session, pause),
        sku=np.concatenate([_or_none(d.sku, d) for d in drafts])[order],
        quantity=np.concatenate([_or_none(d.quantity, d) for d in drafts])[order],
        dwell_ms=_dwells(session, act, pause, rng),
    )


def _or_none(values: a.Ints | None, draft: _Draft) -> a.Ints:
    return np.full(len(draft.session), -1) if values is None else values


def _frame(journeys: Journeys, rng: np.random.Generator) -> list[_Draft]:
    visits, n = journeys.visits, len(journeys.basket)
    every = np.arange(n)
    login = visits.member & ~visits.unlogged & ~visits.registers & (rng.random(n) < a.LOGIN_RATE)
    shared = every[~journeys.bounced & (rng.random(n) < a.SHARE_RATE)]
    buying = every[journeys.buys]
    return [
        _Draft(VISIT, every, np.zeros(n)),
        _Draft(REGISTER, every[visits.registers], np.full(int(visits.registers.sum()), 0.01)),
        _Draft(LOGIN, every[login], np.full(int(login.sum()), 0.02)),
        _Draft(SHARE, shared, np.full(len(shared), 1.2)),
        _Draft(SUBMIT, buying, np.full(len(buying), 2.0)),
        _Draft(PAY, buying, np.full(len(buying), 3.0)),
    ]


def _browsing(people: People, journeys: Journeys, rng: np.random.Generator) -> list[_Draft]:
    stayed = np.flatnonzero(~journeys.bounced)
    searching = np.repeat(stayed, rng.poisson(a.SEARCHES, len(stayed)))
    viewing = np.repeat(stayed, rng.geometric(1 / (1 + a.EXTRA_VIEWS), len(stayed)))
    return [
        _Draft(SEARCH, searching, rng.uniform(0.05, 0.6, len(searching)), _articles(people, journeys, searching, rng)),
        _Draft(VIEW, viewing, rng.uniform(0.1, 1.0, len(viewing)), _articles(people, journeys, viewing, rng)),
    ]


def _articles(people: People, journeys: Journeys, session: a.Ints, rng: np.random.Generator) -> a.Ints:
    person = journeys.visits.person[session]
    return choose(people.kind[person], people.price_level[person], rng)


def _cart(journeys: Journeys, rng: np.random.Generator) -> list[_Draft]:
    """Each line is looked at, then put into the cart; who comes back looks at the lines again."""
    lines = journeys.lines
    at = rng.uniform(0.1, 1.0, len(lines.session))
    removed = ~journeys.buys[lines.session] & (rng.random(len(at)) < a.REMOVE_RATE)
    again = _lines_taken_up(journeys)
    return [
        _Draft(VIEW, lines.session, at, lines.sku),
        _Draft(ADD, lines.session, at + 1e-5, lines.sku, lines.quantity),
        _Draft(REMOVE, lines.session[removed], np.full(int(removed.sum()), 1.1), lines.sku[removed]),
        _Draft(VIEW, again.session, rng.uniform(0.1, 1.0, len(again.session)), again.sku),
    ]


def _lines_taken_up(journeys: Journeys) -> Lines:
    lines, n = journeys.lines, len(journeys.basket)
    taken_by = np.full(n, -1)
    later = np.flatnonzero(journeys.basket != np.arange(n))
    taken_by[journeys.basket[later]] = later
    kept = taken_by[lines.session] >= 0
    return Lines(taken_by[lines.session[kept]], lines.sku[kept], lines.quantity[kept])


def _pauses(people: People, journeys: Journeys, session: a.Ints, act: a.Ints, rng: np.random.Generator) -> a.Ints:
    pause = np.array(_SECONDS_BEFORE)[act] * 1000 * rng.lognormal(0, _PAUSE_SIGMA, len(act))
    visits = journeys.visits
    lead = people.registered[visits.person] - visits.start  # the act of registration falls on its exact moment
    return np.where(act == REGISTER, lead[session], pause.astype(np.int64))


def _moments(journeys: Journeys, session: a.Ints, pause: a.Ints) -> a.Ints:
    elapsed = np.cumsum(pause)
    first = np.flatnonzero(np.diff(session, prepend=-1))
    return journeys.visits.start[session] + elapsed - np.repeat(elapsed[first], np.diff(first, append=len(session)))


def _dwells(session: a.Ints, act: a.Ints, pause: a.Ints, rng: np.random.Generator) -> a.Ints:
    last = np.diff(session, append=-1) != 0
    own = (a.LAST_PAGE_SECONDS * rng.lognormal(0, a.LAST_PAGE_SIGMA, len(act)) * 1000).astype(np.int64)
    dwell = np.where(last, own, np.roll(pause, -1))
    return np.where((act == VISIT) | (act == VIEW), dwell, -1)

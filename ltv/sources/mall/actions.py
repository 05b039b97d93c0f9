"""Every single act inside the sessions, with its moment."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ltv.sources.mall import assumptions as a
from ltv.sources.mall.catalogue import choose
from ltv.sources.mall.journeys import Journeys, Lines
from ltv.sources.mall.people import People
from ltv.sources.mall.rates import Rates

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
    "activate_trial",
    "recommend_show",
    "click",
)
VISIT, REGISTER, LOGIN, SEARCH, VIEW, ADD, REMOVE, SUBMIT, PAY, SHARE, ACTIVATE, RECOMMEND, CLICK = range(len(ACTS))
_SECONDS_BEFORE = (0, 0, 6, 12, 24, 10, 15, 45, 15, 8, 0, 1, 9)  # median pause before each act
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


def draw_actions(rates: Rates, journeys: Journeys, *, rng: np.random.Generator) -> Actions:
    """Draw what happens in every session of one community."""
    people = rates.people
    drafts = [
        *_frame(journeys, rng),
        *_browsing(people, journeys, rng),
        *_recommended(rates, journeys, rng),
        *_cart(journeys, rng),
    ]
    session = np.concatenate([d.session for d in drafts])
    order = np.argsort(session + np.concatenate([d.place for d in drafts]) / 4.0, kind="stable")
    session = session[order]
    act = np.concatenate([np.full(len(d.session), d.act) for d in drafts])[order]
    pause = _pauses(rates, journeys, session, act, rng)
    return Actions(
        session=session,
        act=act,
        ms=_moments(journeys, session, pause),
        sku=np.concatenate([_or_none(d.sku, d) for d in drafts])[order],
        quantity=np.concatenate([_or_none(d.quantity, d) for d in drafts])[order],
        dwell_ms=_dwells(journeys, session, act, pause, rng),
    )


def _or_none(values: a.Ints | None, draft: _Draft) -> a.Ints:
    return np.full(len(draft.session), -1) if values is None else values


def _frame(journeys: Journeys, rng: np.random.Generator) -> list[_Draft]:
    visits, n = journeys.visits, len(journeys.basket)
    every = np.arange(n)
    login = visits.logged_in & ~visits.registers & (rng.random(n) < a.LOGIN_RATE)
    shared = ~journeys.bounced & (rng.random(n) < a.SHARE_RATE)
    parts = [
        (VISIT, visits.person >= 0, 0.0),
        (REGISTER, visits.registers, 0.01),
        (ACTIVATE, visits.activates, 0.01),
        (LOGIN, login, 0.02),
        (SHARE, shared, 1.2),
        (SUBMIT, journeys.buys, 2.0),
        (PAY, journeys.buys, 3.0),
    ]
    return [_Draft(act, every[which], np.full(int(which.sum()), place)) for act, which, place in parts]


def _browsing(people: People, journeys: Journeys, rng: np.random.Generator) -> list[_Draft]:
    stayed = np.flatnonzero(~journeys.bounced & ~journeys.visits.activates)
    scene = journeys.visits.scene[stayed]
    searching = np.repeat(stayed, np.maximum(rng.poisson(a.SEARCHES, len(stayed)), scene == a.SEARCH_SCENE))
    viewing = np.repeat(stayed, rng.geometric(1 / (1 + a.EXTRA_VIEWS), len(stayed)))
    detail = stayed[scene == a.DETAIL_SCENE]
    called_for = rng.choice([a.CATEGORIES.index(name) for name in a.DETAIL_CATEGORIES], len(detail))
    article = called_for * a.SKUS_PER_CATEGORY + rng.integers(0, a.SKUS_PER_CATEGORY, len(detail))
    return [
        _Draft(SEARCH, searching, rng.uniform(0.05, 0.6, len(searching)), _articles(people, journeys, searching, rng)),
        _Draft(VIEW, viewing, rng.uniform(0.1, 1.0, len(viewing)), _articles(people, journeys, viewing, rng)),
        _Draft(VIEW, detail, rng.uniform(0.1, 0.6, len(detail)), article),
    ]


def _recommended(rates: Rates, journeys: Journeys, rng: np.random.Generator) -> list[_Draft]:
    """Treated people see a recommendation where the scene calls for one, and some click it."""
    visits = journeys.visits
    shown = np.flatnonzero(rates.arms.scene_recommendation[visits.person] & (visits.scene > 0) & ~journeys.bounced)
    clicked = shown[rng.random(len(shown)) < a.RECOMMENDATION_CLICKED]
    return [
        _Draft(RECOMMEND, shown, np.full(len(shown), 0.7)),
        _Draft(CLICK, clicked, np.full(len(clicked), 0.7 + 1e-5)),
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


def _pauses(rates: Rates, journeys: Journeys, session: a.Ints, act: a.Ints, rng: np.random.Generator) -> a.Ints:
    """Time before each act; the acts of registration and trial fall on their exact moment."""
    visits = journeys.visits
    median_ms = np.array(_SECONDS_BEFORE) * 1000.0
    pause = median_ms[act] * rng.lognormal(0, _PAUSE_SIGMA, len(act))
    after_home = np.roll(act, 1) == VISIT
    dwells = (visits.scene[session] == a.HOME_SCENE) & after_home
    pause = np.where(dwells, a.HOME_DWELL_MS + 1 + pause, np.where(after_home, pause.clip(max=a.HOME_DWELL_MS), pause))
    for exact, moment in ((REGISTER, rates.people.registered), (ACTIVATE, rates.trials.start)):
        row = np.flatnonzero(act == exact)
        pause[row] = moment[visits.person[session[row]]] - visits.start[session[row]]
    return pause.astype(np.int64)


def _moments(journeys: Journeys, session: a.Ints, pause: a.Ints) -> a.Ints:
    elapsed = np.cumsum(pause)
    first = np.flatnonzero(np.diff(session, prepend=-1))
    return journeys.visits.start[session] + elapsed - np.repeat(elapsed[first], np.diff(first, append=len(session)))


def _dwells(journeys: Journeys, session: a.Ints, act: a.Ints, pause: a.Ints, rng: np.random.Generator) -> a.Ints:
    last = np.diff(session, append=-1) != 0
    own = (a.LAST_PAGE_SECONDS * rng.lognormal(0, a.LAST_PAGE_SIGMA, len(act)) * 1000).astype(np.int64)
    home = last & (act == VISIT)  # the only page of its session: it may not look like a scene it is not, nor hide one
    called_for = journeys.visits.scene[session] > 0
    own = np.where(home, np.where(called_for, own + a.HOME_DWELL_MS + 1, own.clip(max=a.HOME_DWELL_MS)), own)
    dwell = np.where(last, own, np.roll(pause, -1))
    return np.where((act == VISIT) | (act == VIEW), dwell, -1)

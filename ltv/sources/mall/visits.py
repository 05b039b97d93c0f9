"""When people come: one row a session."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ltv.sources.mall import assumptions as a
from ltv.sources.mall.people import People
from ltv.sources.mall.window import Season, Window, pick, time_of_day


@dataclass(frozen=True)
class Visits:
    """Sessions of one community; moments in ms of the window.

    Attributes:
        person: position in the community.
        start: first moment.
        source: position in `SOURCES`.
        registers: the person registers in this session.
        member: the person is registered when it starts, or registers in it.
        unlogged: a member who browses without logging in.
        refused: a stranger who refuses cookies.
    """

    person: a.Ints
    start: a.Ints
    source: a.Ints
    registers: a.Flags
    member: a.Flags
    unlogged: a.Flags
    refused: a.Flags


def draw_visits(people: People, window: Window, of: Season, *, rng: np.random.Generator) -> Visits:
    """Draw all sessions of one community but those that take up an abandoned cart."""
    person, start, registers = _starts(people, window, of, rng)
    kept = start < window.length_ms
    person, start, registers = person[kept], start[kept], registers[kept]
    n = len(person)
    source = pick(people.sources[person], rng, n)
    member = registers | (start >= people.registered[person])
    careless = rng.random(a.COMMUNITY) < a.CARELESS_RATE
    unlogged = member & ~registers & careless[person] & (rng.random(n) < a.UNLOGGED_RATE)
    refused = ~member & (source == a.WEB) & (rng.random(n) < a.REFUSED_RATE)
    return Visits(person, start, source, registers, member, unlogged, refused)


def _starts(people: People, window: Window, of: Season, rng: np.random.Generator) -> tuple[a.Ints, a.Ints, a.Flags]:
    everyone = np.arange(a.COMMUNITY)
    lead_ms = people.registered - people.first_seen
    instant = lead_ms < a.LATE_REGISTRATION_MS
    late = everyone[~instant & (people.registered < a.NEVER)]
    late_start = people.registered[late] - rng.integers(*a.REGISTRATION_FORM_MS, len(late))
    person, start = _background(people, window, of, rng)
    return (
        np.concatenate([everyone, late, person]),
        np.concatenate([people.first_seen, late_start, start]),
        np.concatenate([instant, np.ones(len(late), np.bool_), np.zeros(len(person), np.bool_)]),
    )


def _background(people: People, window: Window, of: Season, rng: np.random.Generator) -> tuple[a.Ints, a.Ints]:
    """Sessions come as a Poisson process: own rate × calendar × honeymoon, until the person is lost."""
    day = np.arange(window.days)
    age_days = day - (people.first_seen // a.DAY_MS)[:, None]
    lifetime_days = ((people.lost - people.first_seen) // a.DAY_MS)[:, None]
    alive = (age_days >= 0) & (age_days <= lifetime_days)
    honeymoon = 1 + a.HONEYMOON_VISITS * np.exp(-np.maximum(age_days, 0) / a.HONEYMOON_DAYS)
    rate = np.where(alive, people.visit_rate[:, None] * of.visits * honeymoon, 0.0)
    count = rng.poisson(rate)
    person, on_day = np.nonzero(count)
    times = count[person, on_day]
    person, on_day = np.repeat(person, times), np.repeat(on_day, times)
    start = on_day * a.DAY_MS + time_of_day(people.kind[person], rng)
    kept = (start > people.first_seen[person]) & (start < people.lost[person])
    return person[kept], start[kept]

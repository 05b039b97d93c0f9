"""When people come, through which system, and whether it knows who they are: one row a session."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ltv.sources.mall import assumptions as a
from ltv.sources.mall import channels as ch
from ltv.sources.mall.exposure import Exposure, lift, shares
from ltv.sources.mall.people import People
from ltv.sources.mall.rates import Rates
from ltv.sources.mall.systems import COOKIE, DEVICE, OPENID, Systems
from ltv.sources.mall.window import Window, pick, time_of_day

_ANY, _REGISTER, _ACTIVATE = range(3)  # the purpose of a session


@dataclass(frozen=True)
class Visits:
    """Sessions of one community; moments in ms of the window.

    Attributes:
        person: position in the community.
        start: first moment.
        source: position in `SOURCES`.
        registers: the person registers in this session.
        activates: the person starts a trial in this session, which has no other purpose.
        member: the person is registered when it starts, or registers in it.
        logged_in: a member who is logged in.
        own: index of the source's own identifier, −1 for a stranger who refuses cookies.
        logs_own: the source logs its own identifier although the member is logged in.
        clicked: channel whose click led here, or −1.
        scene: why a recommendation may be shown, position in `SCENES`.
    """

    person: a.Ints
    start: a.Ints
    source: a.Ints
    registers: a.Flags
    activates: a.Flags
    member: a.Flags
    logged_in: a.Flags
    own: a.Ints
    logs_own: a.Flags
    clicked: a.Ints
    scene: a.Ints

    def join(self, other: Visits) -> Visits:
        """These sessions, then the others."""
        return Visits(*(np.concatenate([getattr(self, n), getattr(other, n)]) for n in self.__annotations__))

    def known_as(self, registered: a.Flags, session: a.Ints, member: a.Ints) -> a.Ints:
        """Index of the identifier of each row of a session, or −1; `member` is the index of the member number."""
        by_number = registered & self.logged_in[session] & ~self.logs_own[session]
        return np.where(by_number, member, self.own[session])


def draw_visits(rates: Rates, systems: Systems, exposure: Exposure, *, rng: np.random.Generator) -> Visits:
    """Draw all sessions of one community but those that take up an abandoned cart."""
    people, window = rates.people, rates.world.window
    person, start, purpose, clicked = _starts(rates, exposure, rng)
    kept = start < window.length_ms
    person, start, purpose, clicked = person[kept], start[kept], purpose[kept], clicked[kept]
    n, registers, activates = len(person), purpose == _REGISTER, purpose == _ACTIVATE
    member = registers | (start >= people.registered[person])
    source = np.where(people.ring[person] >= 0, a.APP, pick(people.sources[person], rng, n))
    scene = np.where(member & (purpose == _ANY), pick(np.cumsum(a.SCENE_SHARES), rng, n), 0)
    visits = Visits(
        person=person,
        start=start,
        source=source,
        registers=registers,
        activates=activates,
        member=member,
        logged_in=member & (registers | activates | (rng.random(n) < people.logged_in[person])),
        own=np.full(n, -1),
        logs_own=~registers & (rng.random(n) < np.array(a.OWN_ID_RATES)[source]),
        clicked=clicked,
        scene=scene,
    )
    return replace(visits, own=_own_ids(people, systems, visits, shared=rates.world.knobs.shared, rng=rng))


def _starts(rates: Rates, exposure: Exposure, rng: np.random.Generator) -> tuple[a.Ints, a.Ints, a.Ints, a.Ints]:
    people, everyone = rates.people, np.arange(a.COMMUNITY)
    instant = people.registered - people.first_seen < a.LATE_REGISTRATION_MS
    late = everyone[~instant & (people.registered < a.NEVER)]
    trying = np.flatnonzero(rates.arms.member_trial & (rates.trials.start < a.NEVER))
    person, start, clicked = _background(rates, exposure, rates.world.window, rng)
    kinds: list[tuple[a.Ints, a.Ints, a.Ints | int]] = [
        (everyone, people.first_seen, np.where(instant, _REGISTER, _ANY)),
        (late, people.registered[late] - rng.integers(*a.REGISTRATION_FORM_MS, len(late)), _REGISTER),
        (trying, rates.trials.start[trying] - rng.integers(*a.REGISTRATION_FORM_MS, len(trying)), _ACTIVATE),
        (person, start, _ANY),
    ]
    persons, starts = np.concatenate([kind[0] for kind in kinds]), np.concatenate([kind[1] for kind in kinds])
    purpose = np.concatenate([np.broadcast_to(kind[2], len(kind[0])) for kind in kinds])
    return persons, starts, purpose, np.concatenate([np.full(len(persons) - len(clicked), -1), clicked])


def _background(
    rates: Rates, exposure: Exposure, window: Window, rng: np.random.Generator
) -> tuple[a.Ints, a.Ints, a.Ints]:
    """Sessions come as a Poisson process: own rate × calendar × what the channels add, until the person is lost."""
    people, days = rates.people, window.days
    lost_day = np.minimum(people.lost // a.DAY_MS, days)[:, None]
    rate = np.where(np.arange(days) <= lost_day, rates.sessions[:, :days] * lift(people.kind, exposure.reach), 0.0)
    count = rng.poisson(rate)
    person, day = np.nonzero(count)
    times = count[person, day]
    person, day = np.repeat(person, times), np.repeat(day, times)
    start = day * a.DAY_MS + time_of_day(people.kind[person], rng)
    kept = (start > people.first_seen[person]) & (start < people.lost[person])
    person, day, start = person[kept], day[kept], start[kept]
    return person, start, _clicks(people, exposure, person, day, rng)


def _clicks(people: People, exposure: Exposure, person: a.Ints, day: a.Ints, rng: np.random.Generator) -> a.Ints:
    """The channel whose click led to each session: the one that caused it, or one that only harvests it."""
    reach = exposure.reach[:, person, day]
    caused = shares(people.kind[person], reach).clip(min=0)
    total = 1 + caused.sum(axis=0)
    cause = np.cumsum(caused / total, axis=0)
    u = rng.random(len(person))
    by = (cause <= u).sum(axis=0)  # beyond the last channel: nothing, the person would have come anyway
    harvested = pick(np.cumsum([*ch.of_channels("harvest"), 1 - ch.of_channels("harvest").sum()]), rng, len(person))
    harvested = np.where((harvested < len(ch.CHANNELS)) & (people.registered[person] < a.NEVER), harvested, -1)
    recorded = rng.random(len(person)) < ch.CLICK_RECORDED
    return np.where(by < len(ch.CHANNELS), np.where(recorded, by, -1), harvested)


def _own_ids(people: People, systems: Systems, visits: Visits, *, shared: float, rng: np.random.Generator) -> a.Ints:
    person, start, source, known = visits.person, visits.start, visits.source, visits.member
    n = len(person)
    own = np.choose(source, [systems.own(kind, person, start) for kind in (OPENID, DEVICE, COOKIE)])
    u = rng.random(n)
    tablet = (source == a.APP) & (systems.household[person] >= 0) & (u < a.TABLET_SHARE)
    own = np.where(tablet, systems.shared + systems.household[person], own)
    kiosk = (u / a.KIOSK_RATE).astype(np.int64).clip(max=systems.kiosks - 1)  # each has as many sessions as one alone
    own = np.where((source == a.WEB) & (u < a.KIOSK_RATE * shared), systems.kiosk + kiosk, own)
    own = np.where(people.ring[person] >= 0, systems.ring_device, own)
    refused = ~known & (source == a.WEB) & (rng.random(n) < a.REFUSED_RATE)
    return np.where(refused, -1, own)

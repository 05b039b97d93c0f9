"""The identifiers by which the systems of a shop know people, with the warts they have.

A new phone and a reinstalled app give another device, a cleared browser another cookie, a changed number leaves the
old one to somebody else; families share tablets, everybody shares the kiosk in the shop, and some rows carry junk.
How many share is a knob: what it adds comes from a random stream of its own, so that nothing but identifiers changes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from ltv.sources.mall import assumptions as a
from ltv.sources.mall import columns as c
from ltv.sources.mall.people import People
from ltv.sources.mall.window import Window
from ltv.sources.mall.world import World

ID_TYPES = ("openid", "unionid", "member", "phone", "email", "device", "cookie")
OPENID, UNIONID, MEMBER, PHONE, EMAIL, DEVICE, COOKIE = range(len(ID_TYPES))
_PREFIX = ("o6_", "u_", "M", "", "", "a", "w")
JUNK = (("openid", ""), ("device", "0000"), ("cookie", "unknown"))  # by source: mini_program, app, web
_SLOT_TYPES = (OPENID, UNIONID, MEMBER, PHONE, PHONE, EMAIL, DEVICE, DEVICE, DEVICE)  # cookies follow, one an epoch
_FIRST = {OPENID: 0, UNIONID: 1, MEMBER: 2, PHONE: 3, EMAIL: 5, DEVICE: 6, COOKIE: len(_SLOT_TYPES)}
_SLOTS = 1 << 10  # numbers left to the identifiers of one person, more than a window has epochs of cookies
_MEETINGS = 30  # after which those who still need a number give up
_PHONES = 10**8
_PHONE_STEP = 48_271  # has no divisor in common with _PHONES: no two people get one number by chance


@dataclass(frozen=True)
class Systems:
    """Identifiers of one community; `index` counts identifiers: slot by slot, then tablets, kiosks and junk.

    Attributes:
        kind: position in `ID_TYPES` of each identifier.
        value: each identifier as it is sent.
        phone_changed: moment of a new phone number, or `NEVER`.
        device_changed: moments of a second and a third app device, shape (people, 2).
        cookie_age: how old each one's cookie is at the beginning of the window, ms.
        phone_from: person whose number one took over, or −1.
        household: number of the tablet that one's family shares, or −1.
        has_email: gave an e-mail address.
        uses_app: has installed the app.
        kiosks: number of kiosks.
        shared: index of the first shared device: tablets, kiosks, the ring's device, then junk.
    """

    kind: a.Ints
    value: pa.Array
    phone_changed: a.Ints
    device_changed: a.Ints
    cookie_age: a.Ints
    phone_from: a.Ints
    household: a.Ints
    has_email: a.Flags
    uses_app: a.Flags
    kiosks: int
    shared: int

    @property
    def tablets(self) -> int:
        """Number of tablets."""
        return int(self.household.max()) + 1

    def own(self, kind: int, person: a.Ints, ms: a.Ints) -> a.Ints:
        """Return the index of the identifier of one kind that each person has at a moment."""
        slot = np.full(len(person), _FIRST[kind])
        if kind == PHONE:
            slot += ms >= self.phone_changed[person]
        elif kind == DEVICE:
            slot += (ms[:, None] >= self.device_changed[person]).sum(axis=1)
        elif kind == COOKIE:
            slot += (ms + self.cookie_age[person]) // (a.COOKIE_DAYS * a.DAY_MS)
        index: a.Ints = slot * a.COMMUNITY + person
        return index

    @property
    def kiosk(self) -> int:
        """Index of the first kiosk."""
        return self.shared + self.tablets

    @property
    def ring_device(self) -> int:
        """Index of the device of the fraud ring."""
        return self.kiosk + self.kiosks

    def junk(self, source: a.Ints) -> a.Ints:
        """Return the index of the junk that a source sends."""
        return self.ring_device + 1 + source.clip(max=len(JUNK) - 1)


def draw_systems(people: People, world: World, *, rng: np.random.Generator, more: np.random.Generator) -> Systems:
    """Draw the identifiers of one community; `more` draws what a knob adds to the usual sharing."""
    n, window, seed, often = a.COMMUNITY, world.window, world.seed, world.knobs.shared
    cookies = window.days // a.COOKIE_DAYS + 2
    phone_changed = _once(rng.random(n) < a.NEW_NUMBER_RATE, window, rng)
    phone_from = _recycled(people, phone_changed, often=often, rng=rng, more=more)
    household = _households(often=often, rng=rng, more=more)
    kind = np.repeat([*_SLOT_TYPES, *[COOKIE] * cookies], n)
    shared = len(kind)
    kiosks = math.ceil(often)
    devices = int(household.max()) + 1 + kiosks + 1  # tablets, kiosks, that of the ring
    numbers = (people.number * _SLOTS + np.arange(len(kind) // n)[:, None]).ravel()
    extra = (people.number[0] * _SLOTS + _SLOTS - 1) + _SLOTS * np.arange(devices)
    values = [c.scrambled(_PREFIX[k], numbers[kind == k], seed=seed) for k in (OPENID, UNIONID, MEMBER)]
    values += [_phones(people, phone_from), _emails(people, seed)]
    values += [c.scrambled(_PREFIX[k], numbers[kind == k], seed=seed) for k in (DEVICE, COOKIE)]
    values += [c.scrambled("t", extra, seed=seed), pa.array([value for _, value in JUNK])]
    return Systems(
        kind=np.concatenate([kind, np.full(devices, DEVICE), [ID_TYPES.index(name) for name, _ in JUNK]]),
        value=pa.concat_arrays(values),
        phone_changed=phone_changed,
        device_changed=np.stack([_once(rng.random(n) < rate, window, rng) for rate in a.NEW_DEVICE_RATES], axis=1),
        cookie_age=rng.integers(0, a.COOKIE_DAYS * a.DAY_MS, n),
        phone_from=phone_from,
        household=household,
        has_email=rng.random(n) < a.EMAIL_RATE,
        uses_app=np.diff(people.sources, axis=1, prepend=0.0)[:, a.APP] > a.APP_USER_SHARE,
        kiosks=kiosks,
        shared=shared,
    )


def _once(happens: a.Flags, window: Window, rng: np.random.Generator) -> a.Ints:
    return np.where(happens, rng.integers(0, window.length_ms, len(happens)), a.NEVER)


def _recycled(
    people: People, changed: a.Ints, *, often: float, rng: np.random.Generator, more: np.random.Generator
) -> a.Ints:
    """Give some newcomers the number of somebody who gave it up or was lost long enough before.

    Everybody meets one other, and few of those have a number that has rested: more candidates would hardly give more
    numbers. So people meet again until `often` times as many are passed on, or nobody is left who could meet.
    """
    given, known = np.full(a.COMMUNITY, -1), people.registered < changed  # of others no system knew the number
    takers = _pass_on(given, people, changed, rng)
    wanted = round(often * np.count_nonzero(known[takers] & known[given[takers]]))
    for _ in range(_MEETINGS):
        if np.count_nonzero(known[takers] & known[given[takers]]) >= wanted:
            break
        takers = np.concatenate([takers, _pass_on(given, people, changed, more)])
    given[takers[np.cumsum(known[takers] & known[given[takers]]) > wanted]] = -1
    return given


def _pass_on(given: a.Ints, people: People, changed: a.Ints, rng: np.random.Generator) -> a.Ints:
    """Let everybody meet one other, write into `given` whose number is taken over, and return who takes one."""
    n = a.COMMUNITY
    giver = rng.integers(0, n, n)
    free_from = np.minimum(people.lost, changed)[giver] + a.NUMBER_RESTS_DAYS * a.DAY_MS
    able = (rng.random(n) < a.RECYCLED_RATE) & (people.registered < a.NEVER) & (free_from < people.first_seen)
    passed = given >= 0
    passed[given[passed]] = True
    able &= ~passed & ~passed[giver]
    able &= (people.registered[giver] < a.NEVER) & ~able[giver]  # no number goes through three hands
    taken = np.unique(giver[able], return_index=True)[1]  # nor to two people
    takers: a.Ints = np.flatnonzero(able)[taken]
    given[takers] = giver[takers]
    return takers


def _households(*, often: float, rng: np.random.Generator, more: np.random.Generator) -> a.Ints:
    """Families of two to four who share a tablet, numbered from 0."""
    usual = int(a.COMMUNITY * a.TABLET_RATE)
    people = rng.permutation(a.COMMUNITY)[: round(usual * often)]
    sizes = np.concatenate([rng.integers(2, 5, usual), more.integers(2, 5, a.COMMUNITY)])
    family = np.repeat(np.arange(len(sizes)), sizes)[: len(people)]
    household = np.full(a.COMMUNITY, -1)
    household[people] = family
    return household


def _phones(people: People, phone_from: a.Ints) -> pa.Array:
    """Eleven digits that begin with 100, as no mobile number in China does: nobody can be called by mistake."""
    own = people.number[:, None] * 2 + np.arange(2)
    first = np.where(phone_from < 0, own[:, 0], own[phone_from, 0])
    number = np.concatenate([first, own[:, 1]]) * _PHONE_STEP % _PHONES
    return c.numbered("100", number, width=8)


def _emails(people: People, seed: int) -> pa.Array:
    return c.scrambled("u", people.number, seed=seed, tail="@example.com")

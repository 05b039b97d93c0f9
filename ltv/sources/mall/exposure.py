"""Who is reached by which channel on which day, and how many more sessions that makes.

The model: a touch works for seven days from the day after it. n touches of one channel in that span reach a person to
1 − keepsⁿ. Exposures add up: each contributes its reach times its lift for the type, and four pairs of channels add
or take something together. So the sessions of a day have the rate of a day without any exposure times
1 + Σ lift·reach + Σ lift·reach·reach, a polynomial of second degree: its Shapley values are exact in closed form.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ltv.sources.mall import assumptions as a
from ltv.sources.mall import channels as ch
from ltv.sources.mall.people import People
from ltv.sources.mall.systems import Systems
from ltv.sources.mall.world import Knobs, World

CONSENTS = tuple(ch.CONSENT_NEEDED)
Reach = NDArray[np.float32]


@dataclass(frozen=True)
class Audience:
    """Whom the channels may reach, and how hard they try; first axis people, second channels.

    Attributes:
        per_day: touches a person and day where the flight is 1.
        first_day: first day with touches; beyond the window where there is no address.
        revoked_day: day on which consent ends, beyond all days where it does not.
        granted: consent at registration, for the channels of `CONSENTS`.
        revoked: moment at which it is taken back, or `NEVER`, for the channels of `CONSENTS`.
        held_out: gets nothing from the channel.
    """

    per_day: a.Floats
    first_day: a.Ints
    revoked_day: a.Ints
    granted: a.Flags
    revoked: a.Ints
    held_out: a.Flags


@dataclass(frozen=True)
class Exposure:
    """Touches of one community, in order of channel and person.

    Attributes:
        person: position in the community.
        channel: position in `CHANNELS`.
        ms: moment.
        due: moment of the first touch a person would get, or `NEVER`; those held out too; shape (people, channels).
        reach: reach of each channel, shape (channels, people, days).
    """

    person: a.Ints
    channel: a.Ints
    ms: a.Ints
    due: a.Ints
    reach: Reach


def draw_audience(people: People, systems: Systems, world: World, *, rng: np.random.Generator) -> Audience:
    """Draw whom each channel aims at."""
    n, never = a.COMMUNITY, world.future.days
    granted = rng.random((n, len(CONSENTS))) < list(ch.CONSENT_NEEDED.values())
    after = rng.exponential(1 / ch.REVOKED_PER_DAY, granted.shape) * a.DAY_MS
    member = (people.registered < a.NEVER)[:, None]
    revoked = np.where(granted & member, np.minimum(people.registered, a.NEVER // 2)[:, None] + after, a.NEVER)
    revoked = np.where(revoked < world.window.length_ms, revoked, a.NEVER).astype(np.int64)
    first, last = _first_days(people, systems, never), np.full((n, len(ch.CHANNELS)), never)
    for k, name in enumerate(CONSENTS):
        channel = ch.NAMES.index(name)
        first[:, channel] = np.where(granted[:, k] & member[:, 0], first[:, channel], never)
        last[:, channel] = np.minimum(revoked[:, k] // a.DAY_MS, never)
    return Audience(
        per_day=_per_day(people, world.knobs),
        first_day=first,
        revoked_day=last,
        granted=granted,
        revoked=revoked,
        held_out=rng.random((n, len(ch.CHANNELS))) < world.knobs.holdout,
    )


def _per_day(people: People, knobs: Knobs) -> a.Floats:
    """Touches a day; on average over all people the same, however strongly the channel aims."""
    observed, hidden = (
        knobs.confounding * ch.of_channels("observed"),
        knobs.hidden_confounding * ch.of_channels("hidden"),
    )
    big = np.array([name in a.BIG_CITIES for name, _ in a.CITIES])
    share = np.array([share for _, share in a.CITIES])[big].sum()
    score = np.array([1.0, -share / (1 - share)])
    mean = np.exp(np.outer(score, observed)).T @ [share, 1 - share] * np.exp(hidden**2 / 2)
    aimed = np.exp(np.outer(people.big_city, observed) + np.outer(people.eager, hidden))
    rate: a.Floats = ch.of_channels("per_day") * aimed / mean
    return rate


def _first_days(people: People, systems: Systems, never: int) -> a.Ints:
    """A channel may write from the day after it learns an address."""
    has_mini = np.diff(people.sources, axis=1, prepend=0.0)[:, a.MINI_PROGRAM] > a.APP_USER_SHARE
    seen, member = people.first_seen, people.registered
    known = {
        "openid": np.where(has_mini, seen, a.NEVER),
        "unionid": np.where(has_mini, member, a.NEVER),
        "device": np.where(systems.uses_app, member, a.NEVER),
        "email": np.where(systems.has_email, member, a.NEVER),
        "phone": member,
        "member": member,
    }
    first = np.stack([known[channel.address] for channel in ch.CHANNELS], axis=1)
    days: a.Ints = np.minimum(first // a.DAY_MS + 1, never)
    return days


def draw_exposure(people: People, audience: Audience, world: World, *, rng: np.random.Generator) -> Exposure:
    """Draw all touches of one community and what they reach."""
    days, n = world.window.days, a.COMMUNITY
    dropped = np.minimum(people.lost // a.DAY_MS + 1 + ch.CONTACT_DAYS, days)
    parts, due = [], np.full((n, len(ch.CHANNELS)), a.NEVER)
    reach = np.empty((len(ch.CHANNELS), n, days), np.float32)
    for k, channel in enumerate(ch.CHANNELS):
        first = np.minimum(audience.first_day[:, k], days)
        last = np.maximum(np.minimum(dropped, audience.revoked_day[:, k]), first)
        person, day = _touched_days(audience.per_day[:, k], first, last, world.flown[k], rng)
        early, late = channel.hours
        ms = day * a.DAY_MS + rng.integers(early * a.HOUR_MS, late * a.HOUR_MS, len(day))
        np.minimum.at(due[:, k], person, ms)
        sent = ~audience.held_out[person, k]
        person, day, ms = person[sent], day[sent], ms[sent]
        reach[k] = _reach(person, day, days, channel.keeps)
        parts.append((person, np.full(len(person), k), ms))
    person, which, ms = (np.concatenate(column) for column in zip(*parts, strict=True))
    return Exposure(person, which, ms, due, reach)


def _touched_days(
    per_day: a.Floats, first: a.Ints, last: a.Ints, flown: a.Floats, rng: np.random.Generator
) -> tuple[a.Ints, a.Ints]:
    """Draw a Poisson process on the clock of the flights, which run faster where more is flown."""
    low, high = flown[first], flown[last]
    person = np.repeat(np.arange(len(first)), rng.poisson(per_day * (high - low)))
    clock = low[person] + rng.random(len(person)) * (high - low)[person]
    return person, np.searchsorted(flown, clock, side="right") - 1


def _reach(person: a.Ints, day: a.Ints, days: int, keeps: float) -> Reach:
    touches = np.bincount(person * days + day, minlength=a.COMMUNITY * days).reshape(a.COMMUNITY, days)
    so_far = np.zeros((a.COMMUNITY, days + 1), np.int16)
    np.cumsum(touches, axis=1, dtype=np.int16, out=so_far[:, 1:])
    lately = so_far[:, :days].copy()
    lately[:, ch.EFFECT_DAYS :] -= so_far[:, : max(days - ch.EFFECT_DAYS, 0)]
    reached = (1 - keeps ** np.arange(lately.max() + 1)).astype(np.float32)
    return reached[lately]


def expected_reach(audience: Audience, world: World, channel: int, days: a.Ints) -> Reach:
    """Return the mean reach of a channel on some days of window and year after, shape (people, days).

    It is what the touches would reach on average if nobody were lost: E[1 − keepsⁿ] = 1 − e^(−(1 − keeps)·mean) for
    a Poisson number of touches.
    """
    reach: Reach = -np.expm1(reach_exponent(audience, world, channel, days))
    return reach


def reach_exponent(audience: Audience, world: World, channel: int, days: a.Ints) -> Reach:
    """Return −(1 − keeps)·(mean touches of the seven days before), shape (people, days); `days` rise."""
    flown, since = world.flown[channel], np.maximum(days - ch.EFFECT_DAYS, 0)
    first, last = audience.first_day[:, channel], audience.revoked_day[:, channel]
    rate = audience.per_day[:, channel] * ~audience.held_out[:, channel] * -(1 - ch.CHANNELS[channel].keeps)
    exponent = rate[:, None].astype(np.float32) * (flown[days] - flown[since]).astype(np.float32)
    exponent *= (days > first[:, None]) & (since < last[:, None])
    for edge in (first, last):  # where contact begins or ends within the seven days, only a part of them counts
        at = np.searchsorted(days, edge, side="right")[:, None] + np.arange(ch.EFFECT_DAYS)
        person, nth = np.nonzero(at < len(days))
        day = at[person, nth]
        span = flown[np.minimum(days[day], last[person])] - flown[np.maximum(since[day], first[person])]
        exponent[person, day] = rate[person] * np.maximum(span, 0)
    return np.asarray(exponent, np.float32)


def lift(kind: a.Ints, reach: Reach) -> Reach:
    """Return the factor on sessions, shape (people, days), from the reach of all channels."""
    by_type = ch.response().astype(np.float32)[kind]
    total = np.ones(reach.shape[1:], np.float32)
    for k in range(len(reach)):
        total += by_type[:, k, None] * reach[k]
    for one, other, together in ch.pairs():
        total += np.float32(together) * reach[one] * reach[other]
    return total


def shares(kind: a.Ints, reach: Reach) -> Reach:
    """Return the Shapley value of each channel in `lift` − 1; `reach` has channels first and people second.

    In a game of second degree each pair's part is halved between the two (Shapley 1953; Owen 1972).
    """
    by_type = ch.response().astype(np.float32)[kind].T.reshape(len(reach), len(kind), *[1] * (reach.ndim - 2))
    value = by_type * reach
    for one, other, together in ch.pairs():
        half = np.float32(together / 2) * reach[one] * reach[other]
        value[one] += half
        value[other] += half
    return value

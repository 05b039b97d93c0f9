"""What the marketing platforms export: touches, what they cost, consents, launches."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from ltv.sources.mall import assumptions as a
from ltv.sources.mall import channels as ch
from ltv.sources.mall import columns as c
from ltv.sources.mall.community import Community
from ltv.sources.mall.exposure import CONSENTS
from ltv.sources.mall.systems import ID_TYPES
from ltv.sources.mall.world import World

KINDS = ("impression", "send", "open", "click")
IMPRESSION, SEND, OPEN, CLICK = range(4)
PLATFORMS = {"wechat_oa": "wechat", "sms": "sms_platform", "email": "email_platform", "app_push": "app",
             "mini_program": "mini_program"}  # fmt: skip
_UNNAMED = {"sms": 0.11, "email": 0.11}  # share of touches whose platform fails to send the campaign
_OPENED_HOURS, _CLICK_LEAD_MS = 4.0, (800, 20_000)


def touches(of: Community) -> pa.Table:
    """Sends and impressions, then opens and clicks, in order of time."""
    person, channel, ms, kind = _drawn(of)
    order = np.argsort(ms, kind="stable")
    kept = order[(ms[order] < of.window.length_ms) & (person[order] < of.wanted)]
    number = np.flatnonzero((ms[order] < of.window.length_ms) & (person[order] < of.wanted))
    named = of.rng("unnamed").random(len(ms)) >= np.array([_UNNAMED.get(name, 0.0) for name in ch.NAMES])[channel]
    person, channel, ms, kind, named = person[kept], channel[kept], ms[kept], kind[kept], named[kept]
    campaign = _campaign(of, channel, ms)
    billed = np.array([one.billed for one in ch.CHANNELS])[channel]
    fen = np.where(kind == SEND, ch.of_channels("touch_fen")[channel], 0).astype(np.int64)
    return pa.table(
        {
            "touch_id": c.numbered(f"t{of.number:05d}", number, width=8),
            "ts": of.when(ms),
            "source": c.chosen([PLATFORMS.get(name, "ad_platform") for name in ch.NAMES], channel),
            **of.identifier(_addresses(of, person, channel, ms)),
            "channel": c.chosen(ch.NAMES, channel),
            "campaign": c.chosen(_campaigns(of.world), np.where(named, campaign, -1)),
            "kind": c.chosen(KINDS, kind),
            "cost": c.only(~billed & (kind == SEND), c.money(fen)),
        }
    )


def _drawn(of: Community) -> tuple[a.Ints, a.Ints, a.Ints, a.Ints]:
    """Return person, channel, moment and kind of everything that platforms record."""
    shown, visits, rng = of.exposure, of.journeys.visits, of.rng("touches")
    sends = np.array([channel.kind == "send" for channel in ch.CHANNELS])[shown.channel]
    opened = np.flatnonzero(rng.random(len(sends)) < ch.of_channels("opens")[shown.channel])
    opened_at = shown.ms[opened] + (rng.exponential(_OPENED_HOURS, len(opened)) * a.HOUR_MS).astype(np.int64)
    clicked = np.flatnonzero(visits.clicked >= 0)
    clicked_at = visits.start[clicked] - rng.integers(*_CLICK_LEAD_MS, len(clicked))
    parts = [
        (shown.person, shown.channel, shown.ms, np.where(sends, SEND, IMPRESSION)),
        (shown.person[opened], shown.channel[opened], opened_at, np.full(len(opened), OPEN)),
        (visits.person[clicked], visits.clicked[clicked], clicked_at, np.full(len(clicked), CLICK)),
    ]
    person, channel, ms, kind = (np.concatenate([part[k] for part in parts]) for k in range(4))
    return person, channel, ms, kind


def _addresses(of: Community, person: a.Ints, channel: a.Ints, ms: a.Ints) -> a.Ints:
    kinds = np.array([ID_TYPES.index(one.address) for one in ch.CHANNELS])[channel]
    index = np.full(len(person), -1)
    for kind in np.unique(kinds):
        at = kinds == kind
        index[at] = of.systems.own(int(kind), person[at], ms[at])
    return index


def _quarters(world: World) -> tuple[a.Ints, list[str]]:
    """Return the quarter of every day of the window, as a place in the list of their names."""
    months = world.window.dates.astype("datetime64[M]").astype(np.int64)
    quarter = months // 3
    names = [f"{1970 + q // 4}q{q % 4 + 1}" for q in range(quarter[0], quarter[-1] + 1)]
    return quarter - quarter[0], names


def _campaigns(world: World) -> list[str]:
    return [f"{channel}-{name}" for channel in ch.NAMES for name in _quarters(world)[1]]


def _campaign(of: Community, channel: a.Ints, ms: a.Ints) -> a.Ints:
    quarter, names = _quarters(of.world)
    day = (ms // a.DAY_MS).clip(0, of.window.days - 1)
    campaign: a.Ints = channel * len(names) + quarter[day]
    return campaign


def bills(of: Community) -> a.Ints:
    """Return what the billed channels cost in fen, shape (channels, days)."""
    person, channel, ms, kind = _drawn(of)
    billed = np.array([one.billed for one in ch.CHANNELS])[channel]
    kept = (ms >= 0) & (ms < of.window.length_ms) & (person < of.wanted) & billed
    fen = np.where(kind == CLICK, ch.of_channels("click_fen")[channel], ch.of_channels("touch_fen")[channel])
    cell = channel[kept] * of.window.days + ms[kept] // a.DAY_MS
    total = np.bincount(cell, fen[kept], len(ch.CHANNELS) * of.window.days)
    return np.rint(total).astype(np.int64).reshape(len(ch.CHANNELS), of.window.days)


def spend(world: World, fen: a.Ints) -> pa.Table:
    """Return the daily bills of all communities together; days without cost are not billed."""
    channel, day = np.nonzero(fen)
    quarter, names = _quarters(world)
    return pa.table(
        {
            "date": pa.array(world.window.dates[day]).cast(pa.date32()),
            "channel": c.chosen(ch.NAMES, channel),
            "campaign": c.chosen(_campaigns(world), channel * len(names) + quarter[day]),
            "cost": c.money(fen[channel, day]),
        }
    )


def consents(of: Community) -> pa.Table:
    """Consent at registration, given or not, and later when it is taken back."""
    people, audience = of.people, of.audience
    person, channel = (axis.ravel() for axis in np.mgrid[0 : a.COMMUNITY, 0 : len(CONSENTS)])
    asked = people.registered[person] < a.NEVER
    back = audience.revoked[person, channel] < a.NEVER
    parts = [
        (person[asked], channel[asked], people.registered[person[asked]], audience.granted[person, channel][asked]),
        (person[back], channel[back], audience.revoked[person, channel][back], np.zeros(int(back.sum()), np.bool_)),
    ]
    who, which, ms, granted = (np.concatenate([part[k] for part in parts]) for k in range(4))
    kept = np.flatnonzero((ms < of.export_end[a.CRM]) & (who < of.wanted))
    kept = kept[np.argsort(ms[kept], kind="stable")]
    return pa.table(
        {
            "ts": of.when(ms[kept]),
            **of.identifier(of.member(who[kept])),
            "channel": c.chosen(CONSENTS, which[kept]),
            "granted": pa.array(granted[kept]),
        }
    )


def launches(world: World) -> pa.Table:
    """Return what was launched in the window."""
    made = world.launches
    start = np.array([world.window.days - launch.days_before_end for launch in made], np.int64) * a.DAY_MS
    return pa.table(
        {
            "launch_id": pa.array([launch.name for launch in made], pa.string()),
            "kind": pa.array([launch.kind for launch in made], pa.string()),
            "name": pa.array([launch.title for launch in made], pa.string()),
            "started_at": c.moments(world.window.utc_us(start)),
            "audience": pa.array(["app" if launch.app_only else None for launch in made], pa.string()),
        }
    )

"""What the paid hooks leave behind: exposures, trials, offers and what happened to them, invitations."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from ltv.sources.mall import assumptions as a
from ltv.sources.mall import channels as ch
from ltv.sources.mall import columns as c
from ltv.sources.mall import hooks as h
from ltv.sources.mall import referral
from ltv.sources.mall.community import Community
from ltv.sources.mall.systems import ID_TYPES, OPENID

OFFER_EVENTS = ("reserved", "released", "redeemed", "expired", "refused")
RESERVED, RELEASED, REDEEMED, EXPIRED, REFUSED = range(5)
INSTANCES = 3
HOLDOUT = "holdout/"
VARIANTS = ("control", "treatment", "coupon", "holdout")
CONTROL, TREATMENT, COUPON, HELD_OUT = range(4)


def exposures(of: Community) -> pa.Table:
    """The first moment at which each person meets each experiment."""
    names = [*h.EXPERIMENTS, *(HOLDOUT + name for name in ch.NAMES)]
    parts = [*_experiments(of), *_holdouts(of)]
    experiment = np.concatenate([np.full(len(part[1]), part[0]) for part in parts])
    person, ms, variant, index = (np.concatenate([part[k] for part in parts]) for k in range(1, 5))
    kept = np.flatnonzero((ms < of.window.length_ms) & (person < of.wanted))
    kept = kept[np.argsort(ms[kept], kind="stable")]
    return pa.table(
        {
            "ts": of.when(ms[kept]),
            "experiment": c.chosen(names, experiment[kept]),
            "variant": c.chosen(VARIANTS, variant[kept]),
            **of.identifier(index[kept]),
        }
    )


_Part = tuple[int, a.Ints, a.Ints, a.Ints, a.Ints]


def _experiments(of: Community) -> list[_Part]:
    people, visits, arms = of.people, of.journeys.visits, of.rates.arms
    members = np.flatnonzero(people.registered < a.NEVER)
    late = visits.start >= of.window.length_ms - h.LATE_TESTS_DAYS * a.DAY_MS
    logged = visits.member & visits.logged_in
    carts = np.zeros(len(visits.start), np.bool_)
    carts[of.journeys.lines.session] = True
    flash = (h.flash_of(of.world, visits.start.clip(0)) >= 0) & logged & ~visits.registers
    met = [
        (members, people.registered[members]),
        (members, people.registered[members] + a.MINUTE_MS),
        (members, people.registered[members] + 2 * a.MINUTE_MS),
        _first_sessions(of, (visits.scene > 0) & logged),
        _first_sessions(of, flash),
        _first_sessions(of, late & carts & logged),
        _first_sessions(of, late & (visits.own >= 0)),
    ]
    parts = []
    for k, (name, (person, ms)) in enumerate(zip(h.EXPERIMENTS, met, strict=True)):
        treated = getattr(arms, name)[person]
        shown = np.full(len(person), True)
        if name == "checkout_button":
            shown = ~(treated & (of.rng("lost exposures").random(a.COMMUNITY)[person] < h.LOST_EXPOSURES))
        variant = np.where(treated, COUPON if name == "first_order_coupon" else TREATMENT, CONTROL)
        index = _user(of, person, ms)
        parts.append((k, person[shown], ms[shown], variant[shown], index[shown]))
    return parts


def _first_sessions(of: Community, which: a.Flags) -> tuple[a.Ints, a.Ints]:
    """Return the people who have such a session, and when the first one begins."""
    visits = of.journeys.visits
    first = np.full(a.COMMUNITY, a.NEVER)
    np.minimum.at(first, visits.person[which], visits.start[which])
    person = np.flatnonzero(first < a.NEVER)
    return person, first[person] + a.HOME_DWELL_MS


def _user(of: Community, person: a.Ints, ms: a.Ints) -> a.Ints:
    """Member number, or before registration the openid that every stranger can be given."""
    registered = of.people.registered[person] <= ms
    return np.where(registered, of.member(person), of.systems.own(OPENID, person, ms))


def _holdouts(of: Community) -> list[_Part]:
    parts = []
    for k, channel in enumerate(ch.CHANNELS):
        person = np.flatnonzero(of.exposure.due[:, k] < a.NEVER)
        ms = of.exposure.due[person, k]
        variant = np.where(of.audience.held_out[person, k], HELD_OUT, TREATMENT)
        address = of.systems.own(ID_TYPES.index(channel.address), person, ms)
        index = np.where(of.people.registered[person] <= ms, of.member(person), address)
        parts.append((len(h.EXPERIMENTS) + k, person, ms, variant, index))
    return parts if of.world.knobs.holdout else []


def trials(of: Community) -> pa.Table:
    """A trial when it starts, and a second version of its row when it is decided."""
    drawn, end = of.rates.trials, of.window.length_ms
    person = np.flatnonzero(of.rates.arms.member_trial & (drawn.start < end))
    person = person[person < of.wanted]
    done = person[drawn.end[person] < end]
    who = np.concatenate([person, done])
    decided = np.repeat([False, True], [len(person), len(done)])
    updated = np.where(decided, drawn.end[who], drawn.start[who])
    order = np.argsort(updated, kind="stable")
    who, decided, updated = who[order], decided[order], updated[order]
    return pa.table(
        {
            "trial_id": c.numbered(f"T{of.number:05d}", who, width=4),
            **of.identifier(of.member(who)),
            "started_at": of.when(drawn.start[who]),
            "ended_at": c.only(decided, of.when(drawn.end[who])),
            "outcome": c.chosen(h.TRIAL_OUTCOMES, np.where(decided, drawn.outcome[who], -1)),
            "plan": c.chosen(h.PLANS, drawn.plan[who]),
            "updated_at": of.when(updated),
        }
    )


def _flash_names(of: Community) -> list[str]:
    days = h.flash_starts(of.window) // a.DAY_MS
    return [f"FLASH10-{of.window.dates[day].astype(object):%Y%m}-{of.number:05d}" for day in days]


def offers(of: Community) -> pa.Table:
    """The first-order coupon and the limited-time offers of one community, which has a stock of its own."""
    starts = h.flash_starts(of.window)
    begins = np.concatenate([[0], starts])
    expires = np.concatenate([[of.window.length_ms], starts + h.FLASH_MS])
    listed = [name for name in of.world.goods.names if name.split("-")[0] in h.COUPON_CATEGORIES]
    flashes = len(starts)
    return pa.table(
        {
            "offer_id": pa.array([f"NEW15-{of.number:05d}", *_flash_names(of)]),
            "hook": pa.array(["first_order_coupon", *["limited_time_offer"] * flashes]),
            "name": pa.array(["新人首单 85 折", *["限时 9 折"] * flashes]),
            "skus": pa.array([listed, *[None] * flashes], pa.list_(pa.string())),
            "stock": pa.array([None, *[h.FLASH_STOCK] * flashes], pa.int64()),
            "starts_at": of.when(begins),
            "expires_at": of.when(expires),
            "stackable": pa.array([False] * (flashes + 1)),
        }
    )


def offer_events(of: Community) -> pa.Table:
    """Stock is reserved with the order for half an hour: then it is redeemed, released or expires."""
    o = of.orders
    asked = np.flatnonzero((o.flash >= 0) | (o.coupon == a.NEW15))
    held = asked[~o.refused[asked] | (o.coupon[asked] == a.NEW15)]
    became = np.array([REDEEMED, RELEASED, RELEASED, EXPIRED])
    turned = asked[o.refused[asked] & (o.coupon[asked] != a.NEW15)]
    order = np.concatenate([held, turned, held])
    event = np.concatenate([np.full(len(held), RESERVED), np.full(len(turned), REFUSED), became[o.status[held]]])
    ms = np.concatenate([o.ms[held], o.ms[turned], o.known[held] + 1])
    kept = np.flatnonzero((ms < of.window.length_ms) & (o.person[order] < of.wanted))
    kept = kept[np.argsort(ms[kept], kind="stable")]
    order, event, ms = order[kept], event[kept], ms[kept]
    which = np.where(o.coupon[order] == a.NEW15, 0, o.flash[order] + 1)
    return pa.table(
        {
            "ts": of.when(ms),
            "offer_id": c.chosen([f"NEW15-{of.number:05d}", *_flash_names(of)], which),
            "order_id": of.order_ids(np.where(event == REFUSED, -1, order)),
            **of.identifier(of.member(o.person[order])),
            "event": c.chosen(OFFER_EVENTS, event),
            "instance": c.chosen([f"offer-{k + 1}" for k in range(INSTANCES)], order % INSTANCES),
        }
    )


def invites(of: Community) -> pa.Table:
    """Accepted invitations; those who came alone have no inviter."""
    made = of.invites
    kept = np.flatnonzero((made.ms < of.export_end[a.CRM]) & (made.invitee < of.wanted))
    kept = kept[np.argsort(made.ms[kept], kind="stable")]
    inviter, invitee, ms = made.inviter[kept], made.invitee[kept], made.ms[kept]
    oneself = made.kind[kept] == referral.SELF
    by = np.where(oneself, of.systems.own(OPENID, inviter, ms), of.member(inviter))
    names = {"id_type": "inviter_type", "id_value": "inviter_value"}
    to = of.identifier(of.member(invitee))
    return pa.table(
        {
            "ts": of.when(ms),
            **{names[name]: column for name, column in of.identifier(by).items()},
            "invitee_type": to["id_type"],
            "invitee_value": to["id_value"],
            "channel": c.chosen(referral.CHANNELS, made.channel[kept]),
        }
    )

"""Who invited whom: chains of any depth, and the ways in which people cheat with them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ltv.sources.mall import assumptions as a
from ltv.sources.mall.hooks import INVITES_FACTOR, Arms
from ltv.sources.mall.people import People
from ltv.sources.mall.window import pick
from ltv.sources.mall.world import World

INVITED_RATE = 0.30  # of those who register: somebody thinks of inviting them, if anybody is there …
WITHOUT_BONUS_RATE = 1 / INVITES_FACTOR  # … and without the bonus does so only so often; the others come alone
TRIES = 8  # candidates for an inviter, of whom the first that was a member and not lost is taken
CHANNELS, CHANNEL_SHARES = ("wechat_share", "poster_qr", "link"), (0.6, 0.25, 0.15)
SELF_RATE, CYCLE_RATE, AGAIN_RATE = 0.008, 0.02, 0.04  # self-invites of members; cycles and re-invites of invitees
KINDS = ("alone", "genuine", "ring", "self", "cycle", "again")
ALONE, GENUINE, RING, SELF, CYCLE, AGAIN = range(len(KINDS))


@dataclass(frozen=True)
class Invites:
    """Accepted invitations and registrations without one, in no order.

    Attributes:
        ms: moment.
        inviter: position in the community, −1 for none.
        invitee: position in the community.
        channel: position in `CHANNELS`.
        kind: position in `KINDS`.
        asked: those who would invite somebody under the bonus, one entry an invitation; without it only a share does.
    """

    ms: a.Ints
    inviter: a.Ints
    invitee: a.Ints
    channel: a.Ints
    kind: a.Ints
    asked: a.Ints


def draw_invites(people: People, arms: Arms, world: World, *, rng: np.random.Generator) -> Invites:
    """Draw the invitations of one community."""
    members = np.flatnonzero(people.registered < a.NEVER)
    invitee = members[(rng.random(len(members)) < INVITED_RATE) & (people.ring[members] < 0)]
    inviter = _inviters(people, invitee, rng)
    asked = inviter[inviter >= 0]
    does = arms.referral_bonus[inviter] | (rng.random(len(inviter)) < WITHOUT_BONUS_RATE)
    inviter = np.where(does, inviter, -1)
    invitee, inviter = invitee[inviter >= 0], inviter[inviter >= 0]
    ring = np.flatnonzero(people.ring >= 0)
    ring = ring[np.argsort(people.registered[ring], kind="stable")]
    alone = np.setdiff1d(members, np.concatenate([invitee, ring[1:]]))
    cheat = members[rng.random(len(members)) < SELF_RATE]
    turned = np.flatnonzero(rng.random(len(invitee)) < CYCLE_RATE)
    again = np.flatnonzero(rng.random(len(invitee)) < AGAIN_RATE)
    registered = people.registered
    parts = [
        (ALONE, np.full(len(alone), -1), alone, registered[alone]),
        (GENUINE, inviter, invitee, registered[invitee]),
        (RING, ring[np.arange(len(ring) - 1) // 2], ring[1:], registered[ring[1:]]),  # a binary tree
        (RING, ring[-1:], ring[:1], registered[ring[-1:]] + a.HOUR_MS),  # closed to a circle
        (SELF, cheat, cheat, registered[cheat] + a.MINUTE_MS),
        (CYCLE, invitee[turned], inviter[turned], _later(registered[invitee[turned]], rng)),
        (AGAIN, rng.choice(members, len(again)), invitee[again], _later(registered[invitee[again]], rng)),
    ]
    kind = np.concatenate([np.full(len(part[2]), part[0]) for part in parts])
    who, whom, ms = (np.concatenate([part[k] for part in parts]) for k in (1, 2, 3))
    kept = ms < world.window.length_ms
    channel = pick(np.cumsum(CHANNEL_SHARES), rng, len(ms))
    return Invites(ms[kept], who[kept], whom[kept], channel[kept], kind[kept], asked)


def _inviters(people: People, invitee: a.Ints, rng: np.random.Generator) -> a.Ints:
    """Somebody who was a member and not lost when the invitee came; −1 where nobody is found."""
    weight = ((people.registered < a.NEVER) & (people.ring < 0)).astype(np.float64)
    candidate = pick(np.cumsum(weight), rng, len(invitee) * TRIES).reshape(len(invitee), TRIES)
    came = people.first_seen[invitee][:, None]
    able = (people.registered[candidate] < came) & (people.lost[candidate] > came)
    first = able.argmax(axis=1)
    return np.where(able.any(axis=1), candidate[np.arange(len(invitee)), first], -1)


def _later(ms: a.Ints, rng: np.random.Generator) -> a.Ints:
    after: a.Ints = ms + (rng.exponential(20, len(ms)) * a.DAY_MS).astype(np.int64) + a.HOUR_MS
    return after


def depth(invites: Invites) -> a.Ints:
    """Return how many invitations lead to each person; 0 came alone or did not register.

    The first row of an invitee counts and the later ones do not, so that there are no circles.
    """
    order = np.argsort(invites.ms, kind="stable")
    invitee, at = np.unique(invites.invitee[order], return_index=True)
    parent = np.full(a.COMMUNITY, -1)
    parent[invitee] = invites.inviter[order[at]]
    found, up = np.zeros(a.COMMUNITY, np.int64), parent.copy()
    while (up >= 0).any():
        found += up >= 0
        up = np.where(up >= 0, parent[up], -1)
    return found

"""The tree of invitations: which row of each person counts, and what is set apart.

Rows are taken in the order of time. Of each person the first row counts, be it an invitation or coming alone; people whose
first invitations form a circle were cut loose at the latest of them. The trees that are left are looked through for rings
of reward hunters, whose invitations are set apart too. Every row has exactly one kind.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ltv.behaviour import kernels
from ltv.behaviour.kernels import Ints
from ltv.warehouse.local_time import DAY_US

if TYPE_CHECKING:
    import pyarrow as pa

KINDS = ("counted", "alone", "again", "self", "cycle", "ring", "unknown")
COUNTED, ALONE, AGAIN, SELF, CYCLE, RING, UNKNOWN = range(len(KINDS))
NOBODY, SOMEBODY = -1, -2  # came alone; was invited by somebody who is no known person


@dataclass(frozen=True)
class RingRule:
    """When a group of people is taken for a ring of reward hunters.

    A group is people connected by counted invitations that came within `days` of the inviter's own joining. It is a ring
    when it has at least `people`, nobody of them ever bought, all joined at least `wait_us` ago, and so many who do not buy
    would come together by chance in less than `chance` of such groups, at the rate at which invited people buy.
    """

    people: int
    days: int
    wait_us: int
    chance: float = 0.01

    def least(self, buyers: float) -> float:
        """People that a group must have where a share of the invited buys.

        >>> RingRule(5, 3, 0).least(0.5), RingRule(5, 3, 0).least(0.9), RingRule(5, 3, 0).least(0.0)
        (7, 5, inf)
        """
        if buyers >= 1:
            return self.people
        return max(self.people, math.ceil(math.log(self.chance) / math.log1p(-buyers))) if buyers > 0 else math.inf


@dataclass(frozen=True)
class Tree:
    """Every row of the table with its kind, and the forest of the invitations that count.

    Attributes:
        ts: moment of each row in microseconds, ascending.
        inviter: position of the inviter in `people`, or `NOBODY`, `SOMEBODY`.
        invitee: position of the invitee in `people`, or −1.
        channel: position in `channels`.
        kind: position in `KINDS`.
        people: user ids.
        channels: names of channels.
        parent: who invited each person, by an invitation that counts; −1 for nobody.
        row: the row that counts of each person, −1 where there is none.
        depth: how many counted invitations lead to each person.
        ring: number of the ring of each person, or −1.
        least_ring: people that a ring must have here.
    """

    ts: Ints
    inviter: Ints
    invitee: Ints
    channel: Ints
    kind: Ints
    people: Ints
    channels: tuple[str, ...]
    parent: Ints
    row: Ints
    depth: Ints
    ring: Ints
    least_ring: float

    @property
    def counted(self) -> Ints:
        """Rows of the invitations that count, in the order of time."""
        return np.flatnonzero(self.kind == COUNTED)

    def frame(self) -> pd.DataFrame:
        """One row a counted invitation."""
        rows = self.counted
        invitee = self.invitee[rows]
        return pd.DataFrame(
            {
                "invitee": self.people[invitee],
                "inviter": self.people[self.inviter[rows]],
                "channel": np.array([*self.channels, ""], dtype=object)[self.channel[rows]],
                "depth": self.depth[invitee],
                "ts_us": self.ts[rows],
            }
        )

    def counts(self, depth: int) -> pd.DataFrame:
        """Inviters and invitees by depth and channel, down to a depth."""
        rows = self.counted
        level = self.depth[self.invitee[rows]]
        rows, level = rows[level <= depth], level[level <= depth]
        n = len(self.channels) or 1
        cell = (level - 1) * n + self.channel[rows]
        inviters, invitees = kernels.tally(rows, cell, self.inviter, depth * n, len(self.people))
        names = np.array([*self.channels, ""], dtype=object)
        at = np.flatnonzero(invitees)
        table = {"depth": at // n + 1, "channel": names[at % n], "inviters": inviters[at], "invitees": invitees[at]}
        return pd.DataFrame(table).sort_values(["depth", "channel"], ignore_index=True)


def grow(rows: pa.Table, *, buyers: Ints | None = None, after_us: int = 0, rule: RingRule | None = None) -> Tree:
    """Sort rows out: what counts, what is set apart and why.

    Args:
        rows: ts_us, inviter, invitee, channel in the order of time.
        buyers: user ids of those who ever bought.
        after_us: exclusive end of what is known, microseconds.
        rule: what a ring is; None looks for none.
    """
    ts = rows["ts_us"].to_numpy()
    inviter, invitee, people = _coded(rows["inviter"].to_numpy(), rows["invitee"].to_numpy())
    words = rows["channel"].combine_chunks().dictionary_encode()
    found = _forest(ts, inviter, invitee, len(people))
    kind, row = found.kind, found.row
    ring, least = (
        _rings(found, people, buyers, after_us, rule) if rule is not None else (np.full(len(people), -1), math.inf)
    )
    parent, depth = found.parent, found.depth
    if (ring >= 0).any():
        parent = parent.copy()
        inside = (kind == COUNTED) | (kind == CYCLE) | (kind == AGAIN)
        both = inside & (inviter >= 0) & (ring[invitee] >= 0) & (ring[inviter] == ring[invitee])
        kind[both] = RING
        parent[invitee[both & (row[invitee] == np.arange(len(ts)))]] = -1
        depth = kernels.depths(parent)
    channels = tuple(str(c) for c in words.dictionary.to_pylist())
    codes = words.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    return Tree(ts, inviter, invitee, codes, kind, people, channels, parent, row, depth, ring, least)


@dataclass(frozen=True)
class _Found:
    ts: Ints
    inviter: Ints
    invitee: Ints
    kind: Ints
    row: Ints
    parent: Ints
    depth: Ints
    order: Ints


def _coded(inviter: Ints, invitee: Ints) -> tuple[Ints, Ints, Ints]:
    """Positions instead of ids, negative ones as they are, and the ids; those of a workspace are dense and need no hashing."""
    both = np.concatenate([inviter, invitee])
    highest = int(both.max(initial=-1))
    if highest <= 8 * len(both):
        here = np.zeros(highest + 3, np.bool_)
        here[both] = True  # -1 and -2 fall on the two places behind the last
        here[-2:] = False
        code = np.cumsum(here) - 1
        code[-2:] = SOMEBODY, NOBODY
        coded, people = code[both], np.flatnonzero(here)
    else:
        people = np.unique(both[both >= 0])
        coded = np.where(both >= 0, np.searchsorted(people, both), both)
    return coded[: len(inviter)], coded[len(inviter) :], people


def _forest(ts: Ints, inviter: Ints, invitee: Ints, people: int) -> _Found:
    """Follow the first row of everybody, cut circles, and tell later invitations that would close one."""
    kind = np.empty(len(ts), np.int64)
    row, parent = kernels.first_rows(inviter, invitee, kind, people, (ALONE, AGAIN, SELF, UNKNOWN))
    kind[row[parent >= 0]] = COUNTED
    cut = kernels.cut_cycles(parent, row)
    kind[row[cut]] = CYCLE
    depth = kernels.depths(parent)
    order = kernels.by_depth(depth)
    later = np.flatnonzero((kind == AGAIN) & (inviter >= 0))
    if len(later):
        place, below = kernels.places(parent, order)
        up, down = invitee[later], inviter[later]
        kind[later[(place[up] < place[down]) & (place[down] <= place[up] + below[up])]] = CYCLE
    return _Found(ts, inviter, invitee, kind, row, parent, depth, order)


def _rings(of: _Found, people: Ints, buyers: Ints | None, after_us: int, rule: RingRule) -> tuple[Ints, float]:
    """Groups that joined in a burst, are old enough to have bought, and did not."""
    joined = kernels.first_known(of.ts, of.inviter, of.row)
    up = np.maximum(of.parent, 0)
    since = joined - joined[up]
    quick = (of.parent >= 0) & (since >= 0) & (since <= rule.days * DAY_US)
    head = kernels.heads(of.parent, of.order, quick)
    bought = np.zeros(len(people), np.bool_)
    if buyers is not None and len(people):
        place = np.searchsorted(people, buyers).clip(max=len(people) - 1)
        bought[place[people[place] == buyers]] = True
    old = joined <= after_us - rule.wait_us
    judged = (of.parent >= 0) & old
    least = rule.least(float(bought[judged].mean()) if judged.any() else 0.0)
    n = len(people)
    size = np.bincount(head, minlength=n)
    fails = np.bincount(head, weights=bought | ~old, minlength=n)
    is_ring = (size >= least) & (fails == 0)
    return np.where(is_ring[head], head, -1), least

"""The time of people, cut wherever a touch begins or ceases to work on them or they pass an age.

A touch works until the lookback is over. What a day is worth differs (weekends, sales, evenings), so time is
measured on the shop's own clock (`clock.py`), and how long people have been known goes in as a stage.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

if TYPE_CHECKING:
    from ltv.attribution.shapley import Flags, Ints

DAY_US = 86_400_000_000
# Ages in days at which people change: newcomers order far more often, and least is known of the first days.
STAGE_DAYS = (1, 2, 3, 5, 8, 11, 15, 22, 30, 45, 60, 90, 150)


@dataclass(frozen=True)
class Spells:
    """Spells in the order of person and time, and what happened in them.

    Attributes:
        user_id: the people, ascending.
        person: position in `user_id` of each spell.
        mask: channels that work: a bit for one touch and more of each, then a bit for two and more of each, and so on.
        stage: how long the person has been known, 0 to len(STAGE_DAYS).
        start_us: first moment.
        end_us: exclusive end.
        event: spell in which each event lies, −1 for those outside the time looked at.
        event_mask: channels that work at the event, also outside.
        event_us: moment of each event.
    """

    user_id: Ints
    person: Ints
    mask: Ints
    stage: Ints
    start_us: Ints
    end_us: Ints
    event: Ints
    event_mask: Ints
    event_us: Ints


def cut(edges: pa.Table, people: pa.Table, events: pa.Table, *, start_us: int, end_us: int) -> Spells:
    """Cut the time of people into spells.

    Args:
        edges: user_id, bit, at_us, sign: as `edges.sql` finds them.
        people: user_id, since_us: end of the day on which they became known; that day has no day like it to compare with.
        events: user_id, us, in the order that is wanted back.
        start_us: first moment that is looked at.
        end_us: exclusive end.
    """
    user_id, since = _sorted(people)
    begin = np.maximum(since, start_us)
    who = np.arange(len(user_id))
    ages = (since[:, None] + np.array(STAGE_DAYS) * DAY_US).ravel()
    bit = np.int64(1) << edges["bit"].to_numpy().astype(np.int64)
    parts = (
        (
            np.searchsorted(user_id, edges["user_id"].to_numpy()),
            edges["at_us"].to_numpy(),
            bit * edges["sign"].to_numpy(),
        ),
        (who, begin, np.zeros(len(who), np.int64)),
        (np.repeat(who, len(STAGE_DAYS)), ages, np.zeros(len(ages), np.int64)),
        (
            np.searchsorted(user_id, events["user_id"].to_numpy()),
            events["us"].to_numpy(),
            np.zeros(len(events), np.int64),
        ),
    )
    person, at, change = (np.concatenate([p[k] for p in parts]).astype(np.int64) for k in range(3))
    origin = np.repeat(np.arange(4), [len(p[0]) for p in parts])
    order = np.lexsort((at, person))  # stable: at one moment in the order of the parts
    person, at, origin, mask = person[order], at[order], origin[order], np.cumsum(change[order])
    is_event = origin == 3  # noqa: PLR2004  the last of the parts
    number = order[is_event] - (len(order) - len(events))
    event_mask, event_us = np.empty(len(events), np.int64), events["us"].to_numpy().astype(np.int64)
    event_mask[number] = mask[is_event]
    starts = ~is_event & (at >= begin[person]) & (at < end_us)
    last = np.flatnonzero(starts)
    same = np.append(person[last[1:]], -1)[: len(last)] == person[last]
    ends = np.where(same, np.append(at[last[1:]], 0)[: len(last)], end_us)
    event, place = np.full(len(events), -1, np.int64), np.cumsum(starts) - 1
    inside = is_event & (at >= begin[person]) & (at < end_us)
    event[order[inside] - (len(order) - len(events))] = place[inside]
    stage = np.searchsorted(np.array(STAGE_DAYS) * DAY_US, at[last] - since[person[last]], side="right")
    return Spells(user_id, person[last], mask[last], stage, at[last], ends, event, event_mask, event_us)


def _sorted(people: pa.Table) -> tuple[Ints, Ints]:
    user_id, since = people["user_id"].to_numpy(), people["since_us"].to_numpy()
    order = np.argsort(user_id, kind="stable")
    return user_id[order].astype(np.int64), since[order].astype(np.int64)


def some_people(spells: Spells, wanted: Flags) -> Spells:
    """The spells and events of some people, without events outside the time looked at.

    Args:
        spells: as they were cut.
        wanted: whether each of `user_id` is meant.
    """
    if wanted.all():
        return spells
    use = wanted[spells.person]
    inside = (spells.event >= 0) & use[np.maximum(spells.event, 0)] if len(use) else spells.event >= 0
    return Spells(
        spells.user_id[wanted], (np.cumsum(wanted) - 1)[spells.person[use]], spells.mask[use], spells.stage[use],
        spells.start_us[use], spells.end_us[use], (np.cumsum(use) - 1)[spells.event[inside]],
        spells.event_mask[inside], spells.event_us[inside],
    )  # fmt: skip


def in_blocks(spells: Spells, *, start_us: int, block_days: int) -> tuple[Spells, Ints]:
    """Cut at the ends of blocks of days too, and take each person's block for a person of its own; with the spell each was cut from.

    People change slowly, and those who are lost are written to for a while and then no more. Within a block of some weeks that
    does not matter: a day is compared with days not far from it.
    """
    block_us = block_days * DAY_US
    first, last = (spells.start_us - start_us) // block_us, (spells.end_us - 1 - start_us) // block_us
    parts = np.maximum(last - first + 1, 1)
    row = np.repeat(np.arange(len(parts)), parts)
    before = np.cumsum(parts) - parts
    block = first[row] + np.arange(len(row)) - before[row]
    begin = start_us + block * block_us
    inside, place = spells.event >= 0, np.maximum(spells.event, 0)
    event = before[place] + (spells.event_us - start_us) // block_us - first[place] if len(parts) else spells.event
    number = spells.person[row] * (int(last.max(initial=0)) + 1) + block
    names, person = np.unique(number, return_inverse=True)
    cut = replace(
        spells, user_id=names, person=person, mask=spells.mask[row], stage=spells.stage[row],
        start_us=np.maximum(spells.start_us[row], begin), end_us=np.minimum(spells.end_us[row], begin + block_us),
        event=np.where(inside, event, -1),
    )  # fmt: skip
    return cut, row

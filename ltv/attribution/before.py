"""The window before this one, seen with the effects of now: what changed is who was reached and who bought."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ltv.attribution import credit
from ltv.attribution.costs import by_channel, costs
from ltv.attribution.given import Ground
from ltv.attribution.learn import Learned, Sources, group_of
from ltv.attribution.panel import known, spells_of

if TYPE_CHECKING:
    from ltv.attribution.shapley import Ints
    from ltv.warehouse.table import TableLike


def credit_before(
    before: Ground,
    learned: Learned,
    now: Ground,
    sources: Sources,
    spend: TableLike | None,
    *,
    timezone: str,
    seed: int,
) -> pd.DataFrame | None:
    """Credit and cost by outcome and channel in the window before; None where it cannot be compared.

    Args:
        before: touches and conversions of then.
        learned: effects of now.
        now: the window of now, whose channels are meant.
        sources: who became known when, and groups of people.
        spend: bills.
        timezone: zone of the days.
        seed: of the draws.
    """
    if set(before.channels) - set(now.channels):
        return None
    since = known(before, sources.members)
    spells = spells_of(before, before.conversions, since, timezone=timezone, most=None)
    outcomes = credit.outcomes_of(before)
    if outcomes.empty:
        return None
    who = before.frame(before.conversions).sort_values(["user_id", "us", "conversion_id"])["user_id"].to_numpy(np.int64)
    mask = _renumbered(spells.event_mask, before.channels, now)
    then = replace(learned, user_id=who, mask=mask, group=group_of(who, sources))
    parts = credit.parts_of(then, seed=seed, draws=2)
    whole = credit.Rows.whole(len(who))
    told = credit.credits_of(parts, whole, outcomes, who, now.channels, seed=seed)
    own = by_channel(costs(before, spend, timezone=timezone))
    return told.drop(columns=["low", "high"]).assign(cost=told["channel"].map(own))


def _renumbered(masks: Ints, old: tuple[str, ...], now: Ground) -> Ints:
    """The bits of the old channels at the places they have now; fewer channels tell no fewer touches apart."""
    out = np.zeros_like(masks)
    for level in range(now.levels):
        for code, name in enumerate(old):
            works = (masks >> (level * len(old) + code)) & 1
            out |= works << (level * len(now.channels) + now.channels.index(name))
    return out

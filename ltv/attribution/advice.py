"""Which channel is most worth an experiment, and how many people it takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ltv.experiments.power import sample_size_means

if TYPE_CHECKING:
    from ltv.attribution.attribution_result import Attribution


@dataclass(frozen=True)
class Worth:
    """An experiment worth running.

    Attributes:
        channel: whom to hold out from.
        people: in either arm.
        effect: orders it is expected to add, as a share of those without it.
    """

    channel: str
    people: int
    effect: float


def experiment_worth(told: Attribution) -> Worth | None:
    """The channel of which the most money is moved, or would be, without knowing on which side of the others it lies.

    What is not known of its return, times what may be moved, is what a mistake costs. People are those needed to see the expected effect on orders with power 80 %, two-sided 5 %, both arms alike.
    """
    plan, learned = told.planned, told.learned
    if plan is None or learned.effects is None:
        return None
    cost = told.by_channel.set_index("channel")["cost"].reindex(told.ground.channels).to_numpy(np.float64)
    added = told.by_channel.set_index("channel")["orders"].reindex(told.ground.channels).to_numpy(np.float64)
    seen = plan.movable & (np.nan_to_num(added) > 0)  # of what seems to add nothing no size can be told
    if not seen.any():
        return None
    at_stake = np.where(seen, np.nan_to_num(plan.marginal.std(axis=0) * cost) * told.step, -1.0)
    k = int(np.argmax(at_stake))
    orders = float(len(learned.user_id))
    effect = float(added[k]) / max(orders - float(added[k]), 1.0)
    each = np.bincount(np.unique(learned.user_id, return_inverse=True)[1]).astype(np.float64)
    buyers = each.mean()  # among those who order; people who do not order only make the test larger in the same measure
    spread = float(np.sqrt((each**2).mean() - buyers**2 + buyers))
    return Worth(told.ground.channels[k], int(np.ceil(sample_size_means(spread, buyers * effect))), effect)

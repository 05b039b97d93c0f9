"""The past as training data: the same customers at earlier cutoffs, with what they then really spent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ltv.lifetime.btyd import Btyd
from ltv.lifetime.maximum import Floats
from ltv.lifetime.order_features import OrderFeatures, order_features
from ltv.lifetime.summaries import Ledger

PLACES = (0.35, 0.45, 0.55, 0.65, 0.75)  # of the history, where cutoffs are
FEWEST_DAYS = 14  # of a label window


@dataclass(frozen=True, eq=False)
class Snapshot:
    """Customers at a cutoff, and what they spent in the days that followed.

    Attributes:
        cutoff_day: days since 1970-01-01.
        horizon_days: length of the window of `label`.
        features: of customers with a purchase before the cutoff.
        label: net value in the window, as known at its end, money.
    """

    cutoff_day: int
    horizon_days: int
    features: OrderFeatures
    label: Floats


def training_cutoffs(first_day: int, cutoff_day: int, horizon_days: int) -> list[tuple[int, int]]:
    """Earlier cutoffs and their label windows, which end before the day of scoring.

    >>> training_cutoffs(0, 100, 40)
    [(35, 40), (45, 40), (55, 40), (65, 35), (75, 25)]
    """
    history = cutoff_day - first_day
    days = sorted({first_day + round(place * history) for place in PLACES})
    windows = [(day, min(horizon_days, cutoff_day - day)) for day in days]
    return [(day, window) for day, window in windows if window >= min(FEWEST_DAYS, horizon_days)]


def snapshots(ledger: Ledger, fitted: Btyd, cutoffs: Sequence[tuple[int, int]]) -> list[Snapshot]:
    """Look at each cutoff; one at which nobody was a customer yet, or nobody spent anything after, is left out.

    Args:
        ledger: of all orders.
        fitted: one buy-till-you-die model for all cutoffs: refitted at each it would mean something else in each.
        cutoffs: day and length of the label window.
    """
    taken = []
    for cutoff_day, horizon_days in cutoffs:
        features = order_features(ledger, fitted, cutoff_day=cutoff_day, horizon_days=horizon_days)
        label = ledger.value(cutoff_day, cutoff_day + horizon_days)[features.person]
        if len(label) and np.maximum(label, 0).sum() > 0:
            taken.append(Snapshot(cutoff_day, horizon_days, features, label))
    return taken

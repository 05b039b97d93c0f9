"""The result table `budget_plan`: what each channel costs now and should, and why in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ltv.attribution.attribution_words import WORDS
from ltv.attribution.costs import by_channel
from ltv.attribution.terms import WHOLE
from ltv.text import Text, number

if TYPE_CHECKING:
    from ltv.attribution.budget import Plan

COLUMNS = (
    "channel",
    "current_cost",
    "proposed_cost",
    "change",
    "expected_gain",
    "gain_low",
    "gain_high",
    "reason_zh",
    "reason_en",
)
_LEVEL = (5, 95)
_STILL = 1e-9


def budget_table(plan: Plan | None, channels: tuple[str, ...], costs: pd.DataFrame, currency: str) -> pd.DataFrame:
    """One row a channel, and one for all of them.

    Args:
        plan: the proposal, or None: an empty table.
        channels: names, as the plan has them.
        costs: channel, campaign, cost.
        currency: in which money is written.
    """
    if plan is None:
        return pd.DataFrame(columns=list(COLUMNS))
    cost = by_channel(costs).reindex(channels).to_numpy(np.float64)
    rows = []
    elsewhere = _elsewhere(plan, cost)
    for k, name in enumerate(channels):
        reason = _reason(plan, k, elsewhere, currency)
        gain = plan.by_channel[:, k]
        rows.append(
            (
                name,
                cost[k],
                cost[k] * plan.pressure[k],
                cost[k] * (plan.pressure[k] - 1),
                *_ends(gain),
                reason.zh,
                reason.en,
            )
        )
    total = float(np.nansum(cost))
    told = WORDS["reason_total"] if plan.moves else WORDS["told_stay"]
    rows.append((WHOLE, total, total, 0.0, *_ends(plan.gain), told.zh, told.en))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _ends(gain: np.ndarray) -> tuple[float, float, float]:
    low, high = np.percentile(gain, _LEVEL)
    return float(gain.mean()), float(low), float(high)


def _elsewhere(plan: Plan, cost: np.ndarray) -> dict[bool, float]:
    """Return of one more unit where money goes (True) and where it comes from (False), weighed by what moves."""
    moved = np.nan_to_num((plan.pressure - 1) * cost)
    mean = np.nan_to_num(plan.marginal.mean(axis=0))
    out = {}
    for up in (True, False):
        weight = np.where(moved > 0, moved, 0) if up else np.where(moved < 0, -moved, 0)
        out[up] = float(mean @ weight / weight.sum()) if weight.sum() > 0 else np.nan
    return out


def _reason(plan: Plan, k: int, elsewhere: dict[bool, float], currency: str) -> Text:
    if not plan.movable[k]:
        return WORDS["reason_no_cost"]
    low, high = np.percentile(plan.marginal[:, k], _LEVEL)
    figures = {"marginal": plan.marginal[:, k].mean(), "low": low, "high": high}
    move = plan.pressure[k] - 1
    if abs(move) <= _STILL:
        words = WORDS["reason_held" if plan.held[k] else "reason_stays"]
    else:
        words = WORDS["reason_up" if move > 0 else "reason_down"]
        figures["other"] = elsewhere[move < 0]
    return words.format(**{name: number(value, "money", currency=currency) for name, value in figures.items()})

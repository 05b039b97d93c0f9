"""What randomised holdouts say about the effects that were estimated from people's own time.

Experiment `holdout/<channel>` draws who gets nothing from a channel. The rate of conversions of the others over that of
those left out is what the channel adds when all others are there, whatever moves people. The estimate says what that ratio should
be, too. Where they differ, hidden confounding is at work: its size common to all channels and their own deviations are believed to
be normal (random effects; DerSimonian & Laird 1986), so that a wide experiment moves little and a sharp one decides.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ltv import sql
from ltv.attribution.shapley import bits_of

if TYPE_CHECKING:
    from ltv.attribution.effects import Effects
    from ltv.attribution.given import Ground
    from ltv.attribution.shapley import Floats

PREFIX, HELD = "holdout/", "holdout"
_ROOM, _LEAST = "ltv.attribution", 20  # conversions in either arm
_SHARE_OF_EFFECT = 0.35  # hidden bias is believed to be about a third of what channels do, in common and of each
_Z90 = 1.6448536269514722
_FACTOR = (0.2, 5.0)  # experiments move the rate of a channel no further than this


@dataclass(frozen=True)
class Evidence:
    """What experiments say, one row a channel.

    Attributes:
        table: channel, people, people_held, measured and low, high (log rate ratio of the experiment, 90 %), expected (of the
            estimate), used (what both together say), used_sd; in the order of the channels.
        common: bias of all channels, log rate ratio.
    """

    table: pd.DataFrame
    common: float


def evidence(ground: Ground, exposures: str, effects: Effects, masks: str, groups: int) -> Evidence | None:
    """Compare experiments with the estimate; None where there is no holdout with enough conversions.

    Args:
        ground: conversions of the window.
        exposures: table with user_id, ts, experiment, variant.
        effects: the estimate.
        masks: table with conversion_id, mask, group_code of each conversion.
        groups: how many groups there are.
    """
    names = pd.DataFrame(
        {"experiment": [PREFIX + name for name in ground.channels], "channel": range(len(ground.channels))}
    )
    codes = ground.name("holdouts")
    ground.engine.register(codes, names)
    tables = {"exposures": exposures, "codes": codes}
    arms = ground.name("arms")
    ground.engine.define(arms, sql.load(_ROOM, "arms", tables=tables))
    ends = {"start": ground.span.start, "until": ground.span.until}
    asked = sql.load(_ROOM, "arm_sums", tables={"arms": arms, "conversions": ground.conversions})
    sums = ground.engine.frame(asked, ends)
    asked = sql.load(_ROOM, "arm_masks", tables={"arms": arms, "conversions": ground.conversions, "masks": masks})
    reached = ground.engine.frame(asked)
    rows = [row for code in range(len(ground.channels)) if (row := _row(code, sums, reached, effects, groups))]
    if not rows:
        return None
    table = pd.DataFrame(rows)
    table.insert(0, "name", [ground.channels[code] for code in table["channel"]])
    return _together(table)


def _row(
    code: int, sums: pd.DataFrame, reached: pd.DataFrame, effects: Effects, groups: int
) -> dict[str, float] | None:
    own = sums[sums["channel"] == code].set_index("is_held").astype(np.float64)
    if set(own.index) != {True, False} or own["conversions"].min() < _LEAST:
        return None
    rate = own["conversions"] / own["days"]
    spread = own["conversions_squared"] - 2 * rate * own["conversions_days"] + rate**2 * own["days_squared"]
    # people differ: at least the variance of a Poisson count
    variance = np.maximum(spread, own["conversions"]) / own["conversions"] ** 2
    mine = reached[reached["channel"] == code]
    idle, working = _parts(mine, effects, code, groups)
    return {
        "channel": code, "people": int(own["people"][False]), "people_held": int(own["people"][True]),
        "measured": np.log(rate[False] / rate[True]), "sd": variance.sum() ** 0.5,
        "expected": float(-np.log((idle + working.sum()) / max(mine["conversions"].sum(), 1))),
        "idle": idle, "left": float(working.sum()), "total": float(mine["conversions"].sum()),
    }  # fmt: skip


def _parts(mine: pd.DataFrame, effects: Effects, code: int, groups: int) -> tuple[float, Floats]:
    """Conversions without the channel at work, and what would be left of the others without it."""
    masks, counts = mine["mask"].to_numpy(np.int64), mine["conversions"].to_numpy(np.float64)
    works = (masks >> code) & 1 == 1
    left = np.zeros(len(masks))
    for group in range(groups):
        who = works & (mine["group_code"].to_numpy() == group)
        without = masks[who] & ~bits_of(code, effects.design.channels)
        left[who] = counts[who] * effects.rate(without, group) / effects.rate(masks[who], group)
    return float(counts[~works].sum()), left[works]


def _together(table: pd.DataFrame) -> Evidence:
    apart, variance = (table["measured"] - table["expected"]).to_numpy(), table["sd"].to_numpy() ** 2
    wide = _SHARE_OF_EFFECT * table["expected"].abs().mean() + 1e-6
    grid = np.linspace(0, 3 * wide, 31)  # how far channels are from the bias of all, each as likely as the data make it
    looked = [_likelihood(apart, variance + tau**2, wide**2) for tau in grid]
    likely = np.array([value for value, *_ in looked]) - 0.5 * (grid / wide) ** 2
    weight = np.exp(likely - likely.max())
    weight /= weight.sum()
    means, spreads = [], []
    for tau, (_, mean, mean_variance) in zip(grid, looked, strict=True):
        share = tau**2 / (tau**2 + variance)
        means.append(mean + share * (apart - mean))
        spreads.append(tau**2 * (1 - share) + (1 - share) ** 2 * mean_variance)
    bias = weight @ np.array(means)
    spread = np.sqrt(weight @ (np.array(spreads) + (np.array(means) - bias) ** 2))
    told = table.assign(
        low=table["measured"] - _Z90 * table["sd"], high=table["measured"] + _Z90 * table["sd"],
        used=table["expected"] + bias, used_sd=spread,
    )  # fmt: skip
    return Evidence(told, float(weight @ np.array([mean for _, mean, _ in looked])))


def _likelihood(apart: Floats, variance: Floats, wide: float) -> tuple[float, float, float]:
    """Log-likelihood of a spread, and mean and variance of the common bias under it, which is N(0, wide) beforehand."""
    precision = (1 / variance).sum() + 1 / wide
    mean = (apart / variance).sum() / precision
    covariance = np.diag(variance) + wide
    value = -0.5 * (apart @ np.linalg.solve(covariance, apart) + np.linalg.slogdet(covariance)[1])
    return float(value), float(mean), float(1 / precision)


def calibrated(effects: Effects, told: Evidence) -> tuple[Effects, Floats]:
    """The effects moved to what experiments and estimate say together, and the standard deviation of each move (log)."""
    shift, spread = effects.shift.copy(), np.zeros(len(effects.shift))
    table = told.table
    channel = table["channel"].to_numpy(np.int64)
    at, above = (_shifts(table, table["used"] + more) for more in (0.0, table["used_sd"]))
    shift[channel] += at
    spread[channel] = np.abs(above - at)
    return replace(effects, shift=shift), spread


def _shifts(table: pd.DataFrame, target: pd.Series[float]) -> Floats:
    """Log factor on the rate of each channel under which the ratio is what it should be."""
    wanted = (table["total"] * np.exp(-target) - table["idle"]) / np.maximum(table["left"], 1e-300)
    out: Floats = -np.log(wanted.to_numpy(np.float64).clip(*_FACTOR))
    return out

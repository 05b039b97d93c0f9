"""Where the next yuan should go: a fixed total moved between channels, as far as the evidence carries.

Curves are concave, so the best split gives every channel that may move the same return on its last yuan, unless a bound holds it
(the water level is found by bisection). A proposal has to gain in at least 95 of 100 draws of what is not known; where it does
not, the channel whose move is least sure stays where it is, and so on; at last nothing moves, and that is said.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ltv.errors import UsageError, found

if TYPE_CHECKING:
    from ltv.attribution.response import Curves
    from ltv.attribution.shapley import Floats

SURE = 0.95
_LEAST_CHANGE = 0.01  # of a channel's cost: smaller moves are not worth a meeting


@dataclass(frozen=True)
class Bounds:
    """How far costs may move.

    Attributes:
        step: largest change of a channel as a share of its cost: .35 is 35 % up or down.
        floor: channel → least cost.
        ceiling: channel → most cost.
    """

    step: float = 0.35
    floor: dict[str, float] | None = None
    ceiling: dict[str, float] | None = None

    def pressures(self, channels: tuple[str, ...], cost: Floats) -> tuple[Floats, Floats]:
        """Least and largest cost over that of now.

        Raises:
            UsageError: a bound names no channel, or leaves nothing in between.
        """
        if not 0 <= self.step <= 1:
            raise UsageError(found("step", self.step, "0 to 1, as a share of a channel's cost"))
        low, high = np.full(len(cost), 1 - self.step), np.full(len(cost), 1 + self.step)
        for given, side in ((self.floor or {}, "floor"), (self.ceiling or {}, "ceiling")):
            for name, amount in given.items():
                if name not in channels:
                    raise UsageError(found(side, name, ", ".join(channels)))
                k = channels.index(name)
                if not 0 <= amount < float("inf"):
                    raise UsageError(found(f"{side} of {name}", amount, "an amount of money"))
                part = amount / cost[k] if cost[k] > 0 else 1.0
                if side == "floor":
                    low[k] = max(low[k], part)
                else:
                    high[k] = min(high[k], part)
                if low[k] > high[k]:
                    raise UsageError(
                        found(f"{side} of {name}", amount, f"within {low[k]:.2f} to {high[k]:.2f} of {cost[k]:,.2f}")
                    )
        return low, high


@dataclass(frozen=True)
class Plan:
    """A proposal.

    Attributes:
        pressure: proposed cost over that of now, shape (channels,).
        gain: added value, shape (draws,); costs stay the same in sum.
        by_channel: the same by channel, shape (draws, channels).
        marginal: value of one more unit of money at today's cost, shape (draws, channels); NaN where no cost is known.
        movable: channels with a cost.
        held: channels that a better guess would move, but not surely enough.
        wished: pressure of that better guess.
    """

    pressure: Floats
    gain: Floats
    by_channel: Floats
    marginal: Floats
    movable: Floats
    held: Floats
    wished: Floats

    @property
    def moves(self) -> bool:
        """Whether anything is proposed."""
        return bool(np.abs(self.pressure - 1).max(initial=0) > 0)


def plan(curves: Curves, cost: Floats, channels: tuple[str, ...], bounds: Bounds) -> Plan:
    """Propose a split of the same total.

    Args:
        curves: of the value that channels add.
        cost: of each channel now, NaN or 0 where none is recorded: these stay as they are.
        channels: their names.
        bounds: how far they may move.
    """
    movable = np.nan_to_num(cost) > 0
    low, high = bounds.pressures(channels, np.nan_to_num(cost))
    today = curves.at(np.ones(len(cost)))
    free = movable.copy()
    wished = _best(curves, cost, free, low, high)
    pressure = wished
    while free.sum() > 1:
        gain = curves.at(pressure) - today
        if np.abs(pressure[free] - 1).max() < _LEAST_CHANGE or (gain.sum(axis=1) > 0).mean() >= SURE:
            break
        free[_least_sure(gain, pressure, cost, free)] = False
        pressure = _best(curves, cost, free, low, high)
    if free.sum() <= 1 or np.abs(pressure - 1).max() < _LEAST_CHANGE:
        pressure = np.ones(len(cost))
    by_channel = curves.at(pressure) - today
    held = movable & (np.abs(wished - 1) >= _LEAST_CHANGE) & (np.abs(pressure - 1) < _LEAST_CHANGE)
    gain = by_channel.sum(axis=1)
    return Plan(pressure, gain, by_channel, marginal(curves, cost), movable, held, wished)


def marginal(curves: Curves, cost: Floats) -> Floats:
    """Value of one more unit of money at today's cost, by draw and channel."""
    here = int(np.flatnonzero(curves.pressures == 1.0)[0])
    left, right = curves.pressures[here - 1], curves.pressures[here + 1]
    slope = (curves.value[:, :, here + 1] - curves.value[:, :, here - 1]) / (right - left)
    with np.errstate(divide="ignore", invalid="ignore"):
        out: Floats = np.where(np.nan_to_num(cost) > 0, slope / cost, np.nan)
    return out


def _best(curves: Curves, cost: Floats, free: Floats, low: Floats, high: Floats) -> Floats:
    """The split with the most value on average, total kept."""
    mean = curves.value.mean(axis=0)
    pressure = np.ones(len(cost))
    who = np.flatnonzero(free)
    if len(who) < 2:  # noqa: PLR2004  nobody to move it to
        return pressure
    grid = [np.linspace(low[k], high[k], 141) for k in who]
    slopes = [
        -np.maximum.accumulate(-np.gradient(np.interp(p, curves.pressures, mean[k]), p) / cost[k])
        if high[k] > low[k]
        else np.zeros(141)
        for p, k in zip(grid, who, strict=True)
    ]
    least, most = min(s.min() for s in slopes) - 1.0, max(s.max() for s in slopes) + 1.0
    total = cost[who].sum()

    def split(level: float) -> Floats:
        return np.array([p[np.searchsorted(-s, -level)] if (s > level).any() and (s <= level).any() else (p[-1] if (s > level).all() else p[0])
                         for p, s in zip(grid, slopes, strict=True)])  # fmt: skip

    for _ in range(60):
        middle = (least + most) / 2
        if split(middle) @ cost[who] > total:
            least = middle
        else:
            most = middle
    chosen = split(most)
    pressure[who] = _closed(chosen, cost[who], total, low[who], high[who])
    return pressure


def _closed(chosen: Floats, cost: Floats, total: float, low: Floats, high: Floats) -> Floats:
    """Spread what the grid leaves open over those who may still move, so that the total is kept to the cent."""
    out = chosen.copy()
    for _ in range(20):
        rest = total - out @ cost
        if abs(rest) <= 1e-9 * total:
            break
        room = (high - out if rest > 0 else out - low) * cost
        if room.sum() <= 0:
            return np.ones(len(out))
        out += np.sign(rest) * room / room.sum() * min(abs(rest), room.sum()) / cost
    return out


def _least_sure(gain: Floats, pressure: Floats, cost: Floats, free: Floats) -> int:
    """The channel whose move is likeliest to be wrong: against the return of all that moves."""
    moved = (pressure - 1) * np.nan_to_num(cost)
    given = np.abs(moved).sum() / 2
    up = np.where(moved > 0, gain, 0).sum(axis=1) / max(given, 1e-300)
    down = -np.where(moved < 0, gain, 0).sum(axis=1) / max(given, 1e-300)
    wrong = np.full(len(pressure), -1.0)
    for k in np.flatnonzero(free & (np.abs(moved) > 0)):
        own = gain[:, k] / moved[k]  # return of a unit of money
        wrong[k] = (own < down).mean() if moved[k] > 0 else (own > up).mean()
    return int(np.argmax(wrong))

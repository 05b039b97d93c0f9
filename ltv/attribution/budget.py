"""Where the next yuan should go: a fixed total moved between channels, as far as the evidence carries.

Curves are concave and made of straight pieces, so the best split takes pieces in the order of their return until the total is
spent: every channel then has the same return on its last yuan, unless a bound or a bend holds it. A proposal has to gain in at
least 9 of 10 draws of what is not known. Where it does not, a part of the way may, for the first yuan moved brings most; and the channel
without which the rest is surest stays where it is, and so on. Of all that is sure the proposal is what gains most; at last nothing
moves, and that is said.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ltv.errors import UsageError, found

if TYPE_CHECKING:
    from ltv.attribution.response import Curves
    from ltv.attribution.shapley import Flags, Floats

SURE = 0.925
_PARTS = (1.0, 0.75, 0.5, 0.25)  # of the way to the best split
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
    floor: Mapping[str, float] | None = None
    ceiling: Mapping[str, float] | None = None

    def pressures(self, channels: tuple[str, ...], cost: Floats) -> tuple[Floats, Floats]:
        """Least and largest cost over that of now.

        A channel that is beyond a bound already may stay where it is, but goes no further.

        Raises:
            UsageError: a bound names no channel, is no amount, or a floor lies above its ceiling.

        >>> Bounds(0.35, {"sms": 90.0}).pressures(("ads", "sms"), np.array([50.0, 100.0]))
        (array([0.65, 0.9 ]), array([1.35, 1.35]))
        """
        if not 0 <= self.step <= 1:
            raise UsageError(found("step", self.step, "0 to 1, as a share of a channel's cost"))
        for side, given in (("floor", self.floor or {}), ("ceiling", self.ceiling or {})):
            for name, amount in given.items():
                if name not in channels:
                    raise UsageError(found(side, name, ", ".join(channels)))
                if not 0 <= amount < float("inf"):
                    raise UsageError(found(f"{side} of {name}", amount, "an amount of money"))
        low, high = np.full(len(cost), 1 - self.step), np.full(len(cost), 1 + self.step)
        for k, name in enumerate(channels):
            floor, ceiling = self._of(name)
            if floor > ceiling:
                raise UsageError(found(f"floor of {name}", floor, f"no more than its ceiling, {ceiling:,.2f}"))
            if cost[k] > 0:
                low[k] = min(max(low[k], floor / cost[k]), 1.0)
                high[k] = max(min(high[k], ceiling / cost[k]), 1.0)
        return low, high

    def _of(self, name: str) -> tuple[float, float]:
        return (self.floor or {}).get(name, 0.0), (self.ceiling or {}).get(name, float("inf"))


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
    movable: Flags
    held: Flags
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
    wished = _best(curves, cost, movable, low, high)
    pressure = _sure(curves, cost, movable, low, high)
    by_channel = curves.at(pressure) - today
    held = movable & (np.abs(wished - 1) >= _LEAST_CHANGE) & (np.abs(pressure - 1) < _LEAST_CHANGE)
    gain = by_channel.sum(axis=1)
    return Plan(pressure, gain, by_channel, marginal(curves, cost), movable, held, wished)


def _sure(curves: Curves, cost: Floats, movable: Flags, low: Floats, high: Floats) -> Floats:
    """The split that gains most of those that are sure."""
    today, stay = curves.at(np.ones(len(cost))), np.ones(len(cost))
    free, pressure, most = movable.copy(), stay, 0.0
    while free.sum() > 1:
        whole = _best(curves, cost, free, low, high)
        if np.abs(whole - 1).max() < _LEAST_CHANGE:
            break
        for part in _PARTS:
            split = stay + part * (whole - stay)
            gain = (curves.at(split) - today).sum(axis=1)
            is_sure = bool((gain > 0).mean() >= SURE)
            if is_sure and gain.mean() > most:
                pressure, most = split, float(gain.mean())
            if is_sure:
                break  # a smaller part gains less
        if is_sure and part == 1:
            break  # and so does a split with less freedom
        free = _without_one(curves, cost, free, low, high)
    return pressure if np.abs(pressure - 1).max() >= _LEAST_CHANGE else stay


def marginal(curves: Curves, cost: Floats) -> Floats:
    """Value of one more unit of money at today's cost, by draw and channel."""
    here = int(np.flatnonzero(curves.pressures == 1.0)[0])
    left, right = curves.pressures[here - 1], curves.pressures[here + 1]
    slope = (curves.value[:, :, here + 1] - curves.value[:, :, here - 1]) / (right - left)
    with np.errstate(divide="ignore", invalid="ignore"):
        out: Floats = np.where(np.nan_to_num(cost) > 0, slope / cost, np.nan)
    return out


def _best(curves: Curves, cost: Floats, free: Flags, low: Floats, high: Floats) -> Floats:
    """The split with the most value on average, total kept: steps up from the least, the best return first."""
    mean, pressure = curves.value.mean(axis=0), np.ones(len(cost))
    who = np.flatnonzero(free)
    if len(who) < 2:  # noqa: PLR2004  nobody to move it to
        return pressure
    pressure[who] = low[who]
    left = cost[who] @ (1 - low[who])
    steps = [
        (gain / cost[k], k, part) for k in who for gain, part in _steps(curves.pressures, mean[k], low[k], high[k])
    ]
    for _, k, part in sorted(steps, key=lambda step: -step[0]):
        more = min(part, max(left, 0.0) / cost[k])
        pressure[k] += more
        left -= more * cost[k]
    return pressure


def _steps(pressures: Floats, value: Floats, low: float, high: float) -> list[tuple[float, float]]:
    """Slope and length of the pieces of a curve between bounds; slopes never rise."""
    knots = np.concatenate([[low], pressures[(pressures > low) & (pressures < high)], [high]])
    length = np.diff(knots)
    rise = np.diff(np.interp(knots, pressures, value))
    slope = np.minimum.accumulate(rise / np.where(length > 0, length, 1.0))
    return list(zip(slope.tolist(), length.tolist(), strict=True))


def _without_one(curves: Curves, cost: Floats, free: Flags, low: Floats, high: Floats) -> Flags:
    """The channels that may move but one: the one without which the split is sure and gains most, or else surest."""
    today = curves.at(np.ones(len(cost)))

    def worth(k: int) -> tuple[float, float]:
        gain = (curves.at(_best(curves, cost, free & (np.arange(len(free)) != k), low, high)) - today).sum(axis=1)
        return min(float((gain > 0).mean()), SURE), float(gain.mean())

    out = free.copy()
    out[max(np.flatnonzero(free).tolist(), key=worth)] = False
    return out

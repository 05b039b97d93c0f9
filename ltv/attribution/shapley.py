"""Shapley values of games that are told by a number for every set of channels; sets are bit masks.

The game of one customer who was reached by the set S is T ↦ v(S ∩ T): channels outside S are dummies, so only sets within S
count. Channel k gets Σ w(T) v(T) over them, with w = (|T| − 1)! (|S| − |T|)! / |S|! where T holds k and
−|T|! (|S| − |T| − 1)! / |S|! where it does not (Shapley 1953). Of sets that are too large a sample of the orders in which channels
may join is looked at, with its error.

How many touches of a channel work may matter, too. A mask has `channels` bits for one touch and more, as many for two and
more, and so on; a channel that leaves a coalition takes all of its bits along.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import factorial

import numpy as np
from numpy.typing import NDArray

from ltv.attribution.terms import MOST_CHANNELS
from ltv.errors import UsageError, found

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

MOST_EXACT = 12  # channels of a set whose 4,096 subsets are all looked at
_CELLS, _PAIRS = 1 << 22, 200


@dataclass(frozen=True)
class Values:
    """Shapley values of sets.

    Attributes:
        values: value of each channel in the game of each set, shape (sets, channels).
        error: standard error of the largest sum over sets where values are sampled, in the unit of the game; 0: exact.
    """

    values: Floats
    error: float = 0.0


def bits(masks: Ints, channels: int) -> Floats:
    """Zeros and ones of masks, shape (masks, channels).

    >>> bits(np.array([5]), 3)
    array([[1., 0., 1.]])
    """
    out: Floats = ((masks[:, None] >> np.arange(channels)) & 1).astype(np.float64)
    return out


def bits_of(channel: int, channels: int) -> int:
    """All bits of a channel.

    >>> bin(bits_of(1, 3) & 0b111_111)
    '0b10010'
    """
    return sum(1 << bit for bit in range(channel, MOST_CHANNELS, channels))


def of_sets(game: Callable[[Ints], Floats], masks: Ints, channels: int, *, weight: Floats, seed: int = 0) -> Values:
    """Value of each channel in the games of some sets.

    Args:
        game: v of any masks.
        masks: the sets S, shape (sets,).
        channels: how many there are.
        weight: how much each set counts in the stated error, shape (sets,).
        seed: of the sampled orders.

    Raises:
        UsageError: more channels than bits.

    >>> of_sets(lambda m: bits(m, 2) @ [1.0, 2.0], np.array([3, 2]), 2, weight=np.ones(2)).values
    array([[1., 2.],
           [0., 2.]])
    """
    size = _sizes(masks, channels)
    out, spread = np.zeros((len(masks), channels)), np.zeros(channels)
    small = size <= MOST_EXACT
    out[small] = of_small_sets(game, masks[small], channels)
    rng = np.random.default_rng(seed)
    for row in np.flatnonzero(~small):
        held, players = _players(masks[[row]], int(size[row]), channels)
        out[row, held[0]], variance = _sampled(game, players[0], rng)
        spread[held[0]] += weight[row] ** 2 * variance
    return Values(out, float(np.sqrt(spread.max())))


def of_small_sets(game: Callable[[Ints], Floats], masks: Ints, channels: int) -> Floats:
    """Values in the games of sets up to `MOST_EXACT` channels, shape (..., sets, channels).

    Args:
        game: v of any masks; several games may stand in front.
        masks: the sets S.
        channels: how many there are.
    """
    size = _sizes(masks, channels)
    out = np.zeros((*game(masks[:1]).shape[:-1], len(masks), channels))
    games = int(np.prod(out.shape[:-2]))
    for m in np.unique(size[size > 0]).tolist():
        step = max(1, _CELLS // (games << m))
        inner, weight, mine = np.arange(1 << m), _weights(m), np.flatnonzero(size == m)
        for first in range(0, len(mine), step):
            rows = mine[first : first + step]
            held, players = _players(masks[rows], m, channels)
            names, place = np.unique(((inner[:, None] >> np.arange(m)) & 1) @ players.T, return_inverse=True)
            value = game(names)[..., place.reshape(1 << m, len(rows))]
            out[..., rows[:, None], held] = np.einsum("...tr,tk->...rk", value, weight, optimize=True)
    return out


def work(masks: Ints, channels: int) -> int:
    """How many numbers `of_small_sets` looks at for each game."""
    return int((1 << _sizes(masks, channels).clip(max=MOST_EXACT)).sum())


def _sizes(masks: Ints, channels: int) -> Ints:
    if not 0 < channels <= MOST_CHANNELS:
        raise UsageError(found("channels", channels, f"1 to {MOST_CHANNELS}"))
    out: Ints = np.bitwise_count(masks & ((1 << channels) - 1)).astype(np.int64)
    return out


def _players(masks: Ints, size: int, channels: int) -> tuple[Ints, Ints]:
    """The channels of sets of one size, and each one's bits, shape (sets, size)."""
    on = bits(masks, channels) > 0
    held = np.nonzero(on)[1].reshape(len(masks), size)
    own = np.array([bits_of(k, channels) for k in range(channels)])
    return held, masks[:, None] & own[held]


def _weights(size: int) -> Floats:
    """W of all sets for each channel, shape (2ˢ, s)."""
    inner = bits(np.arange(1 << size), size)
    count = inner.sum(axis=1).astype(int)
    joins = np.array([factorial(max(c - 1, 0)) * factorial(size - c) for c in range(size + 1)]) / factorial(size)
    lacks = np.array([factorial(c) * factorial(max(size - c - 1, 0)) for c in range(size + 1)]) / factorial(size)
    out: Floats = inner * joins[count][:, None] - (1 - inner) * lacks[count][:, None]
    return out


def _sampled(game: Callable[[Ints], Floats], players: Ints, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Mean and its variance over orders in which channels join; each order is also walked backwards (antithetic)."""
    orders = np.argsort(rng.random((_PAIRS, len(players))), axis=1)
    both = np.stack([orders, orders[:, ::-1]], axis=1)
    place = np.argsort(both, axis=2)  # when each channel joins
    joined = place[:, :, None, :] < np.arange(len(players) + 1)[:, None]
    value = game((joined @ players).ravel()).reshape(_PAIRS, 2, -1)
    added = np.take_along_axis(np.diff(value, axis=2), place, axis=2).mean(axis=1)
    return added.mean(axis=0), added.var(axis=0, ddof=1) / _PAIRS

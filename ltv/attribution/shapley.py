"""Shapley values of games that are told by a number for every set of channels; sets are bit masks.

The game of one customer who was reached by the set S is T ↦ v(S ∩ T): channels outside S are dummies. So the values of
all customers follow from those of the 2ⁿ sets, exactly: with the Harsanyi dividends d of v, channel k gets
Σ d(U) / |U| over the sets U ⊆ S that hold k (Harsanyi 1963; Shapley 1953). Above `MOST_EXACT` channels the sets that
occur are worked out one by one, by all orders of their channels or, where these are too many, by a sample with its error.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ltv.errors import UsageError, found

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

MOST_EXACT = 14  # channels for which every set is looked at: 16,384
MOST_CHANNELS = 62  # bits of a mask
_SUBSETS = 1 << 12  # sets up to twelve channels exactly, also among more channels than MOST_EXACT


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


def dividends(game: Floats) -> Floats:
    """Harsanyi dividends of a game over all sets, shape (..., 2ⁿ).

    >>> dividends(np.array([0.0, 1.0, 2.0, 6.0]))
    array([0., 1., 2., 3.])
    """
    out = np.array(game, np.float64)
    for k in range(_channels(out)):
        pair = out.reshape(*out.shape[:-1], -1, 2, 1 << k)
        pair[..., 1, :] -= pair[..., 0, :]
    return out


def of_all_sets(game: Floats) -> Floats:
    """Value of each channel in the game of every set: T ↦ v(S ∩ T).

    Args:
        game: v of all sets in the order of their masks, shape (..., 2ⁿ).

    Returns:
        Shape (..., 2ⁿ, n); a row sums to v(S) − v(∅).

    >>> of_all_sets(np.array([0.0, 1.0, 2.0, 6.0]))[3]
    array([2.5, 3.5])
    """
    n, sets = _channels(game), game.shape[-1]
    shared = dividends(game) / np.maximum(bits(np.arange(sets), n).sum(axis=1), 1)
    out = np.empty((*game.shape, n))
    for k in range(n):
        held = np.where((np.arange(sets) >> k) & 1, shared, 0.0)
        for j in range(n):
            pair = held.reshape(*held.shape[:-1], -1, 2, 1 << j)
            pair[..., 1, :] += pair[..., 0, :]
        out[..., k] = held
    return out


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
    if not 0 < channels <= MOST_CHANNELS:
        raise UsageError(found("channels", channels, f"1 to {MOST_CHANNELS}"))
    if channels <= MOST_EXACT:
        return Values(of_all_sets(game(np.arange(1 << channels)))[masks])
    out, spread = np.zeros((len(masks), channels)), np.zeros(channels)
    rng = np.random.default_rng(seed)
    for row, mask in enumerate(masks):
        held = np.flatnonzero((mask >> np.arange(channels)) & 1)
        if 1 << len(held) <= _SUBSETS:
            out[row, held] = _exact(game, held)
        else:
            out[row, held], variance = _sampled(game, held, rng)
            spread[held] += weight[row] ** 2 * variance
    return Values(out, float(np.sqrt(spread.max())))


def _channels(game: Floats) -> int:
    return int(game.shape[-1]).bit_length() - 1


def _masks(held: Ints, chosen: Flags) -> Ints:
    out: Ints = (chosen.astype(np.int64) << held).sum(axis=-1)
    return out


def _exact(game: Callable[[Ints], Floats], held: Ints) -> Floats:
    inner = bits(np.arange(1 << len(held)), len(held)) > 0
    out: Floats = of_all_sets(game(_masks(held, inner)))[-1]
    return out


def _sampled(game: Callable[[Ints], Floats], held: Ints, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Mean and its variance over orders in which channels join; each order is also walked backwards (antithetic)."""
    pairs = 200
    orders = np.argsort(rng.random((pairs, len(held))), axis=1)
    both = np.stack([orders, orders[:, ::-1]], axis=1)
    place = np.argsort(both, axis=2)  # when each channel joins
    joined = place[:, :, None, :] < np.arange(len(held) + 1)[:, None]
    value = game(_masks(held, joined).ravel()).reshape(pairs, 2, -1)
    added = np.take_along_axis(np.diff(value, axis=2), place, axis=2).mean(axis=1)
    return added.mean(axis=0), added.var(axis=0, ddof=1) / pairs

"""Markov chains of channels, solved exactly: what fewer conversions there would be without a channel."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Transitions:
    """How often a channel followed two others.

    Attributes:
        before: the channel before, -1 at the beginning of a walk; shape (rows,).
        channel: the channel.
        after: the channel after, -1 for a conversion, -2 for an end without one.
        steps: how often.
        rewards: of the conversions that followed: their number and what they were worth, shape (rows, outcomes).
    """

    before: Ints
    channel: Ints
    after: Ints
    steps: Floats
    rewards: Floats


def removal_effects(known: Transitions, channels: int, order: int) -> Floats:
    """The share of the outcome that is lost where every walk ends in front of a channel (Anderl et al. 2016).

    The chain of order 1 knows the last channel, that of order 2 the last two. What is expected from the start is solved
    exactly, once for all channels: without the states of a channel the inverse of the rest is
    M_ff - M_fk M_kk⁻¹ M_kf, where M is the inverse of the whole.

    Args:
        known: counted steps.
        channels: number of channels.
        order: 1 or 2.

    Returns:
        Shape (channels, outcomes); 0 where there is no outcome at all.

    >>> one = Transitions(*np.array([[-1, 0, 1], [-1, 0, -2], [0, 1, -1]]).T, np.array([1.0, 1, 1]), np.array([[0.0], [0], [1]]))
    >>> removal_effects(one, 2, 1).tolist()
    [[1.0], [1.0]]
    """
    states, here = np.unique(_code(known.before, known.channel, channels, order), return_inverse=True)
    last, begins, goes_on = states % channels, known.before < 0, known.after >= 0
    following = _code(known.channel, known.after, channels, order)[goes_on]
    number = len(states)
    visits = _sums(here, known.steps, number)
    flow = np.zeros((number, number))
    np.add.at(flow, (here[goes_on], np.searchsorted(states, following)), known.steps[goes_on])
    reward = np.stack([_sums(here, column, number) for column in known.rewards.T], axis=1) / visits[:, None]
    start = _sums(here[begins], known.steps[begins], number)
    inverse = np.asarray(np.linalg.inv(np.eye(number) - flow / visits[:, None]), np.float64)
    whole = start @ inverse @ reward
    without = np.stack([_without(inverse, start, reward, last == channel) for channel in range(channels)])
    lost = whole - without
    effects: Floats = np.divide(lost, whole, out=np.zeros_like(lost), where=whole != 0)
    return effects


def _sums(place: NDArray[np.intp], values: Floats, number: int) -> Floats:
    return np.bincount(place, values, number).astype(np.float64)


def _code(before: Ints, channel: Ints, channels: int, order: int) -> Ints:
    """One number a state, from which the last channel can be told."""
    return (before + 1) * channels + channel if order > 1 else channel


def _without(inverse: Floats, start: Floats, reward: Floats, removed: NDArray[np.bool_]) -> Floats:
    """What is expected from the start where walks end in front of some states."""
    kept = ~removed
    reached = start[kept] @ inverse[kept]
    block = inverse[np.ix_(removed, removed)]
    back = np.linalg.solve(block.T, reached[removed]) if removed.any() else np.zeros(0)
    visited = reached[kept] - back @ inverse[np.ix_(removed, kept)]
    expected: Floats = visited @ reward[kept]
    return expected

"""The funnel as two loops over the rows of each person, compiled: the definition of the `.sql` files beside it.

A row is one whole number: time in microseconds · 4096 + step · 256 + source. Sorted, the rows of a person stand in the
order of time, and of the steps where times are equal.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Small = NDArray[np.int32]
NEVER = np.int64(-(1 << 62))
FAR = np.int64(1 << 62)
_INSERTED = 48


@njit(cache=True, nogil=True)
def count_rows(person: Small, counts: Ints) -> None:
    """Add the rows of a batch to each person's."""
    for i in range(len(person)):
        counts[person[i]] += 1


@njit(cache=True, nogil=True)
def scatter(person: Small, keys: Ints, at: Ints, out: Ints) -> None:
    """Put the rows of a batch where each person's are kept; `at` says where the next one goes."""
    for i in range(len(person)):
        p = person[i]
        out[at[p]] = keys[i]
        at[p] += 1


@njit(cache=True, nogil=True)
def sort_each(keys: Ints, ends: Ints) -> None:
    """Sort the rows of each person; logs are nearly in order, so that a few moves do."""
    begin = 0
    for p in range(len(ends)):
        end = ends[p]
        if end - begin <= _INSERTED:
            for i in range(begin + 1, end):
                key = keys[i]
                j = i - 1
                while j >= begin and keys[j] > key:
                    keys[j + 1] = keys[j]
                    j -= 1
                keys[j + 1] = key
        else:
            in_order = True
            for i in range(begin + 1, end):
                if keys[i] < keys[i - 1]:
                    in_order = False
                    break
            if not in_order:
                keys[begin:end] = np.sort(keys[begin:end])
        begin = end


@njit(cache=True, nogil=True)
def deepest(
    keys: Ints,
    ends: Ints,
    gaps: Ints,
    window: int,
    span: tuple[int, int],
    first_only: bool,
    depth: NDArray[np.int8],
    source: NDArray[np.int16],
    moments: Ints,
) -> None:
    """The attempt of each person that counts: the deepest step, from the latest start, and the first moment of each step.

    `span` is the first time at which a start counts, and the first at which none does any more. `depth` is −1 for who has none.
    """
    steps = len(gaps)
    start = np.empty(steps, np.int64)  # latest start of the rows of a step so far
    raised = np.empty(steps, np.int64)  # when that was, and what it was before that time
    before = np.empty(steps, np.int64)
    begin = 0
    for p in range(len(ends)):
        end = ends[p]
        start[:], raised[:], before[:] = NEVER, NEVER, NEVER
        deep, entered, has_started = -1, NEVER, False
        for i in range(begin, end):
            at, k = keys[i] >> 12, (keys[i] >> 8) & 15
            if k == 0:
                if at < span[0] or at >= span[1] or (first_only and has_started):
                    continue
                has_started = True
                at_start = at
            else:
                at_start = before[k - 1] if gaps[k] == 1 and raised[k - 1] == at else start[k - 1]
                if at_start == NEVER or at - at_start > window:
                    continue
            if raised[k] != at:
                raised[k], before[k] = at, start[k]
            start[k] = max(start[k], at_start)
            if k > deep or (k == deep and at_start > entered):
                deep, entered = k, at_start
        depth[p] = deep
        if deep >= 0:
            _walk(keys, begin, end, gaps, deep, entered, source, moments, p)
        begin = end


@njit(cache=True, nogil=True)
def _walk(
    keys: Ints,
    begin: int,
    end: int,
    gaps: Ints,
    deep: int,
    entered: int,
    source: NDArray[np.int16],
    moments: Ints,
    p: int,
) -> None:
    """From a start to the first row of each next step."""
    wanted, reached = 0, entered
    for i in range(begin, end):
        at, k = keys[i] >> 12, (keys[i] >> 8) & 15
        if k != wanted or at < reached + (gaps[k] if k > 0 else 0):
            continue
        if k == 0:
            source[p] = keys[i] & 255
        moments[p, k] = reached = at
        wanted += 1
        if wanted > deep:
            return


@njit(cache=True, nogil=True)
def by_day(
    keys: Ints,
    ends: Ints,
    gaps: Ints,
    window: int,
    since: int,
    first_only: bool,
    days: Ints,
    entrants: Ints,
    converted: Ints,
) -> None:
    """People who start on each day, and those whom a start of that day brings to the last step within the window.

    `days` are the moments at which days begin, and the one at which the last one ends.
    """
    steps = len(gaps)
    finish = np.empty(steps, np.int64)  # earliest last step from the rows of a step so far, going back in time
    lowered = np.empty(steps, np.int64)
    before = np.empty(steps, np.int64)
    begin = 0
    for p in range(len(ends)):
        end = ends[p]
        finish[:], lowered[:], before[:] = FAR, FAR, FAR
        first = FAR
        for i in range(begin, end):
            if (keys[i] >> 8) & 15 == 0 and keys[i] >> 12 >= since:
                first = keys[i] >> 12
                break
        if first == FAR:
            begin = end
            continue
        today, is_done = len(days), False
        for i in range(end - 1, begin - 1, -1):
            at, k = keys[i] >> 12, (keys[i] >> 8) & 15
            done = at
            if k < steps - 1:
                done = before[k + 1] if gaps[k + 1] == 1 and lowered[k + 1] == at else finish[k + 1]
            if k == 0 and at >= days[0] and at < days[-1] and (at == first if first_only else at >= first):
                day = np.searchsorted(days, at, side="right") - 1
                if day != today:
                    today, is_done = day, False
                    entrants[day] += 1
                if not is_done and done != FAR and done - at <= window:
                    is_done = True
                    converted[day] += 1
            if lowered[k] != at:
                lowered[k], before[k] = at, finish[k]
            finish[k] = min(finish[k], done)
        begin = end


@njit(cache=True, nogil=True)
def count_steps(keys: Ints, rows: Ints) -> None:
    """Count the rows of each step."""
    for i in range(len(keys)):
        rows[(keys[i] >> 8) & 15] += 1

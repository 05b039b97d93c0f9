"""Walks over the trees of spans, compiled: each span is met once, however deep a trace is.

Children of a span are given from the one that ends last to the one that ends first. Going back from the end of a span, the time until the
last end is its own, then the child's; from the beginning of that child on the next one is looked for. A child that began earlier and
ends within what has been told counts up to there, so that every moment belongs to one span.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Ints = NDArray[np.int64]


@njit(cache=True, nogil=True)
def cut_circles(parent: Ints, started: Ints) -> int:
    """Make the earliest span of each circle a root; `parent` is changed. Return how many circles there were."""
    seen, circles = np.zeros(len(parent), np.int64), 0
    for i in range(len(parent)):
        at = i
        while at >= 0 and seen[at] == 0:
            seen[at] = i + 1
            at = parent[at]
        if at < 0 or seen[at] != i + 1:
            continue
        first, other = at, parent[at]
        while other != at:
            if started[other] < started[first]:
                first = other
            other = parent[other]
        parent[first] = -1
        circles += 1
    return circles


@njit(cache=True, nogil=True)
def own_times(started: Ints, ended: Ints, first: Ints, child: Ints) -> tuple[Ints, int, int]:
    """Time of each span in which none of its children ran; children that reach beyond it, and that lie outside."""
    own, beyond, outside = np.zeros(len(started), np.int64), 0, 0
    for i in range(len(started)):
        cursor, uncovered = ended[i], 0
        for k in range(first[i], first[i + 1]):
            c = child[k]
            if ended[c] > ended[i] or started[c] < started[i]:
                beyond += 1
            low, high = max(started[c], started[i]), min(ended[c], cursor)
            if min(ended[c], ended[i]) < low:
                outside += 1
            if high > low:
                uncovered += cursor - high
                cursor = low
        own[i] = uncovered + cursor - started[i]
    return own, beyond, outside


@njit(cache=True, nogil=True)
def critical_path(roots: Ints, started: Ints, ended: Ints, first: Ints, child: Ints) -> Ints:
    """Time of each span on the path that decides how long its trace takes; it adds up to the length of the root."""
    path, n = np.zeros(len(started), np.int64), len(started)
    node, low, high = np.empty(n, np.int64), np.empty(n, np.int64), np.empty(n, np.int64)
    for root in roots:
        node[0], low[0], high[0] = root, started[root], ended[root]
        waiting = 1
        while waiting > 0:
            waiting -= 1
            i, begin, cursor = node[waiting], low[waiting], high[waiting]
            for k in range(first[i], first[i + 1]):
                c = child[k]
                c_low, c_high = max(started[c], begin), min(ended[c], cursor)
                if c_high > c_low:
                    path[i] += cursor - c_high
                    node[waiting], low[waiting], high[waiting] = c, c_low, c_high
                    waiting += 1
                    cursor = c_low
            path[i] += cursor - begin
    return path

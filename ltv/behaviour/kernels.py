"""Walks through a forest of invitations, compiled: one pass each, however deep a chain is."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


@njit(cache=True, nogil=True)
def first_rows(inviter: Ints, invitee: Ints, kind: Ints, n: int, kinds: tuple[int, int, int, int]) -> tuple[Ints, Ints]:
    """Tell rows apart as far as one row at a time can, and find the first row of each person and who invited there.

    `kinds` are the numbers of alone, again, self and unknown; an inviter of -1 is nobody, of -2 somebody unknown.
    """
    alone, again, oneself, unknown = kinds
    row, parent = np.full(n, -1, np.int64), np.full(n, -1, np.int64)
    for i in range(len(invitee)):
        up, down = inviter[i], invitee[i]
        if down < 0:
            kind[i] = unknown
            continue
        if up == down:
            kind[i] = oneself
            continue
        kind[i] = alone if up == -1 else unknown if up < 0 else again
        if row[down] < 0:
            row[down] = i
            parent[down] = max(up, -1)
    return row, parent


@njit(cache=True, nogil=True)
def first_known(ts: Ints, inviter: Ints, row: Ints) -> Ints:
    """When each person is first known: by the own row, or by the first invitation sent where there is none."""
    joined = np.full(len(row), -1, np.int64)
    for i in range(len(ts)):
        up = inviter[i]
        if up >= 0 and joined[up] < 0 and row[up] < 0:
            joined[up] = ts[i]
    for i in range(len(row)):
        if row[i] >= 0:
            joined[i] = ts[row[i]]
    return joined


@njit(cache=True, nogil=True)
def tally(rows: Ints, cell: Ints, inviter: Ints, cells: int, people: int) -> tuple[Ints, Ints]:
    """Different inviters and invitees of each cell, of rows in the order of cells or not."""
    inviters, invitees = np.zeros(cells, np.int64), np.zeros(cells, np.int64)
    seen = np.zeros((cells, people), np.bool_)
    for k in range(len(rows)):
        at, up = cell[k], inviter[rows[k]]
        invitees[at] += 1
        if not seen[at, up]:
            seen[at, up] = True
            inviters[at] += 1
    return inviters, invitees


@njit(cache=True, nogil=True)
def cut_cycles(parent: Ints, row: Ints) -> Flags:
    """Cut the latest invitation of every circle; `parent` is changed, the invitees cut from their inviter are returned."""
    n = len(parent)
    cut = np.zeros(n, np.bool_)
    seen = np.zeros(n, np.int64)
    for start in range(n):
        at = start
        while at >= 0 and seen[at] == 0:
            seen[at] = start + 1
            at = parent[at]
        if at >= 0 and seen[at] == start + 1:
            latest = at
            step = parent[at]
            while step != at:
                if row[step] > row[latest]:
                    latest = step
                step = parent[step]
            parent[latest] = -1
            cut[latest] = True
    return cut


@njit(cache=True, nogil=True)
def depths(parent: Ints) -> Ints:
    """How many invitations lead to each person; 0 for those whom nobody invited."""
    n = len(parent)
    depth = np.full(n, -1, np.int64)
    for start in range(n):
        at, steps = start, 0
        while at >= 0 and depth[at] < 0:
            steps += 1
            at = parent[at]
        deepest = steps - 1 if at < 0 else depth[at] + steps
        at = start
        while at >= 0 and depth[at] < 0:
            depth[at] = deepest
            deepest -= 1
            at = parent[at]
    return depth


@njit(cache=True, nogil=True)
def by_depth(depth: Ints) -> Ints:
    """People in the order of their depth, so that an inviter comes before whom they invited."""
    n = len(depth)
    begin = np.zeros(depth.max() + 2 if n else 1, np.int64)
    for i in range(n):
        begin[depth[i] + 1] += 1
    for k in range(1, len(begin)):
        begin[k] += begin[k - 1]
    order = np.empty(n, np.int64)
    for i in range(n):
        order[begin[depth[i]]] = i
        begin[depth[i]] += 1
    return order


@njit(cache=True, nogil=True)
def places(parent: Ints, order: Ints) -> tuple[Ints, Ints]:
    """Place of each person in a walk through the trees, and people below: `v` is below `u` when place[u] < place[v] <= place[u] + below[u]."""
    n = len(parent)
    below = np.zeros(n, np.int64)
    for k in range(n - 1, -1, -1):
        i = order[k]
        if parent[i] >= 0:
            below[parent[i]] += below[i] + 1
    place, free = np.zeros(n, np.int64), np.zeros(n, np.int64)
    roots = 0
    for i in order:
        if parent[i] < 0:
            place[i] = roots
            roots += below[i] + 1
        else:
            place[i] = free[parent[i]]
            free[parent[i]] += below[i] + 1
        free[i] = place[i] + 1
    return place, below


@njit(cache=True, nogil=True)
def heads(parent: Ints, order: Ints, joins: Flags) -> Ints:
    """The topmost person whom each one is connected with by links that join."""
    head = np.arange(len(parent))
    for i in order:
        if joins[i] and parent[i] >= 0:
            head[i] = head[parent[i]]
    return head

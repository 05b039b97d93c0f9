"""Loops over many millions of identifiers, compiled; most take what `coding` keeps, one array each."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ltv.identity.evidence import Ints

Bytes = NDArray[np.uint8]
Hashes = NDArray[np.uint64]
Slots = NDArray[np.int32]


@njit(cache=True, nogil=True)
def _mixed(h: np.uint64) -> np.uint64:
    """The finalizer of MurmurHash3 (fmix64; A. Appleby)."""
    h ^= h >> np.uint64(33)
    h *= np.uint64(0xFF51AFD7ED558CCD)
    h ^= h >> np.uint64(33)
    h *= np.uint64(0xC4CEB9FE1A85EC53)
    return h ^ (h >> np.uint64(33))


@njit(cache=True, nogil=True)
def hash_texts(data: Bytes, starts: Ints, kind: Bytes, asked: Ints, hashes: Hashes) -> None:
    """Hash kind and text of each row that is asked for."""
    for i in range(len(asked)):
        row = asked[i]
        at, end = starts[row], starts[row + 1]
        h = _mixed(np.uint64(kind[row]) ^ (np.uint64(end - at) << np.uint64(8)))
        while at < end:
            word = np.uint64(0)
            for k in range(min(8, end - at)):
                word |= np.uint64(data[at + k]) << np.uint64(8 * k)
            h = _mixed(h ^ word) + np.uint64(0x9E3779B97F4A7C15)
            at += 8
        hashes[i] = h


@njit(cache=True, nogil=True)
def fill_slots(slots: Slots, hashes: Hashes, n: int) -> None:
    """Give all that is stored a slot, after the table of slots has grown."""
    mask = np.uint64(len(slots) - 1)
    for code in range(n):
        slot = hashes[code] & mask
        while slots[slot] >= 0:
            slot = (slot + np.uint64(1)) & mask
        slots[slot] = code


@njit(cache=True, nogil=True)
def look_up(new: Hashes, slots: Slots, hashes: Hashes, n: int, found: Slots, again: Slots) -> tuple[int, int]:
    """Find each by its hash alone; one of a hash that there is not yet is a new one.

    Returns how many there are now, and how many were there: `again` tells which.
    """
    mask = np.uint64(len(slots) - 1)
    m = 0
    for i in range(len(new)):
        h = new[i]
        slot = h & mask
        code = slots[slot]
        while code >= 0 and hashes[code] != h:
            slot = (slot + np.uint64(1)) & mask
            code = slots[slot]
        if code < 0:
            code = slots[slot] = n
            hashes[n] = h
            n += 1
        else:
            again[m] = i
            m += 1
        found[i] = code
    return n, m


@njit(cache=True, nogil=True)
def store(
    data: Bytes,
    starts: Ints,
    kind: Bytes,
    asked: Ints,
    kept_kind: Bytes,
    kept_starts: Ints,
    kept: Bytes,
    n: int,
    found: Slots,
) -> int:
    """Keep kind and text of those that are new, which have the numbers from n on in their order."""
    used = kept_starts[n]
    for i in range(len(asked)):
        if found[i] == n:
            row = asked[i]
            at = starts[row]
            size = starts[row + 1] - at
            for k in range(size):
                kept[used + k] = data[at + k]
            used += size
            kept_kind[n], kept_starts[n + 1] = kind[row], used
            n += 1
    return n


@njit(cache=True, nogil=True)
def _is_same(
    data: Bytes, starts: Ints, kind: Bytes, row: int, kept_kind: Bytes, kept_starts: Ints, kept: Bytes, code: int
) -> bool:
    at, there = starts[row], kept_starts[code]
    size = starts[row + 1] - at
    if kept_starts[code + 1] - there != size or kept_kind[code] != kind[row]:
        return False
    for k in range(size):
        if data[at + k] != kept[there + k]:
            return False
    return True


@njit(cache=True, nogil=True)
def differing(
    data: Bytes,
    starts: Ints,
    kind: Bytes,
    asked: Ints,
    kept_kind: Bytes,
    kept_starts: Ints,
    kept: Bytes,
    found: Slots,
    again: Slots,
) -> Slots:
    """Which of some are not what was found: a pass of its own, whose comparisons do not wait for one another."""
    wrong = np.zeros(len(again), np.bool_)
    for k in range(len(again)):
        i = again[k]
        wrong[k] = not _is_same(data, starts, kind, asked[i], kept_kind, kept_starts, kept, found[i])
    return again[np.flatnonzero(wrong)]


@njit(cache=True, nogil=True)
def look_up_again(
    wrong: Slots,
    data: Bytes,
    starts: Ints,
    kind: Bytes,
    asked: Ints,
    new: Hashes,
    slots: Slots,
    hashes: Hashes,
    kept_kind: Bytes,
    kept_starts: Ints,
    kept: Bytes,
    n: int,
    found: Slots,
) -> int:
    """Find those among others of the same hash by their text."""
    mask = np.uint64(len(slots) - 1)
    for i in wrong:
        h = new[i]
        slot = h & mask
        code = slots[slot]
        while code >= 0 and not (
            hashes[code] == h and _is_same(data, starts, kind, asked[i], kept_kind, kept_starts, kept, code)
        ):
            slot = (slot + np.uint64(1)) & mask
            code = slots[slot]
        found[i] = code
        if code < 0:
            found[i] = slots[slot] = n
            hashes[n] = h
            one = np.full(1, i)
            n = store(data, starts, kind, asked[one], kept_kind, kept_starts, kept, n, found[one])
    return n


@njit(cache=True, nogil=True)
def unite(one: Ints, other: Ints, root: Ints) -> None:
    """Connected components by union-find with path halving; `root` ends as the smallest number of each component."""
    for i in range(len(one)):
        a, b = one[i], other[i]
        while root[a] != a:
            root[a] = root[root[a]]
            a = root[a]
        while root[b] != b:
            root[b] = root[root[b]]
            b = root[b]
        if a < b:
            root[b] = a
        elif b < a:
            root[a] = b
    for node in range(len(root)):
        root[node] = root[root[node]]  # smaller numbers are done already


@njit(cache=True, nogil=True)
def earliest(code: Slots, moment: Ints, first: Ints) -> None:
    """Keep the first moment of each number."""
    for i in range(len(code)):
        if code[i] >= 0 and moment[i] < first[code[i]]:
            first[code[i]] = moment[i]

"""The loops of the dictionary of identifiers, compiled; their arguments are what `coding` keeps, one array each."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ltv.identity.evidence import Flags, Ints

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
def _store(
    data: Bytes,
    starts: Ints,
    kind: Bytes,
    row: int,
    h: np.uint64,
    hashes: Hashes,
    kept_kind: Bytes,
    kept_starts: Ints,
    kept: Bytes,
    n: int,
) -> None:
    at, used = starts[row], kept_starts[n]
    size = starts[row + 1] - at
    for k in range(size):
        kept[used + k] = data[at + k]
    hashes[n], kept_kind[n], kept_starts[n + 1] = h, kind[row], used + size


@njit(cache=True, nogil=True)
def look_up(
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
    """Find each by its hash alone, and store what has none of its hash."""
    mask = np.uint64(len(slots) - 1)
    for i in range(len(asked)):
        h = new[i]
        slot = h & mask
        code = slots[slot]
        while code >= 0 and hashes[code] != h:
            slot = (slot + np.uint64(1)) & mask
            code = slots[slot]
        if code < 0:
            code = slots[slot] = n
            _store(data, starts, kind, asked[i], h, hashes, kept_kind, kept_starts, kept, n)
            n += 1
        found[i] = code
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
def differs(
    data: Bytes, starts: Ints, kind: Bytes, asked: Ints, kept_kind: Bytes, kept_starts: Ints, kept: Bytes, found: Slots
) -> Flags:
    """Which are not what was found: a pass of its own, whose comparisons do not wait for one another."""
    wrong = np.zeros(len(asked), np.bool_)
    for i in range(len(asked)):
        wrong[i] = not _is_same(data, starts, kind, asked[i], kept_kind, kept_starts, kept, found[i])
    return wrong


@njit(cache=True, nogil=True)
def look_up_again(
    wrong: Ints,
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
        if code < 0:
            code = slots[slot] = n
            _store(data, starts, kind, asked[i], h, hashes, kept_kind, kept_starts, kept, n)
            n += 1
        found[i] = code
    return n

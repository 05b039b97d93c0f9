"""Loops over millions of ids, compiled: the definition of `hashing`, a column of texts at a time."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Ints = NDArray[np.int64]
Buckets = NDArray[np.int32]


@njit(cache=True, nogil=True)
def _mixed(h: np.uint64) -> np.uint64:
    h ^= h >> np.uint64(33)
    h *= np.uint64(0xFF51AFD7ED558CCD)
    h ^= h >> np.uint64(33)
    h *= np.uint64(0xC4CEB9FE1A85EC53)
    return h ^ (h >> np.uint64(33))


@njit(cache=True, nogil=True)
def hash_into_buckets(data: Bytes, starts: Ints, begun: np.uint64, of: np.uint64, out: Buckets) -> None:
    """Bucket of each text; `begun` is the hash of what stands before every one of them."""
    for i in range(len(out)):
        h = begun
        for at in range(starts[i], starts[i + 1]):
            h = (h ^ np.uint64(data[at])) * np.uint64(0x100000001B3)
        out[i] = _mixed(h) % of

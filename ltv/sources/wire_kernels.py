"""The wire format of protocol buffers, compiled: the fields of many messages at once.

https://protobuf.dev/programming-guides/encoding/
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

VARINT, FIXED64, LENGTH, FIXED32 = 0, 1, 2, 5
_MOST_SHIFT = 63  # a varint has at most ten bytes


@njit(cache=True, nogil=True)
def _varint(data: Bytes, at: int, end: int) -> tuple[np.uint64, int]:
    """The number that begins at a place, and the place after it; -1 where it does not end."""
    value, shift = np.uint64(0), 0
    while at < end and shift <= _MOST_SHIFT:
        byte = data[at]
        value |= np.uint64(byte & 0x7F) << np.uint64(shift)
        at += 1
        if byte < 0x80:  # noqa: PLR2004
            return value, at
        shift += 7
    return value, -1


@njit(cache=True, nogil=True)
def _fixed(data: Bytes, at: int, n: int) -> np.uint64:
    value = np.uint64(0)
    for k in range(n):
        value |= np.uint64(data[at + k]) << np.uint64(8 * k)
    return value


@njit(cache=True, nogil=True)
def _field(data: Bytes, at: int, end: int) -> tuple[Any, Any, Any, Any, Any, Any]:
    """One field: its number, its wire type, its value, where its bytes begin and end, and where the next one begins (-1: broken)."""
    key, at = _varint(data, at, end)
    if at < 0:
        return 0, 0, key, 0, 0, -1
    number, wire, value = np.int64(key >> np.uint64(3)), np.int64(key & np.uint64(7)), np.uint64(0)
    begin = at
    if wire == VARINT:
        value, at = _varint(data, at, end)
        return number, wire, value, begin, at, at
    if wire == LENGTH:
        value, begin = _varint(data, at, end)
        after = -1 if begin < 0 or value > np.uint64(end - begin) else begin + np.int64(value)
        return number, wire, value, begin, after, after
    width = 8 if wire == FIXED64 else 4 if wire == FIXED32 else -1
    if number == 0 or width < 0 or at + width > end:
        return number, wire, value, begin, begin, -1
    return number, wire, _fixed(data, at, width), begin, at + width, at + width


@njit(cache=True, nogil=True)
def count_fields(data: Bytes, starts: Ints, ends: Ints, broken: Flags) -> int:
    """Count the fields of messages that lie between these places; mark those that break off."""
    total = 0
    for m in range(len(starts)):
        at = starts[m]
        while 0 <= at < ends[m]:
            at = _field(data, at, ends[m])[5]
            if at < 0:
                broken[m] = True
            else:
                total += 1
    return total


@njit(cache=True, nogil=True)
def fill_fields(data: Bytes, starts: Ints, ends: Ints, out: Ints) -> None:
    """Write message, number, wire type, value (its 64 bits), begin and end of every whole field; `out` has the shape (6, fields)."""
    k = 0
    for m in range(len(starts)):
        at = starts[m]
        while 0 <= at < ends[m]:
            number, wire, value, begin, after, at = _field(data, at, ends[m])
            if at >= 0:
                out[0, k], out[1, k], out[2, k] = m, number, wire
                out[3, k], out[4, k], out[5, k] = np.int64(value), begin, after
                k += 1

"""Objects of JSON written from columns, compiled: the attributes of a million spans without a dictionary for each."""

from __future__ import annotations

import numpy as np
from numba import njit

from ltv.sources.wire_kernels import Bytes, Flags, Ints

_QUOTE, _BACKSLASH, _COMMA, _OPEN, _CLOSE = 34, 92, 44, 123, 125
_CONTROL, _ASCII = 0x20, 0x80
_ZERO, _NINE, _MINUS = 48, 57, 45
_MOST_DIGITS = 18


@njit(cache=True, nogil=True)
def is_plain(data: Bytes, start: Ints, end: Ints) -> Flags:
    """Whether a text is the same in JSON: ASCII without anything to be escaped."""
    out = np.ones(len(start), np.bool_)
    for k in range(len(start)):
        for at in range(start[k], end[k]):
            byte = data[at]
            if byte < _CONTROL or byte >= _ASCII or byte in (_QUOTE, _BACKSLASH):
                out[k] = False
                break
    return out


@njit(cache=True, nogil=True)
def is_whole(data: Bytes, start: Ints, end: Ints) -> Flags:
    """Whether a text is a whole number as JSON writes it, of at most 18 digits."""
    out = np.zeros(len(start), np.bool_)
    for k in range(len(start)):
        at = start[k] + (end[k] > start[k] and data[start[k]] == _MINUS)
        n = end[k] - at
        if n < 1 or n > _MOST_DIGITS or (data[at] == _ZERO and end[k] - start[k] > 1):
            continue
        good = True
        for place in range(at, end[k]):
            good = good and _ZERO <= data[place] <= _NINE
        out[k] = good
    return out


@njit(cache=True, nogil=True)
def joined(data: Bytes, start: Ints, end: Ints, place: Ints) -> Bytes:
    """Pieces of bytes one after the other; `place` is filled with where each begins."""
    at = 0
    for k in range(len(start)):
        place[k] = at
        at += end[k] - start[k]
    place[len(start)] = at
    out = np.empty(at, np.uint8)
    for k in range(len(start)):
        out[place[k] : place[k + 1]] = data[start[k] : end[k]]
    return out


@njit(cache=True, nogil=True)
def _put(out: Bytes, at: int, data: Bytes, start: int, end: int, mark: int) -> int:  # noqa: PLR0917
    """Write a piece, between marks where there is one; return the place after it."""
    width = 1 if mark else 0
    if mark:
        out[at], out[at + 1 + end - start] = mark, mark
    out[at + width : at + width + end - start] = data[start:end]
    return at + 2 * width + end - start


@njit(cache=True, nogil=True)
def write_objects(  # noqa: PLR0917  columns of pairs
    first: Ints, group: Ints, shared: Ints, key: Ints, start: Ints, end: Ints, is_text: Flags, data: Bytes, names: Bytes, name_at: Ints,
    out: Bytes, place: Ints,
) -> None:  # fmt: skip
    """Write an object for each span: what its group shares, then its own pairs; of a key that comes again the last value, at the first place.

    Pairs of a span stand from `first[i]` on, those of its group from `shared[group[i]]` on; names are keys as JSON with their colon.
    """
    n_names = len(name_at) - 1
    last, met, done = np.zeros(n_names, np.int64), np.zeros(n_names, np.int64), np.zeros(n_names, np.int64)
    at = 0
    for i in range(len(group)):
        place[i] = at
        out[at] = _OPEN
        at += 1
        begin = at
        for p in range(first[i], first[i + 1]):
            last[key[p]], met[key[p]] = p, i + 1
        low, high = shared[group[i]], shared[group[i] + 1]
        for k in range(high - low + first[i + 1] - first[i]):
            p = low + k if k < high - low else first[i] + k - (high - low)
            name = key[p]
            if done[name] == i + 1:
                continue
            done[name] = i + 1
            told = last[name] if met[name] == i + 1 else p
            if at > begin:
                out[at] = _COMMA
                at += 1
            at = _put(out, at, names, name_at[name], name_at[name + 1], 0)
            at = _put(out, at, data, start[told], end[told], _QUOTE if is_text[told] else 0)
        out[at] = _CLOSE
        at += 1
    place[len(group)] = at


@njit(cache=True, nogil=True)
def hex_of(data: Bytes, start: Ints, end: Ints, out: Bytes, good: Flags) -> None:
    """Identifiers as hexadecimal text, one after the other; one of another length is all zeros and not good.

    `out` has the shape (identifiers, digits).
    """
    digits = out.shape[1]
    for k in range(len(start)):
        if end[k] - start[k] != digits // 2:
            out[k, :] = _ZERO
            continue
        any_ = False
        for j in range(digits // 2):
            byte = data[start[k] + j]
            any_ = any_ or byte != 0
            high, low = byte >> 4, byte & 15
            out[k, 2 * j] = high + (_ZERO if high < 10 else 87)  # noqa: PLR2004  a is 97
            out[k, 2 * j + 1] = low + (_ZERO if low < 10 else 87)  # noqa: PLR2004
        good[k] = any_


@njit(cache=True, nogil=True)
def hex_text(data: Bytes, start: Ints, end: Ints, out: Bytes, good: Flags) -> None:
    """As `hex_of`, of identifiers that are hexadecimal text already, in either case."""
    digits = out.shape[1]
    for k in range(len(start)):
        right, any_ = end[k] - start[k] == digits, False
        for j in range(digits if right else 0):
            byte = data[start[k] + j]
            if 65 <= byte <= 70:  # noqa: PLR2004  A to F
                byte += 32
            right = right and (_ZERO <= byte <= _NINE or 97 <= byte <= 102)  # noqa: PLR2004  a to f
            any_ = any_ or byte != _ZERO
            out[k, j] = byte
        if not right:
            out[k, :] = _ZERO
        good[k] = right and any_


@njit(cache=True, nogil=True)
def is_nothing(data: Bytes, start: Ints, end: Ints, zero: int) -> Flags:
    """Whether an identifier is empty or nothing but zeros."""
    out = np.ones(len(start), np.bool_)
    for k in range(len(start)):
        for at in range(start[k], end[k]):
            out[k] = out[k] and data[at] == zero
    return out


@njit(cache=True, nogil=True)
def naturals(data: Bytes, start: Ints, end: Ints, good: Flags) -> Ints:
    """Numbers under 2^63 from their digits; `good` is filled with which are one."""
    out = np.zeros(len(start), np.int64)
    for k in range(len(start)):
        n = end[k] - start[k]
        good[k] = 1 <= n <= _MOST_DIGITS + 1
        value = np.uint64(0)
        for at in range(start[k], end[k] if good[k] else start[k]):
            good[k] = good[k] and _ZERO <= data[at] <= _NINE
            value = value * np.uint64(10) + np.uint64(data[at] - _ZERO)
        good[k] = good[k] and value < np.uint64(1 << 63)
        out[k] = np.int64(value) if good[k] else 0
    return out

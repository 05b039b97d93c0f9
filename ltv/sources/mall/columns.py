"""Arrow columns made from numbers without a Python object per row."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ltv.sources.mall import assumptions as a

MONEY = pa.decimal128(12, 2)
# Naive moments would be read as local time of the workspace: these say that they are UTC.
MOMENT = pa.timestamp("us", tz="UTC")
_MASK = np.uint64(0xFFFFFFFFFFFFFFFF)


def chosen(words: Sequence[str], index: a.Ints) -> pa.Array:
    """Return one of some words for each index, null where it is negative.

    >>> chosen(["a", "b"], np.array([1, -1])).to_pylist()
    ['b', None]
    """
    return pa.array(words, pa.string()).take(pa.array(index, mask=index < 0))


def numbered(prefix: str, number: a.Ints, *, width: int) -> pa.Array:
    """Return identifiers of a fixed width: a prefix and a number with leading zeros.

    >>> numbered("e", np.array([7, 42]), width=4).to_pylist()
    ['e0007', 'e0042']
    """
    powers = 10 ** np.arange(width - 1, -1, -1, dtype=np.int64)
    digits = (number[:, None] // powers % 10 + ord("0")).astype(np.uint8)
    return _fixed_width(prefix, digits)


def scrambled(prefix: str, number: a.Ints, *, seed: int, tail: str = "") -> pa.Array:
    """Return identifiers that tell nothing: a prefix and 16 hexadecimal digits, different for different numbers."""
    code = _splitmix64(number.astype(np.uint64) + _splitmix64(np.array([seed & int(_MASK)], np.uint64)))
    nibbles = (code[:, None] >> np.arange(60, -4, -4, dtype=np.uint64)) & np.uint64(15)
    return _fixed_width(prefix, np.frombuffer(b"0123456789abcdef", np.uint8)[nibbles], tail)


def _splitmix64(x: np.ndarray[tuple[int], np.dtype[np.uint64]]) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    # Steele, Lea, Flood 2014: one-to-one on 64 bits, so no two numbers share a code.
    x = x + np.uint64(0x9E3779B97F4A7C15)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


def _fixed_width(prefix: str, digits: np.ndarray[tuple[int, int], np.dtype[np.uint8]], tail: str = "") -> pa.Array:
    n, ends = len(digits), [np.frombuffer(part.encode("ascii"), np.uint8) for part in (prefix, tail)]
    head, foot = (np.broadcast_to(end, (n, len(end))) for end in ends)
    text = np.concatenate([head, digits, foot], axis=1)
    offsets = np.arange(n + 1, dtype=np.int32) * text.shape[1]
    return pa.StringArray.from_buffers(n, pa.py_buffer(offsets), pa.py_buffer(np.ascontiguousarray(text)))


def money(fen: a.Ints) -> pa.Array:
    """Return exact decimals with two places.

    >>> money(np.array([1, -250])).to_pylist()
    [Decimal('0.01'), Decimal('-2.50')]
    """
    words = np.stack([fen, fen >> 63], axis=1)  # 128 bits, little endian, sign extended
    return pa.Array.from_buffers(MONEY, len(fen), [None, pa.py_buffer(np.ascontiguousarray(words))])


def moments(utc_us: a.Ints) -> pa.Array:
    """Return UTC timestamps."""
    return pa.array(utc_us, pa.int64()).cast(MOMENT)


def only(where: a.Flags, column: pa.Array) -> pa.Array:
    """Return a column with nulls elsewhere."""
    return pc.if_else(pa.array(where), column, pa.scalar(None, column.type))

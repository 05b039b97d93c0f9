"""Protocol buffers without their library: the fields of messages as arrays, level by level.

Two formats are read with it (OTLP, pprof), a few fields of each. The library would give an object a message, and a million spans are
fourteen million messages.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ltv.sources.wire_kernels import Bytes, Flags, Ints, count_fields, fill_fields


@dataclass(frozen=True)
class Fields:
    """Fields of messages, in the order of the bytes.

    Attributes:
        raw: the bytes in which they lie.
        message: position of the message that a field is of.
        number: of the field.
        wire: its wire type.
        value: its number; of a fixed or signed one, the 64 bits.
        start: where its bytes begin.
        end: where they end.
        broken: which messages break off; their fields up to there are here.
    """

    raw: bytes
    message: Ints
    number: Ints
    wire: Ints
    value: Ints
    start: Ints
    end: Ints
    broken: Flags

    def of(self, number: int) -> Fields:
        """The fields of one number."""
        return self.where(np.flatnonzero(self.number == number))

    def where(self, chosen: Ints) -> Fields:
        """Some of the fields, by their places."""
        message, number, wire, value = self.message[chosen], self.number[chosen], self.wire[chosen], self.value[chosen]
        return Fields(self.raw, message, number, wire, value, self.start[chosen], self.end[chosen], self.broken)

    def inside(self) -> Fields:
        """The fields of these fields, each taken as a message."""
        return fields(self.raw, self.start, self.end)

    def last(self) -> Ints:
        """For each message the position of its last field here, which is the one that counts; -1 where it has none."""
        found = np.full(len(self.broken), -1, np.int64)
        found[self.message] = np.arange(len(self.message))
        return found

    def values(self, otherwise: int = 0) -> Ints:
        """For each message the value of its last field here."""
        last = self.last()
        found = np.full(len(last), otherwise, np.int64)
        found[last >= 0] = self.value[last[last >= 0]]
        return found

    def pieces(self) -> list[bytes]:
        """The bytes of each field."""
        raw = self.raw
        return [raw[a:b] for a, b in zip(self.start.tolist(), self.end.tolist(), strict=True)]

    def last_pieces(self) -> list[bytes]:
        """For each message the bytes of its last field here; nothing where it has none."""
        found = self.pieces()
        return [found[k] if k >= 0 else b"" for k in self.last().tolist()]

    def bytes_of(self, k: int) -> bytes:
        """The bytes of one field."""
        return self.raw[self.start[k] : self.end[k]]


def fields(raw: bytes, starts: Ints, ends: Ints) -> Fields:
    """Read the fields of messages.

    Args:
        raw: bytes.
        starts: where the messages begin.
        ends: where they end.

    >>> read = fields(bytes([8, 150, 1, 18, 2, 104, 105]), np.array([0]), np.array([7]))
    >>> read.number.tolist(), read.value.tolist(), read.bytes_of(1)
    ([1, 2], [150, 2], b'hi')
    """
    data: Bytes = np.frombuffer(raw, np.uint8)
    broken = np.zeros(len(starts), np.bool_)
    out = np.empty((6, count_fields(data, starts, ends, broken)), np.int64)
    fill_fields(data, starts, ends, out)
    return Fields(raw, out[0], out[1], out[2], out[3], out[4], out[5], broken)


def packed(raw: bytes) -> list[int]:
    """Numbers of a packed repeated field, signed 64 bits.

    >>> packed(bytes([3, 142, 2]))
    [3, 270]
    """
    found, value, shift = [], 0, 0
    for byte in raw:
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:  # noqa: PLR2004  the last byte of a number
            found.append(value - (1 << 64) if value >> 63 else value)
            value, shift = 0, 0
    return found

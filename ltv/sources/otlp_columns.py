"""Spans as columns: what a piece of a file holds, put into a batch without an object for each span."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ltv.sources.json_kernels import hex_of, is_nothing, is_plain, joined, write_objects
from ltv.sources.otlp_rows import SCHEMA, STATUS, Attributes, quoted
from ltv.sources.text_lines import BadLine
from ltv.sources.wire_kernels import Bytes, Flags, Ints

Hex: TypeAlias = Callable[[Bytes, Ints, Ints, Bytes, Flags], None]
_PUNCTUATION = 4  # of a pair: quotes, colon, comma


@dataclass(frozen=True)
class Texts:
    """Pieces of bytes: text k is that between `start[k]` and `end[k]`."""

    data: Bytes
    start: Ints
    end: Ints

    @staticmethod
    def of(array: pa.Array) -> Texts:
        """The texts of an array of strings or bytes; a missing one is empty."""
        data = array.buffers()[2]
        at = np.frombuffer(array.buffers()[1], np.int32)[array.offset : array.offset + len(array) + 1].astype(np.int64)
        return Texts(np.frombuffer(data, np.uint8) if data else np.zeros(0, np.uint8), at[:-1], at[1:])

    def take(self, at: Ints) -> Texts:
        """Some of them."""
        return Texts(self.data, self.start[at], self.end[at])

    def bytes_of(self, k: int) -> bytes:
        """The bytes of one."""
        return self.data[self.start[k] : self.end[k]].tobytes()

    def array(self) -> pa.Array:
        """As an array of bytes."""
        place = np.empty(len(self.start) + 1, np.int64)
        data = joined(self.data, self.start, self.end, place)
        return pa.Array.from_buffers(
            pa.binary(), len(self.start), [None, pa.py_buffer(place.astype(np.int32)), pa.py_buffer(data)]
        )


@dataclass
class Pairs:
    """Keys with their values, in the order of the spans, and after them those that groups of spans share.

    Attributes:
        keys: of the pairs of spans.
        first: where the pairs of each span begin; one more than there are spans.
    """

    keys: pa.Array
    first: Ints
    _parts: list[Bytes] = field(default_factory=list)
    _size: int = 0

    def __post_init__(self) -> None:
        n = len(self.keys)
        self._start, self._end, self._is_text = np.zeros(n, np.int64), np.zeros(n, np.int64), np.zeros(n, np.bool_)

    def put(self, at: Ints, texts: Texts, *, is_text: bool) -> None:
        """Give pairs their values: plain text, or JSON as it is to be written."""
        self._start[at], self._end[at], self._is_text[at] = texts.start + self._size, texts.end + self._size, is_text
        self._parts.append(texts.data)
        self._size += len(texts.data)

    def put_text(self, at: Ints, texts: Texts, decode: Callable[[bytes], str]) -> None:
        """Give pairs values that are text, with whatever has to be escaped."""
        plain = is_plain(texts.data, texts.start, texts.end)
        self.put(at[plain], texts.take(np.flatnonzero(plain)), is_text=True)
        if not plain.all():
            odd = np.flatnonzero(~plain)
            raw = texts.data.tobytes()
            places = zip(texts.start[odd].tolist(), texts.end[odd].tolist(), strict=True)
            self.put_json(at[odd], [quoted(decode(raw[a:b])) for a, b in places])

    def put_json(self, at: Ints, values: list[str]) -> None:
        """Give pairs values as JSON."""
        self.put(at, Texts.of(pa.array(values, pa.string())), is_text=False)

    def written(self, group: Ints, shared: list[Attributes]) -> pa.Array:
        """The attributes of each span as JSON: those its group shares, and its own, which win.

        Args:
            group: of each span.
            shared: attributes of each group, values as JSON.
        """
        coded = self.keys.dictionary_encode()
        names = {name: code for code, name in enumerate(_names(coded.dictionary))}
        own = np.array(list(map(names.get, _names(coded.dictionary))), np.int64)[
            coded.indices.to_numpy(zero_copy_only=False)
        ]
        common = [names.setdefault(name, len(names)) for told in shared for name in told]
        values = Texts.of(pa.array([v for told in shared for v in told.values()], pa.string()))
        before = len(own) + np.cumsum([0, *map(len, shared)])
        start = np.concatenate([self._start, values.start + self._size])
        end = np.concatenate([self._end, values.end + self._size])
        keys = Texts.of(pa.array([quoted(name) + ":" for name in names], pa.string()))
        code = np.concatenate([own, np.array(common, np.int64)])
        size = np.concatenate([[0], np.cumsum(end - start + (keys.end - keys.start)[code] + _PUNCTUATION)])
        most = size[len(own)] + (size[before[1:]] - size[before[:-1]])[group].sum() + 2 * len(group)
        out, place = np.empty(most, np.uint8), np.empty(len(group) + 1, np.int64)
        is_text = np.concatenate([self._is_text, np.zeros(len(common), np.bool_)])
        data = np.concatenate([*self._parts, values.data])
        name_at = np.concatenate([np.zeros(1, np.int64), keys.end])
        write_objects(self.first, group, before, code, start, end, is_text, data, keys.data, name_at, out, place)
        return pa.Array.from_buffers(
            pa.string(), len(group), [None, pa.py_buffer(place.astype(np.int32)), pa.py_buffer(out[: place[-1]])]
        )


def _names(keys: pa.Array) -> list[str]:
    return [k.decode(errors="replace") if isinstance(k, bytes) else k for k in keys.to_pylist()]


def identifiers(texts: Texts, digits: int, how: Hex = hex_of) -> tuple[pa.Array, Flags]:
    """Identifiers in lower case, and which of them are one: of the right length, hexadecimal, not all 0.

    Args:
        texts: the identifiers.
        digits: so many each has.
        how: `hex_of` where they are bytes, `hex_text` where they are digits.
    """
    out, good = np.empty((len(texts.start), digits), np.uint8), np.zeros(len(texts.start), np.bool_)
    how(texts.data, texts.start, texts.end, out, good)
    place = np.arange(len(good) + 1, dtype=np.int32) * digits
    return pa.Array.from_buffers(pa.string(), len(good), [None, pa.py_buffer(place), pa.py_buffer(out)]), good


def statuses(codes: Ints) -> pa.Array:
    """Status in words; a code that is none is the first."""
    known = np.where((codes >= 0) & (codes < len(STATUS)), codes, 0)
    return pa.DictionaryArray.from_arrays(pa.array(known, pa.int8()), pa.array(STATUS)).cast(pa.string())


@dataclass
class Part:
    """Spans of one piece of a file as a batch, and what was put aside."""

    made: pa.RecordBatch
    bad: list[BadLine] = field(default_factory=list)

    def batch(self) -> pa.RecordBatch:
        """The spans as columns."""
        return self.made


@dataclass(frozen=True)
class Moments:
    """When spans began and ended, nanoseconds since 1970; 0 is missing."""

    start: Ints
    end: Ints

    @property
    def are_times(self) -> Flags:
        """Which of them have times that can be told."""
        return np.asarray((self.start >= 0) & (self.end >= 0))

    def columns(self) -> list[pa.Array]:
        """Beginning and length in microseconds."""
        begun, over = self.start > 0, (self.start > 0) & (self.end > 0)
        return [
            pa.array(self.start // 1000, mask=~begun).cast(SCHEMA.field("started_at").type),
            pa.array((self.end - self.start) // 1000, mask=~over),
        ]


def batch_of(ids: list[pa.Array], own: list[pa.Array], times: Moments, lines: Ints, kept: Flags) -> pa.RecordBatch:
    """The spans that can be used.

    Args:
        ids: trace_id, span_id, parent_span_id.
        own: service, name, status, attributes.
        times: of them.
        lines: of each.
        kept: which can be used.
    """
    service, name, status, attributes = own
    columns = [*ids, service, name, *times.columns(), status, attributes, pa.array(lines)]
    made = pa.record_batch([c.cast(t.type) for c, t in zip(columns, SCHEMA, strict=True)], schema=SCHEMA)
    return made if kept.all() else made.filter(pa.array(kept))


def parents(texts: Texts, zero: int, how: Hex) -> tuple[pa.Array, Flags]:
    """Identifiers of parents, null where there is none; and which of them are none or one."""
    found, good = identifiers(texts, 16, how)
    none = is_nothing(texts.data, texts.start, texts.end, zero)
    return pc.if_else(pa.array(none), pa.scalar(None, pa.string()), found), good | none

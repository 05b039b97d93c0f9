"""Texts → dense numbers, exactly: two identifiers share a number if and only if kind and text are the same.

A dictionary in memory, for many millions of identifiers; the engine's grouping and two joins do the same five times
slower (`benchmarks/identity.py`). Hashes only say where to look: every text that is found is compared with the stored one,
so that two texts of one hash stay two.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ltv.identity import kernels
from ltv.identity.evidence import Ints

_FIRST_SLOTS = 1 << 16
Bytes = NDArray[np.uint8]


class Coder:
    """Numbers identifiers from 0 in about the order in which they come first; one whose hash another has comes later.

    >>> coder = Coder()
    >>> coder.codes(pa.array(["member", "device", "member"]), pa.array(["a", "a", "a"])).tolist()
    [0, 1, 0]
    >>> coder.codes(pa.array(["device", None]), pa.array(["中", "a"])).tolist()
    [2, -1]
    >>> coder.texts().to_pylist()
    [{'id_type': 'member', 'id_value': 'a'}, {'id_type': 'device', 'id_value': 'a'}, {'id_type': 'device', 'id_value': '中'}]
    """

    def __init__(self) -> None:
        self._kinds = pa.array([], pa.string())
        self._slots = np.full(_FIRST_SLOTS, -1, np.int32)
        self._kept = _Kept(np.zeros(1, np.uint64), np.zeros(1, np.uint8), np.zeros(1, np.int64), np.zeros(1, np.uint8))
        self._n = 0

    def __len__(self) -> int:
        return self._n

    def codes(self, id_type: pa.Array, id_value: pa.Array) -> Ints:
        """Return the number of each identifier, −1 where kind or value is missing.

        Args:
            id_type: kinds, as texts.
            id_value: values, as texts.
        """
        kind = self._kind_codes(id_type)
        text = _Text.of(id_value)
        asked = np.flatnonzero((kind >= 0) & text.there)
        rows = _Rows(text.data, text.starts, kind.astype(np.uint8), asked)
        hashes = np.empty(len(asked), np.uint64)
        kernels.hash_texts(*rows.all, hashes)
        self._make_room(len(asked), int(text.starts[-1] - text.starts[0]))
        found, again = np.empty(len(asked), np.int32), np.empty(len(asked), np.int32)
        _, n = kernels.look_up(hashes, self._slots, self._kept.hashes, self._n, found, again)
        self._n = kernels.store(*rows.all, *self._kept.all[1:], self._n, found)
        halves = np.array_split(again[:n], 2)
        with ThreadPoolExecutor(len(halves)) as pool:  # each waits for memory most of the time
            parts = pool.map(lambda half: kernels.differing(*rows.all, *self._kept.all[1:], found, half), halves)
            wrong = np.concatenate(list(parts))
        if len(wrong):
            self._n = kernels.look_up_again(wrong, *rows.all, hashes, self._slots, *self._kept.all, self._n, found)
        codes = np.full(len(kind), -1)
        codes[asked] = found
        return codes

    def texts(self, since: int = 0) -> pa.Table:
        """Kind and value of the identifiers from a number on, in order.

        Args:
            since: the first number.
        """
        starts = self._kept.starts[since : self._n + 1]
        data = self._kept.data[starts[0] : starts[-1]]
        value = pa.LargeStringArray.from_buffers(len(starts) - 1, pa.py_buffer(starts - starts[0]), pa.py_buffer(data))
        kind = pa.DictionaryArray.from_arrays(pa.array(self._kept.kind[since : self._n]), self._kinds)
        return pa.table({"id_type": kind, "id_value": value})

    def _kind_codes(self, id_type: pa.Array) -> Ints:
        place = pc.index_in(id_type, value_set=self._kinds)
        if place.null_count > id_type.null_count:
            new = [k for k in pc.unique(id_type).to_pylist() if k is not None and k not in self._kinds.to_pylist()]
            self._kinds = pa.concat_arrays([self._kinds, pa.array(sorted(new), pa.string())])
            place = pc.index_in(id_type, value_set=self._kinds)
        codes: Ints = place.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
        return codes

    def _make_room(self, rows: int, size: int) -> None:
        most = self._n + rows
        self._kept = self._kept.grown(self._n, most, size)
        wanted = len(self._slots)
        while wanted < 2 * most:
            wanted *= 2
        if wanted > len(self._slots):
            self._slots = np.full(wanted, -1, np.int32)
            kernels.fill_slots(self._slots, self._kept.hashes, self._n)


@dataclass(frozen=True)
class _Kept:
    """What is stored of each identifier: hash, kind, and its text from one start to the next."""

    hashes: NDArray[np.uint64]
    kind: Bytes
    starts: Ints
    data: Bytes

    @property
    def all(self) -> tuple[Any, ...]:
        return self.hashes, self.kind, self.starts, self.data

    def grown(self, n: int, rows: int, size: int) -> _Kept:
        used = int(self.starts[n])
        return _Kept(
            _with_room(self.hashes, n, rows),
            _with_room(self.kind, n, rows),
            _with_room(self.starts, n + 1, rows + 1),
            _with_room(self.data, used, used + size),
        )


def _with_room(array: NDArray[Any], used: int, wanted: int) -> NDArray[Any]:
    if wanted <= len(array):
        return array
    grown = np.empty(max(wanted, 2 * len(array)), array.dtype)
    grown[:used] = array[:used]
    return grown


@dataclass(frozen=True)
class _Text:
    data: Bytes
    starts: Ints
    there: NDArray[np.bool_]

    @classmethod
    def of(cls, values: pa.Array) -> _Text:
        large = values if pa.types.is_large_string(values.type) else values.cast(pa.large_string())
        starts = np.frombuffer(large.buffers()[1], np.int64, len(large) + 1, large.offset * 8) if len(large) else _NO
        data = large.buffers()[2]
        there = large.is_valid().to_numpy(zero_copy_only=False)
        return cls(np.frombuffer(data, np.uint8) if data is not None and data.size else _NO_BYTES, starts, there)


_NO, _NO_BYTES = np.zeros(1, np.int64), np.zeros(1, np.uint8)


@dataclass(frozen=True)
class _Rows:
    data: Bytes
    starts: Ints
    kind: Bytes
    asked: Ints

    @property
    def all(self) -> tuple[Any, ...]:
        return self.data, self.starts, self.kind, self.asked

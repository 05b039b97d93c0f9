"""Spans in protobuf files: `TracesData` or `ExportTraceServiceRequest`, which are alike on the wire.

One message is the whole file, or, as the collector's file exporter writes with `format: proto`, many messages each after its length in four
bytes, the highest first. A plain message begins with the byte 0x0A; as the first byte of a length that would be 160 MiB and more.
"""

from __future__ import annotations

import struct
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import numpy as np
import pyarrow as pa

from ltv.errors import DataRefusedError, found
from ltv.sources.compressed import read_blocks
from ltv.sources.json_kernels import hex_of
from ltv.sources.otlp import OtlpFile
from ltv.sources.otlp_columns import Moments, Pairs, Part, Texts, batch_of, identifiers, parents, statuses
from ltv.sources.otlp_rows import Attributes, Row, Rows, as_json, double, quoted, row, service_of
from ltv.sources.protobuf import Fields, fields
from ltv.sources.text_lines import BadLine, Fault
from ltv.sources.wire_kernels import Flags, Ints

MOST_BYTES = 256 << 20  # of one message, which is in memory at once
_PLAIN, _PREFIX, _CHUNK_BYTES = 0x0A, 4, 2 << 20
_CUT = Fault("truncated", "found a message that breaks off, allowed: a whole one; what came before is used")


class OtlpProtobufFile(OtlpFile):
    """OTLP as protobuf; `_line` is the number of the message, from 1."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, "bytes")

    def pieces(self) -> Iterator[Part | Rows]:
        """Yield the spans of some megabytes at a time."""
        first = 1
        for data, starts, ends, is_cut in _messages(self.path):
            yield _spans(data, starts, ends, first)
            first += len(starts)
            if is_cut:
                yield Rows(bad=[_CUT.at(first, "")])


def _messages(path: Path) -> Iterator[tuple[bytes, Ints, Ints, bool]]:
    """Bytes with the places of whole messages in them, and whether something that is no whole message follows."""
    blocks = read_blocks(path, block_bytes=_CHUNK_BYTES)
    rest = next(blocks, b"")
    if rest[:1] == bytes([_PLAIN]):
        data = _whole_file(path, [rest], blocks)
        yield data, np.array([0]), np.array([len(data)]), False
        return
    while True:
        starts, ends, after = _whole(rest)
        if len(rest) - after > MOST_BYTES:
            raise DataRefusedError(
                found(f"{path} bytes of one message", f"more than {MOST_BYTES:,}", f"{MOST_BYTES:,}")
            )
        more = next(blocks, None)
        if starts or (more is None and after < len(rest)):
            yield rest, np.array(starts, np.int64), np.array(ends, np.int64), more is None and after < len(rest)
        if more is None:
            return
        rest = rest[after:] + more


def _whole_file(path: Path, kept: list[bytes], blocks: Iterator[bytes]) -> bytes:
    """A plain message, which is in memory at once."""
    size = sum(map(len, kept))
    for block in blocks:
        kept.append(block)
        size += len(block)
        if size > MOST_BYTES:
            allowed = f"{MOST_BYTES:,}, or messages each after its length"
            raise DataRefusedError(found(f"{path} bytes of one message", f"more than {MOST_BYTES:,}", allowed))
    return b"".join(kept)


def _whole(data: bytes) -> tuple[list[int], list[int], int]:
    """Where the whole messages of a piece begin and end, and where the first begins that is not whole."""
    starts, ends, at = [], [], 0
    while at + _PREFIX <= len(data):
        (length,) = struct.unpack_from(">I", data, at)
        if at + _PREFIX + length > len(data):
            break
        starts.append(at + _PREFIX)
        at += _PREFIX + length
        ends.append(at)
    return starts, ends, at


def _spans(data: bytes, starts: Ints, ends: Ints, first: int) -> Part:
    """All spans of these messages."""
    groups = fields(data, starts, ends)
    bad = [_CUT.at(first + int(m), "") for m in np.flatnonzero(groups.broken)]
    groups = groups.of(1)
    line_of_group = groups.message + first
    inner = groups.inside()
    _tell(bad, inner.broken, line_of_group)
    shared = _resources(inner, len(groups.message))
    scopes = inner.of(2)
    group_of_scope = scopes.message
    within = scopes.inside()
    _tell(bad, within.broken, line_of_group[group_of_scope])
    spans = within.of(2)
    group = group_of_scope[spans.message]
    return _part(spans.inside(), group, line_of_group[group], shared, bad)


def _tell(bad: list[BadLine], broken: Flags, lines: Ints) -> None:
    bad += [_CUT.at(int(lines[k]), "") for k in np.flatnonzero(broken)]


def _resources(groups: Fields, n: int) -> list[tuple[str, Attributes]]:
    resources = groups.of(1)
    found = _attributes(resources.inside().of(1), len(resources.message))
    told: list[Attributes] = [{} for _ in range(n)]
    for k, m in enumerate(resources.message.tolist()):
        told[m] = found[k] or {}
    return [(service_of(t), t) for t in told]


def _part(spans: Fields, group: Ints, lines: Ints, shared: list[tuple[str, Attributes]], bad: list[BadLine]) -> Part:
    own = [_texts(spans.of(number)) for number in (1, 2, 4)]
    ids = [identifiers(own[0], 32), identifiers(own[1], 16), parents(own[2], 0, hex_of)]
    times = Moments(spans.of(7).values(), spans.of(8).values())
    pairs, is_wrong = _pairs(spans.of(9), len(group))
    kept = ids[0][1] & ids[1][1] & ids[2][1] & times.are_times & ~spans.broken & ~is_wrong
    for k in np.flatnonzero(~kept).tolist():
        fault: Fault | Row = _CUT if spans.broken[k] else _WRONG_ATTRIBUTES
        trace, span, parent = (texts.bytes_of(k).hex() for texts in own)
        if not (spans.broken[k] or is_wrong[k]):
            fault = row(trace, span, parent, "", "", int(times.start[k]), int(times.end[k]), "", "")
        bad.append(cast("Fault", fault).at(int(lines[k]), span))
    services = pa.array([service for service, _ in shared], pa.string()).take(pa.array(group))
    said = [services, _names(_texts(spans.of(5))), statuses(_codes(spans.of(15), len(group)))]
    said.append(pairs.written(group, [told for _, told in shared]))
    return Part(batch_of([i for i, _ in ids], said, times, lines, kept), bad)


def _texts(found: Fields) -> Texts:
    """The bytes of the last field of each message; nothing where it has none."""
    last = found.last()
    start, end = np.zeros(len(last), np.int64), np.zeros(len(last), np.int64)
    start[last >= 0], end[last >= 0] = found.start[last[last >= 0]], found.end[last[last >= 0]]
    return Texts(np.frombuffer(found.raw, np.uint8), start, end)


def _names(texts: Texts) -> pa.Array:
    """Text of bytes; what is no UTF-8 is shown as such."""
    told = texts.array()
    try:
        return told.cast(pa.string())
    except pa.ArrowInvalid:
        return pa.array([t.decode(errors="replace") for t in told.to_pylist()], pa.string())


_WRONG_ATTRIBUTES = Fault("wrong_attributes", "found attributes that break off, allowed: keys with a value each")


def _codes(statuses: Fields, n: int) -> Ints:
    found, last = np.zeros(n, np.int64), statuses.last()
    codes = statuses.inside().of(3).values()
    found[last >= 0] = codes[last[last >= 0]]
    return found


def _pairs(pairs: Fields, n: int) -> tuple[Pairs, Flags]:
    """The attributes of spans, and of which of them one breaks off."""
    inner = pairs.inside()
    keys, values = inner.of(1), inner.of(2)
    is_wrong = np.zeros(n, np.bool_)
    is_wrong[pairs.message[inner.broken | (keys.last() < 0)]] = True
    told = Pairs(_texts(keys).array(), np.searchsorted(pairs.message, np.arange(n + 1)))
    last = values.last()
    told.put_json(np.flatnonzero(last < 0), ["null"] * int((last < 0).sum()))
    at = np.flatnonzero(last >= 0)
    _put_values(told, at, values.where(last[at]))
    return told, is_wrong


def _put_values(told: Pairs, at: Ints, values: Fields) -> None:
    """Give pairs the value of their `AnyValue`, which is its last one."""
    inner = values.inside()
    inner = inner.where(np.flatnonzero((inner.number >= _TEXT) & (inner.number <= _BYTES)))
    last = inner.last()
    kind = np.where(last >= 0, inner.number[last] if len(inner.number) else 0, 0)
    for number in np.unique(kind).tolist():
        mine = np.flatnonzero(kind == number)
        chosen = inner.where(last[mine]) if number else inner
        if number == _TEXT:
            texts = Texts(np.frombuffer(values.raw, np.uint8), chosen.start, chosen.end)
            told.put_text(at[mine], texts, lambda raw: raw.decode(errors="replace"))
        elif number == _INT:
            told.put(at[mine], Texts.of(pa.array(chosen.value).cast(pa.string())), is_text=False)
        else:
            told.put_json(at[mine], _plain(values.where(mine), 0))


def _attributes(pairs: Fields, n: int, depth: int = 0) -> list[Attributes | None]:
    """The attributes of each message, values as JSON; None where one of them breaks off."""
    found: list[Attributes | None] = [{} for _ in range(n)]
    inner = pairs.inside()
    keys, values = inner.of(1), inner.of(2)
    names, plain = [k.decode(errors="replace") for k in keys.pieces()], _plain(values, depth)
    places = zip(
        pairs.message.tolist(), keys.last().tolist(), values.last().tolist(), inner.broken.tolist(), strict=True
    )
    for m, key, value, is_broken in places:
        told = found[m]
        if is_broken or key < 0 or told is None:
            found[m] = None
        else:
            told[names[key]] = plain[value] if value >= 0 else "null"
    return found


def _plain(values: Fields, depth: int) -> list[str]:
    """Each `AnyValue` as JSON; what is nested more deeply than anybody would is null."""
    inner = values.inside()
    raw, found = values.raw, ["null"] * len(values.message)
    columns = (inner.message, inner.number, inner.value, inner.start, inner.end)
    for m, kind, value, start, end in zip(*(c.tolist() for c in columns), strict=True):
        if kind == _TEXT:
            found[m] = quoted(raw[start:end].decode(errors="replace"))
        elif kind == _INT:
            found[m] = str(value)
        elif kind == _FLAG:
            found[m] = "true" if value else "false"
        elif kind == _DOUBLE:
            found[m] = double(struct.unpack("<d", struct.pack("<q", value))[0])
        elif kind == _BYTES:
            found[m] = quoted(b64encode(raw[start:end]).decode())
    for kind, listed in ((_ARRAY, _arrays), (_MAP, _maps)):
        nested = inner.of(kind)
        if len(nested.message) and depth < _DEEPEST:
            for m, text in zip(nested.message.tolist(), listed(nested, depth + 1), strict=True):
                found[m] = text
    return found


_TEXT, _FLAG, _INT, _DOUBLE, _ARRAY, _MAP, _BYTES = range(1, 8)
_DEEPEST = 32


def _arrays(arrays: Fields, depth: int) -> list[str]:
    items = arrays.inside().of(1)
    told: list[list[str]] = [[] for _ in arrays.message]
    for m, text in zip(items.message.tolist(), _plain(items, depth), strict=True):
        told[m].append(text)
    return ["[" + ",".join(texts) + "]" for texts in told]


def _maps(maps: Fields, depth: int) -> list[str]:
    return [as_json(told or {}) for told in _attributes(maps.inside().of(1), len(maps.message), depth)]

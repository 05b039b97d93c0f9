"""Spans in protobuf files: `TracesData` or `ExportTraceServiceRequest`, which are alike on the wire.

One message is the whole file, or, as the collector's file exporter writes with `format: proto`, many messages each after its length in four
bytes, the highest first. A plain message begins with the byte 0x0A; as the first byte of a length that would be 160 MiB and more.
"""

from __future__ import annotations

import struct
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from ltv.sources.compressed import read_blocks
from ltv.sources.otlp import STATUS, Attributes, OtlpFile, Rows, as_json, double, quoted, row, service_of
from ltv.sources.protobuf import Fields, fields
from ltv.sources.text_lines import BadLine, Fault
from ltv.sources.wire_kernels import Flags, Ints

_PLAIN, _PREFIX, _CHUNK_BYTES = 0x0A, 4, 8 << 20
_CUT = Fault("truncated", "found a message that breaks off, allowed: a whole one; what came before is used")


class OtlpProtobufFile(OtlpFile):
    """OTLP as protobuf; `_line` is the number of the message, from 1."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, "bytes")

    def pieces(self) -> Iterator[Rows]:
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
        data = b"".join([rest, *blocks])
        yield data, np.array([0]), np.array([len(data)]), False
        return
    while True:
        starts, ends, after = _whole(rest)
        more = next(blocks, None)
        if starts or (more is None and after < len(rest)):
            yield rest, np.array(starts, np.int64), np.array(ends, np.int64), more is None and after < len(rest)
        if more is None:
            return
        rest = rest[after:] + more


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


def _spans(data: bytes, starts: Ints, ends: Ints, first: int) -> Rows:
    """All spans of these messages."""
    out = Rows()
    groups = fields(data, starts, ends)
    out.bad += [_CUT.at(first + int(m), "") for m in np.flatnonzero(groups.broken)]
    groups = groups.of(1)
    line_of_group = groups.message + first
    inner = groups.inside()
    _tell(out.bad, inner.broken, line_of_group)
    shared = _resources(inner, len(groups.message))
    scopes = inner.of(2)
    group_of_scope = scopes.message
    within = scopes.inside()
    _tell(out.bad, within.broken, line_of_group[group_of_scope])
    spans = within.of(2)
    group = group_of_scope[spans.message]
    _fill(out, spans.inside(), group, line_of_group[group], shared)
    return out


def _tell(bad: list[BadLine], broken: Flags, lines: Ints) -> None:
    bad += [_CUT.at(int(lines[k]), "") for k in np.flatnonzero(broken)]


def _resources(groups: Fields, n: int) -> list[tuple[str, Attributes]]:
    resources = groups.of(1)
    found = _attributes(resources.inside().of(1), len(resources.message))
    told: list[Attributes] = [{} for _ in range(n)]
    for k, m in enumerate(resources.message.tolist()):
        told[m] = found[k] or {}
    return [(service_of(t), t) for t in told]


def _fill(out: Rows, spans: Fields, group: Ints, lines: Ints, shared: list[tuple[str, Attributes]]) -> None:
    n = len(group)
    ids = ([piece.hex() for piece in spans.of(number).last_pieces()] for number in (1, 2, 4))
    names = [piece.decode(errors="replace") for piece in spans.of(5).last_pieces()]
    start, end = spans.of(7).values().tolist(), spans.of(8).values().tolist()
    codes = _codes(spans.of(15), n)
    attributes = _attributes(spans.of(9), n)
    columns = zip(
        *ids, names, start, end, codes, attributes, group.tolist(), spans.broken.tolist(), lines.tolist(), strict=True
    )
    for trace, span, parent, name, begin, after, code, own, k, is_broken, line in columns:
        if is_broken or own is None:
            out.bad.append((_CUT if is_broken else _WRONG_ATTRIBUTES).at(line, span))
            continue
        service, common = shared[k]
        told = row(trace, span, parent, service, name, begin, after, code, as_json(common | own if own else common))
        out.put(told, line, span)


_WRONG_ATTRIBUTES = Fault("wrong_attributes", "found attributes that break off, allowed: keys with a value each")


def _codes(statuses: Fields, n: int) -> list[str]:
    codes = statuses.inside().of(3).values().tolist()
    found = [STATUS[0]] * n
    for m, code in zip(statuses.message.tolist(), codes, strict=True):
        found[m] = STATUS[code] if 0 <= code < len(STATUS) else STATUS[0]
    return found


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

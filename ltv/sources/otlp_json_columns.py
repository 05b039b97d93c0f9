"""OTLP/JSON as nearly all exporters write it, read whole lines at a time into columns; any other line is left to `otlp_json`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import json as arrow_json

from ltv.sources.json_kernels import hex_text, is_whole, naturals
from ltv.sources.otlp_columns import Moments, Pairs, Part, Texts, batch_of, identifiers, parents, statuses
from ltv.sources.otlp_json import of_lines
from ltv.sources.otlp_rows import Attributes, double, quoted, service_of
from ltv.sources.wire_kernels import Flags, Ints

_ZERO = ord("0")
_KINDS = {"stringValue": pa.string(), "intValue": pa.string(), "boolValue": pa.bool_(), "doubleValue": pa.float64()}
_PAIRS = pa.list_(pa.struct({"key": pa.string(), "value": pa.struct(_KINDS)}))
_SPAN = pa.struct({
    "traceId": pa.string(), "spanId": pa.string(), "parentSpanId": pa.string(), "name": pa.string(), "startTimeUnixNano": pa.string(),
    "endTimeUnixNano": pa.string(), "attributes": _PAIRS, "status": pa.struct({"code": pa.int64()}),
})  # fmt: skip
_SCOPE = pa.struct({"spans": pa.list_(_SPAN)})
_GROUP = pa.struct({"resource": pa.struct({"attributes": _PAIRS}), "scopeSpans": pa.list_(_SCOPE)})
_FORM = pa.schema({"resourceSpans": pa.list_(_GROUP)})
_PARSE = arrow_json.ParseOptions(explicit_schema=_FORM, unexpected_field_behavior="ignore")
_OTHER_SPELLING = '"parent_span_id"'  # beside names that are spelt as here


def of_text(raws: Sequence[str], first: int) -> Part | None:
    """The spans of lines in the usual form, and of the others line by line; None where the lines cannot be read like this.

    Args:
        raws: the lines.
        first: number of the first.
    """
    told = [(line, raw) for line, raw in enumerate(raws, first) if raw.strip()]
    text = "".join(raw for _, raw in told)
    body = _parsed(text, [raw for _, raw in told])
    if body is None:
        return None
    odd = np.array(["\\u" in raw for _, raw in told] if "\\u" in text else np.zeros(len(told)), np.bool_)
    read = _Lines(body, odd)
    made = read.batch(np.array([line for line, _ in told], np.int64))
    if not odd.any():
        return Part(made)
    rest = of_lines([told[k] for k in np.flatnonzero(odd)], suspect=False)
    whole = pa.concat_batches([made, rest.batch()])
    return Part(whole.take(pa.array(np.argsort(whole["_line"].to_numpy(), kind="stable"))), rest.bad)


def _parsed(text: str, raws: list[str]) -> pa.ListArray | None:
    """Resources of each line, or None where the lines are something else or have another form."""
    if not raws or _OTHER_SPELLING in text or not all(map(_is_object, raws)):
        return None
    data = text.encode()
    try:
        options = arrow_json.ReadOptions(use_threads=False, block_size=len(data) + 1)
        body = arrow_json.read_json(pa.BufferReader(data), options, _PARSE)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return None
    if len(body) != len(raws):
        return None
    return body["resourceSpans"].combine_chunks()


def _is_object(raw: str) -> bool:
    return raw.lstrip()[0] == "{" and raw.rstrip()[-1] == "}"


@dataclass
class _Lines:
    """Parsed lines.

    Attributes:
        body: resources of each.
        odd: lines that are not in the usual form; grows while they are looked at.
    """

    body: pa.ListArray
    odd: Flags

    def batch(self, lines: Ints) -> pa.RecordBatch:
        """The spans of all lines that are in the usual form."""
        self._odd_where(self.body, np.arange(len(lines)))
        groups, line_of_group = _flat(self.body)
        self._odd_where(groups, line_of_group)
        shared = self._shared(groups, line_of_group)
        scopes, of = _flat(self._field(groups, line_of_group, "scopeSpans", needed=True))
        self._odd_where(scopes, line_of_group[of])
        spans, within = _flat(scopes.field("spans"))
        group = of[within]
        line = line_of_group[group]
        self._odd_where(spans, line)
        columns, times, good = self._columns(spans)
        attributes = self._attributes(spans.field("attributes"), line, group, [told for _, told in shared])
        self.odd[line[~good]] = True
        service = pa.array([name for name, _ in shared], pa.string()).take(pa.array(group))
        ids, name, status = columns[:3], columns[3], columns[4]
        return batch_of(ids, [service, name, status, attributes], times, lines[line], ~self.odd[line])

    def _odd_where(self, array: pa.Array, line: Ints) -> None:
        """What is missing altogether is another form, or none."""
        if array.null_count:
            self.odd[line[array.is_null().to_numpy(zero_copy_only=False)]] = True

    def _field(self, of: pa.StructArray, line: Ints, name: str, *, needed: bool) -> pa.Array:
        found = pc.struct_field(of, name)
        if needed:
            self._odd_where(found, line)
        return found

    def _columns(self, spans: pa.StructArray) -> tuple[list[pa.Array], Moments, Flags]:
        texts = {name: Texts.of(_filled(spans.field(name))) for name in ("traceId", "spanId", "parentSpanId")}
        trace, span = identifiers(texts["traceId"], 32, hex_text), identifiers(texts["spanId"], 16, hex_text)
        parent = parents(texts["parentSpanId"], _ZERO, hex_text)
        good = trace[1] & span[1] & parent[1]
        moments = []
        for name in ("startTimeUnixNano", "endTimeUnixNano"):
            digits, is_time = Texts.of(_filled(spans.field(name))), np.zeros(len(spans), np.bool_)
            moments.append(naturals(digits.data, digits.start, digits.end, is_time))
            good &= is_time
        codes = pc.fill_null(pc.struct_field(spans.field("status"), "code"), 0).to_numpy(zero_copy_only=False)
        status = statuses(codes.astype(np.int64))
        return [trace[0], span[0], parent[0], _filled(spans.field("name")), status], Moments(*moments), good

    def _shared(self, groups: pa.StructArray, line: Ints) -> list[tuple[str, Attributes]]:
        """Name of the service and attributes of each resource."""
        pairs, of = _flat(pc.struct_field(pc.struct_field(groups, "resource"), "attributes"))
        keys, values = pairs.field("key"), pairs.field("value")
        self._odd_where(pairs, line[of])
        self._odd_where(keys, line[of])
        kind = self._kinds(values, line[of])
        told: list[Attributes] = [{} for _ in range(len(groups))]
        listed = [values.field(name).to_pylist() for name in _KINDS]
        for k, (g, key) in enumerate(zip(of.tolist(), keys.to_pylist(), strict=True)):
            if kind[k] >= 0:
                told[g][key or ""] = _WRITERS[kind[k]](listed[kind[k]][k])
        return [(service_of(t), t) for t in told]

    def _attributes(self, listed: pa.ListArray, line: Ints, group: Ints, shared: list[Attributes]) -> pa.Array:
        pairs, of = _flat(listed)
        keys, values = pairs.field("key"), pairs.field("value")
        self._odd_where(pairs, line[of])
        self._odd_where(keys, line[of])
        kind = self._kinds(values, line[of])
        made = Pairs(_filled(keys), np.searchsorted(of, np.arange(len(listed) + 1)))
        for number, (name, writer) in enumerate(zip(_KINDS, _WRITERS, strict=True)):
            mine = np.flatnonzero(kind == number)
            if not len(mine):
                continue
            found = values.field(name).take(pa.array(mine))
            if number == 0:
                made.put_text(mine, Texts.of(found), bytes.decode)
            elif number == 1:
                made.put(mine, Texts.of(found), is_text=False)
            else:
                made.put_json(mine, [writer(x) for x in found.to_pylist()])
        return made.written(group, shared)

    def _kinds(self, values: pa.StructArray, line: Ints) -> Ints:
        """Which kind each value is of, -1 for none of the usual ones or for several."""
        there = np.array([pc.struct_field(values, n).is_valid().to_numpy(zero_copy_only=False) for n in _KINDS])
        kind = np.where(there.sum(0) == 1, there.argmax(0), -1)
        digits = Texts.of(_filled(values.field("intValue")))
        kind[(kind == 1) & ~is_whole(digits.data, digits.start, digits.end)] = -1
        self.odd[line[kind < 0]] = True
        return kind


_WRITERS: tuple[Callable[[Any], str], ...] = (quoted, str, lambda x: "true" if x else "false", double)


def _flat(lists: pa.ListArray) -> tuple[pa.Array, Ints]:
    """What the lists hold, and in which list each stands."""
    return pc.list_flatten(lists), pc.list_parent_indices(lists).to_numpy(zero_copy_only=False).astype(np.int64)


def _filled(texts: pa.StringArray) -> pa.StringArray:
    return texts.fill_null("") if texts.null_count else texts

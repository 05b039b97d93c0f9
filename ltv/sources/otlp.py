"""Spans as OpenTelemetry writes them: OTLP as JSON lines or as protobuf files, read as they are.

Identifiers are hexadecimal text in OTLP/JSON, though the JSON mapping of protocol buffers would have bytes in base64: a reader that goes by
the mapping destroys them. A span that cannot be used is put aside with its reason, the others of its line are used.

https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
"""

from __future__ import annotations

import gc
import json
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from json import encoder
from pathlib import Path
from typing import Any, TypeAlias

import pyarrow as pa

from ltv.sources.encoding import decoded, find_encoding
from ltv.sources.text_lines import LINE_COLUMN, BadLine, Fault, TextFile, gather, line_fault, read_pieces, split_lines

SERVICE, NO_SERVICE = "service.name", "unknown_service"
STATUS = ("UNSET", "OK", "ERROR")
TYPES = {
    "trace_id": "VARCHAR",
    "span_id": "VARCHAR",
    "parent_span_id": "VARCHAR",
    "service": "VARCHAR",
    "name": "VARCHAR",
    "started_at": "TIMESTAMP WITH TIME ZONE",
    "duration_us": "BIGINT",
    "status": "VARCHAR",
    "attributes": "VARCHAR",
}
quoted: Callable[[str], str] = encoder.encode_basestring  # a text as JSON
_ARROW = {"VARCHAR": pa.string(), "BIGINT": pa.int64(), "TIMESTAMP WITH TIME ZONE": pa.timestamp("us", "UTC")}
_SCHEMA = pa.schema([*((n, _ARROW[t]) for n, t in TYPES.items()), (LINE_COLUMN, pa.int64())])
_HEAD = re.compile(r'^\s*\{\s*"(?:resourceSpans|resource_spans)"\s*:', re.MULTILINE)
_PRETTY = re.compile(r'\A\s*\{\s*\n\s*"(?:resourceSpans|resource_spans)"\s*:')
_HEAD_CHARS = 65_536
_IDS = re.compile("(?!0{32})[0-9a-f]{32} (?!0{16})[0-9a-f]{16} (?:0*|[0-9a-f]{16})")
_DIGITS = {"trace_id": 32, "span_id": 16, "parent_span_id": 16}
_LAST_NS = 1 << 63

_WRONG_ID = "found {what} {found}, allowed: {digits} hexadecimal digits that are not all 0"
_WRONG_ATTRIBUTES = Fault(
    "wrong_attributes", "found attributes of another form, allowed: a list of keys with a value each"
)
_WRONG_SPAN = Fault("not_a_span", "found another form, allowed: a span as OTLP has it")
_NO_SPANS = Fault("not_a_span", "found no resourceSpans, allowed: spans as OTLP has them")

Attributes: TypeAlias = dict[str, str]  # values as JSON
Row: TypeAlias = "tuple[str, str, str | None, str, str, int | None, int | None, str, str]"


@dataclass
class Rows:
    """Spans of one piece of a file, and what was put aside."""

    rows: list[Row] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    bad: list[BadLine] = field(default_factory=list)

    def put(self, row: Row | Fault, line: int, raw: str) -> None:
        """Keep a span, or why it cannot be used."""
        if isinstance(row, Fault):
            self.bad.append(row.at(line, raw))
        else:
            self.rows.append(row)
            self.lines.append(line)

    def batch(self) -> pa.RecordBatch:
        """The spans as columns."""
        columns = list(zip(*self.rows, strict=True)) or [()] * len(TYPES)
        arrays = [pa.array(c, _SCHEMA.field(k).type) for k, c in enumerate(columns)]
        return pa.record_batch([*arrays, pa.array(self.lines, pa.int64())], schema=_SCHEMA)


class OtlpFile(TextFile):
    """A file of spans; its columns are those of the contract's table `spans`."""

    types = TYPES

    def __init__(self, path: Path, encoding: str) -> None:
        super().__init__(path, encoding, tuple(TYPES))

    @property
    def schema(self) -> pa.Schema:
        """The columns with their types, then `_line`: the line, or the message, that a span stands in."""
        return _SCHEMA

    def batches(self, *, rows: int = 65_536) -> Iterator[pa.RecordBatch]:
        """Yield the spans in the order of the file, at most `rows` at a time; each call starts anew."""
        return gather(self._parts(), rows)

    def _parts(self) -> Iterator[pa.RecordBatch]:
        self.bad.clear()
        pieces = self.pieces()
        while (batch := self._next(pieces)) is not None:
            yield batch

    def _next(self, pieces: Iterator[Rows]) -> pa.RecordBatch | None:
        # Hundreds of thousands of objects come to life at once and none in a circle: looking for circles doubled the time.
        was_on = gc.isenabled()
        gc.disable()
        try:
            part = next(pieces, None)
            if part is None:
                return None
            self.bad += part.bad
            return part.batch()
        finally:
            if was_on:
                gc.enable()

    def pieces(self) -> Iterator[Rows]:
        """Yield the spans piece by piece."""
        raise NotImplementedError


class OtlpJsonFile(OtlpFile):
    """OTLP/JSON: an object with `resourceSpans` a line, or one that is spread over a whole file."""

    def pieces(self) -> Iterator[Rows]:
        """Yield the spans of some lines at a time."""
        if _PRETTY.match(_head(self.path, self.encoding)):
            text = "".join(part for part, _ in decoded(self.path, self.encoding))
            yield _of_lines([(1, text)], suspect=True)
            return
        next_line = 1
        for piece in read_pieces(self.path, self.encoding, "\n"):
            raws = split_lines(piece.text, "\n")
            yield _of_lines(enumerate(raws, next_line), suspect=piece.suspect)
            next_line += len(raws)


def holds_spans(path: Path, encoding: str) -> bool:
    """Whether a JSON file begins as OTLP does."""
    return bool(_HEAD.search(_head(path, encoding)))


def open_otlp_json(path: Path, *, encoding: str | None = None) -> OtlpJsonFile | None:
    """Open a file as OTLP/JSON; None where it is another kind of JSON.

    Args:
        path: a file, plain or compressed by gzip or zstd.
        encoding: codec of its bytes where they do not tell.

    Raises:
        DataRefusedError: the file is truncated, or in no clear encoding.

    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "spans.jsonl"
    >>> span = {"traceId": "5b8e" * 8, "spanId": "EEE1" * 4, "name": "pay", "startTimeUnixNano": "1000", "endTimeUnixNano": "6000"}
    >>> _ = path.write_text(json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [span, span | {"spanId": "12"}]}]}]}))
    >>> file = open_otlp_json(path)
    >>> rows = [row for batch in file.batches() for row in batch.to_pylist()]
    >>> rows[0]["span_id"], rows[0]["duration_us"], [bad.rule for bad in file.bad]
    ('eee1eee1eee1eee1', 5, ['wrong_id'])
    """
    codec = find_encoding(path, declared=encoding)
    return OtlpJsonFile(path, codec) if holds_spans(path, codec) else None


def _head(path: Path, encoding: str) -> str:
    return next(decoded(path, encoding), ("", False))[0][:_HEAD_CHARS]


def _of_lines(lines: Iterable[tuple[int, str]], *, suspect: bool) -> Rows:
    out = Rows()
    for line, raw in lines:
        fault = line_fault(raw) if suspect else None
        if fault is not None:
            out.bad.append(fault.at(line, raw))
        elif raw.strip():
            _of_line(out, line, raw)
    return out


def _of_line(out: Rows, line: int, raw: str) -> None:
    try:
        body = json.loads(raw)
    except (json.JSONDecodeError, RecursionError) as error:
        told = error.msg if isinstance(error, json.JSONDecodeError) else "nested too deeply"
        out.bad.append(Fault("not_json", f"found no JSON ({told}), allowed: JSON").at(line, raw))
        return
    groups = _either(body, "resourceSpans", "resource_spans") if isinstance(body, dict) else None
    if not isinstance(groups, list):
        out.bad.append(_NO_SPANS.at(line, raw))
        return
    has_escapes = "\\u" in raw
    for group in groups:
        _of_resource(out, line, group, has_escapes=has_escapes)


def _of_resource(out: Rows, line: int, group: Any, *, has_escapes: bool) -> None:  # noqa: ANN401  any JSON value
    try:
        shared = of_pairs((group.get("resource") or {}).get("attributes") or [])
        scopes = [s.get("spans") or [] for s in _either(group, "scopeSpans", "scope_spans") or []]
        spans = [span for scope in scopes for span in scope]
        service, common = service_of(shared), as_json(shared)
    except _OTHER_FORM:
        out.bad.append(_WRONG_SPAN.at(line, _shown(group)))
        return
    for span in spans:
        told = _row_of(span, service, shared, common)
        if has_escapes:
            told = _whole_characters(told)
        out.put(told, line, _shown(span) if isinstance(told, Fault) else "")


def _whole_characters(told: Row | Fault) -> Row | Fault:
    """Refuse what only an escape can bring into a text: half of a surrogate pair."""
    try:
        "".join(str(part) for part in told if part).encode() if not isinstance(told, Fault) else None
    except UnicodeEncodeError:
        return Fault("undecodable", "found an escape for half a character, allowed: whole ones")
    return told


_OTHER_FORM = (AttributeError, KeyError, OverflowError, RecursionError, TypeError, ValueError)


def _row_of(span: Any, service: str, shared: Attributes, common: str) -> Row | Fault:  # noqa: ANN401  any JSON value
    try:
        pairs = span.get("attributes")
        own = of_pairs(pairs) if pairs else None
    except _OTHER_FORM:
        return _WRONG_ATTRIBUTES if isinstance(span, dict) else _WRONG_SPAN
    get = span.get
    try:
        return row(
            (get("traceId") or get("trace_id") or "").lower(),
            (get("spanId") or get("span_id") or "").lower(),
            (get("parentSpanId") or get("parent_span_id") or "").lower(),
            service,
            _text(get("name")),
            _nanos(get("startTimeUnixNano") or get("start_time_unix_nano")),
            _nanos(get("endTimeUnixNano") or get("end_time_unix_nano")),
            _status(get("status")),
            common if own is None else as_json(shared | own),
        )
    except _OTHER_FORM:
        return _WRONG_SPAN


def row(  # noqa: PLR0917  the parts of a span
    trace: str, span: str, parent: str, service: str, name: str, start: int, end: int, status: str, attributes: str
) -> Row | Fault:
    """One span as the contract has it, or why it cannot be used.

    Args:
        trace: its number, hexadecimal in lower case.
        span: its own number.
        parent: that of its parent; none is empty or all 0.
        service: where it ran.
        name: of the span.
        start: nanoseconds since 1970; 0 is missing.
        end: as `start`.
        status: in words.
        attributes: of the span and its resource, as JSON.
    """
    if not _IDS.fullmatch(f"{trace} {span} {parent}"):
        return _wrong_id({"trace_id": trace, "span_id": span, "parent_span_id": parent})
    if not (0 <= start < _LAST_NS and 0 <= end < _LAST_NS):
        return Fault("wrong_type", "found a time beyond the year 2262, allowed: nanoseconds since 1970")
    begin = start // 1000 if start else None
    lasted = (end - start) // 1000 if start and end else None
    return trace, span, parent if parent.strip("0") else None, service, name, begin, lasted, status, attributes


def _wrong_id(ids: Mapping[str, str]) -> Fault:
    for what, value in ids.items():
        if len(value) != _DIGITS[what] or not re.fullmatch("[0-9a-f]*", value) or not value.strip("0"):
            if what == "parent_span_id" and not value.strip("0"):
                continue
            shown = f"of {len(value)} characters" if value.strip("0") else "that says nothing"
            return Fault("wrong_id", _WRONG_ID.format(what=what, found=shown, digits=_DIGITS[what]))
    return Fault("wrong_id", _WRONG_ID.format(what="id", found="of another form", digits="32 or 16"))


def _text(value: Any) -> str:  # noqa: ANN401  any JSON value
    if value is None:
        return ""
    if not isinstance(value, str):
        raise TypeError("no text")
    return value


def _nanos(value: Any) -> int:  # noqa: ANN401  any JSON value
    """A time, which OTLP writes as text since a floating-point number cannot hold it."""
    if isinstance(value, float | bool):
        raise ValueError("a rounded time")  # noqa: TRY004  told as another form
    return int(value or 0)


def _status(status: Any) -> str:  # noqa: ANN401  any JSON value
    code = status.get("code") if status else 0
    if isinstance(code, str) and not code.isdigit():
        code = {"STATUS_CODE_OK": 1, "STATUS_CODE_ERROR": 2}.get(code, 0)
    number = int(code or 0)
    return STATUS[number] if 0 <= number < len(STATUS) else STATUS[0]


def of_pairs(pairs: Any) -> Attributes:  # noqa: ANN401  any JSON value
    """Attributes as OTLP/JSON lists them, each value as JSON.

    >>> of_pairs([{"key": "n", "value": {"intValue": "12"}}, {"key": "on", "value": {"boolValue": True}}])
    {'n': '12', 'on': 'true'}
    """
    told = {p["key"]: _plain(p.get("value")) for p in pairs}
    "".join(told)  # a key that is no text is a TypeError
    return told


def _plain(value: Any) -> str:  # noqa: ANN401  any JSON value
    if not value:
        return "null"
    ((kind, content),) = value.items()
    return _KINDS[kind](content)


def _int(content: Any) -> str:  # noqa: ANN401  any JSON value
    return str(int(content))


def _flag(content: Any) -> str:  # noqa: ANN401  any JSON value
    return "true" if content else "false"


def _array(content: Any) -> str:  # noqa: ANN401  any JSON value
    return "[" + ",".join(_plain(v) for v in content.get("values") or ()) + "]"


def _map(content: Any) -> str:  # noqa: ANN401  any JSON value
    return as_json(of_pairs(content.get("values") or ()))


def double(content: Any) -> str:  # noqa: ANN401  any JSON value
    """A number as JSON; what is not finite becomes a word, which JSON has no number for."""
    x = float(content)
    return repr(x) if math.isfinite(x) else quoted(str(x))


_KINDS: dict[str, Callable[[Any], str]] = {
    "stringValue": quoted, "intValue": _int, "boolValue": _flag, "doubleValue": double, "bytesValue": quoted, "arrayValue": _array,
    "kvlistValue": _map, "string_value": quoted, "int_value": _int, "bool_value": _flag, "double_value": double, "bytes_value": quoted,
    "array_value": _array, "kvlist_value": _map,
}  # fmt: skip


def service_of(resource: Attributes) -> str:
    """The name of the service, which is taken out of the attributes of its resource."""
    told = json.loads(resource.pop(SERVICE, "null"))
    return str(told or NO_SERVICE)


def as_json(attributes: Attributes) -> str:
    """Attributes as an object of JSON."""
    return "{" + ",".join([f"{_key(k)}{v}" for k, v in attributes.items()]) + "}"


@lru_cache(maxsize=4096)
def _key(name: str) -> str:
    return quoted(name) + ":"


def _either(body: Mapping[str, Any], *names: str) -> Any:  # noqa: ANN401  any JSON value
    """The value under the first of the names that is there: proto3 JSON allows both spellings."""
    return next((body[n] for n in names if n in body), None)


def _shown(value: object) -> str:
    return json.dumps(value)

"""One span as the contract has it, or why it cannot be used."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from json import encoder
from typing import Any, TypeAlias

import pyarrow as pa

from ltv.sources.text_lines import LINE_COLUMN, BadLine, Fault

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
SCHEMA = pa.schema([*((n, _ARROW[t]) for n, t in TYPES.items()), (LINE_COLUMN, pa.int64())])
_IDS = re.compile("(?!0{32})[0-9a-f]{32} (?!0{16})[0-9a-f]{16} (?:0*|[0-9a-f]{16})")
_DIGITS = {"trace_id": 32, "span_id": 16, "parent_span_id": 16}
_LAST_NS = 1 << 63
_WRONG_ID = "found {what} {found}, allowed: {digits} hexadecimal digits that are not all 0"

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
        arrays = [pa.array(c, SCHEMA.field(k).type) for k, c in enumerate(columns)]
        return pa.record_batch([*arrays, pa.array(self.lines, pa.int64())], schema=SCHEMA)


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


def double(content: Any) -> str:  # noqa: ANN401  any JSON value
    """A number as JSON; what is not finite becomes a word, which JSON has no number for."""
    x = float(content)
    return repr(x) if math.isfinite(x) else quoted(str(x))

"""OTLP/JSON line by line: any form that JSON and the specification allow, and the reason of each span that cannot be used."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ltv.sources.otlp_rows import STATUS, Attributes, Row, Rows, as_json, double, quoted, row, service_of
from ltv.sources.text_lines import Fault, line_fault

_WRONG_ATTRIBUTES = Fault(
    "wrong_attributes", "found attributes of another form, allowed: a list of keys with a value each"
)
_WRONG_SPAN = Fault("not_a_span", "found another form, allowed: a span as OTLP has it")
_NO_SPANS = Fault("not_a_span", "found no resourceSpans, allowed: spans as OTLP has them")


def of_lines(lines: Iterable[tuple[int, str]], *, suspect: bool) -> Rows:
    """The spans of some lines.

    Args:
        lines: number and text of each.
        suspect: whether any of them may hold a NUL, bytes that did not decode, or be longer than allowed.
    """
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


_KINDS: dict[str, Callable[[Any], str]] = {
    "stringValue": quoted, "intValue": _int, "boolValue": _flag, "doubleValue": double, "bytesValue": quoted, "arrayValue": _array,
    "kvlistValue": _map, "string_value": quoted, "int_value": _int, "bool_value": _flag, "double_value": double, "bytes_value": quoted,
    "array_value": _array, "kvlist_value": _map,
}  # fmt: skip


def _either(body: Mapping[str, Any], *names: str) -> Any:  # noqa: ANN401  any JSON value
    """The value under the first of the names that is there: proto3 JSON allows both spellings."""
    return next((body[n] for n in names if n in body), None)


def _shown(value: object) -> str:
    return json.dumps(value)

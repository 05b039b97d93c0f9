"""JSON Lines: one object a line, every value as the text it has in the file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

from ltv.errors import DataRefusedError
from ltv.sources.encoding import decoded
from ltv.sources.text_lines import (
    Fault,
    LineEnd,
    TextFile,
    find_line_end,
    gather,
    line_fault,
    masked,
    read_pieces,
    split_lines,
)

_MAX_COLUMNS = 2_000

Row = dict[str, str | None]


class JsonLinesFile(TextFile):
    """A JSON Lines file; its columns are all keys that any line has, in the order of their first appearance."""

    def __init__(self, path: Path, encoding: str) -> None:
        self._line_end = find_line_end(next(decoded(path, encoding), ("", False))[0])
        super().__init__(path, encoding, _find_columns(path, encoding, self._line_end))

    def batches(self, *, rows: int = 65_536) -> Iterator[pa.RecordBatch]:
        """Yield the rows in the order of the file, at most `rows` at a time; each call starts anew."""
        return gather(self._parts(), rows)

    def _parts(self) -> Iterator[pa.RecordBatch]:
        self.bad.clear()
        next_line = 1
        for piece in read_pieces(self.path, self.encoding, self._line_end):
            values: list[str | None] = []
            lines: list[int] = []
            raws = split_lines(piece.text, self._line_end)
            for line, raw in enumerate(raws, next_line):
                row = _read_row(raw, suspect=piece.suspect)
                if isinstance(row, Fault):
                    self.bad.append(row.at(line, raw))
                elif row is not None:
                    values.extend(map(row.get, self.columns))
                    lines.append(line)
            next_line += len(raws)
            yield self._batch(values, lines)

    def _batch(self, values: list[str | None], lines: list[int]) -> pa.RecordBatch:
        n = len(self.columns)
        columns = [pa.array(values[i::n], pa.string()) for i in range(n)]
        return pa.record_batch([*columns, pa.array(lines, pa.int64())], schema=self.schema)


def _find_columns(path: Path, encoding: str, line_end: LineEnd) -> tuple[str, ...]:
    """Read the file once for its keys: one that shows up in the last line must not be lost."""
    names: dict[str, None] = {}
    for piece in read_pieces(path, encoding, line_end):
        for raw in split_lines(piece.text, line_end):
            row = _read_row(raw, suspect=piece.suspect)
            if isinstance(row, dict) and not row.keys() <= names.keys():
                names.update(dict.fromkeys(row))
        if len(names) > _MAX_COLUMNS:
            some = ", ".join(repr(masked(name)) for name in list(names)[-3:])
            raise DataRefusedError(
                f"{path}: found more than {_MAX_COLUMNS:,} different keys, such as {some}, allowed: keys that are names"
            )
    return tuple(names)


class _FaultError(Exception):
    def __init__(self, rule: str, detail: str) -> None:
        super().__init__(rule)
        self.fault = Fault(rule, detail)


class _Number(str):
    """The text of a number."""

    __slots__ = ()


def _no_key_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _FaultError("duplicate_key", "found a key twice in one object, allowed: once")
    return found


_DECODER = json.JSONDecoder(
    parse_int=_Number, parse_float=_Number, parse_constant=_Number, object_pairs_hook=_no_key_twice
)


def _read_row(raw: str, *, suspect: bool) -> Row | Fault | None:
    """Return the values of a line, what is wrong with it, or None if it is blank.

    >>> _read_row('{"id": 9007199254740993, "ok": true, "tags": ["a", 1.50], "x": ""}', suspect=False)
    {'id': '9007199254740993', 'ok': 'true', 'tags': '["a",1.50]', 'x': None}
    >>> _read_row('{"id": 0012}', suspect=False)
    Fault(rule='not_json', detail="found no JSON (Expecting ',' delimiter), allowed: JSON")
    """
    if suspect and (fault := line_fault(raw)) is not None:
        return fault
    if not raw.strip():
        return None
    try:
        return _row_of(_DECODER.decode(raw), has_escapes="\\u" in raw)
    except _FaultError as error:
        return error.fault
    except json.JSONDecodeError as error:
        return Fault("not_json", f"found no JSON ({error.msg}), allowed: JSON")
    except RecursionError:
        return Fault("not_json", "found lists or objects nested too deeply, allowed: a few levels")


def _row_of(value: Any, *, has_escapes: bool) -> Row:  # noqa: ANN401  any JSON value
    if not isinstance(value, dict):
        raise _FaultError("not_an_object", f"found {_kind(value)}, allowed: one JSON object a line")
    row = {key: (item if isinstance(item, str) else _as_text(item)) or None for key, item in value.items()}
    if "" in row:
        raise _FaultError("empty_key", "found a key without a name, allowed: a name each")
    if has_escapes:
        _check_escapes(row)
    return row


def _as_text(value: Any) -> str | None:  # noqa: ANN401  any JSON value
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    return _compact(value)


def _compact(value: Any) -> str:  # noqa: ANN401  any JSON value
    """Write a value as JSON without spaces; numbers keep the text they came as."""
    if isinstance(value, _Number):
        return value
    if isinstance(value, dict):
        return "{" + ",".join(f"{_compact(key)}:{_compact(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_compact, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def _check_escapes(row: Row) -> None:
    """Refuse what only an escape can bring into a string: NUL, and half of a surrogate pair."""
    text = "".join(f"{key}{value}" for key, value in row.items())
    if "\0" in text:
        raise _FaultError("nul_byte", "found an escaped NUL, allowed: text")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise _FaultError("undecodable", "found an escape for half a character, allowed: whole ones") from None


def _kind(value: object) -> str:
    if isinstance(value, list):
        return "a list"
    return "a number" if isinstance(value, _Number) else "a string" if isinstance(value, str) else f"{value!r}"

"""The head of a CSV file: its delimiter, found out and never guessed silently, and its column names."""

from __future__ import annotations

import csv
import re
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from ltv.errors import DataRefusedError, UsageError, found
from ltv.sources.encoding import decoded
from ltv.sources.text_lines import LineEnd, find_line_end, line_fault, masked, split_lines

_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}
_SAMPLE_LINES = 200
_SEP_LINE = re.compile(r'"?sep=(?P<delimiter>[^"\r\n])"?[\r\n]*', re.IGNORECASE)


@dataclass(frozen=True)
class Head:
    """What stands before the rows of a CSV file.

    Attributes:
        columns: the column names.
        delimiter: what stands between two fields.
        line_end: what ends a line.
        lines: number of lines before the first row.
        chars: number of characters before the first row.
    """

    columns: tuple[str, ...]
    delimiter: str
    line_end: LineEnd
    lines: int
    chars: int


def read_head(path: Path, encoding: str, *, delimiter: str | None = None) -> Head:
    """Read the delimiter and the column names of a CSV file.

    A first line `sep=;`, as Excel writes it, and blank lines before the column names are passed over.

    Args:
        path: the file.
        encoding: codec of its bytes.
        delimiter: what the settings say; without it, `sep=` decides, else the header and the first rows.

    Raises:
        DataRefusedError: the file is empty, its delimiter is not clear, or its header is broken.
        UsageError: `delimiter` cannot be one.
    """
    if delimiter is not None and (len(delimiter) != 1 or delimiter in '"\r\n '):
        raise UsageError(found("delimiter", delimiter, "one character such as , ; | or a tab"))
    blocks = decoded(path, encoding)
    text, is_whole = next(blocks, ("", False))[0], next(blocks, None) is None
    line_end = find_line_end(text)
    lines = split_lines(text, line_end)
    if len(lines) == 1 and not is_whole:
        raise DataRefusedError(f"{path}: found no line end in the first {len(text):,} characters, allowed: a CSV file")
    sep = _SEP_LINE.fullmatch(lines[0]) if lines else None
    first = _first_filled(lines, 1 if sep else 0)
    if first is None:
        raise DataRefusedError(f"{path}: the file is empty, allowed: a line of column names")
    chosen = delimiter or (sep["delimiter"] if sep else _find_delimiter(path, lines[first : first + _SAMPLE_LINES]))
    columns, after = _read_columns(path, lines, first, chosen)
    return Head(columns, chosen, line_end, lines=after, chars=sum(map(len, lines[:after])))


def _first_filled(lines: list[str], at: int) -> int | None:
    return next((i for i, line in enumerate(lines[at:], at) if line.strip("\r\n")), None)


def _read_columns(path: Path, lines: list[str], first: int, delimiter: str) -> tuple[tuple[str, ...], int]:
    reader = csv.reader(islice(lines, first, None), delimiter=delimiter, strict=True)
    try:
        columns = next(reader)
    except csv.Error as error:
        raise DataRefusedError(f"{path}: the line of column names cannot be read: {error}") from error
    after = first + reader.line_num
    fault = line_fault("".join(lines[first:after]))
    if fault:
        raise DataRefusedError(f"{path}: in the line of column names: {fault.detail}")
    _check_columns(path, columns)
    return tuple(columns), after


def _check_columns(path: Path, columns: list[str]) -> None:
    seen: set[str] = set()
    for number, name in enumerate(columns, 1):
        if not name.strip():
            raise DataRefusedError(f"{path}: column {number} of {len(columns)} has no name, allowed: a name each")
        if name in seen:
            raise DataRefusedError(f"{path}: found column {masked(name)!r} twice, allowed: once")
        seen.add(name)


def _find_delimiter(path: Path, lines: list[str]) -> str:
    """Choose the delimiter that the header has; where it has several, the only one that the rows agree with."""
    widths = {delimiter: _widths(lines, delimiter) for delimiter in _DELIMITERS}
    in_header = [d for d, (header, *_) in widths.items() if header > 1]
    in_rows = [d for d, (_, *rows) in widths.items() if any(width > 1 for width in rows)]
    if not in_header and not in_rows:
        return ","  # one column: any delimiter reads it the same
    has_rows = len(widths[","]) > 1
    if len(in_header) == 1 and (not has_rows or in_header[0] in in_rows):
        return in_header[0]
    fitting = [d for d in in_header if _agree(*widths[d])]
    if len(fitting) == 1:
        return fitting[0]
    named = ", ".join(_DELIMITERS[d] for d in fitting or in_header or in_rows)
    raise DataRefusedError(f'{path}: the delimiter is not clear ({named}); say it in ltv.toml: delimiter = ","')


def _widths(lines: list[str], delimiter: str) -> list[int]:
    """Return the number of fields of the header and of each of the first rows, blank ones left out."""
    try:
        rows = list(csv.reader(lines, delimiter=delimiter, strict=True))
    except csv.Error:  # an odd quote: line by line it spoils only its own
        rows = [row for line in lines for row in _fields(line, delimiter)]
    return [len(row) for row in rows if row] or [0]


def _fields(line: str, delimiter: str) -> list[list[str]]:
    with suppress(csv.Error):
        return list(csv.reader([line], delimiter=delimiter))
    return []


def _agree(header: int, *rows: int) -> bool:
    return 2 * sum(width == header for width in rows) > len(rows)

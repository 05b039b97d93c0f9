"""CSV block by block: what is proven to be well formed needs no loop over rows.

`csv` takes microseconds a row; pyarrow reads a block ten times as fast, but has its own mind on stray quotes, blank
lines and lone CRs. So a block goes to pyarrow only after a look at its quotes has shown that no two readers of CSV can
differ on it; any other block goes record by record.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyarrow import csv as pacsv

from ltv.sources.csv_records import wrong_width
from ltv.sources.text_lines import BadLine

_QUOTE, _LF, _CR = b'"'[0], b"\n"[0], b"\r"[0]
_MAX_FIELD_BYTES = 131_072  # the limit of the csv module: a file must not read differently on the two ways
_BOM = "\ufeff"  # pyarrow drops one at the start of a block; here it is part of a value

Positions = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Block:
    """The records of a well-formed block.

    Attributes:
        table: the good records, every value text, an empty one null.
        lines: the line at which each good record starts.
        bad: the rows with too few or too many fields.
        rest: the text after the last whole record.
        next_line: number of the line at which `rest` starts.
    """

    table: pa.Table
    lines: Positions
    bad: list[BadLine]
    rest: str
    next_line: int


def read_block(text: str, columns: tuple[str, ...], delimiter: str, first_line: int) -> Block | None:
    """Read a block of lines that end with LF, if it is well formed.

    Args:
        text: whole lines without NULs and marks of broken bytes; the last record may go on after them.
        columns: the column names.
        delimiter: what stands between two fields.
        first_line: number of the first line.

    Returns:
        The records, or None where only the csv module can tell what the block means.
    """
    has_lone_cr = "\r" in text and text.count("\r") != text.count("\r\n")
    if has_lone_cr or text.startswith(_BOM) or not delimiter.isascii():
        return None
    data = text.encode()
    bytes_ = np.frombuffer(data, dtype=np.uint8)
    ends = _record_ends(bytes_, ord(delimiter))
    if ends is None or not len(ends.bytes):
        return None
    starts = np.concatenate([[0], ends.bytes[:-1] + 1])
    if (ends.bytes - starts).max() > _MAX_FIELD_BYTES:
        return None
    wrong: list[pacsv.InvalidRow] = []
    stop = int(ends.bytes[-1]) + 1
    table = _parsed(pa.py_buffer(data)[:stop], columns, delimiter, wrong)
    if len(table) + len(wrong) != len(starts) or any("\n" in row.text for row in wrong):
        return None  # blank lines, or a record of several lines that must be given up as its first one only
    lines = first_line + np.concatenate([[0], ends.lines[:-1] + 1])
    at = np.array([row.number - 1 for row in wrong], dtype=np.int64)
    bad = [
        wrong_width(row.actual_columns, len(columns)).at(int(line), row.text)
        for row, line in zip(wrong, lines[at], strict=True)
    ]
    return Block(table, np.delete(lines, at), bad, data[stop:].decode(), first_line + int(ends.lines[-1]) + 1)


@dataclass(frozen=True)
class _Ends:
    bytes: Positions
    lines: Positions


def _record_ends(data: npt.NDArray[np.uint8], delimiter: int) -> _Ends | None:
    """Return where records end: byte positions and indices among the lines; None if a quote is out of place.

    Every quote toggles between inside and outside. The block is well formed where each quote that opens stands at the
    start of a field, and each that closes at the end of one, or the two are neighbours: a doubled quote inside.
    """
    ends = np.flatnonzero(data == _LF)
    quotes = np.flatnonzero(data == _QUOTE)
    if not len(quotes):
        return _Ends(ends, np.arange(len(ends)))
    opening, closing = quotes[::2], quotes[1::2]
    before = data[opening[opening > 0] - 1]
    after = data[closing[closing < len(data) - 1] + 1]
    if not _all_in(before, delimiter, _LF, _QUOTE) or not _all_in(after, delimiter, _LF, _CR, _QUOTE):
        return None
    outside = np.flatnonzero(np.searchsorted(quotes, ends) % 2 == 0)
    return _Ends(ends[outside], outside)


def _all_in(found: npt.NDArray[np.uint8], *allowed: int) -> bool:
    return bool(np.isin(found, np.array(allowed, dtype=np.uint8)).all())


def _parsed(data: pa.Buffer, columns: tuple[str, ...], delimiter: str, wrong: list[pacsv.InvalidRow]) -> pa.Table:
    """Return the rows that have all columns; put the others into `wrong`."""

    def skip(row: pacsv.InvalidRow) -> str:
        wrong.append(row)
        return "skip"

    return pacsv.read_csv(
        data,
        pacsv.ReadOptions(use_threads=False, column_names=columns, block_size=data.size + 1),
        pacsv.ParseOptions(delimiter=delimiter, newlines_in_values=True, invalid_row_handler=skip),
        _as_text(columns),
    )


def _as_text(columns: tuple[str, ...]) -> pacsv.ConvertOptions:
    return pacsv.ConvertOptions(
        column_types=dict.fromkeys(columns, pa.string()),
        null_values=[""],
        strings_can_be_null=True,
        quoted_strings_can_be_null=True,
        check_utf8=False,
    )

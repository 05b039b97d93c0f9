"""Lines of a text file, and the ones that cannot be used: shared by the readers of CSV and JSON Lines."""

from __future__ import annotations

import io
import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Literal

import pyarrow as pa

from ltv.errors import DataRefusedError
from ltv.sources.encoding import BROKEN, decoded

LINE_COLUMN = "_line"
LineEnd = Literal["\n", "\r"]

_MAX_TEXT = 500
_HEAD_CHARS = 65_536
_MAX_BATCH_BYTES = 32 << 20
_MAX_LINE_CHARS = 16 << 20
_OVERLONG = "\ud800"  # a lone surrogate cannot be in decoded text
_LINE_END = re.compile("\r\n|\r|\n")
_ISO_DATE = r"(?<![\d-])(?:19|20)\d\d-[01]\d-[0-3]\d(?![\d-])"
_DIGITS = r"\d(?:[ \-\udc00-\udcff]?\d){6,}"  # also where a byte between the digits did not decode
_EMAIL = r"""[^\s@＠,;|<>"']+[@＠][^\s@＠,;|<>"']+"""
_PRIVATE = re.compile(f"(?P<date>{_ISO_DATE})|{_EMAIL}|{_DIGITS}")

_LINE_FAULTS = {
    "nul_byte": "found a NUL byte, allowed: text",
    "line_too_long": f"found a line of more than {_MAX_LINE_CHARS:,} characters, allowed: that many",
    "undecodable": "found bytes that are not in the file's encoding, allowed: text in one encoding",
}


@dataclass(frozen=True, slots=True)
class BadLine:
    """An input line that is not even a row.

    Attributes:
        line: number of the line at which the record starts, from 1, in the decompressed and decoded file.
        rule: stable name of the rule that it breaks.
        detail: what was found and what is allowed, in one line.
        text: the raw text, at most 500 characters, with numbers of 7 or more digits and e-mail addresses masked.
    """

    line: int
    rule: str
    detail: str
    text: str


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a record cannot be used.

    Attributes:
        rule: stable name of the rule that it breaks.
        detail: what was found and what is allowed, in one line.
    """

    rule: str
    detail: str

    def at(self, line: int, raw: str) -> BadLine:
        """Return the bad line for a record that starts at `line` and reads `raw`."""
        return BadLine(line, self.rule, self.detail, masked(raw))


class TextFile(ABC):
    """A text file whose rows are read as they are: every value is text, an empty one is null.

    Attributes:
        path: the file.
        encoding: codec that its bytes turned out to be in.
        columns: names of its columns, in the order of the file.
        bad: the lines that are not rows; starts empty and grows while batches are read. Lines with nothing in them
            are neither rows nor bad.
        types: engine types of the columns that are not text.
    """

    types: Mapping[str, str] = MappingProxyType({})

    def __init__(self, path: Path, encoding: str, columns: tuple[str, ...]) -> None:
        if LINE_COLUMN in columns:
            raise DataRefusedError(f"{path}: found a column {LINE_COLUMN!r}, allowed: any other name")
        self.path = path
        self.encoding = encoding
        self.columns = columns
        self.bad: list[BadLine] = []

    @property
    def schema(self) -> pa.Schema:
        """The columns as strings, then `_line`: the line at which the record starts, from 1."""
        return pa.schema([*((name, pa.string()) for name in self.columns), (LINE_COLUMN, pa.int64())])

    @abstractmethod
    def batches(self, *, rows: int = 65_536) -> Iterator[pa.RecordBatch]:
        """Yield the rows in the order of the file, at most `rows` at a time.

        Raises:
            DataRefusedError: the file changed since it was opened so that it cannot be read any more.
        """


def masked(raw: str) -> str:
    """Return at most 500 characters of a raw line in which phone numbers and e-mail addresses cannot be read.

    >>> masked("7,2011-12-09,138 0013 8000,13800138000,li@example.com,9.50")
    '7,2011-12-09,*************,***********,**************,9.50'
    """
    # NUL bytes go first: UTF-16 read as something else has one between any two digits.
    shown = raw[: 4 * _MAX_TEXT].replace("\0", "").replace(_OVERLONG, "").rstrip("\r\n")
    shown = _PRIVATE.sub(lambda hit: hit["date"] or "*" * len(hit[0]), shown)
    return BROKEN.sub(lambda mark: f"\\x{ord(mark[0]) - 0xDC00:02x}", shown)[:_MAX_TEXT]


def line_fault(raw: str) -> Fault | None:
    """Return what is wrong with the characters of a record, if anything is."""
    if "\0" in raw:
        rule = "nul_byte"
    elif _OVERLONG in raw:
        rule = "line_too_long"
    elif BROKEN.search(raw):
        rule = "undecodable"
    else:
        return None
    return Fault(rule, _LINE_FAULTS[rule])


def find_line_end(text: str) -> LineEnd:
    r"""Return what ends the lines of a file, from its first text: LF (also after CR), or CR alone.

    >>> find_line_end('"a\nb",c\r1,2\r'), find_line_end("a,b\r\n1,2\r\n")
    ('\r', '\n')
    """
    ends = list(_LINE_END.finditer(text[:_HEAD_CHARS])) or list(_LINE_END.finditer(text))
    outside = (end[0] for end in ends if text.count('"', 0, end.start()) % 2 == 0)
    first = next(outside, ends[0][0] if ends else "\n")
    return "\r" if first == "\r" else "\n"


def split_lines(text: str, line_end: LineEnd) -> list[str]:
    """Split text into lines, each with its end; where CR alone is one, LF and CR LF are as well."""
    return io.StringIO(text, newline="\n" if line_end == "\n" else "").readlines()


def count_lines(text: str, line_end: LineEnd) -> int:
    """Count the line ends in a text."""
    return text.count("\n") if line_end == "\n" else len(_LINE_END.findall(text))


@dataclass(frozen=True, slots=True)
class Piece:
    """Whole lines of a file.

    Attributes:
        text: the lines, each with its end.
        suspect: whether any of them may hold a NUL, bytes that did not decode, or be longer than allowed.
        final: whether the file ends here.
    """

    text: str
    suspect: bool
    final: bool


def read_pieces(path: Path, encoding: str, line_end: LineEnd) -> Iterator[Piece]:
    """Yield a file in pieces of whole lines; memory does not depend on how long the file or a line is.

    Raises:
        DataRefusedError: the file cannot be read or decompressed.
    """
    cutter = _LineCutter(line_end)
    for text, broken in decoded(path, encoding):
        piece = cutter.cut(text, broken=broken)
        if piece.text:
            yield piece
    yield cutter.last()


class _LineCutter:
    """Cuts blocks of text after their last whole line and keeps the rest for the next block."""

    def __init__(self, line_end: LineEnd) -> None:
        self._line_end = line_end
        self._rest = ""
        self._suspect = False
        self._skipping = False

    def cut(self, text: str, *, broken: bool) -> Piece:
        text = self._rest + self._after_overlong(text)
        at = self._whole(text)
        whole, self._rest = text[:at], text[at:]
        suspect = broken or self._suspect or "\0" in whole
        self._suspect = broken or (self._suspect and not whole)  # only then the rest goes back beyond this block
        if len(self._rest) > _MAX_LINE_CHARS:
            # The beginning stands for the line; the mark makes it a bad one whatever it says.
            whole += self._rest[: 4 * _MAX_TEXT] + _OVERLONG + "\n"
            self._rest, self._skipping, suspect = "", True, True
        return Piece(whole, suspect, final=False)

    def last(self) -> Piece:
        end = "\n" if self._rest and not self._rest.endswith("\n") else ""
        return Piece(self._rest + end, self._suspect or "\0" in self._rest, final=True)

    def _whole(self, text: str) -> int:
        at = text.rfind("\n") + 1
        # A CR that ends the block may be the first half of CR LF.
        return at if self._line_end == "\n" else max(at, text.rfind("\r", 0, max(len(text) - 1, 0)) + 1)

    def _after_overlong(self, text: str) -> str:
        if not self._skipping:
            return text
        end = _LINE_END.search(text) if self._line_end == "\r" else re.search("\n", text)
        self._skipping = end is None
        return "" if end is None else text[end.end() :]


def gather(batches: Iterable[pa.RecordBatch], rows: int) -> Iterator[pa.RecordBatch]:
    """Put small batches together, and cut large ones, into batches of `rows` rows; fewer where rows are very long."""
    kept: list[pa.RecordBatch] = []
    for batch in batches:
        kept.append(batch)
        if sum(map(len, kept)) >= rows or sum(part.nbytes for part in kept) >= _MAX_BATCH_BYTES:
            whole = pa.concat_batches(kept)
            full = len(whole) // rows * rows or len(whole)
            yield from (whole.slice(start, rows) for start in range(0, full, rows))
            kept = [whole.slice(full)]
    if sum(map(len, kept)):
        whole = pa.concat_batches(kept)
        yield from (whole.slice(start, rows) for start in range(0, len(whole), rows))

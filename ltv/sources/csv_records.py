"""CSV record by record: `csv` decides what is quoted, and a record that goes wrong costs only its own line."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field

from ltv.sources.text_lines import BadLine, Fault, LineEnd, line_fault, split_lines

# How far a record may run on. An open quote takes everything up to the next quote, which may be the end of the file.
MAX_RECORD_CHARS = 1 << 20
_MIN_RECORD_CHARS = 1 << 11
# What may be read in vain, in characters: at the start, and for each character of the file that has been dealt with.
_FREE_CHARS = 1 << 22
_EARNED_CHARS = 8
_LINE_CHARS = 64  # a line costs about as much time as that many characters

_UNCLOSED = Fault("unclosed_quote", "found a quote that is not closed where the record ends, allowed: quotes in pairs")
_CSV_FAULTS = {  # how the messages of the csv module begin
    "unexpected end of data": _UNCLOSED,
    "field larger than": Fault("field_too_long", "found a field over the limit, allowed: 131,072 characters"),
    "new-line character": Fault("stray_carriage_return", "found a CR in a field, allowed: in quotes only"),
    "": Fault("text_after_quote", "found text after a closing quote, allowed: quotes inside quotes are doubled"),
}


def wrong_width(found: int, allowed: int) -> Fault:
    """Return the fault of a row with too few or too many fields.

    >>> wrong_width(1, 3)
    Fault(rule='row_too_short', detail='found 1 field, allowed: 3 as in the header')
    """
    rule = "row_too_short" if found < allowed else "row_too_long"
    return Fault(rule, f"found {found} field{'s' * (found != 1)}, allowed: {allowed} as in the header")


@dataclass
class Records:
    """The records of some lines.

    Attributes:
        values: the fields of all good records, one record after the other.
        lines: the line at which each good record starts.
        bad: the lines that are not records.
        rest: the text of a last record whose end is not there yet.
        next_line: number of the line after the last one read, at which `rest` starts.
    """

    values: list[str] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    bad: list[BadLine] = field(default_factory=list)
    rest: str = ""
    next_line: int = 0


class RecordReader:
    """Reads records out of lines.

    A record that took several lines and then goes wrong (a quote is not closed, text follows the closing one, the
    number of fields is not that of the header) is given up as its first line only; reading goes on at the next line.
    """

    def __init__(self, n_columns: int, delimiter: str, line_end: LineEnd) -> None:
        self._n_columns = n_columns
        self._delimiter = delimiter
        self._line_end = line_end
        self._allowance = _Allowance()

    def read(self, text: str, first_line: int, *, final: bool) -> Records:
        """Read whole lines.

        Args:
            text: the lines, each with its end.
            first_line: number of the first of them.
            final: whether the file ends here; if not, a record that is still open at the end is left as `rest`.
        """
        lines = split_lines(text, self._line_end)
        suspect = line_fault(text) is not None
        out = Records()
        at = 0
        while at < len(lines):
            run = _Run(lines, at, self._allowance)
            fault = self._read_run(run, first_line, out, suspect=suspect)
            at = run.start
            if fault is None or (run.is_open and not final):
                break
            run.give_up()
            out.bad.append(fault.at(first_line + at, lines[at]))
            at += 1
        out.rest, out.next_line = "".join(lines[at:]), first_line + at
        return out

    def _read_run(self, run: _Run, first_line: int, out: Records, *, suspect: bool) -> Fault | None:
        """Read records to the end or to the first that must be given up; return what is wrong with that one."""
        try:
            for fields in csv.reader(run, delimiter=self._delimiter, strict=True):
                is_wrong = len(fields) not in (0, self._n_columns)
                if is_wrong and run.n_lines > 1:
                    return line_fault(run.first) or _UNCLOSED
                fault = line_fault(run.raw) if suspect else None
                if fault is None and is_wrong:
                    fault = wrong_width(len(fields), self._n_columns)
                line = first_line + run.start
                if fault is not None:
                    out.bad.append(fault.at(line, run.raw))
                elif fields:
                    out.values += fields
                    out.lines.append(line)
                run.next_record()
        except csv.Error as error:
            run.is_open = str(error).startswith("unexpected end") and not run.was_cut
            return line_fault(run.first) or (_UNCLOSED if run.n_lines > 1 else _fault_of(error))
        return None


def _fault_of(error: csv.Error) -> Fault:
    return next(fault for beginning, fault in _CSV_FAULTS.items() if str(error).startswith(beginning))


class _Allowance:
    """How much may still be read in vain, so that a file full of unclosed quotes is not read a thousand times over."""

    def __init__(self) -> None:
        self._left = _FREE_CHARS

    @property
    def limit(self) -> int:
        return max(_MIN_RECORD_CHARS, min(MAX_RECORD_CHARS, self._left))

    def earn(self, cost: int) -> None:
        self._left = min(_FREE_CHARS, self._left + _EARNED_CHARS * cost)

    def spend(self, cost: int) -> None:
        self._left -= min(cost, self._left)


class _Run:
    """Feeds lines to a csv reader and knows which of them belong to the record that is being read."""

    def __init__(self, lines: list[str], start: int, allowance: _Allowance) -> None:
        self._lines = lines
        self._next = self.start = start
        self._cost = 0
        self._allowance = allowance
        self._limit = allowance.limit
        self.was_cut = False
        self.is_open = False

    def __iter__(self) -> _Run:
        return self

    def __next__(self) -> str:
        if self._next >= len(self._lines):
            raise StopIteration
        line = self._lines[self._next]
        self._cost += len(line) + _LINE_CHARS
        if self._cost > self._limit and self._next > self.start:
            self.was_cut = True
            raise StopIteration
        self._next += 1
        return line

    @property
    def n_lines(self) -> int:
        return self._next - self.start

    @property
    def first(self) -> str:
        return self._lines[self.start]

    @property
    def raw(self) -> str:
        return "".join(self._lines[self.start : self._next])

    def next_record(self) -> None:
        self._allowance.earn(self._cost)
        self.start, self._cost, self._limit = self._next, 0, self._allowance.limit

    def give_up(self) -> None:
        self._allowance.spend(self._cost)
        self._allowance.earn(len(self.first) + _LINE_CHARS)

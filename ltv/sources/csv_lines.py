"""CSV files: well-formed blocks by pyarrow, everything else record by record."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from ltv.sources.csv_blocks import read_block
from ltv.sources.csv_head import Head
from ltv.sources.csv_records import MAX_RECORD_CHARS, RecordReader
from ltv.sources.text_lines import TextFile, gather, line_fault, read_pieces


@dataclass(frozen=True)
class _Part:
    """Text that is still to be read, the line it starts at, and whether it must go record by record."""

    text: str
    line: int
    suspect: bool = False


class CsvFile(TextFile):
    """A CSV file with a header.

    Attributes:
        delimiter: what stands between two fields.
    """

    def __init__(self, path: Path, encoding: str, head: Head) -> None:
        super().__init__(path, encoding, head.columns)
        self.delimiter = head.delimiter
        self._head = head

    def batches(self, *, rows: int = 65_536) -> Iterator[pa.RecordBatch]:
        """Yield the rows in the order of the file, at most `rows` at a time; each call starts anew."""
        return gather(self._parts(), rows)

    def _parts(self) -> Iterator[pa.RecordBatch]:
        self.bad.clear()
        reader = RecordReader(len(self.columns), self.delimiter, self._head.line_end)
        part, skip = _Part("", self._head.lines + 1), self._head.chars
        for piece in read_pieces(self.path, self.encoding, self._head.line_end):
            part = _Part(part.text + piece.text[skip:], part.line, part.suspect or piece.suspect)
            skip = max(0, skip - len(piece.text))
            while part.text:
                batch, part = self._read(part, reader, final=piece.final)
                yield batch
                if not piece.final and len(part.text) <= MAX_RECORD_CHARS:
                    break  # the next piece may close the record that is open at the end of this one
                part = replace(part, suspect=True)

    def _read(self, part: _Part, reader: RecordReader, *, final: bool) -> tuple[pa.RecordBatch, _Part]:
        """Return the rows of a part, and what is left of it."""
        is_plain = self._head.line_end == "\n" and not part.suspect
        block = read_block(part.text, self.columns, self.delimiter, part.line) if is_plain else None
        if block is not None:
            self.bad += block.bad
            columns = [column.combine_chunks() for column in block.table.columns]
            return self._batch(columns, pa.array(block.lines)), _Part(block.rest, block.next_line)
        records = reader.read(part.text, part.line, final=final)
        self.bad += records.bad
        n = len(self.columns)
        columns = [_as_text(records.values[i::n]) for i in range(n)]
        left = _Part(records.rest, records.next_line, line_fault(records.rest) is not None)
        return self._batch(columns, pa.array(records.lines, pa.int64())), left

    def _batch(self, columns: list[pa.Array], lines: pa.Array) -> pa.RecordBatch:
        return pa.record_batch([*columns, lines], schema=self.schema)


def _as_text(values: list[str]) -> pa.Array:
    array = pa.array(values, pa.string())
    return pc.if_else(pc.equal(array, ""), pa.scalar(None, pa.string()), array)

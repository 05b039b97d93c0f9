"""Spans as OpenTelemetry writes them: OTLP as JSON lines or as protobuf files, read as they are.

Identifiers are hexadecimal text in OTLP/JSON, though the JSON mapping of protocol buffers would have bytes in base64: a reader that goes by
the mapping destroys them. A span that cannot be used is put aside with its reason, the others of its line are used.

https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
"""

from __future__ import annotations

import gc
import re
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from ltv.errors import DataRefusedError, found
from ltv.sources.encoding import decoded, find_encoding
from ltv.sources.otlp_columns import Part
from ltv.sources.otlp_json import of_lines
from ltv.sources.otlp_json_columns import of_text
from ltv.sources.otlp_rows import SCHEMA, TYPES, Rows
from ltv.sources.text_lines import TextFile, gather, read_pieces, split_lines

MOST_CHARS = (
    256 << 20
)  # of one object over a whole file, which is in memory at once; let the exporter write an object a line
_HEAD = re.compile(r'^\s*\{\s*"(?:resourceSpans|resource_spans)"\s*:', re.MULTILINE)
_PRETTY = re.compile(r'\A\s*\{\s*\n\s*"(?:resourceSpans|resource_spans)"\s*:')
_HEAD_CHARS = 65_536


class OtlpFile(TextFile):
    """A file of spans; its columns are those of the contract's table `spans`."""

    types = TYPES

    def __init__(self, path: Path, encoding: str) -> None:
        super().__init__(path, encoding, tuple(TYPES))

    @property
    def schema(self) -> pa.Schema:
        """The columns with their types, then `_line`: the line, or the message, that a span stands in."""
        return SCHEMA

    def batches(self, *, rows: int = 65_536) -> Iterator[pa.RecordBatch]:
        """Yield the spans in the order of the file, at most `rows` at a time; each call starts anew."""
        return gather(self._parts(), rows)

    def _parts(self) -> Iterator[pa.RecordBatch]:
        self.bad.clear()
        pieces = self.pieces()
        while (batch := self._next(pieces)) is not None:
            yield batch

    def _next(self, pieces: Iterator[Part | Rows]) -> pa.RecordBatch | None:
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

    def pieces(self) -> Iterator[Part | Rows]:
        """Yield the spans piece by piece."""
        raise NotImplementedError


class OtlpJsonFile(OtlpFile):
    """OTLP/JSON: an object with `resourceSpans` a line, or one that is spread over a whole file."""

    def pieces(self) -> Iterator[Part | Rows]:
        """Yield the spans of some lines at a time."""
        if _PRETTY.match(_head(self.path, self.encoding)):
            yield of_lines([(1, self._whole())], suspect=True)
            return
        next_line = 1
        for piece in read_pieces(self.path, self.encoding, "\n"):
            raws = split_lines(piece.text, "\n")
            columns = None if piece.suspect else of_text(raws, next_line)
            yield columns or of_lines(enumerate(raws, next_line), suspect=piece.suspect)
            next_line += len(raws)

    def _whole(self) -> str:
        kept, size = [], 0
        for text, _ in decoded(self.path, self.encoding):
            kept.append(text)
            size += len(text)
            if size > MOST_CHARS:
                allowed = f"{MOST_CHARS:,}, or an object a line"
                raise DataRefusedError(
                    found(f"{self.path} characters of one object", f"more than {MOST_CHARS:,}", allowed)
                )
        return "".join(kept)


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

    >>> import json, tempfile
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

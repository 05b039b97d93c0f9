"""Text files as sources: CSV and JSON Lines, plain or compressed, in whatever encoding they turn out to be.

Values are never interpreted: `0012` stays `0012`, `NA` stays `NA`, 9007199254740993 keeps every digit; only the empty
string becomes null. A line that is not even a row is kept aside with its number and the rule that it breaks, and the
rest is read. Files are read in blocks; how long they are does not matter.
"""

from __future__ import annotations

from pathlib import Path

from ltv.sources.csv_head import read_head
from ltv.sources.csv_lines import CsvFile
from ltv.sources.encoding import find_encoding
from ltv.sources.json_lines import JsonLinesFile
from ltv.sources.text_lines import BadLine, TextFile

__all__ = ["BadLine", "TextFile", "open_csv", "open_json_lines"]


def open_csv(path: Path, *, encoding: str | None = None, delimiter: str | None = None) -> CsvFile:
    r"""Open a CSV file with a header; nothing but the head is kept in memory.

    Quotes are what the csv module takes for quotes: a field that begins with one ends at the next that is not doubled
    and may hold delimiters and line ends; a quote within a field that does not begin with one is a character.

    Args:
        path: a CSV file, plain or compressed by gzip or zstd.
        encoding: codec of its bytes where they do not tell.
        delimiter: what stands between two fields where the file does not tell.

    Raises:
        DataRefusedError: the file is empty, truncated, in no clear encoding, has no clear delimiter or a broken header.
        UsageError: there is no such encoding, or `delimiter` is not one character.

    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "orders.csv"
    >>> _ = path.write_text('id,city\n0012,广州\n0013\n0014,"a\nb"\n', encoding="gb18030")
    >>> file = open_csv(path, encoding="gb18030")
    >>> [row for batch in file.batches() for row in batch.to_pylist()]
    [{'id': '0012', 'city': '广州', '_line': 2}, {'id': '0014', 'city': 'a\nb', '_line': 4}]
    >>> file.bad
    [BadLine(line=3, rule='row_too_short', detail='found 1 field, allowed: 2 as in the header', text='0013')]
    """
    codec = find_encoding(path, declared=encoding)
    return CsvFile(path, codec, read_head(path, codec, delimiter=delimiter))


def open_json_lines(path: Path, *, encoding: str | None = None) -> JsonLinesFile:
    """Open a file with one JSON object a line; reads it once to find all keys.

    Strings are as they are, numbers the text they have in the file, booleans `true` and `false`, lists and objects
    compact JSON; null, the empty string and a missing key are null.

    Args:
        path: a JSON Lines file, plain or compressed by gzip or zstd; an empty one has no columns and no rows.
        encoding: codec of its bytes where they do not tell.

    Raises:
        DataRefusedError: the file is truncated, in no clear encoding, or has so many keys that they must be values.
        UsageError: there is no such encoding.
    """
    return JsonLinesFile(path, find_encoding(path, declared=encoding))

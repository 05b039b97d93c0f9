"""What must hold for any table and any text, not only for the cases that somebody thought of."""

import csv
import io
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from unittest.mock import patch

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ltv.sources import csv_lines, encoding
from ltv.sources.compressed import read_blocks
from ltv.sources.csv_lines import CsvFile
from ltv.sources.text import BadLine, open_csv

PLAIN = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=6)
AWKWARD = st.text(st.sampled_from(list(',;|\t"\n\r ab1=é中\U0001f600\ufeff\u2028')), max_size=8)
VALUE = PLAIN | AWKWARD
# What breaks readers, close together: quotes, delimiters, line ends; then NULs and bytes that are no UTF-8 as well.
STRUCTURE = [b'"', b'"', b",", b",", b"a", b"\n", b"\r\n", b"\xe4\xb8\xad"]
RUBBISH = st.lists(st.sampled_from(STRUCTURE), max_size=60) | st.lists(
    st.sampled_from([*STRUCTURE, b"\r", b"\0", b"\xff"]), max_size=60
)

# So much good text that no rubbish before it leaves a doubt about the encoding.
GOOD_LINES = 3
GOOD = (f"{'中文' * 400},b,c\n" * GOOD_LINES).encode()

Rows = list[tuple[str | None, ...]]


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return tmp_path_factory.mktemp("text") / "input.csv"


def opened(path: Path, content: bytes, **options: str) -> CsvFile:
    path.write_bytes(content)
    return open_csv(path, **options)


def read(file: CsvFile) -> tuple[Rows, list[BadLine]]:
    table = pa.Table.from_batches(file.batches(), schema=file.schema)
    return list(zip(*(column.to_pylist() for column in table.columns), strict=True)), list(file.bad)


@st.composite
def tables(draw: st.DrawFn) -> list[list[str]]:
    width = draw(st.integers(1, 4))
    header = [f"c{i}" for i in range(width)]
    return [header, *draw(st.lists(st.lists(VALUE, min_size=width, max_size=width), max_size=8))]


@settings(max_examples=4000, deadline=None)
@given(
    tables(),
    st.sampled_from([",", ";", "\t", "|"]),
    st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL, csv.QUOTE_NONNUMERIC]),
    st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_a_table_that_was_written_by_csv_reads_back_the_same(path, table, delimiter, quoting, end):
    if quoting == csv.QUOTE_MINIMAL:  # a writer quotes only the line ends that it writes itself
        table = [
            [value.replace("\r", "").replace("\n", "") if end != "\r\n" else value for value in row] for row in table
        ]
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, quoting=quoting, lineterminator=end).writerows(table)
    rows, bad = read(opened(path, text.getvalue().encode(), delimiter=delimiter))
    assert [row[:-1] for row in rows] == [tuple(value or None for value in row) for row in table[1:]]
    assert not bad


@settings(max_examples=4000, deadline=None)
@given(
    st.lists(st.sampled_from(["good", "short", "long", "nul", "broken", "open"]), max_size=30), st.integers(0, 2**30)
)
def test_rows_and_bad_lines_together_are_the_records_that_were_written(path, kinds, seed):
    lines = {
        "good": b'%d,"a ""b"", c",x',
        "short": b"%d,x",
        "long": b'%d,"a",b,c',
        "nul": b"%d,\0,x",
        "broken": b"%d,\xff,x",
        "open": b'%d,"x,y',
    }
    written = [lines[kind] % (seed + i) for i, kind in enumerate(kinds)]
    rows, bad = read(rubbish_file(path, b"\n".join(written)))
    rules = Counter(line.rule for line in bad)
    assert len(rows) == kinds.count("good") + GOOD_LINES
    assert rules["row_too_short"] == kinds.count("short")
    assert rules["row_too_long"] == kinds.count("long")
    assert rules["nul_byte"] == kinds.count("nul")
    assert rules["undecodable"] == kinds.count("broken")
    assert rules["unclosed_quote"] == kinds.count("open")
    assert [line.line for line in bad] == [i for i, kind in enumerate(kinds, 2) if kind != "good"]


def rubbish_file(path: Path, content: bytes) -> CsvFile:
    """Return a file whose header and encoding are beyond doubt whatever the content is."""
    return opened(path, b"a,b,c\n" + content + b"\n" + GOOD)


@settings(max_examples=4000, deadline=None)
@given(RUBBISH)
def test_both_ways_of_reading_give_the_same_for_any_bytes(path, parts):
    file = rubbish_file(path, b"".join(parts))
    fast = read(file)
    with patch.object(csv_lines, "read_block", lambda *_: None):
        slow = read(file)
    assert fast == slow


@settings(max_examples=4000, deadline=None)
@given(RUBBISH, st.sampled_from([3, 5, 8, 13, 50]))
def test_where_blocks_end_makes_no_difference_for_any_bytes(path, parts, size):
    file = rubbish_file(path, b"".join(parts))
    whole = read(file)
    with patch.object(encoding, "read_blocks", partial(read_blocks, block_bytes=size)):
        cut = read(file)
    assert cut == whole


@settings(max_examples=4000, deadline=None)
@given(RUBBISH)
def test_no_line_is_lost_for_any_bytes(path, parts):
    file = rubbish_file(path, b"".join(parts))
    rows, bad = read(file)
    content = file.path.read_bytes().decode("utf-8", "surrogateescape")
    lines = list(io.StringIO(content, newline="\n"))
    seen = set(accounted(rows, bad))
    assert {i for i, line in enumerate(lines, 1) if line.strip("\r\n")} - {1} <= seen


def accounted(rows: Rows, bad: list[BadLine]) -> Iterator[int]:
    """Yield every line that a row covers, by the line ends in its values, or that is a bad line."""
    for row in rows:
        ends = sum(value.count("\n") for value in row[:-1] if value)
        yield from range(row[-1], row[-1] + ends + 1)
    for line in bad:
        yield from range(line.line, line.line + 1 + line.text.count("\n"))

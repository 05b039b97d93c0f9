"""Reading CSV: what is a row, what is not, and what stops the file."""

import csv
import gzip
import io
import random
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import zstandard

from ltv.errors import DataRefusedError, UsageError
from ltv.sources import csv_lines, csv_records, text_lines
from ltv.sources.csv_lines import CsvFile
from ltv.sources.text import TextFile, open_csv

PACKERS = [pytest.param(gzip.compress, id="gzip"), pytest.param(zstandard.compress, id="zstd")]
RANDOM = random.Random(1)
INCOMPRESSIBLE = ("a,b\n" + "".join(f"{i},{RANDOM.random()}\n" for i in range(5_000))).encode()

Row = tuple[Any, ...]


@pytest.fixture
def make(tmp_path: Path):
    def write(content: str | bytes, **options: str) -> CsvFile:
        path = tmp_path / "input.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return open_csv(path, **options)

    return write


def read(file: TextFile, **options: int) -> list[Row]:
    """Return (line, value, value, …) of every row."""
    table = pa.Table.from_batches(file.batches(**options), schema=file.schema)
    return [(row["_line"], *(row[name] for name in file.columns)) for row in table.to_pylist()]


def faults(file: TextFile) -> list[tuple[int, str]]:
    return [(bad.line, bad.rule) for bad in file.bad]


# Values


def test_values_are_not_interpreted(make):
    values = ["0012", "NA", "null", "9007199254740993", "1e5", "1,234.50", " x ", "NaN", "TRUE", "2011-12-09", "#N/A"]
    text = io.StringIO()
    csv.writer(text).writerows([[f"c{i}" for i in range(len(values))], values])
    assert read(make(text.getvalue())) == [(2, *values)]


def test_the_empty_string_is_null_quoted_or_not_on_both_ways_of_reading(make):
    rows = 'a,b,c\n,"",x\n'
    assert read(make(rows)) == [(2, None, None, "x")]
    assert read(make(rows + "\n")) == [(2, None, None, "x")]  # the blank line sends the block the slow way


def test_every_column_is_a_string_and_the_line_a_number(make):
    file = make("id,n\n1,2\n")
    (batch,) = file.batches()
    assert batch.schema == file.schema == pa.schema([("id", pa.string()), ("n", pa.string()), ("_line", pa.int64())])


def test_quoted_line_ends_delimiters_and_quotes_belong_to_the_value(make):
    file = make('id,note\n1,"a,b\nc ""d"" \r\ne"\n2,x\n')
    assert read(file) == [(2, "1", 'a,b\nc "d" \r\ne'), (5, "2", "x")]
    assert not file.bad


@pytest.mark.parametrize("field", ['5" nail', 'a"b"c', ' "a"', 'x"'])
def test_a_quote_within_an_unquoted_field_is_a_character(make, field):
    file = make(f"id,name,n\n1,{field},2\n3,y,4\n")
    assert read(file) == [(2, "1", field, "2"), (3, "3", "y", "4")]
    assert not file.bad


def test_reading_again_gives_the_same_and_counts_bad_lines_once(make):
    file = make("a,b\n1,2\n3\n")
    assert read(file) == read(file)
    assert faults(file) == [(3, "row_too_short")]


# Line ends and blank lines


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("last", [True, False])
def test_lines_may_end_with_lf_crlf_or_cr(make, end, last):
    file = make(end.join(["a,b", "1,2", '3,"x\ny"', "5,6"]) + end * last)
    assert read(file) == [(2, "1", "2"), (3, "3", "x\ny"), (5, "5", "6")]  # the LF in quotes ends a line as well


def test_blank_lines_are_no_rows_and_still_count_as_lines(make):
    file = make("\n\r\na,b\n\n1,2\n\r\n\n3,4\n\n")
    assert read(file) == [(5, "1", "2"), (8, "3", "4")]
    assert not file.bad


def test_a_lone_cr_in_a_file_of_other_line_ends_costs_its_line(make):
    file = make("a,b\n1,x\ry\n2,z\n")
    assert read(file) == [(3, "2", "z")]
    assert faults(file) == [(2, "stray_carriage_return")]


def test_a_cr_in_quotes_is_part_of_the_value(make):
    assert read(make('a,b\n1,"x\ry"\n')) == [(2, "1", "x\ry")]


def test_characters_that_only_python_takes_for_line_ends_do_not_end_a_line(make):
    value = "a\x0bb\x0cc\x1cd\x85e\u2028f"
    assert read(make(f"x,y\n1,{value}\n\n")) == [(2, "1", value)]


# Rows that are none


def test_short_and_long_rows_cost_one_line_each(make):
    file = make("a,b,c\n1,2,3\n1,2\n1,2,3,4\n4,5,6\n7\n")
    assert read(file) == [(2, "1", "2", "3"), (5, "4", "5", "6")]
    assert faults(file) == [(3, "row_too_short"), (4, "row_too_long"), (6, "row_too_short")]
    assert file.bad[1].detail == "found 4 fields, allowed: 3 as in the header"
    assert file.bad[1].text == "1,2,3,4"


@pytest.mark.parametrize(
    "broken",
    [
        '2,"open,x',
        '2,"open',
        '"2,b,c',
        '2,b,"c',
        '"2","b,"c"',
    ],
)
def test_an_unclosed_quote_costs_only_its_own_line(make, broken):
    after = [f'{i},"name {i}",z' for i in range(3, 9)] + [f"{i},plain,z" for i in range(9, 12)]
    file = make("\n".join(["a,b,c", "1,x,y", broken, *after]) + "\n")
    assert [row[0] for row in read(file)] == [2, *range(4, 13)]
    assert [bad.line for bad in file.bad] == [3]
    assert file.bad[0].rule in ("unclosed_quote", "text_after_quote")


def test_an_unclosed_quote_at_the_end_of_the_file_costs_only_its_own_line(make):
    file = make('a,b\n1,x\n2,"open\n3,y\n4,z')
    assert read(file) == [(2, "1", "x"), (4, "3", "y"), (5, "4", "z")]
    assert faults(file) == [(3, "unclosed_quote")]


def test_every_one_of_many_unclosed_quotes_costs_its_own_line(make):
    lines = [f'{i},"open' if i % 3 == 0 else f"{i},x" for i in range(300)]
    file = make("\n".join(["a,b", *lines]))
    assert [row[1] for row in read(file)] == [str(i) for i in range(300) if i % 3]
    assert faults(file) == [(i + 2, "unclosed_quote") for i in range(0, 300, 3)]


def test_an_unclosed_quote_does_not_take_the_rest_of_a_long_file(make):
    n = 60_000
    file = make('id,name,city\n0,"open,x\n' + "".join(f"{i},someone with a name,somewhere\n" for i in range(1, n)))
    assert [row[1] for row in read(file)] == [str(i) for i in range(1, n)]
    assert faults(file) == [(2, "unclosed_quote")]


def test_quotes_that_open_again_on_every_line_do_not_read_the_file_a_thousand_times(make, monkeypatch):
    fed = 0
    feed = csv_records._Run.__next__

    def counted(run: csv_records._Run) -> str:
        nonlocal fed
        line = feed(run)
        fed += len(line)
        return line

    monkeypatch.setattr(csv_records._Run, "__next__", counted)
    content = "a,b,c\n" + 'x","z\n' * 10_000  # each line opens a quote, and takes the quote of the next for a character
    file = make(content, delimiter=",")
    assert read(file) == []
    assert len(file.bad) == 10_000
    assert fed < 50 * len(content)


def test_a_record_of_several_lines_is_still_read_after_many_unclosed_quotes(make):
    note = "a line of a note\n" * 100
    file = make("a,b,c\n" + 'x","z\n' * 5_000 + f'1,"{note}",x\n' * 50, delimiter=",")
    assert [row[1:] for row in read(file)][-49:] == [("1", note, "x")] * 49


def test_text_after_a_closing_quote_costs_its_line(make):
    file = make('a,b\n1,"5" nail"\n2,y\n')
    assert read(file) == [(3, "2", "y")]
    assert faults(file) == [(2, "text_after_quote")]


def test_a_record_of_several_lines_with_another_number_of_fields_is_given_up_as_its_first(make):
    file = make('a,b,c\n1,"x\ny,z",\n5,6,7\n"p\nq",r\ns,t,u\n')
    assert read(file) == [(2, "1", "x\ny,z", None), (4, "5", "6", "7"), (7, "s", "t", "u")]
    assert faults(file) == [(5, "unclosed_quote"), (6, "row_too_short")]


def test_a_nul_byte_costs_its_line(make):
    file = make("a,b\n1,x\0y\n2,z\n\0\0\0\n")
    assert read(file) == [(3, "2", "z")]
    assert faults(file) == [(2, "nul_byte"), (4, "nul_byte")]
    assert "\0" not in file.bad[0].text


def test_a_record_of_several_lines_with_a_nul_is_one_bad_line(make):
    file = make('a,b\n1,"x\ny\0z"\n2,w\n')
    assert read(file) == [(4, "2", "w")]
    assert faults(file) == [(2, "nul_byte")]


def test_an_unclosed_quote_does_not_take_good_lines_down_with_a_bad_one(make):
    file = make('a,b,c\n1,"open,x\n2,y,z\n3,\0",z,w\n4,y,z\n')
    assert read(file) == [(3, "2", "y", "z"), (5, "4", "y", "z")]
    assert faults(file) == [(2, "unclosed_quote"), (4, "nul_byte")]


def test_a_field_over_the_limit_costs_its_line_on_both_ways_of_reading(make):
    long = "x" * 131_073
    for tail in ("2,y\n", "\n2,y\n"):
        file = make(f"a,b\n1,{long}\n{tail}")
        assert [row[1:] for row in read(file)] == [("2", "y")]
        assert faults(file) == [(2, "field_too_long")]


def test_a_line_without_end_costs_itself_and_no_memory(make, monkeypatch):
    monkeypatch.setattr(text_lines, "_MAX_LINE_CHARS", 1 << 20)
    file = make("a,b\n1,x\n" + "y" * (5 << 20) + "\n2,z\n" + "13800138000," * 200_000)
    assert read(file) == [(2, "1", "x"), (4, "2", "z")]
    assert faults(file) == [(3, "line_too_long"), (5, "line_too_long")]
    assert len(file.bad[0].text) == 500
    assert "138" not in file.bad[1].text


def test_phone_numbers_and_addresses_cannot_be_read_in_bad_lines(make):
    file = make("a,b\n13800138000,li.lei@example.com,x\n＋86 139-0013-9000,y,z\n")
    assert read(file) == []
    assert file.bad[0].text == "***********,******************,x"
    assert "9000" not in file.bad[1].text


# The header


def test_an_empty_file_is_refused(make):
    for content in ("", "\n\r\n\n", "\ufeff"):
        with pytest.raises(DataRefusedError, match=r"input\.csv: the file is empty"):
            make(content)


def test_a_header_alone_is_a_table_without_rows(make):
    for content in ("a,b", "a,b\n", "a,b\r\n\r\n"):
        file = make(content)
        assert file.columns == ("a", "b")
        assert read(file) == []
        assert not file.bad


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("id,name,id", "found column 'id' twice"),
        ("id,,name", "column 2 of 3 has no name"),
        ("id,name,", "column 3 of 3 has no name"),
        ("id, ,name", "column 2 of 3 has no name"),
        ('id,"name', "cannot be read"),
        ("id,na\0me", "NUL"),
        ("id,_line", "'_line'"),
        ("13800138000,13800138000", r"'\*{11}' twice"),
    ],
)
def test_a_broken_header_is_refused_in_one_line(make, header, message):
    with pytest.raises(DataRefusedError, match=message) as refused:
        make(header + "\n1,2,3\n")
    assert "\n" not in str(refused.value)
    assert "input.csv" in str(refused.value)


def test_column_names_are_kept_as_they_are(make):
    file = make('订单号,"a ""b"", c",; DROP TABLE x,"two\nlines"\n1,2,3,4\n')
    assert file.columns == ("订单号", 'a "b", c', "; DROP TABLE x", "two\nlines")
    assert read(file) == [(3, "1", "2", "3", "4")]


def test_a_file_without_line_ends_is_refused_and_not_read_whole(make):
    with pytest.raises(DataRefusedError, match="no line end"):
        make("a,b," * 1_000_000)


# The delimiter


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_out(make, delimiter):
    file = make(f"id{delimiter}amount\n1{delimiter}x\n")
    assert (file.delimiter, read(file)) == (delimiter, [(2, "1", "x")])


def test_a_character_of_the_values_is_not_taken_for_the_delimiter(make):
    assert make("id;amount\n1;2,50\n2;3,10\n").delimiter == ";"
    assert make("id,tags\n1,a|b\n2,a;b\n").delimiter == ","
    assert make('id\t"name, full"\n1\tx\n').delimiter == "\t"


def test_a_delimiter_in_the_header_too_is_settled_by_the_rows(make):
    assert make("id;name, full\n1;Li\n2;Wang, Fang\n3;Bo\n").delimiter == ";"


@pytest.mark.parametrize("content", ["a,b;c\n1,2;3\n", "a,b;c\n", "name, full\nLi\nBo\n", "words\nshoes, red\nx;y\n"])
def test_an_unclear_delimiter_is_refused_with_the_setting_that_settles_it(make, content):
    with pytest.raises(DataRefusedError, match='delimiter = ","'):
        make(content)
    assert make(content, delimiter="\t").columns == (content.split("\n")[0],)


def test_one_column_needs_no_delimiter(make):
    assert read(make('id\n1\n""\n\n2\n')) == [(2, "1"), (3, None), (5, "2")]


def test_the_line_by_which_excel_names_the_delimiter_is_understood(make):
    for first in ("sep=;", '"sep=;"', "SEP=;"):
        file = make(f"{first}\r\na,b;c\r\n1;2\r\n")
        assert file.columns == ("a,b", "c")
        assert read(file) == [(3, "1", "2")]


def test_a_delimiter_from_the_settings_goes_first(make):
    assert make("sep=;\na|b\n", delimiter="|").columns == ("a", "b")
    assert read(make("a·b\n1·2\n", delimiter="·")) == [(2, "1", "2")]


@pytest.mark.parametrize("delimiter", ["", ",,", '"', "\n"])
def test_what_cannot_be_a_delimiter_is_a_usage_error(make, delimiter):
    with pytest.raises(UsageError, match="delimiter"):
        make("a,b\n", delimiter=delimiter)


# Files


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(DataRefusedError, match="cannot be opened"):
        open_csv(tmp_path / "none.csv")


@pytest.mark.parametrize("pack", PACKERS)
def test_a_compressed_file_is_known_by_its_content(make, pack):
    plain = read(make(INCOMPRESSIBLE))
    assert len(plain) == 5_000
    assert read(make(pack(INCOMPRESSIBLE))) == plain
    assert read(make(pack(INCOMPRESSIBLE[:1000]) + pack(INCOMPRESSIBLE[1000:]))) == plain


@pytest.mark.parametrize("pack", PACKERS)
@pytest.mark.parametrize("damage", ["half", "end", "tail"])
def test_a_truncated_or_damaged_compressed_file_is_refused(make, pack, damage):
    data = pack(INCOMPRESSIBLE)
    broken = {"half": data[: len(data) // 2], "end": data[:-3], "tail": data + b"and more"}[damage]
    with pytest.raises(DataRefusedError, match=r"input\.csv: its (gzip|zstd) data is truncated or damaged"):
        make(broken)


@pytest.mark.parametrize("pack", PACKERS)
def test_a_compressed_file_with_nothing_in_it_is_empty(make, pack):
    with pytest.raises(DataRefusedError, match="empty"):
        make(pack(b""))


@pytest.mark.parametrize(
    ("magic", "what"),
    [(b"PK\x03\x04", "Excel"), (b"PAR1\x15\x04", "parquet"), (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "Excel")],
)
def test_a_file_that_is_no_text_is_named_for_what_it_is(make, magic, what):
    with pytest.raises(DataRefusedError, match=what):
        make(magic + bytes(100))


def test_two_hundred_thousand_rows_are_read_without_a_loop_over_them(make, monkeypatch):
    def never(*_: object, **__: object) -> None:
        raise AssertionError("a well-formed block went record by record")

    monkeypatch.setattr(csv_lines.RecordReader, "read", never)
    n = 200_000
    rows = (f'{i:06d},2010-12-01 08:00,"a ""b"", {i}",,{i / 100:.2f},"x\ny"\r\n' for i in range(n - 2))
    file = make(
        "id,ts,note,none,amount,two\r\n" + "".join(rows) + 'short,row\r\n"an","other",row,that,is,"too",long\r\n'
    )
    batches = list(file.batches(rows=50_000))
    table = pa.Table.from_batches(batches)
    assert [len(batch) for batch in batches] == [50_000] * 3 + [49_998]
    assert table["_line"].to_pylist() == list(range(2, 2 * n - 2, 2))
    assert table["id"].to_pylist() == [f"{i:06d}" for i in range(n - 2)]
    assert table["note"][n - 3].as_py() == f'a "b", {n - 3}'
    assert table["two"][n - 3].as_py() == "x\ny"
    assert table["none"].null_count == n - 2
    assert faults(file) == [(2 * n - 2, "row_too_short"), (2 * n - 1, "row_too_long")]


def test_batches_have_the_rows_asked_for(make):
    file = make("a,b\n" + "".join(f"{i},x\n" for i in range(10)))
    assert [len(batch) for batch in file.batches(rows=4)] == [4, 4, 2]
    assert read(file, rows=1) == read(file)

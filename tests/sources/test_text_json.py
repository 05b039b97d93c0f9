"""Reading JSON Lines: values as they stand in the file, and the lines that are no rows."""

import json
import tracemalloc
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ltv.errors import DataRefusedError
from ltv.sources import json_lines
from ltv.sources.json_lines import JsonLinesFile
from ltv.sources.text import TextFile, open_json_lines


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return tmp_path_factory.mktemp("json") / "input.jsonl"


@pytest.fixture
def make(path):
    def write(content: str | bytes) -> JsonLinesFile:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return open_json_lines(path)

    return write


def read(file: TextFile) -> list[dict]:
    return pa.Table.from_batches(file.batches(), schema=file.schema).to_pylist()


def faults(file: TextFile) -> list[tuple[int, str]]:
    return [(bad.line, bad.rule) for bad in file.bad]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ('"0012"', "0012"),
        ('"NA"', "NA"),
        ("9007199254740993", "9007199254740993"),
        ("1" * 5_000, "1" * 5_000),
        ("1.10", "1.10"),
        ("-0", "-0"),
        ("1E+5", "1E+5"),
        ("1e999", "1e999"),
        ("NaN", "NaN"),
        ("-Infinity", "-Infinity"),
        ("true", "true"),
        ("false", "false"),
        ("null", None),
        ('""', None),
        ('" "', " "),
        ('"\\u4eac\\n\\ud83d\\ude00"', "京\n\U0001f600"),
        ('["a", 1.50, null, true]', '["a",1.50,null,true]'),
        ('{"b": {"京": [9007199254740993]}, "a": "\\""}', '{"b":{"京":[9007199254740993]},"a":"\\""}'),
        ("[]", "[]"),
    ],
)
def test_a_value_is_the_text_that_it_has_in_the_file(make, value, text):
    assert read(make(f'{{"x": {value}}}\n')) == [{"x": text, "_line": 1}]


def test_a_key_that_shows_up_in_the_last_line_is_a_column(make):
    file = make('{"a": 1}\n' * 30_000 + '{"b": 2, "a": 3}')
    assert file.columns == ("a", "b")
    rows = read(file)
    assert rows[0] == {"a": "1", "b": None, "_line": 1}
    assert rows[-1] == {"a": "3", "b": "2", "_line": 30_001}


def test_keys_of_bad_lines_and_of_objects_within_are_no_columns(make):
    assert make('{"a": {"b": 1}}\n{"c": 1\n{"d": 1, "d": 2}\n').columns == ("a",)


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ('{"a": 1', "not_json"),
        ('{"a": 0012}', "not_json"),
        ('{"a": 1}, {"a": 2}', "not_json"),
        ("{'a': 1}", "not_json"),
        ('{"a": "x\ty"}', "not_json"),
        ("plain words", "not_json"),
        ("[" * 100_000, "not_json"),
        ('{"a": ' * 5_000 + "1" + "}" * 5_000, "not_json"),
        ("[1, 2]", "not_an_object"),
        ("null", "not_an_object"),
        ("12", "not_an_object"),
        ('"x"', "not_an_object"),
        ('{"a": 1, "a": 2}', "duplicate_key"),
        ('{"a": {"b": 1, "b": 2}}', "duplicate_key"),
        ('{"": 1}', "empty_key"),
        ('{"a": "x\0"}', "nul_byte"),
        ('{"a": "x\\u0000"}', "nul_byte"),
        ('{"a\\u0000": "x"}', "nul_byte"),
        ('{"a": "\\ud83d"}', "undecodable"),
        ('{"\\udc00": "x"}', "undecodable"),
    ],
)
def test_a_line_that_is_no_row_is_named_and_costs_only_itself(make, line, rule):
    file = make(f'{{"a": 1}}\n{line}\n{{"a": 2}}\n')
    assert file.columns == ("a",)
    assert read(file) == [{"a": "1", "_line": 1}, {"a": "2", "_line": 3}]
    assert faults(file) == [(2, rule)]
    assert "\n" not in file.bad[0].detail


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_blank_lines_are_no_rows_and_still_count_as_lines(make, end):
    file = make(end.join(["", '{"a": 1}', "  ", '{"a": 2}', "", ""]))
    assert read(file) == [{"a": "1", "_line": 2}, {"a": "2", "_line": 4}]
    assert not file.bad


def test_an_empty_file_has_no_columns_and_no_rows(make):
    file = make("")
    assert file.columns == ()
    assert read(file) == []


def test_empty_objects_are_rows(make):
    assert read(make("{}\n{}\n")) == [{"_line": 1}, {"_line": 2}]


def test_phone_numbers_cannot_be_read_in_bad_lines(make):
    file = make('{"phone": "13800138000", "mail": "li@example.com"\n')
    assert read(file) == []
    assert file.bad[0].text == '{"phone": "***********", "mail": "**************"'


def test_keys_that_must_be_values_are_refused(make, monkeypatch):
    monkeypatch.setattr(json_lines, "_MAX_COLUMNS", 100)
    with pytest.raises(DataRefusedError, match=r"more than 100 different keys, such as .*'\*{11}', allowed"):
        make("".join(f'{{"{13800138000 + i}": 1}}\n' for i in range(101)))


def test_the_reserved_name_is_refused(make):
    with pytest.raises(DataRefusedError, match="_line"):
        make('{"_line": 1}\n')


def test_reading_again_gives_the_same_and_counts_bad_lines_once(make):
    file = make('{"a": 1}\nx\n')
    assert read(file) == read(file)
    assert faults(file) == [(2, "not_json")]


def test_memory_does_not_grow_with_the_file(make):
    def peak(n: int) -> int:
        file = make('{"order_id": "A1", "amount": 12.50}\n' * n)
        tracemalloc.start()
        assert sum(len(batch) for batch in file.batches(rows=1_000)) == n
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    assert peak(45_000) < 1.5 * peak(15_000)


KEYS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=5)
WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
OBJECTS = st.lists(st.dictionaries(KEYS.filter(lambda key: key != "_line"), WORDS, max_size=4), max_size=8)


@settings(max_examples=200, deadline=None)
@given(OBJECTS, st.booleans())
def test_objects_that_were_written_by_json_read_back_the_same(path, objects, ascii_only):
    path.write_text(
        "".join(json.dumps(o, ensure_ascii=ascii_only) + "\n" for o in objects), encoding="utf-8", newline=""
    )
    file = open_json_lines(path, encoding="utf-8")
    assert set(file.columns) == {key for o in objects for key in o}
    wanted = [{name: o.get(name) or None for name in file.columns} | {"_line": i} for i, o in enumerate(objects, 1)]
    assert read(file) == wanted
    assert not file.bad


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(['{"a": 1}', "{}", '{"a": }', "[]", "", '"', '{"b": "\\u0000"}', "\0"]), max_size=20))
def test_rows_and_bad_lines_together_are_the_lines_that_were_written(path, lines):
    path.write_bytes("\n".join(lines).encode())
    file = open_json_lines(path, encoding="utf-8")
    seen = [row["_line"] for row in read(file)] + [bad.line for bad in file.bad]
    assert sorted(seen) == [i for i, line in enumerate(lines, 1) if line]


def test_a_file_of_a_million_keys_in_one_line_is_refused(make):
    with pytest.raises(DataRefusedError, match="different keys"):
        make(json.dumps({f"key {i}": i for i in range(3_000)}))


def test_the_file_is_not_touched(make, path: Path):
    make('{"a": 1}\n')
    before = path.stat()
    read(open_json_lines(path))
    assert (path.stat().st_mtime_ns, path.stat().st_size) == (before.st_mtime_ns, before.st_size)

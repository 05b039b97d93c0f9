"""Which files are a table's, and what its hash hangs on."""

import os

import pandas as pd
import pytest
from support_workspace import csv, orders, put, read, workspace

from ltv.errors import DataRefusedError, LtvError
from ltv.settings import Source
from ltv.sources.pieces import Pieces, content_hash, files, in_one_line, kind, told
from ltv.warehouse.duck import DuckEngine


def names(root, source=None):
    return [p.relative_to(root).as_posix() for p in files(root, "orders", source or Source())]


def test_all_files_below_the_tables_folder_are_its_own_but_hidden_ones_and_read_mes(tmp_path):
    for name in ("b.csv", "a/2026/x.parquet", "c.jsonl.gz", ".hidden.csv", "_SUCCESS", "README.md", "part.csv.tmp"):
        put(tmp_path, f"orders/{name}", "x")
    assert names(tmp_path) == ["data/orders/a/2026/x.parquet", "data/orders/b.csv", "data/orders/c.jsonl.gz"]
    assert files(tmp_path, "events", Source()) == []


@pytest.mark.parametrize(
    "pattern", ["exports/*.csv", "exports/**/*.csv", "./exports/../exports/*.csv", "ABSOLUTE/exports/*.csv"]
)
def test_a_path_is_a_glob_relative_to_the_workspace_or_absolute(tmp_path, pattern):
    for name in ("../exports/2.csv", "../exports/1.csv", "../exports/3.txt"):
        put(tmp_path, name, "x")
    source = Source(path=pattern.replace("ABSOLUTE", str(tmp_path)))
    assert names(tmp_path, source) == ["exports/1.csv", "exports/2.csv"]


def test_a_path_that_matches_nothing_is_refused(tmp_path):
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(
        DataRefusedError, match=r"\[sources\.orders\] path: found '\*\.csv', allowed: a glob that matches"
    ):
        files(tmp_path, "orders", Source(path="*.csv"))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.CSV", "csv"),
        ("a.tsv", "csv"),
        ("a.txt.zst", "csv"),
        ("a.ndjson", "json"),
        ("a.json.gz", "json"),
        ("a.PARQUET", "parquet"),
    ],
)
def test_the_name_of_a_file_tells_its_format(tmp_path, name, expected):
    assert kind(tmp_path / name) == expected


@pytest.mark.parametrize("name", ["orders.xlsx", "orders", "orders.csv.bz2", "orders.gz"])
def test_a_format_that_cannot_be_read_is_named_with_those_that_can(tmp_path, name):
    with pytest.raises(DataRefusedError, match=f"file: found '.*{name}', allowed: parquet, CSV"):
        kind(tmp_path / name)


def test_the_hash_of_a_table_hangs_on_names_and_contents_not_on_times_or_order_of_writing(tmp_path):
    a, b = put(tmp_path, "a.csv", "1"), put(tmp_path, "b.csv", "2")
    before = content_hash([a, b], {})
    os.utime(a, ns=(1, 1))
    assert content_hash([a, b], {}) == before
    assert len({before, content_hash([a], {}), content_hash([b, a], {})}) == 3
    b.write_text("3")
    assert content_hash([a, b], {}) != before


def test_a_file_is_not_hashed_again_until_it_changes(tmp_path):
    path, known = put(tmp_path, "a.csv", "1"), {}
    first = content_hash([path], known)
    (key,) = known
    known[key] = "remembered"
    assert content_hash([path], known) != first
    path.write_text("22")
    content_hash([path], known)
    assert len(known) == 2


def test_a_file_that_vanishes_is_told_in_one_line(tmp_path):
    with pytest.raises(DataRefusedError, match=r"gone\.csv: it cannot be opened \(No such file or directory\)"):
        content_hash([tmp_path / "gone.csv"], {})


def test_a_file_that_vanishes_while_it_is_read_is_told_in_one_line_without_our_code(tmp_path):
    root = workspace(tmp_path)
    paths = [put(root, f"orders/{name}.csv", csv(orders({}))) for name in "ab"]
    with DuckEngine() as engine:
        stream = Pieces(engine, Source(), root, paths).stream()
        next(stream)
        paths[1].unlink()
        with pytest.raises(DataRefusedError) as refused, in_one_line("orders", DataRefusedError):
            engine.connection.execute("SELECT * FROM stream").fetchall()
    assert str(refused.value).endswith("b.csv: it cannot be opened (No such file or directory)")


def test_memory_that_does_not_suffice_is_no_fault_of_the_data():
    with DuckEngine(memory_mb=1) as engine, pytest.raises(LtvError) as failed, in_one_line("orders", DataRefusedError):
        engine.connection.execute("SELECT LIST(i ORDER BY i) FROM RANGE(10000000) AS t(i)").fetchall()
    assert failed.value.exit_code == 1
    assert str(failed.value).startswith("orders: Out of Memory Error")


def test_what_the_engine_says_is_one_line_without_numbers_of_people():
    said = told(ValueError("Conversion Error: could not read '13800138000'\nof li@example.com\nLINE 1: SELECT ..."))
    assert said == "Conversion Error: could not read '***********' of **************"


@pytest.mark.parametrize("name", ["_file", "_LINE", "file_row_number", "TS"])
@pytest.mark.parametrize("file", ["a.parquet", "a.jsonl"])
def test_a_column_that_the_engine_would_take_for_another_is_refused(tmp_path, name, file):
    root = workspace(tmp_path)
    rows = pd.DataFrame([row | {name: "x"} for row in orders({})])
    put(root, f"orders/{file}", rows if file.endswith("parquet") else rows.to_json(orient="records", lines=True))
    with pytest.raises(DataRefusedError, match=f"{file} column: found '{name}', allowed: no name that differs from"):
        read(root)

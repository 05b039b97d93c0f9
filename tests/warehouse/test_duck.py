"""The embedded engine: its doors are closed, names are only names, memory is bounded, files are whole or not there."""

import gc
import os
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet
from sqlglot import exp
from support_disk import small_disk

from ltv import sql
from ltv.errors import LtvError, UsageError
from ltv.warehouse.duck import DuckEngine, default_memory_mb

HOSTILE = ['a"b', "it's", "a`b", 'x"; DROP TABLE keep; --', "select", "a.b", "中 文", "a b", "%s {x} $y"]


@pytest.fixture
def engine() -> Iterator[DuckEngine]:
    with DuckEngine() as made:
        yield made


def select(table: str, text: str = "SELECT * FROM t") -> exp.Query:
    return sql.replace_tables(sql.query(text), {"t": table})


# ---- doors


@pytest.fixture
def locked(tmp_path: Path) -> Iterator[DuckEngine]:
    """An engine with one file attached, one folder allowed, and the door closed."""
    for folder in ("in", "out", "elsewhere"):
        (tmp_path / folder).mkdir()
    parquet.write_table(pa.table({"k": [1]}), tmp_path / "in" / "t.parquet")
    parquet.write_table(pa.table({"k": [2]}), tmp_path / "elsewhere" / "u.parquet")
    (tmp_path / "elsewhere" / "u.csv").write_text("k\n1\n")
    with DuckEngine(directories=[tmp_path / "out"]) as made:
        made.attach("t", [tmp_path / "in" / "t.parquet"])
        made.lock()
        yield made


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM read_blob('/etc/passwd')",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM glob('/etc/*')",
        "SELECT * FROM read_csv('{elsewhere}/u.csv')",
        "SELECT * FROM read_parquet('{elsewhere}/u.parquet')",
        "SELECT * FROM '{elsewhere}/u.parquet'",
        "SELECT * FROM read_parquet('{out}/../elsewhere/u.parquet')",
        "COPY (SELECT 1) TO '{elsewhere}/stolen.csv'",
        "COPY (SELECT 1) TO '{out}/../elsewhere/stolen.csv'",
        "COPY t TO '{elsewhere}/stolen.parquet' (FORMAT PARQUET)",
        "EXPORT DATABASE '{elsewhere}/stolen'",
        "ATTACH '{elsewhere}/stolen.db'",
        "ATTACH ':memory:' AS other; ATTACH '{elsewhere}/stolen.db' AS third",
        "INSTALL httpfs",
        "INSTALL sqlite FROM community",
        "LOAD sqlite_scanner",
        "LOAD '{elsewhere}/u.csv'",
        "CREATE PERSISTENT SECRET s (TYPE S3)",
        "SET enable_external_access = true",
        "SET allowed_directories = ['/']",
        "SET memory_limit = '1TB'",
        "SET temp_directory = '{elsewhere}'",
        "SET lock_configuration = false",
        "RESET memory_limit",
        "PRAGMA temp_directory = '{elsewhere}'",
    ],
)
def test_the_door_is_closed_after_lock(locked: DuckEngine, tmp_path: Path, statement: str) -> None:
    places = {name: str(tmp_path / name) for name in ("in", "out", "elsewhere")}
    with pytest.raises(duckdb.Error):
        locked.connection.execute(statement.format(**places))
    assert sorted(p.name for p in (tmp_path / "elsewhere").iterdir()) == ["u.csv", "u.parquet"]


def test_what_was_attached_or_allowed_stays_usable_after_lock(locked: DuckEngine, tmp_path: Path) -> None:
    assert locked.scalar(select("t", "SELECT k FROM t")) == 1
    assert locked.sink(select("t"), tmp_path / "out" / "t.parquet") == 1
    locked.register("frame", pd.DataFrame({"k": [7]}))
    locked.materialise("kept", select("frame"))
    assert locked.scalar(select("kept", "SELECT k FROM t")) == 7
    locked.lock()  # a second time does nothing


def test_a_file_that_was_allowed_by_name_can_be_attached_after_lock(tmp_path: Path) -> None:
    parquet.write_table(pa.table({"k": [1]}), tmp_path / "t.parquet")
    with DuckEngine() as engine:
        engine.allow(tmp_path / "t.parquet")
        engine.lock()
        engine.attach("t", [tmp_path / "t.parquet"])
        assert engine.scalar(select("t", "SELECT k FROM t")) == 1


def test_a_sink_outside_of_what_is_allowed_is_refused(locked: DuckEngine, tmp_path: Path) -> None:
    with pytest.raises(duckdb.PermissionException):
        locked.sink(select("t"), tmp_path / "elsewhere" / "t.parquet")
    assert sorted(p.name for p in (tmp_path / "elsewhere").iterdir()) == ["u.csv", "u.parquet"]


def test_a_name_that_is_no_table_is_no_variable_of_the_program(engine: DuckEngine) -> None:
    hidden = pd.DataFrame({"secret": [1]})
    with pytest.raises(duckdb.CatalogException):
        engine.frame(sql.query("SELECT * FROM hidden"))
    assert len(hidden) == 1


# ---- names and values


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_is_only_a_name(engine: DuckEngine, name: str, tmp_path: Path) -> None:
    engine.register("keep", pa.table({"k": [100]}))
    engine.register(name, pa.table({name: [1, 2, None], "k": [1, 2, 3]}))
    engine.define(f"view {name}", select(name))
    engine.materialise(f"kept {name}", select(f"view {name}", "SELECT * FROM t WHERE k < 3"))
    engine.append(f"kept {name}", select(name, "SELECT * FROM t WHERE k = 2"))
    assert engine.columns(f"kept {name}") == {name: "BIGINT", "k": "BIGINT"}
    total = sql.replace_columns(
        select(f"kept {name}", "SELECT CAST(SUM(x) AS BIGINT) AS n FROM t"), {"x": sql.column(name)}
    )
    assert engine.scalar(total) == 5
    assert engine.sink(select(f"kept {name}"), tmp_path / "it's; out.parquet") == 3
    engine.attach(f"file {name}", [tmp_path / "it's; out.parquet"])
    assert list(engine.frame(select(f"file {name}")).columns) == [name, "k"]
    engine.drop([name, f"view {name}", f"kept {name}", f"file {name}", "never there"])
    assert engine.scalar(select("keep", "SELECT k FROM t")) == 100
    with pytest.raises(duckdb.CatalogException):
        engine.columns(f"kept {name}")


@pytest.mark.parametrize(
    "value",
    [
        "'; DROP TABLE t; --",
        1 << 60,
        -0.5,
        Decimal("12.34"),
        True,
        date(2024, 2, 29),
        datetime(2024, 3, 31, 1, 30, 0, 5),
        None,
        ["a", "b'"],
    ],
)
def test_values_are_bound(engine: DuckEngine, value: Any) -> None:
    assert engine.scalar(sql.query("SELECT $value AS v"), {"value": value, "not wanted": object()}) == value


def test_a_query_that_wants_a_value_it_is_not_given_fails(engine: DuckEngine) -> None:
    with pytest.raises(duckdb.Error):
        engine.frame(sql.query("SELECT $value AS v"), {"other": 1})


def test_times_are_those_of_the_frame_and_the_session_is_utc(engine: DuckEngine) -> None:
    engine.register("t", pd.DataFrame({"ts": pd.to_datetime(["2024-03-31 01:30:00", None])}))
    assert engine.columns("t")["ts"].startswith("TIMESTAMP")
    assert engine.frame(select("t"))["ts"].tolist() == [pd.Timestamp("2024-03-31 01:30"), pd.NaT]
    assert (
        engine.scalar(sql.query("SELECT CAST(CAST('2024-03-31 01:30:00+08' AS TIMESTAMPTZ) AS VARCHAR)"))
        == "2024-03-30 17:30:00+00"
    )


def test_a_division_by_zero_is_null(engine: DuckEngine) -> None:
    row = engine.arrow(
        sql.query("SELECT 1 / 0 AS a, 1.5 / 0 AS b, 1 // 0 AS c, 1 % 0 AS d, CAST('nan' AS DOUBLE) / 0 AS e")
    )
    assert row.to_pylist() == [dict.fromkeys("abcde")]


def test_scalar_leaves_the_connection_free(engine: DuckEngine) -> None:
    engine.register("t", pa.table({"k": range(5000)}))
    assert engine.scalar(select("t", "SELECT k FROM t ORDER BY k DESC")) == 4999
    assert engine.scalar(select("t", "SELECT k FROM t WHERE k < 0")) is None
    assert engine.scalar(select("t", "SELECT COUNT(*) FROM t")) == 5000


# ---- views and tables


def test_kept_rows_stay_when_what_they_came_from_changes(engine: DuckEngine) -> None:
    engine.register("t", pa.table({"k": [1, 2]}))
    engine.define("view", select("t"))
    engine.materialise("kept", sql.query("SELECT k FROM t WHERE k < $n"), {"n": 2})
    engine.register("t", pa.table({"k": [7]}))
    assert engine.frame(select("kept"))["k"].tolist() == [1]
    assert engine.frame(select("view"))["k"].tolist() == [7]


def test_a_stream_is_read_once(engine: DuckEngine) -> None:
    schema = pa.schema([("k", pa.int64())])
    batches = (pa.record_batch({"k": [n]}, schema=schema) for n in range(3))
    engine.register("stream", pa.RecordBatchReader.from_batches(schema, batches))
    engine.materialise("kept", select("stream"))
    assert engine.frame(select("kept"))["k"].tolist() == [0, 1, 2]


# ---- files


@pytest.mark.parametrize("is_locked", [False, True])
@pytest.mark.parametrize("folder", ["plain", "a [x]", "st*r", "q?", "client=acme", "中 文", "{a,b}", "[[", "a]b", "**"])
def test_a_file_is_read_by_its_very_name(tmp_path: Path, folder: str, is_locked: bool) -> None:
    for name in (folder, "a x", "stxr", "qq", "a", "[", "xx"):
        (tmp_path / name).mkdir(exist_ok=True)
        parquet.write_table(pa.table({"n": [name]}), tmp_path / name / "f.parquet")
    with DuckEngine() as engine:
        engine.attach("t", [tmp_path / folder / "f.parquet"])
        if is_locked:
            engine.lock()
        assert engine.columns("t") == {"n": "VARCHAR"}
        assert engine.frame(select("t"))["n"].tolist() == [folder]


def test_a_file_without_a_column_of_the_first_is_told(engine: DuckEngine, tmp_path: Path) -> None:
    parquet.write_table(pa.table({"a": [1], "b": [1]}), tmp_path / "1.parquet")
    parquet.write_table(pa.table({"a": [1]}), tmp_path / "2.parquet")
    engine.attach("t", [tmp_path / "1.parquet", tmp_path / "2.parquet"])
    with pytest.raises(duckdb.Error, match="schema mismatch"):
        engine.frame(select("t"))


def test_a_query_that_fails_leaves_the_old_file_as_it_was(engine: DuckEngine, tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    path.write_bytes(b"the old one")
    engine.register("t", pa.table({"s": ["1", "x"]}))
    with pytest.raises(duckdb.ConversionException):
        engine.sink(sql.query("SELECT CAST(s AS INT) AS n FROM t"), path)
    assert path.read_bytes() == b"the old one"
    assert list(tmp_path.iterdir()) == [path]


def test_a_full_disk_is_told_in_one_line_and_leaves_nothing(engine: DuckEngine, tmp_path: Path) -> None:
    engine.register("t", pa.table({"s": [os.urandom(64).hex() for _ in range(50_000)]}))
    with small_disk(tmp_path / "disk", kilobytes=512) as folder:
        with pytest.raises(LtvError, match=r"cannot write .*t\.parquet: .*No space") as raised:
            engine.sink(sql.query("SELECT s FROM t"), folder / "t.parquet")
        assert "\n" not in str(raised.value)
        assert list(folder.iterdir()) == []


# ---- memory


def test_work_that_does_not_fit_into_memory_is_spilled_also_after_lock(tmp_path: Path) -> None:
    text = "SELECT MD5(CAST(range AS VARCHAR)) || MD5(CAST(-range AS VARCHAR)) AS s, range AS k FROM range(2000000)"
    with DuckEngine(memory_mb=80, threads=1, scratch=tmp_path / "spill") as engine:
        engine.sink(sql.query(text), tmp_path / "t.parquet")
        engine.attach("t", [tmp_path / "t.parquet"])
        engine.lock()
        engine.materialise("kept", sql.query("SELECT s, k + 1 AS k FROM t"))  # 160 MB
        assert sum(f.stat().st_size for f in (tmp_path / "spill").rglob("*")) > 1 << 20
        row = engine.frame(sql.query("SELECT COUNT(*) AS n, MAX(k) AS last, MIN(LENGTH(s)) AS length FROM kept")).iloc[
            0
        ]
    assert row.tolist() == [2_000_000, 2_000_000, 64]


def test_work_beyond_memory_and_disk_fails_and_does_not_kill_the_process(tmp_path: Path) -> None:
    with DuckEngine(memory_mb=60, threads=1, scratch=tmp_path / "no" / "such") as engine:
        (tmp_path / "no").write_text("a file where a folder would have to be")
        with pytest.raises(duckdb.Error):
            engine.materialise("t", sql.query("SELECT MD5(CAST(range AS VARCHAR)) AS s FROM range(5000000) ORDER BY s"))


def test_an_own_scratch_folder_goes_with_its_engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    closed, forgotten = DuckEngine(), DuckEngine()
    assert len(list(tmp_path.iterdir())) == 2
    closed.close()
    closed.close()
    del forgotten
    gc.collect()
    assert list(tmp_path.iterdir()) == []


def test_the_default_limit_is_most_of_the_memory() -> None:
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") >> 20
    assert default_memory_mb() == pytest.approx(memory * 0.6, abs=1)


# ---- extensions


@pytest.mark.parametrize("extension", ["postgres", "mysql", "sqlite"])
def test_extensions_come_from_their_wheels(engine: DuckEngine, extension: Any) -> None:
    engine.load(extension)
    loaded = engine.frame(sql.query("SELECT extension_name FROM duckdb_extensions() WHERE loaded"))["extension_name"]
    assert any(name.startswith(extension) for name in loaded)


def test_an_extension_that_is_not_installed_is_named(engine: DuckEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(UsageError, match=r"found 'mysql', allowed: the package duckdb-extension-mysql-scanner"):
        engine.load("mysql")


@pytest.mark.parametrize("rows", [0, 1, 2_000])
def test_a_table_in_memory_is_copied_whatever_its_size(rows: int) -> None:
    """Filters that joins hand down to scans of Arrow tables fail (duckdb 1.5)."""
    with DuckEngine() as engine:
        engine.register("people", pa.table({"user_id": pa.array(range(rows), pa.int64())}))
        kept = engine.connection.execute("SELECT COUNT(*) FROM duckdb_tables() WHERE table_name = 'people'").fetchone()
        assert kept == (1,)
        engine.register("people", pa.table({"user_id": [7]}))
        assert engine.scalar(sql.query("SELECT SUM(user_id) AS n FROM people")) == 7

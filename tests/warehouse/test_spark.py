"""The Spark engine keeps the promises of the adapter: types, times, names, views, files."""

import os
import time
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from pandas.testing import assert_frame_equal
from pyarrow import parquet
from support_disk import small_disk
from warehouse.vocabulary import T

from ltv import sql
from ltv.errors import LtvError, UsageError
from ltv.warehouse.duck import DuckEngine
from ltv.warehouse.table import Table

HOSTILE = ["a b", "a`b", 'a"b', "it's", "x; DROP VIEW t", "order", "a.b", "中 文", "100%", "{x}", "${env:HOME}", "a\\b"]


@pytest.fixture
def engine(spark: Any) -> Iterator[Any]:
    from ltv.warehouse.spark import SparkEngine

    with SparkEngine(spark) as made:
        yield made


@pytest.fixture
def duck() -> Iterator[DuckEngine]:
    with DuckEngine() as made:
        yield made


def select(table: str, text: str = "SELECT * FROM t") -> Any:
    return sql.replace_tables(sql.query(text), {"t": table})


# ---- values and types


def test_frames_have_the_types_that_duckdb_gives_them(engine: Any, duck: DuckEngine) -> None:
    for each in (engine, duck):
        each.register("t", T)
    query = sql.query("SELECT * FROM t ORDER BY k")
    assert_frame_equal(engine.frame(query), duck.frame(query))
    assert engine.columns("t") == duck.columns("t")


def test_columns_are_called_as_in_duckdb_also_when_wider_types_are_needed(engine: Any, duck: DuckEngine) -> None:
    table = pa.table(
        {
            "truth": pa.array([True]),
            "tiny": pa.array([1], pa.int8()),
            "float": pa.array([1.5], pa.float32()),
            "raw": pa.array([b"\x00\xff"]),
            "instant": pa.array([datetime(2024, 3, 31, 1)], pa.timestamp("us", "UTC")),
            "texts": pa.array([["a", None]]),
        }
    )
    for each in (engine, duck):
        each.register("t", table)
    assert engine.columns("t") == duck.columns("t")
    engine.register(
        "wide", pa.table({"u": pa.array([2**64 - 1], pa.uint64()), "c": pa.array(["a"]).dictionary_encode()})
    )
    assert engine.columns("wide") == {"u": "DECIMAL(20,0)", "c": "VARCHAR"}
    assert engine.scalar(sql.query("SELECT u FROM wide")) == Decimal(2**64 - 1)


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_times_of_a_frame_stay_what_they_are(engine: Any, unit: str) -> None:
    times = pd.Series(["2024-03-31 01:30:00", None]).astype(f"datetime64[{unit}]")
    engine.register("t", pd.DataFrame({"ts": times, "n": [1, 2]}))
    assert engine.columns("t") == {"ts": "TIMESTAMP", "n": "BIGINT"}
    assert engine.frame(select("t", "SELECT ts FROM t ORDER BY n"))["ts"].tolist() == [
        pd.Timestamp("2024-03-31 01:30"),
        pd.NaT,
    ]


def test_a_time_of_nanoseconds_is_refused_rather_than_cut(engine: Any) -> None:
    with pytest.raises(UsageError, match=r"values of t: found .* allowed: .*microseconds"):
        engine.register("t", pd.DataFrame({"ts": pd.to_datetime(["2024-03-31 01:30:00.000000001"])}))


def test_times_do_not_pass_through_the_zone_of_the_machine(engine: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    try:
        moment = datetime(2024, 3, 10, 2, 30)  # no clock in New York showed it
        engine.register("t", pd.DataFrame({"ts": [moment]}))
        assert engine.scalar(select("t", "SELECT ts FROM t WHERE ts = $moment"), {"moment": moment}) == moment
        assert engine.frame(select("t"))["ts"].tolist() == [pd.Timestamp(moment)]
        assert engine.scalar(select("t", "SELECT EPOCH_US(ts) FROM t")) == pd.Timestamp(moment).value // 1000
    finally:
        monkeypatch.undo()
        time.tzset()


def test_scalars_are_plain_values(engine: Any) -> None:
    engine.register("t", T)
    wanted = {"m": Decimal("19.990000"), "d": date(2024, 3, 31), "i": 7, "b": True, "s": "Visit", "x": 0.5}
    found = {name: engine.scalar(select("t", f"SELECT {name} FROM t WHERE k = 1")) for name in wanted}
    assert found == wanted
    assert {name: type(value) for name, value in found.items()} == {name: type(value) for name, value in wanted.items()}
    assert engine.scalar(select("t", "SELECT k FROM t WHERE k = 99")) is None


def test_what_numpy_and_pandas_hold_can_be_bound(engine: Any) -> None:
    import numpy as np

    values = {"n": np.int64(1 << 40), "f": np.float32(0.5), "t": pd.Timestamp("2024-03-31 01:00"), "no": pd.NaT}
    row = engine.frame(sql.query("SELECT $n AS n, $f AS f, $t AS t, $no AS no"), values).iloc[0]
    assert (row["n"], row["f"], row["t"]) == (1 << 40, 0.5, pd.Timestamp("2024-03-31 01:00"))
    assert pd.isna(row["no"])


# ---- names


def test_the_name_of_a_table_is_only_a_name(engine: Any) -> None:
    engine.register("t", pa.table({"k": [100]}))
    for number, name in enumerate(HOSTILE):
        engine.register(name, pa.table({"k": [number]}))
        engine.define(f"view {name}", select(name, "SELECT k AS n FROM t"))
        assert engine.columns(f"view {name}") == {"n": "BIGINT"}
    parts = [select(f"view {name}") for name in HOSTILE]
    engine.materialise("kept `all`", sql.union_all(parts))
    engine.drop([*HOSTILE, *[f"view {name}" for name in HOSTILE]])
    total = engine.scalar(select("kept `all`", "SELECT CAST(SUM(n) AS BIGINT) AS n FROM t"))
    assert total == sum(range(len(HOSTILE)))
    assert engine.scalar(select("t", "SELECT k FROM t")) == 100


def test_the_name_of_a_column_is_only_a_name(engine: Any, tmp_path: Path) -> None:
    engine.register("t", pa.table({name: [number, None] for number, name in enumerate(HOSTILE)}))
    engine.materialise("kept", sql.query("SELECT * FROM t"))
    assert engine.columns("kept") == dict.fromkeys(HOSTILE, "BIGINT")
    odd = sql.replace_columns(
        sql.query("SELECT x AS y FROM kept WHERE x IS NOT NULL ORDER BY x"), {"x": sql.column("a`b")}
    )
    assert engine.scalar(odd) == HOSTILE.index("a`b")
    assert engine.sink(sql.query("SELECT * FROM kept"), tmp_path / "out.parquet") == 2
    assert parquet.read_schema(tmp_path / "out.parquet").names == HOSTILE
    assert engine.frame(sql.query("SELECT * FROM kept")).columns.tolist() == HOSTILE


@pytest.mark.parametrize(
    "folder", ["plain", "a [x]", "st*r", "q?", "client=acme", "中 文", "{a,b}", "a%20b", "a#b", "12:30"]
)
def test_a_file_is_read_by_its_very_name(engine: Any, tmp_path: Path, folder: str) -> None:
    for name in (folder, "a x", "stxr", "qq", "a", "a b"):
        (tmp_path / name).mkdir(exist_ok=True)
        parquet.write_table(pa.table({"n": [name]}), tmp_path / name / "f.parquet")
    engine.attach("t", [tmp_path / folder / "f.parquet"])
    assert engine.columns("t") == {"n": "VARCHAR"}
    assert engine.frame(select("t"))["n"].tolist() == [folder]


def test_several_files_are_one_table_of_the_columns_of_the_first(engine: Any, duck: DuckEngine, tmp_path: Path) -> None:
    parquet.write_table(pa.table({"a": [1], "b": ["x"]}), tmp_path / "1.parquet")
    parquet.write_table(pa.table({"b": ["y"], "c": [0], "a": [2]}), tmp_path / "2.parquet")
    files = [tmp_path / "1.parquet", tmp_path / "2.parquet"]
    for each in (engine, duck):
        each.attach("t", files)
        assert each.frame(select("t", "SELECT * FROM t ORDER BY a")).to_dict("list") == {"a": [1, 2], "b": ["x", "y"]}
    with pytest.raises(UsageError, match=r"columns of .*1\.parquet: found 'a, b', allowed: also c"):
        engine.attach("t", files[::-1])


def test_a_file_that_spark_takes_for_hidden_is_refused(engine: Any, tmp_path: Path) -> None:
    parquet.write_table(pa.table({"a": [1]}), tmp_path / "_rows.parquet")
    with pytest.raises(UsageError, match=r"_rows\.parquet"):
        engine.attach("t", [tmp_path / "_rows.parquet"])


# ---- views and kept rows


def test_a_view_reads_its_tables_when_it_is_read(engine: Any, duck: DuckEngine) -> None:
    for each in (engine, duck):
        each.register("t", pa.table({"k": [1]}))
        each.define("doubled", sql.query("SELECT k * 2 AS k FROM t"))
        each.register("t", pa.table({"k": [21]}))
        assert each.scalar(sql.query("SELECT k FROM doubled")) == 42


def test_kept_rows_stay_when_what_they_came_from_changes(engine: Any) -> None:
    engine.register("t", pa.table({"k": [1, 2]}))
    engine.materialise("kept", sql.query("SELECT k FROM t WHERE k < $n"), {"n": 2})
    engine.register("t", pa.table({"k": [7]}))
    engine.drop(["t"])
    assert engine.frame(sql.query("SELECT k FROM kept"))["k"].tolist() == [1]


def test_a_loop_replaces_its_own_rows_and_gives_the_old_ones_back(engine: Any) -> None:
    stored = engine.session.sparkContext._jsc.getPersistentRDDs
    before = stored().size()
    engine.register("start", pa.table({"k": [1]}))
    engine.materialise("state", sql.query("SELECT k FROM start"))
    for _ in range(3):
        engine.materialise("state", sql.query("SELECT k * 2 AS k FROM state"))
    assert engine.scalar(sql.query("SELECT k FROM state")) == 8
    assert stored().size() == before + 1
    engine.drop(["state"])
    assert stored().size() == before


def test_rows_are_kept_in_the_checkpoint_folder_where_there_is_one(engine: Any, tmp_path: Path) -> None:
    context = engine.session.sparkContext
    context.setCheckpointDir(str(tmp_path))
    try:
        engine.register("t", pa.table({"k": [1, 2]}))
        engine.materialise("kept", sql.query("SELECT k FROM t ORDER BY k"))
        engine.drop(["t"])
        assert list(tmp_path.rglob("part-*"))
        assert engine.frame(sql.query("SELECT k FROM kept"))["k"].tolist() == [1, 2]
    finally:  # the application is shared, and has no other way to forget the folder
        getattr(context._jsc.sc(), "checkpointDir_$eq")(context._jvm.scala.Option.empty())
    assert context.getCheckpointDir() is None


def test_what_is_dropped_is_gone_and_nothing_else(engine: Any) -> None:
    from pyspark.errors import AnalysisException

    for name in ("a", "b"):
        engine.register(name, pa.table({"k": [1]}))
    engine.drop(["a", "never there"])
    with pytest.raises(AnalysisException, match="TABLE_OR_VIEW_NOT_FOUND"):
        engine.frame(sql.query("SELECT k FROM a"))
    assert engine.scalar(sql.query("SELECT k FROM b")) == 1


def test_the_session_of_the_caller_is_left_alone(spark: Any) -> None:
    from ltv.warehouse.spark import SparkEngine

    before = {row.key: row.value for row in spark.sql("SET").collect()}
    spark.createDataFrame([(1,)], ["k"]).createOrReplaceTempView("mine")
    with SparkEngine(spark) as engine:
        engine.register("mine", pa.table({"k": [2]}))
        engine.lock()
        assert engine.scalar(sql.query("SELECT k FROM mine")) == 2
    assert spark.sql("SELECT k FROM mine").first().k == 1
    assert {row.key: row.value for row in spark.sql("SET").collect()} == before
    spark.catalog.dropTempView("mine")


# ---- doors


def test_a_query_reads_neither_files_nor_the_environment(engine: Any, tmp_path: Path) -> None:
    from pyspark.errors import AnalysisException

    parquet.write_table(pa.table({"a": [1]}), tmp_path / "x.parquet")
    engine.register("t", pa.table({"k": [1]}))
    with pytest.raises(AnalysisException, match="TABLE_OR_VIEW_NOT_FOUND"):
        Table(engine, "t").query(f'SELECT * FROM parquet."{tmp_path}/x.parquet"')
    with pytest.raises(UsageError, match="allowed: a function that"):
        Table(engine, "t").query("SELECT REFLECT('java.lang.System', 'getenv', 'HOME') FROM self")
    assert Table(engine, "t").query("SELECT '${env:HOME}' AS a FROM self")["a"].tolist() == ["${env:HOME}"]


# ---- files


def test_a_sink_is_one_file_in_the_order_and_types_of_the_query(engine: Any, duck: DuckEngine, tmp_path: Path) -> None:
    engine.session.conf.set("spark.sql.shuffle.partitions", "4")
    for each in (engine, duck):
        each.register("t", T)
        query = sql.query("SELECT * FROM t ORDER BY s, k")
        assert each.sink(query, tmp_path / each.name / "t.parquet") == T.num_rows
        assert [p.name for p in (tmp_path / each.name).iterdir()] == ["t.parquet"]
    one, other = (parquet.read_table(tmp_path / name / "t.parquet") for name in ("spark", "duckdb"))
    assert one.schema.names == other.schema.names
    assert one.schema.field("t").type == other.schema.field("t").type == pa.timestamp("us")
    assert one.to_pylist() == other.to_pylist()


def test_a_sink_without_rows_keeps_the_columns(engine: Any, tmp_path: Path) -> None:
    engine.register("t", T.slice(0, 0))
    assert engine.sink(sql.query("SELECT * FROM t"), tmp_path / "t.parquet") == 0
    assert parquet.read_schema(tmp_path / "t.parquet").names == T.schema.names


def test_a_query_that_fails_leaves_the_old_file_as_it_was(engine: Any, tmp_path: Path) -> None:
    from pyspark.errors import PySparkException

    engine.register("t", pa.table({"s": ["1", "x"]}))
    path = tmp_path / "t.parquet"
    path.write_bytes(b"the old one")
    with pytest.raises(PySparkException, match="CAST_INVALID_INPUT"):
        engine.sink(sql.query("SELECT CAST(s AS INT) AS n FROM t"), path)
    assert path.read_bytes() == b"the old one"
    assert list(tmp_path.iterdir()) == [path]


def test_a_full_disk_is_told_in_one_line_and_leaves_nothing(engine: Any, tmp_path: Path) -> None:
    engine.register("t", pa.table({"s": [os.urandom(64).hex() for _ in range(20_000)]}))
    with small_disk(tmp_path / "disk", kilobytes=256) as folder:
        with pytest.raises(LtvError, match=r"cannot write .*t\.parquet: .*[Nn]o space") as raised:
            engine.sink(sql.query("SELECT s FROM t"), folder / "t.parquet")
        assert "\n" not in str(raised.value)
        assert list(folder.iterdir()) == []

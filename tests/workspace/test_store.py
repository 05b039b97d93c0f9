"""A result table is written only as the contract has it, whole, with its run and its SHA-256."""

import datetime as dt

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet

from ltv.contract import RESULTS
from ltv.errors import UsageError
from ltv.warehouse.files import Manifest
from ltv.workspace.store import ARROW, check_result, store

SCORES = pd.DataFrame(
    {
        "user_id": [1, 2],
        "as_of": pd.to_datetime(["2026-06-30 16:00", "2026-06-30 16:00"]),
        "horizon_days": [90, 90],
        "expected": [12.5, None],
        "p_purchase": [0.5, 1.0],
        "low": [0.0, 1.0],
        "high": [20.0, 30.0],
        "median": [10.0, 11.0],
        "decile": [1, 10],
        "value_to_date": [5.0, -3.0],
        "basis": ["model", "btyd"],
        "model_version": ["v1", None],
    }
)


def changed(**columns):
    return SCORES.assign(**columns)


def test_a_good_table_is_stored_in_the_contracts_types_with_its_run(tmp_path):
    frame = check_result("ltv_scores", changed(extra=["a", "b"], run_id="of somebody else"))
    path = store("ltv_scores", frame, folder=tmp_path, run_id="2026-06-30-abc")
    table = parquet.read_table(path)
    spec = RESULTS["ltv_scores"]
    assert table.column_names == [*spec.names, "extra", "run_id"]
    assert {c.name: table.schema.field(c.name).type for c in spec.columns} == {
        c.name: ARROW[c.type] for c in spec.columns
    }
    assert set(table["run_id"].to_pylist()) == {"2026-06-30-abc"}
    assert Manifest(tmp_path).read()["ltv_scores.parquet"].rows == 2
    assert table["expected"].to_pylist() == [12.5, None]


def test_the_order_of_columns_does_not_matter_and_the_input_stays_as_it_was():
    shuffled = SCORES[sorted(SCORES.columns, reverse=True)]
    kept = shuffled.copy()
    assert list(check_result("ltv_scores", shuffled).columns) == list(RESULTS["ltv_scores"].names)
    pd.testing.assert_frame_equal(shuffled, kept)


def test_an_empty_table_is_a_table(tmp_path):
    path = store("ltv_scores", check_result("ltv_scores", SCORES.head(0)), folder=tmp_path, run_id="r")
    assert parquet.read_table(path).num_rows == 0
    assert parquet.read_schema(path).field("as_of").type == pa.timestamp("us")


BAD = [
    (SCORES.drop(columns=["low", "high"]), r"ltv_scores columns: found .*, allowed: also low, high"),
    (changed(p_purchase=[0.5, 1.2]), r"ltv_scores\.p_purchase: found 1\.2, allowed: at least 0 and at most 1"),
    (changed(p_purchase=[0.5, -0.1]), r"ltv_scores\.p_purchase: found -0\.1, allowed: at least 0 and at most 1"),
    (changed(decile=[0, 10]), r"ltv_scores\.decile: found 0\.0, allowed: at least 1 and at most 10"),
    (changed(basis=["model", "guess"]), r"ltv_scores\.basis: found 'guess', allowed: model, btyd, past_mean"),
    (changed(user_id=[1, 1]), r"ltv_scores key: found {'user_id': .*, allowed: one row a key"),
    (changed(user_id=[1, None]), r"ltv_scores\.user_id: found '1 missing values', allowed: a value in every row"),
    (changed(as_of=pd.to_datetime(["2026-06-30", None])), r"ltv_scores\.as_of: found '1 missing values'"),
    (changed(expected=["12", "a lot"]), r"ltv_scores\.expected: found .*a lot.*, allowed: money"),
    (changed(expected=[np.inf, 1.0]), r"ltv_scores\.expected: found inf, allowed: a finite number"),
    (changed(horizon_days=[30.5, 90.0]), r"ltv_scores\.horizon_days: found .*30\.5.*, allowed: integer"),
    (changed(as_of=["today", "tomorrow"]), r"ltv_scores\.as_of: found .*, allowed: timestamp"),
    (changed(basis=[{"a": 1}, {"a": 2}]), r"ltv_scores\.basis: found"),
]


@pytest.mark.parametrize(("frame", "why"), BAD, ids=[why[:44] for _, why in BAD])
def test_a_table_that_breaks_the_contract_is_refused_in_one_line(frame, why):
    with pytest.raises(UsageError, match=why) as refused:
        check_result("ltv_scores", frame)
    assert len(str(refused.value).splitlines()) == 1


def test_a_table_that_the_contract_does_not_have_is_refused():
    with pytest.raises(UsageError, match="result: found 'scores', allowed: user_ids"):
        check_result("scores", SCORES)


@pytest.mark.parametrize(
    "values",
    [[dt.date(2026, 6, 30)], ["2026-06-30"], pd.to_datetime(["2026-06-30"]), np.array(["2026-06-30"], "M8[D]")],
)
def test_a_day_may_come_as_a_date_a_time_or_a_text(tmp_path, values):
    frame = pd.DataFrame({"date": values, "segment_kind": "all", "segment": "all", "state": "new", "users": 1})
    path = store("lifecycle", check_result("lifecycle", frame), folder=tmp_path, run_id="r")
    assert parquet.read_table(path)["date"].to_pylist() == [dt.date(2026, 6, 30)]


def test_times_with_a_zone_are_stored_as_utc_and_nullable_types_are_understood(tmp_path):
    frame = changed(
        as_of=pd.to_datetime(["2026-07-01 00:00+08:00"] * 2),
        decile=pd.array([1, None], "Int64"),
        basis=pd.Categorical(["model", "btyd"]),
        expected=pd.array([1.5, None], "Float64"),
    )
    path = store("ltv_scores", check_result("ltv_scores", frame), folder=tmp_path, run_id="r")
    table = parquet.read_table(path)
    assert table["as_of"].to_pylist() == [dt.datetime(2026, 6, 30, 16)] * 2
    assert table["decile"].to_pylist() == [1, None]
    assert table["basis"].to_pylist() == ["model", "btyd"]


def test_a_table_without_a_key_or_with_hostile_text_is_stored_as_it_is(tmp_path):
    frame = pd.DataFrame({"date": ["2026-06-30"], "table": ["'; DROP TABLE x"], "key": ["{}"], "column": ["<script>"]})
    frame = frame.assign(old=None, new="1", cause="data")
    path = store("restatements", check_result("restatements", frame), folder=tmp_path, run_id="r")
    assert parquet.read_table(path)["column"].to_pylist() == ["<script>"]

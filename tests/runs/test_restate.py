"""What changed between two runs, on tables whose columns have the names that the comparison itself uses."""

from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ltv.contract import RESULTS
from ltv.runs.restate import restatements
from ltv.warehouse.files import Manifest
from ltv.workspace.store import check_result, store


def test_a_table_with_a_column_called_value_is_compared(tmp_path):
    row = {"date": date(2026, 6, 30), "segment_kind": "all", "segment": "all", "indicator": "churn_risk", "value": 0.2, "threshold": 0.3,
           "bad_side": "above", "breached": False, "days_breached": 0, "triggered": False, "known": True}  # fmt: skip
    for run, value in (("old", 0.2), ("new", 0.25)):
        folder = tmp_path / run / "results"
        folder.mkdir(parents=True)
        store("health", check_result("health", pd.DataFrame([row | {"value": value}])), folder=folder, run_id=run)
    told = restatements(tmp_path / "old", tmp_path / "new", date="2026-06-30", cause="data")
    assert told[["table", "column", "old", "new"]].to_numpy().tolist() == [["health", "value", "0.2", "0.25"]]


@pytest.mark.parametrize("name", [name for name in RESULTS if name != "restatements"])
def test_tables_without_rows_have_nothing_to_compare(tmp_path, name):
    nothing = pd.DataFrame({c.name: pd.Series(dtype="object") for c in RESULTS[name].columns if c.name != "run_id"})
    for run in ("old", "new"):
        folder = tmp_path / run / "results"
        folder.mkdir(parents=True)
        store(name, check_result(name, nothing), folder=folder, run_id=run)
    assert restatements(tmp_path / "old", tmp_path / "new", date="2026-06-30", cause="data").empty


VALUES = st.one_of(st.none(), st.sampled_from([0.0, 0.1, 0.1 + 1e-13, 2.0, -3.25]))
ROWS = st.dictionaries(
    st.tuples(st.sampled_from(["2026-05-01", "2026-06-01"]), st.sampled_from(["all", "x, y=z", "new"])),
    st.tuples(VALUES, VALUES, st.sampled_from(["better", "unclear", "better ", None])),
    max_size=5,
)


def put(folder: Path, rows: dict, columns: list[str]) -> None:
    """A table by date and channel, with one more column or not."""
    names = ["date", "segment", "value", "threshold", "bad_side"]
    frame = pd.DataFrame([(*key, *told) for key, told in rows.items()], columns=names)
    frame = frame.astype({"value": "float64", "threshold": "float64"}).assign(date=pd.to_datetime(frame["date"]))
    whole = frame.assign(segment_kind="all", indicator="churn_risk", run_id=str(folder))
    folder.mkdir()
    whole[[*["date", "segment_kind", "segment", "indicator", "run_id"], *columns]].to_parquet(folder / "health.parquet")
    Manifest(folder).add(folder / "health.parquet", len(whole))


def said(rows: dict, columns: list[str]) -> dict:
    """Every value as text, by key and column: the plain way."""
    told = {}
    for (day, segment), values in rows.items():
        key = f"date={day}, segment_kind=all, segment={segment}, indicator=churn_risk"
        for name, value in zip(["value", "threshold", "bad_side"], values, strict=True):
            if name in columns and value is not None:
                told[key, name] = value if isinstance(value, str) else str(round(value, 9))
    return told


@settings(max_examples=60)
@given(ROWS, ROWS, st.booleans())
def test_every_value_that_is_not_what_it_was_is_told_and_no_other(before, after, one_lacks_a_column):
    columns = ["value", "threshold", "bad_side"]
    fewer = columns[:2] if one_lacks_a_column else columns
    with TemporaryDirectory() as folder:
        for run, rows, known in (("old", before, columns), ("new", after, fewer)):
            (Path(folder) / run).mkdir()
            put(Path(folder) / run / "results", rows, known)
        table = restatements(Path(folder) / "old", Path(folder) / "new", date="2026-06-30", cause="data")
    old, new = said(before, columns), said(after, fewer)
    wanted = {(*k, old.get(k), new.get(k)) for k in old.keys() | new.keys() if old.get(k) != new.get(k)}
    rows = table[["key", "column", "old", "new"]].astype(object)
    told = list(rows.where(rows.notna(), None).itertuples(index=False, name=None))
    assert set(told) == wanted and len(told) == len(wanted)

"""What changed between two runs, on tables whose columns have the names that the comparison itself uses."""

from datetime import date

import pandas as pd

from ltv.runs.restate import restatements
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

"""`ltv check` says of every table what was found, and whether a run can start."""

import pytest
from support_workspace import csv, orders, put, workspace

from ltv.contract import INPUTS
from ltv.workspace.check import check


def test_every_table_has_its_line_and_its_counts(tmp_path):
    root = workspace(tmp_path, 'timezone = "UTC"\nmax_quarantine_share = 0.6')
    put(root, "orders/a.csv", csv(orders({}, {"amount": "x"}, {"order_id": "A1"})))
    put(root, "events/a.csv", "nothing\n1\n")
    told = check(root)
    lines = {line.split()[0]: line for line in told.lines if not line.startswith(" ")}
    assert set(INPUTS) <= set(lines)
    assert lines["orders"].endswith("partly   3 read = 1 accepted + 1 quarantined + 1 duplicates")
    assert "       1 rows  amount: wrong_type" in told.lines[1]
    assert lines["members"].split() == ["members", "missing"]
    assert "refused" in lines["events"]
    assert told.lines[-1] == "good: a run can start"
    assert "not used: events: column" in "\n".join(told.lines)
    assert not told.refused


@pytest.mark.parametrize("amount", ["x", None])
def test_a_run_that_cannot_start_is_told_with_the_reason(tmp_path, amount):
    root = workspace(tmp_path)
    if amount:
        put(root, "orders/a.csv", csv(orders({"amount": amount})))
    told = check(root)
    assert told.refused
    assert told.lines[-1].startswith("refused: orders: found ")


def test_data_that_has_stopped_coming_is_stale_today_whatever_was_published_last(tmp_path):
    root = workspace(tmp_path, 'timezone = "UTC"\n[freshness_hours]\norders = 30')
    put(root, "orders/a.csv", csv(orders({"ts": "2020-01-01"})))
    (root / "data" / "results" / "2020-01-01").mkdir(parents=True)
    told = check(root)
    assert told.refused
    assert "allowed: 30 hours (setting freshness_hours)" in told.lines[-1]

"""The ledger says how runs and their tasks ended, whatever ended them."""

from ltv.runs.ledger import Ledger, Run


def test_a_task_that_has_not_ended_ends_with_its_run(tmp_path):
    ledger = Ledger(tmp_path)
    for run_id in ("a", "b"):
        ledger.start_run(Run(run_id, "2026-06-30", "running", "2026-07-01T06:00:00", None, "i", "c", "s", {}, ""))
        for notebook in ("01_done", "02_waits"):
            ledger.start_task(run_id, notebook, hashes=("t", "i", "c"), parameters={})
        ledger.end_task(run_id, "01_done", 1, state="done", seconds=1.0, why="")
    ledger.end_run("a", "killed", "stopped by hand")
    assert [t.state for t in ledger.tasks("a")] == ["done", "killed"]
    assert [t.state for t in ledger.tasks("b")] == ["done", "running"]

"""Whole runs through papermill: what is written, published, repeated, resumed, refused."""

import datetime as dt
import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pandas as pd
import pytest
from support_runs import ASSETS, KEPT, PARAMETERS, notebook, order_rows, shop, two_notebooks

from ltv.errors import CorruptError, LockedError, UsageError
from ltv.runs.ledger import Ledger
from ltv.runs.lock import workspace_lock
from ltv.runs.publish import published_run, roll_back, switch, write_index
from ltv.runs.runner import Done, Request, run
from ltv.serving.versions import Versions
from ltv.workspace.store import published_folder, read_result
from ltv.workspace.workspace import open as open_workspace

DAY = dt.date(2026, 6, 30)


def go(root: Path, **more: object) -> Done:
    return run(Request(root, **({"date": DAY} | more)))


def seconds_of(ledger: Ledger, run_id: str) -> dict[str, str | None]:
    return {t.notebook: t.taken_from for t in ledger.tasks(run_id)}


def test_a_run_publishes_results_and_pages_of_the_same_run_together(tmp_path):
    root = two_notebooks(tmp_path)
    done = go(root, jobs=2)
    assert (done.exit_code, done.published) == (0, True)
    results = pd.read_parquet(root / "data" / "results" / "2026-06-30" / "retention.parquet")
    assert set(results["run_id"]) == {done.run_id}
    assert done.run_id in (root / "reports" / "latest" / "02_kept.html").read_text()
    assert "2026-06-30/02_kept.html" in (root / "reports" / "index.html").read_text()
    assert (root / "reports" / "latest").readlink() == Path("2026-06-30")


def test_the_same_date_again_does_nothing_and_force_repeats_it_in_a_folder_of_its_own(tmp_path):
    root = two_notebooks(tmp_path)
    first, again, forced = go(root), go(root), go(root, force=True)
    assert again.run_id == first.run_id
    assert len(Ledger(root).tasks(first.run_id)) == 2
    assert forced.run_id == f"{first.run_id}-2"
    pages = [(root / "data" / "runs" / r / "pages" / "02_kept.html").read_text() for r in (first.run_id, forced.run_id)]
    assert pages[0] == pages[1].replace(forced.run_id, first.run_id)


def test_a_run_that_was_stopped_before_latest_moved_moves_it_when_it_is_called_again(tmp_path):
    root = two_notebooks(tmp_path)
    go(root)
    (root / "reports" / "latest").unlink()
    go(root)
    assert (root / "reports" / "latest").readlink() == Path("2026-06-30")


def test_late_data_restates_the_date_and_says_what_changed_and_why(tmp_path):
    root = two_notebooks(tmp_path)
    first = go(root)
    (root / "data" / "orders" / "late.csv").write_text(
        order_rows().splitlines()[0] + "\n99,2026-06-30 10:00,shop,member,M1,100.00,paid\n"
    )
    second = go(root)
    assert second.run_id != first.run_id
    assert published_run(root, "2026-06-30") == second.run_id
    told = pd.read_parquet(root / "data" / "results" / "2026-06-30" / "restatements.parquet")
    rows = told[(told["table"] == "data_assets") & (told["column"] == "rows")]
    assert rows[["old", "new", "cause"]].to_numpy().tolist() == [["40", "41", "data"]]
    assert (root / "data" / "runs" / first.run_id / "manifest.json").exists()


def test_a_notebook_that_raises_gets_a_page_that_says_where_and_the_rest_is_published(tmp_path):
    root = two_notebooks(tmp_path)
    notebook(root, "03_broken", ["1 / 0"])
    done = go(root)
    assert (done.exit_code, done.published) == (1, True)
    page = (root / "reports" / "2026-06-30" / "03_broken.html").read_text()
    assert "ZeroDivisionError" in page
    assert "cell-1" in page
    assert (root / "reports" / "2026-06-30" / "02_kept.html").exists()
    assert not (root / "reports" / "latest").exists()


def flaky(root: Path) -> Path:
    """Two pages that come out, and one that fails for as long as a file is not there."""
    two_notebooks(root)
    notebook(root, "03_flaky", ["import pathlib\nassert pathlib.Path('up').exists()"])
    return root


def test_a_published_run_never_changes_and_a_second_attempt_has_a_folder_of_its_own(tmp_path):
    root = flaky(tmp_path)
    first = go(root)
    folder = root / "data" / "runs" / first.run_id
    before = {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    (root / "up").touch()
    second = go(root, resume=True)
    assert (second.exit_code, second.run_id) == (0, f"{first.run_id}-2")
    assert seconds_of(Ledger(root), second.run_id)["02_kept"] == first.run_id
    assert {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()} == before
    assert go(root).run_id == second.run_id


def test_one_page_that_fails_again_takes_no_other_page_away(tmp_path):
    root = flaky(tmp_path)
    go(root)
    for _ in range(2):
        assert go(root, only=("03_flaky",)).exit_code == 1
        assert (root / "reports" / "2026-06-30" / "02_kept.html").exists()


def test_a_date_is_complete_and_latest_only_when_the_pages_it_keeps_are_good_too(tmp_path):
    root = flaky(tmp_path)
    go(root)
    kept = go(root, only=("02_kept",))
    assert (kept.exit_code, kept.published) == (0, True)
    assert not (root / "reports" / "latest").exists()
    assert "Partly done" in (root / "reports" / "index.html").read_text()
    (root / "up").touch()
    for _ in range(2):
        mended = go(root, only=("03_flaky",))
        assert (mended.exit_code, mended.published) == (0, True)
    assert published_run(root, "2026-06-30") == mended.run_id
    assert (root / "reports" / "latest").readlink() == Path("2026-06-30")
    assert "Partly done" not in (root / "reports" / "index.html").read_text()


def test_a_block_that_cannot_be_drawn_fails_its_own_page_only(tmp_path):
    root = two_notebooks(tmp_path)
    block = "{'application/vnd.ltv.blocks+json': {'version': 1, 'blocks': [{}]}}"
    notebook(root, "03_odd", [f"display({block}, raw=True)"])
    done = go(root)
    assert (done.exit_code, done.published, done.why) == (1, True, "03_odd failed")


def test_the_list_of_dates_holds_every_date_however_many_there_were(tmp_path):
    ledger = Ledger(shop(tmp_path))
    days = [str(dt.date(2020, 1, 1) + dt.timedelta(days=n)) for n in range(1200)]
    with sqlite3.connect(ledger.path) as db:
        rows = [(f"{day}-a", day, "failed", day, day, "", "", "", "{}", "") for day in days]
        db.executemany("INSERT INTO runs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
    index = write_index(tmp_path, ledger, ("zh", "en")).read_text()
    assert [day for day in days if day not in index] == []


def test_a_good_date_does_not_give_way_to_a_run_that_failed(tmp_path):
    root = two_notebooks(tmp_path)
    good = go(root)
    notebook(root, "03_broken", ["1 / 0"])
    bad = go(root)
    assert (bad.exit_code, bad.published) == (1, False)
    assert published_run(root, "2026-06-30") == good.run_id


def test_what_builds_on_a_failed_notebook_is_not_run_and_says_so(tmp_path):
    root = shop(tmp_path)
    notebook(root, "01_assets", ["raise ValueError('<script>alert(1)</script>')", *ASSETS])
    notebook(root, "02_after", ["seen = ws.result('data_assets')"])
    done = go(root)
    assert {t.notebook: t.state for t in Ledger(root).tasks(done.run_id)} == {
        "01_assets": "failed",
        "02_after": "blocked",
    }
    assert "<script>alert(1)</script>" not in (root / "reports" / "2026-06-30" / "01_assets.html").read_text()


def test_a_page_that_can_do_without_a_failed_one_runs_without_its_table(tmp_path):
    root = shop(tmp_path)
    notebook(root, "01_assets", ["raise ValueError('no')", *ASSETS])
    notebook(root, "02_after", ["assert ws.results('data_assets') == {}"])
    done = go(root)
    assert {t.notebook: t.state for t in Ledger(root).tasks(done.run_id)} == {"01_assets": "failed", "02_after": "done"}


def test_notebooks_run_after_those_that_write_what_they_read(tmp_path):
    root = shop(tmp_path)
    notebook(root, "01_last", ["rows = len(ws.result('data_assets'))\nassert rows == 1"])
    notebook(root, "02_first", ASSETS)
    assert go(root, jobs=2).exit_code == 0


def test_a_missing_table_makes_a_page_that_says_so_and_is_no_failure(tmp_path):
    root = two_notebooks(tmp_path)
    notebook(root, "03_events", ["len(ws.events)"], about=("谁**常来**看？", "Who comes to *look* & when?"))
    done = go(root)
    assert done.exit_code == 0
    page = (root / "reports" / "latest" / "03_events.html").read_text()
    assert "events" in page
    assert "谁常来看？" in page
    assert "没有找到它的输入" in page
    assert "Who comes to look &amp; when?" in page


def test_a_result_that_nobody_wrote_is_not_asked_for_as_a_file(tmp_path):
    root = two_notebooks(tmp_path)
    notebook(root, "03_first", ["len(ws.events)\nws.save('funnel', ws.events)"])
    notebook(root, "04_second", ["ws.result('funnel')"])
    assert go(root).exit_code == 0
    page = (root / "reports" / "latest" / "04_second.html").read_text()
    assert "funnel" in page
    assert "data/funnel" not in page


def test_a_run_with_parameters_is_kept_and_not_published(tmp_path):
    root = two_notebooks(tmp_path)
    done = go(root, parameters={"grain": "week"})
    assert (done.exit_code, done.published) == (0, False)
    table = pd.read_parquet(root / "data" / "runs" / done.run_id / "results" / "retention.parquet")
    assert set(table["grain"]) == {"week"}
    assert not (root / "data" / "results" / "2026-06-30").exists()


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"grian": "week"}, "grian"),
        ({"date": "2020-01-01"}, "date"),
        ({"workspace": "/"}, "workspace"),
        ({"__import__('os').system('x')": "1"}, "__import__"),
    ],
)
def test_a_parameter_that_does_not_exist_is_refused_before_anything_runs(tmp_path, parameters, message):
    root = two_notebooks(tmp_path)
    with pytest.raises(UsageError, match="-p: found") as told:
        go(root, parameters=parameters)
    assert message in str(told.value)
    assert "\n" not in str(told.value)
    assert Ledger(root).runs() == []


def test_only_runs_what_was_asked_for_and_what_it_needs_and_keeps_the_other_pages(tmp_path):
    root = two_notebooks(tmp_path)
    go(root)
    notebook(
        root, "02_kept", [*KEPT, "print('more')"], parameters=PARAMETERS + '\ngrain = "month"  # length of a period'
    )
    done = go(root, only=("02_kept",))
    assert seconds_of(Ledger(root), done.run_id) == {"02_kept": None}
    assert "more" in (root / "reports" / "latest" / "02_kept.html").read_text()
    assert (root / "reports" / "latest" / "01_assets.html").exists()
    assert len(open_workspace(root).result("data_assets", "2026-06-30")) == 1


def test_resume_takes_over_what_is_finished_and_runs_only_what_failed_or_changed(tmp_path):
    root = two_notebooks(tmp_path)
    notebook(root, "03_broken", ["1 / 0"])
    first = go(root)
    notebook(root, "03_broken", ["1 / 1"])
    done = go(root, resume=True)
    assert done.exit_code == 0
    assert seconds_of(Ledger(root), done.run_id) == {
        "01_assets": first.run_id,
        "02_kept": first.run_id,
        "03_broken": None,
    }
    assert len(open_workspace(root).result("retention", "2026-06-30"))


def test_resume_does_not_trust_a_result_that_was_damaged(tmp_path):
    root = two_notebooks(tmp_path)
    notebook(root, "03_broken", ["1 / 0"])
    first = go(root)
    flip(root / "data" / "runs" / first.run_id / "results" / "retention.parquet")
    notebook(root, "03_broken", ["1 / 1"])
    done = go(root, resume=True)
    assert seconds_of(Ledger(root), done.run_id) == {"01_assets": first.run_id, "02_kept": None, "03_broken": None}


def flip(path: Path) -> None:
    body = bytearray(path.read_bytes())
    body[len(body) // 2] ^= 1
    path.write_bytes(body)


def test_a_bit_flipped_result_is_refused_when_it_is_read(tmp_path):
    root = two_notebooks(tmp_path)
    done = go(root)
    flip(root / "data" / "runs" / done.run_id / "results" / "retention.parquet")
    with pytest.raises(CorruptError, match="SHA-256 differs"):
        open_workspace(root).result("retention", "2026-06-30")


@pytest.mark.parametrize(
    ("orders", "reason"),
    [
        ("order_id,ts\n", "column 'source'"),
        ("", "empty"),
        (order_rows("".join(f"x{n},2026-01-01,shop,member,M1,1,unknown\n" for n in range(10))), "max_quarantine_share"),
    ],
)
def test_refused_data_ends_with_3_a_page_that_says_why_and_nothing_published_is_replaced(tmp_path, orders, reason):
    root = two_notebooks(tmp_path)
    good = go(root)
    (root / "data" / "orders" / "orders.csv").write_text(orders)
    refused = go(root)
    assert refused.exit_code == 3
    assert reason in refused.why
    assert "\n" not in refused.why
    assert published_run(root, "2026-06-30") == good.run_id
    page = root / "data" / "runs" / refused.run_id / "pages" / "index.html"
    assert "data_refused" in page.read_text() or "拒" in page.read_text()


def test_no_tables_at_all_is_refused(tmp_path):
    root = two_notebooks(tmp_path)
    (root / "data" / "orders" / "orders.csv").unlink()
    done = go(root)
    assert (done.exit_code, done.why) == (
        3,
        "orders: found no file, allowed: files in data/orders/ or a [sources.orders] in ltv.toml",
    )


def test_stale_orders_stop_the_run(tmp_path):
    root = two_notebooks(tmp_path)
    (root / "ltv.toml").write_text("[freshness_hours]\norders = 30\n")
    done = go(root)
    assert done.exit_code == 3
    assert "freshness_hours" in done.why


def test_quarantined_rows_are_kept_with_file_line_and_rule(tmp_path):
    root = shop(tmp_path, orders=order_rows("x,not a time,shop,member,M1,1,paid\n"))
    notebook(root, "01_assets", ASSETS)
    done = go(root)
    rows = pd.read_parquet(root / "data" / "quarantine" / done.run_id / "orders.parquet")
    assert rows[["line", "column", "rule", "found"]].to_numpy().tolist() == [[42, "ts", "wrong_type", "not a time"]]


def test_latest_never_goes_back_to_an_older_date(tmp_path):
    root = two_notebooks(tmp_path)
    go(root)
    go(root, date=dt.date(2026, 5, 31))
    assert (root / "reports" / "latest").readlink() == Path("2026-06-30")
    assert (root / "reports" / "2026-05-31" / "02_kept.html").exists()


def test_rollback_shows_the_run_before_and_nothing_else_moves(tmp_path):
    root = two_notebooks(tmp_path)
    first = go(root)
    second = go(root, force=True)
    ledger = Ledger(root)
    third = go(root, force=True)
    assert roll_back(root, ledger, ("zh", "en")) == ("2026-06-30", second.run_id)
    assert roll_back(root, ledger, ("zh", "en")) == ("2026-06-30", first.run_id)
    assert published_run(root, "2026-06-30") == first.run_id
    with pytest.raises(UsageError, match="rollback reports 2026-06-30: found 'only "):
        roll_back(root, ledger, ("zh", "en"))
    assert (root / "data" / "runs" / third.run_id / "manifest.json").exists()
    assert (root / "data" / "runs" / second.run_id / "manifest.json").exists()


def test_a_run_that_is_damaged_is_not_shown_again(tmp_path):
    root = two_notebooks(tmp_path)
    first, second = go(root), go(root, force=True)
    page = root / "data" / "runs" / first.run_id / "pages" / "02_kept.html"
    page.write_text("half of it", encoding="utf-8")
    with pytest.raises(CorruptError, match=r"02_kept\.html: its SHA-256 differs"):
        roll_back(root, Ledger(root), ("zh", "en"))
    assert published_run(root, "2026-06-30") == second.run_id
    page.unlink()
    with pytest.raises(CorruptError, match=r"02_kept\.html: recorded in the manifest but missing"):
        roll_back(root, Ledger(root), ("zh", "en"))


def test_ten_thousand_reads_over_switches_find_a_whole_page_each_time(tmp_path):
    root = two_notebooks(tmp_path)
    runs = [go(root).run_id, go(root, force=True).run_id]
    whole = {(root / "data" / "runs" / run / "pages" / "02_kept.html").read_bytes() for run in runs}
    reads, done = Counter(), threading.Event()

    def read() -> None:
        while not done.is_set():
            page = (root / "reports" / "2026-06-30" / "02_kept.html").read_bytes()
            rows = len(read_result("data_assets", [published_folder(root, "2026-06-30")], day="2026-06-30"))
            reads["good" if page in whole and rows else "bad"] += 2

    with ThreadPoolExecutor(4) as pool:
        readers = [pool.submit(read) for _ in range(4)]
        ledger, took = Ledger(root), []
        while (reads.total() < 10_000 or len(took) < 20) and not any(reader.done() for reader in readers):
            switch(root, "2026-06-30", runs[1])
            ledger.publish("2026-06-30", runs[1])
            start = time.perf_counter()
            assert roll_back(root, ledger, ("zh", "en")) == ("2026-06-30", runs[0])
            took.append(time.perf_counter() - start)
        done.set()
        for reader in readers:
            reader.result()
    assert reads["bad"] == 0
    assert min(took) < 1


def test_rollback_without_an_earlier_run_says_so(tmp_path):
    root = two_notebooks(tmp_path)
    go(root)
    with pytest.raises(UsageError, match="rollback reports 2026-06-30: found 'only "):
        roll_back(root, Ledger(root), ("zh", "en"))


def test_a_second_run_is_told_who_holds_the_workspace(tmp_path):
    root = two_notebooks(tmp_path)
    with (
        workspace_lock(root, command="ltv run --date 2026-06-30"),
        pytest.raises(LockedError, match=f"process {os.getpid()}"),
    ):
        go(root)


def test_a_notebook_that_takes_too_long_is_stopped_and_its_page_says_so(tmp_path):
    root = shop(tmp_path)
    (root / "ltv.toml").write_text("notebook_timeout_s = 3\n")
    notebook(root, "01_slow", ["import time\ntime.sleep(600)"], opens=False)
    done = go(root)
    assert done.exit_code == 1
    assert "notebook_timeout_s" in (root / "reports" / "2026-06-30" / "01_slow.html").read_text()


def test_a_kernel_that_is_killed_fails_its_own_page_only(tmp_path):
    root = two_notebooks(tmp_path)
    notebook(root, "03_killed", ["import os, signal\nos.kill(os.getpid(), signal.SIGKILL)"])
    done = go(root)
    assert {t.notebook: t.state for t in Ledger(root).tasks(done.run_id)} == {
        "01_assets": "done",
        "02_kept": "done",
        "03_killed": "killed",
    }


def test_a_run_that_is_stopped_by_hand_ends_at_once_with_its_notebooks(tmp_path):
    root = shop(tmp_path)
    for name in ("01_waits", "02_waits"):
        notebook(root, name, ["import time\ntime.sleep(3600)"], opens=False)
    command = [sys.executable, "-m", "ltv.cli", "run", "--date", "2026-06-30", "--jobs", "2", "--workspace", str(root)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        wait_until(lambda: list(states(root).values()) == ["running"] * 2)
        process.send_signal(signal.SIGINT)
        try:
            _, said = process.communicate(timeout=120)
        finally:
            process.kill()
    assert (process.returncode, said.splitlines()[-1]) == (130, "ltv: stopped; `ltv run --resume` goes on from here")
    assert states(root) == {"01_waits": "killed", "02_waits": "killed"}
    assert [(run.state, run.why) for run in Ledger(root).runs()] == [("killed", "stopped by hand")]


def test_kill_9_in_the_middle_and_resume_loses_nothing_and_repeats_nothing(tmp_path):
    root = two_notebooks(tmp_path)
    notebook(
        root,
        "03_waits",
        ["import pathlib, time\nwhile not pathlib.Path('go').exists():\n    time.sleep(0.05)"],
        opens=False,
    )
    command = [sys.executable, "-m", "ltv.cli", "run", "--date", "2026-06-30", "--workspace", str(root)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        wait_until(lambda: states(root).get("03_waits") == "running")
        process.send_signal(signal.SIGKILL)
    assert not (root / "reports" / "2026-06-30").exists()
    (root / "go").touch()
    done = go(root, resume=True)
    assert done.exit_code == 0
    attempts = {t.notebook: (t.attempt, t.state, t.taken_from) for t in Ledger(root).tasks(done.run_id)}
    assert attempts["03_waits"][:2] == (2, "done")
    assert attempts["02_kept"] == (2, "done", done.run_id)


def states(root: Path) -> dict[str, str]:
    path = root / "data" / "state" / "ledger.sqlite"
    if not path.exists():
        return {}
    try:
        with sqlite3.connect(path) as db:
            return dict(db.execute("SELECT notebook, state FROM tasks").fetchall())
    except sqlite3.OperationalError:
        return {}


def wait_until(true: object, most_s: float = 120) -> None:
    end = time.monotonic() + most_s
    while not true():  # type: ignore[operator]
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


def test_the_executed_notebook_is_kept_with_its_outputs(tmp_path):
    root = two_notebooks(tmp_path)
    done = go(root)
    book = json.loads((root / "data" / "runs" / done.run_id / "notebooks" / "02_kept.ipynb").read_text())
    assert any(cell.get("outputs") for cell in book["cells"])


def test_a_run_of_a_past_date_uses_only_what_was_known_then(tmp_path):
    root = two_notebooks(tmp_path)
    go(root, date=dt.date(2026, 3, 31))
    rows = pd.read_parquet(root / "data" / "results" / "2026-03-31" / "data_assets.parquet")
    assert rows["latest_ts"].max() < pd.Timestamp("2026-03-31 16:00")


PLANS = [
    "people, orders = ws.people, ws.orders\nasked = ws.settings\nagreed = ws.optional('consents')",
    "told = ltv.plan_interventions(people, orders, as_of=ws.date, playbooks=asked.playbooks, consents=agreed)\n"
    "ws.save('interventions', told)",
    "ltv.show(told, 'takeaways')",
]
STRATEGY = """timezone = "Asia/Shanghai"
[[endpoints]]
name = "crm"
kind = "file"
path = "data/crm"
[[playbooks]]
name = "winback"
actions = ["coupon"]
who = "orders > 0"
channel = "sms"
endpoint = "crm"
budget = 100
expires_hours = 1000000
"""


def planning(root: Path) -> Path:
    """A workspace whose one page plans for everybody who agreed."""
    shop(root)
    (root / "ltv.toml").write_text(STRATEGY, encoding="utf-8")
    (root / "data" / "consents").mkdir()
    agreed = "".join(f"2026-01-01 10:00:00,member,M{n},sms,true\n" for n in range(10))
    (root / "data" / "consents" / "c.csv").write_text(
        f"ts,id_type,id_value,channel,granted\n{agreed}", encoding="utf-8"
    )
    notebook(root, "01_plans", PLANS)
    return root


def interventions(root: Path) -> int:
    from ltv.dispatch import Outbox
    from ltv.settings import load

    outbox = Outbox.open(root, load(root))
    try:
        return len(outbox.interventions(dt.date(2026, 1, 1), dt.date(2026, 12, 31)))
    finally:
        outbox.close()


def test_the_newest_date_hands_its_interventions_over_once_and_restatements_and_backfills_do_not(tmp_path):
    root = planning(tmp_path)
    go(root, releases=False)  # a backfill
    assert interventions(root) == 0
    go(root, date=DAY + dt.timedelta(days=1))
    assert interventions(root) == 10
    go(root, date=DAY - dt.timedelta(days=1))  # not the newest
    (root / "data" / "orders" / "more.csv").write_text(
        order_rows().replace("M", "N").replace("shop,", "shop2,"), encoding="utf-8"
    )
    go(root, date=DAY + dt.timedelta(days=1))  # other data: a restatement
    assert interventions(root) == 10


DYING = """
import datetime, os, sys
from pathlib import Path
from ltv.runs.runner import Request, run
from ltv.strategy import release
release.release = lambda *_, **__: os._exit(9)
run(Request(Path(sys.argv[1]), datetime.date.fromisoformat(sys.argv[2])))
"""


def test_a_run_killed_after_its_switch_hands_over_when_it_is_called_again(tmp_path):
    root = planning(tmp_path)
    died = subprocess.run([sys.executable, "-c", DYING, str(root), str(DAY)], check=False, capture_output=True)
    assert died.returncode == 9
    assert (root / "data" / "results" / str(DAY)).exists()
    assert interventions(root) == 0
    go(root)
    assert interventions(root) == 10
    go(root, force=True)
    assert interventions(root) == 10


def test_what_found_the_queue_full_is_handed_over_by_the_next_run(tmp_path):
    root = planning(tmp_path)
    settings = root / "ltv.toml"
    whole = settings.read_text(encoding="utf-8")
    settings.write_text(whole + "[dispatch]\nqueue_limit = 3\n", encoding="utf-8")
    go(root)
    before = interventions(root)
    assert before < 10
    settings.write_text(whole, encoding="utf-8")
    go(root)
    assert interventions(root) == 10


def test_features_are_exported_after_a_published_run_where_that_is_asked_for(tmp_path):
    shop(tmp_path)
    (tmp_path / "ltv.toml").write_text('timezone = "UTC"\n[features]\npublish = true\n')
    made = "ws.save('sequence_features', ltv.sequence_features(ws.orders, as_of=ws.date))"
    notebook(tmp_path, "01_sequences", [made])
    done = go(tmp_path)
    assert (done.exit_code, done.why) == (0, "")
    version = Versions(tmp_path).pointer().version
    assert version.startswith("2026-06-30-")
    go(tmp_path, date=DAY - dt.timedelta(days=1))
    assert Versions(tmp_path).pointer().version == version


def test_features_that_cannot_be_exported_are_told_and_the_pages_stay(tmp_path):
    two_notebooks(tmp_path)
    (tmp_path / "ltv.toml").write_text('timezone = "UTC"\n[features]\npublish = true\n')
    done = go(tmp_path)
    assert (done.exit_code, done.published) == (1, True)
    assert done.why.startswith("features stay as they were: table 'sequence_features' is not there")

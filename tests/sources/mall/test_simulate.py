"""The same mall for the same arguments, spoilt where it shall be, and nothing of others overwritten."""

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from datetime import date, datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from support_mall import digests, opened, table

from ltv.errors import UsageError
from ltv.settings import Settings
from ltv.sources.mall import assumptions, foreign_files, is_complete, simulate
from ltv.sources.mall.folder import switch
from ltv.sources.mall.spoil import LATE, RULES
from ltv.sources.mall.tables import MALL_TABLES, TABLES
from ltv.sources.privacy import key_of
from ltv.workspace.prepare import Preparation

END = date(2026, 6, 30)
FIRST_PART = {name: "part-mall.parquet" if name in MALL_TABLES else "part-0000.parquet" for name in TABLES}

# --- the same again -------------------------------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_bytes_and_another_seed_other_people(tmp_path: Path) -> None:
    for name, seed in (("a", 7), ("b", 7), ("c", 8)):
        simulate(tmp_path / name, users=1_200, days=40, seed=seed, dirty=0.02)
    assert digests(tmp_path / "a") == digests(tmp_path / "b")
    ours, others = (set(table(tmp_path / name, "members")["id_value"].to_pylist()) for name in "ac")
    assert not ours & others


def test_fewer_users_are_a_prefix_of_more(tmp_path: Path) -> None:
    simulate(tmp_path / "few", users=1_300, days=40)
    simulate(tmp_path / "many", users=2_400, days=40)
    few, many = opened(tmp_path / "few"), opened(tmp_path / "many")
    truth = "SELECT * FROM people WHERE person < 1300 ORDER BY person"
    assert few.rows(truth) == many.rows(truth)
    for name in set(TABLES) - {"spend"}:  # one bill for everybody
        rows = [Counter(map(str, mall.rows(f"FROM {name}"))) for mall in (few, many)]
        assert rows[0] <= rows[1]
        groups = [pq.ParquetFile(tmp_path / m / "data" / name / FIRST_PART[name]) for m in ("few", "many")]
        assert groups[0].read_row_group(0).equals(groups[1].read_row_group(0))
    assert few.one("SELECT count(*) FROM events") < many.one("SELECT count(*) FROM events")


@pytest.mark.parametrize("workers", [1, 2])
def test_the_size_of_the_parts_and_the_number_of_processes_change_no_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, workers: int
) -> None:
    simulate(tmp_path / "one", users=2_100, days=20)
    if workers == 1:
        monkeypatch.setattr(assumptions, "LEAST_PARTS", 1)
        simulate(tmp_path / "three", users=2_100, days=20)
        one, three = (opened(tmp_path / name) for name in ("one", "three"))
        assert [len(list((tmp_path / n / "data/orders").iterdir())) for n in ("one", "three")] == [3, 1]
        for name in (*TABLES, "people", "true_values", "true_events", "true_identifiers"):
            assert one.rows(f"FROM {name}") == three.rows(f"FROM {name}")
    else:
        here, there = tmp_path / "here", tmp_path / "there"
        simulate(here, users=2_100, days=3)
        simulate(there, users=2_100, days=3, workers=2)
        assert digests(here) == digests(there)


# --- spoilt rows ----------------------------------------------------------------------------------------------------


def test_spoilt_rows_come_late_and_the_truth_names_each(tmp_path: Path) -> None:
    clean = simulate(tmp_path / "clean", users=1_500, days=60)
    dirty = simulate(tmp_path / "dirty", users=1_500, days=60, dirty=0.03)
    spoilt = pq.read_table(tmp_path / "dirty/truth/spoilt").to_pylist()
    for name in set(TABLES) - set(MALL_TABLES):
        of = [row for row in spoilt if row["table"] == name]
        late = sum(row["rule"] == LATE for row in of)
        assert len(of) == pytest.approx(0.03 * clean.rows[name], abs=2)
        assert dirty.rows[name] == clean.rows[name] - late + len(of)
        files = sorted((tmp_path / "dirty/data" / name).glob("late-*.jsonl"))
        assert {row["file"] for row in of} == {str(path.relative_to(tmp_path / "dirty")) for path in files}
        for path in files:
            lines = path.read_text(encoding="utf-8").splitlines()
            mine = [row["line"] for row in of if row["file"].endswith(path.name) and f"/{name}/" in row["file"]]
            assert mine == list(range(1, len(lines) + 1))
        good = Counter(map(str, table(tmp_path / "clean", name).to_pylist()))
        first = Counter(map(str, table(tmp_path / "dirty", name).to_pylist()))
        assert first <= good and sum((good - first).values()) == late


@pytest.mark.parametrize("name", TABLES)
def test_every_table_can_be_spoilt(name: str) -> None:
    assert RULES[name]


def test_a_spoilt_row_breaks_the_rule_it_is_named_after(tmp_path: Path) -> None:
    simulate(tmp_path, users=1_000, days=60, dirty=0.1)
    lines = [json.loads(line) for line in (tmp_path / "data/orders/late-0000.jsonl").open(encoding="utf-8")]
    truth = pq.read_table(tmp_path / "truth/spoilt").to_pylist()
    by_rule: dict[str, list[dict]] = {}
    for row in truth:
        if row["table"] == "orders":
            by_rule.setdefault(row["rule"], []).append(lines[row["line"] - 1])
    good = {row["order_id"]: row for row in table(tmp_path, "orders").to_pylist() if row["refund"] is None}
    assert all(row["status"] == "on_hold" for row in by_rule["unknown_status"])
    assert all(isinstance(row["amount"], str) for row in by_rule["amount_as_text"])
    assert all(row["order_id"] is None for row in by_rule["no_key"])
    assert all(row["ts"] > "2100" for row in by_rule["in_the_future"])
    for row in by_rule["duplicate"]:
        if row["refund"] is None:
            assert float(good[row["order_id"]]["amount"]) == row["amount"]
    fresh = {row["order_id"] for rule, rows in by_rule.items() if rule != "duplicate" for row in rows}
    assert not fresh & good.keys()


@pytest.mark.parametrize("dirty", [0.0, 0.05])
def test_the_reader_accepts_every_good_row_and_puts_aside_every_spoilt_one(tmp_path: Path, dirty: float) -> None:
    simulate(tmp_path, users=1_000, days=90, dirty=dirty)
    spoilt = pq.read_table(tmp_path / "truth/spoilt").to_pylist() if dirty else []
    read = Preparation(tmp_path, Settings(), datetime(2026, 11, 1), key_of(tmp_path)).all()
    for name in TABLES:
        facts = read[name].facts
        kinds = Counter(row["rule"] for row in spoilt if row["table"] == name)
        duplicates, late = kinds.pop("duplicate", 0), kinds.pop(LATE, 0)
        assert (facts.quarantined, facts.duplicates) == (sum(kinds.values()), duplicates), name
        assert facts.accepted == table(tmp_path, name).num_rows + late
        if dirty and facts.accepted > 200:
            assert kinds and late, name


# --- arguments and the folder ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("users", 0), ("users", -5), ("users", 1.5), ("users", True), ("users", 10**12),
        ("days", 0), ("days", -1), ("days", "many"),
        ("end", "tomorrow"), ("end", "2026-13-01"), ("end", None), ("end", date(2000, 3, 1)),
        ("seed", -1), ("seed", "seven"), ("seed", 2**70),
        ("dirty", -0.1), ("dirty", 0.9), ("dirty", float("nan")), ("dirty", "much"),
        ("confounding", -1), ("hidden_confounding", 9), ("holdout", 1.2), ("workers", 0),
        ("shared", -1), ("shared", 5.5), ("shared", "often"),
    ],
)  # fmt: skip
def test_a_bad_argument_is_named_in_one_line_and_nothing_is_written(
    tmp_path: Path, argument: str, value: object
) -> None:
    with pytest.raises(UsageError) as error:
        simulate(tmp_path / "mall", **{argument: value})
    assert str(error.value).startswith(f"{argument}: found ")
    assert "\n" not in str(error.value)
    assert not (tmp_path / "mall").exists()


@pytest.mark.parametrize("place", ["file", "file/below", "/proc/mall"])
def test_a_place_that_cannot_be_written_is_named_in_one_line(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(UsageError, match=r"^out: found .* a folder that can be written"):
        simulate(tmp_path / place, users=1, days=1)
    assert (tmp_path / "file").read_text() == "mine"


def test_one_person_on_one_day_is_a_mall(tmp_path: Path) -> None:
    made = simulate(tmp_path, users=1, days=1)
    assert set(made.rows) == set(TABLES)
    assert pq.read_table(tmp_path / "truth/people").num_rows == 1


def test_an_end_may_be_text_and_the_summary_counts_what_is_there(tmp_path: Path) -> None:
    made = simulate(tmp_path, users=300, days=5, end="2026-06-30")
    assert made == simulate(tmp_path, users=300, days=5, end=END)
    assert made.rows == {name: table(tmp_path, name).num_rows for name in TABLES}
    assert set(made.files) | {"mall.json"} == digests(tmp_path).keys()
    assert {n: f["sha256"] for n, f in json.loads((tmp_path / "mall.json").read_text())["files"].items()}.items() <= (
        digests(tmp_path).items()
    )


def test_files_of_others_are_never_overwritten(tmp_path: Path) -> None:
    mine = tmp_path / "data/orders/mine.csv"
    mine.parent.mkdir(parents=True)
    mine.write_text("order_id\n")
    assert foreign_files(tmp_path) == [mine]
    with pytest.raises(UsageError, match=r"mine\.csv"):
        simulate(tmp_path, users=10, days=2)
    assert digests(tmp_path).keys() == {"data/orders/mine.csv"}


def test_a_new_simulation_replaces_the_old_one_and_leaves_the_rest_of_the_workspace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = [tmp_path / name for name in ("ltv.toml", "data/README.md", "data/state/ledger", "data/orders/.gitkeep")]
    for path in kept:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("kept")
    with monkeypatch.context() as patch:
        patch.setattr(assumptions, "COMMUNITIES_PER_PART", 1)
        simulate(tmp_path, users=2_500, days=5, dirty=0.1)
    simulate(tmp_path, users=200, days=5)
    assert [p.name for p in (tmp_path / "data/orders").glob("*.*") if p not in kept] == ["part-0000.parquet"]
    assert not (tmp_path / "truth/spoilt").exists()
    assert [p.name for p in (tmp_path / "truth/people").iterdir()] == ["part-0000.parquet"]
    assert all(path.read_text() == "kept" for path in kept)
    assert is_complete(tmp_path)


def test_a_table_that_somebody_put_in_the_place_of_ours_is_theirs(tmp_path: Path) -> None:
    simulate(tmp_path, users=50, days=3)
    (tmp_path / "data/orders/part-0000.parquet").write_bytes(b"their own")
    assert not is_complete(tmp_path)
    with pytest.raises(UsageError, match=r"part-0000\.parquet"):
        simulate(tmp_path, users=50, days=3)


def test_an_unreadable_mark_is_not_guessed_at(tmp_path: Path) -> None:
    (tmp_path / "mall.json").write_text("{")
    with pytest.raises(UsageError, match=r"^mall\.json: found"):
        simulate(tmp_path, users=50, days=3)


def test_an_interrupted_simulation_leaves_nothing(tmp_path: Path) -> None:
    def stop(_: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        simulate(tmp_path / "new" / "mall", users=2_000, days=5, progress=stop)
    assert not (tmp_path / "new").exists()

    simulate(tmp_path / "old", users=100, days=5)
    before = digests(tmp_path / "old")
    with pytest.raises(KeyboardInterrupt):
        simulate(tmp_path / "old", users=2_000, days=5, progress=stop)
    assert digests(tmp_path / "old") == before


def test_a_killed_simulation_leaves_nothing_that_looks_complete_and_the_next_one_sweeps(tmp_path: Path) -> None:
    script = (
        "import os, signal, sys; from pathlib import Path; from ltv.sources.mall import simulate\n"
        "simulate(Path(sys.argv[1]), users=2_000, days=5, progress=lambda done: os.kill(os.getpid(), signal.SIGKILL))"
    )
    ended = subprocess.run([sys.executable, "-c", script, str(tmp_path)], check=False, env=os.environ, cwd=Path.cwd())
    assert ended.returncode == -signal.SIGKILL
    assert not (tmp_path / "data").exists()
    assert not is_complete(tmp_path)
    simulate(tmp_path, users=100, days=5)
    assert {p.name for p in tmp_path.iterdir()} == {"data", "truth", "mall.json"}


def test_a_switch_that_breaks_off_leaves_no_orders_and_can_be_repeated(tmp_path: Path) -> None:
    simulate(tmp_path, users=100, days=5)
    files = json.loads((tmp_path / "mall.json").read_text())["files"]
    empty = tmp_path / "stage"
    empty.mkdir()
    with pytest.raises(FileNotFoundError):
        switch(empty, tmp_path, arguments={}, files=files)
    empty.rmdir()
    assert not is_complete(tmp_path)
    assert not (tmp_path / "data/orders/part-0000.parquet").exists()
    simulate(tmp_path, users=100, days=5)
    assert is_complete(tmp_path)


def test_progress_rises_to_one(tmp_path: Path) -> None:
    seen: list[float] = []
    simulate(tmp_path, users=2_001, days=3, progress=seen.append)
    assert seen == pytest.approx([1 / 3, 2 / 3, 1])

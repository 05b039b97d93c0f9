"""Models and runs: a published run brings its model, a trial brings none, and no old date changes a newer champion."""

import datetime as dt
from pathlib import Path

import pytest
from support_runs import PARAMETERS, notebook, order_rows, shop

from ltv.errors import LtvError
from ltv.runs.ledger import Ledger
from ltv.runs.publish import published_run
from ltv.runs.runner import Done, Request, run
from ltv.workspace.models import Models

DAY, BEFORE = dt.date(2026, 6, 30), dt.date(2026, 6, 29)
TRAIN = [
    "from ltv.workspace.model_files import Stored\nversion = f'{ws.date}-{ws.data_hash[:8]}-{kind}'",
    "facts = dict(as_of=ws.date, data_hash=ws.data_hash, metrics={'mae': 3.5}, features=('recency',))\n"
    "ws.models.put(version, Stored({'trees.ubj': b'trees'}, {}), **facts)",
    "row = ws.models.row(version, champion=passes == 'yes', reason=kind)\n"
    "ws.save('model_versions', ws.models.table(row))",
]
GATE = PARAMETERS + '\nkind = "a"  # name of the model\npasses = "yes"  # whether the gate lets it pass'


def trains(root: Path, *, passes: str = "yes", kind: str = "a") -> Path:
    parameters = GATE.replace('"yes"', f'"{passes}"').replace('"a"', f'"{kind}"')
    return notebook(root, "01_model", TRAIN, parameters=parameters)


@pytest.fixture
def root(tmp_path):
    trains(shop(tmp_path))
    return tmp_path


def go(root: Path, day: dt.date = DAY, **more: object) -> Done:
    return run(Request(root, day, **more))


def champion(root: Path, day: dt.date = DAY) -> str | None:
    return Models(root, day).champion()


def versions(root: Path) -> list[str]:
    return [v.model_version for v in Models(root, dt.date.max).versions()]


def test_a_published_run_brings_its_champion_and_a_repeat_changes_nothing(root):
    assert go(root).published
    first = champion(root)
    assert first is not None
    assert first.startswith("2026-06-30-")
    assert champion(root, BEFORE) is None
    for more in ({}, {"force": True}):
        assert go(root, **more).exit_code == 0
        assert (champion(root), versions(root)) == (first, [first])


def test_a_trial_run_registers_nothing(root):
    done = go(root, parameters={"kind": "trial"})
    assert (done.exit_code, done.published) == (0, False)
    assert (root / "data" / "runs" / done.run_id / "results" / "model_versions.parquet").exists()
    assert (champion(root), versions(root)) == (None, [])


def test_a_challenger_that_does_not_pass_is_listed_and_the_champion_stays(root):
    go(root, BEFORE)
    old = champion(root)
    trains(root, passes="no", kind="b")
    go(root)
    assert champion(root) == old
    assert len(versions(root)) == 2


def test_a_run_that_is_not_published_registers_nothing(root):
    go(root)
    first = champion(root)
    trains(root, kind="b")
    notebook(root, "02_broken", ["1 / 0"])
    done = go(root)
    assert (done.exit_code, done.published) == (1, False)
    assert (champion(root), versions(root)) == (first, [first])


def test_backfill_and_restatement_of_an_old_date_leave_newer_champions_alone(root):
    go(root)
    newest = champion(root)
    go(root, BEFORE)
    older = champion(root, BEFORE)
    late = order_rows().splitlines()[0] + "\n99,2026-06-01 10:00,shop,member,M1,100.00,paid\n"
    (root / "data" / "orders" / "late.csv").write_text(late)
    go(root, BEFORE)
    assert champion(root, BEFORE) not in (None, older, newest)
    assert champion(root) == newest
    assert len(versions(root)) == 3


def test_a_run_that_was_stopped_before_its_switch_publishes_when_it_is_called_again(root):
    first = go(root)
    (root / "data" / "published" / str(DAY)).unlink()
    for left in (root / "data" / "state").glob("models.sqlite*"):
        left.unlink()
    assert go(root).run_id == first.run_id
    assert published_run(root, str(DAY)) == first.run_id
    assert champion(root) == versions(root)[0]
    for left in (root / "data" / "state").glob("models.sqlite*"):
        left.unlink()
    go(root)
    assert champion(root) is not None


def test_a_rollback_outlives_a_repeat_of_the_same_run(root):
    go(root, BEFORE)
    old = champion(root)
    go(root)
    assert Models(root, DAY).rollback()[1] == old
    for more in ({}, {"force": True}, {"resume": True, "force": True}):
        assert go(root, **more).exit_code == 0
        assert champion(root) == old


def test_a_damaged_model_is_not_taken_over_and_the_run_is_published_all_the_same(root):
    more = "next(ws.models.folder.glob('*/trees.ubj')).write_bytes(b'x')"
    notebook(root, "01_model", [*TRAIN, more], parameters=GATE)
    assert go(root).published
    assert (champion(root), versions(root)) == (None, [])


def test_a_broken_registry_stops_the_run_before_anything_is_published(root):
    more = "(ws.models.folder.parent / 'models.sqlite').write_bytes(b'no database' * 100)"
    notebook(root, "01_model", [*TRAIN, more], parameters=GATE)
    with pytest.raises(LtvError, match=r"models.sqlite: file is not a database"):
        go(root)
    assert published_run(root, str(DAY)) is None
    assert [r.state for r in Ledger(root).runs()] == ["failed"]

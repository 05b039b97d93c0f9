"""The registry: who is champion of which date, what a run brings, one step back, and readers that never see a gap."""

import datetime as dt
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support_workspace import at, csv, orders, put, workspace

from ltv.errors import CorruptError, LtvError, UsageError
from ltv.workspace.fingerprints import code_hash
from ltv.workspace.model_files import Stored
from ltv.workspace.models import Models
from ltv.workspace.store import check_result

MAY, JUNE, JULY = dt.date(2026, 5, 31), dt.date(2026, 6, 30), dt.date(2026, 7, 31)


def stored(root, version, as_of, **metrics):
    """Store a model of that day and return the registry of that day."""
    models = Models(root, as_of)
    content = Stored({"trees.ubj": version.encode() * 50}, {"level": 1.5})
    models.put(version, content, as_of=as_of, data_hash="d1", metrics=metrics or {"mae": 3.5}, features=["recency"])
    return models


def published(root, version, as_of, *, champion=True):
    """Store a model and publish its run, as the runner does."""
    models = stored(root, version, as_of)
    pending = models.row(version, champion=champion, reason="passed" if champion else "not better")
    assert models.adopt(models.table(pending)) == ()


def champions(root, *days):
    return [Models(root, day).champion() for day in days or (MAY, JUNE, JULY)]


def test_an_empty_registry_answers_and_makes_no_file(tmp_path):
    models = Models(tmp_path, JUNE)
    assert models.champion() is None
    assert not models.has("v1")
    assert not models.knows("v1")
    assert models.versions() == []
    table = check_result("model_versions", models.table())
    assert len(table) == 0
    assert models.adopt(table) == ()
    assert list(tmp_path.iterdir()) == []


def test_a_stored_model_is_read_again_and_is_nobody_before_it_is_published(tmp_path):
    models = stored(tmp_path, "v1", JUNE)
    assert models.has("v1")
    assert models.load("v1") == Stored({"trees.ubj": b"v1" * 50}, {"level": 1.5})
    told = models.manifest("v1")
    assert (told.as_of, told.data_hash, told.features) == (JUNE, "d1", ("recency",))
    assert told.code_hash == code_hash()
    assert models.champion() is None
    assert models.versions() == []
    with pytest.raises(UsageError, match="model_version: found 'v1', allowed: none, no model was published yet"):
        models.promote("v1")


def test_the_row_of_a_run_becomes_champion_when_it_is_published(tmp_path):
    models = stored(tmp_path, "v1", JUNE, normalized_gini=0.72, auc=float("nan"))
    pending = models.table(models.row("v1", champion=True, reason="passed"))
    assert models.table().empty
    models.adopt(pending)
    told = check_result("model_versions", models.table())
    assert told.drop(columns="trained_at").to_dict("records") == [
        {
            "model_version": "v1",
            "as_of": pd.Timestamp("2026-07-01"),
            "champion": True,
            "metrics": '{"auc": null, "normalized_gini": 0.72}',
            "data_hash": "d1",
            "reason": "passed",
        }
    ]
    pd.testing.assert_frame_equal(told, pending)
    assert models.champion() == "v1"
    assert models.knows("v1")


def test_as_of_is_the_end_of_the_day_in_the_workspace(tmp_path):
    stored(tmp_path, "v1", JUNE)
    models = Models(tmp_path, JUNE, timezone="Asia/Shanghai")
    pending = models.row("v1", champion=True, reason="")
    assert pending["as_of"].tolist() == [pd.Timestamp("2026-06-30 16:00")]
    models.adopt(pending)
    assert models.versions()[0].as_of == JUNE


def test_a_challenger_that_did_not_pass_is_listed_and_not_used(tmp_path):
    published(tmp_path, "v1", MAY)
    published(tmp_path, "v2", JUNE, champion=False)
    assert champions(tmp_path) == ["v1", "v1", "v1"]
    table = Models(tmp_path, JUNE).table()
    assert table[["model_version", "champion", "reason"]].to_numpy().tolist() == [
        ["v2", False, "not better"],
        ["v1", True, "passed"],
    ]


def test_a_date_uses_only_models_of_that_day_or_before(tmp_path):
    published(tmp_path, "v1", JUNE)
    assert champions(tmp_path) == [None, "v1", "v1"]
    assert Models(tmp_path, MAY).table().empty
    assert Models(tmp_path, dt.date(2026, 6, 29)).champion() is None


def test_a_backfill_of_an_old_date_changes_nothing_for_newer_ones(tmp_path):
    published(tmp_path, "june", JUNE)
    published(tmp_path, "may", MAY)
    assert champions(tmp_path) == ["may", "june", "june"]


def test_a_restatement_of_an_old_date_replaces_the_champion_up_to_the_next_one_only(tmp_path):
    published(tmp_path, "may", MAY)
    published(tmp_path, "june", JUNE)
    published(tmp_path, "may-2", MAY)
    assert champions(tmp_path, MAY, dt.date(2026, 6, 29), JUNE, JULY) == ["may-2", "may-2", "june", "june"]


def test_who_is_promoted_by_hand_is_champion_from_now_on_and_no_earlier(tmp_path):
    for version, day in (("may", MAY), ("june", JUNE)):
        published(tmp_path, version, day)
    published(tmp_path, "july", JULY, champion=False)
    assert Models(tmp_path, JUNE).promote("may", "the new one overshoots") == "june"
    assert champions(tmp_path) == ["may", "june", "may"]
    table = Models(tmp_path, JULY).table().set_index("model_version")
    assert table.loc["may", ["champion", "reason"]].tolist() == [True, "the new one overshoots"]
    published(tmp_path, "august", dt.date(2026, 8, 31))
    assert champions(tmp_path, JULY, dt.date(2026, 8, 31)) == ["may", "august"]


def test_to_promote_the_champion_changes_nothing(tmp_path):
    published(tmp_path, "v1", MAY)
    models = Models(tmp_path, JUNE)
    assert models.promote("v1") == "v1"
    with pytest.raises(UsageError, match="rollback models: found 'only v1'"):
        models.rollback()


def test_an_unknown_version_is_refused_with_the_names_there_are(tmp_path):
    published(tmp_path, "v1", MAY)
    published(tmp_path, "v2", JUNE)
    for name in ("v3", "../v1", "", "v1/../v2"):
        with pytest.raises(UsageError, match="allowed: v2, v1"):
            Models(tmp_path, MAY).promote(name)


def test_a_name_that_is_a_path_reaches_nothing(tmp_path):
    models = Models(tmp_path, JUNE)
    for call in (models.has, models.load, models.manifest):
        with pytest.raises(UsageError, match=r"model_version: found '../x'"):
            call("../x")
    with pytest.raises(UsageError, match=r"model_version: found '../x'"):
        stored(tmp_path, "../x", JUNE)


def damage(root, version):
    (root / "data" / "state" / "models" / version / "trees.ubj").write_bytes(b"damaged")


def test_a_damaged_model_is_neither_promoted_nor_gone_back_to_nor_read(tmp_path):
    published(tmp_path, "v1", MAY)
    published(tmp_path, "v2", JUNE)
    damage(tmp_path, "v1")
    models = Models(tmp_path, JULY)
    for call in (lambda: models.promote("v1"), models.rollback, lambda: models.load("v1")):
        with pytest.raises(CorruptError, match=r"trees.ubj: found '7 bytes'"):
            call()
    assert not models.has("v1")
    assert champions(tmp_path) == ["v1", "v2", "v2"]
    stored(tmp_path, "v1", MAY)
    assert models.promote("v1") == "v2"


def test_rollback_goes_one_step_back_at_a_time_until_there_is_none(tmp_path):
    for version, day in (("may", MAY), ("june", JUNE), ("july", JULY)):
        published(tmp_path, version, day)
    models = Models(tmp_path, JULY)
    assert models.rollback() == ("july", "june")
    assert models.rollback() == ("june", "may")
    assert champions(tmp_path) == ["may", "may", "may"]
    assert models.table().set_index("model_version").loc["july", "reason"] == "passed; rolled back"
    for registry in (models, Models(tmp_path / "empty", JULY)):
        with pytest.raises(UsageError, match=r"rollback models: found .* allowed: a champion that took the place"):
            registry.rollback()
    assert models.promote("july") == "may"
    assert models.rollback() == ("july", "may")


def test_rollback_undoes_what_counts_now_and_no_backfill(tmp_path):
    published(tmp_path, "june", JUNE)
    published(tmp_path, "july", JULY)
    published(tmp_path, "may", MAY)
    assert Models(tmp_path, JULY).rollback() == ("july", "june")


def test_a_repeated_run_undoes_no_rollback(tmp_path):
    published(tmp_path, "may", MAY)
    published(tmp_path, "june", JUNE)
    Models(tmp_path, JUNE).rollback()
    published(tmp_path, "june", JUNE)
    assert champions(tmp_path) == ["may", "may", "may"]
    models = Models(tmp_path, JUNE)
    again = models.table(models.row("june", champion=True, reason="passed again"))
    assert again.set_index("model_version")["champion"].to_dict() == {"june": False, "may": True}


def test_a_pending_row_takes_the_place_of_the_same_version_and_of_no_other(tmp_path):
    published(tmp_path, "v1", MAY)
    models = Models(tmp_path, JUNE)
    told = models.table(models.row("v1", champion=False, reason="not better than itself"))
    assert told[["model_version", "champion", "reason"]].to_numpy().tolist() == [["v1", True, "not better than itself"]]


@settings(max_examples=25)  # each writes and syncs up to a dozen models
@given(
    st.lists(
        st.tuples(st.integers(1, 6), st.booleans(), st.sampled_from(["run", "run", "promote", "rollback"])),
        min_size=1,
        max_size=12,
    )
)
def test_the_table_before_publishing_names_the_champion_after_it_and_newer_dates_never_move(tmp_path_factory, steps):
    root = tmp_path_factory.mktemp("shop")
    days = [dt.date(2026, 6, n) for n in range(1, 7)]
    for number, (day, passed, what) in enumerate(steps):
        models = Models(root, days[day - 1])
        known = Models(root, JULY).versions()
        if what == "promote" and known:
            version = known[day % len(known)].model_version
            models.promote(version)
            assert champions(root, JULY) == [version]
        elif what == "rollback" and len({p.model_version for p in known}) > 1:
            before = champions(root, JULY)[0]
            try:
                old, new = models.rollback()
            except UsageError:
                continue
            assert (old, champions(root, JULY)[0]) == (before, new)
        elif what == "run":
            name = f"v{number}"
            stored(root, name, models.date)
            newer = champions(root, *days[day:], JULY)
            later = [v.as_of > models.date for v in known if v.champion]
            pending = models.table(models.row(name, champion=passed, reason=""))
            models.adopt(pending)
            assert pending.loc[pending["champion"], "model_version"].tolist() == [
                c for c in [models.champion()] if c is not None
            ]
            after = models.table()
            told = [dict(zip(t["model_version"], t["champion"], strict=True)) for t in (pending, after)]
            assert told[0] == told[1]
            if any(later):
                assert champions(root, JULY)[0] == newer[-1]
        for d in [*days, JULY]:
            used = Models(root, d).champion()
            assert used is None or Models(root, d).manifest(used).as_of <= d


def test_what_a_run_may_not_claim_is_said_and_the_rest_is_taken_over(tmp_path):
    stored(tmp_path, "good", JUNE)
    stored(tmp_path, "late", JULY)
    stored(tmp_path, "damaged", JUNE)
    june, july = Models(tmp_path, JUNE), Models(tmp_path, JULY)
    told = [m.row(v, champion=True, reason="") for m, v in ((june, "good"), (july, "late"), (june, "damaged"))]
    shifted = told[0].assign(model_version="damaged", as_of=pd.Timestamp("2026-06-30"))
    unnamed = told[0].assign(model_version="damaged", as_of=pd.NaT)
    gone = told[0].assign(model_version="gone")
    for rows, words in (
        (told[1], "as_of of late: found '2026-07-31', allowed: a day up to 2026-06-30"),
        (shifted, "as_of of damaged: found '2026-06-29', allowed: the end of 2026-06-30, as in its manifest"),
        (unnamed, "model_versions of damaged: found 'no as_of'"),
        (gone, "no such file"),
    ):
        with pytest.raises((UsageError, CorruptError), match=words):
            june.table(rows)
    damage(tmp_path, "damaged")
    refused = june.adopt(pd.concat([told[1], told[2], gone, told[0]], ignore_index=True))
    assert [any(w in line for line in refused) for w in ("late", "damaged", "gone")] == [True] * 3
    assert all("\n" not in line for line in refused)
    assert [v.model_version for v in Models(tmp_path, JULY).versions()] == ["good"]
    assert june.champion() == "good"


def test_a_registry_of_another_layout_or_none_at_all_is_one_line(tmp_path):
    published(tmp_path, "v1", MAY)
    path = tmp_path / "data" / "state" / "models.sqlite"
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = 9")
    with pytest.raises(CorruptError, match=r"models.sqlite version: found 9, allowed: 1"):
        Models(tmp_path, JUNE).champion()
    for left in path.parent.glob("models.sqlite*"):
        left.unlink()
    path.write_bytes(b"no database" * 100)
    with pytest.raises(LtvError, match=r"models.sqlite: file is not a database"):
        Models(tmp_path, JUNE).champion()


def test_a_change_that_fails_in_the_middle_changes_nothing(tmp_path, monkeypatch):
    from ltv.workspace import promotions

    published(tmp_path, "v1", MAY)
    stored(tmp_path, "v2", JUNE)
    models = Models(tmp_path, JUNE)

    def broken(*_, **__):
        raise OSError("the disk went away")

    monkeypatch.setattr(promotions.State, "promote", broken)
    with pytest.raises(OSError, match="went away"):
        models.adopt(models.row("v2", champion=True, reason=""))
    assert [v.model_version for v in models.versions()] == ["v1"]


READER = """
import datetime as dt, pathlib, sys
from ltv.workspace.models import Models
root, seen = pathlib.Path(sys.argv[1]), set()
models = Models(root, dt.date(2026, 7, 31))
for read in range(0, int(sys.argv[3]), 2):  # who is champion, and its files
    name = models.champion()
    assert name in ("v1", "v2"), name
    assert models.load(name).blobs["trees.ubj"] == name.encode() * 50
    if read % 250 == 0:
        assert models.table()["champion"].sum() == 1
        (root / sys.argv[2]).touch()
    seen.add(name)
print(*sorted(seen))
"""
READS = 10_000  # of all readers together


def test_ten_thousand_reads_over_switches_see_a_champion_at_every_moment(tmp_path):
    published(tmp_path, "v1", MAY)
    published(tmp_path, "v2", JUNE)
    names = ("one", "two")
    command = [sys.executable, "-c", READER, str(tmp_path)]
    readers = [
        subprocess.Popen(
            [*command, name, str(READS // len(names))], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for name in names
    ]
    end = time.monotonic() + 60
    while not all((tmp_path / name).exists() for name in names) and time.monotonic() < end:
        assert all(reader.poll() is None for reader in readers), [r.communicate() for r in readers]
    models, switches = Models(tmp_path, JULY), 0
    while any(reader.poll() is None for reader in readers):
        for change, told in ((lambda: models.promote("v1"), "v2"), (models.rollback, ("v1", "v2"))):
            assert change() == told
            switches += 1
    for reader in readers:
        out, err = reader.communicate(timeout=60)
        assert (reader.returncode, err, out.split()) == (0, "", ["v1", "v2"])
    assert switches >= 40


def test_many_writers_at_once_lose_nothing(tmp_path):
    tests = Path(__file__).parents[1]
    code = (
        "import sys, pathlib; sys.path[:0] = sys.argv[3:];"
        "from test_models import published, MAY, JUNE;"
        "[published(pathlib.Path(sys.argv[1]), f'v{sys.argv[2]}-{n}', JUNE) for n in range(5)]"
    )
    paths = [str(tests / "workspace"), str(tests)]
    writers = [subprocess.Popen([sys.executable, "-c", code, str(tmp_path), str(n), *paths]) for n in range(3)]
    assert [w.wait(timeout=120) for w in writers] == [0, 0, 0]
    assert len(Models(tmp_path, JUNE).versions()) == 15
    assert Models(tmp_path, JUNE).champion() in {f"v{w}-4" for w in range(3)}


def test_a_workspace_gives_its_registry_and_the_hash_of_its_inputs(tmp_path):
    root = workspace(tmp_path, 'timezone = "Asia/Shanghai"')
    put(root, "orders/a.csv", csv(orders({}, {})))
    ws = at(root, "2026-06-30")
    assert (ws.models.date, ws.models.timezone) == (JUNE, "Asia/Shanghai")
    assert repr(ws.models) == "<Models as of the end of 2026-06-30: no champion>"
    ws.models.put("v1", Stored({}, {}), as_of=ws.date, data_hash=ws.data_hash, metrics={}, features=())
    assert ws.models.row("v1", champion=True, reason="")["as_of"].tolist() == [pd.Timestamp(ws.as_of)]
    assert len(ws.data_hash) == 64
    assert at(root, "2026-06-30").data_hash == ws.data_hash
    put(root, "orders/b.csv", csv(orders({}, {}, {})))
    assert at(root, "2026-06-30").data_hash != ws.data_hash

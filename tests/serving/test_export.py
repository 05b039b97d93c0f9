"""Feature versions: made from what is published, checked before they are used, whole or not there, one step back."""

import json
import signal
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pytest
from support_serving import published, tables

from ltv import settings
from ltv.cli import main
from ltv.errors import CorruptError, LtvError, MissingTableError, UsageError
from ltv.serving import store as stores
from ltv.serving.export import export as export_features
from ltv.serving.versions import Versions, check


@pytest.fixture
def shop(tmp_path):
    published(tmp_path / "shop")
    return tmp_path / "shop"


def export(root, **terms):
    return export_features(root, settings.load(root), **terms)


def damage(path):
    body = bytearray(path.read_bytes())
    body[-1] ^= 1
    path.chmod(0o644)
    path.write_bytes(bytes(body))


def test_an_export_is_in_use_and_says_what_it_holds(shop):
    done = export(shop)
    assert done.told() == f"{done.version}: 20 people, 42 features, in use"
    store = Versions(shop).current()
    assert (store.version, len(store)) == (done.version, 20)
    assert store.vector(10).keys() == set(store.names)
    assert store.vector(11) is None
    about = json.loads((store.folder / "catalogue.json").read_text())
    assert (about["date"], about["run_id"], about["users"]) == ("2026-06-30", "2026-06-30-a", 20)
    assert [f["name"] for f in about["features"]] == list(store.names)
    frame = pd.read_parquet(store.folder / "features.parquet")
    assert list(frame) == ["user_id", *store.names, "missing"]
    assert frame[list(store.names)].to_numpy(np.float32).tolist() == store.matrix.tolist()


def test_the_catalogue_repeats_the_vector(shop):
    """What stands in the catalogue is enough to scale somebody new the same way."""
    export(shop)
    store = Versions(shop).current()
    given = tables()["sequence_features"]
    for feature in store.about["features"][:37]:
        values = given[feature["name"]].to_numpy()
        if feature["how"] == "rank":
            told = np.interp(values, feature["values"], feature["ranks"])
        else:
            told = np.clip(values, 0, 1)
        told = np.where(np.isnan(values), feature["missing_value"], told)
        np.testing.assert_allclose(store.matrix[:, feature["place"]], told, atol=1e-6)


def test_people_are_found_by_their_identifiers_of_today_alone(tmp_path):
    folder = published(tmp_path / "shop")
    names = pd.read_parquet(folder / "user_ids.parquet")
    names.loc[names["id_value"] == "M20", "valid_to"] = pd.Timestamp("2026-06-30")
    names.to_parquet(folder / "user_ids.parquet")
    stores.Manifest(folder).add(folder / "user_ids.parquet", len(names))
    export(tmp_path / "shop")
    store = Versions(tmp_path / "shop").current()
    assert [store.person("member", f"M{i}") for i in (10, 20, 30)] == [10, None, 30]
    assert store.person("openid", "M10") is None
    assert b"M10" not in b"".join(p.read_bytes() for p in store.folder.iterdir())


def test_the_same_tables_are_the_same_version_and_are_not_made_again(shop, monkeypatch):
    first = export(shop)
    monkeypatch.setattr(stores, "write", lambda *_args, **_terms: pytest.fail("made again"))
    assert export(shop) == first


def test_a_file_and_its_catalogue_are_written_beside(shop, tmp_path):
    out = tmp_path / "to" / "features.parquet"
    export(shop, out=out)
    assert len(pd.read_parquet(out)) == 20
    assert json.loads(out.with_suffix(".catalogue.json").read_text())["users"] == 20
    with pytest.raises(UsageError, match=r"--out: found 'x.csv', allowed: a .parquet file"):
        export(shop, out=out.with_name("x.csv").relative_to(out.parent))


def test_an_older_date_never_takes_the_place_of_a_newer_one(shop):
    newest = export(shop)
    published(shop, "2026-06-29")
    done = export(shop, date="2026-06-29")
    assert not done.in_use
    assert done.why == f"{newest.version} of a later day stays; --force goes back to this one"
    assert Versions(shop).pointer().version == newest.version
    assert export(shop, date="2026-06-29", force=True).in_use


def test_a_step_back_and_what_was_left_stays_away(shop):
    first = export(shop)
    published(shop, run="b", seed=1)
    second = export(shop)
    start = time.perf_counter()
    assert Versions(shop).rollback() == (second.version, first.version)
    assert time.perf_counter() - start < 1
    again = export(shop)
    assert (again.in_use, again.why) == (False, "it was rolled back; --force takes it into use again")
    with pytest.raises(UsageError, match=f"rollback features: found 'only {first.version}', allowed: a version that"):
        Versions(shop).rollback()
    assert export(shop, force=True).in_use
    assert Versions(shop).pointer().before == (first.version,)


def test_so_many_versions_stay_on_disk(shop):
    made = [export(shop).version]
    for number in range(6):
        published(shop, run=f"r{number}", seed=number + 1)
        made.append(export(shop).version)
    kept = {p.name for p in Versions(shop).folder.iterdir() if p.is_dir()}
    assert kept == set(made[-5:])
    assert Versions(shop).pointer().before == tuple(reversed(made[-5:-1]))


def test_a_version_with_far_fewer_people_is_not_used(shop):
    first = export(shop)
    published(shop, run="b", users=9)
    with pytest.raises(LtvError, match="people: found 9, allowed: at least 10"):
        export(shop)
    assert Versions(shop).pointer().version == first.version
    assert export(shop, force=True).users == 9


@pytest.mark.parametrize("name", [*stores.SERVED, stores.PARQUET])
def test_a_damaged_version_is_told_in_one_line_and_made_again(shop, name):
    done = export(shop)
    damage(Versions(shop).place(done.version) / name)
    with pytest.raises(CorruptError, match=rf"{name} SHA-256: found 'another one', allowed: that of the manifest"):
        check(Versions(shop).place(done.version), parquet=True)
    assert export(shop) == done
    check(Versions(shop).place(done.version), parquet=True)


def test_a_damaged_version_is_not_gone_back_to(shop):
    first = export(shop)
    published(shop, run="b", seed=1)
    second = export(shop)
    (Versions(shop).place(first.version) / "missing.npy").unlink()
    with pytest.raises(CorruptError, match=r"missing.npy: found 'no such file'"):
        Versions(shop).rollback()
    assert Versions(shop).pointer().version == second.version


@pytest.mark.parametrize("body", ["", "{}", '{"version": "../x", "before": [], "withdrawn": []}', "[1]"])
def test_a_damaged_pointer_is_told_in_one_line(shop, body):
    export(shop)
    Versions(shop).path.write_text(body)
    with pytest.raises(CorruptError, match=r"current.json: found .*, allowed: the pointer that"):
        Versions(shop).current()


def test_a_value_out_of_range_is_unhealthy(shop):
    done = export(shop)
    place = Versions(shop).place(done.version)
    matrix = np.load(place / "features.npy")
    matrix[3, 3] = np.nan
    np.save(place / "features.npy", matrix)
    stores.Manifest(place).add(place / "features.npy")
    with pytest.raises(CorruptError, match=r"features: found \(nan, nan\), allowed: numbers from 0 to 1"):
        check(place)


KILLED = """
import os, signal, sys
from pathlib import Path
from ltv import settings
from ltv.serving import store, export
root, point = Path(sys.argv[1]), sys.argv[2]
def die(*_args, **_terms):
    os.kill(os.getpid(), signal.SIGKILL)
def half(path, made):
    path.write_bytes(b"PAR1 half of a file")
    die()
if point == "parquet":
    store.write_parquet = half
elif point == "seal":
    store._seal = die
elif point == "check":
    export.check = die
elif point == "switch":
    export.Versions.switch = die
export.export(root, settings.load(root))
"""


@pytest.mark.parametrize("point", ["parquet", "seal", "check", "switch"])
def test_an_export_that_is_killed_leaves_the_old_version_in_use(shop, point):
    first = export(shop)
    published(shop, run="b", seed=1)
    done = subprocess.run([sys.executable, "-c", KILLED, str(shop), point], check=False)
    assert done.returncode == -signal.SIGKILL
    store = Versions(shop).current()
    assert store.version == first.version
    second = export(shop)
    assert second.in_use
    assert second.version != first.version
    assert {p.name for p in Versions(shop).folder.iterdir()} - {"current.json", ".lock"} == {
        first.version, second.version,
    }  # fmt: skip


def test_what_cannot_be_exported_is_told_in_one_line(tmp_path, capsys):
    root = tmp_path / "shop"
    root.mkdir()
    (root / "ltv.toml").write_text("")
    for arguments, told in (
        (["features", "export"], "features export: found 'no published date', allowed: a workspace with one: ltv run"),
        (
            ["features", "serve"],
            "features: found 'no version in use', allowed: one that `ltv features export` has made",
        ),
        (["rollback", "features"], "rollback features: found 'no version', allowed: a version that took the place of"),
    ):
        assert main([*arguments, "--workspace", str(root)]) == 2
        assert told in capsys.readouterr().err
    published(root)
    assert main(["features", "export", "--workspace", str(root), "--date", "2026-01-01"]) == 2
    assert "--date: found '2026-01-01', allowed: a published date: 2026-06-30" in capsys.readouterr().err


def test_without_sequence_features_there_is_no_export(shop):
    folder = published(shop, run="b")
    (folder / "sequence_features.parquet").unlink()
    with pytest.raises(MissingTableError, match="sequence_features"):
        export(shop)


def test_a_damaged_table_is_not_exported(shop):
    folder = published(shop, run="b")
    damage(folder / "ltv_scores.parquet")
    with pytest.raises(CorruptError, match="SHA-256 differs"):
        export(shop)


def test_the_commands(shop, tmp_path, capsys):
    where = ["--workspace", str(shop)]
    assert main(["features", "export", *where, "--out", str(tmp_path / "f.parquet")]) == 0
    told = capsys.readouterr().out
    assert "20 people, 42 features, in use" in told
    assert "f.parquet: 20 rows, f.catalogue.json beside it" in told
    published(shop, run="b", seed=1)
    assert main(["features", "export", *where]) == 0
    assert main(["rollback", "features", *where]) == 0
    assert "again, before it 2026-06-30-" in capsys.readouterr().out
    assert main(["rollback", "features", *where]) == 2

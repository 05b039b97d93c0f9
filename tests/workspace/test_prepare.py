"""Tables are read once for their content; what is kept is whole, or made anew."""

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime

import pandas as pd
import pytest
from support_workspace import KEY, NOW, csv, orders, prepare, put, workspace

from ltv import settings
from ltv.errors import LtvError
from ltv.workspace import inputs
from ltv.workspace.prepare import Preparation, reader_hash


@pytest.fixture
def root(tmp_path):
    root = workspace(tmp_path)
    put(root, "orders/a.csv", csv(orders({}, {"id_value": "M2", "amount": "bad"}, {"id_value": "M2"})))
    put(root, "members/a.csv", "id_type,id_value,registered_at\nmember,M1,2026-05-01\nmember,M3,2026-05-02\n")
    return root


def stamps(root):
    return {p: p.stat().st_mtime_ns for p in (root / "data" / "state").rglob("*.parquet")}


def test_tables_that_are_there_are_read_and_the_others_are_not(root):
    tables = prepare(root)
    assert [n for n, p in tables.items() if p.folder] == ["orders", "members"]
    assert tables["events"].facts is tables["events"].unified is tables["events"].refused is None
    assert tables["orders"].facts.accepted == 2


def test_the_same_input_is_not_read_a_second_time(root):
    first, before = prepare(root), stamps(root)
    assert prepare(root, now=datetime(2026, 8, 1)) == first
    assert stamps(root) == before


@pytest.mark.parametrize("table", ["orders", "members"])
def test_a_changed_file_is_read_anew_and_the_other_table_is_not(root, table):
    first = prepare(root)
    put(root, f"{table}/b.csv", (root / "data" / table / "a.csv").read_text().replace("M1", "M9").replace("A1", "A9"))
    second = prepare(root)
    other = "members" if table == "orders" else "orders"
    assert second[table].hash != first[table].hash
    assert second[other].folder == first[other].folder
    assert second[other].unified != first[other].unified


def test_settings_that_read_a_table_differently_read_it_anew_and_others_do_not(root):
    (root / "data" / "members" / "a.csv").unlink()
    made = settings.load(root)
    changes = [
        {"timezone": "Asia/Shanghai"},
        {"currency": "USD"},
        {"earliest": datetime(1990, 1, 1).date()},
        {"sources": {"orders": settings.Source(timezone="Asia/Tokyo")}},
        {"languages": ("en",), "threads": 1, "max_quarantine_share": 0.5},
    ]
    hashes = [Preparation(root, replace(made, **change), NOW, KEY).all()["orders"].hash for change in [{}, *changes]]
    assert hashes[0] == hashes[-1]
    assert len(set(hashes)) == len(changes)


@pytest.mark.parametrize("name", ["rows.parquet", "quarantine.parquet", "facts.json"])
def test_a_prepared_file_with_one_flipped_bit_is_made_anew(root, name):
    first = prepare(root)["orders"]
    path = first.folder / name
    whole = path.read_bytes()
    path.write_bytes(whole[:40] + bytes([whole[40] ^ 1]) + whole[41:])
    assert prepare(root)["orders"] == first
    assert path.read_bytes() == whole


def test_a_table_of_people_with_one_flipped_bit_is_made_anew(root):
    first = prepare(root)["orders"]
    whole, numbers = first.unified.read_bytes(), pd.read_parquet(first.unified)["_node"].tolist()
    first.unified.write_bytes(whole[:40] + bytes([whole[40] ^ 1]) + whole[41:])
    assert prepare(root)["orders"].unified == first.unified
    assert pd.read_parquet(first.unified)["_node"].tolist() == numbers


@pytest.mark.parametrize("lost", ["manifest.json", "rows.parquet", None])
def test_a_half_written_or_missing_folder_is_made_anew(root, lost):
    first = prepare(root)["orders"]
    if lost:
        (first.folder / lost).unlink()
    else:
        shutil.rmtree(first.folder)
    again = prepare(root)["orders"]
    assert again == first
    assert (first.folder / "rows.parquet").exists()


def test_nothing_half_done_stays_behind_when_a_table_is_refused(root):
    put(root, "orders/bad.parquet", b"PAR1")
    orders_ = prepare(root)["orders"]
    assert orders_.folder is None
    assert "bad.parquet" in orders_.refused
    assert [p.name for p in (root / "data" / "state" / "prepared").glob(".*")] == [".lock"]


def test_a_broken_optional_table_leaves_the_others_alone(root):
    put(root, "events/a.csv", "event_id\n1\n")
    tables = prepare(root)
    assert tables["events"].refused.startswith("events: column 'ts' is not in ")
    assert tables["orders"].unified.exists()


def test_remembered_hashes_that_cannot_be_read_are_made_anew(root):
    first = prepare(root)
    (root / "data" / "state" / "prepared" / "input_hashes.json").write_text("{half")
    assert prepare(root) == first


def test_a_folder_that_cannot_be_written_is_one_line(root):
    (root / "data" / "state").mkdir()
    (root / "data" / "state" / "prepared").mkdir()
    (root / "data" / "state" / "identity").write_text("in the way")
    with pytest.raises((LtvError, OSError)) as failed:
        prepare(root)
    assert isinstance(failed.value, LtvError)
    assert len(str(failed.value).splitlines()) == 1


def test_every_row_gets_its_person_and_its_local_day(tmp_path):
    root = workspace(tmp_path, 'timezone = "Europe/London"')
    times = [
        "2026-03-28 23:59:59Z",
        "2026-03-29 00:00Z",
        "2026-03-29 23:00Z",
        "2026-10-25 23:00Z",
        "2026-10-24 23:00Z",
        "2025-12-31 23:59Z",
    ]
    put(root, "orders/a.csv", csv(orders(*[{"ts": t, "id_value": f"M{i % 2}"} for i, t in enumerate(times)])))
    put(
        root, "links/a.csv", "ts,source,id_type,id_value,linked_type,linked_value\n2026-01-01,app,device,d1,member,M1\n"
    )
    put(root, "spend/a.csv", "date,channel,cost\n2026-03-29,sms,1\n")
    tables = prepare(root, now=datetime(2027, 1, 1))
    rows = pd.read_parquet(tables["orders"].unified).sort_values("_line")
    expected = [pd.Timestamp(t).tz_convert("Europe/London").date() for t in times]
    assert rows["day"].tolist() == expected
    members = dict(zip(rows["id_value"], rows["_node"], strict=True))
    links = pd.read_parquet(tables["links"].unified)
    assert links["_linked_node"].tolist() == [members["M1"]]
    assert links["_node"].tolist() != [members["M1"]]
    assert "_node" not in pd.read_parquet(tables["spend"].unified)


def test_what_a_run_was_given_comes_back_from_its_folder(root, tmp_path):
    put(root, "touches/a.csv", "nothing\n")
    tables = prepare(root)
    inputs.write(tmp_path / "run", tables)
    assert inputs.read(tmp_path / "run") == tables
    assert json.loads((tmp_path / "run" / inputs.NAME).read_text())["touches"]["refused"]


def test_the_hash_of_the_readers_hangs_on_their_code(monkeypatch):
    assert len(reader_hash()) == 64
    assert reader_hash() == reader_hash()


def test_two_that_prepare_at_the_same_time_wait_for_each_other(root):
    for i in range(4):
        put(
            root,
            f"events/{i}.csv",
            f"event_id,ts,source,id_type,id_value,event\nE{i},2026-06-01,app,device,d{i},visit\n",
        )
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: prepare(root), range(4)))
    assert made == [made[0]] * 4
    assert pd.read_parquet(made[0]["events"].unified)["_node"].nunique() == 4

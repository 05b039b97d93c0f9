"""An identifier has a number of its own, and keeps it."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet
from support_workspace import at, csv, orders, put, workspace

from ltv.contract import INPUTS
from ltv.errors import CorruptError
from ltv.identity.ledger import assign, user_column
from ltv.warehouse.duck import DuckEngine


def number(folder, *identifiers, table="orders", more=()):
    """Give identifiers numbers; return the ledger as a dictionary."""
    spec = INPUTS[table]
    columns = [pa.array([pair[i] for pair in identifiers], pa.string()) for i in (0, 1)]
    columns.append(pa.array([datetime(2026, 6, 1)] * len(identifiers), pa.timestamp("us")))
    with DuckEngine() as engine:
        engine.register(table, pa.table(columns, names=["id_type", "id_value", "ts"]))
        for name, rows in more:
            engine.register(name, rows)
        paths = assign(engine, {table: spec} | {name: INPUTS[name] for name, _ in more}, folder=folder)
        ledger = [row for path in paths for row in parquet.read_table(path).to_pylist()]
    known = {(row["id_type"], row["id_value"]): row["user_id"] for row in ledger}
    assert len(known) == len(set(known.values())) == len(ledger)
    return known


def test_identifiers_are_numbered_from_one_and_each_once(tmp_path):
    known = number(
        tmp_path, ("member", "M2"), ("member", "M1"), ("member", "M1"), ("device", "M1"), (None, None), ("member", None)
    )
    assert known == {("device", "M1"): 1, ("member", "M1"): 2, ("member", "M2"): 3}


def test_a_number_stays_when_the_data_grows_or_shrinks(tmp_path):
    first = number(tmp_path, ("member", "M5"), ("member", "M7"))
    second = number(tmp_path, ("member", "M1"), ("member", "M7"), ("device", "d"))
    third = number(tmp_path, ("member", "M9"))
    assert first.items() <= second.items() <= third.items()
    assert third["member", "M9"] == 5


def test_the_order_of_rows_and_files_does_not_matter(tmp_path):
    people = [("member", f"M{i}") for i in range(50)]
    assert number(tmp_path / "a", *people) == number(tmp_path / "b", *reversed(people))
    roots = [workspace(tmp_path / name) for name in "cd"]
    parts = [csv(orders({"id_value": v}, {"id_value": w, "order_id": v})) for v, w in (("z", "b"), ("a", "c"))]
    for root, files in zip(roots, (parts, parts[::-1]), strict=True):
        for name, part in zip("12", files, strict=True):
            put(root, f"orders/{name}.csv", part.replace("A1", "A" + part.split("member,")[1][0]))
    frames = [
        at(root, "2026-06-30").orders.query("select distinct id_value, user_id from self order by 1") for root in roots
    ]
    assert frames[0].equals(frames[1])
    assert len(frames[0]) == 4


def test_the_one_that_was_seen_first_has_the_smallest_number(tmp_path):
    rows = pa.table(
        {
            "id_type": ["member", "device", "device"],
            "id_value": ["a", "z", "z"],
            "ts": [datetime(2026, 6, 2), datetime(2026, 6, 9), datetime(2026, 5, 1)],
        }
    )
    assert number(tmp_path, more=[("events", rows)]) == {("device", "z"): 1, ("member", "a"): 2}


def test_nothing_new_writes_nothing(tmp_path):
    number(tmp_path, ("member", "M1"))
    before = {p: p.stat().st_mtime_ns for p in tmp_path.iterdir() if p.suffix != ".lock"}
    number(tmp_path, ("member", "M1"))
    assert {p: p.stat().st_mtime_ns for p in tmp_path.iterdir() if p.suffix != ".lock"} == before


def test_both_identifiers_of_a_link_are_people_and_an_inviter_may_be_missing(tmp_path):
    links = pa.table(
        {
            "ts": [datetime(2026, 6, 1)],
            "id_type": ["device"],
            "id_value": ["d"],
            "linked_type": ["member"],
            "linked_value": ["M1"],
        }
    )
    invites = pa.table(
        {
            "ts": [datetime(2026, 6, 1)],
            "inviter_type": pa.array([None], pa.string()),
            "inviter_value": pa.array([None], pa.string()),
            "invitee_type": ["openid"],
            "invitee_value": ["o"],
        }
    )
    known = number(tmp_path, ("member", "M1"), more=[("links", links), ("invites", invites)])
    assert set(known) == {("device", "d"), ("member", "M1"), ("openid", "o")}
    assert [user_column(v) for v in ("id_value", "linked_value", "invitee_value")] == [
        "user_id",
        "linked_user_id",
        "invitee_user_id",
    ]


def test_many_identifiers_never_share_a_number(tmp_path):
    rng = np.random.default_rng(1)
    values = pd.Series(rng.integers(0, 2**40, 300_000)).astype(str)
    with DuckEngine() as engine:
        engine.register(
            "orders", pd.DataFrame({"id_type": "phone_hmac", "id_value": values, "ts": datetime(2026, 6, 1)})
        )
        engine.attach("made", assign(engine, {"orders": INPUTS["orders"]}, folder=tmp_path))
        counted = engine.connection.execute(
            "SELECT COUNT(*), COUNT(DISTINCT user_id), COUNT(DISTINCT id_value), MIN(user_id), MAX(user_id) FROM made"
        ).fetchall()
    n = values.nunique()
    assert counted == [(n, n, n, 1, n)]


def test_a_crash_between_the_file_and_its_record_loses_nothing(tmp_path):
    first = number(tmp_path, ("member", "M1"))
    before = (tmp_path / "manifest.json").read_bytes()
    number(tmp_path, ("member", "M1"), ("member", "M2"))
    (tmp_path / "manifest.json").write_bytes(before)  # as it is when the process is killed just before the switch
    (tmp_path / "user_ids-2.parquet").write_bytes(b"half")
    again = number(tmp_path, ("member", "M1"), ("member", "M0"))
    assert first.items() <= again.items()
    assert again["member", "M0"] == 2


def test_a_batch_writes_only_what_is_new_and_many_files_become_one(tmp_path):
    for n in range(1, 41):
        known = number(tmp_path, *[("member", f"M{i:02}") for i in range(n)])
        assert known == {("member", f"M{i:02}"): i + 1 for i in range(n)}
    rows = [
        parquet.read_metadata(p).num_rows
        for p in sorted(tmp_path.glob("*.parquet"), key=lambda p: p.stat().st_mtime_ns)
    ]
    assert rows[-8:] == [33, *[1] * 7]
    assert len(json.loads((tmp_path / "manifest.json").read_text())["files"]) == 8
    assert len(rows) <= 33 + 8


@pytest.mark.parametrize("damage", ["flip", "lost"])
def test_a_damaged_ledger_is_told_and_never_numbered_over(tmp_path, damage):
    number(tmp_path, ("member", "M1"))
    path = tmp_path / "user_ids-1.parquet"
    whole = path.read_bytes()
    path.unlink() if damage == "lost" else path.write_bytes(whole[:30] + b"\x00" + whole[31:-1] + b"X")
    with pytest.raises(
        CorruptError, match=r"user_ids-1\.parquet: the ledger of user ids is missing or damaged"
    ) as told:
        number(tmp_path, ("member", "M2"))
    assert len(str(told.value).splitlines()) == 1


def test_two_at_a_time_never_give_one_number_twice(tmp_path):
    def one(start):
        return number(tmp_path, *[("member", f"M{i}") for i in range(start, start + 40)])

    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(one, range(0, 120, 20)))
    final = number(tmp_path, ("member", "M0"))
    assert len(final) == 140
    assert all(ledger.items() <= final.items() for ledger in made)

"""Profiles of four tools are one table; one that is cut short is told in one line; stacks that grew in slow times are found."""

import gzip
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import ltv
from ltv.errors import DataRefusedError, UsageError
from ltv.hooks.profiles import perf
from ltv.hooks.profiles.grown import frames, placed, slow_rows
from ltv.hooks.profiles.stacks import COLUMNS, Profile, Sample, gathered

SAMPLES = Path(__file__).parent / "samples"
NOON = datetime(2026, 6, 1, 12)


def go_profile():
    return bytes.fromhex("".join((SAMPLES / "go.pprof.hex").read_text().split()))


def put(folder, content, name="profile"):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def top(rows):
    return rows.sort_values("value", ascending=False).iloc[0]


def test_pprof_by_go(tmp_path):
    told = ltv.read_profile(put(tmp_path, go_profile()))
    cpu = told.rows[told.rows["kind"] == "cpu"]
    assert (told.format, set(told.rows["kind"]), set(cpu["unit"])) == ("pprof", {"samples", "cpu"}, {"nanoseconds"})
    assert top(cpu)["stack"] == "runtime.main;main.main;main.pay;main.score;main.hashCard"
    assert cpu["value"].sum() == 1e7 * told.rows.loc[told.rows["kind"] == "samples", "value"].sum()
    assert (cpu["ended_at"] - cpu["started_at"]).dt.total_seconds().round(1).unique().tolist() == [2.2]
    plain = ltv.read_profile(put(tmp_path, gzip.decompress(go_profile())))
    pd.testing.assert_frame_equal(plain.rows, told.rows)


def test_py_spy():
    told = ltv.read_profile(SAMPLES / "pyspy.txt", started_at=NOON, ended_at=NOON + timedelta(seconds=3))
    assert (told.format, told.refused, list(told.rows.columns)) == ("collapsed", (), COLUMNS)
    assert top(told.rows)["stack"].endswith("score (work.py:6);hash_card (work.py:4)")
    assert set(told.rows["started_at"]) == {pd.Timestamp(NOON)}


def test_perf():
    told = ltv.read_profile(SAMPLES / "perf.json")
    assert (told.format, told.rows["value"].sum()) == ("perf", 60)
    assert told.rows["stack"].str.startswith("python3;").all()
    assert told.rows["stack"].str.contains("_PyEval_EvalFrameDefault").any()
    assert told.rows["started_at"].max() == pd.Timestamp("2026-11-26 16:09:04")
    assert 1 < (told.rows["started_at"].max() - told.rows["started_at"].min()).total_seconds() < 4


def test_the_clock_of_perf_is_read_once_however_many_samples_there_are(monkeypatch):
    read = []
    clock = perf._clock
    monkeypatch.setattr(perf, "_clock", lambda body: read.append(1) or clock(body))
    assert ltv.read_profile(SAMPLES / "perf.json").rows["value"].sum() == 60
    assert len(read) == 1


def test_bpftrace():
    told = ltv.read_profile(SAMPLES / "bpftrace.json")
    assert told.rows[["stack", "value"]].values.tolist() == [
        ["shop;__libc_start_call_main;main;commit", 48],
        ["shop;__libc_start_call_main;0x7f63270bfaca", 1],
        ["shop;__libc_start_call_main;main;pay;hash_card", 248],
    ]


def test_a_pprof_cut_short_anywhere_is_refused_in_one_line(tmp_path):
    packed, raw = go_profile(), gzip.decompress(go_profile())
    whole = ltv.read_profile(put(tmp_path, raw)).rows
    for content in [*(packed[:n] for n in range(3, len(packed), 40)), *(raw[:n] for n in range(1, len(raw) - 1, 25))]:
        try:
            told = ltv.read_profile(put(tmp_path, content), form="pprof")
        except DataRefusedError as error:
            assert "\n" not in str(error)
        else:  # what is cut off at a field of no consequence, such as a last time, is whole all the same
            assert told.rows["value"].sum() == whole["value"].sum()


def test_of_lines_cut_short_those_that_are_whole_are_used(tmp_path):
    text = (SAMPLES / "pyspy.txt").read_text().rstrip("\n").rpartition(" ")[0]
    told = ltv.read_profile(put(tmp_path, text))
    assert ([bad.rule for bad in told.refused], len(told.rows)) == (["not_a_stack"], len(text.splitlines()) - 1)
    lines = (SAMPLES / "bpftrace.json").read_text()
    cut = ltv.read_profile(put(tmp_path, lines[:-20]))
    assert ([bad.rule for bad in cut.refused], cut.rows["value"].sum()) == (["not_json"], 297)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ((SAMPLES / "perf.json").read_bytes()[:4000], "cut short"),
        (b'{"samples": 3}', "other JSON"),
        (b"", "no stack"),
        (b"just words\n", "no stack"),
        (b"\x00\x01\x02", "cut short or none"),
        (gzip.compress(b"main;pay 3\n")[:-4], "gzip data"),
    ],
    ids=["perf", "json", "empty", "words", "bytes", "gzip"],
)
def test_what_is_no_profile_is_refused_in_one_line(tmp_path, content, said):
    with pytest.raises(DataRefusedError, match=said) as refused:
        ltv.read_profile(put(tmp_path, content))
    assert "\n" not in str(refused.value)


def test_a_format_or_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(UsageError, match="form: found 'jfr', allowed: pprof, collapsed, bpftrace, perf"):
        ltv.read_profile(tmp_path / "x", form="jfr")
    with pytest.raises(DataRefusedError, match="cannot be opened"):
        ltv.read_profile(tmp_path / "x")


def window(second, slow):
    at = NOON + timedelta(seconds=second)
    stacks = [(("main", "pay", "lock"), 60 if slow else 5), (("main", "pay", "hash"), 40)]
    return [Sample(f, v, "samples", "cpu", (at, at + timedelta(seconds=1))) for f, v in stacks]


def spans(slow_second):
    rows = [
        (NOON + timedelta(milliseconds=50 * k), 400_000 if slow_second <= k / 20 < slow_second + 1 else 20_000)
        for k in range(400)
    ]
    return pd.DataFrame(rows, columns=["started_at", "duration_us"]).assign(
        service="pay", name="charge", parent_span_id=None
    )


def test_the_stack_that_grew_in_slow_times_is_found():
    rows = gathered([s for k in range(0, 20, 2) for s in window(k, slow=k == 8)], "p")
    told = ltv.profile_of([Profile(rows, "collapsed")], spans(8))
    assert told.grown.iloc[0]["frame"] == "lock"
    assert told.grown.iloc[0]["slow_share"] == 0.6
    assert "lock" in told.takeaways("en")[0]
    assert told.table["share"].sum() == pytest.approx(1)
    assert set(told.table.columns) == {"kind", "stack", "value", "unit", "share", "slow_share", "rest_share", "growth"}


def test_times_in_which_no_span_ran_are_on_neither_side():
    rows = gathered([*window(5, slow=False), *window(500, slow=False)], "p")
    started = np.array([_us(5.2 + k / 100) for k in range(50)])
    slow, rest = slow_rows(rows, started, np.full(50, 1000))
    assert (slow | rest).tolist() == [True, True, False, False]


def _us(seconds):
    return (NOON - datetime(1970, 1, 1)) // timedelta(microseconds=1) + int(seconds * 1e6)


def test_samples_without_a_time_are_said_to_be_so():
    told = ltv.profile_of([ltv.read_profile(SAMPLES / "pyspy.txt")], spans(8))
    assert "cannot be joined" in told.takeaways("en")[0]
    assert "grown" not in told.views


def test_a_folder_of_profiles_is_read_and_what_cannot_be_used_is_counted(tmp_path):
    put(tmp_path, go_profile())
    (tmp_path / "broken.pprof").write_bytes(b"nothing of the kind")
    told = ltv.profile_of(ltv.read_profiles(tmp_path))
    assert len(told.table)
    assert told.refused == 1
    assert any("1" in line for line in told.takeaways("en")[-1:])
    nothing = ltv.profile_of(ltv.read_profiles(tmp_path / "none"))
    assert (nothing.takeaways("en"), dict(nothing.views)) == (["There are no profiles (data/profiles/)."], {})


def test_the_flame_graph_adds_up(tmp_path):
    told = ltv.profile_of([ltv.read_profile(put(tmp_path, go_profile()))])
    (flame,) = told.figure("flame").data
    rows = placed(frames(told.table))
    assert sum(x for x, y in zip(flame["x"], flame["y"], strict=True) if y == 0) == pytest.approx(1)
    assert rows.loc[rows["depth"] == 0, "total"].sum() == told.table["value"].sum()
    within = rows.merge(rows[["id", "start", "total"]], left_on="parent", right_on="id", suffixes=("", "_of"))
    assert (within["start"] >= within["start_of"]).all()
    assert (within["start"] + within["total"] <= within["start_of"] + within["total_of"] + 1e-9).all()
    assert set(told.views) == {"flame", "stacks"}
    for view in told.views.values():
        assert [c.name for c in view.columns] == list(view.data.columns)


def test_the_kind_of_sample_can_be_chosen(tmp_path):
    profile = ltv.read_profile(put(tmp_path, go_profile()))
    assert set(ltv.profile_of([profile], kind="samples").table["unit"]) == {"count"}
    with pytest.raises(UsageError, match="kind: found 'heap', allowed: samples, cpu"):
        ltv.profile_of([profile], kind="heap")


def test_the_kinds_that_were_left_out_are_named(tmp_path):
    profile = ltv.read_profile(put(tmp_path, go_profile()))
    assert any('samples; profile_of(…, kind="samples")' in said for said in ltv.profile_of([profile]).takeaways("en"))
    assert not any("left out" in said for said in ltv.profile_of([profile], kind="cpu").takeaways("en"))


def test_samples_that_begin_at_the_end_or_later_are_left_out_and_those_without_a_time_are_kept():
    timed = gathered([s for k in (0, 5, 9) for s in window(k, slow=False)], "p")
    bare = gathered([Sample(("main",), 7, "samples", "cpu")], "q")
    told = ltv.profile_of([Profile(timed, "collapsed"), Profile(bare, "collapsed")], until=NOON + timedelta(seconds=5))
    assert told.table["value"].sum() == 45 + 7
    nothing = ltv.profile_of([Profile(timed, "collapsed")], until=NOON)
    assert nothing.takeaways("en") == ["There are no profiles (data/profiles/)."]


@pytest.mark.parametrize("packed", [False, True])
def test_a_profile_that_unpacks_to_more_than_memory_is_given_is_refused_in_one_line(tmp_path, monkeypatch, packed):
    monkeypatch.setattr("ltv.hooks.profiles.read.MOST_BYTES", 1_000)
    lines = b"main;pay 1\n" * 100
    path = tmp_path / "spy.txt"
    path.write_bytes(gzip.compress(lines) if packed else lines)
    with pytest.raises(
        DataRefusedError, match=r"bytes, unpacked: found 'more than 1,000', allowed: 1,000; profile a shorter time$"
    ):
        ltv.read_profile(path)

"""A model on disk: every byte is vouched for, nothing is half there, and no name reaches outside its folder."""

import datetime as dt
import json
import shutil

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support_disk import small_disk

from ltv.errors import CorruptError, LtvError, UsageError
from ltv.workspace.model_files import ModelManifest, Stored, _sealed, as_json, is_whole, read, write

MODEL = Stored(
    {"ziln_0.ubj": bytes(range(256)) * 4, "ziln_1.ubj": b""}, {"level": 1.02, "cuts": [1, 2.5], "名": "银发"}
)


def about(**more):
    told = {
        "model_version": "v1",
        "as_of": dt.date(2026, 6, 30),
        "trained_at": dt.datetime(2026, 7, 1, 6, 0, 0, 123456),
        "data_hash": "d" * 64,
        "code_hash": "c" * 64,
        "metrics": {"normalized_gini": 0.72, "mae": 1e-05},
        "features": ("recency", "frequency"),
    }
    return ModelManifest(**(told | more))


@pytest.fixture
def folder(tmp_path):
    write(tmp_path / "v1", MODEL, about())
    return tmp_path / "v1"


def refused(folder, *words):
    with pytest.raises(CorruptError) as told:
        read(folder)
    text = str(told.value)
    assert "\n" not in text
    assert "found" in text
    assert "allowed" in text
    for word in words:
        assert word in text
    assert not is_whole(folder)


def test_what_was_written_is_read_again(folder):
    assert read(folder) == (MODEL, about())
    assert sorted(p.name for p in folder.iterdir()) == ["manifest.json", "numbers.json", "ziln_0.ubj", "ziln_1.ubj"]
    told = json.loads((folder / "manifest.json").read_text())
    assert told["schema"] == 1
    assert told["files"]["ziln_0.ubj"]["size"] == 1024
    assert len(told["files"]["ziln_0.ubj"]["sha256"]) == 64


def test_the_same_bytes_whatever_the_order_of_names(tmp_path, folder):
    other = Stored(dict(reversed(MODEL.blobs.items())), dict(reversed(MODEL.numbers.items())))
    write(tmp_path / "other" / "v1", other, about())
    for name in ("manifest.json", "numbers.json"):
        assert (tmp_path / "other" / "v1" / name).read_bytes() == (folder / name).read_bytes()


@given(data=st.data())
def test_a_bit_that_is_flipped_anywhere_is_found(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("models") / "v1"
    write(folder, MODEL, about())
    path = folder / data.draw(st.sampled_from(["manifest.json", "numbers.json", "ziln_0.ubj"]))
    body = bytearray(path.read_bytes())
    body[data.draw(st.integers(0, len(body) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    path.write_bytes(body)
    refused(folder, str(folder))


@pytest.mark.parametrize("name", ["manifest.json", "numbers.json", "ziln_0.ubj"])
def test_a_file_that_is_cut_off_or_missing_is_named(folder, name):
    path = folder / name
    path.write_bytes(path.read_bytes()[:-1])
    refused(folder, name)
    path.unlink()
    refused(folder, name, "no such file")
    path.mkdir()
    refused(folder, name)


def test_a_file_of_something_else_is_named(folder):
    (folder / "extra.pkl").write_bytes(b"x")
    refused(folder, "extra.pkl", "a file of something else", "ziln_0.ubj")


def test_a_link_is_no_file_of_a_model(tmp_path, folder):
    shutil.copy(folder / "ziln_0.ubj", tmp_path / "elsewhere")
    (folder / "ziln_0.ubj").unlink()
    (folder / "ziln_0.ubj").symlink_to(tmp_path / "elsewhere")
    refused(folder, "ziln_0.ubj")


def test_a_folder_under_another_name_is_not_that_model(folder):
    folder.rename(folder.with_name("v2"))
    refused(folder.with_name("v2"), "model_version: found 'v1', allowed: v2")


def test_no_folder_is_no_model(tmp_path):
    refused(tmp_path / "v1", "manifest.json")
    (tmp_path / "v1").write_text("a file")
    refused(tmp_path / "v1", "manifest.json")


def rewritten(folder, **more):
    body = json.loads((folder / "manifest.json").read_text())
    del body["manifest_sha256"]
    (folder / "manifest.json").write_bytes(_sealed(body | more))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"schema": 2}, "schema: found 2, allowed: 1"),
        ({"schema": "1"}, "schema: found '1', allowed: 1"),
        ({"schema": True}, "schema: found True, allowed: 1"),
        ({"more": 1}, "changed or damaged"),
        ({"files": {}}, "numbers.json among them"),
        ({"files": []}, "numbers.json among them"),
        ({"files": {"numbers.json": {}, "a": {"sha256": 1}}}, "sha256 and size"),
        ({"files": {"numbers.json": "x"}}, "sha256 and size"),
        ({"as_of": "yesterday"}, "yesterday"),
        ({"as_of": 5}, "a model that this code wrote"),
    ],
)
def test_a_manifest_of_another_layout_is_refused(folder, change, words):
    rewritten(folder, **change)
    refused(folder, words)


@pytest.mark.parametrize("name", ["../../secret", "a/b", "..", ".hidden", "a\\b", "C:x", "", "manifest.json"])
def test_a_manifest_cannot_name_a_path(folder, name):
    files = json.loads((folder / "manifest.json").read_text())["files"]
    rewritten(folder, files=files | {name: files["numbers.json"]})
    refused(folder, repr(name)[1:-1])


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "NaN", "{}", '{"schema": NaN}', "[" * 100_000, "\xff"])
def test_a_manifest_that_is_no_json_is_refused(folder, text):
    (folder / "manifest.json").write_bytes(text.encode("latin-1"))
    refused(folder, "manifest.json")


@pytest.mark.parametrize("name", ["../x", "a/b", "/abs", "", "manifest.json", "Numbers.JSON", ".x", "x" * 129, 5])
def test_a_blob_has_a_plain_name_of_its_own(tmp_path, name):
    with pytest.raises(UsageError, match="blobs: found"):
        write(tmp_path / "v1", Stored({name: b""}, {}), about())
    assert not (tmp_path / "v1").exists()


def test_two_blobs_that_one_disk_would_take_for_one_are_refused(tmp_path):
    with pytest.raises(UsageError, match=r"blobs: found 'A\.ubj'"):
        write(tmp_path / "v1", Stored({"a.ubj": b"1", "A.ubj": b"2"}, {}), about())


def test_numbers_of_numpy_are_plain_and_nan_is_null(tmp_path):
    numbers = {"a": np.float32(0.5), "b": np.arange(2), "c": float("nan"), "d": {"e": np.bool_(True)}, "f": (1, None)}
    write(tmp_path / "v1", Stored({"x": bytearray(b"1")}, numbers), about(metrics={"auc": np.float64("nan")}))
    stored, manifest = read(tmp_path / "v1")
    assert stored == Stored({"x": b"1"}, {"a": 0.5, "b": [0, 1], "c": None, "d": {"e": True}, "f": [1, None]})
    assert manifest.metrics == {"auc": None}


@pytest.mark.parametrize(
    ("numbers", "words"),
    [
        ({"level": float("inf")}, "numbers.level: found inf, allowed: a finite number"),
        ({"cuts": [1, np.array([-np.inf])]}, r"numbers.cuts\[1\]\[0\]: found -inf"),
        ({"when": dt.date(2026, 1, 1)}, "numbers.when: found 'date', allowed: text, numbers"),
        ({"by": {1: 2}}, "numbers.by key: found 1, allowed: a text"),
    ],
)
def test_what_json_cannot_hold_is_refused_by_its_name(tmp_path, numbers, words):
    with pytest.raises(UsageError, match=words):
        write(tmp_path / "v1", Stored({}, numbers), about())
    assert not (tmp_path / "v1").exists()


def test_blobs_are_bytes_and_the_folder_has_the_name_of_the_version(tmp_path):
    with pytest.raises(UsageError, match=r"blobs.a: found 'str', allowed: bytes"):
        write(tmp_path / "v1", Stored({"a": "text"}, {}), about())
    with pytest.raises(UsageError, match="model_version: found 'v1', allowed: the name of its folder, v2"):
        write(tmp_path / "v2", MODEL, about())


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
        max_leaves=10,
    )
)
def test_json_comes_back_as_it_went(value):
    assert json.loads(as_json({"x": value}, thing="numbers")) == {"x": value}


def test_a_whole_model_stays_and_a_damaged_one_is_replaced(folder):
    before = (folder / "manifest.json").stat()
    write(folder, MODEL, about(trained_at=dt.datetime(2027, 1, 1)))
    assert (folder / "manifest.json").stat() == before
    (folder / "ziln_0.ubj").write_bytes(b"damaged")
    (folder.parent / ".v1.dead.tmp").mkdir()
    write(folder, MODEL, about(trained_at=dt.datetime(2027, 1, 1)))
    assert read(folder)[1].trained_at == dt.datetime(2027, 1, 1)
    assert sorted(p.name for p in folder.parent.iterdir()) == [".lock", "v1"]


def test_a_full_disk_leaves_nothing_and_what_was_there_stays(tmp_path):
    with small_disk(tmp_path / "disk", kilobytes=200) as disk:
        write(disk / "v1", MODEL, about())
        big = Stored({"x": b"0" * 400_000}, {})
        with pytest.raises(LtvError, match=r"cannot write .*v2: No space left"):
            write(disk / "v2", big, about(model_version="v2"))
        (disk / "v1" / "ziln_1.ubj").write_bytes(b"damaged")
        with pytest.raises(LtvError, match="cannot write"):
            write(disk / "v1", big, about())
        assert sorted(p.name for p in disk.iterdir()) == [".lock", "v1"]
        assert (disk / "v1" / "ziln_0.ubj").read_bytes() == MODEL.blobs["ziln_0.ubj"]

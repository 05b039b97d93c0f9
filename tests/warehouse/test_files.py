"""Files are whole or not there, and one that was changed is noticed before it is read."""

import json
import os
from collections.abc import Callable
from multiprocessing import get_context
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet
from support_disk import small_disk

from ltv.errors import CorruptError, LtvError
from ltv.warehouse.files import Entry, Manifest, sha256, write_text, write_whole


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """A result table that its manifest knows."""
    path = tmp_path / "results" / "retention.parquet"
    path.parent.mkdir()
    parquet.write_table(pa.table({"k": range(1000)}), path)
    Manifest(path.parent).add(path, rows=1000)
    return path


# ---- whole or not at all


def test_what_is_written_is_there_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "表 [1].txt"
    write_text(path, "中文\n")
    assert path.read_bytes() == "中文\n".encode()
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, MemoryError])
def test_a_writer_that_fails_half_way_leaves_the_old_file(tmp_path: Path, error: type[BaseException]) -> None:
    path = tmp_path / "t.txt"
    write_text(path, "old")

    def half(target: Path) -> None:
        target.write_text("ne")
        raise error

    with pytest.raises(error):
        write_whole(path, half)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_reader_sees_the_old_file_until_the_new_one_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "t.txt"
    write_text(path, "old")
    seen = []

    def slow(target: Path) -> None:
        target.write_text("new")
        seen.append(path.read_text())

    write_whole(path, slow)
    assert (seen, path.read_text()) == (["old"], "new")


def test_a_full_disk_is_told_in_one_line_and_leaves_the_old_file(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", kilobytes=64) as folder:
        write_text(folder / "t.txt", "old")
        with pytest.raises(LtvError, match=r"^cannot write .*t\.txt: No space left on device$"):
            write_text(folder / "t.txt", "x" * 100_000)
        assert (folder / "t.txt").read_text() == "old"
        assert list(folder.iterdir()) == [folder / "t.txt"]


def test_a_manifest_on_a_full_disk_still_tells_of_the_files_that_it_knew(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", kilobytes=64) as folder:
        write_text(folder / "a.txt", "a")
        Manifest(folder).add(folder / "a.txt")
        (folder / "ballast").write_bytes(b"x" * (os.statvfs(folder).f_bavail * os.statvfs(folder).f_frsize))
        with pytest.raises(LtvError, match="No space left on device"):
            Manifest(folder).add(folder / "ballast")
        assert Manifest(folder).verify(folder / "a.txt").read_text() == "a"
        with pytest.raises(CorruptError, match="not in the manifest"):
            Manifest(folder).verify(folder / "ballast")


def test_a_folder_that_cannot_be_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(LtvError, match=r"^cannot write .*file/t\.txt: "):
        write_text(tmp_path / "file" / "t.txt", "x")


# ---- what a manifest notices


def test_a_file_that_is_as_it_was_written_is_given_back(table: Path) -> None:
    assert Manifest(table.parent).verify(table) == table
    assert Manifest(table.parent).read() == {"retention.parquet": Entry(sha256(table), 1000)}


def _flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def _grow(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"\0")


def _empty(path: Path) -> None:
    path.write_bytes(b"")


@pytest.mark.parametrize("harm", [_flip, _cut, _grow, _empty])
def test_a_changed_file_is_noticed_also_after_it_was_once_verified(table: Path, harm: Callable[[Path], None]) -> None:
    Manifest(table.parent).verify(table)
    harm(table)
    with pytest.raises(CorruptError, match=r"retention\.parquet: its SHA-256 differs from the manifest.*--force"):
        Manifest(table.parent).verify(table)


@settings(max_examples=60)
@given(position=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_no_bit_can_flip_unnoticed(tmp_path_factory: pytest.TempPathFactory, position: int, bit: int) -> None:
    folder = tmp_path_factory.mktemp("m")
    path = folder / "t.parquet"
    parquet.write_table(pa.table({"k": range(50)}), path)
    Manifest(folder).add(path)
    content = bytearray(path.read_bytes())
    content[position % len(content)] ^= 1 << bit
    path.write_bytes(content)
    with pytest.raises(CorruptError):
        Manifest(folder).verify(path)


def test_a_missing_file_is_told(table: Path) -> None:
    table.unlink()
    with pytest.raises(CorruptError, match=r"retention\.parquet: recorded in the manifest but missing"):
        Manifest(table.parent).verify(table)


def test_a_file_without_a_manifest_is_not_trusted(table: Path) -> None:
    (table.parent / Manifest.NAME).unlink()
    with pytest.raises(CorruptError, match="not in the manifest"):
        Manifest(table.parent).verify(table)


def test_a_file_that_the_manifest_does_not_know_is_not_trusted(table: Path) -> None:
    other = table.with_name("other.parquet")
    other.write_bytes(table.read_bytes())
    with pytest.raises(CorruptError, match="not in the manifest"):
        Manifest(table.parent).verify(other)


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"null", b"{}", b'{"files": []}', b'{"files": {"a": 1}}', b'{"files": {"a": {"sha256": "x"}}}', b"\xff\xfe{}", b'{"files": {"a": {"sha256": "x", "rows": 1, "more": 2}}}'],
)  # fmt: skip
def test_a_damaged_manifest_is_told_in_one_line(table: Path, content: bytes) -> None:
    (table.parent / Manifest.NAME).write_bytes(content)
    with pytest.raises(CorruptError, match=r"manifest\.json: the manifest cannot be read") as raised:
        Manifest(table.parent).verify(table)
    assert "\n" not in str(raised.value)


def test_a_file_that_is_written_again_is_recorded_anew(table: Path) -> None:
    manifest = Manifest(table.parent)
    manifest.verify(table)
    parquet.write_table(pa.table({"k": [1]}), table)
    manifest.add(table, rows=1)
    manifest.verify(table)
    assert manifest.read()["retention.parquet"].rows == 1


def test_files_in_folders_are_known_by_their_path(tmp_path: Path) -> None:
    for name in ("a/t.txt", "b/t.txt"):
        write_text(tmp_path / name, name)
        Manifest(tmp_path).add(tmp_path / name)
    assert list(json.loads((tmp_path / Manifest.NAME).read_text())["files"]) == ["a/t.txt", "b/t.txt"]
    assert Manifest(tmp_path).verify(tmp_path / "b" / "t.txt").read_text() == "b/t.txt"


def _record(folder: Path, number: int) -> None:
    path = folder / f"{number}.txt"
    write_text(path, str(number))
    Manifest(folder).add(path)


def test_notebooks_that_write_side_by_side_lose_no_record(tmp_path: Path) -> None:
    processes = [get_context("fork").Process(target=_record, args=(tmp_path, n)) for n in range(12)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert set(Manifest(tmp_path).read()) == {f"{n}.txt" for n in range(12)}


def test_sha256_is_that_of_the_whole_file(tmp_path: Path) -> None:
    (tmp_path / "t").write_bytes(b"a" * ((1 << 20) + 1))
    import hashlib

    assert sha256(tmp_path / "t") == hashlib.sha256(b"a" * ((1 << 20) + 1)).hexdigest()

"""Files that are whole or not there: written under a temporary name, fsynced, renamed, and checked before reading."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path

from filelock import FileLock

from ltv.errors import CorruptError, LtvError

_CHUNK = 1 << 20


def sha256(path: Path) -> str:
    """SHA-256 of a file, read in pieces."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def write_whole(path: Path, write: Callable[[Path], None]) -> None:
    """Let `write` fill a temporary file beside `path`, then move it there in one step.

    Raises:
        LtvError: the disk is full or the folder cannot be written; nothing is left behind.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write(temporary)
        _fsync(temporary)
        temporary.replace(path)
        _fsync(path.parent)
    except OSError as error:
        raise LtvError(f"cannot write {path}: {error.strerror or error}") from error
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def write_whole_folder(folder: Path, write: Callable[[Path], None]) -> None:
    """Let `write` fill a temporary folder beside `folder`, then move it there in one step; what stood there gives way.

    Raises:
        LtvError: the disk is full or the folder cannot be written; what stood there stays, nothing is left behind.
    """
    temporary, old = (folder.with_name(f".{folder.name}.{secrets.token_hex(4)}.{end}") for end in ("tmp", "old"))
    try:
        temporary.mkdir(parents=True)
        write(temporary)
        for path in [*temporary.rglob("*"), temporary]:
            _fsync(path)
        if folder.exists():  # a folder that holds files cannot be renamed over
            folder.replace(old)
        temporary.replace(folder)
        _fsync(folder.parent)
    except OSError as error:
        if old.exists() and not folder.exists():
            old.replace(folder)
        raise LtvError(f"cannot write {folder}: {error.strerror or error}") from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)


def _fsync(path: Path) -> None:
    if os.name == "nt" and path.is_dir():
        return  # a folder cannot be synced there
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_text(path: Path, text: str) -> None:
    """Write a text file in UTF-8, whole or not at all."""
    write_whole(path, lambda target: _put(target, text))


def _put(target: Path, text: str) -> None:
    target.write_text(text, encoding="utf-8", newline="\n")


@dataclass(frozen=True)
class Entry:
    """What a manifest says of one file."""

    sha256: str
    rows: int | None


class Manifest:
    """The record of a folder's files: SHA-256 and rows of each, checked before a file is read again.

    Args:
        folder: the folder; its record is `manifest.json` there.
    """

    NAME = "manifest.json"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / self.NAME

    def read(self) -> dict[str, Entry]:
        """All entries by path relative to the folder; empty where there is no record."""
        if not self.path.exists():
            return {}
        try:
            return {k: Entry(**v) for k, v in json.loads(self.path.read_text(encoding="utf-8"))["files"].items()}
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise CorruptError(f"{self.path}: the manifest cannot be read ({error})") from None

    def add(self, path: Path, rows: int | None = None) -> None:
        """Record a file that was just written."""
        entry = Entry(sha256(path), rows)
        # notebooks of one run write beside each other
        with FileLock(self.folder / ".manifest.lock"):
            self.write(self.read() | {path.relative_to(self.folder).as_posix(): entry})

    def write(self, entries: dict[str, Entry]) -> None:
        """Replace the record."""
        body = {"files": {k: asdict(entries[k]) for k in sorted(entries)}}
        write_text(self.path, json.dumps(body, indent=1, ensure_ascii=False) + "\n")

    def verify(self, path: Path) -> Path:
        """Return the path when the file is the one recorded.

        Raises:
            CorruptError: the file is missing, not recorded, or not the one that was written.
        """
        name = path.relative_to(self.folder).as_posix()
        entry = self.read().get(name)
        if entry is None:
            raise CorruptError(
                f"{path}: not in the manifest of its folder, so it may be half written; run the date again"
            )
        if not path.exists():
            raise CorruptError(f"{path}: recorded in the manifest but missing; run the date again with --force")
        status = path.stat()
        if _known_sha256(path, status.st_size, status.st_mtime_ns) != entry.sha256:
            raise CorruptError(
                f"{path}: its SHA-256 differs from the manifest, the file was changed or damaged; "
                "run the date again with --force"
            )
        return path


@lru_cache(maxsize=4096)
def _known_sha256(path: Path, size: int, changed_ns: int) -> str:
    return sha256(path)

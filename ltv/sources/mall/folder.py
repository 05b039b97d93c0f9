"""The folder that a simulation owns: written aside, switched in at the end, never over anybody else's files."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from ltv.errors import UsageError, found

MARK = "mall.json"
_STAGE = ".mall-unfinished-"
_NOT_TABLES = ("quarantine", "state", "runs", "results")  # what runs keep beside the tables
_ORDERS = "data/orders/"  # nothing runs without this table, so it is the first to go and the last to come


def foreign_files(out: Path) -> list[Path]:
    """Return the files in the table folders and in `truth/` of a workspace that no simulation has made."""
    own = {out / name: entry["bytes"] for name, entry in _read_mark(out)["files"].items()}
    folders = [p for p in (out / "data").glob("*/") if p.name not in _NOT_TABLES]
    files = (p for folder in [*folders, out / "truth"] for p in folder.rglob("*") if p.is_file())
    return sorted(p for p in files if not p.name.startswith(".") and own.get(p) != p.stat().st_size)


def is_complete(out: Path) -> bool:
    """Return whether a folder holds a finished simulation, with all of its files."""
    mark = _read_mark(out)
    sizes = ((out / name, entry["bytes"]) for name, entry in mark["files"].items())
    return bool(mark["complete"]) and all(p.is_file() and p.stat().st_size == size for p, size in sizes)


@contextmanager
def staged(out: Path) -> Iterator[Path]:
    """Give an empty folder on the same disk as `out`; afterwards it is gone, whatever happened.

    Raises:
        UsageError: `out` cannot be written, or it holds files that no simulation has made.
    """
    try:
        foreign = foreign_files(out)
        if foreign:
            raise UsageError(found("out", str(foreign[0]), "a folder without tables of others; choose another --out"))
        new = [p for p in (out, *out.parents) if not p.exists()]
        out.mkdir(parents=True, exist_ok=True)
        _sweep(out)
        stage = Path(tempfile.mkdtemp(prefix=_STAGE, dir=out))
        try:
            with FileLock(stage / "lock"):
                yield stage
        finally:
            shutil.rmtree(stage, ignore_errors=True)
            _drop_empty(new)
    except OSError as error:
        reason = error.strerror or str(error)
        raise UsageError(found("out", str(out), f"a folder that can be written ({reason})")) from error


def _sweep(out: Path) -> None:
    """Remove what killed simulations left; one that still runs holds its lock."""
    for left in out.glob(f"{_STAGE}*"):
        try:
            with FileLock(left / "lock", timeout=0):
                pass
        except Timeout:
            continue
        shutil.rmtree(left, ignore_errors=True)


def _drop_empty(folders: Iterable[Path]) -> None:
    for folder in folders:
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()


def describe(stage: Path, rows: Mapping[str, int]) -> dict[str, dict[str, Any]]:
    """Return rows, bytes and SHA-256 of each file, by its path in the folder."""
    return {
        name: {
            "rows": rows[name],
            "bytes": (stage / name).stat().st_size,
            "sha256": _sha256(stage / name),
        }
        for name in sorted(rows)
    }


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def switch(stage: Path, out: Path, *, arguments: Mapping[str, Any], files: Mapping[str, Mapping[str, Any]]) -> None:
    """Put the files of a stage in the place of those of an earlier simulation.

    At no moment are there orders beside tables of another simulation, and the mark says which files are ours
    even if this is interrupted.
    """
    old = _read_mark(out)
    _write_mark(out, {**old, "complete": False})
    for name in _orders_first(old["files"]):
        (out / name).unlink(missing_ok=True)
    _drop_empty(sorted({(out / name).parent for name in old["files"]}))
    _write_mark(out, {"complete": False, "arguments": arguments, "files": files})
    for name in reversed(_orders_first(files)):
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        (stage / name).replace(out / name)
    _write_mark(out, {"complete": True, "arguments": arguments, "files": files})


def _orders_first(names: Iterable[str]) -> list[str]:
    return sorted(names, key=lambda name: (not name.startswith(_ORDERS), name))


def _read_mark(out: Path) -> dict[str, Any]:
    try:
        mark = json.loads((out / MARK).read_text(encoding="utf-8"))
        return {"complete": mark["complete"], "arguments": mark["arguments"], "files": dict(mark["files"])}
    except (FileNotFoundError, NotADirectoryError):
        return {"complete": False, "arguments": {}, "files": {}}
    except (ValueError, KeyError, TypeError):
        raise UsageError(found(MARK, str(out / MARK), "the file that a simulation wrote; move it away")) from None


def _write_mark(out: Path, mark: Mapping[str, Any]) -> None:
    aside = out / f".{MARK}.new"
    aside.write_text(json.dumps(mark, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    aside.replace(out / MARK)

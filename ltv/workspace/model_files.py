"""A model on disk: an immutable folder of named binary files, one JSON of numbers, and a manifest that vouches for them.

Nothing in it is executed when it is read: no pickle. Every byte is compared with the manifest before any is returned.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import math
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock

from ltv.errors import CorruptError, UsageError, found
from ltv.warehouse.files import write_whole_folder

SCHEMA = 1  # another number is another layout; raise it when files or keys change their meaning
MANIFEST, NUMBERS = "manifest.json", "numbers.json"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
_NAMED = "letters, digits, dots, dashes and underscores, a letter or digit first, at most 128"
_PLAIN = "text, numbers, true, false, null, lists and objects of those"
_KEYS = {"schema", "model_version", "as_of", "trained_at", "data_hash", "code_hash", "metrics", "features", "files"}


@dataclass(frozen=True)
class Stored:
    """A model as what it is made of.

    Attributes:
        blobs: content of each binary file by its name, such as `ziln_0.ubj`.
        numbers: everything else, as JSON can hold it. NaN is stored as null and comes back as None.
    """

    blobs: Mapping[str, bytes]
    numbers: Mapping[str, Any]


@dataclass(frozen=True)
class ModelManifest:
    """What is known of a model beside its files.

    Attributes:
        model_version: its name, and that of its folder.
        as_of: the last day whose data it was trained on.
        trained_at: time of training, naive UTC.
        data_hash: of the inputs.
        code_hash: of the package.
        metrics: measures of its backtest.
        features: names of its features, in order.
    """

    model_version: str
    as_of: dt.date
    trained_at: dt.datetime
    data_hash: str
    code_hash: str
    metrics: Mapping[str, Any]
    features: tuple[str, ...]


def checked_name(thing: str, name: object) -> str:
    """Return a name that can stand in a folder and reach nothing outside it.

    Raises:
        UsageError: a path, or not a name at all.

    >>> checked_name("model_version", "2026-06-30-ab12")
    '2026-06-30-ab12'
    """
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise UsageError(found(thing, name, _NAMED))
    return name


def write(folder: Path, stored: Stored, manifest: ModelManifest) -> None:
    """Write a model; one that is there already and whole stays as it is, a damaged one is replaced.

    Args:
        folder: named by the version.
        stored: its files and numbers.
        manifest: what to say of it.

    Raises:
        UsageError: a name that is a path, a value that JSON cannot hold, an infinite number.
        LtvError: the disk is full or the folder cannot be written.

    >>> from tempfile import TemporaryDirectory
    >>> about = ModelManifest("v1", dt.date(2026, 6, 30), dt.datetime(2026, 7, 1), "d", "c", {"mae": 3.5}, ("age",))
    >>> with TemporaryDirectory() as place:
    ...     write(Path(place) / "v1", Stored({"trees.ubj": b"..."}, {"level": 1.02}), about)
    ...     read(Path(place) / "v1")[0]
    Stored(blobs={'trees.ubj': b'...'}, numbers={'level': 1.02})
    """
    if checked_name("model_version", folder.name) != manifest.model_version:
        raise UsageError(found("model_version", manifest.model_version, f"the name of its folder, {folder.name}"))
    files = _contents(stored)
    sealed = _sealed(_body(manifest, files))
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.parent / ".lock"):
        if is_whole(folder):
            return
        for left in folder.parent.glob(f".{folder.name}.*.*"):  # of a process that was killed: nobody else writes now
            shutil.rmtree(left, ignore_errors=True)
        write_whole_folder(folder, lambda target: _put(target, files | {MANIFEST: sealed}))


def read(folder: Path) -> tuple[Stored, ModelManifest]:
    """Read a model, every file of it compared with the manifest first.

    Raises:
        CorruptError: a file is missing, cut off, changed or not of this model, or the manifest is of another layout.
    """
    body = _checked_body(folder)
    files: dict[str, dict[str, Any]] = body["files"]
    _refuse_others(folder, files)
    content = {name: _checked_file(folder / name, said) for name, said in files.items()}
    try:
        numbers = json.loads(content.pop(NUMBERS))
        manifest = ModelManifest(
            model_version=body["model_version"],
            as_of=dt.date.fromisoformat(body["as_of"]),
            trained_at=dt.datetime.fromisoformat(body["trained_at"]),
            data_hash=body["data_hash"],
            code_hash=body["code_hash"],
            metrics=body["metrics"],
            features=tuple(body["features"]),
        )
    except (ValueError, TypeError, RecursionError) as error:
        raise CorruptError(found(str(folder), " ".join(str(error).split()), "a model that this code wrote")) from None
    if manifest.model_version != folder.name:
        raise CorruptError(found(f"{folder / MANIFEST} model_version", manifest.model_version, folder.name))
    return Stored(content, numbers), manifest


def is_whole(folder: Path) -> bool:
    """Whether a model is there and every file of it is the one that was written."""
    try:
        read(folder)
    except CorruptError:
        return False
    return True


def as_json(values: Mapping[str, Any], *, thing: str) -> str:
    """Values as JSON text: keys sorted, NaN as null, numpy's numbers and arrays as plain ones.

    Args:
        values: by name.
        thing: what a message calls them.

    Raises:
        UsageError: a value that JSON cannot hold, or an infinite one.

    >>> as_json({"b": float("nan"), "a": (1, 2.5)}, thing="numbers")
    '{"a": [1, 2.5], "b": null}'
    """
    return json.dumps(_plain(values, thing), sort_keys=True, allow_nan=False)


def _plain(value: Any, thing: str) -> Any:  # noqa: ANN401  whatever JSON can hold
    if value is None or isinstance(value, bool | str | int):
        return value
    if isinstance(value, float):
        if math.isinf(value):
            raise UsageError(found(thing, float(value), "a finite number, or NaN, which is stored as null"))
        return None if math.isnan(value) else float(value)
    if isinstance(value, Mapping):
        for key in value:
            if not isinstance(key, str):
                raise UsageError(found(f"{thing} key", key, "a text"))
        return {key: _plain(item, f"{thing}.{key}") for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item, f"{thing}[{n}]") for n, item in enumerate(value)]
    if hasattr(value, "tolist"):  # numpy
        return _plain(value.tolist(), thing)
    raise UsageError(found(thing, type(value).__name__, _PLAIN))


def _contents(stored: Stored) -> dict[str, bytes]:
    """The files by name."""
    files = {NUMBERS: as_json(stored.numbers, thing="numbers").encode()}
    taken = {NUMBERS, MANIFEST}
    for name, blob in stored.blobs.items():
        checked_name("blobs", name)
        if name.lower() in taken:  # on some disks a.bin and A.BIN are one file
            raise UsageError(found("blobs", name, f"names that differ from each other and from {NUMBERS}, {MANIFEST}"))
        if not isinstance(blob, bytes | bytearray | memoryview):
            raise UsageError(found(f"blobs.{name}", type(blob).__name__, "bytes"))
        taken.add(name.lower())
        files[name] = bytes(blob)
    return files


def _body(manifest: ModelManifest, files: Mapping[str, bytes]) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "model_version": manifest.model_version,
        "as_of": manifest.as_of.isoformat(),
        "trained_at": manifest.trained_at.isoformat(),
        "data_hash": manifest.data_hash,
        "code_hash": manifest.code_hash,
        "metrics": _plain(manifest.metrics, "metrics"),
        "features": list(manifest.features),
        "files": {name: {"sha256": _sha256(body), "size": len(body)} for name, body in files.items()},
    }


def _sha256(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def _sealed(body: Mapping[str, Any]) -> bytes:
    """The manifest as bytes, its own SHA-256 in it: a changed date is as bad as a changed tree."""
    text = json.dumps(body, sort_keys=True, allow_nan=False)
    whole = {**body, "manifest_sha256": _sha256(text.encode())}
    return (json.dumps(whole, sort_keys=True, indent=1, allow_nan=False) + "\n").encode()


def _put(target: Path, files: Mapping[str, bytes]) -> None:
    for name, body in files.items():
        (target / name).write_bytes(body)


def _checked_body(folder: Path) -> dict[str, Any]:
    path = folder / MANIFEST
    if path.is_symlink() or not path.is_file():
        raise CorruptError(found(str(path), "no such file", "the manifest of a model"))
    raw = _bytes(path)
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        raise CorruptError(found(str(path), "no JSON", "the manifest of a model")) from None
    if not isinstance(body, dict) or "schema" not in body:
        raise CorruptError(found(str(path), "no schema", f"a manifest of schema {SCHEMA}"))
    if type(body["schema"]) is not int or body["schema"] != SCHEMA:
        raise CorruptError(found(f"{path} schema", body["schema"], str(SCHEMA)))
    claimed = body.pop("manifest_sha256", None)
    if set(body) != _KEYS or not isinstance(claimed, str) or not _is_sealed(body, raw):
        raise CorruptError(found(str(path), "changed or damaged", "the manifest as it was written"))
    _check_names(path, body["files"])
    return body


def _is_sealed(body: Mapping[str, Any], raw: bytes) -> bool:
    try:
        return _sealed(body) == raw
    except (ValueError, RecursionError):  # NaN, which JSON does not have and Python reads
        return False


def _check_names(path: Path, files: object) -> None:
    thing = f"{path} files"
    if not isinstance(files, dict) or NUMBERS not in files:
        raise CorruptError(found(thing, files, f"{NUMBERS} among them"))
    for name, said in files.items():
        if not _NAME.fullmatch(name) or name.lower() == MANIFEST:
            raise CorruptError(found(thing, name, _NAMED))
        if not isinstance(said, dict) or set(said) != {"sha256", "size"}:
            raise CorruptError(found(f"{thing}.{name}", said, "sha256 and size"))


def _refuse_others(folder: Path, files: Mapping[str, object]) -> None:
    others = sorted(p.name for p in folder.iterdir() if p.name not in files and p.name != MANIFEST)
    if others:
        raise CorruptError(found(str(folder / others[0]), "a file of something else", ", ".join([MANIFEST, *files])))


def _checked_file(path: Path, said: Mapping[str, Any]) -> bytes:
    if path.is_symlink() or not path.is_file():
        raise CorruptError(found(str(path), "no such file", "the file that the manifest names"))
    size = path.stat().st_size
    if size != said["size"]:
        raise CorruptError(found(str(path), f"{size} bytes", f"{said['size']} bytes"))
    body = _bytes(path)
    if _sha256(body) != said["sha256"]:
        raise CorruptError(found(f"{path} SHA-256", _sha256(body)[:16], str(said["sha256"])[:16]))
    return body


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CorruptError(found(str(path), error.strerror or str(error), "a file that can be read")) from None

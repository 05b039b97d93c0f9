"""A feature version on disk: an immutable folder that is mapped into memory and asked for one person at a time.

Rows lie one after the other as float32, people ascending beside them, so that an answer is a binary search and one read.
Identifiers are held as 128 bits of their BLAKE2b hash: the service finds a person by member id or openid, and the
folder tells nobody which there are.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ltv.errors import CorruptError, found
from ltv.serving.serving_words import MISSING
from ltv.warehouse.files import Entry as FileEntry
from ltv.warehouse.files import Manifest, sha256, write_whole_folder

if TYPE_CHECKING:
    from ltv.serving.vectors import Vectors

SCHEMA = 1  # another number is another layout; raise it when files or keys change their meaning
PARQUET, CATALOGUE = "features.parquet", "catalogue.json"
_ARRAYS = ("user_ids", "features", "missing", "id_upper", "id_lower", "id_users")
SERVED = (CATALOGUE, *(f"{name}.npy" for name in _ARRAYS))
_KEY_BYTES = 16  # of a key: its upper and its lower 64 bits


class FeatureStore:
    """A feature version, open for reading.

    Args:
        folder: of the version.
        verify: whether every served file is compared with the manifest first.

    Raises:
        CorruptError: a file is missing, or not as it was written, or of another layout.
    """

    def __init__(self, folder: Path, *, verify: bool = True) -> None:
        self.folder = folder
        self.version = folder.name
        self.about = _catalogue(folder, verify=verify)
        self.names: tuple[str, ...] = tuple(f["name"] for f in self.about["features"])
        self.user_ids, self.matrix, self.missing, self._upper, self._lower, self._users = _mapped(folder)
        n = len(self.user_ids)
        wanted = (self.about["users"], (n, len(self.names)), n, len(self._users), len(self._users))
        told = (n, self.matrix.shape, len(self.missing), len(self._upper), len(self._lower))
        if told != wanted:
            raise CorruptError(found(f"{folder} arrays", told, f"{wanted}, as its catalogue has it"))

    def __len__(self) -> int:
        return len(self.user_ids)

    def place(self, user_id: int) -> int | None:
        """The row of a person, or None.

        Args:
            user_id: of the person.
        """
        at = int(self.user_ids.searchsorted(user_id))
        return at if at < len(self.user_ids) and self.user_ids[at] == user_id else None

    def person(self, id_type: str, id_value: str) -> int | None:
        """The person with an identifier, or None.

        Args:
            id_type: kind of identifier.
            id_value: its value.
        """
        upper, lower = key_of(id_type, id_value)
        for at in range(int(self._upper.searchsorted(np.uint64(upper))), len(self._upper)):
            if self._upper[at] != upper:
                break
            if self._lower[at] == lower:
                return int(self._users[at])
        return None

    def vector(self, user_id: int) -> dict[str, float] | None:
        """The features of a person by name, or None where nobody of that number is known.

        Args:
            user_id: of the person.
        """
        at = self.place(user_id)
        return None if at is None else dict(zip(self.names, self.matrix[at].tolist(), strict=True))

    def missing_names(self, bits: int) -> list[str]:
        """Names of the features that are not known.

        Args:
            bits: of `missing`.
        """
        return [name for place, name in enumerate(self.names) if bits >> place & 1]


def key_of(id_type: str, id_value: str) -> tuple[int, int]:
    """The key of an identifier: 128 bits of its hash, in two halves.

    Args:
        id_type: kind of identifier.
        id_value: its value.

    >>> key_of("member", "M1") == key_of("member", "M1"), key_of("a", "bc") == key_of("ab", "c")
    (True, False)
    """
    digest, half = _digest(id_type, id_value), _KEY_BYTES // 2
    return int.from_bytes(digest[:half], "big"), int.from_bytes(digest[half:], "big")


def _digest(id_type: str, id_value: str) -> bytes:
    return hashlib.blake2b(f"{id_type}\0{id_value}".encode(), digest_size=_KEY_BYTES).digest()


def write(
    folder: Path, made: Vectors, *, identifiers: Iterable[tuple[str, str, int]], about: dict[str, Any]
) -> None:  # fmt: skip
    """Write a version beside its place and move it there whole.

    Args:
        folder: named by the version.
        made: vectors of everybody.
        identifiers: kind, value and person of each.
        about: what else the catalogue says: version, as_of, run_id.

    Raises:
        LtvError: the disk is full or the folder cannot be written; nothing is left behind.
    """
    keys = _sorted_keys(identifiers, made.user_ids)
    arrays: dict[str, Any] = dict(zip(_ARRAYS, (made.user_ids, made.matrix, made.missing, *keys), strict=True))
    body = {
        "schema": SCHEMA,
        **about,
        "users": len(made.user_ids),
        "missing": MISSING.as_dict(),
        "features": [{"place": n, **e.as_dict()} for n, e in enumerate(made.entries)],
    }

    def fill(target: Path) -> None:
        for name, array in arrays.items():
            np.save(target / f"{name}.npy", array, allow_pickle=False)
        (target / CATALOGUE).write_text(_a_line_each(body, "features"), encoding="utf-8")
        write_parquet(target / PARQUET, made)
        _seal(target, len(made.user_ids))

    write_whole_folder(folder, fill)


def write_parquet(path: Path, made: Vectors) -> None:
    """Write the vectors as a parquet file.

    Args:
        path: of the file.
        made: the vectors.
    """
    import pyarrow as pa
    from pyarrow import parquet

    columns = {name: made.matrix[:, n] for n, name in enumerate(made.names)}
    table = pa.table({"user_id": made.user_ids, **columns, "missing": made.missing})
    parquet.write_table(table, path, compression="zstd")


def verify(folder: Path, names: Sequence[str]) -> None:
    """Compare files with the manifest of their folder.

    Args:
        folder: of a version.
        names: of its files.

    Raises:
        CorruptError: one is missing or not the one that was written.
    """
    manifest = Manifest(folder).read()
    for name in names:
        path = folder / name
        said = manifest.get(name)
        if said is None or path.is_symlink() or not path.is_file():
            what = "no such file" if said else "not in the manifest"
            raise CorruptError(found(str(path), what, "the file of a whole feature version"))
        if sha256(path) != said.sha256:
            raise CorruptError(
                found(f"{path} SHA-256", "another one", "that of the manifest: it was changed or damaged")
            )


def _a_line_each(body: dict[str, Any], last: str) -> str:
    """JSON that people can read: a line each for what is said of all, then one for each of the last, which is a list."""
    lines = [f"{_json(key)}: {_json(value)}" for key, value in body.items() if key != last]
    rows = ",\n".join(_json(row) for row in body[last])
    return "{\n" + ",\n".join([*lines, f"{_json(last)}: [\n{rows}\n]"]) + "\n}\n"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _seal(target: Path, rows: int) -> None:
    paths = sorted(p for p in target.iterdir() if p.name != Manifest.NAME)
    Manifest(target).write({p.name: FileEntry(sha256(p), rows if p.suffix == ".parquet" else None) for p in paths})


def _catalogue(folder: Path, *, verify: bool) -> dict[str, Any]:
    if verify:
        _verified(folder)
    path = folder / CATALOGUE
    try:
        body: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise CorruptError(found(str(path), "no catalogue", "that of a whole feature version")) from None
    if body.get("schema") != SCHEMA or body.get("version") != folder.name:
        told = (body.get("schema"), body.get("version"))
        raise CorruptError(found(f"{path} schema, version", told, f"{SCHEMA}, {folder.name}"))
    return body


def _verified(folder: Path) -> None:
    verify(folder, SERVED)


def _mapped(folder: Path) -> list[NDArray[Any]]:
    try:
        # a plain view of the mapped file: a memmap itself is slow to take a row from
        return [np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False).view(np.ndarray) for name in _ARRAYS]
    except (OSError, ValueError) as error:
        raise CorruptError(
            found(str(folder), " ".join(str(error).split()), "arrays of a whole feature version")
        ) from None


def _sorted_keys(
    identifiers: Iterable[tuple[str, str, int]], people: NDArray[np.int64]
) -> tuple[NDArray[np.uint64], NDArray[np.uint64], NDArray[np.int64]]:
    """Upper and lower halves of the keys of those who have a vector, ascending, and their people."""
    digests, of = bytearray(), []
    for kind, value, person in identifiers:
        digests += _digest(kind, value)
        of.append(person)
    users = np.array(of, dtype=np.int64)
    upper, lower = np.frombuffer(bytes(digests), dtype=">u8").astype(np.uint64).reshape(-1, 2).T
    known = np.isin(users, people)
    order = np.lexsort((lower[known], upper[known]))
    return upper[known][order], lower[known][order], users[known][order]

"""Which feature version is in use: immutable folders in `data/features`, and one pointer that is replaced in one step.

A version is switched to only after a health check, and the one before stays where it is, so that a step back is one
rename. Whoever reads meanwhile has the old version or the new one, whole.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from filelock import FileLock

from ltv.errors import CorruptError, LtvError, UsageError, found
from ltv.serving.store import PARQUET, SERVED, FeatureStore, verify
from ltv.warehouse.files import write_text
from ltv.workspace.model_files import checked_name

POINTER = "current.json"
_SAMPLE = 200  # people of whom a health check asks
_MOST_WITHDRAWN = 200  # names that are remembered


@dataclass(frozen=True)
class Pointer:
    """What is in use.

    Attributes:
        version: its name; nothing: none.
        before: versions that can be gone back to, the newest first.
        withdrawn: versions that were gone back from: the same export does not bring them back by itself.
    """

    version: str = ""
    before: tuple[str, ...] = ()
    withdrawn: tuple[str, ...] = ()


class Versions:
    """The feature versions of a workspace.

    Args:
        root: the workspace's folder.
    """

    def __init__(self, root: Path) -> None:
        self.folder = root / "data" / "features"
        self.path = self.folder / POINTER

    def pointer(self) -> Pointer:
        """What is in use now.

        Raises:
            CorruptError: the pointer cannot be read.
        """
        try:
            body = json.loads(self.path.read_text(encoding="utf-8"))
            told = Pointer(body["version"], tuple(body["before"]), tuple(body["withdrawn"]))
            for name in (told.version, *told.before):
                checked_name("version", name)
        except FileNotFoundError:
            return Pointer()
        except (OSError, ValueError, KeyError, TypeError, UsageError) as error:
            why = " ".join(str(error).split())
            raise CorruptError(found(str(self.path), why, "the pointer that `ltv features export` wrote")) from None
        return told

    def place(self, version: str) -> Path:
        """The folder of a version.

        Raises:
            UsageError: a name that is a path.
        """
        return self.folder / checked_name("version", version)

    def current(self) -> FeatureStore:
        """Open the version in use, every served file compared with its manifest.

        Raises:
            UsageError: there is none yet.
            CorruptError: it is not as it was written.
        """
        version = self.pointer().version
        if not version:
            raise UsageError(found("features", "no version in use", "one that `ltv features export` has made"))
        return FeatureStore(self.place(version))

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One export or rollback at a time; what a killed one left is taken away first."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with FileLock(self.folder / ".lock"):
            for left in self.folder.glob(".*.*.*"):
                shutil.rmtree(left, ignore_errors=True) if left.is_dir() else left.unlink(missing_ok=True)
            yield

    def switch(self, version: str, *, keep: int) -> None:
        """Use a version from now on, once it is found healthy; call it while `writing`.

        Args:
            version: its name.
            keep: versions that stay on disk; older ones are removed, which disturbs nobody who has one open.
        """
        now = self.pointer()
        if version != now.version:
            before = tuple(v for v in (now.version, *now.before) if v and v != version)
            withdrawn = tuple(v for v in now.withdrawn if v != version)
            now = Pointer(version, before, withdrawn)
        self._write(replace(now, before=now.before[: keep - 1]), keep)

    def rollback(self) -> tuple[str, str]:
        """Use the version before again; return the one that was in use and the one that is.

        Raises:
            UsageError: there is none before.
            CorruptError: the one before is not as it was written; nothing has changed.
        """
        with self.writing():
            now = self.pointer()
            if not now.before:
                told = f"only {now.version}" if now.version else "no version"
                raise UsageError(found("rollback features", told, "a version that took the place of another"))
            check(self.place(now.before[0]))
            withdrawn = (now.version, *(v for v in now.withdrawn if v != now.version))
            self._write(Pointer(now.before[0], now.before[1:], withdrawn[:_MOST_WITHDRAWN]), None)
        return now.version, now.before[0]

    def _write(self, pointer: Pointer, keep: int | None) -> None:
        write_text(self.path, json.dumps(asdict(pointer), indent=1) + "\n")
        kept = {pointer.version, *pointer.before, *pointer.withdrawn[:1]}
        if keep is not None:
            for folder in self.folder.iterdir():
                if folder.is_dir() and folder.name not in kept and not folder.name.startswith("."):
                    shutil.rmtree(folder, ignore_errors=True)


def check(folder: Path, *, parquet: bool = False, least: int = 1) -> FeatureStore:
    """The health check of a version: every byte as it was written, enough people, numbers in range, known people answer.

    Args:
        folder: of the version.
        parquet: whether the parquet file is compared as well.
        least: fewer people than this are too few.

    Raises:
        CorruptError: what is on disk is not what was written.
        LtvError: a number is out of range, people are missing, or somebody does not answer.
    """
    verify(folder, (*SERVED, PARQUET) if parquet else SERVED)
    store = FeatureStore(folder, verify=False)
    if len(store) < least:
        raise LtvError(found(f"{store.version} people", len(store), f"at least {least}: see features.least_share"))
    if len(store) > 1 and not (np.diff(store.user_ids) > 0).all():
        raise CorruptError(found(f"{folder} user_ids", "not ascending", "each person once, ascending"))
    low, high = float(store.matrix.min()), float(store.matrix.max())
    if not (low >= 0 and high <= 1):  # NaN is neither
        raise CorruptError(found(f"{folder} features", (low, high), "numbers from 0 to 1"))
    for at in np.linspace(0, len(store) - 1, min(_SAMPLE, len(store))).astype(np.int64):
        if store.place(int(store.user_ids[at])) != at:
            raise LtvError(found(f"{store.version} user", int(store.user_ids[at]), "somebody who answers"))
    if store.place(int(store.user_ids[-1]) + 1) is not None:
        raise LtvError(found(f"{store.version} unknown user", "an answer", "none"))
    return store

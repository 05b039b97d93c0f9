"""From a published date to a feature version: made beside its place, checked, then switched to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ltv.errors import CorruptError, MissingTableError, UsageError, found
from ltv.serving import store as stores
from ltv.serving.vectors import vectors
from ltv.serving.versions import Versions, check
from ltv.warehouse.files import Manifest, write_whole
from ltv.workspace.clock import start_of_run
from ltv.workspace.fingerprints import code_hash, digest
from ltv.workspace.store import published_dates, published_folder, read_result

if TYPE_CHECKING:
    import pandas as pd

    from ltv.settings import Settings

_TABLES = ("sequence_features", "ltv_scores", "churn_scores", "user_ids")
_DAY = slice(0, 10)  # of a version's name


@dataclass(frozen=True)
class Exported:
    """What an export came to.

    Attributes:
        version: its name.
        users: people in it.
        features: numbers of each.
        in_use: whether it is what services read now.
        why: why not, or what is to be known beside.
    """

    version: str
    users: int
    features: int
    in_use: bool
    why: str = ""

    def told(self) -> str:
        """A line for the terminal."""
        state = "in use" if self.in_use else "not in use"
        return f"{self.version}: {self.users:,} people, {self.features} features, {state}" + (
            f" — {self.why}" if self.why else ""
        )


def export(
    root: Path, settings: Settings, *, date: str = "", out: Path | None = None, force: bool = False
) -> Exported:  # fmt: skip
    """Make the feature version of a published date, and use it from now on.

    A version that is there and whole is not made again. An older date than the one in use, and one that was rolled back,
    is made and not switched to, unless forced.

    Args:
        root: the workspace's folder.
        settings: of the workspace.
        date: a published day; the newest by default.
        out: a parquet file that is written as well, its catalogue beside it; None: none.
        force: switch to it whatever was in use.

    Raises:
        UsageError: nothing is published for that date, or `out` is no parquet file.
        MissingTableError: the date has no sequence features.
        CorruptError: a published table is not the one that was written.
        LtvError: the version is not healthy: what was in use stays.
    """
    if out is not None and out.suffix != ".parquet":
        raise UsageError(found("--out", str(out), "a .parquet file"))
    day, folder = _published(root, date)
    versions = Versions(root)
    version = _name(day, folder)
    with versions.writing():
        place = versions.place(version)
        if not _is_whole(place):
            _make(place, day, folder)
        now = versions.pointer()
        least = max(1, int(settings.features.least_share * _people(versions, now.version)))
        made = check(place, parquet=True, least=1 if force else least)
        why = "" if force else _refusal(version, day, now.version, now.withdrawn)
        if not why:
            versions.switch(version, keep=settings.features.keep)
    if out is not None:
        _copy(place, out)
    return Exported(version, len(made), len(made.names), not why or version == now.version, why)


def _published(root: Path, date: str) -> tuple[str, Path]:
    days = published_dates(root)
    if not days:
        raise UsageError(found("features export", "no published date", "a workspace with one: ltv run"))
    if date and date not in days:
        raise UsageError(found("--date", date, f"a published date: {', '.join(days[:5])}"))
    day = date or days[0]
    return day, published_folder(root, day).resolve()


def _name(day: str, folder: Path) -> str:
    """The date and a hash of what the version is made from: the same tables are the same version."""
    entries = Manifest(folder).read()
    made_from = {t: entries[f"{t}.parquet"].sha256 for t in _TABLES if f"{t}.parquet" in entries}
    return f"{day}-{digest(stores.SCHEMA, code_hash(), made_from)[:12]}"


def _is_whole(place: Path) -> bool:
    try:
        stores.verify(place, (*stores.SERVED, stores.PARQUET))
    except CorruptError:
        return False
    return True


def _make(place: Path, day: str, folder: Path) -> None:
    tables = {name: _optional(name, folder, day) for name in _TABLES[1:]}
    features = read_result(_TABLES[0], [folder], day=day)
    made = vectors(features, scores=tables["ltv_scores"], churn=tables["churn_scores"])
    about = {
        "version": place.name,
        "as_of": str(features["as_of"].iloc[0]),
        "date": day,
        "run_id": folder.parent.name,
        "made_at": start_of_run().isoformat(timespec="seconds"),
    }
    stores.write(place, made, identifiers=_identifiers(tables["user_ids"]), about=about)


def _optional(name: str, folder: Path, day: str) -> pd.DataFrame | None:
    try:
        return read_result(name, [folder], day=day)
    except MissingTableError:
        return None


def _identifiers(rows: pd.DataFrame | None) -> Iterator[tuple[str, str, int]]:
    """Kind, value and person of the identifiers that are somebody's at the end of the day."""
    if rows is None:
        return iter(())
    now = rows[rows["valid_to"].isna()].sort_values("valid_from").drop_duplicates(["id_type", "id_value"], keep="last")
    return zip(now["id_type"], now["id_value"], now["user_id"].astype("int64"), strict=True)


def _people(versions: Versions, version: str) -> int:
    """People of the version in use; nobody where it cannot be read, which a new one is to mend."""
    if not version:
        return 0
    try:
        return len(stores.FeatureStore(versions.place(version), verify=False))
    except CorruptError:
        return 0


def _refusal(version: str, day: str, in_use: str, withdrawn: tuple[str, ...]) -> str:
    if version in withdrawn:
        return "it was rolled back; --force takes it into use again"
    if in_use and dt.date.fromisoformat(in_use[_DAY]) > dt.date.fromisoformat(day):
        return f"{in_use} of a later day stays; --force goes back to this one"
    return ""


def _copy(place: Path, out: Path) -> None:
    for name, target in ((stores.PARQUET, out), (stores.CATALOGUE, out.with_suffix(".catalogue.json"))):
        body = (place / name).read_bytes()
        write_whole(target, lambda path, body=body: _put(path, body))  # type: ignore[misc]


def _put(path: Path, body: bytes) -> None:
    path.write_bytes(body)

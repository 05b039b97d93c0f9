"""Who the identifiers of a workspace are as of an instant: found out once, kept beside the prepared tables."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock

from ltv import sql
from ltv.errors import CorruptError
from ltv.identity import people
from ltv.warehouse.duck import DuckEngine
from ltv.warehouse.files import Manifest, write_whole
from ltv.workspace.prepare import IDENTIFIERS, Prepared
from ltv.workspace.views import SPANS, spans

if TYPE_CHECKING:
    from ltv.settings import Settings


def attach_people(engine: DuckEngine, settings: Settings, there: Mapping[str, Prepared], as_of: datetime) -> None:
    """Give an engine the table `user_ids` as of an instant.

    Args:
        engine: that of the workspace.
        settings: its settings.
        there: the tables that are used.
        as_of: exclusive end of what may be known, naive UTC.
    """
    folder = _folder(there)
    name = f"user_ids-{as_of:%Y%m%dT%H%M%S}-{settings.hash[:12]}{'' if 'links' in there else '-unlinked'}.parquet"
    with FileLock(folder.parent / f".{folder.name}.lock"):  # notebooks of one run ask for the same
        try:
            Manifest(folder).verify(folder / name)
        except CorruptError:
            _find(settings, there, as_of, into=folder / name)
    engine.attach("user_ids", [folder / name])
    engine.materialise(SPANS, spans())


def _folder(there: Mapping[str, Prepared]) -> Path:
    return next(p.unified.parent for p in there.values() if p.unified is not None)


def _find(settings: Settings, there: Mapping[str, Prepared], as_of: datetime, *, into: Path) -> None:
    from pyarrow import parquet

    with _opened(settings, there) as engine:
        found = people.user_ids(engine, as_of, settings.identity)
    write_whole(into, lambda to: parquet.write_table(found, to))
    Manifest(into.parent).add(into, found.num_rows)


def known_identifiers(settings: Settings, there: Mapping[str, Prepared], as_of: datetime) -> people.Known:
    """Return the identifiers and links known at an instant, as the stitching reads them."""
    with _opened(settings, there) as engine:
        return people.read(engine, as_of, settings.identity)


def _opened(settings: Settings, there: Mapping[str, Prepared]) -> DuckEngine:
    engine = DuckEngine(memory_mb=settings.memory_mb, threads=settings.threads)
    folder = _folder(there)
    engine.attach("identifiers", [Manifest(folder).verify(folder / IDENTIFIERS)])
    linked = there["links"].unified if "links" in there else None
    if linked is None:
        engine.define("links", sql.load("ltv.identity", "no_links"))
    else:
        engine.attach("links", [Manifest(folder).verify(linked)])
    return engine

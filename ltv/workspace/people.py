"""Who the identifiers of a workspace are as of an instant: a stored graph takes over what is new since the last one.

The newest instant is found from the graph that was stored for the one before; an earlier one is put together on its own,
so that looking back never takes the graph back. What was found is kept beside the prepared tables.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
from filelock import FileLock

from ltv import sql
from ltv.errors import CorruptError
from ltv.identity import people
from ltv.identity.state.store import State
from ltv.warehouse.duck import DuckEngine
from ltv.warehouse.files import Manifest
from ltv.workspace.prepare import IDENTIFIERS, Prepared
from ltv.workspace.views import SPANS, spans

if TYPE_CHECKING:
    from ltv.settings import Settings

_GRAPH = "graph.duckdb"
_DAMAGED = (CorruptError, duckdb.IOException, duckdb.SerializationException, duckdb.FatalException)


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
    graph = _identity(there) / _GRAPH
    with FileLock(graph.parent / ".graph.lock"):  # notebooks of one run ask for the same
        try:
            Manifest(folder).verify(folder / name)
        except CorruptError:
            rows = _find(graph, settings, there, as_of, into=folder / name)
            Manifest(folder).add(folder / name, rows)
    engine.attach("user_ids", [folder / name])
    engine.materialise(SPANS, spans())


def _folder(there: Mapping[str, Prepared]) -> Path:
    return next(p.unified.parent for p in there.values() if p.unified is not None)


def _identity(there: Mapping[str, Prepared]) -> Path:
    """The folder of what must last: the ledger of numbers and the graph."""
    folder = _folder(there).parents[1] / "identity"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _find(graph: Path, settings: Settings, there: Mapping[str, Prepared], as_of: datetime, *, into: Path) -> int:
    try:
        return _found(graph, settings, there, as_of, into)
    except _DAMAGED:  # nothing is in it that the inputs and the ledger do not tell again
        for path in (graph, graph.with_name(f"{graph.name}.wal")):
            path.unlink(missing_ok=True)
        return _found(graph, settings, there, as_of, into)


def _found(graph: Path, settings: Settings, there: Mapping[str, Prepared], as_of: datetime, into: Path) -> int:
    with State(graph, settings.identity, memory_mb=settings.memory_mb, threads=settings.threads) as state:
        _attach_inputs(state.engine, there)
        if state.is_after(as_of):
            table = people.user_ids(state.engine, as_of, settings.identity)
            state.engine.register("earlier", table)
            return state.engine.sink(sql.query("SELECT * FROM earlier"), into)
        state.advance(as_of)
        return state.engine.sink(state.user_ids(), into)


def known_identifiers(settings: Settings, there: Mapping[str, Prepared], as_of: datetime) -> people.Known:
    """Return the identifiers and links known at an instant, as the stitching reads them."""
    with DuckEngine(memory_mb=settings.memory_mb, threads=settings.threads) as engine:
        _attach_inputs(engine, there)
        return people.read(engine, as_of, settings.identity)


def _attach_inputs(engine: DuckEngine, there: Mapping[str, Prepared]) -> None:
    folder = _folder(there)
    engine.attach("identifiers", [Manifest(folder).verify(folder / IDENTIFIERS)])
    linked = there["links"].unified if "links" in there else None
    if linked is None:
        engine.define("links", sql.load("ltv.identity", "no_links"))
    else:
        engine.attach("links", [Manifest(folder).verify(linked)])

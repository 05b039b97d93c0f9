"""Identifiers → numbers: each keeps the one it was given first, from the one that was seen first.

The ledger only grows, so that a number never stands for two identifiers (a hash as surrogate key would merge some). A
person is named after the oldest of the own identifiers: yesterday's `user_id` survives when its person survives, a merge
keeps the older one, and in a split the founding identifier keeps it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock
from sqlglot import exp

from ltv import sql
from ltv.errors import CorruptError
from ltv.warehouse.files import Entry, Manifest, sha256

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ltv.contract.schema import Table
    from ltv.warehouse.duck import DuckEngine


def assign(engine: DuckEngine, tables: Mapping[str, Table], *, folder: Path) -> Path:
    """Give every identifier in the given tables a number, and keep the ledger in a folder.

    Args:
        engine: has the accepted rows of each table under its name.
        tables: declarations by the names under which the engine has their rows.
        folder: where the ledger is; created when it is not there.

    Returns:
        The ledger: id_type, id_value, user_id. The engine has the identifiers of the tables as `seen`: id_type,
        id_value, first_seen.

    Raises:
        CorruptError: the stored ledger is not the one that was written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / ".ledger.lock"):  # two that count on from the same number would make one person of two
        return _grown(engine, tables, folder)


def _grown(engine: DuckEngine, tables: Mapping[str, Table], folder: Path) -> Path:
    entries = Manifest(folder).read()
    known = max(entries, key=lambda name: entries[name].rows or 0, default=None)
    if known:
        engine.attach("ledger", [_verified(folder / known)])
    else:
        engine.define("ledger", sql.load("ltv.identity", "no_ledger"))
    engine.materialise("seen", _seen(tables))
    new = int(engine.scalar(sql.load("ltv.identity", "count_new")))
    if known and not new:
        return folder / known
    # under a name of its own: the manifest switches to it in one step, so that a crash in between loses nothing
    rows = new + (entries[known].rows or 0 if known else 0)
    path = folder / f"user_ids-{rows}.parquet"
    engine.sink(sql.load("ltv.identity", "next_ledger"), path)
    Manifest(folder).write({path.name: Entry(sha256(path), rows)})
    for old in set(folder.glob("user_ids*.parquet")) - {path, folder / (known or "")}:
        old.unlink(missing_ok=True)  # but for the one before, which somebody may be reading
    return path


def _verified(path: Path) -> Path:
    try:
        return Manifest(path.parent).verify(path)
    except CorruptError:
        raise CorruptError(
            f"{path}: the ledger of user ids is missing or damaged; put {path.parent} back from a backup, "
            "or remove it to number all people anew"
        ) from None


def _seen(tables: Mapping[str, Table]) -> exp.Query:
    """All identifiers that occur, once each."""
    parts: list[exp.Query] = [sql.load("ltv.identity", "no_identifiers")]
    for name, spec in tables.items():
        for kind, value in spec.identifiers:
            assert spec.time  # noqa: S101  rows of people have a time
            columns = {"kind": sql.column(kind), "value": sql.column(value), "moment": sql.column(spec.time)}
            parts.append(sql.load("ltv.identity", "identifiers", tables={"rows": name}, columns=columns))
    firsts = exp.select("id_type", "id_value", "MIN(first_seen) AS first_seen")
    return firsts.from_(sql.union_all(parts).subquery("everywhere")).group_by("1", "2")


def user_column(value_column: str) -> str:
    """Name of the column that holds the person of an identifier.

    >>> user_column("id_value"), user_column("inviter_value")
    ('user_id', 'inviter_user_id')
    """
    return "user_id" if value_column == "id_value" else value_column.removesuffix("_value") + "_user_id"


def node_column(value_column: str) -> str:
    """Name of the column that holds the number of an identifier.

    >>> node_column("id_value"), node_column("inviter_value")
    ('_node', '_inviter_node')
    """
    return "_" + user_column(value_column).removesuffix("user_id") + "node"

"""Identifiers → numbers: each keeps the one it was given first, from the one that was seen first.

The ledger only grows, so that a number never stands for two identifiers (a hash as surrogate key would merge some). A
person is named after the oldest of the own identifiers: yesterday's `user_id` survives when its person survives, a merge
keeps the older one, and in a split the founding identifier keeps it.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock
from sqlglot import exp

from ltv import sql
from ltv.errors import CorruptError
from ltv.warehouse.files import Entry, Manifest, sha256

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ltv.contract.schema import Table
    from ltv.warehouse.duck import DuckEngine


_MOST_PARTS = 32


def assign(engine: DuckEngine, tables: Mapping[str, Table], *, folder: Path) -> list[Path]:
    """Give every identifier in the given tables a number, and keep the ledger in a folder.

    Args:
        engine: has the accepted rows of each table under its name.
        tables: declarations by the names under which the engine has their rows.
        folder: where the ledger is; created when it is not there.

    Returns:
        The files of the ledger: id_type, id_value, user_id. The engine has what of it the tables name, as `ids`:
        id_type, id_value, first_seen, user_id, is_new.

    Raises:
        CorruptError: the stored ledger is not the one that was written.
    """
    with opened(engine, folder) as ledger:
        engine.materialise("seen", _seen(tables))
        engine.materialise("ids", sql.load("ltv.identity", "ids"), {"known": ledger.known})
        engine.define("new", exp.select("id_type", "id_value", "user_id").from_("ids").where("is_new"))
        return ledger.grown(engine, int(engine.scalar(sql.query("SELECT COUNT(*) FROM new"))))


@contextmanager
def opened(engine: DuckEngine, folder: Path) -> Iterator[Ledger]:
    """Give an engine the stored ledger as `ledger`; two that count on from the same number would make one of two.

    Raises:
        CorruptError: the stored ledger is not the one that was written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / ".ledger.lock"):
        entries = Manifest(folder).read()
        parts = [_verified(folder / name) for name in sorted(entries, key=_last_number)]
        if parts:
            engine.attach("ledger", parts)
        else:
            engine.define("ledger", sql.load("ltv.identity", "no_ledger"))
        yield Ledger(folder, entries, tuple(parts))


@dataclass(frozen=True)
class Ledger:
    """The stored ledger: files that follow one another, and what the manifest says of them."""

    folder: Path
    entries: dict[str, Entry]
    parts: tuple[Path, ...]

    @property
    def known(self) -> int:
        """How many identifiers have a number; it is the last one."""
        return sum(entry.rows or 0 for entry in self.entries.values())

    def grown(self, engine: DuckEngine, new: int) -> list[Path]:
        """Add a file with the identifiers that the engine has as `new`; many files become one.

        Args:
            engine: has `ledger` and `new`: id_type, id_value, user_id.
            new: how many there are.
        """
        if self.parts and not new:
            return list(self.parts)
        # under a name of its own: the manifest switches to it in one step, so that a crash in between loses nothing
        path = self.folder / f"user_ids-{self.known + new}.parquet"
        rows = exp.select("id_type", "id_value", "user_id")
        if len(self.parts) < _MOST_PARTS:
            engine.sink(rows.from_("new").order_by("user_id"), path)
            Manifest(self.folder).write(self.entries | {path.name: Entry(sha256(path), new)})
            return [*self.parts, path]
        engine.sink(
            exp.select("*")
            .from_(sql.union_all([rows.from_("ledger"), rows.from_("new")]).subquery("all_of_them"))
            .order_by("user_id"),
            path,
        )
        for left in set(self.folder.glob("user_ids*.parquet")) - {path, *self.parts}:
            left.unlink(missing_ok=True)  # those that are put together now somebody may be reading
        Manifest(self.folder).write({path.name: Entry(sha256(path), self.known + new)})
        return [path]


def _last_number(name: str) -> int:
    return int(name.removeprefix("user_ids-").removesuffix(".parquet"))


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

"""The rows of tables get the numbers of their identifiers: by joins in the engine, or, for many rows, by a dictionary.

Both give the same numbers; the first needs no memory to speak of, the second is several times faster and holds all
identifiers in memory.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from sqlglot import exp

from ltv import sql
from ltv.errors import CorruptError
from ltv.identity import ledger

if TYPE_CHECKING:
    from ltv.contract.schema import Table
    from ltv.identity.coding import Coder
    from ltv.identity.evidence import Ints
    from ltv.warehouse.duck import DuckEngine

Numbered = NDArray[np.int32]
_NEVER = np.iinfo(np.int64).max


class Numbers(Protocol):
    """Identifiers of some tables and their numbers, in an engine."""

    def identifiers(self) -> exp.Query:
        """The identifiers that occur: node, id_type, id_value, first_seen; the smallest number first."""

    def with_nodes(self, name: str, spec: Table) -> exp.Select:
        """The rows of a table, as `r`, with the number of each of their identifiers."""


def numbered(engine: DuckEngine, tables: Mapping[str, Table], *, folder: Path, many: bool) -> Numbers:
    """Give all identifiers of some tables numbers, and keep them in the ledger.

    Args:
        engine: has the accepted rows of each table under its name.
        tables: declarations by the names under which the engine has their rows.
        folder: where the ledger is.
        many: whether there are so many rows that a dictionary in memory pays.
    """
    return by_dictionary(engine, tables, folder=folder) if many else by_joins(engine, tables, folder=folder)


@dataclass(frozen=True)
class _Joined:
    def identifiers(self) -> exp.Query:
        return sql.load("ltv.identity", "numbered", tables={"ledger": "ids"})

    def with_nodes(self, name: str, spec: Table) -> exp.Select:
        tree = exp.select("r.*").from_(exp.alias_(sql.table(name), "r", table=True))
        for number, (kind, value) in enumerate(spec.identifiers):
            alias = f"p{number}"
            same = exp.and_(
                exp.column("id_type", table=alias).eq(exp.column(kind, table="r")),
                exp.column("id_value", table=alias).eq(exp.column(value, table="r")),
            )
            tree = tree.join(exp.alias_(sql.table("ids"), alias, table=True), on=same, join_type="left")
            tree = tree.select(exp.alias_(exp.column("user_id", table=alias), ledger.node_column(value)))
        return tree


def by_joins(engine: DuckEngine, tables: Mapping[str, Table], *, folder: Path) -> Numbers:
    """Give identifiers numbers in the engine alone; see `numbered`."""
    engine.attach("ids", ledger.assign(engine, tables, folder=folder))
    return _Joined()


@dataclass(frozen=True)
class Coded:
    """Identifiers of some tables in numbers.

    Attributes:
        node: number of the identifier of each row, by table and column; 0 where there is none.
        first_seen: moment each number was seen first, microseconds; by number less one.
        texts: kind and value of each number.
        known: how many were in the ledger before.
    """

    node: dict[tuple[str, str], Numbered]
    first_seen: Ints
    texts: pa.Table
    known: int

    @property
    def new(self) -> pa.Table:
        """What the ledger lacks: id_type, id_value, user_id."""
        return self._named(np.arange(self.known, len(self.first_seen)), "user_id")

    @property
    def seen(self) -> pa.Table:
        """The identifiers that occur: node, id_type, id_value, first_seen."""
        at = np.flatnonzero(self.first_seen < _NEVER)
        moments = pa.array(self.first_seen[at]).cast(pa.timestamp("us"))
        return self._named(at, "node").append_column("first_seen", moments)

    def _named(self, at: Ints, number: str) -> pa.Table:
        whole = len(at) == self.texts.num_rows
        return (self.texts if whole else self.texts.take(pa.array(at))).append_column(number, pa.array(at + 1))


def coded(engine: DuckEngine, tables: Mapping[str, Table], *, known: int = 0) -> Coded:
    """Give identifiers numbers with a dictionary in memory.

    Args:
        engine: has the accepted rows of each table under its name, and `ledger` where there are known ones.
        tables: declarations by the names under which the engine has their rows.
        known: how many are in the ledger.
    """
    from ltv.identity.coding import Coder

    coder = Coder()
    learnt = _relearn(engine, coder) if known else np.empty(0, np.int64)
    first_seen = np.full(known, _NEVER)
    codes: dict[tuple[str, str], Numbered] = {}
    for name, spec in tables.items():
        for kind, value in spec.identifiers:
            parts = []
            for batch in engine.batches(_said(name, spec, kind, value)):
                code = coder.codes(batch["id_type"], batch["id_value"]).astype(np.int32)
                first_seen = _earliest(first_seen, len(coder), code, batch["moment"].to_numpy(zero_copy_only=False))
                parts.append(code)
            codes[name, value] = np.concatenate(parts) if parts else np.empty(0, np.int32)
    texts = coder.texts()
    del coder
    turn = np.concatenate([learnt, _oldest_first(texts, first_seen, known)])
    number = np.empty(len(turn) + 1, np.int32)
    number[turn] = np.arange(1, len(turn) + 1)
    number[-1] = 0  # of nothing, code -1
    node = {key: number[codes.pop(key)] for key in list(codes)}
    return Coded(node, first_seen[turn], texts.take(pa.array(turn)), known)


def _said(name: str, spec: Table, kind: str, value: str) -> exp.Select:
    moment = exp.func("EPOCH_US", exp.cast(sql.column(spec.time or ""), "TIMESTAMP"), dialect=sql.DIALECT)
    columns = [exp.alias_(sql.column(c), n) for c, n in ((kind, "id_type"), (value, "id_value"))]
    return exp.select(*columns, exp.alias_(moment, "moment")).from_(sql.table(name))


def _relearn(engine: DuckEngine, coder: Coder) -> Ints:
    """Teach the dictionary the ledger; return its codes from number 1 on."""
    parts, at = [], 1
    for batch in engine.batches(exp.select("id_type", "id_value", "user_id").from_("ledger")):
        parts.append(coder.codes(batch["id_type"], batch["id_value"]))
        at += batch.num_rows
        if len(coder) != at - 1 or not np.array_equal(batch["user_id"].to_numpy(), np.arange(at - batch.num_rows, at)):
            raise CorruptError(
                "the ledger of user ids does not number identifiers one by one; put it back from a backup"
            )
    return np.concatenate(parts)


def _earliest(first_seen: Ints, n: int, code: Numbered, moment: Ints) -> Ints:
    if n > len(first_seen):
        first_seen = np.concatenate([first_seen, np.full(n - len(first_seen), _NEVER)])
    there = code >= 0
    np.minimum.at(first_seen, code[there], moment[there])
    return first_seen


def _oldest_first(texts: pa.Table, first_seen: Ints, known: int) -> Ints:
    """Codes of new identifiers in the order of their numbers: by first moment, kind and value."""
    turn = np.argsort(first_seen[known:], kind="stable") + known
    moments = first_seen[turn]
    same = np.diff(moments) == 0
    tied = np.concatenate([[False], same]) | np.concatenate([same, [False]]) if len(turn) else np.empty(0, np.bool_)
    if tied.any():
        rows = texts.take(pa.array(turn[tied])).append_column("moment", pa.array(moments[tied]))
        keys = [(name, "ascending") for name in ("moment", "id_type", "id_value")]
        turn[tied] = turn[tied][pc.sort_indices(rows, sort_keys=keys).to_numpy()]
    return turn


class _Dictionary:
    def __init__(self, engine: DuckEngine, found: Coded) -> None:
        self.engine = engine
        self.found = found
        engine.register("identifiers", found.seen)

    def identifiers(self) -> exp.Query:
        return exp.select("node", "id_type", "id_value", "first_seen").from_("identifiers")

    def with_nodes(self, name: str, spec: Table) -> exp.Select:
        tree = exp.select("r.*").from_(exp.alias_(sql.table(name), "r", table=True))
        if not spec.identifiers:
            return tree
        columns = {ledger.node_column(v): self.found.node[name, v] for _, v in spec.identifiers}
        nodes = pa.table({c: pa.array(node, pa.int64(), mask=node == 0) for c, node in columns.items()})
        self.engine.register("nodes", nodes)
        tree.set("joins", [exp.Join(this=exp.alias_(sql.table("nodes"), "n", table=True), method="POSITIONAL")])
        return tree.select(*(exp.column(column, table="n") for column in columns))


def by_dictionary(engine: DuckEngine, tables: Mapping[str, Table], *, folder: Path) -> Numbers:
    """Give identifiers numbers with a dictionary in memory; see `numbered`."""
    with ledger.opened(engine, folder) as stored:
        found = coded(engine, tables, known=stored.known)
        new = found.new
        engine.register("new", new)
        stored.grown(engine, new.num_rows)
        engine.drop(["new"])
    return _Dictionary(engine, found)

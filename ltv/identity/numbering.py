"""The rows of tables get the numbers of their identifiers: by joins in the engine, or, for many rows, by a dictionary.

Both give the same numbers; the first needs no memory to speak of, the second is several times faster and holds all
identifiers in memory.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
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
    from ltv.identity.evidence import Flags, Ints
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
        return sql.load("ltv.identity", "numbered")

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
    ledger.assign(engine, tables, folder=folder)
    return _Joined()


@dataclass(frozen=True)
class Coded:
    """Identifiers of some tables in numbers; they lie in the order in which they came.

    Attributes:
        node: number of the identifier of each row, by table and column; 0 where there is none.
        number: of each identifier.
        first_seen: moment each was seen first, microseconds.
        texts: kind and value of each.
        known: how many were in the ledger before.
    """

    node: dict[tuple[str, str], Numbered]
    number: Numbered
    first_seen: Ints
    texts: pa.Table
    known: int

    @property
    def new(self) -> pa.Table:
        """What the ledger lacks: id_type, id_value, user_id."""
        return self._some(self.number > self.known, "user_id")

    @property
    def seen(self) -> pa.Table:
        """The identifiers that occur: id_type, id_value, node, first_seen."""
        seen = self.first_seen < _NEVER
        moments = pa.array(self.first_seen if seen.all() else self.first_seen[seen])
        return self._some(seen, "node").append_column("first_seen", moments.cast(pa.timestamp("us")))

    def _some(self, kept: Flags, name: str) -> pa.Table:
        texts, number = self.texts, self.number
        if not kept.all():
            texts, number = texts.filter(pa.array(kept)), number[kept]
        return texts.append_column(name, pa.array(number, pa.int64()))


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
            for batch in _ahead(engine.batches(_said(name, spec, kind, value))):
                code = coder.codes(batch["id_type"], batch["id_value"]).astype(np.int32)
                first_seen = _earliest(first_seen, len(coder), code, batch["moment"].to_numpy(zero_copy_only=False))
                parts.append(code)
            codes[name, value] = np.concatenate(parts) if parts else np.empty(0, np.int32)
    texts = coder.texts()
    del coder  # gives back what it needs for looking up
    number = np.empty(len(first_seen) + 1, np.int32)
    number[learnt] = np.arange(1, known + 1)
    number[_oldest_first(texts, first_seen, known)] = np.arange(known + 1, len(first_seen) + 1)
    number[-1] = 0  # of nothing, which has the code -1
    node = {key: number[codes.pop(key)] for key in list(codes)}
    return Coded(node, number[:-1], first_seen, texts, known)


def _ahead(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Read the next batch while this one is looked up; both leave the interpreter alone."""
    with ThreadPoolExecutor(1) as reader:
        waiting = reader.submit(next, batches, None)
        while (batch := waiting.result()) is not None:
            waiting = reader.submit(next, batches, None)
            yield batch


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
    from ltv.identity import kernels

    if n > len(first_seen):
        first_seen = np.concatenate([first_seen, np.full(n - len(first_seen), _NEVER)])
    kernels.earliest(code, moment, first_seen)
    return first_seen


def _oldest_first(texts: pa.Table, first_seen: Ints, known: int) -> Ints:
    """Codes of new identifiers in the order of their numbers: by first moment, kind and value."""
    kinds = texts["id_type"].combine_chunks().slice(known)
    place = pc.rank(kinds.dictionary, "ascending").to_numpy().astype(np.uint8)
    rank = place[kinds.indices.to_numpy()] if len(kinds) else np.empty(0, np.uint8)
    turn, unsure = _in_order(first_seen[known:], rank)
    turn += known
    if unsure.any():
        rows = texts.take(pa.array(turn[unsure])).append_column("moment", pa.array(first_seen[turn[unsure]]))
        rows = rows.set_column(0, "id_type", rows["id_type"].cast(pa.string()))
        keys = [(name, "ascending") for name in ("moment", "id_type", "id_value")]
        turn[unsure] = turn[unsure][pc.sort_indices(rows, sort_keys=keys).to_numpy()]
    return turn


def _in_order(moments: Ints, rank: NDArray[np.uint8]) -> tuple[Ints, Flags]:
    """Positions in the order of moments and ranks, and which of them only their texts can put in order.

    Moment and position are sorted as one number, several times faster than positions alone. Where both do not fit into
    it, moments are cut to a few microseconds, and those that differ by less are among the unsure ones.
    """
    if not len(moments):
        return np.empty(0, np.int64), np.empty(0, np.bool_)
    by_rank = np.argsort(rank, kind="stable")  # few ranks: one pass
    bits = len(moments).bit_length()
    ages = (moments[by_rank] - moments.min()).astype(np.uint64)
    ages >>= np.uint64(max(0, int(ages.max()).bit_length() + bits - 64))
    key = (ages << np.uint64(bits)) | np.arange(len(moments), dtype=np.uint64)
    key.sort()
    alike = np.flatnonzero(np.diff(key >> np.uint64(bits)) == 0)
    turn = by_rank[(key & np.uint64((1 << bits) - 1)).astype(np.int64)]
    one, other = turn[alike], turn[alike + 1]
    doubt = alike[(rank[one] == rank[other]) | (moments[one] != moments[other])]
    return turn, _whole_runs(key >> np.uint64(bits), doubt)


def _whole_runs(age: NDArray[np.uint64], of: Ints) -> Flags:
    """Marks all that is as old as one of some."""
    marked = np.zeros(len(age), np.bool_)
    if len(of):
        run = np.cumsum(np.diff(age, prepend=age[0]) != 0)
        marked = np.isin(run, run[of])
    return marked


class _Dictionary:
    def __init__(self, engine: DuckEngine, found: Coded) -> None:
        self.engine = engine
        self.found = found
        engine.register("identifiers", found.seen)

    def identifiers(self) -> exp.Query:
        return exp.select("node", "id_type", "id_value", "first_seen").from_("identifiers").order_by("node")

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

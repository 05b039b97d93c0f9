"""The graph of identifiers in one database file: links are added, people come out, whatever ends the process.

Tables: `nodes` (what identifiers there are), `observations` (what was seen with what), `places` (where each stands in the
graph), `spans` (who each is and when) and `facts` (what all that was made from). A change is one transaction: after a
crash the file holds the state before it or the state after it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa
from sqlglot import exp

from ltv import sql
from ltv.errors import CorruptError, LtvError
from ltv.identity import graph, people
from ltv.identity.rules import junk_columns, names_of, terms_of
from ltv.identity.state.local import distinct, oldest_first
from ltv.identity.state.region import Change, changed
from ltv.warehouse.duck import DuckEngine

if TYPE_CHECKING:
    import pandas as pd

    from ltv.identity.evidence import Ints
    from ltv.identity.state.local import Local
    from ltv.settings import Identity

_PACKAGE = "ltv.identity.state"
_TABLES = ("nodes", "observations", "places", "spans", "facts")
_VERSION = 1
_EVER = datetime(1, 1, 1)  # noqa: DTZ001  before any moment, naive UTC as all
_WHOLE_SHARE = 0.2  # with more new observations than this share of the old ones, all is put together anew


@dataclass(frozen=True)
class Facts:
    """What a state was made from.

    Attributes:
        settings: hash of the rules.
        as_of: exclusive end of what it knows, ISO text; empty for one that batches are added to.
        sums: of identifiers and of links before that moment, to see whether they are the same still.
        version: of the tables.
    """

    settings: str
    as_of: str = ""
    sums: tuple[tuple[object, ...], ...] = ()
    version: int = _VERSION


@dataclass(frozen=True)
class Added:
    """What a change did.

    Attributes:
        identifiers: how many are new or were seen earlier than was known.
        observations: how many are new; the same one delivered again is none.
        moved: of how many identifiers the spans were written anew.
        is_rebuilt: whether everything was put together anew.
    """

    identifiers: int
    observations: int
    moved: int
    is_rebuilt: bool = False


class State:
    """The stored graph of identifiers.

    Args:
        path: its file, made when it is not there; None keeps it in memory.
        settings: how identifiers become people; a file that was made with others is made anew.
        memory_mb: memory limit in MiB; default that of the engine.
        threads: number of threads; default all cores.

    Raises:
        CorruptError: the file is no such state or damaged.
        LtvError: another process has it open, or it cannot be written.

    `engine` is where `identifiers` (node, id_type, id_value, first_seen) and `links` (_node, _linked_node, ts) are to be
    attached before `advance` or `add`.

    >>> from ltv.settings import Identity
    >>> with State(None, Identity()) as state:
    ...     state.engine.register("identifiers", pa.table({
    ...         "node": [1, 2], "id_type": ["device", "member"], "id_value": ["d", "M"],
    ...         "first_seen": [datetime(2026, 6, 1), datetime(2026, 6, 2)]}))
    ...     state.engine.register("links", pa.table({"_node": [1], "_linked_node": [2], "ts": [datetime(2026, 6, 3)]}))
    ...     state.add().observations
    ...     state.engine.frame(state.user_ids())["user_id"].tolist()
    1
    [1, 1]
    """

    def __init__(
        self, path: Path | None, settings: Identity, *, memory_mb: int | None = None, threads: int | None = None
    ) -> None:
        self.path = path
        self.settings = settings
        self.engine = _opened(path, memory_mb, threads)
        self._trees: dict[str, exp.Query] = {}
        self.engine.register("rules", pa.table({"number": range(len(graph.RULES)), "rule": list(graph.RULES)}))
        if self.facts is None:
            self._clear()

    @cached_property
    def rules(self) -> str:
        """Hash of the settings."""
        return hashlib.sha256(json.dumps(vars(self.settings), sort_keys=True).encode()).hexdigest()

    @property
    def facts(self) -> Facts | None:
        """What this state was made from; None for one that was made by other rules or is not whole."""
        if not self.engine.kept().issuperset(_TABLES):
            return None
        body = json.loads(self.engine.scalar(sql.query("SELECT body FROM facts")))
        sums = tuple(tuple(values) for values in body.pop("sums"))
        facts = Facts(**body, sums=sums)
        return facts if (facts.version, facts.settings) == (_VERSION, self.rules) else None

    def is_after(self, as_of: datetime) -> bool:
        """Whether the state knows more than is known at an instant."""
        facts = self.facts
        return facts is not None and bool(facts.as_of) and datetime.fromisoformat(facts.as_of) > as_of

    def advance(self, as_of: datetime) -> Added:
        """Take over all that the inputs say up to an instant.

        Only what is new changes anything; inputs that lack what was there before make the state anew.

        Args:
            as_of: exclusive end of what may be known, naive UTC; not before that of the state.
        """
        facts = self.facts
        with self.engine.transaction():
            new = self._new_since(facts, as_of) if facts is not None and facts.as_of else None
            added = self._rebuilt(as_of) if new is None or self._is_much(new[1]) else self._added(*new)
            self._write(Facts(self.rules, as_of.isoformat(), self._sums(as_of)))
        return added

    def add(self) -> Added:
        """Take over a batch: `identifiers` and `links` hold no more than what belongs to it."""
        with self.engine.transaction():
            self._read_links(_EVER, datetime.max)  # noqa: DTZ901
            return self._added(self._query("earlier_identifiers"), self._query("other_links"))

    def user_ids(self) -> exp.Query:
        """The result table `user_ids` with the number of each identifier as `node`, as a query for `engine`."""
        tree = sql.load(_PACKAGE, "user_ids")
        end = exp.Literal.number(graph.OPEN)
        filled = tree.transform(lambda n: end.copy() if isinstance(n, exp.Placeholder) else n)
        assert isinstance(filled, exp.Query)  # noqa: S101
        return filled

    def refused(self) -> pd.DataFrame:
        """Distinct observations by what became of them: reason, links."""
        return self.engine.frame(self._filled("refused"))

    def close(self) -> None:
        """Give the file back."""
        self.engine.close()

    def __enter__(self) -> State:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def ask(self, query: str, nodes: Ints) -> dict[str, Any]:
        """Run a query of this package about some identifiers; the columns as arrays."""
        self._hold("asked", pa.table({"node": nodes}))
        found = self.engine.arrow(self._filled(query))
        return {name: found[name].to_numpy() for name in found.column_names}

    def _keep(self, name: str, rows: pa.Table) -> None:
        self.engine.register("given", rows)
        self.engine.keep(name, exp.select("*").from_("given"))

    def _hold(self, name: str, rows: pa.Table) -> None:
        """Take rows over into a table: of those in memory the engine does not know how few there are, and joins badly."""
        self.engine.register("given", rows)
        self.engine.materialise(name, exp.select("*").from_("given"))

    def _query(self, name: str, **values: datetime) -> pa.Table:
        return self.engine.arrow(self._filled(name), values)

    def _filled(self, name: str) -> exp.Query:
        if name not in self._trees:  # filling a tree takes longer than a small batch
            self._trees[name] = sql.load(_PACKAGE, name, columns=junk_columns(self.settings.junk))
        return self._trees[name]

    def _sums(self, before: datetime) -> tuple[tuple[object, ...], ...]:
        tables = (self._query(name, before=before) for name in ("sum_of_identifiers", "sum_of_links"))
        return tuple(tuple(table.to_pylist()[0].values()) for table in tables)

    def _new_since(self, facts: Facts, as_of: datetime) -> tuple[pa.Table, pa.Table] | None:
        """What the inputs have beyond the state; None where they lack something of it."""
        known = datetime.fromisoformat(facts.as_of)
        if known > as_of:
            return None
        if self._sums(known) == facts.sums:
            self._read_links(known, as_of)
            batch = self.engine.arrow(exp.select("low", "high", "ts").from_("batch"))
            return self._query("identifiers_since", since=known, as_of=as_of), batch
        self._read_links(_EVER, as_of)
        if self.engine.scalar(self._filled("gone"), {"as_of": as_of}):
            return None
        return self._query("other_identifiers", as_of=as_of), self._query("other_links")

    def _is_much(self, links: pa.Table) -> bool:
        stored = int(self.engine.scalar(sql.query("SELECT COUNT(*) FROM observations")))
        return bool(links.num_rows > _WHOLE_SHARE * stored)

    def _read_links(self, since: datetime, as_of: datetime) -> None:
        self.engine.materialise("batch", self._filled("links_since"), {"since": since, "as_of": as_of})

    def _added(self, identifiers: pa.Table, links: pa.Table) -> Added:
        """Put new identifiers and observations into the tables, and those whom they concern together anew."""
        self._take_over(identifiers, links)
        ends = [identifiers["node"].to_numpy(), links["low"].to_numpy(), links["high"].to_numpy()]
        touched = distinct(*ends)
        if not len(touched):
            return Added(0, 0, 0)
        id_types = self.engine.frame(sql.query("SELECT DISTINCT id_type FROM nodes ORDER BY id_type"))["id_type"]
        names = names_of(id_types, self.settings)
        self.engine.register("kinds", pa.table({"number": range(len(names)), "name": list(names)}))
        change = changed(self, touched, terms_of(names, self.settings))
        self._replace(change)
        return Added(identifiers.num_rows, links.num_rows, len(change.moved))

    def _take_over(self, identifiers: pa.Table, links: pa.Table) -> None:
        self._hold("new_nodes", identifiers)
        self.engine.delete("nodes", sql.expression("node IN (SELECT node FROM new_nodes)"))
        self.engine.append("nodes", exp.select("*").from_("new_nodes"))
        self._hold("new_links", links)
        self.engine.append("observations", sql.load(_PACKAGE, "judged_links", tables={"batch": "new_links"}))

    def _replace(self, change: Change) -> None:
        self._hold("new_places", _places(change.placed))
        self._hold("moved", pa.table({"node": change.moved}))
        self.engine.register("new_spans", _spans(change.spans))
        self.engine.delete("places", sql.expression("node IN (SELECT node FROM new_places)"))
        self.engine.append("places", exp.select("*").from_("new_places"))
        self.engine.delete("spans", sql.expression("node IN (SELECT node FROM moved)"))
        self.engine.append("spans", exp.select("*").from_("new_spans"))

    def _rebuilt(self, as_of: datetime) -> Added:
        """Put everything together anew from the inputs."""
        self.engine.keep("nodes", self._filled("identifiers_since"), {"since": _EVER, "as_of": as_of})
        self._read_links(_EVER, as_of)
        self.engine.keep("observations", self._filled("judged_links"))
        self.engine.drop(["batch"])
        known = people.read(self.engine, as_of, self.settings)
        node = known.node
        settled = people.settle(known, self.settings, partial(oldest_first, self, node))
        rows = settled.people
        links = len(known.links.ts)
        del known
        numbered = replace(rows, node=node[rows.node], person=node[rows.person])
        self._keep("spans", _spans(numbered))
        self._keep("places", _settled_places(node, settled))
        return Added(len(node), links, len(node), is_rebuilt=True)

    def _clear(self) -> None:
        with self.engine.transaction():
            for name in ("nodes", "observations", "places", "spans"):
                self.engine.keep(name, sql.load(_PACKAGE, f"no_{name}"))
            self._write(Facts(self.rules))

    def _write(self, facts: Facts) -> None:
        self._keep("facts", pa.table({"body": [json.dumps(asdict(facts))]}))


def _opened(path: Path | None, memory_mb: int | None, threads: int | None) -> DuckEngine:
    try:
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
        return DuckEngine(database=path, memory_mb=memory_mb, threads=threads)
    except duckdb.Error as error:
        reason = str(error).splitlines()[0]
        if "lock" in reason:
            raise LtvError(f"{path}: another process has the graph of identifiers open ({reason})") from None
        raise CorruptError(
            f"{path}: the graph of identifiers is damaged; remove it to have it made anew ({reason})"
        ) from None


def _places(local: Local) -> pa.Table:
    names = ("node", "hub", "met", "component", "person", "owned")
    return pa.table({name: getattr(local, name) for name in names})


def _settled_places(node: Ints, settled: graph.Settled) -> pa.Table:
    groups = settled.groups
    columns: Mapping[str, Any] = {
        "node": node,
        "hub": settled.hub,
        "met": settled.met,
        "component": node[groups.component],
        "person": node[groups.person],
        "owned": settled.owned,
    }
    return pa.table(dict(columns))


def _spans(rows: graph.People) -> pa.Table:
    names = ("node", "since", "until", "person", "confidence", "rule")
    return pa.table({name: getattr(rows, name) for name in names})

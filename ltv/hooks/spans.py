"""Spans as arrays: who is whose parent, what ran when, and what their attributes say."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from sqlglot import exp

from ltv import sql
from ltv.errors import UsageError, found
from ltv.hooks.kernels import critical_path, cut_circles, own_times
from ltv.warehouse import given
from ltv.warehouse.local_time import day_end, micros
from ltv.warehouse.table import TableLike, together

if TYPE_CHECKING:
    from ltv.warehouse.engine import Engine

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

_KINDS = {
    "trace_id": "VARCHAR", "span_id": "VARCHAR", "service": "VARCHAR", "name": "VARCHAR", "started_at": "TIMESTAMP",
    "duration_us": "BIGINT", "parent_span_id": "VARCHAR", "status": "VARCHAR", "attributes": "VARCHAR",
}  # fmt: skip
_OPTIONAL = ("parent_span_id", "status", "attributes")
NONE, MISSING = -1, -2  # of a parent
MOST_VALUES = 100_000
MOST_DAYS = 366
OTHERS = "… · …"  # rare operations where there are too many, as when names hold numbers


@dataclass(frozen=True)
class Coded:
    """A column of few values: which one each row has, -1 for none."""

    codes: Ints
    values: tuple[str, ...]


@dataclass(frozen=True)
class Forest:
    """Spans in the order of traces and time; a trace is one tree, or several where spans are lost.

    Attributes:
        rows: the spans: trace_id, span_id, order_id.
        trace: number of the trace of each.
        parent: row of the parent; -1 for none.
        started: microseconds since 1970.
        lasted: microseconds.
        is_error: whether its status says so.
        operation: service and name, as `service · name`.
        channel: payment channel of its trace.
        version: release of the service.
        is_whole: whether its trace has its beginning: a root that names no parent.
        amount_fen: amount of a payment, NaN where it says none.
        counts: what was odd: orphans, circles, repeated, not_json, beyond, outside, others (whose name is one of too many).
        since: microseconds since 1970 from which on spans were read.
    """

    rows: pa.Table
    trace: Ints
    parent: Ints
    started: Ints
    lasted: Ints
    is_error: Flags
    service: Coded
    name: Coded
    operation: Coded
    channel: Coded
    version: Coded
    is_whole: Flags
    amount_fen: Floats
    own: Ints
    path: Ints
    root: Ints
    counts: dict[str, int]
    since: int = 0

    @cached_property
    def is_root(self) -> Flags:
        """The one root of each trace whose length is that of the trace."""
        found = np.zeros(len(self.trace), np.bool_)
        found[self.root] = True
        return found

    @property
    def traces(self) -> int:
        """How many traces there are."""
        return len(self.root)


def traces(spans: TableLike, *, as_of: date, timezone: str = "UTC", days: int = 30) -> Forest:
    """Read the traces of some days, once for several questions: `payment_traces` and `latency` take them in place of the spans.

    Args:
        spans: trace_id, span_id, service, name, started_at, duration_us; parent_span_id, status, attributes (JSON).
        as_of: the last day included.
        timezone: zone of the as-of day.
        days: so many days up to it.

    Raises:
        UsageError: a column is not there, or `days` is out of range.

    >>> import pandas as pd
    >>> ran = pd.DataFrame({"trace_id": "t", "span_id": ["a", "b"], "parent_span_id": [None, "a"], "service": ["gate", "pay"], "name": ["POST", "charge"],
    ...     "started_at": pd.to_datetime(["2026-01-01 10:00"] * 2), "duration_us": [90_000, 60_000]})
    >>> read = traces(ran, as_of=date(2026, 1, 1))
    >>> read.traces, read.own.tolist()
    (1, [30000, 60000])
    """
    if isinstance(days, bool) or not isinstance(days, int) or not 1 <= days <= MOST_DAYS:
        raise UsageError(found("days", days, f"a whole number from 1 to {MOST_DAYS}"))
    engine, names = together({"spans": spans})
    after = day_end(as_of, timezone)
    return forest(engine, names["spans"], since=after - timedelta(days=days), after=after)


def forest(engine: Engine, table: str, *, since: datetime, after: datetime) -> Forest:
    """Read the spans of a table of an engine that began in a time, both moments naive UTC."""
    there = engine.columns(table)
    given.require("spans", there, *(c for c in _KINDS if c not in _OPTIONAL))
    shown = [
        exp.alias_(exp.cast(sql.column(c) if c in there else exp.null(), kind, dialect=sql.DIALECT), c, quoted=True)
        for c, kind in _KINDS.items()
    ]
    form = exp.select(*shown).from_(sql.table(table))
    return replace(_planted(_rows(engine, form, {"since": since, "after": after})), since=micros(since))


def _rows(engine: Engine, form: exp.Query, window: dict[str, datetime]) -> pa.Table:
    """Rows as `span_rows.sql` tells them; the embedded engine reads the attributes whichever holds the spans."""
    from ltv.warehouse.duck import DuckEngine

    name, query = "spans in one form", sql.load("ltv.hooks", "span_rows", tables={"spans": "spans in one form"})
    if isinstance(engine, DuckEngine):
        engine.define(name, form)
        try:
            return engine.arrow(query, window)
        finally:
            engine.drop([name])
    with DuckEngine() as own:
        own.register(name, engine.arrow(form))
        return own.arrow(query, window)


def _planted(rows: pa.Table) -> Forest:
    key = pc.binary_join_element_wise(rows["trace_id"], rows["span_id"], "/").combine_chunks()
    distinct = pc.unique(key)
    repeated = len(key) - len(distinct)
    if repeated:
        place = pc.index_in(key, value_set=distinct).to_numpy(zero_copy_only=False)
        first = np.sort(np.unique(place, return_index=True)[1])
        rows, key = rows.take(first), key.take(first)
    trace = _numbers(rows["trace_id"]).indices.to_numpy(zero_copy_only=False).astype(np.int64)
    started, lasted = (rows[c].to_numpy().astype(np.int64) for c in ("started_us", "lasted_us"))
    up = pc.binary_join_element_wise(rows["trace_id"], rows["parent_span_id"], "/").combine_chunks()
    found = pc.fill_null(pc.index_in(up, value_set=key), MISSING).to_numpy(zero_copy_only=False).astype(np.int64)
    has_parent = pc.fill_null(pc.not_equal(rows["parent_span_id"], ""), False).to_numpy(zero_copy_only=False)
    parent = np.where(has_parent, found, NONE)
    orphan = parent == MISSING
    parent[orphan] = NONE
    circles = int(cut_circles(parent, started))
    counts = {
        "orphans": int(orphan.sum()),
        "circles": circles,
        "repeated": repeated,
        "not_json": int(len(rows) - pc.sum(rows["is_json"]).as_py()) if len(rows) else 0,
    }
    return _grown(rows, trace, parent, started, lasted, has_parent, counts)


def _grown(  # noqa: PLR0917  the parts of a forest
    rows: pa.Table, trace: Ints, parent: Ints, started: Ints, lasted: Ints, was_below: Flags, counts: dict[str, int]
) -> Forest:
    ended = started + lasted
    below = np.flatnonzero(parent >= 0)
    child = below[np.lexsort((started[below], -ended[below], parent[below]))]
    first = np.concatenate([[0], np.cumsum(np.bincount(parent[below], minlength=len(parent)))]).astype(np.int64)
    own, beyond, outside = own_times(started, ended, first, child)
    root = _roots(trace, parent, lasted, was_below)
    service, name = _coded(rows["service"]), _coded(rows["name"])
    operation = _coded(pc.binary_join_element_wise(rows["service"], rows["name"], " · "), OTHERS)
    others = int((operation.codes == operation.values.index(OTHERS)).sum()) if OTHERS in operation.values else 0
    return Forest(
        rows=rows.select(["trace_id", "span_id", "order_id"]),
        trace=trace,
        parent=parent,
        started=started,
        lasted=lasted,
        is_error=rows["is_error"].to_numpy(zero_copy_only=False).astype(np.bool_),
        service=service,
        name=name,
        operation=operation,
        channel=_of_trace(_coded(rows["channel"]), trace),
        version=_coded(rows["version"]),
        is_whole=np.isin(trace, trace[root[~was_below[root]]]),
        amount_fen=rows["amount_fen"].to_numpy(zero_copy_only=False).astype(np.float64),
        own=own,
        path=critical_path(root, started, ended, first, child),
        root=root,
        counts=counts | {"beyond": int(beyond), "outside": int(outside), "others": others},
    )


def _roots(trace: Ints, parent: Ints, lasted: Ints, was_below: Flags) -> Ints:
    """The root of each trace: one that names no parent before others, of several the longest."""
    roots = np.flatnonzero(parent < 0)
    order: Ints = roots[np.lexsort((-lasted[roots], was_below[roots], trace[roots]))]
    firsts: Ints = order[np.unique(trace[order], return_index=True)[1]]
    return firsts


def _numbers(column: pa.ChunkedArray) -> pa.DictionaryArray:
    coded = column.combine_chunks().dictionary_encode()
    return coded.combine_chunks() if isinstance(coded, pa.ChunkedArray) else coded


def _coded(column: pa.ChunkedArray, other: str = "…") -> Coded:
    coded = _numbers(column)
    codes = pc.fill_null(coded.indices, -1).to_numpy(zero_copy_only=False).astype(np.int64)
    if len(coded.dictionary) <= MOST_VALUES:
        return Coded(codes, tuple(coded.dictionary.to_pylist()))
    return _fewer(codes, coded.dictionary, other)


def _fewer(codes: Ints, values: pa.Array, other: str) -> Coded:
    """The most frequent values, and all others as one, which is the last."""
    kept = np.sort(np.argsort(-np.bincount(codes[codes >= 0], minlength=len(values)), kind="stable")[: MOST_VALUES - 1])
    place = np.full(len(values) + 1, len(kept), np.int64)
    place[kept] = np.arange(len(kept))
    place[-1] = -1  # of none
    return Coded(place[codes], (*values.take(pa.array(kept)).to_pylist(), other))


def _of_trace(coded: Coded, trace: Ints) -> Coded:
    """What any span of a trace says holds for all of them; of several, the first."""
    told = np.flatnonzero(coded.codes >= 0)[::-1]
    of_trace = np.full(int(trace.max(initial=-1)) + 1, -1, np.int64)
    of_trace[trace[told]] = coded.codes[told]
    return Coded(of_trace[trace], coded.values)

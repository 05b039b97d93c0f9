"""Links as they come: micro-batches, from Spark Structured Streaming or anywhere else, into a stored graph.

A stream delivers at least once and in no order. Both is harmless: a link that was taken over already changes nothing, and
the people of all batches are those of all links at once. State and ledger lie in the workspace, not in the stream's
checkpoint, so that a batch that was cut short is simply delivered again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
from filelock import FileLock
from sqlglot import exp

from ltv import sql
from ltv.contract import INPUTS
from ltv.errors import UsageError, found
from ltv.identity import ledger
from ltv.identity.state.store import Added, State
from ltv.sources.privacy import Hasher, hashed_kind, hashed_value

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from ltv.settings import Identity

_GRAPH = "stream.duckdb"
_COLUMNS = ("id_type", "id_value", "linked_type", "linked_value")


@dataclass(frozen=True)
class Taken:
    """What became of a batch.

    Attributes:
        rows: links in it.
        refused: those without a moment or an identifier, or with a raw number that is none.
        added: what the others changed.
    """

    rows: int
    refused: int
    added: Added


class LinkStream:
    """Takes over links batch by batch; one of these, or several processes in turn, for a folder.

    Args:
        folder: where ledger and graph lie; `data/state/identity` of a workspace shares the numbers of its daily run.
        settings: how identifiers become people.
        key: secret for raw phone numbers and e-mail addresses, or None where there are none.
        told: called after each batch with its number and what became of it.

    With Spark, an instance is what `foreachBatch` wants:

        links.writeStream.foreachBatch(LinkStream(folder, settings)).option("checkpointLocation", …).start()

    >>> from datetime import datetime
    >>> from tempfile import mkdtemp
    >>> from ltv.settings import Identity
    >>> stream = LinkStream(Path(mkdtemp()), Identity())
    >>> batch = pa.table({"ts": [datetime(2026, 6, 1)], "id_type": ["device"], "id_value": ["d"],
    ...                   "linked_type": ["member"], "linked_value": ["M1"]})
    >>> [stream.take(batch).added.observations for _ in range(2)]
    [1, 0]
    >>> stream.user_ids().column("user_id").to_pylist()
    [1, 1]
    """

    def __init__(
        self,
        folder: Path,
        settings: Identity,
        *,
        key: bytes | None = None,
        told: Callable[[int, Taken], None] = lambda _number, _taken: None,
    ) -> None:
        self.folder = folder
        self.settings = settings
        self.key = key
        self.told = told
        folder.mkdir(parents=True, exist_ok=True)

    def __call__(self, batch: DataFrame, number: int) -> None:
        """Take over a micro-batch of Spark; it may be delivered again."""
        self.told(number, self.take(batch.select("ts", *_COLUMNS).toArrow()))

    def take(self, links: pa.Table) -> Taken:
        """Take over a batch of links: ts, id_type, id_value, linked_type, linked_value.

        Raises:
            UsageError: a column is missing, or `ts` is no moment.
            DataRefusedError: raw phone numbers or e-mail addresses came and there is no key.
        """
        raw = _checked(links)
        hasher = Hasher(self.key)
        with self._open() as state:
            hasher.install(state.engine)
            state.engine.register("raw", raw)
            state.engine.materialise("said", sql.load("ltv.identity.state", "said", columns=_hashed()))
            hasher.refuse_without_key("links")
            kept = int(state.engine.scalar(sql.query("SELECT COUNT(*) FROM said")))
            ledger.assign(state.engine, {"said": INPUTS["links"]}, folder=self.folder)
            state.engine.define("identifiers", sql.load("ltv.identity", "numbered"))
            state.engine.define("links", sql.load("ltv.identity.state", "numbered_links"))
            return Taken(raw.num_rows, raw.num_rows - kept, state.add())

    def user_ids(self) -> pa.Table:
        """Return the result table `user_ids` of all batches so far, with the number of each identifier as `node`."""
        with self._open() as state:
            return state.engine.arrow(state.user_ids())

    @contextmanager
    def _open(self) -> Iterator[State]:
        """The graph, for as long as one batch takes: others may have a turn in between."""
        with FileLock(self.folder / f".{_GRAPH}.lock"), State(self.folder / _GRAPH, self.settings) as state:
            yield state


def _checked(links: pa.Table) -> pa.Table:
    missing = [name for name in ("ts", *_COLUMNS) if name not in links.column_names]
    if missing:
        raise UsageError(found("columns of links", ", ".join(links.column_names), f"also {', '.join(missing)}"))
    moments = links["ts"]
    if not pa.types.is_timestamp(moments.type):
        raise UsageError(found("links.ts", str(moments.type), "a moment"))
    columns = {name: links[name].cast(pa.string()) for name in _COLUMNS}
    return pa.table({"ts": _naive_utc(moments), **columns})


def _naive_utc(moments: pa.ChunkedArray) -> pa.ChunkedArray:
    return moments.cast(pa.timestamp("us", moments.type.tz), safe=False).cast(pa.timestamp("us"))


def _hashed() -> dict[str, exp.Expr]:
    sides = (("one", "id_type", "id_value"), ("other", "linked_type", "linked_value"))
    pairs = [(side, sql.column(kind), sql.column(value)) for side, kind, value in sides]
    kinds = {f"{side}_type": hashed_kind(kind) for side, kind, _ in pairs}
    return kinds | {f"{side}_value": hashed_value(kind, value) for side, kind, value in pairs}

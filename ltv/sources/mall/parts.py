"""The files of a simulation: a part holds some communities, each of them a row group of every table."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from ltv.sources.mall import assumptions as a
from ltv.sources.mall.channels import CHANNELS
from ltv.sources.mall.community import draw_community
from ltv.sources.mall.spoil import spoilt
from ltv.sources.mall.tables.all import community_tables, mall_tables
from ltv.sources.mall.tables.marketing import bills
from ltv.sources.mall.truth.all import community_truth
from ltv.sources.mall.truth.who import hmac_key
from ltv.sources.mall.world import WHOLE_MALL, World

# Identifiers are all different: a dictionary of them costs time and no space is won.
_ONCE = ("event_id", "order_id", "touch_id", "span_id", "trace_id", "parent_span_id", "attributes")


@dataclass(frozen=True)
class Plan:
    """What is to be simulated."""

    world: World
    users: int
    dirty: float

    @property
    def communities(self) -> int:
        """Number of communities, the last one perhaps not whole."""
        return -(-self.users // a.COMMUNITY)

    @property
    def parts(self) -> int:
        """Number of part files of each table."""
        return -(-self.communities // self.communities_per_part)

    @property
    def communities_per_part(self) -> int:
        """So many that a small mall has some parts too, for several processes."""
        return min(a.COMMUNITIES_PER_PART, -(-self.communities // a.LEAST_PARTS))

    @property
    def arguments(self) -> dict[str, object]:
        """What the mark of the folder remembers."""
        window = self.world.window
        own = {"users": self.users, "days": window.days, "end": window.end.isoformat(), "seed": self.world.seed}
        return {**own, "dirty": self.dirty, **vars(self.world.knobs), "hmac_key": hmac_key(self.world.seed)}


@dataclass(frozen=True)
class Written:
    """Rows of each file of a part, and what the channels bill for it in fen, shape (channels, days)."""

    rows: dict[str, int]
    bills: a.Ints


def write_part(plan: Plan, part: int, stage: Path, told: Callable[[float], None] = lambda _: None) -> Written:
    """Write one part of every table; a part depends on nothing outside it."""
    first = part * plan.communities_per_part
    billed = np.zeros((len(CHANNELS), plan.world.window.days), np.int64)
    with _Files(stage, f"{part:04d}", plan) as files:
        for number in range(first, min(first + plan.communities_per_part, plan.communities)):
            community = draw_community(plan.world, number, users=plan.users)
            billed += bills(community)
            for name, rows in community_truth(community).items():
                files.add_truth(name, rows)
            for name, rows in community_tables(community).items():
                files.add(name, rows, community=number)
            told((number + 1) / plan.communities)
    return Written(files.rows, billed)


def write_mall_tables(plan: Plan, stage: Path, billed: a.Ints) -> dict[str, int]:
    """Write the tables of the mall as a whole."""
    with _Files(stage, "mall", plan) as files:
        for name, rows in mall_tables(plan.world, billed).items():
            files.add(name, rows, community=WHOLE_MALL)
    return files.rows


class _Files:
    """The open files of one part."""

    def __init__(self, stage: Path, part: str, plan: Plan) -> None:
        self.rows: dict[str, int] = {}
        self._stage, self._part, self._plan = stage, part, plan
        self._open = ExitStack()
        self._writers: dict[str, pq.ParquetWriter] = {}

    def __enter__(self) -> _Files:
        return self

    def __exit__(self, *failure: object) -> None:
        self._open.close()

    def add(self, table: str, rows: pa.Table, *, community: int) -> None:
        """Append the rows of one community to an input table, late and spoilt ones to a file of their own."""
        good, bad = spoilt(table, rows, self._plan.dirty, seed=self._plan.world.seed, community=community)
        self._append(f"data/{table}/part-{self._part}.parquet", good)
        if bad:
            self._append_spoilt(table, bad)

    def add_truth(self, table: str, rows: pa.Table) -> None:
        """Append the rows of one community to a table of the truth."""
        self._append(f"truth/{table}/part-{self._part}.parquet", rows)

    def _append(self, name: str, rows: pa.Table) -> None:
        if name not in self._writers:
            self._writers[name] = self._open.enter_context(_writer(self._path(name), rows.schema))
            self.rows[name] = 0
        self._writers[name].write_table(rows, row_group_size=max(rows.num_rows, 1))
        self.rows[name] += rows.num_rows

    def _append_spoilt(self, table: str, bad: list[tuple[str, str]]) -> None:
        name = f"data/{table}/late-{self._part}.jsonl"
        first = self.rows.get(name, 0)
        with self._path(name).open("a", encoding="utf-8") as file:
            file.writelines(line + "\n" for _, line in bad)
        self.rows[name] = first + len(bad)
        columns = {
            "table": [table] * len(bad),
            "file": [name] * len(bad),
            "line": list(range(first + 1, first + 1 + len(bad))),
            "rule": [rule for rule, _ in bad],
        }
        self.add_truth("spoilt", pa.table(columns))

    def _path(self, name: str) -> Path:
        path = self._stage / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return path


def _writer(path: Path, schema: pa.Schema) -> pq.ParquetWriter:
    return pq.ParquetWriter(
        path,
        schema,
        compression="zstd",
        compression_level=1,
        use_dictionary=[name for name in schema.names if name not in _ONCE],
        store_schema=False,
    )

"""Make the simulated mall: community by community, part by part."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from ltv.errors import UsageError, found
from ltv.sources.mall import assumptions as a
from ltv.sources.mall.actions import draw_actions
from ltv.sources.mall.catalogue import Catalogue, draw_catalogue
from ltv.sources.mall.folder import describe, staged, switch
from ltv.sources.mall.journeys import draw_journeys
from ltv.sources.mall.orders import draw_orders
from ltv.sources.mall.people import draw_people
from ltv.sources.mall.spoil import spoilt
from ltv.sources.mall.tables import Community, tables
from ltv.sources.mall.truth import people_table
from ltv.sources.mall.visits import draw_visits
from ltv.sources.mall.window import Season, Window, season, stream

MAX_USERS, MAX_DAYS, MAX_DIRTY = 10_000_000, 3_660, 0.5
_EARLIEST = date(2000, 1, 1)  # rows before it break the contract


@dataclass(frozen=True)
class MallSummary:
    """What a simulation wrote.

    Attributes:
        out: the folder.
        rows: rows of each input table, spoilt ones included.
        files: all files, relative to `out`.
    """

    out: Path
    rows: Mapping[str, int]
    files: tuple[str, ...]


def simulate(
    out: Path,
    *,
    users: int = 5_000,
    days: int = 540,
    end: date | str = date(2026, 6, 30),
    seed: int = 7,
    dirty: float = 0.0,
    progress: Callable[[float], None] | None = None,
) -> MallSummary:
    """Write the input tables of a simulated mall to `out/data` and the truth about it to `out/truth`.

    Args:
        out: folder, made if needed; the tables of an earlier simulation in it are replaced.
        users: people; fewer are a prefix of more.
        days: length in local days.
        end: last local day, a date or ISO text.
        seed: a whole number; the same gives the same bytes.
        dirty: share of rows that are added to each table and break the contract or are duplicates.
        progress: called with the share done, from 0 to 1.

    Raises:
        UsageError: an argument is out of range, the folder cannot be written or holds the tables of others.
    """
    plan = _Plan(
        users=_whole("users", users, 1, MAX_USERS),
        window=_window(days, end),
        seed=_whole("seed", seed, 0, 2**63 - 1),
        dirty=_share("dirty", dirty),
    )
    told = progress or (lambda _: None)
    rows: dict[str, int] = {}
    with staged(out) as stage:
        for part in range(plan.parts):
            rows |= _write_part(plan, part, stage, told)
        rows = _gather_truth(stage, rows)
        files = describe(stage, rows)
        switch(stage, out, arguments=plan.arguments, files=files)
    return MallSummary(out, _by_table(rows), tuple(files))


@dataclass(frozen=True)
class _Plan:
    users: int
    window: Window
    seed: int
    dirty: float
    season: Season = field(init=False)
    goods: Catalogue = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "season", season(self.window))
        object.__setattr__(self, "goods", draw_catalogue(self.seed))

    @property
    def communities(self) -> int:
        return -(-self.users // a.COMMUNITY)

    @property
    def parts(self) -> int:
        return -(-self.communities // a.COMMUNITIES_PER_PART)

    @property
    def arguments(self) -> dict[str, object]:
        end, days = self.window.end.isoformat(), self.window.days
        return {"users": self.users, "days": days, "end": end, "seed": self.seed, "dirty": self.dirty}


def _draw_community(plan: _Plan, number: int) -> Community:
    """Draw everything that happens in one community, whether all of its people are wanted or not."""

    def rng(stage: str) -> np.random.Generator:
        return stream(plan.seed, number, stage)

    window, of, goods = plan.window, plan.season, plan.goods
    people = draw_people(number, window, of, rng=rng("people"))
    visits = draw_visits(people, window, of, rng=rng("visits"))
    journeys = draw_journeys(people, visits, window, of, rng=rng("journeys"))
    actions = draw_actions(people, journeys, rng=rng("actions"))
    orders = draw_orders(people, journeys, actions, goods, of, rng=rng("orders"))
    wanted = min(a.COMMUNITY, plan.users - number * a.COMMUNITY)
    return Community(plan.seed, number, window, goods, people, journeys, actions, orders, wanted)


def _write_part(plan: _Plan, part: int, stage: Path, told: Callable[[float], None]) -> dict[str, int]:
    """Write one part of every table; a part depends on nothing outside it."""
    first = part * a.COMMUNITIES_PER_PART
    with _Part(stage, part, plan) as files:
        for number in range(first, min(first + a.COMMUNITIES_PER_PART, plan.communities)):
            community = _draw_community(plan, number)
            files.add_truth("people", people_table(community))
            for name, rows in tables(community).items():
                files.add(name, rows, community=number)
            told((number + 1) / plan.communities)
    return files.rows


class _Part:
    """The open files of one part; every community is a row group."""

    def __init__(self, stage: Path, part: int, plan: _Plan) -> None:
        self.rows: dict[str, int] = {}
        self._stage, self._part, self._plan = stage, part, plan
        self._open = ExitStack()
        self._writers: dict[str, pq.ParquetWriter] = {}

    def __enter__(self) -> _Part:
        return self

    def __exit__(self, *failure: object) -> None:
        self._open.close()

    def add(self, table: str, rows: pa.Table, *, community: int) -> None:
        """Append the rows of one community to an input table, spoilt ones to a file of their own."""
        self._append(f"data/{table}/part-{self._part:04d}.parquet", rows)
        bad = spoilt(table, rows, self._plan.dirty, seed=self._plan.seed, community=community)
        if bad:
            self._append_spoilt(table, bad)

    def add_truth(self, table: str, rows: pa.Table) -> None:
        """Append the rows of one community to a table of the truth."""
        self._append(f"truth/{table}/part-{self._part:04d}.parquet", rows)

    def _append(self, name: str, rows: pa.Table) -> None:
        if name not in self._writers:
            self._writers[name] = self._open.enter_context(_writer(self._path(name), rows.schema))
            self.rows[name] = 0
        self._writers[name].write_table(rows, row_group_size=max(rows.num_rows, 1))
        self.rows[name] += rows.num_rows

    def _append_spoilt(self, table: str, bad: list[tuple[str, str]]) -> None:
        name = f"data/{table}/late-{self._part:04d}.jsonl"
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
    # Identifiers are all different: a dictionary of them costs time and no space is won.
    once = ("event_id", "order_id")
    return pq.ParquetWriter(
        path,
        schema,
        compression="zstd",
        compression_level=1,
        use_dictionary=[name for name in schema.names if name not in once],
        store_schema=False,
    )


def _gather_truth(stage: Path, rows: Mapping[str, int]) -> dict[str, int]:
    """Join the parts of each table of the truth into one file; return the rows of all files."""
    gathered = {name: count for name, count in rows.items() if not name.startswith("truth/")}
    for folder in sorted((stage / "truth").iterdir()):
        name = f"truth/{folder.name}.parquet"
        parts = [pq.ParquetFile(path) for path in sorted(folder.iterdir())]
        with _writer(stage / name, parts[0].schema_arrow) as writer:
            for group in (part.read_row_group(k) for part in parts for k in range(part.num_row_groups)):
                writer.write_table(group)
        gathered[name] = sum(part.metadata.num_rows for part in parts)
    return gathered


def _by_table(rows: Mapping[str, int]) -> dict[str, int]:
    total: dict[str, int] = {}
    for name, count in rows.items():
        top, table = name.split("/")[:2]
        if top == "data":
            total[table] = total.get(table, 0) + count
    return dict(sorted(total.items()))


def _whole(name: str, value: object, low: int, high: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise UsageError(found(name, value, f"a whole number from {low:,} to {high:,}"))
    return value


def _share(name: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= MAX_DIRTY:
        raise UsageError(found(name, value, f"a number from 0 to {MAX_DIRTY}"))
    return float(value)


def _window(days: object, end: object) -> Window:
    length = _whole("days", days, 1, MAX_DAYS)
    try:
        last = end if type(end) is date else date.fromisoformat(str(end))
    except ValueError:
        raise UsageError(found("end", end, "a date such as 2026-06-30")) from None
    window = Window(end=last, days=length)
    if last.toordinal() - length < _EARLIEST.toordinal():
        raise UsageError(found("end", last.isoformat(), f"{length} days or more after {_EARLIEST}"))
    return window

"""Make the simulated mall: community by community, part by part."""

from __future__ import annotations

import json
import multiprocessing
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from ltv.errors import UsageError, found
from ltv.sources.mall.assumptions import TABLET_RATE
from ltv.sources.mall.channels import CHANNELS
from ltv.sources.mall.folder import describe, staged, switch
from ltv.sources.mall.parts import Plan, Written, write_mall_tables, write_part
from ltv.sources.mall.truth.all import mall_truth
from ltv.sources.mall.window import Window
from ltv.sources.mall.world import Knobs, World

MAX_USERS, MAX_DAYS, MAX_DIRTY, MAX_CONFOUNDING = 10_000_000, 3_660, 0.5, 5.0
MAX_SHARED = 1 / TABLET_RATE  # then everybody has a family tablet
_EARLIEST = date(2000, 1, 1)  # rows before it break the contract
MODEL = "truth/model.json"


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
    confounding: float = 1.0,
    hidden_confounding: float = 0.5,
    holdout: float = 0.1,
    shared: float = 1.0,
    workers: int = 1,
    progress: Callable[[float], None] | None = None,
) -> MallSummary:
    """Write the input tables of a simulated mall to `out/data` and the truth about it to `out/truth`.

    Args:
        out: folder, made if needed; the tables of an earlier simulation in it are replaced.
        users: people; fewer are a prefix of more.
        days: length in local days.
        end: last local day, a date or ISO text.
        seed: a whole number; the same gives the same bytes.
        dirty: share of rows that are late, repeated or break the contract.
        confounding: how strongly channels aim at big cities, whose people come more often anyway (observed).
        hidden_confounding: how strongly they aim at the eager, whom no table shows.
        holdout: share of people to whom a channel sends nothing, drawn for each channel; 0 is no experiment.
        shared: how many times as many family tablets, kiosks and recycled phone numbers; 3 is the hard setting of identity.
        workers: processes; the bytes are the same. A script that asks for more than one needs the usual
            `if __name__ == "__main__"`.
        progress: called with the share done, from 0 to 1.

    Raises:
        UsageError: an argument is out of range, the folder cannot be written or holds the tables of others.
    """
    knobs = Knobs(
        _share("confounding", confounding, MAX_CONFOUNDING),
        _share("hidden_confounding", hidden_confounding, MAX_CONFOUNDING),
        _share("holdout", holdout, 1.0),
        _share("shared", shared, MAX_SHARED),
    )
    users = _whole("users", users, 1, MAX_USERS)
    world = World(_whole("seed", seed, 0, 2**63 - 1), _window(days, end), knobs)
    plan = Plan(world, users, _share("dirty", dirty, MAX_DIRTY))
    workers = _whole("workers", workers, 1, 256)
    bills = np.zeros((len(CHANNELS), world.window.days), np.int64)
    rows: dict[str, int] = {}
    with staged(out) as stage:
        for part in _parts(plan, stage, workers, progress or (lambda _: None)):
            rows |= part.rows
            bills += part.bills
        rows |= write_mall_tables(plan, stage, bills)
        (stage / MODEL).write_text(json.dumps(mall_truth(world), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        files = describe(stage, rows | {MODEL: 1})
        switch(stage, out, arguments=plan.arguments, files=files)
    return MallSummary(out, _by_table(rows), tuple(files))


def _parts(plan: Plan, stage: Path, workers: int, told: Callable[[float], None]) -> Iterator[Written]:
    """Write all parts, here or in other processes; they depend on nothing outside themselves."""
    if workers == 1 or plan.parts == 1:
        for part in range(plan.parts):
            yield write_part(plan, part, stage, told)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_end_with_parent) as pool:
        waiting = [pool.submit(write_part, plan, part, stage) for part in range(plan.parts)]
        try:
            for done, future in enumerate(as_completed(waiting), 1):
                yield future.result()
                told(done / plan.parts)
        finally:
            pool.shutdown(cancel_futures=True)


def _end_with_parent() -> None:
    """End this process when its parent is killed, which the pool itself would wait out for ever."""
    parent = multiprocessing.parent_process()

    def watch() -> None:
        if parent is not None:
            parent.join()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


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


def _share(name: str, value: object, high: float) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= high:
        raise UsageError(found(name, value, f"a number from 0 to {high:g}"))
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

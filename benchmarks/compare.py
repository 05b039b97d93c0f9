"""Ten million people, five metrics with CUPED: `ltv.compare` against one hand-written SQL scan of the same columns.

    python benchmarks/compare.py [PEOPLE]

Both run on the embedded engine over one parquet file; the hand-written query has the sums and nothing else: no check, no
interval, no decision. What is compared is CPU seconds, the median of several runs taken in turns.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from ltv import compare, sql
from ltv.warehouse.duck import DuckEngine
from ltv.warehouse.table import Table

METRICS = 5
RUNS = 5
BLOCK = 1_000_000


def write(path: Path, people: int) -> None:
    """People in two arms: five amounts that go with five amounts before."""
    writer = None
    for begin in range(0, people, BLOCK):
        n, draw = min(BLOCK, people - begin), np.random.default_rng(begin)
        columns = {
            "user_id": np.arange(begin, begin + n),
            "variant": np.where(draw.random(n) < 0.5, "control", "treatment"),
        }
        for i in range(METRICS):
            past = draw.gamma(0.5, 20.0, n)
            columns |= {f"x{i}": past, f"m{i}": past * draw.gamma(2.0, 0.5, n)}
        table = pa.table(columns)
        writer = writer or pq.ParquetWriter(path, table.schema)
        writer.write_table(table)
    if writer:
        writer.close()


def by_hand(engine: DuckEngine) -> None:
    """The sums of five metrics with their covariates, as one would write them."""
    parts = [f"sum(m{i}), sum(m{i} * m{i}), sum(x{i}), sum(x{i} * x{i}), sum(m{i} * x{i})" for i in range(METRICS)]
    engine.frame(sql.query(f"SELECT variant, count(*), {', '.join(parts)} FROM people GROUP BY variant"))


def ours(engine: DuckEngine) -> None:
    """Checks, intervals after CUPED and a decision."""
    metrics = {f"m{i}": "money" for i in range(METRICS)}
    covariates = {f"m{i}": f"x{i}" for i in range(METRICS)}
    judged = compare(Table(engine, "people"), metrics=metrics, covariates=covariates, thorough=False)
    assert len(judged.decisions) == 1


def seconds(work: Callable[[DuckEngine], None], engine: DuckEngine) -> float:
    start = time.process_time()
    work(engine)
    return time.process_time() - start


def main(people: int) -> None:
    with tempfile.TemporaryDirectory() as folder, DuckEngine() as engine:
        path = Path(folder) / "people.parquet"
        write(path, people)
        engine.attach("people", [path])
        for work in (by_hand, ours):
            work(engine)  # the file is in memory and everything is imported
        taken: dict[str, list[float]] = {"by hand": [], "compare": []}
        for _ in range(RUNS):
            taken["by hand"].append(seconds(by_hand, engine))
            taken["compare"].append(seconds(ours, engine))
    one, other = (statistics.median(taken[k]) for k in taken)
    print(f"{people:,} people, {METRICS} metrics with CUPED, CPU s: by hand {one:.2f}, ltv.compare {other:.2f}")
    print(f"ltv.compare by the hand-written scan: {other / one:.2f} × (goal: at most 1.2)")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000)

"""Time and memory of the simulated mall, for the demo and for a million people: `python benchmarks/mall.py [USERS DAYS]`.

The reference is reading all that was written and writing it again with pyarrow, in the same run.
"""

import os
import resource
import sys
import tempfile
import time
from pathlib import Path

import pyarrow.parquet as pq

from ltv.sources.mall import simulate

SIZES = ((5_000, 540), (1_000_000, 60))


def main() -> None:
    asked = tuple(int(text) for text in sys.argv[1:3])
    for users, days in (asked,) if asked else SIZES:
        measure(users, days)


def measure(users: int, days: int) -> None:
    workers = os.cpu_count() or 1
    with tempfile.TemporaryDirectory() as folder:
        wall, cpu = time.perf_counter(), _cpu()
        made = simulate(Path(folder) / "mall", users=users, days=days, workers=workers)
        wall, cpu = time.perf_counter() - wall, _cpu() - cpu
        copied = _copy(Path(folder) / "mall", Path(folder) / "copy.parquet")
    own, each = (resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    rows = ", ".join(f"{count:,} {table}" for table, count in made.rows.items())
    print(f"{users:,} users x {days} days: {rows}")
    print(f"{wall:.1f} s on {workers} cores, {cpu:.1f} CPU s; {cpu / copied:.1f} times a copy of its files")
    print(f"peak at most {own + each * workers:.0f} MB (this process {own:.0f}, each worker {each:.0f})")
    print(f"{made.rows['events'] / cpu:,.0f} events a CPU second", flush=True)


def _cpu() -> float:
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)


def _copy(mall: Path, to: Path) -> float:
    started = _cpu()
    for path in sorted(mall.rglob("*.parquet")):
        with pq.ParquetFile(path) as file, pq.ParquetWriter(to, file.schema_arrow, compression="zstd") as out:
            for group in range(file.num_row_groups):
                out.write_table(file.read_row_group(group))
    return _cpu() - started


if __name__ == "__main__":
    main()

"""CPU seconds and peak memory of the simulated mall: `python benchmarks/mall.py [USERS] [DAYS]` (default: the demo)."""

import resource
import sys
import tempfile
import time
from pathlib import Path

from ltv.sources.mall import simulate


def main() -> None:
    users, days = (int(text) for text in (sys.argv[1:3] if len(sys.argv) > 2 else ("5000", "540")))
    before = _peak_mb()
    with tempfile.TemporaryDirectory() as folder:
        wall, cpu = time.perf_counter(), time.process_time()
        made = simulate(Path(folder) / "mall", users=users, days=days)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    rows = ", ".join(f"{count:,} {table}" for table, count in made.rows.items())
    print(f"{users:,} users x {days} days: {rows}")
    print(f"{cpu:.1f} CPU s ({wall:.1f} s wall), peak {_peak_mb():.0f} MB ({before:.0f} MB before)")
    print(f"{made.rows['events'] / cpu:,.0f} events a CPU second")


def _peak_mb() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024**2 if sys.platform == "darwin" else 1024)


if __name__ == "__main__":
    main()

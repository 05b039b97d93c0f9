"""`ltv rollback reports|models|features` as commands, each with something real to go back to: `python benchmarks/rollback.py`.

Pages of a simulated mall that was run twice (an order came late), models of 30 MB, feature versions of a million people. Wall and CPU seconds of the whole
command, the start of Python in them; the goal is 1 s.

    python benchmarks/rollback.py [--users 1000000] [--megabytes 30] [--only 02_retention]
"""

import argparse
import datetime as dt
import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import features

from ltv.workspace.model_files import Stored
from ltv.workspace.models import Models

DAY = "2026-06-30"
LATE = "order_id,ts,source,id_type,id_value,amount,status\nLATE1,2026-06-29 12:00:00,app,member,M-LATE,99.00,paid\n"


def ltv(*words: str) -> tuple[float, float]:
    """Wall and CPU seconds of a command."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run([sys.executable, "-m", "ltv.cli", *words], check=True, stdout=subprocess.DEVNULL)
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def reports(root: Path, only: str) -> None:
    chosen = ("--only", only) if only else ()
    ltv("simulate", "--users", "600", "--days", "120", "--end", DAY, "--seed", "1", "--out", str(root))
    (root / "ltv.toml").write_text('timezone = "Asia/Shanghai"\n')
    ltv("run", "--workspace", str(root), "--date", DAY, *chosen)
    (root / "data" / "orders" / "late.csv").write_text(LATE)
    ltv("run", "--workspace", str(root), "--date", DAY, *chosen)


def models(root: Path, megabytes: int) -> None:
    for number, day in enumerate((dt.date(2026, 5, 31), dt.date(2026, 6, 30)), 1):
        registry, name = Models(root, day), f"v{number}"
        content = Stored({"trees.ubj": os.urandom(megabytes << 20)}, {"level": 1.0})
        registry.put(name, content, as_of=day, data_hash="d", metrics={"mae": 1.0}, features=["recency"])
        registry.adopt(registry.table(registry.row(name, champion=True, reason="passed")))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--users", type=int, default=1_000_000)
    parser.add_argument("--megabytes", type=int, default=30)
    parser.add_argument("--only", default="", help="run this notebook alone")
    options = parser.parse_args()
    with TemporaryDirectory() as folder:
        root = Path(folder)
        reports(root, options.only)
        models(root, options.megabytes)
        for number in (1, 2):
            features.put(root, f"2026-06-{28 + number}-{'ab'[number - 1]}", options.users, number)
        bare = time.perf_counter()
        subprocess.run([sys.executable, "-c", "pass"], check=True)
        print(f"Python alone: {time.perf_counter() - bare:.2f} s; load {os.getloadavg()[0]:.1f}")
        for what in ("reports", "models", "features"):
            wall, cpu = ltv("rollback", what, "--workspace", folder)
            print(f"ltv rollback {what}: {wall:.2f} s, {cpu:.2f} s CPU (goal 1 s)")


if __name__ == "__main__":
    main()

"""All notebooks of a date with their pages, as the scheduler runs them: seconds, and memory of all processes together.

    python benchmarks/daily.py                          # the demo's mall: 5,000 people × 540 days
    python benchmarks/daily.py --users 100000 --days 180

The first run trains the value model; the second, with a model that is still young, is what runs every other morning.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

DATE = "2026-06-30"


def family(first: int) -> list[int]:
    """The process and all that it started, by what /proc says."""
    below: dict[int, list[int]] = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(status.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        below.setdefault(parent, []).append(int(status.parent.name))
    found = [first]
    for one in found:
        found += below.get(one, [])
    return found


def memory_mb(first: int) -> float:
    """Proportional memory of a family: what processes share counts once."""
    total = 0
    for one in family(first):
        try:
            lines = Path(f"/proc/{one}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        total += next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)
    return total / 1024


def run(root: Path, *more: str, jobs: int) -> tuple[float, float]:
    """Seconds and peak memory of one `ltv run`."""
    command = [
        sys.executable,
        "-m",
        "ltv.cli",
        "run",
        "--workspace",
        str(root),
        "--date",
        DATE,
        "--jobs",
        str(jobs),
        *more,
    ]
    began, peak = time.monotonic(), 0.0
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as child:
        told: list[str] = []
        reader = threading.Thread(target=lambda: told.extend(child.stderr or ()))
        reader.start()
        while child.poll() is None:
            peak = max(peak, memory_mb(child.pid))
            time.sleep(2)
        reader.join()
    seconds = time.monotonic() - began
    print("".join(line for line in told if ": done in" in line or "failed" in line), end="")
    if child.returncode:
        raise SystemExit("".join(told[-3:]))
    return seconds, peak


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--users", type=int, default=5000)
    parser.add_argument("--days", type=int, default=540)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        mall = ["--users", str(asked.users), "--days", str(asked.days), "--end", DATE, "--out", folder]
        subprocess.run([sys.executable, "-m", "ltv.cli", "simulate", *mall], check=True, capture_output=True)
        (root / "ltv.toml").write_bytes((Path(__file__).parents[1] / "ltv.toml").read_bytes())
        for name, more in (("first run, with training", ()), ("with a model that is young", ("--force",))):
            seconds, peak = run(root, *more, jobs=asked.jobs)
            told = f"{seconds:.1f} s, {peak:,.0f} MB in all processes"
            print(f"{asked.users:,} people × {asked.days} days, {asked.jobs} at once, {name}: {told}", flush=True)


if __name__ == "__main__":
    main()

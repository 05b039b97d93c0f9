"""One measurement in a process of its own: CPU seconds and peak memory over what the process needed before."""

import json
import os
import re
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path


def peak_mb() -> float:
    """Peak memory of this process; on Linux what `ru_maxrss` tells begins with that of the process that started it."""
    status = Path("/proc/self/status")
    if status.exists():
        return int(re.search(r"VmHWM:\s+(\d+)", status.read_text())[1]) / 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024**2 if sys.platform == "darwin" else 1024)


def cpu_s() -> float:
    own, below = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + below.ru_utime + below.ru_stime


def measured(work: Callable[[], object], base: Callable[[], object] = lambda: None) -> dict[str, float]:
    """CPU and wall seconds of `work`, and its peak memory over that after `base`, in this process."""
    base()
    memory, cpu, wall = peak_mb(), cpu_s(), time.perf_counter()
    work()
    return {"cpu_s": cpu_s() - cpu, "wall_s": time.perf_counter() - wall, "mb": peak_mb() - memory}


def apart(file: str, *arguments: str) -> dict[str, float]:
    """Run this benchmark's own file again for one case; it prints JSON as its last line."""
    environment = os.environ | {"PYTHONHASHSEED": "0"}
    done = subprocess.run(
        [sys.executable, file, *arguments], capture_output=True, text=True, check=False, env=environment
    )
    if done.returncode:
        raise SystemExit(done.stderr)
    result: dict[str, float] = json.loads(done.stdout.strip().splitlines()[-1])
    return result


def best(file: str, *arguments: str, times: int = 2) -> dict[str, float]:
    """The repeat with the fewest CPU seconds: what other programs add is no property of ours."""
    return min((apart(file, *arguments) for _ in range(times)), key=lambda r: r["cpu_s"])

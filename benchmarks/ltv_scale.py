"""A million people: `python benchmarks/ltv_scale.py [--people 1000000] [--threads 2] [--write]`.

Trains and scores one horizon of 90 days from features that lie stored, one parquet file a cutoff: the day of scoring and the five
training cutoffs before it, everybody with 37 columns in each. Orders are 630 days of a made-up shop, in which a fifth of the people
never bought. The columns say something of how often people buy, how much and whether they are still there, under noise; a part is
missing. Prepared in a process of its own; measured are training and scoring, reading included, and not the preparation.

Snapshots are sampled (`ltv.lifetime.snapshots.MOST_ROWS` customers of all of them together); everybody is scored.
"""

import argparse
import importlib
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path
from types import FrameType

# `ltv.py` beside this file has the name of the package.
HERE = Path(__file__).resolve().parent
sys.path = [folder for folder in sys.path if Path(folder).resolve() != HERE]
importlib.import_module("ltv")
sys.path.append(str(HERE))

HISTORY, HORIZON = 630, 90
LATEST_ARRIVAL = 200  # days: everybody is known at every cutoff, so that each file holds everybody
GOALS = {"wall_s": 600.0, "gb": 6.0}
EVERY_S = 0.1


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--people", type=int, default=1_000_000)
    asked.add_argument("--threads", type=int, default=2)
    asked.add_argument("--write", action="store_true", help="write the figures to LTV.md")
    asked.add_argument("--rows", type=int, help="customers of all snapshots together, instead of MOST_ROWS")
    asked.add_argument("--step", choices=["prepare", "run"], help=argparse.SUPPRESS)
    asked.add_argument("--folder", type=Path, help="keep the features there")
    of = asked.parse_args()
    if of.step:
        if of.rows:
            importlib.import_module("ltv.lifetime.snapshots").MOST_ROWS = of.rows
        print(json.dumps({"prepare": prepare, "run": run}[of.step](of.folder, of.people)))
        return
    with tempfile.TemporaryDirectory() as made:
        folder = of.folder or Path(made)
        if not (folder / "orders.npz").exists():
            folder.mkdir(exist_ok=True)
            print("prepared:", apart("prepare", folder, of.people, of.threads, None), flush=True)
        text = told(apart("run", folder, of.people, of.threads, of.rows), of.threads)
    print(text)
    if of.write:
        from _ltv_write import put

        put("scale", text)


def apart(step: str, folder: Path, people: int, threads: int, rows: int | None) -> dict:
    """This file again in a process of its own; what it prints last is what it found."""
    command = [sys.executable, __file__, "--step", step, "--folder", str(folder), "--people", str(people)]
    command += ["--rows", str(rows)] if rows else []
    environment = os.environ | {"OMP_NUM_THREADS": str(threads), "OPENBLAS_NUM_THREADS": str(threads)}
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, env=environment)
    found: dict = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def prepare(folder: Path, people: int) -> dict:
    """Orders of everybody as arrays, and a file of features for each cutoff."""
    import numpy as np
    import pyarrow as pa
    from pyarrow import parquet

    from ltv.lifetime.feature_catalogue import CATALOGUE

    rng = np.random.default_rng(7)
    arrived = rng.integers(0, LATEST_ARRIVAL, people)
    rate = np.where(rng.random(people) < 0.2, 0.0, rng.gamma(0.7, 0.02, people))
    gone = arrived + rng.exponential(400, people)
    level = rng.normal(4, 0.7, people)
    until = np.minimum(gone, HISTORY + HORIZON) - arrived
    count = rng.poisson(rate * until)
    person = np.repeat(np.arange(people), count)
    day = (arrived[person] + rng.random(len(person)) * until[person]).astype(np.int64)
    order = np.lexsort((day, person))
    person, day = person[order], day[order]
    amount = np.round(np.exp(level[person] + rng.normal(0, 0.6, len(person))), 2)
    np.savez(folder / "orders.npz", person=person, day=day, amount=amount)
    for cutoff in cutoffs(ground(folder, people)):
        signal = np.column_stack([np.log(rate + 1e-4), level, gone > cutoff, (cutoff - arrived) / HORIZON])
        columns = {"user_id": pa.array(np.arange(people))}
        for name in (feature.name for feature in CATALOGUE):
            values = signal @ rng.normal(0, 1, signal.shape[1]) + rng.normal(0, 3, people)
            columns[name] = pa.array(values, mask=rng.random(people) < 0.1)
        parquet.write_table(pa.table(columns), folder / f"{cutoff}.parquet", compression="zstd")
    return {"orders": len(person), "cutoffs": len(list(folder.glob("*.parquet"))), "gb": size(folder)}


def size(folder: Path) -> float:
    return round(sum(path.stat().st_size for path in folder.iterdir()) / 1024**3, 2)


class Stored(dict):
    """Features that are read when they are asked for, and not kept."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder

    def __contains__(self, day: object) -> bool:
        return (self.folder / f"{day}.parquet").exists()

    def __getitem__(self, day: int) -> object:
        import numpy as np
        from pyarrow import parquet

        from ltv.lifetime.ground import BEHAVIOUR, Behaviour

        with parquet.ParquetFile(self.folder / f"{day}.parquet") as file:
            values = np.empty((file.metadata.num_rows, len(BEHAVIOUR)))
            for k, name in enumerate(BEHAVIOUR):
                values[:, k] = file.read(columns=[name])[name].to_numpy()
            return Behaviour(file.read(columns=["user_id"])["user_id"].to_numpy(), values)


def ground(folder: Path, people: int) -> object:
    import numpy as np
    import pandas as pd

    from ltv.lifetime.ground import Ground
    from ltv.lifetime.sequences import sequences
    from ltv.lifetime.summaries import Ledger

    with np.load(folder / "orders.npz") as kept:
        person, day, amount = (kept[name] for name in ("person", "day", "amount"))
    ledger = Ledger(np.arange(people), person, day, day, amount, amount, np.ones(len(day), np.int64))
    one = pd.DataFrame({"user_id": [0], "ts": [pd.Timestamp("1970-01-01")], "amount": [1.0]})
    return Ground(ledger, sequences(one), HISTORY, "UTC", _seen=Stored(folder))  # no features are made: all are stored


def cutoffs(of: object) -> list[int]:
    from ltv.lifetime.snapshots import training_cutoffs

    days = [day for day, _ in training_cutoffs(of.first_day, HISTORY, HORIZON)]
    return [*of.near(days, HISTORY), HISTORY]


class Watch(threading.Thread):
    """Looks at where the main thread is and how much memory is in use, every so often."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.main, self.stopped = threading.main_thread().ident, threading.Event()
        self.time: Counter[str] = Counter()
        self.memory: dict[str, float] = {}

    def run(self) -> None:
        while not self.stopped.wait(EVERY_S):
            place = where(sys._current_frames().get(self.main))
            self.time[place] += 1
            self.memory[place] = max(self.memory.get(place, 0), memory_gb())

    def told(self) -> list[tuple[str, float, float]]:
        everything = sum(self.time.values())
        return [(place, n / everything, self.memory[place]) for place, n in self.time.most_common(14)]


def where(frame: FrameType | None) -> str:
    """The innermost function of the room, and the one of the model's steps that it serves."""
    names = []
    while frame is not None:
        if "/ltv/lifetime/" in frame.f_code.co_filename:
            names.append(f"{Path(frame.f_code.co_filename).stem}.{frame.f_code.co_qualname}")
        frame = frame.f_back
    return f"{names[0]} ← {names[-2] if len(names) > 1 else ''}" if names else "elsewhere"


def memory_gb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1024**3


def run(folder: Path, people: int) -> dict:
    import numpy as np
    from _measure import cpu_s, peak_mb

    from ltv.lifetime.horizon import HorizonModel
    from ltv.lifetime.scores import scores

    of = ground(folder, people)
    watch = Watch()
    watch.start()
    wall, cpu = time.perf_counter(), cpu_s()
    model = HorizonModel.train(of, HISTORY, HORIZON)
    trained = time.perf_counter() - wall, cpu_s() - cpu, peak_mb() / 1024
    print("trained: wall s, CPU s, GB:", *(f"{x:.1f}" for x in trained), file=sys.stderr, flush=True)
    told = model.score(of, HISTORY)
    whole = time.perf_counter() - wall, cpu_s() - cpu, peak_mb() / 1024
    watch.stopped.set()
    actual = of.value_between(told.user_id, HISTORY, HISTORY + HORIZON)
    found = scores(actual, told.expected)
    return {
        "people": len(told.user_id),
        "rows": importlib.import_module("ltv.lifetime.snapshots").MOST_ROWS,
        "customers": int(told.is_customer.sum()),
        "trained": trained,
        "whole": whole,
        "basis": model.basis,
        "scores": {name: found[name] for name in ("normalized_gini", "spearman", "total_ratio", "decile_mape")},
        "finite": bool(np.isfinite(told.expected).all()),
        "where": watch.told(),
    }


def told(of: dict, threads: int) -> str:
    from _ltv_write import short, table

    rows = [
        [name, f"{wall:,.0f}", f"{cpu:,.0f}", f"{gb:.1f}"]
        for name, (wall, cpu, gb) in (("training", of["trained"]), ("training and scoring", of["whole"]))
    ]
    wall, _, gb = of["whole"]
    fits = {"wall_s": wall <= GOALS["wall_s"], "gb": gb <= GOALS["gb"]}
    rows.append(["goal", f"{GOALS['wall_s']:.0f}", "", f"{GOALS['gb']:.0f}"])
    rows.append(["reached", "yes" if fits["wall_s"] else "**no**", "", "yes" if fits["gb"] else "**no**"])
    figures = ", ".join(f"{name} {short(value)}" for name, value in of["scores"].items())
    places = [[f"`{place}`", f"{100 * share:.0f} %", f"{most:.1f}"] for place, share, most in of["where"]]
    return "\n\n".join(
        [
            f"{of['people']:,} people scored, {of['customers']:,} of them customers; at most {of['rows']:,} rows of training; "
            f"{threads} threads; basis {of['basis']}; {figures}.",
            table(["", "wall, s", "CPU, s", "peak memory, GB"], rows),
            "Where the time goes (function ← step), and the most memory in use meanwhile:",
            table(["where", "time", "GB"], places),
        ]
    )


if __name__ == "__main__":
    main()

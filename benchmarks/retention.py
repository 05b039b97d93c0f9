"""Retention matrix: CPU and memory on 50 M events of 1 M people, and the ratio to pandas on 10 M.

    python benchmarks/retention.py [EVENTS] [PANDAS_EVENTS]

The events are those of a workspace after `ltv check`: parquet with `user_id` and the local `day`, in the order of time.
"""

import json
import sys
import tempfile
from datetime import date
from pathlib import Path

from _measure import best, measured

DAYS, PERIODS, PER_PERSON = 60, 45, 50


def make(path: Path, events: int) -> None:
    import numpy as np
    import pyarrow as pa
    from pyarrow import parquet

    people, rng = events // PER_PERSON, np.random.default_rng(7)
    first = rng.integers(0, DAYS, people)
    schema = pa.schema([("user_id", pa.int64()), ("ts", pa.timestamp("us")), ("day", pa.date32())])
    with parquet.ParquetWriter(path, schema) as writer:
        for day in range(DAYS):  # a day of events at a time, its people in no order
            share = np.flatnonzero(first <= day)
            user = rng.choice(share, events // DAYS)
            second = np.sort(rng.integers(0, 86_400_000_000, len(user)))
            days = np.full(len(user), np.datetime64("2026-01-01") + day, dtype="datetime64[D]")
            ts = np.datetime64("2026-01-01", "us") + day * 86_400_000_000 + second
            writer.write_table(pa.table([user, ts.astype("datetime64[us]"), days], schema=schema))


def suite(path: Path) -> dict[str, float]:
    from ltv.behaviour.retention import retention
    from ltv.warehouse.duck import DuckEngine
    from ltv.warehouse.table import Table

    engine = DuckEngine(directories=[path.parent])
    engine.attach("events", [path])
    engine.lock()
    last = date(2026, 3, 1)

    def warm() -> None:
        import pandas as pd

        small = pd.DataFrame({"user_id": [1, 1], "ts": pd.to_datetime(["2026-01-01", "2026-01-02"])})
        retention(events=small, as_of=last, grain="day", periods=PERIODS)

    def work() -> None:
        kept = retention(events=Table(engine, "events"), as_of=last, grain="day", periods=PERIODS)
        print(int(kept.table["retained"].sum()))

    return measured(work, warm)


def pandas(path: Path) -> dict[str, float]:
    import pandas as pd

    def work() -> None:
        events = pd.read_parquet(path, columns=["user_id", "day"])
        events["day"] = pd.to_datetime(events["day"])
        first = events.groupby("user_id")["day"].min().rename("cohort")
        active = events.drop_duplicates().merge(first, on="user_id")
        active["period"] = (active["day"] - active["cohort"]).dt.days
        matrix = active[active["period"] <= PERIODS].groupby(["cohort", "period"])["user_id"].nunique()
        print(int(matrix.sum()))

    return measured(work)


def main() -> None:
    events, small = (int(x) for x in (sys.argv[1:3] if len(sys.argv) > 2 else ("50000000", "10000000")))
    with tempfile.TemporaryDirectory() as folder:
        for count in (events, small):
            make(Path(folder) / f"{count}.parquet", count)
        big = best(__file__, "suite", f"{folder}/{events}.parquet")
        ours, theirs = (best(__file__, name, f"{folder}/{small}.parquet") for name in ("suite", "pandas"))
    print(
        f"retention, {events:,} events, N <= {PERIODS}: {big['cpu_s']:.1f} CPU s, {big['mb']:.0f} MB over the base (goal 6 s, 450 MB)"
    )
    print(
        f"retention, {small:,} events: ltv {ours['cpu_s']:.2f} CPU s, {ours['mb']:.0f} MB; pandas {theirs['cpu_s']:.2f} CPU s, {theirs['mb']:.0f} MB"
    )
    print(
        f"ratio pandas / ltv: {theirs['cpu_s'] / ours['cpu_s']:.1f} in CPU (goal 4), {theirs['mb'] / max(1, ours['mb']):.1f} in memory"
    )


if __name__ == "__main__":
    if len(sys.argv) > 2 and sys.argv[1] in ("suite", "pandas"):
        print(json.dumps({"suite": suite, "pandas": pandas}[sys.argv[1]](Path(sys.argv[2]))))
    else:
        main()

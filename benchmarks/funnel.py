"""Funnel of five steps in seven days: CPU and memory on 50 M events of 1 M people, and the ratio to pandas on 10 M.

    python benchmarks/funnel.py [EVENTS] [PANDAS_EVENTS]

The events are those of a workspace after `ltv check`: parquet in the order of time. Two logs: `log` is a shop's (38 % of its
events are steps, the others views, searches and carts), `steps` has nothing but steps. pandas does the same: sorted once, the
latest start carried forward step by step, so that its counts must be equal.
"""

import json
import sys
import tempfile
from datetime import date
from pathlib import Path

from _measure import best, measured

DAYS, PER_PERSON, WINDOW_DAYS = 60, 50, 7
STEPS = ("visit", "register", "activate_trial", "submit_order", "pay_success")
SHARES = {
    "log": dict(
        zip((*STEPS, "view", "search", "add_to_cart"), (0.28, 0.02, 0.01, 0.04, 0.03, 0.4, 0.12, 0.1), strict=True)
    ),
    "steps": dict(zip(STEPS, (0.6, 0.1, 0.1, 0.1, 0.1), strict=True)),
}


def make(path: Path, events: int, kind: str) -> None:
    import numpy as np
    import pyarrow as pa
    from pyarrow import parquet

    people, rng, each = events // PER_PERSON, np.random.default_rng(7), events // DAYS
    names, shares = list(SHARES[kind]), list(SHARES[kind].values())
    words = pa.dictionary(pa.int32(), pa.string())
    schema = pa.schema([("user_id", pa.int64()), ("ts", pa.timestamp("us")), ("event", words), ("source", words)])

    def chosen(values: list[str], p: list[float] | None = None) -> pa.Array:
        return pa.DictionaryArray.from_arrays(rng.choice(len(values), each, p=p).astype("int32"), values)

    with parquet.ParquetWriter(path, schema) as writer:
        for day in range(DAYS):  # a day of events at a time, its people in no order
            moment = day * 86_400_000_000 + np.sort(rng.integers(0, 86_400_000_000, each))
            ts = np.datetime64("2026-01-01", "us") + moment.astype("timedelta64[us]")
            columns = [rng.integers(0, people, each), ts, chosen(names, shares), chosen(["app", "mini_program", "web"])]
            writer.write_table(pa.table(columns, schema=schema))


def suite(path: Path, *, breakdown: tuple[str, ...] = (), details: tuple[str, ...] = ()) -> dict[str, float]:
    from ltv.behaviour.funnel import funnel
    from ltv.warehouse.duck import DuckEngine
    from ltv.warehouse.table import Table

    engine = DuckEngine(directories=[path.parent])
    engine.attach("events", [path])
    engine.lock()
    last = date(2026, 3, 1)

    def warm() -> None:
        import pandas as pd

        small = pd.DataFrame(
            {"user_id": [1, 1], "ts": pd.to_datetime(["2026-01-01", "2026-01-02"]), "event": ["visit", "register"]}
        )
        funnel(small, as_of=last, steps=STEPS, breakdown=breakdown, with_details=details)

    def work() -> None:
        found = funnel(
            Table(engine, "events"),
            as_of=last,
            steps=STEPS,
            window_days=WINDOW_DAYS,
            breakdown=breakdown,
            with_details=details,
        )
        print(found.whole["users"].tolist())

    return measured(work, warm)


def sources(path: Path) -> dict[str, float]:
    return suite(path, breakdown=("source",))


def details(path: Path) -> dict[str, float]:
    return suite(path, breakdown=("source",), details=("next_events", "rolling"))


def pandas(path: Path) -> dict[str, float]:
    import pandas as pd

    window = WINDOW_DAYS * 86_400_000_000

    def work() -> None:
        events = pd.read_parquet(path, columns=["user_id", "ts", "event"])
        events = events[events["event"].isin(STEPS)]
        step = events["event"].astype(str).map({name: k for k, name in enumerate(STEPS)})
        events = pd.DataFrame({"user_id": events["user_id"], "at": events["ts"].astype("int64"), "step": step})
        events = events.sort_values(["user_id", "at", "step"], ignore_index=True)
        at, user = events["at"], events["user_id"]
        start, users = at.where(events["step"] == 0), [user[events["step"] == 0].nunique()]
        for k in range(1, len(STEPS)):
            carried = start.groupby(user).ffill()  # starts never go back in time: the last one is the latest
            start = carried.where((events["step"] == k) & (at - carried <= window))
            users.append(user[start.notna()].nunique())
        print(users)

    return measured(work)


def main() -> None:
    events, small = (int(x) for x in (sys.argv[1:3] if len(sys.argv) > 2 else ("50000000", "10000000")))
    with tempfile.TemporaryDirectory() as folder:
        for kind in SHARES:
            path = f"{folder}/{kind}"
            for count in (events, small):
                make(Path(f"{path}{count}.parquet"), count, kind)
            big = best(__file__, "suite", f"{path}{events}.parquet")
            by_source = best(__file__, "sources", f"{path}{events}.parquet", times=1)
            more = best(__file__, "details", f"{path}{events}.parquet", times=1)
            ours, theirs = (best(__file__, name, f"{path}{small}.parquet") for name in ("suite", "pandas"))
            print(
                f"{kind}: {events:,} events, 5 steps, 7 days: {big['cpu_s']:.1f} CPU s, {big['mb']:.0f} MB over the base (goal 8 s, 1500 MB); "
                f"by source {by_source['cpu_s']:.1f} CPU s, {by_source['mb']:.0f} MB; with next events and days too {more['cpu_s']:.1f} CPU s, {more['mb']:.0f} MB"
            )
            print(
                f"{kind}: {small:,} events: ltv {ours['cpu_s']:.2f} CPU s, {ours['mb']:.0f} MB; pandas {theirs['cpu_s']:.2f} CPU s, "
                f"{theirs['mb']:.0f} MB; ratio {theirs['cpu_s'] / ours['cpu_s']:.1f} in CPU (goal 5), {theirs['mb'] / max(1, ours['mb']):.1f} in memory"
            )


CASES = {"suite": suite, "sources": sources, "details": details, "pandas": pandas}

if __name__ == "__main__":
    if len(sys.argv) > 2 and sys.argv[1] in CASES:
        print(json.dumps(CASES[sys.argv[1]](Path(sys.argv[2]))))
    else:
        main()

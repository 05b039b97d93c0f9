"""The whole board of the paid hooks, from a million spans in OTLP files to its page: `python benchmarks/hooks_board.py [--traces 170000]`.

A workspace of spans (OTLP/JSON or OTLP protobuf), orders, hook calls (five an order), offers and their events, and members. One process opens it, which
reads and checks every table, and runs the cells of `notebooks/14_hooks.ipynb` as they are, charts and tables included. CPU seconds, wall seconds, and the
whole peak of that process; the time of the imports is not counted, their memory is.
"""

import argparse
import json
import sys
import tempfile
from datetime import date
from pathlib import Path

# `ltv.py` beside this file has the name of the package.
HERE = Path(__file__).resolve().parent
sys.path = [folder for folder in sys.path if Path(folder).resolve() != HERE]
import ltv  # noqa: E402

sys.path.append(str(HERE))

import hooks  # noqa: E402
import hooks_service  # noqa: E402
import numpy as np  # noqa: E402
import pyarrow as pa  # noqa: E402
import pyarrow.parquet as pq  # noqa: E402
from _measure import apart, measured, peak_mb  # noqa: E402

NOTEBOOK = HERE.parent / "notebooks" / "14_hooks.ipynb"
FORMATS = ("jsonl", "binpb")
DAY, OFFERED, POOLS = date(2026, 6, 30), 3, 20  # every third order had an offer


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--traces", type=int, default=170_000, help="of six spans each")
    asked.add_argument("--case", help=argparse.SUPPRESS)
    given = asked.parse_args()
    if given.case:
        print(json.dumps(_board(Path(given.case))))
        return
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder)
        hooks.write(made, given.traces)
        for name in FORMATS:
            root = made / name
            sizes = _workspace(root, made, name)
            told = apart(__file__, "--case", str(root))
            print(f"{name:6} {told['cpu_s']:6.1f} s CPU {told['wall_s']:6.1f} s {told['peak']:7,.0f} MB of these: reading "
                  f"{told['reading_cpu_s']:.1f} s CPU {told['reading_wall_s']:.1f} s {told['read_peak']:,.0f} MB", flush=True)  # fmt: skip
    print(", ".join(f"{n:,} {what}" for what, n in sizes.items()))
    print(f"goal: {hooks.GOAL_S} s, {hooks.GOAL_MB:,} MB")


def _workspace(root: Path, made: Path, name: str) -> dict[str, int]:
    """A shop whose orders are the payments of the spans."""
    (root / "data" / "spans").mkdir(parents=True)
    (root / "ltv.toml").write_text('timezone = "Asia/Shanghai"\n')
    (made / f"spans.{name}").rename(root / "data" / "spans" / f"spans.{name}")
    orders = pq.read_table(made / "orders.parquet")
    n = len(orders)
    who = {"id_type": pa.array(["member"] * n), "id_value": pa.array([f"M{k % (n // 2)}" for k in range(n)])}
    calls, _ = hooks_service.calls(5 * n)
    tables = {"hook_calls": calls, "orders": pa.table({c: orders[c] for c in orders.column_names} | who)} | _offers(
        orders, who
    )
    for table, rows in tables.items():
        (root / "data" / table).mkdir()
        pq.write_table(rows, root / "data" / table / f"{table}.parquet")
    return {"spans": 6 * n} | {table: len(rows) for table, rows in tables.items()}


def _offers(orders: pa.Table, who: dict[str, pa.Array]) -> dict[str, pa.Table]:
    """Offers held and redeemed in time, by people who registered an hour before they first did."""
    at = np.arange(0, len(orders), OFFERED)
    taken, moment = orders.take(pa.array(at)), orders["ts"].to_numpy().astype("datetime64[us]").astype(np.int64)
    pool = pa.array([f"O{k % POOLS}" for k in range(len(at))])
    stamps = pa.array(np.concatenate([moment[at], moment[at] + 1_000]), pa.timestamp("us"))
    twice = pa.array(np.concatenate([np.arange(len(at))] * 2))
    rows = {"ts": stamps, "offer_id": pool.take(twice), "order_id": taken["order_id"].take(twice)}
    rows |= {c: v.take(pa.array(at)).take(twice) for c, v in who.items()}
    rows["event"] = pa.array(np.repeat(["reserved", "redeemed"], len(at)))
    begin, end = (
        pa.array([np.datetime64(day, "us")] * POOLS, pa.timestamp("us")) for day in ("2026-05-01", "2026-07-02")
    )
    hook = ["limited_time_offer"] * POOLS
    offers = {
        "offer_id": [f"O{k}" for k in range(POOLS)],
        "hook": hook,
        "name": hook,
        "starts_at": begin,
        "expires_at": end,
    }
    values, first = np.unique(who["id_value"].to_numpy(zero_copy_only=False), return_index=True)
    members = {
        "id_type": ["member"] * len(values),
        "id_value": values,
        "registered_at": pa.array(moment[first] - 3_600_000_000, pa.timestamp("us")),
    }
    return {
        "offers": pa.table(offers | {"stock": [len(at)] * POOLS}),
        "offer_events": pa.table(rows),
        "members": pa.table(members),
    }


def _board(root: Path) -> dict[str, float]:
    cells = [c for c in json.loads(NOTEBOOK.read_text())["cells"] if c["cell_type"] == "code"]
    names: dict[str, object] = {}
    exec("import ltv\n" + "\n".join(f"ltv.{name}" for name in ltv.__all__), {})

    def run(chosen: list[dict]) -> None:
        for cell in chosen:
            exec("".join(cell["source"]), names)
            if cell["id"] == "parameters":
                names.update(workspace=str(root), date=str(DAY))

    opening = [c for c in cells if c["id"] in ("parameters", "open")]
    reading = measured(lambda: run(opening))
    read_peak = peak_mb()
    rest = measured(lambda: run([c for c in cells if c not in opening and c["id"] != "scenes"]))
    paid, slow, audit = names["paid"], names["slow"], names["audit"]
    assert (len(paid.mismatches), slow.slower["service"].tolist(), len(audit.table)) == (0, ["risk"], 0)
    assert names["levels"].incidents["hook"].tolist() == ["payment"]
    told = {f"{k}": reading[k] + rest[k] for k in ("cpu_s", "wall_s")}
    return (
        told | {f"reading_{k}": reading[k] for k in ("cpu_s", "wall_s")} | {"peak": peak_mb(), "read_peak": read_peak}
    )


if __name__ == "__main__":
    main()

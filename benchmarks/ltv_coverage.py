"""How often 80 % intervals hold the truth: `python benchmarks/ltv_coverage.py [--draws 100] [--keep FILE] [--write]`.

- Simulated malls, orders only: one draw is a seed (from 2000 on; none was looked at when the model was made), 3,000 to 8,000
  people, a last day in any season, 60 to 640 days of history and a horizon of 30, 90 or 180 days that is no longer than the history.
- Rolling cutoffs of CDNOW, Online Retail and Complete Journey; windows that overlap are no independent draws.

Each time the whole model is trained on what was known at the cutoff. People are looked at in fifths of their predicted chance to
buy within a draw, and pooled over draws.
"""

import argparse
import importlib
import json
import sys
from concurrent.futures import ProcessPoolExecutor
from datetime import date, timedelta
from multiprocessing import get_context
from pathlib import Path

# `ltv.py` beside this file has the name of the package.
HERE = Path(__file__).resolve().parent
sys.path = [folder for folder in sys.path if Path(folder).resolve() != HERE]
importlib.import_module("ltv")
sys.path.append(str(HERE))

FIRST_SEED, STRATA = 2_000, 5
HORIZONS = (30, 90, 180)
ROLLING = ("cdnow", "retail", "journey")
PLACES, ROLLED = (0.4, 0.5, 0.6, 0.7, 0.8), (30, 90)
TOTALS, PEOPLE = (0.70, 0.90), (0.77, 0.83)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--draws", type=int, default=100)
    asked.add_argument("--processes", type=int, default=1)
    asked.add_argument("--keep", type=Path, help="rows are added to this file, and those in it are not drawn again")
    asked.add_argument("--write", action="store_true", help="write the table to LTV.md")
    of = asked.parse_args()
    rows = [json.loads(line) for line in of.keep.read_text().splitlines()] if of.keep and of.keep.exists() else []
    done = {row["case"] for row in rows}
    waiting = [f"mall {FIRST_SEED + k}" for k in range(of.draws)] + rolling()
    with ProcessPoolExecutor(of.processes, mp_context=get_context("spawn")) as pool:
        for row in pool.map(drawn, [case for case in waiting if case not in done]):
            if row is None:
                continue
            rows.append(row)
            print(line_of(row), flush=True)
            if of.keep:
                with of.keep.open("a") as file:
                    file.write(json.dumps(row) + "\n")
    text = told([row for row in rows if row["case"] in set(waiting)])
    print("\n" + text)
    if of.write:
        from _ltv_write import put

        put("coverage", text)


def rolling() -> list[str]:
    import _ltv_data as data

    there = {"cdnow": "cdnow", "retail": "online_retail", "journey": "complete_journey"}
    cases = [(name, place, days) for name in ROLLING for days in ROLLED for place in PLACES]
    return [f"{name} {place} {days}" for name, place, days in cases if (data.FOLDER / there[name]).is_dir()]


def drawn(case: str) -> dict[str, object] | None:
    name, *rest = case.split()
    return mall_draw(case, int(rest[0])) if name == "mall" else rolled(case, name, float(rest[0]), int(rest[1]))


def mall_draw(case: str, seed: int) -> dict[str, object] | None:
    import _ltv_data as data
    import numpy as np

    rng = np.random.default_rng(seed)
    users, history = int(rng.integers(3_000, 8_001)), int(rng.integers(60, 641))
    horizon = int(rng.choice([days for days in HORIZONS if days <= history]))
    end = date(2026, 6, 30) - timedelta(days=int(rng.integers(0, 365)))
    of = data.mall(users=users, days=history + horizon, end=end, horizon_days=horizon, seed=seed, orders_only=True)
    return covered(case, of.orders, of.cutoff, horizon)


def rolled(case: str, name: str, place: float, horizon: int) -> dict[str, object] | None:
    import _ltv_data as data

    orders = {"cdnow": data.cdnow, "retail": data.online_retail, "journey": data.complete_journey}[name]().orders
    first, last = orders["ts"].min().date(), orders["ts"].max().date()
    cutoff = first + timedelta(days=round(place * (last - first).days))
    return covered(case, orders, cutoff, horizon) if cutoff + timedelta(days=horizon - 1) <= last else None


def covered(case: str, orders: object, cutoff: date, horizon: int) -> dict[str, object]:
    """One model of its own, and what of the truth lay inside."""
    import numpy as np

    from ltv.lifetime.ground import Ground
    from ltv.lifetime.horizon import HorizonModel
    from ltv.lifetime.scores import coverage
    from ltv.lifetime.summaries import day_number

    ground = Ground.of(orders, as_of=cutoff - timedelta(days=1))  # type: ignore[arg-type]
    day = day_number(cutoff)
    model = HorizonModel.train(ground, day, horizon)
    told = model.score(ground, day)
    actual = ground.value_between(told.user_id, day, day + horizon)
    low, high = model.sureness.interval(told.expected)
    buyers = told.is_customer
    parts = coverage(
        actual[buyers], told.low[buyers], told.high[buyers], zero=1 - told.pays[buyers], by=told.pays[buyers]
    )
    return {
        "case": case,
        "history": day - ground.first_day,
        "horizon": horizon,
        "basis": model.basis,
        "people": int(buyers.sum()),
        "actual": float(actual.sum()),
        "expected": float(told.expected.sum()),
        "low": low,
        "high": high,
        "strata": [[int(n), float(c)] for n, c in zip(parts["n"], parts["coverage"], strict=True)],
        "payers": float(np.mean(actual[buyers] > 0)),
    }


def line_of(row: dict) -> str:
    strata = " ".join(f"{part[1]:.2f}" for part in row["strata"])
    ends = " to ".join(f"{row[end] / max(row['actual'], 1e-9):.2f}" for end in ("low", "high"))
    ratio, held = row["expected"] / max(row["actual"], 1e-9), "in" if inside(row) else "OUT"
    return (
        f"{row['case']:<18} {row['history']:>4} + {row['horizon']:>3} days {row['people']:>6} customers {row['basis']:<6} "
        f"total ratio {ratio:.2f}, {ends}: {held:<3} customers {strata}"
    )


def inside(row: dict) -> bool:
    return bool(row["low"] <= row["actual"] <= row["high"])


def told(rows: list[dict]) -> str:
    """The table: simulated malls together, by length of history and by horizon, and each public data set."""
    from _ltv_write import table

    mall = [row for row in rows if row["case"].startswith("mall")]
    groups = {"simulated malls": mall}
    groups |= {f"… horizon {days} days": [r for r in mall if r["horizon"] == days] for days in HORIZONS}
    groups["… less than a year of history"] = [r for r in mall if r["history"] < 365]
    groups["… a year and more"] = [r for r in mall if r["history"] >= 365]
    names = {"cdnow": "CDNOW, rolling", "retail": "Online Retail, rolling", "journey": "Complete Journey, rolling"}
    groups |= {title: [r for r in rows if r["case"].startswith(name)] for name, title in names.items()}
    groups["all"] = rows
    lines = [cells(name, some) for name, some in groups.items() if some]
    goal = ["goal", "≥ 100", "70–90 %", "", "", "77–83 %", *["77–83 %"] * STRATA]
    columns = ["", "draws", "totals inside", "total ratio, median", "a tenth below, above", "buyers inside"]
    return table([*columns, *(f"fifth {k + 1}" for k in range(STRATA))], [*lines, goal])


def cells(name: str, rows: list[dict]) -> list[str]:
    import numpy as np

    ratios = np.array([row["expected"] / max(row["actual"], 1e-9) for row in rows])
    low, middle, high = np.quantile(ratios, [0.1, 0.5, 0.9])
    whole = [row for row in rows if len(row["strata"]) == STRATA + 1]
    pooled = []
    for k in range(STRATA + 1):
        parts = np.array([row["strata"][k] for row in (whole if k else rows)])
        pooled.append(f"{100 * float(np.average(parts[:, 1], weights=parts[:, 0])):.1f} %" if len(parts) else "")
    held = 100 * float(np.mean([inside(row) for row in rows]))
    return [name, f"{len(rows)}", f"{held:.0f} %", f"{middle:.2f}", f"{low:.2f}, {high:.2f}", *pooled]


if __name__ == "__main__":
    main()

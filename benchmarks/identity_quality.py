"""How good the people of the simulated mall are, against the truth: `python benchmarks/identity_quality.py [USERS DAYS SEED…]`.

By default 200,000 people over 180 days, three seeds, each as usual and in the hard setting (three times the shared
devices and recycled numbers). Stitched with the settings a workspace has when it says nothing. Folders of malls that
are there are judged with `python benchmarks/identity_quality.py judge FOLDER…`.
"""

import json
import os
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

from _measure import apart, measured, peak_mb
from _people import Judged, cells, judge, stitched

from ltv.settings import Identity
from ltv.sources.mall import simulate
from ltv.warehouse.duck import DuckEngine

USERS, DAYS, SEEDS = 200_000, 180, (11, 12, 13)
# name: times the usual sharing, precision, share of the oracle's F1
SETTINGS = {"default": (1.0, 0.97, 0.97), "hard": (3.0, 0.94, 0.94)}
LARGEST = 0.0001
MEMORY_MB = 3_000


def make(out: str, users: str, days: str, seed: str, shared: str) -> dict[str, float]:
    options = {"users": int(users), "days": int(days), "seed": int(seed), "shared": float(shared)}
    made = simulate(Path(out), **options, workers=os.cpu_count() or 1)
    return {"events": made.rows["events"]}


def judged(mall: str) -> dict[str, Any]:
    found: list[Judged] = []

    def work() -> None:
        with DuckEngine(memory_mb=MEMORY_MB) as engine:
            stitched(Path(mall), engine, Identity())
            found.append(judge(cells(Path(mall), engine)))

    return measured(work) | {"peak_mb": peak_mb()} | asdict(found[0])


def tell(mall: Path) -> None:
    found = apart(__file__, "judged", str(mall))
    ours, oracle = found["ours"], found["oracle"]
    arguments = json.loads((mall / "mall.json").read_text(encoding="utf-8"))["arguments"]
    name, (_, precision, share) = _setting(arguments["shared"])
    print(
        f"{name} (shared {arguments['shared']:g}): {arguments['users']:,} people x {arguments['days']} days, seed {arguments['seed']}"
    )
    print(
        f"  pairs    precision {ours['precision']:.4f} (goal {precision}), recall {ours['recall']:.4f}, F1 {ours['f1']:.4f}"
    )
    print(f"  oracle   precision {oracle['precision']:.4f}, recall {oracle['recall']:.4f}, F1 {oracle['f1']:.4f}; "
          f"ours / oracle's {ours['f1'] / oracle['f1']:.4f} (goal {share})")  # fmt: skip
    best = found["oracle_bcubed"]["f1"]
    b = found["ours_bcubed"]
    print(
        f"  B-cubed  precision {b['precision']:.4f}, recall {b['recall']:.4f}, F1 {b['f1']:.4f}; oracle's F1 {best:.4f}"
    )
    largest = {which: found[which]["largest_share"] for which in ("found", "true")}
    print(f"  largest  {largest['found']:.5%} of events (goal {LARGEST:.2%}), true one {largest['true']:.5%}; "
          f"most of strangers in one {found['strangers']:.5%}")  # fmt: skip
    for which in ("found", "true"):
        tail = ", ".join(f"{float(q):.1%} {n:,}" for q, n in found[which]["quantiles"].items())
        print(f"  {which:8} {found[which]['groups']:,} people; events of one at quantile {tail}")
    print(f"  stitched and compared in {found['wall_s']:.0f} s, peak {found['peak_mb']:,.0f} MB", flush=True)


def _setting(shared: float) -> tuple[str, tuple[float, float, float]]:
    hard = shared > SETTINGS["default"][0]
    return "hard" if hard else "default", SETTINGS["hard" if hard else "default"]


def main(users: int, days: int, seeds: tuple[int, ...]) -> None:
    for seed in seeds:
        for shared, _, _ in SETTINGS.values():
            with tempfile.TemporaryDirectory() as folder:
                mall = Path(folder) / "mall"
                apart(__file__, "make", str(mall), *map(str, (users, days, seed, shared)))
                tell(mall)


if __name__ == "__main__":
    CASES = {"make": make, "judged": judged}
    if sys.argv[1:2] == ["judge"]:
        for folder in sys.argv[2:]:
            tell(Path(folder))
    elif sys.argv[1:] and sys.argv[1] in CASES:
        print(json.dumps(CASES[sys.argv[1]](*sys.argv[2:])))
    else:
        asked = tuple(map(int, sys.argv[1:]))
        main(*(asked[:2] or (USERS, DAYS)), asked[2:] or SEEDS)

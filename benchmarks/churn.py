"""Churn probabilities on the mall beside an oracle: `python benchmarks/churn.py [--people 500000] [--users 20000]`.

The model sees one mall up to a day, and was trained on the first of that month by what had come out by then, as the health page does.
The oracle sees the same features of the same people on the same day, and was trained on what then became of further people of the
same world (other communities, which have nothing to do with these): it knows the future of strangers. Both are judged on who did
not come back in the thirty days that followed.
"""

import argparse
import importlib
import resource
import sys
import time
from datetime import date, timedelta
from itertools import islice
from pathlib import Path

# `ltv.py` beside this file has the name of the package.
HERE = Path(__file__).resolve().parent
sys.path = [folder for folder in sys.path if Path(folder).resolve() != HERE]
importlib.import_module("ltv")
sys.path.append(str(HERE))

import _ltv_mall as made  # noqa: E402
import numpy as np  # noqa: E402

from ltv.health.calendar import Calendar, month_start, number_of  # noqa: E402
from ltv.health.churn import HORIZON_DAYS, REACH_DAYS, train  # noqa: E402
from ltv.health.features import LOOKBACK_DAYS, Past  # noqa: E402
from ltv.health.ground import Reader  # noqa: E402
from ltv.health.people import auc, reliability  # noqa: E402
from ltv.sources.mall.assumptions import COMMUNITY  # noqa: E402
from ltv.warehouse.table import together  # noqa: E402

DAYS, END, ACTIVE_DAYS = 300, date(2026, 6, 30), 30
AT_ONCE = 20  # communities in memory
GOAL_AUC, GOAL_ERROR = 0.97, 0.03
KINDS = {"small trees (depth 4)": (4, 10.0), "larger trees (depth 7)": (7, 30.0)}


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--people", type=int, default=500_000, help="of whom the oracle learns")
    asked.add_argument("--users", type=int, default=20_000, help="of the mall that is told")
    asked.add_argument("--seed", type=int, default=7, help="of the mall")
    given = asked.parse_args()
    world = made.world_of(days=DAYS, end=END, seed=given.seed)
    first = given.users // COMMUNITY
    past, day = past_of(world, range(first)), number_of(END) - HORIZON_DAYS
    started = time.process_time()
    model = train(past, month_start(day))
    assert model is not None, "too little to learn from"
    seconds = time.process_time() - started
    who = past.base(day)
    x, gone = past.features(who, day), ~past.comes_back(who, day, HORIZON_DAYS)
    told = {"the page's model": model.probability(x)}
    print(f"model: {model.people:,} rows, {seconds:.1f} s CPU, usual {model.usual:.3f}", flush=True)
    teachers = further(world, range(first, first + given.people // COMMUNITY), day)
    for kind, (depth, least) in KINDS.items():
        told[f"oracle, {kind}"] = oracle(*teachers, x, depth=depth, least=least)
    report(told, gone, day, len(teachers[1]))


def past_of(world: object, numbers: range) -> Past:
    tables = made.tables(made.communities(world, numbers), until=DAYS)  # type: ignore[arg-type]
    calendar = Calendar(number_of(END), 35, 56, REACH_DAYS + LOOKBACK_DAYS, "UTC")
    return Past(
        Reader(*together({k: tables[k] for k in ("orders", "events", "members")}), calendar).ground(), ACTIVE_DAYS
    )


def further(world: object, numbers: range, day: int) -> tuple[np.ndarray, np.ndarray]:
    """Features of further people on a day, and whether they did not come back."""
    waiting, parts, started = iter(numbers), [], time.perf_counter()
    while some := list(islice(waiting, AT_ONCE)):
        past = past_of(world, range(some[0], some[-1] + 1))
        who = past.base(day)
        parts.append((past.features(who, day).astype(np.float32), ~past.comes_back(who, day, HORIZON_DAYS)))
        print(
            f"{len(parts) * AT_ONCE * COMMUNITY:,} people, {time.perf_counter() - started:.0f} s, {peak():.1f} GB",
            flush=True,
        )
    return np.concatenate([x for x, _ in parts]), np.concatenate([gone for _, gone in parts])


def oracle(x: np.ndarray, gone: np.ndarray, asked: np.ndarray, *, depth: int, least: float) -> np.ndarray:
    """Probability of each; how many trees is found on a tenth of the teachers."""
    import xgboost as xgb

    last = np.arange(len(gone)) % 10 == 0
    how = {"objective": "binary:logistic", "eval_metric": "logloss", "max_depth": depth, "eta": 0.05, "min_child_weight": least,
           "subsample": 0.8, "colsample_bytree": 0.7, "tree_method": "hist", "max_bin": 256, "nthread": 1}  # fmt: skip
    train_on = xgb.QuantileDMatrix(x[~last], gone[~last])
    watch = xgb.QuantileDMatrix(x[last], gone[last], ref=train_on)
    grown = xgb.train(how, train_on, 600, evals=[(watch, "tenth")], early_stopping_rounds=20, verbose_eval=False)
    print(f"oracle, depth {depth}: {grown.best_iteration + 1} trees, {peak():.1f} GB", flush=True)
    return grown.predict(xgb.DMatrix(asked), iteration_range=(0, grown.best_iteration + 1)).astype(np.float64)


def report(told: dict[str, np.ndarray], gone: np.ndarray, day: int, teachers: int) -> None:
    on = date(1970, 1, 1) + timedelta(days=day)
    print(
        f"\n{len(gone):,} people of the active base at the end of {on}, {gone.mean():.1%} did not come back; {teachers:,} teachers"
    )
    for name, risk in told.items():
        parts = reliability(risk, gone)
        error = (parts["people"] * (parts["told"] - parts["came"]).abs()).sum() / len(gone)
        print(f"  {name}: AUC {auc(risk, gone):.4f}, calibration error {error:.4f}, told {risk.mean():.4f}")
    mine, best = (
        auc(told["the page's model"], gone),
        max(auc(r, gone) for k, r in told.items() if k.startswith("oracle")),
    )
    print(
        f"AUC of the model: {mine / best:.4f} of the better oracle's; goal {GOAL_AUC}: {'reached' if mine / best >= GOAL_AUC else 'missed'}"
    )
    parts = reliability(told["the page's model"], gone)
    error = (parts["people"] * (parts["told"] - parts["came"]).abs()).sum() / len(gone)
    print(f"calibration error {error:.4f}; goal {GOAL_ERROR}: {'reached' if error <= GOAL_ERROR else 'missed'}")


def peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2


if __name__ == "__main__":
    main()

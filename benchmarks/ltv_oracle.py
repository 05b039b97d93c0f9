"""The mall's model beside an oracle: `python benchmarks/ltv_oracle.py [--people 100000] [--write]`.

The model sees what 50,000 people did before the cutoff, and is trained on what came of it before the cutoff. The oracle sees the same
features of the same people at the cutoff, and was trained on those of further people of the same world (other communities, which have
nothing to do with these) with what each is *truly* expected to spend after it: latent type, own rates, whether still there. Both are
judged on everybody who had registered or bought: by what they then spent, and by what they were truly expected to spend.
"""

import argparse
import importlib
import resource
import sys
import time
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

# `ltv.py` beside this file has the name of the package.
HERE = Path(__file__).resolve().parent
sys.path = [folder for folder in sys.path if Path(folder).resolve() != HERE]
importlib.import_module("ltv")
sys.path.append(str(HERE))

import _ltv_data as data  # noqa: E402
import _ltv_mall as made  # noqa: E402
import numpy as np  # noqa: E402
from _ltv_measure import SHOWN, cells  # noqa: E402
from _ltv_write import put, short, table  # noqa: E402

from ltv.lifetime.boosters import TWEEDIE, Trees  # noqa: E402
from ltv.lifetime.btyd import Btyd  # noqa: E402
from ltv.lifetime.ground import Ground  # noqa: E402
from ltv.lifetime.horizon import HorizonModel  # noqa: E402
from ltv.lifetime.scores import bootstrap, scores  # noqa: E402
from ltv.lifetime.snapshots import Snapshot  # noqa: E402
from ltv.lifetime.summaries import day_number  # noqa: E402
from ltv.sources.mall.assumptions import COMMUNITY  # noqa: E402

USERS, DAYS, HORIZON, END, SEED = 50_000, 180, 90, date(2026, 6, 30), 7
AT_ONCE = 20  # communities in memory
LARGER = replace(TWEEDIE, rounds=1_000, depth=6, eta=0.05)
KINDS = {"the model's trees (depth 3, 125)": TWEEDIE, "larger trees (depth 6, up to 1,000)": LARGER}
GOAL = 0.97


@dataclass(frozen=True, eq=False)
class Seen:
    """People at the cutoff: features of customers, features of the others, what each is truly expected to spend."""

    user_id: tuple[np.ndarray, np.ndarray]
    x: tuple[np.ndarray, np.ndarray]
    expected: tuple[np.ndarray, np.ndarray]


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--people", type=int, default=100_000, help="of whom the oracle learns")
    asked.add_argument("--write", action="store_true", help="write the table to LTV.md")
    given = asked.parse_args()
    of = data.mall(users=USERS, days=DAYS, end=END, horizon_days=HORIZON, seed=SEED)
    ground, day = of.ground(), of.cutoff_day
    model = HorizonModel.train(ground, day, HORIZON)
    scored = model.score(ground, day)
    actual = ground.value_between(scored.user_id, day, day + HORIZON)
    truth = of.expected.reindex(scored.user_id).to_numpy()
    print(f"the model is trained, {peak():.1f} GB", flush=True)
    now = seen(ground.look(model.fitted, day, HORIZON), of.expected)
    teachers = further(given.people, model.fitted)
    told = {"**the model**": scored.expected}
    for kind, trees in KINDS.items():
        money = oracle(teachers, now, trees)
        told[f"oracle, {kind}"] = money[np.argsort(np.concatenate(now.user_id))]
    told["true expectations"] = truth
    text = report(told, actual, truth, scored.is_customer, given.people)
    print("\n" + text)
    if given.write:
        put("oracle", text)


def further(people: int, fitted: Btyd) -> Seen:
    """The features of further people at the same cutoff, some communities at a time."""
    world = made.world_of(days=DAYS, end=END, seed=SEED)
    first = USERS // COMMUNITY
    drawn = made.communities(world, range(first, first + people // COMMUNITY))
    cutoff, parts, started = made.cutoff_of(END, HORIZON), [], time.perf_counter()
    while some := list(islice(drawn, AT_ONCE)):
        truth = np.concatenate([made.expected(of, day=DAYS - HORIZON, horizon_days=HORIZON) for of in some])
        number = np.concatenate([of.people.number for of in some])
        given: dict[str, Any] = made.tables(some, until=DAYS - HORIZON)
        del some
        ground = Ground.of(given.pop("orders"), as_of=cutoff - timedelta(days=1), **given)
        parts.append(seen(ground.look(fitted, day_number(cutoff), HORIZON), dict(zip(number, truth, strict=True))))
        print(
            f"{len(parts) * AT_ONCE * COMMUNITY:,} people, {time.perf_counter() - started:.0f} s, {peak():.1f} GB",
            flush=True,
        )
        del given, ground
    columns = [
        [np.concatenate([getattr(p, name)[k] for p in parts]) for k in range(2)]
        for name in ("user_id", "x", "expected")
    ]
    return Seen(*((one, other) for one, other in columns))


def seen(of: Snapshot, truth: Any) -> Seen:
    """The features of a snapshot: of orders and behaviour for customers, of behaviour for the others."""
    people = of.features.user_id, of.prospects.user_id
    x = of.features.matrix.astype(np.float32), of.prospects.x.astype(np.float32)
    return Seen(people, x, tuple(np.array([truth[n] for n in some], np.float64) for some in people))  # type: ignore[arg-type]


def oracle(teachers: Seen, now: Seen, trees: Trees) -> np.ndarray:
    """Money expected of each of `now`: Tweedie trees like the model's; how many is found on a tenth of the teachers."""
    import xgboost as xgb

    parts = []
    for x, y, asked in zip(teachers.x, teachers.expected, now.x, strict=True):
        last, unit = np.arange(len(y)) % 10 == 0, y.mean()
        how = trees.parameters(0, len(y)) | {"objective": "reg:tweedie", "tweedie_variance_power": 1.5}
        train = xgb.QuantileDMatrix(x[~last], y[~last] / unit)
        watch = xgb.QuantileDMatrix(x[last], y[last] / unit, ref=train)
        grown = xgb.train(how | {"max_bin": 256}, train, trees.rounds, evals=[(watch, "tenth")], early_stopping_rounds=25,
                          verbose_eval=False)  # fmt: skip
        print(f"{len(y):,} teachers, {grown.best_iteration + 1} trees, {peak():.1f} GB", flush=True)
        ends = (0, grown.best_iteration + 1)
        parts.append(unit * grown.predict(xgb.DMatrix(asked), iteration_range=ends).astype(np.float64))
    return np.concatenate(parts)


def report(
    told: dict[str, np.ndarray], actual: np.ndarray, truth: np.ndarray, customers: np.ndarray, people: int
) -> str:
    parts = [f"Oracle trained on the true expectations of {people:,} further people."]
    groups = {
        "everybody": np.ones(len(actual), np.bool_),
        "customers": customers,
        "people without a purchase": ~customers,
    }
    for title, who in groups.items():
        for name, label in (("what they spent", actual), ("what they were truly expected to spend", truth)):
            some = {
                kind: money[who] for kind, money in told.items() if not (label is truth and kind == "true expectations")
            }
            measured = {kind: scores(label[who], money) for kind, money in some.items()}
            rows = [cells(kind, of) for kind, of in measured.items()]
            parts += [f"**{title}** ({who.sum():,}), judged by {name}", table(["", *SHOWN.values()], rows)]
            parts.append(share_of_oracle(label[who], some, measured))
    return "\n\n".join(parts)


def share_of_oracle(label: np.ndarray, told: dict[str, np.ndarray], measured: dict[str, dict[str, float]]) -> str:
    """The model's Gini as a share of the better oracle's, with a bootstrap interval."""
    gini = "normalized_gini"
    model = next(iter(told))
    best = max((kind for kind in told if kind.startswith("oracle")), key=lambda kind: measured[kind][gini])
    drawn = bootstrap(label, {kind: told[kind] for kind in (model, best)}, draws=200)
    low, high = np.quantile(drawn[model][gini] / drawn[best][gini], [0.025, 0.975])
    share = measured[model][gini] / measured[best][gini]
    word = "reached" if share >= GOAL else "missed"
    return f"Gini of the model: {short(share)} of the better oracle's [{short(low)}, {short(high)}]; goal {short(GOAL)}: {word}."


def peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2


if __name__ == "__main__":
    main()

"""What channels truly added, beside what is said of them: shares, total, intervals, and what a budget moved by it gains.

    python benchmarks/attribution.py [accuracy] [intervals] [mall MALL...]

accuracy   three shops of eight channels each (`_channels.py`): observed confounding (a segment and sale days that raise both orders
           and touches), hidden confounding (people, and passing weeks of interest) with 10 % holdouts of each channel and without,
           and effects no model is made for (thresholds, synergies, saturation, fading).
intervals  100 small shops with other effects and costs each: how often 90 % intervals hold the truth, how much of the gain of one
           who knows the true curves a proposed budget has, and how often it loses.
mall       simulated malls with their truth, made by `ltv mall` (50,000 people, 360 days).

Share error is the mean absolute difference of shares of all that channels added, in points; rank is Spearman's. Everything runs on one core.
"""

import sys
import time
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
from _channels import AS_OF, LOOKBACK, WINDOW, Shop, Terms, shop, without

from ltv.attribution import budget, credit, response
from ltv.attribution.descriptive import descriptive
from ltv.attribution.given import Ground
from ltv.attribution.learn import Learned, Sources, learn
from ltv.warehouse.table import Table, together

EIGHT = (0.9, 0.6, 0.45, 0.3, 0.2, 0.1, 0.05, 0.0)
DRAWS = 100
OURS = "incremental"


def main() -> None:
    asked = sys.argv[1:] or ["accuracy", "intervals"]
    if "mall" in asked:
        place = asked.index("mall")
        asked, malls = asked[:place], asked[place + 1 :]
        for folder in malls:
            of_mall(Path(folder))
    if "accuracy" in asked:
        accuracy()
    if "intervals" in asked:
        intervals()


def accuracy() -> None:
    observed = Terms(20_000, EIGHT, seen=0.8)
    hidden = Terms(20_000, EIGHT, hidden=0.5, interest=0.3, held=0.1)
    shops = {
        "observed confounding": (observed, True),
        "hidden confounding, 10 % holdouts": (hidden, True),
        "hidden confounding, holdouts not told": (hidden, False),
        "hidden in people only, no holdouts": (without(hidden, interest=0.0, held=0.0), False),
        "misspecified": (
            without(observed, keeps=0.5, need_two=(2,), fades=4.0, together={(0, 1): 0.3, (3, 4): -0.1}), True
        ),
    }  # fmt: skip
    for name, (terms, holdouts) in shops.items():
        started = time.process_time()
        made = shop(terms, 7)
        drawn = time.process_time()
        ground, told, table = learned(made, holdouts=holdouts)
        print(f"\n{name}: {len(made.tables['orders']):,} conversions, {len(made.tables['touches']):,} touches; "
              f"drawn in {drawn - started:.0f} s, learned in {time.process_time() - drawn:.0f} s CPU")  # fmt: skip
        assert told.effects is not None
        compare(ground, table, made.added, told.effects.model)
        ground.drop()


def learned(made: Shop, *, holdouts: bool) -> tuple[Ground, Learned, pd.DataFrame]:
    """What the suite says: the ground, what it learned, and credit for conversions."""
    engine, names = together(made.tables)
    ground = Ground.of(
        Table(engine, names["orders"]), Table(engine, names["touches"]), as_of=AS_OF, window_days=WINDOW, lookback_days=LOOKBACK
    )  # fmt: skip
    told = learn(ground, Sources(names["members"], None, names["exposures"] if holdouts else None), timezone="UTC")
    parts = credit.parts_of(told, seed=0)
    outcomes, rows = credit.outcomes_of(ground), credit.rows_of(ground, told.user_id)
    return ground, told, credit.credits_of(parts, rows, outcomes, told.user_id, ground.channels, seed=0)


def compare(ground: Ground, table: pd.DataFrame, truth: np.ndarray, model: str, outcome: str = "conversions") -> None:
    own = table[(table["outcome"] == outcome) & (table["segment"] == "all") & (table["channel"] != "organic")]
    rules = descriptive(ground, methods=["last_touch", "equal_credit", "markov_1"])
    rules = rules[(rules["outcome"] == outcome) & (rules["segment"] == "all") & (rules["campaign"] == "all")]
    said = {OURS: own.set_index("channel")["credit"]}
    for method, rows in rules[rules["channel"] != "organic"].groupby("method"):
        said[str(method)] = rows.set_index("channel")["credit"]
    print(f"  {'':14}{'share error':>12}{'largest':>9}{'rank':>7}{'total':>8}")
    for method, credit_of in said.items():
        error, largest, rank, total = judged(credit_of.reindex(list(ground.channels)).fillna(0).to_numpy(), truth)
        print(f"  {method:14}{error:12.2f}{largest:9.2f}{rank:7.3f}{total:8.3f}")
    within = ((own["low"].to_numpy() <= truth) & (truth <= own["high"].to_numpy())).sum()
    print(f"  model {model}; {within} of {len(truth)} intervals hold the truth")


def judged(said: np.ndarray, truth: np.ndarray) -> tuple[float, float, float, float]:
    """Mean and largest share error in points, rank correlation, ratio of totals."""
    apart = 100 * np.abs(said / said.sum() - truth / truth.sum())
    rank = float(pd.Series(said).corr(pd.Series(truth), method="spearman"))
    return float(apart.mean()), float(apart.max()), rank, float(said.sum() / truth.sum())


def intervals() -> None:
    held, organic, gains, models = [], [], [], []
    started = time.process_time()
    for number in range(DRAWS):
        rng = np.random.default_rng([11, number])
        terms = Terms(2_500, tuple(rng.uniform(0, 0.8, 5).round(2)), seen=0.8, keeps=float(rng.uniform(0.2, 0.7)))
        made = shop(terms, 1_000 + number)
        ground, told, table = learned(made, holdouts=False)
        assert told.effects is not None
        models.append(told.effects.model)
        whole = table[(table["outcome"] == "conversions") & (table["segment"] == "all")].set_index("channel")
        own = whole.loc[list(ground.channels)]
        held.append((own["low"].to_numpy() <= made.added) & (made.added <= own["high"].to_numpy()))
        anyway = len(made.tried) * made.weight
        organic.append(whole.at["organic", "low"] <= anyway <= whole.at["organic", "high"])
        gains.append(budgeted(made, ground, told, rng))
        ground.drop()
    made_of = pd.Series(models).value_counts().to_dict()
    ours, oracle, sure = np.array(gains).T
    print(f"\n{DRAWS} shops of {terms.people:,} people, {len(made.tables['orders']):,} conversions in the last one; "
          f"{time.process_time() - started:.0f} s CPU; models {made_of}")  # fmt: skip
    print(
        f"  90 % intervals hold the truth: channels {100 * np.mean(held):.1f} %, organic {100 * np.mean(organic):.1f} %"
    )
    print(f"  budget: {100 * ours.sum() / oracle.sum():.1f} % of the oracle's gain, median {100 * np.median(ours / oracle):.1f} %, "
          f"nothing moved in {(ours == 0).sum()}, value lost in {(ours < 0).sum()}")  # fmt: skip
    for gain, best, chance in sorted(zip(ours, oracle, sure, strict=True))[: (ours < 0).sum()]:
        print(
            f"    lost {-gain:,.0f} where {best:,.0f} could be gained; believed to gain in {100 * chance:.1f} % of draws"
        )
    print(
        f"  believed to gain in {100 * budget.SURE:.0f} % of draws or more: {(sure >= budget.SURE).sum()}, of these value lost in {((ours < 0) & (sure >= budget.SURE)).sum()}"
    )


def budgeted(made: Shop, ground: Ground, told: Learned, rng: np.random.Generator) -> tuple[float, float, float]:
    """True gain of the proposed budget and of one made from the true curves, and how sure the proposal is."""
    what = ground.exposure[0]
    parts, doses = credit.parts_of(told, seed=0), credit.doses_of(ground, what)
    assert told.doses is not None
    likely = response.saturation(told.doses, len(ground.channels))
    said = response.curves(ground, told, parts, doses, likely, is_exposure=what, seed=0)
    cost = np.array([len(t) for t in made.touched]) * np.exp(rng.normal(0, 0.7, len(made.touched)))
    true = response.Curves(response.PRESSURES, made.response(response.PRESSURES, 5)[None], said.keeps[:1])
    today = true.at(np.ones(len(cost))).sum()
    plans = [budget.plan(curves, cost, ground.channels, budget.Bounds()) for curves in (said, true)]
    gain, best = (float(true.at(plan.pressure).sum() - today) for plan in plans)
    return gain, best, float((plans[0].gain > 0).mean())


def of_mall(folder: Path) -> None:
    """Ninety-one days of a simulated mall, touches of eight days."""
    import duckdb

    import ltv

    last = date(2026, 6, 30)
    mall = ltv.open(folder, date=last.isoformat())
    started = time.process_time()
    given = {name: getattr(mall, name) for name in ("orders", "touches", "members", "events", "exposures")}
    engine, names = together(given)
    orders, touches = (Table(engine, names[name]) for name in ("orders", "touches"))
    ground = Ground.of(orders, touches, as_of=last, window_days=91, lookback_days=8, timezone="Asia/Shanghai")
    told = learn(ground, Sources(names["members"], names["events"], names["exposures"]), timezone="Asia/Shanghai")
    assert told.effects is not None
    parts, outcomes = credit.parts_of(told, seed=0), credit.outcomes_of(ground)
    table = credit.credits_of(
        parts, credit.rows_of(ground, told.user_id), outcomes, told.user_id, ground.channels, seed=0
    )
    asked = "SELECT channel, sum(value) AS value FROM read_parquet($files) WHERE month >= $first GROUP BY channel"
    files = str(folder / "truth" / "channels" / "*.parquet")
    rows = duckdb.execute(asked, {"files": files, "first": date(2026, 4, 1)}).df().set_index("channel")["value"]
    print(
        f"\nmall {folder.name}: {len(told.user_id):,} conversions, {time.process_time() - started:.0f} s CPU; value added"
    )
    compare(ground, table, rows.reindex(list(ground.channels)).to_numpy(), told.effects.model, "value")


if __name__ == "__main__":
    main()

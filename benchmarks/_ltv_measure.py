"""The lifetime-value benchmark: everything is fitted on what was known when the cutoff day began (protocol *deploy*)."""

import sys
from dataclasses import dataclass

import _ltv_data as data
import numpy as np

from ltv.lifetime.blend import Blend
from ltv.lifetime.btyd import Btyd, expect, fit_btyd
from ltv.lifetime.ground import Ground
from ltv.lifetime.level import level
from ltv.lifetime.scores import differences, scores
from ltv.lifetime.snapshots import past
from ltv.lifetime.summaries import Ledger, day_number, histories, movements, summaries

SETS = {
    "cdnow": data.cdnow,
    "retail": data.online_retail,
    "retail-own-time": lambda: data.online_retail(by_day=False),
    "journey": data.complete_journey,
    "mall": data.mall,
}
SHOWN = ("normalized_gini", "spearman", "mae", "total_ratio", "decile_mape", "auc")


@dataclass(frozen=True)
class Scene:
    """Orders before a cutoff, models of purchases fitted to them, and what then came."""

    ledger: Ledger
    fitted: dict[str, Btyd]
    first_day: int
    cutoff_day: int
    horizon_days: int


def main() -> None:
    for name in sys.argv[1:] or SETS:
        of = SETS[name]()
        print(f"\n{of.name}: {of.horizon_days} days from {of.cutoff}")
        measure(scene_of(of))


def scene_of(of: data.Data) -> Scene:
    table = movements(of.orders)
    known = histories(summaries(table, cutoff=of.cutoff))
    fitted = {kind: fit_btyd(known, kind=kind) for kind in ("bg_nbd", "pareto_nbd")}
    ledger = Ledger.of(table)
    return Scene(ledger, fitted, int(ledger.day.min()), day_number(of.cutoff), of.horizon_days)


def measure(of: Scene) -> None:
    base = of.fitted["bg_nbd"]
    ground = Ground(of.ledger, None, of.cutoff_day + of.horizon_days, "UTC")
    taken = past(ground, base, of.cutoff_day, of.horizon_days)
    now = ground.look(base, of.cutoff_day, of.horizon_days)
    actual, seen = now.spent, now.features
    show("past spend", actual, seen.spent)
    for kind, fitted in of.fitted.items():
        told = expect(fitted, seen.histories, horizon_days=of.horizon_days, spent=seen.spent)
        show(f"{kind}{f' ({fitted.reason or fitted.money_reason})' if fitted.money_reason else ''}", actual, told.total)
    anchor = level(of.ledger, base, seen, cutoff_day=of.cutoff_day, horizon_days=of.horizon_days)
    model = Blend.train(taken).predict(seen, total=anchor.total)
    show(f"model (level: {anchor.basis})", actual, model.expected)
    show("  if the total were known", actual, model.expected * actual.sum() / model.expected.sum())
    rows = differences(actual, model.expected, seen.spent, draws=1_000).set_index("metric")
    for metric in ("normalized_gini", "spearman", "mae"):
        told = rows.loc[metric]
        print(f"  {metric} − past spend: {told['difference']:+.3f} [{told['low']:+.3f}, {told['high']:+.3f}]")


def show(name: str, actual: np.ndarray, predicted: np.ndarray) -> None:
    told = scores(actual, predicted)
    print(f"  {name:<32}", " / ".join(f"{told[metric]:.3f}" for metric in SHOWN), flush=True)

"""The lifetime-value benchmark: everything is fitted on what was known when the cutoff day began (protocol *deploy*)."""

import argparse
import time
from dataclasses import replace

import _ltv_data as data
import numpy as np
from _ltv_write import put, short, table

from ltv.lifetime.backtest import Held, ceiling, hold
from ltv.lifetime.btyd import expect, fit_btyd
from ltv.lifetime.maximum import Floats
from ltv.lifetime.order_features import histories_at
from ltv.lifetime.scores import coverage, differences, scores

SETS = {
    "cdnow": data.cdnow,
    "retail": data.online_retail,
    "retail-own-time": lambda: data.online_retail(by_day=False),
    "journey": data.complete_journey,
    "mall": data.mall,
}
SHOWN = {
    "normalized_gini": "Gini",
    "spearman": "Spearman",
    "mae": "MAE",
    "total_ratio": "total ratio",
    "decile_mape": "decile MAPE",
    "auc": "AUC",
}
LOWER_IS_BETTER = ("mae", "decile_mape")
# metric → least and most; None: no goal
GOALS: dict[str, dict[str, tuple[float, float]]] = {
    "cdnow": {"normalized_gini": (0.723, 1), "spearman": (0.454, 1), "mae": (0, 34.5), "total_ratio": (0.95, 1.05),
              "decile_mape": (0, 0.10)},
    "retail": {"normalized_gini": (0.787, 1), "spearman": (0.54, 1), "mae": (0, 555), "decile_mape": (0, 0.40)},
    "journey": {"normalized_gini": (0.871, 1), "spearman": (0.833, 1), "mae": (0, 340), "total_ratio": (0.97, 1.03),
                "decile_mape": (0, 0.05)},
    "mall": {"total_ratio": (0.97, 1.03), "decile_mape": (0, 0.05)},
}  # fmt: skip
_DRAWS, _MANY, _DRAWS_OF_MANY = 1_000, 30_000, 300  # of the bootstrap


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("sets", nargs="*", choices=[*SETS, []], help="all, if none is named")
    asked.add_argument("--write", action="store_true", help="write the tables to LTV.md")
    given = asked.parse_args()
    for name in given.sets or SETS:
        text = measured(name)
        print(f"\n{text}", flush=True)
        if given.write:
            put(name, text)


def measured(name: str) -> str:
    """The tables of one data set, as Markdown."""
    of = SETS[name]()
    started = time.perf_counter()
    ground = of.ground()
    held = hold(ground, of.cutoff_day, of.horizon_days)
    assert held is not None
    print(f"{of.name}: trained and scored with its baselines in {time.perf_counter() - started:.0f} s", flush=True)
    later = replace(ground, as_of_day=of.cutoff_day + of.horizon_days)
    best = ceiling(later, held)
    told = predictions(of, held)
    customers = held.scored.is_customer
    groups = {"customers": customers}
    if of.tables:
        groups = {"everybody who has registered or bought": np.ones(len(customers), np.bool_)} | groups
    parts = [
        group(f"{of.name}, {of.horizon_days} days from {of.cutoff}, {title}", held, who, told,
              goals=GOALS.get(name, {}) if k == 0 else {}, best=best if title == "customers" else None)
        for k, (title, who) in enumerate(groups.items())
    ]  # fmt: skip
    return "\n\n".join([*parts, intervals(held)])


def predictions(of: data.Data, held: Held) -> dict[str, Floats]:
    """Everything that is compared: name → money expected of each person scored."""
    ground, scored = of.ground(), held.scored
    pareto = fit_btyd(histories_at(ground.ledger, of.cutoff_day), kind="pareto_nbd")
    now = ground.customers(pareto, of.cutoff_day, of.horizon_days)
    both = {"BG/NBD": held.model.fitted, "Pareto/NBD": pareto}
    named = {
        kind: kind + (" + past mean" if fitted.money_reason else " + Gamma-Gamma") for kind, fitted in both.items()
    }
    other = np.zeros(len(scored.user_id))
    money = expect(pareto, now.histories, horizon_days=of.horizon_days, spent=now.spent).total
    other[np.searchsorted(scored.user_id, now.user_id)] = money
    return {
        "past spend": held.others["past_spend"],
        named["BG/NBD"]: held.others["btyd"],
        named["Pareto/NBD"]: other,
        "XGBoost on RFM": held.others["xgb_rfm"],
        "**the model**": scored.expected,
    }


def group(title: str, held: Held, who: np.ndarray, told: dict[str, Floats], *, goals: dict, best: Floats | None) -> str:
    """One table, what is sure of it, and its total."""
    actual, model = held.actual[who], held.scored.expected[who]
    rows = [cells(name, scores(actual, given[who])) for name, given in told.items()]
    if best is not None:
        rows.append(cells("the model, cv5", scores(actual, best[who])))
    if goals:
        reached = scores(actual, model)
        rows.append(["goal", *(_goal(goals.get(metric)) for metric in SHOWN)])
        rows.append(["reached", *(_reached(goals.get(metric), reached[metric]) for metric in SHOWN)])
    low, high = held.model.sureness.interval(model)
    inside = "inside" if low <= actual.sum() <= high else "**outside**"
    return "\n\n".join(
        [
            f"**{title}** ({who.sum():,})",
            table(["", *SHOWN.values()], rows),
            f"Total: {model.sum():,.0f} expected, 80 % interval {low:,.0f} to {high:,.0f}; {actual.sum():,.0f} came: {inside}.",
            against_past_spend(actual, model, told["past spend"][who]),
        ]
    )


def against_past_spend(actual: Floats, model: Floats, other: Floats) -> str:
    rows = differences(actual, model, other, draws=_DRAWS if len(actual) < _MANY else _DRAWS_OF_MANY).set_index(
        "metric"
    )
    parts = []
    for metric in ("normalized_gini", "spearman", "mae", "decile_mape", "auc"):
        told = rows.loc[metric]
        better = told["high"] < 0 if metric in LOWER_IS_BETTER else told["low"] > 0
        worse = told["low"] > 0 if metric in LOWER_IS_BETTER else told["high"] < 0
        word = "better" if better else "worse" if worse else "no difference that is sure"
        ends = f"[{_signed(told['low'])}, {_signed(told['high'])}]"
        parts.append(f"{SHOWN[metric]} {_signed(told['difference'])} {ends} {word}")
    return f"The model less past spend, 95 % by paired bootstrap: {'; '.join(parts)}."


def intervals(held: Held) -> str:
    """Coverage of people, within fifths of what was predicted."""
    s, rows = held.scored, []
    for name, who in (("customers", s.is_customer), ("people without a purchase", ~s.is_customer)):
        if (held.actual[who] > 0).sum() < 30:
            continue
        told = coverage(held.actual[who], s.low[who], s.high[who], zero=1 - s.pays[who], by=s.pays[who])
        whole, fifths = told["coverage"].iloc[0], told["coverage"].iloc[1:]
        rows.append(
            f"{name} {100 * whole:.1f} %, in fifths of the chance to buy {100 * fifths.min():.1f} to {100 * fifths.max():.1f} %"
        )
    return f"80 % intervals hold: {'; '.join(rows)}."


def cells(name: str, of: dict[str, float]) -> list[str]:
    return [name, *(short(of[metric]) for metric in SHOWN)]


def _goal(of: tuple[float, float] | None) -> str:
    if of is None:
        return ""
    low, high = of
    return f"≥ {short(low)}" if high == 1 else f"≤ {short(high)}" if low == 0 else f"{short(low)}–{short(high)}"


def _reached(of: tuple[float, float] | None, value: float) -> str:
    if of is None:
        return ""
    return "yes" if of[0] <= round(value, 3) <= of[1] else "**no**"  # goals are told to three decimals


def _signed(value: float) -> str:
    return ("+" if value >= 0 else "−") + short(abs(value))

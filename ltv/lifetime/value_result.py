"""The result of `ltv.lifetime_value`: its tables, tiles and sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import pandas as pd

from ltv.behaviour.given import day_of
from ltv.lifetime import value_charts
from ltv.lifetime.choose import Chosen
from ltv.lifetime.drift import SHIFTED, Kept
from ltv.lifetime.order_words import called
from ltv.lifetime.value_views import views_of
from ltv.lifetime.value_words import DIRECTION, WHY, WORDS, WORTH
from ltv.result import KeyFigure, Result, State, Takeaway, View
from ltv.text import Lang, Text, number

if TYPE_CHECKING:
    from ltv.lifetime.horizon import HorizonModel

_RETURN = ("abandon_return_72h_share", "search_cart_abandon_return_72h")
_COVERED = (0.77, 0.83)


@dataclass(frozen=True, repr=False)
class LifetimeValue(Result):
    """What everybody will be worth; `.table` is the result table `ltv_scores`.

    Attributes:
        as_of: the last day included.
        chosen: the model that scores.
        totals: the result table `ltv_totals`, and people.
        lists: the result table `value_lists`.
        drift: feature, stability_index, mean_abs_shap.
        kept: forecasts that are over, and what came.
        worth: revenue or margin.
        has_behaviour: whether there was more than orders.
    """

    as_of: date
    chosen: Chosen
    totals: pd.DataFrame
    lists: pd.DataFrame
    drift: pd.DataFrame
    kept: tuple[Kept, ...]
    worth: str
    has_behaviour: bool
    name: ClassVar[str] = "ltv_scores"

    @property
    def main_days(self) -> int:
        """The horizon that the page is about."""
        return self.chosen.trained.main_days

    @property
    def model(self) -> HorizonModel:
        """Its model."""
        return self.chosen.trained.main

    @cached_property
    def main(self) -> pd.DataFrame:
        """Scores of that horizon."""
        return self.table[self.table["horizon_days"] == self.main_days]

    @cached_property
    def backtest(self) -> pd.DataFrame:
        """The result table `ltv_backtest`, and how each measure differs from that of past spending."""
        rows = self.chosen.trained.backtest
        cutoff = pd.to_datetime(rows["cutoff_day"], unit="D").astype("datetime64[us]")
        return rows.drop(columns="cutoff_day").assign(cutoff=cutoff)

    @cached_property
    def drivers(self) -> pd.DataFrame:
        """The result table `ltv_drivers`."""
        rows = self.chosen.trained.drivers
        rows = rows[rows["segment_kind"] == "all"].drop(columns=["segment_kind", "segment"])
        words = [called(f) for f in rows["feature"]]
        told = {"description_zh": [w.zh for w in words], "description_en": [w.en for w in words]}
        return rows.assign(**told).reset_index(drop=True)

    @property
    def versions(self) -> pd.DataFrame | None:
        """The result table `model_versions`; None without a registry."""
        return self.chosen.versions

    def total(self, kind: str = "all", name: str = "all") -> Mapping[str, float] | None:
        """Expected total of a segment in the main horizon, and its interval."""
        t = self.totals
        rows = t[(t["horizon_days"] == self.main_days) & (t["segment_kind"] == kind) & (t["segment"] == name)]
        return None if rows.empty else {str(k): float(rows.iloc[0][k]) for k in ("expected", "low", "high", "people")}

    def _money(self, value: float) -> Text:
        return number(value, "money", currency=self.currency)

    @property
    def key_figures(self) -> Sequence[KeyFigure]:
        """Expected total, order and intervals of the backtest, high value at risk."""
        total, trained = self.total(), self.chosen.trained
        tiles = []
        if total is not None:
            rule = WORDS["rule_total"].format(n=number(total["people"], "count"), worth=WORTH[self.worth])
            label = WORDS["tile_total"].format(days=str(self.main_days))
            tiles.append(
                KeyFigure(label, total["expected"], "money", low=total["low"], high=total["high"], rule=rule, level=80)
            )
        gini, past = (trained.measure("normalized_gini", model=m) for m in ("model", "past_spend"))
        if gini is not None and past is not None:
            state: State = "good" if gini["difference_low"] > 0 else "bad" if gini["difference_high"] < 0 else "none"
            rule = WORDS["rule_gini"].format(n=number(gini["n"], "count"))
            tiles.append(
                KeyFigure(WORDS["tile_gini"], gini["value"], "number", low=gini["low"], high=gini["high"],
                          previous=past["value"], comparison=WORDS["past"], state=state, rule=rule)
            )  # fmt: skip
        covered = trained.measure("coverage_80", segment=("stage", "customers"))
        if covered is not None:
            state = "good" if _COVERED[0] <= covered["value"] <= _COVERED[1] else "watch"
            value, low, high = (covered[k] for k in ("value", "low", "high"))
            rule = WORDS["rule_coverage"]
            tiles.append(KeyFigure(WORDS["tile_coverage"], value, "rate", low=low, high=high, state=state, rule=rule))
        rule = WORDS["rule_risk"].format(days=str(self.main_days))
        tiles.append(KeyFigure(WORDS["tile_risk"], float(len(self._on("high_value_at_risk"))), "count", rule=rule))
        return tiles

    def _on(self, name: str) -> pd.DataFrame:
        return self.lists[self.lists["list"] == name]

    @property
    def findings(self) -> Sequence[Takeaway]:
        """Whether to trust the model, what is to come, how good it was, whom to act on."""
        if not len(self.table):
            return (Takeaway(WORDS["nobody"]),)
        return [*self._trust(), *self._level(), *self._tested(), *self._act(), *self._about()]

    def _trust(self) -> list[Takeaway]:
        told = []
        index, worst = self.drift_index
        if index > SHIFTED:
            words = WORDS["told_drift"].format(index=f"{index:.2f}", feature=called(worst))
            told.append(Takeaway(words, "bad", WORDS["act_drift"]))
        for one in [k for k in self.kept if not k.is_inside]:
            money = {k: self._money(getattr(one, k)) for k in ("expected", "low", "high", "actual")}
            told.append(
                Takeaway(
                    WORDS["told_missed"].format(day=str(one.as_of), days=str(one.horizon_days), **money),
                    "bad",
                    WORDS["act_missed"],
                )
            )
        if self.kept:
            inside = number(sum(k.is_inside for k in self.kept), "count")
            told.append(Takeaway(WORDS["told_kept"].format(n=number(len(self.kept), "count"), inside=inside)))
        if self.chosen.damaged:
            told.append(Takeaway(WORDS["told_damaged"].format(why=self.chosen.damaged), "bad", WORDS["act_damaged"]))
        verdict = self.chosen.verdict
        if verdict is not None and not verdict.passed:
            told.append(Takeaway(WORDS["told_gate"].format(why=verdict.reason), "watch", WORDS["act_gate"]))
        return told

    @cached_property
    def drift_index(self) -> tuple[float, str]:
        """Stability index of all features, weighted by what they count, and the feature that adds most to it."""
        d = self.drift[self.drift["mean_abs_shap"] > 0]
        if d.empty:
            return 0.0, ""
        each = d["stability_index"] * d["mean_abs_shap"] / d["mean_abs_shap"].sum()
        return float(each.sum()), str(d["feature"].iloc[int(each.to_numpy().argmax())])

    def _level(self) -> list[Takeaway]:
        total, waiting = self.total(), self.total("stage", "prospects")
        if total is None:
            return []
        share = (waiting["expected"] if waiting else 0.0) / total["expected"] if total["expected"] > 0 else 0.0
        money = {("total" if k == "expected" else k): self._money(total[k]) for k in ("expected", "low", "high")}
        named: dict[str, str | Text] = {"n": number(total["people"], "count"), "days": str(self.main_days)}
        told = [Takeaway(WORDS["told_total"].format(**named | money, share=number(share, "rate")))]
        for days, model in self.chosen.trained.models.items():
            if model.why:
                basis = WORDS[f"basis_{model.basis}"]
                words = WORDS["told_basis"].format(days=str(days), basis=basis, why=WHY[model.why])
                told.append(Takeaway(words, "watch", WORDS["act_untested"]))
        return told

    def _tested(self) -> list[Takeaway]:
        gini = self.chosen.trained.measure("normalized_gini")
        if gini is None:
            return [Takeaway(WORDS["told_untested"].format(days=str(self.main_days)), "watch", WORDS["act_untested"])]
        rows = self.chosen.trained.backtest
        cutoff = day_of(int(rows.loc[rows["horizon_days"] == self.main_days, "cutoff_day"].max()))
        ends = {k: f"{gini[f'difference_{k}']:+.3f}" for k in ("low", "high")}
        numbers = {"gini": f"{gini['value']:.3f}", "gain": f"{gini['difference']:+.3f}", **ends}
        is_better = gini["difference_low"] > 0
        words = WORDS["told_better" if is_better else "told_as_good"].format(cutoff=str(cutoff), **numbers)
        return [Takeaway(words, "good" if is_better else "none")]

    def _act(self) -> list[Takeaway]:
        told = []
        risky = self._on("high_value_at_risk")
        if len(risky):
            named = {"n": number(len(risky), "count"), "money": self._money(float(risky["expected"].sum()))}
            told.append(
                Takeaway(WORDS["told_risk"].format(days=str(self.main_days), **named), "watch", WORDS["act_risk"])
            )
        golden, new = self._on("golden48_high_potential"), self.main[self.main["golden48_score"].notna()]
        if len(golden) and new["expected"].sum() > 0:
            share = float(golden["expected"].sum() / new["expected"].sum())
            named = {"n": number(len(golden), "count"), "share": number(share, "rate")}
            told.append(Takeaway(WORDS["told_golden"].format(**named), "none", WORDS["act_golden"]))
        return told

    def _about(self) -> list[Takeaway]:
        told = []
        rows = self.drivers[self.drivers["mean_abs_shap"] > 0].reset_index(drop=True)
        places = rows.index[rows["feature"].isin(_RETURN)]
        if len(places):
            first = int(places[0])
            direction = DIRECTION[str(rows["direction"][first])]
            words = WORDS["told_return"].format(place=str(first + 1), n=str(len(rows)), direction=direction)
            told.append(Takeaway(words))
        if self.worth == "margin":
            told.append(Takeaway(WORDS["told_margin"]))
        return told

    @cached_property
    def views(self) -> Mapping[str, View]:
        """The blocks of the page."""
        return views_of(self)

    def draw(self, view: str, lang: Lang) -> Any:  # noqa: ANN401  plotly is imported only there
        """Draw one of the charts."""
        return value_charts.draw(view, self.views[view].data, lang, self.currency)

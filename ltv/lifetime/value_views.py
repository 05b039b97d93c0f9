"""Blocks of the lifetime-value page: the rows behind each, and what its columns are called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from ltv.behaviour.given import day_of
from ltv.behaviour.who import WHO, column, people_of
from ltv.lifetime.backtest import MODEL as MODEL_NAME
from ltv.lifetime.drift import SHIFTED, WATCHED
from ltv.lifetime.order_words import called
from ltv.lifetime.value_lists import GOLDEN_HIGH, risk_band
from ltv.lifetime.value_words import (
    DIRECTION,
    LIST,
    LIST_ACTION,
    MODEL,
    PROTOCOL,
    RISK,
    SEGMENT_ACTION,
    SEGMENT_LIST,
    STAGE,
    TIER,
    WORDS,
    WORTH,
)
from ltv.result import Column, View, Worded
from ltv.text import Text, Unit, same

if TYPE_CHECKING:
    from ltv.lifetime.value_result import LifetimeValue

_TOP, _TOP_OF_SEGMENT = 15, 5
_MEASURES: dict[str, Unit] = {"normalized_gini": "number", "spearman": "number", "auc": "number", "mae": "money",
                              "total_ratio": "rate", "decile_mape": "rate", "top10_share": "rate", "coverage_80": "rate"}  # fmt: skip
_ENDS = ("difference", "difference_low", "difference_high")
_DASH, _WITH_ENDS = Text("–", "–"), same("{difference} [{difference_low}, {difference_high}]")
_GOLDEN_EDGES = (2, 7, 14, 21, 30.0001)


def views_of(of: LifetimeValue) -> Mapping[str, View]:
    """All blocks by name."""
    return {
        "totals": _totals(of),
        "segments": _segments(of),
        "tests": _tests(of),
        "by_segment": _by_segment(of),
        "calibration": _calibration(of),
        "drivers": _drivers(of),
        "segment_drivers": _segment_drivers(of),
        "matrix": _matrix(of),
        "lists": _lists(of),
        "golden": _golden(of),
        "trust": _trust(of),
        "kept": _kept(of),
        "models": _models(of),
    }


def _view(of: LifetimeValue, name: str, data: pd.DataFrame, *columns: Column, chart: bool = False) -> View:
    named: dict[str, str | Text] = {
        "days": str(of.main_days),
        "worth": WORTH[of.worth],
        "cutoff": str(_last_cutoff(of) or "–"),
    }
    kind: Literal["chart", "table"] = "chart" if chart and len(data) else "table"
    told = (WORDS[f"{name}_title"].format(**named), WORDS[f"{name}_note"].format(**named))
    frame = data.reindex(columns=[c.name for c in columns])
    return View(kind, *told, frame, columns, alt=WORDS[f"{name}_alt"] if chart else None)


def _column(name: str, unit: Unit = "text", words: Mapping[str, Text] | None = None, *, label: str = "") -> Column:
    return Column(name, WORDS[label or name], unit, words or {})


def _money(*names: str) -> tuple[Column, ...]:
    return tuple(_column(name, "money") for name in names)


def _last_cutoff(of: LifetimeValue) -> object:
    rows = of.chosen.trained.calibration
    days = rows.loc[rows["horizon_days"] == of.main_days, "cutoff_day"]
    return day_of(int(days.max())) if len(days) else None


def _totals(of: LifetimeValue) -> View:
    told, stages = Worded(), of.totals["segment_kind"] == "stage"
    parts = [part.assign(**{WHO: name}) for name, part in people_of(of.totals[~stages], told)]
    stage = of.totals[stages].groupby("segment", sort=False)
    parts[1:1] = [part.assign(**{WHO: told(STAGE.get(str(name), same(str(name))))}) for name, part in stage]
    rows = pd.concat(parts, ignore_index=True) if parts else of.totals.assign(**{WHO: ""})
    columns = (column(told), _column("horizon_days", "count", label="horizon"), *_money("expected", "low", "high"))
    view = _view(of, "totals", rows, *columns, chart=True)
    return replace(view, selector=WHO if view.kind == "chart" else None)


def _segments(of: LifetimeValue) -> View:
    rows = of.totals[of.totals["horizon_days"] == of.main_days]
    each = rows["expected"] / rows["people"].where(rows["people"] > 0)
    names = (_column("segment_kind", words=STAGE), _column("segment", words=STAGE), _column("people", "count"))
    return _view(of, "segments", rows.assign(each=each), *names, *_money("expected", "low", "high", "each"))


def _tests(of: LifetimeValue) -> View:
    rows = of.backtest[of.backtest["segment_kind"] == "all"]
    names = (
        _column("horizon_days", "count", label="horizon"),
        _column("cutoff", "date"),
        _column("protocol", words=PROTOCOL),
        _column("model", words=MODEL),
    )
    told, columns = _measured(rows, names)
    return _view(of, "tests", told, *names, *columns)


def _by_segment(of: LifetimeValue) -> View:
    rows = of.backtest
    rows = rows[
        (rows["segment_kind"] != "all") & (rows["horizon_days"] == of.main_days) & (rows["model"] == MODEL_NAME)
    ]
    rows = rows[(rows["protocol"] == "deploy") & (rows["cutoff"] == rows["cutoff"].max())]
    names = (_column("segment_kind", words=STAGE), _column("segment", words=STAGE))
    told, columns = _measured(rows, names)
    return _view(of, "by_segment", told, *names, *columns)


def _measured(rows: pd.DataFrame, names: tuple[Column, ...]) -> tuple[pd.DataFrame, tuple[Column, ...]]:
    """One row a test, with its measures side by side, and the one word that the difference of Gini allows."""
    verdict, difference = Worded(), Worded()
    keys = [c.name for c in names]
    out: list[dict[str, object]] = []
    for key, part in rows.groupby(keys, sort=True):
        told = {str(m): v for m, v in zip(part["metric"], part["value"], strict=True)}
        row: dict[str, object] = dict(zip(keys, key, strict=True))
        row |= {name: float(told.get(name, np.nan)) for name in _MEASURES}
        gini = part[part["metric"] == "normalized_gini"]
        ends = {k: float(gini[k].iloc[0]) if len(gini) else np.nan for k in _ENDS}
        if row.get("model") != "past_spend" and np.isfinite(ends["difference_low"]):
            row["gini_difference"] = difference(_WITH_ENDS.format(**{k: f"{v:+.3f}" for k, v in ends.items()}))
            row["verdict"] = verdict(WORDS[judged(ends["difference_low"], ends["difference_high"])])
        else:
            row |= {"gini_difference": difference(_DASH), "verdict": verdict(_DASH)}
        out.append(row)
    columns = (
        _column("normalized_gini", "number"),
        _column("gini_difference", words=difference.words),
        _column("verdict", words=verdict.words),
        *(_column(name, unit) for name, unit in _MEASURES.items() if name != "normalized_gini"),
    )
    return pd.DataFrame(out, columns=[*keys, *(c.name for c in columns)]), columns


def judged(low: float, high: float) -> str:
    """`better` and `worse` only where the interval of a difference excludes zero.

    >>> judged(0.01, 0.2), judged(-0.1, 0.2), judged(-0.2, -0.1)
    ('better', 'no_difference', 'worse')
    """
    return "better" if low > 0 else "worse" if high < 0 else "no_difference"


def _calibration(of: LifetimeValue) -> View:
    rows = of.chosen.trained.calibration
    rows = rows[rows["horizon_days"] == of.main_days]
    rows = rows[rows["cutoff_day"] == rows["cutoff_day"].max()] if len(rows) else rows
    columns = (_column("decile", "count"), *_money("predicted", "actual"))
    return _view(of, "calibration", rows, *columns, chart=True)


def _drivers(of: LifetimeValue) -> View:
    rows = of.drivers.head(_TOP)
    rows = rows[rows["mean_abs_shap"] > 0].assign(factor=np.exp(rows["mean_abs_shap"]))
    words = {f: called(f) for f in rows["feature"]}
    columns = (_column("feature", words=words), _column("factor", "number"), _column("direction", words=DIRECTION))
    return _view(of, "drivers", rows, *columns, chart=True)


def _segment_drivers(of: LifetimeValue) -> View:
    rows = of.chosen.trained.drivers
    rows = rows[(rows["segment_kind"] != "all") & (rows["mean_abs_shap"] > 0)]
    top = rows.groupby(["segment_kind", "segment"], sort=True).head(_TOP_OF_SEGMENT)
    top = top.assign(factor=np.exp(top["mean_abs_shap"]))
    words = {f: called(f) for f in top["feature"]}
    columns = (
        _column("segment_kind"),
        _column("segment"),
        _column("feature", words=words),
        _column("factor", "number"),
        _column("direction", words=DIRECTION),
    )
    return _view(of, "segment_drivers", top, *columns)


def _matrix(of: LifetimeValue) -> View:
    main = of.main.assign(risk=risk_band(of.main["churn_risk"].to_numpy(np.float64)).to_numpy())
    order = [(tier, risk) for tier in TIER for risk in RISK]
    groups = main.groupby(["tier", "risk"]).agg(people=("user_id", "size"), expected=("expected", "sum"))
    rows = groups.reindex([k for k in order if k in groups.index]).reset_index()
    if not len(rows):
        rows = pd.DataFrame(columns=["tier", "risk", "people", "expected"])
    columns = (_column("tier", words=TIER), _column("risk", words=RISK), _column("people", "count"))
    return _view(of, "matrix", rows, *columns, *_money("expected"))


def _lists(of: LifetimeValue) -> View:
    name, action = Worded(), Worded()
    rows = []
    for key, part in of.lists.groupby("list", sort=False):
        segment = str(part["segment"].iloc[0])
        words = LIST.get(str(key), SEGMENT_LIST.format(segment=segment))
        told = {"list": name(words), "do": action(LIST_ACTION.get(str(key), SEGMENT_ACTION)), "people": len(part)}
        rows.append(told | {"expected": float(part["expected"].sum())})
    columns = (_column("list", words=name.words), _column("people", "count"), *_money("expected"),
               _column("do", words=action.words))  # fmt: skip
    return _view(of, "lists", pd.DataFrame(rows, columns=["list", "people", "expected", "do"]), *columns)


def _golden(of: LifetimeValue) -> View:
    new = of.main[of.main["golden48_score"].notna()]
    place = pd.cut(new["days_known"], _GOLDEN_EDGES, right=False, labels=["2–6", "7–13", "14–20", "21–30"])
    groups = new.assign(day=place.astype(str), potential=new["golden48_score"] >= GOLDEN_HIGH).groupby("day")
    rows = groups.agg(people=("user_id", "size"), potential=("potential", "sum"), expected=("expected", "sum"))
    ordered = rows.reindex([d for d in ("2–6", "7–13", "14–20", "21–30") if d in rows.index]).reset_index(names="day")
    counts = (_column("people", "count"), _column("potential", "count"))
    return _view(of, "golden", ordered, _column("day"), *counts, *_money("expected"))


def _trust(of: LifetimeValue) -> View:
    rows = of.drift[of.drift["mean_abs_shap"] > 0].sort_values("mean_abs_shap", ascending=False).head(_TOP)
    index = rows["stability_index"]
    state = np.where(index > SHIFTED, "moved", np.where(index > WATCHED, "watch", "stable"))
    words = {f: called(f) for f in rows["feature"]}
    columns = (
        _column("feature", words=words),
        _column("stability_index", "number", label="index"),
        _column("state", words={k: WORDS[k] for k in ("stable", "watch", "moved")}),
    )
    return _view(of, "trust", rows.assign(state=state), *columns)


def _kept(of: LifetimeValue) -> View:
    rows = [
        {"said_on": k.as_of, "horizon": k.horizon_days, "expected": k.expected, "low": k.low, "high": k.high,
         "actual": k.actual, "verdict": "inside" if k.is_inside else "outside"}
        for k in of.kept
    ]  # fmt: skip
    names = ["said_on", "horizon", "expected", "low", "high", "actual", "verdict"]
    frame = pd.DataFrame(rows, columns=names)
    words = {k: WORDS[k] for k in ("inside", "outside")}
    columns = (_column("said_on", "date"), _column("horizon", "count"), *_money("expected", "low", "high", "actual"))
    return _view(of, "kept", frame, *columns, _column("verdict", words=words))


def _models(of: LifetimeValue) -> View:
    both = Worded()
    frame = pd.DataFrame(columns=["version", "trained_at", "in_use", "reason"])
    if of.versions is not None:
        rows = of.versions.rename(columns={"model_version": "version"})
        reasons = [both(_both(str(r))) for r in rows["reason"]]
        frame = rows.assign(in_use=np.where(rows["champion"], "yes", "no"), reason=reasons)
    columns = (
        _column("version"),
        _column("trained_at", "time"),
        _column("in_use", words={k: WORDS[k] for k in ("yes", "no")}),
        _column("reason", words=both.words),
    )
    return _view(of, "models", frame, *columns)


def _both(line: str) -> Text:
    zh, _, en = line.partition(" · ")
    return Text(zh, en or zh)

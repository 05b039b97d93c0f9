"""Blocks of the page on attribution."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ltv.attribution.attribution_words import METHOD, WORDS
from ltv.attribution.table import HEADLINE
from ltv.attribution.terms import ORGANIC, WHOLE
from ltv.result import Column, View, Worded
from ltv.text import Text, Unit, number

if TYPE_CHECKING:
    from ltv.attribution.attribution_result import Attribution

_UNITS: dict[str, Unit] = {
    "credit": "money", "low": "money", "high": "money", "share": "rate", "cost": "money", "roi": "money", "marginal_roi": "money",
    "share_low": "rate", "share_high": "rate",
    "marginal_low": "money", "marginal_high": "money", "orders": "count", "ltv": "money", "now": "money", "before": "money",
    "change": "money", "cost_before": "money", "current_cost": "money", "proposed_cost": "money", "cost_change": "money",
    "expected_gain": "money", "gain_low": "money", "gain_high": "money", "value": "money", "pressure": "number",
    "people": "count", "people_held": "count", "measured": "points", "expected": "points", "used": "points",
}  # fmt: skip
_LABELS = {
    "gain_low": "low",
    "gain_high": "high",
    "share_low": "low",
    "share_high": "high",
    "value": "added",
    "people": "evidence_people",
    "people_held": "evidence_held",
}


def views(told: Attribution) -> dict[str, View]:
    """All blocks that there are figures for."""
    out: dict[str, View] = {}
    if not told.by_channel.empty:
        out["waterfall"] = _waterfall(told)
        out["channels"] = _channels(told)
        out["curves"] = _curves(told)
        out["plan"] = _plan(told)
    if len(told.touches):
        out["methods"] = _methods(told)
        out["segments"] = _segments(told)
        out["campaigns"] = _campaigns(told)
    if told.earlier is not None:
        out["changes"] = _changes(told)
    if told.learned.evidence is not None:
        out["evidence"] = _evidence(told)
    return {name: view for name, view in out.items() if len(view.data)}


def _columns(data: pd.DataFrame, words: dict[str, dict[str, Text]] | None = None) -> tuple[Column, ...]:
    named = words or {}
    return tuple(
        Column(c, WORDS[_LABELS.get(c, c)] if c not in METHOD else METHOD[c], "rate" if c in METHOD else _UNITS.get(c, "text"), named.get(c, {}))
        for c in data.columns
    )  # fmt: skip


_NAMED = {"channel": {ORGANIC: WORDS["organic"], WHOLE: WORDS["total"]}}


def _waterfall(told: Attribution) -> View:
    rows = told.rows()[["channel", "credit", "low", "high", "share"]]
    organic, rest = rows[rows["channel"] == ORGANIC], rows[rows["channel"] != ORGANIC]
    data = pd.concat([organic, rest.sort_values("credit", ascending=False)], ignore_index=True)
    return View(
        "chart", WORDS["view_waterfall"], WORDS["note_waterfall"], data, _columns(data, _NAMED), WORDS["alt_waterfall"]
    )


def _channels(told: Attribution) -> View:
    order = [
        "channel",
        "credit",
        "low",
        "high",
        "share",
        "orders",
        "ltv",
        "cost",
        "roi",
        "marginal_roi",
        "marginal_low",
        "marginal_high",
    ]
    data = told.by_channel[[c for c in order if c in told.by_channel]].dropna(axis=1, how="all")
    return View("table", WORDS["view_channels"], WORDS["note_channels"], data, _columns(data))


def _curves(told: Attribution) -> View:
    curve, names = told.curves, list(told.by_channel["channel"])
    if curve is None:
        return View("chart", WORDS["view_curves"], WORDS["note_curves"], pd.DataFrame(), (), WORDS["alt_curves"])
    parts = []
    for name in names:
        drawn = curve.value[:, told.ground.channels.index(name)]
        low, high = np.percentile(drawn, (5, 95), axis=0)
        parts.append(
            pd.DataFrame(
                {"channel": name, "pressure": curve.pressures, "value": drawn.mean(axis=0), "low": low, "high": high}
            )
        )
    data = pd.concat(parts, ignore_index=True)
    return View("chart", WORDS["view_curves"], WORDS["note_curves"], data, _columns(data), WORDS["alt_curves"])


def _plan(told: Attribution) -> View:
    reasons = Worded()
    data = told.plan_table.drop(columns=["as_of"]).rename(columns={"change": "cost_change"})
    data["reason"] = [
        reasons(Text(str(zh), str(en))) for zh, en in zip(data["reason_zh"], data["reason_en"], strict=True)
    ]
    data = data.drop(columns=["reason_zh", "reason_en"])
    data = data[data["current_cost"].notna()].sort_values(
        "cost_change", ascending=False, key=lambda s: s.abs(), ignore_index=True
    )
    note = WORDS["note_plan"].format(step=number(told.step, "rate"))
    return View("table", WORDS["view_plan"], note, data, _columns(data, _NAMED | {"reason": reasons.words}))


def _methods(told: Attribution) -> View:
    t = told.table
    rows = t[(t["outcome"] == "value") & (t["segment_kind"] == WHOLE) & (t["campaign"] == WHOLE)]
    wide = rows.pivot_table(index="channel", columns="method", values="share", aggfunc="sum").drop(
        index=ORGANIC, errors="ignore"
    )
    order = [m for m in METHOD if m in wide]
    data = wide[order].sort_values(order[0], ascending=False).reset_index() if order else pd.DataFrame()
    data.columns.name = None
    data = _with_interval(data, rows)
    return View("chart", WORDS["view_methods"], WORDS["note_methods"], data, _columns(data), WORDS["alt_methods"])


def _with_interval(data: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """Shares of the headline method with the interval of its credit, in the same unit."""
    known = rows[(rows["method"] == HEADLINE) & rows["low"].notna() & (rows["credit"] != 0)].set_index("channel")
    if not len(data) or not len(known):
        return data
    scale = known["share"] / known["credit"]
    ends = {f"share_{end}": (known[end] * scale).reindex(data["channel"]).to_numpy() for end in ("low", "high")}
    return data.assign(**ends)


def _segments(told: Attribution) -> View:
    t = told.table
    method = HEADLINE if not told.by_channel.empty else "equal_credit"
    rows = t[
        (t["method"] == method) & (t["outcome"] == "value") & (t["segment_kind"] != WHOLE) & (t["campaign"] == WHOLE)
    ]
    data = rows[["segment_kind", "segment", "channel", "credit", "low", "high", "share", "cost", "roi"]]
    order = ["segment_kind", "segment", "credit"]
    data = data.sort_values(order, ascending=[True, True, False], ignore_index=True)
    return View("table", WORDS["view_segments"], WORDS["note_segments"], data, _columns(data, _NAMED))


def _campaigns(told: Attribution) -> View:
    method = HEADLINE if not told.by_channel.empty else "linear"
    rows = told.rows(method, campaign=None)[["channel", "campaign", "credit", "share", "cost", "roi"]]
    data = rows[rows["credit"].abs() > 0].sort_values(["channel", "credit"], ascending=[True, False], ignore_index=True)
    words = {"campaign": {"": WORDS["no_campaign"]}}
    return View("table", WORDS["view_campaigns"], WORDS["note_campaigns"], data, _columns(data, words))


def _changes(told: Attribution) -> View:
    earlier = told.earlier if told.earlier is not None else pd.DataFrame()
    rows = earlier[earlier["outcome"] == "value"].set_index("channel")
    now = told.rows().set_index("channel")
    data = pd.DataFrame({
        "now": now["credit"], "before": rows["credit"].reindex(now.index), "change": now["credit"] - rows["credit"].reindex(now.index),
        "cost": now["cost"], "cost_before": rows["cost"].reindex(now.index),
    }).sort_values("change", key=lambda s: s.abs(), ascending=False).rename_axis("channel").reset_index()  # fmt: skip
    return View("table", WORDS["view_changes"], WORDS["note_changes"], data, _columns(data, _NAMED))


def _evidence(told: Attribution) -> View:
    evidence = told.learned.evidence
    assert evidence is not None  # noqa: S101  the caller has looked
    table = evidence.table
    data = pd.DataFrame({"channel": table["name"], "people": table["people"], "people_held": table["people_held"]})
    for name in ("measured", "low", "high", "expected", "used"):
        data[name] = np.expm1(table[name])
    columns = [Column(c.name, c.label, "points" if c.name in {"low", "high"} else c.unit) for c in _columns(data)]
    return View("table", WORDS["view_evidence"], WORDS["note_evidence"], data, tuple(columns))

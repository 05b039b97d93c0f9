"""The key figures of the overview, predicted value first, daily active users last."""

from __future__ import annotations

from datetime import date
from math import sqrt
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ltv.health.health_words import WHY
from ltv.health.indicators import BENEFIT, CHURN, FIRST_ORDER, REFERRAL
from ltv.identity.quality import wilson
from ltv.overview.days import sums_of_seven
from ltv.overview.figure import Figure, Side
from ltv.overview.given import Given, day, known, main_days, numbers, whole
from ltv.overview.overview_words import LABELS, RULES, WORDS
from ltv.result import Source
from ltv.strategy.plans_result import added_up
from ltv.text import Unit, same

if TYPE_CHECKING:
    from ltv.overview.days import Days

VALUE, NEW_USER, FIRST, REVENUE, RETENTION = (
    "ltv_base", "ltv_new_user", "first_order_48h", "net_revenue_7d", "retention_28d",
)  # fmt: skip
CAMPAIGN, PEOPLE = "campaign_net", "active_people_1d"
_Z90 = 1.6448536269514722
_HEALTH: dict[str, tuple[str, Unit, Side, str, str]] = {
    FIRST: (FIRST_ORDER, "rate", "below", "05_golden48", "branches"),
    CHURN: (CHURN, "rate", "above", "12_health", "churn_risk"),
    BENEFIT: (BENEFIT, "number", "below", "12_health", "benefit_depth"),
    REFERRAL: (REFERRAL, "number", "below", "12_health", "referral_effective"),
}


def figures(given: Given) -> list[Figure]:
    """All of them, in the order of the page.

    Args:
        given: what the overview is made of.
    """
    made = [_value(given), _new_user(given), _of_health(given, FIRST), _revenue(given), _retention(given)]
    made += [_of_health(given, name) for name in (CHURN, BENEFIT, REFERRAL)]
    return [*made, _campaign(given), _people(given)]


def _judged(given: Given, name: str) -> dict[str, Any]:
    """The usual range that the table of changes tells of a figure."""
    told = given.rows("change_parts", "figure", "usual_low", "usual_high")
    rows = told[told["figure"] == name]
    ends = numbers(rows.iloc[0].to_dict(), "usual_low", "usual_high") if len(rows) else None
    return {"currency": given.currency, "usual": (ends[0], ends[1]) if ends else None}


def _as_explained(given: Given, name: str) -> Days:
    """A figure as the table of changes tells it, which counts what was known at the end of each week: the two then agree."""
    told = given.rows("change_parts", "figure", "before", "after", "compared_with")
    rows = told[told["figure"] == name]
    ends = numbers(rows.iloc[0].to_dict(), "before", "after") if len(rows) else None
    if ends is None or pd.isna(rows.iloc[0]["compared_with"]):
        return {}
    return {day(rows.iloc[0]["compared_with"]): ends[0], given.as_of: ends[1]}


def _value(given: Given) -> Figure:
    days = main_days(given)
    columns = ("horizon_days", "segment_kind", "segment", "expected", "low", "high")
    now = _total(given.rows("ltv_totals", *columns), days)
    before = {d: _total(tables[0], days) for d, tables in given.forecasts if set(columns) <= set(tables[0].columns)}
    history = {d: value for d, row in before.items() if (value := known(row.get("expected"))) is not None}
    value = known(now.get("expected"))
    return Figure(
        VALUE, LABELS[VALUE].format(days=same(str(days or "–"))), "money", value, given.as_of, Source("09_ltv", "totals"),
        _with_today(history, given.as_of, value), low=known(now.get("low")), high=known(now.get("high")), level=80,
        why=None if now else WORDS["no_table"].format(table="ltv_totals"), **_judged(given, VALUE),
    )  # fmt: skip


def _total(totals: pd.DataFrame, days: int | None) -> dict[Any, Any]:
    rows = whole(totals) if len(totals) else totals
    rows = rows[rows["horizon_days"] == days]
    return rows.iloc[0].to_dict() if len(rows) else {}


def _new_user(given: Given) -> Figure:
    scores, days = given.rows("ltv_scores", "horizon_days", "expected", "golden48_score"), main_days(given)
    new = scores[scores["golden48_score"].notna() & (scores["horizon_days"] == days)]["expected"].dropna()
    value = known(new.mean()) if len(new) else None
    return Figure(
        NEW_USER, LABELS[NEW_USER].format(days=same(str(days or "–"))), "money", value, given.as_of,
        Source("09_ltv", "golden"), _with_today(given.published(NEW_USER), given.as_of, value),
        why=None if len(new) else RULES["no_new_users"], **_judged(given, NEW_USER),
    )  # fmt: skip


def _of_health(given: Given, name: str) -> Figure:
    indicator, unit, bad_side, page, view = _HEALTH[name]
    label, source = LABELS[name], Source(page, view)
    days = of_indicator(given, indicator)
    seen = days[days["known"].astype(bool) & days["value"].notna()] if len(days) else days
    if seen.empty:
        reason = str(days.iloc[-1].get("why_unknown", "")) if len(days) else "no_table"
        why = WHY.get(reason) if reason else None
        return Figure(name, label, unit, None, given.as_of, source, bad_side=bad_side, why=why, **_judged(given, name))
    last = seen.iloc[-1].to_dict()
    history = {day(d): float(v) for d, v in zip(seen["date"], seen["value"], strict=True)}
    low, high, level = _interval(given, name, last)
    return Figure(
        name, label, unit, float(last["value"]), day(last["date"]), source, history, low=low, high=high, level=level,
        bad_side=bad_side, threshold=known(last["threshold"]),
        days_beyond=int(known(last["days_breached"]) or 0) if bool(last["breached"]) else 0, **_judged(given, name),
    )  # fmt: skip


def of_indicator(given: Given, indicator: str) -> pd.DataFrame:
    """The days of an indicator of the health board in the whole base, the earliest first.

    Args:
        given: what the overview is made of.
        indicator: its name.
    """
    columns = (
        "date",
        "segment_kind",
        "segment",
        "indicator",
        "value",
        "threshold",
        "breached",
        "days_breached",
        "known",
    )
    told = given.rows("health", *columns)
    rows = told[told["indicator"] == indicator]
    return whole(rows).sort_values("date") if len(rows) else rows


def _interval(given: Given, name: str, last: dict[Any, Any]) -> tuple[float | None, float | None, int]:
    """Of a share: Wilson's; of churn risk: what chance leaves open, if the probabilities are right."""
    people, value = known(last.get("people")), float(last["value"])
    if name == FIRST and people and 0 <= value <= 1:
        return *wilson(value, people), 95
    chances = given.rows("churn_scores", "probability")["probability"].dropna().to_numpy(np.float64)
    if name == CHURN and len(chances) and day(last["date"]) == given.as_of:
        half = _Z90 * sqrt(float((chances * (1 - chances)).sum())) / len(chances)
        return max(value - half, 0.0), min(value + half, 1.0), 90
    return None, None, 95


def _revenue(given: Given) -> Figure:
    days = {**sums_of_seven(given.revenue), **_as_explained(given, REVENUE)}
    return Figure(
        REVENUE, LABELS[REVENUE], "money", days.get(given.as_of), given.as_of, Source("02_retention", "revenue"), days,
        why=RULES["no_week"], **_judged(given, REVENUE),
    )  # fmt: skip


def _retention(given: Given) -> Figure:
    told = given.rows("lifecycle", "date", "segment_kind", "segment", "state", "users")
    rows = whole(told) if len(told) else told
    wide = rows.pivot_table(index="date", columns="state", values="users", aggfunc="sum")
    if not {"retained", "dormant"} <= set(wide.columns):
        return Figure(
            RETENTION, LABELS[RETENTION], "rate", None, given.as_of, Source("02_retention", "lifecycle"),
            why=RULES["no_lifecycle"], **_judged(given, RETENTION),
        )  # fmt: skip
    there = (wide["retained"] + wide["dormant"]).astype(float)
    share = (wide["retained"] / there.where(there > 0)).dropna()
    history = {day(d): float(v) for d, v in share.items()}
    at = max(history, default=given.as_of)
    value = history.get(at)
    low, high = (None, None) if value is None else wilson(value, float(there.loc[share.index[-1]]))
    return Figure(
        RETENTION, LABELS[RETENTION], "rate", value, at, Source("02_retention", "lifecycle"), history, low=low, high=high,
        why=RULES["no_lifecycle"], **_judged(given, RETENTION),
    )  # fmt: skip


def effects(given: Given) -> pd.DataFrame:
    """Playbooks whose days are over and whose uplift can be told, all actions together.

    Args:
        given: what the overview is made of.
    """
    columns = ("playbook", "action", "n", "n_control", "uplift", "low", "high", "cost", "net", "verdict")
    told = given.rows("strategy_effects", *columns)
    return told[told["action"] == "all"].dropna(subset=["n", "uplift", "low", "high", "cost"]).reset_index(drop=True)


def net_of(rows: pd.DataFrame) -> tuple[float, float, float]:
    """Net gain of playbooks with its 90 % interval.

    Args:
        rows: as `effects` gives them, at least one.
    """
    each = rows[["uplift", "low", "high"]].to_numpy(np.float64) * rows[["n"]].to_numpy(np.float64)
    return added_up(each - rows[["cost"]].to_numpy(np.float64))


def _campaign(given: Given) -> Figure:
    rows = effects(given)
    value, low, high = net_of(rows) if len(rows) else (None, None, None)
    history = _with_today(given.published(CAMPAIGN), given.as_of, value)
    return Figure(
        CAMPAIGN, LABELS[CAMPAIGN], "money", value, given.as_of, Source("13_strategy", "effects"), history, low=low,
        high=high, level=90, is_effect=True, why=RULES["no_effects"], **_judged(given, CAMPAIGN),
    )  # fmt: skip


def _people(given: Given) -> Figure:
    return Figure(
        PEOPLE, LABELS[PEOPLE], "count", given.people.get(given.as_of), given.as_of, Source("02_retention", "lifecycle"),
        given.people, bad_side="none", why=RULES["no_events"], **_judged(given, PEOPLE),
    )  # fmt: skip


def _with_today(days: Days, today: date, value: float | None) -> Days:
    return dict(days) if value is None else {**days, today: value}

"""`[[indicators]]` and `[health]` of `ltv.toml`: what is watched, from which value on it is bad, and who answers for it.

An indicator of the suite is named to change its threshold; any other name is one of your own, worked out of a result table.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from math import isfinite
from typing import Any, Literal

from ltv.contract import RESULTS
from ltv.errors import UsageError, found
from ltv.settings.expressions import condition, figure
from ltv.settings.readers import FILE, at_least_one, items, mapping, number, only_known, text, whole

BadSide = Literal["above", "below"]
SIDES: tuple[BadSide, ...] = ("above", "below")
BUILT_IN = (
    "churn_risk",
    "benefit_depth",
    "referral_effective",
    "value_at_risk",
    "first_order_rate_48h",
    "new_cohort_ltv_vs_forecast",
    "data_freshness",
    "model_trust",
)
_OWN = ("table", "value", "threshold", "bad_side", "reason_zh", "reason_en", "owner")
_NOT_FROM = ("health", "interventions", "churn_scores", "change_parts")  # these are made of indicators


@dataclass(frozen=True)
class Indicator:
    """An indicator as it is declared.

    Attributes:
        name: of the suite's, whose threshold changes, or of one's own.
        table: result table that an own one is worked out of.
        value: SQL expression over its columns, one figure of many rows.
        where: condition on its rows.
        threshold: beyond it a day is bad; None leaves the suite's.
        bad_side: whether it is bad above the threshold or below it.
        reason_zh: why this threshold, in Chinese.
        reason_en: the same in English.
        owner: who answers for it.
        cool_down_days: least days from one trigger to the next; None leaves that of `[health]`.
    """

    name: str
    table: str | None = None
    value: str | None = None
    where: str | None = None
    threshold: float | None = None
    bad_side: BadSide | None = None
    reason_zh: str | None = None
    reason_en: str | None = None
    owner: str | None = None
    cool_down_days: int | None = None


@dataclass(frozen=True)
class Health:
    """How the health board looks.

    Attributes:
        days: that are told.
        active_days: whoever was there in so many days belongs to the base.
        churn_rise: churn risk is bad from so much above what was usual, as a fraction.
        cool_down_days: least days from one trigger of an indicator in a segment to the next.
        season_weeks: weeks before whose same weekday a day is compared with, 4 to 12.
        cities: the largest ones that are told apart.
    """

    days: int = 35
    active_days: int = 30
    churn_rise: float = 0.1
    cool_down_days: int = 7
    season_weeks: int = 8
    cities: int = 8


def health(name: str, value: object) -> Health:
    """Read the section `[health]`.

    >>> health("health", {"days": 14}).days
    14
    """
    raw = mapping(name, value)
    only_known(f"{FILE} [{name}]", raw, {f.name for f in fields(Health)})
    read = Health(**{key: _HEALTH[key](f"{name}.{key}", given) for key, given in raw.items()})
    if not 4 <= read.season_weeks <= 12:  # noqa: PLR2004  fewer tell nothing, more are another season
        raise UsageError(found(f"{FILE} {name}.season_weeks", read.season_weeks, "4 to 12"))
    return read


def indicators(name: str, value: object) -> tuple[Indicator, ...]:
    """Read the sections `[[indicators]]`.

    >>> indicators("indicators", [{"name": "churn_risk", "threshold": 0.4}])[0].threshold
    0.4
    """
    read = tuple(_indicator(mapping(f"[[{name}]]", v)) for v in items(name, value))
    names = [i.name for i in read]
    twice = next((n for n in names if names.count(n) > 1), None)
    if twice is not None:
        raise UsageError(found(f"{FILE} [[{name}]] name", twice, "each name once"))
    return read


def _indicator(raw: dict[str, Any]) -> Indicator:
    only_known(f"{FILE} [[indicators]]", raw, {f.name for f in fields(Indicator)})
    if "name" not in raw:
        raise UsageError(found(f"{FILE} [[indicators]]", raw, "also name"))
    place = f"[[indicators]] {text('[[indicators]] name', raw['name'])}"
    read = Indicator(**{key: _INDICATOR[key](f"{place} {key}", given) for key, given in raw.items()})
    if read.name in BUILT_IN:
        fixed = [key for key in ("table", "value", "where", "bad_side") if getattr(read, key) is not None]
        if fixed:
            raise UsageError(
                found(f"{FILE} {place}", fixed[0], "threshold, reason_zh, reason_en, owner, cool_down_days")
            )
        return read
    missing = [key for key in _OWN if getattr(read, key) is None]
    if missing:
        known = f"also {', '.join(missing)}, or one of {', '.join(BUILT_IN)}"
        raise UsageError(found(f"{FILE} {place}", ", ".join(raw), known))
    _check_expressions(read, f"{FILE} {place}")
    return read


def _check_expressions(read: Indicator, place: str) -> None:
    tables = [t for t in RESULTS if t not in _NOT_FROM]
    if read.table not in tables:
        raise UsageError(found(f"{place} table", read.table, ", ".join(tables)))
    columns = RESULTS[read.table].names
    figure(f"{place} value", str(read.value), columns)
    if read.where is not None:
        condition(f"{place} where", read.where, columns)


def _threshold(name: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not isfinite(value):
        raise UsageError(found(f"{FILE} {name}", value, "a number"))
    return float(value)


def _side(name: str, value: object) -> BadSide:
    if value not in SIDES:
        raise UsageError(found(f"{FILE} {name}", value, ", ".join(SIDES)))
    return "above" if value == "above" else "below"


_HEALTH: dict[str, Any] = {
    "days": at_least_one,
    "active_days": at_least_one,
    "churn_rise": number,
    "cool_down_days": whole,
    "season_weeks": whole,
    "cities": whole,
}
_INDICATOR: dict[str, Any] = {
    "name": text,
    "table": text,
    "value": text,
    "where": text,
    "threshold": _threshold,
    "bad_side": _side,
    "reason_zh": text,
    "reason_en": text,
    "owner": text,
    "cool_down_days": whole,
}

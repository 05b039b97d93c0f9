"""What is watched: each indicator with its threshold, its bad side, and the words for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ltv.health.health_words import DEFINITION, LABEL, REASON, WORDS
from ltv.settings.indicators import BUILT_IN, BadSide, Indicator
from ltv.text import Text, Unit, same

if TYPE_CHECKING:
    from ltv.text import Text as Words

CHURN, BENEFIT, REFERRAL = "churn_risk", "benefit_depth", "referral_effective"
AT_RISK, FIRST_ORDER, COHORT, FRESHNESS, TRUST = BUILT_IN[3:]
CORE = (CHURN, BENEFIT, REFERRAL)
# Thresholds that hold where `ltv.toml` says nothing; None: relative to what was usual, or found in the data.
_BAD: dict[str, tuple[float | None, BadSide, Unit]] = {
    CHURN: (None, "above", "rate"),
    BENEFIT: (1.8, "below", "number"),
    REFERRAL: (0.45, "below", "number"),
    AT_RISK: (None, "above", "money"),
    FIRST_ORDER: (None, "below", "rate"),
    COHORT: (0.8, "below", "rate"),
    FRESHNESS: (30.0, "above", "hours"),
    TRUST: (None, "below", "number"),
}


@dataclass(frozen=True)
class Watched:
    """An indicator as it is watched.

    Attributes:
        name: of the result table.
        threshold: beyond it a day is bad; None: the indicator has one for each segment or day of its own.
        bad_side: where it is bad.
        unit: how values are written.
        label: what it is called.
        definition: what is divided by what.
        reason: why this threshold.
        owner: who answers for it.
        cool_down_days: least days from one trigger to the next.
        declared: as in the settings, of one's own indicators; None of the suite's.
    """

    name: str
    threshold: float | None
    bad_side: BadSide
    unit: Unit
    label: Words
    definition: Words
    reason: Words
    owner: Words
    cool_down_days: int
    declared: Indicator | None = None


def watched(
    declared: Sequence[Indicator],
    *,
    cool_down_days: int,
    freshness_hours: Mapping[str, float],
    words: Mapping[str, Text],
) -> list[Watched]:
    """The suite's indicators with the thresholds of the settings, and those that the settings add.

    Args:
        declared: `[[indicators]]`.
        cool_down_days: of those that name none of their own.
        freshness_hours: greatest age of a table's latest row, of the settings.
        words: what the definitions are filled with.
    """
    own = {i.name: i for i in declared}
    known = [
        _changed(
            Watched(
                name, _freshest(freshness_hours) if name == FRESHNESS else threshold, side, unit, LABEL[name],
                DEFINITION[name].format(**words), REASON[name].format(**words), WORDS["suite"], cool_down_days,
            ),
            own.get(name),
        )
        for name, (threshold, side, unit) in _BAD.items()
    ]  # fmt: skip
    return known + [_own(i, cool_down_days) for i in declared if i.name not in BUILT_IN]


def _freshest(hours: Mapping[str, float]) -> float:
    given = [hours[name] for name in ("orders", "events") if name in hours]
    return min(given) if given else float(_BAD[FRESHNESS][0] or 0)


def _changed(known: Watched, by: Indicator | None) -> Watched:
    if by is None:
        return known
    changed = replace(known, threshold=known.threshold if by.threshold is None else by.threshold)
    if by.reason_zh or by.reason_en:
        changed = replace(changed, reason=Text(by.reason_zh or by.reason_en or "", by.reason_en or by.reason_zh or ""))
    if by.owner:
        changed = replace(changed, owner=same(by.owner))
    return changed if by.cool_down_days is None else replace(changed, cool_down_days=by.cool_down_days)


def _own(by: Indicator, cool_down_days: int) -> Watched:
    told = {"value": str(by.value), "table": str(by.table)}
    definition = WORDS["own_where" if by.where else "own"].format(**told, where=str(by.where))
    assert by.threshold is not None  # noqa: S101  the settings ask for these
    assert by.bad_side is not None  # noqa: S101
    days = cool_down_days if by.cool_down_days is None else by.cool_down_days
    reason, owner = Text(str(by.reason_zh), str(by.reason_en)), same(str(by.owner))
    return Watched(by.name, by.threshold, by.bad_side, "number", same(by.name), definition, reason, owner, days, by)

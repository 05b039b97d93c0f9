"""Columns of the blocks of a new user's clock."""

from __future__ import annotations

from collections.abc import Mapping

from ltv.behaviour.newcomers_words import DAY, KIND, MEASURE, WORDS
from ltv.result import Column
from ltv.text import Text, Unit

_ALL = {"all": WORDS["all"]}


def columns_of(view: str, named: Mapping[str, str | Text], branches: Mapping[str, Text]) -> tuple[Column, ...]:
    """Names, labels and units of a block."""

    def one(name: str, label: str, unit: Unit = "count") -> Column:
        return Column(name, WORDS[label].format(**named), unit)

    def estimate(name: str, label: str, unit: Unit = "rate") -> tuple[Column, ...]:
        ends = (one(f"{name}_low", "low", unit), one(f"{name}_high", "high", unit))
        return (one(f"{name}_value", label, unit), *ends)

    def touched(name: str) -> tuple[Column, ...]:
        ends = (one(f"{name}_low", "low", "rate"), one(f"{name}_high", "high", "rate"))
        return (Column(f"{name}_rate", branches[name], "rate"), *ends, one(f"{name}_reached", "reached"))

    branch = Column("branch", WORDS["branch"], words=branches)
    share = (one("value", "rate", "rate"), one("low", "low", "rate"), one("high", "high", "rate"))
    segment = (
        Column("segment_kind", WORDS["segment_kind"], words=_ALL),
        Column("segment", WORDS["segment"], words=_ALL),
    )
    silent = (one("silent_people", "ordered_people"), *estimate("silent", "silent"))
    within = (one("within_people", "registered_people"), *estimate("within", "within_of"))
    found: dict[str, tuple[Column, ...]] = {
        "branches": (branch, one("hits", "people"), *share),
        "after": (
            Column("measure", WORDS["measure"], words=MEASURE),
            branch,
            one("people", "people"),
            *share,
            one("no_data", "no_data"),
            one("pending", "pending"),
        ),
        "weeks": (one("cohort", "cohort", "date"), *within, *silent),
        "segments": (
            *segment,
            *within,
            *estimate("worth", "value", "money"),
            one("recovered_value", "recovered", "rate"),
        ),
        "silence": (
            *segment,
            *silent,
            one("of_silent_value", "repurchase_silent", "rate"),
            one("of_others_value", "repurchase_not_silent", "rate"),
            one("gap_value", "gap", "points"),
            one("gap_low", "gap_low", "points"),
            one("gap_high", "gap_high", "points"),
            one("repurchase_value", "repurchase", "rate"),
        ),
        "touches": (
            Column("day", WORDS["day"], words=DAY),
            one("channel", "channel", "text"),
            Column("kind", WORDS["kind"], words=KIND),
            *touched("within"),
            *touched("without"),
        ),
    }
    return found[view]

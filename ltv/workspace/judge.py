"""Whether a table is good enough to be used: its share of bad rows and the age of its latest row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from ltv import sql
from ltv.contract import INPUTS

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from ltv.settings import Settings
    from ltv.warehouse.engine import Engine
    from ltv.workspace.prepare import Prepared


def unusable(prepared: Mapping[str, Prepared], settings: Settings) -> dict[str, str]:
    """Why tables cannot be used whatever the date: table → reason in one line."""
    reasons = {n: p.refused or _too_bad(p, settings) for n, p in prepared.items()}
    return {n: why for n, why in reasons.items() if why}


def outdated(engine: Engine, settings: Settings, *, as_of: datetime, there: Collection[str]) -> dict[str, str]:
    """Why tables that the engine has are too old at an instant (naive UTC): table → reason in one line."""
    limits = {n: most for n, most in settings.freshness_hours.items() if n in there}
    reasons = {n: _too_old(engine, n, most, as_of) for n, most in limits.items()}
    return {n: why for n, why in reasons.items() if why}


def _too_bad(prepared: Prepared, settings: Settings) -> str | None:
    facts = prepared.facts
    if facts is None or facts.quarantine_share <= settings.max_quarantine_share:
        return None
    share = f"{facts.quarantined:,} bad rows of {facts.read:,} ({facts.quarantine_share:.1%})"
    allowed = f"{settings.max_quarantine_share:.1%} (setting max_quarantine_share)"
    return f"{prepared.table}: found {share}, {facts.example()}; allowed: {allowed}"


def _too_old(engine: Engine, name: str, most: float, as_of: datetime) -> str | None:
    time = INPUTS[name].time
    if time is None:
        return None
    latest = engine.scalar(exp.select(exp.cast(exp.Max(this=sql.column(time)), "TIMESTAMP")).from_(sql.table(name)))
    hours = (as_of - latest).total_seconds() / 3600 if latest else float("inf")
    if hours <= most:
        return None
    age = f"its latest row {hours:,.0f} hours before the as-of instant" if latest else "no row before the as-of instant"
    return f"{name}: found {age}, allowed: {most:g} hours (setting freshness_hours)"

"""Whether a table is good enough to be used: its share of bad rows and the age of its latest row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from ltv import sql
from ltv.contract import INPUTS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from ltv.settings import Settings
    from ltv.warehouse.engine import Engine
    from ltv.workspace.prepare import Prepared


def judge(prepared: Mapping[str, Prepared], settings: Settings, *, as_of: datetime, engine: Engine) -> dict[str, str]:
    """Why tables cannot be used: table → reason in one line."""
    reasons = {n: p.refused for n, p in prepared.items() if p.refused}
    reasons |= {n: why for n, p in prepared.items() if (why := _too_bad(p, settings))}
    for name, most in settings.freshness_hours.items():
        if name not in reasons and prepared[name].folder is not None and (why := _too_old(name, most, as_of, engine)):
            reasons[name] = why
    return reasons


def _too_bad(prepared: Prepared, settings: Settings) -> str | None:
    facts = prepared.facts
    if facts is None or facts.quarantine_share <= settings.max_quarantine_share:
        return None
    return (
        f"{prepared.table}: found {facts.quarantined:,} bad rows of {facts.read:,} ({facts.quarantine_share:.1%}), {facts.example()}; "
        f"allowed: {settings.max_quarantine_share:.1%} (setting max_quarantine_share)"
    )


def _too_old(name: str, most: float, as_of: datetime, engine: Engine) -> str | None:
    time = INPUTS[name].time
    if time is None:
        return None
    latest = engine.scalar(exp.select(exp.cast(exp.Max(this=sql.column(time)), "TIMESTAMP")).from_(sql.table(name)))
    hours = (as_of - latest).total_seconds() / 3600 if latest else float("inf")
    if hours <= most:
        return None
    found = f"{hours:,.0f} hours" if latest else "no row"
    return f"{name}: found its latest row {found} before the as-of instant, allowed: {most:g} hours (setting freshness_hours)"

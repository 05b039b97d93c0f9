"""Interventions of earlier days that went out, as they were planned then."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pandas as pd

from ltv.dispatch.outbox import Outbox
from ltv.strategy.effects import span_of

if TYPE_CHECKING:
    from ltv.workspace.workspace import Workspace


def past_interventions(ws: Workspace) -> pd.DataFrame:
    """Interventions that were handed to the outbox before this date, both arms; people are numbered as they are now.

    A plan that nobody approved, or that came too late, is no intervention: nobody was kept from anything for it.

    Args:
        ws: a workspace as of a date.
    """
    days = span_of(ws.settings.playbooks).days
    there = ws.settings.dispatch.database or (ws.root / "data" / "state" / "outbox.sqlite").is_file()
    if not there or not ws.settings.playbooks:
        return pd.DataFrame()
    told = [tables[0] for _, tables in ws.said("interventions", days_ago=range(1, days + 1))]
    if not told:
        return pd.DataFrame()
    outbox = Outbox.open(ws.root, ws.settings)
    try:
        taken = outbox.interventions(ws.date - timedelta(days=days), ws.date - timedelta(days=1))["intervention_id"]
    finally:
        outbox.close()
    rows = pd.concat(told, ignore_index=True).drop_duplicates("intervention_id")
    return rows[rows["intervention_id"].isin(taken)].reset_index(drop=True)

"""Interventions of earlier days that went out, as they were planned then, and as experiments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import pandas as pd

from ltv import sql
from ltv.dispatch.outbox import Outbox
from ltv.settings.experiment import Experiment
from ltv.strategy.effects import span_of
from ltv.warehouse.local_time import day_end
from ltv.warehouse.table import Table

if TYPE_CHECKING:
    from ltv.settings.playbooks import Playbook
    from ltv.workspace.workspace import Workspace

_UNSENT = ("REFUSED", "DEAD")  # such people were meant to be treated and stay in that arm; they cost nothing


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
        taken = outbox.interventions(ws.date - timedelta(days=days), ws.date - timedelta(days=1))
    finally:
        outbox.close()
    rows = pd.concat(told, ignore_index=True).drop_duplicates("intervention_id")
    rows = rows[rows["intervention_id"].isin(taken["intervention_id"])].reset_index(drop=True)
    unsent = taken.loc[taken["state"].isin(_UNSENT), "intervention_id"]
    return rows.assign(cost=rows["cost"].where(~rows["intervention_id"].isin(unsent), 0.0))


@dataclass(frozen=True)
class Tests:
    """Everything that is tested in a workspace.

    Attributes:
        exposures: user_id, ts, experiment, variant, id_value.
        experiments: those of the settings, and one a playbook that has been at work: `playbook/NAME`.
    """

    exposures: Table
    experiments: tuple[Experiment, ...]


def all_tests(ws: Workspace) -> Tests:
    """Experiments of the settings with their exposures, and playbooks with their control arms.

    Somebody is exposed to a playbook at the end of the day that planned it, in either arm.

    Args:
        ws: a workspace as of a date.

    Raises:
        MissingTableError: there is neither a table `exposures` nor a playbook that has been at work.
    """
    past, declared = past_interventions(ws), ws.settings.experiments
    names = {e.name for e in declared}
    at_work = set(past["playbook"]) if len(past) else set()
    own = [p for p in ws.settings.playbooks if p.name in at_work and _name(p.name) not in names]
    if not own:
        return Tests(ws.exposures, declared)
    ws.engine.register("strategy exposed", _exposed(past[past["playbook"].isin([p.name for p in own])], ws))
    given, exposures = ws.optional("exposures"), "strategy exposed"
    if given is not None:
        tables = {"own": exposures, "exposures": given.name}
        exposures = "strategy exposures"
        ws.engine.define(exposures, sql.load("ltv.strategy", "all_exposures", tables=tables))
    return Tests(Table(ws.engine, exposures), (*declared, *(_experiment(p, past) for p in own)))


def _name(playbook: str) -> str:
    return f"playbook/{playbook}"


def _exposed(past: pd.DataFrame, ws: Workspace) -> pd.DataFrame:
    ends = {day: day_end(pd.Timestamp(day).date(), ws.settings.timezone) for day in past["date"].unique()}
    told = {"user_id": past["user_id"].astype("int64"), "ts": pd.to_datetime(past["date"].map(ends))}
    told |= {"experiment": past["playbook"].map(_name), "variant": past["arm"]}
    return pd.DataFrame(told)


def _experiment(playbook: Playbook, past: pd.DataFrame) -> Experiment:
    """A playbook as a test: value over its days decides, and what a treated person has cost counts against it."""
    treated = past[(past["playbook"] == playbook.name) & (past["arm"] == "treatment")]
    cost = float(treated["cost"].mean()) if len(treated) else 0.0
    shares = {"control": playbook.control, "treatment": 1 - playbook.control}
    days = playbook.horizon_days
    return Experiment(
        _name(playbook.name), _name(playbook.name), shares, "control",
        metrics=(f"value_{days}d", f"order_rate_{days}d"), cost_per_person=cost,
    )  # fmt: skip

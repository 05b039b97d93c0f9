"""`ltv check`: what is there, missing, quarantined and stale, in lines for an engineer."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ltv import settings as settings_module
from ltv.contract import INPUTS
from ltv.errors import DataRefusedError
from ltv.workspace.prepare import Preparation, Prepared, start_of_run
from ltv.workspace.workspace import assemble, hmac_key


@dataclass(frozen=True)
class Told:
    """The lines, and whether a run would be refused."""

    lines: tuple[str, ...]
    refused: bool


def check(workspace: Path) -> Told:
    """Read every input table and say what was found."""
    settings = settings_module.load(workspace)
    prepared = Preparation(workspace, settings, start_of_run(), hmac_key()).all()
    lines = [line for name in INPUTS for line in _lines(prepared[name])]
    try:
        ws = assemble(workspace, settings, prepared, date=None)
    except DataRefusedError as error:
        return Told((*lines, f"refused: {error}"), refused=True)
    blocked = [f"not used: {why}" for why in ws.blocked.values()]
    ws.close()
    return Told((*lines, *blocked, "good: a run can start"), refused=False)


def _lines(prepared: Prepared) -> list[str]:
    if prepared.refused:
        return [f"{prepared.table:<14} refused  {prepared.refused}"]
    facts = prepared.facts
    if facts is None:
        return [f"{prepared.table:<14} missing"]
    counts = f"{facts.read:,} read = {facts.accepted:,} accepted + {facts.quarantined:,} quarantined + {facts.duplicates:,} duplicates"
    head = f"{prepared.table:<14} {'ok' if not facts.quarantined else 'partly':<8} {counts}"
    return [head, *[f"{'':<14} {n:>8,} rows  {rule}" for rule, n in facts.rules.items()]]

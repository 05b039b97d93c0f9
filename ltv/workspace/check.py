"""`ltv check`: what is there, missing, quarantined and stale, in lines for an engineer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, timedelta
from pathlib import Path

from ltv import settings as settings_module
from ltv.contract import INPUTS
from ltv.errors import DataRefusedError
from ltv.warehouse.local_time import zone
from ltv.workspace.clock import start_of_run
from ltv.workspace.prepare import Preparation, Prepared
from ltv.workspace.workspace import assemble, hmac_key


@dataclass(frozen=True)
class Told:
    """The lines, and whether a run would be refused."""

    lines: tuple[str, ...]
    refused: bool

    def __repr__(self) -> str:
        return "\n".join(self.lines)


def check(workspace: Path | str) -> Told:
    """Read every input table and say what was found, as a run of yesterday would find it.

    Args:
        workspace: the folder with `ltv.toml`.

    Returns:
        what is there, missing, quarantined and stale, line by line; a notebook and a terminal show the lines.
    """
    workspace = Path(workspace).resolve()
    settings = settings_module.load(workspace)
    now = start_of_run()
    yesterday = now.replace(tzinfo=UTC).astimezone(zone(settings.timezone)).date() - timedelta(days=1)
    prepared = Preparation(workspace, settings, now, hmac_key(workspace)).all()
    lines = [line for name in INPUTS for line in _lines(prepared[name])]
    try:
        ws = assemble(workspace, settings, prepared, date=yesterday)
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
    parts = f"{facts.accepted:,} accepted + {facts.quarantined:,} quarantined + {facts.duplicates:,} duplicates"
    counts = f"{facts.read:,} read = {parts}"
    head = f"{prepared.table:<14} {'ok' if not facts.quarantined else 'partly':<8} {counts}"
    return [head, *[f"{'':<14} {n:>8,} rows  {rule}" for rule, n in facts.rules.items()]]

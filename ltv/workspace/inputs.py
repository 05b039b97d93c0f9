"""The inputs a run works on, written down once: every notebook of the run reads the very same rows."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ltv.sources.facts import Facts
from ltv.warehouse.files import write_text
from ltv.workspace.prepare import Prepared

NAME = "inputs.json"


def write(folder: Path, prepared: dict[str, Prepared]) -> None:
    """Write the inputs of a run into its folder."""
    body = {name: asdict(p) for name, p in prepared.items()}
    write_text(folder / NAME, json.dumps(body, default=str, ensure_ascii=False, indent=1))


def read(folder: Path) -> dict[str, Prepared]:
    """Read the inputs of a run from its folder."""
    raw = json.loads((folder / NAME).read_text(encoding="utf-8"))
    return {name: _prepared(body) for name, body in raw.items()}


def _prepared(body: dict[str, Any]) -> Prepared:
    facts = body["facts"]
    return Prepared(
        table=str(body["table"]),
        hash=str(body["hash"]),
        folder=Path(str(body["folder"])) if body["folder"] else None,
        facts=Facts.from_json(facts) if facts else None,
        unified=Path(str(body["unified"])) if body["unified"] else None,
        refused=str(body["refused"]) if body["refused"] else None,
    )

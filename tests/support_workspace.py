"""Small workspaces that tests fill with tables, and what became of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
from pyarrow import parquet

from ltv import settings
from ltv.contract import INPUTS
from ltv.contract.checks import Context
from ltv.sources.facts import Facts
from ltv.sources.ingest import Ingest
from ltv.workspace.prepare import Preparation, Prepared
from ltv.workspace.workspace import Workspace, assemble

NOW = datetime(2026, 7, 1)
KEY = b"a secret of the test"
ORDER: dict[str, Any] = {
    "order_id": "A1",
    "ts": "2026-06-01 10:00:00",
    "source": "shop",
    "id_type": "member",
    "id_value": "M1",
    "amount": "10.00",
    "status": "paid",
}


@dataclass(frozen=True)
class Read:
    """A table after it was read: its counts, the rows that are used and those that are not."""

    facts: Facts
    rows: pd.DataFrame
    quarantine: pd.DataFrame
    folder: Path

    @property
    def rules(self) -> dict[int, tuple[str, str]]:
        """Return line → (column, rule) of the rows put aside."""
        q = self.quarantine
        return {int(line): (c, r) for line, c, r in zip(q["line"], q["column"], q["rule"], strict=True)}


def workspace(root: Path, toml: str = 'timezone = "UTC"') -> Path:
    """Make a workspace of these settings."""
    root.mkdir(parents=True, exist_ok=True)
    (root / "ltv.toml").write_text(toml, encoding="utf-8")
    return root


def put(root: Path, name: str, content: str | bytes | pa.Table | pd.DataFrame) -> Path:
    """Put a file into the data folder of a workspace: text in UTF-8, bytes as they are, a table as parquet."""
    path = root / "data" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, pa.Table | pd.DataFrame):
        table = content if isinstance(content, pa.Table) else pa.Table.from_pandas(content, preserve_index=False)
        parquet.write_table(table, path)
    else:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def csv(rows: Iterable[Mapping[str, Any]], columns: Iterable[str] | None = None) -> str:
    """Write rows as CSV, each cell as it is; a missing one is empty."""
    rows = list(rows)
    names = list(columns or dict.fromkeys(name for row in rows for name in row))
    return "".join(",".join(str(row.get(n, "")) for n in names) + "\n" for row in [{n: n for n in names}, *rows])


def orders(*changes: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Make good orders A1, A2, … with these changes."""
    return [ORDER | {"order_id": f"A{i}"} | change for i, change in enumerate(changes, 1)]


def read(root: Path, table: str = "orders", *, now: datetime = NOW, key: bytes | None = KEY) -> Read:
    """Read one table of a workspace."""
    made = settings.load(root)
    source = made.sources.get(table, settings.Source())
    context = Context(source.timezone or made.timezone, now, made.earliest, made.currency)
    folder = root / "read" / table
    facts = Ingest(INPUTS[table], source, made, root, context, key).into(folder)
    rows, aside = (parquet.read_table(folder / f"{name}.parquet").to_pandas() for name in ("rows", "quarantine"))
    aside = aside.astype(object).where(aside.notna(), None)
    assert facts.accepted + facts.quarantined + facts.duplicates == facts.read
    assert (len(rows), len(aside)) == (facts.accepted, facts.quarantined)
    assert sum(facts.rules.values()) == facts.quarantined
    assert sum(s.accepted + s.duplicates + s.quarantined for s in facts.sources) == facts.read
    return Read(facts, rows, aside, folder)


def prepare(root: Path, *, now: datetime = NOW, key: bytes | None = KEY) -> dict[str, Prepared]:
    """Prepare all tables of a workspace."""
    return Preparation(root, settings.load(root), now, key).all()


def at(root: Path, date: str, *, now: datetime = NOW) -> Workspace:
    """Open a workspace as of a date, at a moment."""
    return assemble(root, settings.load(root), prepare(root, now=now), date=date)

"""The default simulated mall, made once, with all of its tables and its truth as views of a database."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ltv.sources.mall import simulate
from ltv.sources.mall.tables import TABLES


@dataclass(frozen=True)
class Mall:
    """A simulated mall; the tables of its truth begin with `true_`."""

    out: Path
    db: duckdb.DuckDBPyConnection

    def one(self, sql: str) -> Any:
        return self.db.execute(sql).fetchall()[0][0]

    def rows(self, sql: str) -> list[tuple]:
        return self.db.execute(sql).fetchall()


def opened(out: Path) -> Mall:
    db = duckdb.connect()
    db.execute("SET TimeZone = 'UTC'")
    for table in TABLES:
        _view(db, table, f"{out}/data/{table}/*.parquet")
    for folder in (out / "truth").iterdir():
        if folder.is_dir() and folder.name != "spoilt":
            _view(db, f"true_{folder.name}", f"{folder}/*.parquet")
    # An order as it stands at the end, with its value; identifiers that are one person's, in the spelling of the files.
    db.execute(
        "CREATE VIEW last_orders AS SELECT *, CASE WHEN status IN ('paid', 'refunded') "
        "THEN amount - coalesce(refund, 0) ELSE 0 END AS value FROM orders "
        "QUALIFY row_number() OVER (PARTITION BY order_id ORDER BY updated_at DESC) = 1"
    )
    db.execute("CREATE VIEW purchases AS SELECT * FROM last_orders WHERE status IN ('paid', 'refunded')")
    db.execute("CREATE VIEW people AS FROM true_people")
    db.execute(
        "CREATE TABLE owners AS SELECT DISTINCT id_type, id_value, person FROM true_identifiers "
        "WHERE NOT shared AND id_type NOT LIKE '%_hmac'"
    )
    return Mall(out, db)


def _view(db: duckdb.DuckDBPyConnection, name: str, files: str) -> None:
    # Moments lose their zone here, so that Python and DuckDB compare them without a library of time zones.
    types = db.execute(f"DESCRIBE SELECT * FROM '{files}'").fetchall()
    columns = [f"{column}::TIMESTAMP AS {column}" if "TIME ZONE" in kind else column for column, kind, *_ in types]
    db.execute(f"CREATE VIEW {name} AS SELECT {', '.join(columns)} FROM '{files}'")


@pytest.fixture(scope="session")
def mall(tmp_path_factory: pytest.TempPathFactory) -> Mall:
    """Open the mall of `ltv demo`."""
    out = tmp_path_factory.mktemp("mall") / "demo"
    simulate(out)
    return opened(out)


def digests(out: Path) -> dict[str, str]:
    files = [p for p in out.rglob("*") if p.is_file()]
    return {str(p.relative_to(out)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


def table(out: Path, name: str) -> pa.Table:
    return pa.concat_tables(pq.read_table(path) for path in sorted((out / "data" / name).glob("*.parquet")))

"""People from 200,000 links by the portable text, on DuckDB and on Spark with two cores, against the embedded path.

    python benchmarks/identity_portable.py [LINKS]

The links are those of `identity.py`, with numbers from the start. Everything from there to the table of people counts;
starting Spark and a first run over few links do not. The three must give the same people.
"""

import json
import shutil
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from _measure import apart, measured
from identity import KINDS, NODES, OLDEST_FIRST, _opened
from identity import make as make_links

FEW = 2_000
NUMBERED = {
    "identifiers": "SELECT rowid + 1 AS node, id_type::VARCHAR AS id_type, id_value, first_seen FROM nodes",
    "links": """
        SELECT a.rowid + 1 AS _node, b.rowid + 1 AS _linked_node, ts
        FROM links AS l
        JOIN nodes AS a ON a.id_type = l.id_type AND a.id_value = l.id_value
        JOIN nodes AS b ON b.id_type = l.linked_type AND b.id_value = l.linked_value
    """,
}
# as many as there are, in a form that no order of the rows changes
PEOPLE = """
SELECT CAST(COUNT(*) AS BIGINT) AS n, CAST(COUNT(DISTINCT user_id) AS BIGINT) AS people,
       CAST(SUM(user_id * (EPOCH_US(valid_from) % 1000003)) AS BIGINT) AS who, ROUND(SUM(confidence)) AS sure
FROM found
"""


def make(folder: Path, links: int) -> dict[str, float]:
    folder.mkdir()
    make_links(folder / "raw.parquet", links)
    with _opened(folder / "raw.parquet") as db:
        db.execute(NODES + OLDEST_FIRST)
        for name, query in NUMBERED.items():
            db.execute(f"COPY ({query}) TO '{folder / name}.parquet' (FORMAT parquet)")
    return {}


def _people(engine: Any, folder: Path, stitched: Callable[[Any, datetime, Any], str]) -> dict[str, float]:
    from ltv import sql
    from ltv.settings import Identity

    settings = Identity(strength=KINDS, limits={"member": 1}, passed_on=("phone",), most_neighbours=1_000)
    for name in NUMBERED:
        engine.attach(name, [folder / f"{name}.parquet"])
    found = stitched(engine, datetime(2030, 1, 1, tzinfo=UTC).replace(tzinfo=None), settings)
    row: dict[str, float] = engine.arrow(sql.replace_tables(sql.query(PEOPLE), {"found": found})).to_pylist()[0]
    return row


def _by_graph(engine: Any, as_of: datetime, settings: Any) -> str:
    from ltv.identity.people import user_ids

    engine.register("found", user_ids(engine, as_of, settings))
    return "found"


def _by_text(engine: Any, as_of: datetime, settings: Any) -> str:
    from ltv.identity.portable import user_ids

    return user_ids(engine, as_of, settings, name="found").name


def _figures(
    engine: Any, folder: Path, stitched: Callable[..., str], elsewhere: Callable[[], float] = lambda: 0.0
) -> dict[str, float]:
    """Figures of the many links, after a run over the few; `elsewhere` gives CPU seconds of another process."""
    _people(engine, folder / "few", stitched)
    outcome: dict[str, float] = {}
    before = elsewhere()
    figures = measured(lambda: outcome.update(_people(engine, folder / "many", stitched)))
    return outcome | {"wall_s": figures["wall_s"], "cpu_s": figures["cpu_s"] + elsewhere() - before}


def embedded(folder: Path, stitched: Callable[..., str] = _by_graph) -> dict[str, float]:
    from ltv.warehouse.duck import DuckEngine

    with DuckEngine(memory_mb=2_500) as engine:
        return _figures(engine, folder, stitched)


def duckdb(folder: Path) -> dict[str, float]:
    return embedded(folder, _by_text)


def spark(folder: Path) -> dict[str, float]:
    from ltv.warehouse.spark import SparkEngine

    session = _session(folder)
    jvm = session.sparkContext._jvm.java.lang.ProcessHandle.current().info
    with SparkEngine(session) as engine:
        found = _figures(engine, folder, _by_text, lambda: jvm().totalCpuDuration().get().toMillis() / 1_000)
    session.stop()
    return found


def _session(folder: Path) -> Any:
    from pyspark.sql import SparkSession

    settings = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.shuffle.partitions": "2",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.memory": "2g",
        "spark.local.dir": str(folder),
        "spark.sql.warehouse.dir": str(folder),
    }
    builder = SparkSession.builder.master("local[2]").appName("people")
    for name, value in settings.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()


def main() -> None:
    links = int(sys.argv[1]) if len(sys.argv) > 1 else 200_000
    with tempfile.TemporaryDirectory() as folder:
        for name, size in (("few", FEW), ("many", links)):
            apart(__file__, "make", str(Path(folder) / name), str(size))
        found = {name: apart(__file__, name, folder) for name in CASES if name != "spark" or shutil.which("java")}
    same = {tuple(figures[k] for k in ("n", "people", "who", "sure")) for figures in found.values()}
    assert len(same) == 1, same
    print(f"{links:,} links, {found['embedded']['people']:,} people, the same by all")
    for name, figures in found.items():
        ratio = {unit: figures[unit] / found["embedded"][unit] for unit in ("wall_s", "cpu_s")}
        print(f"{name}: {figures['wall_s']:.1f} s, {figures['cpu_s']:.1f} CPU s; "
              f"{ratio['wall_s']:.1f} and {ratio['cpu_s']:.1f} times the embedded path")  # fmt: skip


CASES = {"embedded": embedded, "duckdb": duckdb, "spark": spark}
if __name__ == "__main__":
    if len(sys.argv) > 2 and sys.argv[1] == "make":
        print(json.dumps(make(Path(sys.argv[2]), int(sys.argv[3]))))
    elif len(sys.argv) > 2 and sys.argv[1] in CASES:
        print(json.dumps(CASES[sys.argv[1]](Path(sys.argv[2]))))
    else:
        main()

"""People from 10 M links of some 13 M identifiers, guarded and as plain components; networkx on 1 M for comparison.

    python benchmarks/identity.py [LINKS] [NETWORKX_LINKS]

The links are text in parquet, in no order: logins of members, households on one tablet, kiosks, junk values, and
two people's browsers that were seen with one device. Reading them and giving the identifiers numbers is part of the time.
networkx gets its own environment and the same text as tuples in memory: reading is not part of its time.
"""

import importlib.util
import json
import subprocess
import sys
import tempfile
import venv
from collections.abc import Callable
from pathlib import Path
from typing import Any

from _measure import apart, measured, peak_mb

KINDS = ("member", "openid", "phone", "device", "cookie")
JUNK = ("", "0000", "unknown")
PEOPLE_PER_LINK = 0.4

# One link a number; what it is follows from hashes of the number, so that any machine makes the same ones.
MAKE = """
COPY (
    WITH numbers AS (
        SELECT i, (hash(i, 1) >> 2)::BIGINT % $people AS person, (hash(i, 2) >> 2)::BIGINT % 1000 AS what,
               (hash(i, 3) >> 2)::BIGINT % 100 AS kind,
               TIMESTAMP '2026-01-01' + to_microseconds((hash(i, 4) >> 2)::BIGINT % 15000000000000) AS ts
        FROM range($links) AS numbers(i)
    )
    SELECT ts,
        CASE WHEN what < 30 THEN 'cookie' WHEN what < 45 THEN 'device' WHEN kind < 20 THEN 'openid'
             WHEN kind < 30 THEN 'phone' WHEN kind < 55 THEN 'device' ELSE 'cookie' END AS id_type,
        CASE WHEN what < 30 THEN 'c' || lpad((person % ($people // 10))::VARCHAR, 15, '0')
             WHEN what < 40 THEN 'h' || lpad((person // 3)::VARCHAR, 15, '0')
             WHEN what < 41 THEN 'k' || lpad((person % 500)::VARCHAR, 15, '0')
             WHEN what < 45 THEN ['', '0000', 'unknown'][1 + person % 3]
             WHEN what < 100 THEN hex(hash(person, kind))
             ELSE hex(hash(i, 5)) END AS id_value,
        CASE WHEN what < 15 THEN 'device' ELSE 'member' END AS linked_type,
        CASE WHEN what < 15 THEN 'd' || lpad((person % ($people // 10) // 2)::VARCHAR, 15, '0')
             WHEN what < 30 THEN 'M' || lpad((person % ($people // 10))::VARCHAR, 9, '0')
             ELSE 'M' || lpad((person)::VARCHAR, 9, '0') END AS linked_value
    FROM numbers
) TO $path (FORMAT parquet)
"""
LINKS = """
CREATE VIEW links AS
SELECT ts, id_type::kind AS id_type, id_value, linked_type::kind AS linked_type, linked_value FROM '{path}'
"""
NODES = """
CREATE TABLE nodes AS
SELECT id_type, id_value, MIN(ts) AS first_seen
FROM (SELECT id_type, id_value, ts FROM links UNION ALL SELECT linked_type, linked_value, ts FROM links)
GROUP BY id_type, id_value
"""
OLDEST_FIRST = " ORDER BY first_seen, id_type, id_value"
CODED = """
SELECT a.rowid AS one, b.rowid AS other, epoch_us(ts) AS ts
FROM links AS l
JOIN nodes AS a ON a.id_type = l.id_type AND a.id_value = l.id_value
JOIN nodes AS b ON b.id_type = l.linked_type AND b.id_value = l.linked_value
"""
WHAT = """
SELECT enum_code(id_type)::BIGINT AS kind, epoch_us(first_seen) AS first_seen,
       list_contains($junk, id_value) AS junk
FROM nodes ORDER BY rowid
"""


def _opened(path: Path) -> Any:
    import duckdb

    db = duckdb.connect(config={"memory_limit": "2500MB", "temp_directory": str(path.parent / "spill")})
    db.execute("SET TimeZone = 'UTC'")
    if path.exists():
        db.execute(f"CREATE TYPE kind AS ENUM {KINDS}")
        db.execute(LINKS.format(path=path))
    return db


def make(path: Path, links: int) -> dict[str, float]:
    people = int(links * PEOPLE_PER_LINK)
    _opened(path).execute(MAKE, {"people": people, "links": links, "path": str(path)})
    return {}


def _coded(db: Any, nodes: str) -> tuple[Any, int]:
    db.execute(nodes)
    db.execute("SET preserve_insertion_order = false")  # from here on, numbers say what the order was
    return db.execute(CODED).fetchnumpy(), db.execute("SELECT count(*) FROM nodes").fetchall()[0][0]


def guarded(path: Path) -> dict[str, float]:
    import numpy as np

    from ltv.identity.graph import Kinds, Links, stitch

    limit, caps = np.array([1, 0, 0, 0, 0]), np.array([10_000, 10_000, 100, 1_000, 1_000])
    kinds = Kinds(np.array([5, 4, 3, 2, 1]), limit, caps, np.array([False, False, True, False, False]))
    outcome = {}

    def work() -> None:
        db = _opened(path)
        links, nodes = _coded(db, NODES + OLDEST_FIRST)
        what = db.execute(WHAT, {"junk": JUNK}).fetchnumpy()
        db.close()
        of = (what["kind"], what["first_seen"], Links(links["one"], links["other"], links["ts"]), kinds)
        del links
        found = stitch(*of, junk=what["junk"])
        outcome.update(nodes=nodes, groups=len(np.unique(found.person)), largest=int(np.bincount(found.person).max()))

    return _told(work, outcome)


def plain(path: Path) -> dict[str, float]:
    import numpy as np
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    outcome = {}

    def work() -> None:
        db = _opened(path)
        links, nodes = _coded(db, NODES)
        db.close()
        ones = np.ones(len(links["one"]), np.int8)
        matrix = coo_matrix((ones, (links["one"], links["other"])), shape=(nodes, nodes)).tocsr()
        groups, label = connected_components(matrix, directed=False)
        outcome.update(nodes=nodes, groups=groups, largest=int(np.bincount(label).max()))

    return _told(work, outcome)


def peer(path: Path) -> dict[str, float]:
    import networkx as nx

    with path.open(encoding="utf-8") as lines:
        rows = [line.rstrip("\n").split("\t") for line in lines]
    links = [((a, b), (c, d)) for a, b, c, d in rows]
    outcome = {}

    def work() -> None:
        sizes = [len(group) for group in nx.connected_components(nx.Graph(links))]
        outcome.update(nodes=sum(sizes), groups=len(sizes), largest=max(sizes))

    return _told(work, outcome)


def _told(work: Callable[[], None], outcome: dict[str, int]) -> dict[str, float]:
    figures = measured(work)
    return figures | outcome | {"peak_mb": peak_mb()}


def text(path: Path) -> dict[str, float]:
    """Write the links as text beside the parquet, for a program that reads no parquet."""
    rows = _opened(path).execute("SELECT id_type, id_value, linked_type, linked_value FROM links").fetchall()
    path.with_suffix(".tsv").write_text("".join("\t".join(row) + "\n" for row in rows), encoding="utf-8")
    return {}


def _networkx(folder: Path) -> str | None:
    """A Python that has networkx: this one, or a new one of its own; None where it cannot be had."""
    if importlib.util.find_spec("networkx"):
        return sys.executable
    venv.create(folder, with_pip=True)
    python = str(folder / "bin" / "python")
    done = subprocess.run([python, "-m", "pip", "install", "--quiet", "networkx"], capture_output=True, check=False)
    return None if done.returncode else python


def compared(folder: Path, links: int) -> None:
    path = folder / "few.parquet"
    apart(__file__, "make", str(path), str(links))
    apart(__file__, "text", str(path))
    ours = apart(__file__, "plain", str(path))
    python = _networkx(folder / "networkx")
    if python is None:
        print("networkx is not here and cannot be installed: `pip install networkx` for the comparison")
        return
    command = [python, __file__, "peer", str(path.with_suffix(".tsv"))]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    theirs = json.loads(done.stdout.splitlines()[-1])
    assert (ours["nodes"], ours["groups"]) == (theirs["nodes"], theirs["groups"])
    print(f"{links:,} links, the same components: plain {_figures(ours)}; networkx {_figures(theirs)}")
    ratio = {unit: theirs[unit] / ours[unit] for unit in ("wall_s", "cpu_s")}
    print(f"ratio networkx / plain: {ratio['wall_s']:.1f} in time, {ratio['cpu_s']:.1f} in CPU (goal 8)")


def _figures(found: dict[str, float]) -> str:
    return f"{found['wall_s']:.1f} s, {found['cpu_s']:.1f} CPU s, peak {found['peak_mb']:.0f} MB"


def main() -> None:
    links, few = (int(x) for x in (sys.argv[1:3] if len(sys.argv) > 2 else ("10000000", "1000000")))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "many.parquet"
        apart(__file__, "make", str(path), str(links))
        for name, goal in (("guarded", "25 s, 3072 MB"), ("plain", "15 s")):
            found = apart(__file__, name, str(path))
            print(f"{name}, {links:,} links of {found['nodes']:,} identifiers: {_figures(found)} (goal {goal})")
            print(f"    {found['groups']:,} people, the largest of {found['largest']:,} identifiers", flush=True)
        compared(Path(folder), few)


if __name__ == "__main__":
    CASES = {"guarded": guarded, "plain": plain, "peer": peer, "text": text}
    if len(sys.argv) > 2 and sys.argv[1] == "make":
        print(json.dumps(make(Path(sys.argv[2]), int(sys.argv[3]))))
    elif len(sys.argv) > 2 and sys.argv[1] in CASES:
        print(json.dumps(CASES[sys.argv[1]](Path(sys.argv[2]))))
    else:
        main()

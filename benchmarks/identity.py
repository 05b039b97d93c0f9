"""People from 10 M links of some 13 M identifiers: guarded, as plain components beside networkx, and a day more.

    python benchmarks/identity.py [LINKS] [NETWORKX_LINKS]

The links are text in parquet, in no order: logins of members, households on one tablet, kiosks, junk values, and
two people's browsers that were seen with one device. Reading them and giving the identifiers numbers is part of every
time; loading programs is part of none. networkx gets its own environment and the same text as tuples in memory: reading is
not part of its time. A rebuild writes the ledger and the stored graph; a day more is 1 % new links that come as text and
change both.
"""

import importlib.util
import json
import subprocess
import sys
import tempfile
import venv
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from _measure import apart, measured, peak_mb

PEOPLE_PER_LINK = 0.4
MEMORY_MB = 1_200  # of the engine; what Python holds comes on top
AS_OF = datetime(2030, 1, 1)  # noqa: DTZ001

# One link a number; what it is follows from hashes of the number, so that any machine makes the same ones.
MAKE = """
COPY (
    WITH numbers AS (
        SELECT i, (hash(i, 1) >> 2)::BIGINT % $people AS person, (hash(i, 2) >> 2)::BIGINT % 1000 AS what,
               (hash(i, 3) >> 2)::BIGINT % 100 AS kind,
               TIMESTAMP '2026-01-01' + to_microseconds((hash(i, 4) >> 2)::BIGINT % 15000000000000) AS ts
        FROM range($first, $last) AS numbers(i)
    )
    SELECT ts,
        CASE WHEN what < 30 THEN 'cookie' WHEN what < 45 THEN 'device' WHEN kind < 20 THEN 'openid'
             WHEN kind < 30 THEN 'phone_hmac' WHEN kind < 55 THEN 'device' ELSE 'cookie' END AS id_type,
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


def make(path: Path, links: int) -> dict[str, float]:
    """Write the links, and beside them 1 % more of another day."""
    import duckdb

    people = int(links * PEOPLE_PER_LINK)
    spans = ((path, 0, links), (path.with_suffix(".more"), links, links + links // 100))
    for file, first, last in spans:
        duckdb.execute(MAKE, {"people": people, "first": first, "last": last, "path": str(file)})
    return {}


def _load() -> None:
    """Load all programs, and what is compiled once a machine: the same work on two links."""
    import numpy as np
    import pyarrow as pa

    from ltv.contract import INPUTS
    from ltv.identity import kernels, stream
    from ltv.identity.numbering import coded
    from ltv.settings import Identity
    from ltv.warehouse.duck import DuckEngine

    two = {"ts": [AS_OF] * 2, "id_type": ["device"] * 2, "id_value": ["a", "b"]}
    two |= {"linked_type": ["member"] * 2, "linked_value": ["M", "M"]}
    with DuckEngine() as engine, tempfile.TemporaryDirectory() as folder:
        engine.register("said", pa.table(two))
        node = coded(engine, {"said": INPUTS["links"]}).node["said", "id_value"]
        kernels.unite(node, node, np.arange(4))
        kernels.unite(node.astype(np.int64), node.astype(np.int64), np.arange(4))
        stream.LinkStream(Path(folder), Identity()).take(pa.table(two))


def _engine(path: Path) -> Any:
    from ltv.warehouse.duck import DuckEngine

    engine = DuckEngine(memory_mb=MEMORY_MB)
    engine.attach("said", [path])
    return engine


def _numbers(engine: Any) -> Any:
    from ltv.contract import INPUTS
    from ltv.identity.numbering import coded

    return coded(engine, {"said": INPUTS["links"]})


def _nodes(engine: Any, found: Any) -> Any:
    import pyarrow as pa
    from sqlglot import exp

    ts = engine.arrow(exp.select("ts").from_("said"))["ts"]
    sides = {"_node": "id_value", "_linked_node": "linked_value"}
    return pa.table({column: found.node.pop(("said", value)) for column, value in sides.items()} | {"ts": ts})


def guarded(path: Path) -> dict[str, float]:
    import numpy as np

    from ltv.identity import people
    from ltv.settings import Identity

    outcome: dict[str, Any] = {}

    def work() -> None:
        engine, settings = _engine(path), Identity()
        found = _numbers(engine)
        engine.register("links", _nodes(engine, found))
        engine.register("identifiers", found.seen)
        del found
        known = people.read(engine, AS_OF, settings)
        engine.close()
        rows = people.settle(known, settings, lambda nodes: nodes).people
        outcome.update(nodes=len(known.node), person=rows.person)

    figures = measured(work, _load)
    sizes = np.bincount(outcome.pop("person"))
    return figures | outcome | {"peak_mb": peak_mb(), "groups": int((sizes > 0).sum()), "largest": int(sizes.max())}


def plain(path: Path) -> dict[str, float]:
    import numpy as np

    from ltv.identity.evidence import Pairs
    from ltv.identity.groups import components

    outcome: dict[str, Any] = {}

    def work() -> None:
        engine = _engine(path)
        found = _numbers(engine)
        engine.close()
        one, other = (found.node["said", value] - 1 for value in ("id_value", "linked_value"))
        outcome.update(nodes=len(found.number), root=components(Pairs(one, other, one, other), len(found.number)))

    figures = measured(work, _load)
    sizes = np.bincount(outcome.pop("root"))
    return figures | outcome | {"peak_mb": peak_mb(), "groups": int((sizes > 0).sum()), "largest": int(sizes.max())}


def rebuilt(path: Path) -> dict[str, float]:
    """Ledger and stored graph from nothing."""

    from ltv.contract import INPUTS
    from ltv.identity.numbering import by_dictionary
    from ltv.identity.state.store import State
    from ltv.settings import Identity

    outcome = {}

    def work() -> None:
        folder = path.parent / "identity"
        folder.mkdir()
        with State(folder / "stream.duckdb", Identity(), memory_mb=MEMORY_MB) as state:
            state.engine.attach("said", [path])
            numbers = by_dictionary(state.engine, {"said": INPUTS["links"]}, folder=folder)
            state.engine.register("links", _nodes(state.engine, numbers.found))
            del numbers  # the engine has the identifiers
            added = state.advance(AS_OF)
            outcome.update(identifiers=added.identifiers, observations=added.observations)

    return _told(work, outcome)


def grown(path: Path) -> dict[str, float]:
    """A batch of new links into the stored graph."""
    from pyarrow import parquet

    from ltv.identity.stream import LinkStream
    from ltv.settings import Identity

    outcome = {}

    def work() -> None:
        taken = LinkStream(path.parent / "identity", Identity()).take(parquet.read_table(path.with_suffix(".more")))
        added = taken.added
        outcome.update(identifiers=added.identifiers, observations=added.observations, moved=added.moved)

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

    return _told(work, outcome, lambda: None)


def _told(work: Callable[[], None], outcome: dict[str, int], load: Callable[[], None] = _load) -> dict[str, float]:
    figures = measured(work, load)
    return figures | outcome | {"peak_mb": peak_mb()}


def text(path: Path) -> dict[str, float]:
    """Write the links as text beside the parquet, for a program that reads no parquet."""
    import duckdb

    query = "SELECT id_type, id_value, linked_type, linked_value FROM read_parquet(?)"
    rows = duckdb.execute(query, [str(path)]).fetchall()
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


def a_day_more(path: Path) -> None:
    whole, day = (apart(__file__, name, str(path)) for name in ("rebuilt", "grown"))
    print(f"rebuild with ledger and stored graph: {_figures(whole)}")
    print(f"a day more: {day['observations']:,} links, {day['moved']:,} identifiers put together anew: {_figures(day)}")
    ratio = {unit: whole[unit] / day[unit] for unit in ("wall_s", "cpu_s")}
    print(
        f"ratio rebuild / a day more: {ratio['wall_s']:.1f} in time, {ratio['cpu_s']:.1f} in CPU (goal 6)", flush=True
    )


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
        a_day_more(path)
        compared(Path(folder), few)


if __name__ == "__main__":
    CASES = {"guarded": guarded, "plain": plain, "rebuilt": rebuilt, "grown": grown, "peer": peer, "text": text}
    if len(sys.argv) > 2 and sys.argv[1] == "make":
        print(json.dumps(make(Path(sys.argv[2]), int(sys.argv[3]))))
    elif len(sys.argv) > 2 and sys.argv[1] in CASES:
        print(json.dumps(CASES[sys.argv[1]](Path(sys.argv[2]))))
    else:
        main()

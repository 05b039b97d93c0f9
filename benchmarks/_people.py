"""A simulated mall stitched as the product does by default, and how that agrees with who everyone truly is.

The benchmark and the tests share it. Events are read file by file, and what is kept of them is one row for each person
found, what an oracle would say, and true person: never one for each event.

The oracle knows whose every identifier is. What is shared is a person of its own to it; what stands for nobody, or for
junk, tells it nothing, so that each such event is alone. We are held to the same: an event without a person is alone.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np

from ltv import sql
from ltv.identity import people
from ltv.identity.graph import Ints
from ltv.identity.quality import Agreement, Sizes, bcubed, pairwise, sizes
from ltv.settings import Identity
from ltv.sources.privacy import Hasher, hashed_kind, hashed_value, key_of
from ltv.warehouse.duck import DuckEngine

AFTER_ALL = datetime(2100, 1, 1)  # noqa: DTZ001  engine times are naive UTC
NOBODY = -1

LINKS = """
SELECT CAST(ts AS TIMESTAMP) AS ts, id_type, id_value, k AS linked_type, v AS linked_value FROM raw_links
"""
SEEN = """
WITH everywhere AS (
    SELECT id_type, id_value, ts FROM named_links
    UNION ALL SELECT linked_type, linked_value, ts FROM named_links
    UNION ALL SELECT id_type, id_value, CAST(ts AS TIMESTAMP) FROM events WHERE id_value IS NOT NULL
), firsts AS (SELECT id_type, id_value, MIN(ts) AS first_seen FROM everywhere GROUP BY 1, 2)
SELECT ROW_NUMBER() OVER (ORDER BY first_seen, id_type, id_value) AS node, id_type, id_value, first_seen FROM firsts
"""
NUMBERED = """
SELECT a.node AS _node, b.node AS _linked_node, l.ts
FROM named_links AS l
JOIN identifiers AS a ON a.id_type = l.id_type AND a.id_value = l.id_value
JOIN identifiers AS b ON b.id_type = l.linked_type AND b.id_value = l.linked_value
"""
# What an oracle says of an identifier: its person, or (below every other number) the shared thing itself.
ORACLE = """
SELECT i.node, CASE WHEN BOOL_OR(t.shared) OR COUNT(DISTINCT t.person) > 1 THEN -1 - i.node ELSE MIN(t.person) END AS says
FROM true_identifiers AS t
JOIN identifiers AS i ON i.id_type = t.id_type AND i.id_value = t.id_value
GROUP BY i.node
"""
SPANS = """
SELECT u.id_type, u.id_value, u.valid_from, COALESCE(u.valid_to, TIMESTAMP '9999-12-31') AS until, u.user_id, o.says
FROM user_ids AS u
LEFT JOIN oracle AS o ON o.node = u.node
"""
CELLS = """
SELECT s.user_id AS predicted, s.says AS oracle, t.person AS truth, COUNT(*) AS n
FROM (SELECT event_id, id_type, id_value, CAST(ts AS TIMESTAMP) AS ts FROM events) AS e
JOIN true_events AS t ON t.event_id = e.event_id
LEFT JOIN spans AS s ON s.id_type = e.id_type AND s.id_value = e.id_value AND e.ts >= s.valid_from AND e.ts < s.until
GROUP BY 1, 2, 3
"""


@dataclass(frozen=True)
class Cells:
    """How many events there are of each person found, person of the oracle and true person."""

    predicted: Ints
    oracle: Ints
    truth: Ints
    rows: Ints


@dataclass(frozen=True)
class Judged:
    """People and oracle against the truth, by pairs of events and as each event sees it.

    `strangers` is the share of all events that one person found holds of others than the one who has most of them,
    of the worst one: a large person is no mistake, one of many people is.
    """

    ours: Agreement
    oracle: Agreement
    ours_bcubed: Agreement
    oracle_bcubed: Agreement
    found: Sizes
    true: Sizes
    strangers: float


def stitched(mall: Path, engine: DuckEngine, settings: Identity) -> people.Known:
    """Give an engine the people of a mall as `spans`, and return what they were found from."""
    engine.keep_order(False)
    engine.attach("raw_links", _parts(mall / "data/links"))
    Hasher(key_of(mall)).install(engine)
    kind, value = sql.column("linked_type"), sql.column("linked_value")
    named = {"k": hashed_kind(kind), "v": hashed_value(kind, value)}
    engine.materialise("named_links", sql.replace_columns(sql.query(LINKS), named))  # type: ignore[arg-type]
    engine.attach("events", _parts(mall / "data/events"))
    engine.attach("true_identifiers", _parts(mall / "truth/identifiers"))
    for name, text in (("identifiers", SEEN), ("links", NUMBERED), ("oracle", ORACLE)):
        engine.materialise(name, sql.query(text))
    engine.register("user_ids", people.user_ids(engine, AFTER_ALL, settings))
    engine.materialise("spans", sql.query(SPANS))
    return people.read(engine, AFTER_ALL, settings)


def cells(mall: Path, engine: DuckEngine) -> Cells:
    """Cross the people of an engine with the truth."""
    parts = []
    for events, truth in zip(_parts(mall / "data/events"), _parts(mall / "truth/events"), strict=True):
        engine.attach("events", [events])
        engine.attach("true_events", [truth])
        rows = engine.arrow(sql.query(CELLS))
        parts.append([rows[name].fill_null(NOBODY).to_numpy() for name in ("predicted", "oracle", "truth", "n")])
    return _each_alone(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def _each_alone(predicted: Ints, oracle: Ints, truth: Ints, rows: Ints) -> Cells:
    """Make a person of its own of each event without one."""
    lone = (predicted == NOBODY) | (oracle == NOBODY)
    times = np.where(lone, rows, 1)
    predicted, oracle, truth = (np.repeat(column, times) for column in (predicted, oracle, truth))
    number = max(column.max(initial=0) for column in (predicted, oracle, truth)) + 1 + np.arange(len(truth))
    ours, best = np.where(predicted == NOBODY, number, predicted), np.where(oracle == NOBODY, number, oracle)
    return Cells(ours, best, truth, np.repeat(np.where(lone, 1, rows), times))


def judge(of: Cells) -> Judged:
    """Say how good the people are, and how good they could be."""
    ours, oracle = ((group, of.truth, of.rows) for group in (of.predicted, of.oracle))
    return Judged(
        ours=pairwise(*ours),
        oracle=pairwise(*oracle),
        ours_bcubed=bcubed(*ours),
        oracle_bcubed=bcubed(*oracle),
        found=sizes(of.predicted, of.rows),
        true=sizes(of.truth, of.rows),
        strangers=_strangers(of),
    )


def _strangers(of: Cells) -> float:
    order = np.lexsort((of.truth, of.predicted))
    predicted, truth, rows = of.predicted[order], of.truth[order], of.rows[order]
    new = (np.diff(predicted, prepend=-1) != 0) | (np.diff(truth, prepend=-1) != 0)
    cell = np.add.reduceat(rows, np.flatnonzero(new))
    person = np.flatnonzero(np.diff(predicted[new], prepend=-1))
    others = np.add.reduceat(cell, person) - np.maximum.reduceat(cell, person)
    return float(others.max() / rows.sum())


def _parts(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.parquet"))

"""The people of the portable text are those of `graph.stitch`, row for row, on both engines."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support_identity import worlds
from warehouse.comparison import Row, differences

from ltv import sql
from ltv.errors import LtvError
from ltv.identity import people
from ltv.identity.graph import RULES
from ltv.identity.portable import user_ids
from ltv.settings import Identity
from ltv.warehouse.duck import DuckEngine
from ltv.warehouse.engine import Engine

KINDS = ("member", "openid", "phone_hmac", "device", "wechat")  # no setting names the last one
START, LATER = datetime(2026, 1, 1), datetime(2030, 1, 1)


@pytest.fixture(scope="module")
def duck() -> Iterator[DuckEngine]:
    with DuckEngine(threads=1) as engine:
        yield engine


def given_to(engine: Engine, identifiers: list[tuple[Any, ...]], links: list[tuple[Any, ...]]) -> None:
    """Put (node, kind, value, moment) and (node, node, moment) into an engine."""
    time = pa.timestamp("us")
    known = {"node": pa.int64(), "id_type": pa.string(), "id_value": pa.string(), "first_seen": time}
    seen = {"_node": pa.int64(), "_linked_node": pa.int64(), "ts": time}
    for name, schema, rows in (("identifiers", known, identifiers), ("links", seen, links)):
        columns = list(zip(*rows, strict=True)) or [()] * len(schema)
        arrays = [pa.array(c, kind) for c, kind in zip(columns, schema.values(), strict=True)]
        engine.register(name, pa.table(arrays, names=list(schema)))


def portable(engine: Engine, ways: Identity, as_of: datetime = LATER, **options: Any) -> list[Row]:
    made = user_ids(engine, as_of, ways, name="who they are", **options)
    return rows(engine.arrow(sql.replace_tables(sql.query("SELECT * FROM made"), {"made": made.name})))


def embedded(engine: Engine, ways: Identity, as_of: datetime = LATER) -> list[Row]:
    return rows(people.user_ids(engine, as_of, ways))


def rows(table: pa.Table) -> list[Row]:
    columns = ["node", "valid_from", "id_type", "id_value", "valid_to", "user_id", "confidence", "rule"]
    assert sorted(table.column_names) == sorted(columns)
    return sorted(tuple(row[name] for name in columns) for row in table.to_pylist())


def moment(us: int) -> datetime:
    return START + timedelta(microseconds=us)


def number(node: int) -> int:
    """The ledger has numbers of identifiers that are not known here."""
    return 3 * node + 2


def drawn(engine: Engine, world: dict[str, Any], kinds: list[int]) -> None:
    values = ["0000" if node in world["junk"] else f"v{node}" for node in range(len(kinds))]
    seen = zip(kinds, values, world["first_seen"], strict=True)
    identifiers = [(number(n), KINDS[k], value, moment(us)) for n, (k, value, us) in enumerate(seen)]
    given_to(engine, identifiers, [(number(a), number(b), moment(ts)) for a, b, ts in world["rows"]])


def side_by_side(several: list[dict[str, Any]]) -> dict[str, Any]:
    """One world of several that have nothing to do with each other."""
    one: dict[str, Any] = {"kind": [], "first_seen": [], "rows": [], "junk": set()}
    for world in several:
        n = len(one["kind"])
        one["rows"] += [(a + n, b + n, ts) for a, b, ts in world["rows"]]
        one["junk"] |= {node + n for node in world["junk"]}
        one["kind"] += world["kind"]
        one["first_seen"] += world["first_seen"]
    return one


@st.composite
def some_ways(draw: st.DrawFn) -> Identity:
    """Draw settings under which a dozen identifiers break every limit there is."""
    return Identity(
        limits=draw(st.sampled_from([{"member": 1}, {"member": 2}, {"member": 1, "openid": 2}, {}])),
        max_neighbours={"phone_hmac": draw(st.sampled_from([3, 50]))},
        most_neighbours=draw(st.sampled_from([4, 5_000])),
        public_after=draw(st.sampled_from([1, 2, 6])),
        public_minutes=draw(st.sampled_from([0.0, 30.0, 0.1, 5000.000001])),
    )


# one run over several worlds side by side costs what one over a single world does
some_worlds = st.lists(worlds(), min_size=1, max_size=8).map(side_by_side)


@settings(max_examples=30)
@given(world=some_worlds, ways=some_ways(), data=st.data())
def test_people_of_any_links_are_those_of_the_embedded_path(
    duck: DuckEngine, world: dict[str, Any], ways: Identity, data: st.DataObject
) -> None:
    other = data.draw(st.sets(st.integers(0, len(world["kind"]) - 1)))
    drawn(duck, world, [4 if kind and node in other else kind for node, kind in enumerate(world["kind"])])
    assert differences(portable(duck, ways), embedded(duck, ways)) == []


@settings(max_examples=20)
@given(world=some_worlds, ways=some_ways(), now=st.integers(0, 60 * 10**9))
def test_only_what_was_known_before_the_instant_counts(
    duck: DuckEngine, world: dict[str, Any], ways: Identity, now: int
) -> None:
    # an identifier is seen first no later than any link of it
    first = list(world["first_seen"])
    for a, b, ts in world["rows"]:
        first[a], first[b] = min(first[a], ts), min(first[b], ts)
    drawn(duck, world | {"first_seen": first}, world["kind"])
    found = portable(duck, ways, moment(now))
    assert differences(found, embedded(duck, ways, moment(now))) == []
    assert all(row[1] < moment(now) for row in found if row[-1] != "nobody")


def test_the_columns_are_those_of_the_embedded_path(duck: DuckEngine) -> None:
    given_to(duck, *town())
    made = user_ids(duck, LATER, Identity(), name="who they are")
    duck.register("embedded", people.user_ids(duck, LATER, Identity()))
    assert made.columns == duck.columns("embedded")


def test_nothing_at_all_gives_nobody(duck: DuckEngine) -> None:
    given_to(duck, [], [])
    assert portable(duck, Identity()) == []


def test_what_was_seen_more_often_is_stronger_than_what_was_seen_first(duck: DuckEngine) -> None:
    kinds = ("member", "member", "openid", "openid", "device")
    links = [(0, 2, 1), (1, 3, 1), (2, 4, 5), (2, 4, 6), (3, 4, 1), (3, 4, 1)]
    given_to(
        duck,
        [(node, kind, f"v{node}", START) for node, kind in enumerate(kinds)],
        [(a, b, moment(ts)) for a, b, ts in links],
    )
    found = portable(duck, Identity())
    assert [row[5] for row in found] == [0, 1, 0, 1, 0]
    assert differences(found, embedded(duck, Identity())) == []


def test_links_without_both_ends_are_passed_over(duck: DuckEngine) -> None:
    given_to(duck, [(1, "device", "d", START), (2, "member", "M1", START)], [(1, None, START), (None, 2, START)])
    assert [row[-1] for row in portable(duck, Identity())] == ["alone", "account"]


def chain(length: int, order: list[int]) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    identifiers = [(node, "cookie", f"c{node}", START) for node in range(length)]
    return identifiers, [(a, b, START) for a, b in pairwise(order)]


@pytest.mark.parametrize("order", ["rising", "shuffled"])
def test_a_chain_of_ten_thousand_is_one_person_within_fifteen_rounds(duck: DuckEngine, order: str) -> None:
    nodes = list(range(10_000))
    if order == "shuffled":
        random.Random(3).shuffle(nodes)
    given_to(duck, *chain(10_000, nodes))
    found = portable(duck, Identity(), most_rounds=15)
    assert {row[5] for row in found} == {0}
    assert differences(found, embedded(duck, Identity())) == []


def test_links_that_need_more_rounds_than_allowed_are_an_error_and_leave_nothing_behind(duck: DuckEngine) -> None:
    given_to(duck, *chain(100, list(range(100))))
    before = duck.frame(sql.query("SELECT table_name FROM information_schema.tables ORDER BY 1"))
    with pytest.raises(
        LtvError, match=r"^identity: after 3 rounds people still have \d+ ties too many, allowed: none$"
    ):
        portable(duck, Identity(), most_rounds=3)
    assert duck.frame(sql.query("SELECT table_name FROM information_schema.tables ORDER BY 1")).equals(before)


def town() -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    """Identifiers and links of 120 people, with everything that must not join strangers."""
    chance = random.Random(11)
    nodes: list[tuple[str, str]] = []
    links: list[tuple[int, int, datetime]] = []

    def one(kind: str, value: str = "") -> int:
        nodes.append((kind, value or f"{kind} {len(nodes)}"))
        return len(nodes)

    def seen(a: int, b: int, times: int = 1) -> None:
        links.extend((a, b, START + timedelta(seconds=chance.randrange(400, 90_000))) for _ in range(times))

    junk = [one("device", "0000"), one("cookie", " NULL ")]
    hub, kiosk = one("phone_hmac"), one("device")
    homes = [(one("member"), one("device"), one(chance.choice(["openid", "phone_hmac", "wechat"]))) for _ in range(120)]
    for member, device, other in homes:
        seen(member, device, chance.randrange(1, 4))
        seen(device, other, chance.randrange(1, 3))
        seen(one("cookie"), device)
        seen(chance.choice(junk), device)
        seen(device, device)
        seen(hub, one("cookie"))
    for (a, *_), (b, *_), (c, *_) in zip(homes[:30], homes[30:60], homes[60:90], strict=True):
        tablet, phone = one("device"), one("phone_hmac")
        for owner in (a, b):
            seen(owner, tablet, 3)
        for owner in (a, b, c):
            seen(phone, owner, 2)
    for member, *_ in homes[:9]:
        seen(kiosk, member)
    for (_, device, _), (_, _, other) in zip(homes[90:105], homes[105:], strict=True):
        seen(device, other, 2)
    first = one("cookie")
    for _ in range(14):
        seen(first, first := one("cookie"))
    links += chance.sample(links, 200)  # delivered twice
    return [(n, kind, value, START) for n, (kind, value) in enumerate(nodes, 1)], links


def test_a_town_has_the_same_people_on_both_engines(duck: DuckEngine, spark: Any) -> None:
    from ltv.warehouse.spark import SparkEngine

    with SparkEngine(spark) as sparks:
        # small input: more tasks and plans that adapt would only cost time
        sparks.session.conf.set("spark.sql.shuffle.partitions", "1")
        sparks.session.conf.set("spark.sql.adaptive.enabled", "false")
        for engine in (duck, sparks):
            given_to(engine, *town())
        here = portable(duck, Identity())
        found = portable(sparks, Identity())
        assert sparks.columns("who they are") == duck.columns("who they are")
        assert set(sparks._views) == {"identifiers", "links", "who they are"}
    assert {row[-1] for row in found} == set(RULES)
    assert sum(row[-1] == "strongest" for row in found) > 10
    assert differences(found, here) == []
    assert differences(found, embedded(duck, Identity())) == []

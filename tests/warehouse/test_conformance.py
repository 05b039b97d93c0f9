"""One text, two engines: the vocabulary and every shipped query give the same rows on DuckDB and on Spark."""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from pandas.testing import assert_frame_equal
from sqlglot import exp
from support_experiments import AS_OF, PLAN, world
from support_funnel import random_log
from support_golden48 import launches, shop
from warehouse import vocabulary
from warehouse.comparison import differences, rows
from warehouse.conformance_cases import CASES, EMBEDDED_ONLY, Case
from warehouse.vocabulary import Snippet

from ltv import sql
from ltv.attribution.descriptive import descriptive, ordered_credit
from ltv.attribution.given import Ground
from ltv.behaviour.funnel import funnel
from ltv.behaviour.golden48 import golden48
from ltv.behaviour.newcomers import newcomers
from ltv.behaviour.referral import referral
from ltv.behaviour.retention import retention
from ltv.behaviour.trial import sweep_trials, trial_outcomes
from ltv.errors import UsageError
from ltv.experiments.judge import judge
from ltv.lifetime.sequence_features import sequence_features
from ltv.warehouse.dialect import CHANGED, SAME, spark_text
from ltv.warehouse.duck import DuckEngine
from ltv.warehouse.engine import Engine
from ltv.warehouse.local_time import local_day
from ltv.warehouse.table import Table

PROJECT = Path(__file__).parents[2]
SHIPPED = sorted(f.relative_to(PROJECT).as_posix() for f in (PROJECT / "ltv").rglob("*.sql"))


@pytest.fixture(scope="module")
def duck() -> Iterator[DuckEngine]:
    with DuckEngine() as engine:
        for name, table in vocabulary.TABLES.items():
            engine.register(name, table)
        yield engine


@pytest.fixture(scope="module")
def sparks(spark: Any) -> Iterator[Any]:
    from ltv.warehouse.spark import SparkEngine

    with SparkEngine(spark) as engine:
        # small input: more tasks and plans that adapt would only cost time
        engine.session.conf.set("spark.sql.shuffle.partitions", "1")
        engine.session.conf.set("spark.sql.adaptive.enabled", "false")
        for name, table in vocabulary.TABLES.items():
            engine.register(name, table)
        yield engine


@pytest.fixture
def interpreted(sparks: Any) -> Iterator[Any]:
    """Spark that writes no code of its own for each query: of whole walks, whose every query is compared as compiled code above."""
    fast = {"spark.sql.codegen.wholeStage": "false", "spark.sql.codegen.factoryMode": "NO_CODEGEN"}
    before = {name: sparks.session.conf.get(name) for name in fast}
    for name, value in fast.items():
        sparks.session.conf.set(name, value)
    yield sparks
    for name, value in before.items():
        sparks.session.conf.set(name, value)


@pytest.mark.parametrize("snippet", vocabulary.SNIPPETS, ids=lambda s: s.name.replace(" ", "_"))
def test_vocabulary_gives_the_same_rows(duck: DuckEngine, sparks: Any, snippet: Snippet) -> None:
    query = sql.query(snippet.text)
    one, other = duck.arrow(query, snippet.params), sparks.arrow(query, snippet.params)
    assert one.column_names == other.column_names
    assert differences(rows(one, query), rows(other, query)) == []


@pytest.mark.parametrize("name", vocabulary.ERRORS)
def test_what_is_an_error_on_one_engine_is_one_on_the_other(duck: DuckEngine, sparks: Any, name: str) -> None:
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    query = sql.query(vocabulary.ERRORS[name])
    with pytest.raises(duckdb.Error):
        duck.frame(query)
    with pytest.raises((PySparkException, Py4JError)):
        sparks.frame(query)


@pytest.mark.parametrize("text", vocabulary.REFUSED)
def test_what_spark_would_answer_otherwise_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match=r"sql for Spark|sql: found"):
        spark_text(sql.query(text))


def test_every_function_that_may_be_used_is_compared() -> None:
    used = {type(node) for snippet in vocabulary.SNIPPETS for node in sql.query(snippet.text).walk()}
    allowed = SAME | {kind for kind in CHANGED if issubclass(kind, exp.Func)}
    in_literals = {exp.TimeStrToTime, exp.DateStrToDate, exp.DateTrunc}
    refused = {type(node) for text in vocabulary.REFUSED if (tree := _tree(text)) for node in tree.walk()}
    assert {k.__name__ for k in allowed - used - in_literals - refused} == set()


def _tree(text: str) -> exp.Expr | None:
    try:
        return sql.query(text)
    except UsageError:
        return None


@pytest.mark.parametrize("file", SHIPPED)
def test_every_shipped_query_has_a_case(file: str) -> None:
    assert file in {*CASES, *EMBEDDED_ONLY}, (
        f"{file} has no conformance case: add one to CASES in tests/warehouse/conformance_cases.py, "
        "or, where only the embedded engine ever runs it, its reason to EMBEDDED_ONLY there"
    )


@pytest.mark.parametrize("file", sorted({*CASES} & {*SHIPPED}))
def test_a_shipped_query_gives_the_same_rows(duck: DuckEngine, sparks: Any, file: str) -> None:
    for number, case in enumerate(CASES[file]):
        query = _filled(file, case, [duck, sparks], number)
        one, other = duck.arrow(query, case.params), sparks.arrow(query, case.params)
        assert one.column_names == other.column_names
        assert one.num_rows == case.rows
        assert differences(rows(one, query), rows(other, query)) == []


def _filled(file: str, case: Case, engines: list[Engine], number: int) -> exp.Query:
    names = {placeholder: f"{file} {number} {placeholder}" for placeholder in case.tables}
    for engine in engines:
        for placeholder, table in case.tables.items():
            engine.register(names[placeholder], table)
    package, _, name = file.removesuffix(".sql").replace("/", ".").rpartition(".")
    columns = {placeholder: sql.expression(text) for placeholder, text in case.columns.items()}
    return sql.load(package, name, tables=names, columns=columns)


def test_cases_belong_to_files_that_are_shipped() -> None:
    assert {*CASES, *EMBEDDED_ONLY} - set(SHIPPED) == set()
    assert set(CASES) & set(EMBEDDED_ONLY) == set()


# ---- local time and retention, end to end

EDGES = [
    "2023-12-31 15:59:59.999999", "2023-12-31 16:00:00", "2024-03-10 06:59:59", "2024-03-10 07:00:00", "2024-03-30 23:59:59",
    "2024-03-31 00:59:59", "2024-03-31 01:00:00", "2024-03-31 22:59:59", "2024-03-31 23:00:00", "2024-10-26 22:59:59",
    "2024-10-26 23:00:00", "2024-10-27 00:59:59", "2024-10-27 01:00:00", "2024-10-27 23:59:59", "2024-11-03 05:59:59",
    "2024-11-03 06:00:00", "2024-12-31 23:59:59",
]  # fmt: skip


@pytest.mark.parametrize("place", ["Asia/Shanghai", "Europe/London", "America/New_York", "Australia/Lord_Howe", "UTC"])
def test_local_days_are_the_same_and_right(duck: DuckEngine, sparks: Any, place: str) -> None:
    moments = [datetime.fromisoformat(text) for text in EDGES]
    table = pa.table({"ts": pa.array(moments, pa.timestamp("us"))})
    day = local_day(sql.column("ts"), place, min(moments), max(moments))
    query = sql.replace_columns(sql.query("SELECT ts, here AS day FROM moments ORDER BY ts"), {"here": day})
    expected = [(m, m.replace(tzinfo=UTC).astimezone(ZoneInfo(place)).date()) for m in moments]
    for engine in (duck, sparks):
        engine.register("moments", table)
        found = [(row["ts"], row["day"]) for row in engine.arrow(query).to_pylist()]
        assert found == expected


def _shop() -> dict[str, pa.Table]:
    """Eight months of a small shop whose customers come around midnight, also when the clocks change."""
    chance = random.Random(7)
    start = datetime(2024, 2, 20)

    def moment() -> datetime:
        return start + timedelta(days=chance.randrange(255), seconds=chance.randrange(22 * 3600, 26 * 3600))

    people = [None, *range(1, 31)]
    orders = [
        {
            "user_id": chance.choice(people),
            "ts": moment(),
            "amount": Decimal(chance.randrange(-500, 20_000)) / 100,
            "status": chance.choice(["paid", "paid", "refunded", "failed"]),
        }
        for _ in range(300)
    ]
    edges = [
        {"user_id": n, "ts": datetime.fromisoformat(t), "amount": Decimal(1), "status": "paid"}
        for n, t in enumerate(EDGES, 1)
    ]
    segments = [
        {"user_id": n, "segment_kind": "city", "segment": chance.choice(["上海", "it's", "Paris"])}
        for n in range(1, 25)
    ]
    segments += [{"user_id": n, "segment_kind": "age_group", "segment": "18-24"} for n in range(5, 12)]
    events = [{"user_id": chance.choice(people), "ts": moment()} for _ in range(200)]
    members = [{"user_id": n, "registered_at": moment()} for n in range(1, 26)]
    return {
        "orders": pa.Table.from_pylist(orders + edges, pa.schema([*_WHO, ("amount", vocabulary.MONEY), ("status", pa.string())])),
        "segments": pa.Table.from_pylist(segments),
        "events": pa.Table.from_pylist(events, pa.schema(_WHO)),
        "members": pa.Table.from_pylist(members, pa.schema([("user_id", pa.int64()), ("registered_at", pa.timestamp("us"))])),
    }  # fmt: skip


_WHO = [("user_id", pa.int64()), ("ts", pa.timestamp("us"))]


@pytest.mark.parametrize(
    ("given", "options"),
    [
        (("orders", "segments"), {"timezone": "Europe/London", "grain": ["day", "week", "month"]}),
        (
            ("orders", "segments", "events", "members"),
            {"timezone": "Asia/Shanghai", "grain": "day", "periods": 61, "cohort": "registered"},
        ),
    ],
    ids=["all_grains", "all_tables"],
)
def test_retention_is_the_same_end_to_end(
    duck: DuckEngine, interpreted: Any, given: tuple[str, ...], options: dict[str, Any]
) -> None:
    shop = _shop()
    found = []
    for engine in (duck, interpreted):
        for name in given:
            engine.register(f"shop {name}", shop[name])
        tables = {name: Table(engine, f"shop {name}") for name in given}
        found.append(retention(as_of=date(2024, 11, 4), **tables, **options).table)
    one, other = found
    assert len(one) > 150
    assert one["revenue"].abs().sum() > 0
    assert one["retained"].where(one["period"] > 0, 0).sum() > 0
    assert_frame_equal(one, other, rtol=1e-9, atol=1e-9)


def test_experiments_are_judged_the_same_end_to_end(duck: DuckEngine, interpreted: Any) -> None:
    shop = world(600, seed=2)
    chance = random.Random(3)
    people = range(600)
    more = {
        "segments": pa.table(
            {"user_id": people, "segment_kind": ["luck"] * 600, "segment": chance.choices("ab", k=600)}
        ),
        "scores": pa.table(
            {"user_id": people, "horizon_days": [90] * 600, "expected": [chance.random() for _ in people]}
        ),
    }
    given = more | {n: pa.Table.from_pandas(getattr(shop, n)) for n in ("exposures", "orders", "events", "invites")}
    metrics = ("order_rate_7d", "retention_d7", "average_order_value_30d", "event.share_7d", "invites_30d", "ltv_90d")
    found = []
    for engine in (duck, interpreted):
        for name, table in given.items():
            engine.register(f"shop {name}", table)
        tables = {name: Table(engine, f"shop {name}") for name in given}
        plan = replace(PLAN, metrics=metrics)
        found.append(judge(tables.pop("exposures"), tables.pop("orders"), experiments=[plan], as_of=AS_OF, **tables))
    one, other = (j.table.set_index(["metric", "method", "segment_kind", "segment"]).sort_index() for j in found)
    assert len(one) > 25 and (one["basis"] == "score").any()
    assert_frame_equal(one, other, rtol=1e-9, atol=1e-9)
    assert [c.told for c in found[0].tests[0].checks] == [c.told for c in found[1].tests[0].checks]


def test_referral_is_the_same_end_to_end(duck: DuckEngine, interpreted: Any) -> None:
    shop, chance = _shop(), random.Random(5)
    sent = [
        {
            "inviter_user_id": chance.choice([None, *range(1, 40)]),
            "invitee_user_id": chance.choice([None, *range(1, 60)]),
            "ts": shop["orders"]["ts"][chance.randrange(300)].as_py(),
            "channel": chance.choice(["link", "it's", "海报"]),
        }
        for _ in range(150)
    ]
    schema = [
        ("inviter_user_id", pa.int64()),
        ("invitee_user_id", pa.int64()),
        ("ts", pa.timestamp("us")),
        ("channel", pa.string()),
    ]
    given = {n: shop[n] for n in ("orders", "events", "members")} | {
        "invites": pa.Table.from_pylist(sent, pa.schema(schema))
    }
    found = []
    for engine in (duck, interpreted):
        for name, table in given.items():
            engine.register(f"shop {name}", table)
        tables = {name: Table(engine, f"shop {name}") for name in given}
        invites, orders = tables.pop("invites"), tables.pop("orders")
        terms = {"as_of": date(2024, 10, 27), "timezone": "Europe/London", "window_days": 60}
        found += [referral(invites, orders, **tables, **terms, users=users) for users in ("active", "registered")]
    assert len(found[0].table) > 5 and found[0].summary["effective"].sum() > 0
    for one, other in zip(found[:2], found[2:], strict=True):
        for name in ("table", "summary", "set_apart", "edges"):
            assert_frame_equal(getattr(one, name), getattr(other, name), rtol=1e-9, check_dtype=False)


def test_newcomers_are_the_same_end_to_end(duck: DuckEngine, interpreted: Any) -> None:
    shop, chance = _shop(), random.Random(8)
    moments = shop["members"]["registered_at"].to_pylist()
    touches = [
        {
            "user_id": n + 1,
            "ts": moments[n] + timedelta(hours=chance.randrange(20, 80)),
            "channel": chance.choice(["短信", "it's"]),
            "kind": "send",
        }
        for n in range(25)
    ]
    daily = [{"user_id": None, "ts": datetime(2024, 2, 20) + timedelta(days=d)} for d in range(250) if d != 120]
    events = pa.concat_tables([shop["events"], pa.Table.from_pylist(daily, pa.schema(_WHO))])
    orders = [
        {
            "user_id": n + 1,
            "ts": moments[n] + timedelta(hours=chance.randrange(1, 600)),
            "amount": Decimal(7),
            "status": "paid",
        }
        for n in list(range(25)) * 2
    ]
    more = {"orders": pa.Table.from_pylist(orders), "events": events, "touches": pa.Table.from_pylist(touches)}
    given = shop | more
    found = []
    for engine in (duck, interpreted):
        for name, table in given.items():
            engine.register(f"shop {name}", table)
        tables = {name: Table(engine, f"shop {name}") for name in given}
        members, orders = tables.pop("members"), tables.pop("orders")
        found.append(newcomers(members, orders, **tables, as_of=date(2024, 10, 27), timezone="Europe/London"))
    one, other = found
    assert one.share("silent").people > 3 and one.share("active_days_8_30").successes > 3 and len(one.touches) > 2
    assert_frame_equal(one.table, other.table, rtol=1e-9, check_dtype=False)
    assert_frame_equal(one.touches, other.touches, rtol=1e-9, check_dtype=False)


def test_launches_and_sequences_are_the_same_end_to_end(duck: DuckEngine, interpreted: Any) -> None:
    start = "2026-06-02 09:30"
    small = shop(launches(start, audience="app"), per_day=30, people=60)
    given = {k: v.assign(source="app") for k, v in small.tables.items() if k != "touches"}
    met = given["events"].drop_duplicates("user_id").query("ts >= '2025-08-04'")[["user_id"]]
    met = met.assign(
        ts=pd.Timestamp(start), experiment="launch 0", variant=np.where(met["user_id"] % 2, "new", "control")
    )
    found = []
    for engine in (duck, interpreted):
        for name, frame in {**given, "launches": small.launches, "exposures": met}.items():
            engine.register(f"shop {name}", pa.Table.from_pandas(frame, preserve_index=False))
        tables = {name: Table(engine, f"shop {name}") for name in (*given, "exposures")}
        judged = golden48(Table(engine, "shop launches"), **tables, weeks=6, as_of=date(2026, 6, 14))
        tables.pop("exposures")
        told = sequence_features(tables.pop("orders"), **tables, as_of=date(2026, 6, 1), timezone="Europe/London")
        found.append((judged.table, told.table))
    assert found[0][0]["controlled"].any() and (found[0][0]["observed"] > 0).any() and len(found[0][1]) > 20
    for one, other in zip(*found, strict=True):
        assert_frame_equal(one, other, rtol=1e-9, check_dtype=False)


def test_trials_are_the_same_end_to_end(duck: DuckEngine, interpreted: Any) -> None:
    chance, rows = random.Random(6), []
    for n in range(120):
        begun = datetime(2024, 10, 1) + timedelta(seconds=chance.randrange(30 * 86_400))
        for version in range(chance.randrange(1, 3)):
            outcome = chance.choice(["converted", "downgraded", "cancelled", None]) if version else None
            ended = begun + timedelta(seconds=chance.randrange(90 * 3600)) if outcome else None
            rows.append({"trial_id": f"T{n}", "user_id": n, "plan": chance.choice("ab"), "started_at": begun, "ended_at": ended,
                         "outcome": outcome, "updated_at": begun + timedelta(hours=version)})  # fmt: skip
    table = pa.Table.from_pylist(rows)
    found = []
    for engine in (duck, interpreted):
        engine.register("shop trials", table)
        given = Table(engine, "shop trials")
        told = trial_outcomes(given, as_of=date(2024, 10, 27), timezone="Europe/London")
        found.append((told.table, told.cohorts, told.overdue, sweep_trials(given, as_of=date(2024, 10, 27))))
    assert len(found[0][2]) > 10
    for one, other in zip(*found, strict=True):
        assert_frame_equal(one, other, rtol=1e-9, check_dtype=False)


@pytest.mark.parametrize("ties", ["steps", "event_id", "later"])
def test_a_funnel_is_the_same_end_to_end(duck: DuckEngine, interpreted: Any, ties: Any) -> None:
    rows = random_log(5, people=20, rows=300)
    orders = rows[rows["event"] == "login"].assign(status="paid", amount=1.0).rename(columns={"event_id": "order_id"})
    given = {"events": pa.Table.from_pandas(rows), "orders": pa.Table.from_pandas(orders.drop(columns="event"))}
    found = []
    for engine in (duck, interpreted):
        for name, table in given.items():
            engine.register(f"shop {name}", table)
        tables = [Table(engine, f"shop {name}") for name in given]
        asked = {"steps": ["visit", "register", "pay_success"], "ties": ties, "timezone": "Europe/London"}
        found.append(funnel(*tables, as_of=date(2026, 1, 30), **asked))
    assert found[0].whole["users"].min() > 0
    for part in ("table", "next_events", "rolling"):
        assert_frame_equal(getattr(found[0], part), getattr(found[1], part), rtol=1e-9, check_dtype=False)


def test_attribution_is_the_same_end_to_end(duck: DuckEngine, interpreted: Any) -> None:
    shop, chance = _shop(), random.Random(9)
    start = datetime(2024, 7, 20)
    touches = [
        {
            "touch_id": f"T{n}", "user_id": chance.choice([None, *range(1, 31)]), "ts": start + timedelta(seconds=chance.randrange(100 * 86_400)),
            "channel": chance.choice(["短信", "it's", "ads"]), "campaign": chance.choice([None, "春"]), "kind": chance.choice(["click", "open", "send"]),
            "cost": chance.random(),
        }
        for n in range(300)
    ]  # fmt: skip
    scores = {"user_id": range(30), "horizon_days": [365] * 30, "expected": [chance.random() for _ in range(30)]}
    given = {"orders": shop["orders"], "touches": pa.Table.from_pylist(touches), "segments": shop["segments"]}
    found = []
    for engine in (duck, interpreted):
        for name, table in {**given, "scores": pa.table(scores)}.items():
            engine.register(f"shop {name}", table)
        tables = {name: Table(engine, f"shop {name}") for name in (*given, "scores")}
        terms = {"as_of": date(2024, 10, 27), "window_days": 60, "lookback_days": 20, "timezone": "Europe/London"}
        ground = Ground.of(tables.pop("orders"), tables.pop("touches"), **tables, **terms)
        costs = ground.frame(ground.touches).sort_values(["us", "user_id", "campaign"], ignore_index=True)
        found.append((descriptive(ground), ordered_credit(ground), costs, ground.counts))
    assert found[0][0]["credit"].gt(0).sum() > 100 and found[0][3]["without_person"] > 0
    for one, other in zip(found[0][:3], found[1][:3], strict=True):
        assert_frame_equal(one, other, rtol=1e-9, check_dtype=False)
    assert found[0][3] == found[1][3]


def test_the_calendar_of_a_zone_decides_who_came_back(duck: DuckEngine) -> None:
    orders = _shop()["orders"]
    duck.register("shop orders", orders)
    zones = ("Europe/London", "Asia/Shanghai", "America/New_York")
    tables = [
        retention(Table(duck, "shop orders"), as_of=date(2024, 11, 4), grain="day", timezone=zone).table
        for zone in zones
    ]
    assert len({tuple(table["retained"]) for table in tables}) == len(zones)

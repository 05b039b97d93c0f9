import hashlib
import json
import os
import re
import signal
import subprocess
import sys
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import ltv.sources.mall as mall_package
from ltv.errors import UsageError
from ltv.settings import Settings
from ltv.sources.mall import assumptions, foreign_files, is_complete, simulate
from ltv.sources.mall.folder import switch
from ltv.workspace.prepare import Preparation

TABLES = {"events", "links", "members", "order_items", "orders"}
END = date(2026, 6, 30)
COLUMNS = {
    "orders": "order_id ts source id_type id_value amount currency discount refund refunded_at updated_at status "
    "payment_channel coupon_id member_benefit",
    "order_items": "order_id line_id sku category quantity price margin",
    "events": "event_id ts source id_type id_value event session_id sku category price quantity dwell_ms query",
    "links": "ts source id_type id_value linked_type linked_value",
    "members": "id_type id_value registered_at birth_year gender city level acquisition_channel updated_at source",
}


@dataclass(frozen=True)
class Mall:
    out: Path
    db: duckdb.DuckDBPyConnection

    def one(self, sql: str) -> object:
        return self.db.execute(sql).fetchall()[0][0]

    def rows(self, sql: str) -> list[tuple]:
        return self.db.execute(sql).fetchall()


def view(db: duckdb.DuckDBPyConnection, name: str, files: str) -> None:
    # Moments lose their zone here, so that Python and DuckDB compare them without a library of time zones.
    types = db.execute(f"DESCRIBE SELECT * FROM '{files}'").fetchall()
    columns = [f"{column}::TIMESTAMP AS {column}" if "TIME ZONE" in kind else column for column, kind, *_ in types]
    db.execute(f"CREATE VIEW {name} AS SELECT {', '.join(columns)} FROM '{files}'")


def opened(out: Path) -> Mall:
    db = duckdb.connect()
    db.execute("SET TimeZone = 'UTC'")
    for table in TABLES:
        view(db, table, f"{out}/data/{table}/*.parquet")
    view(db, "people", f"{out}/truth/people.parquet")
    # An order as it stands at the end, with its value, and who has which identifier.
    db.execute(
        "CREATE VIEW last_orders AS SELECT *, CASE WHEN status IN ('paid', 'refunded') "
        "THEN amount - coalesce(refund, 0) ELSE 0 END AS value FROM orders "
        "QUALIFY row_number() OVER (PARTITION BY order_id ORDER BY updated_at DESC) = 1"
    )
    db.execute("CREATE VIEW purchases AS SELECT * FROM last_orders WHERE status IN ('paid', 'refunded')")
    db.execute(
        "CREATE TABLE owners AS SELECT 'openid' AS id_type, openid AS id_value, person FROM people"
        " UNION ALL SELECT 'device', app_device, person FROM people"
        " UNION ALL SELECT 'device', web_device, person FROM people"
        " UNION ALL SELECT 'member', member, person FROM people WHERE member IS NOT NULL"
    )
    return Mall(out, db)


@pytest.fixture(scope="module")
def mall(tmp_path_factory: pytest.TempPathFactory) -> Mall:
    out = tmp_path_factory.mktemp("mall") / "demo"
    simulate(out)
    return opened(out)


def digests(out: Path) -> dict[str, str]:
    files = [p for p in out.rglob("*") if p.is_file()]
    return {str(p.relative_to(out)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


def table(out: Path, name: str) -> pa.Table:
    return pa.concat_tables(pq.read_table(path) for path in sorted((out / "data" / name).glob("*.parquet")))


# --- the same again -------------------------------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_bytes_and_another_seed_other_people(tmp_path: Path) -> None:
    for name, seed in (("a", 7), ("b", 7), ("c", 8)):
        simulate(tmp_path / name, users=1_200, days=40, seed=seed, dirty=0.02)
    assert digests(tmp_path / "a") == digests(tmp_path / "b")
    assert not set(table(tmp_path / "a", "events")["id_value"].to_pylist()) & set(
        table(tmp_path / "c", "events")["id_value"].drop_null().to_pylist()
    )


def test_fewer_users_are_a_prefix_of_more(tmp_path: Path) -> None:
    simulate(tmp_path / "few", users=1_300, days=40)
    simulate(tmp_path / "many", users=2_400, days=40)
    few, many = opened(tmp_path / "few"), opened(tmp_path / "many")
    truth = "SELECT * FROM people WHERE person < 1300 ORDER BY person"
    assert few.rows(truth) == many.rows(truth)
    for name in TABLES - {"order_items"}:
        mine = f"SELECT t.* FROM {name} t JOIN owners USING (id_type, id_value) WHERE person < 1300 ORDER BY ALL"
        assert few.rows(mine) == many.rows(mine)
        assert few.one(f"SELECT count(*) FROM {name}") < many.one(f"SELECT count(*) FROM {name}")
    for name in ("events", "order_items"):  # rows without an identifier too
        assert set(few.rows(f"FROM {name}")) <= set(many.rows(f"FROM {name}"))
        groups = [pq.ParquetFile(tmp_path / m / f"data/{name}/part-0000.parquet") for m in ("few", "many")]
        assert groups[0].read_row_group(0).equals(groups[1].read_row_group(0))


def test_the_size_of_the_parts_changes_no_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    simulate(tmp_path / "one", users=2_100, days=20)
    monkeypatch.setattr(assumptions, "COMMUNITIES_PER_PART", 1)
    made = simulate(tmp_path / "three", users=2_100, days=20)
    assert sum(name.startswith("data/orders/") for name in made.files) == 3
    assert all(table(tmp_path / "one", name).equals(table(tmp_path / "three", name)) for name in TABLES)
    truth = [(tmp_path / name / "truth/people.parquet").read_bytes() for name in ("one", "three")]
    assert truth[0] == truth[1]


# --- the contract ---------------------------------------------------------------------------------------------------


def test_tables_have_the_columns_and_types_of_the_contract(mall: Mall) -> None:
    for name, columns in COLUMNS.items():
        schema = table(mall.out, name).schema
        assert schema.names == columns.split()
        for field in schema:
            moment = field.name in ("ts", "registered_at", "refunded_at", "updated_at")
            assert (field.type == pa.timestamp("us", tz="UTC")) == moment
            if field.name in ("amount", "discount", "refund", "price", "margin"):
                assert field.type == pa.decimal128(12, 2)
            if field.name.endswith(("_id", "_value", "_type")):
                assert field.type == pa.string()


def test_words_are_those_of_the_contract(mall: Mall) -> None:
    def words(column: str, name: str) -> set:
        return {row[0] for row in mall.rows(f"SELECT DISTINCT {column} FROM {name}")}

    assert words("status", "orders") == {"paid", "refunded", "cancelled", "failed", "timeout"}
    assert words("id_type", "orders") <= {"member", "openid", "device"}
    assert words("source", "orders") == {"mini_program", "app", "web", "crm"}
    assert words("event", "events") == {
        "visit", "register", "login", "search", "view", "share",
        "add_to_cart", "remove_from_cart", "submit_order", "paid",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("orders", "order_id, updated_at"),
        ("order_items", "order_id, line_id"),
        ("events", "event_id"),
        ("members", "id_type, id_value, updated_at"),
    ],
)
def test_keys_are_there_and_unique(mall: Mall, name: str, key: str) -> None:
    assert mall.one(f"SELECT count(*) - count(DISTINCT ({key})) FROM {name}") == 0
    assert mall.one(f"SELECT count(*) FROM {name} WHERE {key.split(',', maxsplit=1)[0]} IS NULL") == 0


def test_an_amount_is_the_sum_of_its_lines_less_the_discount(mall: Mall) -> None:
    wrong = """
        WITH lines AS (SELECT order_id, sum(price * quantity) AS total FROM order_items GROUP BY ALL)
        SELECT count(*) FROM orders FULL JOIN lines USING (order_id)
        WHERE orders.amount IS NULL OR total IS NULL OR amount + discount <> total
           OR amount <= 0 OR discount < 0 OR discount > total * 0.4
    """
    assert mall.one(wrong) == 0
    assert mall.one("SELECT count(*) FROM order_items WHERE margin > price * quantity OR margin <= 0") == 0


def test_a_refund_is_a_later_version_and_an_earlier_day_sees_the_order_as_paid(mall: Mall) -> None:
    versions = mall.rows("SELECT count(*), count(refund) FROM orders GROUP BY order_id")
    assert set(versions) == {(1, 0), (2, 1)}
    assert mall.one("SELECT count(*) FROM orders WHERE refund IS NULL AND status = 'refunded'") == 0
    later = """
        SELECT count(*) FROM orders o JOIN orders r USING (order_id)
        WHERE o.refund IS NULL AND r.refund IS NOT NULL AND NOT (
            o.status = 'paid' AND o.ts = r.ts AND o.amount = r.amount AND r.refunded_at = r.updated_at
            AND r.refunded_at > o.ts AND r.refund > 0 AND (r.status = 'refunded') = (r.refund = r.amount))
    """
    assert mall.one(later) == 0


# --- time and people ------------------------------------------------------------------------------------------------


def test_every_moment_lies_in_the_window(mall: Mall) -> None:
    first, end = "TIMESTAMP '2025-01-06 16:00:00'", "TIMESTAMP '2026-06-30 16:00:00'"  # 540 days in Shanghai
    for name, columns in COLUMNS.items():
        for column in {"ts", "registered_at", "refunded_at", "updated_at"} & set(columns.split()):
            low, high = mall.rows(f"SELECT min({column}) >= {first}, max({column}) < {end} FROM {name}")[0]
            assert low
            assert high
    assert mall.one(f"SELECT max(ts) > {end} - INTERVAL 1 HOUR FROM events")


def test_nobody_acts_before_they_exist_and_every_identifier_has_an_owner(mall: Mall) -> None:
    acts = """
        WITH acts AS (SELECT ts, id_type, id_value FROM events
            UNION ALL SELECT ts, id_type, id_value FROM orders
            UNION ALL SELECT ts, id_type, id_value FROM links
            UNION ALL SELECT ts, linked_type, linked_value FROM links)
        SELECT count(*) FILTER (person IS NULL AND id_value IS NOT NULL),
               count(*) FILTER (ts < first_seen_at),
               count(*) FILTER (id_type = 'member' AND (registered_at IS NULL OR ts < registered_at)),
               count(*) FILTER (ts > lost_at + INTERVAL 75 HOUR)
        FROM acts LEFT JOIN owners USING (id_type, id_value) LEFT JOIN people USING (person)
    """
    assert mall.rows(acts) == [(0, 0, 0, 0)]
    assert mall.one("SELECT count(*) - count(DISTINCT (id_type, id_value)) FROM owners") == 0


def test_registration_is_one_moment_in_all_tables(mall: Mall) -> None:
    registered = """
        WITH m AS (SELECT id_value, min(registered_at) AS at, count(DISTINCT registered_at) AS n
                   FROM members GROUP BY 1),
             e AS (SELECT id_value, min(ts) AS at FROM events WHERE event = 'register' GROUP BY 1)
        SELECT count(*) FROM people p LEFT JOIN m ON m.id_value = p.member LEFT JOIN e ON e.id_value = p.member
        WHERE e.at IS DISTINCT FROM p.registered_at OR (m.at IS NOT NULL AND (m.at <> p.registered_at OR m.n <> 1))
    """
    assert mall.one(registered) == 0
    assert mall.one("SELECT count(registered_at) - count(member) FROM people") == 0


def test_orders_and_pages_tell_the_same_story(mall: Mall) -> None:
    # All orders but those of shop assistants were submitted on a page, and the paid ones were paid there.
    unseen = """
        SELECT count(*) FROM orders o LEFT JOIN events e
          ON e.event = 'submit_order' AND e.id_value = o.id_value AND e.ts = o.ts
        WHERE (o.source = 'crm') <> (e.ts IS NULL)
    """
    assert mall.one(unseen) == 0
    paid = mall.one("SELECT count(*) FROM purchases WHERE source <> 'crm'")
    assert abs(mall.one("SELECT count(*) FROM events WHERE event = 'paid'") - paid) <= 1  # paid after midnight
    for before, after in (("add_to_cart", "submit_order"), ("submit_order", "paid")):
        late = f"""
            SELECT count(*) FROM (SELECT min(ts) FILTER (event = '{before}') b, min(ts) FILTER (event = '{after}') a
                                  FROM events GROUP BY session_id) WHERE a <= b
        """
        assert mall.one(late) == 0


def test_a_session_is_one_person_on_one_source(mall: Mall) -> None:
    mixed = """
        SELECT count(*) FROM (
            SELECT session_id FROM events LEFT JOIN owners USING (id_type, id_value) GROUP BY session_id
            HAVING count(DISTINCT source) > 1 OR count(DISTINCT person) > 1)
    """
    assert mall.one(mixed) == 0


def test_most_of_a_members_acts_carry_the_member_number(mall: Mall) -> None:
    share = "SELECT count(*) FILTER (id_type = 'member') / count(*) FROM events JOIN owners USING (id_type, id_value)"
    assert mall.one(share + " JOIN people USING (person) WHERE registered_at IS NOT NULL") > 0.9


# --- warts ----------------------------------------------------------------------------------------------------------


def test_the_crm_is_complete_but_a_day_late(mall: Mall) -> None:
    last_day = "TIMESTAMP '2026-06-29 16:00:00'"
    assert mall.one(f"SELECT max(updated_at) < {last_day} FROM orders WHERE source = 'crm'")
    assert mall.one(f"SELECT max(updated_at) < {last_day} FROM members")
    assert mall.one(f"SELECT max(updated_at) > {last_day} FROM orders WHERE source = 'app'")
    assert mall.one("SELECT count(*) - count(payment_channel) + count(*) - count(member_benefit) FROM orders "
                    "WHERE source = 'crm'") == 0  # fmt: skip


@pytest.mark.parametrize(("source", "coverage"), [("mini_program", 0.92), ("app", 0.97), ("web", 0.95)])
def test_a_source_fails_to_send_its_share_of_fields(mall: Mall, source: str, coverage: float) -> None:
    views = f"FROM events WHERE source = '{source}' AND event = 'view'"
    for field in ("category", "price", "dwell_ms"):
        assert mall.one(f"SELECT count({field}) / count(*) {views}") == pytest.approx(coverage, abs=0.01)


# --- marginals ------------------------------------------------------------------------------------------------------

DAY = "(ts + INTERVAL 8 HOUR)::DATE"
HOUR = "hour(ts + INTERVAL 8 HOUR)"
SESSIONS = (
    "WITH s AS (SELECT count(*) AS n, bool_or(event = 'add_to_cart') AS cart, bool_or(event = 'submit_order') AS buys "
    "FROM events GROUP BY session_id) SELECT "
)
FIRSTS = "WITH f AS (SELECT id_value, min(ts) AS first FROM purchases GROUP BY 1) "
MARGINALS = {
    "top10_share": "SELECT sum(v) FILTER (d = 1) / sum(v) FROM (SELECT sum(value)::DOUBLE AS v, "
    "ntile(10) OVER (ORDER BY sum(value) DESC) AS d FROM purchases GROUP BY id_value)",
    "repeat_buyers": "SELECT avg((n > 1)::INT) FROM (SELECT count(*) AS n FROM purchases GROUP BY id_value)",
    "repeat_30d": FIRSTS + "SELECT avg((again IS NOT NULL)::INT) FROM f LEFT JOIN (SELECT DISTINCT id_value AS again "
    "FROM purchases JOIN f USING (id_value) WHERE ts > first AND ts < first + INTERVAL 30 DAY) ON again = id_value "
    "WHERE first < TIMESTAMP '2026-05-31 16:00:00'",
    "ordered_48h": "SELECT avg((o.id_value IS NOT NULL)::INT) FROM people LEFT JOIN (SELECT id_value, min(ts) AS ts "
    "FROM purchases GROUP BY 1) o ON id_value = member AND ts < registered_at + INTERVAL 48 HOUR "
    "WHERE registered_at < TIMESTAMP '2026-06-28 16:00:00'",
    "cart_rate": SESSIONS + "avg(cart::INT) FROM s",
    "order_rate": SESSIONS + "avg(buys::INT) FROM s",
    "cart_abandonment": SESSIONS + "1 - sum(buys::INT) / sum((cart OR buys)::INT) FROM s",
    "bounce_rate": SESSIONS + "avg((n = 1)::INT) FROM s",
    "views_per_session": "SELECT count(*) FILTER (event = 'view') / count(DISTINCT session_id) FROM events",
    "refund_rate": "SELECT avg((refund IS NOT NULL)::INT) FROM purchases",
    "unpaid_rate": "SELECT avg((status IN ('cancelled', 'failed', 'timeout'))::INT) FROM last_orders",
    "median_amount": "SELECT median(amount)::DOUBLE FROM last_orders",
    "lines_per_order": "SELECT count(*) / count(DISTINCT order_id) FROM order_items",
    "evening_share": f"SELECT avg(({HOUR} BETWEEN 20 AND 22)::INT) FROM events",
    "night_share": f"SELECT avg(({HOUR} BETWEEN 2 AND 5)::INT) FROM events",
    "weekend_share": f"SELECT avg((isodow({DAY}) > 5)::INT) FROM events",
    "double11_orders": f"SELECT (count(*) FILTER ({DAY} BETWEEN '2025-11-10' AND '2025-11-11') / 2) / "
    f"(count(*) FILTER ({DAY} BETWEEN '2025-09-26' AND '2025-10-23') / 28) FROM last_orders",
    "festival_visits": f"SELECT (count(*) FILTER ({DAY} BETWEEN '2026-02-15' AND '2026-02-23') / 9) / "
    f"(count(*) FILTER ({DAY} BETWEEN '2025-12-22' AND '2026-01-18') / 28) FROM events WHERE event = 'visit'",
    "members_under_25": "SELECT avg((2026 - birth_year < 25)::INT) FROM members WHERE level = 'basic'",
    "members_over_59": "SELECT avg((2026 - birth_year >= 60)::INT) FROM members WHERE level = 'basic'",
}


def documented() -> dict[str, tuple[float, float, float]]:
    text = (Path(mall_package.__file__).parent / "README.md").read_text(encoding="utf-8")
    lines = re.findall(r"^\| `(\w+)` \|[^|]*\| ([\d.]+) … ([\d.]+) \| ([\d.]+) \|", text, flags=re.MULTILINE)
    return {name: (float(low), float(high), float(found)) for name, low, high, found in lines}


def test_every_documented_marginal_is_measured_and_the_other_way_round() -> None:
    assert documented().keys() == MARGINALS.keys()


@pytest.mark.parametrize("name", MARGINALS)
def test_the_demo_has_the_documented_marginal(mall: Mall, name: str) -> None:
    low, high, found = documented()[name]
    value = float(mall.one(MARGINALS[name]))
    assert low <= value <= high
    assert value == pytest.approx(found, rel=0.03)


def test_retention_falls_fast_then_flattens(mall: Mall) -> None:
    rates = [
        float(mall.one(
            FIRSTS + f"SELECT count(DISTINCT p.id_value) / (SELECT count(*) FROM f WHERE first < TIMESTAMP "
            f"'2026-06-30 16:00:00' - INTERVAL {30 * (k + 1)} DAY) FROM f JOIN purchases p USING (id_value) "
            f"WHERE first < TIMESTAMP '2026-06-30 16:00:00' - INTERVAL {30 * (k + 1)} DAY "
            f"AND ts > first + INTERVAL {30 * k} DAY AND ts <= first + INTERVAL {30 * (k + 1)} DAY"
        ))
        for k in (0, 1, 3, 6, 12)
    ]  # fmt: skip
    assert rates == sorted(rates, reverse=True)
    assert rates[-1] > 0.05
    assert (rates[0] - rates[1]) > 2 * (rates[3] - rates[4]) / 6  # a month costs ever less


def test_types_differ_in_value_as_their_names_say(mall: Mall) -> None:
    spent = dict(mall.rows(
        "SELECT type, (sum(value) / count(DISTINCT person))::DOUBLE FROM people "
        "LEFT JOIN purchases ON id_value = member GROUP BY 1"
    ))  # fmt: skip
    assert max(spent, key=spent.get) == "loyal"
    assert min(spent, key=spent.get) == "one_off"
    hours = dict(mall.rows(
        f"SELECT type, avg(({HOUR} BETWEEN 6 AND 11)::INT) FROM events JOIN people ON id_value = member GROUP BY 1"
    ))  # fmt: skip
    assert hours["silver"] > 2 * hours["student"]


# --- spoilt rows ----------------------------------------------------------------------------------------------------


def test_spoilt_rows_come_on_top_and_the_truth_names_each(tmp_path: Path) -> None:
    clean = simulate(tmp_path / "clean", users=1_500, days=60)
    dirty = simulate(tmp_path / "dirty", users=1_500, days=60, dirty=0.03)
    spoilt = pq.read_table(tmp_path / "dirty/truth/spoilt.parquet").to_pylist()
    for name in TABLES:
        assert table(tmp_path / "clean", name).equals(pq.read_table(tmp_path / f"dirty/data/{name}/part-0000.parquet"))
        added = dirty.rows[name] - clean.rows[name]
        assert added == pytest.approx(0.03 * clean.rows[name], abs=2)
        of = [row for row in spoilt if row["table"] == name]
        lines = (tmp_path / f"dirty/data/{name}/late-0000.jsonl").read_text(encoding="utf-8").splitlines()
        assert [row["line"] for row in of] == list(range(1, added + 1))
        assert {row["file"] for row in of} == {f"data/{name}/late-0000.jsonl"}
        assert len(lines) == added
    rules = {row["rule"] for row in spoilt if row["table"] == "orders"}
    assert {"duplicate", "unknown_status", "amount_as_text", "amount_not_finite", "in_the_future", "no_key"} <= rules


def test_a_spoilt_row_breaks_the_rule_it_is_named_after(tmp_path: Path) -> None:
    simulate(tmp_path, users=1_000, days=60, dirty=0.1)
    lines = [json.loads(line) for line in (tmp_path / "data/orders/late-0000.jsonl").open(encoding="utf-8")]
    truth = pq.read_table(tmp_path / "truth/spoilt.parquet").to_pylist()
    by_rule: dict[str, list[dict]] = {}
    for row in truth:
        if row["table"] == "orders":
            by_rule.setdefault(row["rule"], []).append(lines[row["line"] - 1])
    good = {row["order_id"]: row for row in table(tmp_path, "orders").to_pylist() if row["refund"] is None}
    assert all(row["status"] == "on_hold" for row in by_rule["unknown_status"])
    assert all(isinstance(row["amount"], str) for row in by_rule["amount_as_text"])
    assert all(row["order_id"] is None for row in by_rule["no_key"])
    assert all(row["ts"] > "2100" for row in by_rule["in_the_future"])
    for row in by_rule["duplicate"]:
        if row["refund"] is None:
            assert float(good[row["order_id"]]["amount"]) == row["amount"]
    fresh = {row["order_id"] for rule, rows in by_rule.items() if rule != "duplicate" for row in rows}
    assert not fresh & good.keys()


@pytest.mark.parametrize("dirty", [0.0, 0.03])
def test_the_reader_accepts_every_good_row_and_puts_aside_every_spoilt_one(tmp_path: Path, dirty: float) -> None:
    simulate(tmp_path, users=1_000, days=60, dirty=dirty)
    spoilt = pq.read_table(tmp_path / "truth/spoilt.parquet").to_pylist() if dirty else []
    read = Preparation(tmp_path, Settings(), datetime(2026, 11, 1)).all()
    for name in TABLES:
        facts = read[name].facts
        duplicates = sum(row["table"] == name and row["rule"] == "duplicate" for row in spoilt)
        bad = sum(row["table"] == name and row["rule"] != "duplicate" for row in spoilt)
        assert (facts.quarantined, facts.duplicates) == (bad, duplicates)
        assert facts.accepted == table(tmp_path, name).num_rows


# --- arguments and the folder ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("users", 0), ("users", -5), ("users", 1.5), ("users", True), ("users", 10**12),
        ("days", 0), ("days", -1), ("days", "many"),
        ("end", "tomorrow"), ("end", "2026-13-01"), ("end", None), ("end", date(2000, 3, 1)),
        ("seed", -1), ("seed", "seven"), ("seed", 2**70),
        ("dirty", -0.1), ("dirty", 0.9), ("dirty", float("nan")), ("dirty", "much"),
    ],
)  # fmt: skip
def test_a_bad_argument_is_named_in_one_line_and_nothing_is_written(
    tmp_path: Path, argument: str, value: object
) -> None:
    with pytest.raises(UsageError) as error:
        simulate(tmp_path / "mall", **{argument: value})
    assert str(error.value).startswith(f"{argument}: found ")
    assert "\n" not in str(error.value)
    assert not (tmp_path / "mall").exists()


@pytest.mark.parametrize("place", ["file", "file/below", "/proc/mall"])
def test_a_place_that_cannot_be_written_is_named_in_one_line(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(UsageError, match=r"^out: found .* a folder that can be written"):
        simulate(tmp_path / place, users=1, days=1)
    assert (tmp_path / "file").read_text() == "mine"


def test_one_person_on_one_day_is_a_mall(tmp_path: Path) -> None:
    made = simulate(tmp_path, users=1, days=1)
    assert set(made.rows) == TABLES
    assert pq.read_table(tmp_path / "truth/people.parquet").num_rows == 1


def test_an_end_may_be_text_and_the_summary_counts_what_is_there(tmp_path: Path) -> None:
    made = simulate(tmp_path, users=300, days=5, end="2026-06-30")
    assert made == simulate(tmp_path, users=300, days=5, end=END)
    assert made.rows == {name: table(tmp_path, name).num_rows for name in sorted(TABLES)}
    assert set(made.files) | {"mall.json"} == digests(tmp_path).keys()
    assert {n: f["sha256"] for n, f in json.loads((tmp_path / "mall.json").read_text())["files"].items()}.items() <= (
        digests(tmp_path).items()
    )


def test_files_of_others_are_never_overwritten(tmp_path: Path) -> None:
    mine = tmp_path / "data/orders/mine.csv"
    mine.parent.mkdir(parents=True)
    mine.write_text("order_id\n")
    assert foreign_files(tmp_path) == [mine]
    with pytest.raises(UsageError, match=r"mine\.csv"):
        simulate(tmp_path, users=10, days=2)
    assert digests(tmp_path).keys() == {"data/orders/mine.csv"}


def test_a_new_simulation_replaces_the_old_one_and_leaves_the_rest_of_the_workspace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = [tmp_path / name for name in ("ltv.toml", "data/README.md", "data/state/ledger", "data/orders/.gitkeep")]
    for path in kept:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("kept")
    with monkeypatch.context() as patch:
        patch.setattr(assumptions, "COMMUNITIES_PER_PART", 1)
        simulate(tmp_path, users=2_500, days=5, dirty=0.1)
    simulate(tmp_path, users=200, days=5)
    assert [p.name for p in (tmp_path / "data/orders").glob("*.*") if p not in kept] == ["part-0000.parquet"]
    assert sorted(p.name for p in (tmp_path / "truth").iterdir()) == ["people.parquet"]
    assert all(path.read_text() == "kept" for path in kept)
    assert is_complete(tmp_path)


def test_a_table_that_somebody_put_in_the_place_of_ours_is_theirs(tmp_path: Path) -> None:
    simulate(tmp_path, users=50, days=3)
    (tmp_path / "data/orders/part-0000.parquet").write_bytes(b"their own")
    assert not is_complete(tmp_path)
    with pytest.raises(UsageError, match=r"part-0000\.parquet"):
        simulate(tmp_path, users=50, days=3)


def test_an_unreadable_mark_is_not_guessed_at(tmp_path: Path) -> None:
    (tmp_path / "mall.json").write_text("{")
    with pytest.raises(UsageError, match=r"^mall\.json: found"):
        simulate(tmp_path, users=50, days=3)


def test_an_interrupted_simulation_leaves_nothing(tmp_path: Path) -> None:
    def stop(_: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        simulate(tmp_path / "new" / "mall", users=2_000, days=5, progress=stop)
    assert not (tmp_path / "new").exists()

    simulate(tmp_path / "old", users=100, days=5)
    before = digests(tmp_path / "old")
    with pytest.raises(KeyboardInterrupt):
        simulate(tmp_path / "old", users=2_000, days=5, progress=stop)
    assert digests(tmp_path / "old") == before


def test_a_killed_simulation_leaves_nothing_that_looks_complete_and_the_next_one_sweeps(tmp_path: Path) -> None:
    script = (
        "import os, signal, sys; from pathlib import Path; from ltv.sources.mall import simulate\n"
        "simulate(Path(sys.argv[1]), users=2_000, days=5, progress=lambda done: os.kill(os.getpid(), signal.SIGKILL))"
    )
    ended = subprocess.run([sys.executable, "-c", script, str(tmp_path)], check=False, env=os.environ, cwd=Path.cwd())
    assert ended.returncode == -signal.SIGKILL
    assert not (tmp_path / "data").exists()
    assert not is_complete(tmp_path)
    simulate(tmp_path, users=100, days=5)
    assert {p.name for p in tmp_path.iterdir()} == {"data", "truth", "mall.json"}


def test_a_switch_that_breaks_off_leaves_no_orders_and_can_be_repeated(tmp_path: Path) -> None:
    simulate(tmp_path, users=100, days=5)
    files = json.loads((tmp_path / "mall.json").read_text())["files"]
    empty = tmp_path / "stage"
    empty.mkdir()
    with pytest.raises(FileNotFoundError):
        switch(empty, tmp_path, arguments={}, files=files)
    empty.rmdir()
    assert not is_complete(tmp_path)
    assert not (tmp_path / "data/orders/part-0000.parquet").exists()
    simulate(tmp_path, users=100, days=5)
    assert is_complete(tmp_path)


def test_progress_rises_to_one(tmp_path: Path) -> None:
    seen: list[float] = []
    simulate(tmp_path, users=2_001, days=3, progress=seen.append)
    assert seen == pytest.approx([1 / 3, 2 / 3, 1])

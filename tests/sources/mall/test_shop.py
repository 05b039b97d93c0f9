"""Pages, tills and the CRM: what their tables say agrees with itself, with the contract and with the truth."""

import re
from pathlib import Path

import pyarrow as pa
import pytest
from support_mall import Mall, table

import ltv.sources.mall as mall_package
from ltv.contract import INPUTS
from ltv.sources.mall.channels import CHANNELS
from ltv.sources.mall.tables import TABLES

# --- the contract ---------------------------------------------------------------------------------------------------


def test_the_mall_writes_every_input_table() -> None:
    assert set(TABLES) == INPUTS.keys()


@pytest.mark.parametrize("name", TABLES)
def test_a_table_has_the_columns_and_types_of_the_contract(mall: Mall, name: str) -> None:
    schema, contract = table(mall.out, name).schema, INPUTS[name]
    assert set(contract.names) <= set(schema.names)
    arrow = {"text": pa.string(), "json": pa.string(), "timestamp": pa.timestamp("us", tz="UTC"), "date": pa.date32(),
             "boolean": pa.bool_(), "integer": pa.int64(), "money": pa.decimal128(12, 2),
             "list": pa.list_(pa.string())}  # fmt: skip
    for column in contract.columns:
        found = schema.field(column.name).type
        assert found in ([pa.int64(), pa.float64()] if column.type == "number" else [arrow[column.type]]), column.name


def test_words_are_those_of_the_contract(mall: Mall) -> None:
    def words(column: str, name: str) -> set:
        return {row[0] for row in mall.rows(f"SELECT DISTINCT {column} FROM {name}")}

    assert words("status", "orders") == {"paid", "refunded", "cancelled", "failed", "timeout"}
    assert words("id_type", "orders") <= {"member", "openid", "device", "cookie"}
    assert words("source", "orders") == {"mini_program", "app", "web", "crm"}
    assert words("event", "events") == {
        "visit", "register", "login", "search", "view", "share", "add_to_cart", "remove_from_cart", "submit_order",
        "paid", "activate_trial", "recommend_show", "click",
    }  # fmt: skip
    assert words("channel", "touches") == {channel.name for channel in CHANNELS}
    assert words("kind", "touches") == {"impression", "send", "open", "click"}


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("orders", "order_id, updated_at"),
        ("order_items", "order_id, line_id"),
        ("events", "event_id"),
        ("members", "id_type, id_value, updated_at"),
        ("touches", "touch_id"),
        ("spend", "date, channel, campaign"),
        ("tickets", "ticket_id"),
        ("launches", "launch_id"),
        ("trials", "trial_id, updated_at"),
        ("offers", "offer_id"),
        ("spans", "span_id"),
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


# --- time and people -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(set(TABLES) - {"offers", "launches"}))
def test_every_moment_lies_in_the_window(mall: Mall, name: str) -> None:
    first, end = "TIMESTAMP '2025-01-06 16:00:00'", "TIMESTAMP '2026-06-30 16:00:00'"  # 540 days in Shanghai
    for column in (c.name for c in INPUTS[name].columns if c.type == "timestamp"):
        # the click that leads to the first session comes some seconds before it
        assert mall.one(f"SELECT min({column}) >= {first} - INTERVAL 1 MINUTE FROM {name}"), column
        assert mall.one(f"SELECT max({column}) < {end} FROM {name}"), column
    if name == "events":
        assert mall.one(f"SELECT max(ts) > {end} - INTERVAL 1 HOUR FROM events")


def test_nobody_acts_before_they_exist_and_every_identifier_has_an_owner(mall: Mall) -> None:
    acts = """
        WITH acts AS (SELECT ts, id_type, id_value, event_id FROM events
            UNION ALL SELECT ts, id_type, id_value, NULL FROM orders)
        SELECT count(*) FILTER (o.person IS NULL AND id_value NOT IN ('', '0000', 'unknown')),
               count(*) FILTER (ts < first_seen_at),
               count(*) FILTER (id_type = 'member' AND (registered_at IS NULL OR ts < registered_at)),
               count(*) FILTER (ts > lost_at + INTERVAL 75 HOUR),
               count(*) FILTER (e.person <> o.person)
        FROM acts LEFT JOIN owners o USING (id_type, id_value) LEFT JOIN people USING (person)
        LEFT JOIN true_events e USING (event_id)
        WHERE NOT EXISTS (SELECT 1 FROM true_identifiers i WHERE shared AND i.id_value = acts.id_value)
    """
    assert mall.rows(acts) == [(0, 0, 0, 0, 0)]
    assert mall.one("SELECT count(*) - count(DISTINCT (id_type, id_value)) FROM owners") == 0


def test_registration_is_one_moment_in_all_tables(mall: Mall) -> None:
    registered = """
        WITH m AS (SELECT id_value, min(registered_at) AS at, count(DISTINCT registered_at) AS n
                   FROM members GROUP BY 1),
             e AS (SELECT person, min(ts) AS at FROM events JOIN true_events USING (event_id)
                   WHERE event = 'register' GROUP BY 1)
        SELECT count(*) FROM people p LEFT JOIN m ON m.id_value = p.member LEFT JOIN e USING (person)
        WHERE e.at IS DISTINCT FROM p.registered_at OR (m.at IS NOT NULL AND (m.at <> p.registered_at OR m.n <> 1))
    """
    assert mall.one(registered) == 0
    assert mall.one("SELECT count(registered_at) - count(member) FROM people") == 0


def test_orders_and_pages_tell_the_same_story(mall: Mall) -> None:
    # All orders but those of shop assistants were submitted on a page, and the paid ones were paid there.
    unseen = """
        SELECT count(*) FROM last_orders o LEFT JOIN (SELECT DISTINCT ts FROM events WHERE event = 'submit_order') e
          USING (ts)
        WHERE o.source <> 'crm' AND e.ts IS NULL
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
            SELECT session_id FROM events JOIN true_events USING (event_id) GROUP BY session_id
            HAVING count(DISTINCT source) > 1 OR count(DISTINCT person) > 1)
    """
    assert mall.one(mixed) == 0


def test_the_truth_names_the_person_of_every_event(mall: Mall) -> None:
    assert mall.rows("SELECT count(*), count(person) FROM events JOIN true_events USING (event_id)") == [
        (mall.one("SELECT count(*) FROM events"),) * 2
    ]


# --- warts -----------------------------------------------------------------------------------------------------------


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
    for field in ("category", "price", "dwell_ms"):  # each fails by itself
        assert mall.one(f"SELECT count({field}) / count(*) {views}") == pytest.approx(coverage, abs=0.01)


# --- marginals -------------------------------------------------------------------------------------------------------

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

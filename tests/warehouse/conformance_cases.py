"""Every shipped `.sql` file with small input on which DuckDB and Spark must agree: add a case here for a new file.

A case names the placeholder tables of the file (rows, or a query over other tables of the case), the expressions put in
for its placeholder columns, and its parameters. A file whose text depends on where it is used has several cases.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

MONEY = pa.decimal128(18, 6)
SUM = pa.decimal128(28, 6)

# Files that Spark never sees, each with the reason.
_READING = "runs while raw files are read, which the embedded engine does alone"
_SQLITE = "is written for users of SQLite, on which tests/behaviour/test_referral.py runs it"
_STORED = "reads the stored graph, a file of the embedded engine; Spark puts all together at once"
_JSON = (
    "asks whether text is JSON, which Spark cannot tell; spans that Spark holds are read through the embedded engine"
)
_STREAMED = "feeds the compiled loop of the embedded engine; Spark takes the other funnel files"
EMBEDDED_ONLY = {
    "ltv/behaviour/invite_tree_of_sqlite.sql": _SQLITE,
    "ltv/identity/state/around.sql": _STORED,
    "ltv/identity/state/earlier_identifiers.sql": _STORED,
    "ltv/identity/state/gone.sql": _STORED,
    "ltv/identity/state/identifiers_since.sql": _STORED,
    "ltv/identity/state/judged_links.sql": _STORED,
    "ltv/identity/state/links_since.sql": _STORED,
    "ltv/identity/state/members.sql": _STORED,
    "ltv/identity/state/no_nodes.sql": _STORED,
    "ltv/identity/state/no_observations.sql": _STORED,
    "ltv/identity/state/no_places.sql": _STORED,
    "ltv/identity/state/no_spans.sql": _STORED,
    "ltv/identity/state/observations_around.sql": _STORED,
    "ltv/identity/state/ordered.sql": _STORED,
    "ltv/identity/state/other_identifiers.sql": _STORED,
    "ltv/identity/state/other_links.sql": _STORED,
    "ltv/identity/state/numbered_links.sql": _STORED,
    "ltv/identity/state/said.sql": _STORED,
    "ltv/identity/state/pairs_around.sql": _STORED,
    "ltv/identity/state/refused.sql": _STORED,
    "ltv/identity/state/sum_of_identifiers.sql": _STORED,
    "ltv/identity/state/sum_of_links.sql": _STORED,
    "ltv/identity/state/user_ids.sql": _STORED,
    "ltv/behaviour/funnel_keys.sql": _STREAMED,
    "ltv/behaviour/funnel_keys_of_all.sql": _STREAMED,
    "ltv/hooks/span_rows.sql": _JSON,
    "ltv/sources/accepted.sql": _READING,
    "ltv/sources/by_source.sql": _READING,
    "ltv/sources/no_repeats.sql": _READING,
    "ltv/sources/quarantined.sql": _READING,
    "ltv/sources/repeats.sql": _READING,
    "ltv/sources/rules.sql": _READING,
}


@dataclass(frozen=True)
class Case:
    """Input for one file.

    Attributes:
        tables: placeholder table → rows.
        columns: placeholder column → expression.
        params: values bound.
        rows: number of rows that must come out, so that nothing is compared with nothing.
    """

    rows: int
    tables: dict[str, pa.Table] = field(default_factory=dict)
    columns: dict[str, str] = field(default_factory=dict)
    params: dict[str, Any] = field(default_factory=dict)


def _table(schema: dict[str, pa.DataType], *rows: tuple[Any, ...]) -> pa.Table:
    names = list(schema)
    return pa.Table.from_pylist([dict(zip(names, row, strict=True)) for row in rows], schema=pa.schema(schema))


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)


_INT, _LONG, _TEXT, _TIME, _DAY = pa.int32(), pa.int64(), pa.string(), pa.timestamp("us"), pa.date32()

COHORTS = _table({"user_id": _LONG, "cohort": _LONG}, (1, 100), (2, 100), (3, 101), (4, 161), (5, 100), (6, 300))
SEGMENTS = _table(
    {"user_id": _LONG, "segment_kind": _TEXT, "segment": _TEXT},
    (1, "city", "上海"), (2, "city", "it's"), (1, "age", "18-24"), (3, "city", "上海"), (9, "city", "nobody"),
)  # fmt: skip
# bit 61 is the last of a word; negative shifts come from words that begin before a cohort
WORDS = _table(
    {"user_id": _LONG, "word": _INT, "bits": _LONG},
    (1, 0, 0b1011), (1, 1, 1), (1, 3, 1 << 61), (2, 0, (1 << 62) - 1), (2, 1, (1 << 62) - 1), (3, 0, 0b10), (4, 0, 1 << 61), (4, 1, 0b101), (7, 0, 1),
)  # fmt: skip
PATTERNS = _table(
    {"cohort": _LONG, "segment_kind": _TEXT, "segment": _TEXT, "bits": _LONG, "people": _LONG},
    (100, "all", "all", 0b1, 2), (100, "all", "all", 0b1011, 1), (101, "all", "all", 0b11, 4), (100, "city", "上海", 0b101, 1), (102, "all", "all", 0, 3),
)  # fmt: skip
REVENUE = _table(
    {"cohort": _LONG, "segment_kind": _TEXT, "segment": _TEXT, "period": _INT, "revenue": SUM},
    (100, "all", "all", 0, Decimal("10.10")), (100, "all", "all", 2, Decimal("-3.000001")), (101, "all", "all", 1, Decimal("0.1")),
)  # fmt: skip
ACTIVITY = _table(
    {"user_id": _LONG, "bucket": _LONG, "status": _TEXT},
    (1, 100, "paid"), (1, 100, "paid"), (1, 161, "paid"), (1, 300, "refunded"), (2, 101, "failed"), (2, 102, "paid"), (2, 99, "paid"), (None, 100, "paid"), (3, 100, None),
)  # fmt: skip
SPENT = _table(
    {"user_id": _LONG, "bucket": _LONG, "value": MONEY},
    (1, 100, Decimal("19.99")), (1, 100, Decimal("-19.99")), (1, 101, Decimal("0.1")), (1, 101, Decimal("0.2")), (2, 99, Decimal(5)), (2, 100, Decimal("7.5")),
    (3, 103, Decimal("123456.654321")), (3, 103, None), (None, 100, Decimal(1)), (6, 300, Decimal(-4)),
)  # fmt: skip
LEDGER = _table({"id_type": _TEXT, "id_value": _TEXT, "user_id": _LONG}, ("device", "a", 1), ("member", "M1", 2))
SEEN = _table(
    {"id_type": _TEXT, "id_value": _TEXT, "first_seen": _TIME},
    ("device", "a", _at("2024-01-01")), ("device", "é", _at("2024-01-01")), ("device", "B", _at("2024-01-01")), ("member", "M1", _at("2024-01-01")),
    ("member", "a", _at("2024-01-01")), ("device", "'; --", _at("2024-02-01")), ("device", "中", _at("2023-01-01")),
)  # fmt: skip
NUMBERED = SEEN.slice(1).append_column("node", pa.array(range(1, 7), _LONG))
KIND_NUMBERS = _table({"number": _LONG, "name": _TEXT}, (0, "member"), (1, "device"))
LINKED = _table(
    {"_node": _LONG, "_linked_node": _LONG, "ts": _TIME},
    (1, 2, _at("2024-01-01 00:00:00.000001")), (1, None, _at("2024-01-01")), (3, 4, _at("2024-06-01")),
)  # fmt: skip
SIGHTED = _table(
    {"source": _TEXT, "id_value": _TEXT, "user_id": _LONG},
    ("app", "a", 1), ("app", "b", 2), ("app", "0000", None), ("web", None, None), ("web", "a", 1), (None, "c", 3),
)  # fmt: skip
WHO = _table(
    {"user_id": _LONG, "rule": _TEXT}, (1, "account"), (1, "account"), (1, "linked"), (2, "alone"), (3, "account")
)
# 1 and 2 are a member and her device, 3 is shared with 4, 5 was never seen with an account, 6 has too many neighbours, 9 is junk
SPANS = _table(
    {"node": _LONG, "id_type": _TEXT, "id_value": _TEXT, "valid_from": _TIME, "valid_to": _TIME, "user_id": _LONG,
     "confidence": pa.float64(), "rule": _TEXT},
    (1, "member", "M1", _at("2024-01-01"), None, 1, 1.0, "account"), (2, "device", "d", _at("2023-12-31 16:00:00"), None, 1, .9, "linked"),
    (3, "device", "s", _at("2024-01-01"), _at("2024-02-01"), 3, 1.0, "nobody"), (3, "device", "s", _at("2024-02-01"), _at("2024-03-01"), 1, .5, "last_login"),
    (3, "device", "s", _at("2024-03-01"), None, 4, .5, "last_login"), (4, "member", "M4", _at("2024-01-02"), None, 4, 1.0, "account"),
    (5, "cookie", "c", _at("2024-01-02"), None, 5, 1.0, "alone"), (6, "phone_hmac", "中", _at("2024-01-03"), None, 6, 1.0, "nobody"),
)  # fmt: skip
_ENDS = {
    1: ("member", "M1"),
    2: ("device", "d"),
    3: ("device", "s"),
    4: ("member", "M4"),
    5: ("cookie", "c"),
    6: ("phone_hmac", "中"),
    9: ("device", "0000"),
}
MET = _table(
    {"_node": _LONG, "_linked_node": _LONG, "id_type": _TEXT, "id_value": _TEXT, "linked_type": _TEXT, "linked_value": _TEXT,
     "source": _TEXT, "ts": _TIME, "user_id": _LONG, "linked_user_id": _LONG},
    *[(a, b, *_ENDS[a], *_ENDS[b], source, _at(ts), whose, other) for a, b, source, ts, whose, other in (
        (1, 2, "app", "2024-02-02 10:00:00", 1, 1), (2, 1, "app", "2024-02-03 10:00:00.000001", 1, 1), (3, 1, None, "2024-02-01", 1, 1), (3, 4, "web", "2024-03-01", 4, 4),
        (3, 5, "web", "2024-03-02", 4, 5), (1, 1, "crm", "2024-03-02", 1, 1), (9, 1, "crm", "2024-03-02", None, 1), (6, 1, "crm", "2024-03-02", 6, 1),
        (6, 4, "crm", "2024-03-02", 6, 4), (2, 4, "app", "2024-03-03", 1, 4), (1, 2, "app", "2025-01-01", 1, 1))],
)  # fmt: skip
JUDGED = _table(
    {"low": _LONG, "high": _LONG, "times": _LONG, "first_time": _TIME, "last_time": _TIME, "low_neighbours": _LONG,
     "high_neighbours": _LONG, "low_in_turn": _INT, "high_in_turn": _INT, "verdict": _TEXT},
    *[(a, b, n, _at("2024-02-02"), _at("2024-03-02"), 2, 3, int(a == 3), int(b == 3), verdict) for a, b, n, verdict in (
        (1, 1, 1, "with_itself"), (1, 2, 2, "joined"), (1, 3, 1, "in_turn"), (1, 6, 1, "too_many_neighbours"), (1, 9, 1, "with_junk"),
        (2, 4, 1, "by_limit"), (3, 4, 1, "in_turn"), (3, 5, 1, "of_nobody"))],
)  # fmt: skip
ORDERS = _table(
    {"user_id": _LONG, "ts": _TIME, "status": _TEXT, "value": MONEY},
    (1, _at("2024-03-31 00:59:59.999999"), "paid", Decimal("19.99")), (1, _at("2024-03-31 01:00:00"), "refunded", Decimal("-0.01")),
    (2, _at("2024-10-27 01:00:00"), "cancelled", Decimal(7)), (3, _at("2023-01-01"), "paid", None), (None, _at("2024-01-01"), "paid", Decimal(1)),
)  # fmt: skip
MEMBERS = _table(
    {
        "user_id": _LONG, "registered_at": _TIME, "birth_year": _LONG, "gender": _TEXT, "city": _TEXT, "level": _TEXT,
        "acquisition_channel": _TEXT,
    },
    (1, _at("2024-01-01"), 1990, "f", "上海", None, "search"), (1, _at("2023-01-01"), None, "m", "Paris", "gold", None),
    (4, None, None, None, None, None, None), (None, _at("2024-01-01"), 2000, "f", "x", "y", "z"),
)  # fmt: skip
EVENTS = _table(
    {"source": _TEXT, "user_id": _LONG, "ts": _TIME, "day": _DAY},
    ("app", 1, _at("2024-03-31 01:00:00"), date(2024, 3, 31)), ("app", 1, None, None), ("app", None, _at("2024-01-01"), date(2024, 1, 1)),
    ("site", None, _at("2023-01-01"), None), (None, 7, _at("2022-01-01"), None),
)  # fmt: skip

# people inside the engine: 1, 4 and 7 are members, 5 and 10 stand for nobody; 8 is a kiosk, 3 a phone that was passed on
_BOOL, _REAL = pa.bool_(), pa.float64()
_WORLD = [
    (1, "member", "M1"), (2, "device", "d"), (3, "phone", "p"), (4, "member", "M4"), (5, "cookie", " NULL "), (6, "openid", "é"),
    (7, "member", "M7"), (8, "device", "kiosk"), (9, "device", "'; --"), (10, "cookie", "0000"), (11, "cookie", None),
]  # fmt: skip
_SEEN_FIRST = _at("2024-01-01 00:00:00.000001")
KINDS = _table(
    {"id_type": _TEXT, "account_limit": _LONG, "max_neighbours": _LONG, "is_passed_on": _BOOL},
    ("member", 1, 9, False), ("device", 0, 3, False), ("phone", 0, 2, True), ("cookie", 0, 9, False), ("openid", 0, 9, False),
)  # fmt: skip
IDENTIFIERS = _table(
    {"node": _LONG, "id_type": _TEXT, "id_value": _TEXT, "first_seen": _TIME},
    *((*one, _SEEN_FIRST) for one in _WORLD), (12, "cookie", "later", _at("2024-06-01")),
)  # fmt: skip
NODES = _table(
    {
        "node": _LONG, "id_type": _TEXT, "id_value": _TEXT, "first_seen": _TIME, "is_junk": _BOOL, "account_limit": _LONG,
        "max_neighbours": _LONG, "is_passed_on": _BOOL,
    },
    *(
        (node, kind, value, _SEEN_FIRST, node in (5, 10), int(kind == "member"), 3 if kind == "device" else 9, kind == "phone")
        for node, kind, value in _WORLD
    ),
)  # fmt: skip
LINKS = _table(
    {"_node": _LONG, "_linked_node": _LONG, "ts": _TIME},
    (2, 1, _at("2024-01-02")), (1, 2, _at("2024-01-02")), (1, 2, _at("2024-01-02 00:00:00.000001")), (3, 3, _at("2024-01-02")), (3, 5, _at("2024-01-02")),
    (10, 3, _at("2024-01-02")), (None, 3, _at("2024-01-02")), (3, None, _at("2024-01-02")), (3, 4, _at("2024-06-01")), (3, 4, None), (9, 4, _at("1969-12-31 23:59:59.5")),
)  # fmt: skip
OBSERVATIONS = _table(
    {"low": _LONG, "high": _LONG, "ts": _TIME},
    (1, 2, _at("2024-01-02")), (1, 2, _at("2024-01-03")), (1, 3, _at("2024-01-04")), (3, 4, _at("2024-01-05")), (1, 3, _at("2024-01-05")), (3, 4, _at("2024-01-06")),
    (1, 8, _at("2024-01-02")), (4, 8, _at("2024-01-02 00:10:00")), (7, 8, _at("2024-01-02 02:00:00")), (3, 9, _at("2024-01-02")), (6, 7, _at("2024-01-02")),
)  # fmt: skip
PAIRS = _table(
    {"low": _LONG, "high": _LONG, "times": _LONG, "first_at": _TIME},
    (1, 2, 2, _at("2024-01-02")), (1, 3, 2, _at("2024-01-04")), (3, 4, 2, _at("2024-01-05")), (1, 8, 1, _at("2024-01-02")), (4, 8, 1, _at("2024-01-02 00:10:00")),
    (7, 8, 1, _at("2024-01-02 02:00:00")), (6, 7, 1, _at("1969-12-31 23:59:59.5")), (2, 6, 1, _at("2024-01-02")), (8, 9, 1, _at("2024-01-02")),
)  # fmt: skip
CROWDED = _table({"node": _LONG}, (8,))
CONTESTED = _table({"node": _LONG, "times": _LONG}, (3, 2), (8, 3))
# 9 - 7 - 5 - 3 - 1 and 8 - 6 - 2, 8 - 4: after one round two stars that are not yet finished
EDGES = _table({"high": _LONG, "low": _LONG}, (9, 7), (7, 5), (5, 3), (3, 1), (8, 6), (6, 2), (8, 4))
STARS = _table({"high": _LONG, "low": _LONG}, (2, 1), (6, 1), (7, 1))
REPAIRED = _table(
    {"node": _LONG, "person": _LONG, "is_torn": _BOOL}, (1, 1, False), (2, 1, True), (6, 6, True), (7, 6, False)
)
_PERSON = {1: 1, 2: 1, 6: 6, 7: 6}
PERSONS = _table(
    {
        "node": _LONG, "id_type": _TEXT, "id_value": _TEXT, "first_seen": _TIME, "is_junk": _BOOL, "is_passed_on": _BOOL, "is_account": _BOOL,
        "is_crowded": _BOOL, "is_contested": _BOOL, "is_public": _BOOL, "is_torn": _BOOL, "person": _LONG,
    },
    *(
        (node, kind, value, _SEEN_FIRST, node in (5, 10), kind == "phone", kind == "member", node == 9, node in (3, 8, 11), node == 8, node == 2, _PERSON.get(node, node))
        for node, kind, value in _WORLD
    ),
)  # fmt: skip
LOGINS = _table(
    {"node": _LONG, "ts": _TIME, "person": _LONG},
    (3, _at("2023-12-31"), 1), (3, _at("2024-01-05"), 1), (3, _at("2024-01-05"), 4), (3, _at("2024-01-06"), 4), (3, _at("2024-01-07"), 1),
    (8, _at("2024-01-02"), 1), (8, _at("2024-01-02 00:10:00"), 4), (8, _at("2024-01-02 00:40:00"), 4), (8, _at("2024-01-02 02:00:00"), 6),
)  # fmt: skip
HELD = _table(
    {"node": _LONG, "valid_from": _TIME, "valid_to": _TIME, "person": _LONG, "confidence": _REAL, "rule": _TEXT},
    (3, _at("2024-01-05"), None, 4, 1 / 3, "passed_on"), (8, _at("2024-01-01"), _at("2024-01-02"), 8, 1.0, "nobody"),
)  # fmt: skip
AGREEMENTS = _table(
    {"low": _LONG, "high": _LONG, "times": _LONG, "is_agreed": _BOOL},
    (1, 2, 2, True),
    (2, 6, 1, False),
    (6, 7, 1, True),
    (1, 3, 2, False),
)

# touches as they are told and by their numbers: of 1 two that are told twice, three close to one another and two at one moment
_MARCH = {"since": _at("2026-02-20"), "until": _at("2026-04-01")}
TOLD_TOUCHES = _table(
    {"user_id": _LONG, "ts": _TIME, "channel": _TEXT, "campaign": _TEXT, "kind": _TEXT, "weight": _REAL, "cost": _REAL, "touch_id": _TEXT},
    (1, _at("2026-03-01"), "sms", "", "click", 1.0, .5, "a"), (1, _at("2026-03-01"), "sms", "", "click", 1.0, .5, "a"), (1, _at("2026-03-02"), "it's", "春", "send", .2, None, None),
    (2, _at("2026-04-01"), "sms", "", "click", 1.0, None, "b"), (None, _at("2026-03-01"), "sms", "", "open", .5, None, None), (2, None, "sms", "", "open", .5, 1.0, None),
)  # fmt: skip
CONTACTS = _table(
    {"user_id": _LONG, "us": _LONG, "channel": _INT, "campaign": _INT, "kind": _TEXT, "weight": _REAL, "cost": _REAL, "touch_id": _TEXT, "sort_code": _INT},
    (1, 100, 0, 0, "click", 1.0, .5, "a", 0), (1, 100, 0, 0, "click", 1.0, .5, "a", 0), (1, 110, 0, 0, "click", 1.0, None, None, 0), (1, 120, 0, 0, "click", 1.0, 2.0, None, 0),
    (1, 131, 0, 0, "click", 1.0, None, "b", 0), (1, 120, 0, 0, "send", .2, None, None, 1), (1, 120, 1, 1, "click", 1.0, 1.0, None, 2), (2, 120, 0, 0, "click", 1.0, 3.0, "a", 0),
    (3, 300, 1, 1, "click", 1.0, None, None, 2), (3, 399, 0, 0, "click", 1.0, None, None, 0),
)  # fmt: skip
PURCHASES = _table(
    {"purchase_id": _LONG, "user_id": _LONG, "us": _LONG, "value": _REAL, "previous_us": _LONG},
    (1, 1, 105, 30.0, -4_000_000_000_000_000_000), (2, 1, 125, 10.0, 105), (3, 1, 125, 5.0, 125), (4, 2, 90, 7.5, -4_000_000_000_000_000_000), (5, 3, 400, 1.0, -4_000_000_000_000_000_000),
)  # fmt: skip

JOURNEYS = _table(
    {"conversion_id": _LONG, "user_id": _LONG, "us": _LONG, "channel": _INT, "campaign": _INT, "kind": _TEXT, "weight": _REAL},
    (2, 1, 110, 0, 0, "click", 1.0), (2, 1, 120, 0, 0, "send", .2), (2, 1, 120, 1, 1, "click", 1.0), (2, 1, 124, 1, 2, "send", .2), (5, 3, 300, 1, 1, "click", 1.0),
)  # fmt: skip
CONVERTED = _table(
    {"conversion_id": _LONG, "user_id": _LONG, "us": _LONG, "value": _REAL, "ltv": _REAL},
    (2, 1, 125, 10.0, 3.0), (3, 1, 125, 5.0, 3.0), (5, 3, 400, 1.0, 0.0),
)  # fmt: skip
GROUPED = _table(
    {"conversion_id": _LONG, "value": _REAL, "ltv": _REAL, "segment_kind": _TEXT, "segment": _TEXT},
    (2, 10.0, 3.0, "all", "all"), (3, 5.0, 3.0, "all", "all"), (5, 1.0, 0.0, "all", "all"), (2, 10.0, 3.0, "city", "上海"), (3, 5.0, 3.0, "city", "上海"),
)  # fmt: skip
SHARED = _table(
    {"conversion_id": _LONG, "channel": _INT, "campaign": _INT, "linear": _REAL},
    (2, 0, 0, .5), (2, 1, 1, .3), (2, 1, 2, .2), (5, 1, 1, 1.0),
)  # fmt: skip
WALKS = _table(
    {"user_id": _LONG, "us": _LONG, "channel": _INT, "campaign": _INT, "walk": _LONG},
    (1, 10, 0, 0, 4), (1, 110, 0, 0, 5), (1, 120, 1, 1, 5), (1, 120, 1, 2, 5), (1, 200, 0, 0, 0), (1, 290, 1, 1, 0), (1, 400, 1, 1, 0), (3, 300, 1, 1, 11),
)  # fmt: skip
STEPS = _table(
    {"user_id": _LONG, "conversion_id": _LONG, "before": _INT, "channel": _INT, "after": _INT},
    (1, 2, -1, 0, 1), (1, 2, 0, 1, -1), (1, None, -1, 0, -2), (1, None, -1, 0, -2), (3, 5, -1, 1, -1),
)  # fmt: skip

# 1 met both variants at one moment, 2 one after the other, 3 never knew who it was
EXPOSED = _table(
    {"ts": _TIME, "experiment": _TEXT, "variant": _TEXT, "user_id": _LONG},
    (_at("2024-01-02"), "blue", "treatment", 1), (_at("2024-01-02"), "blue", "control", 1), (_at("2024-01-03"), "blue", "control", 2),
    (_at("2024-01-01 00:00:00.5"), "blue", "treatment", 2), (_at("2024-01-01"), "blue", "control", None), (_at("2024-01-05"), "'; --", "中", 1),
    (_at("2024-01-04"), "'; --", "control", 2), (_at("2024-02-01"), "blue", "control", 4),
)  # fmt: skip
MET_FIRST = _table(
    {"experiment": _TEXT, "user_id": _LONG, "exposed_at": _TIME, "variant": _TEXT, "in_several": _BOOL},
    ("blue", 1, _at("2024-01-02"), "control", True), ("blue", 2, _at("2024-01-01 00:00:00.5"), "treatment", True),
    ("'; --", 1, _at("2024-01-05"), "中", False), ("'; --", 2, _at("2024-01-04"), "control", False), ("blue", 4, _at("2024-02-01"), "control", False),
)  # fmt: skip
TESTED = _table(
    {"user_id": _LONG, "variant": _TEXT, "exposed_us": _LONG, "in_several": _BOOL, "day_before": _LONG, "day_after": _LONG},
    (1, "control", 1_704_153_600_000_000, True, 1, 0), (2, "中", 1_704_067_200_500_000, False, 0, 2), (4, "control", 1_706_745_600_000_000, False, 0, 0),
)  # fmt: skip
BOUGHT = _table(
    {"user_id": _LONG, "ts": _TIME, "value": MONEY, "amount": _REAL, "is_paid": _BOOL, "discount": MONEY, "refund": MONEY},
    (1, _at("2024-01-01 23:59:59.999999"), Decimal("19.99"), 19.99, True, Decimal("1.5"), Decimal(0)), (1, _at("2024-01-09"), Decimal(-3), -3.0, False, Decimal(0), Decimal(3)),
    (2, _at("2024-01-01"), Decimal("0.1"), 0.1, True, Decimal(0), Decimal("0.1")), (9, _at("2024-01-02"), Decimal(5), 5.0, True, Decimal(0), Decimal(0)),
)  # fmt: skip
SEEN_AT = _table(
    {"user_id": _LONG, "ts": _TIME, "event": _TEXT},
    (1, _at("2024-01-02"), "visit"), (1, _at("2023-12-31 23:00:00"), "share"), (1, _at("2022-01-01"), "visit"), (2, _at("2024-01-08 00:00:00.5"), "visit"), (None, _at("2024-01-02"), "visit"), (4, _at("2024-02-09"), None),
)  # fmt: skip
SINCE = _table(
    {"user_id": _LONG, "since": _LONG},
    (1, 0),
    (1, 86_399_999_999),
    (1, 86_400_000_000),
    (1, -1),
    (1, -86_400_000_000),
    (1, -86_400_000_001),
    (2, -1),
)

STARTED = _table(
    {"user_id": _LONG, "cohort": _LONG, "started_at": _TIME},
    (1, 100, _at("2023-12-31 22:00:00")),
    (2, 101, _at("2024-01-01")),
)
FIRST_AT = _table({"user_id": _LONG, "first_at": _TIME}, (1, _at("2024-01-01 23:59:59.999999")), (2, _at("2024-01-01")))
ACTIVE = _table({"user_id": _LONG, "day": _LONG}, (1, 10), (1, 17), (1, 25), (2, 10), (2, 40))
ISLANDS = _table(
    {"user_id": _LONG, "first_day": _LONG, "last_day": _LONG, "last_before": _LONG, "next_first": _LONG},
    (1, 10, 17, None, 25), (1, 25, 25, 17, None), (2, 10, 10, None, 40),
)  # fmt: skip

# new users: 1 orders within the hours, 2 never, 3 before, 4 later and has a day without data, 5 has only just come
_NEW_US = 1_704_067_200_000_000
CLOCK = _table(
    {"user_id": _LONG, "week": _LONG, "registered_us": _LONG, "order_week": _LONG, "first_us": _LONG, "path": _TEXT},
    (1, 2817, _NEW_US, 2817, _NEW_US, "within"), (2, 2817, _NEW_US + 1, None, None, "none"), (3, 2818, _NEW_US, 2816, _NEW_US - 1, "before"),
    (4, 2818, _NEW_US + 9 * 86_400_000_000, 2819, _NEW_US + 12 * 86_400_000_000, "later"), (5, 2823, _NEW_US + 45 * 86_400_000_000, None, None, "none"),
)  # fmt: skip
NEW_ACTS = _table(
    {"user_id": _LONG, "on_two": _INT, "on_three": _INT, "in_weeks": _INT, "in_silent": _INT},
    (1, 1, 0, 1, 0),
    (1, 0, 0, 0, 1),
    (2, 0, 1, 0, 0),
)
_NEW = {
    "two_from": 86_400_000_000, "two_until": 172_800_000_000, "three_from": 172_800_000_000, "three_until": 259_200_000_000, "weeks_from": 604_800_000_000,
    "weeks_until": 2_592_000_000_000, "silent_from": 345_600_000_000, "silent_until": 604_800_000_000, "again_until": 3_196_800_000_000,
    "branch_us": 172_800_000_000, "value_us": 604_800_000_000, "week_us": 604_800_000_000, "as_of_us": _NEW_US + 46 * 86_400_000_000,
    "sent_us": _NEW_US + 86_400_000_001, "as_of": _at("2024-02-16"),
}  # fmt: skip
NEW_PEOPLE = _table(
    {"user_id": _LONG, "week": _LONG, "order_week": _LONG, "path": _TEXT, "branch": _TEXT, "active_day_2": _INT, "active_day_3": _INT, "active_days_8_30": _INT,
     "touched_day_2": _INT, "touched_day_3": _INT, "ordered_by_day_7": _INT, "ordered_by_day_30": _INT, "value_7_days": _INT, "value": MONEY, "silent": _INT, "repurchase": _INT},
    (1, 2817, 2817, "within", "within", 1, 0, 1, 1, 0, 1, 1, 0, Decimal("19.99"), 0, 1), (2, 2817, None, "none", "none", 0, -1, 1, 0, 1, 0, 0, 0, Decimal(0), None, None),
    (3, 2817, 2816, "before", "before", 0, 0, 0, 0, 0, 1, 1, 0, Decimal("-3.000001"), -1, 0), (4, 2818, None, "none", "open", None, None, None, None, None, None, None, None, None, None, None),
)  # fmt: skip
NEW_PATTERNS = _table(
    {"segment_kind": _TEXT, "segment": _TEXT, "cohort": _LONG, "branch": _TEXT, "silent": _INT, "repurchase": _INT, "people": _LONG, "total": SUM, "squares": pa.decimal128(38, 8)},
    ("all", "all", 2817, "within", 1, 0, 3, Decimal("0.1"), Decimal("0.01")), ("all", "all", 2817, "within", 0, 1, 2, Decimal("0.2"), Decimal("0.04")),
    ("all", "all", 2817, "within", -1, None, 1, None, None), ("city", "上海", 2818, "later", None, None, 4, None, None),
)  # fmt: skip
NEW_RUNS = _table(
    {"begin_us": _LONG, "end_us": _LONG},
    (_NEW_US - 9, _NEW_US + 11 * 86_400_000_000),
    (_NEW_US + 12 * 86_400_000_000, _NEW_US + 46 * 86_400_000_000),
)
TOUCHED = _table(
    {"user_id": _LONG, "ts": _TIME, "channel": _TEXT, "kind": _TEXT},
    (1, _at("2024-01-02"), "短信", "send"), (1, _at("2024-01-02 00:00:00.000001"), "短信", "send"), (2, _at("2024-01-03 00:00:00.000001"), None, "click"), (1, _at("2024-01-04"), "it's", "send"),
    (4, _at("2024-01-11"), "it's", "send"), (None, _at("2024-01-02"), "it's", "send"),
)  # fmt: skip
# 1 came alone, 2 invited 1, 3 was invited at one moment by 1 and by nobody, 4 by somebody unknown, 5 later
INVITED = _table(
    {"ts": _TIME, "inviter_user_id": _LONG, "inviter_value": _TEXT, "invitee_user_id": _LONG, "channel": _TEXT},
    (_at("2024-01-01"), None, None, 1, "link"), (_at("2024-01-01 00:00:00.000001"), 2, "M2", 1, "it's"), (_at("2024-01-02"), None, None, 3, "链接"),
    (_at("2024-01-02"), 1, "M1", 3, "链接"), (_at("2024-01-02"), 1, "M1", 3, "link"), (_at("2023-12-31"), None, "'; --", 4, "link"),
    (_at("2024-01-03"), 1, "M1", None, "link"), (_at("2024-06-01"), 1, "M1", 5, "link"), (_at("2024-01-03"), 1, "M1", 6, None),
)  # fmt: skip
# 1 has three versions, the last too late; 2 two of one moment; 3 none; 4 begins too late
HOOK_OFFERS = _table(
    {"offer_id": _TEXT, "hook": _TEXT, "starts_at": _TIME, "expires_at": _TIME, "stock": _LONG, "stackable": pa.bool_(), "skus": pa.list_(_TEXT)},
    ("N", "first", _at("2026-03-01"), _at("2026-04-01"), None, False, ["a", "é", "a"]), ("F", "it's", _at("2026-03-01"), _at("2026-03-03"), 1, None, None),
    ("S", "it's", _at("2026-03-02"), _at("2026-03-02 12:00"), 0, True, []),
)  # fmt: skip
HOOK_EVENTS = _table(
    {"ts": _TIME, "offer_id": _TEXT, "order_id": _TEXT, "user_id": _LONG, "event": _TEXT, "instance": _TEXT},
    (_at("2026-03-01"), "N", "o1", 1, "reserved", "i1"), (_at("2026-03-01 00:00:00.04"), "N", "o1", 1, "reserved", "i2"), (_at("2026-03-01 00:00:01"), "N", "o1", 1, "redeemed", "i1"),
    (_at("2026-03-01 01:00"), "F", None, 2, "reserved", "i1"), (_at("2026-03-01 01:10"), "F", None, 2, "released", "i1"), (_at("2026-03-01 02:00"), "F", None, 2, "reserved", "i1"),
    (_at("2026-03-01 02:00:30"), "F", None, 2, "reserved", "i2"), (_at("2026-03-01 03:00"), "F", "订单", None, "refused", "i1"), (_at("2026-03-02"), "X", "o2", 3, "redeemed", None),
    (_at("2026-03-05"), "F", "o3", 3, "reserved", "i1"), (_at("2026-03-01"), "F", None, None, "expired", "i1"),
    (_at("2026-03-03 10:00"), "N", "o5", 5, "reserved", "i1"), (_at("2026-03-03 10:20"), "N", "o5", 5, "released", "i1"), (_at("2026-03-03 10:30"), "N", "o5", None, "reserved", "i2"),
    (_at("2026-03-03 10:30"), "N", "o5", 5, "redeemed", "i2"), (_at("2026-03-03 10:40"), "N", "o5", 5, "redeemed", "i2"), (_at("2026-03-03 10:50"), "N", "o5", None, "redeemed", "i1"),
)  # fmt: skip
_HOUR_US = 3_600_000_000
HELD_OFFERS = _table(
    {"case_id": _TEXT, "offer_id": _TEXT, "order_id": _TEXT, "user_id": _LONG, "hook": _TEXT, "reserved_us": _LONG, "redeemed_us": _LONG, "freed_us": _LONG, "used_us": _LONG,
     "starts_us": _LONG, "expires_us": _LONG, "stock": _LONG, "stackable": _LONG, "registered_us": _LONG, "has_list": _LONG},
    ("N/o1", "N", "o1", 1, "first", 0, 5, None, 0, 0, 99 * _HOUR_US, None, 0, -80 * _HOUR_US, 1), ("N/o2", "N", "o2", 1, "first", 10, None, 2_000_000_000, 10, 0, 99 * _HOUR_US, None, 0, 20, 1),
    ("N/o3", "N", "o3", 2, "first", 10, None, 20, 10, 11, 99 * _HOUR_US, None, 0, 10 - 72 * _HOUR_US, 1), ("N/o4", "N", "o4", 2, "first", 20, None, None, 20, 0, 20, None, 0, None, 1),
    ("F/o1", "F", "o1", 1, "it's", 7, 9, 30, 7, 0, 99, 1, 0, None, 0), ("F/2#1", "F", None, 2, "it's", 7, None, 9, 7, 0, 99, 1, None, None, 0), ("F/春", "F", "春", None, "it's", 9, None, None, 9, 0, 99, 1, 1, None, 0),
    ("X/o9", "X", "o9", 9, None, None, 9, None, 9, None, None, None, None, None, 0),
)  # fmt: skip
OFFER_ITEMS = _table(
    {"order_id": _TEXT, "sku": _TEXT}, ("o1", "a"), ("o1", "z"), ("o2", "z"), ("o2", "y"), ("o3", None), ("o9", "a")
)
ON_LISTS = _table({"offer_id": _TEXT, "sku": _TEXT}, ("N", "a"), ("N", "é"))
TAKEN_OFF = _table(
    {"order_id": _TEXT, "discount": pa.float64(), "benefits": _INT}, ("o1", 12.5, 0), ("o2", None, 1), ("春", 1.0, 1)
)
HOOK_CALLS = _table(
    {"hook": _TEXT, "instance": _TEXT, "person": _TEXT, "ts": _TIME, "latency_ms": pa.float64(), "attempt": _LONG, "outcome": _TEXT, "degraded": pa.bool_()},
    ("pay", "a", "member:春", _at("2026-03-01"), 3000.0, 1, "timeout", False), ("pay", "a", "member:春", _at("2026-03-01 00:00:03"), 20.5, 2, "ok", None),
    ("pay", "a", "member:春", _at("2026-03-01 00:10"), 20.5, 3, "ok", True), ("pay", None, None, _at("2026-03-01 01:00"), 1.0, 1, "ok", False),
    ("pay", None, None, _at("2026-03-01 01:00"), 1.0, 1, "error", False), ("pay", None, None, _at("2026-03-01 01:00:01"), 2.0, 2, "ok", False), ("it's", "b", "x:1", _at("2026-03-01"), 0.0, 0, "ok", True),
    ("it's", "b", "x:1", _at("2026-03-02 23:59:59.999999"), 5.0, 1, "error", False), ("pay", "a", "x:1", _at("2026-03-03"), 1.0, 1, "ok", False), (None, "a", "x:1", _at("2026-03-01"), 1.0, 1, "ok", False),
)  # fmt: skip
HOOK_ORDERS = _table(
    {"ts": _TIME, "amount": MONEY, "status": _TEXT},
    (_at("2026-03-01"), Decimal("19.99"), "paid"), (_at("2026-03-01 00:14:59.999999"), Decimal("0.01"), "paid"), (_at("2026-03-01 00:15"), Decimal(5), "failed"),
    (_at("2026-03-01 00:15"), None, "paid"), (_at("2026-03-01 09:00"), Decimal(-3), "paid"), (_at("2026-03-02"), Decimal(7), "paid"),
)  # fmt: skip
TRIALS = _table(
    {"trial_id": _TEXT, "user_id": _LONG, "plan": _TEXT, "started_at": _TIME, "ended_at": _TIME, "updated_at": _TIME, "outcome": _TEXT},
    ("1", 1, "月", _at("2024-01-01"), None, _at("2024-01-01"), None), ("1", 1, "月", _at("2024-01-01"), _at("2024-01-02"), _at("2024-01-02"), "converted"),
    ("1", 1, "月", _at("2024-01-01"), _at("2024-01-02"), _at("2024-03-01"), "cancelled"), ("2", 2, "it's", _at("2024-01-01 00:00:00.000001"), None, _at("2024-01-01"), None),
    ("2", 2, "it's", _at("2024-01-01 00:00:00.000001"), None, _at("2024-01-01"), "downgraded"), ("3", None, None, _at("1969-12-31 23:59:59.5"), None, None, None),
    ("4", 4, "x", _at("2024-02-01"), None, None, None), (None, 5, "x", _at("2024-01-01"), None, None, None),
)  # fmt: skip
ON_DAYS = _table({"user_id": _LONG, "n": _LONG}, (1, 10), (1, 10), (1, 12), (1, 40), (2, 11), (3, 10), (3, 11), (3, 12))
# a funnel: equal moments, a name that is two steps, a start behind the others, somebody unknown
FUNNEL_STEPS = _table({"event": _TEXT, "step": _INT}, ("visit", 0), ("share", 1), ("visit", 2))
FUNNEL_ROWS = _table(
    {"user_id": _LONG, "at": _LONG, "place": _LONG, "step": _INT, "source": _TEXT, "event_id": _TEXT},
    (1, 100, 100, 0, "web", "b"), (1, 100, 100, 0, "app", "a"), (1, 100, 100, 1, "app", "c"), (1, 150, 150, 0, "web", "d"), (1, 160, 160, 1, "app", "é"),
    (1, 170, 170, 2, "app", "Z"), (1, 900, 900, 0, "app", "g"), (2, 50, 50, 1, "app", "h"), (2, 60, 60, 0, "unknown", "i"), (2, 5000, 5000, 1, "app", "j"), (3, -10, -10, 0, "中", "k"), (3, -5, -5, 1, "中", "l"),
)  # fmt: skip
FUNNEL_STARTS = _table(
    {"user_id": _LONG, "place": _LONG, "at": _LONG, "start": _LONG, "start_at": _LONG},
    (1, 100, 100, 100, 100), (1, 100, 100, 100, 100), (1, 150, 150, 150, 150), (1, 900, 900, 900, 900), (2, 60, 60, 60, 60), (3, -10, -10, -10, -10),
)  # fmt: skip
FUNNEL_DEPTHS = _table(
    {"user_id": _LONG, "depth": _INT, "start": _LONG, "start_at": _LONG}, (1, 0, 900, 900), (1, 1, 150, 150), (1, 2, 150, 150), (2, 0, 60, 60), (3, 0, -10, -10), (3, 1, -10, -10)
)  # fmt: skip
FUNNEL_HOPS = _table(
    {"user_id": _LONG, "depth": _INT, "step": _INT, "place": _LONG, "at": _LONG, "before": _LONG},
    (1, 2, 0, 150, 150, 150), (1, 2, 1, 160, 160, 150), (1, 2, 2, 170, 170, 160), (2, 0, 0, 60, 60, 60), (3, 1, 0, -10, -10, -10), (3, 1, 1, -5, -5, -10),
)  # fmt: skip
FUNNEL_PEOPLE = _table(
    {"user_id": _LONG, "is_closed": _BOOL, "depth": _INT, "entered": _LONG, "last_at": _LONG, "source": _TEXT, "status": _TEXT},
    (1, True, 1, 1_704_067_200_000_000, 1_704_067_200_000_000, "app", "new"), (1, False, 2, 1_704_153_600_000_000, 1_704_153_600_000_000, "app", "customer"),
    (2, True, 0, 1_704_067_200_000_000, 1_704_067_200_000_000, "it's", None), (2, False, 0, 1_704_067_200_000_000, 1_704_067_200_000_000, "it's", None),
    (4, True, 1, 1_704_067_200_000_000, 1_704_067_200_000_000, None, "new"),
)  # fmt: skip
FUNNEL_FIRSTS = _table({"user_id": _LONG, "at": _LONG}, (1, 1_704_067_200_000_001), (2, 5))
MOMENTS_OF_STEPS = _table(
    {"user_id": _LONG, "step": _INT, "seconds": _REAL}, (1, 1, 0.5), (4, 1, 2.25), (1, 2, 1e-6), (2, 1, 7.0)
)
# 1 gives a part back later, 2 all on the same day, 3 pays nothing, 4 did not pay, 5 gives back only
SOLD = _table(
    {"user_id": _LONG, "sold_day": _LONG, "refund_day": _LONG, "money": MONEY, "refunded": MONEY, "status": _TEXT},
    (1, 10, 10, Decimal("19.99"), Decimal(0), "paid"), (1, 10, 30, Decimal("0.01"), Decimal("0.005"), "paid"), (1, 25, 24, Decimal(5), Decimal(1), "refunded"),
    (2, 12, 12, Decimal(8), Decimal(8), "refunded"), (3, 12, 12, Decimal(0), Decimal(0), "paid"), (4, 12, 12, Decimal(3), Decimal(0), "failed"),
    (5, 13, 13, Decimal(-3), Decimal(0), "paid"), (None, 13, 13, Decimal(3), Decimal(0), "paid"), (6, 13, 13, None, Decimal(0), "paid"),
)  # fmt: skip
LINES = _table(
    {"order_id": _TEXT, "margin": _REAL}, ("a", 1.5), ("a", 2.0), ("b", 1.0), ("b", None), ("c", -0.5), (None, 3.0)
)
MARGINS = _table({"order_id": _TEXT, "margin": _REAL}, ("a", 3.5), ("c", -0.5))
BOUGHT_BY_NAME = _table(
    {"order_id": _TEXT, "amount": _REAL, "status": _TEXT},
    ("a", 10.0, "paid"),
    ("b", 4.0, "paid"),
    ("c", 2.0, "failed"),
    ("d", 6.0, "paid"),
)
MOVED = _table(
    {"user_id": _LONG, "day": _LONG, "known_day": _LONG, "sold": _REAL, "amount": _REAL, "purchases": _LONG},
    (1, 10, 10, 20.0, 20.0, 2), (1, 10, 30, 0.0, -0.005, 0), (1, 25, 25, 5.0, 4.0, 1), (1, 40, 40, 9.0, 9.0, 1), (2, 12, 12, 8.0, 0.0, 1),
    (3, 12, 12, 0.0, 0.0, 1), (3, 14, 14, 0.0, -2.5, 0), (5, 13, 13, 0.0, -3.0, 0),
)  # fmt: skip
_ACTS = {"who": "acts.user_id", "moment": "acts.ts", "what": "acts.event"}
_WINDOW = {"window": 2_592_000_000_000}


_IS_ORDER = {
    "is_paid": "status IN ('paid', 'refunded')",
    "is_purchase": "value >= 0 AND status IN ('paid', 'refunded')",
}
_IS_PAID = {"is_activity": "status IN ('paid', 'refunded') AND bucket >= 100"}
_HOUR, _NIGHT = 3_600_000_000, 1_717_200_000_000_000  # June 1 2024 in Greenwich
_COUNT = {"part": _TEXT, "user_id": _LONG, "us": _LONG, "amount": pa.float64(), "source": _TEXT}
AROUND = _table(
    _COUNT,
    ("visitors", 1, _NIGHT, 1.0, "app"), ("visitors", 1, _NIGHT + _HOUR, 1.0, "app"), ("visitors", 2, _NIGHT + 30 * _HOUR, 1.0, "web"),
    ("visitors", 2, _NIGHT - 1, 1.0, None), ("value", None, _NIGHT + 7 * _HOUR, 9.5, "app"), ("value", 1, _NIGHT + 8 * _HOUR, -0.25, "app"),
)  # fmt: skip
SLOTS = _table(
    {"launch": _LONG, "slot": _LONG, "begin_us": _LONG, "end_us": _LONG, "day": _LONG, "source": _TEXT},
    *((0, 0, _NIGHT, _NIGHT + 48 * _HOUR, 19_875 + d, None) for d in range(2)),
    (0, 1, _NIGHT - 168 * _HOUR, _NIGHT, 19_874, None), (1, 0, _NIGHT, _NIGHT + 24 * _HOUR, 19_875, "app"),
    (2, 0, _NIGHT, _NIGHT + 48 * _HOUR, 19_876, "web"),
)  # fmt: skip
PLACED = _table(
    {"part": _TEXT, "user_id": _LONG, "amount": pa.float64(), "launch": _LONG, "slot": _LONG, "elapsed": _LONG},
    ("visitors", 1, 1.0, 0, 0, 5), ("visitors", 1, 1.0, 0, 0, 3), ("visitors", 2, 1.0, 0, 0, 50), ("visitors", 2, 1.0, 0, 1, 7), ("value", 2, 0.5, 0, 1, 7),
)  # fmt: skip
_EXPOSED = {"cell": _LONG, "user_id": _LONG, "from_us": _LONG, "until_us": _LONG, "arm": _INT}
IN_ARMS = _table(
    _EXPOSED,
    (3, 1, _NIGHT, _NIGHT + 48 * _HOUR, 0),
    (3, 2, _NIGHT, _NIGHT + 24 * _HOUR, 1),
    (4, 9, _NIGHT, _NIGHT + 1, 1),
)
_DAY_US = 86_400_000_000
ACTS = _table(
    {"user_id": _LONG, "us": _LONG, "hour": _LONG, "event": _TEXT, "session": _TEXT, "price": pa.float64(), "category": _TEXT, "dwell_ms": pa.float64()},
    (1, _NIGHT, 8, "search", "a", None, "tea", 5.5), (1, _NIGHT + 60, 8, "add_to_cart", "a", 9.5, "tea", None), (1, _NIGHT + _DAY_US, 8, "view", "b", 10.0, None, 1.0),
    (1, _NIGHT, 8, "view", None, 0.0, "pots", 1.0), (1, _NIGHT + 1_800_000_000, 9, "view", None, None, "pots", 1.0), (1, _NIGHT + 3_600_000_001, 9, "", None, None, None, 1.0),
    (2, _NIGHT, 0, "remove_from_cart", "a", None, "", None), (9, _NIGHT, 0, "visit", "c", None, None, None),
)  # fmt: skip
KNOWN_PEOPLE = _table(
    {"user_id": _LONG, "registered_us": _LONG, "saw_registration": _INT, "known_days": pa.float64(), "observed_days": pa.float64()},
    (1, _NIGHT - 5, 1, 12.5, 30.0), (2, None, 0, 400.0, 180.0),
)  # fmt: skip
VISITS = _table(
    {"user_id": _LONG, "begin_us": _LONG, "end_us": _LONG, "views": _LONG, "searches": _LONG, "carts": _LONG, "removals": _LONG, "search_us": _LONG, "cart_us": _LONG},
    (1, _NIGHT, _NIGHT + 60, 1, 1, 1, 0, _NIGHT, _NIGHT + 60), (1, _NIGHT + _DAY_US, _NIGHT + _DAY_US, 1, 0, 0, 0, None, None), (2, _NIGHT, _NIGHT, 0, 0, 1, 1, None, _NIGHT),
)  # fmt: skip
_WINDOW_US = {"from_us": _NIGHT - 30 * _DAY_US, "cutoff_us": _NIGHT + 30 * _DAY_US}
PAID_FOR = _table({"user_id": _LONG, "us": _LONG}, (1, _NIGHT + 61), (1, _NIGHT + 60), (2, _NIGHT - 1))

_EXPOSURE = {"is_exposure": "kind IN ('send', 'impression') OR channel IN (0)"}
# person 1 is reached again while a touch is at work, and once more at the very end of it; 2 twice at the same moment
REACHED = _table(
    {"user_id": _LONG, "us": _LONG, "channel": _INT, "campaign": _INT, "kind": _TEXT, "cost": _REAL},
    (1, 100, 0, 0, "click", .5), (1, 150, 0, 0, "click", None), (1, 160, 0, 1, "click", 1.0), (1, 210, 0, 0, "click", None), (1, 311, 0, 0, "click", None),
    (1, 100, 1, 2, "click", 1.0), (1, 160, 1, 2, "send", 1.0), (2, 120, 1, 2, "impression", .25), (2, 120, 1, 2, "impression", .25), (3, 50, 0, 0, "send", None),
)  # fmt: skip
IN_HOLDOUTS = _table(
    {"user_id": _LONG, "channel": _INT, "held": _INT, "any_held": _INT, "us": _LONG},
    (1, 0, 0, 0, 100), (2, 0, 1, 1, 100), (3, 0, 0, 0, 1), (4, 0, 0, 1, 1), (5, 0, 0, 0, 1_772_323_200_000_000), (1, 1, 1, 1, 120),
)  # fmt: skip
_SHORT = {"start": _at("1970-01-01 00:00:00.000050"), "until": _at("1970-01-02")}

ON_A_DAY = "DATE_DIFF('DAY', DATE '1970-01-01', CAST(ts AS DATE))"
DAYS_OF_ACTS = _table(
    {"user_id": _LONG, "n": _LONG, "acts": _LONG, "carts": _LONG, "dwell_ms": _REAL, "purchases": _LONG, "benefits": _LONG},
    (1, 19_723, 3, 1, 1500.5, 0, 0), (1, 19_723, 1, 0, 0.0, 1, 1), (1, 19_724, 1, 0, None, 0, 0), (2, 19_723, 1, 0, None, 0, 0),
)  # fmt: skip


PAYMENTS = _table(
    {"order_id": _TEXT, "ts": _TIME, "source": _TEXT, "amount": MONEY, "status": _TEXT, "updated_at": _TIME},
    ("a", _at("2026-03-01"), "app", Decimal("10.50"), "paid", None),
    ("a", _at("2026-03-01"), "app", Decimal("10.50"), "cancelled", _at("2026-03-02")),
    ("a", _at("2026-03-01"), "app", Decimal("10.50"), "refunded", _at("2026-03-10")),
    ("b", _at("2026-03-09 23:59:59.999999"), None, Decimal("-1.25"), "paid", None),
    ("late", _at("2026-03-10"), "app", Decimal(1), "paid", None),
    ("old", _at("2026-02-01"), "it's", Decimal(3), "paid", None),
    ("older", _at("2026-02-01"), "it's", Decimal(3), "paid", None),
)
DID = _table(
    {"user_id": _LONG, "sku": _TEXT, "kind": _TEXT, "at": _TIME},
    (1, "S1", "view", _at("2026-03-01")),
    (1, "S2", "purchase", _at("2026-03-01")),
    (2, "S1", "view", _at("2026-03-01")),
    (1, "S9", "share", _at("2026-03-01")),
)
DONE_AND_BOUGHT = _table(
    {"user_id": _LONG, "sku": _TEXT, "at": _TIME}, (1, "S1", _at("2026-03-02")), (2, "S1", _at("2026-03-02"))
)
TOLD_OF = {
    "names": _table({"user_id": _LONG, "name": _TEXT}, (1, "M1")),
    "kinds": _table({"kind": _TEXT}, ("view",), ("purchase",)),
}
DONE_WITH = _table(
    {"user_id": _LONG, "sku": _TEXT, "category": _TEXT, "event": _TEXT, "ts": _TIME},
    (1, "S1", "toys", "view", _at("2026-03-02")),
    (1, "S1", None, "view", _at("2026-03-02 12:00:00.000001")),
    (1, "春", "it's", "share", _at("2026-03-02")),
    (None, "S1", "toys", "view", _at("2026-03-02")),
    (1, None, "toys", "view", _at("2026-03-02")),
    (2, "S1", "toys", "view", _at("2026-06-02")),
)
SOLD_OR_NOT = _table(
    {"order_id": _TEXT, "user_id": _LONG, "ts": _TIME, "amount": _REAL, "status": _TEXT},
    ("a", 1, _at("2026-03-02"), 5.0, "paid"),
    ("b", 1, _at("2026-03-02 01:00:00"), 5.0, "refunded"),
    ("c", 2, _at("2026-03-02"), 5.0, "cancelled"),
    ("d", None, _at("2026-03-02"), 5.0, "paid"),
    ("e", 2, _at("2026-06-02"), 5.0, "paid"),
)
SOLD_LINES = _table(
    {"order_id": _TEXT, "sku": _TEXT, "category": _TEXT},
    ("a", "S1", "toys"),
    ("b", "S1", "toys"),
    ("b", None, "toys"),
    ("c", "S2", None),
    ("d", "S1", "toys"),
    ("z", "S9", "toys"),
)
CASES: dict[str, list[Case]] = {
    "ltv/attribution/told_of_buyers.sql": [Case(5, {"told": TOLD_TOUCHES, "purchases": PURCHASES.filter(pc.not_equal(PURCHASES["user_id"], 3))})],
    "ltv/attribution/active_days.sql": [Case(3, {"events": _table({"user_id": _LONG, "ts": _TIME, "day": _DAY}, (1, _at("2026-03-01 01:00"), date(2026, 3, 1)), (1, _at("2026-03-01 00:59:59.999999"), date(2026, 3, 1)), (1, _at("2026-03-01 17:00"), date(2026, 3, 2)), (2, _at("2026-02-20"), date(2026, 2, 20)), (2, _at("2026-04-01"), date(2026, 4, 1)), (None, _at("2026-03-01"), date(2026, 3, 1)))}, {"local_day": "day"}, {"start": _MARCH["since"], "until": _MARCH["until"]})],
    "ltv/attribution/arm_masks.sql": [Case(2, {"arms": IN_HOLDOUTS, "conversions": CONVERTED, "masks": _table({"conversion_id": _LONG, "mask": _LONG, "group_code": _LONG}, (2, 3, 0), (3, 3, 0), (5, 1 << 61, 1))})],
    "ltv/attribution/arm_sums.sql": [Case(3, {"arms": IN_HOLDOUTS, "conversions": CONVERTED}, {}, _SHORT)],
    "ltv/attribution/arms.sql": [Case(4, {"exposures": _table({"user_id": _LONG, "ts": _TIME, "experiment": _TEXT, "variant": _TEXT}, (1, _at("2026-03-02"), "holdout/sms", "holdout"), (1, _at("2026-03-01"), "holdout/sms", "holdout"), (2, _at("2026-03-01"), "holdout/sms", "reached"), (3, _at("2026-03-01"), "holdout/sms", "reached"), (3, _at("2026-03-02"), "holdout/sms", "holdout"), (3, _at("2026-03-02"), "holdout/it's", None), (4, _at("2026-03-02"), "price", "holdout"), (None, _at("2026-03-02"), "holdout/sms", "holdout")), "codes": _table({"experiment": _TEXT, "channel": _LONG}, ("holdout/sms", 1), ("holdout/it's", 0))})],
    "ltv/attribution/channel_touches.sql": [Case(4, {"contacts": REACHED}, {}, {"start_us": 100})],
    "ltv/attribution/first_touch.sql": [Case(1, {"contacts": REACHED})],
    "ltv/attribution/segment_touches.sql": [Case(5, {"contacts": REACHED, "segments": SEGMENTS.slice(0, 4)}, _EXPOSURE, {"start_us": 100})],
    "ltv/attribution/conversion_ids.sql": [Case(3, {"conversions": CONVERTED})],
    "ltv/attribution/credits.sql": [Case(6, {"shares": SHARED, "grouped": GROUPED}, {"part": "linear"})],
    "ltv/attribution/doses.sql": [Case(3, {"conversions": _table({"conversion_id": _LONG, "user_id": _LONG, "us": _LONG}, (1, 1, 160), (2, 1, 99), (3, 2, 321), (4, 9, 100)), "contacts": REACHED}, _EXPOSURE, {"lookback_us": 60})],
    "ltv/attribution/equal_shares.sql": [Case(4, {"journeys": JOURNEYS})],
    "ltv/attribution/events_of.sql": [Case(3, {"happened": _table({"user_id": _LONG, "us": _LONG}, (1, 7), (1, 5), (2, 6), (3, 1)), "people": _table({"user_id": _LONG, "since_us": _LONG}, (1, 0), (2, 5))})],
    "ltv/attribution/grouped.sql": [Case(8, {"conversions": CONVERTED, "segments": SEGMENTS.slice(0, 4)})],
    "ltv/attribution/journeys.sql": [Case(8, {"touches": CONTACTS, "purchases": PURCHASES}, {}, {"start_us": 100, "lookback_us": 100})],
    "ltv/attribution/kinds.sql": [Case(5, {"contacts": REACHED})],
    "ltv/attribution/known.sql": [Case(4, {"members": _table({"user_id": _LONG, "registered_at": _TIME}, (1, _at("2026-03-01 00:00:00.000001")), (2, None), (None, _at("2026-03-01")), (4, _at("1969-12-31"))), "purchases": _table({"user_id": _LONG, "us": _LONG}, (1, 5), (7, 6))})],
    "ltv/attribution/edges.sql": [Case(14, {"touches": REACHED, "people": _table({"user_id": _LONG, "since_us": _LONG}, (1, 0), (2, 5))}, _EXPOSURE, {"lookback_us": 100, "channels": 20, "levels": 3})],
    "ltv/attribution/nobody_known.sql": [Case(0)],
    "ltv/attribution/ordered.sql": [Case(5, {"journeys": JOURNEYS, "conversions": CONVERTED}, {}, {"places": 2})],
    "ltv/attribution/people.sql": [
        Case(4, {"happened": _table({"user_id": _LONG, "us": _LONG}, (1, 7), (1, 5), (2, 6), (3, 1), (4, 1)), "known": _table({"user_id": _LONG, "us": _LONG}, (1, 9), (1, 8), (2, 3), (5, 1))}, {}, {"one_in": 1}),
        Case(2, {"happened": _table({"user_id": _LONG, "us": _LONG}, (1, 7), (1, 5), (2, 6), (3, 1), (4, 1)), "known": _table({"user_id": _LONG, "us": _LONG}, (1, 9), (1, 8), (2, 3), (5, 1))}, {}, {"one_in": 2}),
    ],
    "ltv/attribution/shares.sql": [Case(4, {"journeys": JOURNEYS}, {}, {"half_life_us": 7.5})],
    "ltv/attribution/spend_costs.sql": [Case(3, {"spent": _table({"day": _DAY, "channel": _TEXT, "campaign": _TEXT, "cost": _REAL}, (date(2026, 3, 1), "tv", "", 1.5), (date(2026, 3, 31), "tv", "", 2.0), (date(2026, 3, 2), "it's", "春", None), (date(2026, 3, 2), "sms", "", 0.0), (date(2026, 4, 1), "late", "", 9.0))}, {}, {"first_day": date(2026, 3, 1), "last_day": date(2026, 3, 31)})],
    "ltv/attribution/steps.sql": [Case(8, {"walks": WALKS}, {"lookback_us": "100"})],
    "ltv/attribution/totals.sql": [Case(4, {"grouped": GROUPED, "journeys": JOURNEYS})],
    "ltv/attribution/touch_costs.sql": [Case(3, {"contacts": REACHED}, {}, {"start_us": 100})],
    "ltv/attribution/transitions.sql": [Case(4, {"steps": STEPS, "conversions": CONVERTED})],
    "ltv/attribution/transitions_of_segments.sql": [Case(7, {"steps": STEPS, "conversions": CONVERTED, "segments": SEGMENTS})],
    "ltv/attribution/usual.sql": [Case(3, {"contacts": REACHED, "conversions": _table({"user_id": _LONG}, (1,), (1,), (2,), (9,))}, _EXPOSURE)],
    "ltv/attribution/walks.sql": [Case(8, {"touches": CONTACTS, "purchases": PURCHASES}, {"start_us": "110", "lookback_us": "100"})],
    "ltv/attribution/contacts.sql": [
        Case(3, {"told": TOLD_TOUCHES.drop_columns(["weight"]), "codes": _table({"channel": _TEXT, "campaign": _TEXT, "channel_code": _INT, "campaign_code": _INT}, ("it's", "春", 0, 0), ("sms", "", 1, 1)), "kinds": _table({"kind": _TEXT, "weight": _REAL, "kind_code": _INT, "kinds": _INT}, ("click", 1.0, 0, 2), ("send", .2, 1, 2))}, {"since": "CAST('2026-02-20' AS TIMESTAMP)", "until": "CAST('2026-04-01' AS TIMESTAMP)"})
    ],
    "ltv/attribution/conversions.sql": [Case(4, {"purchases": PURCHASES, "scores": _table({"user_id": _LONG, "expected": _REAL}, (1, 12.5), (9, 1.0))}, {}, {"start_us": 100})],
    "ltv/attribution/first_touches.sql": [Case(7, {"contacts": CONTACTS}, {"repeat_us": "10"})],
    "ltv/attribution/horizons.sql": [Case(3, {"told": _table({"horizon_days": _REAL}, (365.0,), (30.0,), (30.0,), (None,))})],
    "ltv/attribution/no_scores.sql": [Case(0)],
    "ltv/attribution/purchases.sql": [Case(3, {"orders": BOUGHT}, {"is_purchase": "is_paid"}, {"since": _at("2023-01-01"), "until": _at("2025-01-01")})],
    "ltv/attribution/scores.sql": [
        Case(2, {"told": _table({"user_id": _LONG, "horizon_days": _REAL, "expected": _REAL, "day": _DAY}, (1, 365.0, 9.0, date(2026, 3, 1)), (1, 365.0, 8.0, date(2026, 3, 31)), (1, 365.0, 7.0, date(2026, 4, 1)), (1, 30.0, 1.0, date(2026, 3, 31)), (2, 365.0, None, None), (None, 365.0, 3.0, None))}, {}, {"horizon_days": 365, "last_day": date(2026, 3, 31)})
    ],
    "ltv/attribution/spend_codes.sql": [
        Case(2, {"spent": _table({"day": _DAY, "channel": _TEXT, "campaign": _TEXT}, (date(2026, 3, 1), "tv", ""), (date(2026, 3, 2), "tv", ""), (date(2026, 3, 2), "it's", "春"), (date(2026, 4, 2), "late", ""))}, {}, {"first_day": date(2026, 2, 1), "last_day": date(2026, 3, 31)})
    ],
    "ltv/attribution/told_once.sql": [Case(9, {"contacts": CONTACTS})],
    "ltv/attribution/touch_codes.sql": [Case(5, {"told": TOLD_TOUCHES}, {}, _MARCH)],
    "ltv/attribution/touches.sql": [Case(7, {"contacts": CONTACTS}, {"repeat_us": "10"})],
    "ltv/attribution/without_person.sql": [Case(1, {"orders": BOUGHT}, {"is_purchase": "is_paid"}, {"start": _at("2023-01-01"), "until": _at("2025-01-01")})],
    "ltv/behaviour/activity_word.sql": [Case(2, {"activity": ACTIVITY}, _IS_PAID | {"place": "LEAST(bucket, 161) - 100"})],
    "ltv/behaviour/active_days.sql": [Case(7, {"activity": ACTIVITY}, _IS_PAID | {"place": "bucket - 100", "is_activity": "TRUE"})],
    "ltv/behaviour/elapsed_bits.sql": [Case(2, {"starts": STARTED, "places": _table({"user_id": _LONG, "place": _LONG}, (1, 0), (1, 61), (1, 62), (1, 3), (9, 1))})],
    "ltv/behaviour/elapsed_places.sql": [Case(3, {"activity": SEEN_AT, "starts": STARTED}, {"moment": "ts", "is_activity": "TRUE", "span": "86400000000"})],
    "ltv/behaviour/elapsed_values.sql": [Case(3, {"orders": BOUGHT, "starts": STARTED}, {"moment": "ts", "value": "value", "span": "86400000000"})],
    "ltv/behaviour/everybody_and_groups.sql": [Case(5, {"firsts": STARTED, "segments": SEGMENTS})],
    "ltv/behaviour/first_moment.sql": [Case(2, {"starts": SEEN_AT}, {"bucket": "CAST(EXTRACT(YEAR FROM ts) AS BIGINT)", "moment": "ts", "is_start": "event = 'visit'"})],
    "ltv/behaviour/first_purchase.sql": [Case(3, {"purchases": BOUGHT}, {"moment": "ts", "is_purchase": "is_paid"})],
    "ltv/behaviour/second_purchase.sql": [Case(1, {"purchases": BOUGHT, "firsts": FIRST_AT}, {"moment": "ts", "is_purchase": "TRUE"})],
    "ltv/behaviour/returns.sql": [
        Case(4, {"firsts": FIRST_AT, "seconds": _table({"user_id": _LONG, "again": _TIME}, (1, _at("2024-01-09"))), "groups": _table({"user_id": _LONG, "segment_kind": _TEXT, "segment": _TEXT}, (1, "all", "all"), (2, "all", "all"), (1, "city", "上海"), (2, "city", "it's"))}, {}, {"as_of_us": 1_706_745_600_000_000})
    ],
    "ltv/behaviour/lifecycle_islands.sql": [Case(4, {"days": ACTIVE}, {"window_days": "7"})],
    "ltv/behaviour/lifecycle_spans.sql": [Case(8, {"islands": ISLANDS}, {"window_days": "7"})],
    "ltv/behaviour/lifecycle_changes.sql": [
        Case(5, {"spans": _table({"user_id": _LONG, "state": _TEXT, "begins": _LONG, "ends": _LONG}, (1, "new", 10, 17), (2, "new", 10, 12), (1, "retained", 17, 17)), "segments": SEGMENTS.slice(0, 1)})
    ],
    "ltv/behaviour/activity_words.sql": [
        Case(3, {"activity": ACTIVITY}, _IS_PAID | {"place": "bucket - 100"}),
        Case(0, {"activity": ACTIVITY}, {"is_activity": "bucket > 9999", "place": "bucket - 100"}),
    ],
    "ltv/behaviour/active_steps.sql": [Case(7, {"activity": ON_DAYS}, {}, {"period": 7}), Case(0, {"activity": ON_DAYS.slice(0, 0)}, {}, {"period": 7})],
    "ltv/behaviour/both_words.sql": [Case(9, {"a": WORDS, "b": WORDS.slice(2)})],
    "ltv/behaviour/bought_after.sql": [
        Case(2, {"orders": BOUGHT.rename_columns({"is_paid": "is_purchase"}), "moments": _table({"user_id": _LONG, "ts_us": _LONG}, (1, 1_704_153_599_999_999), (2, 1_704_067_200_000_000), (4, 1_704_067_200_000_000))}, {}, {"window_us": 7 * 86_400_000_000 + 1, "as_of": _at("2024-01-09")}),
    ],
    "ltv/behaviour/buyers.sql": [Case(3, {"orders": BOUGHT}, {"is_purchase": "is_paid"}, {"as_of": _at("2024-02-01")}), Case(2, {"orders": BOUGHT}, {"is_purchase": "is_paid"}, {"as_of": _at("2024-01-02")})],
    "ltv/behaviour/cohort_matrix.sql": [
        Case(17, {"patterns": PATTERNS, "revenue": REVENUE, "periods": pa.table({"period": pa.array(range(5), _INT), "low": pa.array(range(5), _INT), "mask": pa.array([1] * 5, _LONG), "last": pa.array(range(5), _INT)})}, {}, {"current": 104}),
        Case(8, {"patterns": PATTERNS, "revenue": REVENUE, "periods": pa.table({"period": pa.array([0, 1], _INT), "low": pa.array([0, 1], _INT), "mask": pa.array([1, 7], _LONG), "last": pa.array([0, 3], _INT)})}, {}, {"current": 104}),
    ],
    "ltv/behaviour/cohort_patterns.sql": [Case(7, {"relative": _table({"user_id": _LONG, "cohort": _LONG, "bits": _LONG}, (1, 100, 3), (2, 100, 3), (3, 101, 1), (4, 101, 0)), "segments": SEGMENTS})],
    "ltv/behaviour/cohort_revenue.sql": [Case(10, {"orders": SPENT, "cohorts": COHORTS, "segments": SEGMENTS})],
    "ltv/behaviour/days_of_first.sql": [Case(2, {"activity": ON_DAYS})],
    "ltv/behaviour/first_bucket.sql": [Case(2, {"starts": ACTIVITY}, {"is_start": "status = 'paid'"})],
    "ltv/behaviour/first_bucket_of_words.sql": [Case(5, {"words": WORDS}, {}, {"base": 100})],
    "ltv/behaviour/golden48_part.sql": [
        Case(4, {"rows": SEEN_AT}, {"part": "'visits'", "person": "user_id", "moment": "ts", "amount": "1", "system": "NULL", "is_counted": "event = 'visit'"}),
    ],
    "ltv/behaviour/golden48_registered.sql": [
        Case(2, {"members": _table({"user_id": _LONG, "registered_at": _TIME}, (1, _at("2024-01-02")), (1, _at("2024-01-01")), (2, _at("2024-01-03")), (None, _at("2024-01-03")))}),
    ],
    "ltv/behaviour/golden48_placed.sql": [Case(11, {"counted": AROUND, "slots": SLOTS})],
    "ltv/behaviour/golden48_people.sql": [Case(3, {"placed": PLACED}, {"stretch_of": "CASE WHEN elapsed < 10 THEN 0 ELSE 1 END"}, {"part": "visitors"})],
    "ltv/behaviour/golden48_sums.sql": [Case(3, {"placed": PLACED}, {"stretch_of": "CASE WHEN elapsed < 10 THEN 0 ELSE 1 END"}, {"part": "visitors"})],
    "ltv/behaviour/golden48_hours.sql": [Case(2, {"rows": SEEN_AT}, {"moment": "ts", "system": "NULL"}, {"as_of_us": 1_704_153_600_000_000}), Case(5, {"rows": SEEN_AT}, {"moment": "ts", "system": "event"}, {"as_of_us": 2_000_000_000_000_000})],
    "ltv/behaviour/golden48_exposed.sql": [
        Case(
            2,
            {
                "exposures": _table({"user_id": _LONG, "ts": _TIME, "experiment": _TEXT, "variant": _TEXT}, (1, _at("2024-06-01 01:00"), "blue", "control"), (1, _at("2024-06-01"), "blue", "new"), (2, _at("2024-06-01"), "blue", "control"), (3, _at("2024-06-04"), "blue", "new"), (None, _at("2024-06-01"), "blue", "new"), (4, _at("2024-06-01"), "red", "new"), (5, _at("2024-06-01"), "blue", None), (6, _at("2024-05-01"), "blue", "new"), (6, _at("2024-06-01"), "blue", "new")),
                "arms": _table({"experiment": _TEXT, "variant": _TEXT, "arm": _LONG}, ("blue", "control", 0), ("blue", "new", 1)),
                "tested": _table({"cell": _LONG, "experiment": _TEXT, "begin_us": _LONG, "until_us": _LONG}, (3, "blue", _NIGHT, _NIGHT + 48 * _HOUR)),
            },
        ),
    ],
    "ltv/behaviour/golden48_met.sql": [Case(3, {"exposed": IN_ARMS})],
    "ltv/behaviour/golden48_arms.sql": [
        Case(2, {"exposed": IN_ARMS, "counted": AROUND, "parts": _table({"part": _TEXT, "is_person": pa.bool_()}, ("visitors", True), ("value", False))}),
    ],
    "ltv/behaviour/invite_rows.sql": [
        Case(8, {"invites": INVITED}, {"is_named": "inviter_value IS NOT NULL"}, {"as_of": _at("2024-06-01")}), Case(8, {"invites": INVITED}, {"is_named": "FALSE"}, {"as_of": _at("2024-06-01")}),
    ],
    "ltv/behaviour/funnel_attempts.sql": [
        Case(3, {"deepest": FUNNEL_DEPTHS.take([2, 3, 5]), "rows": FUNNEL_ROWS, "hops": FUNNEL_HOPS}, {"scope": "TRUE"}),
    ],
    "ltv/behaviour/funnel_chain.sql": [Case(6, {"deepest": FUNNEL_DEPTHS})],
    "ltv/behaviour/funnel_counters.sql": [
        Case(5, {"acts": SEEN_AT, "steps": FUNNEL_STEPS}, _ACTS | {"origin": "'a''b'", "state": "CASE WHEN acts.user_id = 1 THEN 'ok' ELSE '中' END", "is_counted": "TRUE"}, {"as_of": _at("2024-02-01")}),
    ],
    "ltv/behaviour/funnel_counts.sql": [
        Case(16, {"people": FUNNEL_PEOPLE, "segments": SEGMENTS}, {}, {"window": 86_400_000_000, "as_of_us": 1_704_153_600_000_001}),
    ],
    "ltv/behaviour/funnel_days.sql": [
        Case(2, {"starts": FUNNEL_STARTS, "done": _table({"user_id": _LONG, "place": _LONG, "at": _LONG, "start": _LONG, "start_at": _LONG}, (1, 170, 170, 150, 150), (3, -5, -5, -10, -10)), "days": _table({"day": _INT, "begins": _LONG, "ends": _LONG}, (0, -20, 120), (1, 120, 200))}, {}, {"window": 30}),
    ],
    "ltv/behaviour/funnel_deepest.sql": [Case(3, {"depths": FUNNEL_DEPTHS})],
    "ltv/behaviour/funnel_depths.sql": [Case(3, {"reached": FUNNEL_STARTS}, {}, {"depth": 1})],
    "ltv/behaviour/funnel_firsts.sql": [Case(3, {"acts": SEEN_AT}, {"who": "user_id", "moment": "ts", "is_counted": "TRUE"})],
    "ltv/behaviour/funnel_hop.sql": [Case(2, {"chain": FUNNEL_HOPS.filter(pc.equal(FUNNEL_HOPS["step"], 0)), "rows": FUNNEL_ROWS}, {}, {"step": 1, "gap": 1})],
    "ltv/behaviour/funnel_instead.sql": [
        Case(2, {"acts": SEEN_AT, "people": FUNNEL_PEOPLE, "names": _table({"event": _TEXT, "code": _LONG}, ("share", 0), ("visit", 1))}, _ACTS | {"known": "acts.ts < CAST('2025-01-01' AS TIMESTAMP)"}, _WINDOW | {"last": 2}),
    ],
    "ltv/behaviour/funnel_medians.sql": [Case(12, {"people": FUNNEL_PEOPLE, "moments": MOMENTS_OF_STEPS, "segments": SEGMENTS})],
    "ltv/behaviour/funnel_moments.sql": [Case(3, {"hops": FUNNEL_HOPS})],
    "ltv/behaviour/funnel_next.sql": [
        Case(2, {"reached": FUNNEL_STARTS, "rows": FUNNEL_ROWS}, {}, {"step": 1, "gap": 1, "window": 1000}),
        Case(3, {"reached": FUNNEL_STARTS, "rows": FUNNEL_ROWS}, {}, {"step": 1, "gap": 0, "window": 1000}),
    ],
    "ltv/behaviour/funnel_nobody.sql": [Case(0)],
    "ltv/behaviour/funnel_people.sql": [
        Case(5, {"attempts": FUNNEL_PEOPLE, "registered": FUNNEL_FIRSTS, "ordered": FUNNEL_FIRSTS}, {"standing": "CASE WHEN o.at < a.entered THEN 'customer' WHEN r.at < a.entered THEN 'registered' ELSE 'new' END"}),
    ],
    "ltv/behaviour/funnel_places.sql": [
        Case(12, {"rows": FUNNEL_ROWS}, {"ordinal": "CAST(DENSE_RANK() OVER (PARTITION BY user_id ORDER BY at, event_id) AS BIGINT)"}), Case(12, {"rows": FUNNEL_ROWS}, {"ordinal": "at"}),
    ],
    "ltv/behaviour/funnel_quarters.sql": [Case(4, {"acts": SEEN_AT.slice(0, 5)}, {"moment": "ts"}, {"as_of": _at("2024-02-01")})],
    "ltv/behaviour/funnel_rows.sql": [
        Case(7, {"acts": SEEN_AT, "steps": FUNNEL_STEPS}, _ACTS | {"origin": "COALESCE(CAST(NULL AS VARCHAR), 'unknown')", "identity": "''", "is_counted": "TRUE", "known_before": "CAST('2024-02-01' AS TIMESTAMP)"}),
    ],
    "ltv/behaviour/funnel_starts.sql": [
        Case(6, {"rows": FUNNEL_ROWS}, {"is_taken": "TRUE"}, {"since": -100, "until": 901}), Case(3, {"rows": FUNNEL_ROWS}, {"is_taken": "place = first_place"}, {"since": 0, "until": 900}),
    ],
    "ltv/behaviour/newcomers_acts.sql": [
        Case(2, {"acts": SEEN_AT, "clock": CLOCK}, {"moment": "ts", "is_act": "TRUE"}, _NEW), Case(0, {"acts": SEEN_AT, "clock": CLOCK}, {"moment": "ts", "is_act": "event = 'share'"}, _NEW),
    ],
    "ltv/behaviour/newcomers_clock.sql": [
        Case(2, {"registered": STARTED, "firsts": STARTED.slice(1)}, {}, _NEW),
    ],
    "ltv/behaviour/newcomers_counts.sql": [
        Case(2, {"patterns": NEW_PATTERNS}, {"outcome": "silent", "applies": "TRUE", "clock": "'first_order'", "measure": "'silent'"}),
        Case(2, {"patterns": NEW_PATTERNS}, {"outcome": "repurchase", "applies": "silent = 1", "clock": "'first_order'", "measure": "'of the silent'"}),
    ],
    "ltv/behaviour/newcomers_days.sql": [Case(3, {"rows": SEEN_AT}, {"day_number": "DATE_DIFF('DAY', DATE '1970-01-01', CAST(ts AS DATE))", "moment": "ts"}, {"as_of": _at("2024-01-08")})],
    "ltv/behaviour/newcomers_nobody.sql": [Case(0)],
    "ltv/behaviour/newcomers_ordered.sql": [Case(3, {"people": NEW_PEOPLE, "groups": SEGMENTS})],
    "ltv/behaviour/newcomers_people.sql": [Case(5, {"clock": CLOCK, "acts": NEW_ACTS, "touched": NEW_ACTS.slice(1), "spent": _table({"user_id": _LONG, "value": MONEY, "again": _INT}, (1, Decimal("19.99"), 1)), "runs": NEW_RUNS}, {}, _NEW)],
    "ltv/behaviour/newcomers_registered.sql": [Case(4, {"people": NEW_PEOPLE, "groups": SEGMENTS})],
    "ltv/behaviour/newcomers_spent.sql": [Case(2, {"orders": BOUGHT, "clock": CLOCK}, {"moment": "ts", "value": "value", "is_purchase": "is_paid"}, _NEW)],
    "ltv/behaviour/newcomers_touched.sql": [Case(2, {"touches": TOUCHED, "clock": CLOCK, "people": NEW_PEOPLE}, {}, _NEW)],
    "ltv/behaviour/active_buckets.sql": [Case(3, {"words": WORDS})],
    "ltv/behaviour/no_revenue.sql": [Case(0)],
    "ltv/behaviour/no_segments.sql": [Case(0)],
    "ltv/behaviour/order_values.sql": [Case(10, {"orders": SPENT}, {"value": "CASE WHEN bucket > 100 THEN value ELSE 0 END"})],
    "ltv/behaviour/per_period.sql": [Case(5, {"records": SPENT}, {"bucket": "bucket", "value": "value", "is_counted": "user_id > 0"})],
    "ltv/behaviour/person_days.sql": [Case(2, {"rows": EVENTS}, {"person": "user_id", "day_number": "DATE_DIFF('DAY', DATE '1970-01-01', CAST(ts AS DATE))"}, {"since": 18_993, "until": 19_813})],
    "ltv/behaviour/relative_bits.sql": [Case(6, {"words": WORDS, "cohorts": COHORTS}, {}, {"base": 100})],
    "ltv/behaviour/span.sql": [Case(1, {"rows": EVENTS}, {"moment": "ts"}), Case(1, {"rows": EVENTS.slice(0, 0)}, {"moment": "ts"})],
    "ltv/behaviour/trial_rows.sql": [Case(3, {"trials": TRIALS}, {}, {"as_of": _at("2024-02-01")}), Case(2, {"trials": TRIALS}, {}, {"as_of": _at("2024-01-01 00:00:00.000001")})],
    "ltv/hooks/payment_orders.sql": [
        Case(3, {"orders": PAYMENTS, "charged": _table({"named": _TEXT}, ("old",), ("none",))}, {"source_name": "source", "channel_name": "NULL", "version": "COALESCE(updated_at, ts)"}, {"since": _at("2026-03-01"), "after": _at("2026-03-10")}),
        Case(2, {"orders": PAYMENTS, "charged": _table({"named": _TEXT})}, {"source_name": "NULL", "channel_name": "source", "version": "ts"}, {"since": _at("2026-03-01"), "after": _at("2026-03-10")}),
    ],
    "ltv/strategy/people.sql": [Case(3, {"people": _table({"user_id": _LONG, "registered_at": _TIME, "age": _LONG, "gender": _TEXT, "city": _TEXT, "level": _TEXT, "acquisition_channel": _TEXT, "orders": _LONG, "value_to_date": _REAL, "first_order_at": _TIME, "last_order_at": _TIME}, (1, _at("2026-03-01"), 20, "f", "it's", None, "春", 2, 9.5, _at("2026-03-01 12:00"), _at("2026-03-05")), (2, None, None, None, None, None, None, 1, 1.0, _at("2026-02-01"), _at("2026-02-01")), (3, _at("2026-03-09 23:59:59.999999"), 61, "m", "x", "1", "ads", 0, 0.0, None, None), (4, _at("2026-03-10"), 30, "m", "x", "1", "ads", 0, 0.0, None, None)), "scores": _table({"user_id": _LONG, "expected": _REAL, "p_purchase": _REAL, "decile": _LONG}, (1, 30.5, .5, 9)), "churn": _table({"user_id": _LONG, "probability": _REAL, "days_since_last": _REAL}, (3, .25, 0.0))}, {}, {"as_of_us": 1773100800000000})],
    "ltv/serving/gorse_acts.sql": [Case(2, {"events": DONE_WITH}, {}, {"since": _MARCH["since"], "until": _MARCH["until"]})],
    "ltv/serving/gorse_purchases.sql": [Case(1, {"orders": SOLD_OR_NOT, "order_items": SOLD_LINES}, {"is_purchase": "amount >= 0 AND status IN ('paid', 'refunded')"}, {"since": _MARCH["since"], "until": _MARCH["until"]})],
    "ltv/serving/gorse_feedback.sql": [Case(2, {"acts": DID, "bought": DONE_AND_BOUGHT, "skus": _table({"sku": _TEXT}, ("S1",), ("S2",))} | TOLD_OF)],
    "ltv/serving/gorse_nameless.sql": [Case(1, {"acts": DID, "bought": DONE_AND_BOUGHT} | TOLD_OF)],
    "ltv/serving/gorse_items.sql": [Case(4, {"events": DONE_WITH, "orders": SOLD_OR_NOT, "order_items": SOLD_LINES}, {}, {"until": _MARCH["until"]})],
    "ltv/serving/gorse_names.sql": [Case(3, {"user_ids": _table({"user_id": _LONG, "id_type": _TEXT, "id_value": _TEXT, "valid_from": _TIME, "valid_to": _TIME}, (1, "member", "it's", _at("2026-03-02"), None), (1, "member", "春", _at("2026-03-02"), None), (1, "device", "d", _at("2026-03-01"), None), (2, "member", "M2", _at("2026-03-01"), None), (3, "member", "M3", _at("2026-03-01"), _at("2026-03-02")), (None, "member", "M4", _at("2026-03-01"), None))}, {}, {"id_type": "member"})],
    "ltv/serving/scene_acts.sql": [
        Case(4, {"events": DONE_WITH}, {"session_of": "NULL", "sku_of": "sku", "category_of": "category", "dwell_of": "1500.5", "query_of": "category"}, {"from_us": 0, "until_us": 1_775_000_000_000_000}),
        Case(4, {"events": DONE_WITH}, {"session_of": "event", "sku_of": "sku", "category_of": "NULL", "dwell_of": "NULL", "query_of": "NULL"}, {"from_us": 0, "until_us": 1_775_000_000_000_000}),
    ],
    "ltv/strategy/contacts.sql": [Case(1, {"touches": _table({"user_id": _LONG, "kind": _TEXT, "ts": _TIME}, (1, "send", _at("2026-03-02")), (1, "send", _at("2026-03-02")), (1, "click", _at("2026-03-02")), (2, "send", _at("2026-04-01")), (None, "send", _at("2026-03-02")))}, {}, {"since": _MARCH["since"], "until": _MARCH["until"]})],
    "ltv/strategy/consented.sql": [Case(2, {"consents": _table({"user_id": _LONG, "channel": _TEXT, "granted": pa.bool_(), "ts": _TIME}, (1, "sms", True, _at("2026-03-01")), (1, "push", True, _at("2026-03-01")), (1, "push", False, _at("2026-03-01")), (2, "it's", False, _at("2026-03-01")), (2, "it's", True, _at("2026-03-02")), (3, "sms", True, _at("2026-03-01")), (3, "sms", False, _at("2026-03-02")), (4, "sms", True, _at("2026-05-01")), (None, "sms", True, _at("2026-03-01")))}, {}, {"until": _MARCH["until"]})],
    "ltv/strategy/all_exposures.sql": [Case(2, {"exposures": _table({"user_id": _LONG, "ts": _TIME, "experiment": _TEXT, "variant": _TEXT, "id_value": _TEXT}, (1, _at("2026-03-01"), "it's", "a", "春")), "own": _table({"user_id": _LONG, "ts": _TIME, "experiment": _TEXT, "variant": _TEXT}, (2, _at("2026-03-01 23:59:59.999999"), "playbook/win back", "control"))})],
    "ltv/overview/people_of_days.sql": [Case(3, {"rows": SEEN_AT}, {"moment": "ts", "day_number": ON_A_DAY}, {"as_of": _at("2024-02-01"), "since": 19_700})],
    "ltv/overview/revenue_of_days.sql": [Case(3, {"orders": BOUGHT}, {"moment": "ts", "worth": "value", "day_number": ON_A_DAY}, {"as_of": _at("2025-01-01"), "since": 19_700})],
    "ltv/strategy/value_after.sql": [Case(2, {"planned": _table({"intervention_id": _TEXT, "user_id": _LONG, "start_us": _LONG, "end_us": _LONG}, ("a", 1, 1772323200000000, 1772409600000000), ("b", 2, 0, 1)), "orders": _table({"user_id": _LONG, "ts": _TIME, "value": _REAL}, (1, _at("2026-03-01"), 10.25), (1, _at("2026-03-01 23:59:59.999999"), -0.5), (1, _at("2026-03-02"), 99.0))})],
    "ltv/health/acts_of_days.sql": [
        Case(4, {"rows": SEEN_AT}, {"person": "user_id", "day_number": ON_A_DAY, "dwell": "1500.25", "counts": "TRUE", "carted": "CASE WHEN event = 'visit' THEN 1 ELSE 0 END", "bought": "0", "benefit": "0"}, {"since": 19_700, "until": 20_000}),
        Case(2, {"rows": BOUGHT}, {"person": "user_id", "day_number": ON_A_DAY, "dwell": "0", "counts": "amount >= 0", "carted": "0", "bought": "CASE WHEN is_paid THEN 1 ELSE 0 END", "benefit": "0"}, {"since": 19_700, "until": 19_723}),
    ],
    "ltv/health/changes_orders.sql": [
        Case(3, {"orders": BOUGHT}, {"day_number": ON_A_DAY, "is_purchase": "is_paid", "worth": "value"}, {"since": 19_700, "until": 19_724, "as_of": _at("2024-01-03")}),
        Case(2, {"orders": _table({"user_id": _LONG, "ts": _TIME, "value": MONEY, "is_paid": _BOOL}, (None, _at("2024-01-01 00:00:00.000001"), Decimal("0.1"), True), (None, _at("2024-01-01 00:00:00.000002"), Decimal("0.2"), False))}, {"day_number": ON_A_DAY, "is_purchase": "is_paid", "worth": "CASE WHEN ts < CAST('2024-01-02' AS TIMESTAMP) THEN value ELSE 0 END"}, {"since": 19_723, "until": 19_723, "as_of": _at("2024-01-03")}),
    ],
    "ltv/health/days_there.sql": [Case(4, {"rows": SEEN_AT}, {"moment": "ts", "day_number": ON_A_DAY}, {"as_of": _at("2024-02-01")})],
    "ltv/health/first_times.sql": [Case(2, {"rows": BOUGHT}, {"moment": "ts", "counts": "is_paid"}, {"as_of": _at("2024-01-02")})],
    "ltv/health/groups.sql": [Case(5, {"segments": SEGMENTS})],
    "ltv/health/person_days.sql": [Case(3, {"acts": DAYS_OF_ACTS})],
    "ltv/health/spent.sql": [Case(2, {"orders": BOUGHT}, {"worth": "value"}, {"since": _at("2024-01-01"), "until": _at("2024-01-02")})],
    "ltv/health/traits.sql": [Case(2, {"members": MEMBERS}, {"channel": "acquisition_channel"})],
    "ltv/lifetime/acts.sql": [
        Case(3, {"events": SEEN_AT}, {"local_hour": "EXTRACT(HOUR FROM ts)", "session_of": "NULL", "price_of": "1.5", "category_of": "event", "dwell_of": "NULL"}, {"from_us": 1_700_000_000_000_000, "cutoff_us": 1_706_000_000_000_000}),
    ],
    "ltv/lifetime/bought.sql": [
        Case(3, {"orders": BOUGHT}, {"person": "user_id", "moment": "ts", "charged": "amount", "worth": "amount - COALESCE(refund, 0)", "discounted": "discount", "with_coupon": "NULL", "with_benefit": "CASE WHEN is_paid THEN 1 ELSE 0 END", "is_purchase": "is_paid"}, {"from_us": 0, "cutoff_us": 1_800_000_000_000_000}),
    ],
    "ltv/lifetime/contacts.sql": [
        Case(2, {"touches": _table({"user_id": _LONG, "ts": _TIME, "channel": _TEXT, "kind": _TEXT}, (1, _at("2024-06-01"), "sms", "send"), (1, _at("2024-06-02"), "sms", "click"), (1, _at("2024-06-02"), None, "open"), (2, _at("2023-06-02"), "sms", "send"), (None, _at("2024-06-02"), "sms", "send"))}, {}, _WINDOW_US),
    ],
    "ltv/lifetime/interests.sql": [Case(3, {"acts": ACTS})],
    "ltv/lifetime/seen_people.sql": [
        Case(2, {"signs": _table({"user_id": _LONG, "kind": _TEXT, "us": _LONG}, (1, "seen", _NIGHT - 9), (1, "registered", _NIGHT), (1, "ordered", _NIGHT + 1), (2, "ordered", 5), (3, "seen", _NIGHT), (None, "ordered", _NIGHT))}, {}, _WINDOW_US),
    ],
    "ltv/lifetime/sessions.sql": [Case(3, {"visits": VISITS, "people": KNOWN_PEOPLE, "bought": PAID_FOR}, {}, _WINDOW_US)],
    "ltv/lifetime/sign.sql": [Case(6, {"rows": SEEN_AT}, {"person": "user_id", "kind_of": "'seen'", "moment": "ts", "is_sign": "TRUE"})],
    "ltv/lifetime/silent_sessions.sql": [Case(3, {"acts": ACTS}, {}, {"silence_us": 1_800_000_000})],
    "ltv/lifetime/told_acts.sql": [Case(7, {"acts": ACTS, "people": KNOWN_PEOPLE})],
    "ltv/lifetime/visits.sql": [Case(6, {"acts": ACTS, "silent": _table({"user_id": _LONG, "us": _LONG, "event": _TEXT, "number": _LONG}, (1, _NIGHT, "view", 1), (1, _NIGHT + 3_600_000_001, "", 2))})],
    "ltv/lifetime/window_rows.sql": [
        Case(3, {"rows": SEEN_AT, "people": KNOWN_PEOPLE}, {"person": "user_id", "number_of": "NULL"}, {"from_us": 1_700_000_000_000_000, "cutoff_us": 1_706_000_000_000_000}),
    ],
    "ltv/lifetime/margin_lines.sql": [Case(2, {"items": LINES})],
    "ltv/lifetime/margin_share.sql": [Case(1, {"orders": BOUGHT_BY_NAME, "lines": MARGINS}, {"is_paid": "status = 'paid'", "money": "amount"})],
    "ltv/lifetime/movements.sql": [Case(6, {"orders": SOLD}, {"is_paid": "status IN ('paid', 'refunded')", "charged": "money"})],
    "ltv/lifetime/summaries.sql": [Case(2, {"movements": MOVED}, {}, {"cutoff_day": 40}), Case(0, {"movements": MOVED}, {}, {"cutoff_day": 9})],
    "ltv/experiments/active_days.sql": [Case(5, {"moments": SINCE})],
    "ltv/experiments/counts.sql": [Case(2, {"people": TESTED}, {}, {"span": 86_400_000_000})],
    "ltv/experiments/entries.sql": [
        Case(2, {"entries": SEEN_AT}, {"moment": "ts", "exposed": "ts + INTERVAL '1' MICROSECOND", "span_start": "CAST('2023-12-31' AS TIMESTAMP)", "span_end": "CAST('2024-02-01' AS TIMESTAMP)"})
    ],
    "ltv/experiments/event_moments.sql": [Case(3, {"people": TESTED, "events": SEEN_AT}, {}, {"before": 28 * 86_400_000_000, "after": 7 * 86_400_000_000 + 1})],
    "ltv/experiments/first_exposures.sql": [Case(5, {"exposures": EXPOSED})],
    "ltv/experiments/invite_moments.sql": [Case(3, {"people": TESTED, "invites": _table({"inviter_user_id": _LONG, "ts": _TIME}, (1, _at("2024-01-02")), (1, _at("2023-01-02")), (2, _at("2024-01-02")), (None, _at("2024-01-02")))})],
    "ltv/experiments/order_moments.sql": [Case(3, {"people": TESTED, "orders": BOUGHT})],
    "ltv/experiments/outside.sql": [
        Case(1, {"first_exposures": MET_FIRST, "exposures": EXPOSED}, {}, {"experiment": "blue", "start": _at("2024-01-02"), "after": _at("2024-01-31")})
    ],
    "ltv/experiments/people.sql": [Case(2, {"first_exposures": MET_FIRST}, {}, {"experiment": "blue", "start": _at("2024-01-02"), "after": _at("2024-03-31")})],
    "ltv/experiments/score_moments.sql": [Case(2, {"people": TESTED, "scores": _table({"user_id": _LONG, "horizon_days": _INT, "expected": _REAL}, (1, 30, 1.5), (1, 90, 2.5), (9, 30, 1.0))})],
    "ltv/experiments/shown_ids.sql": [
        Case(1, {"exposures": EXPOSED.append_column("id_value", pa.array(["a", "a", "b", "b", None, "c", "c", "中"], _TEXT))}, {}, {"experiment": "blue", "most": 5})
    ],
    "ltv/experiments/shared_people.sql": [Case(2, {"first_exposures": MET_FIRST}, {}, {"every": 1}), Case(1, {"first_exposures": MET_FIRST}, {}, {"every": 2})],
    "ltv/experiments/traffic.sql": [
        Case(2, {"durations": _table({"days": _INT, "since": _TIME}, (7, _at("2024-01-05")), (14, _at("2024-01-01"))), "entries": _table({"user_id": _LONG, "last_at": _TIME}, (1, _at("2024-01-05")), (2, _at("2024-01-02")))})
    ],
    "ltv/identity/identifiers.sql": [
        Case(1, {"rows": SEEN.slice(0, 4)}, {"kind": "NULLIF(id_type, 'device')", "value": "id_value", "moment": "first_seen"})
    ],
    "ltv/identity/known_names.sql": [Case(6, {"identifiers": NUMBERED}, {}, {"as_of": _at("2024-06-01")})],
    "ltv/identity/known_identifiers.sql": [
        Case(6, {"identifiers": NUMBERED, "kinds": KIND_NUMBERS}, {"plain": "LOWER(id_value)", "is_junk": "plain_value IN ('a', '')"}, {"as_of": _at("2024-06-01")}),
        Case(1, {"identifiers": NUMBERED, "kinds": KIND_NUMBERS}, {"plain": "id_value", "is_junk": "FALSE"}, {"as_of": _at("2023-06-01")}),
    ],
    "ltv/identity/known_links.sql": [Case(1, {"links": LINKED}, {}, {"as_of": _at("2024-06-01")})],
    "ltv/identity/no_links.sql": [Case(0)],
    "ltv/identity/numbered.sql": [Case(2, {"ids": LEDGER.append_column("first_seen", pa.array([_at("2024-01-01")] * 2, _TIME))})],
    "ltv/identity/ids.sql": [
        Case(7, {"seen": SEEN, "ledger": LEDGER}, {}, {"known": 2}), Case(7, {"seen": SEEN, "ledger": LEDGER.slice(0, 0)}, {}, {"known": 0}),
    ],
    "ltv/identity/no_identifiers.sql": [Case(0)],
    "ltv/identity/no_ledger.sql": [Case(0)],
    "ltv/identity/no_segments.sql": [Case(0)],
    "ltv/identity/portable/agreements.sql": [Case(9, {"pairs": PAIRS, "persons": PERSONS})],
    "ltv/identity/portable/broken.sql": [Case(1, {"nodes": NODES, "edges": STARS}), Case(0, {"nodes": NODES, "edges": STARS.slice(0, 2)})],
    "ltv/identity/portable/broken_nodes.sql": [Case(4, {"nodes": NODES, "edges": STARS, "broken": _table({"person": _LONG}, (1,))})],
    "ltv/identity/portable/broken_pairs.sql": [Case(3, {"pairs": PAIRS, "broken_nodes": REPAIRED})],
    "ltv/identity/portable/contested.sql": [Case(2, {"pairs": PAIRS, "nodes": NODES})],
    "ltv/identity/portable/crowded.sql": [Case(1, {"observed_pairs": PAIRS, "nodes": NODES}), Case(0, {"observed_pairs": PAIRS.slice(0, 5), "nodes": NODES})],
    "ltv/identity/portable/edges.sql": [Case(3, {"pairs": PAIRS, "contested": CONTESTED})],
    "ltv/identity/portable/kinds.sql": [Case(5, {"identifiers": IDENTIFIERS})],
    "ltv/identity/portable/logins.sql": [Case(6, {"observations": OBSERVATIONS, "contested": CONTESTED, "persons": PERSONS})],
    "ltv/identity/portable/nodes.sql": [Case(11, {"identifiers": IDENTIFIERS, "kinds": KINDS}, {"plain": "LOWER(TRIM(id_value))", "is_junk": "plain_value IN ('null', '0000')"}, {"as_of": _at("2024-06-01")})],
    "ltv/identity/portable/not_yet_stars.sql": [Case(1, {"edges": EDGES}), Case(1, {"edges": STARS}), Case(1, {"edges": EDGES.slice(0, 0)})],
    "ltv/identity/portable/observations.sql": [Case(3, {"links": LINKS, "nodes": NODES}, {}, {"as_of": _at("2024-06-01")})],
    "ltv/identity/portable/observed_pairs.sql": [Case(8, {"observations": OBSERVATIONS})],
    "ltv/identity/portable/pairs.sql": [Case(5, {"observed_pairs": PAIRS, "crowded": CROWDED})],
    "ltv/identity/portable/persons.sql": [Case(11, {"nodes": NODES, "crowded": CROWDED, "contested": CONTESTED, "edges": STARS, "repaired": REPAIRED}, {}, {"public_after": 2})],
    "ltv/identity/portable/spans.sql": [Case(11, {"logins": LOGINS, "persons": PERSONS}, {"public_span": "INTERVAL '1800000001' MICROSECOND"})],
    "ltv/identity/portable/star_round.sql": [Case(7, {"edges": EDGES}), Case(3, {"edges": STARS}), Case(0, {"edges": EDGES.slice(0, 0)})],
    "ltv/identity/portable/user_ids.sql": [Case(8, {"persons": PERSONS, "agreements": AGREEMENTS, "spans": HELD})],
    "ltv/identity/people.sql": [Case(3, {"orders": ORDERS, "members": MEMBERS}, _IS_ORDER, {"as_of_year": 2024})],
    "ltv/workspace/identified.sql": [Case(3, {"rows": SIGHTED, "user_ids": WHO})],
    "ltv/workspace/evidence.sql": [
        Case(9, {"links": MET, "user_ids": SPANS}, {"cap": "CASE WHEN id_type = 'phone_hmac' THEN 1 ELSE 99 END"}, {"as_of": _at("2024-06-01")})
    ],
    "ltv/workspace/explain_cut.sql": [Case(7, {"evidence": JUDGED, "links": MET, "user_ids": SPANS}, {}, {"user_id": 1})],
    "ltv/workspace/explain_identifiers.sql": [Case(3, {"user_ids": SPANS}, {}, {"user_id": 1})],
    "ltv/workspace/explain_seen.sql": [Case(5, {"links": MET, "user_ids": SPANS}, {}, {"user_id": 1})],
    "ltv/workspace/growth.sql": [Case(4, {"user_ids": SPANS}, {"local_day": "CAST(moment AS DATE)"})],
    "ltv/workspace/refused.sql": [Case(7, {"evidence": JUDGED})],
    "ltv/workspace/rows_by_person.sql": [Case(4, {"rows": SIGHTED})],
    "ltv/workspace/sourced_links.sql": [Case(10, {"links": MET}, {}, {"as_of": _at("2024-06-01")})],
    "ltv/workspace/unlinked.sql": [Case(0)],
    "ltv/hooks/audit_listed.sql": [Case(2, {"offers": HOOK_OFFERS})],
    "ltv/hooks/audit_registered.sql": [Case(1, {"members": _table({"user_id": _LONG, "registered_at": _TIME}, (1, _at("2026-03-02")), (1, _at("2026-03-01 00:00:00.000001")), (2, None), (None, _at("2026-03-01")))})],
    "ltv/hooks/audit_orders.sql": [Case(2, {"orders": _table({"order_id": _TEXT, "discount": MONEY, "member_benefit": pa.bool_()}, ("o1", Decimal("2.5"), None), ("o1", Decimal("1.5"), True), ("春", None, False), (None, Decimal(1), True))})],
    "ltv/hooks/audit_reservations.sql": [Case(7, {"events": HOOK_EVENTS, "offers": HOOK_OFFERS, "registered": _table({"user_id": _LONG, "registered_us": _LONG}, (1, 5)), "listed": ON_LISTS}, {}, {"as_of": _at("2026-03-05")})],
    "ltv/hooks/audit_judged.sql": [Case(1, {"reservations": HELD_OFFERS, "items": OFFER_ITEMS}, {}, {"hook": "first", "limit_us": 100, "as_of_us": 110}), Case(1, {"reservations": HELD_OFFERS.slice(0, 0), "items": OFFER_ITEMS}, {}, {"hook": "first", "limit_us": 100, "as_of_us": 110})],
    "ltv/hooks/audit_outside_hours.sql": [Case(3, {"reservations": HELD_OFFERS}, {}, {"hook": "first", "hours_us": 72 * _HOUR_US})],
    "ltv/hooks/audit_off_list.sql": [Case(2, {"reservations": HELD_OFFERS, "items": OFFER_ITEMS, "listed": ON_LISTS})],
    "ltv/hooks/audit_stacked.sql": [Case(1, {"reservations": HELD_OFFERS, "orders": TAKEN_OFF})],
    "ltv/hooks/audit_given_twice.sql": [Case(1, {"reservations": HELD_OFFERS}, {}, {"hook": "first", "limit_us": 2_100_000_000})],
    "ltv/hooks/audit_over_stock.sql": [Case(2, {"reservations": HELD_OFFERS})],
    "ltv/hooks/audit_not_released.sql": [Case(3, {"reservations": HELD_OFFERS}, {}, {"as_of_us": 2_200_000_000, "limit_us": 1_900_000_000})],
    "ltv/hooks/audit_used_after_expiry.sql": [Case(2, {"reservations": HELD_OFFERS})],
    "ltv/hooks/audit_fired_twice.sql": [Case(3, {"events": HOOK_EVENTS, "offers": HOOK_OFFERS}, {}, {"as_of": _at("2026-03-05"), "apart_us": 60_000_000})],
    "ltv/hooks/audit_money.sql": [Case(3, {"found": _table({"rule": _TEXT, "case_id": _TEXT, "at_us": _LONG, "hook": _TEXT, "user_id": _LONG, "offer_id": _TEXT, "order_id": _TEXT, "amount": pa.float64()}, ("a", "1", 5, None, 1, "N", "o1", 2.0), ("a", "2", 5, "it's", None, "N", None, 1.5), ("b", "3", 1, "x", 3, None, "春", 0.0)), "orders": TAKEN_OFF})],
    "ltv/hooks/service_calls.sql": [Case(8, {"calls": HOOK_CALLS}, {}, {"since": _at("2026-03-01"), "until": _at("2026-03-03"), "apart_us": 300_000_000})],
    "ltv/hooks/incident_orders.sql": [Case(3, {"orders": HOOK_ORDERS}, {"moment": "ts", "is_purchase": "amount >= 0 AND status = 'paid'", "money": "amount"}, {"as_of": _at("2026-03-02")})],
    "ltv/workspace/assets.sql": [
        Case(3, {"rows": EVENTS}, {"source_name": "source", "person_id": "user_id", "time_column": "ts"}),
        Case(1, {"rows": EVENTS}, {"source_name": "'one'", "person_id": "NULL", "time_column": "CAST(NULL AS TIMESTAMP)"}),
    ],
}  # fmt: skip

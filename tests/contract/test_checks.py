"""How a raw value is read, and what makes it break the contract, type by type."""

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from sqlglot import exp

from ltv import sql
from ltv.contract import INPUTS
from ltv.contract.checks import LOST_DIGITS, Context, checks, currency_check, family, typed
from ltv.contract.rules import RULES
from ltv.contract.schema import Column
from ltv.text import same
from ltv.warehouse.duck import DuckEngine

NOW = datetime(2026, 7, 1, 3, 0)
UTC_CONTEXT = Context("UTC", NOW, date(2000, 1, 1), "CNY")
FAMILIES = ["text", "integer", "float", "decimal", "instant", "naive", "day", "boolean", "list", "other"]


@pytest.fixture(scope="module")
def engine():
    with DuckEngine() as made:
        yield made


def column(kind, **options):
    return Column("c", kind, same("c"), **options)


def value(engine, kind, raw, zone="UTC"):
    """Read a raw value: a text, or an SQL expression with its engine type."""
    source, engine_type = (
        (exp.Literal.string(raw), "VARCHAR") if isinstance(raw, str) else (sql.expression(raw[0]), raw[1])
    )
    kept = exp.alias_(exp.cast(source, engine_type, dialect=sql.DIALECT), "v")
    engine.materialise("raw", exp.select(kept))
    context = Context(zone, NOW, date(2000, 1, 1), "CNY")
    read = typed(column(kind), sql.column("v"), family(engine.columns("raw")["v"]), context)
    return engine.scalar(exp.select(read).from_("raw"))


def broken(engine, made, raw, context=UTC_CONTEXT):
    """Return the rules that a raw text breaks, the first telling one first."""
    inner = exp.select(exp.alias_(exp.cast(exp.Literal.string(raw) if raw is not None else exp.null(), "VARCHAR"), "v"))
    both = exp.select("v", exp.alias_(typed(made, sql.column("v"), "text", context), "x")).from_(inner.subquery("t"))
    return [
        check.rule
        for check in checks(made, "text", context)
        if engine.scalar(exp.select(check.condition(sql.column("v"), sql.column("x"))).from_(both.subquery("t")))
    ]


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-06-30 09:05:00", "2026-06-30 09:05:00"),
        ("2026-06-30T09:05:00Z", "2026-06-30 09:05:00"),
        ("2026-06-30T09:05:00z", "2026-06-30 09:05:00"),
        ("2026-06-30 09:05:00 UTC", "2026-06-30 09:05:00"),
        ("2026-06-30 09:05Z", "2026-06-30 09:05:00"),
        ("2026-06-30T09:05+08:00", "2026-06-30 01:05:00"),
        ("2026-06-30 09:05:00 +0800", "2026-06-30 01:05:00"),
        ("2026-06-30 09:05:00+08", "2026-06-30 01:05:00"),
        ("2026-06-30 09:05:00 -05:30", "2026-06-30 14:35:00"),
        ("2026-06-30 09:05:00.123456-03:00", "2026-06-30 12:05:00.123456"),
        ("2026-06-30T09:05:00.123456789Z", "2026-06-30 09:05:00.123456"),
        ("2026-6-3 9:05", "2026-06-03 09:05:00"),
        ("2026-06-30", "2026-06-30 00:00:00"),
        ("2026-06-30 24:00:00", "2026-07-01 00:00:00"),
    ],
)
def test_a_time_is_read_in_every_usual_form_of_iso_8601(engine, text, utc):
    assert value(engine, "timestamp", text) == datetime.fromisoformat(utc)


@pytest.mark.parametrize(
    "text",
    [
        "1751234567",
        "1751234567000",
        "30/06/2026",
        "2026-02-30 00:00",
        "2026-06-30 25:00",
        "2026-06-30 09:05:00+99:00",
        "2026-06-30Z",
        "yesterday",
        "2026-06-30 09:05:00 CET",
        "2026-06-30\n",
        "20260630",
        "12:30",
        "2026-06-30 +08:00",
    ],
)
def test_what_is_no_time_is_not_guessed(engine, text):
    assert value(engine, "timestamp", text) is None
    assert broken(engine, column("timestamp"), text) == ["wrong_type"]


@pytest.mark.parametrize("local", ["2026-01-15 12:00", "2026-07-15 12:00", "2026-03-29 00:59", "2026-03-29 02:00"])
@pytest.mark.parametrize("zone", ["Europe/London", "Asia/Shanghai", "America/New_York", "Asia/Kolkata"])
def test_a_naive_time_is_of_the_sources_zone(engine, local, zone):
    expected = datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC).replace(tzinfo=None)
    assert value(engine, "timestamp", local, zone) == expected
    assert value(engine, "timestamp", (f"TIMESTAMP '{local}:00'", "TIMESTAMP"), zone) == expected
    assert value(engine, "timestamp", (f"TIMESTAMP '{local}:00'", "TIMESTAMP_NS"), zone) == expected


def test_an_hour_that_the_clocks_skip_or_repeat_is_still_one_instant(engine):
    # 29 March 2026 has no 01:30 in London: the clock that was not put forward shows it at 01:30 UTC
    assert value(engine, "timestamp", "2026-03-29 01:30", "Europe/London") == datetime(2026, 3, 29, 1, 30)
    # 25 October 2026 has it twice: the later one, in winter time
    assert value(engine, "timestamp", "2026-10-25 01:30", "Europe/London") == datetime(2026, 10, 25, 1, 30)
    assert value(engine, "timestamp", "2026-10-25 01:30+01:00", "Europe/London") == datetime(2026, 10, 25, 0, 30)


def test_an_instant_needs_no_zone_and_a_date_begins_at_local_midnight(engine):
    assert value(engine, "timestamp", ("'2026-06-30 09:05:00+08'", "TIMESTAMPTZ"), "Europe/London") == datetime(
        2026, 6, 30, 1, 5
    )
    assert value(engine, "timestamp", ("DATE '2026-06-30'", "DATE"), "Asia/Shanghai") == datetime(2026, 6, 29, 16)


@pytest.mark.parametrize(
    ("raw", "day"),
    [
        ("2026-06-30", date(2026, 6, 30)),
        (("DATE '2026-06-30'", "DATE"), date(2026, 6, 30)),
        (("TIMESTAMP '2026-06-30 23:00:00'", "TIMESTAMP"), date(2026, 6, 30)),
        (("'2026-06-30 23:00:00+00'", "TIMESTAMPTZ"), date(2026, 7, 1)),
        ("2026-06-31", None),
        ("2026-06-30 10:00", None),
    ],
)
def test_a_date_is_a_calendar_day(engine, raw, day):
    assert value(engine, "date", raw, "Asia/Shanghai") == day


@pytest.mark.parametrize(
    ("raw", "amount"),
    [
        ("1234.50", "1234.50"),
        ("-3", "-3"),
        ("+3.", "3"),
        (".5", "0.5"),
        ("1e3", "1000"),
        ("0.1234567", "0.123457"),
        (("19.99", "FLOAT"), "19.99"),
        (("0.1 + 0.2", "DOUBLE"), "0.3"),
        (("12345", "UINTEGER"), "12345"),
        (("12.345", "DECIMAL(20, 10)"), "12.345"),
        ("1,234.50", None),
        ("1 234", None),
        ("¥12", None),
        ("12元", None),
        ("１２", None),
        ("0x10", None),
        ("1e400", None),
        ("9999999999999", None),
    ],
)
def test_money_is_a_plain_decimal_number(engine, raw, amount):
    assert value(engine, "money", raw) == (None if amount is None else Decimal(amount))


@pytest.mark.parametrize(
    ("kind", "raw", "expected"),
    [
        ("number", "1e3", 1000.0),
        ("number", "1e400", None),
        ("number", "1,5", None),
        ("number", ("'infinity'", "DOUBLE"), None),
        ("integer", "0012", 12),
        ("integer", "9223372036854775808", None),
        ("integer", "1.0", None),
        ("integer", ("2.0", "DOUBLE"), 2),
        ("integer", ("2.5", "DOUBLE"), None),
        ("integer", ("2.50", "DECIMAL(9, 2)"), None),
        ("boolean", "TRUE", True),
        ("boolean", "n", False),
        ("boolean", "2", None),
        ("boolean", "maybe", None),
        ("boolean", ("1", "TINYINT"), True),
        ("boolean", ("0", "DOUBLE"), False),
        ("boolean", ("2", "BIGINT"), None),
        ("list", '["a", "b"]', ["a", "b"]),
        ("list", "[1, 2]", ["1", "2"]),
        ("list", "a,b", None),
        ("list", '{"a": 1}', None),
        ("list", ("[1, 2]", "BIGINT[]"), ["1", "2"]),
        ("json", '{"a": [1]}', '{"a": [1]}'),
        ("json", "{a: 1}", None),
        ("json", ("{'a': 1}", "STRUCT(a INT)"), '{"a":1}'),
        ("text", "0012", "0012"),
        ("text", "NA", "NA"),
        ("text", "9007199254740993", "9007199254740993"),
        ("text", ("9007199254740993", "BIGINT"), "9007199254740993"),
        ("text", ("18446744073709551615", "UBIGINT"), "18446744073709551615"),
        ("text", ("12345", "DOUBLE"), "12345"),
        ("text", ("12.5", "DOUBLE"), "12.5"),
        ("text", ("12.50", "DECIMAL(9, 2)"), "12.50"),
        ("text", ("true", "BOOLEAN"), "true"),
        ("text", ("'e13f5f1c-1b0a-4f7b-8b1a-0123456789ab'", "UUID"), "e13f5f1c-1b0a-4f7b-8b1a-0123456789ab"),
    ],
)
def test_a_value_is_read_as_its_column_declares_or_not_at_all(engine, kind, raw, expected):
    assert value(engine, kind, raw) == expected


@pytest.mark.parametrize(
    "engine_type", ["TINYINT", "UTINYINT", "USMALLINT", "INTEGER", "UINTEGER", "UBIGINT", "HUGEINT"]
)
def test_every_whole_number_type_of_the_engine_is_known(engine, engine_type):
    assert value(engine, "money", ("7", engine_type)) == 7


@pytest.mark.parametrize(
    ("made", "raw", "rules"),
    [
        (column("text"), None, ["missing_value"]),
        (column("text", nullable=True), None, []),
        (column("money"), "nan", ["not_finite", "wrong_type"]),
        (column("money"), "-Inf", ["not_finite", "wrong_type"]),
        (column("number"), "∞", ["not_finite", "wrong_type"]),
        (column("money"), "-5", []),
        (column("text", allowed=("paid", "failed")), "PAID", ["not_allowed"]),
        (column("number", low=-1, high=1), "1.01", ["out_of_range"]),
        (column("number", low=-1, high=1), "-1", []),
        (column("timestamp"), "2026-07-01 03:00:01", ["in_future"]),
        (column("timestamp"), "2026-07-01 03:00:00", []),
        (column("timestamp"), "1970-01-01 00:00", ["before_earliest"]),
        (column("timestamp"), "2000-01-01 00:00", []),
        (column("date"), "1999-12-31", ["before_earliest"]),
    ],
)
def test_a_value_breaks_the_rules_that_it_breaks(engine, made, raw, rules):
    assert broken(engine, made, raw) == rules


def test_today_and_the_earliest_day_are_days_of_the_sources_zone(engine):
    shanghai = Context("Asia/Shanghai", datetime(2026, 6, 30, 17), date(2000, 1, 1), "CNY")  # 01:00 on 1 July there
    assert broken(engine, column("date"), "2026-07-01", shanghai) == []
    assert broken(engine, column("date"), "2026-07-02", shanghai) == ["in_future"]
    assert broken(engine, column("timestamp"), "2000-01-01 00:00", shanghai) == []
    assert broken(engine, column("timestamp"), "1999-12-31 23:59", shanghai) == ["before_earliest"]
    new_york = Context("America/New_York", datetime(2026, 7, 1, 3), date(2000, 1, 1), "USD")  # 23:00 on 30 June there
    assert broken(engine, column("date"), "2026-07-01", new_york) == ["in_future"]
    assert broken(engine, column("date"), "2000-01-01", new_york) == []


def test_an_offer_may_lie_ahead(engine):
    for name in ("starts_at", "expires_at"):
        assert broken(engine, INPUTS["offers"].column(name), "2030-01-01 00:00") == []


@pytest.mark.parametrize(
    ("raw", "lost"),
    [
        ("CAST(9007199254740992 AS DOUBLE)", True),
        ("CAST(9007199254740991 AS DOUBLE)", False),
        ("CAST(16777216 AS FLOAT)", True),
        ("CAST(16777215 AS FLOAT)", False),
        ("CAST('infinity' AS DOUBLE)", True),
    ],
)
def test_an_identifier_in_a_floating_point_number_is_refused_where_digits_may_be_lost(engine, raw, lost):
    inner = exp.select(exp.alias_(sql.expression(raw), "v")).subquery("t")
    assert engine.scalar(exp.select(LOST_DIGITS.condition(sql.column("v"), sql.column("v"))).from_(inner)) is lost


def test_another_currency_breaks_the_contract_whatever_its_case(engine):
    for code, bad in (("USD", True), ("cny", False), ("CNY", False)):
        inner = exp.select(exp.alias_(exp.Literal.string(code), "x")).subquery("t")
        condition = currency_check(UTC_CONTEXT).condition(sql.column("x"), sql.column("x"))
        assert engine.scalar(exp.select(condition).from_(inner)) is bad


def test_every_rule_has_words_in_both_languages():
    used = {
        check.rule
        for spec in INPUTS.values()
        for declared in spec.columns
        for kind in FAMILIES
        for check in checks(declared, kind, UTC_CONTEXT)
    }
    assert used | {"wrong_currency", "key_conflict", "lost_digits"} <= set(RULES)
    assert all(words.zh and words.en for words in RULES.values())

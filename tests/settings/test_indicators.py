"""`[[indicators]]` and `[health]`: what may be declared, and how the rest is refused in one line."""

import pytest

from ltv.errors import UsageError
from ltv.settings import parse
from ltv.settings.expressions import condition, figure
from ltv.settings.indicators import BUILT_IN, Health, Indicator

OWN = {
    "name": "retention_d7", "table": "retention", "value": "sum(retained) / nullif(sum(cohort_size), 0)", "where": "period = 7",
    "threshold": 0.2, "bad_side": "below", "reason_zh": "低于去年", "reason_en": "below last year", "owner": "Li",
}  # fmt: skip


def read(*sections):
    return parse({"indicators": list(sections)}).indicators


def test_an_own_indicator_is_read_whole():
    assert read(OWN) == (Indicator(**OWN),)
    assert read(OWN | {"cool_down_days": 0})[0].cool_down_days == 0
    assert read({k: v for k, v in OWN.items() if k != "where"})[0].where is None


@pytest.mark.parametrize("name", BUILT_IN)
def test_every_indicator_of_the_suite_takes_another_threshold(name):
    found = read(
        {"name": name, "threshold": -1, "owner": "Wu", "reason_zh": "一", "reason_en": "a", "cool_down_days": 14}
    )
    assert found == (Indicator(name, threshold=-1.0, owner="Wu", reason_zh="一", reason_en="a", cool_down_days=14),)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"table": "retentoin"}, "table: found 'retentoin', allowed: user_ids"),
        ({"table": "health"}, "table: found 'health', allowed: user_ids"),
        ({"table": "orders"}, "table: found 'orders', allowed: user_ids"),
        ({"value": "sum(kept)"}, "value: found 'kept', allowed: activity, cohort"),
        ({"value": "sum(r.retained)"}, r"value: found 'r\.retained', allowed: activity"),
        ({"value": "retained"}, "value: found 'retained', allowed: a figure of many rows such as"),
        ({"value": "sum(retained) + period"}, "allowed: a figure of many rows"),
        ({"value": "sum(avg(retained))"}, "allowed: a figure of many rows"),
        ({"value": "1"}, "value: found '1', allowed: a figure of many rows"),
        ({"value": "sum(("}, r"value: found 'sum\(\(', allowed: a figure of many rows"),
        ({"value": "sum(retained) from orders"}, "allowed: a figure of many rows"),
        ({"value": "read_csv('x')"}, "allowed: sum, avg, min, max, count, stddev"),
        ({"value": "sum(getenv('HOME'))"}, "allowed: sum, avg, min, max, count, stddev"),
        ({"value": "(select max(amount) from orders)"}, "allowed: sum, avg, min, max, count, stddev"),
        ({"value": "sum(retained) over ()"}, "allowed: sum, avg, min, max, count, stddev"),
        ({"where": "period in (select 1)"}, "where: found .*, allowed: comparisons of columns with values"),
        ({"where": "sum(retained) > 3"}, "where: found .*, allowed: comparisons of columns with values"),
        ({"where": "perod = 7"}, "where: found 'perod', allowed: activity"),
        ({"threshold": "low"}, "threshold: found 'low', allowed: a number"),
        ({"threshold": True}, "threshold: found True, allowed: a number"),
        ({"threshold": float("nan")}, "threshold: found nan, allowed: a number"),
        ({"bad_side": "under"}, "bad_side: found 'under', allowed: above, below"),
        ({"cool_down_days": 1.5}, "cool_down_days: found 1.5, allowed: a whole number"),
        ({"owner": ""}, "owner: found '', allowed: a text"),
        ({"colour": "red"}, r"\[\[indicators\]\]: found 'colour', allowed: "),
    ],
    ids=repr,
)  # fmt: skip
def test_what_is_wrong_is_named_in_one_line(change, why):
    with pytest.raises(UsageError, match=why) as refused:
        read(OWN | change)
    assert len(str(refused.value).splitlines()) == 1
    assert str(refused.value).startswith("ltv.toml")


def test_what_is_missing_of_an_own_one_is_named():
    with pytest.raises(
        UsageError, match="also table, value, bad_side, reason_zh, reason_en, owner, or one of churn_risk"
    ):
        read({"name": "chrun_risk", "threshold": 0.3})
    with pytest.raises(UsageError, match=r"\[\[indicators\]\]: found .*, allowed: also name"):
        read({"threshold": 0.3})


def test_the_suites_own_keep_their_definition():
    with pytest.raises(UsageError, match="churn_risk: found 'bad_side', allowed: threshold, reason_zh"):
        read({"name": "churn_risk", "bad_side": "below"})


def test_a_name_stands_once():
    with pytest.raises(UsageError, match=r"\[\[indicators\]\] name: found 'retention_d7', allowed: each name once"):
        read(OWN, OWN)


def test_the_board_has_defaults():
    assert parse({}).health == Health()
    assert parse({"health": {"days": 60, "cities": 0}}).health == Health(days=60, cities=0)


def test_expressions_may_count_all_rows_and_decide_by_row():
    assert figure("value", "count(*)", []) is not None
    assert figure("value", "sum(case when a > 1 then b else 0 end) / count(distinct b)", ["a", "b"]) is not None
    assert condition("where", "a is not null and lower(b) = 'x'", ["a", "b"]) is not None

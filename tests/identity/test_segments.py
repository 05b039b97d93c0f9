"""Everyone's segment of each kind: the first condition that holds; a condition is only a condition."""

import json

import pytest
from support_workspace import at, csv, orders, put, workspace

from ltv import sql
from ltv.errors import UsageError
from ltv.identity.segments import condition, memberships, try_out
from ltv.settings import Segment
from ltv.warehouse.duck import DuckEngine

COLUMNS = {
    "user_id": "BIGINT",
    "age": "BIGINT",
    "city": "VARCHAR",
    "registered_at": "TIMESTAMP",
    "first_order_at": "TIMESTAMP",
    "orders": "BIGINT",
    "value_to_date": "DOUBLE",
}


def segment(where, name="n", kind="k"):
    return Segment(kind, name, where)


@pytest.mark.parametrize(
    "where",
    [
        "age between 18 and 24",
        "age >= 60 and not city = 'Beijing'",
        "city in ('上海', 'o''clock', '<script>')",
        "city like 'Bei%' or city is null",
        "first_order_at >= date '2026-01-01'",
        "first_order_at - interval 7 day > registered_at",
        "coalesce(value_to_date, 0) / 2 > 10 * 3",
        "lower(city) = 'x' and abs(age) > 1",
        "(age > 1)",
        "true",
        '"age" > 1',
        "cast(age as double) > 1.5",
    ],
)
def test_a_comparison_of_columns_with_values_is_a_condition(where):
    with DuckEngine() as engine:
        try_out(engine, segment(where), COLUMNS)


@pytest.mark.parametrize(
    "where",
    [
        "age in (select age from people)",
        "exists (select 1 from orders)",
        "(select 1) = 1",
        "age > 1; drop table people",
        "age > 1) or (1 = 1; select 1",
        "read_text('/etc/passwd') is not null",
        "getenv('HOME') = '/root'",
        "pg_sleep(10) is null",
        "random() > 0.5",
        "now() > registered_at",
        "current_date > registered_at",
        "row_number() over () = 1",
        "count(*) > 1",
        "people.age > 1",
        "main.people.age > 1",
        "phone = '1'",
        "AGEE > 1",
        "case when age > 1 then true end",
        "age > $x",
        "age > ?",
        "[x for x in [1]] is null",
        "* = 1",
        "city ~ 'x'",
        "age >",
        "select",
        "",
        "age > 1 union select 2",
        "list_transform([1], x -> x) is null",
    ],
)
def test_anything_else_is_refused_in_one_line(where):
    with pytest.raises(UsageError) as refused:
        condition(segment(where), COLUMNS)
    assert str(refused.value).startswith("[[segments]] k/n where: found ")
    assert len(str(refused.value).splitlines()) == 1


@pytest.mark.parametrize(
    "where", ["city > 5", "city", "registered_at > 5", "age = 'young'", "lower(city)", "registered_at + 1 > 2"]
)
def test_a_condition_that_cannot_be_evaluated_is_told_before_any_page_is_made(where):
    with (
        DuckEngine() as engine,
        pytest.raises(UsageError, match=r"\[\[segments\]\] k/n where: condition: found") as refused,
    ):
        try_out(engine, segment(where), COLUMNS)
    assert len(str(refused.value).splitlines()) == 1


def members(conditions):
    tree = memberships([Segment(*c) for c in conditions], COLUMNS)
    with DuckEngine() as engine:
        people = "SELECT * FROM (VALUES (1, 20, 'a'), (2, 70, 'b'), (3, NULL, NULL)) AS p(user_id, age, city)"
        engine.define("people", sql.query(people))
        return {tuple(row) for row in engine.frame(tree).itertuples(index=False)}


def test_within_a_kind_the_first_condition_that_holds_wins_and_kinds_do_not_disturb_each_other():
    declared = [
        ("age", "young", "age < 30"),
        ("city", "a", "city = 'a'"),
        ("age", "known", "age is not null"),
        ("age", "old", "age > 60"),
        ("<b>", "'; drop", "true"),
    ]
    assert members(declared) == {
        (1, "age", "young"),
        (2, "age", "known"),
        (1, "city", "a"),
        *((n, "<b>", "'; drop") for n in (1, 2, 3)),
    }


def test_without_segments_nobody_is_in_one():
    assert members([]) == set()


# ---- people

PEOPLE = """timezone = "Asia/Shanghai"
[[segments]]
kind = "age_group"
name = "students"
where = "age between 18 and 24"
[[segments]]
kind = "age_group"
name = "others"
where = "age is not null"
"""


def test_people_are_those_who_registered_or_ordered_before_the_end_of_the_day(tmp_path):
    root = workspace(tmp_path, PEOPLE)
    made = [
        {"id_value": "M1", "ts": "2026-06-01", "amount": 10},
        {"id_value": "M1", "ts": "2026-06-05", "amount": 5, "status": "refunded", "refund": 2},
        {"id_value": "M1", "ts": "2026-06-07", "amount": 100, "status": "cancelled"},
        {"id_value": "M2", "ts": "2026-06-09", "amount": 7, "status": "failed"},
        {"id_value": "M4", "ts": "2026-06-02", "amount": -1},
        {"id_value": "M4", "ts": "2026-06-03", "amount": 3},
        {"id_value": "M4", "ts": "2026-06-04", "amount": -1, "status": "refunded"},
        {"id_type": "", "id_value": "", "amount": 1000},
        {"id_value": "M5", "ts": "2026-06-20"},
    ]
    put(root, "orders/a.csv", csv(orders(*made)))
    people = ["M1,2026-01-01,2004", "M3,2026-05-01,1950", "M6,2026-06-20,1990"]
    put(root, "members/a.csv", "id_type,id_value,registered_at,birth_year\n" + "".join(f"member,{p}\n" for p in people))
    ws = at(root, "2026-06-15")
    ids = dict(ws.orders.query("select id_value, user_id from self where user_id is not null").to_numpy())
    ids |= dict(ws.members.query("select id_value, user_id from self").to_numpy())
    rows = ws.people.frame().set_index("user_id")
    assert set(rows.index) == {ids[m] for m in ("M1", "M3", "M4")}
    first = rows.loc[ids["M1"]]
    assert (first["age"], first["orders"], first["value_to_date"]) == (22, 2, 13.0)
    assert str(first["first_order_at"]) == "2026-05-31 16:00:00"
    other = rows.loc[ids["M4"]]  # a refund lowers the value and is no order
    assert (other["orders"], other["value_to_date"]) == (1, 1.0)
    assert str(other["first_order_at"]) == str(other["last_order_at"]) == "2026-06-02 16:00:00"
    assert rows.loc[ids["M3"], ["orders", "value_to_date"]].tolist() == [0, 0]
    grouped = {(int(r.user_id), r.segment) for r in ws.user_segments.frame().itertuples()}
    assert grouped == {(ids["M1"], "students"), (ids["M3"], "others")}


def test_a_hostile_condition_in_the_settings_stops_the_workspace_with_one_line(tmp_path):
    where = "age in (select age from read_csv('/etc/passwd'))"
    root = workspace(tmp_path, f'[[segments]]\nkind = "k"\nname = "n"\nwhere = {json.dumps(where)}')
    put(root, "orders/a.csv", csv(orders({})))
    with pytest.raises(UsageError, match=r"\[\[segments\]\] k/n where: found"):
        at(root, "2026-06-30")

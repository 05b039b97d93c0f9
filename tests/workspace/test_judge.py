"""A table that is too bad or too old is not used: the required one stops the run, another one its pages."""

import pytest
from support_workspace import ORDER, at, csv, orders, put, workspace

from ltv.errors import DataRefusedError, MissingTableError

MEMBERS = "id_type,id_value,registered_at\n"


def rows(bad, good):
    return csv(orders(*[{"amount": "x"}] * bad, *[{}] * good))


def test_a_required_table_with_too_many_bad_rows_is_refused_with_the_commonest_rule(tmp_path):
    root = workspace(tmp_path)
    put(root, "orders/a.csv", rows(2, 18))
    with pytest.raises(DataRefusedError) as refused:
        at(root, "2026-06-30")
    assert str(refused.value) == (
        "orders: found 2 bad rows of 20 (10.0%), most often amount: wrong_type (2 rows); "
        "allowed: 5.0% (setting max_quarantine_share)"
    )
    assert refused.value.exit_code == 3


@pytest.mark.parametrize(("bad", "good", "share"), [(1, 19, 0.05), (2, 18, 0.1), (0, 1, 0)])
def test_as_many_bad_rows_as_the_settings_allow_are_borne(tmp_path, bad, good, share):
    root = workspace(tmp_path, f'timezone = "UTC"\nmax_quarantine_share = {share}')
    put(root, "orders/a.csv", rows(bad, good))
    assert len(at(root, "2026-06-30").orders) == good


def test_all_rows_bad_tells_the_rule_and_not_only_that_nothing_is_left(tmp_path):
    root = workspace(tmp_path)
    put(root, "orders/a.csv", rows(3, 0))
    with pytest.raises(DataRefusedError, match=r"3 bad rows of 3 \(100.0%\), most often amount: wrong_type"):
        at(root, "2026-06-30")


def test_a_header_alone_is_no_orders(tmp_path):
    root = workspace(tmp_path)
    put(root, "orders/a.csv", csv([], columns=ORDER))
    with pytest.raises(DataRefusedError, match="orders: found no row, allowed: at least one order"):
        at(root, "2026-06-30")


def test_no_tables_at_all_is_told_with_the_place_where_they_are_looked_for(tmp_path):
    with pytest.raises(DataRefusedError, match=r"orders: found no file, allowed: files in data/orders/ or a \[sources"):
        at(workspace(tmp_path), "2026-06-30")


def test_an_optional_table_that_is_too_bad_is_used_nowhere_not_even_for_people(tmp_path):
    segment = '\n[[segments]]\nkind = "k"\nname = "n"\nwhere = "registered_at is not null"'
    root = workspace(tmp_path, 'timezone = "UTC"' + segment)
    put(root, "orders/a.csv", rows(0, 1))
    put(root, "members/a.csv", MEMBERS + "member,M1,2026-05-01\nmember,M2,soon\n")
    ws = at(root, "2026-06-30")
    with pytest.raises(
        MissingTableError, match=r"table 'members' is not there: members: found 1 bad rows of 2 \(50.0%\)"
    ):
        _ = ws.members
    assert ws.optional("members") is None
    assert ws.people.frame()["registered_at"].isna().all()
    assert len(ws.user_segments) == 0


def test_a_required_table_that_is_too_old_is_refused_and_an_optional_one_left_out(tmp_path):
    root = workspace(tmp_path, 'timezone = "UTC"\n[freshness_hours]\norders = 30\nmembers = 48.5\nevents = 1')
    put(root, "orders/a.csv", csv(orders({"ts": "2026-06-29 18:00"})))
    put(root, "members/a.csv", MEMBERS + "member,M1,2026-06-28 23:00\n")
    ws = at(root, "2026-06-30")
    assert list(ws.blocked) == ["members"]
    assert ws.blocked["members"] == (
        "members: found its latest row 49 hours before the as-of instant, allowed: 48.5 hours (setting freshness_hours)"
    )
    assert ws.people.frame()["registered_at"].isna().tolist() == [True]
    with pytest.raises(DataRefusedError, match=r"orders: found its latest row 54 hours before .* allowed: 30 hours"):
        at(root, "2026-07-01")


def test_a_table_without_a_row_by_then_is_too_old(tmp_path):
    root = workspace(tmp_path, 'timezone = "UTC"\n[freshness_hours]\norders = 24\norder_items = 1\nspend = 24')
    put(root, "orders/a.csv", csv(orders({"ts": "2026-06-29 18:00"})))
    put(root, "order_items/a.csv", "order_id,line_id,sku,quantity,price\nA1,1,s,1,1\n")
    put(root, "spend/a.csv", "date,channel,cost\n2026-06-29,sms,1\n")
    assert at(root, "2026-06-29").blocked == {}
    with pytest.raises(DataRefusedError, match="orders: found no row before the as-of instant"):
        at(root, "2026-06-28")


def test_a_table_that_cannot_be_read_is_told_in_its_own_words(tmp_path):
    root = workspace(tmp_path)
    put(root, "orders/a.csv", rows(0, 1))
    put(root, "touches/a.csv", "touch_id\n1\n")
    ws = at(root, "2026-06-30")
    with pytest.raises(MissingTableError, match="touches: column 'ts' is not in"):
        _ = ws.touches
    put(root, "orders/b.csv", b"\x00\x01")
    with pytest.raises(DataRefusedError, match=r"b\.csv"):
        at(root, "2026-06-30")

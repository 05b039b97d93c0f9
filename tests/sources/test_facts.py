"""What is counted when a table is read, and until when the counts hold."""

from datetime import datetime

import pytest
from support_workspace import csv, orders, prepare, put, read, workspace

from ltv.sources.facts import Facts


def test_counts_are_kept_by_source_system(tmp_path):
    root = workspace(tmp_path)
    rows = orders(
        {}, {"source": "app"}, {"source": "app", "amount": "x"}, {"order_id": "A1"}, {"order_id": "A1", "amount": 5}
    )
    put(root, "orders/a.csv", csv(rows) + "short\n")
    facts = read(root).facts
    assert {s.source: (s.accepted, s.duplicates, s.quarantined) for s in facts.sources} == {
        "shop": (1, 1, 1),
        "app": (1, 0, 1),
        "?": (0, 0, 1),
    }
    assert facts.quarantine_share == 3 / 6


def test_a_table_without_a_source_column_belongs_to_its_files(tmp_path):
    root = workspace(tmp_path)
    put(root, "spend/a.csv", "date,channel,cost\n2026-06-01,sms,1\n2026-06-01,feed\n")
    (counted,) = read(root, "spend").facts.sources
    assert (counted.source, counted.accepted, counted.quarantined) == ("files", 1, 1)


def test_the_columns_that_hold_anything_are_told(tmp_path):
    root = workspace(tmp_path)
    put(root, "orders/a.csv", csv(orders({"coupon_id": "c", "currency": ""})))
    present = read(root).facts.present
    assert "coupon_id" in present
    assert not {"currency", "refund", "updated_at"} & set(present)


def test_facts_come_back_from_the_file_they_were_written_to(tmp_path):
    import json

    root = workspace(tmp_path)
    put(root, "orders/a.csv", csv(orders({}, {"ts": "2026-07-02"})))
    done = read(root)
    assert Facts.from_json(json.loads((done.folder / "facts.json").read_text())) == done.facts


@pytest.mark.parametrize("clean", [[], [{}]])
def test_a_clean_table_has_no_example_and_no_share(tmp_path, clean):
    root = workspace(tmp_path)
    put(root, "orders/a.csv", csv(orders(*clean), columns=orders({})[0]))
    facts = read(root).facts
    assert (facts.example(), facts.quarantine_share, facts.future_until) == ("", 0.0, None)


def test_the_earliest_time_that_lies_ahead_is_kept_whatever_column_it_stands_in(tmp_path):
    root = workspace(tmp_path, 'timezone = "Asia/Shanghai"')
    rows = orders(
        {"ts": "2026-07-20"}, {"refunded_at": "2026-07-10 08:00"}, {"updated_at": "2026-07-15"}, {"ts": "99999-01-01"}
    )
    rows.append(rows[0] | {"order_id": "Z", "ts": "9999-12-31 23:00-08:00"})  # the year 10000
    put(root, "orders/a.csv", csv(rows))
    assert read(root).facts.future_until == "2026-07-10T00:00:00"


def test_a_day_that_lies_ahead_begins_at_midnight_of_its_own_zone(tmp_path):
    root = workspace(tmp_path, 'timezone = "Asia/Shanghai"')
    put(root, "spend/a.csv", "date,channel,cost\n2026-07-03,sms,1\n2026-07-02,sms,1\n")
    done = read(root, "spend", now=datetime(2026, 7, 1, 15, 59))
    assert done.facts.rules == {"date: in_future": 2}
    assert done.facts.future_until == "2026-07-01T16:00:00"
    assert read(root, "spend", now=datetime(2026, 7, 1, 16)).facts.rules == {"date: in_future": 1}


def test_a_table_is_read_again_once_the_time_of_a_future_row_has_come(tmp_path):
    root = workspace(tmp_path)
    put(root, "orders/a.csv", csv(orders({}, {"ts": "2026-07-02 10:00"}, {"ts": "2026-07-05"})))
    before = prepare(root, now=datetime(2026, 7, 1))["orders"]
    same = prepare(root, now=datetime(2026, 7, 2, 9, 59, 59))["orders"]
    after = prepare(root, now=datetime(2026, 7, 2, 10))["orders"]
    assert (before.facts.accepted, same.facts, after.facts.accepted) == (1, before.facts, 2)
    assert before.hash == same.hash != after.hash
    assert before.unified == same.unified != after.unified
    assert after.facts.future_until == "2026-07-05T00:00:00"

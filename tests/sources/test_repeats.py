"""Rows that come twice: identical ones are dropped, contradictions put aside, versions kept."""

import pytest
from support_workspace import csv, orders, put, read, workspace

SPEND = "date,channel,campaign,cost\n"


def lines(done):
    return sorted(done.rows["_line"]), {n: rule for n, (_, rule) in done.rules.items()}, done.facts.duplicates


def test_identical_rows_of_a_keyed_table_are_dropped_and_counted_across_files(tmp_path):
    root = workspace(tmp_path)
    put(root, "orders/a.csv", csv(orders({}, {"order_id": "A1"})))
    put(root, "orders/b.csv", csv(orders({})))
    assert lines(read(root)) == ([2], {}, 2)


def test_the_same_key_with_other_content_is_put_aside_with_its_key(tmp_path):
    root = workspace(tmp_path)
    put(
        root,
        "orders/a.csv",
        csv(orders({}, {"order_id": "A1", "amount": 11}, {"order_id": "A1"}, {"order_id": "A1", "amount": 11})),
    )
    done = read(root)
    assert lines(done) == ([2], {3: "key_conflict"}, 2)
    (row,) = done.quarantine.to_dict("records")
    assert (row["column"], row["found"], row["source"]) == ("order_id", "A1", "shop")
    assert done.facts.rules == {"order_id: key_conflict": 1}


def test_a_later_version_is_kept_beside_the_earlier_one(tmp_path):
    root = workspace(tmp_path)
    stamps = ["2026-06-01", "2026-06-03", "2026-06-02", "2026-06-02", ""]
    rows = [{"order_id": "A1", "updated_at": stamp, "amount": i} for i, stamp in enumerate(stamps)]
    put(root, "orders/a.csv", csv(orders(*rows)))
    done = read(root)
    assert lines(done) == ([2, 3, 4], {5: "key_conflict", 6: "key_conflict"}, 0)
    assert done.facts.versions == 2


def test_a_row_without_a_version_may_only_be_the_first_of_its_key(tmp_path):
    root = workspace(tmp_path)
    rows = [
        {"order_id": "A1", "updated_at": "", "amount": 1},
        {"order_id": "A1", "updated_at": "2026-06-02", "amount": 2},
    ]
    put(root, "orders/a.csv", csv(orders(*rows)))
    assert lines(read(root)) == ([2, 3], {}, 0)


def test_a_bad_row_neither_repeats_nor_contradicts_a_good_one(tmp_path):
    root = workspace(tmp_path)
    put(root, "orders/a.csv", csv(orders({"amount": "x"}, {"order_id": "A1"}, {"order_id": "A1", "amount": "x"})))
    assert lines(read(root)) == ([3], {2: "wrong_type", 4: "wrong_type"}, 0)


def test_columns_beyond_the_contract_tell_rows_apart_too(tmp_path):
    root = workspace(tmp_path, 'timezone = "UTC"\n[sources.orders]\ncolumns = { till = "till" }')
    put(root, "orders/a.csv", csv(orders({"till": 1}, {"order_id": "A1", "till": 2})))
    assert lines(read(root)) == ([2], {3: "key_conflict"}, 0)


def test_a_part_of_a_key_may_be_missing_and_is_then_a_value_of_its_own(tmp_path):
    root = workspace(tmp_path)
    body = ["2026-06-01,sms,,1", "2026-06-01,sms,june,1", "2026-06-01,sms,,1", "2026-06-01,sms,,2"]
    put(root, "spend/a.csv", SPEND + "\n".join(body) + "\n")
    done = read(root, "spend")
    assert lines(done) == ([2, 3], {5: "key_conflict"}, 1)
    assert done.quarantine[["column", "found", "source"]].to_numpy().tolist() == [
        ["date, channel, campaign", "2026-06-01, sms", "files"]
    ]


@pytest.mark.parametrize(
    ("table", "header", "row"),
    [
        ("consents", "ts,id_type,id_value,channel,granted", "2026-06-01,member,M1,sms,true"),
        ("links", "ts,source,id_type,id_value,linked_type,linked_value", "2026-06-01,app,device,d1,member,M1"),
    ],
)
def test_tables_without_a_key_keep_identical_rows(tmp_path, table, header, row):
    root = workspace(tmp_path)
    put(root, f"{table}/a.csv", f"{header}\n{row}\n{row}\n{row}\n")
    assert lines(read(root, table)) == ([2, 3, 4], {}, 0)


def test_two_parts_of_a_key_never_run_together(tmp_path):
    root = workspace(tmp_path)
    put(root, "order_items/a.csv", 'order_id,line_id,sku,quantity,price\n"a, b",c,s,1,1\na,"b, c",s,1,1\n')
    assert lines(read(root, "order_items")) == ([2, 3], {}, 0)

"""A source's own columns become the contract's: by name, by mapping, as constants."""

import pandas as pd
import pytest
from support_workspace import ORDER, csv, orders, put, read, workspace

from ltv.errors import DataRefusedError


def with_source(root, body):
    return workspace(root, f'timezone = "UTC"\n[sources.orders]\n{body}')


def test_columns_are_found_by_name_whatever_their_case_or_place(tmp_path):
    root = workspace(tmp_path)
    rows = [{k.upper(): v for k, v in reversed(row.items())} for row in orders({})]
    put(root, "orders/a.csv", csv(rows))
    assert read(root).rows[["order_id", "status"]].to_numpy().tolist() == [["A1", "paid"]]


def test_a_mapping_goes_before_a_column_of_the_contracts_name(tmp_path):
    root = with_source(tmp_path, 'columns = { order_id = "Invoice No", ts = "When" }')
    rows = [{"Invoice No": '"0012"', "When": "2026-06-02", **row} for row in orders({})]
    put(root, "orders/a.csv", csv(rows))
    (row,) = read(root).rows.to_dict("records")
    assert (row["order_id"], row["ts"]) == ("0012", pd.Timestamp("2026-06-02"))


def test_an_unknown_mapping_is_refused_with_the_columns_that_there_are(tmp_path):
    root = with_source(tmp_path, 'columns = { order_id = "InvoiceNr" }')
    put(root, "orders/a.csv", csv([{"InvoiceNo": 1, "Amount": 2}]))
    with pytest.raises(DataRefusedError) as refused:
        read(root)
    said = str(refused.value)
    assert said.startswith("[sources.orders] columns.order_id: found 'InvoiceNr', allowed: a column of ")
    assert said.endswith("a.csv: InvoiceNo, Amount")


def test_a_missing_required_column_is_refused_and_a_hundred_others_are_not_listed(tmp_path):
    root = workspace(tmp_path)
    put(root, "orders/a.csv", csv([{f"c{i}": i for i in range(100)}]))
    with pytest.raises(
        DataRefusedError, match=r"orders: column 'order_id' is not in .*a\.csv; found: c0, .*c19, and 80 more"
    ):
        read(root)


def test_constants_fill_every_row_and_go_before_a_column(tmp_path):
    root = with_source(tmp_path, 'constants = { source = "shop", id_type = "member", status = "paid", amount = 2.50 }')
    rows = [{"order_id": i, "ts": "2026-06-01", "id_value": v, "status": "?"} for i, v in enumerate(("M1", ""))]
    put(root, "orders/a.csv", csv(rows))
    done = read(root)
    assert done.rows[["source", "status"]].to_numpy().tolist() == [["shop", "paid"]] * 2
    assert list(map(float, done.rows["amount"])) == [2.5, 2.5]
    assert done.rows["id_value"].fillna("anonymous").tolist() == ["M1", "anonymous"]


def test_a_constant_that_breaks_the_contract_breaks_every_row(tmp_path):
    root = with_source(tmp_path, 'constants = { status = "sent" }')
    put(root, "orders/a.csv", csv(orders({}, {})))
    assert read(root).facts.rules == {"status: not_allowed": 2}


def test_columns_beyond_the_contract_come_along_as_text_when_they_are_asked_for(tmp_path):
    root = with_source(tmp_path, 'columns = { shop_no = "Shop", "weird \\" name" = "Shop" }')
    put(root, "orders/a.csv", csv(orders({"Shop": "007"}, {"Shop": ""})))
    put(root, "orders/b.parquet", pd.DataFrame([ORDER | {"order_id": "B", "Shop": 7.0, "amount": 1}]))
    rows = read(root).rows.set_index("order_id")
    assert rows["shop_no"].fillna("").to_dict() == {"A1": "007", "A2": "", "B": "7"}
    assert rows["shop_no"].equals(rows['weird " name'].rename("shop_no"))


def test_blanks_around_a_value_do_not_count_and_a_blank_is_no_value(tmp_path):
    root = workspace(tmp_path)
    put(root, "orders/a.csv", csv(orders({"order_id": " A7 ", "amount": " 3 ", "coupon_id": "  "})))
    (row,) = read(root).rows.to_dict("records")
    assert (row["order_id"], float(row["amount"]), pd.isna(row["coupon_id"])) == ("A7", 3, True)


def test_a_half_given_person_is_anonymous_but_the_order_counts(tmp_path):
    root = workspace(tmp_path)
    put(root, "orders/a.csv", csv(orders({"id_type": "", "id_value": ""}, {"id_value": ""}, {"id_type": ""})))
    assert read(root).facts.accepted == 3


def test_another_zone_and_currency_are_those_of_the_settings(tmp_path):
    toml = 'timezone = "Asia/Shanghai"\ncurrency = "GBP"\n[sources.orders]\ntimezone = "Europe/London"'
    root = workspace(tmp_path, toml)
    put(root, "orders/a.csv", csv(orders({"ts": "2026-06-01 12:00", "currency": "GBP"}, {"currency": "CNY"})))
    done = read(root)
    assert done.rows["ts"].tolist() == [pd.Timestamp("2026-06-01 11:00")]
    assert done.rules == {3: ("currency", "wrong_currency")}
    assert done.quarantine["allowed"].tolist() == ["GBP (setting `currency`)"]


def test_dates_before_2000_are_used_where_the_settings_say_so(tmp_path):
    root = workspace(tmp_path, 'timezone = "UTC"\nearliest = 1990-01-01')
    put(root, "orders/a.csv", csv(orders({"ts": "1997-01-01"}, {"ts": "1989-12-31 23:59:59"})))
    assert read(root).rules == {3: ("ts", "before_earliest")}

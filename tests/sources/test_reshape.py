"""`sql` of a source reads `source` and nothing else, and its rows keep their file and line."""

import json

import pandas as pd
import pytest
from support_workspace import csv, orders, put, read, workspace

from ltv.errors import DataRefusedError, UsageError
from ltv.sources.reshape import checked


def with_sql(root, sql):
    toml = f'timezone = "UTC"\n[sources.orders]\npath = "data/orders/*"\nsql = {json.dumps(sql)}'
    return workspace(root, toml)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM source",
        "WITH a AS (SELECT * FROM source), b AS (SELECT * FROM a) SELECT * FROM b",
        "SELECT s.* FROM source AS s JOIN source AS t ON s.order_id = t.order_id",
        "SELECT * FROM source WHERE amount IN (SELECT MAX(amount) FROM source)",
        "SELECT * FROM source UNION ALL SELECT * FROM source",
        "SELECT order_id, UNNEST([1, 2]) AS n FROM source",
        "SELECT * FROM source;",
        "SELECT * FROM source -- ; DROP TABLE source",
    ],
)
def test_a_select_over_the_source_is_taken(sql):
    assert checked(sql, "orders")


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM orders",
        "SELECT * FROM main.source",
        "SELECT * FROM other.main.source",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_parquet('x.parquet')",
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM 'x.csv' AS source",
        "SELECT * FROM glob('/*')",
        "SELECT * FROM duckdb_settings()",
        "SELECT * FROM source, read_blob('/etc/passwd')",
        "SELECT (SELECT content FROM read_text('/etc/passwd')) AS c FROM source",
        "WITH a AS (SELECT * FROM read_csv('x')) SELECT * FROM a",
        "SELECT * FROM source WHERE EXISTS (SELECT 1 FROM secrets)",
        "FROM query('SELECT 1')",
        "SELECT * FROM query_table('staged rows')",
        "SELECT * FROM postgres_scan('', '', '')",
        "SELECT 1; SELECT 2",
        "SELECT * FROM source; DROP TABLE source",
        "COPY source TO 'x.csv'",
        "COPY (SELECT 1) TO '/tmp/x'",
        "ATTACH 'x.db' AS x",
        "INSERT INTO source SELECT 1",
        "CREATE TABLE x AS SELECT 1",
        "PRAGMA database_list",
        "SET enable_external_access = true",
        "INSTALL httpfs",
        "CALL pragma_version()",
        "EXPLAIN SELECT 1",
        "DELETE FROM source",
        "SELECT FROM WHERE",
        "",
        "   ;",
    ],
)
def test_anything_else_is_refused_in_one_line(sql):
    with pytest.raises(UsageError) as refused:
        checked(sql, "orders")
    assert len(str(refused.value).splitlines()) == 1


def test_the_engine_itself_has_its_doors_closed_while_the_select_runs(tmp_path):
    secret = put(tmp_path, "secret.csv", "a\n1\n")
    root = with_sql(tmp_path, "SELECT * FROM source WHERE order_id = getenv('HOME') OR order_id IS NOT NULL")
    put(root, "orders/a.csv", csv(orders({})))
    with pytest.raises(DataRefusedError, match=r"\[sources\.orders\] sql: "):
        read(root)
    assert secret.exists()


def test_rows_name_their_file_and_line_where_the_select_passes_them_on(tmp_path):
    root = with_sql(tmp_path, "SELECT * FROM source")
    put(root, "orders/a.csv", csv(orders({}, {"amount": "x"})))
    put(root, "orders/b.parquet", pd.DataFrame(orders({"amount": "y", "order_id": "B1"})))
    done = read(root)
    told = {
        (f.rsplit("/", 1)[1], n, found)
        for f, n, found in zip(*(done.quarantine[c] for c in ("file", "line", "found")), strict=True)
    }
    assert told == {("a.csv", 3, "x"), ("b.parquet", 1, "y")}


def test_rows_are_numbered_where_the_select_drops_their_origin(tmp_path):
    root = with_sql(tmp_path, "SELECT * EXCLUDE (_file, _line) FROM source ORDER BY order_id")
    put(root, "orders/a.csv", csv(orders({"order_id": "C"}, {"amount": "x"})))
    done = read(root)
    assert done.quarantine[["file", "line"]].to_numpy().tolist() == [["sql of orders", 1]]
    assert done.rows[["_file", "_line"]].to_numpy().tolist() == [["sql of orders", 2]]


def test_one_line_that_becomes_several_rows_loses_none_of_them(tmp_path):
    sql = "SELECT * EXCLUDE (order_id), UNNEST(['X', 'X', 'Y', '']) AS order_id FROM source"
    root = with_sql(tmp_path, sql)
    put(root, "orders/a.csv", csv(orders({})))
    done = read(root)
    assert (done.facts.read, done.facts.accepted, done.facts.duplicates, done.facts.quarantined) == (4, 2, 1, 1)
    assert sorted(done.rows["order_id"]) == ["X", "Y"]


def test_an_origin_that_is_no_number_or_missing_falls_back_to_the_place_of_the_row(tmp_path):
    root = with_sql(tmp_path, "SELECT * REPLACE ('line ' || _line AS _line, NULL AS _file) FROM source")
    put(root, "orders/a.csv", csv(orders({}, {"amount": "x"})))
    done = read(root)
    assert done.quarantine[["file", "line"]].to_numpy().tolist() == [["sql of orders", 2]]


def test_files_with_other_columns_are_brought_together_by_name(tmp_path):
    root = with_sql(tmp_path, "SELECT * REPLACE (COALESCE(amount, total) AS amount) FROM source")
    put(root, "orders/a.csv", csv(orders({})))
    renamed = [
        {("total" if k == "amount" else k): v for k, v in row.items()} for row in orders({"order_id": "B", "amount": 7})
    ]
    put(root, "orders/b.csv", csv(renamed))
    done = read(root)
    assert {k: float(v) for k, v in zip(done.rows["order_id"], done.rows["amount"], strict=True)} == {"A1": 10, "B": 7}


def test_broken_lines_of_a_reshaped_source_are_put_aside_too(tmp_path):
    root = with_sql(
        tmp_path,
        "SELECT order_id, MIN(ts) AS ts, 'shop' AS source, NULL AS id_type, NULL AS id_value, "
        "SUM(CAST(amount AS DECIMAL(18, 2))) AS amount, 'paid' AS status FROM source GROUP BY order_id",
    )
    put(root, "orders/a.csv", csv(orders({}, {"order_id": "A1", "amount": "2.5"})) + "A3,short\n")
    done = read(root)
    assert list(map(float, done.rows["amount"])) == [12.5]
    assert done.rules == {4: (None, "row_too_short")}


@pytest.mark.parametrize(
    ("sql", "why"),
    [
        ("SELECT nope FROM source", "nope"),
        ("SELECT CAST(status AS INT) AS order_id FROM source", "Conversion Error"),
        ("SELECT * FROM source LIMIT (SELECT error('boom'))", "boom"),
    ],
)
def test_a_select_that_the_data_does_not_bear_is_refused_in_one_line(tmp_path, sql, why):
    root = with_sql(tmp_path, sql)
    put(root, "orders/a.csv", csv(orders({})))
    with pytest.raises(DataRefusedError, match=why) as refused:
        read(root)
    assert str(refused.value).startswith("[sources.orders] sql: ")
    assert len(str(refused.value).splitlines()) == 1


def test_a_select_without_a_required_column_is_refused_by_its_name(tmp_path):
    root = with_sql(tmp_path, "SELECT * EXCLUDE (amount) FROM source")
    put(root, "orders/a.csv", csv(orders({})))
    with pytest.raises(DataRefusedError, match=r"orders: column 'amount' is not in sql of orders"):
        read(root)

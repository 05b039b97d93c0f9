"""Tables of real database servers: read with the columns' mapping, never written, no password in any message."""

import json
import socket
import sqlite3
from decimal import Decimal

import pandas as pd
import pytest
from support_workspace import at, prepare, put, read, workspace

from ltv.errors import DataRefusedError, LtvError, UsageError
from ltv.settings import Source
from ltv.sources import database
from ltv.sources.database import filled, hidden, scheme
from ltv.warehouse.duck import DuckEngine

CREATE = (
    """CREATE TABLE {name} (no BIGINT, bought TIMESTAMP, who VARCHAR(20), total DECIMAL(12, 2), state VARCHAR(20))"""
)
ROWS = (
    "(9007199254740993, '2026-06-01 10:00:00', 'M1', 12.50, 'paid'), "
    "(2, '2026-06-02 10:00:00', NULL, -3, 'refunded'), (3, '2026-06-03 10:00:00', 'M1', 1, 'lost')"
)
MAPPING = """columns = { order_id = "no", ts = "bought", id_value = "who", amount = "total", status = "state" }
constants = { source = "shop", id_type = "member" }
"""


def fill(url, kind, table, *more):
    """Write a table into a server through the engine, as whoever owns the shop would."""
    with DuckEngine() as engine:
        engine.load(kind)
        engine.connection.execute(f"ATTACH '{url}' AS w (TYPE {kind})")
        for statement in (
            f"DROP TABLE IF EXISTS {table}",
            CREATE.format(name=table),
            f"INSERT INTO {table} VALUES {ROWS}",
            *more,
        ):
            engine.connection.execute(f"CALL {kind}_execute('w', $${statement}$$)")


def source(root, url, *, table="orders", more=MAPPING, query=None, sql=None):
    lines = [
        f"url = {json.dumps(url)}",
        *([f"query = {json.dumps(query)}"] if query else []),
        *([f"sql = {json.dumps(sql)}"] if sql else []),
    ]
    return workspace(
        root, f'timezone = "UTC"\nmax_quarantine_share = 1\n[sources.{table}]\n' + "\n".join(lines) + f"\n{more}"
    )


def values(done):
    return {
        (r.order_id, float(r.amount), r.id_value if isinstance(r.id_value, str) else None)
        for r in done.rows.itertuples()
    }


GOOD = {("9007199254740993", 12.5, "M1"), ("2", -3.0, None)}


@pytest.mark.parametrize("kind", ["postgres", "mysql"])
def test_a_table_of_a_server_is_read_with_its_mapping(request, tmp_path, kind):
    url = request.getfixturevalue(kind)
    fill(url, kind, "orders")
    done = read(source(tmp_path, url))
    assert values(done) == GOOD
    assert done.quarantine[["line", "rule", "found"]].to_numpy().tolist() == [[3, "not_allowed", "lost"]]
    assert set(done.quarantine["file"]) == {hidden(url)}


@pytest.mark.parametrize(
    ("kind", "query"),
    [
        ("postgres", 'SELECT "no", bought, who, total, state FROM sold WHERE "no" > 2;'),
        (
            "postgres",
            "WITH a AS (SELECT * FROM sold) SELECT a.* FROM a WHERE to_char(bought, 'YYYY') = '2026' AND no <> 3 AND no <> 2",
        ),
        ("mysql", "SELECT `no`, `bought`, `who`, `total`, `state` FROM `sold` WHERE `no` > 3"),
    ],
)
def test_a_query_is_in_the_servers_own_language(request, tmp_path, kind, query):
    url = request.getfixturevalue(kind)
    fill(url, kind, "sold")
    assert ("9007199254740993", 12.5, "M1") in values(read(source(tmp_path, url, query=query)))


@pytest.mark.parametrize("kind", ["postgres", "mysql"])
def test_sql_reshapes_what_a_server_has(request, tmp_path, kind):
    url = request.getfixturevalue(kind)
    fill(url, kind, "orders")
    sql = "SELECT 'one' AS no, MIN(bought) AS bought, NULL AS who, SUM(total) AS total, 'paid' AS state, MIN(_line) AS _line FROM source"
    done = read(source(tmp_path, url, sql=sql))
    assert values(done) == {("one", 10.5, None)}
    assert done.rows["_line"].tolist() == [1]


WRITES = [
    "DELETE FROM kept",
    "DELETE FROM kept RETURNING *",
    "WITH gone AS (DELETE FROM kept RETURNING *) SELECT * FROM gone",
    "SELECT 1; DELETE FROM kept",
    "UPDATE kept SET total = 0",
    "INSERT INTO kept SELECT * FROM kept",
    "DROP TABLE kept",
    "CREATE TABLE more AS SELECT 1",
    "SELECT * INTO more FROM kept",
    "SELECT 1) TO STDOUT; DELETE FROM kept; --",
    "TRUNCATE kept",
]


@pytest.mark.parametrize("kind", ["postgres", "mysql"])
def test_a_query_that_writes_is_refused_in_one_line_and_nothing_is_written(request, tmp_path, kind):
    url = request.getfixturevalue(kind)
    fill(url, kind, "kept")
    with DuckEngine() as engine:
        for query in WRITES:
            with pytest.raises((UsageError, DataRefusedError)) as refused:
                database.read(engine, "orders", Source(url=url, query=query), workspace=tmp_path)
            assert len(str(refused.value).splitlines()) == 1, query
        database.read(engine, "orders", Source(url=url, query="SELECT * FROM kept"), workspace=tmp_path)
        left = engine.connection.execute("SELECT COUNT(*), SUM(total) FROM database").fetchall()
    assert left == [(3, Decimal("10.50"))]


@pytest.mark.parametrize("kind", ["postgres", "mysql"])
def test_a_table_that_is_not_there_is_refused_in_one_line(request, tmp_path, kind):
    with pytest.raises(DataRefusedError, match=r"\[sources\.touches\] .*touches") as refused:
        read(source(tmp_path, request.getfixturevalue(kind), table="touches", more=""), "touches")
    assert len(str(refused.value).splitlines()) == 1


@pytest.mark.parametrize("kind", ["postgres", "mysql"])
def test_the_password_is_in_no_message_and_in_no_file(request, tmp_path, kind, monkeypatch):
    url, password = request.getfixturevalue(kind), "s3cr€t p@ss/w#rd%"
    here = url.split("@")[1].rsplit("/", 1)[0]
    monkeypatch.setenv("SHOP_PASSWORD", password)
    root = source(tmp_path, f"{url.split(':')[0]}://nobody:${{SHOP_PASSWORD}}@{here}/nowhere")
    orders = prepare(root)["orders"]
    assert orders.refused is not None
    assert len(orders.refused.splitlines()) == 1
    spelled = [password, "s3cr%E2%82%ACt%20p%40ss%2Fw%23rd%25", "s3cr", "w#rd"]
    assert [s for s in spelled if s in orders.refused] == []
    assert f"nobody:***@{here}/nowhere" in orders.refused
    written = [p for p in root.rglob("*") if p.is_file() and p.name != "ltv.toml"]
    assert [p for p in written if any(s.encode() in p.read_bytes() for s in spelled)] == []


def test_a_password_of_any_characters_opens_the_door(mysql, tmp_path, monkeypatch):
    monkeypatch.setenv("ODD", 'it\'s "a" p@ss/w#rd: 100%')
    odd = mysql.replace(":ltv@", ":${ODD}@")
    fill(mysql, "mysql", "orders", "SET PASSWORD = PASSWORD('it''s \"a\" p@ss/w#rd: 100%')")
    try:
        assert values(read(source(tmp_path, odd))) == GOOD
    finally:
        fill(filled(odd, "orders"), "mysql", "orders", "SET PASSWORD = PASSWORD('ltv')")


@pytest.mark.parametrize("name", ["postgresql", "mysql"])
def test_a_server_that_cannot_be_reached_is_one_line_and_exit_3(tmp_path, name):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))  # bound but not listening: every connection is refused
        port = unused.getsockname()[1]
        with pytest.raises(DataRefusedError) as refused:
            read(source(tmp_path, f"{name}://ann:hush@127.0.0.1:{port}/shop"))
    assert refused.value.exit_code == 3
    said = str(refused.value)
    assert said.startswith(f"[sources.orders] {name}://ann:***@127.0.0.1:{port}/shop: ")
    assert "hush" not in said
    assert len(said.splitlines()) == 1


@pytest.mark.parametrize(
    "url",
    [
        "oracle://db/shop",
        "shop.db",
        "https://ann:hush@x/y",
        "",
        "mysql://ann:hush@127.0.0.1:port/x",
        "postgresql://[::1/x",
    ],
)
def test_an_address_that_is_none_is_one_line(tmp_path, url):
    with pytest.raises(LtvError) as refused:
        read(source(tmp_path, url)) if url else scheme(url, "orders")
    assert len(str(refused.value).splitlines()) == 1
    assert "hush" not in str(refused.value)


def test_variables_of_the_environment_fill_an_address(monkeypatch):
    for name, text in {"USER_": "a@b", "PW": "p:/w", "HOST": "db:5432", "ALL": "mysql://u:p%40@h/d"}.items():
        monkeypatch.setenv(name, text)
    assert filled("postgresql://${USER_}:${PW}@${HOST}/shop", "orders") == "postgresql://a%40b:p%3A%2Fw@db:5432/shop"
    assert filled("${ALL}", "orders") == "mysql://u:p%40@h/d"
    monkeypatch.delenv("PW")
    with pytest.raises(UsageError, match=r"\[sources\.orders\] url: found '\$\{PW\}', allowed: a variable that is set"):
        filled("postgresql://ann:${PW}@db/shop", "orders")


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://ann:secret@db/shop", "postgresql://ann:***@db/shop"),
        ("postgresql://ann:p#w@x/y@db:5432/shop", "postgresql://ann:***@db:5432/shop"),
        (
            "postgresql://db/shop?user=ann&password=secret&sslmode=require",
            "postgresql://db/shop?user=ann&password=***&sslmode=require",
        ),
        ("mysql://ann@db/shop", "mysql://ann@db/shop"),
        ("sqlite:///data/shop.db", "sqlite:///data/shop.db"),
    ],
)
def test_an_address_is_shown_without_its_password(url, shown):
    assert hidden(url) == shown


# ---- SQLite


@pytest.fixture
def shop(tmp_path):
    """Make an SQLite file whose columns hold what they should not, as SQLite lets them."""
    path = tmp_path / "my shop.db"
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE orders (no INTEGER, bought TIMESTAMP, who TEXT, total DECIMAL(9, 2), state TEXT)")
        rows = [
            (2**53 + 1, "2026-06-01 10:00:00", "M1", 12.5, "paid"),
            (2, "2026-06-02 10:00:00", None, -3, "refunded"),
            (3, "soon", "M2", 1, "paid"),
            (4, "2026-06-02", "0012", "twelve", "paid"),
            ("five", "2026-06-02", "0012", 7, "paid"),
        ]
        db.executemany("INSERT INTO orders VALUES (?, ?, ?, ?, ?)", rows)
    db.close()
    return path


@pytest.mark.parametrize("address", ["sqlite:///my%20shop.db", "sqlite:///my shop.db", "sqlite:///ABSOLUTE"])
def test_an_sqlite_file_is_read_value_by_value(tmp_path, shop, address):
    before = shop.read_bytes()
    done = read(source(tmp_path, address.replace("ABSOLUTE", str(shop))))
    assert values(done) == GOOD | {("five", 7.0, "0012")}
    assert done.rules == {3: ("ts", "wrong_type"), 4: ("amount", "wrong_type")}
    assert shop.read_bytes() == before


def test_an_sqlite_file_takes_sql_instead_of_a_query(tmp_path, shop):
    with pytest.raises(UsageError, match=r"query: found 'SELECT 1', allowed: sql \(over `source`\) for SQLite"):
        read(source(tmp_path, "sqlite:///my shop.db", query="SELECT 1"))
    done = read(source(tmp_path, "sqlite:///my shop.db", sql="SELECT * FROM source WHERE total = '12.5'"))
    assert values(done) == {("9007199254740993", 12.5, "M1")}


@pytest.mark.parametrize(
    "address", ["sqlite:///nowhere.db", "sqlite:///ltv.toml", "sqlite:///", "sqlite:///../x'; DROP"]
)
def test_an_sqlite_file_that_is_none_is_one_line_and_none_is_made(tmp_path, address):
    root = source(tmp_path, address)
    with pytest.raises(DataRefusedError) as refused:
        read(root)
    assert len(str(refused.value).splitlines()) == 1
    assert not (root / "nowhere.db").exists()


def test_a_database_that_has_not_changed_gives_the_same_input_and_no_second_copy(tmp_path, shop):
    root = source(tmp_path, "sqlite:///my shop.db")
    first, second = prepare(root)["orders"], prepare(root)["orders"]
    assert (first.hash, first.folder, first.unified) == (second.hash, second.folder, second.unified)
    with sqlite3.connect(shop) as db:
        db.execute("UPDATE orders SET total = 13 WHERE no = 2")
    db.close()
    assert prepare(root)["orders"].hash != first.hash
    assert not list((root / "data" / "state" / "prepared").glob(".*orders*"))


def test_a_table_from_a_database_and_one_from_files_make_one_workspace(tmp_path, shop):
    root = source(tmp_path, "sqlite:///my shop.db")
    put(root, "members/a.csv", "id_type,id_value,registered_at\nmember,M1,2026-05-01\n")
    ws = at(root, "2026-06-30")
    joined = ws.members.frame().merge(ws.orders.frame(), on="user_id")
    assert pd.to_numeric(joined["value"]).tolist() == [12.5]

"""A table is read whole: every row is used, dropped as identical, or put aside with file, line, rule and reason."""

import gzip
import json
import random
from collections import Counter
from datetime import datetime
from decimal import Decimal

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support_disk import small_disk
from support_workspace import ORDER, csv, orders, put, read, workspace

from ltv.errors import DataRefusedError, LtvError

# ---- what breaks a row, cell by cell: column, cell as it stands in the file, rule

BAD_CELLS = [
    ("order_id", "", "missing_value"),
    ("ts", "", "missing_value"),
    ("ts", "2026-07-01 00:00:01", "in_future"),
    ("ts", "1970-01-01 00:00:00", "before_earliest"),
    ("ts", "1751234567", "wrong_type"),
    ("ts", "1751234567000", "wrong_type"),
    ("ts", "30/06/2026", "wrong_type"),
    ("source", " ", "missing_value"),
    ("amount", "", "missing_value"),
    ("amount", "abc", "wrong_type"),
    ("amount", "1 000", "wrong_type"),
    ("amount", "1.000,50", "wrong_type"),
    ("amount", "nan", "not_finite"),
    ("amount", "-Infinity", "not_finite"),
    ("amount", "99999999999999999", "wrong_type"),
    ("currency", "USD", "wrong_currency"),
    ("refund", "-1", "out_of_range"),
    ("refund", "ten", "wrong_type"),
    ("refunded_at", "2030-01-01", "in_future"),
    ("updated_at", "soon", "wrong_type"),
    ("status", "PAID", "not_allowed"),
    ("status", "<script>alert(1)</script>", "not_allowed"),
    ("member_benefit", "maybe", "wrong_type"),
]
GOOD_CELLS = [
    ("order_id", "0012"),
    ("order_id", "9007199254740993"),
    ("order_id", "'; DROP TABLE staged; --"),
    ("ts", "2026-07-01"),
    ("ts", "2026-06-30T23:59:59+00:00"),
    ("amount", "-12.50"),
    ("amount", "0"),
    ("currency", "cny"),
    ("payment_channel", "<script>alert(1)</script>"),
    ("coupon_id", "=HYPERLINK(1)"),
    ("id_value", "NA"),
    ("member_benefit", "Yes"),
    ("refund", "3"),
]


@pytest.fixture(scope="module")
def dirty(tmp_path_factory):
    """Read one file in which each row has one odd cell: bad ones from line 2 on, good ones after them."""
    root = workspace(tmp_path_factory.mktemp("dirty"))
    changes = [{name: cell} for name, cell, _ in BAD_CELLS] + [{name: cell} for name, cell in GOOD_CELLS]
    quoted = [{n: '"' + c.replace('"', '""') + '"' for n, c in row.items()} for row in orders(*changes)]
    put(root, "orders/export.csv", csv(quoted))
    return read(root)


@pytest.mark.parametrize(("line", "case"), list(enumerate(BAD_CELLS, 2)), ids=lambda v: str(v)[:40])
def test_a_bad_cell_puts_its_row_aside_with_file_line_column_rule_and_what_was_found(dirty, line, case):
    column, cell, rule = case
    (row,) = dirty.quarantine[dirty.quarantine["line"] == line].to_dict("records")
    assert (row["table"], row["column"], row["rule"]) == ("orders", column, rule)
    assert row["file"].endswith("/data/orders/export.csv")
    assert (row["found"] or "") == cell.strip()
    assert row["allowed"]
    assert json.loads(row["row"])["status"]


@pytest.mark.parametrize(("line", "case"), list(enumerate(GOOD_CELLS, 2 + len(BAD_CELLS))), ids=lambda v: str(v)[:40])
def test_an_odd_but_good_cell_passes_through_as_it_is(dirty, line, case):
    column, cell = case
    (row,) = dirty.rows[dirty.rows["_line"] == line].to_dict("records")
    if dirty.rows[column].dtype == object or isinstance(row[column], str):
        assert row[column] in (cell, True) or row[column] == Decimal(cell)
    else:
        assert row[column] == pd.Timestamp(cell).tz_localize(None)


def test_the_counts_of_a_dirty_table_add_up_by_rule_and_source(dirty):
    facts = dirty.facts
    assert (facts.read, facts.quarantined, facts.accepted) == (36, len(BAD_CELLS), len(GOOD_CELLS))
    assert facts.rules == dict(Counter(f"{column}: {rule}" for column, _, rule in BAD_CELLS))
    assert {s.source: s.quarantined for s in facts.sources} == {"shop": len(BAD_CELLS) - 1, "?": 1}
    assert facts.example().startswith("most often ")


# ---- lines that are not even rows

BROKEN_LINES = b"""order_id,ts,source,id_type,id_value,amount,status
A1,2026-06-01,shop,member,M1,1,paid
A2,2026-06-01,shop,member,M2,1
A3,2026-06-01,shop,member,M3,1,paid,more,and more

A5,2026-06-01,shop,member,M\x005,1,paid
"A6
b",2026-06-01,shop,member,M6,1,paid
A8,2026-06-01,shop,member,M8,"1,000",paid
A9,2026-06-01,shop,member,"M9,1,paid
A10,2026-06-01,shop,member,M10,1,paid
"""


def test_lines_that_are_no_rows_are_put_aside_with_their_exact_numbers(tmp_path):
    root = workspace(tmp_path)
    put(root, "orders/a.csv", BROKEN_LINES)
    done = read(root)
    assert done.rules == {
        3: (None, "row_too_short"),
        4: (None, "row_too_long"),
        6: (None, "nul_byte"),
        9: ("amount", "wrong_type"),
        10: (None, "unclosed_quote"),
    }
    assert dict(zip(done.rows["_line"], done.rows["order_id"], strict=True)) == {2: "A1", 7: "A6\nb", 11: "A10"}
    assert done.facts.read == 8


def test_a_thousands_separator_is_told_and_never_read_as_another_number(tmp_path):
    root = workspace(tmp_path)
    put(root, "orders/a.csv", csv(orders({"amount": '"1,234.50"'})))
    (row,) = read(root).quarantine.to_dict("records")
    assert (row["found"], row["rule"]) == ("1,234.50", "wrong_type")
    assert "without thousands separators" in row["allowed"]


@pytest.mark.parametrize(
    ("encoding", "mark"), [("utf-8", ""), ("utf-8-sig", ""), ("gb18030", ""), ("utf-16", ""), ("utf-16-le", "\ufeff")]
)
def test_chinese_text_comes_through_in_whatever_encoding(tmp_path, encoding, mark):
    root = workspace(tmp_path)
    rows = orders(
        *[{"payment_channel": name} for name in ("微信支付", "支付宝", "银联在线支付", "信用卡分期付款", "现金结算")]
    )
    put(root, "orders/a.csv", (mark + csv(rows)).encode(encoding))
    done = read(root)
    assert list(done.rows["payment_channel"]) == [r["payment_channel"] for r in rows]
    assert list(done.rows["order_id"]) == ["A1", "A2", "A3", "A4", "A5"]


def test_compressed_csv_and_json_lines_and_parquet_of_one_table_are_read_together(tmp_path):
    root = workspace(tmp_path)
    put(root, "orders/1.csv.gz", gzip.compress(csv(orders({})).encode()))
    put(root, "orders/2.jsonl", json.dumps(ORDER | {"order_id": "A2", "amount": 2}) + "\n{not json}\n[1]\n")
    put(root, "orders/deeper/3.parquet", pd.DataFrame([ORDER | {"order_id": "A3", "amount": 3.0}]))
    done = read(root)
    assert sorted(zip(done.rows["order_id"], map(float, done.rows["amount"]), strict=True)) == [
        ("A1", 10),
        ("A2", 2),
        ("A3", 3),
    ]
    assert {line: rule for line, (_, rule) in done.rules.items()} == {2: "not_json", 3: "not_an_object"}
    assert done.facts.files == 3
    assert {s.source: (s.accepted, s.quarantined) for s in done.facts.sources} == {"shop": (3, 0), "?": (0, 2)}


# ---- files that cannot be read at all: one line that names the file, exit 3

NOT_FILES = {
    "empty.csv": b"",
    "blank.csv": b"\n\n",
    "twice.csv": b"order_id,ts,ts\nA1,2026-06-01,2026-06-01\n",
    "case.csv": b"order_id,ts,TS\nA1,2026-06-01,2026-06-01\n",
    "line.csv": b"order_id,_line\nA1,1\n",
    "file.csv": b"order_id,_FILE\nA1,1\n",
    "delimiter.csv": b"order_id;ts|amount\nA1;2026|3\n",
    "latin.csv": csv(orders({"coupon_id": "café"})).encode("latin-1"),
    "workbook.csv": b"PK\x03\x04" + b"\0" * 100,
    "cut.csv.gz": gzip.compress(csv(orders(*[{}] * 200)).encode())[:-20],
    "no.parquet": b"PAR1 but nothing of a table",
    "orders.xlsx": b"PK\x03\x04",
    "short.csv": b"order_id,amount\nA1,3\n",
}


@pytest.mark.parametrize("name", NOT_FILES)
def test_a_file_that_cannot_be_read_refuses_its_table_in_one_line_that_names_it(tmp_path, name):
    root = workspace(tmp_path)
    put(root, "orders/good.csv", csv(orders({})))
    put(root, f"orders/{name}", NOT_FILES[name])
    with pytest.raises(DataRefusedError) as refused:
        read(root)
    assert name in str(refused.value)
    assert len(str(refused.value).splitlines()) == 1
    assert refused.value.exit_code == 3


def test_a_disk_that_is_full_is_one_line_and_no_fault_of_the_data(tmp_path):
    root = workspace(tmp_path / "shop")
    rng = random.Random(7)
    noise = [{"coupon_id": f"{rng.getrandbits(600):x}"} for _ in range(4000)]
    put(root, "orders/a.parquet", pd.DataFrame(orders(*noise)))
    with small_disk(tmp_path / "disk", kilobytes=200) as disk:
        (root / "read").symlink_to(disk)
        with pytest.raises(LtvError, match=r"(?i)no space left|cannot write") as failed:
            read(root)
    assert failed.value.exit_code == 1
    assert len(str(failed.value).splitlines()) == 1


def test_a_truncated_parquet_file_is_refused_and_a_damaged_page_too(tmp_path):
    root = workspace(tmp_path)
    many = pd.DataFrame(orders(*[{"coupon_id": f"c{i * i}"} for i in range(5000)]))
    path = put(root, "orders/a.parquet", many)
    whole = path.read_bytes()
    path.write_bytes(whole[:-100])
    with pytest.raises(DataRefusedError, match=r"a\.parquet: not a whole parquet file"):
        read(root)
    path.write_bytes(whole[:4000] + b"\xff" * 3000 + whole[7000:])
    with pytest.raises(DataRefusedError, match=r"a\.parquet"):
        read(root)


def test_a_header_alone_is_a_table_without_rows(tmp_path):
    root = workspace(tmp_path)
    put(root, "orders/a.csv", csv([], columns=ORDER))
    facts = read(root).facts
    assert (facts.read, facts.accepted, facts.quarantined) == (0, 0, 0)


# ---- typed files


def test_typed_values_are_judged_by_the_same_rules_as_text(tmp_path):
    root = workspace(tmp_path, 'timezone = "Asia/Shanghai"')
    table = pa.table(
        {
            "order_id": pa.array([1.0, 2.0, None, 4.0, 2.0**53, 6.0, float("nan"), 8.0], pa.float64()),
            "ts": pa.array(
                [datetime(2026, 6, 1, 8)] * 5 + [datetime(1970, 1, 1), datetime(2026, 6, 1), None], pa.timestamp("ns")
            ),
            "source": pa.array(["shop"] * 8).dictionary_encode(),
            "id_type": ["member"] * 8,
            "id_value": pa.array([2**53 + 1, 7, 7, 7, 7, 7, 7, 7], pa.int64()),
            "amount": pa.array([1.5, float("nan"), 1, float("inf"), 1, 1, 1, 1], pa.float64()),
            "status": ["paid"] * 8,
        }
    )
    put(root, "orders/a.parquet", table)
    done = read(root)
    assert done.rules == {
        2: ("amount", "not_finite"),
        3: ("order_id", "missing_value"),
        4: ("amount", "not_finite"),
        5: ("order_id", "lost_digits"),
        6: ("ts", "before_earliest"),
        7: ("order_id", "missing_value"),
        8: ("ts", "missing_value"),
    }
    (row,) = done.rows.to_dict("records")
    assert (row["order_id"], row["id_value"], row["ts"]) == ("1", "9007199254740993", pd.Timestamp("2026-06-01"))


def test_milliseconds_taken_for_seconds_are_told_as_lying_in_the_future(tmp_path):
    sql = "select * exclude (ts), to_timestamp(ts) as ts from source"
    root = workspace(tmp_path, f'timezone = "UTC"\n[sources.orders]\npath = "data/orders/*"\nsql = "{sql}"')
    put(root, "orders/a.parquet", pd.DataFrame(orders({"ts": 1_751_234_567}, {"ts": 1_751_234_567_000})))
    done = read(root)
    assert done.rules == {2: ("ts", "in_future")}
    assert "57464" in done.quarantine["found"][0]
    assert done.rows["ts"][0] == pd.Timestamp("2025-06-29 22:02:47")


HOSTILE = [
    'a"b',
    "x'; DROP TABLE staged; --",
    "select",
    "raw amount",
    "_check",
    "_row",
    "列 名",
    "a.b",
    "j",
    "source",
    "$x",
]


def test_hostile_names_of_columns_and_files_are_only_names(tmp_path):
    mapping = {"order_id": HOSTILE[0]} | {f"copy of {name}": name for name in HOSTILE}
    pairs = ", ".join(f"{json.dumps(k)} = {json.dumps(v)}" for k, v in mapping.items())
    root = workspace(tmp_path, f'timezone = "UTC"\n[sources.orders]\ncolumns = {{ {pairs} }}')
    cells = {name: f"v{i}" for i, name in enumerate(HOSTILE)}
    rows = [ORDER | cells | {HOSTILE[0]: "A1", "source": "shop"}, ORDER | cells | {HOSTILE[0]: "A2", "amount": "x"}]
    rows = [{k: v for k, v in row.items() if k != "order_id"} for row in rows]
    put(root, 'orders/it\'s "a"; DROP TABLE x.parquet', pd.DataFrame(rows))
    text = csv([{'"' + k.replace('"', '""') + '"': v for k, v in row.items()} for row in rows])
    put(root, "orders/$(rm -rf) `x` {y}.csv", text.replace("A1", "B1").replace("A2", "B2"))
    done = read(root)
    kept = done.rows.set_index("order_id")
    assert set(kept.index) == {"A1", "B1"}
    for i, name in enumerate(HOSTILE):
        assert set(kept[f"copy of {name}"]) == (
            {"A1", "B1"} if not i else {"shop"} if name == "source" else {f"v{i}"}
        ), name
    assert sorted(done.quarantine["line"]) == [2, 3]
    files = {f.rsplit("/", 1)[1] for f in done.quarantine["file"]}
    assert files == {'it\'s "a"; DROP TABLE x.parquet', "$(rm -rf) `x` {y}.csv"}


def test_many_files_keep_their_own_lines(tmp_path):
    root = workspace(tmp_path)
    for day in range(1, 21):
        put(
            root,
            f"orders/{day:03}.csv",
            csv([ORDER | {"order_id": f"D{day}"}, ORDER | {"order_id": f"X{day}", "amount": "?"}]),
        )
    done = read(root)
    assert (done.facts.files, done.facts.accepted, done.facts.quarantined) == (20, 20, 20)
    assert done.facts.rules == {"amount: wrong_type": 20}
    assert set(done.quarantine["line"]) == {3}


# ---- nothing is lost, whatever is in the table

KEYS = ["k1", "k2", "k3", "k4"]
STAMPS = ["", "2026-06-02", "2026-06-03"]
CELLS = {
    "order_id": (*KEYS, ""),
    "ts": ("2026-06-01", "2026-06-01 10:00:00", "2027-01-01", "soon", "1969-12-31"),
    "amount": ("1", "2", "-3", "1,000", "nan", ""),
    "status": ("paid", "refunded", "lost"),
    "updated_at": (*STAMPS, "never"),
}
RULES = {
    ("order_id", ""): "missing_value",
    ("ts", "2027-01-01"): "in_future",
    ("ts", "soon"): "wrong_type",
    ("ts", "1969-12-31"): "before_earliest",
    ("amount", "1,000"): "wrong_type",
    ("amount", "nan"): "not_finite",
    ("amount", ""): "missing_value",
    ("updated_at", "never"): "wrong_type",
    ("status", "lost"): "not_allowed",
}
JUDGED = ("order_id", "ts", "amount", "updated_at", "status")  # in the order of the contract
ROWS = st.lists(st.fixed_dictionaries({name: st.sampled_from(cells) for name, cells in CELLS.items()}), max_size=40)


def fate(rows):
    """Say what must become of each row: a plain reading of the contract, row by row."""
    contents, versions, keys, fates = set(), set(), set(), []
    for row in rows:
        first = next((RULES[name, row[name]] for name in JUDGED if (name, row[name]) in RULES), None)
        content, key = tuple(sorted(row.items())), row["order_id"]
        if first is not None:
            fates.append(first)
            continue
        if content in contents:
            fates.append("duplicate")
        elif (key, row["updated_at"]) in versions or (key in keys and not row["updated_at"]):
            fates.append("key_conflict")
        else:
            fates.append("accepted")
        contents.add(content)
        versions.add((key, row["updated_at"]))
        keys.add(key)
    return fates


SLOW = settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))


@SLOW
@given(rows=ROWS, cut=st.integers(0, 40))
def test_every_row_of_a_csv_export_is_used_dropped_or_put_aside(tmp_path_factory, rows, cut):
    root = workspace(tmp_path_factory.mktemp("csv"))
    full = [ORDER | row for row in rows]
    names = [*ORDER, "updated_at"]
    cells = [{k: f'"{v}"' if "," in v else v for k, v in row.items()} for row in full]
    bad = ["A1,2026-06-01,shop\n"] * (cut % 3)
    put(root, "orders/a.csv", csv(cells, columns=names) + "".join(bad))
    done = read(root)
    assert [rule for _, rule in done.rules.values()].count("row_too_short") == len(bad)
    lines = [n for n, (_, rule) in done.rules.items() if rule != "row_too_short"]
    expected = dict(enumerate(fate(full), 2))
    assert {n: done.rules[n][1] for n in lines} == {
        n: f for n, f in expected.items() if f not in ("accepted", "duplicate")
    }
    assert set(done.rows["_line"]) == {n for n, f in expected.items() if f == "accepted"}
    assert done.facts.duplicates == list(expected.values()).count("duplicate")
    assert done.facts.read == len(rows) + len(bad)


@SLOW
@given(rows=ROWS, cut=st.integers(0, 40))
def test_every_row_of_parquet_files_is_used_dropped_or_put_aside(tmp_path_factory, rows, cut):
    root = workspace(tmp_path_factory.mktemp("parquet"))
    names = [*ORDER, "updated_at"]
    full = [ORDER | row for row in rows]
    parts = {"a": full[:cut], "b": full[cut:]}
    schema = pa.schema([(name, pa.string()) for name in names])
    for name, part in parts.items():
        put(
            root,
            f"orders/{name}.parquet",
            pa.Table.from_pylist([{n: r[n] or None for n in names} for r in part], schema=schema),
        )
    done = read(root)
    expected = fate(full)
    places = [(name, line) for name, part in parts.items() for line in range(1, len(part) + 1)]
    told = {(f[-9], int(n)): r for f, n, r in zip(*(done.quarantine[c] for c in ("file", "line", "rule")), strict=True)}
    told |= {(f[-9], int(n)): "accepted" for f, n in zip(done.rows["_file"], done.rows["_line"], strict=True)}
    assert told == {place: f for place, f in zip(places, expected, strict=True) if f != "duplicate"}
    assert done.facts.duplicates == expected.count("duplicate")

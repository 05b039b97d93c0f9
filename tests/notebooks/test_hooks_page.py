"""Page 14_hooks through the real runner: broken rules and nothing else, few tables, and none of them."""

import datetime as dt
import json
import shutil

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from support_workspace import put, workspace

from ltv.runs.runner import Request, run
from ltv.sources.mall import simulate
from ltv.sources.mall.misdeeds import RULES, TABLES, misdeeds, read_tables

DAY, PAGE = dt.date(2026, 6, 30), "14_hooks"
TOML = 'timezone = "Asia/Shanghai"\n'
NO_TABLE = ("message_stuck",)  # of the outbox, which no simulated mall has


def published(root):
    done = run(Request(root, DAY, only=(PAGE,)))
    assert (done.exit_code, done.why) == (0, "")
    folder = root / "data" / "results" / str(DAY)
    return {p.stem: pd.read_parquet(p) for p in folder.glob("*.parquet")}


def page(root):
    return ((root / "reports" / "latest").resolve() / f"{PAGE}.html").read_text(encoding="utf-8")


def with_zone(table):
    """Times are UTC, and say so."""
    for k, field in enumerate(table.schema):
        if pa.types.is_timestamp(field.type):
            table = table.set_column(k, field.name, table[field.name].cast(pa.timestamp("us", "UTC")))
    return table


@pytest.fixture(scope="module")
def mall(tmp_path_factory):
    root = tmp_path_factory.mktemp("mall")
    simulate(root, users=800, days=60, end=DAY, seed=5)
    for name in ("events", "touches", "links", "tickets", "spend", "consents", "exposures", "invites"):
        shutil.rmtree(root / "data" / name)  # of which this page tells nothing
    (root / "ltv.toml").write_text(TOML)
    return root


def test_a_clean_mall_has_no_case_and_a_spoilt_one_exactly_those_that_were_put_in(mall, tmp_path):
    rules = [r for r in RULES if r not in NO_TABLE]
    spoilt = misdeeds(read_tables(mall), end=DAY, each=2, rules=rules)
    other = tmp_path / "spoilt"
    shutil.copytree(mall, other)
    clean = published(mall)
    assert len(clean["hook_audit"]) == 0
    assert set(clean["hook_audit_summary"].query("judged > 0")["cases"]) == {0}
    for name in TABLES:
        shutil.rmtree(other / "data" / name)
        (other / "data" / name).mkdir()
        pq.write_table(with_zone(spoilt.tables[name]), other / "data" / name / "rows.parquet")
    listed = [f"{k} = {json.dumps(v)}" for route in spoilt.routes for k, v in [("[[routes]]", None), *route.items()]]
    (other / "ltv.toml").write_text(TOML + "\n".join(line.removesuffix(" = null") for line in listed) + "\n")
    found = published(other)["hook_audit"]
    truth = spoilt.truth.to_pandas()
    assert sorted(zip(found["rule"], found["case_id"], strict=True)) == sorted(
        zip(truth["rule"], truth["case_id"], strict=True)
    )
    assert all(case in page(other) for case in truth["case_id"])


ORDERS = "order_id,ts,source,id_type,id_value,amount,status\n" + "".join(
    f"o{k},2026-06-{1 + k % 30:02d} 10:00:00,app,member,M{k % 7},{10 + k},paid\n" for k in range(60)
)
CALLS = "ts,hook,instance,outcome,latency_ms,attempt,degraded\n" + "".join(
    f"2026-06-{1 + k % 30:02d} 11:{k % 60:02d}:00,payment,a,{'timeout' if k % 50 == 0 else 'ok'},{80 + k % 40},1,false\n"
    for k in range(400)
)
SPANS = "trace_id,span_id,service,name,started_at,duration_us,status,attributes\n" + "".join(
    f"t{k},s{k},payment,charge,2026-06-{1 + k % 30:02d} 10:00:00,{1000 + k},OK,\"{{\"\"payment.amount\"\":{1000 + 100 * k},\"\"order.id\"\":\"\"o{k}\"\"}}\"\n"
    for k in range(60)
)  # fmt: skip


@pytest.mark.parametrize("table", ["hook_calls", "spans"])
def test_a_shop_with_one_of_the_tables_is_told_of_that_and_what_the_others_would_tell(tmp_path, table):
    root = workspace(tmp_path, 'timezone = "UTC"\n')
    put(root, "orders/a.csv", ORDERS)
    put(root, f"{table}/a.csv", CALLS if table == "hook_calls" else SPANS)
    told = published(root)
    assert (len(told["hook_levels"]) > 0) == (table == "hook_calls")
    assert (len(told["payment_funnel"]) > 0) == (len(told["span_latency"]) > 0) == (table == "spans")
    assert len(told["payment_mismatches"]) == len(told["hook_audit"]) == 0
    assert set(told["hook_audit_summary"]["judged"].fillna(0)) == {0}


def test_a_shop_of_orders_alone_gets_a_page_that_says_what_is_missing(tmp_path):
    root = workspace(tmp_path, 'timezone = "UTC"\n')
    put(root, "orders/a.csv", ORDERS)
    done = run(Request(root, DAY, only=(PAGE,)))
    assert done.exit_code == 0
    assert "hook_calls" in page(root)
    assert not (root / "data" / "results" / str(DAY) / "hook_levels.parquet").exists()

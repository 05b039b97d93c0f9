"""What went out before, as it was planned then, and as a test beside the shop's own."""

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest
from support_strategy import people, plan, playbook

import ltv as suite
from ltv.dispatch import Outbox
from ltv.errors import MissingTableError
from ltv.settings import load
from ltv.strategy.past import past_interventions
from ltv.strategy.release import release
from ltv.workspace.store import store

DATE = "2026-03-31"
N = 400
TOML = """
timezone = "UTC"
[[endpoints]]
name = "crm"
kind = "file"
path = "data/crm"
[[playbooks]]
name = "winback"
actions = ["coupon"]
who = "orders > 0"
channel = "sms"
endpoint = "crm"
budget = 1000
control = 0.3
offers = { coupon = "V1" }
[[offers]]
offer_id = "V1"
name = "券"
starts = 2026-03-01
ends = 2026-04-30
stock = 200
"""


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace that handed a plan over two months ago; the treated have bought for 50 since then."""
    made = tmp_path_factory.mktemp("past")
    (made / "ltv.toml").write_text(TOML, encoding="utf-8")
    (made / "data" / "orders").mkdir(parents=True)
    header = "order_id,ts,source,id_type,id_value,amount,status"
    rows = [f"a{n},2026-03-01 10:00:00,shop,member,M{n:03},{10 + n % 7},paid" for n in range(1, N + 1)]
    first = made / "data" / "orders" / "first.csv"
    first.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    ws = suite.open(made, date=DATE)
    users = ws.user_ids.frame()["user_id"].tolist()
    known = ws.user_ids.frame().set_index("user_id")["id_value"]
    ws.close()
    told = plan(people(N, user_id=users), playbook(control=0.3, costs={"coupon": 2.0}, offers={"coupon": "V1"}))
    folder = made / "data" / "results" / DATE
    folder.mkdir(parents=True)
    store("interventions", told.table, folder=folder, run_id="r")
    release(made, load(made), DATE, now=lambda: dt.datetime(2026, 4, 1, 6))
    treated = told.table.loc[told.table["arm"] == "treatment", "user_id"].map(known)
    later = [f"b{one},2026-04-10 10:00:00,shop,member,{one},{50 + n % 9},paid" for n, one in enumerate(treated)]
    (made / "data" / "orders" / "later.csv").write_text("\n".join([header, *later]) + "\n", encoding="utf-8")
    return made


def test_who_was_refused_stays_in_the_arm_and_costs_nothing(root):
    ws = suite.open(root, date="2026-05-31")
    past = past_interventions(ws)
    ws.close()
    outbox = Outbox.open(root, load(root))
    refused = outbox.interventions(dt.date(2026, 3, 31)).query("state == 'REFUSED'")["intervention_id"]
    outbox.close()
    assert len(past) == N
    assert len(refused) > 0
    treated = past[past["arm"] == "treatment"]
    assert (treated["cost"] > 0).sum() == 200
    assert set(treated.loc[treated["cost"] == 0, "intervention_id"]) == set(refused)


def test_a_playbook_is_judged_beside_the_experiments(root):
    ws = suite.open(root, date="2026-05-31")
    tests = suite.all_tests(ws)
    judged = suite.judge(tests.exposures, ws.orders, experiments=tests.experiments, as_of=ws.date)
    ws.close()
    (declared,) = tests.experiments
    assert (declared.name, declared.variants) == ("playbook/winback", {"control": 0.3, "treatment": 0.7})
    assert 0 < declared.cost_per_person < 2
    lines = judged.table[(judged.table["metric"] == "value_30d") & (judged.table["segment_kind"] == "all")]
    assert lines["mean_control"].max() == 0
    assert lines["mean"].dropna().iloc[0] == pytest.approx(54, abs=1)
    assert not (lines["verdict"] == "broken").any()


def test_the_shops_own_exposures_stay_beside_them(root, tmp_path):
    import shutil

    copy = shutil.copytree(root, tmp_path / "shop", symlinks=True)
    (copy / "data" / "exposures").mkdir()
    row = "2026-04-02 10:00:00,blue,a,member,M001\n"
    (copy / "data" / "exposures" / "e.csv").write_text(
        f"ts,experiment,variant,id_type,id_value\n{row}", encoding="utf-8"
    )
    ws = suite.open(copy, date="2026-05-31")
    rows = suite.all_tests(ws).exposures.frame()
    ws.close()
    assert rows.groupby("experiment").size().to_dict() == {"blue": 1, "playbook/winback": N}
    assert rows["id_value"].notna().sum() == 1
    assert rows.loc[rows["experiment"] == "playbook/winback", "ts"].unique().tolist() == [pd.Timestamp("2026-04-01")]


def test_without_either_it_is_said_which_table_is_missing(tmp_path):
    (tmp_path / "ltv.toml").write_text("", encoding="utf-8")
    (tmp_path / "data" / "orders").mkdir(parents=True)
    rows = "order_id,ts,source,id_type,id_value,amount,status\na,2026-03-01 10:00:00,shop,member,M1,5,paid\n"
    (tmp_path / "data" / "orders" / "o.csv").write_text(rows, encoding="utf-8")
    ws = suite.open(tmp_path, date=DATE)
    with pytest.raises(MissingTableError, match="exposures"):
        suite.all_tests(ws)
    ws.close()

"""From a published plan to the outbox: once, in time, and what is large only after somebody approved it."""

import datetime as dt
import json
from pathlib import Path

import pandas as pd
import pytest
from support_runs import ltv
from support_strategy import people, plan, playbook

from ltv.dispatch import Outbox
from ltv.errors import UsageError
from ltv.settings import Playbook, Strategy, load
from ltv.strategy.release import newest, plans, release
from ltv.workspace.store import store

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
budget = 100
"""
DATE = "2026-03-31"
MORNING = dt.datetime(2026, 4, 1, 6)


def workspace(root: Path, n: int = 50, *, toml: str = TOML, book: Playbook | None = None, **rules: object) -> Path:
    """A workspace that published a plan for so many people."""
    (root / "ltv.toml").write_text(toml, encoding="utf-8")
    told = plan(people(n), book or playbook(costs={"coupon": 1.5}), rules=Strategy(**rules))
    folder = root / "data" / "results" / DATE
    folder.mkdir(parents=True)
    store("interventions", told.table, folder=folder, run_id="r")
    known = {"id_type": ["member", "phone_hmac", "member"], "id_value": ["M1", "x", "M2"], "user_id": [1, 1, 2]}
    ids = pd.DataFrame(known).assign(
        valid_from=pd.Timestamp("2026-01-01"), valid_to=pd.NaT, confidence=1.0, rule="seen"
    )
    store("user_ids", ids, folder=folder, run_id="r")
    return root


def go(root: Path, now: dt.datetime = MORNING, **more: object):
    return release(root, load(root), DATE, now=lambda: now, **more)


def test_an_offer_is_reserved_from_its_pool_until_none_is_left(tmp_path):
    books = 'offers = { coupon = "V1" }\n[[offers]]\noffer_id = "V1"\nname = "券"\nstarts = 2026-03-01\nends = 2026-04-30\nstock = 7\n'
    root = workspace(tmp_path, toml=TOML + books, book=playbook(offers={"coupon": "V1"}))
    done = go(root)
    assert (done.queued, done.queued + done.refused + done.control) == (7, 50)
    outbox = Outbox.open(root, load(root))
    rows = outbox.interventions(dt.date(2026, 3, 31))
    (pool,) = outbox.offers.pools()
    outbox.close()
    assert (pool.stock, pool.reserved) == (7, 7)
    assert set(rows.loc[rows["state"] == "ENQUEUED", "offer_id"]) == {"V1"}
    refused = rows.loc[rows["state"] == "REFUSED", "intervention_id"].iloc[0]
    told = ltv("explain", refused, "--workspace", str(root))
    assert "7 reserved" in told.stdout or "sold" in told.stdout.lower(), told.stdout


def test_an_offer_that_is_nowhere_is_named_once_and_nobody_gets_it(tmp_path):
    root = workspace(tmp_path, toml=TOML + 'offers = { coupon = "V1" }\n', book=playbook(offers={"coupon": "V1"}))
    done = go(root)
    assert (done.queued, done.refused) == (0, 50 - done.control)
    line = "offer V1 of playbook winback: found in neither [[offers]] of ltv.toml nor the table offers"
    assert line in done.told(DATE)


def test_the_crm_is_told_how_often_to_write(tmp_path):
    book = playbook(actions=("contact_frequency",), frequency=(1, 1, 2, 2, 3, 3, 4, 4, 6, 8))
    toml = TOML.replace('["coupon"]', '["contact_frequency"]') + f"frequency = {list(book.frequency)}\n"
    root = workspace(tmp_path, toml=toml, book=book)
    go(root)
    outbox = Outbox.open(root, load(root))
    with outbox.database.reading() as tx:
        bodies = [json.loads(row["body"]) for row in tx.rows("SELECT body FROM messages")]
    outbox.close()
    assert {(b["data"]["payload"]["contacts"], b["data"]["payload"]["days"]) for b in bodies} == {(1, 30)}


def test_the_dry_run_tells_the_expected_gain_where_one_was_measured(tmp_path):
    root = workspace(tmp_path)
    assert "expected gain not known yet: never measured" in plans(root, DATE)[1][0].told("CNY")
    folder = root / "data" / "results" / DATE
    rows = plan(people(50), playbook()).by_playbook.assign(gain=9.5, gain_low=-1.0, gain_high=20.0)
    store("strategy_plans", rows, folder=folder, run_id="r")
    told = ltv("strategy", "plan", "--dry-run", "--workspace", str(root))
    assert "expected gain 9.50 (-1.00 to 20.00)" in told.stdout


def test_a_plan_goes_out_once(tmp_path):
    root = workspace(tmp_path)
    first, again = go(root), go(root)
    assert (first.queued + first.control, first.known) == (50, 0)
    assert first.control > 0
    assert (again.queued, again.control, again.known) == (0, 0, 50)
    assert first.told(DATE) == [f"{DATE}: interventions: {first.queued} queued, {first.control} kept as control"]


def test_the_receiver_is_told_who_is_meant_and_why(tmp_path):
    root = workspace(tmp_path)
    go(root)
    outbox = Outbox.open(root, load(root))
    rows = outbox.interventions(dt.date(2026, 3, 31))
    assert set(rows["state"]) == {"ENQUEUED", "CONTROL"}
    with outbox.database.reading() as tx:
        bodies = [row["body"] for row in tx.rows("SELECT body FROM messages ORDER BY message_id")]
    outbox.close()
    assert not any("phone_hmac" in body for body in bodies)
    treated = set(rows.loc[rows["arm"] == "treatment", "user_id"])
    assert {user for user, member in ((1, "M1"), (2, "M2")) if any(f'"{member}"' in b for b in bodies)} == {
        1,
        2,
    } & treated


def test_what_is_too_late_is_not_sent(tmp_path):
    root = workspace(tmp_path)
    late = go(root, now=MORNING + dt.timedelta(days=3))
    assert (late.queued, late.control, late.over) == (0, 0, 50)
    assert late.told(DATE) == [f"{DATE}: interventions: 50 too late to be sent"]


def test_a_large_plan_waits_until_it_is_approved_control_arm_and_all(tmp_path):
    root = workspace(tmp_path, approve_people=10)
    assert go(root).told(DATE) == []
    _, told = plans(root, DATE)
    assert [(p.name, p.waits) for p in told] == [(f"{DATE}/winback", True)]
    done = go(root, approved=[told[0].name], only=[told[0].name])
    assert done.queued + done.control == 50


def test_a_playbook_that_is_gone_is_left_and_named(tmp_path):
    root = workspace(tmp_path)
    (root / "ltv.toml").write_text(TOML.replace('"winback"', '"other"'), encoding="utf-8")
    assert go(root).told(DATE) == ["playbook winback is no longer in ltv.toml: its plan is left"]


def test_without_a_published_date_or_plan_it_is_said(tmp_path):
    with pytest.raises(UsageError, match="plans: found 'no published date'"):
        newest(tmp_path)
    (tmp_path / "data" / "results" / DATE).mkdir(parents=True)
    assert plans(tmp_path, DATE)[1] == []


def test_the_command_tells_plans_and_refuses_one_that_is_not_there(tmp_path):
    root = workspace(tmp_path, approve_people=10)
    told = ltv("strategy", "plan", "--dry-run", "--workspace", str(root))
    assert told.returncode == 0
    assert "waits: ltv strategy approve 2026-03-31/winback" in told.stdout
    assert not (root / "data" / "state").exists()
    refused = ltv("strategy", "approve", "winback", "--workspace", str(root))
    assert refused.returncode == 2
    assert refused.stderr == "ltv: PLAN: found 'winback', allowed: 2026-03-31/winback\n"

"""Feeding a recommender: what is told and what is not, no faster than allowed, again after 500 and 429, on after a kill."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from support_gorse import KEY, gorse_server
from support_workspace import at, csv, orders, put, workspace

from ltv.cli import main
from ltv.errors import LtvError, UsageError
from ltv.serving.gorse_push import Push
from ltv.serving.gorse_rows import GorseRows, gorse_rows
from ltv.settings.serving import Gorse

ROWS = GorseRows(
    [{"UserId": f"M{i}", "Labels": ["value_9_10"]} for i in range(25)],
    [{"ItemId": "S1", "IsHidden": False, "Categories": [], "Labels": [], "Timestamp": "2026-06-01T00:00:00Z"}],
    [
        {"FeedbackType": "view", "UserId": f"M{i}", "ItemId": "S1", "Timestamp": "2026-06-30T00:00:00Z"}
        for i in range(25)
    ],
)
CALLS = [("users", 10), ("users", 10), ("users", 5), ("items", 1), ("feedback", 10), ("feedback", 10), ("feedback", 5)]


@pytest.fixture(autouse=True)
def _key(monkeypatch):
    monkeypatch.setenv("LTV_TEST_GORSE", KEY)


@pytest.fixture
def gorse():
    with gorse_server() as server:
        yield server


class Time:
    """A clock that passes by sleeping alone."""

    def __init__(self):
        self.now, self.slept = 0.0, []

    def clock(self):
        return self.now

    def sleep(self, seconds):
        self.now += seconds
        if seconds:
            self.slept.append(round(seconds, 3))


def push_to(gorse, root, time=None, lines=None, **terms):
    given = {"url": gorse.url, "api_key_env": "LTV_TEST_GORSE", "batch": 10, "per_second": 1000, **terms}
    time = time or Time()
    say = (lines if lines is not None else []).append
    return Push(root, Gorse(**given), say=say, sleep=time.sleep, clock=time.clock)


def test_users_and_articles_come_before_what_was_done(gorse, tmp_path):
    done = push_to(gorse, tmp_path).push(ROWS)
    assert gorse.calls == CALLS
    assert done.told() == "25 users, 1 items, 25 feedback in 7 calls, 0 of them repeats"
    assert list(gorse.held["feedback"].values()) == ROWS.feedback


def test_pushed_again_nothing_is_sent_and_restarted_everything_overwrites_itself(gorse, tmp_path):
    push_to(gorse, tmp_path).push(ROWS)
    held = {kind: dict(rows) for kind, rows in gorse.held.items()}
    done = push_to(gorse, tmp_path).push(ROWS)
    assert done.told() == "0 users, 0 items, 0 feedback in 0 calls, 0 of them repeats; 51 rows were there from before"
    push_to(gorse, tmp_path).push(ROWS, restart=True)
    assert gorse.calls == CALLS * 2
    assert gorse.held == held


def test_other_rows_begin_anew(gorse, tmp_path):
    push_to(gorse, tmp_path).push(ROWS)
    push_to(gorse, tmp_path).push(GorseRows(ROWS.users[:3], ROWS.items, ROWS.feedback[:3]))
    assert gorse.calls[len(CALLS) :] == [("users", 3), ("items", 1), ("feedback", 3)]


def test_no_faster_than_allowed(gorse, tmp_path):
    time = Time()
    push_to(gorse, tmp_path, time, per_second=4).push(ROWS)
    assert time.slept == [0.25] * 6


def test_after_500_and_429_it_tries_again_and_waits_as_long_as_it_is_asked(gorse, tmp_path):
    time, lines = Time(), []
    gorse.answers = [(500, {}), (503, {}), (429, {"Retry-After": "7"})]
    done = push_to(gorse, tmp_path, time, lines).push(ROWS)
    assert (done.calls, done.again) == (10, 3)
    assert gorse.calls == [("users", 10)] * 3 + CALLS
    assert 0.25 <= time.slept[0] <= 0.5 <= time.slept[1] <= 1.0
    assert time.slept[2] == 7.0
    assert lines[2] == "gorse: /api/users: 429: not taken; again in 7.0 s"
    assert len(gorse.held["feedback"]) == 25


def test_it_stops_after_so_many_attempts_and_goes_on_from_there(gorse, tmp_path):
    gorse.answers = [None, None, *[(500, {})] * 3]
    with pytest.raises(
        LtvError, match=r"/api/users of 5 rows: 500: not taken \(\"told to\"\), 3 times; `ltv export gorse`"
    ):
        push_to(gorse, tmp_path, attempts=3).push(ROWS)
    gorse.calls.clear()
    done = push_to(gorse, tmp_path).push(ROWS)
    assert gorse.calls == CALLS[2:]
    assert done.taken_before == {"users": 20}


@pytest.mark.parametrize(("status", "why"), [(400, "400: refused"), (401, "401: refused"), (410, "410: the endpoint")])
def test_what_is_refused_is_not_tried_again(gorse, tmp_path, status, why):
    gorse.answers = [(status, {})]
    with pytest.raises(LtvError, match=rf"gorse: /api/users of 10 rows: {why}"):
        push_to(gorse, tmp_path).push(ROWS)
    assert len(gorse.calls) == 1


def test_a_wrong_key_and_no_key_are_told(gorse, tmp_path, monkeypatch):
    monkeypatch.setenv("LTV_TEST_GORSE", "another")
    with pytest.raises(LtvError, match=r"401: refused \(\"unauthorized\"\)") as told:
        push_to(gorse, tmp_path).push(ROWS)
    assert "another" not in str(told.value)
    monkeypatch.delenv("LTV_TEST_GORSE")
    with pytest.raises(UsageError, match=r"gorse.api_key_env: found 'LTV_TEST_GORSE', allowed: a variable that is set"):
        push_to(gorse, tmp_path)


def test_a_server_that_is_not_there_is_told_in_one_line(tmp_path):
    with gorse_server() as gone:
        pass
    with pytest.raises(LtvError, match="connection refused, 2 times"):
        push_to(gone, tmp_path, attempts=2).push(ROWS)


@pytest.mark.parametrize("body", ["", "[]", '{"plan": 1}', '{"plan": "x", "done": {"users": "y"}}'])
def test_a_damaged_mark_of_how_far_it_got_begins_anew(gorse, tmp_path, body):
    (tmp_path / "data" / "state").mkdir(parents=True)
    (tmp_path / "data" / "state" / "gorse.json").write_text(body)
    push_to(gorse, tmp_path).push(ROWS)
    assert gorse.calls == CALLS


# ---- what is told


def shop(root: Path, url: str = "http://127.0.0.1:1") -> Path:
    toml = f"""
timezone = "UTC"
[gorse]
url = "{url}"
api_key_env = "LTV_TEST_GORSE"
batch = 2
per_second = 1000
[[segments]]
kind = "city"
name = "big"
where = "city = 'Shanghai'"
"""
    workspace(root, toml)
    put(root, "orders/o.csv", csv(orders({}, {"ts": "2026-06-29 10:00:00"}, {"id_value": "M2", "status": "cancelled"})))
    lines = [
        {"order_id": "A1", "line_id": "1", "sku": "S1", "category": "toys", "quantity": "1", "price": "5"},
        {"order_id": "A2", "line_id": "1", "sku": "S1", "category": "toys", "quantity": "1", "price": "5"},
        {"order_id": "A3", "line_id": "1", "sku": "S2", "category": "", "quantity": "1", "price": "5"},
        {"order_id": "A1", "line_id": "2", "sku": "odd/one", "category": "", "quantity": "1", "price": "5"},
    ]
    put(root, "order_items/i.csv", csv(lines))
    event = {"source": "app", "id_type": "member", "id_value": "M1", "event": "view", "sku": "S1", "category": "games"}
    seen = [
        event | {"event_id": "1", "ts": "2026-06-02 10:00:00"},
        event | {"event_id": "2", "ts": "2026-06-03 10:00:00"},
        event | {"event_id": "3", "ts": "2026-02-03 10:00:00", "sku": "S3"},
        event | {"event_id": "4", "ts": "2026-06-03 10:00:00", "event": "share"},
        event | {"event_id": "5", "ts": "2026-06-03 10:00:00", "id_type": "device", "id_value": "d9"},
        event | {"event_id": "6", "ts": "2026-06-03 10:00:00", "id_value": "M/3"},
        event | {"event_id": "7", "ts": "2026-06-30 23:00:00", "sku": "", "event": "add_to_cart"},
    ]
    put(root, "events/e.csv", csv(seen))
    member = {"id_type": "member", "registered_at": "2026-01-01 00:00:00"}
    people = [member | {"id_value": "M1", "city": "Shanghai"}, member | {"id_value": "M2", "city": "Ningbo"}]
    put(root, "members/m.csv", csv(people))
    return root


def test_what_a_recommender_is_told(tmp_path):
    ws = at(shop(tmp_path / "shop"), "2026-06-30")
    told = gorse_rows(ws, Gorse())
    did, again, many = (*map(list, (told.feedback, told.feedback)), len(told.feedback))
    ws.close()
    assert (did, len(did)) == (again, many)
    assert told.users == [{"UserId": "M1", "Labels": ["city:big"]}, {"UserId": "M2", "Labels": []}]
    assert [(i["ItemId"], i["Categories"], i["Timestamp"]) for i in told.items] == [
        ("S1", ["games"], "2026-06-01T10:00:00Z"),
        ("S2", [], "2026-06-01T10:00:00Z"),
        ("S3", ["games"], "2026-02-03T10:00:00Z"),
    ]
    assert [tuple(f.values()) for f in did] == [
        ("purchase", "M1", "S1", "2026-06-29T10:00:00Z"),
        ("view", "M1", "S1", "2026-06-03T10:00:00Z"),
    ]
    assert dict(told.left_out) == {
        "users whose identifier holds a /": 1,
        "articles whose number holds a /": 1,
        "acts of people without a member identifier": 2,
    }


def test_value_bands_are_labels(tmp_path, monkeypatch):
    ws = at(shop(tmp_path / "shop"), "2026-06-30")
    ids = ws.orders.frame().groupby("id_value")["user_id"].first()
    scores = pd.DataFrame(
        {"user_id": [ids["M1"]] * 2 + [ids["M2"]], "horizon_days": [30, 90, 90], "decile": [1, 10, 4]}
    )
    monkeypatch.setattr(type(ws), "result", lambda *_: scores)
    told = gorse_rows(ws, Gorse())
    ws.close()
    assert [u["Labels"] for u in told.users] == [["value_9_10", "city:big"], ["value_4_6"]]


def test_days_and_kinds_are_as_set(tmp_path):
    ws = at(shop(tmp_path / "shop"), "2026-06-30")
    did = list(gorse_rows(ws, Gorse(days=365, feedback=("view", "share"))).feedback)
    ws.close()
    assert {(f["FeedbackType"], f["ItemId"]) for f in did} == {
        ("view", "S1"),
        ("view", "S3"),
        ("share", "S1"),
    }


def test_the_command(gorse, tmp_path, capsys):
    root = shop(tmp_path / "shop", gorse.url)
    assert main(["export", "gorse", "--workspace", str(root), "--date", "2026-06-30"]) == 0
    told = capsys.readouterr().out
    assert "left out: 2 acts of people without a member identifier" in told
    assert "2026-06-30: 2 users, 3 items, 2 feedback in 4 calls, 0 of them repeats" in told
    assert main(["export", "gorse", "--workspace", str(root), "--date", "2026-06-30"]) == 0
    assert "in 0 calls, 0 of them repeats; 7 rows were there from before" in capsys.readouterr().out
    workspace(tmp_path / "bare")
    assert main(["export", "gorse", "--workspace", str(tmp_path / "bare")]) == 2
    assert capsys.readouterr().err == "ltv: ltv.toml gorse.url: found '', allowed: the address of a Gorse server\n"


def test_killed_in_the_middle_it_goes_on_and_nothing_is_lost(gorse, tmp_path):
    root = shop(tmp_path / "shop", gorse.url)
    command = [sys.executable, "-m", "ltv.cli", "export", "gorse", "--workspace", str(root), "--date", "2026-06-30"]
    child = []

    def kill():
        if len(gorse.calls) == 2 and child:
            os.kill(child[0].pid, signal.SIGKILL)

    gorse.after = kill
    child.append(subprocess.Popen(command))
    assert child[0].wait(120) == -signal.SIGKILL
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert re.search(r"\d rows were there from before", done.stdout)
    assert [len(gorse.held[kind]) for kind in ("users", "items", "feedback")] == [2, 3, 2]
    assert 4 <= len(gorse.calls) <= 5  # the batch whose answer was not read any more may come twice

"""What is to be sent is written down whole, once, and never more than fits."""

import datetime as dt
import sqlite3
import threading

import pandas as pd
import pytest
from support_dispatch import REASON, START, Clock, offer, outbox_of, own_postgres, planned, states

from ltv.dispatch import Notice, Outbox, id_of, robot_text
from ltv.dispatch.database import SqliteDatabase, open_database
from ltv.errors import CorruptError, LtvError, UsageError


def test_an_intervention_comes_with_its_reservation_and_its_message(either):
    either.offers.put([offer()])
    done = either.enqueue([planned(n, offer_id="O1") for n in range(3)])
    assert (done.queued, done.control, done.known, dict(done.refused), done.held_back) == (3, 0, 0, {}, ())
    assert either.depths() == {("crm", "ENQUEUED"): 3}
    assert either.offers.pools()[0].reserved == 3


def test_the_same_id_again_does_nothing(either):
    either.offers.put([offer()])
    either.enqueue([planned(offer_id="O1")])
    again = either.enqueue([planned(offer_id="O1", payload={"other": 1}), planned(offer_id="O1")])
    assert (again.queued, again.known) == (0, 2)
    assert either.depths() == {("crm", "ENQUEUED"): 1}
    assert either.offers.pools()[0].reserved == 1


def test_what_comes_from_a_data_frame_is_taken(either):
    rows = pd.DataFrame({"user_id": [7], "cost": [2], "at": pd.Timestamp(START), "day": pd.Timestamp("2026-06-30")})
    row = rows.iloc[0].to_dict() | {"registered": pd.NaT, "user_id": rows["user_id"].iloc[0]}
    one = planned(
        user_id=row["user_id"],
        cost=row["cost"],
        date=row["day"],
        registered_at=row["registered"],
        expires_at=row["at"] + pd.Timedelta(hours=1),
    )
    assert either.enqueue([one]).queued == 1
    assert either.interventions(dt.date(2026, 6, 30))[["user_id", "cost"]].values.tolist() == [[7, 2.0]]
    assert one.registered_at is None
    assert '"expires_at": "2026-07-01T02:00:00Z"' in one.body


def test_the_control_arm_is_written_down_and_gets_nothing(either):
    either.offers.put([offer()])
    done = either.enqueue([planned(arm="control", endpoint="", offer_id="O1")])
    assert (done.queued, done.control) == (0, 1)
    assert either.depths() == {}
    assert either.offers.pools()[0].reserved == 0
    table = either.interventions(dt.date(2026, 6, 30))
    assert table[["arm", "state", "reason"]].values.tolist() == [["control", "CONTROL", REASON.zh]]


def test_the_table_of_interventions_follows_the_contract(outbox, clock):
    from ltv.workspace.store import check_result

    outbox.offers.put([offer(1)])
    outbox.enqueue([planned(1, offer_id="O1"), planned(2, offer_id="O1"), planned(3, arm="control")])
    table = check_result("interventions", outbox.interventions(dt.date(2026, 6, 1), dt.date(2026, 7, 1)))
    assert sorted(table["state"]) == ["CONTROL", "ENQUEUED", "REFUSED"]
    assert outbox.interventions(dt.date(2026, 7, 1)).empty


def test_a_step_that_fails_leaves_none_of_its_parts(outbox, monkeypatch):
    outbox.offers.put([offer()])
    monkeypatch.setattr(Outbox, "_put", lambda *_: (_ for _ in ()).throw(LtvError("the plug was pulled")))
    with pytest.raises(LtvError, match="plug"):
        outbox.enqueue([planned(offer_id="O1")])
    assert outbox.interventions(dt.date(2026, 6, 30)).empty
    assert outbox.offers.pools()[0].reserved == 0
    monkeypatch.undo()
    assert outbox.enqueue([planned(offer_id="O1")]).queued == 1


def test_a_full_queue_takes_nothing_more_says_so_and_loses_nothing(tmp_path, clock):
    outbox = outbox_of(tmp_path, clock=clock, queue_limit=3)
    outbox.offers.put([offer()])
    batch = [planned(n, offer_id="O1") for n in range(5)]
    first = outbox.enqueue(batch)
    assert (first.queued, first.held_back) == (3, tuple(batch[3:]))
    assert outbox.offers.pools()[0].reserved == 3  # nothing is reserved for who waits outside
    assert "3 messages wait, the limit is 3; 2 interventions were not taken" in first.line.en
    assert "2 条干预未入队" in first.line.zh
    assert outbox.enqueue([planned(9, arm="control"), batch[0]]).line is None  # neither takes room
    from ltv.dispatch.metrics import metrics

    assert "ltv_dispatch_held_back_total 2\n" in metrics(outbox)
    with outbox.database.writing() as tx:
        tx.change("UPDATE messages SET state = 'ACKED'")
    assert outbox.enqueue(first.held_back).queued == 2


@pytest.mark.parametrize(
    ("given", "rule"),
    [
        ({"expires_at": START}, "expired"),
        ({"payload": {"who": {"mail": "a.b@example.com"}}}, "raw_pii"),
        ({"payload": {"list": ["ok", "call 138 0013 8000"]}}, "raw_pii"),
        ({"payload": {"tel": "+86 13800138000"}}, "raw_pii"),
        ({"payload": {"tel": 13800138000}}, "raw_pii"),
        ({"payload": {"phone_hmac": "9f1380013800013800138000ab", "ean": "6913800138000", "price": 13.8}}, None),
        ({"offer_id": "nothing"}, "offer_unknown"),
    ],
)
def test_what_a_rule_refuses_is_logged_and_not_sent(outbox, given, rule):
    done = outbox.enqueue([planned(**given)])
    assert [why.rule for why in done.refused.values()] == ([rule] if rule else [])
    assert done.queued == (rule is None)
    assert all("138" not in why.words.en and "example" not in why.words.en for why in done.refused.values())
    assert outbox.enqueue([planned(**given)]).known == 1


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: planned(intervention_id="12"), "intervention_id: found '12', allowed: 16 to 64 hexadecimal digits"),
        (lambda: planned(arm="both"), "arm: found 'both', allowed: treatment, control"),
        (lambda: planned(cost=-1), r"cost: found -1\.0, allowed: a number that is not negative"),
        (lambda: planned(expires_at=pd.NaT), "expires_at: found 'NaT', allowed: a moment in UTC"),
        (lambda: planned(cost=float("nan")), "cost: found nan"),
        (
            lambda: planned(expires_at=START.replace(tzinfo=dt.UTC)),
            r"expires_at: found .*\+00:00', allowed: a moment in UTC",
        ),
        (
            lambda: offer(starts_at=dt.date(2026, 7, 1)),
            "starts_at: found '2026-07-01', allowed: a moment in UTC, without",
        ),
        (lambda: planned(endpoint=""), "endpoint: found '', allowed: a name in ltv.toml"),
        (lambda: offer(-1), "stock: found -1"),
        (lambda: offer(offer_id=""), "offer_id: found ''"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(make, words):
    with pytest.raises(UsageError, match=words):
        make()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"endpoint": "fax"}, "endpoint: found 'fax', allowed: crm, team, list"),
        ({"payload": {"x": float("nan")}}, "payload: found .*, allowed: what JSON can hold"),
        ({"payload": {"x": object()}}, "payload: found .*, allowed: what JSON can hold"),
        ({"payload": {"x": "a" * 4_000_001}}, "payload: found '4,000,.* bytes', allowed: at most 4,000,000"),
    ],
)
def test_a_batch_with_something_impossible_is_not_taken_at_all(outbox, given, words):
    with pytest.raises(UsageError, match=words):
        outbox.enqueue([planned(1), planned(2, **given)])
    assert outbox.depths() == {}


def test_notices_are_messages_without_an_intervention(either):
    notice = Notice(id_of("digest", "2026-06-30"), "team", robot_text("**健康**"), START + dt.timedelta(hours=1))
    assert (either.notify([notice]).queued, either.notify([notice]).known) == (1, 1)
    assert either.depths() == {("team", "ENQUEUED"): 1}
    assert either.interventions(dt.date(2026, 6, 30)).empty


def test_two_who_open_it_first_find_one_outbox(tmp_path):
    one, other = (outbox_of(tmp_path) for _ in range(2))
    one.enqueue([planned()])
    assert states(other) == {"ENQUEUED": 1}


def test_many_who_make_it_at_once_find_one_outbox(tmp_path):
    found = []

    def make():
        outbox = outbox_of(tmp_path)
        outbox.enqueue([planned()])
        found.append(states(outbox))
        outbox.close()

    for _ in range(3):
        crowd = [threading.Thread(target=make) for _ in range(6)]
        for one in crowd:
            one.start()
        for one in crowd:
            one.join()
    assert found == [{"ENQUEUED": 1}] * 18


def test_tables_of_another_layout_are_refused_in_one_line(tmp_path):
    database = open_database(tmp_path)
    with database.writing() as tx:
        tx.change("UPDATE layout SET version = 99")
    with pytest.raises(CorruptError, match=r"outbox\.sqlite layout: found 99, allowed: 1"):
        open_database(tmp_path)


def test_a_damaged_file_is_one_line(tmp_path):
    path = tmp_path / "data" / "state" / "outbox.sqlite"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"no database" * 1000)
    with pytest.raises(LtvError, match=r"outbox\.sqlite: file is not a database") as told:
        open_database(tmp_path)
    assert len(str(told.value).splitlines()) == 1


def test_every_commit_is_on_disk_before_it_counts(tmp_path):
    database = SqliteDatabase(tmp_path / "x.sqlite")
    with database.reading() as tx:
        assert tx.one("PRAGMA synchronous") == 2  # FULL
        assert tx.one("PRAGMA journal_mode") == "wal"
    assert sqlite3.connect(tmp_path / "x.sqlite").execute("select version from layout").fetchall() == [(1,)]


def test_a_database_that_cannot_be_reached_is_one_line_without_its_password(tmp_path):
    import importlib.util

    if importlib.util.find_spec("psycopg") is None:
        with pytest.raises(UsageError, match=r"pip install 'ltv\[postgres\]'"):
            open_database(tmp_path, "postgresql://u:geheim@127.0.0.1:9/x")
        return
    with pytest.raises(LtvError) as told:
        open_database(tmp_path, "postgresql://u:geheim@127.0.0.1:9/x")
    assert "geheim" not in str(told.value)
    assert len(str(told.value).splitlines()) == 1


def test_an_address_may_come_from_the_environment(tmp_path, monkeypatch, postgres):
    with pytest.raises(UsageError, match=r"dispatch.database: found '\${LTV_OUTBOX}', allowed: a variable that is set"):
        open_database(tmp_path, "${LTV_OUTBOX}")
    monkeypatch.setenv("LTV_OUTBOX", "mysql://x")
    with pytest.raises(UsageError, match=r"dispatch\.database: found 'mysql', allowed: postgresql://…"):
        open_database(tmp_path, "${LTV_OUTBOX}")
    with own_postgres(postgres) as url:
        monkeypatch.setenv("LTV_OUTBOX", url)
        assert outbox_of(tmp_path, clock=Clock(), database="${LTV_OUTBOX}").waiting() == 0

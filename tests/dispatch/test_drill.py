"""Workers and those who enqueue are killed again and again: nothing is lost, nothing is done twice, nothing is oversold."""

import datetime as dt
import json
import random
import time
from collections import Counter

import pytest
from support_dispatch import own_postgres, states

from benchmarks._drill import SECRET_ENV, drill, process
from benchmarks._receiver import SECRET, Receiver, close_hard, serving
from ltv import settings
from ltv.dispatch import Notice, Outbox, id_of, robot_text
from ltv.workspace.clock import start_of_run


@pytest.fixture(autouse=True)
def _secret(monkeypatch):
    monkeypatch.setenv(SECRET_ENV, SECRET)


def judged(counts, *, messages, kills):
    assert (counts.lost, counts.duplicates, counts.oversold) == (0, 0, 0), counts
    assert (counts.forged, counts.changed) == (0, 0)
    assert (counts.messages, counts.states) == (messages, {"ACKED": messages})
    assert counts.kills >= kills
    assert counts.deliveries > messages  # there was something to be repeated


def test_three_hundred_messages_and_six_kills(tmp_path):
    judged(drill(tmp_path, messages=300, spare=60, kills=6, every_seconds=0.9), messages=300, kills=6)


def test_the_same_on_postgresql(tmp_path, postgres):
    with own_postgres(postgres) as url:
        counts = drill(tmp_path, messages=150, spare=30, kills=4, every_seconds=0.9, database=url)
    judged(counts, messages=150, kills=4)


class Robot(Receiver):
    """Takes a message and answers, or breaks off, or says 500; sometimes it says that it takes nothing now."""

    def __init__(self):
        super().__init__()
        self.taken: Counter[str] = Counter()
        self.lot = random.Random(5)
        self.answer = self.say

    def say(self, handler):
        body = json.loads(handler.body)
        lot = self.lot.random()
        busy = lot < 0.1
        self.taken[body["markdown"]["content"]] += not busy
        if 0.1 <= lot < 0.2:
            close_hard(handler)
            return True
        handler.send_response(500 if 0.2 <= lot < 0.25 else 200)
        handler.end_headers()
        handler.wfile.write(b'{"errcode": 45009}' if busy else b'{"errcode": 0}')
        return True


def test_a_robot_takes_each_message_once_at_most_whoever_is_killed(tmp_path):
    robot, chance, many = Robot(), random.Random(3), 60
    with serving(robot) as url:
        (tmp_path / "ltv.toml").write_text(
            "[dispatch]\nlease_seconds = 1\nfirst_wait_seconds = 0.05\nlongest_wait_seconds = 0.1\nerror_share = 1.0\n"
            f"slow_ms = 100_000\n[[endpoints]]\nname = 'team'\nkind = 'robot'\nurl = '{url}/send'\ntimeout_ms = 400\n"
        )
        outbox = Outbox.open(tmp_path, settings.load(tmp_path))
        later = start_of_run() + dt.timedelta(hours=1)
        outbox.notify([Notice(id_of(n), "team", robot_text(f"第 {n} 条"), later) for n in range(many)])
        workers = [process(tmp_path, "work") for _ in range(2)]
        kills = 0
        while kills < 5 or outbox.waiting():
            time.sleep(chance.uniform(0.6, 1.4) if kills < 5 else 0.1)
            if kills < 5:
                workers[kills % 2].kill()
                workers[kills % 2].wait()
                workers[kills % 2] = process(tmp_path, "work")
                kills += 1
        for worker in workers:
            worker.kill()
            worker.wait()
    assert max(robot.taken.values()) == 1
    found = states(outbox)
    assert set(found) == {"ACKED", "UNKNOWN"}
    assert found["ACKED"] <= sum(robot.taken.values()) <= many == found["ACKED"] + found["UNKNOWN"]


@pytest.mark.drill
def test_ten_thousand_messages_and_a_hundred_kills(tmp_path):
    judged(drill(tmp_path, messages=10_000, spare=2_000, kills=100, every_seconds=0.6), messages=10_000, kills=100)

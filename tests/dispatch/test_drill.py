"""Workers and those who enqueue are killed again and again: nothing is lost, nothing is done twice, nothing is oversold."""

import pytest
from support_dispatch import own_postgres

from benchmarks._drill import SECRET_ENV, drill
from benchmarks._receiver import SECRET


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


@pytest.mark.drill
def test_ten_thousand_messages_and_a_hundred_kills(tmp_path):
    judged(drill(tmp_path, messages=10_000, spare=2_000, kills=100, every_seconds=0.6), messages=10_000, kills=100)

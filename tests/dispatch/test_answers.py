"""What an answer means, and how long the next attempt waits."""

import datetime as dt
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support_dispatch import START, with_settings

from ltv.dispatch.answers import Answer, becomes, from_status, seconds_of, wait_seconds
from ltv.dispatch.leases import Message
from ltv.settings.endpoints import Dispatch

HOOK, ROBOT, FILE = with_settings().endpoints
HOW = Dispatch()


def message(attempts=0):
    return Message("ab" * 8, "crm", "{}", "winback", attempts, 10**15, 0)


def became(answer, endpoint=HOOK, attempts=0):
    return becomes(message(attempts), answer, endpoint=endpoint, how=HOW, now_ms=1_000_000, random=Random(1))


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (200, "accepted"), (202, "accepted"), (204, "accepted"), (299, "accepted"),
        (301, "failed"), (302, "failed"), (304, "failed"), (307, "failed"),
        (400, "refused"), (401, "refused"), (404, "refused"), (413, "refused"), (422, "refused"),
        (408, "failed"), (425, "failed"), (429, "failed"), (500, "failed"), (502, "failed"), (503, "failed"),
        (410, "gone"), (199, "failed"), (600, "failed"),
    ],
)  # fmt: skip
def test_each_status_has_one_meaning(status, kind):
    assert from_status(status, now=START).kind == kind


def test_a_redirect_is_named_and_not_followed():
    told = from_status(302, location_host="169.254.169.254", now=START)
    assert told.why == "302: a redirect to 169.254.169.254, which is not followed"


@pytest.mark.parametrize(
    ("kind", "endpoint", "state"),
    [
        ("accepted", HOOK, "ACKED"),
        ("refused", HOOK, "DEAD"),
        ("gone", HOOK, "RETRYABLE"),
        ("gone", ROBOT, "RETRYABLE"),
        ("failed", HOOK, "RETRYABLE"),
        ("unsent", HOOK, "RETRYABLE"),
        ("ambiguous", HOOK, "RETRYABLE"),
        ("ambiguous", FILE, "RETRYABLE"),
        ("ambiguous", ROBOT, "UNKNOWN"),
        ("failed", ROBOT, "RETRYABLE"),
        ("unsent", ROBOT, "RETRYABLE"),
    ],
)
def test_each_answer_leads_to_one_state(kind, endpoint, state):
    assert became(Answer(kind, "why\nand how"), endpoint).state == state
    assert became(Answer(kind, "why\nand how"), endpoint).why == "why and how"


def test_after_the_last_attempt_it_is_given_up():
    assert became(Answer("failed", "503"), attempts=10).state == "RETRYABLE"
    assert became(Answer("failed", "503"), attempts=11).why == "given up after 12 attempts; 503"
    assert became(Answer("failed", "503"), attempts=11).state == "DEAD"
    assert became(Answer("ambiguous", "?"), ROBOT, attempts=11).state == "UNKNOWN"


@given(attempts=st.integers(0, 200), seed=st.integers(0, 1000), asked=st.none() | st.floats(0, 1e9))
def test_waits_double_up_to_the_longest_and_respect_what_is_asked(attempts, seed, asked):
    wait = wait_seconds(attempts, HOW, random=Random(seed), asked=asked)
    whole = min(5 * 2.0 ** min(attempts, 60), 3600)
    assert min(max(whole / 2, asked or 0), 3600) <= wait <= min(max(whole, asked or 0), 3600)


def test_not_everybody_comes_back_at_once():
    random = Random(3)
    assert len({round(wait_seconds(5, HOW, random=random), 3) for _ in range(50)}) > 45


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("0", 0), ("120", 120), (" 7 ", 7), ("", None), ("soon", None), ("-5", None), ("1.5", None), ("٣", None),
        ("9" * 400, 999999999999.0),
        ("Wed, 01 Jul 2026 01:02:00 GMT", 120), ("Wed, 01 Jul 2026 00:00:00 GMT", 0), ("Wed, 99 Jul 2026", None),
        ("Wed, 01 Jul 2026 09:02:00 +0800", 120), ("Fri, 31 Dec 9999 23:59:59 -2300", None),
    ],
)  # fmt: skip
def test_retry_after_is_seconds_or_a_date(header, seconds):
    assert seconds_of(header, START) == seconds
    assert dt.datetime(2026, 7, 1, 1) == START


def test_retry_after_is_kept_on_and_capped():
    assert became(from_status(429, retry_after="120", now=START)).due_ms == 1_000_000 + 120_000
    assert became(from_status(503, retry_after="999999", now=START)).due_ms == 1_000_000 + 3_600_000

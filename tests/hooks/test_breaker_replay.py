"""The replay of the breaker is the breaker of dispatch, step by step; what it spares is counted from the log."""

import heapq

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ltv.dispatch.breaker import Breaker
from ltv.hooks.breaker_replay import NOT_MADE, PASSED, PROBE, REFUSED, replay
from ltv.hooks.service_levels_calls import ERROR, OK, TIMEOUT, Attempts
from ltv.settings.endpoints import Dispatch

HOW = Dispatch(slow_calls=3, least_calls=5, error_share=0.3, probe_seconds=30, probes=2)


def log(rows, calls=None):
    """Attempts at (milliseconds, latency in ms, outcome), in any order of time."""
    ms, latency, outcome = (np.array(column) for column in zip(*rows, strict=True))
    n = len(rows)
    return Attempts(
        hooks=("pay",), instances=("a",), hook=np.zeros(n, np.int64), instance=np.zeros(n, np.int64), ts_us=ms.astype(np.int64) * 1000,
        latency_ms=latency.astype(float), outcome=outcome.astype(np.int64), degraded=np.zeros(n, bool),
        call=np.arange(n) if calls is None else np.array(calls),
    )  # fmt: skip


def run(rows, how=HOW, calls=None):
    attempts = log(rows, calls)
    return replay(attempts, np.ones(len(rows), bool), how=how, end_us=max(r[0] for r in rows) * 1000)


ONE = st.tuples(st.integers(1, 40_000), st.integers(0, 1_500), st.sampled_from([OK, OK, ERROR, TIMEOUT]))


@given(rows=st.lists(ONE, min_size=1, max_size=120))
def test_calls_that_do_not_overlap_meet_the_very_breaker_of_dispatch(rows):
    at, log_rows = 10_000_000, []
    for gap, latency, outcome in rows:
        log_rows.append((at, latency, outcome))
        at += latency + gap
    breaker, fates = Breaker("pay"), []
    for at, latency, outcome in log_rows:
        through = breaker.lets_through(at, HOW) > 0
        fates.append(REFUSED if not through else PASSED if breaker.state == "closed" else PROBE)
        if through:
            if breaker.state != "closed":
                breaker = breaker.probing(at, HOW)
            slow = outcome == TIMEOUT or latency > HOW.slow_ms
            breaker = breaker.after(ok=outcome == OK, timed_out=slow, now_ms=at + latency, how=HOW)
    assert run(log_rows).fate.tolist() == fates


def plain(rows, calls, how):
    """The same rules with a queue of events, an event after the other."""
    todo = [(ms, 1, k) for k, (ms, _, _) in enumerate(rows)]
    heapq.heapify(todo)
    fate, over, age, born = [PASSED] * len(rows), set(), 0, {}
    is_open, opened, in_row, minute, good, probe_at, seen = False, [], 0, None, 0, 0, []
    while todo:
        now, kind, k = heapq.heappop(todo)
        ms, latency, outcome = rows[k]
        bad, slow = outcome != OK, outcome == TIMEOUT or latency > how.slow_ms
        if kind == 1:
            if calls[k] in over:
                fate[k] = NOT_MADE
            elif is_open and now < probe_at:
                fate[k] = REFUSED
                over.add(calls[k])
            else:
                fate[k] = PROBE if is_open else PASSED
                probe_at = now + how.probe_seconds * 1000 if is_open else probe_at
                born[k] = age
                heapq.heappush(todo, (ms + latency, 0, k))
        elif born[k] == age and not is_open:
            minute, seen = (now, []) if minute is None or now - minute >= 60_000 else (minute, seen)
            seen.append(bad)
            in_row = in_row + 1 if slow else 0
            if in_row >= how.slow_calls or (len(seen) >= how.least_calls and sum(seen) > how.error_share * len(seen)):
                is_open, age, good, probe_at = True, age + 1, 0, now + how.probe_seconds * 1000
                opened.append([now, None])
        elif born[k] == age:
            good = 0 if bad or slow else good + 1
            if bad or slow:
                age, probe_at = age + 1, now + how.probe_seconds * 1000
            elif good >= how.probes:
                is_open, age, in_row, minute, seen = False, age + 1, 0, None, []
                opened[-1][1] = now
    return fate, opened


MANY = st.tuples(
    st.integers(0, 200_000), st.integers(1, 3_000), st.sampled_from([OK, ERROR, TIMEOUT]), st.integers(0, 9)
)


@given(rows=st.lists(MANY, min_size=1, max_size=60, unique_by=(lambda r: r[0], lambda r: r[0] + r[1])))
def test_calls_that_overlap_are_those_of_a_queue_of_events(rows):
    calls = [r[3] for r in rows]
    told = run([r[:3] for r in rows], calls=calls)
    fate, opened = plain([r[:3] for r in rows], calls, HOW)
    assert told.fate.tolist() == fate
    assert (told.opened_us // 1000).tolist() == [o for o, _ in opened]
    assert [c // 1000 for c, (_, e) in zip(told.closed_us.tolist(), opened, strict=True) if e is not None] == [
        e for _, e in opened if e is not None
    ]


@given(rows=st.lists(MANY, min_size=1, max_size=60))
def test_nothing_is_refused_while_it_is_closed_and_every_attempt_has_one_fate(rows):
    told = run([r[:3] for r in rows], calls=[r[3] for r in rows])
    if not len(told.opened_us):
        assert not told.fate.any()
    assert (told.opened_us <= told.closed_us).all()
    assert (told.opened_us[1:] >= told.closed_us[:-1]).all()


def test_three_slow_calls_open_it_a_probe_after_thirty_seconds_and_two_good_ones_close_it():
    rows = [(0, 900, OK), (1_000, 900, OK), (2_000, 3_000, TIMEOUT), (6_000, 100, OK), (40_000, 100, OK)]
    rows += [(41_000, 100, OK), (75_000, 100, OK), (76_000, 100, OK)]
    told = run(rows)
    assert told.fate.tolist() == [PASSED, PASSED, PASSED, REFUSED, PROBE, REFUSED, PROBE, PASSED]
    assert (told.opened_us.tolist(), told.closed_us.tolist(), told.cause.tolist()) == ([5_000_000], [75_100_000], [0])


def test_retries_of_a_refused_call_are_never_made():
    rows = [(k * 100, 3_000, TIMEOUT) for k in range(3)] + [(5_000, 3_000, TIMEOUT), (40_000, 100, OK)]
    told = run(rows, calls=[0, 1, 2, 3, 3])
    assert told.fate.tolist() == [PASSED, PASSED, PASSED, REFUSED, NOT_MADE]


@pytest.mark.parametrize("n", [0, 1])
def test_a_log_of_nothing_opens_nothing(n):
    attempts = log([(0, 1, OK)])
    told = replay(attempts, np.array([bool(n)]), how=HOW, end_us=1)
    assert len(told.fate) == n and not len(told.opened_us)

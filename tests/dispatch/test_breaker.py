"""The breaker opens when an endpoint suffers, lets one probe through at a time, and closes by itself."""

from ltv.dispatch import breaker as breakers
from ltv.dispatch.breaker import Breaker
from ltv.settings.endpoints import Dispatch

HOW = Dispatch()
CLOSED = Breaker("crm")


def after(breaker, calls, *, start_ms=1_000_000, apart_ms=100):
    """Calls in a row: `+` good, `-` bad, `~` good but too slow, `x` timed out."""
    for n, call in enumerate(calls):
        at = start_ms + n * apart_ms
        breaker = breaker.after(ok=call in "+~", timed_out=call in "~x", now_ms=at, how=HOW)
    return breaker


def test_three_time_outs_in_a_row_open_it_and_two_do_not():
    assert after(CLOSED, "xx").state == "closed"
    assert after(CLOSED, "xx+xx").state == "closed"
    assert after(CLOSED, "xxx").state == "open"
    assert after(CLOSED, "~~~").state == "open"  # taken, but after more than 800 ms


def test_more_than_five_percent_errors_in_a_minute_open_it():
    assert after(CLOSED, "+" * 19 + "-").state == "closed"  # exactly 5 %
    assert after(CLOSED, "+" * 18 + "--").state == "open"
    assert after(CLOSED, "-" * 19).state == "closed"  # too few calls to say anything
    assert after(CLOSED, "-" * 20).state == "open"


def test_each_minute_is_counted_by_itself_also_when_the_clock_jumps():
    assert after(CLOSED, "-" * 40, apart_ms=5_000).state == "closed"  # twelve calls a minute
    nearly = after(CLOSED, "-" * 19)
    assert after(nearly, "-", start_ms=1_000_000 - 3_600_000).state == "closed"


def test_open_lets_nothing_through_but_one_probe_every_thirty_seconds():
    opened = after(CLOSED, "xxx")
    at = 1_000_200
    assert CLOSED.lets_through(at, HOW) == HOW.batch
    assert opened.lets_through(at, HOW) == 0
    assert opened.lets_through(at + 29_999, HOW) == 0
    assert opened.lets_through(at + 30_000, HOW) == 1
    probing = opened.probing(at + 30_000, HOW)
    assert probing.lets_through(at + 30_001, HOW) == 0  # by nobody else
    assert probing.lets_through(at + 60_000, HOW) == 1
    assert probing.lets_through(at - 3_600_000, HOW) == 1  # the clock was set back


def test_five_good_probes_close_it_and_a_bad_one_begins_again():
    opened = after(CLOSED, "xxx")
    half = after(opened, "++++", start_ms=2_000_000, apart_ms=30_000)
    assert (half.state, half.good) == ("half_open", 4)
    assert after(half, "+", start_ms=3_000_000) == Breaker("crm", since_ms=3_000_000)
    again = after(half, "-", start_ms=3_000_000)
    assert (again.state, again.good, again.since_ms) == ("open", 0, opened.since_ms)
    assert after(half, "~", start_ms=3_000_000).state == "open"


def test_a_disabled_one_lets_nothing_through():
    assert Breaker("crm", disabled="410").lets_through(10**12, HOW) == 0


def test_it_outlives_the_process(either):
    opened = after(CLOSED, "xxx")
    with either.database.writing() as tx:
        breakers.write(tx, opened)
        breakers.write(tx, opened)
    with either.database.reading() as tx:
        assert breakers.read(tx, "crm") == opened
        assert breakers.read(tx, "other") == Breaker("other")

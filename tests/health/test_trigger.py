"""When something starts: two known bad days, once an episode, not again during the cool-down, whatever days are missing."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ltv.errors import UsageError
from ltv.health.trigger import marks

DAYS = st.lists(st.sampled_from([True, False, None]), max_size=60)
COOL_DOWNS = st.integers(0, 14)


def fired(breached, **terms):
    return [day for day, it in enumerate(marks(breached, **terms).triggered) if it]


def by_the_book(breached, confirm, cool_down):
    """The rule once more, an episode at a time."""
    known = [(day, bad) for day, bad in enumerate(breached) if bad is not None]
    episodes, open_ = [], []
    for day, bad in known:
        if bad:
            open_.append(day)
        elif open_:
            episodes.append(open_)
            open_ = []
    last, out = None, []
    for episode in [*episodes, open_]:
        allowed = [d for d in episode[confirm - 1 :] if last is None or d - last >= cool_down]
        if allowed:
            last = allowed[0]
            out.append(last)
    return out


@given(DAYS, st.integers(1, 4), COOL_DOWNS)
def test_it_is_the_rule_told_in_another_way(breached, confirm, cool_down):
    assert fired(breached, confirm_days=confirm, cool_down_days=cool_down) == by_the_book(breached, confirm, cool_down)


@given(DAYS, COOL_DOWNS)
def test_the_last_two_known_days_were_bad_wherever_it_triggers(breached, cool_down):
    for day in fired(breached, cool_down_days=cool_down):
        known = [bad for bad in breached[: day + 1] if bad is not None]
        assert breached[day] is True
        assert known[-2:] == [True, True]


@given(DAYS)
def test_an_episode_triggers_once(breached):
    days = fired(breached, cool_down_days=0)
    assert all(False in breached[one:other] for one, other in pairwise(days))


@given(DAYS, COOL_DOWNS)
def test_two_triggers_are_a_cool_down_apart(breached, cool_down):
    assert all(other - one >= cool_down for one, other in pairwise(fired(breached, cool_down_days=cool_down)))


@given(DAYS, st.data())
def test_an_unknown_day_neither_confirms_nor_resets(breached, data):
    at = data.draw(st.integers(0, len(breached)))
    with_gap = [*breached[:at], None, *breached[at:]]
    without, found = marks(breached, cool_down_days=0), marks(with_gap, cool_down_days=0)
    assert [t for day, t in enumerate(found.triggered) if day != at] == list(without.triggered)
    assert [n for day, n in enumerate(found.days_breached) if day != at] == list(without.days_breached)
    assert not found.triggered[at]


@given(DAYS, st.lists(st.sampled_from([True, False, None]), max_size=10), COOL_DOWNS)
def test_what_comes_later_changes_no_earlier_day(breached, later, cool_down):
    before, after = (marks(days, cool_down_days=cool_down) for days in (breached, [*breached, *later]))
    assert after.triggered[: len(breached)] == before.triggered
    assert after.days_breached[: len(breached)] == before.days_breached


@given(DAYS)
def test_days_are_counted_from_the_beginning_of_the_running_episode(breached):
    found = marks(breached)
    for day, (count, began) in enumerate(zip(found.days_breached, found.began, strict=True)):
        assert (count == 0) == (began == -1)
        if count:
            assert count == sum(bad is True for bad in breached[began : day + 1])
            assert False not in breached[began : day + 1]


def test_an_episode_that_is_confirmed_during_the_cool_down_waits_for_its_end():
    assert fired([True, True, False, True, True, True, True, True, True], cool_down_days=6) == [1, 7]


def test_of_no_day_there_is_nothing_to_say():
    assert marks([]) == marks([], confirm_days=5)


@pytest.mark.parametrize("terms", [{"confirm_days": 0}, {"cool_down_days": -1}])
def test_numbers_out_of_range_are_refused(terms):
    with pytest.raises(UsageError, match="confirm_days, cool_down_days: found"):
        marks([True], **terms)

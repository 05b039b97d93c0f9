"""A message belongs to one worker at a time; what a dead one held goes on, and nothing is sent twice that must not be."""

import dataclasses
import datetime as dt
from random import Random

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from support_dispatch import ROBOT, Clock, outbox_of, planned, states

from ltv.dispatch import leases
from ltv.dispatch.leases import Written
from ltv.settings import Strategy

LONGEST = 3_600_000


def claimed(outbox, endpoint="crm"):
    return leases.claim(
        outbox.database, endpoint, now_ms=outbox.now_ms, how=outbox.settings.dispatch, longest_ms=LONGEST
    )


def swept(outbox):
    return leases.sweep(outbox.database, now_ms=outbox.now_ms, how=outbox.settings.dispatch)


def kept(outbox, claim, state="ACKED", due_ms=0):
    with outbox.database.writing() as tx:
        results = [Written(m.message_id, state, due_ms, "") for m in claim.messages]
        return len(leases.write_back(tx, results, claim.token, now_ms=outbox.now_ms))


def test_two_claims_share_nothing(either):
    either.enqueue([planned(n) for n in range(80)])
    one, other = claimed(either), claimed(either)
    assert (len(one.messages), len(other.messages)) == (50, 30)
    assert not {m.message_id for m in one.messages} & {m.message_id for m in other.messages}
    assert one.token < other.token
    assert claimed(either).messages == ()


def test_a_result_is_written_once_and_only_by_its_owner(either, clock):
    either.enqueue([planned()])
    slow = claimed(either)
    clock.pass_by(seconds=61)
    assert swept(either) == 1
    quick = claimed(either)
    assert kept(either, slow, "DEAD") == 0  # thought dead, and another has it now
    assert kept(either, quick) == 1
    assert kept(either, quick) == 0
    assert states(either) == {"ACKED": 1}


def test_what_a_dead_worker_held_is_sent_again_where_repeats_are_known(outbox, clock):
    outbox.enqueue([planned()])
    claimed(outbox)
    clock.pass_by(seconds=59)
    assert (swept(outbox), claimed(outbox).messages) == (0, ())
    clock.pass_by(seconds=1)
    assert swept(outbox) == 1
    (again,) = claimed(outbox).messages
    assert again.attempts == 0


def test_where_repeats_are_not_known_only_what_cannot_have_been_sent_goes_again(either, clock):
    either.enqueue([planned(n, endpoint="team", payload=ROBOT) for n in (1, 2)])
    claim = claimed(either, "team")
    sent, unsent = claim.messages
    assert leases.begin(either.database, sent, claim.token, now_ms=either.now_ms)
    assert not leases.begin(either.database, sent, claim.token, now_ms=either.now_ms)
    clock.pass_by(minutes=2)
    assert swept(either) == 2
    assert states(either) == {"UNKNOWN": 1, "RETRYABLE": 1}
    assert [row["message_id"] for row in either.listed("UNKNOWN")] == [sent.message_id]
    assert [m.message_id for m in claimed(either, "team").messages] == [unsent.message_id]
    # the worker was only slow, and begins to send what is another's by now
    assert not leases.begin(either.database, unsent, claim.token, now_ms=either.now_ms)


def test_who_was_only_slow_may_still_tell_what_became_of_an_unknown_one(outbox, clock):
    outbox.enqueue([planned(endpoint="team", payload=ROBOT)])
    claim = claimed(outbox, "team")
    leases.begin(outbox.database, claim.messages[0], claim.token, now_ms=outbox.now_ms)
    clock.pass_by(minutes=2)
    swept(outbox)
    assert kept(outbox, claim) == 1
    assert states(outbox) == {"ACKED": 1}


def test_what_is_handed_back_was_no_attempt(outbox):
    outbox.enqueue([planned()])
    claim = claimed(outbox)
    with outbox.database.writing() as tx:
        leases.hand_back(tx, claim.messages, claim.token)
    assert states(outbox) == {"ENQUEUED": 1}
    assert claimed(outbox).messages[0].attempts == 0


def test_expired_messages_die_unsent(outbox, clock):
    outbox.enqueue([planned()])
    clock.pass_by(hours=12)
    assert claimed(outbox).messages == ()  # even before anybody sweeps
    assert swept(outbox) == 1
    assert [(row["state"], row["why"]) for row in outbox.listed("DEAD")] == [("DEAD", "expired")]


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_clock_that_jumps_keeps_no_lease_and_no_wait_alive(outbox, clock, hours):
    outbox.enqueue([planned(1), planned(2)])
    first = claimed(outbox)
    with outbox.database.writing() as tx:
        later = [Written(first.messages[0].message_id, "RETRYABLE", outbox.now_ms + 5_000, "")]
        leases.write_back(tx, later, first.token, now_ms=outbox.now_ms)
    clock.pass_by(hours=hours)
    swept(outbox)
    again = claimed(outbox)
    assert {m.message_id for m in again.messages} == {m.message_id for m in first.messages}
    assert kept(outbox, first) == 0
    assert kept(outbox, again) == 2


ACTS = st.lists(
    st.tuples(st.sampled_from(["claim", "begin", "keep", "retry", "lose", "jump", "sweep"]), st.integers(0, 3)),
    max_size=25,
)


@given(acts=ACTS, repeatable=st.booleans())
@hypothesis_settings(max_examples=40)
def test_whatever_workers_and_clocks_do_no_message_is_lost_and_a_robot_is_told_once(tmp_path_factory, acts, repeatable):
    clock, endpoint = Clock(), "crm" if repeatable else "team"
    outbox = outbox_of(tmp_path_factory.mktemp("box"), clock=clock, batch=2)
    outbox.enqueue([planned(n, endpoint=endpoint, payload=ROBOT) for n in range(3)])
    open_claims, sent, random = [], dict.fromkeys((planned(n).intervention_id for n in range(3)), 0), Random(1)
    for act, number in acts:
        if act == "claim":
            open_claims.append(claimed(outbox, endpoint))
        elif act == "jump":
            clock.pass_by(seconds=random.choice([-3600, -70, 30, 70, 3600]))
        elif act == "sweep":
            swept(outbox)
        elif open_claims:
            claim = open_claims[number % len(open_claims)]
            if act == "begin":
                for m in claim.messages:
                    sent[m.message_id] += leases.begin(outbox.database, m, claim.token, now_ms=outbox.now_ms)
            elif act == "lose":
                open_claims.remove(claim)
            elif act == "keep":
                kept(outbox, claim)
            elif repeatable:
                kept(outbox, claim, "RETRYABLE", outbox.now_ms + 1000)
        found = states(outbox)
        assert sum(found.values()) == 3
        assert set(found) <= {"ENQUEUED", "PROCESSING", "ACKED", "RETRYABLE", "UNKNOWN"}
        if not repeatable:
            assert max(sent.values()) <= 1
    outbox.close()


def test_what_a_message_said_is_forgotten_after_a_while_and_what_became_of_it_is_not(either, clock):
    either.enqueue([planned(1), planned(2, endpoint="team", payload=ROBOT)])
    kept(either, claimed(either))
    kept(either, claimed(either, "team"), "UNKNOWN")

    def forgotten():
        return leases.forget(either.database, now_ms=either.now_ms, how=either.settings.dispatch)

    clock.pass_by(days=90)
    assert forgotten() == 0
    clock.pass_by(seconds=1)
    assert (forgotten(), forgotten()) == (1, 0)  # what is UNKNOWN waits for people
    assert states(either) == {"ACKED": 1, "UNKNOWN": 1}
    assert either.enqueue([planned(1)]).known == 1


def test_a_claim_is_frozen(outbox):
    outbox.enqueue([planned()])
    with pytest.raises(dataclasses.FrozenInstanceError):
        claimed(outbox).token = 3


def test_what_speaks_to_people_waits_while_the_hours_are_quiet(either, clock):
    either.settings = dataclasses.replace(either.settings, strategy=Strategy(quiet_hours=("21:00", "09:00")))
    either.enqueue([planned(1), planned(2, endpoint="list")])
    for hours, is_quiet in (
        (0, False),
        (11.99, False),
        (0.02, True),
        (11.9, True),
        (0.2, False),
    ):  # from 9:00 in Shanghai
        clock.pass_by(hours=hours)
        assert either.is_quiet is is_quiet
    told = {"now_ms": either.now_ms, "how": either.settings.dispatch, "longest_ms": 10**9}
    either.enqueue([planned(3, expires_at=clock() + dt.timedelta(hours=1))])
    assert leases.claim(either.database, "crm", is_quiet=True, **told).messages == ()
    assert len(leases.claim(either.database, "crm", is_quiet=False, **told).messages) == 1


def test_a_list_for_people_who_call_is_written_at_any_hour(outbox, clock):
    outbox.enqueue([planned(1, endpoint="list")])
    told = {"now_ms": outbox.now_ms, "how": outbox.settings.dispatch, "longest_ms": 10**9}
    assert len(leases.claim(outbox.database, "list", is_quiet=True, **told).messages) == 1

"""A worker sends what is due, holds what an ailing endpoint would lose, and writes down what each attempt came to."""

import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from support_dispatch import HOOK, ROBOT, START, FakeSink, offer, outbox_of, planned, send_all, states, worker_of

from benchmarks._receiver import Receiver, close_hard, serving
from ltv.dispatch import Notice, Worker, id_of, robot_text
from ltv.dispatch.answers import Answer
from ltv.dispatch.sinks import sink_of
from ltv.errors import LtvError

OK = Answer("accepted", "204", 204)


def hooked(tmp_path, clock, url, *, timeout_ms=2000, **dispatch):
    return outbox_of(tmp_path, HOOK | {"url": f"{url}/in", "timeout_ms": timeout_ms}, clock=clock, **dispatch)


def test_every_message_arrives_signed_and_says_what_was_planned(tmp_path, clock):
    receiver = Receiver()
    with serving(receiver) as url:
        outbox = hooked(tmp_path, clock, url)
        outbox.enqueue([planned(n, payload={"n": n}) for n in range(70)])
        report = Worker(outbox).run(once=True)
    assert (report.sent, report.states, states(outbox)) == (70, {"ACKED": 70}, {"ACKED": 70})
    assert (receiver.forged, len(receiver.effects)) == (0, 70)
    told = receiver.payload(planned(3).intervention_id)
    assert told["type"] == "intervention.voucher"
    assert told["data"] | {"date": None} == {
        "intervention_id": planned(3).intervention_id, "date": None, "user_id": 3, "playbook": "winback", "action": "voucher",
        "offer_id": None, "expires_at": "2026-07-01T13:00:00Z", "payload": {"n": 3},
        "reason": {"zh": "连续两天流失风险偏高", "en": "churn risk was high for two days"},
    }  # fmt: skip
    (header,) = {h["traceparent"][:3] + h["traceparent"][-3:] for h in receiver.headers}
    assert header == "00--01"


def test_an_attempt_that_fails_is_made_again_with_the_same_id_and_body(tmp_path, clock):
    receiver = Receiver(failing=0.3, ambiguous=0.3, seed=4)
    with serving(receiver) as url:
        outbox = hooked(tmp_path, clock, url, error_share=1.0, max_attempts=50)
        outbox.enqueue([planned(n) for n in range(20)])
        for _ in range(40):
            Worker(outbox).run(once=True)
            clock.pass_by(minutes=15)
    assert states(outbox) == {"ACKED": 20}
    assert receiver.deliveries > 20
    assert (receiver.changed, set(receiver.effects.values())) == (0, {1})


@pytest.mark.parametrize(
    ("answer", "state", "why"),
    [
        ({"status": 404}, "DEAD", "404: refused"),
        ({"status": 500}, "RETRYABLE", "500: not taken"),
        ({"status": 302, "Location": "http://169.254.169.254/x?k=1"}, "RETRYABLE", "302: a redirect to 169.254.169.254, which is not followed"),
        ({"status": 307, "Location": "http://[::1"}, "RETRYABLE", "307: a redirect to nowhere, which is not followed"),
        ({"status": 200, "body": b"<html>ok</html>"}, "ACKED", "200"),
        ({"hang": True}, "RETRYABLE", "no answer in time"),
        ({"close": True}, "RETRYABLE", "the connection was closed before an answer"),
    ],
)  # fmt: skip
def test_an_endpoint_that_misbehaves_is_one_clear_line(tmp_path, clock, answer, state, why):
    receiver, go_on = Receiver(), threading.Event()

    def misbehave(handler):
        if answer.get("hang"):
            go_on.wait(5)
        if answer.get("close") or answer.get("hang"):
            close_hard(handler)
            return True
        handler.send_response(answer["status"])
        for name in set(answer) - {"status", "body"}:
            handler.send_header(name, answer[name])
        handler.end_headers()
        handler.wfile.write(answer.get("body", b""))
        return True

    receiver.answer = misbehave
    with serving(receiver) as url:
        outbox = hooked(tmp_path, clock, url, timeout_ms=200)
        outbox.enqueue([planned()])
        Worker(outbox).run(once=True)
        go_on.set()
    (row,) = outbox.listed(state)
    assert (row["attempts"], row["why"]) == (1, why)


def test_a_message_waits_as_long_as_it_must(outbox, clock):
    outbox.enqueue([planned()])
    sink = FakeSink(Answer("failed", "503", 503, retry_after_seconds=600.0), OK)
    send_all(outbox, {"crm": sink})
    clock.pass_by(seconds=599)
    send_all(outbox, {"crm": sink})
    assert len(sink.ids) == 1
    clock.pass_by(seconds=1)
    send_all(outbox, {"crm": sink})
    assert (len(sink.ids), states(outbox)) == (2, {"ACKED": 1})


def test_what_a_robot_may_have_taken_is_listed_and_not_sent_again(outbox, clock):
    outbox.notify([Notice(id_of("digest"), "team", robot_text("好"), START + dt.timedelta(days=9))])
    sink = FakeSink(Answer("ambiguous", "the connection was closed before an answer"))
    for _ in range(5):
        send_all(outbox, {"team": sink})
        clock.pass_by(hours=7)
    assert len(sink.ids) == 1
    assert [row["why"] for row in outbox.listed("UNKNOWN")] == ["the connection was closed before an answer"]


def test_a_worker_that_dies_while_a_robot_is_called_leaves_it_unknown(outbox, clock):
    outbox.enqueue([planned(n, endpoint="team", payload=ROBOT) for n in range(3)])

    class Dies:
        together = False

        def send(self, messages):
            raise SystemExit(9)

    with pytest.raises(SystemExit):
        worker_of(outbox, {"team": Dies()}).run(once=True)
    clock.pass_by(minutes=2)
    sink = FakeSink(OK)
    send_all(outbox, {"team": sink})
    assert states(outbox) == {"UNKNOWN": 1, "ACKED": 2}
    assert not {row["message_id"] for row in outbox.listed("UNKNOWN")} & set(sink.ids)


def test_a_gone_endpoint_is_disabled_and_its_messages_wait_until_it_is_enabled(outbox, clock):
    from ltv.dispatch.held import enable, held

    outbox.enqueue([planned(n) for n in range(9)])
    lines, sink = [], FakeSink(Answer("gone", "410: the endpoint is gone", 410))
    worker_of(outbox, {"crm": sink}, say=lines.append).run(once=True)
    assert lines == ["crm is disabled (410: the endpoint is gone); after it is back: ltv dispatch --enable crm"]
    assert len(sink.ids) <= outbox.settings.dispatch.parallel  # those that were sent side by side
    clock.pass_by(hours=1)
    send_all(outbox, {"crm": FakeSink(OK)})
    assert "ACKED" not in states(outbox)
    assert held(outbox)[0].words.en.startswith("crm: disabled (410: the endpoint is gone), 9 held")
    assert enable(outbox, "crm")
    send_all(outbox, {"crm": FakeSink(OK)})
    assert states(outbox) == {"ACKED": 9}
    assert not enable(outbox, "crm")


def test_an_ailing_endpoint_costs_three_calls_and_then_a_probe_every_thirty_seconds(outbox, clock):
    outbox.enqueue([planned(n) for n in range(40)])

    class Slow(FakeSink):
        def send(self, messages):
            answers = super().send(messages)
            ticking[0] += 0.9
            return answers

    ticking = [0.0]
    sink = Slow(Answer("ambiguous", "no answer in time"))
    terms = {"clock": lambda: ticking[0]}
    send_all(outbox, {"crm": sink}, **terms)
    assert len(sink.ids) <= outbox.settings.dispatch.parallel  # those that were sent side by side
    send_all(outbox, {"crm": sink}, **terms)
    first = len(sink.ids)
    clock.pass_by(seconds=30)
    send_all(outbox, {"crm": sink}, **terms)
    send_all(outbox, {"crm": sink}, **terms)
    assert len(sink.ids) == first + 1
    good = FakeSink(OK)
    for _ in range(5):
        clock.pass_by(seconds=30)
        send_all(outbox, {"crm": good})
    assert len(good.ids) >= 5
    assert states(outbox)["ACKED"] == 40 or send_all(outbox, {"crm": good})
    clock.pass_by(hours=1)
    send_all(outbox, {"crm": good})
    assert states(outbox) == {"ACKED": 40}


def test_what_was_claimed_and_not_sent_is_handed_back(outbox):
    outbox.enqueue([planned(n) for n in range(50)])
    sink = FakeSink(Answer("failed", "503", 503))
    send_all(outbox, {"crm": sink})
    found = states(outbox)
    assert len(sink.ids) < 50  # the breaker opened: the rest was not tried
    assert found == {"RETRYABLE": len(sink.ids), "ENQUEUED": 50 - len(sink.ids)}


def test_several_workers_share_the_work(tmp_path, clock):
    receiver = Receiver()
    with serving(receiver) as url:
        outbox = hooked(tmp_path, clock, url, batch=5)
        outbox.enqueue([planned(n) for n in range(60)])
        crew = [
            threading.Thread(target=lambda: Worker(hooked(tmp_path, clock, url, batch=5)).run(once=True))
            for _ in range(3)
        ]
        for one in crew:
            one.start()
        for one in crew:
            one.join()
    assert states(outbox) == {"ACKED": 60}
    assert receiver.deliveries == 60


def test_it_works_on_postgresql_too(postgres_outbox, clock):
    outbox = postgres_outbox
    outbox.offers.put([offer(5)])
    outbox.enqueue([planned(n, offer_id="O1") for n in range(8)])
    outbox.enqueue([planned(n, endpoint="team", payload=ROBOT) for n in (100, 101)])
    send_all(outbox, {"crm": FakeSink(Answer("failed", "503"), OK), "team": FakeSink(Answer("ambiguous", "?"))})
    clock.pass_by(minutes=1)
    send_all(outbox, {"crm": FakeSink(OK), "team": FakeSink(OK)})
    assert states(outbox) == {"ACKED": 5, "UNKNOWN": 2}


def test_an_endpoint_without_its_secret_is_named_and_the_others_go_on(tmp_path, clock, monkeypatch):
    monkeypatch.delenv("LTV_TEST_SECRET")
    outbox = outbox_of(tmp_path, clock=clock)
    outbox.enqueue([planned(1), planned(2, endpoint="list")])
    lines = []
    Worker(outbox, say=lines.append).run(once=True)
    assert lines == [
        "crm is not served: secret_env: found 'LTV_TEST_SECRET', allowed: a variable that is set to whsec_…"
    ]
    assert outbox.depths() == {("crm", "ENQUEUED"): 1, ("list", "ACKED"): 1}


def test_a_result_that_cannot_be_written_is_one_line_and_the_message_is_sent_again_by_its_id(
    tmp_path, clock, monkeypatch
):
    receiver = Receiver()
    with serving(receiver) as url:
        outbox = hooked(tmp_path, clock, url)
        outbox.enqueue([planned()])
        with monkeypatch.context() as broken:
            broken.setattr(
                "ltv.dispatch.leases.write_back", lambda *_a, **_k: (_ for _ in ()).throw(LtvError("disk full"))
            )
            with pytest.raises(LtvError, match="disk full"):
                Worker(outbox).run(once=True)
        clock.pass_by(minutes=2)
        Worker(outbox).run(once=True)
    assert (states(outbox), receiver.deliveries, set(receiver.effects.values())) == ({"ACKED": 1}, 2, {1})


def test_a_sink_that_raises_does_not_keep_the_others_from_being_sent(outbox, clock):
    outbox.enqueue([planned(1), planned(2, endpoint="team", payload=ROBOT), planned(3, endpoint="list")])
    broken, lines = FakeSink(RuntimeError("what now?")), []
    worker_of(outbox, {"crm": broken, "team": broken, "list": FakeSink(OK)}, say=lines.append).run(once=True)
    assert outbox.depths() == {("crm", "RETRYABLE"): 1, ("team", "UNKNOWN"): 1, ("list", "ACKED"): 1}
    assert lines == ["crm: RuntimeError: what now?", "team: RuntimeError: what now?"]


def test_what_expires_in_the_middle_of_a_batch_is_not_sent(outbox, clock):
    outbox.enqueue([planned(n, expires_at=START + dt.timedelta(seconds=n)) for n in range(1, 31)])

    class Slow(FakeSink):
        def send(self, messages):
            clock.pass_by(seconds=1)
            return super().send(messages)

    sink = Slow(OK)
    send_all(outbox, {"crm": sink})
    clock.pass_by(minutes=1)
    send_all(outbox, {"crm": sink})
    found = states(outbox)
    assert found["DEAD"] + found["ACKED"] == 30
    assert len(sink.ids) == found["ACKED"] < 30


def test_it_stops_between_two_batches(outbox):
    outbox.enqueue([planned(n) for n in range(10)])
    stop = threading.Event()
    stop.set()
    assert worker_of(outbox, {"crm": FakeSink(OK)}).run(once=False, stop=stop).sent == 0
    with ThreadPoolExecutor(1) as pool:
        assert worker_of(outbox, {"crm": FakeSink(OK)}).step(pool, stop) == 0


def test_each_kind_of_endpoint_has_its_sink(outbox):
    made = {name: type(sink_of(endpoint, outbox)).__name__ for name, endpoint in outbox.endpoints.items()}
    assert made == {"crm": "WebhookSink", "team": "RobotSink", "list": "FileSink"}


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_clock_that_jumps_loses_and_doubles_nothing(tmp_path, clock, hours):
    receiver = Receiver(failing=0.3, seed=2)
    with serving(receiver) as url:
        outbox = hooked(tmp_path, clock, url, error_share=1.0)
        outbox.enqueue([planned(n) for n in range(20)])
        Worker(outbox).run(once=True)
        clock.pass_by(hours=hours)
        for _ in range(12):
            Worker(outbox).run(once=True)
            clock.pass_by(minutes=5)
    assert states(outbox) == {"ACKED": 20}
    assert set(receiver.effects.values()) == {1}

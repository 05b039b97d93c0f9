"""What the outbox tells of itself: counters, spans, what is held, why an intervention is what it is."""

import json
import re

import pytest
from support_dispatch import FakeSink, offer, outbox_of, planned, send_all

from ltv.dispatch import Notice, explain_intervention, held_digest, id_of, robot_text
from ltv.dispatch import breaker as breakers
from ltv.dispatch import spans as spans_module
from ltv.dispatch.answers import Answer
from ltv.dispatch.breaker import Breaker
from ltv.dispatch.held import held
from ltv.dispatch.metrics import metrics
from ltv.errors import UsageError
from ltv.sources.otlp import open_otlp_json
from ltv.text import LANGS

OK = Answer("accepted", "204", 204)
SAMPLE = re.compile(r'^(ltv_dispatch_\w+)(\{(?:\w+="(?:[^"\\\n]|\\.)*",?)+\})? (\d+(?:\.\d+)?(?:e[+-]\d+)?)$')


def test_counters_are_openmetrics_and_outlive_the_process(outbox):
    outbox.offers.put([offer(1, offer_id='O"1\n')])
    outbox.enqueue([planned(n, offer_id='O"1\n') for n in (1, 2)] + [planned(3)])
    send_all(outbox, {"crm": FakeSink(OK)})
    text = (outbox.root / "data" / "state" / "dispatch.prom").read_text()
    assert text == metrics(outbox)
    *lines, last, end = text.split("\n")
    assert (last, end) == ("# EOF", "")
    families = [line.split()[2] for line in lines if line.startswith("# TYPE")]
    assert len(families) == len(set(families))
    for line in lines:
        assert line.startswith(("# TYPE", "# HELP")) or SAMPLE.match(line), line
    for line in [
        'ltv_dispatch_messages{state="ACKED"} 2',
        'ltv_dispatch_sends_total{endpoint="crm",outcome="ACKED"} 2',
        'ltv_dispatch_refused_total{rule="sold_out"} 1',
        "ltv_dispatch_held_back_total 0",
        'ltv_dispatch_breaker_state{endpoint="crm"} 0',
        'ltv_dispatch_latency_seconds_bucket{endpoint="crm",le="+Inf"} 2',
        'ltv_dispatch_latency_seconds_count{endpoint="crm"} 2',
        'ltv_dispatch_offers{offer="O\\"1\\n",state="reserved"} 1',
    ]:
        assert line in lines


def test_buckets_of_the_histogram_only_rise(outbox):
    outbox.enqueue([planned(n) for n in range(9)])
    send_all(outbox, {"crm": FakeSink(OK)})
    counts = [float(m[1]) for m in re.finditer(r"_bucket\{[^}]*\} (\S+)", metrics(outbox))]
    assert counts == sorted(counts)
    assert counts[-1] == 9


def test_each_attempt_is_a_span_of_its_interventions_trace(outbox, clock):
    outbox.enqueue([planned()])
    sink = FakeSink(Answer("failed", "503: not taken", 503), OK)
    send_all(outbox, {"crm": sink})
    clock.pass_by(minutes=1)
    send_all(outbox, {"crm": sink})
    (file,) = (outbox.root / "data" / "state" / "spans").glob("dispatch-2026-07-01-*.jsonl")
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    first, second = [scope["spans"][0] for line in lines for scope in line["resourceSpans"][0]["scopeSpans"]]
    assert first["traceId"] == second["traceId"]
    assert first["spanId"] != second["spanId"]
    assert re.fullmatch(r"[0-9a-f]{32}", first["traceId"])
    assert re.fullmatch(r"[0-9a-f]{16}", first["spanId"])
    assert (first["status"], second["status"]) == ({"code": 2, "message": "503: not taken"}, {"code": 1})
    assert int(first["endTimeUnixNano"]) >= int(first["startTimeUnixNano"]) > 10**18
    told = {a["key"]: next(iter(a["value"].values())) for a in first["attributes"]}
    assert told["http.response.status_code"] == "503"
    assert told["messaging.message.id"] == planned().intervention_id
    ours = open_otlp_json(file)  # what we write we can read
    rows = [row for batch in ours.batches() for row in batch.to_pylist()]
    assert ([row["status"] for row in rows], {row["service"] for row in rows}) == (["ERROR", "OK"], {"ltv-dispatch"})
    assert ours.bad == []


def test_spans_of_days_long_gone_are_taken_away(tmp_path):
    for day in range(1, 29):
        (tmp_path / f"dispatch-2026-05-{day:02d}-1.jsonl").write_text("x")
    spans_module.write(tmp_path, [], day="2026-06-30")
    left = sorted(p.name[9:19] for p in tmp_path.glob("*.jsonl"))
    assert (len(left), left[-1], left[0]) == (14, "2026-06-30", "2026-05-16")


def test_a_span_that_cannot_be_written_stops_nothing(outbox):
    (outbox.root / "data" / "state" / "spans").write_text("in the way")
    outbox.enqueue([planned()])
    worker = send_all(outbox, {"crm": FakeSink(OK)})
    assert worker.report.states == {"ACKED": 1}
    assert worker.report.lines[0].startswith("spans are not written: ")


def test_what_is_held_is_told_by_endpoint_and_playbook(outbox, clock):
    assert held(outbox) == []
    assert held_digest(outbox, "zh") == "**暂存的消息**\n没有暂存的消息"
    outbox.enqueue([planned(n, playbook="winback" if n < 3 else "invite") for n in range(5)])
    with outbox.database.writing() as tx:
        breakers.write(tx, Breaker("crm", "open", since_ms=outbox.now_ms, probe_ms=outbox.now_ms + 30_000))
    assert held_digest(outbox, "en").splitlines()[1] == (
        "> crm: breaker open since 2026-07-01 01:00 UTC, 5 held, the oldest queued at 2026-07-01 01:00 UTC; winback 3, invite 2"
    )
    assert "自 2026-07-01 01:00（UTC）起熔断，暂存 5 条" in held_digest(outbox, "zh")
    assert robot_text(held_digest(outbox, "zh"))["msgtype"] == "markdown"


def test_the_team_is_told_once_each_time_a_breaker_opens(tmp_path, clock):
    outbox = outbox_of(tmp_path, clock=clock, alarm="team")
    outbox.enqueue([planned(n) for n in range(60)])
    for _ in range(3):
        send_all(outbox, {"crm": FakeSink(Answer("failed", "503", 503)), "team": FakeSink(OK)})
        clock.pass_by(seconds=31)
    assert len([row for row in outbox.listed("ACKED") if row["topic"] == "held"]) == 1
    with outbox.database.reading() as tx:
        body = tx.one("SELECT body FROM messages WHERE topic = 'held'")
    assert "起熔断，暂存 60 条" in json.loads(body)["markdown"]["content"]


@pytest.mark.parametrize(
    ("payload", "words"),
    [
        ({"text": "x"}, r"payload of a robot: found \['text'\], allowed: what robot_text or robot_picture makes"),
        (
            {"msgtype": "markdown", "markdown": {"content": "x" * 2049}},
            "robot text: found '2,049 bytes', allowed: 1 to",
        ),
    ],
)
def test_what_a_robot_would_not_take_is_refused_before_it_waits(outbox, payload, words):
    with pytest.raises(UsageError, match=words):
        outbox.notify([Notice(id_of("digest"), "team", payload, planned().expires_at)])


def explained(outbox, one):
    return [[text.to(lang) for text in explain_intervention(outbox, one)] for lang in LANGS]


def test_a_refused_intervention_says_which_rule_and_why_in_both_languages(either):
    either.offers.put([offer(0)])
    one = planned(offer_id="O1")
    either.enqueue([one])
    zh, en = explained(either, one.intervention_id)
    assert en == [
        "2026-06-30 winback → voucher, user 1, treatment",
        "why: churn risk was high for two days",
        "refused",
        "2026-07-01 01:00:00 UTC refused: all 0 are gone: 0 reserved, 0 redeemed",
    ]
    assert zh[3] == "2026-07-01 01:00:00（UTC）拒绝：库存 0 份已全部占用：预留 0，核销 0"


def test_a_sent_one_says_what_became_of_its_message_and_its_offer(outbox, clock):
    outbox.offers.put([offer(5)])
    one = planned(offer_id="O1")
    outbox.enqueue([one])
    send_all(outbox, {"crm": FakeSink(OK)})
    assert explained(outbox, one.intervention_id)[1][2:] == [
        "queued",
        "crm: taken by the receiver, 1 attempt (204)",
        "offer O1: reserved until 2026-07-01 01:30:00 UTC",
    ]
    clock.pass_by(minutes=31)
    outbox.sweep()
    assert explained(outbox, one.intervention_id)[1][-1] == "offer O1: the reservation expired, and is back in the pool"


def test_a_notice_and_the_control_arm_are_explained_too(outbox):
    notice = Notice(id_of("digest"), "team", robot_text("好"), planned().expires_at)
    outbox.notify([notice])
    assert explained(outbox, notice.notice_id)[1][0] == "notice: digest → team"
    control = planned(arm="control")
    outbox.enqueue([control])
    assert explained(outbox, control.intervention_id)[0][-1] == "对照组：什么也不发，留作比较"
    with pytest.raises(UsageError, match="ID: found 'abababababababab', allowed: an intervention of the outbox"):
        explain_intervention(outbox, "ab" * 8)

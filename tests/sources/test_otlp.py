"""Spans as OpenTelemetry writes them: identifiers intact, nothing lost, every refusal with its reason."""

import gzip
import json
import struct
from pathlib import Path

import pytest
from support_workspace import put, read, workspace

from ltv.sources.otlp import open_otlp_json
from ltv.sources.otlp_protobuf import OtlpProtobufFile

SAMPLES = Path(__file__).parent / "samples"
SPAN = {
    "traceId": "5b8efff798038103d269b633813fc60c",
    "spanId": "eee19b7ec3c1b174",
    "name": "payment.charge",
    "startTimeUnixNano": "1782000000123456789",
    "endTimeUnixNano": "1782000000223456999",
}


def recorded(name):
    return bytes.fromhex("".join((SAMPLES / f"{name}.hex").read_text().split()))


def line(*spans, service="payment", **attributes):
    pairs = [{"key": k, "value": {"stringValue": v}} for k, v in ({"service.name": service} | attributes).items() if v]
    group = {"resource": {"attributes": pairs}, "scopeSpans": [{"spans": list(spans)}]}
    return json.dumps({"resourceSpans": [group]}) + "\n"


def other(k, **changes):
    return {n: v for n, v in (SPAN | {"spanId": f"{k:016x}"} | changes).items() if v is not None}


def spans(root, name, content):
    put(workspace(root), f"spans/{name}", content)
    return read(root, "spans")


def test_a_line_of_the_collector_is_read_as_it_is(tmp_path):
    got = spans(
        tmp_path, "a.jsonl", line(SPAN | {"attributes": [{"key": "payment.amount", "value": {"intValue": "12345"}}]})
    )
    (row,) = got.rows.to_dict("records")
    assert (row["trace_id"], row["span_id"]) == (SPAN["traceId"], SPAN["spanId"])
    assert str(row["started_at"]) == "2026-06-21 00:00:00.123456"
    assert (row["duration_us"], row["service"], row["status"]) == (100_000, "payment", "UNSET")
    assert json.loads(row["attributes"]) == {"payment.amount": 12345}


@pytest.mark.parametrize("name", ["a.binpb", "a.pb", "a.otlp", "a.pb.gz"])
def test_json_and_protobuf_of_the_same_spans_are_the_same_rows(tmp_path, name):
    raw = recorded("collector.binpb")
    packed = spans(tmp_path / "pb", name, gzip.compress(raw) if name.endswith("gz") else raw)
    told = spans(tmp_path / "json", "a.jsonl", (SAMPLES / "collector.jsonl").read_bytes())
    columns = [c for c in told.rows.columns if not c.startswith("_")]
    assert packed.rows[columns].astype(str).equals(told.rows[columns].astype(str))
    assert packed.facts.accepted == told.facts.accepted == 6
    second = json.loads(packed.rows["attributes"][1])
    assert second["payment.amount"] == 32431
    assert (second["region"], second["more"], second["neg"]) == ("bj", {"x": 1, "y": ["z"]}, -3)
    assert packed.rows["span_id"][0] == "0101010101010101"
    assert packed.rows["status"].tolist() == ["UNSET", "ERROR", "UNSET", "OK", "UNSET", "UNSET"]


def test_a_message_without_a_length_before_it_is_read_too(tmp_path):
    assert spans(tmp_path, "a.pb", recorded("plain.pb")).facts.accepted == 2


@pytest.mark.parametrize("name", ["collector.binpb", "plain.pb"])
def test_of_a_file_that_breaks_off_anywhere_what_was_whole_is_used_and_the_rest_is_told(tmp_path, name):
    raw = recorded(name)
    whole = OtlpProtobufFile(put(tmp_path, "whole.pb", raw))
    everything = [row for batch in whole.batches() for row in batch.to_pylist()]
    assert whole.bad == []
    for at in range(1, len(raw)):
        file = OtlpProtobufFile(put(tmp_path, "cut.pb", raw[:at]))
        rows = [row for batch in file.batches() for row in batch.to_pylist()]
        edges = [0]
        while name.startswith("collector") and edges[-1] < len(raw):
            edges.append(edges[-1] + 4 + struct.unpack_from(">I", raw, edges[-1])[0])
        assert rows == everything[: len(rows)]
        assert [bad.rule for bad in file.bad] == ([] if at in edges else ["truncated"])


def test_every_byte_may_be_wrong_and_reading_goes_on(tmp_path):
    raw = recorded("plain.pb")
    for at in range(1, len(raw)):
        spoilt = raw[:at] + bytes([raw[at] ^ 0xFF]) + raw[at + 1 :]
        file = OtlpProtobufFile(put(tmp_path, "spoilt.pb", spoilt))
        assert sum(len(batch) for batch in file.batches()) + len(file.bad) <= 3


@pytest.mark.parametrize(
    ("span", "column", "rule"),
    [
        (other(1, traceId="5b8efff798038103"), None, "wrong_id"),
        (other(1, spanId="7uGbfsPBsXQ="), None, "wrong_id"),
        (other(1, spanId="0" * 16), None, "wrong_id"),
        (other(1, parentSpanId="12"), None, "wrong_id"),
        (other(1, traceId=None), None, "wrong_id"),
        (other(1, traceId=12), None, "not_a_span"),
        (other(1, startTimeUnixNano=None), "started_at", "missing_value"),
        (other(1, endTimeUnixNano="0"), "duration_us", "missing_value"),
        (other(1, endTimeUnixNano="1782000000000000000"), "duration_us", "out_of_range"),
        (other(1, startTimeUnixNano=1.782e18), None, "not_a_span"),
        (other(1, startTimeUnixNano=str(1 << 63)), None, "wrong_type"),
        (other(1, name=""), "name", "missing_value"),
        (other(1, attributes={"a": 1}), None, "wrong_attributes"),
        (other(1, attributes=[{"key": "a", "value": "text"}]), None, "wrong_attributes"),
        (other(1, attributes=[{"value": {"intValue": "1"}}]), None, "wrong_attributes"),
        (other(1, attributes=[{"key": "a", "value": {"intValue": "one"}}]), None, "wrong_attributes"),
        (other(1, attributes=[{"key": 5, "value": {"intValue": "1"}}]), None, "wrong_attributes"),
        (other(1, name=5), None, "not_a_span"),
        (other(1, name="\ud800"), None, "undecodable"),
        ("text", None, "not_a_span"),
    ],
)
def test_a_span_that_cannot_be_used_is_put_aside_and_its_neighbours_are_used(tmp_path, span, column, rule):
    got = spans(tmp_path, "a.jsonl", line(SPAN, span, other(2)))
    assert (got.facts.read, got.facts.accepted, got.facts.quarantined) == (3, 2, 1)
    assert got.rules == {1: (column, rule)}


def test_a_parent_of_nothing_but_zeros_is_none_and_upper_case_is_the_same_identifier(tmp_path):
    got = spans(tmp_path, "a.jsonl", line(SPAN | {"parentSpanId": "0" * 16, "spanId": SPAN["spanId"].upper()}))
    assert got.rows["span_id"].tolist() == [SPAN["spanId"]]
    assert got.rows["parent_span_id"].isna().all()


def test_lines_that_are_no_json_or_hold_no_spans_are_counted(tmp_path):
    content = (
        line(SPAN) + '{"resourceSpans": [\n' + "\n" + '{"resourceMetrics": []}\n' + line(other(2)) + line(other(2))
    )
    got = spans(tmp_path, "a.jsonl", content)
    assert got.rules == {2: (None, "not_json"), 4: (None, "not_a_span")}
    assert (got.facts.accepted, got.facts.duplicates, got.facts.read) == (2, 1, 5)


def test_a_resource_whose_attribute_has_a_number_for_a_key_is_put_aside_and_the_next_is_used(tmp_path):
    wrong = json.loads(line(SPAN))
    wrong["resourceSpans"][0]["resource"]["attributes"][0]["key"] = 5
    got = spans(tmp_path, "a.jsonl", json.dumps(wrong) + "\n" + line(other(2)))
    assert got.rules == {1: (None, "not_a_span")}
    assert got.facts.accepted == 1


def test_a_file_that_is_one_object_over_many_lines_is_read(tmp_path):
    pretty = json.dumps(json.loads(line(SPAN, other(2))), indent=2)
    assert spans(tmp_path, "a.json", pretty).facts.accepted == 2


def test_the_span_wins_over_its_resource_and_a_number_that_json_has_none_for_becomes_a_word(tmp_path):
    pairs = [{"key": "version", "value": {"stringValue": "b"}}, {"key": "x", "value": {"doubleValue": "NaN"}}]
    got = spans(tmp_path, "a.jsonl", line(SPAN | {"attributes": pairs}, version="a", service=""))
    assert json.loads(got.rows["attributes"][0]) == {"version": "b", "x": "nan"}
    assert got.rows["service"].tolist() == ["unknown_service"]


def test_spans_of_a_table_stand_beside_those_of_otlp(tmp_path):
    flat = {
        "trace_id": "ab" * 16,
        "span_id": "cd" * 8,
        "service": "s",
        "name": "n",
        "started_at": "2026-06-21T08:00:00+08:00",
    }
    bad = flat | {"span_id": "ce" * 8, "attributes": "not json"}
    rows = [flat | {"attributes": "{}"}, bad]
    content = "".join(json.dumps(r | {"duration_us": 5, "status": "OK"}) + "\n" for r in rows)
    put(workspace(tmp_path), "spans/a.jsonl", content)
    put(tmp_path, "spans/b.jsonl", line(SPAN))
    put(tmp_path, "spans/c.pb", recorded("plain.pb"))
    got = read(tmp_path, "spans")
    assert (got.facts.accepted, got.facts.quarantined) == (4, 1)
    assert got.quarantine["rule"].tolist() == ["wrong_type"]


def nested(levels):
    """An array in an array in an array, as JSON and as protobuf."""
    value, raw = {"stringValue": "x"}, bytes([0x0A, 1]) + b"x"
    for _ in range(levels):
        value, inner = {"arrayValue": {"values": [value]}}, raw
        for tag in (0x0A, 0x2A):
            inner = (
                bytes([tag])
                + (bytes([len(inner)]) if len(inner) < 128 else bytes([len(inner) & 127 | 128, len(inner) >> 7]))
                + inner
            )
        raw = inner
    return value, raw


def test_attributes_may_be_nested_without_end(tmp_path):
    value, raw = nested(300)
    deep = SPAN | {"attributes": [{"key": "a", "value": value}]}
    assert spans(tmp_path / "json", "a.jsonl", line(deep, other(2))).facts.read == 2
    pair = b"\x0a\x01a\x12" + bytes([len(raw) & 127 | 128, len(raw) >> 7]) + raw
    few = {1: bytes.fromhex(SPAN["traceId"]), 2: bytes.fromhex(SPAN["spanId"]), 5: b"pay", 9: pair}
    body = b"".join(
        bytes([n << 3 | 2]) + (bytes([len(v)]) if len(v) < 128 else bytes([len(v) & 127 | 128, len(v) >> 7])) + v
        for n, v in few.items()
    ) + struct.pack("<BQBQ", 57, 10**18, 65, 10**18)
    for tag in (0x12, 0x12, 0x0A):
        body = bytes([tag, len(body) & 127 | 128, len(body) >> 7]) + body
    got = spans(tmp_path / "pb", "a.pb", body)
    assert (got.facts.accepted, got.facts.read) == (1, 1)
    assert json.loads(got.rows["attributes"][0])["a"] is not None


def test_a_json_file_without_spans_is_no_otlp(tmp_path):
    assert open_otlp_json(put(tmp_path, "a.jsonl", '{"a": "{\\"resourceSpans\\": 1}"}\n')) is None

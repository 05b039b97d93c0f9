"""Spans read as columns are those that are read one by one, whatever stands in a file."""

import json
import random
import struct

import pytest
from support_workspace import put

from ltv.errors import DataRefusedError
from ltv.sources import otlp, otlp_protobuf
from ltv.sources.otlp import open_otlp_json
from ltv.sources.otlp_json import of_lines
from ltv.sources.otlp_json_columns import of_text
from ltv.sources.otlp_protobuf import OtlpProtobufFile

TEXTS = ["", "plain", 'said "yes"', "back\\slash", "tab\t", "付款", "é", "\x7f", "/", "</script>"]
KEYS = ["payment.amount", "payment.channel", "order.id", "渠道", 'k"ey', "service.name", ""]


def value(draw):
    return draw.choice([
        lambda: {"stringValue": draw.choice(TEXTS)}, lambda: {"intValue": str(draw.randint(-9, 10**12))}, lambda: {"boolValue": draw.random() < 0.5},
        lambda: {"doubleValue": draw.choice([1, -0.5, 1e300, 12345.6789])},
        lambda: {"arrayValue": {"values": [{"stringValue": draw.choice(TEXTS)}, {"intValue": "3"}]}},
        lambda: {"kvlistValue": {"values": [{"key": "x", "value": {"doubleValue": 0.25}}]}}, lambda: {"bytesValue": "AAEC"}, dict,
    ])()  # fmt: skip


def pairs(draw):
    return [{"key": draw.choice(KEYS), "value": value(draw)} for _ in range(draw.randint(0, 4))]


def one(draw, n):
    made = {
        "traceId": f"{n + 1:032x}",
        "spanId": f"{n + 1:016X}",
        "name": draw.choice(TEXTS),
        "startTimeUnixNano": str(1_782_000_000_000_000_000 + n * 999),
    }
    made |= {"endTimeUnixNano": str(1_782_000_000_500_000_000), "attributes": pairs(draw)}
    made |= draw.choice([{}, {"parentSpanId": ""}, {"parentSpanId": "00a1" * 4}, {"parentSpanId": "0" * 16}])
    return made | draw.choice([{}, {"status": {}}, {"status": {"code": 2}}, {"status": {"code": 9, "message": "m"}}])


ODD = [
    {"traceId": "ab"}, {"traceId": None}, {"spanId": "0" * 16}, {"spanId": "g" * 16}, {"parentSpanId": "ab"}, {"parentSpanId": 7},
    {"startTimeUnixNano": 1_782_000_000_000_000_000}, {"startTimeUnixNano": "1e9"}, {"startTimeUnixNano": "-5"}, {"startTimeUnixNano": str(1 << 63)},
    {"startTimeUnixNano": None}, {"endTimeUnixNano": "0"}, {"endTimeUnixNano": "0x10"}, {"name": None}, {"name": 4}, {"status": None},
    {"status": {"code": "STATUS_CODE_ERROR"}}, {"status": {"code": 1.5}}, {"attributes": None}, {"attributes": {}}, {"attributes": [None]},
    {"attributes": [{"value": {"stringValue": "x"}}]}, {"attributes": [{"key": "a"}]}, {"attributes": [{"key": "a", "value": {"intValue": 7}}]},
    {"attributes": [{"key": "a", "value": {"intValue": "007"}}]}, {"attributes": [{"key": "a", "value": {"intValue": "-0"}}]},
    {"attributes": [{"key": "a", "value": {"doubleValue": "NaN"}}]}, {"attributes": [{"key": "a", "value": {"stringValue": "x", "intValue": "1"}}]},
    {"attributes": [{"key": "a", "value": {"stringValue": "\ud800"}}]}, {"attributes": [{"key": "a", "value": {"string_value": "x"}}]},
    {"trace_id": "cd" * 16, "traceId": ""}, {"parent_span_id": "ef" * 8}, {"spanId": "eee1" * 4},
]  # fmt: skip


def document(draw, first, odd=()):
    groups, n = [], first
    for _ in range(draw.randint(1, 3)):
        spans = []
        for _ in range(draw.randint(0, 4)):
            spans.append(one(draw, n) | (draw.choice(odd) if odd and draw.random() < 0.3 else {}))
            n += 1
        named = (
            [{"key": "service.name", "value": {"stringValue": draw.choice(["pay", "风控"])}}]
            if draw.random() < 0.8
            else []
        )
        scopes = draw.choice([[{"spans": spans}], [{"spans": spans[:1]}, {"scope": {"name": "s"}, "spans": spans[1:]}]])
        groups.append(
            {"resource": {"attributes": named + pairs(draw)}, "scopeSpans": scopes}
            | draw.choice([{}, {"schemaUrl": "u"}])
        )
    return {"resourceSpans": groups}


def told(part):
    return part.batch().to_pylist(), sorted((b.line, b.rule, b.detail, b.text) for b in part.bad)


@pytest.mark.parametrize("seed", range(30))
@pytest.mark.parametrize("kind", ["usual", "escaped", "odd"])
def test_json_read_as_columns_is_json_read_one_by_one(seed, kind):
    draw = random.Random(seed)
    odd = ODD if kind == "odd" else ()
    raws = [json.dumps(document(draw, 20 * k, odd), ensure_ascii=kind != "usual") + "\n" for k in range(6)]
    raws[3:3] = ["\n", "  \n"]
    slow, columns = of_lines(enumerate(raws, 5), suspect=False), of_text(raws, 5)
    if columns is None:
        assert kind == "odd"
    else:
        assert told(columns) == told(slow)


@pytest.mark.parametrize("odd", ODD)
def test_a_form_that_only_few_write_costs_only_its_own_line_or_is_left_to_the_other_reader(odd):
    usual = json.dumps(document(random.Random(1), 0), ensure_ascii=False)
    group = {"resource": {"attributes": []}, "scopeSpans": [{"spans": [one(random.Random(2), 50) | odd]}]}
    raws = [usual + "\n", json.dumps({"resourceSpans": [group]}) + "\n", usual]
    slow, columns = of_lines(enumerate(raws, 1), suspect=False), of_text(raws, 1)
    assert columns is None or told(columns) == told(slow)


@pytest.mark.parametrize(
    "line",
    [
        '{"resourceSpans": [',
        "[]",
        "null",
        '{"a": 1}',
        '{"resourceSpans": 4}',
        '{"resourceSpans": []} {}',
        '{"resourceSpans": [], "resourceSpans": 1}',
    ],
)
def test_a_line_that_is_no_spans_is_told_beside_others(line):
    raws = [json.dumps(document(random.Random(1), 0)) + "\n", line + "\n"]
    slow, columns = of_lines(enumerate(raws, 1), suspect=False), of_text(raws, 1)
    assert columns is None or told(columns) == told(slow)


def number(value):
    out = bytearray()
    value &= (1 << 64) - 1
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])


def packed(field, content):
    return number(field << 3 | 2) + number(len(content)) + content


PACKED = {
    "stringValue": lambda x: packed(1, x.encode()),
    "boolValue": lambda x: number(2 << 3) + number(int(x)),
    "intValue": lambda x: number(3 << 3) + number(int(x)),
    "doubleValue": lambda x: number(4 << 3 | 1) + struct.pack("<d", x),
    "arrayValue": lambda x: packed(5, b"".join(packed(1, packed_value(v)) for v in x["values"])),
    "kvlistValue": lambda x: packed(6, packed_pairs(1, x["values"])),
    "bytesValue": lambda _: packed(7, bytes([0, 1, 2])),
}


def packed_value(value_):
    return b"".join(PACKED[kind](content) for kind, content in value_.items())


def packed_pairs(field, listed):
    return b"".join(packed(field, packed(1, p["key"].encode()) + packed(2, packed_value(p["value"]))) for p in listed)


def packed_span(span):
    body = packed(1, bytes.fromhex(span["traceId"])) + packed(2, bytes.fromhex(span["spanId"]))
    body += packed(4, bytes.fromhex(span.get("parentSpanId", ""))) + packed(5, span["name"].encode())
    body += struct.pack("<BQBQ", 7 << 3 | 1, int(span["startTimeUnixNano"]), 8 << 3 | 1, int(span["endTimeUnixNano"]))
    return (
        body
        + packed_pairs(9, span["attributes"])
        + packed(15, number(3 << 3) + number(span.get("status", {}).get("code", 0)))
    )


def packed_document(body):
    groups = b""
    for group in body["resourceSpans"]:
        scopes = b"".join(
            packed(2, b"".join(packed(2, packed_span(s)) for s in scope["spans"])) for scope in group["scopeSpans"]
        )
        groups += packed(1, packed(1, packed_pairs(1, group["resource"]["attributes"])) + scopes)
    return groups


@pytest.mark.parametrize("seed", range(30))
def test_protobuf_read_as_columns_is_the_json_of_the_same_spans(tmp_path, seed):
    draw = random.Random(seed)
    bodies = [document(draw, 20 * k) for k in range(4)]
    raw = b"".join(struct.pack(">I", len(m)) + m for m in map(packed_document, bodies))
    file = OtlpProtobufFile(put(tmp_path, "a.binpb", raw))
    rows = [row for batch in file.batches() for row in batch.to_pylist()]
    slow = of_lines(enumerate(map(json.dumps, bodies), 1), suspect=False)
    assert (rows, file.bad) == (slow.batch().to_pylist(), [])


def test_text_in_protobuf_that_is_no_utf8_is_shown_as_such(tmp_path):
    span = one(random.Random(1), 1) | {"attributes": []}
    body = (
        packed_span(span | {"name": ""})
        + packed(5, b"pay\xff")
        + packed(9, packed(1, b"k\xff") + packed(2, packed(1, b"\xfe")))
    )
    raw = packed(1, packed(2, packed(2, body)))
    file = OtlpProtobufFile(put(tmp_path, "a.pb", raw))
    ((row,),) = [batch.to_pylist() for batch in file.batches()]
    assert (row["name"], json.loads(row["attributes"])) == ("pay�", {"k�": "�"})


def test_what_has_to_be_in_memory_at_once_is_bounded_and_refused_in_one_line(tmp_path, monkeypatch):
    monkeypatch.setattr(otlp, "MOST_CHARS", 100)
    monkeypatch.setattr(otlp_protobuf, "MOST_BYTES", 100)
    monkeypatch.setattr(otlp_protobuf, "_CHUNK_BYTES", 64)
    body = document(random.Random(3), 0)
    pretty = open_otlp_json(put(tmp_path, "a.json", json.dumps(body, indent=1).encode()))
    plain = OtlpProtobufFile(put(tmp_path, "a.pb", packed_document(body)))
    sized = OtlpProtobufFile(put(tmp_path, "a.binpb", struct.pack(">I", 1 << 31) + packed_document(body)))
    for file, what in (
        (pretty, "characters of one object"),
        (plain, "bytes of one message"),
        (sized, "bytes of one message"),
    ):
        with pytest.raises(DataRefusedError, match=rf"{what}: found 'more than 100', allowed: 100[^\n]*$"):
            list(file.batches())

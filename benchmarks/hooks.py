"""A million spans to payment traces and latency: `python benchmarks/hooks.py [--traces 170000]`.

Spans as the mall's services emit them, six a payment over thirty days, one dependency slow for a third of them in the last ten; written as parquet, as
OTLP/JSON and as OTLP protobuf. Each measurement runs in a process of its own: CPU seconds, wall seconds, and the whole peak of the process.
"""

import argparse
import json
import struct
import sys
import tempfile
from datetime import date
from pathlib import Path

# `ltv.py` beside this file has the name of the package.
HERE = Path(__file__).resolve().parent
sys.path = [folder for folder in sys.path if Path(folder).resolve() != HERE]
import ltv  # noqa: E402

sys.path.append(str(HERE))

import numpy as np  # noqa: E402
import pyarrow as pa  # noqa: E402
import pyarrow.parquet as pq  # noqa: E402
from _measure import apart, measured, peak_mb  # noqa: E402

from ltv.sources.mall.tables.telemetry import SERVICES, SPAN_MS, SPAN_SIGMA, SPANS  # noqa: E402

END, DAY_US, DAYS, SLOW_DAYS = np.datetime64("2026-06-30T16:00", "us").astype(np.int64), 86_400_000_000, 30, 10
CHANNELS, SHARES = ("wechat_pay", "alipay", "unionpay"), (0.6, 0.35, 0.05)
AT_ONCE = 1_000  # traces in a message
GOAL_S, GOAL_MB = 30, 1_500  # of the whole board: hooks_board.py


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--traces", type=int, default=170_000, help="of six spans each")
    asked.add_argument("--case", nargs=2, help=argparse.SUPPRESS)
    given = asked.parse_args()
    if given.case:
        print(json.dumps(CASES[given.case[0]](Path(given.case[1]))))
        return
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), given.traces)
        print(f"{given.traces * len(SPANS):,} spans")
        for case in CASES:
            told = apart(__file__, "--case", case, folder)
            print(f"{case:15} {told['cpu_s']:6.1f} s CPU {told['wall_s']:6.1f} s {told['peak']:7,.0f} MB", flush=True)


def write(out: Path, traces: int) -> None:
    """Orders, and the same spans in three formats."""
    rng = np.random.default_rng(3)
    at = np.sort(rng.integers(END - DAYS * DAY_US, END - 60_000_000, traces))
    channel, fen = rng.choice(len(CHANNELS), traces, p=SHARES), rng.integers(100, 100_000, traces)
    own = np.array(SPAN_MS) * rng.lognormal(0, SPAN_SIGMA, (traces, len(SPANS)))
    late = at >= END - SLOW_DAYS * DAY_US
    own[:, 3] *= np.where(late & (channel == 1), 6, 1)
    length = np.concatenate([own.sum(1, keepdims=True), own[:, 1:]], 1)
    begin = np.concatenate([np.zeros((traces, 1)), own[:, :1] / 2 + np.cumsum(own[:, 1:], 1) - own[:, 1:]], 1)
    started, lasted = at[:, None] + (begin * 1000).astype(np.int64), (length * 1000).astype(np.int64)
    raw = rng.bytes(16 * traces), rng.bytes(8 * traces * len(SPANS))
    ids = [raw[0][16 * k : 16 * k + 16] for k in range(traces)], [raw[1][8 * k : 8 * k + 8] for k in range(traces * 6)]
    said = [
        {"service.version": "v2.8.0" if k == 3 and late[t] else "v2.7.3"}
        | ({"payment.amount": int(fen[t]), "payment.channel": CHANNELS[channel[t]], "order.id": f"P{t:012d}"} if k == 4 else {})
        for t in range(traces)
        for k in range(len(SPANS))
    ]  # fmt: skip
    _parquet(out, ids, started, lasted, said)
    _otlp(out, ids, started, lasted, said)
    orders = {
        "order_id": [f"P{t:012d}" for t in range(traces)],
        "ts": pa.array(at, pa.timestamp("us")),
        "source": ["app"] * traces,
    }
    orders |= {"amount": fen / 100, "status": ["paid"] * traces, "payment_channel": [CHANNELS[c] for c in channel]}
    pq.write_table(pa.table(orders), out / "orders.parquet")


def _parquet(out: Path, ids: tuple, started: np.ndarray, lasted: np.ndarray, said: list[dict]) -> None:
    traces, spans = ids
    n = len(SPANS)
    rows = {
        "trace_id": [t.hex() for t in traces for _ in SPANS],
        "span_id": [s.hex() for s in spans],
        "parent_span_id": [None if k % n == 0 else spans[k - k % n].hex() for k in range(len(spans))],
        "service": list(SERVICES) * len(traces),
        "name": list(SPANS) * len(traces),
        "started_at": pa.array(started.ravel(), pa.timestamp("us")),
        "duration_us": lasted.ravel(),
        "status": ["OK"] * len(spans),
        "attributes": [json.dumps(a) for a in said],
    }
    pq.write_table(pa.table(rows), out / "spans.parquet")


def _otlp(out: Path, ids: tuple, started: np.ndarray, lasted: np.ndarray, said: list[dict]) -> None:
    """JSON lines and protobuf, a message for a thousand traces."""
    with (out / "spans.jsonl").open("w") as lines, (out / "spans.binpb").open("wb") as packed:
        for first in range(0, len(ids[0]), AT_ONCE):
            groups, message = [], b""
            for k, service in enumerate(SERVICES):
                told = [
                    _span(t, k, ids, started, lasted, said) for t in range(first, min(first + AT_ONCE, len(ids[0])))
                ]
                resource = _pair("service.name", service)
                groups.append(
                    {"resource": {"attributes": [resource[0]]}, "scopeSpans": [{"spans": [t[0] for t in told]}]}
                )
                scope = b"".join(_bytes(2, t[1]) for t in told)
                message += _bytes(1, _bytes(1, _bytes(1, resource[1])) + _bytes(2, scope))
            lines.write(json.dumps({"resourceSpans": groups}, separators=(",", ":")) + "\n")
            packed.write(struct.pack(">I", len(message)) + message)


def _span(  # noqa: PLR0917  the columns of a span
    t: int, k: int, ids: tuple, started: np.ndarray, lasted: np.ndarray, said: list[dict]
) -> tuple[dict, bytes]:
    trace, spans = ids
    row, begin = t * len(SPANS) + k, int(started[t, k]) * 1000
    end, root = begin + int(lasted[t, k]) * 1000, spans[t * len(SPANS)]
    pairs = [_pair(*item) for item in said[row].items()]
    body = {"traceId": trace[t].hex(), "spanId": spans[row].hex(), "name": SPANS[k], "startTimeUnixNano": str(begin)}
    body |= {"endTimeUnixNano": str(end), "attributes": [p[0] for p in pairs], "status": {"code": 1}}
    raw = _bytes(1, trace[t]) + _bytes(2, spans[row]) + _bytes(5, SPANS[k].encode())
    raw += struct.pack("<BQBQ", 7 << 3 | 1, begin, 8 << 3 | 1, end) + b"".join(_bytes(9, p[1]) for p in pairs)
    if k:
        body["parentSpanId"] = root.hex()
        raw += _bytes(4, root)
    return body, raw + _bytes(15, bytes([3 << 3, 1]))


def _pair(key: str, value: str | int) -> tuple[dict, bytes]:
    if isinstance(value, int):
        return {"key": key, "value": {"intValue": str(value)}}, _bytes(1, key.encode()) + _bytes(
            2, bytes([3 << 3]) + _varint(value)
        )
    return {"key": key, "value": {"stringValue": value}}, _bytes(1, key.encode()) + _bytes(2, _bytes(1, value.encode()))


def _bytes(number: int, content: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def _board(folder: Path) -> dict[str, float]:
    from ltv.warehouse.duck import DuckEngine
    from ltv.warehouse.table import Table

    def work() -> None:
        with DuckEngine() as engine:
            for name in ("spans", "orders"):
                engine.attach(name, [folder / f"{name}.parquet"])
            spans, orders = Table(engine, "spans"), Table(engine, "orders")
            read = ltv.traces(spans, as_of=date(2026, 6, 30), timezone="Asia/Shanghai")
            paid = ltv.payment_traces(read, orders, as_of=date(2026, 6, 30), timezone="Asia/Shanghai")
            slow = ltv.latency(read, as_of=date(2026, 6, 30), timezone="Asia/Shanghai")
            assert (len(paid.mismatches), slow.slower["service"].tolist()) == (0, ["risk"])
            print(*paid.takeaways("en"), *slow.takeaways("en"), sep="\n", file=sys.stderr)

    return measured(work) | {"peak": peak_mb()}


def _read(name: str, folder: Path) -> dict[str, float]:
    """From the file to the accepted rows of a workspace."""
    from datetime import datetime

    from ltv import settings
    from ltv.contract import INPUTS
    from ltv.contract.checks import Context
    from ltv.settings import Source
    from ltv.sources.ingest import Ingest

    (folder / "ltv.toml").write_text('timezone = "UTC"\n')
    made = settings.load(folder)
    context = Context("UTC", datetime(2026, 7, 2), made.earliest, made.currency)  # noqa: DTZ001  naive UTC

    def work() -> None:
        facts = Ingest(INPUTS["spans"], Source(path=name), made, folder, context, None).into(folder / f"read {name}")
        assert facts.read == facts.accepted > 0, facts

    return measured(work) | {"peak": peak_mb()}


CASES = {
    "board": _board,
    "read parquet": lambda folder: _read("spans.parquet", folder),
    "read protobuf": lambda folder: _read("spans.binpb", folder),
    "read JSON": lambda folder: _read("spans.jsonl", folder),
}

if __name__ == "__main__":
    main()

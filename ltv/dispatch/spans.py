"""What was sent, as OpenTelemetry spans: one line of OTLP JSON a batch, the form that collectors read from files.

The lines are written by hand: the library's exporters speak protobuf to a collector, and none of them writes this form;
what it would bring is a dependency for the dozen names below. A trace is an intervention with all its attempts.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ltv.dispatch.answers import Answer
    from ltv.dispatch.leases import Message

_CLIENT = 3  # SPAN_KIND_CLIENT
_OK, _ERROR = 1, 2
KEPT_FILES = 14


@dataclass(frozen=True)
class Span:
    """One attempt.

    Attributes:
        message: what was sent.
        answer: what it came to.
        state: what became of the message.
        started_ms: when; milliseconds since 1970.
    """

    message: Message
    answer: Answer
    state: str
    started_ms: int


def traceparent(message: Message) -> str:
    """The W3C header that lets the receiver's spans hang below ours.

    Args:
        message: about to be sent.
    """
    trace, span = _ids(message)
    return f"00-{trace}-{span}-01"


def write(folder: Path, spans: Sequence[Span], *, day: str) -> None:
    """Add one line to the day's file of this process, and take away files of days long gone.

    Args:
        folder: where they lie.
        spans: of one batch.
        day: YYYY-MM-DD.

    Raises:
        OSError: the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"dispatch-{day}-{os.getpid()}.jsonl"
    fresh = not path.exists()
    with path.open("a", encoding="utf-8") as file:
        file.write(line(spans))
    if fresh:
        days = sorted({p.name[9:19] for p in folder.glob("dispatch-????-??-??-*.jsonl")})
        for old in days[:-KEPT_FILES]:
            for gone in folder.glob(f"dispatch-{old}-*.jsonl"):
                gone.unlink(missing_ok=True)


def line(spans: Sequence[Span]) -> str:
    """Spans as one line of OTLP JSON.

    Args:
        spans: of one batch.
    """
    resource = {"attributes": [_attribute("service.name", "ltv-dispatch"), _attribute("process.pid", os.getpid())]}
    scope = {"scope": {"name": "ltv.dispatch"}, "spans": [_told(span) for span in spans]}
    return json.dumps({"resourceSpans": [{"resource": resource, "scopeSpans": [scope]}]}, ensure_ascii=False) + "\n"


def _told(span: Span) -> dict[str, Any]:
    trace, own = _ids(span.message)
    start = span.started_ms * 1_000_000
    given = {
        "messaging.system": "ltv",
        "messaging.operation.name": "send",
        "messaging.destination.name": span.message.endpoint,
        "messaging.message.id": span.message.message_id,
        "http.response.status_code": span.answer.status,
        "http.request.resend_count": span.message.attempts,
        "ltv.topic": span.message.topic,
        "ltv.outcome": span.answer.kind,
        "ltv.state": span.state,
    }
    bad = span.answer.kind != "accepted"
    return {
        "traceId": trace,
        "spanId": own,
        "name": f"send {span.message.endpoint}",
        "kind": _CLIENT,
        "startTimeUnixNano": str(start),
        "endTimeUnixNano": str(start + int(span.answer.latency_ms * 1_000_000)),
        "attributes": [_attribute(name, value) for name, value in given.items() if value is not None],
        "status": {"code": _ERROR, "message": span.answer.why} if bad else {"code": _OK},
    }


def _attribute(name: str, value: object) -> dict[str, Any]:
    kind = "intValue" if isinstance(value, int) else "stringValue"
    return {"key": name, "value": {kind: str(value)}}


def _ids(message: Message) -> tuple[str, str]:
    trace = hashlib.sha256(message.message_id.encode()).hexdigest()[:32]
    span = hashlib.sha256(f"{message.message_id} {message.attempts}".encode()).hexdigest()[:16]
    return trace, span

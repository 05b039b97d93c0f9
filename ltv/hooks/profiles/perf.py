"""What `perf data convert --to-json` writes: every sample with its own time.

Times are those of the monotonic clock. The header tells when the file was finished, which is taken for the moment of the last sample.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from ltv.errors import DataRefusedError
from ltv.hooks.profiles.stacks import Sample


def read_perf(text: str, label: str) -> list[Sample]:
    """All samples.

    Args:
        text: the file.
        label: what messages call it.

    Raises:
        DataRefusedError: it is cut short, or no such file: it is one JSON object, whole or not.
    """
    try:
        body = json.loads(text)
        finished, last = _clock(body)
        return [_sample(sample, finished, last) for sample in body["samples"]]
    except json.JSONDecodeError:
        raise DataRefusedError(
            f"{label}: found JSON that is cut short, allowed: a whole file of perf data convert"
        ) from None
    except (AttributeError, KeyError, RecursionError, TypeError, ValueError):
        raise DataRefusedError(f"{label}: found other JSON, allowed: a file of perf data convert --to-json") from None


def _clock(body: dict[str, Any]) -> tuple[datetime | None, int]:
    finished = body.get("headers", {}).get("captured-on")
    last = max((int(s["timestamp"]) for s in body["samples"] if "timestamp" in s), default=0)
    if not finished or not last:
        return None, 0
    return datetime.fromisoformat(finished).replace(tzinfo=None), last


def _sample(sample: dict[str, Any], finished: datetime | None, last: int) -> Sample:
    chain = [str(f.get("symbol") or f["ip"]) for f in sample["callchain"]]
    frames = (str(sample.get("comm", "?")), *reversed(chain))
    at = None
    if finished is not None and "timestamp" in sample:
        at = finished - timedelta(microseconds=(last - int(sample["timestamp"])) // 1000)
    return Sample(frames, 1.0, "samples", "samples", (at, at))

"""The outbox in OpenMetrics text, in `data/state/dispatch.prom`, for a node exporter's text files or any scraper.

The figures are those of the database, so several workers write the same file and none counts for itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from ltv.dispatch import counters
from ltv.dispatch.leases import STATES
from ltv.warehouse.files import write_text

if TYPE_CHECKING:
    from ltv.dispatch.counters import Key
    from ltv.dispatch.outbox import Outbox

FILE = "dispatch.prom"
BOUNDS_MS = (5.0, 10.0, 25.0, 50.0, 100.0, 250.0, 500.0, 800.0, 2_500.0, 5_000.0)
_LEVELS = {"closed": 0, "half_open": 1, "open": 2}
_BREAKERS = "SELECT endpoint, state, disabled FROM breakers ORDER BY endpoint"
_DEPTHS = "SELECT state, COUNT(*) AS n FROM messages GROUP BY state"
_OLDEST = "SELECT MIN(queued_ms) AS oldest FROM messages WHERE state IN ('ENQUEUED', 'RETRYABLE', 'PROCESSING')"
_POOLS = "SELECT offer_id, stock, reserved, redeemed FROM offers ORDER BY offer_id"


def write_metrics(outbox: Outbox) -> None:
    """Write the file, whole.

    Args:
        outbox: of the workspace.

    Raises:
        LtvError: it cannot be written.
    """
    write_text(outbox.root / "data" / "state" / FILE, metrics(outbox))


def metrics(outbox: Outbox) -> str:
    """The figures as OpenMetrics text, version 1.0.0.

    Args:
        outbox: of the workspace.
    """
    with outbox.database.reading() as tx:
        counted = counters.read_all(tx)
        depths = {row["state"]: row["n"] for row in tx.rows(_DEPTHS)}
        breakers = tx.rows(_BREAKERS)
        oldest = tx.one(_OLDEST)
        pools = tx.rows(_POOLS)
    age = 0.0 if oldest is None else max(outbox.now_ms - oldest, 0) / 1000
    levels = [({"endpoint": b["endpoint"]}, _LEVELS[b["state"]]) for b in breakers]
    off = [({"endpoint": b["endpoint"]}, int(bool(b["disabled"]))) for b in breakers]
    held = [({"offer": p["offer_id"], "state": s}, p[s]) for p in pools for s in ("reserved", "redeemed")]
    lines = [
        *_family("messages", "gauge", "Messages by state.", [({"state": s}, depths.get(s, 0)) for s in STATES]),
        *_family("oldest_waiting_seconds", "gauge", "Age of the message that waits longest.", [({}, age)]),
        *_counter(counted, counters.SENDS, "sends", "Attempts and ends by outcome.", ("endpoint", "outcome")),
        *_counter(counted, counters.REFUSED, "refused", "Interventions refused by a rule.", ("", "rule")),
        *_counter(counted, counters.HELD_BACK, "held_back", "Not taken: the queue was full. Alarm.", ("", "")),
        *_counter(counted, counters.CRASHED, "lost_leases", "Leases that ran out.", ("endpoint", "")),
        *_counter(counted, counters.OPENED, "breaker_opened", "Breakers that opened.", ("endpoint", "")),
        *_counter(counted, counters.OUTSIDE, "redeemed_beyond_stock", "Told by the shop, not in stock.", ("", "offer")),
        *_family("breaker_state", "gauge", "0 closed, 1 half open, 2 open.", levels),
        *_family("endpoint_disabled", "gauge", "1 is out of use.", off),
        *_family("offers", "gauge", "Offers by state.", held),
        *_histogram(counted),
    ]
    return "\n".join([*lines, "# EOF", ""])


Sample = tuple[Mapping[str, str], float]


def _family(name: str, kind: str, words: str, samples: Iterable[Sample], *, end: str = "") -> list[str]:
    head = [f"# TYPE ltv_dispatch_{name} {kind}", f"# HELP ltv_dispatch_{name} {words}"]
    return [*head, *[_sample(f"{name}{end}", labels, value) for labels, value in samples]]


def _counter(counted: Mapping[Key, float], key: str, name: str, words: str, labels: tuple[str, str]) -> list[str]:
    samples = [
        ({label: value for label, value in zip(labels, (endpoint, other), strict=True) if label}, amount)
        for (which, endpoint, other), amount in counted.items()
        if which == key
    ]
    if not samples and not any(labels):
        samples = [({}, 0.0)]  # an alarm is there before it rings
    return _family(name, "counter", words, samples, end="_total")


def _histogram(counted: Mapping[Key, float]) -> list[str]:
    name, samples = "latency_seconds", []
    for endpoint in sorted({e for which, e, _ in counted if which == counters.LATENCY}):
        total = 0.0
        for bound in (*BOUNDS_MS, float("inf")):
            total += counted.get((counters.LATENCY, endpoint, f"{bound:g}"), 0)
            le = "+Inf" if bound == float("inf") else f"{bound / 1000:g}"
            samples.append(_sample(f"{name}_bucket", {"endpoint": endpoint, "le": le}, total))
        spent = counted.get((counters.LATENCY_SUM, endpoint, ""), 0) / 1000
        samples.append(_sample(f"{name}_count", {"endpoint": endpoint}, total))
        samples.append(_sample(f"{name}_sum", {"endpoint": endpoint}, spent))
    return [*_family(name, "histogram", "Time of a call, in seconds.", []), *samples]


def _sample(name: str, labels: Mapping[str, str], value: float) -> str:
    told = ",".join(f'{label}="{_escaped(text)}"' for label, text in labels.items())
    return f"ltv_dispatch_{name}{'{' + told + '}' if told else ''} {value:.15g}"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')

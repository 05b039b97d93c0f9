"""`[[objectives]]`, `[[routes]]` and `[prometheus]` of `ltv.toml`: what the hooks promise, how a release is routed, where counters are."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from typing import Any

from ltv.errors import UsageError, found
from ltv.settings.readers import FILE, at_least_one, items, mapping, number, only_known, text, whole

EVERY_HOOK = "*"
_METRIC = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
_MOST_DAYS = 90


@dataclass(frozen=True)
class Objective:
    """What a hook promises.

    Attributes:
        hook: its name; `*` is every hook that has no objective of its own.
        availability: share of calls that end well, retries included.
        latency_ms: a call that takes longer is a slow one.
        fast_share: share of calls that are not slow.
        window_days: over which the error budget is kept.
    """

    hook: str = EVERY_HOOK
    availability: float = 0.995
    latency_ms: float = 800
    fast_share: float = 0.95
    window_days: int = 30


@dataclass(frozen=True)
class Routed:
    """A row of the routing table of a gray release, as the gateway has it; the audit says whether the table is whole.

    Attributes:
        release: which table.
        first: first bucket.
        last: last bucket, included.
        target: where they go.
        weight: share of all buckets that the row claims to have.
        buckets: how many the table has.
    """

    release: str
    first: int
    last: int
    target: str
    weight: float
    buckets: int = 100


@dataclass(frozen=True)
class Prometheus:
    """Where counters of the shop are read, and what they are called.

    Attributes:
        url: the server; empty where there is none.
        order_success: counter of orders that went through.
        payment_latency: histogram of payments in seconds, without `_bucket`.
        cache_hits: counter of hits.
        cache_requests: counter of hits and misses together.
        cache_goal: a hit rate below is bad.
        timeout_s: how long to wait for an answer.
    """

    url: str = ""
    order_success: str = "order_success_total"
    payment_latency: str = "payment_latency_seconds"
    cache_hits: str = "cache_hits_total"
    cache_requests: str = "cache_requests_total"
    cache_goal: float = 0.92
    timeout_s: float = 10


def objectives(name: str, value: object) -> tuple[Objective, ...]:
    """Read the sections `[[objectives]]`.

    Args:
        name: `objectives`.
        value: what `ltv.toml` has under it.

    >>> objectives("objectives", [{"hook": "payment", "availability": 0.999}])[0].latency_ms
    800
    """
    read = tuple(_one(Objective, _OBJECTIVE, ("hook",), name, v) for v in items(name, value))
    hooks = [o.hook for o in read]
    twice = next((h for h in hooks if hooks.count(h) > 1), None)
    if twice is not None:
        raise UsageError(found(f"{FILE} [[{name}]] hook", twice, "each hook once"))
    return read


def routes(name: str, value: object) -> tuple[Routed, ...]:
    """Read the sections `[[routes]]`; a table with holes is read too: to find them is what the audit is for.

    Args:
        name: `routes`.
        value: what `ltv.toml` has under it.

    >>> routes("routes", [{"release": "v2", "first": 0, "last": 9, "target": "stable", "weight": 0.9}])[0].buckets
    100
    """
    needed = ("release", "first", "last", "target", "weight")
    return tuple(_one(Routed, _ROUTED, needed, name, v) for v in items(name, value))


def prometheus(name: str, value: object) -> Prometheus:
    """Read the section `[prometheus]`.

    Args:
        name: `prometheus`.
        value: what `ltv.toml` has under it.

    >>> prometheus("prometheus", {"url": "http://localhost:9090"}).cache_goal
    0.92
    """
    raw = mapping(name, value)
    only_known(f"{FILE} [{name}]", raw, {f.name for f in fields(Prometheus)})
    return Prometheus(**{k: _PROMETHEUS[k](f"{name}.{k}", v) for k, v in raw.items()})


def _one(kind: Any, readers: dict[str, Any], needed: tuple[str, ...], name: str, value: object) -> Any:  # noqa: ANN401
    where = f"[[{name}]]"
    raw = mapping(where, value)
    only_known(f"{FILE} {where}", raw, set(readers))
    missing = [key for key in needed if key not in raw]
    if missing:
        raise UsageError(found(f"{FILE} {where}", raw, f"also {', '.join(missing)}"))
    return kind(**{k: readers[k](f"{where} {k}", v) for k, v in raw.items()})


def _inside(name: str, value: object) -> float:
    share = number(name, value)
    if not 0 < share < 1:
        raise UsageError(found(f"{FILE} {name}", value, "a fraction between 0 and 1, neither of them"))
    return share


def _above_zero(name: str, value: object) -> float:
    amount = number(name, value)
    if not amount:
        raise UsageError(found(f"{FILE} {name}", value, "a number above 0"))
    return amount


def _days(name: str, value: object) -> int:
    days = at_least_one(name, value)
    if days > _MOST_DAYS:
        raise UsageError(found(f"{FILE} {name}", value, f"1 to {_MOST_DAYS}"))
    return days


def _metric(name: str, value: object) -> str:
    metric = text(name, value)
    if not _METRIC.fullmatch(metric):
        raise UsageError(found(f"{FILE} {name}", metric, "the name of a metric such as order_success_total"))
    return metric


def _address(name: str, value: object) -> str:
    url = text(name, value)
    if not url.startswith(("http://", "https://")):
        raise UsageError(found(f"{FILE} {name}", url, "http://… or https://…"))
    return url


_OBJECTIVE: dict[str, Any] = {
    "hook": text,
    "availability": _inside,
    "latency_ms": _above_zero,
    "fast_share": _inside,
    "window_days": _days,
}
_ROUTED: dict[str, Any] = {
    "release": text,
    "first": whole,
    "last": whole,
    "target": text,
    "weight": number,
    "buckets": at_least_one,
}
_PROMETHEUS: dict[str, Any] = {
    "url": _address,
    "order_success": _metric,
    "payment_latency": _metric,
    "cache_hits": _metric,
    "cache_requests": _metric,
    "cache_goal": _inside,
    "timeout_s": _above_zero,
}

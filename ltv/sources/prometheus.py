"""Counters read back from the HTTP API of a Prometheus server."""

from __future__ import annotations

import datetime as dt
import http.client
import json
import re
import urllib.error
import urllib.parse
import urllib.request
from typing import TYPE_CHECKING, Any

from ltv.errors import UsageError, found

if TYPE_CHECKING:
    import pandas as pd

_MOST_BYTES = 256 << 20
_METRIC = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
_MOST_HOURS = 24 * 366


def read_counters(
    url: str,
    query: str = "funnel_step_total",
    *,
    at: dt.datetime | None = None,
    start: dt.datetime | None = None,
    end: dt.datetime | None = None,
    step_seconds: float = 60,
    timeout_s: float = 10,
) -> pd.DataFrame:
    """Ask a Prometheus server for series: at one moment, or between two.

    Args:
        url: the server, such as http://localhost:9090.
        query: PromQL; default all series of the funnel.
        at: the moment; default the server's present. A naive time is UTC.
        start: first moment of a range.
        end: last moment of a range.
        step_seconds: distance between the moments of a range.
        timeout_s: how long to wait for the server.

    Returns:
        One row a series and moment: `ts` (naive UTC), a column for each label, `value`.

    Raises:
        UsageError: the server cannot be reached, does not answer in time, or refuses the query.
    """
    if (start is None) != (end is None) or (at is not None and start is not None):
        raise UsageError(found("at, start, end", (at, start, end), "either at, or start and end"))
    if not step_seconds > 0 or not timeout_s > 0:
        raise UsageError(found("step_seconds, timeout_s", (step_seconds, timeout_s), "more than 0"))
    asked: dict[str, str] = {"query": query}
    if start is not None and end is not None:
        asked |= {"start": _seconds(start), "end": _seconds(end), "step": str(step_seconds)}
    elif at is not None:
        asked["time"] = _seconds(at)
    path = "/api/v1/query" if start is None else "/api/v1/query_range"
    return _frame(_answer(_server(url) + path, asked, timeout_s))


def increase(metric: str, *, hours: int, days_ago: int = 0) -> str:
    """PromQL for how much a counter has risen, all series together; restarts of what is counted do not matter.

    Args:
        metric: name of the counter.
        hours: over how many hours up to the moment that is asked for.
        days_ago: so many days earlier.

    Raises:
        UsageError: the name is none, or a length is out of range.

    >>> increase("order_success_total", hours=48, days_ago=7)
    'sum(increase(order_success_total[48h] offset 7d))'
    """
    return f"sum(increase({_over(metric, hours, days_ago)}))"


def share_of(part: str, whole: str, *, hours: int, days_ago: int = 0) -> str:
    """PromQL for the share that one counter's rise has of another's.

    Args:
        part: name of the counter of the part, such as hits.
        whole: name of the counter of everything, such as requests.
        hours: over how many hours.
        days_ago: so many days earlier.

    Raises:
        UsageError: a name is none, or a length is out of range.
    """
    return f"{increase(part, hours=hours, days_ago=days_ago)} / {increase(whole, hours=hours, days_ago=days_ago)}"


def histogram_quantile(metric: str, q: float, *, hours: int, days_ago: int = 0) -> str:
    """PromQL for a quantile of a classic histogram, all series together.

    Args:
        metric: name of the histogram, without `_bucket`.
        q: between 0 and 1.
        hours: over how many hours.
        days_ago: so many days earlier.

    Raises:
        UsageError: the name is none, or a length or the quantile is out of range.

    >>> histogram_quantile("payment_latency_seconds", 0.95, hours=48)
    'histogram_quantile(0.95, sum by (le) (increase(payment_latency_seconds_bucket[48h])))'
    """
    if not 0 < q < 1:
        raise UsageError(found("q", q, "a fraction between 0 and 1, neither of them"))
    return f"histogram_quantile({q:g}, {histogram(metric, hours=hours, days_ago=days_ago)})"


def histogram(metric: str, *, hours: int, days_ago: int = 0) -> str:
    """PromQL for the rise of a classic histogram's buckets, each with all below it, all series together.

    Args:
        metric: name of the histogram, without `_bucket`.
        hours: over how many hours.
        days_ago: so many days earlier.

    Raises:
        UsageError: the name is none, or a length is out of range.
    """
    return f"sum by (le) (increase({_over(f'{metric}_bucket', hours, days_ago)}))"


def _over(metric: str, hours: int, days_ago: int) -> str:
    if not _METRIC.fullmatch(metric):
        raise UsageError(found("metric", metric, "a name such as order_success_total"))
    if isinstance(hours, bool) or not isinstance(hours, int) or not 1 <= hours <= _MOST_HOURS:
        raise UsageError(found("hours", hours, f"1 to {_MOST_HOURS}"))
    return f"{metric}[{hours}h]" + (f" offset {days_ago}d" if days_ago else "")


def _server(url: str) -> str:
    parts = urllib.parse.urlsplit(str(url))
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UsageError(found("url", _plain(str(url)), "http:// or https:// and a server"))
    return str(url).rstrip("/")


def _plain(url: str) -> str:
    """The address without a password."""
    scheme, mark, rest = url.partition("://")
    return scheme + mark + rest.rpartition("@")[2] if mark else url.rpartition("@")[2]


def _seconds(moment: dt.datetime) -> str:
    aware = moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
    return f"{aware.timestamp():.3f}"


def _answer(address: str, asked: dict[str, str], timeout_s: float) -> dict[str, Any]:
    # the scheme is http or https: see _server
    request = urllib.request.Request(address, urllib.parse.urlencode(asked).encode())  # noqa: S310
    shown = _plain(address)
    try:
        with urllib.request.urlopen(request, timeout=timeout_s) as answer:  # noqa: S310
            body = answer.read(_MOST_BYTES + 1)
    except urllib.error.HTTPError as error:
        raise UsageError(found("query", asked["query"], f"one that {shown} answers ({_told(error)})")) from None
    except TimeoutError:
        raise UsageError(found("url", shown, f"a server that answers in {timeout_s:g} s")) from None
    except (OSError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", error)
        if isinstance(reason, TimeoutError):
            raise UsageError(found("url", shown, f"a server that answers in {timeout_s:g} s")) from None
        raise UsageError(found("url", shown, f"a Prometheus that can be reached ({_line(reason)})")) from None
    if len(body) > _MOST_BYTES:
        raise UsageError(found("query", asked["query"], f"an answer of at most {_MOST_BYTES >> 20} MB"))
    try:
        return dict(json.loads(body)["data"])
    except (ValueError, KeyError, TypeError):
        raise UsageError(found("url", shown, "a Prometheus: its answer is another one's")) from None


def _told(error: urllib.error.HTTPError) -> str:
    try:
        return _line(json.loads(error.read(1 << 16))["error"])
    except (ValueError, KeyError, TypeError, OSError):
        return f"HTTP {error.code}"


def _line(words: object) -> str:
    return " ".join(str(words).split())[:200]


def _frame(data: dict[str, Any]) -> pd.DataFrame:
    import pandas as pd

    kind, result = data.get("resultType"), data.get("result", [])
    if kind in ("scalar", "string"):
        result = [{"metric": {}, "value": result}]
    try:
        rows = [
            {"ts": float(moment)} | series["metric"] | {"value": float(value)}
            for series in result
            for moment, value in series.get("values") or [series["value"]]
        ]
    except (KeyError, TypeError, ValueError):
        raise UsageError(found("query", kind, "one whose answer is numbers")) from None
    labels = sorted({name for row in rows for name in row} - {"ts", "value"})
    frame = pd.DataFrame(rows, columns=["ts", *labels, "value"])
    frame["ts"] = pd.to_datetime((frame["ts"] * 1000).round(), unit="ms").astype("datetime64[us]")
    return frame.sort_values(["ts", *labels], ignore_index=True)

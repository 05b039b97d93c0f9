"""Tiles from a real Prometheus that scrapes counters which rise; what is not configured or not there is told."""

import datetime as dt
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pandas as pd
import pytest
from support_servers import prometheus_server

import ltv
from ltv.behaviour.golden48_result import Golden48
from ltv.errors import UsageError
from ltv.settings.service import Prometheus
from ltv.sources.prometheus import histogram_quantile, increase

# what each scrape finds more of: 10 orders, 100 requests to the cache, 100 payments
LINES = (
    ("order_success_total", "", 10),
    ("cache_hits_total", '{node="a"}', 40),
    ("cache_hits_total", '{node="b"}', 50),
    ("cache_requests_total", "", 100),
    ("payment_latency_seconds_bucket", '{le="0.1"}', 50),
    ("payment_latency_seconds_bucket", '{le="0.5"}', 95),
    ("payment_latency_seconds_bucket", '{le="1"}', 100),
    ("payment_latency_seconds_bucket", '{le="+Inf"}', 100),
)


@contextmanager
def shop() -> Iterator[str]:
    scrapes = [0]

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            scrapes[0] += 1
            kinds = ["# TYPE payment_latency_seconds histogram"]
            body = "\n".join(kinds + [f"{n}{labels} {by * scrapes[0]}" for n, labels, by in LINES]) + "\n"
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=0.0.4")
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC).replace(tzinfo=None)


def launched(*starts: dt.datetime) -> Golden48:
    """A page of launches as of the end of tomorrow."""
    named = {
        "launch_id": [f"l{k}" for k in range(len(starts))],
        "name": "New home page",
        "started_at": pd.to_datetime(list(starts)),
    }
    bought = {"order_id": ["a"], "ts": pd.to_datetime([now()]), "amount": [1.0], "status": "paid", "user_id": [1]}
    as_of = now().date() + dt.timedelta(days=1)
    return ltv.golden48(pd.DataFrame(named), orders=pd.DataFrame(bought), as_of=as_of)


def test_a_real_prometheus_gives_the_tiles():
    with shop() as target, prometheus_server(target) as url:
        asked = Prometheus(url)
        deadline = time.monotonic() + 90
        while ltv.operations(asked, until=now()).known.empty and time.monotonic() < deadline:
            time.sleep(0.5)
        time.sleep(3)
        found = ltv.operations(asked, until=now())
        values = found.table.set_index("metric")["value"]
        assert values["orders"] >= 10
        assert values["cache"] == pytest.approx(0.9, abs=1e-6)
        assert values[["p50", "p95", "p99"]].tolist() == pytest.approx([0.1, 0.5, 0.9], abs=1e-6)
        assert found.table["previous"].isna().all()  # nothing was scraped a week before
        tiles = {k.label.en: k for k in found.key_figures}
        assert tiles["Cache hit rate"].state == "bad" and len(tiles) == 5
        assert "not above 92.0%" in found.takeaways("en")[0] and found.findings[0].action is not None
        assert ltv.operations(Prometheus(url, cache_goal=0.85), until=now()).findings[0].state == "good"
        assert found.figure(lang="zh").data
        other = ltv.operations(Prometheus(url, order_success="orders_ok_total"), until=now())
        assert "does not have these metrics: orders_ok_total" in other.takeaways("en")[-1]
        counts = found.buckets["payments"]
        assert (counts / counts.sum()).tolist() == pytest.approx([0.5, 0.45, 0.05, 0], abs=1e-6)
        assert found.figure("payment_latency", lang="en").data[0].x[-1] == "longer"
        golden = ltv.launch_operations(asked, launched(now() - dt.timedelta(hours=2)))
        assert golden.known["metric"].tolist() == ["orders", "p50", "p95", "p99", "cache"]
        assert (
            "after New home page went live" in golden.takeaways("en")[0]
            and "the launch" in golden.key_figures[0].rule.en
        )
        before = ltv.launch_operations(asked, launched(now() - dt.timedelta(hours=60)))
        assert before.key_figures == []  # its 48 hours were over before anything was scraped
        early = ltv.operations(asked, until=dt.datetime(2020, 1, 1))
        assert early.key_figures == [] and not early.views


def test_without_a_server_or_with_one_that_is_away_nothing_stops_and_it_is_told():
    silent = ltv.operations(Prometheus(), until=dt.datetime(2026, 7, 1))
    assert silent.key_figures == [] and not silent.views and "没有配置" in silent.takeaways("zh")[0]
    away = ltv.operations(Prometheus("http://me:secret@127.0.0.1:9"), until=dt.datetime(2026, 7, 1))
    assert away.key_figures == [] and away.findings[0].state == "watch"
    assert "a Prometheus that can be reached" in away.takeaways("en")[0] and "secret" not in away.takeaways("en")[0]


def test_a_page_of_launches_says_nothing_of_a_shop_without_prometheus_or_without_a_launch():
    for told in (
        ltv.launch_operations(Prometheus(), launched(now() - dt.timedelta(hours=2))),
        ltv.launch_operations(Prometheus("http://127.0.0.1:9"), launched()),
    ):
        assert (told.key_figures, told.findings, dict(told.views)) == ([], (), {})


@pytest.mark.parametrize("name", ["a b", "", 'x{job="y"}', "1a", "up) or vector(1"])
def test_what_is_no_name_of_a_metric_asks_nothing(name):
    with pytest.raises(UsageError, match="metric: found"):
        increase(name, hours=1)
    with pytest.raises(UsageError, match="metric: found"):
        ltv.operations(Prometheus("http://127.0.0.1:9", order_success=name), until=dt.datetime(2026, 7, 1))


@pytest.mark.parametrize("hours", [0, -1, True, 1.5, 9_000])
def test_hours_must_be_some(hours):
    with pytest.raises(UsageError, match="hours: found"):
        increase("up", hours=hours)


@pytest.mark.parametrize("q", [0, 1, 2])
def test_a_quantile_is_a_fraction(q):
    with pytest.raises(UsageError, match="q: found"):
        histogram_quantile("up", q, hours=1)

"""Counters of the funnel through a real Prometheus: scraped from a small server, read back over its HTTP API."""

import datetime as dt
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pandas as pd
import pytest
from support_funnel import log
from support_servers import prometheus_server

import ltv
from ltv.behaviour.funnel_export import CONTENT_TYPE, Counters
from ltv.errors import UsageError

AWKWARD = 'a"b\\c\nd 中'


@contextmanager
def served(text: str, *, kind: str = CONTENT_TYPE, code: int = 200, delay_s: float = 0.0) -> Iterator[str]:
    """Answer every request with one text."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            time.sleep(delay_s)
            body = text.encode()
            self.send_response(code)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module")
def counted() -> Counters:
    events = log(
        *[(1, "2026-01-01", "visit", AWKWARD)] * 3,
        (None, "2026-01-02", "visit", "app"),
        (1, "2026-01-02", "register", "app"),
    )
    orders = pd.DataFrame(
        {
            "user_id": [1, 2],
            "ts": pd.to_datetime(["2026-01-02"] * 2),
            "status": ["paid", "failed"],
            "amount": 1.0,
            "source": "till",
        }
    )
    return ltv.funnel_counters(
        events, orders, as_of=dt.date(2026, 1, 31), steps=["visit", "register", "submit_order", "pay_success"]
    )


def _rows(frame: pd.DataFrame, value: str) -> set[tuple[object, ...]]:
    return set(frame[["step", "source", "status", value]].itertuples(index=False, name=None))


EXPECTED = {
    ("visit", AWKWARD, "ok", 3),
    ("visit", "app", "ok", 1),
    ("register", "app", "ok", 1),
    ("submit_order", "till", "paid", 1),
    ("submit_order", "till", "failed", 1),
    ("pay_success", "till", "paid", 1),
}


def test_events_are_counted_by_step_source_and_status_also_those_of_nobody(counted):
    assert _rows(counted.table, "events") == EXPECTED


def test_the_text_is_openmetrics_as_another_reader_takes_it(counted):
    from prometheus_client.openmetrics.parser import text_string_to_metric_families

    (family,) = text_string_to_metric_families(counted.text)
    assert (family.name, family.type) == ("funnel_step", "counter")
    told = {(s.labels["step"], s.labels["source"], s.labels["status"], int(s.value)) for s in family.samples}
    assert told == EXPECTED
    assert counted.text.endswith("# EOF\n")


def test_a_real_prometheus_scrapes_them_and_is_read_back(counted):
    with served(counted.text) as target, prometheus_server(target) as url:
        deadline = time.monotonic() + 60
        while not len(found := ltv.read_counters(url)) and time.monotonic() < deadline:
            time.sleep(0.2)
        assert _rows(found, "value") == EXPECTED
        assert (found["__name__"] == "funnel_step_total").all()
        now = found["ts"].max().to_pydatetime()
        asked = {"start": now - dt.timedelta(seconds=30), "end": now, "step_seconds": 1}
        ranged = ltv.read_counters(url, "sum(funnel_step_total)", **asked)
        assert ranged["value"].tolist() == [8.0] * len(ranged) and len(ranged)
        assert ltv.read_counters(url, at=dt.datetime(2020, 1, 1, tzinfo=dt.UTC)).empty
        assert ltv.read_counters(url, "scalar(vector(2))")["value"].tolist() == [2.0]
        with pytest.raises(
            UsageError, match=r"query: found 'sum\(', allowed: one that .* answers \(.*parse error"
        ) as error:
            ltv.read_counters(url, "sum(")
        assert "\n" not in str(error.value)


@pytest.mark.parametrize("url", ["localhost:9090", "file:///etc/passwd", "http://", "", "ftp://a"])
def test_what_is_no_web_address_is_refused(url):
    with pytest.raises(UsageError, match=r"url: found .* allowed: http://"):
        ltv.read_counters(url)


def test_a_server_that_is_not_there_is_slow_or_another_one_is_told_in_one_line_without_its_password():
    with pytest.raises(UsageError, match="a Prometheus that can be reached") as error:
        ltv.read_counters("http://me:secret@127.0.0.1:9")
    assert "secret" not in str(error.value)
    with served("late", delay_s=1.0) as host, pytest.raises(UsageError, match=r"answers in 0\.1 s"):
        ltv.read_counters(f"http://{host}", timeout_s=0.1)
    for text in ("<html>", "[]", '{"status": "error"}', '{"status": "success"}'):
        with served(text) as host, pytest.raises(UsageError, match="another one's"):
            ltv.read_counters(f"http://{host}")
    with served("no", code=500) as host, pytest.raises(UsageError, match="HTTP 500"):
        ltv.read_counters(f"http://{host}")


@pytest.mark.parametrize("asked", [{"start": dt.datetime(2026, 1, 1)}, {"at": dt.datetime(2026, 1, 1), "start": dt.datetime(2026, 1, 1), "end": dt.datetime(2026, 1, 2)}, {"timeout_s": 0}, {"step_seconds": -1}])  # fmt: skip
def test_moments_that_do_not_go_together_are_refused(asked):
    with pytest.raises(UsageError, match="found"):
        ltv.read_counters("http://127.0.0.1:9", **asked)


def test_they_are_written_into_the_folder_of_a_run_and_nowhere_without_one(counted, tmp_path):
    assert counted.write(None) is None
    path = counted.write(tmp_path)
    assert path.read_text(encoding="utf-8") == counted.text

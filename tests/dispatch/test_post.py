"""One POST: what it says of endpoints that hang, break off, talk nonsense or point elsewhere; whether a byte has left."""

import shutil
import socket
import ssl
import subprocess
import threading
import time
from contextlib import contextmanager, suppress

import pytest
from support import need

from ltv.dispatch import post as post_module
from ltv.dispatch.post import PostError, post


@contextmanager
def server(talk, *, tls=None):
    """A server that does whatever `talk` does with each connection."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(30)
        stop = threading.Event()

        def serve():
            with suppress(OSError):
                while not stop.is_set():
                    connection, _ = listening.accept()
                    with connection, suppress(OSError, ssl.SSLError):
                        talk(tls.wrap_socket(connection, server_side=True) if tls else connection, stop)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield f"http{'s' if tls else ''}://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            stop.set()
            with suppress(OSError):
                socket.create_connection(listening.getsockname(), timeout=1).close()
            thread.join(5)


def answering(text):
    def talk(connection, _stop):
        heard(connection)
        connection.sendall(text.encode())

    return talk


def heard(connection):
    """The whole request: who closes with a part of it unread breaks the answer off."""
    text = b""
    while not text.endswith(b'{"a": 1}') and (piece := connection.recv(65536)):
        text += piece
    return text.decode()


def called(url, **terms):
    return post(url, b'{"a": 1}', headers={"x-test": "1"}, timeout_seconds=terms.pop("timeout_seconds", 5.0), **terms)


def refused(url, **terms):
    with pytest.raises(PostError) as told:
        called(url, **terms)
    return told.value


def test_an_answer_is_its_status_and_headers():
    with server(answering("HTTP/1.1 200 OK\r\nRetry-After: 3\r\nContent-Length: 2\r\n\r\nhi")) as url:
        reply = called(f"{url}/in?x=1", keep_bytes=10)
    assert (reply.status, reply.headers["retry-after"], reply.body) == (200, "3", b"hi")


def test_what_is_sent_names_the_host_and_the_path():
    requests = []

    def talk(connection, _stop):
        requests.append(heard(connection))
        connection.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")

    with server(talk) as url:
        called(f"{url}/in?x=1")
    assert requests[0].startswith("POST /in?x=1 HTTP/1.1\r\n")
    assert f"\r\nHost: {url[7:]}\r\n" in requests[0]


def test_html_with_a_good_status_is_success_and_is_not_read_to_its_end():
    endless = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html>" + "x" * 300_000
    with server(answering(endless)) as url:
        assert called(url).status == 200
        assert len(called(url, keep_bytes=10**9).body) == 65_536


def test_an_endpoint_that_hangs_ends_with_the_time_given():
    with server(lambda _connection, stop: stop.wait(5)) as url:
        start = time.monotonic()
        told = refused(url, timeout_seconds=0.3)
    assert (told.sent, told.timed_out, str(told)) == (True, True, "no answer in time")
    assert time.monotonic() - start < 3


def test_one_that_sends_a_byte_now_and_then_ends_with_it_too():
    def drip(connection, stop):
        heard(connection)
        for byte in b"HTTP/1.1 200 OK\r\nX: " + b"y" * 1000:
            if stop.wait(0.05):
                return
            connection.sendall(bytes([byte]))

    with server(drip) as url:
        told = refused(url, timeout_seconds=0.4)
    assert (told.sent, told.timed_out) == (True, True)


@pytest.mark.parametrize(
    ("half", "words"),
    [
        ("", "the connection was closed before an answer"),
        ("HTTP/1.1 20", "the connection was closed before an answer|no HTTP answer"),
        ("HTTP/1.1 200 OK\r\nContent-Le", None),
        ("SMTP says hello\r\n", "no HTTP answer"),
        ("HTTP/1.1 200 OK\r\n" + "X: y\r\n" * 200 + "\r\n", "no HTTP answer"),
    ],
)
def test_one_that_closes_half_way_or_talks_nonsense_is_ambiguous(half, words):
    with server(answering(half)) as url:
        if words is None:  # the status is there: that is the answer
            assert called(url).status == 200
            return
        told = refused(url)
    assert told.sent
    assert any(word in str(told) for word in words.split("|"))


def test_a_body_that_breaks_off_after_a_good_status_is_success():
    with server(answering("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nhalf")) as url:
        assert called(url, keep_bytes=1000).body == b"half"


def test_a_redirect_is_an_answer_and_nobody_goes_there():
    place = "http://169.254.169.254/latest/meta-data/"
    with server(answering(f"HTTP/1.1 302 Found\r\nLocation: {place}\r\nContent-Length: 0\r\n\r\n")) as url:
        assert called(url).status == 302


def test_where_nobody_listens_nothing_was_sent():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    told = refused(f"http://127.0.0.1:{port}/")
    assert (told.sent, str(told)) == (False, "connection refused")


def test_a_name_that_leads_inside_is_not_called(monkeypatch):
    monkeypatch.setattr(socket, "create_connection", lambda *_a, **_k: pytest.fail("it was called"))
    inside = [(socket.AF_INET, 1, 6, "", ("169.254.169.254", 443))]
    told = refused("https://crm.example.com/", lookup=lambda *_a, **_k: inside)
    assert (told.sent, str(told)) == (
        False,
        "crm.example.com is 169.254.169.254: a link-local address, nothing is sent there",
    )


def test_a_name_is_resolved_once_and_the_checked_address_is_called(monkeypatch):
    asked, dialled = [], []

    def lookup(host, port, **_):
        asked.append(host)
        return [(socket.AF_INET, 1, 6, "", ("93.184.216.34" if len(asked) == 1 else "127.0.0.1", port))]

    def dial(address, timeout):
        dialled.append(address)
        raise ConnectionRefusedError(111, "Connection refused")

    monkeypatch.setattr(socket, "create_connection", dial)
    refused("https://crm.example.com/", lookup=lookup)
    assert (asked, dialled) == (["crm.example.com"], [("93.184.216.34", 443)])


def test_a_proxy_of_the_environment_has_no_say(monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    with server(answering("HTTP/1.1 204 No Content\r\n\r\n")) as url:
        assert called(url).status == 204


def certificate(folder):
    made = [
        need("openssl", "openssl"), "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
        "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
        "-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem"),
    ]  # fmt: skip
    subprocess.run(made, check=True, capture_output=True)
    shutil.copy(folder / "cert.pem", folder / "ca.pem")
    return folder


def test_tls_wants_the_certificate_of_the_name_and_sends_nothing_without_it(tmp_path, monkeypatch):
    folder = certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    with server(answering("HTTP/1.1 204 No Content\r\n\r\n"), tls=context) as url:
        post_module._tls.cache_clear()
        told = refused(url.replace("127.0.0.1", "localhost"))
        assert (told.sent, str(told)) == (False, "TLS: CERTIFICATE_VERIFY_FAILED")
        trusting = ssl.create_default_context(cafile=str(folder / "ca.pem"))
        monkeypatch.setattr(post_module, "_tls", lambda: trusting)
        assert called(url.replace("127.0.0.1", "localhost")).status == 204
        assert "CERTIFICATE_VERIFY_FAILED" in str(refused(url))  # the address is not the name

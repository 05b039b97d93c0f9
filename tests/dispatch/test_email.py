"""Mails to the team through a real SMTP server: TLS, an account, and one attempt once the text may be on its way."""

import importlib.util
import json
import socket
import ssl
import threading
from contextlib import contextmanager

import pytest
from dispatch.test_post import certificate, server
from support import give_up

from ltv.dispatch import mail
from ltv.dispatch.leases import Message
from ltv.dispatch.sinks.email import EmailSink
from ltv.errors import UsageError
from ltv.settings import parse

MAIL = {"name": "mail", "kind": "email", "sender": "ltv@example.com", "recipients": ["a@example.com", "b@example.com"]}
PAGE = "<html><body><h1>健康度</h1>" + "<p>一切正常。</p>" * 50 + "</body></html>"


@contextmanager
def smtp(handler=None, **terms):
    """A real server on this machine; gives its port and what it took."""
    if importlib.util.find_spec("aiosmtpd") is None:
        give_up("aiosmtpd is not installed: pip install 'ltv[dev]'")
    from aiosmtpd.controller import Controller

    class Keeps:
        def __init__(self):
            self.taken = []

        async def handle_DATA(self, _server, session, envelope):
            self.taken.append((envelope, session.ssl is not None, bool(session.authenticated)))
            return "250 OK"

    keeps = handler or Keeps()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(keeps, hostname="127.0.0.1", port=port, **terms)
    controller.start()
    try:
        yield port, keeps
    finally:
        controller.stop()


def sent(port, payload=None, **terms):
    given = MAIL | {"host": "localhost", "port": port, "starttls": "never", "timeout_ms": 2000} | terms
    (endpoint,) = parse({"endpoints": [given]}).endpoints
    body = json.dumps(payload or mail("日报 2026-06-30", PAGE, text="一切正常。"))
    (answer,) = EmailSink(endpoint).send([Message("ab" * 16, "mail", body, "digest", 0, 10**15, 1_750_000_000_000)])
    return answer


def test_a_mail_arrives_whole_with_an_id_of_its_own():
    from email import message_from_bytes
    from email.policy import default

    with smtp() as (port, server):
        assert sent(port).kind == "accepted"
    ((envelope, _, _),) = server.taken
    assert envelope.rcpt_tos == ["a@example.com", "b@example.com"]
    got = message_from_bytes(envelope.content, policy=default)
    assert (got["Subject"], got["Message-ID"]) == ("日报 2026-06-30", f"<{'ab' * 16}@example.com>")
    assert got.get_body(("html",)).get_content().strip() == PAGE
    assert got.get_body(("plain",)).get_content().strip() == "一切正常。"


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: mail("x", "一" * 33_334), "html: found '100,002 bytes', allowed: at most 100,000"),
        (lambda: mail("a\nBcc: evil@example.com", "x"), "subject: found .*, allowed: one line"),
        (lambda: mail(" ", "x"), "subject: found ' ', allowed: one line"),
    ],
)
def test_a_mail_that_is_too_large_or_forged_is_refused(make, words):
    with pytest.raises(UsageError, match=words):
        make()


@pytest.fixture
def tls(tmp_path, monkeypatch):
    folder = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(folder / "ca.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context


@pytest.mark.parametrize("how", ["required", "offered"])
def test_tls_is_used_where_the_server_has_it(tls, how):
    with smtp(tls_context=tls) as (port, server):
        assert sent(port, starttls=how).kind == "accepted"
    assert server.taken[0][1]


def test_a_certificate_nobody_vouches_for_ends_it_before_anything_is_sent(tls, monkeypatch):
    monkeypatch.delenv("SSL_CERT_FILE")
    with smtp(tls_context=tls) as (port, server):
        told = sent(port, starttls="required")
    assert (told.kind, "CERTIFICATE_VERIFY_FAILED" in told.why, server.taken) == ("unsent", True, [])


def test_where_tls_is_required_and_not_offered_nothing_is_sent():
    with smtp() as (port, server):
        told = sent(port, starttls="required")
        assert (told.kind, told.why) == ("unsent", "the server offers no STARTTLS, and it is required")
        assert sent(port, starttls="offered").kind == "accepted"
    assert len(server.taken) == 1


def test_an_account_is_used_and_a_wrong_one_is_final(tls, monkeypatch):
    def right(_server, _session, _envelope, _mechanism, data):
        from aiosmtpd.smtp import AuthResult

        return AuthResult(success=data.password == b"geheim", handled=False)

    monkeypatch.setenv("MAIL_USER", "ltv")
    monkeypatch.setenv("MAIL_PASSWORD", "geheim")
    account = {"starttls": "required", "user_env": "MAIL_USER", "password_env": "MAIL_PASSWORD"}
    terms = {"authenticator": right, "auth_required": True}
    with smtp(tls_context=tls, **terms) as (port, server):
        assert sent(port, **account).kind == "accepted"
        monkeypatch.setenv("MAIL_PASSWORD", "falsch")
        told = sent(port, **account)
    assert (told.kind, told.status, "falsch" in told.why) == ("refused", 535, False), told
    assert [signed_in for _, _, signed_in in server.taken] == [True]


class Refuses:
    """Refuses at one step, as it is told."""

    def __init__(self, **answers):
        self.answers = answers
        self.taken = []

    async def handle_RCPT(self, _server, _session, envelope, address, _options):
        answer = self.answers.get("rcpt", {}).get(address, "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, _server, _session, envelope):
        self.taken.append(envelope.rcpt_tos)
        return self.answers.get("data", "250 OK")


@pytest.mark.parametrize(
    ("answers", "kind", "taken"),
    [
        ({"data": "451 try later"}, "failed", 1),
        ({"data": "552 too large"}, "refused", 1),
        ({"rcpt": {"a@example.com": "550 nobody", "b@example.com": "550 nobody"}}, "refused", 0),
        ({"rcpt": {"a@example.com": "450 busy", "b@example.com": "450 busy"}}, "failed", 0),
        ({"rcpt": {"a@example.com": "550 nobody"}}, "accepted", 1),
    ],
)
def test_what_the_server_says_is_an_answer(answers, kind, taken):
    with smtp(Refuses(**answers)) as (port, server):
        told = sent(port)
    assert (told.kind, len(server.taken)) == (kind, taken)
    if kind == "accepted":
        assert told.why == "250; 1 of 2 recipients refused"


def talking(*, breaks_at):
    """A server that breaks off at a step."""

    def talk(connection, _stop):
        lines = connection.makefile("rb")
        connection.sendall(b"220 here\r\n")
        while line := lines.readline():
            word = line[:4].upper().strip()
            if word == breaks_at:
                return
            if word == b"DATA":
                connection.sendall(b"354 go on\r\n")
                while (text := lines.readline()) not in (b".\r\n", b""):
                    del text
                if breaks_at == b".":
                    return
            connection.sendall(b"250 OK\r\n")

    return talk


@pytest.mark.parametrize(
    ("step", "kind"), [(b"EHLO", "unsent"), (b"MAIL", "unsent"), (b"RCPT", "unsent"), (b".", "ambiguous")]
)
def test_a_server_that_breaks_off_leaves_it_open_only_once_the_text_was_on_its_way(step, kind):
    with server(talking(breaks_at=step)) as url:
        assert sent(int(url.rpartition(":")[2])).kind == kind


def test_where_nobody_listens_nothing_was_sent():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    assert sent(port).kind == "unsent"


def test_a_server_that_says_nothing_ends_with_the_time_given():
    done = threading.Event()
    with server(lambda _connection, stop: stop.wait(3) or done.set()) as url:
        told = sent(int(url.rpartition(":")[2]), timeout_ms=200)
    assert (told.kind, told.why) == ("unsent", "no answer in time")


def test_a_private_server_is_called_only_where_that_is_said(monkeypatch):
    inside = [(socket.AF_INET, 1, 6, "", ("10.0.0.5", 587))]
    monkeypatch.setattr("ltv.dispatch.addresses.socket.getaddrinfo", lambda *_a, **_k: inside)
    monkeypatch.setattr(
        "ltv.dispatch.addresses.resolve.__kwdefaults__", {"private": False, "lookup": lambda *_a, **_k: inside}
    )
    monkeypatch.setattr(
        socket, "create_connection", lambda *_a, **_k: (_ for _ in ()).throw(ConnectionRefusedError(111, "no"))
    )
    told = sent(587, host="smtp.example.com")
    assert told.why == "smtp.example.com is 10.0.0.5: no public address, nothing is sent there"
    assert "nothing is sent there" not in sent(587, host="smtp.example.com", private_network=True).why


def test_without_its_account_it_is_not_made(monkeypatch):
    with pytest.raises(UsageError, match="found 'MAIL_PW', allowed: a variable that is set"):
        sent(25, password_env="MAIL_PW")

"""A mail to the team through an SMTP server: HTML of at most 100 kB, what mail programs show whole.

A server does not tell a repeat from a new mail: once the text may be on its way, it is not sent again.
"""

from __future__ import annotations

import os
import smtplib
import socket
import ssl
from collections.abc import Mapping, Sequence
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate
from typing import TYPE_CHECKING, Any

from ltv.dispatch.addresses import ForbiddenAddressError, resolve
from ltv.dispatch.answers import Answer
from ltv.errors import UsageError, found
from ltv.settings.endpoints import is_loopback

if TYPE_CHECKING:
    from ltv.dispatch.leases import Message
    from ltv.settings.endpoints import Endpoint

MOST_BYTES = 100_000
_LATER = range(400, 500)


def mail(subject: str, html: str, *, text: str = "") -> dict[str, Any]:
    """The payload of a mail.

    Args:
        subject: one line.
        html: the page, at most 100,000 bytes in UTF-8.
        text: the same for programs that show no HTML.

    Raises:
        UsageError: the subject has several lines, or the page is too large.
    """
    if not subject.strip() or len(subject.splitlines()) > 1:
        raise UsageError(found("subject", subject, "one line"))
    size = len(html.encode())
    if size > MOST_BYTES:
        raise UsageError(found("html", f"{size:,} bytes", f"at most {MOST_BYTES:,}"))
    return {"subject": subject, "html": html, "text": text}


def check_mail(payload: Mapping[str, Any]) -> None:
    """Refuse what is no mail.

    Args:
        payload: of a message; made by `mail`.

    Raises:
        UsageError: it is of another form, or too large.
    """
    if not {"subject", "html"} <= set(payload):
        raise UsageError(found("payload of an e-mail", sorted(payload), "what mail makes"))
    mail(str(payload["subject"]), str(payload["html"]))


class EmailSink:
    """A server that takes one mail after the other.

    Args:
        endpoint: as in `ltv.toml`.

    Raises:
        UsageError: its account is not in the environment.
    """

    together = False

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._account = tuple(_variable(name) for name in (endpoint.user_env, endpoint.password_env) if name)

    def send(self, messages: Sequence[Message]) -> list[Answer]:
        """Send mails, one session each."""
        return [self._send(message) for message in messages]

    def _send(self, message: Message) -> Answer:
        step = _Step()
        try:
            return self._session(_written(message, self._endpoint), step)
        except smtplib.SMTPResponseException as error:
            return _told(error.smtp_code, _text(error.smtp_error))
        except smtplib.SMTPNotSupportedError as error:
            return Answer("unsent", str(error))
        except ForbiddenAddressError as error:
            return Answer("unsent", str(error))
        except (OSError, smtplib.SMTPException, KeyError, ValueError) as error:
            late = isinstance(error, TimeoutError) or "timed out" in str(error)  # smtplib tells it in words alone
            why = "no answer in time" if late else _text(error)
            return Answer("ambiguous" if step.sent else "unsent", why or type(error).__name__)

    def _session(self, written: EmailMessage, step: _Step) -> Answer:
        e = self._endpoint
        _, address = resolve(e.host, e.port, private=e.private_network)[0]
        with _Pinned(e.host, address, timeout=e.timeout_ms / 1000) as server:
            server.connect(e.host, e.port)
            server.ehlo()
            self._secure(server)
            if self._account:
                server.login(*self._account)
            return _handed_over(server, written, e, step)

    def _secure(self, server: smtplib.SMTP) -> None:
        e = self._endpoint
        if e.starttls != "never" and server.has_extn("starttls"):
            server.starttls(context=ssl.create_default_context(cafile=os.environ.get("SSL_CERT_FILE") or None))
            server.ehlo()
        elif e.starttls == "required":
            raise smtplib.SMTPNotSupportedError("the server offers no STARTTLS, and it is required")
        elif self._account and not is_loopback(e.host):
            raise smtplib.SMTPNotSupportedError("no password is sent without TLS")


class _Step:
    """Whether the text of the mail may be on its way."""

    sent = False


class _Pinned(smtplib.SMTP):
    """A session with the address that was checked, under the server's own name."""

    def __init__(self, host: str, address: str, *, timeout: float) -> None:
        self._address = address
        super().__init__(timeout=timeout, local_hostname="localhost")
        self._host = host  # what the certificate must say; smtplib takes it from here

    def _get_socket(self, _host: str, port: int, timeout: float) -> socket.socket:
        return socket.create_connection((self._address, port), timeout)

    def __exit__(self, *_: object) -> None:
        try:
            self.docmd("QUIT")
        except (OSError, smtplib.SMTPException):
            pass
        finally:
            self.close()


def _handed_over(server: smtplib.SMTP, written: EmailMessage, endpoint: Endpoint, step: _Step) -> Answer:
    code, words = server.mail(endpoint.sender)
    if code != 250:  # noqa: PLR2004  the codes of SMTP
        return _told(code, _text(words))
    refused = [(code, words) for code, words in map(server.rcpt, endpoint.recipients) if code not in (250, 251)]
    if len(refused) == len(endpoint.recipients):
        return _told(refused[0][0], _text(refused[0][1]))
    step.sent = True
    code, words = server.data(written.as_bytes(policy=SMTP))
    if code != 250:  # noqa: PLR2004
        return _told(code, _text(words))
    left_out = f"; {len(refused)} of {len(endpoint.recipients)} recipients refused" if refused else ""
    return Answer("accepted", f"250{left_out}", 250)


def _told(code: int, words: str) -> Answer:
    if code < 0:
        return Answer("unsent", "the connection was closed")
    return Answer("failed" if code in _LATER else "refused", f"{code}: {words}", code)


def _written(message: Message, endpoint: Endpoint) -> EmailMessage:
    import json

    given = json.loads(message.body)
    written = EmailMessage()
    written["Subject"] = given["subject"]
    written["From"] = endpoint.sender
    written["To"] = ", ".join(endpoint.recipients)
    written["Date"] = formatdate(message.queued_ms / 1000)
    written["Message-ID"] = f"<{message.message_id}@{endpoint.sender.partition('@')[2]}>"
    written.set_content(given.get("text") or given["subject"])
    written.add_alternative(given["html"], subtype="html")
    return written


def _text(words: object) -> str:
    text = words.decode(errors="replace") if isinstance(words, bytes) else str(words)
    return " ".join(text.split())[:200]


def _variable(name: str) -> str:
    if not os.environ.get(name):
        raise UsageError(found("[[endpoints]] user_env, password_env", name, "a variable that is set"))
    return os.environ[name]

"""A webhook as the Standard Webhooks specification has it: signed, with an id by which the receiver knows a repeat."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ltv.dispatch.answers import Answer, from_status
from ltv.dispatch.database import from_environment
from ltv.dispatch.planned import EPOCH
from ltv.dispatch.post import PostError, post
from ltv.dispatch.signature import headers, secrets_of
from ltv.dispatch.spans import traceparent

if TYPE_CHECKING:
    from ltv.dispatch.leases import Message
    from ltv.settings.endpoints import Endpoint


class WebhookSink:
    """An endpoint that takes one message a call.

    Args:
        endpoint: as in `ltv.toml`.
        now: the clock; naive UTC.

    Raises:
        UsageError: its secret or a part of its address is not in the environment.
    """

    together = False

    def __init__(self, endpoint: Endpoint, *, now: Callable[[], dt.datetime]) -> None:
        self._url = from_environment(endpoint.url, f"[[endpoints]] {endpoint.name} url")
        self._secrets = secrets_of(endpoint.secret_env)
        self._timeout = endpoint.timeout_ms / 1000
        self._now = now

    def send(self, messages: Sequence[Message]) -> list[Answer]:
        """Send messages, one call each."""
        return [self._send(message) for message in messages]

    def _send(self, message: Message) -> Answer:
        now = self._now()
        stamp = int((now - EPOCH).total_seconds())
        given = headers(self._secrets, message_id=message.message_id, timestamp=stamp, body=message.body)
        given |= {"content-type": "application/json", "user-agent": "ltv", "traceparent": traceparent(message)}
        try:
            reply = post(self._url, message.body.encode(), headers=given, timeout_seconds=self._timeout)
        except PostError as error:
            return Answer("ambiguous" if error.sent else "unsent", str(error))
        return from_status(
            reply.status,
            retry_after=reply.headers.get("retry-after", ""),
            location_host=_host(reply.headers.get("location", "")),
            now=self._now(),
        )


def _host(location: str) -> str:
    """Where a redirect would lead, without its path and query, which may hold secrets."""
    try:
        return urlsplit(location).hostname or ""
    except ValueError:
        return "nowhere"

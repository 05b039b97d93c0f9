"""A group's robot in the form of WeCom: markdown of at most 2,048 bytes, pictures of at most 2 MB.

It does not tell a repeat from a new message: what may have arrived is not sent again.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ltv.dispatch.answers import Answer
from ltv.dispatch.database import from_environment
from ltv.dispatch.post import PostError, Reply, post
from ltv.errors import UsageError, found

if TYPE_CHECKING:
    from ltv.dispatch.leases import Message
    from ltv.settings.endpoints import Endpoint

MOST_TEXT_BYTES = 2_048
MOST_PICTURE_BYTES = 2 * 1024 * 1024
_PICTURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")
_MORE = "…"


def robot_text(markdown: str) -> dict[str, Any]:
    """The payload of a digest, cut where it is too long: after a whole line, or else after a whole character.

    Args:
        markdown: the text.

    >>> len(robot_text("一" * 2000)["markdown"]["content"].encode()) <= MOST_TEXT_BYTES
    True
    """
    return {"msgtype": "markdown", "markdown": {"content": cut(markdown)}}


def robot_picture(picture: bytes) -> dict[str, Any]:
    """The payload of a picture.

    Args:
        picture: a PNG or JPEG of at most 2 MB.

    Raises:
        UsageError: it is another kind of file, or larger.
    """
    if not picture.startswith(_PICTURES):
        raise UsageError(found("picture", picture[:8], "a PNG or JPEG"))
    if len(picture) > MOST_PICTURE_BYTES:
        raise UsageError(found("picture", f"{len(picture):,} bytes", f"at most {MOST_PICTURE_BYTES:,}"))
    body = base64.b64encode(picture).decode()
    md5 = hashlib.md5(picture, usedforsecurity=False).hexdigest()  # the robot asks for it
    return {"msgtype": "image", "image": {"base64": body, "md5": md5}}


def cut(text: str, most: int = MOST_TEXT_BYTES) -> str:
    r"""Text of at most so many bytes in UTF-8.

    Args:
        text: any.
        most: bytes.

    >>> cut("一行\n二行", most=12), cut("一二三", most=8)
    ('一行\n…', '一…')
    """
    whole = text.encode()
    if len(whole) <= most:
        return text
    room = most - len(_MORE.encode())
    kept = whole[:room].decode(errors="ignore")
    lines, newline, _ = kept.rpartition("\n")
    return f"{lines}{newline}{_MORE}" if lines else f"{kept}{_MORE}"


def check_robot(payload: Mapping[str, Any]) -> None:
    """Refuse what a robot would not take.

    Args:
        payload: of a message; made by `robot_text` or `robot_picture`.

    Raises:
        UsageError: it is of another form, or too large.
    """
    kind = payload.get("msgtype")
    if kind == "markdown":
        size = len(str(payload.get("markdown", {}).get("content", "")).encode())
        if not 0 < size <= MOST_TEXT_BYTES:
            raise UsageError(
                found("robot text", f"{size:,} bytes", f"1 to {MOST_TEXT_BYTES:,}, as robot_text makes it")
            )
    elif kind != "image":
        raise UsageError(found("payload of a robot", sorted(payload), "what robot_text or robot_picture makes"))


class RobotSink:
    """A robot that takes one message a call.

    Args:
        endpoint: as in `ltv.toml`.

    Raises:
        UsageError: its key is not in the environment.
    """

    together = False

    def __init__(self, endpoint: Endpoint) -> None:
        self._url = from_environment(endpoint.url, f"[[endpoints]] {endpoint.name} url")
        self._timeout = endpoint.timeout_ms / 1000

    def send(self, messages: Sequence[Message]) -> list[Answer]:
        """Send messages, one call each."""
        return [self._send(message) for message in messages]

    def _send(self, message: Message) -> Answer:
        given = {"content-type": "application/json", "user-agent": "ltv"}
        try:
            body = message.body.encode()
            reply = post(self._url, body, headers=given, timeout_seconds=self._timeout, keep_bytes=4096)
        except PostError as error:
            return Answer("ambiguous" if error.sent else "unsent", str(error))
        return _told(reply)


def _told(reply: Reply) -> Answer:
    """Only the robot's own word is an answer: a page of a proxy, or a failure, says nothing of what arrived."""
    status = reply.status
    if status in _STATUS:
        return replace(_STATUS[status], status=status)
    if 300 <= status < 500:  # noqa: PLR2004  the classes of HTTP
        return Answer("refused", f"{status}: refused", status)
    try:
        code = int(json.loads(reply.body)["errcode"])
    except (ValueError, KeyError, TypeError):
        return Answer("ambiguous", f"{status}: no answer of a robot", status)
    if not 200 <= status < 300:  # noqa: PLR2004
        return Answer("ambiguous", f"{status}: may have arrived", status)
    return replace(_CODES.get(code) or Answer("refused", f"errcode {code}: refused"), status=status)


_STATUS = {
    408: Answer("ambiguous", "408: may have arrived"),
    410: Answer("gone", "410: the robot is gone"),
    429: Answer("failed", "429: too often", retry_after_seconds=60.0),
}
_CODES = {
    0: Answer("accepted", "errcode 0"),
    # WeCom's words for more than twenty messages a minute
    45009: Answer("failed", "errcode 45009: too often", retry_after_seconds=60.0),
    45033: Answer("failed", "errcode 45033: too often", retry_after_seconds=60.0),
}

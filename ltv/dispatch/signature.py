"""Signatures of the Standard Webhooks specification: HMAC-SHA256 over id, time and body, in base64, marked `v1`."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os

from ltv.errors import UsageError, found

_PREFIX = "whsec_"
_SHORTEST = 16


def secrets_of(variable: str) -> tuple[bytes, ...]:
    """The secrets of an endpoint; while one gives way to another there are two.

    Args:
        variable: of the environment; each secret is `whsec_` and base64, blanks stand between them.

    Raises:
        UsageError: the variable is not set, or holds something else. The value is not told.
    """
    parts = os.environ.get(variable, "").split()
    if not parts:
        raise UsageError(found("secret_env", variable, "a variable that is set to whsec_…"))
    return tuple(_secret(variable, part) for part in parts)


def _secret(variable: str, part: str) -> bytes:
    try:
        secret = base64.b64decode(part.removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        secret = b""
    if not part.startswith(_PREFIX) or len(secret) < _SHORTEST:
        raise UsageError(
            found("secret_env", variable, f"whsec_ and base64 of at least {_SHORTEST} bytes, in each part")
        )
    return secret


def sign(secret: bytes, *, message_id: str, timestamp: int, body: str) -> str:
    """One signature.

    Source: the Standard Webhooks specification, "Signature scheme", symmetric; the example is its published vector.

    >>> key = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    >>> sign(key, message_id="msg_p5jXN8AQM9LWM0D4loKWxJek", timestamp=1614265330, body='{"test": 2432232314}')
    'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='
    """
    signed = f"{message_id}.{timestamp}.{body}".encode()
    return f"v1,{base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()}"


def headers(secrets: tuple[bytes, ...], *, message_id: str, timestamp: int, body: str) -> dict[str, str]:
    """The three headers of a webhook.

    Args:
        secrets: each signs once.
        message_id: the same at every attempt.
        timestamp: seconds since 1970, of this attempt.
        body: as it is sent.
    """
    signatures = [sign(s, message_id=message_id, timestamp=timestamp, body=body) for s in secrets]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signatures),
    }

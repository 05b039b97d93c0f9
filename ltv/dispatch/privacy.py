"""What must not leave in a message: raw phone numbers and e-mail addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

_EMAIL = re.compile(r"[^\s@<>\"']+@[^\s@<>\"']+\.[A-Za-z]{2,}")
# a Chinese mobile number, or one in international form, that is no part of a hash or a longer number
_PHONE = re.compile(
    r"(?<![0-9A-Za-z.])(?:(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}|\+\d[\d -]{7,16}\d)(?![0-9A-Za-z])"
)


def raw_field(payload: Mapping[str, object]) -> str | None:
    """The first field that holds a raw phone number or e-mail address.

    >>> raw_field({"who": {"phone_hmac": "9f13800138000ab"}}), raw_field({"who": ["a@b.cn"]}), raw_field({"t": "13800138000"})
    (None, 'who', 't')
    """
    for name, value in payload.items():
        if any(_EMAIL.search(text) or _PHONE.search(text) for text in [name, *_texts(value)]):
            return name if not _EMAIL.search(name) else "…"
    return None


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield str(name)
            yield from _texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner)
    elif value is not None and not isinstance(value, bool | float):
        yield str(value)

"""How a value of `ltv.toml` is read: it is returned as it should be, or refused in one line that names it."""

from __future__ import annotations

import difflib
from typing import Any

from ltv.errors import UsageError, found

FILE = "ltv.toml"


def only_known(where: str, raw: dict[str, Any], known: set[str]) -> None:
    """Refuse a name that is none of those known, and say which are like it."""
    for name in raw:
        if name not in known:
            close = difflib.get_close_matches(name, known, n=3)
            raise UsageError(found(where, name, ", ".join(close or sorted(known))))


def text(name: str, value: object) -> str:
    """A text that is not empty."""
    if not isinstance(value, str) or not value:
        raise UsageError(found(f"{FILE} {name}", value, "a text"))
    return value


def number(name: str, value: object) -> float:
    """A finite number that is not negative."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < float("inf"):
        raise UsageError(found(f"{FILE} {name}", value, "a number that is not negative"))
    return value


def share(name: str, value: object) -> float:
    """A fraction."""
    fraction = number(name, value)
    if fraction > 1:
        raise UsageError(found(f"{FILE} {name}", value, "a fraction between 0 and 1"))
    return fraction


def whole(name: str, value: object) -> int:
    """A whole number that is not negative."""
    count = number(name, value)
    if not isinstance(count, int):
        raise UsageError(found(f"{FILE} {name}", value, "a whole number"))
    return count


def items(name: str, value: object) -> list[Any]:
    """A list that is not empty."""
    if not isinstance(value, list) or not value:
        raise UsageError(found(f"{FILE} {name}", value, "a list that is not empty"))
    return value


def mapping(name: str, value: object) -> dict[str, Any]:
    """A section."""
    if not isinstance(value, dict):
        raise UsageError(found(f"{FILE} {name}", value, "a section"))
    return value


def texts(name: str, value: object) -> tuple[str, ...]:
    """A list of texts, which may be empty."""
    if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
        raise UsageError(found(f"{FILE} {name}", value, "a list of texts"))
    return tuple(value)


def at_least_one(name: str, value: object) -> int:
    """A whole number above 0."""
    count = whole(name, value)
    if count < 1:
        raise UsageError(found(f"{FILE} {name}", value, "a whole number above 0"))
    return count


def above_zero(name: str, value: object) -> float:
    """A finite number above 0."""
    amount = number(name, value)
    if not amount:
        raise UsageError(found(f"{FILE} {name}", value, "a number above 0"))
    return amount


def flag(name: str, value: object) -> bool:
    """Yes or no."""
    if not isinstance(value, bool):
        raise UsageError(found(f"{FILE} {name}", value, "true, false"))
    return value

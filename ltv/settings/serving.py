"""`[features]` and `[gorse]` of `ltv.toml`: feature versions of the workspace, and the recommender they go to."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from ltv.errors import UsageError, found
from ltv.settings.endpoints import address
from ltv.settings.readers import FILE, above_zero, at_least_one, flag, items, mapping, only_known, share, text, texts


@dataclass(frozen=True)
class Features:
    """How feature versions are kept.

    Attributes:
        keep: versions that stay on disk, the one in use among them; more than one, or there is no step back.
        least_share: a version with fewer people than this share of those of the one in use is not switched to.
        publish: whether a published run of the newest date exports its features.
    """

    keep: int = 5
    least_share: float = 0.5
    publish: bool = False


@dataclass(frozen=True)
class Gorse:
    """The recommender that `ltv export gorse` feeds.

    Attributes:
        url: of its server, without `/api`: https, or http on this machine; nothing is pushed without it.
        api_key_env: the variable that holds its API key; none where the server asks for none.
        id_type: kind of identifier by which the shop calls its users there.
        feedback: events that are pushed, and `purchase` for the lines of paid orders.
        days: so far back feedback is pushed.
        batch: rows in one call.
        per_second: calls in a second, at most.
        attempts: after so many failed ones in a row of one call the push stops; the next one goes on from there.
        timeout_ms: how long one call may take.
        private_network: whether the server may have a private address.
    """

    url: str = ""
    api_key_env: str = ""
    id_type: str = "member"
    feedback: tuple[str, ...] = ("view", "add_to_cart", "purchase")
    days: int = 90
    batch: int = 500
    per_second: float = 10
    attempts: int = 6
    timeout_ms: int = 10_000
    private_network: bool = False


def features(name: str, value: object) -> Features:
    """Read the section.

    >>> features("features", {"keep": 3}).keep
    3
    """
    raw = mapping(name, value)
    only_known(f"{FILE} [{name}]", raw, {f.name for f in fields(Features)})
    made = Features(**{key: _FEATURES[key](f"{name}.{key}", given) for key, given in raw.items()})
    if made.keep == 1:
        raise UsageError(found(f"{FILE} {name}.keep", 1, "at least 2: the one in use and the one before"))
    return made


def gorse(name: str, value: object) -> Gorse:
    """Read the section.

    >>> gorse("gorse", {"url": "http://127.0.0.1:8087"}).batch
    500
    """
    raw = mapping(name, value)
    only_known(f"{FILE} [{name}]", raw, {f.name for f in fields(Gorse)})
    return Gorse(**{key: _GORSE[key](f"{name}.{key}", given) for key, given in raw.items()})


def _names(name: str, value: object) -> tuple[str, ...]:
    return texts(name, items(name, value))


_FEATURES: dict[str, Any] = {"keep": at_least_one, "least_share": share, "publish": flag}
_GORSE: dict[str, Any] = {
    "url": address,
    "api_key_env": text,
    "id_type": text,
    "feedback": _names,
    "days": at_least_one,
    "batch": at_least_one,
    "per_second": above_zero,
    "attempts": at_least_one,
    "timeout_ms": at_least_one,
    "private_network": flag,
}

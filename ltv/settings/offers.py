"""`[[offers]]` of `ltv.toml`: pools of offers that playbooks give away, beside those of the table `offers`."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from ltv.errors import UsageError, found
from ltv.settings.readers import FILE, items, mapping, number, only_known, text, texts, whole


@dataclass(frozen=True)
class OfferPool:
    """An offer with a stock.

    Attributes:
        offer_id: as playbooks call it.
        name: what people call it.
        starts: its first day, in the workspace's zone.
        ends: its last day.
        stock: how many there are; None is without end.
        stackable: whether a person may have it beside others.
        skus: the only articles it holds for; none is all.
        registered_within_hours: only for people who registered less than so many hours ago; None is everybody.
    """

    offer_id: str
    name: str
    starts: date
    ends: date
    stock: int | None = None
    stackable: bool = False
    skus: tuple[str, ...] = ()
    registered_within_hours: float | None = None


def offers(name: str, value: object) -> tuple[OfferPool, ...]:
    """Read the sections `[[offers]]`.

    Args:
        name: `offers`.
        value: what `ltv.toml` has under it.

    >>> offers("offers", [{"offer_id": "V1", "name": "券", "starts": "2026-01-01", "ends": "2026-12-31", "stock": 9}])[0].stock
    9
    """
    read = tuple(_offer(mapping(f"[[{name}]]", v)) for v in items(name, value))
    ids = [o.offer_id for o in read]
    twice = next((one for one in ids if ids.count(one) > 1), None)
    if twice is not None:
        raise UsageError(found(f"{FILE} [[{name}]] offer_id", twice, "each offer once"))
    return read


def _offer(raw: dict[str, Any]) -> OfferPool:
    where = "[[offers]]"
    only_known(f"{FILE} {where}", raw, {f.name for f in fields(OfferPool)})
    missing = [name for name in ("offer_id", "name", "starts", "ends") if name not in raw]
    if missing:
        raise UsageError(found(f"{FILE} {where}", raw, f"also {', '.join(missing)}"))
    read = OfferPool(**{key: _READERS[key](f"{where} {key}", given) for key, given in raw.items()})
    if read.ends < read.starts:
        raise UsageError(
            found(f"{FILE} {where} {read.offer_id} ends", str(read.ends), f"a day not before starts, {read.starts}")
        )
    return read


def _day(name: str, value: object) -> date:
    try:
        day = date.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        day = None
    if not isinstance(day, date) or isinstance(day, datetime):
        raise UsageError(found(f"{FILE} {name}", str(value), "a date such as 2026-01-01"))
    return day


def _flag(name: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise UsageError(found(f"{FILE} {name}", value, "true, false"))
    return value


_READERS: dict[str, Any] = {
    "offer_id": text, "name": text, "starts": _day, "ends": _day, "stock": whole, "stackable": _flag, "skus": texts,
    "registered_within_hours": number,
}  # fmt: skip

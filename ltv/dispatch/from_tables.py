"""Offers and what the shop tells of them, from the input tables `offers` and `offer_events`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ltv.dispatch.offers import OfferEvent
from ltv.dispatch.planned import Offer
from ltv.errors import UsageError, found

if TYPE_CHECKING:
    import pandas as pd


def offers_of(offers: pd.DataFrame, *, registered_within_hours: Mapping[str, float] | None = None) -> list[Offer]:
    """The rows of `offers` as offers with pools.

    Args:
        offers: offer_id, name, starts_at, expires_at; hook, skus, stock, stackable where there are such columns. A stock
            that is missing is without end; what does not say that it stacks does not.
        registered_within_hours: hook → only for people who registered less than so many hours ago.

    Raises:
        UsageError: a column is missing.

    >>> import pandas as pd
    >>> day = pd.Timestamp("2026-07-01")
    >>> table = pd.DataFrame({"offer_id": ["O1"], "name": ["券"], "hook": ["first_order"], "stock": [5], "starts_at": day, "expires_at": day})
    >>> offers_of(table, registered_within_hours={"first_order": 72})[0].registered_within_hours
    72
    """
    _has(offers, "offers", "offer_id", "name", "starts_at", "expires_at")
    hours = registered_within_hours or {}
    return [
        Offer(
            str(row["offer_id"]),
            str(row["name"]),
            None if _missing(row.get("stock")) else int(row["stock"]),
            _moment(row["starts_at"]),
            _moment(row["expires_at"]),
            stackable=not _missing(row.get("stackable")) and bool(row["stackable"]),
            skus=() if _missing(row.get("skus")) else tuple(map(str, row["skus"])),
            registered_within_hours=hours.get(str(row.get("hook"))),
        )
        for row in offers.to_dict("records")
    ]


def offer_events_of(offer_events: pd.DataFrame) -> list[OfferEvent]:
    """The rows of `offer_events` that belong to a person.

    Args:
        offer_events: ts, offer_id, event, user_id; rows without a user_id are left out.

    Raises:
        UsageError: a column is missing.
    """
    _has(offer_events, "offer_events", "ts", "offer_id", "event", "user_id")
    return [
        OfferEvent(str(row["offer_id"]), int(row["user_id"]), row["event"], _moment(row["ts"]))
        for row in offer_events.dropna(subset=["user_id"]).to_dict("records")
    ]


def _has(table: pd.DataFrame, name: str, *columns: str) -> None:
    missing = [column for column in columns if column not in table.columns]
    if missing:
        raise UsageError(found(f"{name} columns", ", ".join(map(str, table.columns)), f"also {', '.join(missing)}"))


def _missing(value: Any) -> bool:  # noqa: ANN401  a cell can hold anything
    import pandas as pd

    return bool(pd.api.types.is_scalar(value) and pd.isna(value))


def _moment(value: Any) -> dt.datetime:  # noqa: ANN401  a pandas moment
    moment: dt.datetime = value.to_pydatetime() if hasattr(value, "to_pydatetime") else value
    return moment

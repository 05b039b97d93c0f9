"""The pools that playbooks give away from, as they are before a plan goes out: terms and stock put, what the shop tells settled."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

from ltv.dispatch.from_tables import offer_events_of, offers_of
from ltv.dispatch.planned import Offer
from ltv.warehouse.local_time import day_end, day_start
from ltv.workspace import inputs
from ltv.workspace.store import published_folder
from ltv.workspace.workspace import assemble

if TYPE_CHECKING:
    from ltv.dispatch.offers import OfferEvent
    from ltv.dispatch.outbox import Outbox
    from ltv.settings import Settings
    from ltv.settings.offers import OfferPool

_AT_ONCE = 2_000  # events in one transaction


def fill(outbox: Outbox, root: Path, settings: Settings, date: str) -> list[str]:
    """Put the offers that playbooks name, of `[[offers]]` and of the table `offers`, and settle what became of them.

    Args:
        outbox: of the workspace.
        root: its folder.
        settings: its settings; an offer of `[[offers]]` goes before one of that number in the table.
        date: the published date whose tables are read.

    Returns:
        A line for each offer that is in neither.
    """
    wanted = {offer: p.name for p in settings.playbooks for offer in p.offers.values()}
    if not wanted:
        return []
    own = [_own(o, settings.timezone) for o in settings.offers if o.offer_id in wanted]
    theirs, events = _told(root, settings, date, wanted)
    known = {o.offer_id for o in own}
    put = [*own, *(o for o in theirs if o.offer_id not in known)]
    outbox.offers.put(put)
    for start in range(0, len(events), _AT_ONCE):
        outbox.offers.settle(events[start : start + _AT_ONCE])
    there = {o.offer_id for o in put}
    return [
        f"offer {offer} of playbook {playbook}: found in neither [[offers]] of ltv.toml nor the table offers"
        for offer, playbook in sorted(wanted.items())
        if offer not in there
    ]


def _own(pool: OfferPool, timezone: str) -> Offer:
    return Offer(
        pool.offer_id, pool.name, pool.stock, day_start(dt.datetime.combine(pool.starts, dt.time()), timezone),
        day_end(pool.ends, timezone), stackable=pool.stackable, skus=pool.skus,
        registered_within_hours=pool.registered_within_hours,
    )  # fmt: skip


def _told(root: Path, settings: Settings, date: str, wanted: Collection[str]) -> tuple[list[Offer], list[OfferEvent]]:
    """Offers and their events as the published run has read them."""
    run = published_folder(root, date).resolve().parent
    if not (run / inputs.NAME).is_file():
        return [], []
    ws = assemble(root, settings, inputs.read(run), date=date)
    try:
        tables = [ws.optional(name) for name in ("offers", "offer_events")]
        frames = [None if table is None else table.frame() for table in tables]
    finally:
        ws.close()
    offers, events = (None if f is None else f[f["offer_id"].isin(wanted)] for f in frames)
    told = (
        [] if offers is None else offers_of(offers, registered_within_hours=settings.dispatch.registered_within_hours)
    )
    return told, [] if events is None else sorted(offer_events_of(events), key=lambda e: e.ts)

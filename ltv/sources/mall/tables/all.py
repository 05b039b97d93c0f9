"""All tables of a mall, by name."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from ltv.sources.mall import assumptions as a
from ltv.sources.mall.community import Community
from ltv.sources.mall.tables import marketing, paid_hooks, service, shop, telemetry
from ltv.sources.mall.world import World

_BY_COMMUNITY = {
    "consents": marketing.consents,
    "exposures": paid_hooks.exposures,
    "hook_calls": telemetry.hook_calls,
    "invites": paid_hooks.invites,
    "links": shop.links,
    "members": shop.members,
    "offer_events": paid_hooks.offer_events,
    "offers": paid_hooks.offers,
    "order_items": shop.order_items,
    "orders": shop.orders,
    "spans": telemetry.spans,
    "tickets": service.tickets,
    "touches": marketing.touches,
    "trials": paid_hooks.trials,
}
MALL_TABLES = ("launches", "spend")  # of the mall as a whole
TABLES = tuple(sorted([*_BY_COMMUNITY, "events", *MALL_TABLES]))


def community_tables(of: Community) -> dict[str, pa.Table]:
    """Return the tables of one community."""
    rows = of.exported_acts
    number = np.arange(len(rows))
    kept = of.journeys.visits.person[of.actions.session[rows]] < of.wanted
    made = {name: table(of) for name, table in _BY_COMMUNITY.items()}
    return {"events": shop.events(of, rows[kept], number[kept]), **made}


def mall_tables(world: World, bills: a.Ints) -> Mapping[str, pa.Table]:
    """Return the tables that all communities share; `bills` are those of all of them together."""
    return {"launches": marketing.launches(world), "spend": marketing.spend(world, bills)}

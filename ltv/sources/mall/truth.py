"""What no analysis may know: who everyone is and by which rates they live."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from ltv.sources.mall import assumptions as a
from ltv.sources.mall import columns as c
from ltv.sources.mall.tables import Community


def people_table(of: Community) -> pa.Table:
    """Return one row a person: latent type, identifiers and rates; times are null where they lie after the window."""
    people, kept = of.people, slice(0, of.wanted)
    openid, app, web, member = of.identifiers()
    sources = np.diff(people.sources, axis=1, prepend=0.0)
    columns = {
        "person": pa.array(people.number),
        "community": pa.array(np.full(a.COMMUNITY, of.number)),
        "type": c.chosen([kind.name for kind in a.TYPES], people.kind),
        "member": c.only(people.registered < a.NEVER, member),
        "openid": openid,
        "app_device": app,
        "web_device": web,
        "first_seen_at": of.when(people.first_seen),
        "registered_at": _inside(of, people.registered),
        "lost_at": _inside(of, people.lost),
        "is_guest": pa.array(people.guest),
        "visits_per_day": pa.array(people.visit_rate),
        "cart_rate": pa.array(people.cart_rate),
        "buy_rate": pa.array(people.buy_rate),
        "price_level": pa.array(people.price_level),
        "lost_per_day": pa.array(people.lost_per_day),
        **{f"{name}_share": pa.array(sources[:, k]) for k, name in enumerate(a.SOURCES[: sources.shape[1]])},
    }
    return pa.table({name: column[kept] for name, column in columns.items()})


def _inside(of: Community, ms: a.Ints) -> pa.Array:
    inside = ms < of.window.length_ms
    return c.only(inside, of.when(np.where(inside, ms, 0)))

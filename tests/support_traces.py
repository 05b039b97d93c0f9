"""Traces for tests: small ones by hand, and those of the simulated mall without writing it out."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache

import pandas as pd
import pyarrow as pa

from ltv.sources.mall import faults
from ltv.sources.mall.assumptions import COMMUNITY
from ltv.sources.mall.community import draw_community
from ltv.sources.mall.tables import shop, telemetry
from ltv.sources.mall.truth import all as truth
from ltv.sources.mall.window import Window
from ltv.sources.mall.world import World

END = date(2026, 6, 30)
ZONE = "Asia/Shanghai"
NOON = datetime(2026, 6, 1, 12)


@dataclass(frozen=True)
class Traced:
    """Spans and orders of some communities of the mall, and what is true of them."""

    spans: pa.Table
    orders: pa.Table
    truth: pd.DataFrame


def made(communities: int, *, seed: int = 7, days: int = 120) -> Traced:
    """Draw some communities of a thousand people or so each."""
    world = World(seed, Window(END, days))
    drawn = [draw_community(world, k, users=(k + 1) * COMMUNITY) for k in range(communities)]
    spans, orders, true = (
        pa.concat_tables([make(of) for of in drawn]) for make in (telemetry.spans, shop.orders, truth._traces)
    )
    return Traced(spans, orders, true.to_pandas())


traced = cache(made)


def without_faults(monkeypatch) -> None:
    """Make the mall that follows a clean one."""
    for name in ("NO_SPAN_RATE", "OTHER_AMOUNT_RATE", "TWICE_RATE", "GHOST_RATE", "INCIDENT_TIMEOUTS"):
        monkeypatch.setattr(faults, name, 0.0)


def span(number, parent=None, start=0, lasted=100, *, trace="t", name=None, at=NOON, **more):
    """A span that starts some milliseconds after a moment."""
    row = {
        "trace_id": trace, "span_id": str(number), "parent_span_id": None if parent is None else str(parent), "service": "shop",
        "name": name or f"step {number}", "started_at": at + timedelta(milliseconds=start), "duration_us": int(lasted * 1000),
        "status": "OK", "attributes": "{}",
    }  # fmt: skip
    return row | more


def table(*rows):
    return pd.DataFrame(list(rows))

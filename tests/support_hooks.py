"""Logs of the paid hooks: those of the simulated mall, and hand-made ones whose truth is known."""

from datetime import date
from functools import cache

import numpy as np
import pandas as pd
import pyarrow as pa

from ltv.sources.mall.community import draw_community
from ltv.sources.mall.tables import paid_hooks, shop, telemetry
from ltv.sources.mall.window import Window
from ltv.sources.mall.world import World

END, ZONE = date(2026, 6, 30), "Asia/Shanghai"


def naive(table: pa.Table) -> pa.Table:
    """Times lose their zone, as in a workspace."""
    for k, field in enumerate(table.schema):
        if pa.types.is_timestamp(field.type):
            table = table.set_column(k, field.name, table[field.name].cast(pa.timestamp("us")))
    return table


@cache
def mall_of(seed: int, *, days: int = 45, thousands: int = 20) -> tuple[pa.Table, pa.Table]:
    """Calls of hooks and orders of a mall."""
    world = World(seed, Window(END, days))
    made = [draw_community(world, number, users=10**9) for number in range(thousands)]
    tables = ([make(of) for of in made] for make in (telemetry.hook_calls, shop.orders))
    calls, orders = (naive(pa.concat_tables(parts)) for parts in tables)
    return calls, orders


def quiet_log(seed: int, *, hooks=("pay", "coupon"), days=30, an_hour=20, failing=0.015, varies=0.0) -> pd.DataFrame:
    """Calls whose failures are the same all the time, or vary from day to day."""
    draw = np.random.default_rng(seed)
    parts = []
    for hook in hooks:
        shape = np.tile(np.r_[np.full(8, 0.3), np.full(16, 1.2)], days)
        counts = draw.poisson(an_hour * shape)
        rate = np.full(days, failing)
        if varies:
            rate = draw.beta(failing * (1 / varies - 1), (1 - failing) * (1 / varies - 1), days)
        hour = np.repeat(np.arange(days * 24), counts)
        start = pd.Timestamp(END) + pd.Timedelta(days=1) - pd.Timedelta(days=days)
        ts = start + pd.to_timedelta(hour * 3600 + draw.random(len(hour)) * 3600, unit="s")
        bad = draw.random(len(hour)) < rate[hour // 24]
        kind = np.where(bad, draw.choice(["error", "timeout"], len(hour)), "ok")
        parts.append(pd.DataFrame({"ts": ts.floor("us"), "hook": hook, "outcome": kind, "latency_ms": 100.0}))
    frame = pd.concat(parts, ignore_index=True)
    return frame.assign(
        attempt=1, degraded=False, instance="a", id_type="m", id_value=[str(k) for k in range(len(frame))]
    )


def tables_of(seed: int, *, days: int = 100, thousands: int = 2) -> dict[str, pa.Table]:
    """The tables of a mall that tell of offers and trials."""
    world = World(seed, Window(END, days))
    made = [draw_community(world, number, users=10**9) for number in range(thousands)]
    makers = {
        "offers": paid_hooks.offers, "offer_events": paid_hooks.offer_events, "trials": paid_hooks.trials,
        "orders": shop.orders, "order_items": shop.order_items, "members": shop.members,
    }  # fmt: skip
    return {name: naive(pa.concat_tables(make(of) for of in made)) for name, make in makers.items()}


def as_people(tables: dict[str, pa.Table]) -> dict[str, pd.DataFrame]:
    """Tables with `user_id`: here a person is who the identifier says; of several versions of a row the last one counts."""
    frames = {name: table.to_pandas() for name, table in tables.items()}
    known: dict[tuple, int] = {}
    for frame in frames.values():
        if "id_value" in frame:
            pairs = zip(frame["id_type"], frame["id_value"], strict=True)
            ids = [None if pd.isna(v) else known.setdefault((t, v), len(known) + 1) for t, v in pairs]
            frame["user_id"] = pd.array(ids, "Int64")
    last = frames["orders"].sort_values("updated_at", kind="stable").drop_duplicates("order_id", keep="last")
    return frames | {"orders": last}

"""Service levels of 1 M hook calls and the rule audit of 1 M offer events, each in a process of its own.

    python benchmarks/hooks_service.py [CALLS [EVENTS]]

Prints CPU seconds, wall seconds and peak memory beyond what the tables take, and checks what is found against what was put in.
The goal of the figure "1 M spans to the board" is 30 s and 1.5 GB.
"""

import multiprocessing
import resource
import sys
import time
from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa

AS_OF, DAYS = date(2026, 6, 30), 90
HOOKS = ("payment", "first_order_coupon", "member_trial", "referral", "scene_recommendation", "limited_time_offer")
END = pd.Timestamp("2026-07-01")


def calls(n: int) -> tuple[pa.Table, pa.Table]:
    """A log with one incident of three hours, and orders."""
    draw = np.random.default_rng(7)
    shape = np.tile(np.r_[np.full(8, 0.2), np.full(16, 1.4)], DAYS)
    hour = draw.choice(DAYS * 24, n, p=shape / shape.sum())
    ts = END.value // 1000 - DAYS * 86_400_000_000 + hour * 3_600_000_000 + draw.integers(0, 3_600_000_000, n)
    hook = draw.choice(len(HOOKS), n, p=[0.2, 0.1, 0.05, 0.1, 0.5, 0.05])
    broken = (hook == 0) & (hour >= 78 * 24 + 14) & (hour < 78 * 24 + 17)
    u = draw.random(n)
    outcome = np.where(u < np.where(broken, 0.35, 0.005), 2, np.where(u > 0.99, 1, 0))
    latency = np.where(outcome == 2, 3_000.0, draw.lognormal(4.5, 0.5, n).clip(max=2_999))
    table = pa.table(
        {
            "ts": pa.array(ts, pa.timestamp("us")),
            "hook": pa.array(np.array(HOOKS)[hook]),
            "instance": pa.array(np.array(["hooks-1", "hooks-2", "hooks-3"])[draw.integers(0, 3, n)]),
            "outcome": pa.array(np.array(["ok", "error", "timeout"])[outcome]),
            "latency_ms": latency,
            "attempt": pa.array(np.ones(n, np.int64)),
            "degraded": pa.array(draw.random(n) < 0.002),
            "id_type": pa.array(np.full(n, "member")),
            "id_value": pa.array([f"M{k}" for k in draw.integers(0, 300_000, n)]),
        }
    )
    paid = ts[hook == 0]
    orders = {
        "ts": pa.array(paid, pa.timestamp("us")),
        "amount": draw.lognormal(5, 0.8, len(paid)),
        "status": pa.array(np.full(len(paid), "paid")),
    }
    return table, pa.table(orders)


def offers(n: int) -> dict[str, pa.Table]:
    """Reservations that keep their rules, but for 100 coupons that came too late."""
    draw = np.random.default_rng(8)
    held, pools = n // 2, 1_000
    at = END.value // 1000 - draw.integers(3_600_000_000, DAYS * 86_400_000_000, held)
    pool = np.arange(held) % pools
    person = np.arange(held)
    order = pa.array([f"o{k}" for k in person])
    ids = pa.array([f"P{k}" for k in range(pools)])
    late = np.zeros(held, np.int64)
    late[np.flatnonzero(pool % 2 == 0)[:100]] = 80
    events = {
        "ts": pa.array(np.concatenate([at, at + 1_000]), pa.timestamp("us")),
        "offer_id": ids.take(pa.array(np.concatenate([pool, pool]))),
        "order_id": pa.concat_arrays([order, order]),
        "user_id": pa.array(np.concatenate([person, person])),
        "event": pa.array(np.repeat(["reserved", "redeemed"], held)),
        "instance": pa.array(np.tile(np.array(["i1", "i2", "i3"])[person % 3], 2)),
    }
    members = {"user_id": person, "registered_at": pa.array(at - (1 + late) * 3_600_000_000, pa.timestamp("us"))}
    begin, end = END - pd.Timedelta(days=DAYS), END + pd.Timedelta(days=1)
    defined = {
        "offer_id": ids,
        "hook": pa.array(np.where(np.arange(pools) % 2 == 0, "first_order_coupon", "limited_time_offer")),
        "starts_at": pa.array([begin] * pools, pa.timestamp("us")),
        "expires_at": pa.array([end] * pools, pa.timestamp("us")),
        "stock": pa.array([held] * pools),
        "stackable": pa.array([False] * pools),
        "skus": pa.array([[f"s{k}" for k in range(300)]] * pools),
    }
    return {
        "offers": pa.table(defined),
        "offer_events": pa.table(events),
        "members": pa.table(members),
        "orders": pa.table({"order_id": order, "discount": np.full(held, 12.5)}),
        "order_items": pa.table({"order_id": order, "sku": pa.array([f"s{k % 300}" for k in person])}),
    }


def _measured(name: str, work, check) -> None:
    before, cpu, wall = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time(), time.perf_counter()
    found = work()
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(
        f"{name}: {cpu:.1f} CPU s, {wall:.1f} s, peak {peak / 1024:,.0f} MB in all, {(peak - before) / 1024:,.0f} MB more than the tables"
    )
    check(found)


def _levels(n: int) -> None:
    import ltv

    table, orders = calls(n)

    def check(found) -> None:
        print(f"  incidents: {found.incidents[['hook', 'started_at', 'ended_at']].to_numpy().tolist()}")
        assert found.incidents["hook"].tolist() == ["payment"]

    _measured(f"service_levels, {n:,} attempts", lambda: ltv.service_levels(table, as_of=AS_OF, orders=orders), check)


def _audit(n: int) -> None:
    import ltv

    tables = offers(n)
    first = [tables.pop("offers"), tables.pop("offer_events")]

    def check(found) -> None:
        print(f"  cases: {found.table['rule'].value_counts().to_dict()}")
        assert found.table["rule"].value_counts().to_dict() == {"outside_hours": 100}

    _measured(f"audit_hooks, {n:,} offer events", lambda: ltv.audit_hooks(*first, as_of=AS_OF, **tables), check)


def main() -> None:
    sizes = [int(a) for a in sys.argv[1:]] + [1_000_000] * 2
    context = multiprocessing.get_context("spawn")
    for work, n in zip((_levels, _audit), sizes, strict=False):
        process = context.Process(target=work, args=(n,))
        process.start()
        process.join()
        if process.exitcode:
            raise SystemExit(1)


if __name__ == "__main__":
    main()

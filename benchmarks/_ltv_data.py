"""The data sets of the lifetime-value benchmark, each as orders, a cutoff and a horizon.

Public data are read where they lie (`LTV_REAL_DATA`, or `../shared/data` beside the project); the mall is simulated.

- CDNOW: all 23,570 customers, 39 weeks (to 1997-09-30), then 39 weeks.
- UCI Online Retail, lines with a customer, GBP, all countries, orders up to 2011-09-09, then the last 91 days. 3,367
  customers have a day on which more was bought than cancelled; 45 more have not and are no customers. Net of
  cancellations (invoices C…, which name no order) can mean two things: each customer's day is netted and a day of which
  nothing is left dropped, as in the published comparison (BG/NBD .773/.513/575/.60/.34 here, .773/.514/569/.60/.39
  there); or a cancellation is a negative amount at its own time, as CONTRACT has it (.768/.500/570/.59/.35), where 30
  customers have less than nothing in the holdout.
- Complete Journey: sales of each household and basket, 26 weeks (to 2017-07-01; 2,393 households), then 26 weeks.
- The mall: 50,000 people over 180 days, cutoff in the middle; whose order it is is known (the benchmark of identity
  is another), and what everybody is truly expected to spend comes along.
"""

import os
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from ltv.sources.mall.assumptions import COMMUNITY, PAID
from ltv.sources.mall.community import Community, draw_community
from ltv.sources.mall.truth import expected_values
from ltv.sources.mall.window import Window
from ltv.sources.mall.world import World

FOLDER = Path(os.environ.get("LTV_REAL_DATA") or Path(__file__).parents[2] / "shared" / "data")


@dataclass(frozen=True)
class Data:
    """Orders (user_id, ts, amount, and status, refund, refunded_at where there are such), cutoff day and horizon."""

    name: str
    orders: pd.DataFrame
    cutoff: date
    horizon_days: int
    expected: pd.Series | None = None


def cdnow() -> Data:
    rows = pd.read_parquet(FOLDER / "cdnow" / "cdnow_master.parquet")
    orders = rows.rename(columns={"customer_id": "user_id", "date": "ts", "value": "amount"})
    return Data("CDNOW", orders[["user_id", "ts", "amount"]], date(1997, 10, 1), 273)


def online_retail(*, by_day: bool = True) -> Data:
    """Return the wholesaler's orders; with `by_day` each customer's day is netted, and days of which nothing is left are dropped."""
    rows = pd.read_parquet(FOLDER / "online_retail" / "online_retail_2010_12_to_2011_12.parquet")
    rows = rows[rows["CustomerID"].notna()]
    rows = rows.assign(
        user_id=rows["CustomerID"].astype("int64"), amount=rows["Quantity"] * rows["UnitPrice"], ts=rows["InvoiceDate"]
    )
    unit = rows["ts"].dt.normalize() if by_day else rows["InvoiceNo"]
    orders = rows.groupby(["user_id", unit.rename("unit")]).agg({"ts": "min", "amount": "sum"}).reset_index()
    orders = orders[orders["amount"] > 0] if by_day else orders
    name = "UCI Online Retail" if by_day else "UCI Online Retail, cancellations at their own time"
    return Data(name, orders[["user_id", "ts", "amount"]].reset_index(drop=True), date(2011, 9, 10), 91)


def complete_journey() -> Data:
    rows = pd.read_parquet(FOLDER / "complete_journey" / "transactions.parquet")
    keys = [rows["household_id"].rename("user_id"), rows["basket_id"]]
    times = {"transaction_timestamp": "ts", "sales_value": "amount"}
    orders = rows.groupby(keys)[list(times)].agg({"transaction_timestamp": "min", "sales_value": "sum"})
    orders = orders.reset_index().rename(columns=times)
    return Data("Complete Journey", orders[["user_id", "ts", "amount"]], date(2017, 7, 2), 182)


def real() -> list[Data]:
    return [cdnow(), online_retail(), complete_journey()]


def mall(
    *,
    users: int = 50_000,
    days: int = 180,
    end: date = date(2026, 6, 30),
    horizon_days: int = 90,
    seed: int = 7,
    with_truth: bool = True,
) -> Data:
    """Return the orders of a simulated mall whose people are known, and what those known at the cutoff are expected to spend."""
    world = World(seed, Window(end, days))
    parts = [_orders_of(draw_community(world, n, users=users)) for n in range(-(-users // COMMUNITY))]
    cutoff = end - timedelta(days=horizon_days - 1)
    orders = pd.concat(parts, ignore_index=True)
    if not with_truth:
        return Data("the mall", orders, cutoff, horizon_days)
    truth = expected_values(world, cutoff - timedelta(days=1), users=users).to_pandas()
    expected = truth[truth["horizon_days"] == horizon_days].set_index("person")["expected"]
    return Data("the mall", orders, cutoff, horizon_days, expected)


def _orders_of(community: Community) -> pd.DataFrame:
    o, window = community.orders, community.window
    use = (o.status == PAID) & (o.ms < window.length_ms) & (o.person < community.wanted)
    back = (o.refund_fen > 0) & (o.refunded < window.length_ms)
    return pd.DataFrame(
        {
            "user_id": community.people.number[o.person[use]],
            "ts": _local(window, o.ms[use]),
            "amount": o.amount_fen[use] / 100,
            "status": "paid",
            "refund": np.where(back, o.refund_fen, 0)[use] / 100,
            "refunded_at": _local(window, np.where(back, o.refunded, o.ms)[use]),
        }
    )


def _local(window: Window, ms: np.ndarray) -> pd.Series:
    """Moments on the mall's own clock: its days are those of Asia/Shanghai."""
    return pd.Series(pd.Timestamp(window.first_day) + pd.to_timedelta(ms, unit="ms"))

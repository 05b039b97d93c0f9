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
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import _ltv_mall as made
import pandas as pd
import pyarrow as pa

from ltv.lifetime.ground import Ground
from ltv.lifetime.summaries import day_number
from ltv.sources.mall.assumptions import COMMUNITY
from ltv.sources.mall.truth import expected_values

FOLDER = Path(os.environ.get("LTV_REAL_DATA") or Path(__file__).parents[2] / "shared" / "data")


@dataclass(frozen=True)
class Data:
    """Orders (user_id, ts, amount, and status, refund, refunded_at where there are such), cutoff day and horizon.

    `expected` is what people are truly expected to spend, by user_id; `tables` are those beside the orders.
    """

    name: str
    orders: pd.DataFrame
    cutoff: date
    horizon_days: int
    expected: pd.Series | None = None
    tables: dict[str, pa.Table] = field(default_factory=dict)

    @property
    def cutoff_day(self) -> int:
        return day_number(self.cutoff)

    def ground(self) -> Ground:
        """What was known when the cutoff day began, and orders to judge by: nothing of them is looked at before."""
        return Ground.of(self.orders, as_of=self.cutoff - timedelta(days=1), **self.tables)  # type: ignore[arg-type]


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
    orders_only: bool = False,
) -> Data:
    """Return a simulated mall whose people are known, and what those known at the cutoff are expected to spend.

    Args:
        users: people.
        days: length of the simulation, horizon included.
        end: last day.
        horizon_days: the last days, which are to be predicted.
        seed: of the simulation.
        orders_only: neither the other tables nor the truth.
    """
    world, cutoff = made.world_of(days=days, end=end, seed=seed), made.cutoff_of(end, horizon_days)
    drawn = made.communities(world, range(-(-users // COMMUNITY)), users=users)
    if orders_only:
        return Data("the mall", pd.concat([made.orders(of) for of in drawn], ignore_index=True), cutoff, horizon_days)
    told = made.tables(drawn, until=days - horizon_days)
    orders = told.pop("orders").to_pandas()
    truth = expected_values(world, cutoff - timedelta(days=1), users=users).to_pandas()
    expected = truth[truth["horizon_days"] == horizon_days].set_index("person")["expected"]
    return Data("the mall", orders, cutoff, horizon_days, expected, told)

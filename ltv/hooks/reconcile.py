"""Payments in traces against orders: what disagrees, and what cannot be told.

A payment is a span that says `payment.amount`; one whose status is ERROR did not charge. Orders are looked at where traces can be expected: in the
time that spans cover, from sources that are traced at all, outside gaps in which the spans themselves are lost.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from sqlglot import exp

from ltv import sql
from ltv.hooks.spans import Flags, Forest
from ltv.warehouse import given

if TYPE_CHECKING:
    from ltv.warehouse.engine import Engine

FEN = 100
PAID = ("paid", "refunded")
KINDS = ("paid_without_span", "span_without_order", "amount_differs", "paid_twice", "charge_failed")
MISMATCH = [
    "kind", "reference", "order_id", "span_id", "trace_id", "ts", "channel", "source", "order_amount", "charged", "charges", "at_stake",
]  # fmt: skip
_SAME = 0.005  # half a fen
_OPTIONAL = ("source", "payment_channel", "updated_at")


@dataclass(frozen=True)
class Expected:
    """Where a paid order should have a span.

    Attributes:
        settle_minutes: the last minutes before as-of, in which spans and orders may still be on their way.
        gap_orders: so many paid orders in a row without a span are a gap in the spans.
        least_traced: a source of which a smaller share is traced pays another way.
    """

    settle_minutes: int = 5
    gap_orders: int = 5
    least_traced: float = 0.5


@dataclass(frozen=True)
class Reconciled:
    """What the comparison found.

    Attributes:
        mismatches: a row a case.
        judged: paid orders that should have a span.
        agreed: of these, those that have one that agrees.
        open_charges: orders that are not paid though charges went through: order_id, status, channel, charged in all.
        sources: a row a source of orders: paid orders in the time, with a span, whether it is traced.
        gaps: first and last moment of a gap, and its orders.
        pending: charges too late to have an order yet.
    """

    mismatches: pd.DataFrame
    judged: int
    agreed: int
    open_charges: pd.DataFrame
    sources: pd.DataFrame
    gaps: pd.DataFrame
    pending: int


def charges_of(spans: Forest) -> pd.DataFrame:
    """The spans that are payments, in order of time."""
    at = np.flatnonzero(~np.isnan(spans.amount_fen))
    at = at[np.argsort(spans.started[at], kind="stable")]
    names = np.array([*spans.channel.values, None], dtype=object)
    rows: pd.DataFrame = spans.rows.take(at).to_pandas()
    return rows.assign(
        started_us=spans.started[at],
        is_ok=~spans.is_error[at],
        charged=spans.amount_fen[at] / FEN,
        channel=names[spans.channel.codes[at]],
    )


def orders_of(engine: Engine, table: str, named: pd.DataFrame, *, since: datetime, after: datetime) -> pd.DataFrame:
    """Orders of the time, and others that a charge names.

    Raises:
        UsageError: a column is not there.
    """
    there = engine.columns(table)
    given.require("orders", there, "order_id", "ts", "amount", "status")
    has = {c: sql.column(c) if c in there else exp.cast(exp.null(), "VARCHAR") for c in _OPTIONAL}
    version = "COALESCE(updated_at, ts)" if "updated_at" in there else "ts"
    columns = {"source_name": has["source"], "channel_name": has["payment_channel"], "version": sql.expression(version)}
    engine.register("charged orders", named)
    tables = {"orders": table, "charged": "charged orders"}
    try:
        query = sql.load("ltv.hooks", "payment_orders", tables=tables, columns=columns)
        return engine.frame(query, {"since": since, "after": after})
    finally:
        engine.drop(["charged orders"])


def reconcile(
    charges: pd.DataFrame, orders: pd.DataFrame, *, span: tuple[int, int], end: int, expected: Expected
) -> Reconciled:
    """Compare charges with orders.

    Args:
        charges: as `charges_of` has them.
        orders: order_id, ts_us, source, channel, amount, status.
        span: first and last moment of any span, microseconds.
        end: first moment no more.
        expected: where a paid order should have a span.
    """
    settled = end - expected.settle_minutes * 60_000_000
    good = charges[charges["is_ok"]]
    by_order = _by_order(good)
    told = orders.merge(by_order, on="order_id", how="left")
    told["tried"] = told["order_id"].isin(charges["order_id"])
    is_due = told["amount"].notna() & (
        (told["amount"] > 0) | (told["total"] >= _SAME)
    )  # nothing was owed, and yet it was charged
    told["is_paid"] = told["status"].isin(PAID) & is_due
    told = told.sort_values(["ts_us", "order_id"], ignore_index=True)
    source = told["source"].fillna("")
    timely = told["is_paid"] & told["ts_us"].between(span[0], min(span[1], settled))
    ever = set(source[timely & (told["charges"].notna() | told["tried"])])
    lost, gaps = _gaps(told, (timely & source.isin(ever)).to_numpy(), expected.gap_orders)
    sources = _sources(told[timely & ~lost], expected.least_traced)
    timely &= source.isin(sources.loc[sources["is_traced"], "source"])
    paid = told[told["is_paid"]]
    without = told[timely.to_numpy() & ~lost & told["charges"].isna().to_numpy()]
    ghosts = good[~good["order_id"].isin(orders["order_id"])]
    pending = ghosts["started_us"] >= settled
    cases = [
        _without_span(without[~without["tried"]], "paid_without_span"),
        _without_span(without[without["tried"]], "charge_failed"),
        _ghosts(ghosts[~pending]),
        *_differ(paid.dropna(subset=["charges"])),
    ]
    found = _told(cases)
    open_ = told[~told["status"].isin(PAID) & (told["total"] >= _SAME)]
    judged = int((timely & ~lost).sum())
    differing = set(found["order_id"].dropna())
    agreed = int((timely.to_numpy() & ~lost & ~told["order_id"].isin(differing).to_numpy()).sum())
    shown = open_[["order_id", "status", "channel", "total"]].rename(columns={"total": "charged"})
    return Reconciled(found, judged, agreed, shown.reset_index(drop=True), sources, gaps, int(pending.sum()))


def _by_order(good: pd.DataFrame) -> pd.DataFrame:
    named = good[good["order_id"].notna()]
    return named.groupby("order_id", as_index=False).agg(
        charges=("charged", "size"), total=("charged", "sum"), span_id=("span_id", "first"),
        trace_id=("trace_id", "first"), charged_us=("started_us", "first"), paid_by=("channel", "first"),
        last_span=("span_id", "last"), last_trace=("trace_id", "last"), last_us=("started_us", "last"),
    )  # fmt: skip


def _sources(paid: pd.DataFrame, least: float) -> pd.DataFrame:
    """How many paid orders of each source have a span: a source that pays another way is no case."""
    rows = paid.assign(source=paid["source"].fillna(""), traced=paid["charges"].notna() | paid["tried"])
    told = rows.groupby("source", as_index=False).agg(orders=("traced", "size"), traced=("traced", "sum"))
    return told.assign(is_traced=told["traced"] >= least * told["orders"])


def _gaps(told: pd.DataFrame, timely: Flags, least: int) -> tuple[Flags, pd.DataFrame]:
    """Runs of orders without a span: there the spans are lost, not the payments."""
    at = np.flatnonzero(timely)
    absent = (told["charges"].isna() & ~told["tried"]).to_numpy()[at]
    run = np.cumsum(np.concatenate([[0], absent[1:] != absent[:-1]])) if len(at) else np.zeros(0, np.int64)
    size = np.bincount(run) if len(at) else np.zeros(0, np.int64)
    is_gap = absent & (size[run] >= least) if len(at) else np.zeros(0, bool)
    lost = np.zeros(len(told), bool)
    lost[at[is_gap]] = True
    moments = pd.to_datetime(told["ts_us"].to_numpy()[at[is_gap]], unit="us")
    rows = pd.DataFrame({"run": run[is_gap], "ts": moments}).groupby("run")["ts"].agg(["min", "max", "size"])
    return lost, rows.rename(columns={"min": "from", "max": "to", "size": "orders"}).reset_index(drop=True)


def _without_span(rows: pd.DataFrame, kind: str) -> pd.DataFrame:
    return rows.assign(kind=kind, reference=rows["order_id"], us=rows["ts_us"], order_amount=rows["amount"], charged=np.nan, charges=0,
                       at_stake=rows["amount"])  # fmt: skip


def _ghosts(rows: pd.DataFrame) -> pd.DataFrame:
    """Charges whose order is not there; several of one order are one case."""
    reference = rows["order_id"].fillna(rows["span_id"])
    told = rows.assign(reference=reference, us=rows["started_us"]).groupby("reference", as_index=False, sort=False)
    got = told.agg(
        order_id=("order_id", "first"), span_id=("span_id", "first"), trace_id=("trace_id", "first"), us=("us", "first"),
        channel=("channel", "first"), charged=("charged", "sum"), charges=("charged", "size"),
    )  # fmt: skip
    return got.assign(kind="span_without_order", source=None, order_amount=np.nan, at_stake=got["charged"])


def _differ(paid: pd.DataFrame) -> list[pd.DataFrame]:
    """Orders that were charged another amount in all, each once: charged twice where more than one charge is more than the amount."""
    beyond = paid["total"] - paid["amount"]
    is_twice = (paid["charges"] > 1) & (beyond > 0)
    twice = paid[is_twice & (beyond >= _SAME)]
    other = paid[~is_twice & (beyond.abs() >= _SAME)]
    return [
        other.assign(kind="amount_differs", reference=other["order_id"], us=other["charged_us"], order_amount=other["amount"],
                     charged=other["total"], at_stake=(other["total"] - other["amount"]).abs()),
        twice.assign(kind="paid_twice", reference=twice["order_id"], us=twice["last_us"], order_amount=twice["amount"],
                     charged=twice["total"], at_stake=twice["total"] - twice["amount"], span_id=twice["last_span"],
                     trace_id=twice["last_trace"]),
    ]  # fmt: skip


def _told(cases: list[pd.DataFrame]) -> pd.DataFrame:
    parts = [
        case.assign(ts=pd.to_datetime(case["us"], unit="us")).reindex(columns=MISMATCH) for case in cases if len(case)
    ]
    if not parts:
        return pd.DataFrame(columns=MISMATCH)
    rows = pd.concat([part.astype({"order_amount": float, "charged": float}) for part in parts], ignore_index=True)
    rows["at_stake"] = rows["at_stake"].round(2)  # whole fen
    return rows.astype({"charges": int}).sort_values(
        ["kind", "at_stake", "reference"], ascending=[True, False, True], ignore_index=True
    )

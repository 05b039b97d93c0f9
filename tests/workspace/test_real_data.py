"""The examples read their raw exports to the penny: compared with sums made by other means."""

from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

import ltv

EXAMPLES = Path(__file__).parents[2] / "examples"
SHARED = "../../../shared/data"


def example(name, folder, real_data):
    """Copy the settings of an example to a place of its own, with its data where they are here."""
    text = (EXAMPLES / name / "ltv.toml").read_text(encoding="utf-8")
    assert text.count(SHARED) > 0
    (folder / "ltv.toml").write_text(text.replace(SHARED, real_data.as_posix()), encoding="utf-8")
    return ltv.open(folder)


def exact(orders):
    """Return the amount of each order as an exact decimal."""
    rows = orders.query("select order_id, cast(amount as varchar) as amount from self")
    return dict(zip(rows["order_id"], map(Decimal, rows["amount"]), strict=True))


@pytest.fixture(scope="module")
def export(real_data):
    """Return the UCI export as it is, its money as exact decimals."""
    (path,) = (real_data / "online_retail").glob("*.parquet")
    lines = pd.read_parquet(path)
    price = lines["UnitPrice"].map({p: Decimal(repr(float(p))) for p in lines["UnitPrice"].unique()})
    return lines.assign(amount=[q * p for q, p in zip(lines["Quantity"], price, strict=True)])


@pytest.fixture(scope="module")
def retail(tmp_path_factory, real_data):
    ws = example("online_retail", tmp_path_factory.mktemp("retail"), real_data)
    yield ws
    ws.close()


def test_nothing_of_the_export_is_refused_or_lost(retail, export):
    facts = {n: p.facts for n, p in retail.prepared.items() if p.facts}
    assert {n: (f.read, f.accepted, f.quarantined, f.duplicates) for n, f in facts.items()} == {
        "orders": (25_900, 25_900, 0, 0),
        "order_items": (len(export), len(export), 0, 0),
    }
    assert (str(retail.date), retail.settings.currency) == ("2011-12-09", "GBP")


def test_lines_of_one_invoice_are_one_order_of_their_sum(retail, export):
    expected = export.groupby("InvoiceNo")["amount"].sum()
    orders = exact(retail.orders)
    assert set(orders) == set(expected.index)
    assert {k for k, v in expected.items() if abs(orders[k] - v) > Decimal("0.005")} == set()


def test_totals_reconcile_to_the_export_to_the_penny(retail, export):
    total = sum(export["amount"], Decimal(0))
    assert total == Decimal("9747747.934")
    sums = retail.orders.query("select sum(amount) as a, sum(value) as v from self").iloc[0]
    assert abs(Decimal(str(sums["a"])) - total) < Decimal("0.01")
    assert sums["v"] == sums["a"]
    items = retail.order_items.query("select sum(cast(quantity as decimal(18, 0)) * price) as a from self")["a"][0]
    assert Decimal(str(items)).quantize(Decimal("0.001")) == total


def test_cancellations_are_refunds_of_their_person_and_net_their_value(retail, export):
    cancelled = export[export["InvoiceNo"].str.startswith("C")]
    counted = retail.orders.query(
        "select count(*) as n, sum(value) as v, count(user_id) as known from self where order_id like 'C%' and amount < 0"
    ).iloc[0]
    assert counted["n"] == cancelled["InvoiceNo"].nunique()
    assert abs(Decimal(str(counted["v"])) - sum(cancelled["amount"], Decimal(0))) < Decimal("0.01")
    assert counted["known"] == cancelled.dropna(subset="CustomerID")["InvoiceNo"].nunique()


def test_fourteen_percent_of_the_invoices_are_anonymous_and_count_in_totals_only(retail, export):
    share = retail.orders.query("select avg(case when user_id is null then 1.0 else 0.0 end) as s from self")["s"][0]
    expected = 1 - export.dropna(subset="CustomerID")["InvoiceNo"].nunique() / export["InvoiceNo"].nunique()
    assert share == pytest.approx(expected)
    assert round(share, 2) == 0.14
    people = retail.people.query("select count(*) as n, sum(value_to_date) as v from self").iloc[0]
    known = export.dropna(subset="CustomerID")
    assert people["n"] == known["CustomerID"].nunique() == 4372
    assert people["v"] == pytest.approx(float(sum(known["amount"], Decimal(0))), abs=0.5)


def test_customer_numbers_are_whole_numbers_in_text_and_times_are_of_london(retail, export):
    ids = set(retail.orders.query("select distinct id_value as v from self where id_value is not null")["v"])
    assert ids == {str(int(c)) for c in export["CustomerID"].dropna().unique()}
    first = export.groupby("InvoiceNo")["InvoiceDate"].min().dt.tz_localize("Europe/London").dt.tz_convert("UTC")
    times = retail.orders.frame().set_index("order_id")
    assert (times["ts"] == first.dt.tz_localize(None).reindex(times.index)).all()
    local = export.groupby("InvoiceNo")["InvoiceDate"].min().dt.date
    assert (pd.to_datetime(times["day"]).dt.date == local.reindex(times.index)).all()


def test_every_purchase_of_cdnow_counts_identical_rows_too(tmp_path, real_data):
    (path,) = (real_data / "cdnow").glob("*.parquet")
    rows = pd.read_parquet(path)
    assert (len(rows), int(rows.duplicated().sum())) == (69_659, 255)
    ws = example("cdnow", tmp_path, real_data)
    facts = ws.prepared["orders"].facts
    assert (facts.read, facts.accepted, facts.duplicates, facts.quarantined) == (69_659, 69_659, 0, 0)
    orders = ws.orders.frame()
    total = sum((Decimal(repr(float(v))) for v in rows["value"]), Decimal(0))
    assert sum(exact(ws.orders).values()) == total == Decimal("2500315.63")
    assert orders["user_id"].nunique() == rows["customer_id"].nunique() == 23_570
    spent = rows.groupby(rows["customer_id"].astype(str))["value"].sum()
    assert orders.groupby("id_value")["amount"].sum().astype(float).sub(spent).abs().max() < 1e-6
    assert (
        pd.to_datetime(orders.sort_values("_line")["day"]).to_numpy() == rows["date"].dt.normalize().to_numpy()
    ).all()
    ws.close()

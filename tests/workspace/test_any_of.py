"""Tables of which a page needs one: those that are not there come without rows, and without any the page says so."""

import pytest

import ltv
from ltv.errors import MissingTableError, UsageError

ORDERS = "order_id,ts,source,id_type,id_value,amount,status\na,2026-03-01 10:00:00,shop,member,M1,5,paid\n"


@pytest.fixture
def ws(tmp_path):
    (tmp_path / "ltv.toml").write_text("", encoding="utf-8")
    (tmp_path / "data" / "orders").mkdir(parents=True)
    (tmp_path / "data" / "orders" / "o.csv").write_text(ORDERS, encoding="utf-8")
    opened = ltv.open(tmp_path)
    yield opened
    opened.close()


def test_a_table_that_is_not_there_comes_without_rows_in_the_contracts_columns(ws):
    orders, spans = ws.any_of("orders", "spans")
    assert (len(orders), len(spans)) == (1, 0)
    assert {"trace_id", "span_id", "duration_us", "attributes"} <= set(spans.columns)
    assert ltv.payment_traces(spans, orders, as_of=ws.date).takeaways("en") == ["No span says payment.amount."]


def test_without_any_of_them_the_first_is_named_and_the_others(ws):
    with pytest.raises(MissingTableError, match="table 'spans' is not there: nor any of hook_calls, trials"):
        ws.any_of("spans", "hook_calls", "trials")
    with pytest.raises(UsageError, match="table: found 'spams'"):
        ws.any_of("spams")

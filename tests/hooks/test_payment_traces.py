"""Payments in traces: the funnel, and every disagreement with the orders, found and no more."""

import json
from datetime import date, timedelta

import pandas as pd
import pytest
from support_traces import END, NOON, ZONE, made, span, table, traced, without_faults

import ltv
from ltv.errors import UsageError

DAY = date(2026, 6, 1)


def paid(number, order, fen, *, at=NOON, status="OK", channel="alipay", **more):
    """A trace of two spans, the second of which charges."""
    said = json.dumps({"payment.amount": fen, "payment.channel": channel, "order.id": order} | more)
    return [
        span(f"r{number}", trace=f"t{number}", name="POST /pay", at=at, status=status),
        span(
            f"c{number}", f"r{number}", 10, 80, trace=f"t{number}", name="charge", at=at, status=status, attributes=said
        ),
    ]


def order(order_id, amount, *, ts=NOON, status="paid", **more):
    return {"order_id": order_id, "ts": ts, "amount": amount, "status": status} | more


def told(traces, orders, **options):
    # what frames the time that is covered
    frame = [
        *paid("first", "first", 100, at=NOON - timedelta(hours=1)),
        *paid("last", "last", 100, at=NOON + timedelta(hours=1)),
    ]
    known = [order("first", 1, ts=NOON - timedelta(hours=1)), order("last", 1, ts=NOON + timedelta(hours=1))]
    rows = [s for t in traces for s in t]
    return ltv.payment_traces(table(*frame, *rows), table(*known, *orders), as_of=DAY, **options)


def cases(result):
    return sorted(result.mismatches[["kind", "reference", "at_stake"]].itertuples(index=False, name=None))


@pytest.mark.parametrize(
    ("traces", "orders", "expected"),
    [
        ([paid(1, "A", 1250)], [order("A", 12.5)], []),
        ([], [order("A", 12.5)], [("paid_without_span", "A", 12.5)]),
        ([paid(1, "A", 1250)], [], [("span_without_order", "A", 12.5)]),
        ([paid(1, None, 1250)], [], [("span_without_order", "c1", 12.5)]),
        ([paid(1, "A", 1249)], [order("A", 12.5)], [("amount_differs", "A", 0.01)]),
        ([paid(1, "A", 1250), paid(2, "A", 1250)], [order("A", 12.5)], [("paid_twice", "A", 12.5)]),
        ([paid(1, "A", 1000), paid(2, "A", 250)], [order("A", 12.5)], []),
        ([paid(1, "A", 1250, status="ERROR"), paid(2, "A", 1250)], [order("A", 12.5)], []),
        ([paid(1, "A", 1250, status="ERROR")], [order("A", 12.5)], [("charge_failed", "A", 12.5)]),
        ([paid(1, "A", 1250, status="ERROR")], [order("A", 12.5, status="failed")], []),
        ([paid(1, "A", 1250)], [order("A", 12.5, status="cancelled")], []),
        ([paid(1, "A", 1250)], [order("A", 12.5, ts=NOON - timedelta(days=200))], []),
        ([], [order("A", 12.5, ts=NOON - timedelta(hours=2))], []),
        ([], [order("A", 12.5, ts=NOON + timedelta(hours=2))], []),
        ([], [order("A", 0), order("B", -5)], []),
        ([paid(1, "A", 1250)], [order("A", 0)], [("amount_differs", "A", 12.5)]),
        ([paid(1, "A", 0)], [order("A", 0)], []),
        ([paid(1, "A", 6000), paid(2, "A", 6000)], [order("A", 100)], [("paid_twice", "A", 20.0)]),
        ([paid(1, "A", 3000), paid(2, "A", 3000)], [order("A", 100)], [("amount_differs", "A", 40.0)]),
    ],
)
def test_each_disagreement_is_a_case_and_nothing_else_is(traces, orders, expected):
    assert cases(told(traces, orders)) == expected


def test_charges_for_orders_that_are_not_paid_are_told_apart():
    result = told([paid(1, "A", 1250)], [order("A", 12.5, status="timeout")])
    ((order_id, why, *untold, amount),) = result.compared.open_charges.values.tolist()
    assert (order_id, why, pd.isna(untold).tolist(), amount) == ("A", "timeout", [True], 12.5)
    assert any("cannot tell whether the money went back" in said for said in result.takeaways("en"))


def test_all_charges_of_an_order_that_is_not_paid_are_added_up():
    result = told([paid(1, "A", 1250), paid(2, "A", 1250)], [order("A", 12.5, status="cancelled")])
    assert result.compared.open_charges["charged"].tolist() == [25.0]


def test_orders_whose_numbers_are_whole_numbers_are_compared_too():
    orders = pd.DataFrame([order(k, 1, ts=NOON + timedelta(hours=k)) for k in range(3)])
    spans = [s for k in range(3) for s in paid(k, k, 100 if k else 150, at=NOON + timedelta(hours=k))]
    result = ltv.payment_traces(table(*spans), orders, as_of=DAY)
    assert cases(result) == [("amount_differs", "0", 0.5)]
    assert result.compared.judged == 3


def test_where_no_order_could_be_compared_nothing_is_said_to_agree():
    result = ltv.payment_traces(table(*paid(1, "A", 1250)), table(order("A", 12.5, status="failed")), as_of=DAY)
    assert "cannot be told" in result.takeaways("en")[0]
    assert result.findings[0].state == "none"
    assert {k.state for k in result.key_figures} == {"none"}


def test_of_versions_of_an_order_the_last_before_the_end_counts():
    later = [
        order("A", 12.5, status=s, updated_at=NOON + timedelta(days=d))
        for s, d in (("paid", 0), ("cancelled", 0.1), ("paid", 5))
    ]
    assert cases(told([], later)) == []


def test_a_source_that_pays_another_way_is_told_and_not_accused():
    orders = [order(f"C{k}", 5, source="till") for k in range(3)] + [
        order("A", 12.5, source="app"),
        order("B", 2, source="app"),
    ]
    result = told([paid(1, "A", 1250)], orders)
    assert cases(result) == [("paid_without_span", "B", 2.0)]
    assert any("till" in said for said in result.takeaways("en"))


def test_where_the_spans_are_lost_orders_are_no_cases():
    minutes = [order(f"A{k}", 5, ts=NOON + timedelta(minutes=k)) for k in range(5)]
    assert cases(told([], minutes)) == []
    assert told([], minutes).compared.gaps["orders"].tolist() == [5]
    assert len(told([], minutes[:2]).mismatches) == 2


def test_a_charge_at_the_very_end_may_still_get_its_order():
    end = NOON + timedelta(hours=11, minutes=58)
    result = told([paid(1, "A", 1250, at=end)], [])
    assert (cases(result), result.compared.pending) == ([], 1)


def test_what_is_later_than_the_day_changes_nothing():
    later = NOON + timedelta(days=1)
    now = told([paid(1, "A", 1250)], [order("B", 3)])
    then = told([paid(1, "A", 1250), paid(2, "B", 300, at=later)], [order("B", 3), order("A", 12.5, ts=later)])
    assert cases(now) == cases(then) == [("paid_without_span", "B", 3.0), ("span_without_order", "A", 12.5)]
    pd.testing.assert_frame_equal(now.table, then.table)


def test_the_funnel_counts_a_payment_up_to_its_first_step_that_failed():
    def trace(number, *steps):
        rows = [span(f"{number}r", trace=number, name="pay", lasted=500)]
        for k, (name, status) in enumerate(steps):
            said = '{"payment.amount": 1, "payment.channel": "x"}' if name == "charge" else "{}"
            rows.append(
                span(f"{number}{k}", f"{number}r", 10 * k, 5, trace=number, name=name, status=status, attributes=said)
            )
        return rows

    ok, bad = "OK", "ERROR"
    rows = [
        *trace("a", ("check", ok), ("risk", ok), ("charge", ok), ("commit", ok)),
        *trace("b", ("check", bad), ("check", ok), ("charge", bad), ("commit", ok)),
        *trace("c", ("check", ok), ("risk", bad)),
        *trace("d", ("check", ok)),
        *trace("e"),
    ]
    got = ltv.payment_traces(table(*rows), as_of=DAY).overall
    assert got["step"].tolist() == ["pay", "check", "risk", "charge", "commit"]
    assert got["payments"].tolist() == [5, 4, 2, 1, 1]
    assert got["rate_from_first"].tolist() == [1.0, 0.8, 0.4, 0.2, 0.2]
    assert got["errors"].tolist() == [0, 1, 1, 1, 0]


def test_payments_whose_trace_has_lost_its_beginning_are_not_in_the_funnel_and_are_counted():
    cut = [paid(k, f"C{k}", 100)[1] for k in range(3)]
    result = ltv.payment_traces(table(*cut, *paid(8, "A", 100), *paid(9, "B", 100)), as_of=DAY)
    assert result.overall[["step", "payments"]].values.tolist() == [["POST /pay", 2], ["charge", 2]]
    assert any("3 payments with a trace cut" in said for said in result.takeaways("en"))
    alone = ltv.payment_traces(table(*cut), table(order("C0", 2)), as_of=DAY)
    assert alone.table.empty
    assert cases(alone)[0] == ("amount_differs", "C0", 1.0)
    assert set(alone.views) == {"kinds", "cases"}
    assert "mismatches" in alone.takeaways("en")[0]


def test_a_charge_whose_parent_alone_is_lost_is_a_step_all_the_same():
    root, charge = paid(1, "A", 100)
    whole = paid(2, "B", 100)
    result = ltv.payment_traces(table(root, charge | {"parent_span_id": "lost"}, *whole), as_of=DAY)
    assert result.overall["payments"].tolist() == [2, 2]


def test_attributes_that_are_not_json_are_counted_and_the_rest_is_used():
    rows = [*paid(1, "A", 1250), span("x", "r1", trace="t1", attributes="{broken")]
    result = ltv.payment_traces(table(*rows), as_of=DAY)
    assert result.counts["not_json"] == 1
    assert result.overall["payments"].tolist()[0] == 1


@pytest.mark.parametrize("seed", [7, 11])
def test_of_the_mall_exactly_what_was_injected_is_found(seed):
    mall = traced(4, seed=seed)
    result = ltv.payment_traces(mall.spans, mall.orders, as_of=END, timezone=ZONE)
    first, last = (mall.spans["started_at"].to_pandas().dt.tz_localize(None).agg(f) for f in ("min", "max"))
    true = mall.truth.assign(ts=pd.to_datetime(mall.truth["ts"]).dt.tz_localize(None))
    true = true[true["ts"].between(first, last)]
    found = result.mismatches
    names = {
        "no_span": "paid_without_span",
        "other_amount": "amount_differs",
        "paid_twice": "paid_twice",
        "no_order": "span_without_order",
    }
    for fault, kind in names.items():
        wanted = set(true.loc[true["fault"] == fault, "order_id"].str[1:])
        assert set(found.loc[found["kind"] == kind, "order_id"].str[1:]) == wanted, kind
        assert wanted, "nothing was injected"
    assert (found.loc[found["kind"] == "amount_differs", "at_stake"].round(2) == 1.0).all()
    failed = found[found["kind"] == "charge_failed"]["ts"]  # the afternoon on which payments timed out
    assert set(failed.dt.tz_localize("UTC").dt.tz_convert(ZONE).dt.date) <= {date(2026, 6, 19)}
    assert len(found) - len(failed) == sum(len(set(true.loc[true["fault"] == f, "order_id"])) for f in names)


def test_on_a_clean_mall_nothing_is_found(monkeypatch):
    without_faults(monkeypatch)
    mall = made(2, seed=5)
    result = ltv.payment_traces(mall.spans, mall.orders, as_of=END, timezone=ZONE)
    assert len(result.mismatches) == 0
    assert result.compared.judged == result.compared.agreed > 100
    assert "agree" in result.takeaways("en")[0]


def test_the_result_has_what_a_page_needs():
    mall = traced(4)
    result = ltv.payment_traces(mall.spans, mall.orders, as_of=END, timezone=ZONE)
    for name, view in result.views.items():
        assert [c.name for c in view.columns] == list(view.data.columns), name
        if view.kind == "chart":
            assert len(result.figure(name, lang="en").data)
    assert len(result.takeaways("zh")) == len(result.takeaways("en"))
    assert {k.label.en for k in result.key_figures} >= {"Payments", "Mismatches"}


def test_without_spans_or_orders_it_says_so():
    nothing = table(span(1)).iloc[:0]
    assert ltv.payment_traces(nothing, as_of=DAY).takeaways("en") == ["No span says payment.amount."]
    assert "no orders" in ltv.payment_traces(table(*paid(1, "A", 1)), as_of=DAY).takeaways("en")[0]


def test_a_column_that_is_missing_is_named():
    with pytest.raises(UsageError, match=r"spans columns: found .*, allowed: also duration_us"):
        ltv.payment_traces(table(span(1)).drop(columns="duration_us"), as_of=DAY)
    with pytest.raises(UsageError, match="days: found 0"):
        ltv.payment_traces(table(span(1)), as_of=DAY, days=0)

"""Latency: the critical path adds up, odd trees are told, and the slow dependency of the mall is named while the control week is not."""

import re
from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from support_traces import END, NOON, ZONE, made, span, table, traced, without_faults

import ltv
from ltv.errors import UsageError
from ltv.hooks.latency import Asked
from ltv.hooks.spans import forest
from ltv.warehouse.table import together
from ltv.workspace.store import check_result

DAY = date(2026, 6, 1)
WIDE = {"since": datetime(2000, 1, 1), "after": datetime(2100, 1, 1)}


def grown(*rows):
    engine, names = together({"spans": table(*rows)})
    return forest(engine, names["spans"], **WIDE)


def path(*rows):
    """Milliseconds of each span on the path, by name."""
    made_ = grown(*rows)
    found = {
        n: float(made_.path[made_.operation.codes == k].sum() / 1000) for k, n in enumerate(made_.operation.values)
    }
    return dict(sorted(found.items()))


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        # one after the other
        ([span(1), span(2, 1, 10, 20), span(3, 1, 40, 50)], [30, 20, 50]),
        # side by side: the one that ends last decides, the other one up to where that began
        ([span(1), span(2, 1, 0, 60), span(3, 1, 20, 80)], [0, 20, 80]),
        # one within another's time is not on the path
        ([span(1), span(2, 1, 0, 100), span(3, 1, 20, 30)], [0, 100, 0]),
        # deeper
        ([span(1), span(2, 1, 10, 80), span(3, 2, 20, 30)], [20, 50, 30]),
        # beyond the parent on both sides: only what overlaps counts
        ([span(1), span(2, 1, -10, 200)], [0, 100]),
        # outside the parent altogether
        ([span(1), span(2, 1, 150, 10), span(3, 1, -50, 10)], [100, 0, 0]),
        # a child of no length, and two that touch
        ([span(1), span(2, 1, 50, 0), span(3, 1, 10, 40)], [60, 0, 40]),
    ],
)
def test_the_critical_path(rows, expected):
    assert list(path(*rows).values()) == expected


def test_the_path_of_any_tree_adds_up_to_its_root_and_no_span_is_longer_on_it_than_it_ran():
    rng = np.random.default_rng(3)
    rows = []
    for t in range(60):
        rows.append(span(f"{t}-0", trace=f"t{t}", start=0, lasted=100))
        for k in range(1, 30):
            start = float(rng.integers(-20, 120))
            rows.append(span(f"{t}-{k}", f"{t}-{rng.integers(0, k)}", start, float(rng.integers(0, 60)), trace=f"t{t}"))
    made_ = grown(*rows)
    assert made_.path.sum() == made_.lasted[made_.root].sum() == 60 * 100_000
    assert (made_.path <= made_.lasted).all()
    assert ((made_.own >= 0) & (made_.own <= made_.lasted)).all()


def test_a_span_whose_parent_is_not_there_becomes_a_root_and_is_counted():
    made_ = grown(span(1), span(2, "lost", 10, 20), span(3, 2, 10, 5))
    assert (made_.counts["orphans"], made_.traces) == (1, 1)
    assert made_.path.sum() == 100_000  # the trace is as long as its true root
    assert grown(span(2, "lost", 10, 20), span(3, "lost", 10, 50)).path.sum() == 50_000


@pytest.mark.parametrize("links", [{1: 1}, {1: 2, 2: 1}, {1: 3, 2: 1, 3: 2, 4: 3}])
def test_spans_that_are_each_others_parents_are_cut_at_the_earliest_and_counted(links):
    rows = [span(k, up, start=10 * k, lasted=100 - 10 * k) for k, up in links.items()]
    made_ = grown(*rows)
    assert made_.counts["circles"] == 1
    assert made_.path.sum() == made_.lasted.max()


def test_parents_are_looked_for_in_the_same_trace_only():
    assert grown(span(1), span(2, 1, trace="other")).counts["orphans"] == 1


def test_clocks_that_differ_are_counted():
    made_ = grown(span(1), span(2, 1, -5, 50), span(3, 1, 90, 50), span(4, 1, 300, 5))
    assert (made_.counts["beyond"], made_.counts["outside"]) == (3, 1)


def test_a_span_that_came_twice_counts_once():
    made_ = grown(span(1), span(1), span(2, 1))
    assert (len(made_.trace), made_.counts["repeated"]) == (2, 1)


def test_the_order_of_the_rows_changes_nothing():
    rows = [span(1), span(2, 1, 10, 80), span(3, 2, 20, 30), span(4, 1, 5, 50)]
    assert path(*rows) == path(*reversed(rows))


def weeks(slow=1.0, *, n=400, seed=1, version=None):
    """Two weeks of traces of two operations, one of which takes longer in the second."""
    rng = np.random.default_rng(seed)
    rows = []
    for k in range(n):
        at = NOON - timedelta(days=13) + timedelta(days=14 * k / n)
        late = at > NOON - timedelta(days=6, hours=12)
        lasted = float(rng.lognormal(3, 0.3)) * (slow if late else 1.0)
        said = '{"service.version": "' + ((version if late else None) or "v1") + '"}'
        rows += [
            span(f"{k}r", trace=k, name="root", lasted=200, at=at),
            span(f"{k}d", f"{k}r", 5, lasted, trace=k, name="db", at=at, attributes=said),
        ]
    return table(*[r | {"trace_id": str(r["trace_id"])} for r in rows])


def test_a_dependency_that_got_slower_is_named_with_its_release_and_launch():
    began = NOON - timedelta(days=6, hours=12)
    launches = pd.DataFrame(
        {
            "launch_id": ["L1", "L2"],
            "name": ["near", "far"],
            "started_at": [began - timedelta(hours=2), began - timedelta(days=3)],
        }
    )
    result = ltv.latency(weeks(1.5, version="v2"), as_of=DAY, launches=launches)
    (row,) = result.slower.to_dict("records")
    assert (row["name"], row["version"], row["version_before"], row["launch_id"]) == ("db", "v2", "v1", "L1")
    assert abs(row["began_at"] - began) < timedelta(hours=2)
    assert row["p50_low"] <= row["p50_change"] <= row["p50_high"]
    assert row["p50_low"] < 0.5 < row["p50_high"]
    assert "v2" in result.takeaways("en")[0]
    assert "near" in result.takeaways("en")[0]


def steps(*levels, tail=None, n=840, seed=4):
    """Four weeks of one operation, an own time a week in milliseconds; `tail` is that of the slowest tenth in the last week."""
    rng = np.random.default_rng(seed)
    rows = []
    for k in range(n):
        week = 4 * k // n
        lasted = levels[week] * float(rng.lognormal(0, 0.1))
        if tail and week == 3 and k % 10 == 0:
            lasted = tail
        version = '{"service.version": "v' + str(levels[week]) + '"}'
        at = datetime(2026, 6, 2) - timedelta(days=28) + timedelta(days=28 * (k + 0.5) / n)
        rows.append(span(f"{k}r", trace=f"t{k}", name="pay", lasted=lasted, at=at, attributes=version))
    return table(*rows)


def test_an_earlier_change_in_the_other_direction_is_not_the_beginning():
    (row,) = ltv.latency(steps(200, 200, 100, 150), as_of=DAY).slower.to_dict("records")
    assert abs(row["began_at"] - datetime(2026, 5, 26)) < timedelta(hours=6)
    assert row["version"] == "v150"


def test_a_split_against_the_verdict_tells_no_moment():
    # most calls got faster within the two weeks, the slow ones slower
    result = ltv.latency(steps(100, 100, 100, 85, tail=400), as_of=DAY)
    (row,) = result.slower.to_dict("records")
    assert pd.isna(row["began_at"])
    assert "began" not in result.takeaways("en")[0]


def test_what_only_the_slow_calls_owe_is_told_with_the_p95_and_without_channels_that_nobody_named():
    result = ltv.latency(steps(100, 100, 100, 105, tail=400), as_of=DAY)
    (row,) = result.slower.to_dict("records")
    assert row["p50_low"] > 0
    assert row["owed_to"] == "p95"
    assert re.match(r"shop · pay got slower where it is slow: own p95 1\d\d → [34]\d\d ms", result.takeaways("en")[0])
    assert "channel" not in result.takeaways("en")[0]


def test_of_too_many_names_the_rare_ones_are_told_as_one(monkeypatch):
    monkeypatch.setattr("ltv.hooks.spans.MOST_VALUES", 3)
    rows = [
        span(f"a{k}", trace=f"t{k}", name=name)
        for k, name in enumerate(["GET 1", "GET 2", "pay", "pay", "GET 3", "ok", "ok"])
    ]
    made_ = grown(*rows)
    assert made_.operation.values == ("shop · pay", "shop · ok", "… · …")
    assert (made_.operation.codes.tolist(), made_.counts["others"]) == ([2, 2, 0, 0, 2, 1, 1], 3)
    result = ltv.latency(table(*rows), as_of=DAY)
    assert set(result.table["name"]) == {"pay", "ok", "…"}
    assert any("3 spans have rare names" in said for said in result.takeaways("en"))
    assert ltv.payment_traces(table(*rows), as_of=DAY).table.empty


@pytest.mark.parametrize("seed", range(5))
def test_where_nothing_changed_nothing_is_accused(seed):
    result = ltv.latency(weeks(seed=seed), as_of=DAY)
    assert set(result.changes["verdict"]) == {"same"}
    assert len(result.slower) == 0


def test_too_little_data_is_said_so():
    result = ltv.latency(weeks(3.0, n=40), as_of=DAY)
    assert set(result.changes["verdict"]) == {"few"}
    assert "Not enough data" in result.takeaways("en")[0]


def test_what_is_later_than_the_day_changes_nothing():
    rows = weeks(1.5)
    later = rows.assign(
        started_at=rows["started_at"] + timedelta(days=15),
        span_id=rows["span_id"] + "x",
        trace_id=rows["trace_id"] + "x",
    )
    now, then = (ltv.latency(t, as_of=DAY) for t in (rows, pd.concat([rows, later.assign(parent_span_id=None)])))
    pd.testing.assert_frame_equal(now.changes, then.changes)
    pd.testing.assert_frame_equal(now.table, then.table)


@pytest.mark.parametrize("seed", [7, 11, 23])
def test_the_slow_dependency_of_the_mall_is_found_and_the_control_week_is_not_accused(seed):
    mall = traced(6, seed=seed)
    result = ltv.latency(mall.spans, as_of=END, timezone=ZONE)
    assert [(r["service"], r["channels"], r["version"]) for r in result.slower.to_dict("records")] == [
        ("risk", ("alipay",), "v2.8.0")
    ]
    assert abs(result.slower.iloc[0]["began_at"] - datetime(2026, 6, 21, 2)) < timedelta(hours=12)
    assert result.owner["service"] == "risk"
    control = ltv.latency(mall.spans, as_of=END - timedelta(days=11), timezone=ZONE)
    assert len(control.slower) == 0
    assert "No operation got slower" in control.takeaways("en")[0]


def test_on_a_mall_without_the_slow_release_nothing_is_accused(monkeypatch):
    without_faults(monkeypatch)
    monkeypatch.setattr("ltv.sources.mall.faults.SLOW_FACTOR", 1.0)
    mall = made(3, seed=2)
    for back in (0, 7, 14):
        assert len(ltv.latency(mall.spans, as_of=END - timedelta(days=back), timezone=ZONE).slower) == 0


def test_the_result_has_what_a_page_needs():
    mall = traced(6)
    result = ltv.latency(mall.spans, as_of=END, timezone=ZONE)
    assert set(result.views) == {"path", "changes", "days", "list", "table"}
    for name, view in result.views.items():
        assert [c.name for c in view.columns] == list(view.data.columns), name
        if view.kind == "chart":
            assert len(result.figure(name, lang="zh").data)
    assert len(result.takeaways("zh")) == len(result.takeaways("en"))
    shares = result.table.groupby("channel")["path_share"].sum()
    assert shares.round(9).eq(1).all()
    assert result.table.groupby("channel")["owns_p95"].sum().eq(1).all()


def test_without_spans_it_says_so():
    assert ltv.latency(table(span(1)).iloc[:0], as_of=DAY).takeaways("en") == ["There are no traces of the last week."]


def test_a_change_without_a_release_or_launch_is_told_without_them():
    result = ltv.latency(weeks(1.5), as_of=DAY)
    assert re.search(r"It began at 2026-05-2[56] \d\d:\d\d\.$", result.takeaways("en")[0])


def test_the_tables_are_those_of_the_contract():
    mall, nothing = traced(4), table(span(1)).iloc[:0]
    for spans, orders in ((mall.spans, mall.orders), (nothing, None)):
        paid, slow = ltv.payment_traces(spans, orders, as_of=END), ltv.latency(spans, as_of=END)
        parts = {
            "payment_funnel": paid.table,
            "payment_mismatches": paid.mismatches,
            "span_latency": slow.table,
            "latency_changes": slow.changes,
        }
        for name, rows in parts.items():
            assert len(check_result(name, rows)) == len(rows)


def test_days_that_do_not_fit_are_refused():
    with pytest.raises(UsageError, match=r"asked\.days: found 10, allowed: at least twice compare_days, 14"):
        ltv.latency(table(span(1)), as_of=DAY, asked=Asked(days=10))


class Elsewhere:
    """An engine that is not the embedded one, as far as spans are asked for."""

    def __init__(self, rows):
        self.engine, names = together({"spans": rows})
        self.name = names["spans"]

    def columns(self, name):
        return self.engine.columns(name)

    def arrow(self, query, params=None):
        return self.engine.arrow(query, params)


def test_spans_that_another_engine_holds_are_the_same():
    rows = table(
        span(1), span(2, 1, 10, 20, attributes="{no"), span(3, "lost", 5, 5, attributes='{"payment.channel": "x"}')
    )
    far = Elsewhere(rows)
    near = grown(*rows.to_dict("records"))
    there = forest(far, far.name, **WIDE)
    assert there.counts == near.counts
    assert there.path.tolist() == near.path.tolist()
    assert there.channel.values == near.channel.values == ("x",)


def test_traces_that_were_read_once_tell_payments_and_latency_the_same_as_the_spans():
    there = traced(2)
    read = ltv.traces(there.spans, as_of=END, timezone=ZONE, days=28)
    from_spans, from_traces = (ltv.latency(x, as_of=END, timezone=ZONE) for x in (there.spans, read))
    pd.testing.assert_frame_equal(from_spans.table, from_traces.table)
    pd.testing.assert_frame_equal(from_spans.changes, from_traces.changes)
    paid = [ltv.payment_traces(x, there.orders, as_of=END, timezone=ZONE, days=28) for x in (there.spans, read)]
    pd.testing.assert_frame_equal(paid[0].table, paid[1].table)
    pd.testing.assert_frame_equal(paid[0].mismatches, paid[1].mismatches)


def test_traces_of_fewer_days_than_are_compared_are_refused_in_one_line():
    read = ltv.traces(table(span("a")), as_of=END, days=7)
    with pytest.raises(UsageError, match=r"days of traces: found 7, allowed: at least twice compare_days, 14"):
        ltv.latency(read, as_of=END)

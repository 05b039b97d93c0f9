"""What changed and why, from the tables of a shop to sentences, charts and the result table."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from support_health import LAST, health, shop

import ltv
from ltv.errors import UsageError
from ltv.health.calendar import Calendar, month_start, number_of
from ltv.health.changes_words import FIGURE, VERDICT
from ltv.health.churn import REACH_DAYS
from ltv.health.features import LOOKBACK_DAYS, Past
from ltv.health.ground import Reader
from ltv.health.health_board import as_published
from ltv.health.segments import kinds
from ltv.health.shop import Given, Shop
from ltv.report.blocks import show
from ltv.settings import Health as Board
from ltv.warehouse.table import together
from ltv.workspace.store import check_result

PEOPLE, DAYS, LEFT = 260, 260, 0.1
END = pd.Timestamp(LAST + timedelta(days=1))


def with_orders(tables):
    """The same shop, in which everybody orders once in ten days or so."""
    rng = np.random.default_rng(1)
    n = PEOPLE * DAYS // 10
    at = END - pd.to_timedelta(rng.uniform(0, DAYS, n), unit="D")
    orders = pd.DataFrame({
        "order_id": np.arange(n), "user_id": rng.integers(1, PEOPLE + 1, n).astype(float), "ts": at,
        "amount": rng.lognormal(4, 0.3, n).round(2), "status": rng.choice(["paid", "paid", "paid", "cancelled"], n),
        "member_benefit": rng.random(n) < 0.5, "refund": 0.0, "refunded_at": pd.NaT,
    })  # fmt: skip
    return tables | {"orders": orders}


def with_sms_cut(tables):
    """Of the last week's orders of people who came by sms, a tenth is left."""
    orders = tables["orders"]
    hit = (orders["ts"] >= END - pd.Timedelta(days=7)) & orders["user_id"].isin(BY_SMS)
    gone = hit & (np.random.default_rng(2).random(len(orders)) > LEFT)
    return tables | {"orders": orders[~gone].reset_index(drop=True)}


SHOP = with_orders(shop(PEOPLE, DAYS))
BY_SMS = set(SHOP["members"].loc[SHOP["members"]["acquisition_channel"] == "sms", "user_id"])
CUT = with_sms_cut(SHOP)


@pytest.fixture(scope="module")
def board():
    return health(SHOP, days=2)


@pytest.fixture(scope="module")
def quiet(board):
    return ltv.explain_changes(board)


@pytest.fixture(scope="module")
def cut():
    return ltv.explain_changes(health(CUT, days=2))


def explained(board, tables, special=()):
    """The changes of other tables, without a model of churn: it takes the longest and has its own tests."""
    calendar = Calendar(number_of(LAST), 2, 56, REACH_DAYS + LOOKBACK_DAYS, "UTC", tuple(special))
    reader = Reader(*together(tables), calendar)
    ground = reader.ground()
    whole = kinds(ground, reader.groups(), None, cities=8)
    months = {month_start(int(n)): None for n in calendar.numbers}
    given = Given(None, None, (), {})
    return ltv.explain_changes(
        replace(board, shop=Shop(reader, ground, Past(ground, 30), whole, Board(), given, months, pd.DataFrame()))
    )


def paid(orders, begin, end):
    """Paid orders of the days from `begin` to `end` back."""
    inside = (orders["ts"] >= END - pd.Timedelta(days=begin)) & (orders["ts"] < END - pd.Timedelta(days=end))
    return orders[inside & orders["status"].isin(["paid", "refunded"])]


# ---- the result table


def test_the_table_is_that_of_the_contract_with_one_row_for_each_whole_figure(quiet):
    table = check_result("change_parts", quiet.table)
    whole = table[table["dimension"] == "all"]
    assert set(whole["figure"]) == set(FIGURE) - {"expected_ltv", "expected_ltv_new"}
    assert whole["figure"].is_unique


@pytest.mark.parametrize("name", ["quiet", "cut"])
def test_parts_of_each_dimension_add_up_to_the_change(name, request):
    table = request.getfixturevalue(name).table.dropna(subset=["total_change"])
    for _, rows in table.groupby(["figure", "dimension"]):
        assert rows["contribution"].sum() == pytest.approx(rows["total_change"].iloc[0], abs=1e-6)
        assert (rows["within"] + rows["mix"]).tolist() == pytest.approx(rows["contribution"].tolist())
        assert sorted(rows["rank"]) == list(range(1, len(rows) + 1))


def test_shares_of_the_people_behind_a_mean_add_up_to_one(quiet):
    rows = quiet.table[(quiet.table["figure"] == "churn_risk") & (quiet.table["dimension"] == "channel")]
    assert rows["weight_before"].sum() == pytest.approx(1)
    assert rows["weight_after"].sum() == pytest.approx(1)


# ---- the figures, by another implementation


def test_revenue_orders_and_buyers_are_those_of_the_orders(quiet):
    now, before = paid(SHOP["orders"], 7, 0), paid(SHOP["orders"], 14, 7)
    for figure, count in (
        ("net_revenue_7d", lambda rows: rows["amount"].sum()),
        ("orders_7d", len),
        ("buyers_7d", lambda rows: rows["user_id"].nunique()),
    ):
        told = quiet.of(figure)
        assert (told.after, told.before) == pytest.approx((count(now), count(before)))
    assert quiet.of("net_revenue_1d").after == pytest.approx(paid(SHOP["orders"], 1, 0)["amount"].sum())


def test_the_indicators_of_the_board_have_its_values(board, quiet):
    for figure, indicator in (
        ("churn_risk", "churn_risk"),
        ("benefit_depth", "benefit_depth"),
        ("referral_effective", "referral_effective"),
    ):
        assert quiet.of(figure).after == pytest.approx(board.of(indicator)["value"].iloc[-1])


def test_the_factors_of_revenue_are_buyers_orders_a_buyer_and_value_an_order(cut):
    told = cut.of("net_revenue_7d")
    product = told.by("factor")
    assert np.prod(product.value[1][:3]) == pytest.approx(told.after)
    assert product.contribution.sum() == pytest.approx(told.change)
    assert product.parts[product.order[0]] == "buyers"


def test_a_refund_that_came_after_its_week_does_not_lower_that_week(board, quiet):
    orders = SHOP["orders"].copy()
    old = paid(orders, 14, 7).index[:20]
    orders.loc[old, "refund"] = orders.loc[old, "amount"]
    orders.loc[old, "refunded_at"] = END - pd.Timedelta(days=2)
    assert explained(board, SHOP | {"orders": orders}).of("net_revenue_7d").before == pytest.approx(
        quiet.of("net_revenue_7d").before
    )
    orders.loc[old, "refunded_at"] = orders.loc[old, "ts"] + pd.Timedelta(seconds=1)
    lost = orders.loc[old, "amount"].sum()
    assert explained(board, SHOP | {"orders": orders}).of("net_revenue_7d").before == pytest.approx(
        quiet.of("net_revenue_7d").before - lost
    )


def test_orders_of_nobody_known_count_in_revenue_as_unknown_and_as_no_buyer(board, quiet):
    orders = SHOP["orders"].copy()
    some = paid(orders, 7, 0).index[:30]
    orders.loc[some, "user_id"] = np.nan
    told = explained(board, SHOP | {"orders": orders})
    revenue = told.of("net_revenue_7d")
    channel = revenue.by("channel")
    assert revenue.after == pytest.approx(quiet.of("net_revenue_7d").after)
    assert channel.value[1][channel.parts.index("unknown")] == pytest.approx(orders.loc[some, "amount"].sum())
    assert told.of("buyers_7d").after < quiet.of("buyers_7d").after
    assert revenue.by("factor").contribution.sum() == pytest.approx(revenue.change)
    assert "anonymous" in revenue.by("factor").parts


def test_who_bought_most_this_week_is_not_for_that_among_the_best(board):
    orders = SHOP["orders"].copy()
    rich = paid(orders, 7, 0).index[0]
    poor = 10_001.0
    orders.loc[rich, ["user_id", "amount"]] = [poor, 1e6]
    told = explained(board, SHOP | {"orders": orders}).of("net_revenue_7d").by("value_tier")
    assert told.value[1][told.parts.index("no_order")] >= 1e6


def test_rows_after_the_day_change_nothing(board):
    later = SHOP["orders"].head(50).assign(ts=END + pd.Timedelta(hours=1), order_id=np.arange(50) + 10**6)
    more = SHOP | {"orders": pd.concat([SHOP["orders"], later], ignore_index=True)}
    pd.testing.assert_frame_equal(explained(board, more).table, explained(board, SHOP).table)


# ---- verdicts


def test_a_quiet_week_says_so_and_draws_no_waterfall(quiet):
    assert quiet.moved == []
    assert quiet.waterfalls == ()
    assert quiet.findings[0].state == "good"
    assert "as usual" in quiet.takeaways("en")[0]
    assert not quiet.table["accused"].any()


def test_the_channel_that_was_cut_is_named_first_with_an_interval_that_holds_the_truth(cut):
    told = cut.of("net_revenue_7d")
    channel = told.by("channel")
    n = channel.parts.index("sms")
    assert (told.verdict, told.best, channel.order[0]) == ("down", "channel", n)
    assert channel.accused.tolist() == [part == "sms" for part in channel.parts]
    usual = paid(SHOP["orders"], 63, 7)
    usual = usual.loc[usual["user_id"].isin(BY_SMS), "amount"].sum() / 8
    assert channel.low[n] <= -usual * (1 - LEFT) <= channel.high[n]


def test_the_sentence_tells_what_fell_by_how_much_from_where_and_what_to_do(cut):
    first = cut.findings[0]
    assert "Net revenue of the last 7 days fell by ¥" in first.text.en
    assert "channel sms" in first.text.en and "渠道“sms”" in first.text.zh
    assert "where buyers went from" in first.text.en
    assert first.state == "bad"
    assert first.action is not None
    assert first.source.view == "why_net_revenue_7d"
    again = [t for t in cut.findings[1:] if "Again mostly from channel sms" in t.text.en]
    assert again
    assert all(t.action is None for t in again)


def test_every_figure_that_moved_has_its_waterfall_in_both_languages(cut):
    assert cut.waterfalls == tuple(f"why_{one.figure.name}" for one in cut.moved[:3])
    for name in cut.waterfalls:
        bars = cut.views[name].data
        ends = (bars["begins"] + bars["contribution"]).tolist()
        assert bars["begins"].tolist() == pytest.approx([0.0, *ends[:-1]])
        assert ends[-1] == pytest.approx(cut.of(name.removeprefix("why_")).change)
        for lang in ("zh", "en"):
            assert {trace.type for trace in cut.figure(name, lang=lang).data} == {"bar", "scatter"}
    assert show(cut)


def test_a_part_that_moved_beneath_a_usual_total_is_told(board):
    """What people by ads bought more made up for what those by sms bought less."""
    orders = CUT["orders"].copy()
    others = orders["user_id"].notna() & ~orders["user_id"].isin(BY_SMS)
    more = orders[others & (orders["ts"] >= END - pd.Timedelta(days=7))]
    told = explained(board, SHOP | {"orders": pd.concat([orders, more.assign(order_id=more["order_id"] + 10**6)])})
    assert told.of("net_revenue_7d").verdict == "usual"
    assert "net_revenue_7d" in [one.figure.name for one in told.beneath]
    said = [t for t in told.findings if "Beneath a usual total, channel" in t.text.en]
    assert said
    assert said[0].action is not None


def test_orders_that_have_not_come_in_are_not_judged(board):
    late = SHOP | {"orders": SHOP["orders"][SHOP["orders"]["ts"] < END - pd.Timedelta(days=1)]}
    told = explained(board, late)
    assert told.of("net_revenue_7d").verdict == "immature"
    assert told.of("active_people_1d").verdict != "immature"
    assert "rows have not all come in (Net revenue of the last 7 days," in told.takeaways("en")[-1]


def test_short_histories_are_not_judged(board):
    since = END - pd.Timedelta(days=25)
    young = {
        name: rows[rows["ts" if "ts" in rows else "registered_at"] >= since] if name != "members" else rows
        for name, rows in SHOP.items()
    }
    told = explained(board, young)
    assert told.of("net_revenue_7d").verdict == "not_enough_data"
    assert told.of("net_revenue_7d").back == 1
    assert told.moved == []


def test_weeks_with_special_days_are_passed_over(board):
    special = [(LAST - timedelta(days=10)).isoformat()]
    told = explained(board, SHOP, special=special)
    assert told.of("net_revenue_7d").back == 2
    assert told.of("net_revenue_1d").back == 1
    today = explained(board, SHOP, special=[LAST.isoformat()])
    assert today.of("net_revenue_7d").verdict == "special_day"


def test_expected_value_is_compared_with_what_was_published_a_week_before():
    who = np.arange(1, PEOPLE + 1)
    now, then = (
        pd.DataFrame({"user_id": who, "horizon_days": 90, "expected": worth, "decile": 5}) for worth in (30.0, 40.0)
    )
    board = health(SHOP, days=2, scores=now)
    told = ltv.explain_changes(board, said=[(LAST - timedelta(days=7), [then])]).of("expected_ltv")
    assert (told.verdict, told.back) == ("not_enough_data", 1)
    assert (told.before, told.after) == (40.0 * PEOPLE, 30.0 * PEOPLE)
    assert ltv.explain_changes(board).of("expected_ltv").back == 0


def test_a_board_from_result_tables_knows_no_people(board):
    with pytest.raises(UsageError, match="board"):
        ltv.explain_changes(as_published(board.table))


def test_plain_orders_are_enough():
    orders = SHOP["orders"][["user_id", "ts", "amount", "status"]]
    told = ltv.explain_changes(ltv.health_board(orders, as_of=date(2026, 6, 30)))
    assert told.of("net_revenue_7d").verdict == "usual"
    assert told.of("net_revenue_7d").by("channel") is None
    assert {one.verdict for one in told.explained} <= set(VERDICT)

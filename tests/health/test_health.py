"""The health board: each indicator counted by hand and by another implementation, and a past that does not change."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from support_health import LAST, health, known_by, shop

import ltv
from ltv.contract import RESULTS
from ltv.errors import UsageError
from ltv.health.health_words import KIND, LABEL, WHY
from ltv.report.blocks import show
from ltv.settings import Health as Board
from ltv.settings import Indicator
from ltv.workspace.store import check_result

SHOP = shop()
CORE = ("churn_risk", "benefit_depth", "referral_effective", "first_order_rate_48h")


@pytest.fixture(scope="module")
def told():
    return health(SHOP)


def value(found, indicator, day=LAST, kind="all", segment="all"):
    rows = found.of(indicator, kind, segment).set_index("date")
    return rows.loc[day, "value"]


# ---- the result table


def test_the_tables_are_those_of_the_contract_and_whole(told):
    table = check_result("health", told.table)
    assert list(table.columns[: len(RESULTS["health"].names)]) == list(RESULTS["health"].names)
    assert table["date"].nunique() == 35
    assert set(LABEL) == set(table["indicator"])
    check_result("churn_scores", told.people)
    assert set(told.table["segment_kind"]) == {"all", "channel", "city"}


def test_what_is_not_known_is_no_value_no_breach_and_no_trigger(told):
    unknown = told.table[~told.table["known"]]
    assert unknown["value"].isna().all()
    assert not unknown[["breached", "triggered"]].any().any()
    assert set(unknown["why_unknown"]) <= set(WHY) - {""}
    assert (told.table.loc[told.table["known"], "why_unknown"] == "").all()


def test_a_breach_is_a_known_value_on_the_bad_side_of_the_threshold(told):
    t = told.table[told.table["known"]]
    bad = np.where(t["bad_side"] == "above", t["value"] > t["threshold"], t["value"] < t["threshold"])
    assert (t["breached"] == bad).all()


# ---- definitions, by another implementation


def test_benefit_depth_is_uses_over_members_who_were_there(told):
    begin, end = pd.Timestamp(LAST - timedelta(days=29)), pd.Timestamp(LAST + timedelta(days=1))
    orders, events = SHOP["orders"], SHOP["events"]
    inside = orders[(orders["ts"] >= begin) & (orders["ts"] < end)]
    used = ((inside["status"] == "paid") & inside["member_benefit"]).sum()
    seen = events[(events["ts"] >= begin) & (events["ts"] < end)]
    there = set(seen["user_id"]) | set(inside["user_id"])
    assert value(told, "benefit_depth") == pytest.approx(used / len(there))


@pytest.mark.parametrize("city", ["上海", "北京", "广州"])
def test_parts_are_told_by_the_same_definition(told, city):
    mine = set(SHOP["members"].loc[SHOP["members"]["city"] == city, "user_id"])
    part = {
        name: SHOP[name][SHOP[name]["user_id"].isin(mine)] if name != "invites" else SHOP[name]
        for name in ("orders", "events", "members")
    }
    alone = health(part, days=2)
    assert value(told, "benefit_depth", kind="city", segment=city) == pytest.approx(value(alone, "benefit_depth"))


def test_segments_of_a_partition_add_up_to_the_whole(told):
    rows = told.table[(told.table["date"] == LAST) & (told.table["indicator"] == "churn_risk")].set_index(
        "segment_kind"
    )
    whole, cities = rows.loc["all"], rows.loc["city"]
    assert cities["people"].sum() == whole["people"]
    assert np.average(cities["value"], weights=cities["people"]) == pytest.approx(whole["value"])


def test_referral_is_that_of_the_referral_page(told):
    found = ltv.referral(SHOP["invites"], SHOP["orders"], events=SHOP["events"], as_of=LAST, history_days=35)
    there = found.summary.set_index("date")["effective_per_user"]
    mine = told.of("referral_effective").set_index("date")
    known = mine[mine["known"]]
    assert len(known) > 20
    assert known["value"].to_numpy() == pytest.approx(there.reindex(known.index).to_numpy())


def test_first_orders_are_counted_within_48_hours_of_registering():
    joined = pd.to_datetime(["2026-06-24 10:00"] * 40)
    bought = [pd.Timestamp("2026-06-26 09:59:59")] * 10 + [pd.Timestamp("2026-06-26 10:00")] * 10
    bought += [pd.Timestamp("2026-06-24 09:00")] * 5  # had bought before: no new users any more
    members = pd.DataFrame({"user_id": range(40), "registered_at": joined})
    orders = pd.DataFrame({"user_id": range(25), "ts": bought, "amount": 1.0, "status": "paid"})
    events = pd.DataFrame({"user_id": 99, "ts": pd.date_range("2026-05-01", "2026-06-30"), "event": "visit"})
    late = pd.DataFrame({"user_id": [98], "registered_at": [pd.Timestamp("2026-06-29 01:00")]})
    paid_late = pd.DataFrame(
        {"user_id": [97], "ts": [pd.Timestamp("2026-06-30 12:00")], "amount": 1.0, "status": "paid"}
    )
    tables = {"orders": pd.concat([orders, paid_late]), "events": events, "members": pd.concat([members, late])}
    rows = health(tables).of("first_order_rate_48h").set_index("date")
    assert rows.loc[LAST, "value"] == pytest.approx(10 / 35)
    assert rows.loc[date(2026, 6, 26), "people"] == 35
    assert not rows.loc[date(2026, 6, 25), "known"]  # nobody's 48 hours are over


def test_value_at_risk_is_value_times_probability():
    ids = SHOP["members"]["user_id"]
    scores = pd.DataFrame({"user_id": ids, "horizon_days": 90, "expected": 10.0, "decile": ids % 10 + 1})
    found = health(SHOP, days=2, scores=scores)
    assert value(found, "value_at_risk") == pytest.approx(10 * found.people["probability"].sum())
    assert set(found.table.loc[found.table["segment_kind"] == "value_tier", "segment"]) == {"top", "mid", "low"}


def test_data_are_as_old_as_the_older_of_orders_and_events():
    events = SHOP["events"][SHOP["events"]["ts"] < "2026-06-28 06:00"]
    rows = health(SHOP | {"events": events}, days=3).of("data_freshness")
    last = events["ts"].max()
    assert rows["value"].iloc[-1] == pytest.approx(
        (pd.Timestamp("2026-07-01") - last) / pd.Timedelta(hours=1), abs=1e-6
    )
    assert rows["breached"].iloc[-1]


def test_new_cohorts_are_what_they_brought_over_what_was_forecast():
    then = LAST - timedelta(days=31)
    begin, end = pd.Timestamp(then + timedelta(days=1)), pd.Timestamp(then + timedelta(days=31))
    known = pd.Timestamp(then - timedelta(days=29))
    members = SHOP["members"]
    new = members[(members["registered_at"] >= known) & (members["registered_at"] < begin)]["user_id"]
    forecast = pd.DataFrame({"user_id": members["user_id"], "horizon_days": 30, "expected": 5.0})
    orders = SHOP["orders"]
    mine = orders[
        (orders["status"] == "paid") & orders["user_id"].isin(new) & (orders["ts"] >= begin) & (orders["ts"] < end)
    ]
    found = health(SHOP, days=2, forecasts=[(then, [forecast])])
    rows = found.of("new_cohort_ltv_vs_forecast")
    if len(new) >= 30:
        assert rows["value"].iloc[-1] == pytest.approx(mine["amount"].sum() / (5.0 * len(new)))
    else:
        assert rows["why_unknown"].iloc[-1] == "few"


def test_trust_is_the_gini_of_the_backtest_against_past_spending():
    rows = [("model", 0.8), ("past_spend", 0.6), ("model", 0.7), ("past_spend", 0.5)]
    table = pd.DataFrame(rows, columns=["model", "value"]).assign(
        metric="normalized_gini", protocol="deploy", segment_kind="all", segment="all"
    )
    last = health(SHOP, days=2, results={"ltv_backtest": table}).of("model_trust").iloc[-1]
    assert (last["value"], last["threshold"], last["breached"]) == (pytest.approx(0.75), pytest.approx(0.55), False)


# ---- point in time


@pytest.mark.parametrize("back", [1, 9, 20])
def test_a_past_day_is_the_same_whenever_it_is_worked_out(told, back):
    day = LAST - timedelta(days=back)
    then = health(known_by(SHOP, day), as_of=day)
    keys = ["date", "segment_kind", "segment", "indicator"]
    both = told.table.merge(then.table, on=keys, suffixes=("", "_then"))
    both = both[both["indicator"].isin(CORE) & both["known_then"]]  # what had not come in then may have since
    assert len(both) > 150
    for column in ("value", "threshold", "people", "expected_low", "expected_high"):
        assert both[column].to_numpy() == pytest.approx(both[f"{column}_then"].to_numpy(), nan_ok=True, abs=1e-12), (
            column
        )
    assert (both["breached"] == both["breached_then"]).all()


def test_the_future_of_a_day_does_not_touch_it():
    later = SHOP["events"].assign(ts=SHOP["events"]["ts"] + pd.Timedelta(days=400))
    more = SHOP | {"events": pd.concat([SHOP["events"], later], ignore_index=True)}
    pd.testing.assert_frame_equal(health(more, days=2).table, health(SHOP, days=2).table)


def test_what_only_its_own_day_can_tell_is_taken_from_what_was_published():
    ids = SHOP["members"]["user_id"]
    scores = pd.DataFrame({"user_id": ids, "horizon_days": 90, "expected": 10.0, "decile": ids % 10 + 1})
    yesterday = LAST - timedelta(days=1)
    first = health(known_by(SHOP, yesterday), as_of=yesterday, days=3, scores=scores)
    second = health(SHOP, days=3, scores=scores, published=first.table)
    for kind, segment, indicator in (("all", "all", "value_at_risk"), ("value_tier", "top", "churn_risk")):
        rows = second.of(indicator, kind, segment).set_index("date")
        assert rows.loc[yesterday, "value"] == value(first, indicator, yesterday, kind, segment)
        assert not rows.loc[LAST - timedelta(days=2), "known"]
        assert rows.loc[LAST, "known"]


# ---- missing and immature days, missing tables


def test_a_day_without_events_is_not_known_and_does_not_reset():
    gone = SHOP["events"]["ts"].dt.date == LAST - timedelta(days=3)
    rows = health(SHOP | {"events": SHOP["events"][~gone]}).of("benefit_depth").set_index("date")
    missing = rows.loc[LAST - timedelta(days=3)]
    assert (missing["known"], missing["why_unknown"]) == (False, "missing")
    assert rows.loc[LAST, "days_breached"] == rows.loc[LAST - timedelta(days=4), "days_breached"] + 3


def test_invitations_that_come_a_day_late_leave_the_last_day_immature():
    late = SHOP["invites"][SHOP["invites"]["ts"] < pd.Timestamp(LAST)]
    one = pd.DataFrame(
        {
            "inviter_user_id": [1.0],
            "invitee_user_id": [10_000],
            "channel": "link",
            "ts": pd.Timestamp(LAST) - pd.Timedelta(hours=1),
        }
    )
    rows = health(SHOP | {"invites": pd.concat([late, one], ignore_index=True)}, days=3).of("referral_effective")
    assert rows["why_unknown"].tolist() == ["", "", "immature"]


@pytest.mark.parametrize(
    ("without", "indicator", "why"),
    [
        ("invites", "referral_effective", "no_table"),
        ("members", "benefit_depth", "no_table"),
        ("members", "first_order_rate_48h", "no_table"),
        ("scores", "value_at_risk", "no_table"),
        ("forecasts", "new_cohort_ltv_vs_forecast", "no_forecast"),
        ("results", "model_trust", "no_table"),
    ],
)
def test_without_a_table_an_indicator_is_not_known_and_the_page_says_why(without, indicator, why):
    found = health({k: v for k, v in SHOP.items() if k != without}, days=2)
    last = found.of(indicator).iloc[-1]
    assert (last["known"], last["why_unknown"]) == (False, why)
    assert WHY[why].en in " ".join(found.takeaways("en"))
    show(found)


def test_orders_alone_are_enough_for_a_page():
    found = health({"orders": SHOP["orders"].drop(columns="member_benefit"), "members": SHOP["members"]}, days=2)
    assert found.of("benefit_depth")["why_unknown"].iloc[-1] == "no_column"
    alone = health({"orders": SHOP["orders"].head(3)}, days=2)
    assert alone.people.empty
    assert alone.of("churn_risk")["why_unknown"].iloc[-1] in ("early", "no_model", "missing")
    show(alone)


# ---- settings


def test_thresholds_reasons_and_owners_are_those_of_the_settings():
    changed = Indicator("churn_risk", threshold=0.01, reason_zh="试", reason_en="a trial", owner="Li", cool_down_days=3)
    found = health(SHOP, days=10, indicators=[changed])
    rows = found.of("churn_risk")
    assert (rows["threshold"] == 0.01).all()
    assert rows["breached"].all()
    watched = found.by_name["churn_risk"]
    assert (watched.reason.en, watched.owner.en, watched.cool_down_days) == ("a trial", "Li", 3)


def test_churn_risk_is_bad_above_what_was_usual(told):
    higher = health(SHOP, days=2, board=Board(days=2, churn_rise=0.5)).of("churn_risk")
    lower = told.of("churn_risk").tail(2)
    assert (higher["threshold"].to_numpy() / lower["threshold"].to_numpy()) == pytest.approx([1.5 / 1.1] * 2)


@pytest.mark.parametrize(
    ("board", "why"), [(Board(days=1), "days, active_days"), (Board(active_days=91), "active_days")]
)
def test_numbers_out_of_range_are_refused(board, why):
    with pytest.raises(UsageError, match=why):
        health(SHOP, board=board)


def test_an_unknown_indicator_is_named_with_those_there_are(told):
    with pytest.raises(UsageError, match="indicator: found 'mood', allowed: churn_risk, benefit_depth"):
        told.of("mood")


def test_a_table_without_its_columns_is_refused_in_one_line():
    with pytest.raises(UsageError, match="members columns: found 'user_id', allowed: also registered_at"):
        health(SHOP | {"members": SHOP["members"][["user_id"]]})


# ---- the page


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_block_can_be_shown_and_every_sentence_is_whole(told, lang):
    show(told)
    assert all("{" not in sentence for sentence in told.takeaways(lang))
    for name, view in told.views.items():
        if view.kind == "chart":
            told.figure(name, lang=lang)
    assert len(told.key_figures) >= 3


def test_what_triggered_today_comes_first():
    never = [Indicator(name, threshold=t) for name, t in (("benefit_depth", 0.0), ("referral_effective", 0.0))]
    quiet = health(SHOP, days=10, indicators=never)
    assert quiet.takeaways("en")[0].startswith("0 indicators have newly triggered")
    rows = quiet.of("churn_risk").set_index("date")["value"]
    below = rows.iloc[-2:].min()
    if rows.iloc[-3] < below:
        loud = health(
            SHOP, days=10, indicators=[*never, Indicator("churn_risk", threshold=(rows.iloc[-3] + below) / 2)]
        )
        assert loud.takeaways("en")[0].endswith("triggered on 2026-06-30") is False
        assert loud.of("churn_risk")["triggered"].tolist()[-1]


def test_segments_of_the_settings_take_the_place_of_the_same_kind(told):
    ids = SHOP["members"]["user_id"]
    segments = pd.DataFrame({"user_id": ids, "segment_kind": "city", "segment": np.where(ids % 2, "odd", "even")})
    both = pd.concat([segments, segments.assign(segment="everyone")])  # somebody may be in two
    found = health(SHOP, days=2, segments=both)
    cities = found.table.loc[found.table["segment_kind"] == "city"]
    assert set(cities["segment"]) == {"odd", "even", "everyone"}
    whole = found.of("churn_risk").iloc[-1]
    assert found.of("churn_risk", "city", "everyone").iloc[-1]["value"] == pytest.approx(whole["value"])
    assert KIND["city"].en == "City"

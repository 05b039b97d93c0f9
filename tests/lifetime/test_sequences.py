"""Behaviour sequences: every feature by hand, what is missing and what is 0, and that nothing later is read."""

from datetime import datetime

import numpy as np
import pandas as pd
import pytest

from ltv.errors import UsageError
from ltv.lifetime.feature_catalogue import CATALOGUE
from ltv.lifetime.sequences import sequences

CUTOFF = datetime(2026, 3, 1)


def times(frame, *columns):
    return frame.assign(**{c: pd.to_datetime(frame[c], format="ISO8601") for c in columns})


def events(*rows, **more):
    frame = pd.DataFrame([(*r, None, None, None, None)[:7] for r in rows], columns=["user_id", "ts", "event", "session_id", "price", "category", "dwell_ms"])  # fmt: skip
    kinds = {"session_id": "string", "category": "string", "price": "float64", "dwell_ms": "float64"}
    return times(frame, "ts").astype(kinds).assign(**more)


def orders(*rows):
    names = ["user_id", "ts", "amount", "status", "refund", "refunded_at", "discount", "coupon_id", "member_benefit"]
    frame = pd.DataFrame([(*r, "paid", 0.0, None, 0.0, None, False)[: len(r)] + ("paid", 0.0, None, 0.0, None, False)[len(r) - 3 :] for r in rows], columns=names)  # fmt: skip
    return times(frame, "ts", "refunded_at").astype({"coupon_id": "string"})


BOUGHT = orders((1, "2026-02-01", 10.0), (1, "2026-02-11", 20.0), (1, "2026-02-16", 60.0), (2, "2025-01-01", 5.0))
MEMBERS = times(pd.DataFrame({"user_id": [3, 1], "registered_at": ["2026-02-19", "2026-01-30"]}), "registered_at")


def at(bought=BOUGHT, cutoff=CUTOFF, **given):
    with sequences(bought, **given).at(cutoff) as table:
        return table.frame().set_index("user_id")


def of(person, **given):
    return at(**given).loc[person]


# ---- who, and what is missing


def test_everybody_who_registered_or_ordered_before_the_cutoff_has_a_row():
    seen = events((9, "2026-02-01", "visit"), (3, "2026-02-20", "visit"))
    assert at(members=MEMBERS, events=seen).index.tolist() == [1, 2, 3]
    assert at(cutoff=datetime(2026, 1, 15)).index.tolist() == [2]


def test_orders_alone_give_features_of_purchases_and_the_rest_is_missing():
    table = at()
    by_orders = [f.name for f in CATALOGUE if f.table == "orders"]
    assert table[by_orders].loc[1].notna().all()
    assert table.drop(columns=by_orders).isna().all(axis=None)


def test_counts_of_somebody_without_rows_are_0_and_shares_are_missing():
    row = of(2, events=events((1, "2026-02-01", "visit")), members=MEMBERS)
    assert row["sessions_per_week"] == row["active_day_share"] == row["frequency"] == 0
    assert row[["cart_share", "session_gap_days", "recency_days", "discount_share"]].isna().all()


def test_there_are_37_features_in_two_languages():
    assert len({f.name for f in CATALOGUE}) == len(CATALOGUE) == 37
    assert all(words.zh and words.en for f in CATALOGUE for words in (f.label, f.why))
    assert list(at().columns) == [f.name for f in CATALOGUE]


# ---- purchases


def test_purchases_by_hand():
    row = of(1)
    assert row[["frequency", "recency_days", "monetary", "purchase_gap_days"]].tolist() == [3, 13, 30, 7.5]
    assert row["purchase_gap_cv"] == pytest.approx(np.std([10, 5], ddof=1) / 7.5)
    assert row["purchase_overdue"] == pytest.approx(13 / 7.5)
    assert row["age_days"] == 28


def test_the_window_is_the_same_for_everybody():
    table = at(members=MEMBERS)
    assert table["age_days"].tolist() == [30, 180, 10]
    with sequences(BOUGHT, window_days=20).at(CUTOFF) as short:
        assert short.frame().set_index("user_id").loc[1, "frequency"] == 2


def test_a_refund_counts_from_its_own_time_on_and_an_unpaid_order_never():
    given = orders(
        (1, "2026-02-01", 10.0, "refunded", 4.0, "2026-02-05"), (1, "2026-02-02", 10.0, "refunded", 4.0, "2026-03-01"),
        (1, "2026-02-03", 99.0, "failed"), (1, "2026-02-04", -3.0),
    )  # fmt: skip
    assert of(1, bought=given)[["frequency", "monetary"]].tolist() == [2, 8]


def test_discounts_coupons_and_benefits_by_hand():
    given = orders(
        (1, "2026-02-01", 90.0, "paid", 0.0, None, 10.0, "C1", True), (1, "2026-02-02", 100.0), (1, "2026-02-03", 50.0, "paid", 0.0, None, 50.0),
    )  # fmt: skip
    row = of(1, bought=given)
    assert row["discount_share"] == pytest.approx(60 / 300)
    assert row[["coupon_order_share", "benefit_order_share"]].tolist() == pytest.approx([1 / 3, 1 / 3])


# ---- sessions

WALK = [
    (1, "2026-02-02 10:00", "search", "a"), (1, "2026-02-02 10:05", "view", "a"), (1, "2026-02-02 10:06", "add_to_cart", "a"),
    (1, "2026-02-04 09:00", "view", "b"), (1, "2026-02-04 09:10", "view", "b"), (1, "2026-02-04 09:11", "add_to_cart", "b"), (1, "2026-02-04 09:12", "remove_from_cart", "b"),
    (1, "2026-02-10 23:50", "search", "c"), (1, "2026-02-10 23:59", "add_to_cart", "c"),
    (1, "2026-02-20 12:00", "view", "d"),
]  # fmt: skip


def test_sessions_by_hand():
    row = of(1, events=events(*WALK), members=MEMBERS)
    gaps = [47 / 24, (6 * 24 + 14 + 50 / 60) / 24, (9 * 24 + 12 + 10 / 60) / 24]
    assert row["sessions_per_week"] == pytest.approx(4 * 7 / 30)
    assert row["session_gap_days"] == pytest.approx(np.mean(gaps))
    assert row["session_gap_cv"] == pytest.approx(np.std(gaps, ddof=1) / np.mean(gaps))
    assert row["session_gap_trend"] == pytest.approx(np.log(np.mean(gaps[1:]) / gaps[0]))
    assert row["session_overdue"] == pytest.approx(8.5 / np.mean(gaps))
    assert row[["views_per_session", "search_share", "cart_share", "removed_share"]].tolist() == pytest.approx(
        [1, 0.5, 0.75, 1 / 3]
    )
    assert row["active_day_share"] == pytest.approx(4 / 30)


def test_an_abandoned_cart_and_the_way_back_within_72_hours():
    row = of(1, events=events(*WALK))  # c is followed by the order of the 11th, one minute later
    assert row["cart_abandon_share"] == pytest.approx(2 / 3)
    assert row["abandon_return_72h_share"] == 0.5  # a → b in 47 h; b → c takes longer
    assert row["search_cart_abandon_return_72h"] == pytest.approx(1 / 4)
    later = orders((1, "2026-02-11 00:29:00.000001", 9.0))  # half an hour after c
    assert of(1, events=events(*WALK), bought=later)["cart_abandon_share"] == 1


def test_a_return_that_may_still_come_is_neither_yes_nor_no():
    seen = events(*WALK, (1, "2026-02-27 12:00", "add_to_cart", "e"))
    assert of(1, events=seen)["abandon_return_72h_share"] == 0.5
    assert of(1, events=seen, cutoff=datetime(2026, 3, 3))["abandon_return_72h_share"] == pytest.approx(1 / 3)


def test_without_names_a_session_ends_after_half_an_hour_of_silence():
    plain = events(
        (1, "2026-02-02 10:00", "view"), (1, "2026-02-02 10:30", "view"), (1, "2026-02-02 11:00:00.000001", "view"),
    )  # fmt: skip
    assert of(1, events=plain, members=MEMBERS)["views_per_session"] == pytest.approx(1.5)
    assert of(1, events=plain.drop(columns="session_id"), members=MEMBERS)["views_per_session"] == pytest.approx(1.5)


def test_hours_are_those_of_the_zone_also_over_a_change_of_clocks():
    seen = events((1, "2026-03-28 21:30", "view"), (1, "2026-03-29 21:30", "view"))
    late = datetime(2026, 4, 1)
    share = {
        z: of(1, events=seen, cutoff=late, timezone=z)["night_share"] for z in ("UTC", "Europe/London", "Asia/Shanghai")
    }
    assert share == {"UTC": 0, "Europe/London": 0.5, "Asia/Shanghai": 1}


def test_acts_by_hand():
    seen = events(
        (1, "2026-01-30 01:00", "view", "a", 10.0, "tea", 1000.0), (1, "2026-01-31 23:59:59.999999", "view", "b", 40.0, "tea", 3000.0),
        (1, "2026-02-01", "view", "c", 0.0, "pots", None), (1, "2026-01-29 23:00", "visit", "z"),
    )  # fmt: skip
    row = of(1, events=seen, members=MEMBERS)
    assert row[["first_48h_events", "dwell_s", "category_breadth"]].tolist() == [2, 2, 2]
    assert row["dwell_cv"] == pytest.approx(np.std([1, 3], ddof=1) / 2)
    assert row["viewed_price"] == pytest.approx(np.log(20))
    assert row["category_concentration"] == pytest.approx(5 / 9)
    assert row["paid_to_viewed_price"] == pytest.approx(np.log(30 / 20))


def test_who_registered_before_the_window_has_no_first_48_hours():
    with sequences(BOUGHT, events=events(*WALK), members=MEMBERS, window_days=29).at(CUTOFF) as table:
        assert pd.isna(table.frame().set_index("user_id").loc[1, "first_48h_events"])


def test_touches_tickets_and_invitations_by_hand():
    touched = times(
        pd.DataFrame(
            [(1, "2026-02-01", "sms", "send"), (1, "2026-02-02", "sms", "send"), (1, "2026-02-02", "sms", "click"), (1, "2026-02-03", "feed", "impression")],
            columns=["user_id", "ts", "channel", "kind"],
        ),
        "ts",
    )  # fmt: skip
    said = times(pd.DataFrame({"user_id": [1, 1], "ts": ["2026-02-01", "2026-02-02"], "sentiment": [-1.0, 0.5]}), "ts")
    sent = times(pd.DataFrame({"inviter_user_id": [1, 1, None], "ts": ["2026-02-01", "2026-02-02", "2026-02-02"]}), "ts").astype({"inviter_user_id": "Int64"})  # fmt: skip
    row = of(1, touches=touched, tickets=said, invites=sent, members=MEMBERS)
    assert row["touch_response_share"] == pytest.approx(1 / 3)
    assert row["channel_concentration"] == pytest.approx((9 + 1) / 16)
    assert row[["tickets_per_month", "ticket_sentiment", "invites_per_month"]].tolist() == [2, -0.25, 2]


# ---- honesty


def random_shop(seed):
    draw = np.random.default_rng(seed)
    n = 3_000
    ts = pd.Timestamp("2025-11-01") + pd.to_timedelta(draw.integers(0, 150 * 86_400, n), unit="s")
    names = np.array(["visit", "view", "search", "add_to_cart", "remove_from_cart"])
    seen = pd.DataFrame({"user_id": draw.integers(0, 40, n), "ts": ts, "event": names[draw.integers(0, 5, n)]})
    seen = seen.assign(session_id=pd.Series(draw.integers(0, 900, n)).astype(str).where(draw.random(n) < 0.5))
    bought = pd.DataFrame(
        {"user_id": draw.integers(0, 50, 200), "ts": ts[:200], "amount": draw.gamma(2, 30, 200), "status": "paid"}
    )
    return bought, seen.astype({"session_id": "string"})


def test_later_rows_change_nothing():
    bought, seen = random_shop(1)
    whole = at(bought, events=seen)
    cut = at(bought[bought["ts"] < CUTOFF], events=seen[seen["ts"] < CUTOFF])
    pd.testing.assert_frame_equal(whole, cut)
    moved = bought.assign(amount=bought["amount"].where(bought["ts"] < CUTOFF, 1e6))
    pd.testing.assert_frame_equal(whole, at(moved, events=seen))


def test_the_order_of_rows_does_not_matter():
    bought, seen = random_shop(2)
    mixed = at(bought.sample(frac=1, random_state=1), events=seen.sample(frac=1, random_state=2))
    pd.testing.assert_frame_equal(at(bought, events=seen), mixed)


def test_nothing_stays_in_the_engine():
    from ltv.warehouse.duck import DuckEngine
    from ltv.warehouse.table import Table

    engine = DuckEngine()
    engine.register("orders", BOUGHT)
    for cutoff in (CUTOFF, datetime(2026, 2, 1)):
        with sequences(Table(engine, "orders")).at(cutoff) as table:
            assert len(table)
    left = engine.connection.execute("SELECT table_name FROM information_schema.tables").fetchall()
    assert [name for (name,) in left] == ["orders"]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"window_days": 0}, "window_days: found 0, allowed: a whole number from 1 to 3,650"),
        ({"events": pd.DataFrame({"user_id": [1], "ts": [pd.Timestamp("2026-01-01")]})}, "events columns: found 'user_id, ts', allowed: also event"),
        ({"members": pd.DataFrame({"user_id": [1]})}, "members columns: found 'user_id', allowed: also registered_at"),
    ],
)  # fmt: skip
def test_a_wrong_argument_is_named(options, says):
    with pytest.raises(UsageError) as caught:
        sequences(BOUGHT, **options)
    assert says in str(caught.value)

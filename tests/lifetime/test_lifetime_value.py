"""`ltv.lifetime_value` from the outside: what it must never let in, and what it says of shops nobody would wish for."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from support_value import AS_OF, CUTOFF, START, bought, few_trees, registered, seen, told

from ltv import lifetime_value
from ltv.errors import UsageError

PEOPLE = bought(300)
MEMBERS = registered(PEOPLE, 150)
EVENTS = seen(MEMBERS)
LATE = 7_777  # a person of whom nothing is known by the end of the day
SCORES = ["expected", "p_purchase", "low", "median", "high", "value_to_date", "decile", "golden48_score", "days_known"]


@pytest.fixture(autouse=True)
def quick():
    with few_trees(4, 10, cutoffs=0) as patch:
        yield patch


@pytest.fixture(scope="module")
def plain():
    """Of orders alone, without a backtest."""
    with few_trees(4, 10, cutoffs=0):
        return told(PEOPLE)


@pytest.fixture
def tested(quick):
    """The same with a backtest."""
    with few_trees(4, 10):
        yield


def basis(of):
    return of.table["basis"].unique().tolist()


def why(of):
    return [m.why for m in of.chosen.trained.models.values()]


def nothing(*columns):
    return pd.DataFrame(columns=list(columns))


def test_rows_from_the_end_of_the_day_on_move_nothing(tested):
    ids = PEOPLE["user_id"].unique()
    draw = np.random.default_rng(5)
    whom = np.append(draw.choice(ids, 60), LATE)
    after = CUTOFF + pd.to_timedelta(draw.random(61) * 50, unit="D")
    early = MEMBERS["user_id"].to_numpy()[:61]
    tables = {
        "members": MEMBERS,
        "events": EVENTS,
        "touches": pd.DataFrame({"user_id": early, "ts": MEMBERS["registered_at"][:61], "channel": "sms", "kind": "send"}),
        "tickets": pd.DataFrame({"user_id": early, "ts": MEMBERS["registered_at"][:61], "sentiment": 0.1}),
        "invites": pd.DataFrame({"inviter_user_id": early, "ts": MEMBERS["registered_at"][:61]}),
        "items": pd.DataFrame({"order_id": PEOPLE["order_id"][::2], "margin": PEOPLE["amount"][::2] / 4}),
    }  # fmt: skip
    paid = PEOPLE.assign(status="paid", refund=0.0, refunded_at=pd.NaT)
    later = {
        "members": pd.DataFrame({"user_id": LATE, "registered_at": after[:1]}),
        "events": pd.DataFrame({"user_id": whom, "ts": after, "event": "search"}),
        "touches": pd.DataFrame({"user_id": whom, "ts": after, "channel": "push", "kind": "click"}),
        "tickets": pd.DataFrame({"user_id": whom, "ts": after, "sentiment": -1.0}),
        "invites": pd.DataFrame({"inviter_user_id": whom, "ts": after}),
        "items": pd.DataFrame({"order_id": 90_000 + np.arange(61), "margin": 5_000.0}),
    }
    new = pd.DataFrame(
        {"order_id": 90_000 + np.arange(61), "user_id": whom, "ts": after, "amount": 9_000.0, "status": "paid"}
    )
    given_back = paid.assign(
        refund=np.where(paid.index % 7 == 0, paid["amount"], 0.0),
        refunded_at=pd.Series(
            np.where(paid.index % 7 == 0, CUTOFF + pd.Timedelta(days=3), pd.NaT), dtype="datetime64[us]"
        ),
    )
    then = told(paid, **tables)
    now = told(pd.concat([given_back, new]), **{k: pd.concat([tables[k], later[k]]) for k in tables})
    assert then.worth == now.worth == "margin"
    pd.testing.assert_frame_equal(now.table[SCORES], then.table[SCORES])
    pd.testing.assert_frame_equal(now.totals, then.totals)
    pd.testing.assert_frame_equal(now.chosen.trained.backtest, then.chosen.trained.backtest)
    assert LATE not in set(now.table["user_id"])


def test_one_row_for_everybody_registered_or_ordering_before_the_end_of_the_day():
    orders = pd.concat(
        [PEOPLE, PEOPLE.head(1).assign(user_id=LATE, ts=CUTOFF - pd.Timedelta(seconds=1), order_id=99_999)]
    )
    of, alone = told(orders, members=MEMBERS, events=EVENTS), told(orders)
    assert set(of.table["user_id"]) == set(MEMBERS["user_id"]) | set(orders["user_id"])
    assert len(of.table) == len(MEMBERS) + 1 and set(alone.table["user_id"]) == set(orders["user_id"])
    assert basis(of) == ["model"] and why(of) == [""]
    assert of.has_behaviour and not alone.has_behaviour
    waits = ~of.main["user_id"].isin(orders["user_id"])
    assert (of.main.loc[waits, "value_to_date"] == 0).all() and of.main.loc[waits, "churn_risk"].isna().all()
    assert of.main.loc[~waits, "churn_risk"].notna().all()
    spent = orders.groupby("user_id")["amount"].sum()
    known = of.main.set_index("user_id")["value_to_date"]
    assert known.reindex(spent.index).to_numpy() == pytest.approx(spent.to_numpy())
    first = (
        pd.concat([MEMBERS.rename(columns={"registered_at": "ts"}), orders[["user_id", "ts"]]])
        .groupby("user_id")["ts"]
        .min()
    )
    days = ((CUTOFF - first) / pd.Timedelta(days=1)).reindex(of.main["user_id"]).to_numpy()
    has_one = of.main["golden48_score"].notna().to_numpy()
    sure = np.abs(days - 2) > 1, np.abs(days - 30) > 1  # days are whole ones
    assert (has_one == ((days >= 2) & (days <= 30)))[sure[0] & sure[1]].all()
    assert has_one.any() and not has_one[days < 1].any() and not has_one[days > 31].any()
    parts = of.totals.set_index(["segment_kind", "segment"])["expected"]
    assert parts["all", "all"] == pytest.approx(of.main["expected"].sum())
    assert parts["stage", "customers"] + parts["stage", "prospects"] == pytest.approx(parts["all", "all"])
    assert parts["stage", "customers"] == pytest.approx(alone.total()["expected"], rel=0.02)


def test_fewer_than_200_customers_are_told_by_buy_till_you_die_and_very_few_by_the_past():
    for people, wanted in ((150, "btyd"), (30, "past_mean")):
        of = told(bought(people))
        assert basis(of) == [wanted] and why(of) == ["few_customers"]
        assert any("200" in takeaway.text.en for takeaway in of.findings)


def test_one_cohort_alone_is_scored(tested):
    first = PEOPLE.groupby("user_id")["ts"].transform("min")
    of = told(PEOPLE.assign(ts=PEOPLE["ts"] - (first - pd.Timestamp(START))))
    assert 0 < of.total()["expected"] < PEOPLE["amount"].sum()


ALL = {"members": MEMBERS, "events": EVENTS}
WORTHLESS = {
    "all_zero": ({"amount": 0.0}, ALL),
    "only_negative": ({"amount": -PEOPLE["amount"]}, {}),
    "all_given_back": ({"refund": PEOPLE["amount"], "status": "refunded"}, {}),
    "none_paid": ({"status": "cancelled"}, {"members": MEMBERS}),
    "all_later": ({"ts": PEOPLE["ts"] + pd.Timedelta(days=400)}, {"members": MEMBERS}),
    "nobody_known": ({"user_id": np.nan}, {}),
}


@pytest.mark.parametrize(("change", "more"), WORTHLESS.values(), ids=WORTHLESS)
def test_where_nobody_is_worth_anything_nothing_is_expected(change, more):
    of = told(PEOPLE.assign(**change), **more)
    assert of.total()["expected"] == of.total()["high"] == 0
    assert not len(of.table) or basis(of) == ["past_mean"]
    assert len(of.table) >= len(MEMBERS) * bool(more)


def test_no_rows_at_all_are_no_error():
    empty = {
        "members": nothing("user_id", "registered_at"),
        "events": nothing("user_id", "ts", "event"),
        "touches": nothing("user_id", "ts", "channel", "kind"),
        "tickets": nothing("user_id", "ts"),
        "invites": nothing("inviter_user_id", "ts"),
        "items": nothing("order_id", "margin"),
        "segments": nothing("user_id", "segment_kind", "segment"),
    }
    for orders in (nothing("order_id", "user_id", "ts", "amount"), PEOPLE.head(0)):
        assert not len(told(orders, **empty).table)
    assert set(told(PEOPLE.head(900), **empty).table["user_id"]) == set(PEOPLE.head(900)["user_id"])
    only_members = told(PEOPLE.head(0), members=MEMBERS, events=EVENTS)
    assert len(only_members.table) == len(MEMBERS) and only_members.total()["expected"] == 0


@pytest.mark.parametrize("rows", [1, 2, 5])
def test_a_handful_of_people_are_scored_and_the_best_of_them_is_in_the_best_tenth(rows):
    few = PEOPLE.drop_duplicates("user_id").head(rows)
    of = told(few)
    assert len(of.table) == rows and of.table["decile"].max() == 10 and basis(of) == ["past_mean"]
    assert of.table.loc[of.table["decile"] == 10, "expected"].tolist() == [of.table["expected"].max()]


def test_one_whale_with_half_of_the_money_does_not_explode(tested):
    for factor, when in ((1.0, -5), (1_000.0, 100)):
        orders = PEOPLE.copy()
        largest = PEOPLE["amount"].sum() * factor
        orders.loc[orders.index[when], "amount"] = largest
        whale = orders["user_id"].iloc[when]
        segments = pd.DataFrame({"user_id": [whale], "segment_kind": "size", "segment": "whale"})
        of = told(orders, segments=segments)
        others = of.table[of.table["user_id"] != whale]
        assert of.table["expected"].max() <= largest
        assert others["expected"].max() <= PEOPLE.groupby("user_id")["amount"].sum().max()
        assert others["expected"].sum() < 2 * PEOPLE["amount"].sum()
        assert of.table["high"].max() <= 10 * largest and of.totals["high"].max() <= 100 * largest


def test_days_of_every_day_buyers_who_stop_all_at_once_are_scored():
    days = pd.date_range("2026-01-01", periods=100)
    rows = pd.DataFrame([(user, day) for user in range(40) for day in days], columns=["user_id", "ts"]).assign(
        amount=5.0
    )
    rows = rows[(rows["user_id"] < 6) | (rows["ts"] < "2026-02-20")]
    of = told(rows, as_of=date(2026, 4, 10), horizons_days=[30, 180])
    assert len(of.table) == 80


def test_what_is_the_same_for_everybody_is_no_obstacle():
    same = {"amount": 10.0, "coupon_id": "always", "discount": 0.0, "member_benefit": True}
    of = told(PEOPLE.assign(**same), members=MEMBERS.assign(registered_at=pd.Timestamp(START)))
    assert of.total()["expected"] > 0


def test_a_horizon_longer_than_the_history_falls_back_and_says_so():
    of = told(PEOPLE, horizons_days=[30, 3_650])
    assert why(of) == ["", "short_history"]
    assert of.table.groupby("horizon_days")["basis"].first().to_dict() == {30: "model", 3_650: "btyd"}
    assert any("3650" in t.text.en or "3,650" in t.text.en for t in of.findings)


def test_a_segment_that_is_empty_or_was_never_seen_has_a_row_of_nothing(tested):
    some = PEOPLE["user_id"].unique()
    segments = pd.DataFrame(
        {"user_id": [*some[:80], 999_999, None], "segment_kind": "age", "segment": [*["young"] * 80, "ghosts", None]}
    )
    of = told(PEOPLE, segments=segments)
    rows = of.totals.set_index("segment")
    assert rows.loc["ghosts", ["expected", "low", "high", "people"]].tolist() == [0, 0, 0, 0]
    assert rows.loc["young", "people"] == 80
    assert "ghosts" not in set(of.backtest["segment"])


def test_orders_without_a_person_are_left_out():
    lost = PEOPLE.assign(user_id=PEOPLE["user_id"].where(PEOPLE.index % 3 > 0))
    of, same = told(lost), told(PEOPLE[PEOPLE.index % 3 > 0])
    pd.testing.assert_frame_equal(of.table[SCORES], same.table[SCORES])


def test_returns_of_strangers_add_people_and_no_value(plain):
    back = PEOPLE.head(30).assign(
        user_id=lambda o: o["user_id"] + 90_000, order_id=lambda o: -o["order_id"] - 1, amount=-5.0
    )
    of = told(pd.concat([PEOPLE, back]))
    strangers = of.table[of.table["user_id"] >= 90_000]
    assert (strangers["expected"] == 0).all() and (strangers["value_to_date"] < 0).all() and len(strangers)
    assert of.total()["expected"] == pytest.approx(plain.total()["expected"])


def test_the_same_inputs_give_the_same_numbers_in_any_order_of_rows(plain):
    of, again = plain, told(PEOPLE.sample(frac=1, random_state=1))
    pd.testing.assert_frame_equal(of.table, again.table)
    pd.testing.assert_frame_equal(of.totals, again.totals)


def test_money_in_another_unit_only_changes_the_unit(plain):
    of, cents = plain, told(PEOPLE.assign(amount=PEOPLE["amount"] * 128))
    assert cents.table["expected"].sum() == pytest.approx(128 * of.table["expected"].sum(), rel=1e-3)
    assert np.corrcoef(of.table["expected"], cents.table["expected"])[0, 1] > 0.99


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"orders": PEOPLE.drop(columns="user_id")}, "orders columns: found .*user_id"),
        ({"orders": PEOPLE.drop(columns="ts")}, "orders columns: found .*ts"),
        ({"orders": PEOPLE.drop(columns="amount")}, "orders columns: found .*amount"),
        ({"orders": PEOPLE.assign(user_id="M1")}, "orders.user_id: found"),
        ({"events": EVENTS.drop(columns="event")}, "events columns: found .*event"),
        ({"members": MEMBERS.assign(user_id="M1")}, "members.user_id: found"),
        ({"invites": pd.DataFrame({"ts": EVENTS["ts"]})}, "invites columns: found .*inviter_user_id"),
        ({"segments": PEOPLE[["user_id"]]}, "segments columns: found .*segment_kind"),
        ({"segments": PEOPLE[["user_id"]].assign(segment_kind="stage", segment="customers")}, "segment_kind: found 'stage'"),
        ({"horizons_days": []}, "horizons_days: found"),
        ({"horizons_days": [30, 30]}, "horizons_days: found"),
        ({"horizons_days": [0]}, "horizons_days: found 0"),
        ({"horizons_days": [30.5]}, "horizons_days: found 30.5"),
        ({"retrain_days": 0}, "retrain_days: found 0"),
        ({"window_days": 0, "members": MEMBERS}, "window_days: found 0"),
    ],
)  # fmt: skip
def test_bad_arguments_are_named_in_one_line(change, found):
    given = {"orders": PEOPLE, "as_of": AS_OF, "horizons_days": [30]} | change
    with pytest.raises(UsageError, match=found) as error:
        lifetime_value(given.pop("orders"), **given)
    assert "\n" not in str(error.value)


def test_a_longer_horizon_brings_nobody_less():
    of = told(PEOPLE, members=MEMBERS, events=EVENTS, horizons_days=[20, 40, 80])
    for column in ("expected", "p_purchase", "low", "median", "high"):
        each = of.table.pivot_table(index="user_id", columns="horizon_days", values=column)
        assert (each.diff(axis=1).iloc[:, 1:] >= 0).all(axis=None), column


@pytest.mark.parametrize(("low", "high"), [(0.01, 0.05), (-0.02, 0.05), (0.0, 0.05), (-0.05, -0.01), (np.nan, np.nan)])
def test_the_page_says_better_only_where_the_interval_excludes_zero(shop, plain, low, high):
    tests = shop.trained.backtest
    ours = (tests["metric"] == "normalized_gini") & (tests["model"] == "model") & (tests["segment"] == "all")
    tests = tests.assign(difference_low=np.where(ours, low, np.nan), difference_high=np.where(ours, high, np.nan))
    chosen = replace(plain.chosen, trained=replace(shop.trained, backtest=tests), verdict=None)
    told = replace(plain, chosen=chosen)
    said = [str(w.en) for view in ("tests", "by_segment") for c in told.views[view].columns for w in c.words.values()]
    assert ("better" in said) == (low > 0) and ("worse" in said) == (high < 0)
    tile = next(f for f in told.key_figures if "Gini" in f.label.en)
    assert (tile.state == "good") == (low > 0)
    sentences = " ".join(t.text.en for t in told.findings)
    assert ("better than" in sentences) == (low > 0)

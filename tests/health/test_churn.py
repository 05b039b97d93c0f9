"""Churn probabilities: features by another implementation, honest calibration, nothing of the future."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr
from sklearn.metrics import roc_auc_score
from support_health import LAST, health, known_by, past_of, shop

from ltv.health.calendar import month_start, number_of
from ltv.health.churn import HORIZON_DAYS, models_of, straighten, train
from ltv.health.features import FEATURES, LOOKBACK_DAYS
from ltv.health.people import auc, reliability

SHOP = shop(people=1_500, seed=3)


def by_hand(rows: pd.DataFrame, day: date) -> dict[str, float]:
    """Features of one person from their days, as the definitions read."""
    days = rows[(rows["day"] <= day) & (rows["day"] > day - timedelta(days=LOOKBACK_DAYS))].sort_values("day")
    numbers = np.array([number_of(d) for d in days["day"]])
    gaps, today = np.diff(numbers), number_of(day)
    dwell = np.log1p(days["dwell"].to_numpy() / 1_000)
    dwell = dwell[dwell > 0]
    last = {
        name: today - numbers[days[name].to_numpy() > 0][-1] if (days[name] > 0).any() else np.nan
        for name in ("bought", "carts")
    }
    return {
        "days_since_last": today - numbers[-1],
        "last_interval": gaps[-1] if len(gaps) else np.nan,
        "interval_mean": gaps.mean() if len(gaps) else np.nan,
        "interval_sd": gaps.std() if len(gaps) > 1 else np.nan,
        "interval_largest": gaps.max() if len(gaps) else np.nan,
        "visit_days_180": len(numbers),
        "visit_days_7": (numbers > today - 7).sum(),
        "visit_days_30": (numbers > today - 30).sum(),
        "acts_30": days.loc[numbers > today - 30, "acts"].sum(),
        "dwell_mean": dwell.mean() if len(dwell) else np.nan,
        "dwell_sd": dwell.std() if len(dwell) > 1 else np.nan,
        "orders_90": days.loc[numbers > today - 90, "bought"].sum(),
        "days_since_order": last["bought"],
        "days_since_cart": last["carts"],
        "days_seen": today - numbers[0],
    }


def days_of(tables) -> pd.DataFrame:
    events, orders = tables["events"], tables["orders"]
    seen = events.assign(
        day=events["ts"].dt.date, carts=events["event"] == "add_to_cart", acts=1, bought=0, dwell=events["dwell_ms"]
    )
    made = orders.assign(
        day=orders["ts"].dt.date, carts=False, acts=1, bought=(orders["status"] == "paid").astype(int), dwell=0
    )
    both = pd.concat([seen, made])[["user_id", "day", "carts", "acts", "bought", "dwell"]]
    return both.groupby(["user_id", "day"], as_index=False).sum()


@pytest.mark.parametrize(("back", "cells"), [(0, 20_000_000), (45, 0)])
def test_features_are_what_their_names_say(back, cells, monkeypatch):
    monkeypatch.setattr("ltv.health.features._MOST_CELLS", cells)  # two ways to look up a day
    tables = {k: SHOP[k] for k in ("orders", "events", "members")}
    past, day = past_of(tables), LAST - timedelta(days=back)
    who = past.base(number_of(day))[::40]
    found = pd.DataFrame(past.features(who, number_of(day)), columns=FEATURES, index=past.ground.user_id[who])
    rows = days_of(tables)
    assert len(found) > 10
    for person, mine in found.iterrows():
        expected = by_hand(rows[rows["user_id"] == person], day)
        assert mine[list(expected)].to_dict() == pytest.approx(expected, nan_ok=True, abs=1e-9)


def test_the_base_is_who_was_there_lately_and_is_known():
    events = pd.DataFrame(
        {
            "user_id": [1, 2, 3, 4],
            "ts": pd.to_datetime(["2026-06-30", "2026-06-01", "2026-05-31", "2026-06-30"]),
            "event": "visit",
        }
    )
    members = pd.DataFrame({"user_id": [1, 2, 3], "registered_at": pd.Timestamp("2026-01-01")})
    orders = pd.DataFrame({"user_id": [9], "ts": [pd.Timestamp("2026-06-30")], "amount": 1.0, "status": "paid"})
    past = past_of({"orders": orders, "events": events, "members": members})
    assert past.ground.user_id[past.base(number_of(LAST))].tolist() == [1, 2, 9]
    assert past.ground.user_id[past.base(number_of(LAST) - 30)].tolist() == [3]


def test_coming_back_is_being_there_within_thirty_days():
    at = ["2026-05-01", "2026-05-31", "2026-05-01", "2026-06-01", "2026-05-01"]
    events = pd.DataFrame({"user_id": [1, 1, 2, 2, 3], "ts": pd.to_datetime(at), "event": "visit"})
    orders = pd.DataFrame({"user_id": [3], "ts": [pd.Timestamp("2026-05-02")], "amount": 1.0, "status": "cancelled"})
    past = past_of({"orders": orders, "events": events})
    back = past.comes_back(np.arange(3), number_of(date(2026, 5, 1)), HORIZON_DAYS)
    assert back.tolist() == [True, False, True]


def test_probabilities_are_calibrated_and_tell_who_goes():
    found = health({k: SHOP[k] for k in ("orders", "events", "members")}, days=2).backtest
    assert found is not None
    assert found.date == LAST - timedelta(days=30)
    assert found.auc > 0.7
    assert found.error < 0.06
    assert found.bins["people"].sum() == found.people


def test_the_backtest_is_of_what_was_told_then():
    tables = {k: SHOP[k] for k in ("orders", "events", "members")}
    now, then = health(tables, days=2), LAST - timedelta(days=30)
    before = health(known_by(tables, then), as_of=then, days=2)
    gone = set(before.people["user_id"]) - set(days_of(tables).query("day > @then")["user_id"])
    is_gone = before.people["user_id"].isin(gone).to_numpy()
    assert now.backtest.told == pytest.approx(before.people["probability"].mean())
    assert now.backtest.came == pytest.approx(is_gone.mean())
    assert now.backtest.auc == pytest.approx(roc_auc_score(is_gone, before.people["probability"]))


def test_a_model_knows_nothing_of_the_month_it_tells():
    tables = {k: SHOP[k] for k in ("orders", "events", "members")}
    month = month_start(number_of(LAST))
    end = date(2026, 5, 31)
    one, other = (past_of(t) for t in (tables, known_by(tables, end)))
    who = one.base(month)
    x = one.features(who, month)
    assert train(one, month).probability(x).tolist() == train(other, month).probability(x).tolist()


def test_who_has_been_away_longer_than_usual_is_more_likely_gone():
    people = health({k: SHOP[k] for k in ("orders", "events", "members")}, days=2).people
    assert spearmanr(people["probability"], people["days_since_last"]).statistic > 0.3
    assert people["probability"].between(0, 1).all()
    assert people["probability"].is_monotonic_decreasing


def test_too_little_history_gives_no_model():
    assert (
        models_of(past_of(shop(people=20, days=60)), np.array([number_of(LAST)]))[month_start(number_of(LAST))] is None
    )


def test_straightening_undoes_what_is_wrong_with_log_odds():
    rng = np.random.default_rng(0)
    true = rng.normal(-1, 1.5, 20_000)
    gone = rng.random(len(true)) < 1 / (1 + np.exp(-true))
    slope, shift = straighten((true - 0.7) / 0.5, gone)
    assert (slope, shift) == pytest.approx((0.5, 0.7), abs=0.06)


def test_the_auc_is_that_of_scikit_learn_ties_included():
    rng = np.random.default_rng(1)
    told, gone = rng.integers(0, 9, 500) / 9.0, rng.random(500) < 0.3
    assert auc(told, gone) == pytest.approx(roc_auc_score(gone, told))


def test_parts_of_the_reliability_are_of_equal_size():
    told = np.linspace(0, 1, 103)
    parts = reliability(told, told > 0.5)
    assert parts["people"].sum() == 103
    assert parts["people"].max() - parts["people"].min() <= 1


def test_of_many_people_a_part_is_scored_and_stands_for_all(monkeypatch):
    tables = {k: SHOP[k] for k in ("orders", "events", "members")}
    every = health(tables, days=2).of("churn_risk").iloc[-1]
    monkeypatch.setattr("ltv.health.measures.MOST_SCORED", 200)
    part = health(tables, days=2).of("churn_risk").iloc[-1]
    assert every["people"] > 400
    assert part["people"] == pytest.approx(every["people"], rel=0.2)
    assert part["value"] == pytest.approx(every["value"], abs=0.04)

"""Touches and conversions in one form: what counts, what counts once, what is refused."""

from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from support_attribution import AS_OF, TERMS, day, ground, orders, touches

from ltv.attribution.given import Ground
from ltv.attribution.terms import WEIGHTS
from ltv.errors import UsageError

EMPTY = ("",)


def _days(table: pd.DataFrame) -> list[float]:
    return sorted(((pd.to_datetime(table["us"], unit="us") - day(1)) / timedelta(days=1) + 1).tolist())


def test_touches_of_the_window_and_the_lookback_count() -> None:
    found = ground(["1 sms@-9.001 sms@-9 sms@1 sms@31.999 sms@32 $1@2"])
    assert _days(found.frame(found.touches)) == pytest.approx([-9, 1, 31.999])
    assert found.counts == {
        "read": 5, "without_person": 0, "too_early_or_late": 2, "ignored_kind": 0, "orders_without_person": 0, "repeated": 0,
    }  # fmt: skip


def test_the_window_is_made_of_days_of_the_zone() -> None:
    people = ["1 sms@2 $1@0.66 $2@0.67 $4@31.66 $8@31.67"]
    found = ground(people, timezone="Asia/Shanghai")
    assert found.frame(found.conversions)["value"].tolist() == [2, 4]
    assert found.frame(found.purchases)["value"].tolist() == [1, 2, 4]


def test_names_have_numbers_in_their_order() -> None:
    found = ground(["1 sms/b@1 ads@2 sms@3 sms/a@4 wechat@99 $1@5"])
    assert found.channels == ("ads", "sms")
    assert found.campaigns == (("ads", ""), ("sms", ""), ("sms", "a"), ("sms", "b"))
    rows = found.frame(found.touches).sort_values("us")
    assert rows["channel"].tolist() == [1, 0, 1, 1]
    assert rows["campaign"].tolist() == [3, 0, 1, 2]
    assert found.rows == (1, 1, 1, 1)


def test_what_money_was_spent_on_has_a_number_too() -> None:
    spend = pd.DataFrame({"date": [date(2026, 3, 2), date(2026, 4, 1)], "channel": ["tv", "radio"], "cost": 1.0})
    found = ground(["1 sms@1 $1@5"], spend=spend.assign(campaign=[None, "x"]))
    assert found.campaigns == (("sms", ""), ("tv", ""))


def test_touches_of_one_person_campaign_and_kind_soon_after_one_another_are_one() -> None:
    minute = 1 / 1440
    words = [f"sms@{2 + k * minute}" for k in (0, 30, 60, 91)]
    other = [f"sms:send@{2 + minute}", f"sms/a@{2 + minute}", f"ads@{2 + minute}"]
    found = ground([f"1 {' '.join(words + other)}", f"2 sms@{2 + minute} $1@3"])
    rows = found.frame(found.touches)
    assert len(rows) == 6
    assert found.counts["repeated"] == 2
    assert len(found.engine.frame(found.first_touches())) == 6


def test_a_touch_carries_the_costs_of_its_repeats_and_none_where_none_is_known() -> None:
    rows = touches("1 sms@2 sms@2.01 sms@3 ads@2").assign(cost=[0.1, 0.2, 5.0, np.nan])
    found = Ground.of(orders("1 $1@4"), rows, **TERMS)
    told = found.frame(found.touches).sort_values(["channel", "us"])
    assert told["cost"].iloc[1:].tolist() == pytest.approx([0.3, 5.0])
    assert told["cost"].isna().tolist() == [True, False, False]


def test_a_touch_that_is_told_twice_counts_once() -> None:
    rows = touches("1 sms@2 sms@3 sms@4", "2 sms@3").assign(touch_id=["a", "a", None, "b"], cost=1.0)
    found = Ground.of(orders("1 $1@4"), rows, **TERMS)
    told = found.frame(found.touches).sort_values(["user_id", "us"])
    assert _days(told) == [2, 3, 4]
    assert told["cost"].tolist() == [1, 1, 1]
    assert found.counts["repeated"] == 1


def test_rows_left_out_are_counted_once_each() -> None:
    rows = touches("1 sms@2 sms@99 sms:open@3 sms:open@88").astype({"user_id": "float64"})
    rows.loc[1, "user_id"] = np.nan
    found = Ground.of(orders("1 $1@4"), rows, weights={"click": 1.0, "open": 0.0}, **TERMS)
    assert {k: v for k, v in found.counts.items() if v} == {
        "read": 4,
        "without_person": 1,
        "too_early_or_late": 1,
        "ignored_kind": 1,
    }


def test_a_conversion_is_a_paid_order_worth_what_is_left_of_it() -> None:
    bought = orders("1 $30@2 $20@3 $10@4 $5@5", "2 $7@6").assign(refund=[4.0, 20.0, 0, 0, 0])
    bought["status"] = ["paid", "refunded", "failed", "paid", "paid"]
    bought["refunded_at"] = pd.to_datetime([day(40), day(9), None, None, None])
    bought = bought.astype({"user_id": "float64"})
    bought.loc[4, "user_id"] = np.nan
    found = Ground.of(bought, touches("1 sms@1"), **TERMS)
    rows = found.frame(found.conversions)
    assert rows["value"].tolist() == [30, 0, 5]
    assert rows["ltv"].tolist() == [0, 0, 0]
    assert found.told["orders_without_person"] == 1
    assert found.outcomes == ("conversions", "value")


def test_what_a_person_is_expected_to_bring_is_shared_by_the_conversions_of_the_window() -> None:
    scores = pd.DataFrame(
        {"user_id": [1, 1, 1, 2], "horizon_days": [365, 365, 30, 365], "expected": [90.0, 60.0, 5.0, 8.0]}
    ).assign(as_of=[date(2026, 4, 1), AS_OF, AS_OF, date(2026, 3, 1)])
    people = ["1 $1@2 $1@3 $1@-3", "2 $1@4", "3 $1@5"]
    found = ground(people, scores=scores)
    assert found.frame(found.conversions).sort_values("us")["ltv"].tolist() == [30, 30, 8, 0]
    assert found.outcomes == ("conversions", "value", "ltv")
    undated = ground(people, scores=scores.drop(columns="as_of").iloc[[1, 3]])
    assert undated.frame(undated.conversions).sort_values("us")["ltv"].tolist() == [30, 30, 8, 0]


def test_nothing_of_the_future_moves_anything() -> None:
    people = ["1 sms@2 $30@3", "2 ads@4 sms@5"]
    one = ground(people)
    other = ground([*people, "2 tv:billboard@32.1 $5@33", "1 sms@40"])
    assert (one.channels, one.campaigns) == (other.channels, other.campaigns)
    for name in ("touches", "conversions", "purchases"):
        tables = [g.frame(getattr(g, name)).sort_values("us", ignore_index=True) for g in (one, other)]
        pd.testing.assert_frame_equal(*tables)


def test_two_grounds_of_one_engine_stand_beside_one_another() -> None:
    one = ground(["1 sms@2 $30@3"])
    table = one.touches
    from ltv.warehouse.table import Table

    one.engine.register("bought", orders("1 $30@3"))
    other = Ground.of(Table(one.engine, "bought"), touches("1 ads@2 ads@3"), **TERMS)
    assert len(other.frame(other.touches)) == 2
    assert len(one.frame(table)) == 1
    other.drop()
    assert len(one.frame(table)) == 1


@pytest.mark.parametrize("people", [EMPTY, ("1 sms@2",), ("1 $3@2",)], ids=["nothing", "no orders", "no touches"])
def test_empty_tables_are_tables(people: tuple[str, ...]) -> None:
    found = ground(p for p in people if p)
    assert len(found.frame(found.touches)) == sum("sms" in p for p in people)
    assert len(found.frame(found.conversions)) == sum("$" in p for p in people)


@pytest.mark.parametrize(
    ("people", "options", "words"),
    [
        ("1 sms:fax@2 $1@3", {}, "touches.kind: found 'fax', allowed: kinds that have a weight: click"),
        ("1 organic@2 $1@3", {}, "touches.channel: found 'organic', allowed: any name but"),
        ("1 sms/all@2 $1@3", {}, "touches.campaign: found 'all'"),
        ("1 sms@2 $1@3", {"window_days": 0}, "window_days: found 0"),
        ("1 sms@2 $1@3", {"lookback_days": True}, "lookback_days: found True"),
        ("1 sms@2 $1@3", {"repeat_minutes": -1}, "repeat_minutes: found -1"),
        ("1 sms@2 $1@3", {"repeat_minutes": float("nan")}, "repeat_minutes: found nan"),
        ("1 sms@2 $1@3", {"weights": {"click": -1.0}}, "weights: found"),
        ("1 sms@2 $1@3", {"weights": {"click": 0.0}}, "weights: found"),
        ("1 sms@2 $1@3", {"as_of": date(1, 1, 5)}, "as_of: found '0001-01-05'"),
        (" ".join(["1", *(f"c{k}@2" for k in range(63))]), {}, "found '63 channels', allowed: at most 62"),
    ],
)
def test_what_cannot_be_used_is_refused_in_one_line(people: str, options: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError) as told:
        ground([people], **options)
    assert words in str(told.value)
    assert "\n" not in str(told.value)


def test_a_missing_column_and_a_missing_horizon_are_named() -> None:
    with pytest.raises(UsageError, match=r"touches columns: .* also kind"):
        Ground.of(orders("1 $1@2"), touches("1 sms@1").drop(columns="kind"), **TERMS)
    scores = pd.DataFrame({"user_id": [1], "horizon_days": [30], "expected": [1.0]})
    with pytest.raises(UsageError, match="score_horizon_days: found 365, allowed: horizons of scores: 30"):
        ground(["1 $1@2"], scores=scores)


def test_kinds_have_the_weights_that_are_told() -> None:
    found = ground(["1 sms:send@2 sms:open@3 sms:impression@4 sms@5"])
    assert dict(found.frame(found.touches)[["kind", "weight"]].to_numpy().tolist()) == dict(WEIGHTS)


def test_names_with_markup_or_formulas_are_names() -> None:
    found = ground(["1 =1+1@2 <b>@3 it's@4 $1@5"])
    assert found.channels == ("<b>", "=1+1", "it's")

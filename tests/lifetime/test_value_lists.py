"""Whom to act on: tiers, risks, new people of high potential."""

import numpy as np
import pandas as pd
import pytest

from ltv.lifetime.value_lists import golden48, risk_band, tiers, value_lists, write_list
from ltv.workspace.store import check_result


def scored(n=100, seed=0):
    draw = np.random.default_rng(seed)
    expected = draw.lognormal(0, 1, n)
    risk = np.where(draw.random(n) < 0.3, np.nan, draw.random(n))
    frame = pd.DataFrame({"user_id": np.arange(n), "as_of": pd.Timestamp("2026-07-01"), "expected": expected})
    more = {"p_purchase": draw.random(n), "tier": tiers(expected).to_numpy(), "churn_risk": risk}
    return frame.assign(**more, golden48_score=golden48(expected, draw.uniform(0, 60, n)))


def test_a_tier_is_a_share_of_people_and_equals_are_together():
    assert tiers(np.arange(100.0)).value_counts().to_dict() == {"low": 60, "middle": 30, "high": 10}
    assert set(tiers(np.zeros(50))) == {"low"} and not len(tiers(np.zeros(0)))
    same = tiers(np.array([1.0] * 50 + [2.0] * 50))
    assert same[:50].nunique() == same[50:].nunique() == 1


def test_risk_bands_by_hand():
    assert risk_band(np.array([0.7, 0.699, 0.4, 0.399, np.nan])).tolist() == ["high", "medium", "medium", "low", "none"]


def test_only_people_between_48_hours_and_30_days_have_a_golden_score():
    days = np.array([0.0, 1.99, 2.0, 15.0, 30.0, 30.01, np.nan])
    told = golden48(np.arange(7.0), days)
    assert np.isnan(told).tolist() == [True, True, False, False, False, True, True]
    assert told[2:5].tolist() == [0.0, 50.0, 100.0]
    assert golden48(np.ones(4), np.full(4, 9.0)).tolist() == [50.0] * 4
    assert np.isnan(golden48(np.ones(1), np.array([9.0]))).all()  # nobody to be ranked among


def test_lists_hold_whom_they_say_the_most_valuable_first():
    table = scored()
    rows = value_lists(table, [("age", "young", np.arange(50)), ("age", "ghosts", np.array([999]))])
    check_result("value_lists", rows)
    joined = rows.merge(table[["user_id", "tier", "golden48_score"]], on="user_id")
    by = dict(iter(joined.groupby("list")))
    assert (by["high_value_at_risk"]["churn_risk"] >= 0.4).all() and (by["high_value_at_risk"]["tier"] == "high").all()
    assert (by["high_value_loyal"]["churn_risk"] < 0.4).all() and (by["high_value_loyal"]["tier"] == "high").all()
    assert by["first_order_likely"]["churn_risk"].isna().all()
    assert (by["golden48_high_potential"]["golden48_score"] >= 80).all()
    assert len(by["high_potential young"]) == 10 and by["high_potential young"]["user_id"].max() < 50
    assert "high_potential ghosts" not in by
    for part in by.values():
        assert part["rank"].tolist() == list(range(1, len(part) + 1)) and part["expected"].is_monotonic_decreasing
    high = table[(table["tier"] == "high") & table["churn_risk"].notna()]
    assert set(high["user_id"]) == set(by["high_value_at_risk"]["user_id"]) | set(by["high_value_loyal"]["user_id"])


@pytest.mark.parametrize("rows", [0, 5])
def test_lists_of_nobody_are_a_table_all_the_same(rows):
    nobody = scored(rows).assign(expected=0.0, tier="low", churn_risk=0.5, golden48_score=np.nan)
    told = value_lists(nobody, [])
    assert not len(told)
    check_result("value_lists", told)


def test_names_go_to_other_systems_as_they_are(tmp_path):
    rows = value_lists(scored(), [("年龄", "学生", np.arange(50))])
    for name, read in (("a.csv", lambda p: pd.read_csv(p, encoding="utf-8-sig")), ("a.parquet", pd.read_parquet)):
        write_list(rows, tmp_path / name)
        back = read(tmp_path / name)
        assert back["user_id"].tolist() == rows["user_id"].tolist() and "high_potential 学生" in set(back["list"])
        assert back["expected"].to_numpy() == pytest.approx(rows["expected"].to_numpy())

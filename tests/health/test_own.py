"""Indicators of one's own: figures of result tables, by day and segment where the table has them."""

from datetime import date, timedelta

import pandas as pd
import pytest
from support_health import LAST, health, shop

from ltv.errors import UsageError
from ltv.health.own import evaluate
from ltv.settings import Indicator
from ltv.warehouse.duck import DuckEngine

SHOP = shop(people=60, days=120)


def own(table, value, *, where=None, threshold=1.0, side="below", name="mine"):
    words = {"reason_zh": "因", "reason_en": "because", "owner": "Li"}
    return Indicator(name, table=table, value=value, where=where, threshold=threshold, bad_side=side, **words)


def summary(days=10):
    dates = [LAST - timedelta(days=k) for k in range(days)][::-1]
    names = ("k_factor", "invitations_per_user", "cycle_time_days", "effective_per_user")
    return pd.DataFrame({"date": dates, **{n: [float(k) for k in range(days)] for n in names}})


def totals():
    rows = [
        ("all", "all", 30, 100.0),
        ("all", "all", 90, 250.0),
        ("city", "上海", 30, 60.0),
        ("city", "北京", 30, 40.0),
    ]
    table = pd.DataFrame(rows, columns=["segment_kind", "segment", "horizon_days", "expected"])
    return table.assign(as_of=pd.Timestamp("2026-07-01"), low=0.0, high=1.0)


@pytest.fixture
def engine():
    made = DuckEngine()
    made.lock()
    yield made
    made.close()


def test_a_table_with_days_gives_a_figure_a_day(engine):
    found = evaluate(engine, own("referral_summary", "avg(k_factor)"), {"referral_summary": summary()})
    assert found["date"].tolist() == summary()["date"].tolist()
    assert found["value"].tolist() == summary()["k_factor"].tolist()


def test_a_table_with_segments_gives_a_figure_a_segment(engine):
    found = evaluate(engine, own("ltv_totals", "sum(expected)", where="horizon_days = 30"), {"ltv_totals": totals()})
    assert found.set_index("segment")["value"].to_dict() == {"all": 100.0, "上海": 60.0, "北京": 40.0}


def test_without_the_table_there_is_none(engine):
    assert evaluate(engine, own("ltv_totals", "sum(expected)"), {}) is None


def test_what_cannot_be_compared_is_told_in_one_line(engine):
    wrong = own("ltv_totals", "sum(expected)", where="as_of > 'yesterday'")
    with pytest.raises(
        UsageError, match=r"ltv\.toml \[\[indicators\]\] mine value: found 'sum\(expected\)'"
    ) as refused:
        evaluate(engine, wrong, {"ltv_totals": totals()})
    assert len(str(refused.value).splitlines()) == 1


def test_days_trigger_by_the_same_rule():
    asked = own("referral_summary", "avg(k_factor)", threshold=7.5, side="above")
    rows = health(SHOP, days=10, indicators=[asked], results={"referral_summary": summary()}).of("mine")
    assert rows["triggered"].tolist() == [False] * 9 + [True]
    assert rows["days_breached"].tolist()[-2:] == [1, 2]


def test_a_table_without_days_tells_its_own_day_and_what_was_published_before():
    asked = own("ltv_totals", "sum(expected)", where="horizon_days = 30", threshold=200.0)
    yesterday = LAST - timedelta(days=1)
    terms = {"days": 3, "indicators": [asked], "results": {"ltv_totals": totals()}}
    first = health(SHOP, as_of=yesterday, **terms)
    assert first.of("mine")["known"].tolist() == [False, False, True]
    second = health(SHOP, published=first.table, **terms).of("mine")
    assert second["known"].tolist() == [False, True, True]
    assert second["triggered"].tolist() == [False, False, True]
    assert second["episode_start"].tolist()[-1] == pd.Timestamp(yesterday)
    assert set(first.table.loc[first.table["indicator"] == "mine", "segment_kind"]) == {"all", "city"}


def test_a_missing_table_is_said():
    rows = health(SHOP, days=2, indicators=[own("ltv_totals", "sum(expected)")]).of("mine")
    assert rows["why_unknown"].tolist() == ["no_table"] * 2


def test_it_stands_on_the_page_with_its_definition_reason_and_owner():
    asked = own("ltv_totals", "sum(expected)", where="horizon_days = 30")
    found = health(SHOP, days=2, indicators=[asked], results={"ltv_totals": totals()})
    row = found.views["definitions"].data.set_index("indicator").loc["mine"]
    assert (row["reason"], row["owner"]) == ("because", "Li")
    assert row["definition"] == "sum(expected) of ltv_totals where horizon_days = 30"
    assert date.fromisoformat(str(found.of("mine")["date"].iloc[-1])) == LAST

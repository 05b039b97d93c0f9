"""The page of people: growth, trust by system, sizes, and what the usual accuracy is worth."""

import math

import pandas as pd
import pytest
from support_people import EVERY_END, TIGHT, bond, event, shop
from support_workspace import at, csv, orders, put, workspace

from ltv.report.blocks import show
from ltv.text import LANGS
from ltv.workspace.growth import COUNTED, growth
from ltv.workspace.trust import STORY
from ltv.workspace.unified import unified_ids

DAY = "2026-06-30"


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    events = [event(n, f"2026-06-{n:02d} 10:00:00", "device", "own" if n % 3 else "0000") for n in range(1, 20)]
    return unified_ids(at(shop(tmp_path_factory.mktemp("shop"), links=EVERY_END, events=events, toml=TIGHT), DAY))


def test_every_block_has_its_columns_and_its_words_in_both_languages(page):
    blocks = show(page).blocks
    assert [b.get("view") for b in blocks[2:]] == list(page.views)
    for lang in LANGS:
        assert all(sentence and "{" not in sentence for sentence in page.takeaways(lang))
    assert all("{" not in view.title.to(lang) + view.note.to(lang) for view in page.views.values() for lang in LANGS)


def test_growth_adds_up_to_all_that_are_known_and_misses_no_day(page):
    rows = page.growth
    assert rows["days"].sum() == len(rows) == 30
    for name in COUNTED:
        assert rows[f"new_{name}"].cumsum().tolist() == rows[name].tolist()
    last = rows.iloc[-1]
    assert last["people"] == page.people
    assert last["identifiers"] == len(page.table.drop_duplicates(["id_type", "id_value"]))
    assert last["accounts"] == 2
    assert rows["new_accounts"].tolist()[:2] == [2, 0]


@pytest.mark.parametrize(("start", "first"), [("monday", "2026-02-23"), ("sunday", "2026-03-01")])
def test_many_days_are_counted_by_week_as_the_calendar_of_the_shop_begins_them(tmp_path, start, first):
    events = [event(1, "2026-02-28T23:30:00Z", "device", "d")]  # the first of March, a Sunday, in Shanghai
    toml = f'timezone = "Asia/Shanghai"\nweek_start = "{start}"'
    rows = growth(at(shop(tmp_path, events=events, toml=toml), DAY))
    assert str(rows["start"].iloc[0]) == first
    assert rows["new_identifiers"].tolist()[0] == 1
    assert rows["days"].sum() == (pd.Timestamp(DAY) - pd.Timestamp("2026-03-01")).days + 1
    assert rows["identifiers"].iloc[-1] == 3


def test_an_earlier_day_knows_nobody_of_the_future(tmp_path):
    root = shop(tmp_path, events=[event(1, "2026-06-20 10:00:00", "device", "d")])
    early, late = growth(at(root, "2026-06-10")), growth(at(root, DAY))
    assert late[: len(early)].equals(early)
    assert late["people"].iloc[-1] == early["people"].iloc[-1] + 1


def test_each_system_has_one_row_with_its_rows_and_its_hidden_logins(tmp_path):
    links = [bond(f"{d:02d}", f"device:{p}", f"member:M{p}", "app") for d in range(1, 29) for p in range(1, 21)]
    links += [bond("02", f"phone_hmac:{p}", f"member:M{p}", "crm") for p in range(1, 21)]
    ws = at(shop(tmp_path, links=links, members=[f"M{p}" for p in range(1, 21)]), DAY)
    page = unified_ids(ws)
    rows = page.sources.set_index("source")
    assert rows.index.tolist() == ["all", "app", "crm", "shop"]
    assert rows["links"].tolist()[:3] == [580, 560, 20]
    for column in ("pairs", "hidden", "given", "right"):
        assert rows.loc["all", column] == rows.loc[["app", "crm"], column].sum() == page.quality[column].iloc[0]
    assert rows.loc["app", ["precision", "recall"]].tolist() == [1, 1]
    assert rows.loc["app", "precision_low"] < 1
    assert rows.loc["crm", "recall"] == 0  # given once only
    assert rows.loc["shop", ["n", "people_rate", "account_rate"]].tolist() == [20, 1, 1]
    assert math.isnan(rows.loc["shop", "precision"])
    shown = page.views["sources"].data.set_index("source")
    assert shown.loc["app", "precision_interval"].endswith("–100.0%")
    assert math.isnan(shown.loc["crm", "precision"])  # of no answers nobody knows


def test_sizes_end_with_the_largest_person(page):
    sizes = page.sizes.set_index("size")
    assert sizes.index.tolist() == ["0.5", "0.9", "0.99", "0.999", "largest"]
    most = page.table.drop_duplicates(["user_id", "id_type", "id_value"]).groupby("user_id").size().max()
    assert sizes.loc["largest", "identifiers"] == most
    assert sizes.loc["largest", "rows"] == 13
    assert page.largest_share == 13 / 19


def test_accuracy_praises_joining_nobody_and_joining_whoever_met(page):
    ways = page.accuracies.set_index("way")
    assert ways.loc["story", "accuracy"] == STORY
    assert ways.loc["nobody", "recall"] == 0
    assert ways.loc["whoever_met", "recall"] == 1
    assert ways.loc["whoever_met", "precision"] < 0.5 < ways.loc["nobody", "accuracy"]
    assert math.isnan(ways.loc["ours", "accuracy"])  # it would be compared with itself
    total = page.quality.iloc[0]
    assert ways.loc["ours", "recall"] == total["recall"] or math.isnan(total["recall"])


def test_the_refused_are_named_by_reason_the_most_frequent_first(page):
    (said,) = [sentence for sentence in page.takeaways("en") if "refused" in sentence]
    assert said == (
        "9 links were refused (50.0% of all): 4 too many neighbours; 2 a junk value such as 0000; 1 with itself; "
        "1 shared, and seen without an account; 1 a person would have too many accounts."
    )


def test_a_shop_of_anonymous_orders_has_a_page_too(tmp_path):
    root = workspace(tmp_path, 'timezone = "UTC"')
    put(root, "orders/a.csv", csv(orders({"id_type": "", "id_value": ""})))
    page = unified_ids(at(root, DAY))
    assert page.people == 0
    assert page.growth.empty
    assert show(page).blocks
    assert page.takeaways("en")

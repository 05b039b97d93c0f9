"""The shipped notebooks through the real runner on the simulated mall: their pages in a real browser, their figures against the truth."""

import datetime as dt
import re

import pandas as pd
import pytest
from support_browser import SCREENS, faults

from ltv.runs.plan import notebooks_folder
from ltv.runs.runner import Request, run
from ltv.sources.mall import simulate

DAY = dt.date(2026, 6, 30)
SETTINGS = """
timezone = "Asia/Shanghai"
[[segments]]
kind = "age_group"
name = "students"
where = "age between 18 and 24"
[[segments]]
kind = "age_group"
name = "others"
where = "age is not null"
"""
NAMES = sorted(p.stem for p in notebooks_folder(__import__("pathlib").Path("nowhere")).glob("*.ipynb"))


@pytest.fixture(scope="module")
def mall(tmp_path_factory):
    """A small mall whose last day was run."""
    root = tmp_path_factory.mktemp("mall")
    (root / "ltv.toml").write_text(SETTINGS, encoding="utf-8")
    simulate(root, users=600, days=300, end=DAY, seed=11)
    done = run(Request(root, DAY))
    assert (done.exit_code, done.why) == (0, "")
    return root


@pytest.fixture(scope="module")
def results(mall):
    return lambda name: pd.read_parquet(mall / "data" / "results" / str(DAY) / f"{name}.parquet")


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", [*NAMES, "index"])
def test_a_page_asks_for_nothing_complains_of_nothing_and_is_accessible(mall, visit, name, lang, screen):
    opened = visit((mall / "reports" / "latest" / f"{name}.html").resolve(), screen=screen, lang=lang)
    assert faults(opened) == []
    assert opened.page.evaluate("document.documentElement.lang").startswith(lang)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_list_of_dates_is_accessible_too(mall, visit, lang):
    assert faults(visit(mall / "reports" / "index.html", lang=lang, screen="phone")) == []


def test_every_page_weighs_less_than_1_7_mb(mall):
    sizes = {p.name: p.stat().st_size for p in (mall / "reports" / "latest").resolve().glob("*.html")}
    assert max(sizes.values()) <= 1_700_000, sizes


def test_the_other_parameters_give_other_pages_and_publish_nothing(mall):
    done = run(Request(mall, DAY, parameters={"grain": "week", "periods": "8"}))
    assert (done.exit_code, done.published) == (0, False)
    table = pd.read_parquet(mall / "data" / "runs" / done.run_id / "results" / "retention.parquet")
    assert set(table["grain"]) == {"week"}
    assert table["period"].max() == 8


def test_the_mall_is_read_whole(mall, results):
    assets = results("data_assets")
    orders = assets[assets["table"] == "orders"]
    people = pd.read_parquet(mall / "truth" / "people.parquet")
    assert assets["quarantined"].sum() == 0
    assert (orders["id_coverage"] == 1).all()
    members = assets[assets["table"] == "members"].iloc[0]
    assert members["users"] <= len(people)
    assert set(assets["used_for"].str.split(", ").explode()) >= {"02_retention"}


def test_retention_counts_the_orders_of_the_mall(mall, results):
    orders = pd.read_parquet(mall / "data" / "orders").sort_values("updated_at", na_position="first")
    known = orders.drop_duplicates("order_id", keep="last")
    paid = known[known["status"].isin(["paid", "refunded"])]
    buyers = paid.groupby("id_value")["ts"].min().dt.tz_convert("Asia/Shanghai").dt.strftime("%Y-%m")
    table = results("retention")
    first = table[(table["cohort_kind"] == "first_order") & (table["segment_kind"] == "all") & (table["period"] == 0)]
    sizes = {str(r.cohort)[:7]: r.cohort_size for r in first.itertuples()}
    assert sizes == buyers.value_counts().to_dict()


def test_no_identifier_of_a_person_stands_on_a_page(mall):
    members = pd.read_parquet(mall / "data" / "members")["id_value"].drop_duplicates()
    text = "".join(p.read_text(encoding="utf-8") for p in (mall / "reports" / "latest").resolve().glob("*.html"))
    assert not [m for m in members.head(50) if re.search(rf"\b{re.escape(m)}\b", text)]

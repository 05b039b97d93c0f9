"""Ways between published dates: what a sealed page knows of others, and what later ones add beside it."""

import datetime as dt
import os
import re
from pathlib import Path

import pytest
from support_runs import two_notebooks

from ltv.runs.publish import other_dates
from ltv.runs.record import read_nav, write_nav
from ltv.runs.runner import Request, run

DAYS = ("2026-06-28", "2026-06-29", "2026-06-30")


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """Three dates, the middle one published last, as a backfill would."""
    root = two_notebooks(tmp_path_factory.mktemp("dates") / "shop")
    for day in (DAYS[0], DAYS[2], DAYS[1]):
        assert run(Request(root, dt.date.fromisoformat(day))).exit_code == 0
    return root


def links(root, day, name="01_assets"):
    html = (root / "reports" / day / f"{name}.html").read_text(encoding="utf-8")
    menu = re.search(r'<details class="days">.*?</details>', html, re.DOTALL)
    return re.findall(r'href="([^"]+)"', menu[0]) if menu else None


def test_a_page_lists_the_dates_that_were_there_when_it_was_made(shop):
    everywhere = "../index.html#page=01_assets"
    assert links(shop, DAYS[0]) is None  # the first of all
    assert links(shop, DAYS[2]) == ["../latest/01_assets.html", "#main", "../2026-06-28/01_assets.html", everywhere]
    assert links(shop, DAYS[1]) == [
        "../latest/01_assets.html",
        "../2026-06-30/01_assets.html",
        "#main",
        "../2026-06-28/01_assets.html",
        everywhere,
    ]


def test_every_link_of_the_menu_leads_to_a_file(shop):
    for day in DAYS[1:]:
        for name in ("01_assets", "02_kept", "index"):
            folder = shop / "reports" / day
            hrefs = [href.split("#")[0] for href in links(shop, day, name) if href != "#main"]
            paths = [Path(os.path.normpath(folder / href)) for href in hrefs]  # as a browser does, not along the link
            assert [path for path in paths if not path.is_file()] == []


def test_the_list_of_all_dates_leads_to_one_page_of_each_also_of_later_ones(shop):
    html = (shop / "reports" / "index.html").read_text(encoding="utf-8")
    found = re.findall(r'data-page="02_kept" href="([^"]+)"', html)
    assert sorted(found) == [f"{day}/02_kept.html" for day in DAYS]


def test_a_date_without_the_page_leads_to_its_contents(shop, tmp_path):
    root = two_notebooks(tmp_path / "shop")
    (root / "notebooks" / "02_kept.ipynb").rename(tmp_path / "02_kept.ipynb")
    run(Request(root, dt.date.fromisoformat(DAYS[0])))
    (tmp_path / "02_kept.ipynb").rename(root / "notebooks" / "02_kept.ipynb")
    run(Request(root, dt.date.fromisoformat(DAYS[1])))
    assert "../2026-06-28/index.html" in links(root, DAYS[1], "02_kept")
    assert "../2026-06-28/01_assets.html" in links(root, DAYS[1])


def test_a_run_that_is_not_published_stands_beside_no_date(shop):
    done = run(Request(shop, dt.date.fromisoformat(DAYS[2]), only=("02_kept",), parameters={"grain": "week"}))
    page = shop / "data" / "runs" / done.run_id / "pages" / "02_kept.html"
    assert not done.published
    assert '<details class="days">' not in page.read_text(encoding="utf-8")


def test_a_page_that_was_kept_is_found_by_the_search_of_the_new_ones(shop):
    assert run(Request(shop, dt.date.fromisoformat(DAYS[2]), only=("02_kept",), force=True)).exit_code == 0
    found = {item.name: [b.title.zh for b in item.blocks] for item in read_nav(shop / "data" / "published" / DAYS[2])}
    assert found["01_assets"]
    html = (shop / "reports" / DAYS[2] / "02_kept.html").read_text(encoding="utf-8")
    index = re.search(r'id="index">(.*?)</script>', html)[1]
    assert [words for words in found["01_assets"] if words not in index] == []


def test_the_nearest_dates_are_listed_later_ones_too(tmp_path):
    for n in range(1, 29):
        run_folder = tmp_path / "data" / "published" / f"2026-06-{n:02d}"
        run_folder.mkdir(parents=True)
        write_nav(run_folder, [])
    near = list(other_dates(tmp_path, "2026-06-20", most=6))
    assert near == ["2026-06-23", "2026-06-22", "2026-06-21", "2026-06-19", "2026-06-18", "2026-06-17"]
    assert list(other_dates(tmp_path, "2026-06-28", most=2)) == ["2026-06-27", "2026-06-26"]
    assert other_dates(tmp_path, "2026-06-28", most=2)["2026-06-27"] == frozenset()

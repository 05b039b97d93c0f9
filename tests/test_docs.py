"""The docs site: it builds without a warning, has a page for every module, and asks nobody for anything."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[1]
SOURCE = re.compile(
    r"<(?:script|link|img|iframe|source|video|audio|object|embed)\b[^>]*?\s(?:src|href|data)=\"?([^\"\s>]+)"
)
IN_STYLE = re.compile(r"url\(([^)]*)\)|@import\s+([^;]+)")


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The site, built as `make docs` builds it; a warning ends the build."""
    out = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--strict", "--site-dir", str(out)]
    done = subprocess.run(
        command, cwd=PROJECT, env=os.environ | {"NO_MKDOCS_2_WARNING": "1"}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return out


def modules():
    names = (p.relative_to(PROJECT).with_suffix("").parts for p in (PROJECT / "ltv").rglob("*.py"))
    return {".".join(n[:-1] if n[-1] == "__init__" else n) for n in names if not any(x.startswith("_") for x in n[:-1])}


def test_every_public_module_has_a_page(site):
    wanted = {m for m in modules() if not m.rpartition(".")[2].startswith("_")}
    assert wanted - {p.stem for p in (site / "reference").glob("*.html")} == set()


def test_a_page_says_what_docstrings_say_with_examples_as_code(site):
    page = (site / "reference" / "ltv.runs.daily.html").read_text()
    assert "every date that is over and not yet published" in page
    assert "The worst exit code of the dates" in page
    example = (site / "reference" / "ltv.errors.html").read_text()
    assert "<blockquote>" not in example
    assert '<span class="gp">&gt;&gt;&gt; </span>' in example


def test_every_guide_can_be_reached_from_the_navigation(site):
    page = (site / "index.html").read_text()
    missing = [p.name for p in sorted((PROJECT / "docs").glob("*.md")) if f'href="{p.stem}.html"' not in page]
    assert missing == []


def test_nothing_is_fetched_from_elsewhere(site):
    foreign = []
    for path in site.rglob("*.html"):
        foreign += [f"{path.name}: {x}" for x in SOURCE.findall(path.read_text()) if re.match(r"(https?:)?//", x)]
    for path in site.rglob("*.css"):
        urls = [a or b for a, b in IN_STYLE.findall(path.read_text())]
        foreign += [f"{path.name}: {x[:80]}" for x in urls if re.match(r"[\"']?(https?:)?//", x)]
    assert foreign == []


def test_links_between_files_of_the_repository_lead_to_pages(site):
    """A link that leads nowhere ends the build; one to a file without a page has become words."""
    page = (site / "index.html").read_text()
    assert 'href="schedule.html"' in page
    assert 'href="zh.html"' in page
    assert 'href="mall.html"' in page
    assert not re.search(r"href=\"[^\"#]*\.(md|py|toml)[\"#]", page)


def test_it_opens_from_a_folder_and_its_search_answers_without_a_request(site, browser):
    asked, wrong = [], []
    page = browser.new_page()
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    page.goto((site / "index.html").as_uri())
    page.keyboard.press("f")
    page.keyboard.type("quarantine")
    page.wait_for_selector(".md-search-result__item", state="attached", timeout=120_000)
    page.close()
    assert [url for url in asked if not url.startswith(("file:", "data:", "about:", "blob:"))] == []
    assert wrong == []

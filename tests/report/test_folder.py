"""Pages as a folder: small, sharing what they share, and working from a disk as the single file does."""

import csv
import io
import json
import re

import nbformat
import pytest
from support_browser import faults
from support_frame import frame_cells, frame_info
from support_report import SampleRetention, full_page_cells, notebook_with, retention_table

from ltv.errors import LtvError
from ltv.report import assets
from ltv.report.export import export_folder
from ltv.report.folder import GOAL_BYTES, taken_apart
from ltv.report.other_pages import render_date_index
from ltv.report.render import render_notebook
from ltv.text import Text


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Two pages and the contents of a date, each a file that carries everything; the second one is far too large for a folder."""
    root = tmp_path_factory.mktemp("whole")
    cells = {"02_retention": frame_cells(), "12_health": full_page_cells(SampleRetention(retention_table())) * 4}
    for name, shown in cells.items():
        nbformat.write(notebook_with(shown), root / f"{name}.ipynb")
        info = frame_info(name=name, title=Text("群组留存", "Cohort retention"))
        (root / f"{name}.html").write_text(render_notebook(root / f"{name}.ipynb", info), encoding="utf-8")
    info = frame_info(name="index")
    (root / "index.html").write_text(render_date_index(info, info.nav, {}), encoding="utf-8")
    return root


@pytest.fixture(scope="module")
def folder(whole, tmp_path_factory):
    out, said = tmp_path_factory.mktemp("folder") / "new" / "pages", []
    export_folder(sorted(whole.glob("*.html")), out, said.append)
    assert said[-1].startswith("3 pages, the largest ")
    return out


def test_every_page_is_small_and_what_it_names_is_there(folder):
    for page in folder.glob("*.html"):
        html = page.read_text(encoding="utf-8")
        assert page.stat().st_size <= GOAL_BYTES, page.name
        named = re.findall(r'(?:src|href)="((?:assets|data)/[^"]+)"', html)
        assert len(named) >= 5
        assert [name for name in named if not (folder / name).is_file()] == []
        assert [n for n in re.findall(r'data-file="([^"]+)"', html) if not (folder / f"{n}.zh.csv").is_file()] == []


def test_nothing_runs_from_within_a_page_and_no_page_leaves_the_folder(folder):
    for page in folder.glob("*.html"):
        html = page.read_text(encoding="utf-8")
        assert "<script>" not in html
        assert "<style" not in html
        policy = re.search(r'Security-Policy" content="([^"]*)"', html)[1].replace("&#39;", "'")
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-hashes' 'sha256-")
        assert 'href="../' not in html


def test_style_and_chart_library_are_there_once(folder):
    made = [path.read_text(encoding="utf-8") for path in (folder / "assets").iterdir()]
    assert made.count(str(assets.style())) == 1
    assert made.count(str(assets.plotly())) == 1
    assert len(made) == 7  # first, own, library, folder, style, index, and what the large page moved out


def test_the_same_pages_give_the_same_bytes(whole):
    page = (whole / "12_health.html").read_text(encoding="utf-8")
    one, other = taken_apart(page, "12_health"), taken_apart(page, "12_health")
    assert (one.html, one.files) == (other.html, other.files)


@pytest.mark.parametrize(("screen", "lang"), [("desktop", "zh"), ("phone", "en")])
@pytest.mark.parametrize("name", ["02_retention", "12_health", "index"])
def test_a_page_of_the_folder_is_as_good_as_the_whole_one(visit, folder, name, screen, lang):
    made = visit(folder / f"{name}.html", screen=screen, lang=lang)
    assert all(url.startswith((folder / "assets").as_uri()) for url in made.requests[1:])
    made.requests[1:] = []
    # the large page is one page four times over: its tables have the names of one another
    assert [fault for fault in faults(made) if not fault.startswith("landmark-unique")] == []


def test_charts_and_rows_that_were_moved_out_are_back(visit, folder, whole):
    counts = """() => [document.querySelectorAll('.chart .main-svg').length, document.querySelectorAll('tbody tr').length,
        document.querySelector('th button') !== null]"""
    told = [visit(root / "12_health.html").page.evaluate(counts) for root in (whole, folder)]
    assert told[0] == told[1]
    assert min(told[0]) > 0
    assert "data-rows" in (folder / "12_health.html").read_text(encoding="utf-8")


def test_the_search_goes_from_page_to_page_of_the_folder(visit, folder):
    page = visit(folder / "02_retention.html").page
    page.keyboard.press("/")
    page.keyboard.type("全部指标")
    page.keyboard.press("Enter")
    page.wait_for_url("**/12_health.html#board")
    assert page.locator(".where").inner_text().split() == ["用户价值日报", "2025-12-31"]


@pytest.mark.parametrize(("lang", "head"), [("zh", "渠道"), ("en", "Channel")])
def test_rows_lie_beside_the_page_in_both_languages(folder, whole, lang, head):
    (path,) = (folder / "data").glob(f"02_retention_channels*.{lang}.csv")
    rows = list(csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))
    assert rows[0][0] == head
    html = (whole / "02_retention.html").read_text(encoding="utf-8")
    stored = json.loads(re.search(r'id="csv-\d+">(.*?)</script>', html)[1])
    assert [",".join(row) for row in rows[1:]] == stored["lines"]
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")


def test_the_button_of_a_block_gives_the_file_in_the_language_of_the_page(visit, folder):
    page = visit(folder / "02_retention.html", lang="en").page
    with page.expect_download() as download:
        page.locator("[data-csv]").first.click()
    assert download.value.suggested_filename.startswith("02_retention_channels")
    assert download.value.suggested_filename.endswith(".en.csv")


def test_a_file_that_is_no_page_of_ours_is_refused_in_one_line():
    with pytest.raises(
        LtvError, match="page 02_x: found 'no page of this version', allowed: one that `ltv run` has made"
    ):
        taken_apart("<html><body>hello</body></html>", "02_x")


def test_a_hostile_name_of_a_view_makes_no_path():
    stored = json.dumps({"head": {"zh": "a", "en": "a"}, "lines": ["1"]})
    button = '<button data-csv="csv-1" data-name="../../etc/x&quot;_2025.csv">'
    island = f'<script type="application/json" id="csv-1">{stored}</script>'
    page = '<meta http-equiv="Content-Security-Policy" content="default-src"><script>1</script>' + button + island
    made = taken_apart(page + "<script>2</script>", "a")
    assert [p for p in made.files if p.startswith("data/")] == ["data/etc-x-_2025.zh.csv", "data/etc-x-_2025.en.csv"]

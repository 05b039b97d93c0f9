"""The picture: a PNG of the top of a page, small enough, and a line where there is none."""

import struct
import zlib

import pytest
from support import need
from support_runs import ASSETS, notebook, shop

from ltv.digest import picture
from ltv.digest.picture import PNG, NoPictureError, head_of, top_of
from ltv.report import browser
from ltv.runs.runner import Request, run

DAY = "2026-06-30"


@pytest.fixture(scope="module")
def published_page(tmp_path_factory):
    """A page with tiles and a table, as a run publishes it."""
    import datetime as dt

    root = shop(tmp_path_factory.mktemp("page"))
    notebook(
        root,
        "12_health",
        [ASSETS[0], "ltv.show(assets, 'key_figures', 'sources')"],
        about=("每天先看", "Look first"),
    )
    assert run(Request(root, dt.date.fromisoformat(DAY))).exit_code == 0
    return root / "reports" / DAY / "12_health.html"


def size_of(png):
    assert png.startswith(PNG)
    return struct.unpack(">II", png[16:24])


def colours(png):
    """How many different bytes the picture has; a blank one has hardly any."""
    data, at = b"", 8
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        if png[at + 4 : at + 8] == b"IDAT":
            data += png[at + 8 : at + 8 + length]
        at += 12 + length
    return len(set(zlib.decompress(data)))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_browser_draws_the_top_of_the_page_as_high_as_it_is(published_page, lang):
    need("chromium", "chromium")
    drawn = top_of(published_page, lang)
    width, height = size_of(drawn)
    assert width == 1080
    assert 450 < height < 3900
    assert colours(drawn) > 100
    assert len(drawn) <= 2 * 1024 * 1024


def test_a_picture_that_is_too_large_is_drawn_smaller(published_page):
    need("chromium", "chromium")
    whole = top_of(published_page, "zh")
    small = top_of(published_page, "zh", most=len(whole) - 1)
    assert size_of(small)[0] == 720
    with pytest.raises(NoPictureError, match="bytes at the smallest, at most 100"):
        top_of(published_page, "zh", most=100)


def test_the_copy_has_the_top_of_the_page_alone_and_one_script(published_page):
    html = published_page.read_text()
    cut = head_of(html, "en")
    assert 'class="tiles"' in cut
    assert '<html lang="en"' in cut
    assert '<section class="card"' in html
    for gone in ('<section class="card"', "<footer", '<header class="top"', "Plotly"):
        assert gone not in cut
    assert cut.count("<script") == 1
    assert "script-src 'sha256-" in cut
    assert len(cut) < 100_000


def program(folder, words):
    path = folder / "browser"
    path.write_text(f"#!/bin/sh\n{words}\n")
    path.chmod(0o755)
    return str(path)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("exit 1", "does not tell how high the page is"),
        ("echo '<title>800</title>'", "browser has drawn nothing"),
        ("exec sleep 60", "browser took more than 0.2 s"),
    ],
)
def test_a_browser_that_fails_or_hangs_is_one_line(tmp_path, monkeypatch, words, why):
    page = tmp_path / "page.html"
    page.write_text("<html lang='zh'><title>a</title></html>")
    monkeypatch.setattr(picture, "required", lambda: program(tmp_path, words))
    monkeypatch.setattr(picture, "_SECONDS", 0.2 if "sleep" in words else 60)
    with pytest.raises(NoPictureError, match=why):
        top_of(page, "zh")


def test_without_a_browser_there_is_no_picture(tmp_path, monkeypatch):
    monkeypatch.setattr(browser, "BROWSERS", ("no-such-browser",))
    with pytest.raises(NoPictureError, match="none of no-such-browser is installed"):
        top_of(tmp_path / "page.html", "zh")

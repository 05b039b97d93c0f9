"""Pages for elsewhere: from a published date, replaced only by what is whole, told in one line where it cannot be."""

import datetime as dt
import unicodedata

import pytest
from support import need
from support_pdf import Pdf
from support_runs import ASSETS, notebook, shop

from ltv.cli import main
from ltv.errors import LtvError
from ltv.report import browser
from ltv.report.export import export_folder, print_page
from ltv.runs.runner import Request, run

DAY = "2026-06-30"


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """A workspace with one published date of one page."""
    made = shop(tmp_path_factory.mktemp("shop"))
    notebook(made, "01_assets", ASSETS)
    assert run(Request(made, dt.date.fromisoformat(DAY))).exit_code == 0
    return made


def exported(root, out, *more):
    return main(["export", "pages", "--workspace", str(root), "--out", str(out), *more])


def test_a_published_date_becomes_a_folder(root, tmp_path, capsys):
    assert exported(root, tmp_path / "pages", "--form", "folder") == 0
    assert capsys.readouterr().out.splitlines()[-1] == str(tmp_path / "pages" / "index.html")
    assert {path.name for path in (tmp_path / "pages").glob("*.html")} == {"index.html", "01_assets.html"}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--form", "folder", "--date", "2026-06-29"], f"--date: found '2026-06-29', allowed: {DAY}"),
        (["--form", "pdf", "--page", "12_health"], "--page: found '12_health', allowed: 01_assets, index"),
        (["--form", "docx"], "--form: invalid choice: 'docx'"),
        (["--form", "pdf", "--lang", "fr"], "--lang: invalid choice: 'fr'"),
        (["--form", "folder", "--page", "01_assets"], "--page: found '01_assets', allowed: with --form pdf"),
        (["--form", "folder", "--lang", "en"], "--lang: found 'en', allowed: with --form pdf"),
        ([], "--form"),
    ],
)
def test_bad_usage_is_one_line_and_writes_nothing(root, tmp_path, capsys, arguments, words):
    assert exported(root, tmp_path / "out", *arguments) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert words in line
    assert not (tmp_path / "out").exists()


def test_a_workspace_without_a_published_date_says_so(tmp_path, capsys):
    assert exported(shop(tmp_path / "empty"), tmp_path / "out", "--form", "folder") == 2
    assert "--date: found 'no published date', allowed: none yet: ltv run" in capsys.readouterr().err


def test_a_page_that_was_changed_since_its_run_is_not_passed_on(root, tmp_path, capsys):
    page = root / "reports" / DAY / "01_assets.html"
    before = page.read_bytes()
    page.write_bytes(before.replace(b"<h1>", b"<h1>!", 1))
    try:
        assert exported(root, tmp_path / "out", "--form", "folder") == 1
    finally:
        page.write_bytes(before)
    assert "01_assets.html" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_what_lies_there_stays_when_a_page_cannot_be_made(tmp_path, full_page):
    out = tmp_path / "out"
    out.mkdir()
    (out / full_page.name).write_text("before")
    broken = tmp_path / "99_broken.html"
    broken.write_text("<html></html>")
    with pytest.raises(LtvError):
        export_folder([full_page, broken], out, print)
    assert [path.name for path in out.iterdir()] == [full_page.name]
    assert (out / full_page.name).read_text() == "before"


@pytest.fixture(scope="module")
def printed(full_page, tmp_path_factory):
    folder = tmp_path_factory.mktemp("print")
    told = {}
    for lang in ("zh", "en"):
        path = folder / f"{lang}.pdf"
        path.write_bytes(print_page(need("chromium", "chromium"), full_page, lang, folder))
        told[lang] = Pdf(path)
    return told


def told_by(pdf):
    return "".join(unicodedata.normalize("NFKC", pdf.words()).split())


def test_a_page_is_printed_on_a4_with_its_own_glyphs(printed):
    for pdf in printed.values():
        assert len(pdf.pages()) >= 2
        assert all(b"/MediaBox [0 0 594.9" in page and b" 841.9" in page for page in pdf.pages())
        assert len(pdf.fonts()) >= 2
        assert pdf.fonts_without_glyphs() == []


@pytest.mark.parametrize(
    ("lang", "there", "absent"),
    [
        ("zh", ("群组留存", "渠道", "首单后第几个月"), "Cohortretention"),
        ("en", ("Cohortretention", "Monthssincefirstorder"), "群组留存"),
    ],
)
def test_the_words_of_a_printed_page_are_text_of_one_language_charts_included(printed, lang, there, absent):
    said = told_by(printed[lang])
    assert [words for words in there if words not in said] == []
    assert absent not in said


def test_a_pdf_is_named_after_page_date_and_language(root, tmp_path, capsys):
    need("chromium", "chromium")
    assert exported(root, tmp_path, "--form", "pdf", "--page", "01_assets") == 0
    path = tmp_path / f"01_assets_{DAY}_zh.pdf"
    assert path.read_bytes().startswith(b"%PDF-")
    assert [p.name for p in tmp_path.iterdir()] == [path.name]
    assert capsys.readouterr().out.splitlines()[-1] == f"{tmp_path}: 1 of {DAY}"


def test_without_a_browser_there_is_no_pdf_and_one_line_says_why(root, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(browser, "BROWSERS", ("no-such-browser",))
    assert exported(root, tmp_path / "out", "--form", "pdf") == 1
    assert capsys.readouterr().err == "ltv: none of no-such-browser is installed\n"


def test_a_browser_that_prints_half_a_page_replaces_nothing(root, tmp_path, monkeypatch, capsys):
    program = tmp_path / "half"
    program.write_text(
        '#!/bin/sh\nfor a in "$@"; do case $a in --print-to-pdf=*) echo "%PDF-1.4" > "${a#*=}";; esac; done\n'
    )
    program.chmod(0o755)
    monkeypatch.setattr(browser, "installed", lambda: str(program))
    target = tmp_path / "out" / f"01_assets_{DAY}_zh.pdf"
    target.parent.mkdir()
    target.write_text("before")
    assert exported(root, target.parent, "--form", "pdf", "--page", "01_assets") == 1
    assert capsys.readouterr().err == "ltv: half has printed nothing of 01_assets.html\n"
    assert target.read_text() == "before"

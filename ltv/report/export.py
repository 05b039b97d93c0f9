"""Published pages for elsewhere: as a folder for a web server or a share, or as PDF for people who want paper."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from ltv import settings as settings_module
from ltv.errors import UsageError, found
from ltv.report import browser
from ltv.report.folder import GOAL_BYTES, Apart, taken_apart
from ltv.text import Lang
from ltv.warehouse.files import Manifest, write_whole
from ltv.workspace.store import published_dates

_PDF_HEAD, _PDF_END = b"%PDF-", b"%%EOF"
_PRINT_S = 180


def export_pages(root: Path, options: argparse.Namespace, say: Callable[[str], None]) -> int:
    """Do what `ltv export pages` asks for.

    Raises:
        UsageError: one page as a folder, or a language for it: a folder has all pages in all languages.
    """
    if options.form == "folder" and (options.page or options.lang):
        asked = ("--page", options.page) if options.page else ("--lang", options.lang)
        raise UsageError(found(asked[0], asked[1], "with --form pdf; a folder has all pages in all languages"))
    date, pages = published_pages(root, options.date or "", options.page)
    out = Path(options.out)
    if options.form == "pdf":
        export_pdf(pages, out, date, options.lang or settings_module.load(root).languages[0], say)
    else:
        export_folder(pages, out, say)
    say(str(out / "index.html") if options.form == "folder" else f"{out}: {len(pages)} of {date}")
    return 0


def published_pages(root: Path, date: str = "", page: str = "") -> tuple[str, list[Path]]:
    """Return a published date and its pages, each compared with what its run has written.

    Args:
        root: the workspace.
        date: `YYYY-MM-DD`; nothing means the newest one.
        page: name of one page; nothing means all of them, the table of contents included.

    Raises:
        UsageError: the date is not published, or has no such page.
        CorruptError: a page is not the one that was written.
    """
    dates = published_dates(root)
    day = date or next(iter(dates), "")
    if day not in dates:
        raise UsageError(found("--date", date or "no published date", ", ".join(dates[:10]) or "none yet: ltv run"))
    run = (root / "data" / "published" / day).resolve()
    there = {path.stem: path for path in sorted((run / "pages").glob("*.html"))}
    if page and page not in there:
        raise UsageError(found("--page", page, ", ".join(there)))
    manifest = Manifest(run)
    return day, [manifest.verify(path) for name, path in there.items() if page in ("", name)]


def export_folder(pages: Sequence[Path], out: Path, say: Callable[[str], None]) -> None:
    """Write pages as a folder; whatever lies there is replaced file by file, each when its successor is whole.

    Shared files come first and pages last, so that no page ever names what is not there.
    """
    made = {path.name: taken_apart(path.read_text(encoding="utf-8"), path.stem) for path in pages}
    files = {name: body for page in made.values() for name, body in page.files.items()}
    for name, body in (files | {name: page.html.encode() for name, page in made.items()}).items():
        _write(out / name, body)
    for line in _told(made):
        say(line)


def _told(made: dict[str, Apart]) -> list[str]:
    sizes = {name: len(page.html.encode()) for name, page in made.items()}
    large = [
        f"{name}: {size / 1e3:.0f} kB, more than {GOAL_BYTES / 1e3:.0f}"
        for name, size in sizes.items()
        if size > GOAL_BYTES
    ]
    return [*large, f"{len(sizes)} pages, the largest {max(sizes.values()) / 1e3:.0f} kB"]


def export_pdf(pages: Sequence[Path], out: Path, date: str, lang: Lang, say: Callable[[str], None]) -> None:
    """Print pages to PDF: A4, light, in one language.

    Raises:
        BrowserError: none is installed, or it prints nothing.
    """
    program = browser.required()
    with tempfile.TemporaryDirectory(prefix="ltv-pdf-", ignore_cleanup_errors=True) as name:
        for page in pages:
            target = out / f"{page.stem}_{date}_{lang}.pdf"
            body = print_page(program, page, lang, Path(name))
            _write(target, body)
            say(f"{target}: {len(body) / 1e3:.0f} kB")


def print_page(program: str, page: Path, lang: Lang, folder: Path) -> bytes:
    """Return one page as PDF.

    Raises:
        BrowserError: the browser has printed nothing whole.
    """
    target = folder / "page.pdf"
    target.unlink(missing_ok=True)
    # Time on the page runs as fast as work is done, until there is none left: charts are drawn by then.
    how = [f"--print-to-pdf={target}", "--no-pdf-header-footer", "--virtual-time-budget=20000"]
    address = f"{page.as_uri()}#lang={lang}&theme=light"
    browser.call(program, address, *how, profile=folder / "profile", seconds=_PRINT_S)
    body = target.read_bytes() if target.exists() else b""
    if not body.startswith(_PDF_HEAD) or _PDF_END not in body[-64:]:
        raise browser.BrowserError(f"{Path(program).name} has printed nothing of {page.name}")
    return body


def _write(path: Path, body: bytes) -> None:
    def fill(temporary: Path) -> None:
        temporary.write_bytes(body)

    write_whole(path, fill)

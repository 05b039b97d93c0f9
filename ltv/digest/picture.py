"""A picture of the top of a page, drawn by the browser that is installed: what it cannot draw nothing else here can."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

from ltv.dispatch.sinks.robot import MOST_PICTURE_BYTES
from ltv.errors import LtvError
from ltv.report.assets import source_hash
from ltv.report.browser import BrowserError, call, required
from ltv.text import Lang

PNG = b"\x89PNG\r\n\x1a\n"
_WIDTH, _LEAST, _MOST = 720, 300, 2_600  # CSS pixels
_SCALES = ("1.5", "1", "0.7", "0.5")
_SECONDS = 60
# The height is written into the title by the one script that the copy allows; everything else of the page's own stays out.
_HEIGHT = "document.title=String(Math.ceil(document.body.getBoundingClientRect().height))"
_FIRST_CARD = '<section class="card"'


class NoPictureError(LtvError):
    """There is no picture, and why."""


def top_of(page: Path, lang: Lang, *, most: int = MOST_PICTURE_BYTES) -> bytes:
    """A PNG of title, tiles and takeaways of a page.

    Args:
        page: as it is published.
        lang: zh or en.
        most: bytes; where it is larger it is drawn smaller.

    Raises:
        NoPictureError: no browser is installed, it does not draw, or the picture stays too large.
    """
    try:
        program = required()
    except BrowserError as error:
        raise NoPictureError(str(error)) from None
    with tempfile.TemporaryDirectory(prefix="ltv-picture-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        copy, target = folder / "page.html", folder / "page.png"
        copy.write_text(head_of(page.read_text(encoding="utf-8"), lang), encoding="utf-8")
        height = _height(_called(program, folder, copy, "--dump-dom"))
        for scale in _SCALES:
            shot = [
                f"--screenshot={target}",
                f"--force-device-scale-factor={scale}",
                f"--window-size={_WIDTH},{height}",
            ]
            _called(program, folder, copy, *shot)
            picture = target.read_bytes() if target.exists() else b""
            if not picture.startswith(PNG):
                raise NoPictureError(f"{Path(program).name} has drawn nothing")
            if len(picture) <= most:
                return picture
    raise NoPictureError(f"{len(picture):,} bytes at the smallest, at most {most:,}")


def head_of(html: str, lang: Lang) -> str:
    """A page cut before its first chart or table, without what only a screen needs.

    Args:
        html: the page.
        lang: zh or en.
    """
    kept = html.partition(_FIRST_CARD)[0]
    kept = kept.partition("<footer")[0]
    kept = re.sub(r'<header class="top">.*?(?=<main)', "", kept, flags=re.DOTALL)
    kept = re.sub(r"<script>.*?</script>", "", kept, flags=re.DOTALL)
    kept = re.sub(r'<html lang="\w+"', f'<html lang="{lang}"', kept, count=1)
    kept = re.sub(r"script-src [^;\"]*", f"script-src {source_hash(_HEIGHT)}", kept, count=1)
    return f"{kept}</main><script>{_HEIGHT}</script></body></html>"


def _height(dom: str) -> int:
    said = re.search(r"<title[^>]*>(\d+)</title>", dom)
    if said is None:
        raise NoPictureError("the browser does not tell how high the page is")
    return min(max(int(said.group(1)), _LEAST), _MOST)


def _called(program: str, folder: Path, page: Path, *what: str) -> str:
    size = [] if any(option.startswith("--window-size") for option in what) else [f"--window-size={_WIDTH},{_LEAST}"]
    try:
        return call(program, page.as_uri(), *size, *what, profile=folder / "profile", seconds=_SECONDS)
    except BrowserError as error:
        raise NoPictureError(str(error)) from None

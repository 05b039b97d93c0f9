"""The styles and scripts that a page carries in itself, and the policy that lets only these run."""

from __future__ import annotations

import base64
import gzip
import hashlib
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from markupsafe import Markup

_ASSETS = Path(__file__).parent / "assets"

# plotly adds one empty <style> element and fills it rule by rule; only the hash of nothing has to be allowed for that.
_EMPTY_STYLE = ""

# The only style attributes it writes for the traces and the text that we let through (tags in text, colour bars,
# heat maps without gaps); everything else goes through the style object of an element, which needs no permission.
_RENDERING = "image-rendering: {}; "
_SHARP = ("optimizeSpeed", "-moz-crisp-edges", "-o-crisp-edges", "-webkit-optimize-contrast", "optimize-contrast")
_WRITTEN_STYLES = (
    "font-weight:bold",
    "font-style:italic",
    "font-size:70%",
    "".join(map(_RENDERING.format, (*_SHARP, "crisp-edges", "pixelated"))),
)

# The bundle carries the 83 kB style sheet of a map library that the cartesian charts never use, and adds it as an
# inline style, which the policy would refuse with an error in the console.
_MAP_STYLE = re.compile(r"(\.textContent=)'\.maplibregl(?:[^'\\]|\\.)*'")


@cache
def style() -> Markup:
    """Return the style sheet of a page: the files of `assets/style`, one after another."""
    return Markup("".join(_parts("style")))  # noqa: S704  our own files


@cache
def first() -> Markup:
    """Return the script that runs before anything is painted: language and theme are those of the address at once."""
    return _own_room("first")


@cache
def script() -> Markup:
    """Return the script of a page: the files of `assets/script`, one after another in a room of their own."""
    return _own_room("script")


@cache
def folder_script() -> Markup:
    """Return the script that pages in the form of a folder have besides: their downloads are files."""
    return _own_room("folder")


@cache
def plotly() -> Markup:
    """Return plotly.js (cartesian bundle) without the style sheet of its unused map library."""
    return Markup(_MAP_STYLE.sub(r"\1''", _text("plotly-cartesian.min.js")))  # noqa: S704  our own file


@cache
def packed_plotly() -> str:
    """Return plotly.js as a page carries it: gzip in base64, a third of its size; the page unpacks it."""
    return base64.b64encode(gzip.compress(plotly().encode(), 9, mtime=0)).decode()


def policy(scripts: Sequence[str]) -> str:
    """Return the content security policy of a page: nothing from anywhere, and of scripts and styles only these.

    >>> policy(["1"]).split("; ")[:2]
    ["default-src 'none'", "script-src 'sha256-a4ayc/80/OGda4BO/1o/V0etpOqiLx1JwB5S3beHW0s='"]
    """
    parts = [
        "default-src 'none'",
        "script-src " + " ".join(map(source_hash, scripts)),
        "style-src 'unsafe-hashes' " + " ".join(map(source_hash, (style(), _EMPTY_STYLE, *_WRITTEN_STYLES))),
        "img-src data:",
        "base-uri 'none'",
        "form-action 'none'",
    ]
    return "; ".join(parts)


def source_hash(text: str) -> str:
    """Return a script or style as a policy names it."""
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def _own_room(kind: str) -> Markup:
    return Markup('"use strict";\n(() => {{\n{}}})();\n').format(Markup("\n".join(_parts(kind))))  # noqa: S704  our own files


def _parts(kind: str) -> list[str]:
    return [path.read_text(encoding="utf-8") for path in sorted((_ASSETS / kind).glob("[0-9]*"))]


def _text(name: str) -> str:
    return (_ASSETS / name).read_text(encoding="utf-8")

"""An executed notebook as the sections of a page, in order, each harmless and numbered."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from markupsafe import Markup

from ltv.errors import LtvError, found
from ltv.report import words
from ltv.report.anchors import anchors
from ltv.report.blocks import MIME, PLOTLY_MIME, VERSION
from ltv.report.clean import clean, markdown
from ltv.report.pages import BlockTitle
from ltv.text import LANGS, Text

_FIRST_HEADING = re.compile(r"<h1>.*?</h1>\n?", re.DOTALL)
_TITLE_TAG = re.compile(r"(</?)h1>")


@dataclass(frozen=True)
class Section:
    """One part of a page.

    Attributes:
        kind: name of the template that shows it.
        number: its place among the sections, for ids.
        level: which level its heading has.
        lang: the language it is for, or None for both.
        html: clean HTML of prose and foreign output.
        text: plain text, or the data of an image.
        block: a block as the notebook stores it.
        anchor: what the block is called in an address; nothing for what no link leads to.
        is_repeated: another section of this heading stands before it: it is a group, since landmarks have names of their own.
    """

    kind: str
    number: int = 0
    level: int = 2
    lang: str | None = None
    html: Markup = Markup("")  # noqa: RUF009  immutable
    text: str = ""
    block: Mapping[str, Any] | None = None
    anchor: str = ""
    is_repeated: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to show: key figures or takeaways of which there are none."""
        block = self.block or {}
        return not block.get("figures", True) or not block.get("items", True)


def read_notebook(path: Path) -> Any:  # noqa: ANN401  nbformat has no types
    """Return a notebook file as nbformat reads it.

    Raises:
        LtvError: the file is not a notebook.
    """
    import nbformat

    try:
        return nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    except (ValueError, KeyError, TypeError, AttributeError, nbformat.ValidationError) as error:
        raise LtvError(
            found(f"notebook {path.name}", str(error).splitlines()[0], "an executed notebook file")
        ) from None


def notebook_title(notebook: Any) -> Text | None:  # noqa: ANN401
    """Return the title that a notebook gives itself in `metadata.ltv.title`, if it does in both languages."""
    title = notebook.metadata.get("ltv", {}).get("title", {})
    return Text(title["zh"], title["en"]) if all(lang in title for lang in LANGS) else None


def sections(notebook: Any) -> list[Section]:  # noqa: ANN401
    """Return what a page shows of a notebook; code is not part of it."""
    found_sections: list[Section] = []
    level, titled = 2, set[str | None]()
    for section in _walk(notebook):
        shown = _without_title(section, titled) if section.kind == "prose" else section
        if shown.kind == "prose" and "<h2>" in shown.html:
            level = 3
        if shown.kind != "prose" or shown.html.strip():
            again = any(before.kind == shown.kind for before in found_sections)
            found_sections.append(replace(shown, number=len(found_sections) + 1, level=level, is_repeated=again))
    named = anchors(section.block for section in found_sections)
    return [replace(section, anchor=anchor) for section, anchor in zip(found_sections, named, strict=True)]


def blocks_of(notebook: Any) -> Iterator[Mapping[str, Any]]:  # noqa: ANN401
    """Give the blocks of a notebook in order."""
    code = (cell for cell in notebook.cells if cell.cell_type == "code")
    return (section.block for cell in code for section in _shown(cell) if section.block is not None)


def titles_of(notebook: Any) -> tuple[BlockTitle, ...]:  # noqa: ANN401
    """Return what the search finds of a page: titles of blocks and names of key figures, each once."""
    blocks = list(blocks_of(notebook))
    named = zip(anchors(blocks), blocks, strict=True)
    return tuple(dict.fromkeys(title for anchor, block in named if anchor for title in _titles(anchor, block)))


def _titles(anchor: str, block: Mapping[str, Any]) -> Iterator[BlockTitle]:
    if "title" in block:
        yield BlockTitle(anchor, Text(**block["title"]))
    for figure in block.get("figures", ()):
        yield BlockTitle(anchor, Text(**figure["label"]), is_title=False)


def _without_title(section: Section, titled: set[str | None]) -> Section:
    """Drop the first heading of each language, which is the title of the page; later ones go one level down."""
    html = str(section.html)
    if section.lang not in titled and "<h1>" in html:
        titled.add(section.lang)
        html = _FIRST_HEADING.sub("", html, count=1)
    return replace(section, html=Markup(_TITLE_TAG.sub(r"\1h2>", html)))  # noqa: S704  was clean before


def _walk(notebook: Any) -> Iterator[Section]:  # noqa: ANN401
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            lang = cell.metadata.get("lang")
            html = markdown(cell.source, cell.get("attachments"))
            yield Section("prose", lang=lang if lang in LANGS else None, html=html)
        elif cell.cell_type == "code":
            yield from _shown(cell)


def _shown(cell: Any) -> Iterator[Section]:  # noqa: ANN401
    for output in cell.outputs:
        yield from _output(output)


def _output(output: Any) -> Iterator[Section]:  # noqa: ANN401
    if output.output_type == "stream":
        if output.name == "stdout" and output.text.strip():
            yield Section("text", text=output.text)
    elif output.output_type == "error":
        yield _notice(words.CELL_FAILED.format(error=f"{output.ename}: {output.evalue}"), "bad")
    else:
        yield from _data(output.data)


def _data(data: Mapping[str, Any]) -> Iterator[Section]:
    """Show the richest form that is safe; of a foreign chart only that it is not shown."""
    if MIME in data:
        yield from _blocks(data[MIME])
    elif PLOTLY_MIME in data:
        yield _notice(words.FOREIGN_CHART, "none")
    elif "text/html" in data:
        yield Section("foreign", html=clean(data["text/html"]))
    elif "image/png" in data:
        yield Section("image", text="".join(data["image/png"].split()))
    elif "text/markdown" in data:
        yield Section("foreign", html=markdown(data["text/markdown"]))
    elif data.get("text/plain"):
        yield Section("text", text=data["text/plain"])


def _blocks(stored: Mapping[str, Any]) -> Iterator[Section]:
    if stored.get("version") != VERSION:
        raise LtvError(found("version of blocks", stored.get("version"), str(VERSION)))
    for block in stored["blocks"]:
        yield Section(block["kind"], block=block)


def _notice(text: Text, state: str) -> Section:
    return Section("notice", block={"kind": "notice", "text": text.as_dict(), "state": state})

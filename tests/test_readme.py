"""README.md and README.zh.md say the same: headings, code, tables, figures, links, and what stands in code marks."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import zip_longest
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[1]
ENGLISH, CHINESE = "README.md", "README.zh.md"
HEADING = re.compile(r"(#+) (.*)")
ITEM = re.compile(r"(\d+\.|-) ")
LINK = re.compile(r"\]\(([^)]*)\)")
CODE = re.compile(r"`([^`]+)`")
NUMBER = re.compile(r"(?<![A-Za-z0-9_.])(\.\d+|(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?)(?: ?(M|k|万|亿)(?![A-Za-z]))?")
TIMES = {"": 1, "k": 10**3, "万": 10**4, "M": 10**6, "亿": 10**8}
CHINESE_LETTER = re.compile(r"[一-鿿]")


@dataclass(frozen=True)
class Block:
    """A part of a page: a heading, a paragraph, an item of a list, a row of a table, or code as it stands."""

    kind: str
    text: str
    line: int

    def facts(self) -> dict[str, object]:
        """What must be the same in every language."""
        if self.kind == "code":
            return {"code": self.text}
        codes = Counter(CODE.findall(self.text))
        links = Counter("README" if link.startswith("README") else link for link in LINK.findall(self.text))
        words = LINK.sub("]", CODE.sub("", self.text))
        found = {"kind": self.kind, "code marks": codes, "links": links, "figures": figures(words)}
        return found | ({"cells": self.text.count("|")} if self.kind == "row" else {})


def figures(words: str) -> Counter[Decimal]:
    """Figures by what they are worth: 50 M is 5,000 万."""
    return Counter(Decimal(value.replace(",", "")) * TIMES[unit] for value, unit in NUMBER.findall(words))


def blocks(text: str) -> list[Block]:
    """The parts of a page in order; lines of one paragraph or item belong together, wherever they are broken."""
    found: list[Block] = []
    for kind, text_, line in _pieces(text.splitlines()):
        goes_on = (
            kind == "text"
            and found
            and found[-1].kind in ("text", "item")
            and found[-1].line + _lines(found[-1]) == line
        )
        if goes_on:
            last = found.pop()
            found.append(Block(last.kind, f"{last.text}\n{text_}", last.line))
        else:
            found.append(Block(kind, text_, line))
    return found


def _lines(block: Block) -> int:
    return block.text.count("\n") + 1


def _pieces(lines: list[str]) -> Iterator[tuple[str, str, int]]:
    fence: list[str] = []
    for number, line in enumerate(lines, 1):
        if fence or line.strip().startswith("```"):
            fence.append(line)
            if len(fence) > 1 and line.strip() == "```":
                yield "code", "\n".join(fence), number - len(fence) + 1
                fence = []
        elif match := HEADING.fullmatch(line):
            yield f"heading {len(match[1])}", line, number
        elif line.startswith("|"):
            yield "row", line, number
        elif ITEM.match(line):
            yield "item", line, number
        elif line.strip():
            yield "text", line, number


def differences(english: str, chinese: str) -> list[str]:
    """What the two pages do not have in common, each with its place."""
    said = []
    for one, other in zip_longest(blocks(english), blocks(chinese)):
        if one is None or other is None:
            there, missing = (one, CHINESE) if other is None else (other, ENGLISH)
            assert there is not None
            return [*said, f"{missing} ends before line {there.line} of the other: {there.text[:60]!r}"]
        place = f"{ENGLISH}:{one.line} and {CHINESE}:{other.line}"
        if one.kind != other.kind:  # from here on everything is out of step
            return [*said, f"{place}: {one.kind} {one.text[:60]!r}, {other.kind} {other.text[:60]!r}"]
        theirs = other.facts()
        said += [
            f"{place}: {name}: {_apart(value, theirs[name])}"
            for name, value in one.facts().items()
            if value != theirs[name]
        ]
    return said


def _apart(one: object, other: object) -> str:
    if isinstance(one, Counter) and isinstance(other, Counter):
        here, there = (", ".join(str(x) for x in sorted(apart.elements())) for apart in (one - other, other - one))
        return f"only in English {here or '-'}, only in Chinese {there or '-'}"
    return f"{one!r}, {other!r}"


def test_both_pages_say_the_same():
    found = differences((PROJECT / ENGLISH).read_text(), (PROJECT / CHINESE).read_text())
    assert found == [], "\n".join(found)


def test_each_page_leads_to_the_other_at_its_top():
    for page, other in ((ENGLISH, CHINESE), (CHINESE, ENGLISH)):
        assert f"]({other})" in "".join((PROJECT / page).read_text().splitlines(keepends=True)[:4])


def test_the_chinese_page_is_chinese():
    """Every sentence is; a row may consist of names and figures alone."""
    parts = [b for b in blocks((PROJECT / CHINESE).read_text()) if b.kind in ("heading 1", "heading 2", "text", "item")]
    without = [
        b.text for b in parts if not CHINESE_LETTER.search(b.text) and not re.fullmatch(r"- \[\w+\.md\]\(.*\)", b.text)
    ]
    assert without == []


@pytest.mark.parametrize("page", [ENGLISH, CHINESE])
def test_links_lead_to_files_that_are_there(page):
    links = {link.partition("#")[0] for link in LINK.findall((PROJECT / page).read_text()) if "://" not in link}
    assert [link for link in sorted(links) if not (PROJECT / link).exists()] == []


PAGE = "# A\n\nOne `x` of 5, see [b](b.md).\n\n```sh\nls\n```\n\n| a | b |\n|---|---|\n| c | 1.5 |\n\n- d\n- e\n"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("# A", "## A"), "README.md:1"),
        (("of 5", "of 6"), "figures: only in English 5, only in Chinese 6"),
        (("`x`", "`y`"), "code marks: only in English x, only in Chinese y"),
        (("(b.md)", "(c.md)"), "links: only in English b.md, only in Chinese c.md"),
        (("ls\n", "ls -l\n"), "README.md:5 and README.zh.md:5: code"),
        (("| c | 1.5 |", "| c | 1.5 | |"), "cells"),
        (("| 1.5", "| .5"), "figures"),
        (("- e\n", ""), "README.zh.md ends before line 14 of the other: '- e'"),
    ],
)
def test_what_differs_is_named_with_its_place(change, told):
    (line, *_) = differences(PAGE, PAGE.replace(*change))
    assert told in line


@pytest.mark.parametrize(
    ("english", "chinese"),
    [("50 M events", "5,000 万条"), ("542 k rows", "54.2 万行"), ("149 MB", "149 MB"), ("1,000,000", "100 万")],
)
def test_a_figure_may_be_written_as_each_language_does(english, chinese):
    assert differences(english, chinese) == []


def test_lines_may_be_broken_elsewhere():
    assert differences("a\nb `x`\n", "a b\n`x`\n") == []

"""The field's words, from `glossary.toml`: which of them a page uses, and what they mean in both languages.

`python -m ltv.report.glossary` writes docs/glossary.md.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ltv.text import Lang, Text

if TYPE_CHECKING:
    from ltv.report.sections import Section

PLACE = Path(__file__).parents[2] / "docs" / "glossary.md"

_FILE = Path(__file__).with_suffix(".toml")
_TAG = re.compile(r"<[^>]+>")
_HEAD = """# Glossary · 术语表

Written by `python -m ltv.report.glossary` from `ltv/report/glossary.toml`: change it there. No visible text uses a word of the last column.
由 `python -m ltv.report.glossary` 根据 `ltv/report/glossary.toml` 生成，请修改该文件。页面文字不使用最后一列的说法。

| 中文 | English | 含义 | meaning | not · 不用 |
| --- | --- | --- | --- | --- |
"""


@dataclass(frozen=True)
class Term:
    """A word of the field.

    Attributes:
        key: its name in the file.
        word: how it is called.
        meaning: what it means, in a sentence.
        forms: by language, how it may stand in a text, itself included.
        banned: by language, what it is not called.
    """

    key: str
    word: Text
    meaning: Text
    forms: Mapping[Lang, tuple[str, ...]]
    banned: Mapping[Lang, tuple[str, ...]]

    def is_in(self, words: str, lang: Lang) -> bool:
        """Whether a text uses the word.

        >>> terms()["cohort"].is_in("The last 3 cohorts do better.", "en"), terms()["touch"].is_in("untouched", "en")
        (True, False)
        """
        return bool(_pattern(self.forms[lang], lang).search(words))


@cache
def terms() -> Mapping[str, Term]:
    """Return all terms by key, in the order of the file.

    >>> terms()["retention"].word.zh
    '留存'
    """
    stored = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return {key: _term(key, values) for key, values in stored.items()}


def _term(key: str, given: Mapping[str, Any]) -> Term:
    forms: dict[Lang, tuple[str, ...]] = {
        "zh": (given["zh"], *given.get("forms_zh", ())),
        "en": (given["en"], *given.get("forms_en", ())),
    }
    banned: dict[Lang, tuple[str, ...]] = {"zh": tuple(given["not_zh"]), "en": tuple(given["not_en"])}
    meaning = Text(given["means_zh"], given["means_en"])
    return Term(key, Text(given["zh"], given["en"]), meaning, forms, banned)


@cache
def _pattern(forms: tuple[str, ...], lang: Lang) -> re.Pattern[str]:
    """Chinese words stand anywhere; English ones begin and end where words do, and a sentence may begin with them."""
    alternatives = "|".join(re.escape(form) for form in sorted(forms, key=len, reverse=True))
    if lang == "zh":
        return re.compile(alternatives)
    first = "|".join(re.escape(form[0].upper() + form[1:]) for form in forms)
    return re.compile(rf"(?<![\w-])(?:{alternatives}|{first})(?![\w-])")


def banned_in(words: str, lang: Lang) -> list[str]:
    """Return what a text calls by a name that the glossary does not want.

    >>> banned_in("转换率上升", "zh"), banned_in("the conversion rate", "en")
    (['转换率'], [])
    """
    return _pattern(_banned(lang), lang).findall(words)


@cache
def _banned(lang: Lang) -> tuple[str, ...]:
    return tuple(name for term in terms().values() for name in term.banned[lang])


def terms_of(sections: Sequence[Section]) -> list[Term]:
    """Return the terms that a page uses in either language, in the order of the file."""
    said = [words for section in sections for words in _words(section)]
    told = {"zh": "\n".join(w.zh for w in said), "en": "\n".join(w.en for w in said)}
    return [term for term in terms().values() if term.is_in(told["zh"], "zh") or term.is_in(told["en"], "en")]


def _words(section: Section) -> Iterator[Text]:
    if section.block is not None:
        yield from _told(section.block)
    elif section.html:
        plain = _TAG.sub(" ", str(section.html))
        yield Text("" if section.lang == "en" else plain, "" if section.lang == "zh" else plain)


def _told(block: object) -> Iterator[Text]:
    """Give every pair of words in a block, however deep."""
    if isinstance(block, Mapping):
        if block.keys() >= {"zh", "en"} and isinstance(block["zh"], str):
            yield Text(block["zh"], str(block["en"]))
        else:
            for name, value in block.items():
                if name not in ("csv", "figure", "patches"):  # data, and what is drawn from it
                    yield from _told(value)
    elif isinstance(block, list | tuple):
        for value in block:
            yield from _told(value)


def document() -> str:
    """Return docs/glossary.md: all terms in a table.

    >>> print(document()[:16])
    # Glossary · 术语表
    """
    return _HEAD + "".join(f"| {' | '.join(_row(term))} |\n" for term in terms().values())


def _row(term: Term) -> tuple[str, ...]:
    return (
        f"**{term.word.zh}**",
        f"**{term.word.en}**",
        term.meaning.zh,
        term.meaning.en,
        "、".join((*term.banned["zh"], *term.banned["en"])),
    )


if __name__ == "__main__":
    PLACE.write_text(document(), encoding="utf-8", newline="\n")

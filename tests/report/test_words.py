import re
from pathlib import Path
from string import Formatter

import pytest

from ltv import report
from ltv.report import words
from ltv.text import Text

ROOM = Path(report.__file__).parent
NAMES = [name for name in vars(words) if name.isupper()]
PHRASES = [
    (name, phrase)
    for name in NAMES
    for phrase in (vars(words)[name].values() if isinstance(vars(words)[name], dict) else [vars(words)[name]])
    if isinstance(phrase, Text)
]


def places(text: str) -> set[str | None]:
    return {place for _, place, _, _ in Formatter().parse(text)}


@pytest.mark.parametrize(("name", "phrase"), PHRASES)
def test_every_phrase_is_there_in_both_languages_with_the_same_places(name, phrase):
    assert phrase.zh.strip()
    assert phrase.en.strip()
    assert places(phrase.zh) - {None} == places(phrase.en) - {None}
    assert not re.search(r"[\u4e00-\u9fff]", phrase.en)


def test_no_phrase_is_left_over():
    files = [p for p in ROOM.rglob("*") if p.suffix in (".py", ".j2") and p.name != "words.py"]
    used = "\n".join(p.read_text(encoding="utf-8") for p in files)
    assert [name for name in NAMES if f"words.{name}" not in used] == []


def test_templates_hold_no_words_of_their_own():
    for path in (ROOM / "templates").rglob("*.j2"):
        source = path.read_text(encoding="utf-8")
        bare = re.sub(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}|<[^>]*>", " ", source, flags=re.DOTALL)
        assert not re.search(r"[A-Za-z\u4e00-\u9fff]{2,}", bare), path.name

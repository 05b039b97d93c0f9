"""The glossary: whole in both languages, kept by every visible text, and shown where its words are used."""

import pytest
from support_words import HAN, pairs, told

from ltv.contract import INPUTS, RESULTS
from ltv.report.glossary import PLACE, banned_in, document, terms, terms_of
from ltv.report.sections import Section
from ltv.text import LANGS

# Where the English word means another thing than the term, by what the text says.
OTHERWISE = {
    "horizon": {"Welch, fixed horizon"},
    "value_at_risk": set(),
    "first_order": {"Markov, first order", "Days since registration or first order, up to the window"},
    "treatment": {"treatment"},
    "lift": {"It is zero today, so there is nothing to lift."},
    "health": {"All segments and indicators of the day for download; the result table health has the other days."},
    "identity": {
        "an identifier stored as a floating-point number, its last digits are lost",
        "an identifier of the wrong length, or with other characters than hexadecimal digits",
    },
    "quarantine": {"Details are in data/quarantine: file, line and rule of each row."},
}


def of_the_contract():
    """What tables and columns mean, which pages and docs/tables.md show."""
    for table in [*INPUTS.values(), *RESULTS.values()]:
        yield table.name, table.meaning
        yield from ((f"{table.name}.{c.name}", c.meaning) for c in table.columns)


@pytest.mark.parametrize("term", terms().values(), ids=terms())
def test_a_term_is_named_and_explained_in_one_sentence_of_each_language(term):
    assert HAN.search(term.word.zh) or term.word.zh == term.word.en
    assert not HAN.search(term.word.en + term.meaning.en)
    assert term.meaning.zh.endswith("。") and term.meaning.zh.count("。") == 1
    assert term.meaning.en.endswith(".") and len(term.meaning.en) <= 140
    for lang in LANGS:
        assert term.is_in(term.word.to(lang), lang)
        assert banned_in(term.meaning.to(lang), lang) == []


def test_no_name_is_banned_that_another_term_goes_by():
    for lang in LANGS:
        used = [form for term in terms().values() for form in term.forms[lang]]
        assert [form for form in used if form in banned_in(form, lang)] == []


def test_no_visible_text_calls_a_thing_by_a_name_that_the_glossary_bans():
    found = [(p.place, lang, banned_in(told(getattr(p, lang)), lang)) for p in pairs() for lang in LANGS]
    found += [(place, lang, banned_in(text.to(lang), lang)) for place, text in of_the_contract() for lang in LANGS]
    assert len(found) > 4000
    assert [f for f in found if f[2]] == []


@pytest.mark.parametrize("term", terms().values(), ids=terms())
def test_where_english_names_a_term_chinese_names_it_too(term):
    english = next(t for t in terms().values() if t.key == term.key).forms["en"][0]
    named = [p for p in pairs() if english in told(p.en) and term.is_in(told(p.en), "en")]
    told_otherwise = OTHERWISE.get(term.key, set())
    assert [
        p for p in named if not term.is_in(told(p.zh), "zh") and p.en not in told_otherwise and _whole(p, english)
    ] == []


def _whole(pair, english):
    """Whether the very word stands there, and not only as part of another."""
    return f" {english} " in f" {told(pair.en).rstrip('.,:;')} ".replace(",", " ").replace(".", " ")


def test_a_page_explains_the_terms_that_it_uses_in_either_language_and_no_others():
    block = {"kind": "takeaways", "items": [{"text": {"zh": "群组的留存", "en": "They came back"}, "action": None}]}
    data = {"kind": "chart", "title": {"zh": "人", "en": "by funnel"}, "csv": {"head": {"zh": "归因", "en": "holdout"}}}
    sections = [Section("takeaways", block=block), Section("chart", block=data)]
    assert [term.key for term in terms_of(sections)] == ["cohort", "retention", "funnel"]
    assert terms_of([]) == []


def test_prose_counts_in_its_own_language_alone():
    from markupsafe import Markup

    assert [t.key for t in terms_of([Section("prose", lang="zh", html=Markup("<p>漏斗 cohort</p>"))])] == ["funnel"]


def test_the_page_of_the_glossary_is_written_from_the_file():
    assert PLACE.read_text(encoding="utf-8") == document(), "run: python -m ltv.report.glossary"


def test_a_page_shows_its_words_at_its_foot(full_page, visit):
    opened = visit(full_page).page
    foot = opened.locator("footer details.glossary")
    foot.locator("summary").click()
    assert "群组" in foot.inner_text()
    opened.get_by_role("button", name="English").click()
    assert "cohort" in foot.inner_text()
    assert not HAN.search(foot.inner_text())

"""Every `Text` of the package as people read it: both languages, each in its own words and its own punctuation."""

import ast
import re

import pytest
from support_words import FULL_WIDTH, HAN, pairs, places, takeaways, told, trees

from ltv.text import Text

# Latin words that Chinese pages use as they are: names of methods and programs, abbreviations of the field.
NAMES = """A AB AUC App BG Beta Binomial Bonferroni CPU CRM CSV CUPED DAU
Gamma Haenszel Holm JSON Johansen K Kaplan Kitagawa LMDI LTV M Mann
Mantel Meier NaN NBD OTLP P PNG Prometheus RFM ROI SHAP SKU SMS Shapley Spark T UTC Welch Whitney XGBoost Aalen i logit p z"""
LATIN = set(NAMES.split())
# What is typed or read as it stands: commands, settings, tables, columns, values of data.
CODE = re.compile(
    r"ltv(\.\w+|( (run|backfill|check|models|rollback models|strategy approve|simulate|export lists|status)\b)?)|--\w+( \S+)?|\[+\w*\]+"
    r"|\S*[_/.=]\w\S*|data/|\S*\(\)?|\b(events|health|indicators|playbooks|deploy|cv5|degraded|url|missing|values|ranks|out|UPDATE"
    r"|PROCESSING|unionid|openid|cookie|launches|truth|holdout|digest|dispatch|experiments|identity|sources|prometheus|kind|show|touches|spend)\b"
)
BARE = [p for p in pairs() if "contract/" not in p.place]
SETTINGS = {"days", "hours", "period", "window", "window_days", "weeks", "least", "depth", "arms", "k", "early_days"}


def test_both_languages_are_there():
    assert len(BARE) > 2000
    assert [p for p in BARE if bool(p.zh.strip()) != bool(p.en.strip())] == []


def test_both_languages_have_the_same_places():
    assert [p for p in BARE if places(p.zh) != places(p.en)] == []


def test_english_holds_no_chinese_and_no_chinese_punctuation():
    assert [p for p in BARE if HAN.search(p.en) or FULL_WIDTH.search(p.en)] == []


def test_chinese_holds_no_english_word_but_names_and_code():
    def left(text: str) -> str:
        bare = CODE.sub(" ", re.sub(r"\{[^}]*\}|“[^”]*”|</?br?>", " ", text))
        return " ".join(w for w in re.findall(r"[A-Za-z]+", bare) if w not in LATIN)

    assert [(p, left(p.zh)) for p in BARE if HAN.search(p.zh) and left(p.zh)] == []


def test_what_is_chinese_is_not_english_left_as_it_is():
    same = [p for p in BARE if p.zh != p.en and not HAN.search(told(p.zh)) and re.search("[A-Za-z]{4,}", told(p.zh))]
    assert [p for p in same if not set(re.findall("[A-Za-z]{4,}", told(p.zh))) <= LATIN] == []


@pytest.mark.parametrize(
    ("fault", "pattern"),
    [
        ("half-width punctuation beside a Chinese character", rf"{HAN.pattern}[,;:?!()]|[,;:?!()]{HAN.pattern}"),
        (
            "no space between a Chinese character and a letter or figure",
            rf"{HAN.pattern}[A-Za-z0-9]|[A-Za-z0-9%]{HAN.pattern}",
        ),
        ("a space between Chinese characters", rf"{HAN.pattern} +{HAN.pattern}"),
        ("a space beside full-width punctuation", r" [，。：；（）、！？]|[，。：；（）、！？] "),
        ("two spaces", r" {2}"),
        ("an English full stop", rf"{HAN.pattern}\.(\s|$)"),
        ("corner brackets", r"[「」『』]"),
        ("a sentence mark twice", r"[，。：；、][，。：；、]"),
    ],
)
def test_chinese_is_punctuated_as_chinese_is(fault, pattern):
    code = re.compile(r'\w+\([^()]*(，[^()]*)?"[^"]*"\)|\(\S*, "[^"]*"\)')  # calls that a reader is to type
    texts = [(p.place, code.sub("X", Text(p.zh, p.en).format(**dict.fromkeys(places(p.zh), "7")).zh)) for p in BARE]
    assert [t for t in texts if re.search(pattern, t[1])] == [], fault


@pytest.mark.parametrize(
    ("fault", "pattern"),
    [
        ("two spaces", r" {2}"),
        ("a space before a mark", r" [,.;:?!](?!\w)"),
        ("no space after a mark", r"[a-z][,;:][A-Za-z]"),
        ("a percent sign set apart", r"\d %"),
        ("straight quotation marks", r'(?<![=(\w])"\w+ '),
    ],
)
def test_english_is_punctuated_as_english_is(fault, pattern):
    assert [p for p in BARE if re.search(pattern, told(p.en))] == [], fault


def test_a_sentence_ends_in_both_languages_or_in_none():
    assert [p for p in BARE if p.zh.rstrip("”").endswith("。") != p.en.rstrip(" ”").endswith(".")] == []


def test_no_sentence_is_so_long_that_it_should_be_two():
    def longest(text: str) -> int:
        return max(len(part) for part in re.split(r"[。；.;:：] ?", told(text)))

    assert [p for p in BARE if longest(p.zh) > 90 or longest(p.en) > 230] == []


def test_a_count_that_may_be_one_has_both_forms():
    """`{n} people` would say “1 people”: lengths that are settings stay, they are never one."""
    counted = re.compile(
        r"(?<![-–{\w])\{(\w+)\} (?:[a-z]+ )?(people|orders|rows|plans|playbooks|calls|cases|links|identifiers|trials)\b(?! \w*ly)"
    )
    lacking = [
        (p.place, m[0])
        for p in BARE
        for m in counted.finditer(p.en)
        if m[1] not in SETTINGS and f"{{{m[1]}:" not in p.en
    ]
    assert [found for found in lacking if found[0].split(":")[0] not in _MANY] == []


# Modules whose counts are guarded by a least number before the sentence is said at all.
_MANY = {
    "behaviour/newcomers_words.py",
    "behaviour/funnel_words.py",
    "behaviour/trial_words.py",
    "experiments/planned_words.py",
    "strategy/strategy_words.py",
    "attribution/attribution_words.py",
    "workspace/unified_words.py",
    "lifetime/value_words.py",
    "health/health_words.py",
}


def test_dates_are_written_year_month_day_in_both_languages():
    other = re.compile(r"%-?[dm][/.月日]|%[bB]|%y\b")
    sentences = {file: tree for file, tree in trees().items() if file != "drawing.py"}  # axes leave out the year
    written = [
        (file, n.value) for file, tree in sentences.items() for n in ast.walk(tree) if isinstance(n, ast.Constant)
    ]
    assert [(file, v) for file, v in written if isinstance(v, str) and other.search(v)] == []


def states(expression: ast.expr) -> set[str]:
    """Return which of the states that call for action an expression can be."""
    return {n.value for n in ast.walk(expression) if isinstance(n, ast.Constant)} & {"watch", "bad"}


def test_whatever_is_to_be_watched_or_is_bad_says_what_to_do():
    made = takeaways()
    assert len(made) > 150
    assert [place for place, parts in made if len(parts) > 1 and states(parts[1]) and len(parts) < 3] == []

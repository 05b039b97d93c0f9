"""Words in two languages: every visible string is a `Text`, so that none can lack one."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from string import Formatter
from typing import Literal, cast

Lang = Literal["zh", "en"]
LANGS: tuple[Lang, ...] = ("zh", "en")


@dataclass(frozen=True)
class Text:
    """The same words in Chinese and English.

    >>> Text(zh="留存", en="retention").to("zh")
    '留存'
    >>> Text(zh="共 {n} 人", en="{n} people").format(n="12").en
    '12 people'
    """

    zh: str
    en: str

    def to(self, lang: Lang) -> str:
        """Return the words in one language."""
        return self.zh if lang == "zh" else self.en

    def format(self, **values: str | Text) -> Text:
        """Fill the named places of both languages; a value that is a `Text` goes in by language.

        A place with two words says the first after a count of one and the second after any other; Chinese gets one
        space between its characters and the figures or Latin letters that are put in, and none between its characters.

        >>> Text("有 {n} 人", "{n} {n:person is|people are} here").format(n="1").en
        '1 person is here'
        >>> Text("{who}有{n}未下单", "{n} of {who}").format(who="VIP", n=Text("3 人", "3")).zh
        'VIP 有 3 人未下单'
        """
        return Text(_filled(self.zh, "zh", values), _filled(self.en, "en", values))

    def as_dict(self) -> dict[str, str]:
        """Return `{"zh": …, "en": …}`, the form that notebooks store."""
        return {"zh": self.zh, "en": self.en}


def _filled(template: str, lang: Lang, values: Mapping[str, str | Text]) -> str:
    told = ""
    for literal, place, forms, _ in Formatter().parse(template):
        apart = literal.isspace()  # two places side by side, which the template keeps apart
        told = told + literal if apart else _joined(told, literal, lang)
        if place is not None:
            given = values[place]
            value = _of_count(given.to(lang) if isinstance(given, Text) else given, forms)
            told = told + value if apart else _joined(told, value, lang)
    return told


def _of_count(value: str, forms: str | None) -> str:
    """Return a value, or of two forms the one that goes with it as a count."""
    one, _, many = (forms or "").partition("|")
    return value if not forms else one if value.lstrip("−+") == "1" else many


_HAN = re.compile("[\u4e00-\u9fff]")
_LATIN = re.compile("[A-Za-z0-9¥$€£%−+±<>≥≤≈]")


def _joined(left: str, right: str, lang: Lang) -> str:
    """Put two parts of a sentence together, in Chinese with the space that belongs between them."""
    before, after = left.rstrip(" "), right.lstrip(" ")
    if lang == "en" or not before or not after:
        return left + right
    ends = before[-1], after[0]
    if all(map(_HAN.match, ends)):
        return before + after
    mixed = any(map(_HAN.match, ends)) and any(map(_LATIN.match, ends))
    return f"{before} {after}" if mixed else left + right


def same(words: str) -> Text:
    """Return a `Text` for something that has no language: a name from the data, an identifier, a date."""
    return Text(words, words)


def as_lang(lang: str) -> Lang:
    """Check a language code.

    Raises:
        UsageError: the code is neither zh nor en.
    """
    for known in LANGS:
        if lang == known:
            return known
    from ltv.errors import UsageError, found

    raise UsageError(found("lang", lang, ", ".join(LANGS)))


# Only what is shown of results depends on it, never a number or a page.
_spoken: ContextVar[Lang | None] = ContextVar("language in which results show themselves", default=None)


def spoken(otherwise: Lang = LANGS[0]) -> Lang:
    """Return the language in which results show themselves in a notebook and in a terminal.

    Args:
        otherwise: the language until a workspace is opened.
    """
    return _spoken.get() or otherwise


def speak(lang: str) -> None:
    """Set the language in which results show themselves; `ltv.open` sets the first language of the workspace.

    Raises:
        UsageError: the language is neither zh nor en.
    """
    _spoken.set(as_lang(lang))


Unit = Literal["count", "money", "rate", "points", "hours", "days", "seconds", "number", "text", "date", "time"]

_WAN, _YI = 10_000, 100_000_000
_SYMBOLS = {"CNY": "¥", "USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "HKD": "HK$", "TWD": "NT$"}
_WITHOUT_CENTS = {"JPY", "KRW", "VND"}


def number(value: object, unit: Unit, *, currency: str = "CNY") -> Text:
    """Write a value as people of each language write it; a missing one is an en dash.

    Args:
        value: a number, or anything for `text`, `date` and `time`.
        unit: what the number is; `rate` is a fraction, `points` a difference of fractions.
        currency: ISO code used by `money`.

    >>> number(0.4123, "rate").en
    '41.2%'
    >>> number(0.0004, "rate").en, number(0.99996, "rate").en
    ('0.04%', '>99.99%')
    >>> number(1234567, "count").zh, number(1234567, "count").en
    ('123.5万', '1,234,567')
    >>> number(1, "days").en, number(90_000, "seconds").zh
    ('1 day', '25 小时')
    >>> number(-0.018, "points").en
    '−1.8 pp'
    >>> number(1234.5, "money", currency="GBP").en
    '£1,234'
    >>> number(None, "rate").zh
    '–'
    """
    if _is_missing(value):
        return same("–")
    if unit in ("text", "date"):
        return same(str(value)[:10] if unit == "date" else str(value))
    if unit == "time":
        return same(str(value)[:16])
    return _numeric(float(cast(float, value)), unit, currency)


def _is_missing(value: object) -> bool:
    try:
        return value is None or bool(value != value)  # noqa: PLR0124  NaN and NaT differ from themselves
    except TypeError:
        return True  # pd.NA does not even say that


def p_value(p: float) -> Text:
    """Write a p-value as a reader takes it in, never as a power of ten.

    >>> p_value(0.0312).en, p_value(8.6e-5).zh
    ('p = 0.031', 'p < 0.0001')
    """
    return same(f"p = {_plain_number(p)}" if p >= _LEAST_P else f"p < {_LEAST_P:.4f}")


_LEAST_P = 0.0001


def listed(texts: Sequence[Text]) -> Text:
    """Put texts one after another as each language lists things.

    >>> listed([Text("甲", "a"), Text("乙", "b")]).zh, listed([same("a"), same("b")]).en
    ('甲、乙', 'a, b')
    """
    return Text("、".join(t.zh for t in texts), ", ".join(t.en for t in texts))


def interval(low: object, high: object, unit: Unit, *, currency: str = "CNY") -> Text:
    """Write two ends as people write a range: the unit once where both share it.

    >>> interval(123_000, 156_000, "count").zh, interval(-0.01, 0.02, "points").en
    ('12.3–15.6万', '−1.0 to +2.0 pp')
    >>> interval(0.205, 0.281, "rate").zh, interval(-0.05, 0.1, "rate").zh
    ('20.5%–28.1%', '−5.0% 至 10.0%')
    """
    ends = number(low, unit, currency=currency), number(high, unit, currency=currency)
    return Text(_range(ends[0].zh, ends[1].zh, " 至 "), _range(ends[0].en, ends[1].en, " to "))


_UNIT = re.compile(r" \D+$|[万亿]$")


def _range(low: str, high: str, apart: str) -> str:
    """Leave the unit out of the first end; signs and money need a word between the ends, since a dash is read as minus."""
    plain = low[:1].isdigit() and high[:1].isdigit()
    unit = _UNIT.search(low)
    if unit and high.removesuffix("s").endswith(unit[0].removesuffix("s")) and (plain or unit[0].startswith(" ")):
        low = low.removesuffix(unit[0])
    return low + ("–" if plain else apart) + high


def _numeric(x: float, unit: Unit, currency: str) -> Text:
    zh, en = _unsigned(abs(x), unit, currency)
    return Text(_signed(x, unit, zh), _signed(x, unit, en))


_MIRRORED = {"<": ">", ">": "<"}


def _signed(x: float, unit: Unit, shown: str) -> str:
    if not any(digit in shown for digit in "123456789"):
        return shown  # what rounds to nothing
    if x < 0 and shown[0] in _MIRRORED:
        return f"{_MIRRORED[shown[0]]}−{shown[1:]}"
    return ("−" if x < 0 else "+" if unit == "points" else "") + shown


# Shares under these read as 0.0 % and as 0.00 %.
_TENTH, _HUNDREDTH = 0.0005, 0.00005


def _unsigned(a: float, unit: Unit, currency: str) -> tuple[str, str]:
    if unit == "rate":
        return _percent(a), _percent(a)
    if unit == "points":
        points = f"{a * 100:.2f}" if _HUNDREDTH <= a < _TENTH else f"{a * 100:.1f}"
        return points + " 个百分点", points + " pp"
    if unit in ("count", "money"):
        symbol = _SYMBOLS.get(currency, currency + " ") if unit == "money" else ""
        plain = _whole(a) if unit == "count" or currency in _WITHOUT_CENTS else _money(a)
        return symbol + (_short_zh(a) or plain), symbol + plain
    if unit == "number":
        return _plain_number(a), _plain_number(a)
    return _lasting(a, unit)


def _percent(a: float) -> str:
    """Write a share; what is not nothing, or not everything, does not read as if it were."""
    if _TENTH <= a < 1 - _TENTH or a >= 1 or a == 0:
        return f"{a:.1%}"
    if a < _HUNDREDTH:
        return "<0.01%"
    return f"{a:.2%}" if a < 1 - _HUNDREDTH else ">99.99%"


def _whole(a: float) -> str:
    return f"{a:,.0f}"


def _money(a: float) -> str:
    cents = f"{a:,.2f}"
    return cents if a and len(cents) <= len("999.99") else _whole(a)


def _plain_number(a: float) -> str:
    """Write two digits after the point, and as many as it takes to tell a small one from nothing."""
    digits = next((n for n in (2, 3, 4) if n == 4 or round(a, n) >= 10 ** (1 - n)), 2)  # noqa: PLR2004
    return f"{a:,.2f}" if round(a, digits) == 0 else f"{a:,.{digits}f}"


_LASTING = {
    "days": (1.0, " 天", " day"),
    "hours": (1.0, " 小时", " h"),
    "minutes": (60.0, " 分钟", " min"),
    "seconds": (1.0, " 秒", " s"),
    "ms": (0.001, " 毫秒", " ms"),
}
_LONG_HOURS, _LONG_MINUTES = 10_800, 180


def _lasting(a: float, unit: Unit) -> tuple[str, str]:
    """Write how long something lasts, seconds in the unit that people would choose."""
    size, zh, en = _LASTING[unit]
    if unit == "seconds" and a >= _LONG_HOURS:
        size, zh, en = 3600.0, *_LASTING["hours"][1:]
    elif unit == "seconds" and a >= _LONG_MINUTES:
        size, zh, en = _LASTING["minutes"]
    elif unit == "seconds" and 0 < a < 1:
        size, zh, en = _LASTING["ms"]
    n = a / size
    digits = f"{n:,.0f}" if en == " ms" or n >= 100 else f"{n:,.1f}".removesuffix(".0")  # noqa: PLR2004
    return digits + zh, digits + en + ("s" if en == " day" and digits != "1" else "")


def _short_zh(a: float) -> str:
    """Write what has six digits or more in ten thousands or hundred millions, anything else not at all."""
    if round(a / _WAN, 1) >= _WAN:
        return f"{a / _YI:,.2f}亿"
    return f"{a / _WAN:,.1f}万" if round(a) >= 10 * _WAN else ""

"""Words in two languages: every visible string is a `Text`, so that none can lack one."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
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
        """Fill the named places of both languages; a value that is a `Text` goes in by language."""

        def fill(template: str, lang: Lang) -> str:
            return template.format(**{k: v.to(lang) if isinstance(v, Text) else v for k, v in values.items()})

        return Text(fill(self.zh, "zh"), fill(self.en, "en"))

    def as_dict(self) -> dict[str, str]:
        """Return `{"zh": …, "en": …}`, the form that notebooks store."""
        return {"zh": self.zh, "en": self.en}


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


def number(value: object, unit: Unit, *, currency: str = "CNY") -> Text:
    """Write a value as people of each language write it; a missing one is an en dash.

    Args:
        value: a number, or anything for `text`, `date` and `time`.
        unit: what the number is; `rate` is a fraction, `points` a difference of fractions.
        currency: ISO code used by `money`.

    >>> number(0.4123, "rate").en
    '41.2%'
    >>> number(1234567, "count").zh, number(1234567, "count").en
    ('123.5万', '1,234,567')
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


def _numeric(x: float, unit: Unit, currency: str) -> Text:
    zh, en = _unsigned(abs(x), unit, currency)
    return Text(_sign(x, unit, zh) + zh, _sign(x, unit, en) + en)


def _sign(x: float, unit: Unit, shown: str) -> str:
    if not any(digit in shown for digit in "123456789"):
        return ""  # what rounds to nothing
    return "−" if x < 0 else "+" if unit == "points" else ""


def _unsigned(a: float, unit: Unit, currency: str) -> tuple[str, str]:
    if unit == "rate":
        return f"{a:.1%}", f"{a:.1%}"
    if unit == "points":
        return f"{a * 100:.1f} 个百分点", f"{a * 100:.1f} pp"
    if unit in ("count", "money"):
        symbol = _SYMBOLS.get(currency, currency + " ") if unit == "money" else ""
        return symbol + _short_zh(a, unit), symbol + _plain(a, unit)
    if unit == "seconds" and 0 < a < 1:
        return f"{a * 1000:,.0f} 毫秒", f"{a * 1000:,.0f} ms"
    suffix = {"hours": (" 小时", " h"), "days": (" 天", " days"), "seconds": (" 秒", " s")}.get(unit, ("", ""))
    digits = f"{a:,.1f}" if unit != "number" else f"{a:,.2f}"
    return digits + suffix[0], digits + suffix[1]


def _plain(a: float, unit: Unit) -> str:
    return f"{a:,.2f}" if unit == "money" and a < 1000 else f"{a:,.0f}"  # noqa: PLR2004


def _short_zh(a: float, unit: Unit) -> str:
    if a >= _YI:
        return f"{a / _YI:,.2f}亿"
    if a >= 10 * _WAN:
        return f"{a / _WAN:,.1f}万"
    return _plain(a, unit)

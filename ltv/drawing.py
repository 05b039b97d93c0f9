"""What charts have in common: lines with their bands and names, whiskers, axes in the numbers and dates of a language.

Every function takes a plotly figure and adds to it. Names stand at the ends of lines rather than in a legend; they are moved
apart where they would overlap. A trace with a `choice` is shown while the reader has chosen it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal

from ltv.colors import AXIS, INK, MAIN, band
from ltv.text import Lang, Unit, number

if TYPE_CHECKING:
    import pandas as pd

Figure = Any  # plotly has no types

HEIGHT_PX = 380
_AROUND_PX = 84  # what axes and margins take of the height
_LABEL_PX, _CHARACTER_PX, _CJK = 17, 6.9, 0x2E80
_WIDEST_LABEL = 13  # characters, of which a Chinese one counts as 1.75
_MOST_TICKS, _DAY_MS, _WIDTH = 5, 86_400_000, 2.5
_TAG = re.compile(r"<[^>]*>")
_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
_WAN, _YI, _THOUSAND, _MILLION, _BILLION = 1e4, 1e8, 1e3, 1e6, 1e9


@dataclass(frozen=True)
class End:
    """A name at the end of a line.

    Attributes:
        x: where the line ends.
        y: its last value.
        text: the name.
        color: of the line.
        choice: for which choice of the reader it is shown.
    """

    x: object
    y: float
    text: str
    color: str = MAIN
    choice: str | None = None


def numbers(values: Iterable[Any]) -> list[float | None]:
    """Return plain numbers, as exact as a picture and its labels can show them; what is missing breaks a line.

    >>> numbers([1, float("nan"), 0.123456789, 1_234_567.8])
    [1.0, None, 0.12346, 1234568.0]
    """
    return [None if value is None or value != value else _exact(float(value)) for value in values]  # noqa: PLR0124  NaN


def _exact(value: float) -> float:
    return float(f"{value:.5g}") if abs(value) < _WAN else float(round(value))


def told(choice: str | None) -> dict[str, Any] | None:
    """Return the mark of a trace that is shown for one choice alone."""
    return None if choice is None else {"choice": choice}


def add_band(
    figure: Figure,
    x: Iterable[Any],
    low: Iterable[Any],
    high: Iterable[Any],
    *,
    color: str = MAIN,
    choice: str | None = None,
    **where: Any,  # noqa: ANN401  row and col of a subplot
) -> None:
    """Draw the interval around a line; each stretch of places that have one by itself."""
    rows = list(zip(x, numbers(low), numbers(high), strict=True))
    known = [k for k, (_, bottom, top) in enumerate(rows) if bottom is not None and top is not None]
    if not known:
        return
    at, bottom, top = zip(*rows[known[0] : known[-1] + 1], strict=True)
    look = {"mode": "lines", "line": {"width": 0}, "fillcolor": band(color), "hoverinfo": "skip", "showlegend": False}
    look |= {"meta": told(choice), **where}
    if None in bottom or None in top:
        xs, ys = _outline(at, bottom, top)
        figure.add_scatter(x=xs, y=ys, fill="toself", **look)
    else:  # two lines are half as long as an outline
        figure.add_scatter(**places(at), y=bottom, **look)
        figure.add_scatter(**places(at), y=top, fill="tonexty", **look)


def places(at: Sequence[Any]) -> dict[str, Any]:
    """Return the places of points: evenly spaced days and numbers by their first and their distance, which pages stay small by.

    >>> places([1, 2, 3]), places(["2026-06-29", "2026-06-30"])["dx"], places([1, 5, 6])
    ({'x0': 1, 'dx': 1}, 86400000, {'x': [1, 5, 6]})
    """
    try:
        days = [date.fromisoformat(day).toordinal() if isinstance(day, str) else day for day in at]
        steps = {b - a for a, b in pairwise(days)}
    except (TypeError, ValueError):
        return {"x": list(at)}
    if len(steps) != 1:
        return {"x": list(at)}
    return {"x0": at[0], "dx": steps.pop() * (_DAY_MS if isinstance(at[0], str) else 1)}


def add_line(
    figure: Figure,
    x: Iterable[Any],
    y: Iterable[Any],
    *,
    hover: str,
    color: str = MAIN,
    width: float = _WIDTH,
    dash: str = "solid",
    name: str = "",
    choice: str | None = None,
    **more: Any,  # noqa: ANN401  further looks, row and col of a subplot
) -> None:
    """Draw a line that breaks where a value is missing."""
    look = {"mode": "lines", "showlegend": False, "hovertemplate": f"{hover}<extra></extra>"} | more
    line: dict[str, Any] = {"color": color}
    if (width, dash) != (_WIDTH, "solid"):  # which the template has: a page holds it once
        line |= {"width": width, "dash": dash}
    figure.add_scatter(**places(list(x)), y=numbers(y), line=line, name=name or None, meta=told(choice), **look)


def add_ends(
    figure: Figure, ends: Sequence[End], *, bottom: float, top: float, height_px: float = HEIGHT_PX - _AROUND_PX
) -> None:
    """Write names at the ends of lines, apart from each other, and make room for them at the right.

    Args:
        figure: with its lines.
        ends: what to write where.
        bottom: lower end of the value axis.
        top: upper end of it.
        height_px: height of the plot.
    """
    for choice in dict.fromkeys(end.choice for end in ends):
        group = sorted((e for e in ends if e.choice == choice), key=lambda end: end.y)
        texts = [wrapped(end.text) for end in group]
        sizes = [_LABEL_PX * (text.count("<br>") + 1) * (top - bottom) / height_px for text in texts]
        figure.add_scatter(
            x=[end.x for end in group], y=numbers(apart([e.y for e in group], sizes, bottom, top)), mode="text",
            text=[f"  {text}".replace("<br>", "<br>  ") for text in texts], textposition="middle right", meta=told(choice),
            textfont={"color": [end.color for end in group]}, cliponaxis=False, hoverinfo="skip", showlegend=False,
        )  # fmt: skip
    _make_room(figure, [wrapped(end.text) for end in ends])


def add_beside(
    figure: Figure,
    x: Iterable[Any],
    y: Sequence[Any],
    texts: Sequence[str],
    *,
    color: str = INK,
    choice: str | None = None,
    **where: Any,  # noqa: ANN401  row and col of a subplot
) -> None:
    """Write what bars say at their right, and make room for it."""
    figure.add_scatter(
        x=_places_of(x), y=list(y), mode="text", textfont={"color": color}, text=[f"  {t}".replace("<br>", "<br>  ") for t in texts], meta=told(choice),
        textposition="middle right", cliponaxis=False, hoverinfo="skip", showlegend=False, **where,
    )  # fmt: skip
    _make_room(figure, texts)


def _places_of(values: Iterable[Any]) -> list[Any]:
    given = list(values)
    return given if any(isinstance(value, str) for value in given) else numbers(given)


def add_links(figure: Figure, y: Sequence[Any], start: Iterable[Any], end: Iterable[Any]) -> None:
    """Join two points of each row by a thin line."""
    rows = [row for row in zip(y, numbers(start), numbers(end), strict=True) if None not in row]
    xs = [x for _, a, b in rows for x in (a, b, None)]
    ys = [name for name, _, _ in rows for _ in range(3)]
    line = {"color": AXIS, "width": 3}
    figure.add_scatter(x=xs, y=ys, mode="lines", line=line, connectgaps=False, hoverinfo="skip", showlegend=False)


def _make_room(figure: Figure, texts: Sequence[str]) -> None:
    lines = [line for text in texts for line in _TAG.sub("", text.replace("<br>", "\n")).split("\n")]
    widest = max(map(line_width, lines), default=0)
    before = figure.layout.margin.r or 0
    figure.update_layout(margin={"r": max(round(widest * _CHARACTER_PX) + 18, before)})


def apart(wanted: Sequence[float], sizes: Sequence[float], bottom: float, top: float) -> list[float]:
    """Move places apart until each has its size, as little as can be (the pool of adjacent violators).

    Args:
        wanted: places, ascending.
        sizes: what each takes.
        bottom: where the first may begin.
        top: where the last may end; where not all fit they reach over it.

    >>> apart([1.0, 1.0, 5.0], [1.0, 1.0, 1.0], 0.0, 10.0)
    [0.5, 1.5, 5.0]
    """
    starts, taken = [], 0.0
    for place, size in zip(wanted, sizes, strict=True):
        starts.append((place - size / 2 - taken, taken + size / 2))
        taken += size
    pools: list[tuple[float, int]] = []
    for start, _ in starts:
        pools.append((start, 1))
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            (b, n), (a, m) = pools.pop(), pools.pop()
            pools.append(((a * m + b * n) / (m + n), m + n))
    level = [max(min(value, top - taken), bottom) for value, n in pools for _ in range(n)]
    return [value + middle for value, (_, middle) in zip(level, starts, strict=True)]


def whiskers(value: pd.Series[Any], low: pd.Series[Any], high: pd.Series[Any], *, color: str = INK) -> dict[str, Any]:
    """Return the error bars of an interval around a value, as `error_x` or `error_y` take them."""
    up = numbers((high.astype(float) - value.astype(float)).clip(lower=0))
    down = numbers((value.astype(float) - low.astype(float)).clip(lower=0))
    return {"type": "data", "symmetric": False, "array": up, "arrayminus": down,
            "color": color, "thickness": 1.5, "width": 4}  # fmt: skip


def scale_axis(
    figure: Figure,
    axis: Literal["x", "y"],
    values: Iterable[Any],
    *,
    unit: Unit,
    lang: Lang,
    currency: str = "CNY",
    title: str | None = None,
    from_zero: Literal["always", "near"] = "always",
    room: float = 0.06,
    most: int = _MOST_TICKS,
    **where: Any,  # noqa: ANN401  row and col of a subplot
) -> tuple[float, float]:
    """Give a value axis its range, and ticks in the numbers of the language.

    Args:
        figure: a figure.
        axis: which one.
        values: everything that must be in sight; missing ones are left out.
        unit: what the values are.
        lang: of the numbers.
        currency: of money.
        title: of the axis.
        from_zero: always, or only where zero is near the values.
        room: beyond the highest value, as a share of the range.
        most: steps between ticks.
        **where: row and col of a subplot.

    Returns:
        The range.
    """
    known = [v for v in numbers(values) if v is not None and math.isfinite(v)] or [0.0, 1.0]
    low, high = min(known), max(known)
    if from_zero == "always" or (low > 0 and low < 0.5 * high):
        low, high = min(low, 0.0), max(high, 0.0)
    span = (high - low) or abs(high) or 1.0
    bottom = low if low == 0 else low - span * 0.06
    top = high if high == 0 < span and low < 0 else high + span * room
    at = ticks(bottom, high, most)
    change = figure.update_xaxes if axis == "x" else figure.update_yaxes
    text = tick_text(at, unit, lang, currency)
    change(range=[bottom, top], tickvals=at, ticktext=text, title=title, **_zero(low), **where)
    return bottom, top


def ticks(low: float, high: float, most: int = _MOST_TICKS) -> list[float]:
    """Return round places on an axis.

    >>> ticks(0, 0.43)
    [0.0, 0.1, 0.2, 0.3, 0.4]
    """
    span = (high - low) or 1.0
    power = 10.0 ** math.floor(math.log10(span / most))
    step = next(power * s for s in _STEPS if span / (power * s) <= most)
    first = math.ceil(low / step - 1e-9)
    return [round(k * step, 12) + 0.0 for k in range(first, math.floor(high / step + 1e-9) + 1)]


def tick_text(at: Sequence[float], unit: Unit, lang: Lang, currency: str = "CNY") -> list[str]:
    """Write the numbers of an axis, all of them in the same size.

    >>> tick_text([0.0, 50_000.0, 100_000.0], "money", "zh")
    ['0', '¥5万', '¥10万']
    >>> tick_text([0.0, 0.005, 0.01], "rate", "en")
    ['0%', '0.5%', '1.0%']
    """
    largest = max(map(abs, at), default=0.0)
    factor, sign = (100.0, "%") if unit in ("rate", "points") else _size(largest, unit, lang)
    step = (at[1] - at[0]) * factor if len(at) > 1 else largest * factor or 1.0
    places = max(0, -math.floor(math.log10(step) + 1e-9)) if step > 0 else 0
    places += step > 0 and round(step * 10**places, 6) % 1 > 0
    symbol = number(1000, "money", currency=currency).en.removesuffix("1,000") if unit == "money" else ""
    return [_tick(v * factor, places, symbol, sign) for v in at]


def day_axis(figure: Figure, lang: Lang, days: Sequence[str], **where: Any) -> None:  # noqa: ANN401  row, col of a subplot
    """Write the days of an axis, from the first to the last, as people of the language do."""
    short, long = ("%-m月%-d日", "%Y年%-m月%-d日") if lang == "zh" else ("%b %-d", "%b %-d, %Y")
    figure.update_xaxes(
        type="date", tickformat=short, hoverformat=long, nticks=6, tickangle=0, range=[min(days), max(days)], **where
    )


def day_text(day: object, lang: Lang) -> str:
    """Write a day without its year.

    >>> day_text("2026-06-05", "zh"), day_text("2026-06-05", "en")
    ('6月5日', 'Jun 5')
    """
    _, month, rest = str(day)[:10].split("-")
    names = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()  # noqa: SIM905  a list of words
    return f"{int(month)}月{int(rest)}日" if lang == "zh" else f"{names[int(month) - 1]} {int(rest)}"


def choose_first(figure: Figure, choices: Sequence[str]) -> None:
    """Show the traces of the first choice; the page lets the reader choose another."""
    for trace in figure.data:
        if trace.meta and trace.meta.get("choice", choices[0]) != choices[0]:
            trace.visible = False


def wrapped(text: str, most: float = _WIDEST_LABEL) -> str:
    """Break a long name into lines.

    >>> wrapped("invitations a user")
    'invitations a<br>user'
    """
    lines, words = [""], text.split(" ") if " " in text else _pieces(text, most)
    glue = " " if " " in text else ""
    for word in words:
        if lines[-1] and line_width(lines[-1] + glue + word) > most:
            lines.append(word)
        else:
            lines[-1] += (glue if lines[-1] else "") + word
    return "<br>".join(lines)


def line_width(text: str) -> float:
    """Return how wide words are, in characters of which a Chinese one counts as 1.75."""
    return sum(1.75 if ord(character) > _CJK else 1.0 for character in text)


def _pieces(text: str, most: float) -> list[str]:
    return list(text) if any(ord(c) > _CJK for c in text) and line_width(text) > most else [text]


def _outline(
    at: Sequence[Any], low: Sequence[float | None], high: Sequence[float | None]
) -> tuple[list[Any], list[Any]]:
    """Return the corners of a band, each stretch closed by itself."""
    xs: list[Any] = []
    ys: list[float | None] = []
    for part in _stretches(list(zip(at, low, high, strict=True))):
        edge = [(x, top) for x, _, top in part] + [(x, bottom) for x, bottom, _ in reversed(part)]
        xs += [None] * bool(xs) + [x for x, _ in edge]
        ys += [None] * bool(ys) + [value for _, value in edge]
    return xs, ys


def _stretches(rows: list[tuple[Any, float | None, float | None]]) -> list[list[tuple[Any, float, float]]]:
    found: list[list[tuple[Any, float, float]]] = [[]]
    for x, low, high in rows:
        if low is None or high is None:
            found.append([])
        else:
            found[-1].append((x, low, high))
    return [part for part in found if part]


def _zero(low: float) -> dict[str, Any]:
    return {"zeroline": low <= 0, "zerolinewidth": 1.5 if low < 0 else 1}


def _size(largest: float, unit: Unit, lang: Lang) -> tuple[float, str]:
    """Thousands and above get a short form: 万 and 亿, or k, M and B."""
    sizes = ((_YI, "亿"), (_WAN, "万")) if lang == "zh" else ((_BILLION, "B"), (_MILLION, "M"), (_THOUSAND * 10, "k"))
    if unit in ("count", "money", "number"):
        for least, sign in sizes:
            if largest >= least:
                return 1 / (_THOUSAND if sign == "k" else least), sign
    return 1.0, ""


def _tick(value: float, places: int, symbol: str, sign: str) -> str:
    if value == 0:
        return f"0{sign}" if sign == "%" else "0"
    minus = "−" if value < 0 else ""
    return f"{minus}{symbol}{abs(value):,.{places}f}{sign}"

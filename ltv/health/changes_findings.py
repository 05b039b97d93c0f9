"""Tiles and sentences of what changed and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from ltv.health.changes_explained import FACTOR, values
from ltv.health.changes_table import PAGE, VIEW, day_compared, named_part, part_words
from ltv.health.changes_words import ACTION, FIGURE, MONTHS, VERDICT, WHY_NOT, WORDS
from ltv.result import KeyFigure, Source, State, Takeaway
from ltv.text import Text, number, same

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ltv.health.changes_explained import Explained, Explanation
    from ltv.health.changes_result import Changes

_MOST_SENTENCES, _MOST_BENEATH = 4, 2
_WHOLE_SHARE = 1.0
_SOURCE = Source(PAGE, VIEW)


@dataclass(frozen=True)
class Top:
    """The part that a change mostly comes from.

    Attributes:
        dimension: of the part.
        part: its name.
        share: of the whole change.
        low: lower end of its interval.
        high: upper end.
        place: its position in the explanation.
    """

    dimension: str
    part: str
    share: float
    low: float
    high: float
    place: int


def day_words(day: date | None) -> Text:
    """A day as it stands in a sentence.

    >>> day_words(date(2026, 6, 23)).en
    '23 June'
    """
    if day is None:
        return same("–")
    return Text(f"{day.month} 月 {day.day} 日", f"{day.day} {MONTHS[day.month - 1]}")


def share_words(share: float) -> Text:
    """A share of a change, in whole percent.

    >>> share_words(-0.714).en
    '−71%'
    """
    return same(f"{share:.0%}".replace("-", "−"))


def level(told: Changes, one: Explained, value: float) -> Text:
    """A value of a figure."""
    return number(value, one.figure.unit, currency=told.currency)


def signed(told: Changes, one: Explained, value: float) -> Text:
    """A change of a figure, with its sign."""
    text = number(value, "points" if one.figure.unit == "rate" else one.figure.unit, currency=told.currency)
    plus = "+" if value > 0 and one.figure.unit != "rate" and any(c in text.en for c in "123456789") else ""
    return Text(plus + text.zh, plus + text.en)


def top_part(one: Explained) -> Top | None:
    """The accused part of the best dimension that contributed most; None where nobody is accused."""
    e = one.by(one.best) if one.best else None
    if e is None or not one.change:
        return None
    n = next(n for n in e.order if e.accused[n])
    share = float(e.contribution[n] / one.change)
    return Top(e.dimension, e.parts[n], share, float(e.share_low[n]), float(e.share_high[n]), n)


def findings(told: Changes) -> list[Takeaway]:
    """What moved and where from, or that nothing did; what could not be judged."""
    moved = [_moved(told, one, told.moved[:place]) for place, one in enumerate(told.moved[:_MOST_SENTENCES])]
    return [*(moved or [_quiet(told)]), *_beneath(told), *_not_judged(told)]


def _beneath(told: Changes) -> list[Takeaway]:
    """Parts that moved while the whole is usual, each part once, with the first figure that shows it."""
    said: dict[tuple[str, str], Takeaway] = {}
    named = {(t.dimension, t.part) for one in told.moved if (t := top_part(one))}
    for one in told.beneath:
        top, e = top_part(one), one.by(one.best)
        if top is None or e is None or (top.dimension, top.part) in named | set(said):
            continue
        values = [level(told, one, float(v[top.place])) for v in e.value]
        part = named_part(top.dimension, top.part)
        text = WORDS["beneath"].format(figure=FIGURE[one.figure.name], part=part, before=values[0], after=values[1])
        action = ACTION.get(top.dimension, ACTION["other"]) if one.is_worse else ACTION["welcome"]
        view = f"why_{one.figure.name}"
        source = Source(PAGE, view if view in told.views else VIEW)
        said[top.dimension, top.part] = Takeaway(text, "watch" if one.is_worse else "none", action, source)
    return list(said.values())[:_MOST_BENEATH]


def _quiet(told: Changes) -> Takeaway:
    judged = sum(one.verdict == "usual" for one in told.explained)
    if not judged:
        return Takeaway(WORDS["nothing_judged"], source=_SOURCE)
    return Takeaway(WORDS["quiet"].format(n=str(judged)), "good", source=_SOURCE)


def _moved(told: Changes, one: Explained, before: Sequence[Explained]) -> Takeaway:
    """One figure; what was said of the same part of a figure before is not said again."""
    low, high = (level(told, one, v) for v in one.usual)
    change = number(abs(one.change), "points" if one.figure.unit == "rate" else one.figure.unit, currency=told.currency)
    change = Text(change.zh.lstrip("+"), change.en.lstrip("+"))
    said = {
        "figure": FIGURE[one.figure.name],
        "after": level(told, one, one.after),
        "change": change,
        "low": low,
        "high": high,
    }
    said |= {"then": day_words(day_compared(one, told.as_of)), "relative": _relative(one.before, one.after)}
    text = WORDS["fell" if one.change < 0 else "rose"].format(**said)
    top = top_part(one)
    is_again = top is not None and any(_is_same(top, top_part(other)) for other in before)
    text = _joined(text, WORDS["spread"] if top is None else _from(told, one, top, again=is_again))
    product = one.by(FACTOR)
    if product is not None:
        text = _joined(text, WORDS["by_factor"].format(factors=_factors(told, one, product)))
    state: State = "bad" if one.is_bad else "good"
    action = (
        ACTION["welcome"]
        if not one.is_bad
        else ACTION["none"]
        if top is None
        else ACTION.get(top.dimension, ACTION["other"])
    )
    view = f"why_{one.figure.name}" if one.explanations else VIEW
    return Takeaway(text, state, None if is_again else action, Source(PAGE, view if view in told.views else VIEW))


def _is_same(top: Top, other: Top | None) -> bool:
    return other is not None and (top.dimension, top.part) == (other.dimension, other.part)


def _from(told: Changes, one: Explained, top: Top, *, again: bool) -> Text:
    said = {"share": share_words(top.share), "low": share_words(top.low), "high": share_words(top.high)}
    said |= {"part": named_part(top.dimension, top.part), "how": _how(told, one, top)}
    if again:
        return WORDS["from_again"].format(part=said["part"], share=said["share"])
    rest = WORDS["rest_made_up" if top.share > _WHOLE_SHARE else "no_rest"]
    return WORDS["from"].format(**said, rest=rest)


def _how(told: Changes, one: Explained, top: Top) -> Text:
    """What became of the part itself: its buyers, or what each of them spent, whichever changed more."""
    e = one.by(top.dimension)
    assert e is not None  # noqa: S101  the top part is of it
    before, after = float(e.value[0][top.place]), float(e.value[1][top.place])
    if one.figure.kind == "mean":
        return WORDS["how_own"].format(before=level(told, one, before), after=level(told, one, after))
    buyers = told.of("buyers_7d").by(top.dimension) if one.figure.name in ("net_revenue_7d", "orders_7d") else None
    if buyers is None or top.part not in buyers.parts or told.of("buyers_7d").back != one.back:
        return WORDS["how_own"].format(before=level(told, one, before), after=level(told, one, after))
    n = buyers.parts.index(top.part)
    heads = float(buyers.value[0][n]), float(buyers.value[1][n])
    spend = _ratio(before, heads[0]), _ratio(after, heads[1])
    if (
        one.figure.unit == "money" and abs(np.log(spend[1] / spend[0])) > abs(np.log(heads[1] / heads[0]))
        if min(*heads, *spend) > 0
        else False
    ):
        return WORDS["how_spend"].format(relative=_relative(*spend))
    return WORDS["how_buyers"].format(
        before=number(heads[0], "count"), after=number(heads[1], "count"), relative=_relative(*heads)
    )


def _ratio(above: float, below: float) -> float:
    return above / below if below else 0.0


def _relative(before: float, after: float) -> Text:
    if not before:
        return same("–")
    text = number(after / before - 1, "rate").en
    return same(text if text.startswith("−") else f"+{text}")


def _factors(told: Changes, one: Explained, product: Explanation) -> Text:
    parts = [
        Text(f"{part_words(FACTOR, p).zh} {v.zh}", f"{part_words(FACTOR, p).en} {v.en}")
        for p, v in zip(product.parts, (signed(told, one, c) for c in product.contribution), strict=True)
    ]
    return Text("，".join(p.zh for p in parts), ", ".join(p.en for p in parts))


def _joined(one: Text, other: Text) -> Text:
    return Text(one.zh + other.zh, one.en + other.en)


def _not_judged(told: Changes) -> list[Takeaway]:
    said = []
    for verdict, why in WHY_NOT.items():
        names = [FIGURE[one.figure.name] for one in told.explained if one.verdict == verdict]
        if names:
            together = Text("、".join(n.zh for n in names), ", ".join(n.en for n in names))
            said.append(WORDS["named_why"].format(why=why, figures=together))
    if not said:
        return []
    all_of_them = Text("；".join(s.zh for s in said), "; ".join(s.en for s in said))
    return [Takeaway(WORDS["not_judged"].format(names=all_of_them), source=_SOURCE)]


def tiles(told: Changes) -> list[KeyFigure]:
    """A tile for each figure that is known."""
    return [_tile(told, one) for one in told.explained if not np.isnan(one.after)]


def _tile(told: Changes, one: Explained) -> KeyFigure:
    low, high = (level(told, one, v) for v in one.usual)
    rule = WORDS["tile_usual"].format(low=low, high=high, verdict=VERDICT[one.verdict])
    is_known = not np.isnan(one.usual[0])
    state: State = "none" if one.verdict in WHY_NOT else "good" if not one.is_bad else "bad"
    spark = tuple(None if np.isnan(v) else float(v) for v in reversed(values(one.figure)))
    return KeyFigure(
        FIGURE[one.figure.name], one.after, one.figure.unit, previous=one.before if one.back else None,
        comparison=day_words(day_compared(one, told.as_of)) if one.back else None, state=state,
        rule=rule if is_known else VERDICT[one.verdict], spark=spark, source=_SOURCE,
    )  # fmt: skip

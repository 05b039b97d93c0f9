"""Blocks of what changed and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ltv.health.changes_explained import FACTOR
from ltv.health.changes_findings import day_words, level, share_words, signed, top_part
from ltv.health.changes_table import day_compared, dimension_words, named_part, part_words
from ltv.health.changes_words import FIGURE, VERDICT, WORDS
from ltv.result import Column, View, Worded
from ltv.text import Text, Unit, number

if TYPE_CHECKING:
    from ltv.health.changes_explained import Explained, Explanation
    from ltv.health.changes_result import Changes
    from ltv.text import Lang

MOST_WATERFALLS, MOST_BARS = 3, 7
_UNITS: dict[str, Unit] = {"compared_with": "date", "share": "rate"}


def views(told: Changes) -> dict[str, View]:
    """All blocks for which there are rows."""
    blocks = {"what_changed": _figures(told)}
    shown = [one for one in (*told.moved, *told.beneath) if drawn_by(one) is not None][:MOST_WATERFALLS]
    blocks |= {f"why_{one.figure.name}": _waterfall(told, one) for one in shown}
    parts = _parts(told)
    return blocks | ({"change_parts": parts} if len(parts.data) else {})


def drawn_by(one: Explained) -> Explanation | None:
    """The explanation that is drawn: the best one; where none stands out the factors, or what comes closest."""
    if one.best:
        return one.by(one.best)
    return one.by(FACTOR) or max(one.explanations, key=lambda e: e.concentration, default=None)


def _listed(rows: list[dict[str, Any]], names: tuple[str, ...]) -> tuple[pd.DataFrame, tuple[Column, ...]]:
    """Rows of texts, figures and dates as a table."""
    said = {name: Worded() for name in names}
    data = [{n: said[n](row[n]) if isinstance(row[n], Text) else row[n] for n in names} for row in rows]
    columns = tuple(Column(n, WORDS[n], _UNITS.get(n, "text"), said[n].words) for n in names)
    return pd.DataFrame(data, columns=list(names)), columns


def _figures(told: Changes) -> View:
    rows = []
    for one in told.explained:
        top = top_part(one)
        if top:
            share = share_words(top.share)
            part = named_part(top.dimension, top.part)
            explained = WORDS["part_share"].format(part=part, share=share) if one.is_beyond else part
        else:
            explained = WORDS["nothing_stands_out" if one.is_beyond else "no"]
        low, high = (level(told, one, v) for v in one.usual)
        rows.append({
            "figure": FIGURE[one.figure.name], "verdict": VERDICT[one.verdict], "now": level(told, one, one.after),
            "change": signed(told, one, one.change), "before": level(told, one, one.before),
            "compared_with": day_compared(one, told.as_of), "explained": explained,
            "usual_range": WORDS["no"] if np.isnan(one.usual[0]) else WORDS["range"].format(low=low, high=high),
        })  # fmt: skip
    names = ("figure", "verdict", "now", "usual_range", "change", "before", "compared_with", "explained")
    data, columns = _listed(rows, names)
    note = WORDS["what_changed_note"].format(date=str(told.as_of), weeks=str(told.weeks))
    return View("table", WORDS["what_changed_title"], note, data, columns)


def _parts(told: Changes) -> View:
    """Figures beyond their band first, and of each the dimension that explains it best."""
    rows = []
    order = [*told.moved, *(one for one in told.explained if not one.is_beyond)]
    for one in order:
        for e in sorted(one.explanations, key=lambda e: e.dimension != one.best):
            rows += [_row(told, one, e, n) for n in e.order]
    names = (
        "figure", "dimension", "part", "contribution", "share", "interval", "accused", "own_before", "own_after", "within", "mix",
    )  # fmt: skip
    data, columns = _listed(rows, names)
    return View("table", WORDS["parts_title"], WORDS["parts_note"], data, columns, selector="figure")


def _row(told: Changes, one: Explained, e: Explanation, n: int) -> dict[str, Any]:
    low, high = (signed(told, one, v[n]) for v in (e.low, e.high))
    is_ratio = e.dimension == FACTOR and e.parts[n] in ("buyers", "orders_per_buyer")
    own = [number(v[n], "number") if is_ratio else level(told, one, v[n]) for v in e.value]
    return {
        "figure": FIGURE[one.figure.name], "dimension": dimension_words(e.dimension), "part": part_words(e.dimension, e.parts[n]),
        "contribution": signed(told, one, e.contribution[n]), "share": e.contribution[n] / one.change if one.change else None,
        "interval": WORDS["signed_range"].format(low=low, high=high), "accused": WORDS["yes" if e.accused[n] else "no"],
        "own_before": own[0], "own_after": own[1],
        "within": signed(told, one, e.within[n]), "mix": signed(told, one, e.mix[n]) if one.figure.kind == "mean" else WORDS["no"],
    }  # fmt: skip


def bars(one: Explained) -> pd.DataFrame:
    """The bars of a waterfall: the largest parts, the others together, the whole change."""
    e = drawn_by(one)
    assert e is not None  # noqa: S101  the caller has looked
    shown = e.order if len(e.order) <= MOST_BARS else e.order[: MOST_BARS - 1]
    rest = [n for n in e.order if n not in shown]
    rows = [(e.parts[n], e.contribution[n], e.low[n], e.high[n], bool(e.accused[n])) for n in shown]
    if rest:
        rows.append(("", float(e.contribution[rest].sum()), np.nan, np.nan, False))
    table = pd.DataFrame(rows, columns=["part", "contribution", "low", "high", "accused"])
    table["rest"] = np.where(table["part"] == "", len(rest), 0)
    table["begins"] = table["contribution"].cumsum() - table["contribution"]
    return table


def _waterfall(told: Changes, one: Explained) -> View:
    e, then = drawn_by(one), day_words(day_compared(one, told.as_of))
    assert e is not None  # noqa: S101
    data = bars(one)
    words = {p: part_words(e.dimension, p) for p in data["part"]} | {
        "": WORDS["rest"].format(n=str(data["rest"].max()))
    }
    unit = one.figure.unit
    columns = (
        Column("part", dimension_words(e.dimension), "text", words),
        Column("contribution", WORDS["contribution"], "points" if unit == "rate" else unit),
        Column("low", Text("90% 区间下限", "90% interval, low"), "points" if unit == "rate" else unit),
        Column("high", Text("90% 区间上限", "90% interval, high"), "points" if unit == "rate" else unit),
    )
    title = WORDS["why_title"].format(figure=FIGURE[one.figure.name], dimension=dimension_words(e.dimension))
    said = {"before": level(told, one, one.before), "after": level(told, one, one.after), "now": day_words(told.as_of)}
    return View("chart", title, WORDS["why_note"].format(then=then, **said), data, columns, WORDS["why_alt"])


def waterfall_of(told: Changes, view: str, lang: Lang) -> Any:  # noqa: ANN401
    """Draw the waterfall of a figure."""
    from ltv.health.changes_chart import Drawn, waterfall

    one = told.of(view.removeprefix("why_"))
    rows, e = bars(one), drawn_by(one)
    assert e is not None  # noqa: S101
    names = [
        part_words(e.dimension, p) if p else WORDS["rest"].format(n=str(n))
        for p, n in zip(rows["part"], rows["rest"], strict=True)
    ]
    values = [[signed(told, one, v) for v in rows[c]] for c in ("contribution", "low", "high")]
    total = (WORDS["total"], signed(told, one, one.change), one.change)
    axis = WORDS["axis"].format(then=day_words(day_compared(one, told.as_of)))
    return waterfall(Drawn(rows, names, values, total, axis, one.is_worse, one.figure.unit), lang)

"""The result table `change_parts`: a row for each part of each dimension of each key figure, and one for the whole."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ltv.health.changes_counted import WEEK_DAYS
from ltv.health.changes_words import COMMON_PART, DIMENSION, FIGURE, PART, WORDS
from ltv.text import Text, same

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ltv.health.changes_explained import Explained, Explanation

PAGE, VIEW, WHOLE = "12_health", "what_changed", "all"
COLUMNS = (
    "date", "figure", "dimension", "part", "figure_zh", "figure_en", "part_zh", "part_en", "unit", "weight_before", "weight_after",
    "value_before", "value_after", "within", "mix", "contribution", "low", "high", "before", "after", "total_change",
    "compared_with", "usual_low", "usual_high", "is_beyond_band", "verdict", "bad_side", "explains_best", "rank", "accused", "page",
    "view",
)  # fmt: skip


def dimension_words(name: str) -> Text:
    """What a dimension is called."""
    return DIMENSION.get(name, same(name))


def part_words(dimension: str, name: str) -> Text:
    """What a part is called."""
    return PART.get(dimension, {}).get(name) or COMMON_PART.get(name, same(name))


def named_part(dimension: str, name: str) -> Text:
    """A part with its dimension, fit for a sentence."""
    if name in PART.get(dimension, {}):  # says of itself what it is
        return part_words(dimension, name)
    return WORDS["part_of"].format(dimension=dimension_words(dimension), part=part_words(dimension, name))


def day_compared(one: Explained, as_of: date) -> date | None:
    """The day with which a figure is compared."""
    return as_of - timedelta(days=WEEK_DAYS * one.back) if one.back else None


def table_of(found: Sequence[Explained], as_of: date) -> pd.DataFrame:
    """All rows, figures in their order, the whole before its parts."""
    rows = [row for one in found for row in _rows(one, as_of)]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    return table.astype({"is_beyond_band": bool, "explains_best": bool, "accused": bool, "rank": "int64"})


def _rows(one: Explained, as_of: date) -> list[dict[str, Any]]:
    figure = one.figure
    name = FIGURE[figure.name]
    shared = {
        "date": as_of, "figure": figure.name, "figure_zh": name.zh, "figure_en": name.en, "unit": figure.unit,
        "before": one.before, "after": one.after, "total_change": one.change, "compared_with": day_compared(one, as_of),
        "usual_low": one.usual[0], "usual_high": one.usual[1], "is_beyond_band": one.is_beyond,
        "verdict": one.verdict, "bad_side": figure.bad_side, "page": PAGE, "view": VIEW,
    }  # fmt: skip
    whole = {
        "dimension": WHOLE, "part": WHOLE, "part_zh": PART[WHOLE][WHOLE].zh, "part_en": PART[WHOLE][WHOLE].en,
        "weight_before": 1.0, "weight_after": 1.0, "value_before": one.before, "value_after": one.after, "within": one.change,
        "mix": 0.0 if one.back else np.nan, "contribution": one.change, "low": np.nan, "high": np.nan, "explains_best": False,
        "rank": 1, "accused": False,
    }  # fmt: skip
    parts = [row for e in one.explanations for row in _parts(e, best=e.dimension == one.best)]
    return [shared | row for row in (whole, *parts)]


def _parts(e: Explanation, *, best: bool) -> list[dict[str, Any]]:
    rows = []
    for rank, n in enumerate(e.order, start=1):
        words = named_part(e.dimension, e.parts[n])
        rows.append({
            "dimension": e.dimension, "part": e.parts[n], "part_zh": words.zh, "part_en": words.en,
            "weight_before": e.weight[0][n], "weight_after": e.weight[1][n], "value_before": e.value[0][n],
            "value_after": e.value[1][n], "within": e.within[n], "mix": e.mix[n], "contribution": e.contribution[n],
            "low": e.low[n], "high": e.high[n], "explains_best": best, "rank": rank, "accused": bool(e.accused[n]),
        })  # fmt: skip
    return rows

"""How the columns of an own data frame are called: as its maker says, else as the contract calls them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, cast, get_args

from ltv.contract import INPUTS, RESULTS
from ltv.errors import UsageError, found
from ltv.result import Column
from ltv.text import Text, Unit, same

if TYPE_CHECKING:
    import pandas as pd

_ENDINGS: dict[str, Unit] = {
    "rate": "rate",
    "share": "rate",
    "days": "days",
    "hours": "hours",
    "seconds": "seconds",
    "revenue": "money",
    "id": "text",
}


def described(frame: pd.DataFrame, said: Mapping[str, object]) -> dict[str, Column]:
    """Return every column of a frame with its words and its unit.

    Raises:
        UsageError: a column that is spoken of is not there, its words lack a language, or its unit is none.

    >>> import pandas as pd
    >>> told = described(pd.DataFrame({"channel": ["sms"], "open_rate": [0.2]}), {"open_rate": ("打开率", "Open rate")})
    >>> [(c.label.en, c.unit) for c in told.values()]
    [('Channel', 'text'), ('Open rate', 'rate')]
    """
    for name in said:
        if name not in frame.columns:
            raise UsageError(found("columns", name, ", ".join(map(str, frame.columns))))
    return {str(name): _column(frame, str(name), said.get(str(name))) for name in frame.columns}


def words(thing: str, given: object) -> Text:
    """Return words in both languages.

    Raises:
        UsageError: they are none.

    >>> words("title", ("订单", "Orders")).zh
    '订单'
    """
    match given:
        case Text():
            return given
        case (str(zh), str(en)):
            return Text(zh, en)
    raise UsageError(found(thing, given, 'words in both languages, as in ("标题", "Title")'))


def _column(frame: pd.DataFrame, name: str, said: object) -> Column:
    match said:
        case None:
            return Column(name, _of_contract().get(name, same(name)), _unit(frame, name))
        case (str(zh), str(en), unit):
            if unit not in get_args(Unit):
                raise UsageError(found(f"unit of {name}", unit, ", ".join(get_args(Unit))))
            return Column(name, Text(zh, en), cast(Unit, unit))
    return Column(name, words(f"columns: {name}", said), _unit(frame, name))


@cache
def _of_contract() -> dict[str, Text]:
    """What the contract calls a column; where its tables differ, what most of them say."""
    told: dict[str, list[Text]] = {}
    for table in (*RESULTS.values(), *INPUTS.values()):
        for column in table.columns:
            told.setdefault(column.name, []).append(column.meaning)
    common = {name: max(meanings, key=meanings.count) for name, meanings in told.items()}
    return {name: Text(text.zh, text.en[:1].upper() + text.en[1:]) for name, text in common.items()}


def _unit(frame: pd.DataFrame, name: str) -> Unit:
    """Guess how values are written: by the ending of their name, else by their type."""
    from pandas.api import types

    values = frame[name]
    if types.is_datetime64_any_dtype(values):
        return "time"
    if not types.is_numeric_dtype(values) or types.is_bool_dtype(values):
        first = next((v for v in values if v is not None), None)
        if type(first).__name__ == "date":
            return "date"
        if type(first).__name__ != "Decimal":
            return "text"
    ending = name.rpartition("_")[2]
    if ending in _ENDINGS:
        return _ENDINGS[ending]
    kinds = {c.type for t in (*RESULTS.values(), *INPUTS.values()) for c in t.columns if c.name == name}
    if kinds == {"money"}:
        return "money"
    return "count" if types.is_integer_dtype(values) else "number"

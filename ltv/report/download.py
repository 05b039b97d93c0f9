"""The rows behind a block as CSV text that a spreadsheet opens without running anything."""

from __future__ import annotations

import csv
import datetime
import io
from collections.abc import Sequence
from decimal import Decimal
from numbers import Number
from typing import Any

import pandas as pd

from ltv.result import Column
from ltv.text import Lang, Unit
from ltv.warehouse.spreadsheet import defuse

MAX_ROWS = 5_000
BOM = "\ufeff"  # without it, spreadsheets read UTF-8 as the local code page


def csv_head(columns: Sequence[Column], lang: Lang) -> str:
    """Return the line with the column labels in one language."""
    return _lines([[defuse(c.label.to(lang)) for c in columns]])[0]


def csv_lines(frame: pd.DataFrame, columns: Sequence[Column]) -> list[str]:
    """Return one CSV record a row, in the order of `columns`; numbers unrounded, missing cells empty."""
    cells = [[csv_cell(value, c.unit) for value in frame[c.name]] for c in columns]
    return _lines([list(row) for row in zip(*cells, strict=True)])


def csv_cell(value: object, unit: Unit = "text") -> str:
    """Write one value for a spreadsheet; only text can hold a formula, numbers stay numbers.

    >>> csv_cell(-0.5), csv_cell("-0.5"), csv_cell(None)
    ('-0.5', "'-0.5", '')
    """
    if is_missing(value):
        return ""
    if isinstance(value, datetime.date):  # a datetime and a pandas Timestamp are dates too
        return value.isoformat()[:10] if unit == "date" else value.isoformat()
    if pd.api.types.is_bool(value):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return f"{value:f}"
    return _number(value) if isinstance(value, Number) else defuse(words_of(value))


def words_of(value: object) -> str:
    """Write a cell as text; a list as its parts.

    >>> words_of(["a", "b"])
    'a, b'
    """
    return ", ".join(map(str, value)) if isinstance(value, list | tuple | set) else str(value)


def is_missing(value: Any) -> bool:  # noqa: ANN401  a cell can hold anything
    """Say whether a cell holds nothing: None, NaN, NaT or NA."""
    return bool(pd.api.types.is_scalar(value) and pd.isna(value))


def _number(value: Number) -> str:
    plain = value.item() if hasattr(value, "item") else value
    return repr(plain) if isinstance(plain, float) else str(plain)


def _lines(rows: list[list[str]]) -> list[str]:
    lines = []
    for row in rows:
        out = io.StringIO()
        csv.writer(out, lineterminator="\r\n").writerow(row)
        lines.append(out.getvalue().removesuffix("\r\n"))
    return lines

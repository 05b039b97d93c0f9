"""What a table is: its columns, their types, keys and checks, and what they mean in both languages.

One declaration serves validation, the schema of an empty table, the reasons of the quarantine and the documentation.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from ltv.errors import UsageError, found
from ltv.text import Text

Type = Literal["text", "timestamp", "date", "money", "number", "integer", "boolean", "list", "json"]

SQL_TYPES: dict[Type, str] = {
    "text": "VARCHAR",
    "timestamp": "TIMESTAMP",
    "date": "DATE",
    "money": "DECIMAL(18, 6)",
    "number": "DOUBLE",
    "integer": "BIGINT",
    "boolean": "BOOLEAN",
    "list": "VARCHAR[]",
    "json": "VARCHAR",
}

ALLOWED_WORDS: dict[Type, str] = {
    "text": "text",
    "timestamp": "a time such as 2026-06-30 09:05:00 or 2026-06-30T09:05:00+08:00",
    "date": "a date such as 2026-06-30",
    "money": "a plain decimal number such as 1234.50, without thousands separators or a currency sign",
    "number": "a plain finite number",
    "integer": "a whole number",
    "boolean": "true or false",
    "list": 'a list of texts such as ["a", "b"]',
    "json": "JSON",
}


@dataclass(frozen=True)
class Column:
    """One column of the contract.

    Attributes:
        name: the fixed name.
        type: the logical type; timestamps are UTC, money is in major units.
        meaning: what it holds.
        required: an input without this column is refused.
        nullable: rows without a value are accepted.
        allowed: the only values accepted, or empty for any.
        low: smallest value accepted, or None.
        high: largest value accepted, or None.
        sparse: a missing value says something (no coupon, no refund), so it is no gap in the data.
    """

    name: str
    type: Type
    meaning: Text
    required: bool = True
    nullable: bool = False
    allowed: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    sparse: bool = False


@dataclass(frozen=True)
class Table:
    """One table of the contract.

    Attributes:
        name: the fixed name.
        meaning: what a row is.
        columns: all columns, in order.
        key: names of the columns that identify a row; empty where identical rows are different rows.
        time: the column that says when a row happened, or None.
        identifiers: pairs (column of the type, column of the value) that name a person.
        kind: whether people put it in or the suite puts it out.
        variety: the column that says which fields a row can have at all (a visit has no article), or None.
    """

    name: str
    meaning: Text
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    time: str | None = None
    identifiers: tuple[tuple[str, str], ...] = ()
    kind: Literal["input", "result"] = "input"
    variety: str | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all columns, in order."""
        return tuple(c.name for c in self.columns)

    def column(self, name: str) -> Column:
        """Return one column.

        Raises:
            UsageError: there is no such column.
        """
        for c in self.columns:
            if c.name == name:
                return c
        raise UsageError(found(f"{self.name} column", name, ", ".join(self.names)))

    @property
    def versioned(self) -> bool:
        """Whether a later `updated_at` may replace a row."""
        return bool(self.key) and "updated_at" in self.names


def parse_columns(lines: str, *, key: tuple[str, ...] = (), result: bool = False) -> tuple[Column, ...]:
    """Read columns from one line each: `name type[?] [allowed|…] [>=low] [<=high] : zh · en`.

    `?` after the name marks an optional column, `?*` one whose missing values say something; `~` one whose values may
    be missing though the column must be there.

    >>> c, = parse_columns("amount? money : 金额 · amount")
    >>> c.type, c.required, c.nullable, c.meaning.en
    ('money', False, True, 'amount')
    """
    return tuple(_column(line, key, result) for line in lines.strip().splitlines() if line.strip())


def _column(line: str, key: tuple[str, ...], result: bool) -> Column:
    head, meaning = line.split(" : ", 1)
    zh, en = (part.strip() for part in meaning.split(" · ", 1))
    name, kind, *checks = head.split()
    bare = name.rstrip("?~*")
    column = Column(bare, _type(kind), Text(zh, en), required="?" not in name, sparse=name.endswith("*"))
    column = replace(column, nullable=name != bare or (result and bare not in key))
    for check in checks:
        column = _with_check(column, check)
    return column


def _type(kind: str) -> Type:
    for known in SQL_TYPES:
        if known == kind:
            return known
    raise ValueError(found("type", kind, ", ".join(SQL_TYPES)))


def _with_check(column: Column, check: str) -> Column:
    if check.startswith(">="):
        return replace(column, low=float(check[2:]))
    if check.startswith("<="):
        return replace(column, high=float(check[2:]))
    return replace(column, allowed=tuple(check.split("|")))

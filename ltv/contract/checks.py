"""Turns a column's declaration into SQL: how its raw value is read, and what makes it break the contract.

Raw values come from text files (all text) or from typed files and databases; both end in the same typed value, and
both are judged by the same rules.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Literal
from zoneinfo import ZoneInfo

from sqlglot import exp

from ltv import sql
from ltv.contract.schema import ALLOWED_WORDS, SQL_TYPES, Column

Family = Literal["text", "integer", "float", "decimal", "instant", "naive", "day", "boolean", "list", "other"]

_DATE = r"\d{4}-\d{1,2}-\d{1,2}"
_CLOCK = r"\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?"
_OFFSET = r"Z|z|UTC|[+-](?:0\d|1[0-4])(?::?[0-5]\d)?"
_PATTERNS = {
    "is_day": f"^{_DATE}$",
    "is_local": f"^{_DATE}(?:[ T]{_CLOCK})?$",
    "is_zoned": f"^({_DATE}[ T]{_CLOCK})\\s*({_OFFSET})$",
    "is_number": r"^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$",
    "is_whole": r"^[+-]?\d+$",
}
_NOT_FINITE = r"^[+-]?(nan|inf|infinity|∞)$"
_LOST, _LOST_SINGLE = 2**53, 2**24


@dataclass(frozen=True)
class Context:
    """What checks need to know of the workspace.

    Attributes:
        timezone: zone of naive timestamps and of dates in this source.
        now: start of the run, naive UTC.
        earliest: rows before this day are refused.
        currency: the workspace's currency.
    """

    timezone: str
    now: datetime
    earliest: date
    currency: str

    @property
    def today(self) -> date:
        """The calendar day at the start of the run."""
        return self.now.replace(tzinfo=UTC).astimezone(ZoneInfo(self.timezone)).date()

    @property
    def earliest_instant(self) -> datetime:
        """The beginning of the earliest day, naive UTC."""
        midnight = datetime.combine(self.earliest, time(), ZoneInfo(self.timezone))
        return midnight.astimezone(UTC).replace(tzinfo=None)


@dataclass(frozen=True)
class Check:
    """One reason to put a row aside.

    Attributes:
        rule: its name in `ltv.contract.rules`.
        failed: true where the row breaks it; over the raw value `v` and the typed value `x`.
        allowed: what would have been accepted, in words.
    """

    rule: str
    failed: str
    allowed: str
    values: tuple[tuple[str, exp.Expr], ...] = ()

    def condition(self, raw: exp.Expr, typed: exp.Expr) -> exp.Expr:
        """The condition with the real columns put in."""
        return sql.expression(self.failed, v=raw, x=typed, **dict(self.values))


LOST_DIGITS = Check(
    "lost_digits",
    f"ABS(v) >= CASE WHEN TYPEOF(v) = 'FLOAT' THEN {_LOST_SINGLE} ELSE {_LOST} END",
    "text, or a whole number that a floating-point number can hold exactly",
)


def family(engine_type: str) -> Family:
    """The family of an engine's type name.

    >>> family("TIMESTAMP WITH TIME ZONE"), family("DECIMAL(10,2)"), family("UBIGINT")
    ('instant', 'decimal', 'integer')
    >>> family("UINTEGER"), family("BIGINT[]"), family("UUID")
    ('integer', 'list', 'other')
    """
    name = engine_type.upper()
    exact: dict[str, Family] = {"VARCHAR": "text", "BOOLEAN": "boolean", "DATE": "day", "DOUBLE": "float"}
    exact |= {"FLOAT": "float", "TIMESTAMP WITH TIME ZONE": "instant", "JSON": "text"}
    if name in exact:
        return exact[name]
    if name.endswith("]"):
        return "list"
    if name.startswith("TIMESTAMP"):
        return "naive"
    if name.startswith("DECIMAL"):
        return "decimal"
    return "integer" if name.endswith(("INT", "INTEGER")) else "other"


def typed(column: Column, raw: exp.Expr, kind: Family, context: Context) -> exp.Expr:
    """The typed value of a raw one; NULL where it cannot be read."""
    template = _TEMPLATES.get((column.type, kind)) or _TEMPLATES.get((column.type, "any"))
    if template is None:
        return sql.expression("CAST(NULL AS VARCHAR)")
    places = {"v": raw, "zone": exp.Literal.string(context.timezone)}
    places |= {k: exp.Literal.string(p) for k, p in _PATTERNS.items()}
    return exp.cast(sql.expression(template, **places), SQL_TYPES[column.type], dialect=sql.DIALECT)


_LOCAL = "TIMEZONE('UTC', TIMEZONE(zone, {}))"
# the engine wants seconds and no space before an offset; ISO 8601 does not
_WITH_SECONDS = (
    "CAST(TRY_CAST(REGEXP_EXTRACT(v, is_zoned, 1) AS TIMESTAMP) AS VARCHAR)"
    " || REPLACE(UPPER(REGEXP_EXTRACT(v, is_zoned, 2)), 'UTC', 'Z')"
)
_TEMPLATES: dict[tuple[str, str], str] = {
    ("text", "float"): f"CASE WHEN ISFINITE(v) AND v = TRUNC(v) AND ABS(v) < {_LOST} "
    "THEN CAST(CAST(v AS BIGINT) AS VARCHAR) ELSE CAST(v AS VARCHAR) END",
    ("text", "text"): "v",
    ("text", "any"): "NULLIF(TRIM(CAST(v AS VARCHAR)), '')",
    ("json", "text"): "CASE WHEN JSON_VALID(v) THEN v END",
    ("json", "other"): "CAST(TO_JSON(v) AS VARCHAR)",
    ("timestamp", "text"): f"CASE WHEN REGEXP_MATCHES(v, is_local) THEN {_LOCAL.format('TRY_CAST(v AS TIMESTAMP)')} "
    "WHEN REGEXP_MATCHES(v, is_zoned) THEN TIMEZONE('UTC', "
    f"COALESCE(TRY_CAST(v AS TIMESTAMPTZ), TRY_CAST({_WITH_SECONDS} AS TIMESTAMPTZ))) END",
    ("timestamp", "instant"): "TIMEZONE('UTC', v)",
    ("timestamp", "naive"): _LOCAL.format("CAST(v AS TIMESTAMP)"),
    ("timestamp", "day"): _LOCAL.format("CAST(v AS TIMESTAMP)"),
    ("date", "text"): "CASE WHEN REGEXP_MATCHES(v, is_day) THEN TRY_CAST(v AS DATE) END",
    ("date", "day"): "v",
    ("date", "naive"): "CAST(v AS DATE)",
    ("date", "instant"): "CAST(TIMEZONE(zone, v) AS DATE)",
    ("money", "text"): "CASE WHEN REGEXP_MATCHES(v, is_number) THEN TRY_CAST(v AS DECIMAL(18, 6)) END",
    ("money", "integer"): "TRY_CAST(v AS DECIMAL(18, 6))",
    ("money", "decimal"): "TRY_CAST(v AS DECIMAL(18, 6))",
    ("money", "float"): "TRY_CAST(v AS DECIMAL(18, 6))",
    ("number", "text"): "CASE WHEN REGEXP_MATCHES(v, is_number) AND ISFINITE(TRY_CAST(v AS DOUBLE)) "
    "THEN CAST(v AS DOUBLE) END",
    ("number", "integer"): "CAST(v AS DOUBLE)",
    ("number", "decimal"): "CAST(v AS DOUBLE)",
    ("number", "float"): "CASE WHEN ISFINITE(v) THEN CAST(v AS DOUBLE) END",
    ("integer", "text"): "CASE WHEN REGEXP_MATCHES(v, is_whole) THEN TRY_CAST(v AS BIGINT) END",
    ("integer", "integer"): "TRY_CAST(v AS BIGINT)",
    ("integer", "decimal"): "CASE WHEN v = TRUNC(v) THEN TRY_CAST(v AS BIGINT) END",
    ("integer", "float"): f"CASE WHEN ISFINITE(v) AND v = TRUNC(v) AND ABS(v) < {_LOST} THEN TRY_CAST(v AS BIGINT) END",
    ("boolean", "text"): "CASE WHEN LOWER(v) IN ('true', 't', 'yes', 'y', '1') THEN TRUE "
    "WHEN LOWER(v) IN ('false', 'f', 'no', 'n', '0') THEN FALSE END",
    ("boolean", "boolean"): "v",
    **dict.fromkeys(
        [("boolean", "integer"), ("boolean", "decimal"), ("boolean", "float")], "CASE WHEN v IN (0, 1) THEN v = 1 END"
    ),
    ("list", "list"): "CAST(v AS VARCHAR[])",
    ("list", "text"): "CASE WHEN JSON_VALID(v) THEN CASE WHEN JSON_TYPE(v) = 'ARRAY' "
    "THEN TRY_CAST(CAST(v AS JSON) AS VARCHAR[]) END END",
}


_AHEAD = ("starts_at", "expires_at")  # an offer may well lie ahead


def checks(column: Column, kind: Family, context: Context) -> list[Check]:
    """All checks of one column, the most telling first."""
    found: list[Check] = []
    if not column.nullable and column.required:
        found.append(Check("missing_value", "v IS NULL", "a value in every row"))
    if column.type in ("money", "number", "integer", "timestamp"):
        found += _finite(kind)
    if column.type == "text" and kind == "float":
        found.append(LOST_DIGITS)
    found.append(Check("wrong_type", "v IS NOT NULL AND x IS NULL", ALLOWED_WORDS[column.type]))
    return found + _values(column) + _times(column, context)


def _finite(kind: Family) -> list[Check]:
    words = ALLOWED_WORDS["number"]
    if kind == "float":
        return [Check("not_finite", "NOT ISFINITE(v)", words)]
    if kind == "text":
        pattern = exp.Literal.string(_NOT_FINITE)
        return [Check("not_finite", "REGEXP_MATCHES(LOWER(v), p)", words, (("p", pattern),))]
    if kind in ("naive", "instant", "day"):
        return [Check("not_finite", "NOT ISFINITE(v)", ALLOWED_WORDS["timestamp"])]
    return []


def _values(column: Column) -> list[Check]:
    found: list[Check] = []
    if column.allowed:
        values = exp.Array(expressions=[exp.Literal.string(a) for a in column.allowed])
        found.append(Check("not_allowed", "NOT LIST_CONTAINS(a, x)", ", ".join(column.allowed), (("a", values),)))
    if column.low is not None:
        low = sql.literal(column.low)
        found.append(Check("out_of_range", "x < lo", f"at least {column.low:g}", (("lo", low),)))
    if column.high is not None:
        high = sql.literal(column.high)
        found.append(Check("out_of_range", "x > hi", f"at most {column.high:g}", (("hi", high),)))
    return found


def _times(column: Column, context: Context) -> list[Check]:
    if column.type not in ("timestamp", "date"):
        return []
    is_date = column.type == "date"
    earliest = sql.literal(context.earliest if is_date else context.earliest_instant)
    latest, words = (
        (context.today, f"{context.today}") if is_date else (context.now, f"{context.now:%Y-%m-%d %H:%M} UTC")
    )
    found = [Check("before_earliest", "x < e", f"from {context.earliest} (setting `earliest`)", (("e", earliest),))]
    if column.name not in _AHEAD:
        found.append(Check("in_future", "x > n", f"not later than {words}", (("n", sql.literal(latest)),)))
    return found


def currency_check(context: Context) -> Check:
    """A row in another currency than the workspace's."""
    wanted = exp.Literal.string(context.currency)
    return Check("wrong_currency", "UPPER(x) <> c", f"{context.currency} (setting `currency`)", (("c", wanted),))

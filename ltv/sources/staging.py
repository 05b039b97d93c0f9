"""Raw rows → staged rows: mapped to the contract's names, typed, and marked with the first rule they break.

Three nested SELECTs over one scan: raw values under contract names (identifiers hashed on the way), typed values, the
first failed check. Rows that fail keep their raw values as JSON for the quarantine.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING

from sqlglot import exp

from ltv import sql
from ltv.contract.checks import LOST_DIGITS, Context, Family, checks, currency_check, family, typed
from ltv.contract.schema import Column, Table
from ltv.errors import DataRefusedError, found
from ltv.sources.pieces import FILE, LINE, Piece
from ltv.sources.privacy import RAW, hashed_kind, hashed_value
from ltv.text import same

if TYPE_CHECKING:
    from ltv.settings import Source

STAGED = "staged rows"
_TEXT = Column("text", "text", same("text"))
_MOST_NAMES = 20


@dataclass(frozen=True)
class Mark:
    """One reason to put a row aside, as the quarantine tells it."""

    column: str
    rule: str
    allowed: str


@dataclass
class Staging:
    """Builds the SELECT that stages one piece, and remembers the number of each mark."""

    spec: Table
    source: Source
    context: Context
    marks: dict[Mark, int] = field(default_factory=dict)

    @property
    def extras(self) -> list[str]:
        """Columns beyond the contract that the mapping asks for; raw phone and e-mail columns only hashed."""
        return [_hashed_name(n) for n in self.source.columns if n not in self.spec.names]

    def select(self, piece: Piece) -> exp.Select:
        """The staged rows of one piece."""
        raws = self._raws(piece)
        families = {name: self._family(name, piece) for name in self.spec.names}
        floats = {v: self._raw_value(v, piece) for _, v in self.spec.identifiers if families[v] == "float"}
        families |= dict.fromkeys(chain.from_iterable(self.spec.identifiers), "text")
        columns = [*_aliased("raw", raws), *_aliased("float", floats), sql.column(FILE), sql.column(LINE)]
        inner = exp.select(*columns).from_(sql.table(piece.name))
        values = [exp.alias_(self._typed(c, families[c.name]), c.name, quoted=True) for c in self.spec.columns]
        middle = exp.select("*", *values).from_(inner.subquery("raw", copy=False))
        check = exp.alias_(self._first_failed(families, floats), "_check")
        marked = exp.select("*", check).from_(middle.subquery("typed", copy=False))
        shown: list[exp.Expr] = [sql.column(c.name) for c in self.spec.columns]
        shown += [exp.alias_(_raw(n), n, quoted=True) for n in self.extras]
        row = sql.expression("CASE WHEN _check IS NOT NULL THEN j END", j=self._json(raws))
        outer = exp.select(*shown, FILE, LINE, "_check", exp.alias_(row, "_row"))
        return outer.from_(marked.subquery("marked", copy=False))

    def _typed(self, column: Column, kind: Family) -> exp.Expr:
        return typed(column, _raw(column.name), kind, self.context)

    def _family(self, name: str, piece: Piece) -> Family:
        own = None if name in self.source.constants else self._source_name(name, piece)
        return family(piece.columns[own]) if own else "text"

    def _source_name(self, name: str, piece: Piece) -> str | None:
        wanted = self.source.columns.get(name, name)
        by_case = {c.lower(): c for c in piece.columns}
        return wanted if wanted in piece.columns else by_case.get(wanted.lower())

    def _raws(self, piece: Piece) -> dict[str, exp.Expr]:
        raws = {name: self._raw_value(name, piece) for name in self.spec.names}
        for kind, value in self.spec.identifiers:
            kind_text, value_text = (self._as_text(name, raws[name], piece) for name in (kind, value))
            raws |= {kind: hashed_kind(kind_text), value: hashed_value(kind_text, value_text)}
        for name in sorted(set(self.source.columns) - set(self.spec.names)):
            text = self._as_text(name, self._raw_value(name, piece), piece)
            raws[_hashed_name(name)] = hashed_value(exp.Literal.string(name), text)
        return raws

    def _raw_value(self, name: str, piece: Piece) -> exp.Expr:
        if name in self.source.constants:
            return exp.Literal.string(self.source.constants[name])
        own = self._source_name(name, piece)
        if own is None:
            return self._absent(name, piece)
        value = sql.column(own)
        kind = family(piece.columns[own])
        if kind == "text":
            return sql.expression("NULLIF(TRIM(v), '')", v=value)
        if kind == "float" and self._is_text(name):
            return sql.expression("CASE WHEN NOT ISNAN(v) THEN v END", v=value)  # NaN is how pandas says "no text"
        return value

    def _is_text(self, name: str) -> bool:
        return name not in self.spec.names or self.spec.column(name).type == "text"

    def _absent(self, name: str, piece: Piece) -> exp.Expr:
        if name in self.source.columns:
            thing = f"[sources.{self.spec.name}] columns.{name}"
            raise DataRefusedError(
                found(thing, self.source.columns[name], f"a column of {piece.label}: {_some(piece)}")
            )
        if name in self.spec.names and self.spec.column(name).required:
            raise DataRefusedError(
                f"{self.spec.name}: column {name!r} is not in {piece.label}; found: {_some(piece)}; "
                f"allowed: a column of that name, or a mapping in [sources.{self.spec.name}]"
            )
        return sql.expression("CAST(NULL AS VARCHAR)")

    def _as_text(self, name: str, raw: exp.Expr, piece: Piece) -> exp.Expr:
        return typed(_TEXT, raw, self._family(name, piece), self.context)

    def _first_failed(self, families: dict[str, Family], floats: dict[str, exp.Expr]) -> exp.Expr:
        cases: list[exp.Expr] = []
        for column in self.spec.columns:
            listed = [(c, _raw(column.name)) for c in checks(column, families[column.name], self.context)]
            if column.name in floats:
                listed.insert(0, (LOST_DIGITS, sql.column(f"float {column.name}")))
            if column.name == "currency":
                listed.append((currency_check(self.context), _raw(column.name)))
            for check, raw in listed:
                mark = Mark(column.name, check.rule, check.allowed)
                number = self.marks.setdefault(mark, len(self.marks))
                failed = check.condition(raw, sql.column(column.name))
                cases.append(exp.If(this=failed, true=exp.Literal.number(number)))
        return exp.Case(ifs=cases, default=sql.expression("CAST(NULL AS INT)"))

    def _json(self, raws: dict[str, exp.Expr]) -> exp.Expr:
        pairs: list[exp.Expr] = []
        for name in raws:
            pairs += [exp.Literal.string(name), exp.cast(_raw(name), "VARCHAR")]
        return sql.function("json_object", *pairs)


def _some(piece: Piece) -> str:
    names = list(piece.columns)
    rest = [f"and {len(names) - _MOST_NAMES} more"] if len(names) > _MOST_NAMES else []
    return ", ".join(names[:_MOST_NAMES] + rest) or "nothing"


def _hashed_name(name: str) -> str:
    return f"{name.lower()}_hmac" if name.lower() in RAW else name


def _aliased(prefix: str, values: dict[str, exp.Expr]) -> list[exp.Expr]:
    return [exp.alias_(value, f"{prefix} {name}", quoted=True) for name, value in values.items()]


def _raw(name: str) -> exp.Column:
    return sql.column(f"raw {name}")

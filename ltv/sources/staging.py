"""Raw rows → staged rows: mapped to the contract's names, typed, and marked with the first rule they break.

Three nested SELECTs over one scan: raw values under contract names (identifiers hashed on the way), typed values, the
first failed check. Rows that fail keep their raw values as JSON for the quarantine.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlglot import exp

from ltv import sql
from ltv.contract.checks import LOST_DIGITS, Check, Context, Family, checks, currency_check, family, typed
from ltv.contract.schema import Column, Table
from ltv.errors import DataRefusedError, found
from ltv.sources.pieces import FILE, LINE, Piece
from ltv.sources.privacy import hashed_kind, hashed_value

if TYPE_CHECKING:
    from ltv.settings import Source

STAGED = "staged"


@dataclass(frozen=True)
class Marked:
    """A check by its number in the staged rows."""

    column: str
    check: Check


@dataclass
class Staging:
    """Builds the SELECT that stages one piece, and remembers what each check number means."""

    spec: Table
    source: Source
    context: Context
    marks: list[Marked] = field(default_factory=list)

    @property
    def extras(self) -> list[str]:
        """Columns beyond the contract that the mapping asks for; raw phone and e-mail columns only hashed."""
        names = [n for n in self.source.columns if n not in self.spec.names]
        return [f"{n}_hmac" if n in ("phone", "email") else n for n in names]

    def select(self, piece: Piece) -> exp.Select:
        """The staged rows of one piece."""
        raws = self._raws(piece)
        families = {c.name: self._family(c, piece) for c in self.spec.columns}
        floats = {v: self._raw_value(v, piece) for _, v in self.spec.identifiers if families[v] == "float"}
        families |= {v: "text" for _, v in self.spec.identifiers}
        columns = [*_aliased("raw", raws), *_aliased("float", floats), sql.column(FILE), sql.column(LINE)]
        inner = exp.select(*columns).from_(sql.table(piece.name))
        values = [exp.alias_(self._typed(c, families[c.name]), c.name, quoted=True) for c in self.spec.columns]
        middle = exp.select("*", *values).from_(inner.subquery("raw"))
        marked = exp.select("*", exp.alias_(self._first_failed(families, floats), "_check")).from_(middle.subquery("typed"))
        shown: list[exp.Expr] = [sql.column(c.name) for c in self.spec.columns]
        shown += [exp.alias_(_raw(n), n, quoted=True) for n in self.extras]
        row = sql.expression("CASE WHEN _check IS NOT NULL THEN j END", j=self._json(raws))
        outer = exp.select(*shown, FILE, LINE, "_check", exp.alias_(row, "_row"))
        return outer.from_(marked.subquery("marked"))

    def _typed(self, column: Column, kind: Family) -> exp.Expr:
        return typed(column, _raw(column.name), kind, self.context)

    def _family(self, column: Column, piece: Piece) -> Family:
        if column.name in self.source.constants:
            return "text"
        name = self._source_name(column.name, piece)
        return family(piece.columns[name]) if name else "text"

    def _source_name(self, name: str, piece: Piece) -> str | None:
        wanted = self.source.columns.get(name, name)
        by_case = {c.lower(): c for c in piece.columns}
        return wanted if wanted in piece.columns else by_case.get(wanted.lower())

    def _raws(self, piece: Piece) -> dict[str, exp.Expr]:
        mapped = set(self.source.columns) - set(self.spec.names)
        raws = {name: self._raw_value(name, piece) for name in (*self.spec.names, *sorted(mapped))}
        for kind, value in self.spec.identifiers:
            raws[value] = hashed_value(raws[kind], self._as_text(value, raws[value], piece))
            raws[kind] = hashed_kind(raws[kind])
        for name in ("phone", "email"):
            if name in mapped:
                raws[f"{name}_hmac"] = hashed_value(exp.Literal.string(name), raws.pop(name))
        return raws

    def _raw_value(self, name: str, piece: Piece) -> exp.Expr:
        if name in self.source.constants:
            return exp.Literal.string(self.source.constants[name])
        own = self._source_name(name, piece)
        if own is None:
            return self._absent(name, piece)
        value = sql.column(own)
        if family(piece.columns[own]) == "text":
            return sql.expression("NULLIF(TRIM(v), '')", v=value)
        return value

    def _absent(self, name: str, piece: Piece) -> exp.Expr:
        if name in self.source.columns:
            thing = f"[sources.{self.spec.name}] columns.{name}"
            raise DataRefusedError(found(thing, self.source.columns[name], ", ".join(piece.columns)))
        if name in self.spec.names and self.spec.column(name).required:
            here = ", ".join(piece.columns) or "nothing"
            raise DataRefusedError(
                f"{self.spec.name}: column {name!r} is not in {piece.label}; found: {here}; "
                f"allowed: a column of that name, or a mapping in [sources.{self.spec.name}]"
            )
        return sql.expression("CAST(NULL AS VARCHAR)")

    def _as_text(self, name: str, raw: exp.Expr, piece: Piece) -> exp.Expr:
        return typed(self.spec.column(name), raw, self._family(self.spec.column(name), piece), self.context)

    def _first_failed(self, families: dict[str, Family], floats: dict[str, exp.Expr]) -> exp.Expr:
        case = exp.Case()
        for column in self.spec.columns:
            listed = [(c, _raw(column.name)) for c in checks(column, families[column.name], self.context)]
            if column.name in floats:
                listed.insert(0, (LOST_DIGITS, sql.column(f"float {column.name}")))
            if column.name == "currency":
                listed.append((currency_check(self.context), _raw(column.name)))
            for check, raw in listed:
                condition = check.condition(raw, sql.column(column.name))
                case = case.when(condition, exp.Literal.number(len(self.marks)))
                self.marks.append(Marked(column.name, check))
        return case.else_(sql.expression("CAST(NULL AS INT)"))

    def _json(self, raws: dict[str, exp.Expr]) -> exp.Expr:
        pairs: list[exp.Expr] = []
        for name in raws:
            pairs += [exp.Literal.string(name), exp.cast(_raw(name), "VARCHAR")]
        return sql.function("json_object", *pairs)


def _aliased(prefix: str, values: dict[str, exp.Expr]) -> list[exp.Expr]:
    return [exp.alias_(value, f"{prefix} {name}", quoted=True) for name, value in values.items()]


def _raw(name: str) -> exp.Column:
    return sql.column(f"raw {name}")

"""What was found when a table was read: counts that add up, by rule and by source system."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from ltv import sql

if TYPE_CHECKING:
    from ltv.contract.schema import Table
    from ltv.settings import Source
    from ltv.sources.staging import Staging
    from ltv.warehouse.duck import DuckEngine


@dataclass(frozen=True)
class SourceFacts:
    """Counts of one source system within a table."""

    source: str
    accepted: int
    duplicates: int
    quarantined: int


@dataclass(frozen=True)
class Facts:
    """What was found when a table was read.

    Attributes:
        table: name of the table.
        read: rows and broken lines read.
        accepted: rows that are used.
        duplicates: identical rows dropped.
        quarantined: rows and lines put aside.
        rules: how many rows broke which rule, by `column: rule`.
        sources: counts by source system.
        present: contract columns that the source has.
        files: number of files read.
        future_until: the earliest time among rows refused as lying in the future, ISO, or None.
        versions: accepted rows that are later versions of another row.
    """

    table: str
    read: int
    accepted: int
    duplicates: int
    quarantined: int
    rules: dict[str, int] = field(default_factory=dict)
    sources: tuple[SourceFacts, ...] = ()
    present: tuple[str, ...] = ()
    files: int = 0
    future_until: str | None = None
    versions: int = 0

    @classmethod
    def from_json(cls, body: dict[str, Any]) -> Facts:
        """Facts from the form in which they are stored."""
        sources = tuple(SourceFacts(**s) for s in body["sources"])
        return cls(**body | {"sources": sources, "present": tuple(body["present"])})

    @property
    def quarantine_share(self) -> float:
        """Bad rows as a share of the rows read."""
        return self.quarantined / self.read if self.read else 0.0

    def example(self) -> str:
        """The commonest rule in words, for a message."""
        rule = max(self.rules, key=lambda r: self.rules[r], default="")
        return f"most often {rule} ({self.rules[rule]:,} rows)" if rule else ""


def count(engine: DuckEngine, staging: Staging, *, accepted: int, quarantined: int, files: int) -> Facts:
    """Count what became of the staged rows and the broken lines."""
    read = 'SELECT (SELECT COUNT(*) FROM staged) + (SELECT COUNT(*) FROM "bad lines")'
    rules = engine.frame(sql.load("ltv.sources", "rules"))
    return Facts(
        table=staging.spec.name,
        read=_number(engine, read),
        accepted=accepted,
        duplicates=_number(engine, "SELECT COUNT(*) FROM repeats WHERE fate = 'duplicate'"),
        quarantined=quarantined,
        rules=dict(zip(rules["rule"], map(int, rules["n"]), strict=True)),
        sources=_by_source(engine, staging),
        present=_present(engine, staging.spec),
        files=files,
        future_until=_future(engine, staging),
        versions=_versions(engine, staging.spec, accepted),
    )


def labels(spec: Table, source: Source) -> dict[str, exp.Expr]:
    """The source system of a row and of a line that is none: its own column, or where the table comes from."""
    if "source" in spec.names:
        own = sql.expression("COALESCE(v, '?')", v=sql.column("source"))
        return {"source_name": own, "unknown_source": exp.Literal.string("?")}
    return dict.fromkeys(("source_name", "unknown_source"), exp.Literal.string("database" if source.url else "files"))


def _number(engine: DuckEngine, text: str) -> int:
    return int(engine.scalar(sql.query(text)) or 0)


def _versions(engine: DuckEngine, spec: Table, accepted: int) -> int:
    if not spec.versioned:
        return 0
    rows = sql.load("ltv.sources", "accepted").subquery("rows")
    keys = exp.select(*[sql.column(k) for k in spec.key]).distinct().from_(rows)
    return accepted - int(engine.scalar(exp.select("COUNT(*)").from_(keys.subquery("keys"))))


def _by_source(engine: DuckEngine, staging: Staging) -> tuple[SourceFacts, ...]:
    rows = engine.frame(sql.load("ltv.sources", "by_source", columns=labels(staging.spec, staging.source)))
    return tuple(SourceFacts(str(r[0]), int(r[1]), int(r[2]), int(r[3])) for r in rows.itertuples(index=False))


def _present(engine: DuckEngine, spec: Table) -> tuple[str, ...]:
    counts = [exp.alias_(exp.Count(this=sql.column(n)), n, quoted=True) for n in spec.names]
    row = engine.frame(exp.select(*counts).from_("staged")).iloc[0]
    return tuple(n for n in spec.names if spec.column(n).required or row[n] > 0)


def _future(engine: DuckEngine, staging: Staging) -> str | None:
    """The earliest time that lies ahead, UTC: from then on the table must be read again."""
    ahead = {number: mark.column for mark, number in staging.marks.items() if mark.rule == "in_future"}
    times: list[datetime] = []
    for number, name in ahead.items():
        moment: exp.Expr = sql.column(name)
        if staging.spec.column(name).type == "date":  # a day begins earlier or later than in UTC
            midnight = "TIMEZONE('UTC', TIMEZONE(zone, CAST(v AS TIMESTAMP)))"
            moment = sql.expression(midnight, v=moment, zone=exp.Literal.string(staging.context.timezone))
        chosen = sql.column("_check").eq(exp.Literal.number(number))
        value: Any = engine.scalar(exp.select(exp.Min(this=moment)).from_("staged").where(chosen))
        times += [value] if isinstance(value, datetime) else []  # a year beyond 9999 comes as text
    return min(times).isoformat() if times else None

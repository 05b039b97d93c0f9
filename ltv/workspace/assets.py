"""The data-asset page: every source system of every table, computed — coverage, freshness, latency, what it is used for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from sqlglot import exp

from ltv import sql
from ltv.colors import MAIN, OTHER
from ltv.contract import INPUTS, Table
from ltv.drawing import add_beside, add_links, numbers, scale_axis
from ltv.identity.ledger import user_column
from ltv.result import Column, KeyFigure, Result, Takeaway, View
from ltv.text import Lang, Text, number, same
from ltv.workspace.assets_words import LATENCY, WORDS

if TYPE_CHECKING:
    import pandas as pd

    from ltv.sources.facts import Facts, SourceFacts
    from ltv.warehouse.engine import Engine
    from ltv.workspace.workspace import Workspace


@dataclass(frozen=True, repr=False)
class DataAssets(Result):
    """Every source system of every input table; `.table` is the result table `data_assets`."""

    name: ClassVar[str] = "data_assets"
    missing: tuple[str, ...] = ()
    refused: tuple[tuple[str, str], ...] = ()
    rules: tuple[tuple[str, str, int], ...] = ()

    @property
    def key_figures(self) -> Sequence[KeyFigure]:
        """Rows, share quarantined, identifier coverage and the age of the newest order."""
        t = self.table
        rows, bad = int(t["rows"].sum()), int(t["quarantined"].sum())
        read = rows + bad + int(t["duplicates"].sum())
        people = t[t["id_coverage"].notna()]
        covered = (
            float((people["id_coverage"] * people["rows"]).sum() / people["rows"].sum())
            if people["rows"].sum()
            else None
        )
        orders = t[t["table"] == "orders"]["freshness_hours"]
        return [
            KeyFigure(WORDS["rows"], float(rows), "count", rule=WORDS["sources"].format(n=str(t["source"].nunique()))),
            KeyFigure(
                WORDS["bad_share"],
                bad / read if read else 0.0,
                "rate",
                state="good" if bad == 0 else "watch",
                rule=WORDS["bad_rule"].format(n=number(bad, "count")),
            ),
            KeyFigure(WORDS["id_coverage"], covered, "rate", rule=WORDS["id_rule"]),
            KeyFigure(WORDS["order_age"], _least(orders), "hours", rule=WORDS["age_rule"]),
        ]

    @property
    def findings(self) -> Sequence[Takeaway]:
        """What is missing or refused, what is old, what was put aside."""
        said = [self._refused(t, why) for t, why in self.refused] + [*self._old(), *self._aside(), *self._anonymous()]
        said = said or [Takeaway(WORDS["all_good"].format(n=str(self.table["table"].nunique())), "good")]
        if self.missing:
            names = Text("、".join(_name(t).zh for t in self.missing), ", ".join(self.missing))
            said.append(Takeaway(WORDS["missing"].format(names=names), "none", WORDS["act_missing"]))
        return said

    @staticmethod
    def _refused(table: str, why: str) -> Takeaway:
        words = WORDS["refused"].format(table=_name(table), why=same(why))
        return Takeaway(words, "bad", WORDS["act_refused"])

    def _old(self) -> list[Takeaway]:
        late = self.table[self.table["latency_class"] == "older"]
        return [
            Takeaway(
                WORDS["old"].format(
                    source=same(str(r.source)),
                    table=_name(str(r.table)),
                    age=number(r.freshness_hours, "hours"),
                    most=number(_LATEST_HOURS["T+3"], "hours"),
                ),
                "watch",
                WORDS["act_old"],
            )
            for r in late.itertuples()
        ]

    def _aside(self) -> list[Takeaway]:
        bad = int(self.table["quarantined"].sum())
        if not bad or not self.rules:
            return []
        table, rule, count = max(self.rules, key=lambda r: r[2])
        values = {"n": number(bad, "count"), "rule": same(rule), "table": _name(table), "most": number(count, "count")}
        return [Takeaway(WORDS["aside"].format(**values), "watch", WORDS["act_aside"])]

    def _anonymous(self) -> list[Takeaway]:
        rows = self.table[(self.table["id_coverage"] < 0.9) & (self.table["rows"] > 0)]  # noqa: PLR2004  worth a sentence
        return [
            Takeaway(
                WORDS["anonymous"].format(
                    source=same(str(r.source)),
                    table=_name(str(r.table)),
                    share=number(1 - float(str(r.id_coverage)), "rate"),
                ),
                "none",
            )
            for r in rows.itertuples()
        ]

    @cached_property
    def views(self) -> Mapping[str, View]:
        """The blocks: sources and quarantine as tables, coverage as a chart."""
        views = {
            "sources": View("table", WORDS["sources_title"], WORDS["sources_note"], self.table, _CONTRACT),
            "coverage": View(
                "chart",
                WORDS["coverage_title"],
                WORDS["coverage_note"],
                self._coverage(),
                _COVERAGE,
                alt=WORDS["coverage_alt"],
            ),
        }
        views["quarantine"] = View("table", WORDS["aside_title"], WORDS["aside_note"], self._rules(), _RULES)
        return views

    def _coverage(self) -> pd.DataFrame:
        return self.table[["source", "table", "rows", "field_coverage", "id_coverage"]]

    def _rules(self) -> pd.DataFrame:
        import pandas as pd

        return pd.DataFrame(self.rules, columns=["table", "rule", "rows"]).sort_values("rows", ascending=False)

    def draw(self, view: str, lang: Lang) -> Any:  # noqa: ANN401  plotly is imported only here
        """Draw field and identifier coverage of each source."""
        from plotly import graph_objects as go

        del view
        rows = self._coverage()
        names = [f"{s} · {_name(t).to(lang)}" for s, t in zip(rows["source"], rows["table"], strict=True)]
        figure = go.Figure()
        add_links(figure, names, rows["id_coverage"], rows["field_coverage"])
        for column, color, symbol in (("field_coverage", MAIN, "circle"), ("id_coverage", OTHER, "diamond")):
            words = WORDS[column].to(lang)
            figure.add_scatter(
                y=names, x=numbers(rows[column]), mode="markers", name=words, hovertemplate=f"{words} · %{{y}}: %{{x:.1%}}<extra></extra>",
                marker={"color": color, "size": 11, "symbol": symbol},
            )  # fmt: skip
        shares = [
            (number(a, "rate").to(lang), number(b, "rate").to(lang))
            for a, b in zip(rows["field_coverage"], rows["id_coverage"], strict=True)
        ]
        add_beside(figure, [1.015] * len(rows), names, [f"{a} · {b}" for a, b in shares])
        scale_axis(figure, "x", [1.0], unit="rate", lang=lang, room=0.02)
        figure.update_yaxes(autorange="reversed", showgrid=True)
        figure.update_layout(height=max(240, 90 + 28 * len(rows)), legend={"traceorder": "normal"})
        return figure


def data_assets(ws: Workspace, *, used_for: Mapping[str, Sequence[str]] | None = None) -> DataAssets:
    """Describe every source system of every input table as of the workspace's date.

    Field coverage is the share of filled cells over the contract columns that the table has; identifier coverage the
    share of rows that reach a user id; freshness the hours between the latest row and the as-of instant.

    Args:
        ws: an opened workspace.
        used_for: table → names of the pages that use it.
    """
    import pandas as pd

    uses = used_for or {}
    rows: list[dict[str, Any]] = []
    rules: list[tuple[str, str, int]] = []
    for name, prepared in ws.prepared.items():
        if prepared.facts is None:
            continue
        rows += _table_rows(ws, INPUTS[name], prepared.facts, ", ".join(uses.get(name, ())))
        rules += [(name, rule, n) for rule, n in prepared.facts.rules.items()]
    table = pd.DataFrame(rows, columns=[c.name for c in _CONTRACT]).astype({"latest_ts": "datetime64[us]"})
    return DataAssets(
        table.sort_values(["table", "source"], ignore_index=True),
        currency=ws.settings.currency,
        missing=tuple(n for n, p in ws.prepared.items() if p.folder is None and not p.refused),
        refused=tuple((n, p.refused) for n, p in ws.prepared.items() if p.refused),
        rules=tuple(rules),
    )


def _table_rows(ws: Workspace, spec: Table, facts: Facts, used_for: str) -> list[dict[str, Any]]:
    counted = _counts(ws.engine, spec, facts).set_index("source").to_dict("index")
    return [_row(ws.as_of, spec, s, counted, used_for) for s in facts.sources]


def _counts(engine: Engine, spec: Table, facts: Facts) -> pd.DataFrame:
    nowhere = sql.expression("CAST(NULL AS TIMESTAMP)")
    columns = {
        "source_name": _source(spec, facts),
        "person_id": sql.column(user_column(spec.identifiers[0][1])) if spec.identifiers else sql.expression("NULL"),
        "time_column": exp.cast(sql.column(spec.time), "TIMESTAMP") if spec.time else nowhere,
    }
    counted = engine.frame(sql.load("ltv.workspace", "assets", tables={"rows": spec.name}, columns=columns))
    return counted.merge(_coverage(engine, spec, facts), on="source", how="left")


def _source(spec: Table, facts: Facts) -> exp.Expr:
    if "source" in spec.names:
        return sql.column("source")
    return exp.Literal.string(facts.sources[0].source if facts.sources else "")


def _coverage(engine: Engine, spec: Table, facts: Facts) -> pd.DataFrame:
    """Share of filled cells of each source, over the optional fields that rows of a variety have anywhere."""
    optional = [n for n in facts.present if not spec.column(n).required and not spec.column(n).sparse]
    fields = optional or list(facts.present[:1])
    variety = sql.column(spec.variety) if spec.variety else sql.expression("''")
    keys = [exp.alias_(_source(spec, facts), "source"), exp.alias_(variety, "variety")]
    counts = [exp.alias_(exp.Count(this=sql.column(n)), f"filled {n}", quoted=True) for n in fields]
    tree = exp.select(*keys, exp.alias_(sql.expression("COUNT(*)"), "n"), *counts).from_(sql.table(spec.name))
    filled = engine.frame(tree.group_by("1", "2"))
    cells = filled[[f"filled {n}" for n in fields]]
    applies = cells.groupby(filled["variety"]).transform("sum") > 0
    shares = filled.assign(filled=(cells * applies).sum(axis=1), possible=applies.sum(axis=1) * filled["n"])
    sums = shares.groupby("source", as_index=False)[["filled", "possible"]].sum()
    return sums.assign(field_coverage=sums["filled"] / sums["possible"])[["source", "field_coverage"]]


def _row(
    as_of: datetime, spec: Table, source: SourceFacts, counted: Mapping[Any, dict[Any, Any]], used_for: str
) -> dict[str, Any]:
    here = counted.get(source.source)
    latest = None if here is None or here["latest"] != here["latest"] else here["latest"]
    hours = None if latest is None else max(0.0, (as_of - latest).total_seconds() / 3600)
    return {
        "source": source.source,
        "table": spec.name,
        "rows": 0 if here is None else int(here["n"]),
        "users": None if here is None or not spec.identifiers else int(here["users"]),
        "field_coverage": None if here is None else float(here["field_coverage"]),
        "id_coverage": None if here is None or not spec.identifiers else float(here["id_coverage"]),
        "latest_ts": latest,
        "freshness_hours": hours,
        "latency_class": latency_class(hours),
        "duplicates": source.duplicates,
        "quarantined": source.quarantined,
        "used_for": used_for,
    }


_LATEST_HOURS = {"real_time": 6, "T+1": 30, "T+2": 54, "T+3": 78}


def latency_class(hours: float | None) -> str:
    """Class of a source by the age of its latest row at the as-of instant, in hours.

    >>> latency_class(0.2), latency_class(25), latency_class(75), latency_class(200), latency_class(None)
    ('real_time', 'T+1', 'T+3', 'older', 'no_time')
    """
    if hours is None:
        return "no_time"
    for name, most in _LATEST_HOURS.items():
        if hours <= most:
            return name
    return "older"


def _name(table: str) -> Text:
    return Text(INPUTS[table].meaning.zh, table)


def _least(values: pd.Series[float]) -> float | None:
    return float(values.min()) if values.notna().any() else None


_TABLES = {name: _name(name) for name in INPUTS}
_CONTRACT = (
    Column("source", WORDS["source"]),
    Column("table", WORDS["table"], words=_TABLES),
    Column("rows", WORDS["rows"], "count"),
    Column("users", WORDS["users"], "count"),
    Column("field_coverage", WORDS["field_coverage"], "rate"),
    Column("id_coverage", WORDS["id_coverage"], "rate"),
    Column("latest_ts", WORDS["latest"], "time"),
    Column("freshness_hours", WORDS["freshness"], "hours"),
    Column("latency_class", WORDS["latency"], words=LATENCY),
    Column("duplicates", WORDS["duplicates"], "count"),
    Column("quarantined", WORDS["quarantined"], "count"),
    Column("used_for", WORDS["used_for"]),
)
_COVERAGE = tuple(c for c in _CONTRACT if c.name in ("source", "table", "rows", "field_coverage", "id_coverage"))
_RULES = (
    Column("table", WORDS["table"], words=_TABLES),
    Column("rule", WORDS["rule"]),
    Column("rows", WORDS["rows"], "count"),
)

"""One row a person of a test: the variant, what each metric measured since the exposure, what was there before it.

The walk: exposures → the first of each person (all tests in one pass) → per test the people of its dates → their orders,
events and invitations by the time since the exposure → one row a person. A metric is NULL where its window is not over,
or where the person cannot show it: who had ordered before has no first order any more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlglot import exp

from ltv import sql
from ltv.contract.orders import is_purchase, money, refund, value
from ltv.experiments.given import checked
from ltv.experiments.metrics import PRE_DAYS, Metric
from ltv.warehouse.given import order_columns
from ltv.warehouse.local_time import DAY_US, micros

if TYPE_CHECKING:
    from ltv.warehouse.engine import Engine

_ROOM = "ltv.experiments"
UNITS, FIRST = "exp units", "exp first exposures"
_ORDERS, _PEOPLE, _EVENTS, _MOMENTS = "exp orders", "exp people", "exp event moments", "exp moments"
EARLIEST, LATEST = datetime(1970, 1, 1), datetime(9999, 12, 31)  # noqa: DTZ001  engine times are naive UTC
_FRESH_DAYS = 8
Horizons = Sequence[int]


@dataclass(frozen=True)
class Tables:
    """The tables of a workspace as an engine knows them.

    Attributes:
        engine: where they live.
        names: argument name → name there; of exposures, orders, events, invites, segments, scores.
        as_of: exclusive end of what is known, naive UTC.
    """

    engine: Engine
    names: Mapping[str, str]
    as_of: datetime

    @property
    def as_of_us(self) -> int:
        """`as_of` in microseconds."""
        return micros(self.as_of)

    def load(self, name: str, **tables: str) -> exp.Query:
        """A query of this room over real tables."""
        return sql.load(_ROOM, name, tables=tables)

    @contextmanager
    def opened(self) -> Iterator[Tables]:
        """With the first exposures of all tests, and all tables in one form; what is made is forgotten afterwards.

        Raises:
            UsageError: a table lacks a column, or one is of another kind.
        """
        made: list[str] = []
        try:
            given = checked(self.engine, self.names, made)
            known: dict[str, str] = {
                str(t): self._known(t, given[t], made) for t in ("exposures", "events", "invites") if t in given
            }
            if "scores" in given:
                known["scores"] = self._fresh(given["scores"], made)
            tables = replace(self, names=given | known)
            made += [_ORDERS, FIRST]
            self.engine.define(_ORDERS, _orders(self.engine, given["orders"], self.as_of))
            self.engine.materialise(FIRST, self.load("first_exposures", exposures=known["exposures"]))
            yield tables
        finally:
            self.engine.drop(reversed(made))

    def _known(self, argument: str, table: str, made: list[str]) -> str:
        """The rows before `as_of`: what comes later moves nothing."""
        name = f"exp known {argument}"
        made.append(name)
        before = sql.expression("ts < t", t=sql.literal(self.as_of))
        self.engine.define(name, exp.select("*").from_(sql.table(table)).where(before))
        return name

    def _fresh(self, table: str, made: list[str]) -> str:
        """Scores of the newest day of the week before `as_of`: older ones would complete a time that is over."""
        if "as_of" not in self.engine.columns(table):
            return table
        rows = exp.select("*").from_(sql.table(table))
        span = {"low": sql.literal(self.as_of - timedelta(days=_FRESH_DAYS)), "high": sql.literal(self.as_of)}
        inside = sql.expression("as_of > low AND as_of <= high", **span)
        newest = sql.expression("as_of = (SELECT MAX(as_of) AS newest FROM t WHERE i)", i=inside)
        newest = newest.transform(lambda n: sql.table(table) if isinstance(n, exp.Table) and n.name == "t" else n)
        made.append("exp known scores")
        self.engine.define("exp known scores", rows.where(newest))
        return "exp known scores"

    @contextmanager
    def units(
        self, experiment: str, metrics: Sequence[Metric], span: tuple[datetime | None, datetime | None] = (None, None)
    ) -> Iterator[str]:
        """The people of one test with their metrics, as a table that is forgotten afterwards.

        Args:
            experiment: its name in exposures.
            metrics: what is measured; the i-th is column `m<i>`, the denominator of a ratio `d<i>`.
            span: first instant at which people are let in, and the first at which they are not any more.

        Yields:
            Its name. Columns beside the metrics: user_id, variant, exposed_us, in_several, had_order, the covariates
            `pre_value`, `pre_orders`, `pre_active`, paid orders within a day of the exposure (`day_before`, `day_after`),
            and `s<i>`, whether the window of a metric is not over.
        """
        made: list[str] = []
        try:
            start, after = span[0] or EARLIEST, min(span[1] or LATEST, self.as_of)
            params = {"experiment": experiment, "start": start, "after": after}
            people = self.load("people", first_exposures=FIRST)
            made.append(_PEOPLE)
            self.engine.materialise(_PEOPLE, people, params)
            parts = dict(self._parts(metrics, made))
            made.append(UNITS)
            self.engine.materialise(UNITS, self._joined(metrics, parts))
            yield UNITS
        finally:
            self.engine.drop(reversed(made))

    def _parts(self, metrics: Sequence[Metric], made: list[str]) -> Iterator[tuple[str, str]]:
        """One row a person from each source that is there."""
        moments = exp.select("*").from_(self.load("order_moments", people=_PEOPLE, orders=_ORDERS).subquery("o"))
        columns = [*_BEFORE_ORDERS, *_folded(metrics, ("orders", "ltv"))]
        yield self._kept("exp by orders", _by_person(moments.subquery("o"), columns), made)
        self._activity(metrics, made)
        active = self.load("active_days", moments=_MOMENTS)
        columns = [_BEFORE_ACTIVE, *_folded(metrics, ("activity",))]
        yield self._kept("exp by activity", _by_person(active.subquery("a"), columns), made)
        wanted = _folded(metrics, ("events",))
        if "events" in self.names and wanted:
            yield self._kept("exp by events", _by_person(sql.table(_EVENTS), wanted), made)
        wanted = _folded(metrics, ("invites",))
        if "invites" in self.names and wanted:
            invited = self.load("invite_moments", people=_PEOPLE, invites=self.names["invites"])
            yield self._kept("exp by invites", _by_person(invited.subquery("i"), wanted), made)
        if "scores" in self.names and any(m.definition.source == "ltv" for m in metrics):
            yield self._kept("exp by scores", self._scores(), made)

    def _kept(self, name: str, query: exp.Query, made: list[str]) -> tuple[str, str]:
        made.append(name)
        self.engine.materialise(name, query)
        return name.removeprefix("exp by "), name

    def _activity(self, metrics: Sequence[Metric], made: list[str]) -> None:
        """Orders, and where they are there events from before the exposure to the end of the longest window."""
        bought = self.load("order_moments", people=_PEOPLE, orders=_ORDERS).subquery("o")
        both = [exp.select("user_id", "since").from_(bought).where("is_paid")]
        if "events" in self.names:
            longest = max([m.window[1] for m in metrics if m.definition.source in ("activity", "events")], default=0)
            made.append(_EVENTS)
            events = self.load("event_moments", people=_PEOPLE, events=self.names["events"])
            self.engine.materialise(_EVENTS, events, {"before": PRE_DAYS * DAY_US, "after": longest})
            both.append(exp.select("user_id", "since").from_(sql.table(_EVENTS)))
        made.append(_MOMENTS)
        self.engine.define(_MOMENTS, sql.union_all(both))

    def horizons(self) -> list[int]:
        """The horizons in days for which there are scores."""
        if "scores" not in self.names:
            return []
        tree = exp.select("horizon_days").distinct().from_(sql.table(self.names["scores"]))
        return sorted(int(h) for h in self.engine.frame(tree)["horizon_days"].dropna() if h >= 1)

    def _scores(self) -> exp.Query:
        """Expected value of each horizon as columns e0, e1 and so on."""
        rows = self.load("score_moments", people=_PEOPLE, scores=self.names["scores"]).subquery("s")
        text = "MAX(CASE WHEN horizon_days = h THEN expected END)"
        columns = [
            exp.alias_(sql.expression(text, h=exp.Literal.number(h)), f"e{i}") for i, h in enumerate(self.horizons())
        ]
        return exp.select("user_id", *columns).from_(rows).group_by("user_id")

    def _joined(self, metrics: Sequence[Metric], parts: Mapping[str, str]) -> exp.Query:
        age = sql.expression("now - p.exposed_us", now=exp.Literal.number(self.as_of_us))
        columns = [sql.expression(f) for f in ("p.user_id", "p.variant", "p.exposed_us", "p.in_several")]
        columns.append(exp.alias_(sql.expression("COALESCE(orders.had_order, FALSE)"), "had_order"))
        for name, source in _KEPT:
            columns.append(exp.alias_(_or_zero(name, source, parts), name))
        for i, metric in enumerate(metrics):
            columns += self._columns(i, metric, parts, age)
        tree = exp.select(*columns).from_(exp.alias_(sql.table(_PEOPLE), "p", table=True))
        for source, table in parts.items():
            on = sql.expression("s.user_id = p.user_id").transform(
                lambda n, source=source: exp.column(n.name, table=source) if _is_of(n, "s") else n
            )
            tree = tree.join(exp.alias_(sql.table(table), source, table=True), on=on, join_type="left")
        return tree

    def _columns(self, i: int, metric: Metric, parts: Mapping[str, str], age: exp.Expr) -> Iterator[exp.Expr]:
        """The metric where its window is over, the denominator of a ratio, and whether a score completes it."""
        source = "orders" if metric.definition.source == "ltv" else metric.definition.source
        value, over = _or_zero(f"m{i}", source, parts), self._is_over(metric, age)
        is_first = metric.given.what == "first_order_rate"
        able = sql.expression("NOT COALESCE(orders.had_order, FALSE)" if is_first else "TRUE")
        known = sql.expression("CASE WHEN o AND a THEN v END", o=over, a=able, v=value)
        if metric.definition.source == "ltv" and "scores" in parts:
            rest = _expected(self.horizons(), metric.given.days, age)
            known = sql.expression("CASE WHEN o THEN v ELSE v + r END", o=over, v=value, r=rest)
        yield exp.alias_(known, f"m{i}")
        yield exp.alias_(sql.expression("NOT o AND a", o=over, a=able), f"s{i}")
        if metric.definition.kind == "ratio":
            below = _or_zero(f"d{i}", source, parts)
            yield exp.alias_(sql.expression("CASE WHEN o THEN v END", o=over, v=below), f"d{i}")

    def _is_over(self, metric: Metric, age: exp.Expr) -> exp.Expr:
        return sql.expression("a >= w", a=age, w=exp.Literal.number(metric.window[1]))


_KEPT = (
    ("pre_value", "orders"),
    ("pre_orders", "orders"),
    ("pre_active", "activity"),
    ("day_before", "orders"),
    ("day_after", "orders"),
)
_IN_PRE = sql.expression("since < 0 AND since >= -w", w=exp.Literal.number(PRE_DAYS * DAY_US))


def _before(text: str, name: str) -> exp.Expr:
    """What a person was before the exposure; `w` stands for the 28 days, `d` for the microseconds of one."""
    return exp.alias_(sql.expression(text, w=_IN_PRE, d=exp.Literal.number(DAY_US)), name)


_BEFORE_ORDERS = [
    _before("MAX(CASE WHEN is_paid AND since < 0 THEN 1 ELSE 0 END) = 1", "had_order"),
    _before("CAST(SUM(CASE WHEN is_paid AND since < 0 AND since >= -d THEN 1 ELSE 0 END) AS BIGINT)", "day_before"),
    _before("CAST(SUM(CASE WHEN is_paid AND since >= 0 AND since < d THEN 1 ELSE 0 END) AS BIGINT)", "day_after"),
    _before("SUM(CASE WHEN w AND is_paid THEN amount ELSE CAST(0 AS DOUBLE) END)", "pre_value"),
    _before("SUM(CASE WHEN w AND is_paid THEN CAST(1 AS DOUBLE) ELSE CAST(0 AS DOUBLE) END)", "pre_orders"),
]
_BEFORE_ACTIVE = _before("SUM(CASE WHEN w THEN CAST(1 AS DOUBLE) ELSE CAST(0 AS DOUBLE) END)", "pre_active")


def _is_of(node: exp.Expr, table: str) -> bool:
    return isinstance(node, exp.Column) and node.table == table


def _or_zero(name: str, source: str, parts: Mapping[str, str]) -> exp.Expr:
    """A column of a source, 0 where the person has no row there or nothing inside the window."""
    if source not in parts:
        return exp.cast(exp.Literal.number(0), "DOUBLE", dialect=sql.DIALECT)
    return sql.expression("COALESCE(c, CAST(0 AS DOUBLE))", c=exp.column(name, table=source))


def _folded(metrics: Sequence[Metric], sources: Iterable[str]) -> list[exp.Expr]:
    made = []
    for i, metric in enumerate(metrics):
        if metric.definition.source in sources:
            made.append(exp.alias_(metric.folded(), f"m{i}"))
            if metric.definition.kind == "ratio":
                made.append(exp.alias_(metric.orders_inside(), f"d{i}"))
    return made


def _by_person(rows: exp.Expr, columns: Sequence[exp.Expr]) -> exp.Query:
    return exp.select("user_id", *columns).from_(rows).group_by("user_id")


def _expected(horizons: Horizons, days: int, age: exp.Expr) -> exp.Expr:
    """What is expected of the days that are left of a horizon: scores on a line from one horizon to the next.

    NULL where there is no score for so long a time, or none for the person.
    """
    left = sql.expression("CAST(d - a AS DOUBLE) / x", d=_us(days), a=age, x=exp.Literal.number(DAY_US))
    tree = exp.Case()
    before, at = 0, sql.expression("CAST(0 AS DOUBLE)")
    for i, horizon in enumerate(horizons):
        here = exp.column(f"e{i}", table="scores")
        line = sql.expression(
            "b + (h - b) * (l - f) / w",
            b=at,
            h=here,
            l=left,
            f=exp.Literal.number(before),
            w=exp.Literal.number(horizon - before),
        )
        tree = tree.when(sql.expression("l <= h", l=left, h=exp.Literal.number(horizon)), line)
        before, at = horizon, here
    return tree if horizons else exp.null()


def _us(days: int) -> exp.Expr:
    return exp.Literal.number(days * DAY_US)


def _orders(engine: Engine, table: str, as_of: datetime) -> exp.Query:
    """Orders in one form: whether it was paid, what was charged, given up, refunded by then, and its value."""
    columns = order_columns(engine, table)
    discount = columns.get("discount", exp.null())
    named = {
        "value": value(columns, as_of),
        "amount": money(columns),
        "is_paid": sql.expression("COALESCE(p, FALSE)", p=is_purchase(columns)),
        "discount": sql.expression("COALESCE(d, CAST(0 AS DOUBLE))", d=discount),
        "refund": sql.expression("CAST(r AS DOUBLE)", r=refund(columns, as_of)),
    }
    rows = exp.select("user_id", "ts", *(exp.alias_(e, n) for n, e in named.items())).from_(sql.table(table))
    return rows.where(sql.expression("ts < t", t=sql.literal(as_of)))

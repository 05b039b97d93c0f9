"""Plan a test from the workspace's own traffic: how many people it needs, how long that takes, what it can find.

The walk: who came through the entry in the last weeks (registered, ordered, visited) → they stand for the people of the test →
the metric is measured on them as a test would measure it → mean, variance and what CUPED leaves of it → people and days.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Literal, get_args

from ltv import sql
from ltv.errors import UsageError, found
from ltv.experiments.decide_words import REASON
from ltv.experiments.given import checked
from ltv.experiments.methods import ALPHA, Question
from ltv.experiments.metrics import Metric
from ltv.experiments.people_of_test import Measured, People
from ltv.experiments.planned import DURATIONS, Need, Planned, planned
from ltv.experiments.units import Tables
from ltv.settings.metric import metric_name
from ltv.warehouse.local_time import day_end
from ltv.warehouse.table import TableLike, together

if TYPE_CHECKING:
    from sqlglot import exp

    from ltv.text import Text
    from ltv.warehouse.engine import Engine

Entry = Literal["registered", "order", "visit"]
_TABLE: dict[Entry, tuple[str, str]] = {
    "registered": ("members", "registered_at"),
    "order": ("orders", "ts"),
    "visit": ("events", "ts"),
}
_PAST_DAYS, _NAME, _ALL = 84, "plan", "all"
_NEXT = sql.expression("INTERVAL '1' MICROSECOND")
_ENTRIES, _DURATIONS = "exp entries", "exp durations"


def plan_experiment(
    orders: TableLike,
    *,
    as_of: dt.date,
    metric: str = "order_rate_7d",
    entry: Entry = "registered",
    lift: float = 0.05,
    arms: int = 2,
    share: float = 1.0,
    members: TableLike | None = None,
    events: TableLike | None = None,
    invites: TableLike | None = None,
    timezone: str = "UTC",
    currency: str = "CNY",
) -> Planned:
    """How many people a test needs, how long that takes at the traffic of the last twelve weeks, and what it can find.

    Args:
        orders: user_id, ts, amount or value, status.
        as_of: the last day included.
        metric: what decides, as in `[[experiments]]`.
        entry: what lets a person in: `registered`, `order` (the next one), `visit` (the next event).
        lift: the lift worth finding, as a share of control (0.05 is 5 % more).
        arms: variants with control, of equal shares.
        share: of those who come through the entry, how many take part.
        members: user_id, registered_at; for `registered`.
        events: user_id, ts, event; for `visit`, retention and events.
        invites: inviter_user_id, ts.
        timezone: zone of the days.
        currency: in which money is written.

    Returns:
        People and days needed, and the smallest lift that is found after so many days, each for one look at the end and
        for looking every day; power 80 %, two-sided 5 % shared by the variants.

    Raises:
        UsageError: an argument is not one of those allowed, or the table of the entry is not there.
    """
    asked = Metric.of(metric_name(metric))
    _check(entry, lift, arms, share)
    given = {"orders": orders, "members": members, "events": events, "invites": invites}
    engine, names = together(given)
    if _TABLE[entry][0] not in names:
        raise UsageError(found("entry", entry, f"a call with {_TABLE[entry][0]}"))
    made: list[str] = []
    table = _TABLE[entry][0]
    known = names | checked(engine, {table: names[table]}, made)
    after = day_end(as_of, timezone)
    end = after - dt.timedelta(microseconds=asked.window[1])  # of these people the window is over
    span = end - dt.timedelta(days=_PAST_DAYS), end
    try:
        engine.materialise(_ENTRIES, _entries(known, entry, span))
        traffic = _traffic(engine, end)
        with Tables(engine, names | {"exposures": _ENTRIES}, after).opened() as tables:
            question = _measured(tables, asked)
    finally:
        engine.drop([*reversed(made), _ENTRIES, _DURATIONS])
    need = Need(lift=lift, arms=arms, share=share, alpha=ALPHA / (arms - 1))
    return planned(asked, question, traffic, need, entry=entry, as_of=as_of, currency=currency)


def _check(entry: str, lift: float, arms: int, share: float) -> None:
    if entry not in get_args(Entry):
        raise UsageError(found("entry", entry, ", ".join(get_args(Entry))))
    if not _is_number(lift) or not 0 < lift <= 10:  # noqa: PLR2004  ten times as much is no plan
        raise UsageError(found("lift", lift, "a share of control above 0, such as 0.05"))
    if isinstance(arms, bool) or not isinstance(arms, int) or arms < 2:  # noqa: PLR2004
        raise UsageError(found("arms", arms, "2 or more, control among them"))
    if not _is_number(share) or not 0 < share <= 1:
        raise UsageError(found("share", share, "above 0, at most 1"))


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _entries(names: Mapping[str, str], entry: Entry, span: tuple[dt.datetime, dt.datetime]) -> exp.Query:
    table, moment = _TABLE[entry]
    # an order that lets a person in is not yet an outcome of the test, so the person is exposed right after it
    exposed = sql.column(moment) if entry == "registered" else sql.expression("m + i", m=sql.column(moment), i=_NEXT)
    columns = {"moment": sql.column(moment), "exposed": exposed}
    columns |= {"span_start": sql.literal(span[0]), "span_end": sql.literal(span[1])}
    return sql.load("ltv.experiments", "entries", tables={"entries": names[table]}, columns=columns)


def _traffic(engine: Engine, end: dt.datetime) -> dict[int, int]:
    """Days before the end → people at the entry in them."""
    import pandas as pd

    since = [end - dt.timedelta(days=d) for d in DURATIONS]
    engine.register(_DURATIONS, pd.DataFrame({"days": DURATIONS, "since": since}))
    tables = {"durations": _DURATIONS, "entries": _ENTRIES}
    rows = engine.frame(sql.load("ltv.experiments", "traffic", tables=tables))
    return {int(d): int(n) for d, n in sorted(zip(rows["days"], rows["people"], strict=True))}


def _measured(tables: Tables, metric: Metric) -> Question | Text:
    """The metric on those people, all of them as one arm."""
    definition = metric.definition
    if definition.source in ("events", "invites") and definition.source not in tables.names:
        return REASON["missing_table"].format(table=definition.source)
    second = "d0" if definition.kind == "ratio" else definition.covariate
    with tables.units(_NAME, [metric]) as units:
        of = (Measured(metric, "m0", second),)
        people = People(tables.engine, units, _NAME, {_ALL: 1.0}, _ALL, of, planned_people=1)
        question = people.questions(people.rows(), values=True)[metric.name]
        if isinstance(question, Question):  # read while the table is there
            question = replace(question, values=dict(question.amounts).copy)
        return question

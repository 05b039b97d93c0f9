"""The golden 48 hours of each launch: what should have been, what came, and whether that can be told yet.

The loop is traffic → reach → behaviour → payment → feedback (`golden48_catalogue`). The baseline is the same hours of the week of
up to `weeks` earlier weeks, each against the seven days before it (`golden48_baseline`). Left out are weeks in which another launch
had its first hours (unless fewer than five others are left), those with a special day, those with a day without data. A launch on a special day is not judged without a
control. A verdict is final when all hours are over and no row can be late any more; before that only `up` or `down` can be said, at
one of four looks, so that looking every day or every minute calls no more by chance. Without a control the comparison is
observational: whatever else happened in those hours is in it. Money is what was charged, before refunds, which come later; orders that
are cancelled later are not counted.

The walk: launches → slots (the launch's hours, the same hours of earlier weeks) → counts per slot in one form → each metric against
its baseline, and against the control where an experiment of the launch has one → one verdict a metric.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

import pandas as pd

from ltv.behaviour.golden48_counts import Around
from ltv.behaviour.golden48_given import Asked, audiences, find_controls, launched
from ltv.behaviour.golden48_judge import COLUMNS, Judge
from ltv.behaviour.golden48_pulse import Pulse
from ltv.behaviour.golden48_result import Golden48
from ltv.behaviour.golden48_slots import HOUR_US, checkpoints, slot_rows, slots, special
from ltv.settings.calendar import check_days
from ltv.warehouse.local_time import micros
from ltv.warehouse.table import TableLike, together

if TYPE_CHECKING:
    from ltv.settings.experiment import Experiment

_NO_LAUNCH = pd.DataFrame({"launch_id": pd.Series(dtype="str"), "started_at": pd.Series(dtype="datetime64[us]")})


def golden48(
    launches: TableLike | None,
    *,
    as_of: date,
    events: TableLike | None = None,
    orders: TableLike | None = None,
    members: TableLike | None = None,
    touches: TableLike | None = None,
    tickets: TableLike | None = None,
    exposures: TableLike | None = None,
    experiments: Sequence[Experiment] = (),
    controls: Mapping[str, str] | None = None,
    hours: int = 48,
    weeks: int = 26,
    late_hours: float = 2.0,
    special_days: Sequence[str] = (),
    launch: str | None = None,
    timezone: str = "UTC",
    currency: str = "CNY",
) -> Golden48:
    """Judge the first hours of every launch; definitions stand at the head of this module.

    Args:
        launches: launch_id, started_at; name, kind, audience (a source of events and orders). None: no launch.
        as_of: the last day included.
        events: user_id, ts, event; source.
        orders: user_id, ts, amount or value, status; source.
        members: user_id, registered_at.
        touches: user_id, ts, kind.
        tickets: user_id, ts; sentiment.
        exposures: user_id, ts, experiment, variant: launches with an experiment are also compared with its control.
        experiments: what is declared of them; without it the control is the variant `control`.
        controls: launch_id → experiment; default the experiment of the same name.
        hours: how many hours count, 1 to 168.
        weeks: earlier weeks to compare with, 1 to 104, as many as there are.
        late_hours: how long rows may still arrive after the latest one that is there.
        special_days: sales and feasts, as `special_days` in ltv.toml.
        launch: launch_id of the one that charts show; None or empty for the newest.
        timezone: zone of the hours of the week.
        currency: in which money is written.

    Returns:
        `.table` is `golden48`, with reason, hours (those judged), weeks and sample (counted in an ordinary week, or in both arms).

    Raises:
        UsageError: a column is missing, a launch has no number or time or is there twice, an argument is out of range.

    >>> hour = pd.date_range("2026-01-01", "2026-03-31", freq="h")[:-1]
    >>> seen = pd.DataFrame({"user_id": range(len(hour)), "ts": hour, "event": "visit"})
    >>> made = pd.DataFrame({"launch_id": ["blue"], "started_at": [pd.Timestamp("2026-03-20")]})
    >>> golden48(made, events=seen, as_of=date(2026, 3, 30)).table[["metric", "observed", "verdict"]].values.tolist()[:2]
    [['visits', 48.0, 'flat'], ['visitors', 48.0, 'flat']]
    """
    tables = {"launches": _NO_LAUNCH if launches is None else launches, "events": events, "orders": orders}
    tables |= {"members": members, "touches": touches, "tickets": tickets, "exposures": exposures}
    asked = Asked(as_of, hours, weeks, late_hours, check_days("special_days", special_days), launch or "", timezone)
    return _found(tables, asked, experiments, controls or {}, currency)


def _found(
    tables: Mapping[str, TableLike | None],
    asked: Asked,
    experiments: Sequence[Experiment],
    controls: Mapping[str, str],
    currency: str,
) -> Golden48:
    engine, names = together(tables)
    made = launched(engine, names["launches"], asked)
    with Around.opened(engine, names) as around:
        known = around.known(micros(asked.after), asked.late_hours)
        made = audiences(made, {system for _, system in known})
        bounds = slots(made["started_at"].tolist(), weeks=asked.weeks, hours=asked.hours, timezone=asked.timezone)
        looks = checkpoints(asked.hours)
        counts = around.counts(slot_rows(bounds, made["source"]), [h for h, _ in looks])
        begin, end = bounds[..., 0], bounds[..., 1]
        first = special(begin, begin + asked.hours * HOUR_US, asked.special_days, asked.timezone)
        whole = special(begin, end, asked.special_days, asked.timezone)
        judge = Judge(made, bounds, known, counts, looks, (first, whole))
        found = find_controls(judge, around, experiments, controls)
        arms = around.arms(found.cells, found.variants)
    table = pd.DataFrame(judge.rows(arms, found), columns=list(COLUMNS))
    pulse = Pulse.of(made, bounds, judge.known_of, launch=asked.launch, hours=asked.hours)
    return Golden48(table, currency=currency, asked=asked, launches=made, pulse=pulse)

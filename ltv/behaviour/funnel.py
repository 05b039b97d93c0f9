"""The funnel: how far people come through ordered steps, where they are lost, and what they do instead.

Every row of the first step starts an attempt. An attempt reaches a step when rows of all steps up to it follow each other
after the start (anything may happen between them), the last one no later than the window after the start. A person counts
once: by the attempt that comes deepest, the latest of several. What a person is (source, status) is told as at that entry;
rows at or after the end of `as_of` do not exist.

`pending` are people who have not completed and whose window is still open. Rates and medians are those of closed windows
alone: the same count over the starts whose window is over (`users_closed`), so that nobody is lost who is not done yet,
and nobody counts as converted only because of being quick.

The walk: tables with steps → rows (who, when, which step) → the attempt of each person that counts → people by step and
group. The embedded engine takes the middle in one compiled loop (`funnel_stream`); the `.sql` files say the same on any
engine (`funnel_portable`). docs/funnel.md compares the definition with Mixpanel, Amplitude, PostHog and ClickHouse.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from ltv.behaviour import funnel_portable, funnel_stream
from ltv.behaviour.funnel_asked import BREAKDOWN, DETAILS, STEPS, Start, SubmitFrom, Ties, asked, some
from ltv.behaviour.funnel_parts import Days, check_names, days_of, parts_of
from ltv.behaviour.funnel_result import Funnel
from ltv.behaviour.funnel_table import define_people, instead_of, rolling_of, table_of
from ltv.warehouse.table import TableLike, together

if TYPE_CHECKING:
    from ltv.behaviour.funnel_asked import Asked
    from ltv.behaviour.funnel_parts import Parts


def funnel(
    events: TableLike | None = None,
    orders: TableLike | None = None,
    *,
    as_of: date,
    steps: Sequence[str] = STEPS,
    window_days: float = 7,
    window_hours: float | None = None,
    since: date | None = None,
    start: Start = "latest",
    ties: Ties = "steps",
    submit_from: SubmitFrom = "auto",
    members: TableLike | None = None,
    segments: TableLike | None = None,
    name: str = "conversion",
    breakdown: Sequence[str] = BREAKDOWN,
    with_details: Sequence[str] = DETAILS,
    timezone: str = "UTC",
    currency: str = "CNY",
) -> Funnel:
    """How many people come through ordered steps within a window, where the others are lost and what they do instead.

    A person counts once, by the entry that comes deepest, the latest of several; rates are those of windows that are over.

    Args:
        events: user_id, ts, event; source; event_id where `ties` asks for it.
        orders: user_id, ts, status, amount; source: `pay_success` is a paid (or later refunded) one, at its time.
        as_of: the last day included.
        steps: 2 to 16 names of events in their order, as a list or a text with commas; a name may come twice.
        window_days: length of the window from the entry, days of 24 hours whatever the clocks do.
        window_hours: the same in hours, in place of days.
        since: first day on which an entry counts; default all.
        start: latest (any entry may start, the latest that comes deepest wins) or first (only a person's first entry).
        ties: of rows at the same microsecond the order of the steps decides, or event_id; later: neither follows the other.
        submit_from: `submit_order` is an event, or any order placed; auto: an event if there is one.
        members: user_id, registered_at: with orders, what people were when they entered.
        segments: user_id, segment_kind, segment.
        breakdown: source, status (at entry).
        with_details: next_events, rolling: what is computed beside the table.
        name: what the funnel is called in the table.
        timezone: zone of the days.
        currency: in which money is written.

    Raises:
        UsageError: an argument or a column is not one of those allowed, or a step is the name of nothing.

    >>> import pandas as pd
    >>> times = pd.to_datetime(["2026-01-01 10:00", "2026-01-01 10:05", "2026-01-02 09:00", "2026-01-01 11:00"])
    >>> log = pd.DataFrame({"user_id": [1, 1, 1, 2], "ts": times, "event": ["visit", "register", "login", "visit"]})
    >>> found = funnel(log, as_of=date(2026, 1, 31), steps=["visit", "register"])
    >>> found.table[["step", "users", "pending", "rate_from_first"]].to_dict("records")[1]
    {'step': 'register', 'users': 1, 'pending': 0, 'rate_from_first': 0.5}
    """
    window, rules = (window_days, window_hours), (start, ties, submit_from)
    wanted = asked(as_of, timezone, steps=steps, window=window, since=since, rules=rules, breakdown=breakdown)
    details = some("with_details", with_details, DETAILS)
    engine, names = together({"events": events, "orders": orders, "members": members, "segments": segments})
    return _found(parts_of(engine, names, wanted), wanted, names, name=name, details=details, currency=currency)


def _found(
    parts: Parts, wanted: Asked, names: dict[str, str], *, name: str, details: Sequence[str], currency: str
) -> Funnel:
    try:
        parts.define_rows()
        days = days_of(parts) if "rolling" in details else Days()
        way = funnel_stream if funnel_stream.fits(parts.engine, parts, wanted) else funnel_portable
        rows, by_day = way.reached(parts.engine, parts, wanted, days)
        check_names(parts, rows)
        define_people(parts, names)
        table = table_of(parts, wanted, names.get("segments"), name)
        instead = instead_of(parts, wanted, table if "next_events" in details else table.iloc[:0])
        rolling = rolling_of(parts, days, by_day)
    finally:
        parts.engine.drop(parts.made)
    return Funnel(table, asked=wanted, next_events=instead, rolling=rolling, currency=currency)

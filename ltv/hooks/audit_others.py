"""Rules beside those of offers: trials past their deadline, messages stuck under way, buckets of a gray release that go nowhere."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pandas as pd

from ltv.behaviour.trial import sweep_trials
from ltv.dispatch.under_way import under_way
from ltv.errors import UsageError, found
from ltv.settings.ranges import holes
from ltv.settings.service import Routed
from ltv.warehouse import given
from ltv.warehouse.local_time import micros
from ltv.warehouse.table import TableLike, together

if TYPE_CHECKING:
    from ltv.workspace.workspace import Workspace

_STUCK = "PROCESSING"
CASE = ("rule", "case_id", "at_us", "hook", "user_id", "offer_id", "order_id", "money", "amount")


def overdue_trials(trials: TableLike, *, as_of: datetime, hours: int) -> tuple[pd.DataFrame, int]:
    """Trials that nobody decided though their deadline is over, and how many trials there are.

    Args:
        trials: as `ltv.sweep_trials` takes them.
        as_of: exclusive end, naive UTC.
        hours: length of a trial.
    """
    due = sweep_trials(trials, as_of=as_of, hours=hours)
    cases = _cases("trial_overdue", due["trial_id"].astype(str), due["ended_at"], due["overdue_hours"])
    _, judged = _counted("trials", trials, "trial_id")
    return cases.assign(hook="member_trial", user_id=due["user_id"]), judged


def stuck_messages(messages: TableLike, *, as_of: datetime, minutes: float) -> tuple[pd.DataFrame, int]:
    """Messages that somebody took to send and neither sent nor gave back.

    Args:
        messages: message_id, state; `deadline` by which it should have been over, or `ts` since when it is under way, in UTC or with a zone;
            user_id, offer_id, cost where they are there.
        as_of: exclusive end, naive UTC.
        minutes: how long one may be under way, where only `ts` is there.

    Raises:
        UsageError: a column is missing.
    """
    rows, judged = _counted("messages", messages, "message_id", "state")
    if "deadline" not in rows and "ts" not in rows:
        given.require("messages", rows.columns, "deadline")
    wait = pd.Timedelta(0 if "deadline" in rows else minutes, "min")
    deadline = _naive(rows["deadline" if "deadline" in rows else "ts"]) + wait
    late = (rows["state"] == _STUCK) & (deadline <= as_of)
    over = (pd.Timestamp(as_of) - deadline[late]).dt.total_seconds() / 60
    cases = _cases("message_stuck", rows.loc[late, "message_id"].astype(str), deadline[late], over)
    for column, source in (("user_id", "user_id"), ("offer_id", "offer_id"), ("money", "cost")):
        if source in rows:
            cases[column] = rows.loc[late, source]
    return cases, judged


def unrouted(routes: Sequence[Routed]) -> tuple[pd.DataFrame, int]:
    """Ranges of buckets that a routing table sends nowhere, and how many tables there are.

    Args:
        routes: rows of all tables.

    Raises:
        UsageError: a row is no range of buckets of its table, or rows of one table disagree about their number.
    """
    releases = list(dict.fromkeys(r.release for r in routes))
    rows: list[tuple[str, int]] = []
    for release in releases:
        mine = [r for r in routes if r.release == release]
        sizes = {r.buckets for r in mine}
        if len(sizes) > 1:
            raise UsageError(found(f"routes {release} buckets", ", ".join(map(str, sorted(sizes))), "one number"))
        buckets = sizes.pop()
        for r in mine:
            if not 0 <= r.first <= r.last < buckets:
                raise UsageError(found(f"routes {release}", f"{r.first}-{r.last}", f"buckets 0-{buckets - 1}, first <= last"))  # fmt: skip
        rows += [(f"{release}/{a}-{b - 1}", b - a) for a, b in holes([(r.first, r.last + 1) for r in mine], buckets)]
    frame = pd.DataFrame(rows, columns=["case_id", "amount"])
    return _cases("unrouted", frame["case_id"], None, frame["amount"].astype(float)), len(releases)


def outbox_messages(ws: Workspace) -> pd.DataFrame | None:
    """Messages of the workspace's own outbox, read and never written; None where there is no outbox yet.

    Args:
        ws: a workspace as of a date. A message of a later day does not count.

    Returns:
        message_id, state, deadline (end of the lease of whoever took it), user_id, offer_id, cost.

    Raises:
        LtvError: the database cannot be read.
    """
    rows = under_way(ws.root, ws.settings.dispatch.database, until_ms=micros(ws.as_of) // 1000)
    if rows is None:
        return None
    frame = pd.DataFrame(rows, columns=["message_id", "state", "lease_ms", "user_id", "offer_id", "cost"])
    deadline = pd.to_datetime(frame.pop("lease_ms").astype("int64"), unit="ms").astype("datetime64[us]")
    return frame.assign(deadline=deadline, user_id=frame["user_id"].astype("Int64"))


def _naive(moments: pd.Series[Any]) -> pd.Series[pd.Timestamp]:
    return pd.to_datetime(moments, utc=True).dt.tz_localize(None)


def _counted(argument: str, table: TableLike, *columns: str) -> tuple[pd.DataFrame, int]:
    if isinstance(table, pd.DataFrame):
        rows = table
    else:
        engine, names = together({argument: table})
        from ltv.warehouse.table import Table

        rows = Table(engine, names[argument]).frame()
    given.require(argument, rows.columns, *columns)
    return rows, int(rows[columns[0]].nunique())


def _cases(rule: str, names: pd.Series[str], at: pd.Series[Any] | None, amount: pd.Series[float]) -> pd.DataFrame:
    made = pd.DataFrame(columns=list(CASE), index=names.index)
    made["rule"], made["case_id"], made["amount"] = rule, names, amount
    if at is not None:
        moment = pd.to_datetime(at).astype("datetime64[us]")
        made["at_us"] = moment.astype("int64")
    return made

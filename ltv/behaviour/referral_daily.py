"""Referral day by day: invitations for each user, their conversion, the K-factor, effective invitations, cycle time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ltv import sql
from ltv.behaviour.given import day_number, day_of
from ltv.behaviour.kernels import Ints
from ltv.warehouse.local_time import DAY_US, day_end, micros

if TYPE_CHECKING:
    from sqlglot import exp

    from ltv.warehouse.engine import Engine

Users = Literal["active", "registered"]
_ROOM = "ltv.behaviour"
_ACTIVITY = "ref activity"


@dataclass(frozen=True)
class Days:
    """The days that are told, and the calendar they are of.

    Attributes:
        last: the last one.
        count: how many are told.
        period: days that each one looks back over, itself included.
        timezone: whose days.
    """

    last: date
    count: int
    period: int
    timezone: str

    @property
    def numbers(self) -> Ints:
        """Days since 1970-01-01, ascending."""
        last = self.last.toordinal() - date(1970, 1, 1).toordinal()
        return np.arange(last - self.count + 1, last + 1, dtype=np.int64)

    def ends(self) -> tuple[Ints, Ints]:
        """Beginning and exclusive end, in microseconds, of the period of each day."""
        first = self.last - timedelta(days=self.count + self.period - 1)
        days = [first + timedelta(days=k) for k in range(self.count + self.period)]
        ends = np.array([micros(day_end(d, self.timezone)) for d in days], dtype=np.int64)
        return ends[: self.count], ends[self.period :]


def users_of(engine: Engine, names: dict[str, str], days: Days, users: Users) -> Ints:
    """How many users there are on each day: active in its period, or registered by then."""
    numbers = days.numbers
    since = -(10**6) if users == "registered" else int(numbers[0]) - days.period + 1
    tables = ("members",) if users == "registered" else ("invites", "orders", "events")
    given = [(names[t], person, time) for t in tables if t in names for person, time in _WHO[t]]
    try:
        parts = [_person_days(engine, days, *one) for one in given]
        engine.materialise(_ACTIVITY, sql.union_all(parts), {"since": since, "until": int(numbers[-1])})
        file = "days_of_first" if users == "registered" else "active_steps"
        steps = engine.frame(sql.load(_ROOM, file, tables={"activity": _ACTIVITY}), {"period": days.period})
    finally:
        engine.drop([_ACTIVITY])
    total = np.concatenate([[0], np.cumsum(steps["step"].to_numpy(np.int64))])
    found: Ints = total[np.searchsorted(steps["n"].to_numpy(np.int64), numbers, side="right")]
    return found


def _person_days(engine: Engine, days: Days, table: str, person: str, time: str) -> exp.Query:
    """The days on which the people of a table were there; one who is there twice counts once in the end."""
    # of what lies before the first period only that it does matters, not on which day
    begun = days.last - timedelta(days=days.count + days.period + 2)
    span = (day_end(begun, days.timezone), day_end(days.last, days.timezone))
    day = day_number(engine, table, time, days.timezone, span)
    columns = {"person": sql.column(person), "day_number": day}
    return sql.load(_ROOM, "person_days", tables={"rows": table}, columns=columns)


_WHO = {
    "invites": (("inviter_user_id", "ts"), ("invitee_user_id", "ts")),
    "orders": (("user_id", "ts"),),
    "events": (("user_id", "ts"),),
    "members": (("user_id", "registered_at"),),
}


@dataclass(frozen=True)
class Moments:
    """What happened when, in microseconds; one entry an invitation that counts.

    Attributes:
        invited: the invitation.
        first_bought: the first purchase in the window after it, −1 where there is none.
        inviter: who invited; positions.
        invitee: who was invited; positions.
        window: length of the window.
    """

    invited: Ints
    first_bought: Ints
    inviter: Ints
    invitee: Ints
    window: int


def daily(of: Moments, days: Days, users: Ints) -> pd.DataFrame:
    """The table `referral_summary`, one row a day, with what its figures are made of."""
    begin, end = days.ends()
    sent = _inside(of.invited, begin, end)
    # a window that ended inside the period tells of an invitation that is old enough to be judged
    over = of.invited + of.window
    matured = _inside(over, begin + 1, end + 1)
    converted = _inside(over[of.first_bought >= 0], begin + 1, end + 1)
    effective = _inside(of.first_bought[of.first_bought >= 0], begin, end)
    waits_at, waits = _cycles(of)
    rate = _by(converted, matured)
    per_user = _by(sent, users)
    table = {
        "date": [day_of(int(n)) for n in days.numbers],
        "k_factor": per_user * rate,
        "invitations_per_user": per_user,
        "cycle_time_days": _medians(waits_at, waits, begin, end),
        "effective_per_user": _by(effective, users),
        "conversion_rate": rate,
        "users": users,
        "invitations": sent,
        "matured": matured,
        "effective": effective,
    }
    return pd.DataFrame(table)


def _inside(moments: Ints, begin: Ints, end: Ints) -> Ints:
    """How many moments lie in [begin, end) of each period."""
    ordered = np.sort(moments)
    found: Ints = np.searchsorted(ordered, end) - np.searchsorted(ordered, begin)
    return found


def _by(above: Ints, below: Ints) -> NDArray[np.float64]:
    found: NDArray[np.float64] = np.divide(above, below, out=np.full(len(above), np.nan), where=np.asarray(below) > 0)
    return found


def _cycles(of: Moments) -> tuple[Ints, Ints]:
    """When those who were invited first invited somebody, and how long after their own invitation, in microseconds."""
    frame = pd.DataFrame({"who": of.inviter, "sent": of.invited}).groupby("who", sort=True)["sent"].min()
    own = pd.Series(of.invited, index=of.invitee)
    both = frame.to_frame().join(own.rename("invited"), how="inner")
    both = both[both["sent"] >= both["invited"]]
    at = both["sent"].to_numpy(np.int64)
    return at, at - both["invited"].to_numpy(np.int64)


def _medians(at: Ints, waits: Ints, begin: Ints, end: Ints) -> list[float]:
    found = []
    for low, high in zip(begin, end, strict=True):
        inside = waits[(at >= low) & (at < high)]
        found.append(float(np.median(inside)) / DAY_US if len(inside) else float("nan"))
    return found

"""Who a playbook speaks to today: those its condition finds, less those who may not or should not be spoken to.

The walk: is it on → who → consent, contact cap, left alone, taken by another → places and budget → control arm and action by hash.
Arms are drawn among people who would be spoken to, so that nothing but the draw tells them apart.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ltv.dispatch.planned import id_of
from ltv.errors import UsageError, found
from ltv.experiments.batch import buckets
from ltv.health.health_views import place_words
from ltv.health.health_words import LABEL
from ltv.settings.experiment import BUCKETS
from ltv.settings.playbooks import EVERY_DAY, FREQUENCY
from ltv.strategy.strategy_words import LEFT_OUT, WHY
from ltv.text import same

if TYPE_CHECKING:
    from ltv.settings.playbooks import Playbook, Strategy
    from ltv.strategy.crowd import Crowd
    from ltv.text import Text

Chooser = Callable[["Playbook", pd.DataFrame], "pd.Series[str] | None"]
REASONS = tuple(LEFT_OUT)  # why people are left out, the first that holds


@dataclass(frozen=True)
class Start:
    """Whether a playbook is on today.

    Attributes:
        is_on: it is.
        episode: day on which it began; the same people are planned once in an episode.
        why: in words.
    """

    is_on: bool
    episode: date
    why: Text


@dataclass(frozen=True)
class Picked:
    """What a playbook plans.

    Attributes:
        playbook: which one.
        start: why it is on or not.
        people: user_id, arm, action, cost and what was known of each; nobody where it is off.
        found: people for whom the condition holds.
        left_out: reason → people.
        waits: it is too large to go out before somebody approves it.
    """

    playbook: Playbook
    start: Start
    people: pd.DataFrame
    found: int
    left_out: Mapping[str, int]
    waits: bool

    @property
    def plan(self) -> str:
        """What `ltv strategy approve` calls it."""
        return f"{self.start.episode}/{self.playbook.name}"


def start_of(playbook: Playbook, health: pd.DataFrame | None, as_of: date, fresh_days: int) -> Start:
    """Whether a playbook is on: every day, or because its indicator has triggered lately.

    Args:
        playbook: which one.
        health: the result table `health`, or None.
        as_of: the day.
        fresh_days: a trigger counts for so many days.

    Raises:
        UsageError: there is no such segment on the health board.
    """
    if playbook.when == EVERY_DAY:
        return Start(True, as_of, WHY["every_day"])
    if health is None:
        return Start(False, as_of, WHY["no_health"])
    kind, segment = playbook.where
    mine = health[health["indicator"] == playbook.when]
    here = mine[(mine["segment_kind"] == kind) & (mine["segment"] == segment)]
    if here.empty:
        known = sorted({f"{k}/{s}" for k, s in mine[["segment_kind", "segment"]].drop_duplicates().to_numpy()})
        raise UsageError(
            found(f"ltv.toml [[playbooks]] {playbook.name} segment", playbook.segment, ", ".join(known) or "none")
        )
    days = pd.to_datetime(here["date"]).dt.date
    new = here["triggered"].fillna(False).astype(bool) & (days > as_of - timedelta(days=fresh_days)) & (days <= as_of)
    if not new.any():
        return Start(False, as_of, WHY["quiet"].format(**_names(playbook), days=str(fresh_days)))
    began = max(days[new])
    return Start(True, began, WHY["triggered"].format(**_names(playbook), date=str(began)))


def _names(playbook: Playbook) -> dict[str, Text]:
    kind, segment = playbook.where
    place = place_words({"segment_kind": kind, "segment": segment})
    return {"indicator": LABEL.get(playbook.when, same(playbook.when)), "segment": place}


def pick(
    crowd: Crowd, playbook: Playbook, start: Start, rules: Strategy, *, past: pd.DataFrame, taken: set[int], as_of: date,
    choose: Chooser,
) -> Picked:  # fmt: skip
    """Plan one playbook.

    Args:
        crowd: everybody.
        playbook: which one.
        start: whether it is on.
        rules: what holds for all playbooks.
        past: interventions of the days before: user_id, playbook, date, arm.
        taken: people whom earlier playbooks of the day have planned for; those of this one are added.
        as_of: the day.
        choose: says which action suits whom, or None where nothing is known yet.
    """
    if not start.is_on:
        return Picked(playbook, start, _nobody(), 0, {}, False)
    rows = crowd.who(playbook)
    why = _why_not(crowd, rows, playbook, rules, past=past, taken=taken, as_of=as_of)
    free = rows[why == ""].reset_index(drop=True)
    drawn = _drawn(playbook, free, start, choose)
    by_place = np.arange(len(drawn)) >= playbook.most_people
    by_budget = (drawn["cost"].cumsum() > playbook.budget + 1e-9).to_numpy() & ~by_place
    left_out = pd.Series(why[why != ""]).value_counts().to_dict()
    left_out |= {name: int(n) for name, n in (("places", by_place.sum()), ("budget", by_budget.sum())) if n}
    people = drawn[~(by_place | by_budget)].reset_index(drop=True)
    if playbook.speaks:
        taken |= set(people["user_id"].tolist())
    spoken_to = people["arm"] == "treatment"
    waits = int(spoken_to.sum()) > rules.approve_people or float(people["cost"].sum()) > rules.approve_cost
    told = {name: int(left_out[name]) for name in REASONS if name in left_out}
    return Picked(playbook, start, people, len(rows), told, waits)


def _nobody() -> pd.DataFrame:
    columns = [
        "user_id",
        "registered_at",
        "expected",
        "churn_probability",
        "decile",
        "intervention_id",
        "arm",
        "action",
        "cost",
        "contacts",
    ]
    return pd.DataFrame(columns=columns)


def _why_not(
    crowd: Crowd, rows: pd.DataFrame, playbook: Playbook, rules: Strategy, *, past: pd.DataFrame, taken: set[int], as_of: date
) -> np.ndarray:  # fmt: skip
    """Why each person is left out, "" for those who are not; the first reason that holds."""
    who = rows["user_id"]
    days = pd.to_datetime(past["date"]).dt.date if len(past) else pd.Series(dtype=object)
    lately = past[days > as_of - timedelta(days=rules.cap_days)] if len(past) else past
    sent = (lately["arm"] == "treatment") & (lately["action"] != FREQUENCY)
    spoken = lately[sent].groupby("user_id").size() if len(lately) else pd.Series(dtype="int64")
    # what was sent lately may stand in the touches too: it is not counted twice
    contacts = np.maximum(who.map(crowd.contacts).fillna(0).to_numpy(), who.map(spoken).fillna(0).to_numpy())
    again = days > as_of - timedelta(days=playbook.again_after_days)
    before = past.loc[again & (past["playbook"] == playbook.name), "user_id"] if len(past) else pd.Series(dtype="int64")
    held = {
        "consent": ~crowd.may_contact(who, playbook.channel),
        "cap": playbook.speaks & (contacts >= rules.contact_cap),
        "again": who.isin(before).to_numpy(),
        "taken": playbook.speaks & who.isin(taken).to_numpy(),
    }
    out = np.full(len(rows), "", dtype=object)
    for name, holds in held.items():
        out[holds & (out == "")] = name
    return out


def _drawn(playbook: Playbook, rows: pd.DataFrame, start: Start, choose: Chooser) -> pd.DataFrame:
    """Arm, action and cost of each person; who gets what hangs on nothing but a hash."""
    who = rows["user_id"].to_numpy(np.int64)
    salt = f"{playbook.name}/{start.episode}"
    control = buckets(f"{salt}/arm", who) < round(playbook.control * BUCKETS)
    equal = np.array(playbook.actions, object)[buckets(f"{salt}/action", who) % len(playbook.actions)]
    best = choose(playbook, rows) if len(playbook.actions) > 1 and len(rows) else None
    if best is not None:  # some are drawn all the same, so that what is chosen stays measured
        stays_equal = buckets(f"{salt}/explore", who) < EXPLORE * BUCKETS
        equal = np.where(stays_equal, equal, best.to_numpy(object))
    contacts = _contacts(playbook, rows)
    cost = np.array([playbook.cost_of(action) for action in equal], np.float64)
    if not playbook.speaks:
        cost = cost * contacts.to_numpy(np.float64, na_value=0)
    ids = [id_of(playbook.name, one, start.episode) for one in who.tolist()]
    return rows.assign(
        intervention_id=ids,
        arm=np.where(control, "control", "treatment"),
        action=equal,
        cost=np.where(control, 0.0, cost),
        contacts=contacts.where(~control),
    )


def _contacts(playbook: Playbook, rows: pd.DataFrame) -> pd.Series[int]:
    """Contacts of each person in the next days, of a playbook that says how many; whoever has no decile is in the first."""
    if playbook.speaks:
        return pd.Series(pd.NA, index=rows.index, dtype="Int64")
    decile = rows["decile"].fillna(1).astype("int64")
    return decile.map(dict(enumerate(playbook.frequency, start=1))).astype("Int64")


EXPLORE = 0.2  # part of the people whose action is drawn though a better one is believed in


def waiting(picked: Sequence[Picked]) -> list[str]:
    """Plans that somebody has to approve."""
    return [p.plan for p in picked if p.waits and len(p.people)]


def expires(playbook: Playbook, until: datetime) -> datetime:
    """From when on nothing is sent any more."""
    return until + timedelta(hours=playbook.expires_hours)

"""What channels add to the rate of conversions: people's own time, visits as witnesses, and holdouts where there are any."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from ltv import sql
from ltv.attribution.conditional import Prior
from ltv.attribution.effects import Effects, estimate
from ltv.attribution.holdouts import Evidence, calibrated, evidence
from ltv.attribution.panel import MOST_PEOPLE, known, panel, spells_of
from ltv.attribution.spells import some_people
from ltv.warehouse.local_time import local_day

if TYPE_CHECKING:
    from ltv.attribution.conditional import Fit, Link
    from ltv.attribution.given import Ground
    from ltv.attribution.shapley import Floats, Ints

_ROOM = "ltv.attribution"
_MOST_VISITORS = 20_000
_LEAST_EVENTS = 50  # in the time that can be compared: below that nothing is said


@dataclass(frozen=True)
class Learned:
    """What was learned.

    Attributes:
        effects: relative rates under any set of channels; None where there is not enough to tell.
        shift_sd: standard deviation of what experiments moved, log, by channel.
        conversion_id: the conversions of the window, in the order of person and time.
        user_id: their people.
        mask: channels at work at each, with a bit for every touch that is told apart.
        group: group of each one's person.
        compared: conversions that could be compared with other days of the same person.
        clicks_only: channels of which only clicks are known.
        evidence: of holdouts, or None.
        doses: what one, two and three touches of each channel do to visits, or to conversions where no visits are known.
        pass_on: conversions a channel adds for each visit it adds (both relative), or None without visits.
    """

    effects: Effects | None
    shift_sd: Floats
    conversion_id: Ints
    user_id: Ints
    mask: Ints
    group: Ints
    compared: int
    clicks_only: list[str]
    evidence: Evidence | None = None
    pass_on: float | None = None
    doses: Fit | None = None


@dataclass(frozen=True)
class Sources:
    """Names in the engine of what helps to tell effects from coincidence; each may be missing.

    Attributes:
        members: user_id, registered_at.
        events: user_id, ts, day.
        exposures: user_id, ts, experiment, variant.
        groups: user_id → group, in which channels may work differently.
        names: of the groups.
    """

    members: str | None = None
    events: str | None = None
    exposures: str | None = None
    groups: tuple[Ints, Ints] | None = None
    names: tuple[str, ...] = ()


def learn(ground: Ground, sources: Sources, *, timezone: str, seed: int = 0) -> Learned:
    """Estimate what channels do."""
    since = known(ground, sources.members)
    everybody = spells_of(ground, ground.conversions, since, timezone=timezone, most=None)
    one_in = max(-(-len(everybody.user_id) // MOST_PEOPLE), 1)
    spells = some_people(everybody, everybody.user_id % one_in == 0)
    ids = ground.engine.frame(sql.load(_ROOM, "conversion_ids", tables={"conversions": ground.conversions}))
    who = ids["user_id"].to_numpy(np.int64)
    clicks = ground.exposure[1]
    groups = max(len(sources.names), 1)
    told = Learned(
        None, np.zeros(len(ground.channels)), ids["conversion_id"].to_numpy(np.int64), who, everybody.event_mask,
        group_of(who, sources), int((spells.event >= 0).sum()), clicks,
    )  # fmt: skip
    if told.compared < _LEAST_EVENTS or not ground.channels or not (spells.mask > 0).any():
        return told
    own = panel(spells, ground, group_of(spells.user_id, sources), groups)
    visits = _visits(ground, _active_days(ground, sources, timezone), since, timezone)
    main, pass_on = (None, None) if visits is None else _priors(own.main, visits, ground.levels)
    effects = estimate(own.cells, own.settings, main=main, seed=seed)
    told = replace(told, effects=effects, pass_on=pass_on, doses=visits or own.main)
    return _with_holdouts(ground, sources, told, groups)


def _active_days(ground: Ground, sources: Sources, timezone: str) -> str | None:
    if sources.events is None:
        return None
    name = ground.name("active days")
    ends = {"start": ground.span.start, "until": ground.span.until}
    has_day = "day" in ground.engine.columns(sources.events)
    day = sql.column("day") if has_day else local_day(sql.column("ts"), timezone, ground.span.start, ground.span.until)
    asked = sql.load(_ROOM, "active_days", tables={"events": sources.events}, columns={"local_day": day})
    ground.engine.materialise(name, asked, ends)
    return name


def group_of(who: Ints, sources: Sources) -> Ints:
    """Group of each person; those in none are in the last."""
    if sources.groups is None:
        return np.zeros(len(who), np.int64)
    users, group = sources.groups
    place = np.minimum(np.searchsorted(users, who), max(len(users) - 1, 0))
    out: Ints = (
        np.where(users[place] == who, group[place], len(sources.names) - 1)
        if len(users)
        else np.zeros(len(who), np.int64)
    )
    return out


def _visits(ground: Ground, witnesses: str | None, since: str, timezone: str) -> Fit | None:
    """What channels do to visits; None where too few are known."""
    if witnesses is None:
        return None
    spells = spells_of(ground, witnesses, since, timezone=timezone, most=_MOST_VISITORS)
    if (spells.event >= 0).sum() < _LEAST_EVENTS or not (spells.mask > 0).any():
        return None
    return panel(spells, ground).main


def _priors(own: Fit, visits: Fit, levels: int) -> tuple[dict[Link, Prior], float]:
    """What visits say of each channel: effects on conversions are some multiple of those on visits, more or less."""
    multiple, apart = _pass_on(own.beta, own.covariance, visits.beta, visits.covariance)
    mean = multiple * visits.beta
    variance = apart**2 + multiple**2 * np.diag(visits.covariance) + 1e-6
    # the same effect on the other scale: what each touch adds to the log
    factor = np.maximum(1 + np.cumsum(mean.reshape(levels, -1), axis=0), 0.2)
    logs = np.diff(np.log(factor), axis=0, prepend=0.0).ravel()
    main: dict[Link, Prior] = {
        "additive": Prior(mean, 1 / variance),
        "log": Prior(logs, factor.ravel() ** 2 / variance),
    }
    return main, multiple


def _pass_on(own: Floats, own_covariance: Floats, visits: Floats, visits_covariance: Floats) -> tuple[float, float]:
    """The multiple, and how far channels are apart from it (standard deviation): both by maximum likelihood on a grid."""
    best = (-np.inf, 1.0, 0.0)
    for multiple in np.linspace(0, 3, 61):
        for apart in np.linspace(0, 0.2, 21):
            covariance = own_covariance + multiple**2 * visits_covariance + apart**2 * np.eye(len(own))
            rest = own - multiple * visits
            value = -0.5 * (rest @ np.linalg.solve(covariance, rest) + np.linalg.slogdet(covariance)[1])
            best = max(best, (float(value), float(multiple), float(apart)))
    return best[1], max(best[2], 0.01)


def _with_holdouts(ground: Ground, sources: Sources, told: Learned, groups: int) -> Learned:
    if sources.exposures is None or told.effects is None:
        return told
    import pyarrow as pa

    name = ground.name("masks")
    columns = {"conversion_id": told.conversion_id, "mask": told.mask, "group_code": told.group}
    ground.engine.register(name, pa.table(columns))
    found = evidence(ground, sources.exposures, told.effects, name, groups)
    if found is None:
        return told
    effects, spread = calibrated(told.effects, found)
    return replace(told, effects=effects, shift_sd=spread, evidence=found)

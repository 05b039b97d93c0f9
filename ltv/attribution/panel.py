"""Cells of people's time for the models: spells on the shop's clock, summed by person, channels and stage."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
from sqlglot import exp

from ltv import sql
from ltv.attribution import spells as sp
from ltv.attribution.clock import Clock
from ltv.attribution.conditional import Cells, Fit, fit, summed
from ltv.attribution.design import MAIN_SD, Design
from ltv.attribution.effects import Settings
from ltv.attribution.given import Ground
from ltv.warehouse.local_time import DAY_US, micros

if TYPE_CHECKING:
    from ltv.attribution.shapley import Ints
    from ltv.warehouse.engine import Engine

BLOCK_DAYS = 30  # a person's days are compared with others of the same thirty
MOST_PEOPLE = 60_000  # models see so many people at most; credit is given for everybody
_ROOM, _TURNS = "ltv.attribution", 5


@dataclass(frozen=True)
class Panel:
    """What the models are fitted on.

    Attributes:
        cells: time and events by person and block, setting and stage.
        settings: channels and group of each setting.
        main: one column a bit, fitted while the clock was set.
        people: how many there are.
    """

    cells: Cells
    settings: Settings
    main: Fit
    people: int


def known(ground: Ground, members: str | None) -> str:
    """View of when people became known; without members nobody is new."""
    name = ground.name("known")
    if members is None:
        ground.engine.define(name, sql.load(_ROOM, "nobody_known"))
    else:
        tables = {"members": members, "purchases": ground.purchases}
        ground.engine.define(name, sql.load(_ROOM, "known", tables=tables))
    return name


def spells_of(ground: Ground, happened: str, since: str, *, timezone: str, most: int | None = None) -> sp.Spells:
    """Spells of the people with an event, and their events in the order of person and time.

    Args:
        ground: touches and the window.
        happened: table with user_id and us.
        since: view with user_id and us of when they became known.
        timezone: zone of the days.
        most: people at most, or None; taken by their number.
    """
    engine = ground.engine
    start, end = micros(ground.span.start), micros(ground.span.until)
    asked = sql.load(_ROOM, "people", tables={"happened": happened, "known": since})
    one_in = 1 if most is None else -(-_people(engine, happened) // most)
    people = engine.frame(asked, {"one_in": max(one_in, 1)})
    moment = pd.to_datetime(people["known_us"].fillna(0).astype("int64"), unit="us", utc=True).dt.tz_convert(timezone)
    day_after = (moment.dt.normalize() + pd.Timedelta(days=1)).dt.tz_convert("UTC").dt.tz_localize(None)
    since_us = np.where(
        people["known_us"].isna(), start - 10_000 * DAY_US, day_after.astype("datetime64[us]").astype("int64")
    )
    told = pa.table({"user_id": people["user_id"].to_numpy(np.int64), "since_us": since_us})
    name = ground.name("asked people")
    engine.register(name, told)
    tables = {"touches": ground.contacts, "people": name}
    edges = sql.load(_ROOM, "edges", tables=tables, columns={"is_exposure": ground.exposure[0]})
    bits = {"channels": len(ground.channels), "levels": ground.levels}
    found = engine.arrow(edges, {"lookback_us": ground.span.lookback_us} | bits)
    events = engine.arrow(sql.load(_ROOM, "events_of", tables={"happened": happened, "people": name}))
    return sp.cut(found, told, events, start_us=start, end_us=end)


def panel(spells: sp.Spells, ground: Ground, group: Ints | None = None, groups: int = 1) -> Panel:
    """Cells on the clock on which events come evenly.

    Args:
        spells: as `spells_of` cut them.
        ground: the window.
        group: group of each person of the spells, or None.
        groups: how many there are.
    """
    start, end = micros(ground.span.start), micros(ground.span.until)
    who = np.zeros(len(spells.user_id), np.int64) if group is None else group
    of_spell = who[spells.person]
    blocks, whole = sp.in_blocks(spells, start_us=start, block_days=BLOCK_DAYS)
    row_group = of_spell[whole]
    masks, mask = np.unique(blocks.mask, return_inverse=True)
    places, setting = np.unique(mask * groups + row_group, return_inverse=True)
    settings = Settings(masks[places // groups], places % groups, len(ground.channels), ground.levels, groups)
    stages = len(sp.STAGE_DAYS) + 1
    key = (blocks.person * len(places) + setting) * stages + blocks.stage
    cell, number = np.unique(key, return_inverse=True)
    events = np.bincount(number[blocks.event[blocks.event >= 0]], minlength=len(cell)).astype(np.float64)
    stratum, rest = np.divmod(cell, len(places) * stages)
    bare = Cells(stratum, rest // stages, rest % stages, np.zeros(len(cell)), events, len(blocks.user_id), stages)
    days = -(-(end - start) // DAY_US)
    return Panel(*_on_the_clock(bare, settings, blocks, number, Clock.even(start, days)), len(spells.user_id))


def _on_the_clock(
    bare: Cells, settings: Settings, blocks: sp.Spells, number: Ints, clock: Clock
) -> tuple[Cells, Settings, Fit]:
    """Set the clock by what the model leaves open, and the model by the clock, in turns."""
    design = Design(settings.channels, settings.levels)
    columns, happened = design.matrix(settings.masks, settings.group), blocks.event_us[blocks.event >= 0]
    total = summed(bare.stratum, bare.events, bare.strata)
    fitted = None
    for turn in range(_TURNS):
        spent = clock.time(blocks)
        cells = replace(bare, time=summed(number, spent, len(bare.time)))
        used = total > 0
        fitted = fit(
            cells.of(used),
            columns,
            link="additive",
            prior=design.of_bits(MAIN_SD),
            start=fitted,
            on_the_way=turn < _TURNS - 1,
        )
        if turn < _TURNS - 1:
            relative = fitted.rate[cells.setting] * np.exp(fitted.stage)[cells.stage]
            weight = summed(cells.stratum, cells.time * relative, cells.strata)
            own = total / np.maximum(weight, 1e-300)
            clock = clock.set_by(blocks, own[blocks.person] * relative[number], happened)
    assert fitted is not None  # noqa: S101  there is at least one turn
    return cells.of(used), settings, fitted


def _people(engine: Engine, happened: str) -> int:
    tree = exp.select("COUNT(DISTINCT user_id) AS n").from_(sql.table(happened))
    return int(engine.scalar(tree))

"""Journeys: the touches that led to each conversion, and the walks that led to none.

A touch belongs to the first order of its person at that moment or later, so a journey begins anew after each order. It counts
where that order lies in the window and no more than the lookback after it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ltv import sql
from ltv.warehouse.local_time import micros

if TYPE_CHECKING:
    from sqlglot import exp

    from ltv.attribution.given import Ground

_ROOM = "ltv.attribution"


def journeys(ground: Ground) -> str:
    """Table of touches that led to a conversion: conversion_id, user_id, us, channel, campaign, kind, weight.

    Only touches of people who ordered are looked at.
    """
    limits = {"start_us": micros(ground.span.start), "lookback_us": ground.span.lookback_us}
    return ground.once("journeys", lambda: _journeys(ground), limits)


def _journeys(ground: Ground) -> exp.Query:
    touches = ground.view("touches of buyers", ground.first_touches(ground.contacts_of_buyers))
    return sql.load(_ROOM, "journeys", tables={"touches": touches, "purchases": ground.purchases})


def steps(ground: Ground) -> str:
    """Each touch of every walk: user_id, conversion_id (null: led to none), channel, the channel before it and after it.

    Before the first one stands -1; after the last one -1 for a conversion and -2 for none. A walk that led to none is of touches in
    the window that follow one another within the lookback without an order between them. Touches of one moment are taken in
    the order of their names.
    """
    limits = {"start_us": sql.literal(micros(ground.span.start)), "lookback_us": sql.literal(ground.span.lookback_us)}
    tables = {"touches": ground.view("first touches", ground.first_touches()), "purchases": ground.purchases}
    walks = ground.view("walks", sql.load(_ROOM, "walks", tables=tables, columns=limits))
    asked = sql.load(_ROOM, "steps", tables={"walks": walks}, columns=limits)
    # they are read once for everybody and once for the segments
    return ground.view("steps", asked) if ground.segments is None else ground.once("steps", lambda: asked)

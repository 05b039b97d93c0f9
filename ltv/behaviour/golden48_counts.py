"""What happened around launches, from the tables: in which hours there is data, what was counted in each slot, in each arm."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd
from sqlglot import exp

from ltv import sql
from ltv.behaviour.given import require
from ltv.behaviour.golden48_catalogue import PARTS, Part
from ltv.behaviour.golden48_slots import HOUR_US, Known
from ltv.errors import UsageError, found

if TYPE_CHECKING:
    from ltv.warehouse.engine import Engine

_ROOM = "ltv.behaviour"
_COUNTED, _PLACED, _REGISTERED, _EXPOSED = "golden counted", "golden placed", "golden registered", "golden exposed"
_SLOTS, _TESTED, _PARTS, _ARMS = "golden slots", "golden tested", "golden parts", "golden arms"
_TIME = {"members": "registered_at"}
WITH_SOURCE = ("events", "orders")  # where the source says in which system a person was
Floats = npt.NDArray[np.float64]
Counts = dict[str, Floats]


@dataclass(frozen=True)
class Around:
    """Tables in an engine, in one form.

    Attributes:
        engine: where they are.
        names: argument → table, of those given.
        parts: what can be counted with their columns.
    """

    engine: Engine
    names: Mapping[str, str]
    parts: tuple[Part, ...]

    @classmethod
    @contextmanager
    def opened(cls, engine: Engine, names: Mapping[str, str]) -> Iterator[Around]:
        """With all that is counted as one view; what is made is forgotten afterwards.

        Raises:
            UsageError: a table lacks user_id or its time.
        """
        made = [_REGISTERED, _COUNTED, _SLOTS, _PLACED, _TESTED, _PARTS, _ARMS, _EXPOSED]
        columns = {t: require(engine, t, names[t], "user_id", _TIME.get(t, "ts")) for t in names if t in _COUNTABLE}
        if "orders" in columns and not {"amount", "value"} & set(columns["orders"]):
            raise UsageError(found("orders columns", ", ".join(columns["orders"]), "also amount or value"))
        parts = tuple(p for p in PARTS if p.table in columns and set(p.needs) <= set(columns[p.table]))
        try:
            if "members" in names:
                engine.define(_REGISTERED, sql.load(_ROOM, "golden48_registered", tables={"members": names["members"]}))
            views = [_part(part, names, columns[part.table]) for part in parts]
            if views:
                engine.define(_COUNTED, sql.union_all(views))
            yield cls(engine, names, parts)
        finally:
            engine.drop(reversed(made))

    def known(self, as_of_us: int, late_hours: float) -> dict[tuple[str, str], Known]:
        """Hours in which each table has rows, and up to when it is complete.

        Args:
            as_of_us: exclusive end of what is known.
            late_hours: how long rows may still arrive after the latest one that is there.

        Returns:
            (table, system) → what is known of it; the system is empty for all of them together.
        """
        told: dict[tuple[str, str], Known] = {}
        for table in dict.fromkeys(p.table for p in self.parts):
            filled = {"moment": sql.column(_TIME.get(table, "ts")), "system": self._system(table)}
            tree = sql.load(_ROOM, "golden48_hours", tables={"rows": self.names[table]}, columns=filled)
            rows = self.engine.frame(tree, {"as_of_us": as_of_us})
            for system in ("", *rows["source"].dropna().unique()):
                own = rows[rows["source"] == system] if system else rows
                told[table, str(system)] = _known(own, as_of_us, late_hours)
        return told

    def experiments(self) -> set[str]:
        """Experiments that anybody was exposed to."""
        if "exposures" not in self.names:
            return set()
        require(self.engine, "exposures", self.names["exposures"], "user_id", "ts", "experiment", "variant")
        tree = exp.select("experiment").distinct().from_(sql.table(self.names["exposures"]))
        return set(self.engine.frame(tree)["experiment"].dropna().astype(str))

    def variants(self, experiment: str) -> list[str]:
        """Variants that anybody was exposed to."""
        is_its = sql.expression("experiment = e AND variant IS NOT NULL", e=exp.Literal.string(experiment))
        tree = exp.select("variant").distinct().from_(sql.table(self.names["exposures"])).where(is_its)
        return sorted(self.engine.frame(tree)["variant"].astype(str))

    def counts(self, slots: pd.DataFrame, until_hours: Sequence[int]) -> Counts:
        """What was counted from the beginning of each slot on.

        Args:
            slots: what `slot_rows` returns.
            until_hours: ends of the stretches that are told apart, ascending; the rest of a slot is the last one.

        Returns:
            Part → its number up to each end and in the whole slot, shape (launches, slots, ends + 1).
        """
        if not self.parts:
            return {}
        self.engine.register(_SLOTS, slots)
        names = {"counted": _COUNTED, "slots": _SLOTS}
        self.engine.define(_PLACED, sql.load(_ROOM, "golden48_placed", tables=names))
        stretch = {"stretch_of": _stretch(until_hours)}
        shape = (slots["launch"].nunique(), slots["slot"].nunique(), len(until_hours) + 1)
        counts = {}
        for part in self.parts:
            name = "golden48_people" if part.is_person else "golden48_sums"
            tree = sql.load(_ROOM, name, tables={"placed": _PLACED}, columns=stretch)
            counts[part.name] = _array(self.engine.frame(tree, {"part": part.name}), shape)
        return counts

    def arms(self, tested: pd.DataFrame, variants: pd.DataFrame) -> dict[tuple[str, int], Floats]:
        """What the people of each arm of each launch's experiment did since they met it.

        Args:
            tested: cell (a launch at a look), experiment, begin_us, until_us.
            variants: experiment, variant, arm (0 for the control).

        Returns:
            (part, cell) → people, sum, sum of squares, people with any; of the control and of the treated; shape (2, 4).
        """
        if not len(tested) or not self.parts:
            return {}
        self.engine.register(_TESTED, tested)
        self.engine.register(_ARMS, variants)
        kinds = {"part": [p.name for p in self.parts], "is_person": [p.is_person for p in self.parts]}
        self.engine.register(_PARTS, pd.DataFrame(kinds))
        given = {"exposures": self.names["exposures"], "tested": _TESTED, "arms": _ARMS}
        self.engine.materialise(_EXPOSED, sql.load(_ROOM, "golden48_exposed", tables=given))
        met = self.engine.frame(sql.load(_ROOM, "golden48_met", tables={"exposed": _EXPOSED}))
        sums = self.engine.frame(
            sql.load(_ROOM, "golden48_arms", tables={"exposed": _EXPOSED, "counted": _COUNTED, "parts": _PARTS})
        )
        both = {(p.name, int(cell)): np.zeros((2, 4)) for p in self.parts for cell in met["cell"].unique()}
        for cell, arm, people in met[["cell", "arm", "people"]].itertuples(index=False):
            for part in self.parts:
                both[part.name, cell][arm, 0] = people
        for row in sums.to_dict("records"):
            both[row["part"], row["cell"]][row["arm"], 1:] = row["total"], row["squares"], row["people"]
        return both

    def _system(self, table: str) -> exp.Expr:
        has_source = table in WITH_SOURCE and "source" in self.engine.columns(self.names[table])
        return sql.column("source") if has_source else exp.null()


_COUNTABLE = tuple(dict.fromkeys(p.table for p in PARTS))


def _part(part: Part, names: Mapping[str, str], columns: Mapping[str, str]) -> exp.Query:
    """The rows of one part in the form of all."""
    table = _REGISTERED if part.table == "members" else names[part.table]
    has_source = part.table in WITH_SOURCE and "source" in columns
    money = sql.column("amount" if "amount" in columns else "value")
    where, amount = (sql.expression(e, money=money) for e in (part.where, part.amount))
    if part.table == "orders" and "status" not in columns:
        where = sql.expression("money >= 0", money=money)
    if part.is_person:
        where = exp.and_(where, "user_id IS NOT NULL")
    filled = {
        "part": exp.Literal.string(part.name),
        "person": sql.column("user_id"),
        "moment": sql.column(_TIME.get(part.table, "ts")),
        "amount": amount,
        "system": sql.column("source") if has_source else exp.null(),
        "is_counted": where,
    }
    return sql.load(_ROOM, "golden48_part", tables={"rows": table}, columns=filled)


def _stretch(until_hours: Sequence[int]) -> exp.Expr:
    case = exp.Case()
    for number, hours in enumerate(until_hours):
        inside = sql.expression("elapsed < e", e=exp.cast(exp.Literal.number(hours * HOUR_US), "BIGINT"))
        case = case.when(inside, exp.Literal.number(number))
    return case.else_(exp.Literal.number(len(until_hours)))


def _known(rows: pd.DataFrame, as_of_us: int, late_hours: float) -> Known:
    by_hour = rows.groupby("hour", sort=True)["rows_"].sum()
    latest = int(rows["latest_us"].max()) if len(rows) else 0
    until = min(as_of_us, latest) - round(late_hours * HOUR_US)
    return Known(by_hour.index.to_numpy(np.int64), by_hour.to_numpy(np.int64), until)


def _array(rows: pd.DataFrame, shape: tuple[int, int, int]) -> Floats:
    numbers = np.zeros(shape)
    numbers[tuple(rows[c].to_numpy(np.int64) for c in ("launch", "slot", "stretch"))] = rows["amount"]
    return numbers.cumsum(axis=2)

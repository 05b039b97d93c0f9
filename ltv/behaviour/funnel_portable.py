"""The funnel by the `.sql` files alone, a query a step: the definition, on any engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from sqlglot import exp

from ltv import sql
from ltv.behaviour.funnel_asked import Asked
from ltv.behaviour.funnel_parts import ATTEMPTS, MOMENTS, ROOM, ROWS, Days, Parts

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ltv.warehouse.engine import Engine

_PLACED, _STARTS = "fun placed rows", "fun starts"


def reached(engine: Engine, parts: Parts, asked: Asked, days: Days) -> tuple[list[int], NDArray[np.int64]]:
    """Make attempts and moments; return the rows of each step and people by day (entrants, converted)."""
    walk = _Walk(engine, parts, asked)
    place: exp.Expr = sql.column("at")
    if asked.ties == "event_id":
        place = sql.expression("CAST(DENSE_RANK() OVER (PARTITION BY user_id ORDER BY at, event_id) AS BIGINT)")
    walk.make(_PLACED, "funnel_places", {"ordinal": place}, rows=ROWS)
    attempts, hops = [], ""
    people = np.zeros((2, max(len(days.borders) - 1, 0)), np.int64)
    for is_closed, until in ((False, asked.as_of_us), (True, asked.closed_us)):
        done = walk.forward(until)
        if len(days.borders) > 1 and is_closed:
            people = walk.by_day(days, done)
        table, hops = walk.attempts(done, is_closed=is_closed)
        attempts.append(exp.select("*").from_(sql.table(table)))
    engine.materialise(parts.keep(ATTEMPTS), sql.union_all(attempts))
    walk.make(MOMENTS, "funnel_moments", hops=hops)
    counted = engine.frame(
        sql.replace_tables(sql.query("SELECT step, COUNT(*) AS n FROM rows GROUP BY step"), {"rows": _PLACED})
    )
    by_step = dict(zip(counted["step"], counted["n"], strict=True))
    return [int(by_step.get(k, 0)) for k in range(len(asked.steps))], people


class _Walk:
    """The steps of the computation over one engine."""

    def __init__(self, engine: Engine, parts: Parts, asked: Asked) -> None:
        self.engine, self.parts, self.asked = engine, parts, asked

    def make(
        self,
        name: str,
        file: str,
        columns: dict[str, exp.Expr] | None = None,
        /,
        *,
        params: sql.Params | None = None,
        **tables: str,
    ) -> str:
        """Compute one of the queries and keep its rows."""
        self.engine.materialise(self.parts.keep(name), sql.load(ROOM, file, tables=tables, columns=columns), params)
        return name

    def forward(self, until: int) -> list[str]:
        """Rows of every step with the latest start they go back to."""
        asked, scope = self.asked, f"{until}"
        is_taken = sql.expression("place = first_place") if asked.start == "first" else exp.true()
        params = {"since": asked.since_us, "until": until}
        made = [self.make(f"{_STARTS} {scope}", "funnel_starts", {"is_taken": is_taken}, params=params, rows=_PLACED)]
        for k in range(1, len(asked.steps)):
            params = {"step": k, "gap": asked.gaps[k], "window": asked.window_us}
            made.append(
                self.make(f"fun reached {scope} {k}", "funnel_next", params=params, reached=made[-1], rows=_PLACED)
            )
        return made

    def attempts(self, done: list[str], *, is_closed: bool) -> tuple[str, str]:
        """The attempt of each person that counts, and the moments of its steps."""
        scope = "closed" if is_closed else "any"
        depths = [
            self.make(f"fun depth {scope} {k}", "funnel_depths", params={"depth": k}, reached=t)
            for k, t in enumerate(done)
        ]
        self.engine.define(self.parts.keep(f"fun depths {scope}"), _all(depths))
        deepest = self.make(f"fun deepest {scope}", "funnel_deepest", depths=f"fun depths {scope}")
        chain = [self.make(f"fun hop {scope} 0", "funnel_chain", deepest=deepest)]
        for k in range(1, len(done)):
            params = {"step": k, "gap": self.asked.gaps[k]}
            chain.append(self.make(f"fun hop {scope} {k}", "funnel_hop", params=params, chain=chain[-1], rows=_PLACED))
        hops = self.parts.keep(f"fun hops {scope}")
        self.engine.define(hops, _all(chain))
        columns: dict[str, exp.Expr] = {"scope": exp.true() if is_closed else exp.false()}
        made = self.make(f"fun attempts {scope}", "funnel_attempts", columns, deepest=deepest, hops=hops, rows=_PLACED)
        return made, hops

    def by_day(self, days: Days, done: list[str]) -> NDArray[np.int64]:
        """People who start on each day, and those whom a start of that day brings to the end."""
        import pyarrow as pa

        n = len(days.days)
        columns = {
            "day": pa.array(range(n), pa.int32()),
            "begins": pa.array(days.borders[:-1], pa.int64()),
            "ends": pa.array(days.borders[1:], pa.int64()),
        }
        self.engine.register(self.parts.keep("fun days"), pa.table(columns))
        tables = {"starts": done[0], "done": done[-1], "days": "fun days"}
        rows = self.engine.frame(sql.load(ROOM, "funnel_days", tables=tables), {"window": self.asked.window_us})
        people = np.zeros((2, n), np.int64)
        people[:, rows["day"].to_numpy()] = rows[["entrants", "converted"]].to_numpy().T
        return people


def _all(tables: list[str]) -> exp.Query:
    return sql.union_all([exp.select("*").from_(sql.table(t)) for t in tables])

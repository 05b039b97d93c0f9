"""The people of one test, whichever table they are in, and the questions their arms answer."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from ltv import sql
from ltv.experiments.decide_words import REASON, why_not
from ltv.experiments.methods import Question
from ltv.experiments.metrics import Metric
from ltv.experiments.moments import CannotJudgeError
from ltv.experiments.sums import Pair, arm_of, sums

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from ltv.experiments.moments import Arm
    from ltv.text import Text
    from ltv.warehouse.engine import Engine


# More people without a score than this are no accident: who has none did not order, which the test may have moved.
_UNSCORED = 0.05


@dataclass(frozen=True)
class Measured:
    """A metric and where it stands in the table of people.

    Attributes:
        metric: what it is.
        column: its column; NULL where a person does not count.
        second: column of the covariate or the denominator, None for none.
        waits: column that says whether a person's window is not over, so that a score completes it; None for none.
        running: whether people's windows are still to end, so that the metric is looked at again.
    """

    metric: Metric
    column: str
    second: str | None = None
    waits: str | None = None
    running: bool = False


@dataclass(frozen=True)
class People:
    """One row a person, of one test.

    Attributes:
        engine: where they are.
        table: their table; column `variant`.
        name: of the test.
        weights: variant → planned share.
        control: the variant compared with.
        measured: the metric that decides first.
        planned_people: people of all arms at the end.
        whole: whether every person has every metric, so that no second column must be left out with it.
        has_scores: whether scores complete the lifetime value of people whose time is not over.
    """

    engine: Engine
    table: str
    name: str
    weights: Mapping[str, float]
    control: str
    measured: tuple[Measured, ...]
    planned_people: int
    whole: bool = False
    has_scores: bool = False

    @property
    def running(self) -> bool:
        """Whether the metric that decides is looked at again."""
        return self.measured[0].running

    @property
    def others(self) -> list[str]:
        """The variants that are compared with control."""
        return [v for v in self.weights if v != self.control]

    def rows(
        self,
        by: Sequence[str] = (),
        *,
        joined: str | None = None,
        only: Sequence[Measured] | None = None,
        look: exp.Expr | None = None,
    ) -> pd.DataFrame:
        """Counts and sums of every variant, in one pass.

        Args:
            by: columns of groups beside the variant.
            joined: table of groups, by user_id; None where the groups are columns of the people.
            only: the metrics; default all.
            look: expression of a column `look`.
        """
        asked = self.measured if only is None else only
        columns: list[exp.Expr] = [sql.expression("p.variant")]
        columns += [exp.column(b, table="s" if joined else "p") for b in by if b != "look"]
        columns += [exp.alias_(look, "look")] if look is not None else []
        for i, m in enumerate(asked):
            columns.append(exp.alias_(exp.column(m.column, table="p", quoted=True), f"m{i}"))
            if m.second is not None:
                of = {
                    "m": exp.column(m.column, table="p", quoted=True),
                    "x": exp.column(m.second, table="p", quoted=True),
                }
                text = "x" if self.whole else "CASE WHEN m IS NOT NULL THEN x END"
                columns.append(exp.alias_(sql.expression(text, **of), f"x{i}"))
            if not self.whole:
                waits = sql.expression("FALSE") if m.waits is None else exp.column(m.waits, table="p", quoted=True)
                columns.append(exp.alias_(waits, f"w{i}"))
        source = exp.select(*columns).from_(exp.alias_(sql.table(self.table), "p", table=True))
        if joined:
            on = sql.expression("s.user_id = p.user_id")
            source = source.join(exp.alias_(sql.table(joined), "s", table=True), on=on)
        pairs = [Pair(f"m{i}", f"x{i}" if m.second else None) for i, m in enumerate(asked)]
        kinds = {} if not self.whole else self._kinds(asked)
        return sums(self.engine, source.subquery("people"), pairs, ["variant", *by], kinds=kinds, waits=not self.whole)

    def _kinds(self, asked: Sequence[Measured]) -> dict[str, str]:
        """Engine types of the columns `m<i>` and `x<i>`."""
        of = self.engine.columns(self.table)
        return {f"{n}{i}": of[c] for i, m in enumerate(asked) for n, c in (("m", m.column), ("x", m.second)) if c}

    def questions(
        self, rows: pd.DataFrame, *, only: Sequence[Measured] | None = None, values: bool = False
    ) -> dict[str, Question | Text]:
        """The questions of one group of people.

        Args:
            rows: of `rows`, one a variant.
            only: the metrics these rows are of.
            values: whether amounts may be read where a method wants them.

        Returns:
            Metric → what the arms answer, or why they do not.
        """
        by = {row["variant"]: row for row in rows.to_dict("records") if row["variant"] in self.weights}
        asked = self.measured if only is None else only
        return {m.metric.name: self._question(m, i, by, values=values) for i, m in enumerate(asked)}

    def _question(
        self, m: Measured, i: int, by: Mapping[str, Mapping[Hashable, Any]], *, values: bool
    ) -> Question | Text:
        absent = {v: why for v in self.weights if (why := self._absent(m, i, by.get(v))) is not None}
        if self.control in absent or (self.others and all(v in absent for v in self.others)):
            return absent.get(self.control) or absent[self.others[0]]
        definition = m.metric.definition
        try:
            arms: dict[str, Arm] = {v: arm_of(by[v], i) for v in self.weights if v not in absent}
        except CannotJudgeError as error:
            return why_not(str(error))
        if definition.kind == "rate" and any(a.squares != a.total for a in arms.values()):
            return REASON["no_rate"]
        return Question(
            metric=m.metric.name,
            kind=definition.kind,
            arms=arms,
            control=self.control,
            weights=self.weights,
            running=m.running,
            planned_people=self.planned_people,
            lower_is_better=definition.lower_is_better,
            absent=absent,
            values=(lambda: self.amounts(m)) if values and definition.unit == "money" else None,
            heavy=definition.unit == "money" and definition.kind == "mean",
            basis="score" if any(by[v].get(f"w{i}") for v in arms) else "observed",
        )

    def _absent(self, m: Measured, i: int, row: Mapping[Hashable, Any] | None) -> Text | None:
        """Why a variant has nothing to say on a metric; None where it has."""
        if row is None or not row["people"]:
            return REASON["arm_empty"]
        n, waiting = int(row[f"n{i}"]), int(row.get(f"k{i}", 0))
        if self.has_scores and m.metric.definition.source == "ltv" and row["people"] - n > _UNSCORED * row["people"]:
            return REASON["unscored"]
        if n == 0:
            return REASON["immature" if waiting else "nobody_able"]
        return REASON["one_person"] if n == 1 else None

    def amounts(self, m: Measured) -> dict[str, NDArray[np.float64]]:
        """The amounts of every variant that are not zero."""
        value = exp.cast(sql.column(m.column), "DOUBLE", dialect=sql.DIALECT)
        tree = exp.select("variant", exp.alias_(value, "v")).from_(sql.table(self.table))
        frame = self.engine.arrow(tree.where(sql.expression("v <> 0", v=sql.column(m.column)))).to_pandas()
        return {v: frame.loc[frame["variant"] == v, "v"].to_numpy(float) for v in self.weights}

    def sample(self, m: Measured, most: int) -> pd.DataFrame:
        """Some people's values with their covariate: all where there are not more than `most`, else every so many."""
        count = sql.replace_tables(sql.query("SELECT COUNT(*) AS n FROM t"), {"t": self.table})
        every = 1 + int(self.engine.scalar(count)) // most
        parts: Iterable[tuple[str, str | None]] = (("v", m.column), ("x", m.second))
        columns = [exp.alias_(exp.cast(sql.column(c), "DOUBLE", dialect=sql.DIALECT), n) for n, c in parts if c]
        known = sql.expression("v IS NOT NULL", v=sql.column(m.column))
        some = sql.expression("user_id % e = 0", e=exp.Literal.number(every))
        tree = exp.select(*columns).from_(sql.table(self.table)).where(known).where(some).order_by("user_id")
        return self.engine.frame(tree)

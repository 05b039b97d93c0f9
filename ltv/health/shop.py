"""All that the indicators are worked out of, and each of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ltv.behaviour.given import day_of
from ltv.health import measures
from ltv.health.board import Series
from ltv.health.calendar import number_of
from ltv.health.churn import HORIZON_DAYS, models_of
from ltv.health.features import Past
from ltv.health.indicators import AT_RISK, BENEFIT, CHURN, COHORT, FIRST_ORDER, FRESHNESS, REFERRAL, TRUST
from ltv.health.measures import (
    MISSING,
    NO_FORECAST,
    NO_MODEL,
    NO_TABLE,
    NOT_PUBLISHED,
    PERIOD_DAYS,
    Measure,
    nothing,
    now_only,
    of_whole,
)
from ltv.health.own import evaluate
from ltv.health.people import scored
from ltv.health.segments import WHOLE, Kind, kinds

if TYPE_CHECKING:
    from ltv.health.board import Published
    from ltv.health.churn import ChurnModel
    from ltv.health.ground import Ground, Reader
    from ltv.health.indicators import Watched
    from ltv.settings import Health as Board


@dataclass(frozen=True, eq=False)
class Given:
    """What other analyses found.

    Attributes:
        edges: counted invitations, or None without the table.
        scores: the result table ltv_scores of the last day, or None.
        forecasts: days with the same table as it was published on them.
        results: other result tables by name.
    """

    edges: pd.DataFrame | None
    scores: pd.DataFrame | None
    forecasts: Sequence[tuple[date, Sequence[pd.DataFrame]]]
    results: Mapping[str, pd.DataFrame]


@dataclass(frozen=True, eq=False)
class Shop:
    """A shop whose health is asked for.

    Attributes:
        reader: its tables.
        ground: the same as arrays.
        past: everybody's past at any day.
        kinds: segments.
        asked: `[health]` of the settings.
        given: what other analyses found.
        models: by month.
        people: the result table `churn_scores`.
    """

    reader: Reader
    ground: Ground
    past: Past
    kinds: list[Kind]
    asked: Board
    given: Given
    models: Mapping[int, ChurnModel | None]
    people: pd.DataFrame

    @classmethod
    def of(cls, reader: Reader, asked: Board, given: Given, *, seed: int = 0) -> Shop:
        """Read the tables and train the models.

        Args:
            reader: the tables.
            asked: `[health]` of the settings.
            given: what other analyses found.
            seed: of the trees.

        Raises:
            UsageError: a table lacks a column.
        """
        ground, scores = reader.ground(), _longest(given.scores)
        past = Past(ground, asked.active_days)
        models = models_of(past, ground.calendar.numbers, seed=seed)
        expected = None if scores is None else scores.set_index("user_id")["expected"]
        groups = kinds(ground, reader.groups(), scores, cities=asked.cities)
        return cls(reader, ground, past, groups, asked, given, models, scored(past, models, expected))

    @property
    def days(self) -> int:
        """Days of the calendar."""
        return len(self.ground.calendar.numbers)

    def measures(self) -> dict[str, Measure]:
        """Every indicator of the suite."""
        return {
            CHURN: measures.churn(self.past, self.kinds, self.models, rise=self.asked.churn_rise),
            BENEFIT: measures.benefits(self.past, self.kinds),
            REFERRAL: measures.invitations(self.past, self.kinds, self.given.edges),
            AT_RISK: self._at_risk(),
            FIRST_ORDER: measures.new_users(self.ground, self.kinds),
            COHORT: self._cohorts(),
            FRESHNESS: measures.freshness(self.ground, self.kinds),
            TRUST: self._trust(self.given.results.get("ltv_backtest")),
        }

    def groups(self) -> pd.DataFrame:
        """Segments of everybody who is scored, a column a kind; somebody in several has their names together."""
        wanted = self.people["user_id"].to_numpy(np.int64)
        out = pd.DataFrame({"user_id": wanted})
        for kind in self.kinds:
            if kind.name != WHOLE:
                names = pd.Series(np.array(kind.segments, object)[kind.of], self.ground.user_id[kind.who])
                told = (
                    names.groupby(level=0).agg(lambda s: "; ".join(sorted(set(s))))
                    if names.index.has_duplicates
                    else names
                )
                out[kind.name] = told.reindex(wanted).to_numpy()
        return out

    def _at_risk(self) -> Measure:
        if self.given.scores is None:
            return nothing(self.kinds, self.days, NO_TABLE)
        if self.people.empty:
            return nothing(self.kinds, self.days, NO_MODEL)
        told = self.people.dropna(subset=["value_at_risk"])
        who, _ = self.ground.at(told["user_id"].to_numpy(np.int64))
        money, heads = np.zeros(len(self.ground.user_id)), np.zeros(len(self.ground.user_id))
        money[who], heads[who] = told["value_at_risk"].to_numpy(np.float64), 1.0
        totals = ({kind.name: kind.total(weight) for kind in self.kinds} for weight in (money, heads))
        return now_only(self.kinds, self.days, *totals)

    def _cohorts(self) -> Measure:
        """What people who were new then brought in thirty days, over what was forecast of them."""
        for then, (scores, *_) in sorted(self.given.forecasts, key=lambda f: f[0], reverse=True):
            told = scores[scores["horizon_days"] == HORIZON_DAYS].set_index("user_id")["expected"]
            who, known = self.ground.at(told.index.to_numpy(np.int64))
            new = (
                known
                & (self.ground.known_day[who] > number_of(then) - PERIOD_DAYS)
                & (self.ground.known_day[who] <= number_of(then))
            )
            if not new.any() or number_of(then) + HORIZON_DAYS > self.ground.calendar.last:
                continue
            forecast = told[new]
            spent = self.reader.spent(day_of(number_of(then) + 1), day_of(number_of(then) + HORIZON_DAYS + 1))
            if forecast.sum() > 0:
                ratio = spent.reindex(forecast.index).sum() / forecast.sum()
                whole = {WHOLE: np.array([ratio])}
                return now_only(self.kinds, self.days, whole, {WHOLE: np.array([float(new.sum())])})
        why = np.full(self.days, NOT_PUBLISHED, dtype=object)
        why[-1] = NO_FORECAST
        return of_whole(self.kinds, np.zeros(self.days), why)

    def _trust(self, table: pd.DataFrame | None) -> Measure:
        """How well the value model ranked in its latest backtest; past spending's own is the threshold."""
        if table is None:
            return of_whole(self.kinds, np.zeros(self.days), np.full(self.days, NO_TABLE, dtype=object))
        use = (
            (table["metric"] == "normalized_gini") & (table["protocol"] == "deploy") & (table["segment_kind"] == WHOLE)
        )
        use &= table["value"].notna()
        gini = table[use].groupby("model")["value"].mean()
        if "model" not in gini:
            return of_whole(self.kinds, np.zeros(self.days), np.full(self.days, NO_MODEL, dtype=object))
        measure = now_only(self.kinds, self.days, {WHOLE: gini[["model"]].to_numpy()}, {WHOLE: np.ones(1)}, fewest=0)
        if "past_spend" in gini:
            measure.threshold[WHOLE] = np.full((1, self.days), gini["past_spend"])  # type: ignore[index]
        return measure

    def own(self, indicator: Watched, published: Published) -> list[Series]:
        """The series of an own indicator, one for each segment of its table."""
        calendar, days = self.ground.calendar, self.days
        assert indicator.declared is not None  # noqa: S101  the caller has looked
        assert indicator.threshold is not None  # noqa: S101  settings ask for it
        rows = evaluate(self.reader.engine, indicator.declared, self.given.results)
        threshold = np.full(days, indicator.threshold)
        if rows is None or rows.empty:
            why = np.full(days, NO_TABLE if rows is None else MISSING, dtype=object)
            return [Series(indicator, WHOLE, WHOLE, np.full(days, np.nan), threshold, np.zeros(days), why)]
        out = []
        for (kind, segment), part in rows.groupby(["segment_kind", "segment"]):
            has_days = part["date"].notna().all()
            value, people = np.full(days, np.nan), np.zeros(days)
            place = (
                np.array([number_of(d) - calendar.first for d in part["date"]]) if has_days else np.array([days - 1])
            )
            use = (place >= 0) & (place < days)
            value[place[use]], people[place[use]] = part["value"].to_numpy()[use], part["people"].to_numpy()[use]
            why = np.where(np.isnan(value), MISSING if has_days else NOT_PUBLISHED, "").astype(object)
            out.append(
                published.put(Series(indicator, str(kind), str(segment), value, threshold, people, why), calendar)
            )
        return out


def _longest(scores: pd.DataFrame | None) -> pd.DataFrame | None:
    """The longest horizon of the scores, one row a person."""
    if scores is None or scores.empty:
        return None
    longest: pd.DataFrame = scores[scores["horizon_days"] == scores["horizon_days"].max()]
    return longest.reset_index(drop=True)

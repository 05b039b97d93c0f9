"""The result of judging experiments: decisions, tiles, sentences, charts and tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any, ClassVar

from ltv.errors import UsageError, found
from ltv.experiments import judged_figures as figures
from ltv.experiments import judged_tables as tables
from ltv.experiments.decide import Decision, Stake
from ltv.experiments.decide_words import VERDICTS
from ltv.experiments.findings import Findings
from ltv.experiments.judged_words import WORDS
from ltv.result import KeyFigure, Result, State, Takeaway, View
from ltv.text import Lang, Text, listed, number, same

_MOST_TILES, _MOST_SENTENCES, _MOST_NAMES = 6, 8, 3
_URGENT = ("broken", "ship", "do_not_ship", "keep_running", "cannot_judge")
_STATES: dict[str, State] = {
    "ship": "good",
    "do_not_ship": "bad",
    "keep_running": "none",
    "broken": "bad",
    "cannot_judge": "watch",
}


@dataclass(frozen=True, repr=False)
class Judged(Result):
    """All tests judged; `.table` is the result table `experiment_results`.

    Attributes:
        as_of: the last day included.
        tests: what was found of every test, in the order of `ltv.toml`.
        focus: the test whose details are shown; empty for the one that most hangs on.
    """

    as_of: date
    tests: tuple[Findings, ...] = ()
    focus: str = ""
    name: ClassVar[str] = "experiment_results"

    @property
    def decisions(self) -> list[Decision]:
        """One a variant of the tests that are declared, those that call for action first."""
        told = [d for test in self.tests if test.counts or test.metrics for d in test.decisions]
        return sorted(told, key=lambda d: _URGENT.index(d.verdict))

    def of(self, experiment: str) -> Judged:
        """The same result with the details of one test.

        Raises:
            UsageError: there is no such test.
        """
        names = [t.experiment for t in self.tests]
        if experiment and experiment not in names:
            raise UsageError(found("experiment", experiment, ", ".join(names) or "none: there is no experiment"))
        return replace(self, focus=experiment)

    @property
    def shown(self) -> Findings | None:
        """The test whose details are shown: the one asked for, else the one with most value at stake."""
        by = {t.experiment: t for t in self.tests if t.rows}
        if self.focus:
            return by.get(self.focus)
        staked = [d for d in self.decisions if d.stake is not None and d.verdict != "broken"]
        most = max(staked, key=lambda d: abs(d.stake.value) if d.stake else 0.0, default=None)
        return by.get(most.experiment) if most else next(iter(by.values()), None)

    @property
    def key_figures(self) -> Sequence[KeyFigure]:
        """The lift of the main metric of each test that can be judged."""
        told = [d for d in self.decisions if d.verdict not in ("broken", "cannot_judge") and d.row is not None]
        return [tile for d in told[:_MOST_TILES] if (tile := self._tile(d)) is not None]

    def _tile(self, decision: Decision) -> KeyFigure | None:
        row, metric = decision.row, decision.metric
        if row is None or metric is None:
            return None
        running = row.method.startswith("sequential")
        shown = f"{decision.experiment} · {decision.variant}" if self._arms(decision) > 1 else decision.experiment
        return KeyFigure(
            label=WORDS["tile"].format(experiment=same(shown), metric=metric.label),
            value=row.mean,
            unit=metric.definition.unit,
            previous=row.mean_control,
            comparison=WORDS["against"],
            state=_STATES[decision.verdict],
            rule=WORDS["tile_rule"].format(way=WORDS["way_running" if running else "way_finished"]),
        )

    def _arms(self, decision: Decision) -> int:
        return sum(d.experiment == decision.experiment for d in self.decisions)

    @property
    def findings(self) -> Sequence[Takeaway]:
        """A sentence for each decision, those that call for action first."""
        if not self.tests:
            return (Takeaway(WORDS["no_tests"], "none"),)
        return [*(self._sentence(d) for d in self.decisions[:_MOST_SENTENCES]), *self._undeclared()]

    def _undeclared(self) -> list[Takeaway]:
        """Tests in the exposures that no plan is known of, in one sentence."""
        names = [t.experiment for t in self.tests if not (t.counts or t.metrics)]
        if not names:
            return []
        more = [Text("…", "…")] if len(names) > _MOST_NAMES else []
        some = listed([*map(same, names[:_MOST_NAMES]), *more])
        told = WORDS["undeclared"].format(n=str(len(names)), names=some)
        return [Takeaway(told, "watch", WORDS["act_cannot_judge"])]

    def _sentence(self, decision: Decision) -> Takeaway:
        told = WORDS["sentence"].format(
            experiment=same(decision.experiment),
            variant=same(decision.variant),
            verdict=VERDICTS[decision.verdict],
            why=decision.why,
        )
        stake = decision.stake
        if stake is not None and decision.verdict in ("ship", "do_not_ship", "keep_running"):
            more = self._staked(stake)
            told = Text(told.zh + more.zh, f"{told.en} {more.en}")
        return Takeaway(told, _STATES[decision.verdict], WORDS[f"act_{decision.verdict}"])

    def _staked(self, stake: Stake) -> Text:
        money = {k: number(getattr(stake, k), "money", currency=self.currency) for k in ("value", "low", "high")}
        dated = any(t.declared for t in self.tests)  # else a table of people: how many come in a month nobody knows
        return WORDS["at_stake" if dated else "at_stake_here"].format(
            metric=stake.metric.label,
            people=number(stake.people, "count"),
            basis=WORDS["by_score"] if stake.basis == "score" else same(""),
            **money,
        )

    @cached_property
    def views(self) -> Mapping[str, View]:
        """The blocks: decisions, effects, checks, and of one test looks, methods and segments; the paid hooks."""
        shown = self.shown or Findings("", None, ())
        told = {
            "decisions": tables.decisions(self.decisions, self.currency),
            "effects": figures.effects_view(self.decisions),
            "checks": tables.checks(self.tests),
            "hooks": tables.hooks(self.tests),
        }
        return told | {
            "looks": figures.looks_view(shown),
            "methods": tables.methods(shown, self.currency),
            "segments": tables.segments(shown),
        }

    def draw(self, view: str, lang: Lang) -> Any:  # noqa: ANN401  plotly is imported only there
        """Draw one of the charts."""
        if view == "effects":
            return figures.effects(self.decisions, lang)
        assert self.shown is not None  # noqa: S101  the view is there only then
        return figures.looks(self.shown, lang)

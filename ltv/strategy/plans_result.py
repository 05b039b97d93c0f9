"""The result of `ltv.plan_interventions`: tiles, sentences, tables and a chart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd

from ltv.result import KeyFigure, Result, Takeaway, View
from ltv.strategy.plans_charts import uplift
from ltv.strategy.plans_findings import findings, tiles
from ltv.strategy.plans_views import views

if TYPE_CHECKING:
    from ltv.settings.playbooks import Strategy
    from ltv.strategy.pick import Picked
    from ltv.text import Lang, Text


@dataclass(frozen=True, repr=False)
class Plans(Result):
    """What is planned today; `.table` is the result table `interventions`.

    Attributes:
        as_of: the day.
        picked: what each playbook plans.
        effects: what earlier interventions have brought, by playbook and action.
        rules: what holds for all playbooks.
    """

    as_of: date
    picked: tuple[Picked, ...]
    effects: pd.DataFrame
    rules: Strategy
    name: ClassVar[str] = "interventions"

    @property
    def titles(self) -> Mapping[str, Text]:
        """What playbooks are called."""
        return {one.playbook.name: one.playbook.title for one in self.picked}

    @cached_property
    def by_playbook(self) -> pd.DataFrame:
        """A row a playbook: the result table `strategy_plans`."""
        known = self.effects[self.effects["action"] == "all"].set_index("playbook")[["uplift", "low", "high"]]
        rows = [_row(self.as_of, one) | _gain(one, known) for one in self.picked]
        return pd.DataFrame(rows, columns=_COLUMNS).astype(dict.fromkeys(_GAINS, "float64"))

    @cached_property
    def expected_gain(self) -> tuple[float, float, float] | None:
        """Uplift of today's treated people by what was measured, with its interval; None where no playbook that is on was ever measured."""
        gains = self.by_playbook.loc[self.by_playbook["people"] > 0, list(_GAINS)].dropna()
        return added_up(gains.to_numpy(np.float64)) if len(gains) else None

    @cached_property
    def net_gain(self) -> tuple[float, float, float] | None:
        """What interventions whose days are over have brought after cost, with its interval; None where there are none."""
        rows = self.effects[self.effects["action"] == "all"].dropna(subset=["net"])
        spread = rows[["uplift", "low", "high"]].to_numpy(np.float64) * rows[["n"]].to_numpy(np.float64)
        return added_up(spread - rows[["cost"]].to_numpy(np.float64)) if len(rows) else None

    @property
    def key_figures(self) -> Sequence[KeyFigure]:
        """People, cost, expected gain, net gain measured."""
        return tiles(self)

    @property
    def findings(self) -> Sequence[Takeaway]:
        """What is planned, what waits, what has worked."""
        return findings(self)

    @cached_property
    def views(self) -> Mapping[str, View]:
        """Plans, who is left out, effects, people."""
        return views(self)

    def draw(self, view: str, lang: Lang) -> Any:  # noqa: ANN401
        """Draw a chart."""
        return uplift(self.views[view].data, self.titles, lang, self.currency)


_GAINS = ("gain", "gain_low", "gain_high")
_COLUMNS = [
    "date", "playbook", "title_zh", "title_en", "speaks", "plan", "state", "why_zh", "why_en", "found", "left_out", "people", "control", "cost", "budget",
    *_GAINS,
]  # fmt: skip


def added_up(parts: np.ndarray) -> tuple[float, float, float]:
    """A sum with its interval: value, low and high of each part, which are independent of one another."""
    value = float(parts[:, 0].sum())
    low, high = (float(np.sqrt(((parts[:, k] - parts[:, 0]) ** 2).sum())) for k in (1, 2))
    return value, value - low, value + high


def _gain(one: Picked, known: pd.DataFrame) -> dict[str, float | None]:
    """Uplift a person that was measured, times the people who would be treated, with its interval."""
    if one.playbook.name not in known.index:
        return dict.fromkeys(_GAINS)
    told = known.loc[one.playbook.name].to_numpy(np.float64) * _treated(one)
    return dict(zip(_GAINS, told.tolist(), strict=True))


def _treated(one: Picked) -> int:
    return int((one.people["arm"] == "treatment").sum())


def _row(as_of: date, one: Picked) -> dict[str, object]:
    treated = _treated(one)
    state = "off" if not one.start.is_on else "waits" if one.waits and treated else "on"
    return {
        "date": as_of, "playbook": one.playbook.name, "title_zh": one.playbook.title.zh, "title_en": one.playbook.title.en,
        "speaks": one.playbook.speaks, "plan": one.plan, "state": state, "why_zh": one.start.why.zh,
        "why_en": one.start.why.en, "found": one.found, "left_out": sum(one.left_out.values()), "people": treated,
        "control": len(one.people) - treated, "cost": float(one.people["cost"].sum()), "budget": one.playbook.budget,
    }  # fmt: skip

"""Which action suits whom: a model of value for each action and for the control arm, and their difference (a T-learner).

Künzel et al. 2019. The models are ridge regressions on few figures: arms are small, and what is compared are differences of
means a little bent by who somebody is. With too few people in an arm there is no model, and actions stay drawn by chance.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from ltv.settings.playbooks import Playbook
    from ltv.strategy.pick import Chooser

LEAST_TREATED, LEAST_CONTROL = 200, 100
_FIGURES = ("expected", "churn_probability", "decile")
_PENALTY = 10.0


def chooser(came: pd.DataFrame) -> Chooser:
    """A function that gives each person the action with the most uplift after its cost, or None where too little is known.

    Args:
        came: past interventions with the value that came, and what was known of the person when they were planned.
    """

    def choose(playbook: Playbook, people: pd.DataFrame) -> pd.Series[str] | None:
        worth = expected_uplift(came, playbook, people)
        return None if worth is None else worth.idxmax(axis=1).astype(str)

    return choose


def expected_uplift(came: pd.DataFrame, playbook: Playbook, people: pd.DataFrame) -> pd.DataFrame | None:
    """Uplift after cost of each action for each person, a column an action; None where an arm is too small.

    Args:
        came: as for `chooser`.
        playbook: whose actions.
        people: expected, churn_probability, decile of each.
    """
    own = came[came["playbook"] == playbook.name]
    control = own[own["arm"] == "control"]
    arms = {a: own[(own["arm"] == "treatment") & (own["action"] == a)] for a in playbook.actions}
    if len(control) < LEAST_CONTROL or any(len(arm) < LEAST_TREATED for arm in arms.values()):
        return None
    scale = _Scale(own)
    without = scale.told(control, people)
    return pd.DataFrame(
        {a: scale.told(arm, people) - without - playbook.cost_of(a) for a, arm in arms.items()}, index=people.index
    )


class _Scale:
    """Figures of people, centred and scaled as in all arms together; what is not known is the mean."""

    def __init__(self, own: pd.DataFrame) -> None:
        figures = self._figures(own)
        self.mean = np.nan_to_num(np.nanmean(figures, axis=0)) if len(figures) else np.zeros(len(_FIGURES))
        spread = np.nan_to_num(np.nanstd(figures, axis=0))
        self.spread = np.where(spread > 0, spread, 1.0)

    @staticmethod
    def _figures(people: pd.DataFrame) -> np.ndarray:
        rows = people[list(_FIGURES)].to_numpy(np.float64, na_value=np.nan).copy()
        rows[:, 0] = np.log1p(np.maximum(rows[:, 0], 0))
        return rows

    def matrix(self, people: pd.DataFrame) -> np.ndarray:
        scaled = np.nan_to_num((self._figures(people) - self.mean) / self.spread)
        return np.column_stack([np.ones(len(scaled)), scaled])

    def told(self, arm: pd.DataFrame, people: pd.DataFrame) -> np.ndarray:
        """Value that an arm's people let expect of others: ridge, its intercept left free."""
        x, y = self.matrix(arm), arm["value"].to_numpy(np.float64)
        penalty = np.diag([0.0, *[_PENALTY] * len(_FIGURES)])
        out: np.ndarray = self.matrix(people) @ np.linalg.solve(x.T @ x + penalty, x.T @ y)
        return out

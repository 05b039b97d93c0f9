"""Trees on top of a conditional logit: what channels do together beyond what its columns can say (XGBoost).

The objective is that of the conditional logit. It depends on settings only through their rate, so gradients are summed
over cells and the trees grow on the settings: a few thousand rows, however much time lies under them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xgboost as xgb

from ltv.attribution.conditional import summed
from ltv.attribution.shapley import bits

if TYPE_CHECKING:
    from ltv.attribution.conditional import Cells, Fit
    from ltv.attribution.shapley import Floats, Ints

_PARAMETERS = {"max_depth": 3, "eta": 0.1, "lambda": 20.0, "min_child_weight": 25.0, "base_score": 0.0, "nthread": 1}
ROUNDS = 40


def grow(cells: Cells, masks: Ints, group: Ints, width: int, fitted: Fit, *, seed: int = 0) -> xgb.Booster:
    """Grow trees for the log rate of settings that `fitted` leaves open.

    Args:
        cells: time and events.
        masks: channels of each setting.
        group: group of people of each setting.
        width: how many bits they have.
        fitted: the model below the trees.
        seed: of ties.
    """
    rows = matrix(masks, group, width)
    stage = np.exp(fitted.stage)[cells.stage] * cells.time
    total = summed(cells.stratum, cells.events, cells.strata)
    below = np.log(fitted.rate)

    def objective(margin: Floats, _: xgb.DMatrix) -> tuple[Floats, Floats]:
        weight = stage * np.exp((below + margin.astype(np.float64)).clip(-30, 30))[cells.setting]
        share = weight / np.maximum(summed(cells.stratum, weight, cells.strata), 1e-300)[cells.stratum]
        expected = total[cells.stratum] * share
        gradient = summed(cells.setting, expected - cells.events, len(masks))
        hessian = summed(cells.setting, expected * (1 - share), len(masks))
        return gradient, np.maximum(hessian, 1e-9)

    parameters = _PARAMETERS | {"seed": seed, "disable_default_eval_metric": True}
    return xgb.train(parameters, rows, ROUNDS, obj=objective)


def matrix(masks: Ints, group: Ints, width: int) -> xgb.DMatrix:
    """What trees see of settings."""
    return xgb.DMatrix(np.column_stack([bits(masks, width), group.astype(np.float64)]))


def log_rate(booster: xgb.Booster, masks: Ints, group: Ints, width: int) -> Floats:
    """What the trees add to the log rate; nothing where no channel works.

    The group alone must not matter: what does not change within a person's time cannot be told.
    """
    none = booster.predict(matrix(np.zeros_like(masks), group, width), output_margin=True)
    out: Floats = booster.predict(matrix(masks, group, width), output_margin=True).astype(np.float64) - none
    return out

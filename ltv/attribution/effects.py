"""What channels do to the rate of events: several models, the one that foretells best in people it has not seen."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from ltv.attribution.conditional import Cells, Fit, Link, Prior, fit, log_likelihood, rate_of, summed
from ltv.attribution.design import Design, pairs_met

if TYPE_CHECKING:
    import xgboost as xgb

    from ltv.attribution.shapley import Floats, Ints

Model = Literal["logit", "additive", "additive_pairs", "xgboost"]
MODELS: tuple[Model, ...] = ("logit", "additive", "additive_pairs", "xgboost")
_FOLDS = 3
_MIX = 2654435761  # Knuth's multiplier: folds that have nothing to do with the order of people


@dataclass(frozen=True)
class Settings:
    """The settings of cells.

    Attributes:
        masks: channels that work, one bit each.
        group: group the people are in.
        channels: how many channels there are.
        groups: how many groups there are.
    """

    masks: Ints
    group: Ints
    channels: int
    groups: int = 1


@dataclass(frozen=True)
class Effects:
    """Relative rates under any set of channels.

    Attributes:
        model: which model it is.
        design: its columns.
        fitted: its coefficients.
        shift: log factor of each channel that experiments put on it.
        booster: trees on top, or None.
        gain: log-likelihood an event gained over no effect at all, in people not seen; of each model.
    """

    model: Model
    design: Design
    fitted: Fit
    shift: Floats
    booster: xgb.Booster | None = None
    gain: dict[Model, float] | None = None

    def rate(self, masks: Ints, group: int = 0, beta: Floats | None = None) -> Floats:
        """Rate under some sets of channels, relative to none; `beta` may be draws, which then come first."""
        from ltv.attribution.trees import log_rate

        who = np.full(len(masks), group)
        columns = self.design.matrix(masks, who)
        out = rate_of(self.fitted.link, columns, self.fitted.beta if beta is None else beta)
        more = columns[:, : self.design.channels] @ self.shift
        if self.booster is not None:
            more = more + log_rate(self.booster, masks, who, self.design.channels)
        rate: Floats = out * np.exp(more)
        return rate


def estimate(cells: Cells, settings: Settings, *, main: dict[Link, Prior] | None = None, seed: int = 0) -> Effects:
    """Fit every model, judge them in people they have not seen, and return the best.

    Args:
        cells: time and events of people.
        settings: what their settings are.
        main: what is known of channels beforehand, by link.
        seed: of the trees.
    """
    fold = ((np.arange(cells.strata, dtype=np.uint64) * _MIX) >> np.uint64(7)) % np.uint64(_FOLDS)
    gains: dict[Model, float] = dict.fromkeys(MODELS, 0.0)
    for number in range(_FOLDS):
        learn, test = cells.of(fold != number), cells.of(fold == number)
        if not learn.events.sum() or not test.events.sum():
            continue
        for model in MODELS:
            made = _made(model, learn, settings, main, seed)
            nothing = np.ones(len(settings.masks))
            stage = made.fitted.stage
            gains[model] += log_likelihood(test, _rates(made, settings), stage) - log_likelihood(test, nothing, stage)
    events = max(cells.events.sum(), 1.0)
    gains = {model: gain / events for model, gain in gains.items()}
    best = max(MODELS, key=lambda model: gains[model])
    return replace(_made(best, cells, settings, main, seed), gain=gains)


def _made(model: Model, cells: Cells, settings: Settings, main: dict[Link, Prior] | None, seed: int) -> Effects:
    link: Link = "log" if model == "logit" else "additive"
    own = (main or {}).get(link)
    if model != "additive_pairs":
        design = Design(settings.channels, groups=settings.groups, by_group=settings.groups > 1 and link == "additive")
    else:
        events = summed(cells.setting, cells.events, len(settings.masks))
        met = pairs_met(settings.masks, events, settings.channels)
        design = Design(settings.channels, met, settings.groups, by_group=settings.groups > 1)
    fitted = fit(cells, design.matrix(settings.masks, settings.group), link=link, prior=design.prior(own))
    booster = None
    if model == "xgboost":
        from ltv.attribution.trees import grow

        booster = grow(cells, settings.masks, settings.group, settings.channels, fitted, seed=seed)
    return Effects(model, design, fitted, np.zeros(settings.channels), booster)


def _rates(made: Effects, settings: Settings) -> Floats:
    out = np.empty(len(settings.masks))
    for group in np.unique(settings.group):
        who = settings.group == group
        out[who] = made.rate(settings.masks[who], int(group))
    return out

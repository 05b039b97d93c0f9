"""What channels do to the rate of events: several models, the one that foretells best in months of people it has not seen."""

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
        masks: channels that work, as many bits as `levels` each.
        group: group the people are in.
        channels: how many channels there are.
        levels: touches of a channel that are told apart.
        groups: how many groups there are.
    """

    masks: Ints
    group: Ints
    channels: int
    levels: int = 1
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
        who = np.full(len(masks), group)
        columns = self.design.matrix(masks, who)
        out = rate_of(self.fitted.link, columns, self.fitted.beta if beta is None else beta)
        more = columns[:, : self.design.channels] @ self.shift  # the bits of one touch and more
        if self.booster is not None:
            from ltv.attribution.trees import log_rate

            more = more + log_rate(self.booster, masks, who, self.design.bits)
        rate: Floats = out * np.exp(more)
        return rate


def estimate(cells: Cells, settings: Settings, *, main: dict[Link, Prior] | None = None, seed: int = 0) -> Effects:
    """Fit every model, judge them in months of people that they have not seen, and return the best.

    Args:
        cells: time and events of people.
        settings: what their settings are.
        main: what is known of channels beforehand, by link.
        seed: of the trees.
    """
    whole = _made(cells, settings, main or {})
    fold = ((np.arange(cells.strata, dtype=np.uint64) * _MIX) >> np.uint64(7)) % np.uint64(_FOLDS)
    gains: dict[Model, float] = dict.fromkeys(MODELS, 0.0)
    nothing = np.ones(len(settings.masks))
    for number in range(_FOLDS):
        learn, test = cells.of(fold != number), cells.of(fold == number)
        if not learn.events.sum() or not test.events.sum():
            continue
        made = _made(learn, settings, main or {}, start=whole)
        made["xgboost"] = _with_trees(made["additive"], learn, settings, seed)
        for model, told in made.items():
            stage = told.fitted.stage
            gains[model] += log_likelihood(test, _rates(told, settings), stage) - log_likelihood(test, nothing, stage)
    events = max(cells.events.sum(), 1.0)
    gains = {model: float(gain / events) for model, gain in gains.items()}
    best = max(MODELS, key=lambda model: gains[model])
    chosen = _with_trees(whole["additive"], cells, settings, seed) if best == "xgboost" else whole[best]
    return replace(chosen, gain=gains)


def _made(
    cells: Cells, settings: Settings, main: dict[Link, Prior], start: dict[Model, Effects] | None = None
) -> dict[Model, Effects]:
    """The models without trees; those that start from others are only fitted on the way."""
    groups, channels, levels = settings.groups, settings.channels, settings.levels
    if start is None:
        events = summed(cells.setting, cells.events, len(settings.masks))
        pairs = pairs_met(settings.masks, events, channels)
        designs: dict[Model, Design] = {
            "logit": Design(channels, levels, groups=groups),
            "additive": Design(channels, levels, groups=groups, by_group=groups > 1),
            "additive_pairs": Design(channels, levels, pairs, groups, by_group=groups > 1),
        }
    else:
        designs = {model: told.design for model, told in start.items()}
    out: dict[Model, Effects] = {}
    for model, design in designs.items():
        link: Link = "log" if model == "logit" else "additive"
        columns, prior = design.matrix(settings.masks, settings.group), design.prior(main.get(link))
        first = None if start is None else start[model].fitted
        fitted = fit(cells, columns, link=link, prior=prior, start=first, on_the_way=start is not None)
        out[model] = Effects(model, design, fitted, np.zeros(channels))
    return out


def _with_trees(below: Effects, cells: Cells, settings: Settings, seed: int) -> Effects:
    from ltv.attribution.trees import grow

    booster = grow(cells, settings.masks, settings.group, below.design.bits, below.fitted, seed=seed)
    return replace(below, model="xgboost", booster=booster)


def _rates(made: Effects, settings: Settings) -> Floats:
    out = np.empty(len(settings.masks))
    for group in np.unique(settings.group):
        who = settings.group == group
        out[who] = made.rate(settings.masks[who], int(group))
    return out

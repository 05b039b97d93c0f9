"""How good the model would have been: trained at past cutoffs on what was known then, judged by what came.

- *deploy*: everything is learned before the cutoff, as on the day itself.
- *cv5*: the trees of a fold also see what other customers spent after it: a ceiling, not a forecast.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ltv.lifetime.baselines import NAMES, baselines
from ltv.lifetime.blend import Blend
from ltv.lifetime.horizon import FEWEST_CUSTOMERS, HorizonModel, Scored
from ltv.lifetime.maximum import Floats, Ints
from ltv.lifetime.scores import METRICS, bootstrap, inside, scores

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from ltv.lifetime.ground import Ground

MODEL = "model"
_DRAWS, _MOST = 200, 20_000  # of a bootstrap; of more people than that it is drawn among as many
_FEWEST = 30  # people of a group who must have paid for anything to be said of it
_SHORTEST = 28  # days of a past, and between cutoffs
_PLACES = (0.45, 0.6, 0.75)  # of the history, where cutoffs are beside the latest one


@dataclass(frozen=True, eq=False)
class Held:
    """A model trained at a past cutoff, what it said, and what came.

    Attributes:
        day: the cutoff, days since 1970-01-01.
        model: as trained then.
        scored: what it said.
        actual: what each of these people spent in the horizon, money.
        others: baseline → what it said of the same people.
    """

    day: int
    model: HorizonModel
    scored: Scored
    actual: Floats
    others: dict[str, Floats]


def cutoffs(ground: Ground, day: int, horizon_days: int, *, most: int = 1) -> list[int]:
    """Days from which a whole horizon has passed, the latest first, with at least half as long a past before them."""
    first, latest = ground.first_day, day - horizon_days
    wanted = [latest, *(first + round(place * (day - first)) for place in reversed(_PLACES))]
    taken: list[int] = []
    for cutoff in [latest, *ground.near(wanted[1:], latest)]:
        apart = not taken or taken[-1] - cutoff >= max(horizon_days / 2, _SHORTEST)
        if apart and cutoff - first >= max(horizon_days / 2, _SHORTEST):
            taken.append(cutoff)
    return taken[:most]


def hold(ground: Ground, day: int, horizon_days: int, *, seed: int = 0, with_trees: bool = True) -> Held | None:
    """Train at a past day and predict what is known by now; None where there were too few customers to judge by."""
    if len(ground.customers(ground.fit(day), day, horizon_days).user_id) < FEWEST_CUSTOMERS:
        return None
    model = HorizonModel.train(ground, day, horizon_days, seed=seed, with_trees=with_trees)
    scored = model.score(ground, day)
    actual = ground.value_between(scored.user_id, day, day + horizon_days)
    told = baselines(ground, day, horizon_days, seed=seed)
    return Held(day, model, scored, actual, {name: told.of(name, scored.user_id) for name in NAMES})


def ceiling(ground: Ground, held: Held, *, seed: int = 0) -> Floats | None:
    """What trees say of each customer that have seen what others spent in the same horizon; None without a model, or where nobody did."""
    if held.model.blend is None:
        return None
    horizon = held.model.horizon_days
    now = ground.look(held.model.fitted, held.day, horizon)
    total = float(np.maximum(now.spent, 0).sum())
    if not total > 0:
        return None
    told = Blend.train([now], seed=seed, parts=5).out_of_fold(now.features, total=total)
    place = np.searchsorted(now.features.user_id, held.scored.user_id[held.scored.is_customer])
    out = held.scored.expected.copy()
    out[held.scored.is_customer] = told.expected[place]
    return out


def judged(
    held: Held, groups: Mapping[tuple[str, str], NDArray[np.bool_]], *, ceiling: Floats | None = None
) -> pd.DataFrame:
    """The contract's `ltv_backtest` of one cutoff, and how each measure differs from past spending.

    Args:
        held: by `hold`.
        groups: segment kind and name → who of the people scored.
        ceiling: by the function of that name.
    """
    import pandas as pd

    rows: list[tuple[object, ...]] = []
    for (kind, name), who in groups.items():
        if (held.actual[who] > 0).sum() < _FEWEST:
            continue
        told = {MODEL: held.scored.expected[who]} | {other: given[who] for other, given in held.others.items()}
        rows += [("deploy", kind, name, *row) for row in _compared(held.actual[who], told)]
        rows += [("deploy", kind, name, MODEL, *row) for row in _covered(held, who)]
        if ceiling is not None and (kind, name) == ("all", "all"):
            both = {MODEL: ceiling[who], "past_spend": held.others["past_spend"][who]}
            rows += [("cv5", kind, name, *row) for row in _compared(held.actual[who], both) if row[0] == MODEL]
    columns = ["protocol", "segment_kind", "segment", "model", "metric", "value", "low", "high", "n"]
    return pd.DataFrame(rows, columns=[*columns, "difference", "difference_low", "difference_high"])


def _compared(actual: Floats, told: Mapping[str, Floats]) -> Iterator[tuple[object, ...]]:
    """Measures of each set of predictions, with intervals, and their differences from past spending on the same draws."""
    some = np.random.default_rng(0).permutation(len(actual))[:_MOST] if len(actual) > _MOST else slice(None)
    drawn = bootstrap(actual[some], {name: given[some] for name, given in told.items()}, draws=_DRAWS)
    shrunk = np.sqrt(min(_MOST / len(actual), 1.0))  # intervals of everybody are narrower than those of some
    whole = {name: scores(actual, given) for name, given in told.items()}
    for name in told:
        for metric in METRICS:
            value, other = whole[name][metric], whole["past_spend"][metric]
            if not np.isfinite(value):
                continue
            low, high = _ends(drawn[name][metric], value, shrunk)
            less, more = _ends(drawn[name][metric] - drawn["past_spend"][metric], value - other, shrunk)
            yield name, metric, value, low, high, len(actual), value - other, less, more


def _ends(drawn: Floats, value: float, shrunk: float) -> tuple[float, float]:
    known = drawn[np.isfinite(drawn)]
    if not len(known):
        return np.nan, np.nan
    low, high = np.quantile(known, [0.025, 0.975])
    middle = float(np.median(known))
    return value + shrunk * float(low - middle), value + shrunk * float(high - middle)


def _covered(held: Held, who: NDArray[np.bool_]) -> Iterator[tuple[object, ...]]:
    """The share of people within their 80 % intervals, and whether the total is within its own."""
    s, n = held.scored, int(who.sum())
    hits = inside(held.actual[who], s.low[who], s.high[who], zero=1 - s.pays[who])
    share, error = float(hits.mean()), float(hits.std()) / np.sqrt(n)
    nothing = (np.nan, np.nan, np.nan)  # past spending has no intervals to compare with
    yield ("coverage_80", share, share - 1.96 * error, share + 1.96 * error, n, *nothing)
    low, high = held.model.sureness.interval(s.expected[who])
    total = max(float(held.actual[who].sum()), 1e-9)
    yield ("total_interval_ratio", float(s.expected[who].sum()) / total, low / total, high / total, n, *nothing)


def groups_of(scored: Scored, segments: Sequence[tuple[str, str, Ints]]) -> dict[tuple[str, str], NDArray[np.bool_]]:
    """Who of the people scored belongs to each segment; all, customers and those who have not bought come first.

    Args:
        scored: predictions.
        segments: kind, name and user ids of each.
    """
    groups = {
        ("all", "all"): np.ones(len(scored.user_id), np.bool_),
        ("stage", "customers"): scored.is_customer,
        ("stage", "prospects"): ~scored.is_customer,
    }
    return groups | {(kind, name): np.isin(scored.user_id, people) for kind, name, people in segments}

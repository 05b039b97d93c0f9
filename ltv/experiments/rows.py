"""One line of the result: a variant against control, by one method, on one metric, in one group of people."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    import pandas as pd

    from ltv.experiments.contrast import Comparison

Direction = Literal["better", "worse", "unclear"]
NAN = math.nan
ALL = "all"


@dataclass(frozen=True, kw_only=True)
class Row:
    """A line; numbers that a method does not give are NaN.

    Attributes:
        experiment: name of the test.
        method: how it was compared.
        metric: name of the metric.
        variant: who is compared.
        segment_kind: group of people, `all` for everybody.
        segment: likewise.
        control: whom they are compared with.
        n: people of the variant whose window is over.
        n_control: likewise of control.
        mean: of the variant, in the unit of the metric.
        mean_control: of control.
        difference: mean less mean of control, after what the method takes out.
        difference_low: lower end of its interval.
        difference_high: upper end.
        lift: difference as a share of control.
        low: lower end of the interval of the lift.
        high: upper end.
        p_value: that there is no difference.
        adjusted_p_value: the same for as many questions as were asked.
        p_better: probability that the variant is better.
        expected_loss: what choosing the variant costs a person on average if it is the worse one.
        srm_p_value: that the split is the planned one.
        verdict: decision, direction or why there is none.
        decides: whether the decision rests on this line.
        basis: observed, or score where scores complete some people.
        confirmed: False where a second method does not see the gain: it hangs on a few people.
        limit: at which values are cut, for `winsorised`.
    """

    experiment: str = ""
    method: str
    metric: str
    variant: str
    segment_kind: str = ALL
    segment: str = ALL
    control: str
    n: int
    n_control: int
    mean: float = NAN
    mean_control: float = NAN
    difference: float = NAN
    difference_low: float = NAN
    difference_high: float = NAN
    lift: float = NAN
    low: float = NAN
    high: float = NAN
    p_value: float = NAN
    adjusted_p_value: float = NAN
    p_better: float = NAN
    expected_loss: float = NAN
    srm_p_value: float = NAN
    verdict: str = ""
    decides: bool = False
    basis: str = "observed"
    confirmed: bool = True
    limit: float = NAN


COLUMNS = [f.name for f in fields(Row)]


def of_comparison(seen: Comparison, mean_control: float, bounds: tuple[float, float]) -> dict[str, float]:
    """The numbers of a line from a comparison of means.

    Args:
        seen: absolute difference with interval and p.
        mean_control: by which the lift is told; one that is not above zero gives none.
        bounds: interval of the lift; an end that is not finite is left out.
    """
    told = {
        "difference": seen.effect,
        "difference_low": seen.low,
        "difference_high": seen.high,
        "p_value": seen.p_value,
    }
    if mean_control > 0:
        told |= {"lift": seen.effect / mean_control, "low": finite(bounds[0]), "high": finite(bounds[1])}
    return told


def finite(value: float) -> float:
    """The number, or NaN where it is endless."""
    return value if math.isfinite(value) else NAN


def direction(low: float, high: float, *, lower_is_better: bool | None) -> Direction:
    """Which way an interval of a difference points.

    >>> direction(0.1, 0.4, lower_is_better=False), direction(0.1, 0.4, lower_is_better=True)
    ('better', 'worse')
    """
    if lower_is_better is None or not (low > 0 or high < 0):
        return "unclear"
    return "better" if (low > 0) != lower_is_better else "worse"


def frame_of(rows: Sequence[Row], as_of: dt.datetime) -> pd.DataFrame:
    """The lines as the result table `experiment_results`, with its extra columns."""
    import pandas as pd

    frame = pd.DataFrame([asdict(row) for row in rows], columns=COLUMNS)
    frame.insert(0, "as_of", pd.Timestamp(as_of))
    numbers = [f.name for f in fields(Row) if f.type == "float"]
    return frame.astype(
        dict.fromkeys(numbers, "float64") | {"n": "int64", "n_control": "int64", "decides": "bool", "confirmed": "bool"}
    )

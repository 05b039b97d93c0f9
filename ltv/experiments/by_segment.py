"""Effects in groups of people, drawn towards the common effect as far as chance explains the differences; exploratory.

The more groups are looked at, the more of them look special by chance. Shrinkage takes that out: what is left of a group's
own effect is what its number of people supports. None of it is a decision.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ltv.experiments.contrast import contrast
from ltv.experiments.heterogeneity import shrink
from ltv.experiments.methods import Question
from ltv.experiments.moments import CannotJudgeError, Estimate
from ltv.experiments.rows import Row

if TYPE_CHECKING:
    from ltv.experiments.people_of_test import People

_LEAST_CONTROL = 3.0  # a lift over a mean that is not three standard errors from zero says nothing
EXPLORATORY, METHOD = "exploratory", "shrunken"


def by_segment(people: People, segments: str) -> list[Row]:
    """Lines of every metric, variant and group, where a kind has two groups or more that can be compared.

    Args:
        people: of one test.
        segments: table of user_id, segment_kind, segment.

    Returns:
        Lines of method `shrunken`: the lift after shrinkage with its interval.
    """
    sums = people.rows(("segment_kind", "segment"), joined=segments)
    rows: list[Row] = []
    for kind, of_kind in sums.groupby("segment_kind"):
        asked = {str(name): people.questions(part) for name, part in of_kind.groupby("segment")}
        for measured in people.measured:
            of_metric = {s: q for s, by in asked.items() if isinstance(q := by[measured.metric.name], Question)}
            for variant in people.others:
                rows += _shrunken(str(kind), {s: q for s, q in of_metric.items() if variant in q.arms}, variant)
    return rows


def _shrunken(kind: str, questions: Mapping[str, Question], variant: str) -> list[Row]:
    parts: list[tuple[str, Question, float, float]] = []
    for segment, asked in questions.items():
        try:
            control, treatment = _means(asked, variant)
            if control.value < _LEAST_CONTROL * (control.variance / control.n) ** 0.5:
                continue
            seen = contrast(control, treatment, scale="relative")
        except CannotJudgeError:
            continue
        parts.append((segment, asked, seen.effect, seen.standard_error))
    if len(parts) < 2:  # noqa: PLR2004  one group alone is the whole
        return []
    told = shrink([effect for _, _, effect, _ in parts], [error for *_, error in parts])
    return [
        _row(asked, variant, (kind, segment), bounds=bounds)
        for (segment, asked, _, _), bounds in zip(parts, told.segments, strict=True)
    ]


def _means(asked: Question, variant: str) -> tuple[Estimate, Estimate]:
    means = asked.adjusted or asked.plain
    return means[asked.control], means[variant]


def _row(asked: Question, variant: str, group: tuple[str, str], *, bounds: Sequence[float]) -> Row:
    effect, low, high = bounds
    control, treatment = _means(asked, variant)
    return Row(
        method=METHOD,
        metric=asked.metric,
        variant=variant,
        segment_kind=group[0],
        segment=group[1],
        control=asked.control,
        n=treatment.n,
        n_control=control.n,
        mean=treatment.value,
        mean_control=control.value,
        difference=effect * control.value,
        difference_low=low * control.value,
        difference_high=high * control.value,
        lift=effect,
        low=low,
        high=high,
        verdict=EXPLORATORY,
        basis=asked.basis,
    )

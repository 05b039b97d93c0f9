"""What is looked at before any effect: a test that was not run as planned has no effect to tell."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ltv.experiments.checks_words import RULES, WHY
from ltv.experiments.contrast import contrast
from ltv.experiments.moments import Arm, CannotJudgeError
from ltv.experiments.srm import Srm, srm
from ltv.text import Text, listed, number, p_value, same

if TYPE_CHECKING:
    import pandas as pd

    from ltv.experiments.aa import FalsePositives
    from ltv.result import State

SRM_ALPHA = 0.001
COUPLED_ALPHA = 1e-6  # asked of every pair of tests, of up to hundreds of pairs
IMBALANCE_ALPHA = 0.001
FEW_DAYS, FEW_PEOPLE = 7, 200
OWN_ASSIGNMENT = 0.9  # fewer who agree with the salt were assigned by something else
SEVERAL_WATCH, SEVERAL_BAD = 0.01, 0.10
BEFORE_BY_AFTER, BEFORE_LEAST = 4, 20


@dataclass(frozen=True)
class Check:
    """One thing that was looked at.

    Attributes:
        name: which.
        state: traffic light; `none` where it could not be looked at.
        told: what was found, in words.
        blocks: whether no effect may be told.
        p_value: of the check, or NaN.
    """

    name: str
    state: State
    told: Text
    blocks: bool = False
    p_value: float = math.nan

    @property
    def rule(self) -> Text:
        """What is looked at, and when the light changes."""
        return RULES[self.name]


@dataclass(frozen=True)
class Counts:
    """People of a test, by variant, in the order of the plan.

    Attributes:
        people: variant → people.
        in_several: people who met more than one variant.
        unknown: people in variants that the plan does not know.
        first_us: first exposure, microseconds; NaN where there is none.
        last_us: last exposure.
        lately: people of the last 28 days.
        day_before: paid orders within the day before the exposure.
        day_after: within the day after it.
    """

    people: Mapping[str, int]
    in_several: int
    unknown: Mapping[str, int]
    first_us: float
    last_us: float
    lately: int
    day_before: int
    day_after: int

    @classmethod
    def of(cls, rows: pd.DataFrame, variants: Sequence[str]) -> Counts:
        """The counts of the query `counts`."""
        by = dict(zip(rows["variant"], rows["people"], strict=True))
        known = rows[rows["variant"].isin(list(variants))]
        return cls(
            people={v: int(by.get(v, 0)) for v in variants},
            in_several=int(rows["in_several"].sum()),
            unknown={str(v): int(n) for v, n in by.items() if v not in variants},
            first_us=float(known["first_us"].min()),
            last_us=float(known["last_us"].max()),
            lately=int(known["lately"].sum()),
            day_before=int(known["day_before"].sum()),
            day_after=int(known["day_after"].sum()),
        )

    @property
    def total(self) -> int:
        """People of all variants of the plan."""
        return sum(self.people.values())


_ARM = Text("{arm} {n} 人（{of}）", "{arm} {n} ({of})")


def split_is_planned(counts: Counts, weights: Mapping[str, float]) -> tuple[Check, Srm]:
    """Whether the arms have as many people as the plan says, over all arms."""
    seen = srm([counts.people[v] for v in weights], list(weights.values()))
    broken = seen.p_value < SRM_ALPHA
    shares = listed(
        [_ARM.format(arm=v, n=f"{n:,}", of=f"{n / max(counts.total, 1):.1%}") for v, n in counts.people.items()]
    )
    plan = listed([same(f"{v} {w:.1%}") for v, w in weights.items()])
    told = WHY["srm" if broken else "srm_fine"].format(p=p_value(seen.p_value), shares=shares, plan=plan)
    return Check("srm", "bad" if broken else "good", told, broken, seen.p_value), seen


def everybody_is_there(counts: Counts) -> Check:
    """Whether every variant of the plan, control among them, has somebody."""
    empty = [v for v, n in counts.people.items() if not n]
    if counts.unknown:
        named = listed([Text(f"{v}（{n:,} 人）", f"{v} ({n:,})") for v, n in sorted(counts.unknown.items())])
        if empty:
            return Check(
                "arms",
                "bad",
                WHY["arm_renamed"].format(arms=listed([same(v) for v in empty]), others=named),
                blocks=True,
            )
        return Check("arms", "watch", WHY["arm_unknown"].format(others=named))
    if empty:
        return Check("arms", "bad", WHY["arm_empty"].format(arms=listed([same(v) for v in empty])), blocks=True)
    return Check("arms", "good", WHY["arms_fine"].format(n=str(len(counts.people))))


def one_variant_each(counts: Counts) -> Check:
    """How many people met more than one variant."""
    share = counts.in_several / max(counts.total, 1)
    state: State = "bad" if share > SEVERAL_BAD else "watch" if share > SEVERAL_WATCH else "good"
    told = WHY["several"].format(n=number(counts.in_several, "count"), share=number(share, "rate"))
    return Check("several", state, told, state == "bad")


def exposed_in_time(outside: Mapping[str, int], counts: Counts) -> Check:
    """Exposures before the test was to begin, after it closed, or of nobody who is known."""
    early, late, nobody = (int(outside[k]) for k in ("too_early", "too_late", "anonymous"))
    values = {"early": number(early, "count"), "late": number(late, "count"), "nobody": number(nobody, "count")}
    everybody = max(counts.total + early, 1)
    state: State = "watch" if early or nobody > 0.05 * everybody else "good"
    return Check("dates", state, WHY["dates"].format(**values))


def exposed_before_outcome(counts: Counts, *, decides: bool) -> Check:
    """Whether orders follow exposures: where they come before, the log is written after the fact and has no effect in it.

    Args:
        counts: of the test.
        decides: whether orders are what decides; else a test of those who have just ordered may well be meant.
    """
    before, after = counts.day_before, counts.day_after
    turned = before >= BEFORE_LEAST and before > BEFORE_BY_AFTER * after
    values = {"before": number(before, "count"), "after": number(after, "count")}
    state: State = "good" if not turned else "bad" if decides else "watch"
    return Check("order", state, WHY["order_turned" if turned else "order"].format(**values), turned and decides)


def alike_before(arms: Mapping[str, Mapping[str, Arm]], control: str, covariates: Sequence[str]) -> Check:
    """Whether variants were alike before: value, orders and active days of the 28 days before the exposure."""
    found = []
    for covariate in covariates:
        for variant in [v for v in arms if v != control]:
            try:
                seen = contrast(arms[control][covariate].estimate(), arms[variant][covariate].estimate())
            except CannotJudgeError:
                continue  # nobody was anything before
            found.append((covariate, variant, seen.effect / seen.standard_error))
    if not found:
        return Check("before", "none", WHY["before_nothing"])
    covariate, variant, z = max(found, key=lambda one: abs(one[2]))
    p = min(1.0, len(found) * math.erfc(abs(z) / math.sqrt(2)))  # the smallest one after Holm
    values: dict[str, str | Text] = {
        "p": p_value(p),
        "what": WHY.get(covariate, same(covariate)),
        "variant": same(variant),
        "z": f"{z:+.1f}",
    }
    off = p < IMBALANCE_ALPHA
    return Check(
        "before", "watch" if off else "good", WHY["before_off" if off else "before"].format(**values), False, p
    )


def late_enough(people: Sequence[int], *, days: float | None) -> Check:
    """Whether a running test has run a whole week, and every test has people enough for its intervals.

    Args:
        people: of every variant, those who count on the metric that decides.
        days: since the first exposure; None where the test does not run any more.
    """
    least = min(people, default=0)
    values = {"n": number(least, "count"), "days": number(max(days or 0.0, 0.0), "days")}
    if least < FEW_PEOPLE:
        return Check("early", "watch", WHY["few"].format(**values))
    if days is not None and days < FEW_DAYS:
        return Check("early", "watch", WHY["early"].format(**values))
    return Check("early", "good", WHY["enough" if days is None else "late"].format(**values))


def shown_as_assigned(agree: int, shown: int) -> Check:
    """Whether ids saw the variant that the salt gives them; where it is chance that they agree, somebody else assigns.

    Args:
        agree: ids that saw the variant of the salt.
        shown: ids that were looked at.
    """
    values = {"n": number(shown - agree, "count"), "all": number(shown, "count")}
    if not shown or agree < OWN_ASSIGNMENT * shown:
        return Check("assigned", "none", WHY["assigned_elsewhere"])
    return Check("assigned", "good" if agree == shown else "watch", WHY["assigned"].format(**values))


def alarms_by_chance(seen: FalsePositives, metric: Text) -> Check:
    """How often two halves of these very people differ by chance."""
    values = {"rate": number(seen.rate, "rate"), "low": number(seen.low, "rate"), "high": number(seen.high, "rate")}
    told = WHY["aa" if seen.ok else "aa_off"].format(metric=metric, n=number(seen.simulations, "count"), **values)
    return Check("aa", "good" if seen.ok else "watch", told)


def goes_with_none(name: str, shared: pd.DataFrame) -> Check:
    """Whether the variants of this test are drawn independently of those of others that the same people are in."""
    from scipy.stats import chi2_contingency

    mine = shared[(shared["one"] == name) | (shared["other"] == name)]
    tests = 0
    for pair, rows in mine.groupby(["one", "other"]):
        table = rows.pivot_table(index="one_variant", columns="other_variant", values="people", fill_value=0)
        if min(table.shape) < 2 or table.to_numpy().sum() < FEW_PEOPLE:  # noqa: PLR2004  nothing to compare
            continue
        tests += 1
        p = float(chi2_contingency(table.to_numpy(), correction=False).pvalue)
        if p < COUPLED_ALPHA:
            partner = same(str(pair[0] if pair[1] == name else pair[1]))
            return Check("coupled", "bad", WHY["coupled"].format(other=partner, p=p_value(p)), True, p)
    told = WHY["alone" if not tests else "independent"].format(n=str(tests))
    return Check("coupled", "good", told)

"""What a test of the product may be asked: false alarms when one looks at will, power, and splits that are not the plan's.

    python benchmarks/experiments.py [TESTS]

Any look: tests without a difference, each looked at 20 times up to the people that find a lift of 15 % with power 0.8. Three metrics:
a normal one, a rate of 5 %, and spend, where 5 % pay and what they pay is lognormal. Sums of people are drawn, not people, where their
law is known. The formula measured is the product's: `critical_value` at each look, and `confidence_sequence` on some tests.
"""

import sys
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri
from scipy.stats import ncx2

from ltv.experiments.contrast import contrast
from ltv.experiments.moments import Arm
from ltv.experiments.power import sample_size_means
from ltv.experiments.sequential import confidence_sequence, critical_value
from ltv.experiments.srm import srm

LOOKS, ALPHA, LIFT = 20, 0.05, 0.15
METRICS = ("normal", "rate", "spend")
MEAN, DEVIATION = 10.0, 20.0
RATE = 0.05
PAID, SPREAD = 3.0, 1.0  # of the logarithm of what a payer pays
AT_ONCE = 1_000


@dataclass(frozen=True)
class Looks:
    """What 20 looks at many tests see.

    Attributes:
        people: of one arm at each look, shape (looks,).
        totals: sums of control and treatment, shape (2, tests, looks).
        squares: likewise.
        kind: of the arms.
    """

    people: np.ndarray
    totals: np.ndarray
    squares: np.ndarray
    kind: str

    def z(self) -> np.ndarray:
        """Effect by standard error, shape (tests, looks), for arms of which `Arm` knows one at a time."""
        n = self.people
        mean = self.totals / n
        spread = mean * (1 - mean) if self.kind == "proportion" else (self.squares - self.totals * mean) / (n - 1)
        return (mean[1] - mean[0]) / np.sqrt(spread.sum(0) / n)

    def arms(self, test: int, look: int) -> list[Arm]:
        n = int(self.people[look])
        pairs = zip(self.totals[:, test, look], self.squares[:, test, look], strict=True)
        return [Arm(n, float(total), float(squares), kind=self.kind) for total, squares in pairs]


def moments(metric: str, lift: float) -> tuple[float, float]:
    """Mean and variance of one person. The lift of spend is one of payers."""
    if metric == "normal":
        return MEAN * (1 + lift), DEVIATION**2
    rate = RATE * (1 + lift)
    if metric == "rate":
        return rate, rate * (1 - rate)
    mean = rate * np.exp(PAID + SPREAD**2 / 2)
    return mean, rate * np.exp(2 * PAID + 2 * SPREAD**2) - mean**2


def planned(metric: str) -> int:
    """People of an arm, a multiple of the looks."""
    (a, var_a), (b, var_b) = moments(metric, 0), moments(metric, LIFT)
    return int(np.ceil(sample_size_means(np.sqrt((var_a + var_b) / 2), b - a, alpha=ALPHA) / LOOKS)) * LOOKS


def new_people(metric: str, lift: float, shape: tuple[int, int], n: int, draw: np.random.Generator):
    """Sum and sum of squares of the n people that each look adds."""
    if metric == "normal":
        mean = draw.normal(MEAN * (1 + lift), DEVIATION / np.sqrt(n), shape)
        return mean * n, DEVIATION**2 * draw.chisquare(n - 1, shape) + n * mean**2
    payers = draw.binomial(n, RATE * (1 + lift), shape)
    if metric == "rate":
        return payers, payers
    paid = np.exp(draw.normal(PAID, SPREAD, payers.sum()))
    ends = np.cumsum(payers)
    return tuple(np.diff(np.append(0, np.cumsum(x))[np.append(0, ends)]).reshape(shape) for x in (paid, paid**2))


def looked_at(metric: str, lift: float, tests: int, n: int, draw: np.random.Generator) -> Looks:
    sides = [new_people(metric, x, (tests, LOOKS), n // LOOKS, draw) for x in (0.0, lift)]
    totals, squares = (np.cumsum([side[part] for side in sides], axis=2) for part in (0, 1))
    kind = "proportion" if metric == "rate" else "mean"
    return Looks(np.arange(1, LOOKS + 1) * (n // LOOKS), totals, squares, kind)


def critical_values(looks: Looks, tuning: int) -> np.ndarray:
    return np.array([critical_value(2 * int(n), tuning=tuning, alpha=ALPHA) for n in looks.people])


def same_as_product(looks: Looks, tuning: int, tests: int) -> bool:
    """Whether the arrays say of some tests what `confidence_sequence` says of each look, to the last bits."""
    z, limits = looks.z(), critical_values(looks, tuning)
    for test in range(tests):
        for look in range(LOOKS):
            pair = [arm.estimate() for arm in looks.arms(test, look)]
            result = confidence_sequence(*pair, tuning=tuning, alpha=ALPHA)
            half = limits[look] * contrast(*pair).standard_error
            same = np.allclose((result.statistic, result.high - result.effect), (z[test, look], half), rtol=1e-9)
            alarms = {result.p_value < ALPHA, not result.low <= 0 <= result.high, abs(z[test, look]) > limits[look]}
            if not same or len(alarms) > 1:
                return False
    return True


def any_look(metric: str, *, lift: float, tests: int, seed: int) -> dict[str, float]:
    """Shares of tests that alarm: by the sequence and by what it replaces, at any look or at the last."""
    n, draw = planned(metric), np.random.default_rng(seed)
    found = dict.fromkeys(("sequence", "fixed, last look", "fixed, any look", "posterior, any look"), 0)
    for begun in range(0, tests, AT_ONCE):
        looks = looked_at(metric, lift, min(AT_ONCE, tests - begun), n, draw)
        if not begun and not same_as_product(looks, 2 * n, 3):
            raise SystemExit("the arrays measured are not what the product says")
        z = np.abs(looks.z())
        found["sequence"] += (z > critical_values(looks, 2 * n)).any(1).sum()
        found["fixed, last look"] += (z[:, -1] > ndtri(1 - ALPHA / 2)).sum()
        found["fixed, any look"] += (z > ndtri(1 - ALPHA / 2)).any(1).sum()
        found["posterior, any look"] += (ndtr(z) >= 0.95).any(1).sum()  # either arm is better with 95 %
    return {name: float(count) / tests for name, count in found.items()}


def mismatches(people: int, lost: float, *, tests: int, seed: int) -> float:
    """Share of experiments in halves that `srm` finds at p < 0.001 when one arm loses some of its people."""
    draw = np.random.default_rng(seed)
    control = draw.binomial(people, 0.5, tests)
    treatment = draw.binomial(people - control, 1 - lost)
    pairs = zip(control.tolist(), treatment.tolist(), strict=True)
    return float(np.mean([srm(pair, [1, 1]).p_value < 0.001 for pair in pairs]))


def mismatches_expected(people: int, lost: float) -> float:
    """The same from the noncentral chi-square."""
    left = people * (1 - lost / 2)
    off = (people * lost / 2) ** 2 / left
    return float(ncx2.sf(ndtri(1 - 0.001 / 2) ** 2, 1, off) if off else 0.001)


def told(what: str, value: float, goal: str = "", reached: bool = True) -> None:
    print(f"{what:<64}{value:>9.4f}   {goal}{'' if reached else ': missed'}")


def main() -> None:
    tests = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    for seed, metric in enumerate(METRICS):
        alarms = any_look(metric, lift=0.0, tests=tests, seed=seed)
        power = any_look(metric, lift=LIFT, tests=tests, seed=100 + seed)
        print(f"{metric}: {tests:,} tests, {LOOKS} looks, {planned(metric):,} people an arm at the last")
        for name, value in alarms.items():
            sequence = name == "sequence"
            told(f"  false alarms, {name}", value, "goal <= 0.05" if sequence else "", not sequence or value <= ALPHA)
        for name in ("sequence", "fixed, last look"):
            told(f"  power at +15 %, {name}", power[name])
        ratio = power["sequence"] / power["fixed, last look"]
        told("  power of the sequence by that of the fixed test", ratio, "goal >= 0.6", ratio >= 0.6)
    print("sample ratio mismatch, two halves, p < 0.001")
    for people, lost in ((200_000, 0.01), (200_000, 0.02), (1_000_000, 0.01)):
        found = mismatches(people, lost, tests=2_000, seed=7)
        told(f"  found: {people:,} people, one arm loses {lost:.0%}", found)
        told("    by the noncentral chi-square", mismatches_expected(people, lost))
    alarms = mismatches(200_000, 0.0, tests=5 * tests, seed=8)
    told(f"  false alarms of {5 * tests:,} fair splits", alarms, "goal <= 0.0015", alarms <= 0.0015)


if __name__ == "__main__":
    main()

"""What is kept of an arm: counts and sums, enough for every judgement here, and what adds up over days and shards.

An arm is people, the sum of their metric and the sum of its squares; a second column beside it (the covariate of CUPED,
the denominator of a ratio) adds its own two sums and the sum of products. Nothing else is read from people.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from operator import index
from typing import TYPE_CHECKING, Literal, Self

from ltv.errors import UsageError, found

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tea_tasting.aggr import Aggregates

Kind = Literal["mean", "proportion"]
# Below this share of the mean square a variance from sums of doubles is rounding.
_ROUNDING = 1e-12


class CannotJudgeError(UsageError):
    """Data on which no judgement is possible; the message says why, a page shows it in place of numbers."""

    def __init__(self, why: str) -> None:
        super().__init__(why if why.startswith("cannot be judged: ") else f"cannot be judged: {why}")


@dataclass(frozen=True)
class Estimate:
    """A mean, a rate or a ratio of one arm, ready to be compared.

    Attributes:
        value: the estimate, in the unit of the metric.
        variance: variance of one person's part in it, in that unit squared; the estimate's own is `variance / n`.
        n: people.
    """

    value: float
    variance: float
    n: int

    def __post_init__(self) -> None:
        if self.n < 1:
            raise CannotJudgeError(f"an arm with nobody (n = {self.n})")
        if not (math.isfinite(self.value) and math.isfinite(self.variance)) or self.variance < 0:
            raise CannotJudgeError(f"an estimate of {self.value} with variance {self.variance}")


@dataclass(frozen=True)
class Arm:
    """The aggregates of one arm.

    Attributes:
        n: people assigned, with or without an event.
        total: sum of the metric over them.
        squares: sum of its squares.
        paired_total: sum of the second column, or None when there is none.
        paired_squares: sum of the squares of the second column.
        products: sum of metric times second column.
        kind: a proportion's variance is p (1 - p); a mean's has n - 1 under it.

    Raises:
        CannotJudgeError: a negative or fractional count, a sum that is not finite, sums that no data has.

    >>> Arm(n=4, total=10.0, squares=30.0).mean
    2.5
    >>> Arm(n=4, total=float("nan"), squares=30.0)
    Traceback (most recent call last):
    ltv.experiments.moments.CannotJudgeError: cannot be judged: total: found nan, allowed: a finite number
    """

    n: int
    total: float
    squares: float
    paired_total: float | None = None
    paired_squares: float | None = None
    products: float | None = None
    kind: Kind = "mean"

    def __post_init__(self) -> None:
        count("people", self.n)
        if self.kind == "proportion" and not 0 <= self.total <= self.n:
            raise CannotJudgeError(found("successes", self.total, f"0 to {self.n} people"))
        second = (self.paired_total, self.paired_squares, self.products)
        if None in second and second != (None, None, None):
            raise UsageError(found("sums of the second column", second, "all three or none"))
        _check_sums(self.n, "total", self.total, "squares", self.squares)
        if self.paired_total is not None and self.paired_squares is not None and self.products is not None:
            _check_sums(self.n, "paired_total", self.paired_total, "paired_squares", self.paired_squares)
            _check_products(self.products, self.squares, self.paired_squares)

    @classmethod
    def of_counts(cls, successes: int, n: int) -> Self:
        """Give the arm of a yes-or-no metric.

        Args:
            successes: people who did it.
            n: people in the arm.

        Returns:
            An arm of kind `proportion`.

        Raises:
            CannotJudgeError: a count is negative or fractional, or more successes than people.

        >>> Arm.of_counts(12, 99).mean
        0.12121212121212122
        """
        count("successes", successes)
        return cls(n, successes, successes, kind="proportion")

    @classmethod
    def of_values(cls, values: Sequence[float], paired: Sequence[float] | None = None) -> Self:
        """Give the arm of a list of people.

        Args:
            values: the metric, one a person.
            paired: the second column of the same people, in the same order.

        Returns:
            The aggregates.

        Raises:
            CannotJudgeError: a value is not finite.
            UsageError: the columns differ in length.

        >>> Arm.of_values([1, 2, 3], paired=[1, 1, 2]).products
        9.0
        """
        here, squares = math.fsum(values), math.fsum(float(v) ** 2 for v in values)
        if paired is None:
            return cls(len(values), here, squares)
        if len(paired) != len(values):
            raise UsageError(found("length of the second column", len(paired), f"{len(values)}, one a person"))
        there, there_squares = math.fsum(paired), math.fsum(float(p) ** 2 for p in paired)
        products = math.fsum(float(v) * float(p) for v, p in zip(values, paired, strict=True))
        return cls(len(values), here, squares, there, there_squares, products)

    def merge(self, other: Arm) -> Arm:
        """Give the aggregates of both groups of people together; nobody may be in both.

        Args:
            other: an arm of the same kind, with or without a second column as this one.

        Returns:
            The arm of the union.

        Raises:
            UsageError: the kinds differ, or one has a second column and the other has not.

        >>> Arm.of_values([1, 2]).merge(Arm.of_values([3])) == Arm.of_values([1, 2, 3])
        True
        """
        if self.kind != other.kind or (self.products is None) != (other.products is None):
            raise UsageError(found("arms to merge", (self.kind, other.kind), "the same kind, the same columns"))
        n, total, squares = self.n + other.n, self.total + other.total, self.squares + other.squares
        if self.products is None:
            return Arm(n, total, squares, kind=self.kind)
        paired, paired_squares, products = (a + b for a, b in zip(self.second(), other.second(), strict=True))
        return Arm(n, total, squares, paired, paired_squares, products, self.kind)

    def of_second(self) -> Arm:
        """Give the aggregates of the second column alone.

        >>> Arm.of_values([1, 2], paired=[3, 5]).of_second().mean
        4.0
        """
        total, squares, _ = self.second()
        return Arm(self.n, total, squares)

    def second(self) -> tuple[float, float, float]:
        """Give sum, sum of squares and sum of products of the second column.

        Raises:
            UsageError: the arm has none.
        """
        if self.paired_total is None or self.paired_squares is None or self.products is None:
            raise UsageError(
                found("second column of the arm", None, "its sum, its sum of squares, the sum of products")
            )
        return self.paired_total, self.paired_squares, self.products

    @property
    def mean(self) -> float:
        """Mean of the metric a person."""
        return self.total / self._people(1)

    @property
    def variance(self) -> float:
        """Variance of the metric between people."""
        if self.kind == "proportion":
            return self.mean * (1 - self.mean)
        return _variance(self._people(2), self.total, self.squares)

    def aggregates(self) -> Aggregates:
        """Give the moments of both columns as tea-tasting takes them: the metric is its `y`, the second column its `x`.

        Returns:
            Means, variances and covariance, with n - 1 under them also for a metric of yes and no.

        Raises:
            CannotJudgeError: fewer than two people.
            UsageError: the arm has no second column.

        >>> Arm.of_values([1, 2, 3], paired=[1, 1, 4]).aggregates().cov("x", "y")
        1.5
        """
        from tea_tasting.aggr import Aggregates

        (total, squares, products), n = self.second(), self._people(2)
        return Aggregates(
            n,
            mean_={"y": self.total / n, "x": total / n},
            var_={"y": _variance(n, self.total, self.squares), "x": _variance(n, total, squares)},
            cov_={("x", "y"): (products - self.total * total / n) / (n - 1)},
        )

    def estimate(self) -> Estimate:
        """Give the mean or rate of the arm, ready to be compared.

        Returns:
            Mean and variance of one person.

        Raises:
            CannotJudgeError: nobody is in the arm, or one person only and the metric is a mean.

        >>> Arm.of_counts(1, 2).estimate()
        Estimate(value=0.5, variance=0.25, n=2)
        """
        return Estimate(self.mean, self.variance, self.n)

    def _people(self, least: int) -> int:
        if self.n < 1:
            raise CannotJudgeError("an arm with nobody (n = 0)")
        if self.n < least:
            raise CannotJudgeError(f"an arm with {self.n} person has no variance, at least {least} are needed")
        return self.n


def share(name: str, value: float) -> float:
    """Give back a number that must lie strictly between 0 and 1, such as alpha or power.

    Args:
        name: what the message calls it.
        value: the number.

    Returns:
        The same number.

    Raises:
        UsageError: it does not.

    >>> share("alpha", 0.05)
    0.05
    """
    if not 0 < value < 1:
        raise UsageError(found(name, value, "a number between 0 and 1"))
    return value


def count(name: str, value: int) -> int:
    """Give back a count of people, which must be whole and not negative.

    Args:
        name: what the message calls it.
        value: the count, of any kind of integer.

    Returns:
        The same count.

    Raises:
        CannotJudgeError: it is not.

    >>> count("people", 3)
    3
    """
    try:
        whole = index(value)
    except TypeError:
        raise CannotJudgeError(found(name, value, "a whole number")) from None
    if whole < 0:
        raise CannotJudgeError(found(name, value, "0 or more"))
    return whole


def _check_finite(name: str, value: float) -> None:
    if not math.isfinite(value):
        raise CannotJudgeError(found(name, value, "a finite number"))


def _check_sums(n: int, name: str, total: float, squares_name: str, squares: float) -> None:
    _check_finite(name, total)
    _check_finite(squares_name, squares)
    if squares < 0 or squares * n < total * total * (1 - 1e-9):
        raise CannotJudgeError(f"{squares_name} {squares} is less than {n} people with {name} {total} can have")


def _check_products(products: float, squares: float, paired_squares: float) -> None:
    _check_finite("products", products)
    if products * products > squares * paired_squares * (1 + 1e-9):
        raise CannotJudgeError(f"products {products} is more than squares {squares} and {paired_squares} can have")


def _variance(n: int, total: float, squares: float) -> float:
    variance = (squares - total * total / n) / (n - 1)
    return variance if variance > _ROUNDING * squares / n else 0.0

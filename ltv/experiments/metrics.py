"""What is measured of the people of a test: how each metric is taken from the tables, what it is called, which way is better.

Every metric has a window that begins with a person's own exposure, exact to the microsecond. A person counts when the
window is over, never earlier: else a metric of 30 days would be compared over unequal days.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sqlglot import exp

from ltv import sql
from ltv.settings.metric import EVENT, RETENTION, MetricName
from ltv.text import Text, Unit, same
from ltv.warehouse.local_time import DAY_US

Kind = Literal["mean", "rate", "ratio"]
Source = Literal["orders", "activity", "events", "invites", "ltv"]
PRE_DAYS = 28


@dataclass(frozen=True)
class Definition:
    """How one thing is measured.

    Attributes:
        kind: a mean of people, a share of them, or a ratio of two sums.
        source: the rows it is taken from.
        unit: how it is written.
        label: its name, with a place for the days.
        row: what a row within the window adds, an expression over the columns of the source.
        fold: how the rows of a person become one number.
        covariate: what is taken out of it by CUPED: this, in the 28 days before the exposure.
        lower_is_better: which way is good; None where neither is, such as for a cost.
        is_value: whether it is the value of people, the end of all tests.
    """

    kind: Kind
    source: Source
    unit: Unit
    label: Text
    row: str
    fold: Literal["SUM", "MAX"]
    covariate: Covariate
    lower_is_better: bool | None = False
    is_value: bool = False


Covariate = Literal["pre_value", "pre_orders", "pre_active"]
COVARIATES: tuple[Covariate, ...] = ("pre_value", "pre_orders", "pre_active")
_PAID = "CASE WHEN is_paid THEN 1 ELSE 0 END"

DEFINITIONS: dict[str, Definition] = {
    "value": Definition(
        "mean",
        "orders",
        "money",
        Text("{n} 天净额", "net value in {n} days"),
        "value",
        "SUM",
        "pre_value",
        is_value=True,
    ),
    "orders": Definition(
        "mean", "orders", "number", Text("{n} 天订单数", "orders in {n} days"), _PAID, "SUM", "pre_orders"
    ),
    "order_rate": Definition(
        "rate", "orders", "rate", Text("{n} 天下单率", "share who order within {n} days"), _PAID, "MAX", "pre_orders"
    ),
    "first_order_rate": Definition(
        "rate",
        "orders",
        "rate",
        Text("{n} 天首单率", "share with a first order within {n} days"),
        _PAID,
        "MAX",
        "pre_active",
    ),
    "average_order_value": Definition(
        "ratio", "orders", "money", Text("{n} 天客单价", "value an order in {n} days"), "value", "SUM", "pre_value"
    ),
    "incentive": Definition(
        "mean", "orders", "money", Text("{n} 天优惠成本", "discounts in {n} days"), "discount", "SUM", "pre_value", None
    ),
    "refunds": Definition(
        "mean", "orders", "money", Text("{n} 天退款", "refunds in {n} days"), "refund", "SUM", "pre_value", True
    ),
    "active_days": Definition(
        "mean", "activity", "number", Text("{n} 天活跃天数", "active days in {n} days"), "1", "SUM", "pre_active"
    ),
    RETENTION: Definition(
        "rate", "activity", "rate", Text("第 {n} 天留存率", "share who are there on day {n}"), "1", "MAX", "pre_active"
    ),
    EVENT: Definition(
        "rate",
        "events",
        "rate",
        Text("{n} 天内发生“{event}”", "share with “{event}” within {n} days"),
        "CASE WHEN event = name THEN 1 ELSE 0 END",
        "MAX",
        "pre_active",
    ),
    "invites": Definition(
        "mean",
        "invites",
        "number",
        Text("{n} 天有效邀请", "accepted invitations in {n} days"),
        "1",
        "SUM",
        "pre_active",
    ),
    "ltv": Definition(
        "mean",
        "ltv",
        "money",
        Text("{n} 天生命周期价值", "lifetime value of {n} days"),
        "value",
        "SUM",
        "pre_value",
        is_value=True,
    ),
}


@dataclass(frozen=True)
class Metric:
    """A metric of one test.

    Attributes:
        given: its name, as read.
        definition: how it is measured.
    """

    given: MetricName
    definition: Definition

    @classmethod
    def of(cls, given: MetricName) -> Metric:
        """The metric of a name."""
        return cls(given, DEFINITIONS[given.what])

    @property
    def name(self) -> str:
        """As declared."""
        return self.given.name

    @property
    def is_value(self) -> bool:
        """Whether it is the value of people, the end of all tests."""
        return self.definition.is_value

    @property
    def label(self) -> Text:
        """What readers call it.

        >>> from ltv.settings.metric import metric_name
        >>> Metric.of(metric_name("value_90d")).label.en
        'net value in 90 days'
        """
        if self.given.what not in DEFINITIONS:  # a column of a table, called as it is
            return self.definition.label
        return self.definition.label.format(n=str(self.given.days), event=same(self.given.event))

    @property
    def window(self) -> tuple[int, int]:
        """Begin and end of the window after the exposure, in microseconds; the end itself is out.

        Day 7 of retention is the seventh 24 hours after the first 24.
        """
        days = self.given.days
        return (days * DAY_US, (days + 1) * DAY_US) if self.given.what == RETENTION else (0, days * DAY_US)

    def within(self) -> exp.Expr:
        """Whether a row lies in the window, from its `since`."""
        low, high = self.window
        return sql.expression("since >= low AND since < high", low=_whole(low), high=_whole(high))

    def folded(self) -> exp.Expr:
        """The number of a person, from all rows of the source."""
        row = sql.expression(self.definition.row, name=exp.Literal.string(self.given.event))
        inside = sql.expression("CASE WHEN w THEN r END", w=self.within(), r=row)
        return sql.function(self.definition.fold, exp.cast(inside, "DOUBLE", dialect=sql.DIALECT))

    def orders_inside(self) -> exp.Expr:
        """The denominator of a ratio: paid orders in the window."""
        return sql.expression("CAST(SUM(CASE WHEN w AND is_paid THEN 1 ELSE 0 END) AS DOUBLE)", w=self.within())


def _whole(value: int) -> exp.Expr:
    return exp.cast(exp.Literal.number(value), "BIGINT", dialect=sql.DIALECT)

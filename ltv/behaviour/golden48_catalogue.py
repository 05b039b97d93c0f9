"""What is counted around a launch, and which metrics of the loop traffic → reach → behaviour → payment → feedback are made of it.

What counts is known at the end of its hours, in past weeks as in the launch's own: money is what was charged, before refunds, which
come later. One thing cannot be known: an order that is cancelled after its hours is not counted, as in the weeks before.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ltv.text import Unit

Stage = Literal["traffic", "reach", "behaviour", "payment", "feedback"]
STAGES: tuple[Stage, ...] = ("traffic", "reach", "behaviour", "payment", "feedback")


@dataclass(frozen=True)
class Part:
    """One thing that is counted.

    Attributes:
        name: what it is called in the counts.
        table: argument that holds its rows.
        is_person: people are counted, each once; else amounts are added up.
        where: which rows count.
        amount: how much a row is.
        needs: columns without which it cannot be told.
    """

    name: str
    table: str
    is_person: bool = True
    where: str = "TRUE"
    amount: str = "1"
    needs: tuple[str, ...] = ()


_PAID = "status IN ('paid', 'refunded') AND money >= 0"
PARTS = (
    Part("visits", "events", is_person=False, where="event = 'visit'", needs=("event",)),
    Part("visitors", "events"),
    Part("carters", "events", where="event = 'add_to_cart'", needs=("event",)),
    Part("sharers", "events", where="event = 'share'", needs=("event",)),
    Part("registered", "members"),
    Part("reached", "touches", where="kind IN ('impression', 'send')", needs=("kind",)),
    Part("responders", "touches", where="kind = 'click'", needs=("kind",)),
    Part("buyers", "orders", where=_PAID),
    Part(
        "failed", "orders", is_person=False, where="status IN ('failed', 'timeout') AND money >= 0", needs=("status",)
    ),
    Part("attempts", "orders", is_person=False, where="status <> 'cancelled' AND money >= 0", needs=("status",)),
    Part("value", "orders", is_person=False, where=_PAID, amount="money"),
    Part("value_squares", "orders", is_person=False, where=_PAID, amount="CAST(money AS DOUBLE) * money"),
    Part("tickets", "tickets", is_person=False),
    Part("mood", "tickets", is_person=False, where="sentiment IS NOT NULL", amount="sentiment", needs=("sentiment",)),
    Part(
        "mood_squares",
        "tickets",
        is_person=False,
        where="sentiment IS NOT NULL",
        amount="sentiment * sentiment",
        needs=("sentiment",),
    ),
    Part("rated", "tickets", is_person=False, where="sentiment IS NOT NULL", needs=("sentiment",)),
)
PART = {part.name: part for part in PARTS}


@dataclass(frozen=True)
class Metric:
    """A metric of a stage: a count, or one count per another.

    Attributes:
        name: its name in the table.
        stage: where it stands in the loop.
        of: part that is counted.
        per: part it is divided by, or None; in a metric with a control that is everybody exposed.
        squares: part with the squares of what is added up, where `of` is no count.
        is_log: weeks are compared as ratios; else as differences.
        unit: how values are written.
        good: which direction is good news.
    """

    name: str
    stage: Stage
    of: str
    per: str | None = None
    squares: str | None = None
    is_log: bool = True
    unit: Unit = "count"
    good: Literal["up", "down"] = "up"

    @property
    def parts(self) -> tuple[str, ...]:
        """All parts it needs."""
        return tuple(p for p in (self.of, self.per, self.squares) if p)

    @property
    def tables(self) -> tuple[str, ...]:
        """Arguments it needs."""
        return tuple(dict.fromkeys(PART[p].table for p in self.parts))


METRICS = (
    Metric("visits", "traffic", "visits"),
    Metric("visitors", "traffic", "visitors"),
    Metric("registrations", "traffic", "registered"),
    Metric("people_reached", "reach", "reached"),
    Metric("response_rate", "reach", "responders", per="reached", unit="rate"),
    Metric("cart_rate", "behaviour", "carters", per="visitors", unit="rate"),
    Metric("share_rate", "behaviour", "sharers", per="visitors", unit="rate"),
    Metric("buyer_rate", "payment", "buyers", per="visitors", unit="rate"),
    Metric("charged_value", "payment", "value", squares="value_squares", unit="money"),
    Metric("payment_failure_rate", "payment", "failed", per="attempts", unit="rate", good="down"),
    Metric("tickets_per_visitor", "feedback", "tickets", per="visitors", unit="rate", good="down"),
    Metric(
        "ticket_sentiment",
        "feedback",
        "mood",
        per="rated",
        squares="mood_squares",
        is_log=False,
        unit="number",
    ),
)
CONTROLLED = (
    Metric("cart_rate_of_exposed", "behaviour", "carters", unit="rate"),
    Metric("share_rate_of_exposed", "behaviour", "sharers", unit="rate"),
    Metric("buyer_rate_of_exposed", "payment", "buyers", unit="rate"),
    Metric("charged_value_per_exposed", "payment", "value", unit="money"),
    Metric("tickets_per_exposed", "feedback", "tickets", unit="rate", good="down"),
)
METRIC = {metric.name: metric for metric in (*METRICS, *CONTROLLED)}

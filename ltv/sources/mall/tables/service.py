"""What customer service exports, three days late: tickets with sentiment and the wish to leave."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from ltv.sources.mall import assumptions as a
from ltv.sources.mall import columns as c
from ltv.sources.mall.community import Community
from ltv.sources.mall.systems import PHONE

TOPICS = ("delivery", "refund", "complaint")
DELIVERY, REFUND, COMPLAINT = range(3)
RATES = (0.02, 0.35, 0.30)  # tickets an order, a refund, a person who is about to be lost
SENTIMENT = (0.15, -0.30, -0.55)  # mean, with so much scatter:
SENTIMENT_SIGMA = 0.30
LEAVING_RATES = (0.02, 0.12, 0.60)  # share that says it wants to leave
BEFORE_LOST_DAYS = 14
DELAY_DAYS = 3  # T+3
COVERAGE = 0.76  # share of topics and sentiments that are filled in
BY_PHONE_RATE = 0.5  # share of callers known by their number only


def tickets(of: Community) -> pa.Table:
    """Return the tickets of members, in order of time."""
    person, ms, topic = _drawn(of)
    rng, n = of.rng("ticket rows"), len(person)
    sentiment = (np.array(SENTIMENT)[topic] + rng.normal(0, SENTIMENT_SIGMA, n)).clip(-1, 1).round(2)
    leaving = rng.random(n) < np.array(LEAVING_RATES)[topic]
    told, judged, by_phone = rng.random(n) < COVERAGE, rng.random(n) < COVERAGE, rng.random(n) < BY_PHONE_RATE
    order = np.argsort(ms, kind="stable")
    inside = (ms[order] < of.window.length_ms - DELAY_DAYS * a.DAY_MS) & (person[order] < of.wanted)
    number, row = np.flatnonzero(inside), order[inside]
    index = np.where(by_phone, of.systems.own(PHONE, person, ms), of.member(person))
    return pa.table(
        {
            "ticket_id": c.numbered(f"S{of.number:05d}", number, width=6),
            "ts": of.when(ms[row]),
            **of.identifier(index[row]),
            "topic": c.chosen(TOPICS, np.where(told, topic, -1)[row]),
            "sentiment": pa.array(sentiment[row], mask=~judged[row]),
            "churn_intent": pa.array(leaving[row], mask=~judged[row]),
        }
    )


def _drawn(of: Community) -> tuple[a.Ints, a.Ints, a.Ints]:
    """Return person, moment and topic of all tickets."""
    o, people, rng = of.orders, of.people, of.rng("tickets")
    member = people.registered[o.person] <= o.ms
    asks = np.flatnonzero((rng.random(len(o.ms)) < RATES[DELIVERY]) & member)
    disputes = np.flatnonzero((rng.random(len(o.ms)) < RATES[REFUND]) & (o.refunded < a.NEVER) & member)
    leaves = np.flatnonzero((rng.random(a.COMMUNITY) < RATES[COMPLAINT]) & (people.registered < a.NEVER))
    warned = people.lost[leaves] - rng.integers(0, BEFORE_LOST_DAYS * a.DAY_MS, len(leaves))
    parts = [
        (o.person[asks], o.ms[asks] + rng.integers(a.DAY_MS, 5 * a.DAY_MS, len(asks)), DELIVERY),
        (o.person[disputes], o.refunded[disputes] - a.HOUR_MS, REFUND),
        (leaves, np.maximum(warned, people.registered[leaves] + a.MINUTE_MS), COMPLAINT),
    ]
    topic = np.concatenate([np.full(len(part[0]), part[2]) for part in parts])
    person, ms = (np.concatenate([part[k] for part in parts]) for k in (0, 1))
    return person, ms, topic

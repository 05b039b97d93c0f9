"""A durable outbox: what is to be sent is written down whole, then sent, each thing once as far as receivers can tell.

What there is:

    Outbox        enqueue interventions, notify the team, list what became of them
    Planned       an intervention for a person
    Notice        a message to the team
    Offer         an offer with a pool; OfferEvent is what the shop tells of one
    offers_of, offer_events_of         both from the input tables
    Enqueued      what became of a batch
    id_of         an id from what makes a thing the same thing
    Worker        sends what the outbox holds
    robot_text, robot_picture, mail    payloads of notices
    held_digest   what is held while a breaker is open, for people
    explain_intervention               why an intervention is what it is
"""

from __future__ import annotations

from ltv.dispatch.explained import explain_intervention
from ltv.dispatch.from_tables import offer_events_of, offers_of
from ltv.dispatch.held import held_digest
from ltv.dispatch.offers import OfferEvent, Pool
from ltv.dispatch.outbox import Enqueued, Outbox
from ltv.dispatch.planned import Notice, Offer, Planned, id_of
from ltv.dispatch.sinks.email import mail
from ltv.dispatch.sinks.robot import robot_picture, robot_text
from ltv.dispatch.worker import Worker

__all__ = [
    "Enqueued",
    "Notice",
    "Offer",
    "OfferEvent",
    "Outbox",
    "Planned",
    "Pool",
    "Worker",
    "explain_intervention",
    "held_digest",
    "id_of",
    "mail",
    "offer_events_of",
    "offers_of",
    "robot_picture",
    "robot_text",
]

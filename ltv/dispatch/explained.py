"""Why an intervention is what it is: what was planned, which rule refused it, what became of its message and offer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ltv.dispatch import decisions
from ltv.dispatch.dispatch_words import ARMS, EXPLAINED, RESERVATIONS, STATES, VERDICTS
from ltv.dispatch.planned import moment
from ltv.errors import UsageError, found
from ltv.text import Text, same

if TYPE_CHECKING:
    from ltv.dispatch.decisions import Refusal
    from ltv.dispatch.outbox import Outbox

_INTERVENTION = "SELECT * FROM interventions WHERE intervention_id = $id"
_MESSAGE = "SELECT * FROM messages WHERE message_id = $id"
_RESERVATION = "SELECT * FROM reservations WHERE reservation_id = $id"


def explain_intervention(outbox: Outbox, intervention_id: str) -> list[Text]:
    """What there is to say of an intervention or a notice, in both languages.

    Args:
        outbox: of the workspace.
        intervention_id: its id.

    Raises:
        UsageError: there is none of that id.
    """
    with outbox.database.reading() as tx:
        interventions = tx.rows(_INTERVENTION, id=intervention_id)
        messages = tx.rows(_MESSAGE, id=intervention_id)
        reservations = tx.rows(_RESERVATION, id=intervention_id)
        log = decisions.read(tx, intervention_id)
    if not interventions and not messages:
        raise UsageError(found("ID", intervention_id, "an intervention of the outbox, or a user_id"))
    told = [line for row in interventions for line in _planned(row)]
    if not interventions:
        told = [EXPLAINED["notice"].format(topic=messages[0]["topic"], endpoint=messages[0]["endpoint"])]
    told += [_refused(at_ms, refusal) for at_ms, refusal in log]
    return [*told, *map(_message, messages), *map(_reservation, reservations)]


def _planned(row: dict[str, Any]) -> Iterator[Text]:
    yield EXPLAINED["what"].format(
        date=row["date"], playbook=row["playbook"], action=row["action"], user=str(row["user_id"]), arm=ARMS[row["arm"]]
    )
    yield EXPLAINED["why"].format(reason=Text(row["reason_zh"], row["reason_en"]))
    yield VERDICTS[row["verdict"]]


def _refused(at_ms: int, refusal: Refusal) -> Text:
    return EXPLAINED["refused"].format(at=_time(at_ms), words=refusal.words)


def _message(row: dict[str, Any]) -> Text:
    why = same(f" ({row['why']})" if row["why"] else "")
    told = EXPLAINED["message"].format(
        endpoint=row["endpoint"], state=STATES[row["state"]], attempts=str(row["attempts"]), why=why
    )
    if not row["crashes"]:
        return told
    died = EXPLAINED["crashed"].format(n=str(row["crashes"]))
    return Text(told.zh + died.zh, told.en + died.en)


def _reservation(row: dict[str, Any]) -> Text:
    state = RESERVATIONS[row["state"]].format(until=_time(row["deadline_ms"]))
    return EXPLAINED["offer"].format(offer_id=row["offer_id"], state=state)


def _time(milliseconds: int) -> str:
    return f"{moment(milliseconds):%Y-%m-%d %H:%M:%S}"

"""The outbox in lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ltv.dispatch import breaker as breakers
from ltv.dispatch.held import held
from ltv.dispatch.leases import STATES, MessageState
from ltv.dispatch.planned import moment

if TYPE_CHECKING:
    from ltv.dispatch.outbox import Outbox

_MOST = 1000


def status_lines(outbox: Outbox) -> Iterator[str]:
    """What waits, what was sent, what is held, what is left of offers.

    Args:
        outbox: of the workspace.
    """
    depths = outbox.depths()
    for endpoint in sorted({*outbox.endpoints, *(name for name, _ in depths)}):
        counts = ", ".join(f"{depths[endpoint, s]} {s}" for s in STATES if (endpoint, s) in depths) or "nothing yet"
        with outbox.database.reading() as tx:
            breaker = breakers.read(tx, endpoint)
        state = f"disabled: {breaker.disabled}" if breaker.disabled else f"breaker {breaker.state}"
        gone = "" if endpoint in outbox.endpoints else "; no longer in ltv.toml, nothing is sent"
        yield f"{endpoint}: {counts}; {state}{gone}"
    for one in held(outbox):
        yield f"held: {one.words.en}"
    for pool in outbox.offers.pools():
        stock = "without end" if pool.stock is None else f"of {pool.stock}"
        yield f"offer {pool.offer_id}: {pool.reserved} reserved, {pool.redeemed} redeemed {stock}"


def list_lines(outbox: Outbox, state: MessageState) -> Iterator[str]:
    """Messages in a state, the oldest first.

    Args:
        outbox: of the workspace.
        state: which.
    """
    rows = outbox.listed(state, most=_MOST)
    for row in rows:
        why = f"  — {row['why']}" if row["why"] else ""
        yield f"{row['message_id']}  {row['endpoint']}  {row['topic']}  {moment(row['queued_ms']):%Y-%m-%d %H:%M:%S}  {row['attempts']} attempts{why}"
    yield f"{len(rows)} {state}" + (f", the oldest {_MOST} of them" if len(rows) == _MOST else "")


def one_line(outbox: Outbox) -> str:
    """The outbox in one line; nothing where nothing was ever put into it.

    Args:
        outbox: of the workspace.
    """
    totals: dict[str, int] = {}
    for (_, state), n in outbox.depths().items():
        totals[state] = totals.get(state, 0) + n
    return "dispatch: " + ", ".join(f"{totals[s]} {s}" for s in STATES if s in totals) if totals else ""

"""Where messages go: a webhook, a file for the CRM, a group's robot, a mail to the team."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

from ltv.dispatch.answers import Answer
from ltv.dispatch.leases import Message

if TYPE_CHECKING:
    from ltv.dispatch.outbox import Outbox
    from ltv.settings.endpoints import Endpoint

Send = Callable[[Message], Answer]


class Sink(Protocol):
    """A place that messages go to."""

    together: bool  # whether a batch goes in one step

    def send(self, messages: Sequence[Message]) -> list[Answer]:
        """Send messages; what each came to. Whatever goes wrong is an answer, not an error.

        Args:
            messages: all of a batch where they go together, else one.
        """


def sink_of(endpoint: Endpoint, outbox: Outbox) -> Sink:
    """The sink of an endpoint.

    Args:
        endpoint: as in `ltv.toml`.
        outbox: whose clock and folder it uses.

    Raises:
        UsageError: a variable of the environment that it needs is not set.
    """
    from ltv.dispatch.sinks.email import EmailSink
    from ltv.dispatch.sinks.file_drop import FileSink
    from ltv.dispatch.sinks.robot import RobotSink
    from ltv.dispatch.sinks.webhook import WebhookSink

    if endpoint.kind == "webhook":
        return WebhookSink(endpoint, now=outbox.now)
    if endpoint.kind == "file":
        return FileSink(endpoint, root=outbox.root)
    if endpoint.kind == "robot":
        return RobotSink(endpoint)
    return EmailSink(endpoint)

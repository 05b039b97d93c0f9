"""A breaker for each endpoint: pure steps from state to state, kept in the outbox's database.

closed → open: so many time-outs in a row, or too large a share of errors in a minute. open → half_open: a probe went
well. half_open → closed: so many in a row did; → open: one did not. While it is not closed messages are held, and one
probe at a time is let through.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from ltv.dispatch.database import Transaction
    from ltv.settings.endpoints import Dispatch

State = Literal["closed", "open", "half_open"]
_MINUTE_MS = 60_000
_READ = "SELECT * FROM breakers WHERE endpoint = $endpoint"
_WRITE = """
INSERT INTO breakers (endpoint, state, slow, minute_ms, calls, errors, good, probe_ms, since_ms, disabled)
VALUES ($endpoint, $state, $slow, $minute_ms, $calls, $errors, $good, $probe_ms, $since_ms, $disabled)
ON CONFLICT (endpoint) DO UPDATE SET state = excluded.state, slow = excluded.slow, minute_ms = excluded.minute_ms,
    calls = excluded.calls, errors = excluded.errors, good = excluded.good, probe_ms = excluded.probe_ms,
    since_ms = excluded.since_ms, disabled = excluded.disabled
"""


@dataclass(frozen=True)
class Breaker:
    """State of an endpoint.

    Attributes:
        endpoint: its name.
        state: closed, open or half_open.
        slow: time-outs in a row.
        minute_ms: start of the minute whose calls are counted.
        calls: calls of that minute.
        errors: of these, how many failed.
        good: probes that went well, in a row.
        probe_ms: when the next probe is due.
        since_ms: since when it is not closed, or closed again.
        disabled: why it is out of use for good; empty while it is in use.
    """

    endpoint: str
    state: State = "closed"
    slow: int = 0
    minute_ms: int = 0
    calls: int = 0
    errors: int = 0
    good: int = 0
    probe_ms: int = 0
    since_ms: int = 0
    disabled: str = ""

    def lets_through(self, now_ms: int, how: Dispatch) -> int:
        """How many messages may go now: all of a batch, one as a probe, or none."""
        if self.disabled:
            return 0
        if self.state == "closed":
            return how.batch
        # a probe further away than probes are apart: the clock was set back
        return int(now_ms >= self.probe_ms or self.probe_ms > now_ms + how.probe_seconds * 1000)

    def probing(self, now_ms: int, how: Dispatch) -> Breaker:
        """After a probe was let through: nobody else sends one before the next is due."""
        return replace(self, probe_ms=now_ms + int(how.probe_seconds * 1000))

    def after(self, *, ok: bool, timed_out: bool, now_ms: int, how: Dispatch) -> Breaker:
        """After a call.

        Args:
            ok: whether the receiver took the message.
            timed_out: whether the call took longer than `slow_ms`.
            now_ms: the clock.
            how: the settings.
        """
        if self.state != "closed":
            return self._probed(ok=ok and not timed_out, now_ms=now_ms, how=how)
        fresh = not 0 <= now_ms - self.minute_ms < _MINUTE_MS
        calls, errors = (0, 0) if fresh else (self.calls, self.errors)
        counted = replace(
            self,
            minute_ms=now_ms if fresh else self.minute_ms,
            calls=calls + 1,
            errors=errors + (not ok),
            slow=self.slow + 1 if timed_out else 0,
        )
        too_many = counted.calls >= how.least_calls and counted.errors > how.error_share * counted.calls
        return counted._opened(now_ms, how) if too_many or counted.slow >= how.slow_calls else counted

    def _probed(self, *, ok: bool, now_ms: int, how: Dispatch) -> Breaker:
        if not ok:
            return replace(self._opened(now_ms, how), since_ms=self.since_ms)
        if self.good + 1 >= how.probes:
            return Breaker(self.endpoint, since_ms=now_ms)
        return replace(self, state="half_open", good=self.good + 1)

    def _opened(self, now_ms: int, how: Dispatch) -> Breaker:
        probe_ms = now_ms + int(how.probe_seconds * 1000)
        return replace(self, state="open", slow=0, calls=0, errors=0, good=0, probe_ms=probe_ms, since_ms=now_ms)


def read(tx: Transaction, endpoint: str) -> Breaker:
    """The breaker of an endpoint as it was last written."""
    rows = tx.rows(_READ, endpoint=endpoint)
    return Breaker(**rows[0]) if rows else Breaker(endpoint)


def write(tx: Transaction, breaker: Breaker) -> None:
    """Keep it over restarts."""
    tx.change(_WRITE, **vars(breaker))

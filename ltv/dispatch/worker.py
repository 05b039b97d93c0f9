"""A worker: takes batches under a lease, sends them, writes down what each came to. Any number of them work side by side."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from random import Random
from threading import Event
from typing import TYPE_CHECKING

from ltv.dispatch import breaker as breakers
from ltv.dispatch import counters, leases, spans
from ltv.dispatch.answers import Answer, becomes
from ltv.dispatch.held import alarm
from ltv.dispatch.metrics import BOUNDS_MS, write_metrics
from ltv.dispatch.sinks import Sink, sink_of
from ltv.errors import LtvError, UsageError

if TYPE_CHECKING:
    from ltv.dispatch.breaker import Breaker
    from ltv.dispatch.database import Transaction
    from ltv.dispatch.leases import Claim, Message, Written
    from ltv.dispatch.outbox import Outbox
    from ltv.settings.endpoints import Endpoint

IDLE_SECONDS = 0.5
_METRICS_EVERY_SECONDS = 5.0


@dataclass
class Report:
    """What a worker has done.

    Attributes:
        sent: attempts.
        states: what became of messages, by state.
        lines: what went wrong, each once.
    """

    sent: int = 0
    states: dict[str, int] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)

    def say(self, line: str) -> None:
        """Add a line that was not said before."""
        if line not in self.lines:
            self.lines.append(line)


@dataclass(frozen=True)
class _Attempt:
    message: Message
    answer: Answer
    started_ms: int


class Worker:
    """Sends what the outbox holds.

    Args:
        outbox: of the workspace.
        sinks: by name of the endpoint; made from the settings by default.
        random: for jitter.
        clock: steady seconds, for how long things take.
        say: told each line once.
    """

    def __init__(
        self,
        outbox: Outbox,
        *,
        sinks: Mapping[str, Sink] | None = None,
        random: Random | None = None,
        clock: Callable[[], float] = time.monotonic,
        say: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.outbox = outbox
        self.how = outbox.settings.dispatch
        self.report = Report()
        self._random = random or Random()  # noqa: S311  jitter is no secret
        self._clock = clock
        self._say = say
        self._told_at = float("-inf")
        self._sinks = dict(sinks) if sinks is not None else self._made()

    def _made(self) -> dict[str, Sink]:
        """Sinks of all endpoints; one whose secret is missing holds its messages, and the others go on."""
        made = {}
        for name, endpoint in self.outbox.endpoints.items():
            try:
                made[name] = sink_of(endpoint, self.outbox)
            except UsageError as error:
                self._line(f"{name} is not served: {error}")
        return made

    def run(self, *, once: bool, stop: Event | None = None) -> Report:
        """Send until there is nothing due (`once`), or until told to stop.

        Args:
            once: end when nothing is due; what waits for another attempt waits on.
            stop: ends after the batch at hand.

        Raises:
            LtvError: the database cannot be written. What was sent and not written down is sent again where the
                receiver knows repeats, and listed as UNKNOWN where it does not.
        """
        stop = stop or Event()
        leases.forget(self.outbox.database, now_ms=self.outbox.now_ms, how=self.how)
        with ThreadPoolExecutor(self.how.parallel, thread_name_prefix="send") as pool:
            while not stop.is_set():
                done = self.step(pool, stop)
                self._tell(now=False)
                if not done:
                    if once:
                        break
                    stop.wait(IDLE_SECONDS)
        self._tell(now=True)
        return self.report

    def step(self, pool: ThreadPoolExecutor, stop: Event | None = None) -> int:
        """One round over all endpoints; how many messages were sent.

        Args:
            pool: sends side by side.
            stop: ends after the batch at hand.
        """
        self.outbox.sweep()
        leases.sweep(self.outbox.database, now_ms=self.outbox.now_ms, how=self.how)
        sent = 0
        for name, sink in self._sinks.items():
            if stop is None or not stop.is_set():
                sent += self._serve(self.outbox.endpoints[name], sink, pool)
        return sent

    def _serve(self, endpoint: Endpoint, sink: Sink, pool: ThreadPoolExecutor) -> int:
        longest_ms = int(self.how.longest_wait_seconds * 1000)
        started = self._clock()
        claim = leases.claim(
            self.outbox.database, endpoint.name, now_ms=self.outbox.now_ms, how=self.how, longest_ms=longest_ms,
            is_quiet=self.outbox.is_quiet,
        )  # fmt: skip
        if not claim.messages:
            return 0
        # no call may begin so late that its lease could end before it
        latest = started + self.how.lease_seconds - 2 * endpoint.timeout_ms / 1000
        attempts = self._attempts(endpoint, sink, claim, pool, latest)
        self._keep(endpoint, claim, attempts)
        return len(attempts)

    def _attempts(
        self, endpoint: Endpoint, sink: Sink, claim: Claim, pool: ThreadPoolExecutor, latest: float
    ) -> list[_Attempt]:
        made: list[_Attempt] = []
        # one by one where a crash leaves open what was sent: then it is one message and no more
        alone = self.how.parallel if endpoint.repeatable else 1
        local, size = claim.breaker, len(claim.messages) if sink.together else alone
        for start in range(0, len(claim.messages), size):
            if self._clock() > latest or (local.state == "open" and made) or _gone(made):
                break
            now_ms = self.outbox.now_ms
            wave = [m for m in claim.messages[start : start + size] if m.expires_ms > now_ms]
            if not wave:
                continue
            if sink.together:
                several = self._timed(sink, wave)
            else:
                several = [a for one in pool.map(lambda m: self._one(endpoint, sink, m, claim), wave) for a in one]
            made += several
            local = self._judged(local, several)
        return made

    def _one(self, endpoint: Endpoint, sink: Sink, message: Message, claim: Claim) -> list[_Attempt]:
        """Send one; where it can be sent once only, that it is on its way is written down first."""
        if not endpoint.repeatable:
            try:
                if not leases.begin(self.outbox.database, message, claim.token, now_ms=self.outbox.now_ms):
                    return []
            finally:
                self.outbox.close()  # a connection of this thread
        return self._timed(sink, [message])

    def _timed(self, sink: Sink, messages: Sequence[Message]) -> list[_Attempt]:
        started_ms, start = self.outbox.now_ms, self._clock()
        try:
            answers = sink.send(messages)
        except Exception as error:  # one message must not keep all others from being sent
            self._line(f"{messages[0].endpoint}: {type(error).__name__}: {error}")
            answers = [Answer("ambiguous", f"{type(error).__name__} while sending")] * len(messages)
        took = (self._clock() - start) * 1000 / len(messages)
        return [_Attempt(m, replace(a, latency_ms=took), started_ms) for m, a in zip(messages, answers, strict=True)]

    def _judged(self, breaker: Breaker, attempts: Sequence[_Attempt]) -> Breaker:
        for a in attempts:
            breaker = breaker.after(
                ok=a.answer.kind == "accepted",
                timed_out=a.answer.latency_ms > self.how.slow_ms,
                now_ms=self.outbox.now_ms,
                how=self.how,
            )
        return breaker

    def _keep(self, endpoint: Endpoint, claim: Claim, attempts: Sequence[_Attempt]) -> None:
        """Write down, in one transaction, what became of the batch and of the endpoint."""
        now_ms = self.outbox.now_ms
        results = [
            becomes(a.message, a.answer, endpoint=endpoint, how=self.how, now_ms=now_ms, random=self._random)
            for a in attempts
        ]
        tried = {a.message.message_id for a in attempts}
        with self.outbox.database.writing() as tx:
            leases.hold(tx)  # breakers are read and written here: one worker after the other
            ours = leases.write_back(tx, results, claim.token, now_ms=now_ms)
            leases.hand_back(tx, [m for m in claim.messages if m.message_id not in tried], claim.token)
            self._keep_breaker(tx, endpoint.name, attempts)
            counters.raise_all(tx, _amounts(endpoint.name, attempts, ours))
        self.report.sent += len(attempts)
        for result in ours:
            self.report.states[result.state] = self.report.states.get(result.state, 0) + 1
        self._keep_spans(attempts, results)
        if any(a.answer.kind != "accepted" for a in attempts):
            self._alarm(endpoint.name)

    def _alarm(self, name: str) -> None:
        """Tell the team once what is held, each time a breaker opens or an endpoint is gone."""
        try:
            alarm(self.outbox, name)
        except LtvError as error:
            self._line(f"the team could not be told: {error}")

    def _keep_breaker(self, tx: Transaction, name: str, attempts: Sequence[_Attempt]) -> None:
        if not attempts:
            return
        before = breakers.read(tx, name)
        after = self._judged(before, attempts)
        gone = _gone(attempts)
        if gone:
            after = replace(after, disabled=gone[0])
            self._line(f"{name} is disabled ({gone[0]}); after it is back: ltv dispatch --enable {name}")
        if after.state == "open" and before.state == "closed":
            counters.raise_by(tx, counters.OPENED, endpoint=name)
            self._line(f"{name}: breaker open, its messages are held; last answer: {attempts[-1].answer.why}")
        breakers.write(tx, after)

    def _keep_spans(self, attempts: Sequence[_Attempt], results: Sequence[Written]) -> None:
        if not attempts:
            return
        told = [spans.Span(a.message, a.answer, r.state, a.started_ms) for a, r in zip(attempts, results, strict=True)]
        try:
            spans.write(self.outbox.root / "data" / "state" / "spans", told, day=f"{self.outbox.now():%Y-%m-%d}")
        except OSError as error:  # what was sent is written down: that counts
            self._line(f"spans are not written: {error.strerror or error}")

    def _tell(self, *, now: bool) -> None:
        """Write the counters, now or when it has been a while."""
        if not now and self._clock() - self._told_at < _METRICS_EVERY_SECONDS:
            return
        self._told_at = self._clock()
        try:
            write_metrics(self.outbox)
        except LtvError as error:
            self._line(f"counters are not written: {error}")

    def _line(self, line: str) -> None:
        if line not in self.report.lines:
            self.report.say(line)
            self._say(line)


def _gone(attempts: Sequence[_Attempt]) -> list[str]:
    """What said that the endpoint is no more."""
    return [a.answer.why for a in attempts if a.answer.kind == "gone"]


def _amounts(name: str, attempts: Sequence[_Attempt], ours: Sequence[Written]) -> dict[counters.Key, float]:
    amounts: dict[counters.Key, float] = {}

    def add(counter: str, label: str, by: float) -> None:
        amounts[counter, name, label] = amounts.get((counter, name, label), 0) + by

    for result in ours:
        add(counters.SENDS, result.state, 1)
    for a in attempts:
        bound = next((b for b in BOUNDS_MS if a.answer.latency_ms <= b), float("inf"))
        add(counters.LATENCY, f"{bound:g}", 1)
        add(counters.LATENCY_SUM, "", a.answer.latency_ms)
    return amounts

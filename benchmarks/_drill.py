"""The kill drill: people enqueue and workers send while all of them are killed again and again. The tests run it in short."""

import datetime as dt
import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from ltv import settings
from ltv.dispatch import Offer, Outbox, Planned, id_of
from ltv.text import Text
from ltv.workspace.clock import start_of_run

try:
    from _receiver import SECRET, Receiver, serving
except ImportError:  # imported by a test
    from benchmarks._receiver import SECRET, Receiver, serving

SECRET_ENV = "LTV_DRILL_SECRET"
OFFER = "voucher"
BATCH = 100  # interventions of one enqueue


@dataclass(frozen=True)
class Counts:
    """What a drill came to.

    Attributes:
        planned: interventions planned.
        messages: of these, queued as messages: as many as the offer has.
        lost: messages that the receiver never took, or that are not known to be taken.
        duplicates: effects beyond one a message.
        oversold: reservations beyond the stock.
        kills: processes killed.
        deliveries: calls that reached the receiver.
        forged: calls whose signature was wrong.
        changed: repeats with another body.
        states: messages by state.
        seconds: from the first enqueue to the last message.
    """

    planned: int
    messages: int
    lost: int
    duplicates: int
    oversold: int
    kills: int
    deliveries: int
    forged: int
    changed: int
    states: dict[str, int]
    seconds: float


def workspace(root: Path, url: str, *, database: str = "", lease_seconds: float = 1.0, timeout_ms: int = 400) -> Path:
    """A workspace with one endpoint. A tenth of the calls fails on purpose, so the breaker is told to bear more than that."""
    root.mkdir(parents=True, exist_ok=True)
    (root / "ltv.toml").write_text(
        f"""
[dispatch]
{f'database = "{database}"' if database else ""}
queue_limit = 1_000_000
lease_seconds = {lease_seconds}
first_wait_seconds = 0.05
longest_wait_seconds = 0.5
max_attempts = 60
error_share = 1.0
slow_ms = 100_000

[strategy]
quiet_hours = []

[[endpoints]]
name = "crm"
kind = "webhook"
url = "{url}/in"
secret_env = "{SECRET_ENV}"
timeout_ms = {timeout_ms}
""",
        encoding="utf-8",
    )
    return root


def planned(number: int) -> Planned:
    return Planned(
        id_of("drill", number),
        dt.date(2026, 6, 30),
        number,
        "winback",
        "voucher",
        "treatment",
        Text("连续两天流失风险偏高", "churn risk was high for two days"),
        start_of_run() + dt.timedelta(hours=6),
        endpoint="crm",
        payload={"n": number},
        offer_id=OFFER,
    )


def enqueue_all(root: Path, many: int) -> None:
    """Enqueue all interventions, in batches; what was taken before does nothing."""
    outbox = Outbox.open(root, settings.load(root))
    for start in range(0, many, BATCH):
        outbox.enqueue([planned(n) for n in range(start, min(start + BATCH, many))])


def drill(
    root: Path,
    *,
    messages: int,
    spare: int,
    kills: int,
    workers: int = 2,
    failing: float = 0.1,
    ambiguous: float = 0.05,
    every_seconds: float = 0.4,
    database: str = "",
    seed: int = 1,
) -> Counts:
    """Run it.

    Args:
        root: an empty folder.
        messages: stock of the offer: so many messages there will be.
        spare: interventions planned beyond the stock.
        kills: processes to kill, one after the other, enqueuers and workers alike.
        workers: side by side.
        failing: share of calls answered with 503.
        ambiguous: share of calls that are taken and not answered.
        every_seconds: between two kills.
        database: a PostgreSQL address; SQLite by default.
        seed: of all choices.
    """
    receiver = Receiver(failing=failing, ambiguous=ambiguous, seed=seed)
    with serving(receiver) as url:
        workspace(root, url, database=database)
        outbox = Outbox.open(root, settings.load(root))
        day = dt.timedelta(days=1)
        outbox.offers.put([Offer(OFFER, "voucher", messages, start_of_run() - day, start_of_run() + day)])
        start = time.monotonic()
        crew = _Crew(root, messages + spare, workers)
        killed = crew.work(outbox, kills=kills, every_seconds=every_seconds, random=random.Random(seed))
        seconds = time.monotonic() - start
        return _counts(outbox, receiver, planned=messages + spare, kills=killed, seconds=seconds)


def process(root: Path, *arguments: str) -> subprocess.Popen[bytes]:
    """One that enqueues (`enqueue N`) or sends (`work`)."""
    command = [sys.executable, __file__, str(root), *arguments]
    return subprocess.Popen(command, env=os.environ | {SECRET_ENV: SECRET})


class _Crew:
    """One enqueuer and some workers, each started again when it is killed."""

    def __init__(self, root: Path, many: int, workers: int) -> None:
        self.root, self.many = root, many
        self.enqueuer = self._start("enqueue", str(many))
        self.workers = [self._start("work") for _ in range(workers)]

    def _start(self, *arguments: str) -> subprocess.Popen[bytes]:
        return process(self.root, *arguments)

    def work(self, outbox: Outbox, *, kills: int, every_seconds: float, random: random.Random) -> int:
        killed = 0
        try:
            while killed < kills or not self._done(outbox):
                time.sleep(every_seconds * random.uniform(0.5, 1.5) if killed < kills else 0.05)
                self._raise_the_dead()
                if killed < kills:
                    killed += self._kill_one(random)
        finally:
            for process in [self.enqueuer, *self.workers]:
                process.kill()
                process.wait()
        return killed

    def _kill_one(self, random: random.Random) -> int:
        alive = [p for p in [self.enqueuer, *self.workers] if p.poll() is None]
        if not alive:
            return 0
        victim = random.choice(alive)
        victim.send_signal(signal.SIGKILL)
        victim.wait()
        return 1

    def _raise_the_dead(self) -> None:
        if self.enqueuer.poll() not in (None, 0):
            self.enqueuer = self._start("enqueue", str(self.many))
        self.workers = [p if p.poll() is None else self._start("work") for p in self.workers]

    def _done(self, outbox: Outbox) -> bool:
        return self.enqueuer.poll() == 0 and outbox.waiting() == 0


def _counts(outbox: Outbox, receiver: Receiver, *, planned: int, kills: int, seconds: float) -> Counts:
    states: dict[str, int] = {}
    for (_, state), n in outbox.depths().items():
        states[state] = states.get(state, 0) + n
    (pool,) = outbox.offers.pools()
    acked = {row["message_id"] for row in outbox.listed("ACKED", most=10_000_000)}
    messages = sum(states.values())
    return Counts(
        planned=planned,
        messages=messages,
        lost=messages - len(acked & set(receiver.bodies)),
        duplicates=sum(n - 1 for n in receiver.effects.values()),
        oversold=max(pool.reserved + pool.redeemed - (pool.stock or 0), 0),
        kills=kills,
        deliveries=receiver.deliveries,
        forged=receiver.forged,
        changed=receiver.changed,
        states=states,
        seconds=seconds,
    )


def _part(root: Path, what: str, many: int) -> None:
    """What one process of the crew does."""
    if what == "enqueue":
        enqueue_all(root, many)
        return
    from ltv.dispatch import Worker

    Worker(Outbox.open(root, settings.load(root))).run(once=False)


if __name__ == "__main__":
    _part(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else 0)

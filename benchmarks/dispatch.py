"""The outbox: what is lost, done twice or oversold when processes are killed; messages a second when none is; how soon after a breach.

`--messages N` and `--kills N` make it shorter; `--postgres` runs both on a real PostgreSQL server as well.
"""

import argparse
import datetime as dt
import os
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd
from _drill import SECRET_ENV, Counts, drill, planned, process, workspace
from _receiver import SECRET, Receiver, serving

from ltv import settings
from ltv.dispatch import Offer, Outbox
from ltv.dispatch.processes import serve
from ltv.strategy.plan_interventions import plan_interventions
from ltv.strategy.release import release
from ltv.workspace.clock import start_of_run
from ltv.workspace.store import store

GOAL_RATE = 200


def told(name: str, counts: Counts) -> None:
    c = counts
    print(
        f"{name}: {c.messages:,} messages of {c.planned:,} planned, {c.kills} kills, {c.deliveries:,} deliveries in {c.seconds:.0f} s: "
        f"lost {c.lost}, duplicate effects {c.duplicates}, oversold {c.oversold}, forged {c.forged}, other body {c.changed}; {c.states}"
    )


def rate(folder: Path, *, messages: int, workers: int, database: str = "") -> float:
    """Messages a second from the start of the workers to the last one written down, without faults."""
    receiver = Receiver()
    with serving(receiver) as url:
        workspace(folder, url, database=database, lease_seconds=30, timeout_ms=5000)
        outbox = Outbox.open(folder, settings.load(folder))
        day = dt.timedelta(days=1)
        outbox.offers.put([Offer("voucher", "voucher", messages, start_of_run() - day, start_of_run() + day)])
        start = time.perf_counter()
        outbox.enqueue([planned(n) for n in range(messages)])
        took = time.perf_counter() - start
        print(f"enqueued {messages:,} with their reservations in {took:.1f} s: {messages / took:,.0f}/s")
        start = time.perf_counter()
        serve(folder, workers=workers, once=True, say=lambda _: None)
        seconds = time.perf_counter() - start
        assert outbox.depths() == {("crm", "ACKED"): messages}, outbox.depths()
        return messages / seconds


def pickup(folder: Path, *, times: int, database: str = "") -> float:
    """The longest time from the end of an enqueue to the receiver having it, where a worker is already idle, in seconds."""
    receiver = Receiver()
    with serving(receiver) as url:
        workspace(folder, url, database=database, lease_seconds=30, timeout_ms=5000)
        outbox = Outbox.open(folder, settings.load(folder))
        day = dt.timedelta(days=1)
        outbox.offers.put([Offer("voucher", "voucher", None, start_of_run() - day, start_of_run() + day)])
        worker = process(folder, "work")
        try:
            took = [_seen(outbox, receiver, number) for number in range(times + 1)]
        finally:
            worker.kill()
            worker.wait()
        return max(took[1:])  # the first one waits for the worker to start


PLAYBOOK = """
[[playbooks]]
name = "win_back"
when = "churn_risk"
who = "orders > 0"
actions = ["coupon"]
offers = { coupon = "voucher" }
channel = "sms"
endpoint = "crm"
budget = 1
most_people = 1_000_000
[[offers]]
offer_id = "voucher"
name = "voucher"
starts = 2020-01-01
ends = 2099-12-31
"""


def breach(folder: Path, *, people: int, database: str = "") -> float:
    """Seconds from a published breach to the last of its messages accepted: pools filled, handed over, sent by a worker that waits."""
    receiver = Receiver()
    with serving(receiver) as url:
        workspace(folder, url, database=database, lease_seconds=30, timeout_ms=5000)
        toml = folder / "ltv.toml"
        rules = f"[strategy]\napprove_people = {people}\n"
        toml.write_text(toml.read_text(encoding="utf-8").replace("[strategy]\n", rules) + PLAYBOOK, encoding="utf-8")
        asked, today = settings.load(folder), start_of_run().date()
        results = folder / "data" / "results" / str(today)
        results.mkdir(parents=True)
        store("interventions", breached(people, asked, today), folder=results, run_id="r")
        worker = process(folder, "work")
        try:
            time.sleep(5)  # it has started, and waits
            start = time.perf_counter()
            queued = release(folder, asked, str(today)).queued
            while len(receiver.bodies) < queued:
                time.sleep(0.01)
            seconds = time.perf_counter() - start
        finally:
            worker.kill()
            worker.wait()
    print(f"a breach plans for {people:,} people: {queued:,} messages accepted")
    return seconds


def breached(people: int, asked: settings.Settings, today: dt.date) -> pd.DataFrame:
    """What is planned on a day on which churn risk has triggered."""
    then = pd.Timestamp(today) - pd.Timedelta(days=30)
    who = pd.DataFrame({"user_id": range(people), "orders": 1, "value_to_date": 9.0, "age": 20})
    who = who.assign(**dict.fromkeys(("registered_at", "first_order_at", "last_order_at"), then))
    who = who.assign(**dict.fromkeys(("gender", "city", "level", "acquisition_channel"), "a"))
    orders = pd.DataFrame({"user_id": [1], "ts": [then], "amount": [9.0], "status": ["paid"]})
    agreed = pd.DataFrame({"user_id": range(people), "channel": "sms", "granted": True, "ts": then})
    board = pd.DataFrame({"date": [today], "segment_kind": "all", "segment": "all", "indicator": "churn_risk"})
    known = {"health": board.assign(triggered=True), "consents": agreed, "rules": asked.strategy}
    return plan_interventions(who, orders, as_of=today, playbooks=asked.playbooks, **known).table


def _seen(outbox: Outbox, receiver: Receiver, number: int) -> float:
    outbox.enqueue([planned(number)])
    start = time.perf_counter()
    while len(receiver.bodies) <= number:
        time.sleep(0.005)
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--messages", type=int, default=10_000)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--postgres", action="store_true")
    given = parser.parse_args()
    os.environ[SECRET_ENV] = SECRET
    if given.postgres:
        sys.path.append(str(Path(__file__).parents[1] / "tests"))
        from support_servers import postgres_server

        with postgres_server() as url:
            measure(given, url)
    else:
        measure(given, "")


def measure(given: argparse.Namespace, database: str) -> None:
    name = "PostgreSQL" if database else "SQLite"
    with tempfile.TemporaryDirectory() as folder:
        speed = rate(Path(folder), messages=given.messages, workers=2, database=database)
        print(f"{name}, no faults, 2 workers: {speed:,.0f} messages/s (goal {GOAL_RATE})")
    if database:
        emptied(database)
    with tempfile.TemporaryDirectory() as folder:
        print(
            f"{name}, from the outbox to the receiver, worst of 20: {pickup(Path(folder), times=20, database=database):.2f} s"
        )
    if database:
        emptied(database)
    with tempfile.TemporaryDirectory() as folder:
        seconds = breach(Path(folder), people=5_000, database=database)
        print(f"{name}, from the published breach to the last message accepted: {seconds:.1f} s (goal 60)")
    if database:
        emptied(database)
    with tempfile.TemporaryDirectory() as folder:
        counts = drill(
            Path(folder), messages=given.messages, spare=given.messages // 5, kills=given.kills, database=database
        )
        told(name, counts)


def emptied(database: str) -> None:
    import psycopg

    with psycopg.connect(database, autocommit=True) as server:
        server.execute("DROP SCHEMA public CASCADE")
        server.execute("CREATE SCHEMA public")


if __name__ == "__main__":
    main()

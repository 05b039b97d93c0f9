"""The feature service with a real gRPC client in a process of its own: calls a second, how long they take, a switch under load.

    python benchmarks/features.py [--users 1000000] [--seconds 10] [--workers 1]

`closed` is callers that wait for each answer before they ask again; `paced` is calls at fixed moments whatever the
answers do, timed from the moment they were due. Other work on the machine is told as the load average, and as what the
server and the client waited for a core, which no program can do anything about: one pause of 50 ms in five seconds makes a
hundredth of paced calls late.
"""

import argparse
import itertools
import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread, Timer

import numpy as np
import pandas as pd

from ltv.lifetime.feature_catalogue import FEATURE
from ltv.serving import store as stores
from ltv.serving.messages import ONE, SERVICE, message
from ltv.serving.vectors import vectors
from ltv.serving.versions import Versions, check

HORIZONS = (30, 90, 180, 365)
STEP = 3  # between user ids


def made(users, seed):
    """Vectors of so many people, from tables as they are published."""
    rng = np.random.default_rng(seed)
    ids = np.arange(1, users + 1, dtype=np.int64) * STEP
    features = pd.DataFrame({"user_id": ids})
    for name, feature in FEATURE.items():
        values = rng.random(users) if feature.unit == "rate" else rng.lognormal(0, 1, users)
        values[rng.random(users) < 0.1] = np.nan
        features[name] = values
    scores = [
        pd.DataFrame({"user_id": ids, "horizon_days": days, "expected": rng.lognormal(3, 1, users), "p_purchase": 0.5})
        for days in HORIZONS
    ]
    some = ids[rng.random(users) < 0.6]
    churn = pd.DataFrame({"user_id": some, "probability": rng.random(len(some))})
    return vectors(features, scores=pd.concat(scores), churn=churn)


def _names(users):
    return (("member", f"M{n}", n * STEP) for n in range(1, users + 1))


def put(root, name, users, seed, *, use=True):
    versions = Versions(root)
    start = time.perf_counter()
    body = made(users, seed)
    vectors_at = time.perf_counter()
    with versions.writing():
        stores.write(
            versions.place(name),
            body,
            identifiers=_names(users),
            about={"version": name, "as_of": name[:10], "run_id": "-"},
        )
        written_at = time.perf_counter()
        check(versions.place(name), parquet=True)
        if use:
            versions.switch(name, keep=5)
    done = time.perf_counter()
    size = sum(f.stat().st_size for f in versions.place(name).iterdir()) / 2**20
    print(
        f"{name}: {users:,} people, {len(body.names)} features, {size:,.0f} MiB; vectors {vectors_at - start:.1f} s "
        f"(the made-up tables with them), written {written_at - vectors_at:.1f} s, checked and switched {done - written_at:.2f} s"
    )


def _client(port, users, callers, seconds, rate):
    """Latencies in seconds, and errors; with a rate the callers take turns at fixed moments."""
    import grpc

    request, answer = message(f"{ONE}Request"), message("UserFeatures")
    call = grpc.insecure_channel(f"127.0.0.1:{port}").unary_unary(
        f"/{SERVICE}/{ONE}", request_serializer=request.SerializeToString, response_deserializer=answer.FromString
    )
    took, errors, versions, turns = [], [], set(), itertools.count()

    def ask(since):
        try:
            told = call(request(user_id=random.randint(1, users) * STEP))
            versions.add((told.version, len(told.features)))
        except grpc.RpcError as error:
            errors.append(str(error.code()))
        took.append(time.perf_counter() - since)

    for _ in range(100):
        ask(0.0)
    took.clear()
    start, cpu_start = time.perf_counter(), time.process_time()

    def caller():
        while (now := time.perf_counter()) < start + seconds:
            if rate:
                due = start + next(turns) / rate
                if due > now:
                    time.sleep(due - now)
                now = due
            ask(now)

    threads = [Thread(target=caller) for _ in range(callers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    whole, busy = time.perf_counter() - start, time.process_time() - cpu_start
    return {
        "took": took,
        "errors": errors,
        "whole": whole,
        "versions": sorted(versions),
        "cpu": busy,
        "waited": waited(os.getpid()),
    }


def _switch(root, name):
    versions = Versions(root)
    with versions.writing():
        versions.switch(name, keep=5)


def measure(port, users, *, callers, seconds=10.0, rate=0.0, pid=0):
    command = [sys.executable, __file__, "--client", json.dumps([port, users, callers, seconds, rate])]
    before, load, stood = cpu(pid), os.getloadavg()[0], waited(pid)
    told = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    ms = np.array(told["took"]) * 1000
    how = f"{f'paced {rate:,.0f}/s' if rate else 'closed'}, {callers} callers"
    p50, p99 = np.percentile(ms, [50, 99])
    print(
        f"{how}: {len(ms) / told['whole']:,.0f} calls/s, p50 {p50:.2f} ms, p99 {p99:.2f} ms, longest {ms.max():.1f} ms, "
        f"{len(told['errors'])} errors; CPU a call {1e6 * (cpu(pid) - before) / len(ms):.0f} µs server, "
        f"{1e6 * told['cpu'] / len(ms):.0f} µs client; waited for a core {1e6 * (waited(pid) - stood) / len(ms):.0f} µs server, "
        f"{1e6 * told['waited'] / len(ms):.0f} µs client; load {load:.1f}"
    )
    return told


def _with_children(pid):
    return [pid, *map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())]


def waited(pid):
    """Seconds in which threads of a process and its children could have run and had no core; those that have ended are not counted."""
    tasks = [task for p in _with_children(pid) for task in Path(f"/proc/{p}/task").glob("*/schedstat")]
    return sum(int(task.read_text().split()[1]) for task in tasks) / 1e9


def cpu(pid):
    """CPU seconds of a process and its children."""
    pids = _with_children(pid)
    stats = [Path(f"/proc/{p}/stat").read_text().rpartition(")")[2].split() for p in pids]
    return sum(int(s[11]) + int(s[12]) for s in stats) / os.sysconf("SC_CLK_TCK")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--users", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--client", default="")
    options = parser.parse_args()
    if options.client:
        print(json.dumps(_client(*json.loads(options.client))))
        return
    with TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "ltv.toml").write_text("")
        put(root, "2026-06-29-a", options.users, 1)
        serve = [sys.executable, "-m", "ltv.cli", "features", "serve", "--workspace", folder, "--port", "0"]
        server = subprocess.Popen([*serve, "--workers", str(options.workers)], stdout=subprocess.PIPE, text=True)
        try:
            line = server.stdout.readline()
            print(line.strip())
            port = int(re.search(r":(\d+)", line)[1])
            time.sleep(3)
            terms = {"seconds": options.seconds, "pid": server.pid}
            for callers in (1, 2, 3, 4, 8):
                measure(port, options.users, callers=callers, **terms)
            for rate in (1_000, 1_500):
                measure(port, options.users, callers=8, rate=rate, **terms)
            put(root, "2026-06-30-b", options.users, 2, use=False)
            switch = Timer(options.seconds / 2, _switch, (root, "2026-06-30-b"))
            switch.start()
            told = measure(port, options.users, callers=3, **terms)
            switch.join()
            print(f"answers over the switch were from {told['versions']}")
            start = time.perf_counter()
            print(f"rollback {Versions(root).rollback()}: {time.perf_counter() - start:.2f} s")
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait()


if __name__ == "__main__":
    main()

"""From 10 M touches in parquet to the credit of 12 channels, and the same beside peers on fewer touches.

    python benchmarks/attribution_speed.py [TOUCHES] [PEER_TOUCHES]

A person has eight touches on average within 30 days, and one in twenty orders on the day after them. Reading the parquet is part
of every time; loading programs is part of none. The peers get their own environment and a parquet file of the very form that
each of them takes: marketing-attribution-models sorted touches with a mark where an order followed, ChannelAttribution and
shapley-attribution one row a journey. We find out which touches led to which order; that is no part of their time.
"""

import json
import subprocess
import sys
import tempfile
import venv
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from _measure import apart, best, measured, peak_mb

MEMORY_MB = 1_000  # of the engine; what Python holds comes on top
PEERS = ("ChannelAttribution", "marketing-attribution-models", "shapley-attribution")
NEEDED = ("matplotlib", "seaborn")  # ChannelAttribution imports them without saying so
# Case → seconds and MB that it may take at 10 M touches; a case is a function of the folder, below.
GOALS: dict[str, tuple[float, float | None]] = {
    "equal_credit": (6, 1024),
    "markov_1": (14, None),
    "incremental": (30, None),
}
RATIO_GOAL = 15

# One touch a number; what it is follows from hashes of the number, so that any machine makes the same ones. They are of texts:
# hashes of (i, 1) and (i, 2) are related.
TOUCHES = """
COPY (
    SELECT 'T' || lpad(i::VARCHAR, 9, '0') AS touch_id, (hash(i || 'a') >> 2)::BIGINT % ($touches // 8) AS user_id,
           TIMESTAMP '2026-03-01' + to_microseconds((hash(i || 'b') >> 2)::BIGINT % 2592000000000) AS ts,
           'channel ' || lpad(((hash(i || 'c') >> 2)::BIGINT % 12)::VARCHAR, 2, '0') AS channel,
           CASE WHEN hash(i || 'd') % 3 > 0 THEN 'campaign ' || (hash(i || 'e') % 4)::VARCHAR END AS campaign,
           ['impression', 'send', 'open', 'click'][1 + (hash(i || 'f') >> 2)::BIGINT % 4] AS kind
    FROM range($touches) AS numbers(i)
) TO $path (FORMAT parquet)
"""
ORDERS = """
COPY (
    SELECT 20 * i AS user_id, TIMESTAMP '2026-03-31' + to_microseconds((hash(i || 'a') >> 2)::BIGINT % 86400000000) AS ts,
           10 + (hash(i || 'b') % 10000)::DOUBLE / 100 AS amount, 'paid' AS status
    FROM range($touches // 160) AS numbers(i)
) TO $path (FORMAT parquet)
"""
# What peers take: one row a person, its channels in the order of time, and whether an order followed.
PATHS = """
COPY (
    SELECT t.user_id, string_agg(t.channel, ' > ' ORDER BY t.ts, t.touch_id) AS path, (t.user_id % 20 = 0)::INT AS won
    FROM read_parquet($touches) t GROUP BY t.user_id ORDER BY t.user_id
) TO $path (FORMAT parquet)
"""
ROWS = """
COPY (
    SELECT user_id, ts, channel,
           user_id % 20 = 0 AND row_number() OVER (PARTITION BY user_id ORDER BY ts DESC, touch_id DESC) = 1 AS won
    FROM read_parquet($touches) ORDER BY user_id, ts, touch_id
) TO $path (FORMAT parquet)
"""


def make(folder: Path, touches: int) -> dict[str, float]:
    import duckdb

    for name, text in (("touches", TOUCHES), ("orders", ORDERS)):
        duckdb.execute(text, {"touches": touches, "path": str(folder / f"{name}.parquet")})
    return {}


def make_for_peers(folder: Path) -> dict[str, float]:
    import duckdb

    for name, text in (("paths", PATHS), ("rows", ROWS)):
        given = {"touches": str(folder / "touches.parquet"), "path": str(folder / f"{name}.parquet")}
        duckdb.execute(text, given)
    return {}


def _tables(folder: Path) -> Any:
    from ltv.warehouse.duck import DuckEngine
    from ltv.warehouse.table import Table

    engine = DuckEngine(memory_mb=MEMORY_MB)
    for name in ("touches", "orders"):
        engine.attach(name, [folder / f"{name}.parquet"])
    engine.lock()
    return Table(engine, "orders"), Table(engine, "touches")


def _credit(orders: Any, touches: Any, method: str) -> Any:
    from ltv.attribution.descriptive import descriptive
    from ltv.attribution.given import Ground

    lookback_days = 8 if method == "incremental" else 31
    ground = Ground.of(orders, touches, as_of=date(2026, 3, 31), window_days=31, lookback_days=lookback_days)
    return ground, _incremental(ground) if method == "incremental" else descriptive(ground, methods=[method])


def _incremental(ground: Any) -> Any:
    """Credit with its intervals; nothing where there is too little."""
    import pandas as pd

    from ltv.attribution import credit
    from ltv.attribution.learn import Sources, learn

    learned = learn(ground, Sources(), timezone="UTC")
    if learned.effects is None:
        return pd.DataFrame()
    parts, outcomes = credit.parts_of(learned, seed=0), credit.outcomes_of(ground)
    rows = credit.rows_of(ground, learned.user_id)
    return credit.credits_of(parts, rows, outcomes, learned.user_id, ground.channels, seed=0)


def _load(method: str) -> None:
    """Load all programs: the same work on one touch."""
    import pandas as pd

    at = pd.DataFrame({"user_id": [1], "ts": [pd.Timestamp("2026-03-31")]})
    _credit(at.assign(amount=1.0, status="paid"), at.assign(channel="a", campaign="", kind="click"), method)


def by(method: str) -> Callable[[Path], dict[str, Any]]:
    """The case of a descriptive method."""

    def case(folder: Path) -> dict[str, Any]:
        outcome: dict[str, Any] = {}

        def work() -> None:
            ground, told = _credit(*_tables(folder), method)
            told = told[told["segment_kind"] == "all"]
            rows = told[(told["campaign"] == "all") & (told["outcome"] == "conversions")]
            outcome.update(credit=dict(zip(rows["channel"], rows["credit"], strict=True)), touches=ground.told["read"])

        figures: dict[str, Any] = measured(work, lambda: _load(method))
        return figures | outcome | {"peak_mb": peak_mb()}

    return case


def _peer(work: Callable[[], dict[str, float]]) -> dict[str, Any]:
    outcome: dict[str, float] = {}
    figures: dict[str, Any] = measured(lambda: outcome.update(work()))
    return figures | {"credit": outcome, "peak_mb": peak_mb()}


def marketing_attribution_models(folder: Path) -> dict[str, Any]:
    import pandas as pd
    from mam import MAM

    def work() -> dict[str, float]:
        rows = pd.read_parquet(folder / "rows.parquet")
        names = {"channels_colname": "channel", "journey_with_conv_colname": "won", "datetime_colname": "ts"}
        model = MAM(rows, format_type="format_1", user_id_colname="user_id", **names)
        model.run_shapley(max_size=12, value_column="conversions")
        return {}

    return _peer(work)


def channel_attribution(folder: Path) -> dict[str, Any]:
    import ChannelAttribution
    import pandas as pd

    def work() -> dict[str, float]:
        paths = pd.read_parquet(folder / "paths.parquet")
        terms = {"sep": ">", "flg_pro": False, "verbose": False, "seed": 1}
        found = ChannelAttribution.markov_model(
            paths.assign(lost=1 - paths["won"]), "path", "won", var_null="lost", **terms
        )
        return dict(zip(found["channel_name"], found["total_conversions"], strict=True))

    return _peer(work)


def shapley_attribution(folder: Path) -> dict[str, Any]:
    import pandas as pd
    from shapley_attribution.models import SimplifiedShapleyAttribution

    def work() -> dict[str, float]:
        paths = pd.read_parquet(folder / "paths.parquet")
        journeys = [path.split(" > ") for path in paths["path"]]
        fitted = SimplifiedShapleyAttribution(normalize=False).fit(journeys, paths["won"].to_numpy())
        return {str(name): float(value) for name, value in fitted.attribution_.items()}

    return _peer(work)


def _environment(folder: Path) -> str | None:
    """A Python of its own with the peers; None where they cannot be had."""
    venv.create(folder, with_pip=True)
    python = str(folder / "bin" / "python")
    command = [python, "-m", "pip", "install", "--quiet", *PEERS, *NEEDED]
    done = subprocess.run(command, capture_output=True, check=False)
    return None if done.returncode else python


def _told(found: dict[str, Any]) -> str:
    return f"{found['wall_s']:.1f} s, {found['cpu_s']:.1f} CPU s, {found['mb']:.0f} MB"


def beside_peers(folder: Path, touches: int) -> None:
    apart(__file__, "make", str(folder), str(touches))
    apart(__file__, "make_for_peers", str(folder))
    ours = {name: best(__file__, name, str(folder)) for name in ("equal_credit", "markov_1")}
    python = _environment(folder / "peers")
    if python is None:
        print(f"the peers are not here and cannot be installed: {', '.join(PEERS)}")
        return
    print(f"{touches:,} touches: equal_credit {_told(ours['equal_credit'])}; markov_1 {_told(ours['markov_1'])}")
    pairs = {
        "marketing_attribution_models": "equal_credit",
        "shapley_attribution": "equal_credit",
        "channel_attribution": "markov_1",
    }
    for peer, case in pairs.items():
        done = subprocess.run([python, __file__, peer, str(folder)], capture_output=True, text=True, check=False)
        if done.returncode:
            print(f"{peer} failed: {done.stderr.strip().splitlines()[-1]}")
            continue
        found = json.loads(done.stdout.splitlines()[-1])
        goal = f" (goal {RATIO_GOAL})" if peer == "marketing_attribution_models" else ""
        ratio = {unit: found[unit] / ours[case][unit] for unit in ("wall_s", "cpu_s")}
        print(f"{peer}: {_told(found)}; {ratio['wall_s']:.1f} times {case} in time, {ratio['cpu_s']:.1f} in CPU{goal}")
        _compare(found["credit"], ours[case]["credit"])  # type: ignore[arg-type]


def _compare(theirs: dict[str, float], ours: dict[str, float]) -> None:
    if theirs:
        total = sum(ours.values())
        apart_most = max(abs(theirs[name] - ours[name]) for name in theirs) / total
        print(f"    the largest difference of a channel: {apart_most:.2e} of all conversions", flush=True)


def main() -> None:
    touches, few = (int(x) for x in (sys.argv[1:3] if len(sys.argv) > 2 else ("10000000", "1000000")))
    with tempfile.TemporaryDirectory() as folder:
        apart(__file__, "make", folder, str(touches))
        for name, (seconds, memory) in GOALS.items():
            found = best(__file__, name, folder)
            goal = f"{seconds:g} s" + (f", {memory:g} MB" if memory else "")
            print(f"{name}, {touches:,} touches: {_told(found)} (goal {goal})", flush=True)
        beside_peers(Path(folder), few)


CASES: dict[str, Callable[[Path], dict[str, Any]]] = {
    "equal_credit": by("equal_credit"),
    "markov_1": by("markov_1"),
    "incremental": by("incremental"),
    "make_for_peers": make_for_peers,
    "marketing_attribution_models": marketing_attribution_models,
    "channel_attribution": channel_attribution,
    "shapley_attribution": shapley_attribution,
}

if __name__ == "__main__":
    if len(sys.argv) > 2 and sys.argv[1] == "make":
        print(json.dumps(make(Path(sys.argv[2]), int(sys.argv[3]))))
    elif len(sys.argv) > 2 and sys.argv[1] in CASES:
        print(json.dumps(CASES[sys.argv[1]](Path(sys.argv[2]))))
    else:
        main()

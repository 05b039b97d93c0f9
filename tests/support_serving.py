"""A workspace with published tables of some made-up people, and a server of its features."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd

from ltv.lifetime.feature_catalogue import FEATURE
from ltv.runs.publish import seal, switch
from ltv.workspace.store import store

HORIZONS = (30, 90)


def tables(users: int = 20, seed: int = 0, *, scores: bool = True) -> dict[str, pd.DataFrame]:
    """Result tables of users 10, 20, 30, …, each called ("member", "M10") and so on."""
    rng = np.random.default_rng(seed)
    ids = np.arange(1, users + 1) * 10
    at = pd.Timestamp("2026-07-01")
    features = pd.DataFrame({"user_id": ids, "as_of": at})
    for name, feature in FEATURE.items():
        values = rng.random(users) if feature.unit == "rate" else rng.lognormal(1, 1, users)
        values[rng.random(users) < 0.2] = np.nan
        features[name] = values
    names = pd.DataFrame({"id_type": "member", "id_value": [f"M{i}" for i in ids], "user_id": ids})
    names = names.assign(valid_from=at, valid_to=pd.NaT, confidence=1.0, rule="account")
    made = {"sequence_features": features, "user_ids": names}
    if scores:
        parts = [
            pd.DataFrame({"user_id": ids, "horizon_days": days, "expected": rng.lognormal(3, 1, users)})
            for days in HORIZONS
        ]
        value = pd.concat(parts, ignore_index=True).assign(
            as_of=at, p_purchase=0.5, low=0.0, median=1.0, high=9.0, decile=5, value_to_date=1.0
        )
        made["ltv_scores"] = value.assign(basis="model", model_version="v1")
        some = ids[::2]
        made["churn_scores"] = pd.DataFrame(
            {"user_id": some, "as_of": at, "probability": rng.random(len(some)), "days_since_last": 1}
        ).assign(visit_days_180=3, expected=1.0, value_at_risk=0.5)
    return made


def published(root: Path, date: str = "2026-06-30", run: str = "a", **terms: object) -> Path:
    """Publish made-up tables for a date; the folder of its results."""
    root.mkdir(parents=True, exist_ok=True)
    if not (root / "ltv.toml").exists():
        (root / "ltv.toml").write_text('timezone = "UTC"\n')
    folder = root / "data" / "runs" / f"{date}-{run}" / "results"
    folder.mkdir(parents=True)
    for name, frame in tables(**terms).items():  # type: ignore[arg-type]
        store(name, frame, folder=folder, run_id=folder.parent.name)
    seal(folder.parent)
    switch(root, date, folder.parent.name)
    return folder


@contextmanager
def serving(root: Path, *more: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """Run `ltv features serve` until the block ends; the process and its port."""
    command = [sys.executable, "-m", "ltv.cli", "features", "serve", "--workspace", str(root), "--port", "0", *more]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        assert server.stdout is not None
        line = server.stdout.readline()
        yield server, int(line.split(" on ")[1].split(",")[0].rpartition(":")[2])
    finally:
        server.terminate()
        server.wait(20)

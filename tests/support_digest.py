"""Published dates for the tests of the digest: health boards and plans of any size, stored as a run stores them."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks._receiver import Receiver
from ltv.digest.told import Told, told
from ltv.health.board import COLUMNS
from ltv.settings import Settings, parse
from ltv.workspace.store import store

DATE = "2026-06-30"
ROBOT = {"name": "team", "kind": "robot", "url": "http://127.0.0.1:9/send"}
MAIL = {
    "name": "mail",
    "kind": "email",
    "host": "127.0.0.1",
    "sender": "ltv@example.com",
    "recipients": ["a@example.com"],
}
_UNITS = {
    "churn_risk": (0.12, 0.15, "above"),
    "benefit_depth": (2.1, 1.8, "below"),
    "referral_effective": (0.5, 0.45, "below"),
}


def settings_of(*endpoints: dict[str, Any], digest: Sequence[str] = ("team", "mail"), **more: Any) -> Settings:
    body = {"endpoints": list(endpoints or (ROBOT, MAIL)), "dispatch": {"digest": list(digest)} | more}
    return parse({"timezone": "UTC", "languages": ["zh", "en"]} | body)


def board(
    date: str = DATE, segments: Sequence[str] = (), bad: Sequence[str] = (), triggered: Sequence[str] = (), **more: Any
) -> pd.DataFrame:
    """Ten days of the core indicators, for everybody and in cities; `bad` and `triggered` on the last day.

    Args:
        date: the last day.
        segments: cities, in each of which churn risk triggers on the last day.
        bad: indicators that are beyond their threshold since the day before in the whole base.
        triggered: indicators that trigger in the whole base.
        **more: columns that are the same in every row of the last day.
    """
    days = [dt.date.fromisoformat(date) - dt.timedelta(days=n) for n in range(9, -1, -1)]
    rows = []
    for name, (value, threshold, side) in _UNITS.items():
        for kind, segment in (("all", "all"), *(("city", s) for s in segments if name == "churn_risk")):
            for day in days:
                is_last = day == days[-1]
                is_bad = ((name in bad and kind == "all") or kind == "city") and day >= days[-2]
                now = (2 * threshold if side == "above" else threshold / 2) if is_bad else value
                row = {
                    "date": day, "segment_kind": kind, "segment": segment, "indicator": name, "value": now, "threshold": threshold,
                    "bad_side": side, "breached": is_bad, "days_breached": (day - days[-2]).days + 1 if is_bad else 0,
                    "triggered": is_last and ((name in triggered and kind == "all") or kind == "city"), "known": True,
                    "expected_low": np.nan, "expected_high": np.nan, "people": 100.0, "episode_start": pd.NaT, "why_unknown": "",
                }  # fmt: skip
                rows.append(row | (more if is_last else {}))
    return pd.DataFrame(rows)[list(COLUMNS)]


def plans(*books: tuple[str, str, int], date: str = DATE) -> pd.DataFrame:
    """Plans of playbooks: name, state and people of each."""
    said = [
        {
            "date": dt.date.fromisoformat(date), "playbook": name, "title_zh": name, "title_en": name, "speaks": True, "plan": f"{date}/{name}", "state": state, "why_zh": "每天",
            "why_en": "every day", "found": n, "left_out": 0, "people": n, "control": n // 10, "cost": 2.0 * n, "budget": 1e6,
            "gain": None, "gain_low": None, "gain_high": None,
        }
        for name, state, n in books
    ]  # fmt: skip
    return pd.DataFrame(said)


def published(
    root: Path, health: pd.DataFrame | None = None, planned: pd.DataFrame | None = None, *, date: str = DATE
) -> Path:
    """Store the tables of a date as if a run had published them."""
    folder = root / "data" / "results" / date
    folder.mkdir(parents=True)
    store("health", board(date) if health is None else health, folder=folder, run_id="r")
    if planned is not None and len(planned):
        store("strategy_plans", planned, folder=folder, run_id="r")
    return root


def said(root: Path, settings: Settings | None = None, date: str = DATE) -> Told:
    return told(root, settings or settings_of(), date)


def robot_receiver() -> tuple[Receiver, list[dict[str, Any]]]:
    """A receiver that takes what a robot is sent, and the list of it."""
    taken: list[dict[str, Any]] = []

    def answer(handler: Any) -> bool:
        taken.append(json.loads(handler.body))
        body = b'{"errcode":0}'
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)
        return True

    receiver = Receiver()
    receiver.answer = answer
    return receiver, taken

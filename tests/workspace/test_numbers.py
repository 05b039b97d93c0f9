"""A workspace with many rows numbers identifiers by a dictionary, and shows the same as one with few."""

import pandas as pd
from support_people import event, link, shop
from support_workspace import at

from ltv.workspace import prepare


def shown(root):
    ws = at(root, "2026-06-30")
    frames = {name: getattr(ws, name).frame() for name in ("orders", "events", "links", "user_ids")}
    ws.close()
    return frames


def test_many_rows_give_the_people_that_few_rows_give(tmp_path, monkeypatch):
    rows = {
        "links": [link(f"2026-06-0{d} 10:00:00", "d", m) for d, m in ((5, "M1"), (7, "M2"))],
        "events": [event(n, f"2026-06-0{n} 12:00:00", "device", v) for n, v in ((4, "d"), (5, ""), (6, "é"), (8, "d"))],
    }
    few = shown(shop(tmp_path / "few", **rows))
    monkeypatch.setattr(prepare, "_MANY_ROWS", 0)
    many = shown(shop(tmp_path / "many", **rows))
    for name, frame in few.items():
        own = [c for c in frame.columns if not c.startswith("_")]
        pd.testing.assert_frame_equal(frame[own], many[name][own])

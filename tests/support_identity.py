"""Small worlds of identifiers and links: what stitching is tested on, at once and piece by piece."""

from __future__ import annotations

from datetime import datetime, timedelta

import pandas as pd
import pyarrow as pa
from hypothesis import strategies as st

from ltv.settings import Identity

SETTINGS = Identity(
    junk=("", "0000"),
    strength=("member", "openid", "phone_hmac", "device"),
    limits={"member": 1},
    max_neighbours={"phone_hmac": 4, "device": 6},
    most_neighbours=9,
    passed_on=("phone_hmac",),
    public_after=2,
    public_minutes=0.3,
)
START = datetime(2026, 6, 1)
_TYPES = ("member", "openid", "phone_hmac", "device", "cookie")

MEMBER, OPENID, PHONE, DEVICE = range(4)  # kinds of the worlds in numbers

Name = tuple[str, str]
Link = tuple[Name, Name, int]


def moment(seconds: int) -> datetime:
    return START + timedelta(seconds=seconds)


@st.composite
def links(draw: st.DrawFn, *, most: int = 40, types: tuple[str, ...] = _TYPES) -> list[Link]:
    """Draw links of a few identifiers: hubs, tablets, kiosks, recycled numbers, junk, links with oneself, ties of all kinds."""
    names = [(kind, value) for kind in types for value in "abcd"] + [("device", "0000"), ("openid", "")]
    some = st.sampled_from(names)
    return draw(st.lists(st.tuples(some, some, st.integers(0, 60)), max_size=most))


def first_seen(rows: list[Link]) -> dict[Name, int]:
    seen: dict[Name, int] = {}
    for one, other, at in rows:
        for name in (one, other):
            seen[name] = min(at, seen.get(name, at))
    return seen


def as_numbered(rows: list[Link], numbers: dict[Name, int], seen: dict[Name, int]) -> tuple[pa.Table, pa.Table]:
    """Give the tables `identifiers` and `links` that identity reads."""
    names = sorted(seen, key=lambda name: numbers[name])
    identifiers = pa.table(
        {
            "node": pa.array([numbers[n] for n in names], pa.int64()),
            "id_type": pa.array([n[0] for n in names], pa.string()),
            "id_value": pa.array([n[1] for n in names], pa.string()),
            "first_seen": pa.array([moment(seen[n]) for n in names], pa.timestamp("us")),
        }
    )
    linked = pa.table(
        {
            "_node": pa.array([numbers[a] for a, _, _ in rows], pa.int64()),
            "_linked_node": pa.array([numbers[b] for _, b, _ in rows], pa.int64()),
            "ts": pa.array([moment(at) for _, _, at in rows], pa.timestamp("us")),
        }
    )
    return identifiers, linked


def by_arrival(rows: list[Link], known: dict[Name, int] | None = None) -> dict[Name, int]:
    """Number identifiers as a ledger does: the known ones keep theirs, others follow from the one seen first."""
    numbers = dict(known or {})
    seen = first_seen(rows)
    for name in sorted(set(seen) - set(numbers), key=lambda n: (seen[n], n)):
        numbers[name] = len(numbers) + 1
    return numbers


def named_after_the_oldest(table: pd.DataFrame) -> pd.DataFrame:
    """Give `user_ids` with people named after their own identifiers, so that the numbers they were given do not matter."""
    key = table["id_type"] + ":" + table["id_value"]
    named = key.groupby(table["user_id"]).agg(lambda keys: "+".join(sorted(set(keys))))
    wanted = table.assign(user_id=table["user_id"].map(named)).drop(columns="node", errors="ignore")
    return wanted.sort_values(["id_type", "id_value", "valid_from"], ignore_index=True)


@st.composite
def worlds(draw):
    """Draw a few identifiers of all kinds, some junk, some hubs, links in any order with clocks that are off."""
    n = draw(st.integers(1, 12))
    some = st.lists(
        st.tuples(st.integers(0, n - 1), st.integers(0, n - 1), st.integers(-5, 60).map(lambda x: x * 10**9)),
        max_size=30,
    )
    return {
        "kind": draw(st.lists(st.integers(0, 3), min_size=n, max_size=n)),
        "rows": draw(some),
        "first_seen": sorted(draw(st.lists(st.integers(0, 50 * 10**9), min_size=n, max_size=n))),
        "junk": draw(st.sets(st.integers(0, n - 1), max_size=2)),
        "caps": draw(st.sampled_from([(99, 99, 99, 99), (9, 9, 3, 4)])),
        "public_after": draw(st.sampled_from([2, 6])),
    }

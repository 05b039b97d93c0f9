"""What a recommender is told: users by the shop's own number for them, articles, and what users did with articles."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import pandas as pd
import pyarrow as pa
from sqlglot import exp

from ltv import sql
from ltv.contract.orders import is_purchase
from ltv.errors import MissingTableError

if TYPE_CHECKING:
    from ltv.settings.serving import Gorse
    from ltv.warehouse.duck import DuckEngine
    from ltv.workspace.workspace import Workspace

_ROOM = "ltv.serving"
TOLD = "gorse feedback"
BANDS = ((9, "value_9_10"), (7, "value_7_8"), (4, "value_4_6"), (1, "value_1_3"))  # least decile of each
_REFUSED = "/"  # stands in the addresses of Gorse's API
Row = dict[str, Any]


class Rows(Protocol):
    """Rows that can be counted, and gone through again and again in the same order."""

    def __len__(self) -> int:
        """How many there are."""

    def __iter__(self) -> Iterator[Row]:
        """The rows."""


@dataclass(frozen=True)
class GorseRows:
    """What is pushed, in the order in which it is.

    Attributes:
        users: UserId, Labels.
        items: ItemId, Categories, Labels, Timestamp, IsHidden.
        feedback: FeedbackType, UserId, ItemId, Timestamp; one of a kind, user and article, the last.
        left_out: how many were left out, by why.
    """

    users: Rows
    items: Rows
    feedback: Rows
    left_out: Counter[str] = field(default_factory=Counter)


def gorse_rows(ws: Workspace, how: Gorse) -> GorseRows:
    """Collect what a recommender is told, as of the workspace's date; the workspace must stay open until feedback was gone through.

    Nobody is told by a phone number or an e-mail address, raw or hashed, unless `id_type` says so. Labels are value bands
    and the workspace's own segments.

    Args:
        ws: the workspace.
        how: the settings.
    """
    left_out: Counter[str] = Counter()
    names = _names(ws, how.id_type, left_out)
    items = _items(ws, left_out)
    known = {item["ItemId"] for item in items}
    users = [{"UserId": name, "Labels": labels} for name, labels in _labelled(ws, names)]
    return GorseRows(users, items, _feedback(ws, how, names, known, left_out), left_out)


def _names(ws: Workspace, id_type: str, left_out: Counter[str]) -> dict[int, str]:
    rows = ws.engine.frame(sql.load(_ROOM, "gorse_names", tables={"user_ids": "user_ids"}), {"id_type": id_type})
    first = rows[rows["place"] == 1].sort_values("user_id")
    names = dict(zip(first["user_id"].astype("int64").tolist(), first["id_value"].tolist(), strict=True))
    odd = {i for i, name in names.items() if not name or _REFUSED in name}
    left_out["users whose identifier holds a /"] += len(odd)
    return {i: name for i, name in names.items() if i not in odd}


def _labelled(ws: Workspace, names: dict[int, str]) -> list[tuple[str, list[str]]]:
    """Name and labels of each person, in the order of names."""
    labels: dict[int, list[str]] = {}
    try:
        scores = ws.result("ltv_scores")
    except MissingTableError:
        scores = pd.DataFrame({"user_id": [], "horizon_days": [], "decile": []})
    longest = scores[scores["horizon_days"] == scores["horizon_days"].max()]
    for user_id, decile in zip(longest["user_id"], longest["decile"], strict=True):
        labels.setdefault(int(user_id), []).append(next(band for least, band in BANDS if decile >= least))
    segments = ws.user_segments.frame().sort_values(["user_id", "segment_kind", "segment"])
    for user_id, kind, name in segments[["user_id", "segment_kind", "segment"]].itertuples(index=False):
        labels.setdefault(int(user_id), []).append(f"{kind}:{name}")
    return sorted((name, labels.get(i, [])) for i, name in names.items())


def _items(ws: Workspace, left_out: Counter[str]) -> list[Row]:
    tables = {name: name for name in ("events", "orders", "order_items")}
    rows = ws.engine.frame(sql.load(_ROOM, "gorse_items", tables=tables), {"until": ws.as_of})
    odd = rows["sku"].str.contains(_REFUSED, regex=False) | (rows["sku"] == "")
    left_out["articles whose number holds a /"] += rows.loc[odd, "sku"].nunique()
    rows = rows[~odd]
    first = rows.groupby("sku")["first_at"].min()
    told = rows.dropna(subset=["category"]).sort_values(["sku", "times", "category"], ascending=[True, False, True])
    one = told.drop_duplicates("sku")
    category: dict[Any, str] = dict(zip(one["sku"], one["category"], strict=True))
    made = []
    for sku, at in first.sort_index().items():
        of = [category[sku]] if sku in category else []
        made.append({"ItemId": sku, "IsHidden": False, "Categories": of, "Labels": of, "Timestamp": _stamp(at)})
    return made


def _feedback(ws: Workspace, how: Gorse, names: dict[int, str], items: set[str], left_out: Counter[str]) -> Feedback:
    span = {"since": ws.as_of - dt.timedelta(days=how.days), "until": ws.as_of}
    engine = ws.engine
    engine.materialise("gorse acts", sql.load(_ROOM, "gorse_acts", tables={"events": "events"}), span)
    columns = {"is_purchase": is_purchase({name: sql.column(name) for name in ("amount", "status")})}
    tables = {name: name for name in ("orders", "order_items")}
    engine.materialise("gorse bought", sql.load(_ROOM, "gorse_purchases", tables=tables, columns=columns), span)
    known = {"user_id": pa.array(names, pa.int64()), "name": pa.array(names.values(), pa.string())}
    engine.register("gorse names", pa.table(known))
    engine.register("gorse skus", pa.table({"sku": pa.array(sorted(items), pa.string())}))
    engine.register("gorse kinds", pa.table({"kind": pa.array(dict.fromkeys(how.feedback), pa.string())}))
    there = {name: f"gorse {name}" for name in ("acts", "bought", "names", "kinds")}
    nameless = int(engine.scalar(sql.load(_ROOM, "gorse_nameless", tables=there)))
    left_out[f"acts of people without a {how.id_type} identifier"] += nameless
    engine.materialise(TOLD, sql.load(_ROOM, "gorse_feedback", tables=there | {"skus": "gorse skus"}))
    return Feedback(engine)


@dataclass(frozen=True)
class Feedback:
    """What users did with articles, read from the engine as often as it is gone through: all of it may be more than memory holds.

    Attributes:
        engine: where it stands; nothing else may be asked there until the last row.
    """

    engine: DuckEngine

    def __len__(self) -> int:
        """How many rows there are."""
        return int(self.engine.scalar(exp.select("count(*)").from_(sql.table(TOLD))))

    def __iter__(self) -> Iterator[Row]:
        """The rows, in the order of users, articles and kinds."""
        query = exp.select("kind", "name", "sku", "at").from_(sql.table(TOLD)).order_by("name", "sku", "kind")
        for batch in self.engine.batches(query):
            for row in batch.to_pylist():
                yield {
                    "FeedbackType": row["kind"],
                    "UserId": row["name"],
                    "ItemId": row["sku"],
                    "Timestamp": _stamp(row["at"]),
                }


def _stamp(at: dt.datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%S}Z"

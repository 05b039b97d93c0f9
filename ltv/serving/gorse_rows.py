"""What a recommender is told: users by the shop's own number for them, articles, and what users did with articles."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd

from ltv import sql
from ltv.contract.orders import is_purchase
from ltv.errors import MissingTableError

if TYPE_CHECKING:
    from ltv.settings.serving import Gorse
    from ltv.workspace.workspace import Workspace

_ROOM = "ltv.serving"
PURCHASE = "purchase"
BANDS = ((9, "value_9_10"), (7, "value_7_8"), (4, "value_4_6"), (1, "value_1_3"))  # least decile of each
_REFUSED = "/"  # stands in the addresses of Gorse's API
Row = dict[str, Any]


@dataclass(frozen=True)
class GorseRows:
    """What is pushed, in the order in which it is.

    Attributes:
        users: UserId, Labels.
        items: ItemId, Categories, Labels, Timestamp, IsHidden.
        feedback: FeedbackType, UserId, ItemId, Timestamp; one of a kind, user and article, the last.
        left_out: how many were left out, by why.
    """

    users: list[Row]
    items: list[Row]
    feedback: list[Row]
    left_out: Counter[str] = field(default_factory=Counter)


def gorse_rows(ws: Workspace, how: Gorse) -> GorseRows:
    """Collect what a recommender is told, as of the workspace's date.

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


def _feedback(
    ws: Workspace, how: Gorse, names: dict[int, str], items: set[str], left_out: Counter[str]
) -> list[Row]:  # fmt: skip
    span = {"since": ws.as_of - dt.timedelta(days=how.days), "until": ws.as_of}
    acts = ws.engine.frame(sql.load(_ROOM, "gorse_acts", tables={"events": "events"}), span)
    columns = {"is_purchase": is_purchase({name: sql.column(name) for name in ("amount", "status")})}
    tables = {name: name for name in ("orders", "order_items")}
    bought = ws.engine.frame(sql.load(_ROOM, "gorse_purchases", tables=tables, columns=columns), span)
    both = pd.concat([acts[acts["kind"] != PURCHASE], bought.assign(kind=PURCHASE)], ignore_index=True)
    both = both[both["kind"].isin(how.feedback)]
    both = both.assign(name=both["user_id"].map(names))
    nameless = both["name"].isna()
    left_out[f"acts of people without a {how.id_type} identifier"] += int(nameless.sum())
    both = both[~nameless & both["sku"].isin(items)].sort_values(["name", "sku", "kind"])
    return [
        {"FeedbackType": kind, "UserId": name, "ItemId": sku, "Timestamp": _stamp(at)}
        for kind, name, sku, at in both[["kind", "name", "sku", "at"]].itertuples(index=False)
    ]


def _stamp(at: pd.Timestamp) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%S}Z"

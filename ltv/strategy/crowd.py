"""Everybody a playbook may speak of, whom the shop may contact, and how often it has."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from sqlglot import exp

from ltv import sql
from ltv.errors import UsageError, found
from ltv.settings.expressions import condition
from ltv.settings.playbooks import PEOPLE_COLUMNS
from ltv.warehouse.given import require
from ltv.warehouse.local_time import micros

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ltv.settings.playbooks import Playbook
    from ltv.warehouse.engine import Engine

_ROOM = "ltv.strategy"
_VIEW = "strategy people"
_NO_SCORES = {"expected": "float64", "p_purchase": "float64", "decile": "int64"}
_NO_CHURN = {"probability": "float64", "days_since_last": "float64"}
KEPT = ("expected", "churn_probability", "decile")  # of each person that is planned for


@dataclass(frozen=True)
class Crowd:
    """People, consents and contacts, in an engine.

    Attributes:
        engine: where they are.
        columns: what may be asked of people.
        consents: user_id and channel of those who agreed.
        contacts: how often people were written to lately, by user_id.
    """

    engine: Engine
    columns: tuple[str, ...]
    consents: pd.DataFrame
    contacts: pd.Series[int]

    @classmethod
    def of(
        cls,
        engine: Engine,
        names: Mapping[str, str],
        *,
        scores: pd.DataFrame | None,
        churn: pd.DataFrame | None,
        kinds: Sequence[str],
        until: datetime,
        cap_days: int,
    ) -> Crowd:
        """Read them.

        Args:
            engine: with the tables.
            names: people, and consents, touches, segments where they are there.
            scores: user_id, expected, p_purchase, decile: of one horizon.
            churn: user_id, probability, days_since_last.
            kinds: kinds of segments; each is a column.
            until: the as-of instant.
            cap_days: days whose contacts are counted.
        """
        require(
            "people", engine.columns(names["people"]), "user_id", "registered_at", "first_order_at", "last_order_at"
        )
        told = {"scores": _told(scores, _NO_SCORES), "churn": _told(churn, _NO_CHURN)}
        for name, frame in told.items():
            engine.register(f"strategy {name}", frame)
        tables = {"people": names["people"], "scores": "strategy scores", "churn": "strategy churn"}
        tree = sql.load(_ROOM, "people", tables=tables)
        engine.materialise(_VIEW, _with_segments(tree, names.get("segments"), kinds), {"as_of_us": micros(until)})
        consents, contacts = pd.DataFrame({"user_id": [], "channel": []}), pd.Series(dtype="int64")
        if "consents" in names:
            asked = sql.load(_ROOM, "consented", tables={"consents": names["consents"]})
            consents = engine.frame(asked, {"until": until})
        if "touches" in names:
            asked = sql.load(_ROOM, "contacts", tables={"touches": names["touches"]})
            rows = engine.frame(asked, {"since": until - timedelta(days=cap_days), "until": until})
            contacts = rows.set_index("user_id")["contacts"].astype("int64")
        return cls(engine, (*PEOPLE_COLUMNS, *kinds), consents, contacts)

    def who(self, playbook: Playbook) -> pd.DataFrame:
        """People for whom a playbook's condition holds, in its order: user_id, registered_at, expected, churn_probability, decile.

        Raises:
            UsageError: the condition cannot be evaluated.
        """
        place = f"ltv.toml [[playbooks]] {playbook.name} who"
        tree = condition(place, playbook.who, self.columns)
        asked = exp.select(*(sql.column(name) for name in ("user_id", "registered_at", *KEPT))).from_(sql.table(_VIEW))
        order = exp.Ordered(this=sql.column(playbook.order_by), desc=True, nulls_first=False)
        try:
            return self.engine.frame(asked.where(tree).order_by(order, sql.column("user_id")))
        except Exception as error:  # each engine has its own
            why = " ".join(str(error).split("\nLINE")[0].split())
            raise UsageError(f"{found(place, playbook.who, 'a condition on people')} ({why[:200]})") from None

    def may_contact(self, user_id: pd.Series[int], channel: str) -> np.ndarray:
        """Whether each person has agreed to a channel."""
        agreed = self.consents.loc[self.consents["channel"] == channel, "user_id"]
        return user_id.isin(agreed).to_numpy()


def _told(frame: pd.DataFrame | None, columns: Mapping[str, str]) -> pd.DataFrame:
    if frame is None:
        frame = pd.DataFrame(
            {"user_id": pd.Series(dtype="int64")} | {n: pd.Series(dtype=t) for n, t in columns.items()}
        )
    return frame[["user_id", *columns]]


def _with_segments(tree: exp.Query, segments: str | None, kinds: Sequence[str]) -> exp.Query:
    """Add a column for each kind of segments."""
    whole = tree.subquery("p")
    if segments is None or not kinds:
        none = [exp.alias_(exp.cast(exp.null(), "VARCHAR"), kind, quoted=True) for kind in kinds]
        return exp.select("p.*", *none).from_(whole)
    parts = []
    for kind in kinds:
        mine = exp.EQ(this=sql.column("segment_kind"), expression=exp.Literal.string(kind))
        case = exp.Case().when(mine, sql.column("segment"))
        parts.append(exp.alias_(exp.Max(this=case), kind, quoted=True))
    told = exp.select("user_id", *parts).from_(sql.table(segments)).group_by("user_id").subquery("g")
    named = [exp.column(kind, table="g", quoted=True) for kind in kinds]
    return exp.select("p.*", *named).from_(whole).join(told, on="g.user_id = p.user_id", join_type="left")

"""What channels and campaigns cost in the window: by their bills, or else by their touches."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ltv import sql
from ltv.attribution.given import Ground
from ltv.attribution.tables import table_form
from ltv.attribution.terms import WHOLE
from ltv.warehouse.local_time import day_of, micros

if TYPE_CHECKING:
    from ltv.warehouse.table import TableLike

_ROOM = "ltv.attribution"
_PAID = ({"date": "moment", "channel": "text", "cost": "number"}, {"campaign": "text"})


def costs(ground: Ground, spend: TableLike | None, *, timezone: str) -> pd.DataFrame:
    """Costs with channel, campaign and cost; `all` is the channel as a whole. Where nothing is recorded there is no row.

    A channel with bills in the window is paid by them, and its touches cost nothing more.
    """
    told = _of_touches(ground)
    if spend is not None:
        billed = _of_bills(ground, spend, timezone)
        told = pd.concat([billed, told[~told["channel"].isin(billed["channel"])]], ignore_index=True)
    told = told[told["cost"] > 0]
    whole = told.groupby("channel", as_index=False)["cost"].sum().assign(campaign=WHOLE)
    both: pd.DataFrame = pd.concat([whole, told], ignore_index=True)[["channel", "campaign", "cost"]]
    return both


def by_channel(paid: pd.DataFrame) -> pd.Series[float]:
    """Cost of each channel as a whole, by its name.

    >>> paid = pd.DataFrame({"channel": ["ads", "ads"], "campaign": ["all", "may"], "cost": [5.0, 5.0]})
    >>> by_channel(paid).to_dict()
    {'ads': 5.0}
    """
    out: pd.Series[float] = paid[paid["campaign"] == WHOLE].set_index("channel")["cost"]
    return out


def _of_touches(ground: Ground) -> pd.DataFrame:
    asked = sql.load(_ROOM, "touch_costs", tables={"contacts": ground.contacts})
    rows = ground.engine.frame(asked, {"start_us": micros(ground.span.start)})
    names = [ground.campaigns[code] for code in rows["campaign"]]
    told = {"channel": [c for c, _ in names], "campaign": [c for _, c in names]}
    return pd.DataFrame(told | {"cost": rows["cost"].fillna(0).astype(float).tolist()})


def _of_bills(ground: Ground, spend: TableLike, timezone: str) -> pd.DataFrame:
    from ltv.warehouse.table import together

    engine, names = together({"spend": spend})
    view = ground.name("told bills")
    engine.define(view, table_form(engine, "spend", names["spend"], *_PAID))
    days = {"first_day": day_of(ground.span.start, timezone), "last_day": ground.span.as_of}
    return engine.frame(sql.load(_ROOM, "spend_costs", tables={"spent": view}), days).astype({"cost": float})

"""Costs: bills before touches, nothing where nothing is recorded."""

import pandas as pd
from support_attribution import TERMS, orders, touches

from ltv.attribution.costs import costs
from ltv.attribution.given import Ground

PEOPLE = ["1 sms/a@3 sms/b@4 ads@5 email@-2 $30@6"]


def _costs(cost: list[float | None] | None, spend: pd.DataFrame | None) -> dict[tuple[str, str], float]:
    seen = touches(*PEOPLE)
    if cost is not None:
        seen["cost"] = pd.array(cost, "Float64")
    ground = Ground.of(orders(*PEOPLE), seen, spend=spend, **TERMS)
    told = costs(ground, spend, timezone="UTC")
    ground.drop()
    return {(c, g): v for c, g, v in told[["channel", "campaign", "cost"]].to_numpy().tolist()}


def _bills(*rows: tuple[str, str, str | None, float | None]) -> pd.DataFrame:
    told = pd.DataFrame(rows, columns=["date", "channel", "campaign", "cost"])
    return told.assign(date=pd.to_datetime(told["date"]), cost=told["cost"].astype(float))


def test_touches_of_the_window_have_costs_of_their_own() -> None:
    found = _costs([1.0, 2.0, None, 9.0], None)
    assert found == {("sms", "all"): 3.0, ("sms", "a"): 1.0, ("sms", "b"): 2.0}  # email was sent before the window


def test_bills_stand_for_the_touches_of_their_channel() -> None:
    bills = _bills(("2026-03-01", "sms", None, 10.0), ("2026-03-31", "sms", "a", 5.0), ("2026-02-28", "sms", "a", 99.0))
    found = _costs([1.0, 2.0, 4.0, 9.0], bills)
    assert found == {("sms", "all"): 15.0, ("sms", ""): 10.0, ("sms", "a"): 5.0, ("ads", "all"): 4.0, ("ads", ""): 4.0}


def test_costs_without_touches_are_costs() -> None:
    assert _costs(None, _bills(("2026-03-02", "tv", None, 70.0))) == {("tv", "all"): 70.0, ("tv", ""): 70.0}


def test_a_cost_of_nothing_is_none() -> None:
    assert _costs([0.0, 0.0, 0.0, 0.0], _bills(("2026-03-02", "ads", None, 0.0))) == {}
    assert _costs(None, None) == {}

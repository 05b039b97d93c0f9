"""Holdouts: a sharp experiment decides, a wide one moves little, and what is measured is what the arms say."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from support_lifts import learned, shop

from ltv.attribution import credit
from ltv.attribution.conditional import Fit
from ltv.attribution.design import Design
from ltv.attribution.effects import Effects
from ltv.attribution.holdouts import Evidence, _together, calibrated


def _effects(lifts: tuple[float, ...]) -> Effects:
    n = len(lifts)
    fitted = Fit("additive", np.array(lifts), np.eye(n) * 1e-4, np.zeros(1), np.ones(1))
    return Effects("additive", Design(n), fitted, np.zeros(n))


def _table(measured: tuple[float, ...], expected: tuple[float, ...], sd: tuple[float, ...]) -> pd.DataFrame:
    rows = {"channel": range(len(sd)), "measured": measured, "sd": sd, "expected": expected}
    return pd.DataFrame(rows).assign(name="x", people=1000, people_held=100, idle=500.0, left=400.0, total=1000.0)


def test_a_sharp_experiment_decides() -> None:
    told = _together(_table((0.30, 0.02), (0.15, 0.10), (1e-4, 1e-4)))
    np.testing.assert_allclose(told.table["used"], [0.30, 0.02], atol=1e-3)
    assert (told.table["used_sd"] < 1e-3).all()


def test_a_wide_experiment_moves_little() -> None:
    told = _together(_table((0.60, -0.40), (0.15, 0.10), (2.0, 2.0)))
    np.testing.assert_allclose(told.table["used"], [0.15, 0.10], atol=5e-3)


def test_what_all_experiments_say_in_common_is_believed_of_each() -> None:
    told = _together(_table((0.05,) * 8, (0.15,) * 8, (0.05,) * 8))
    assert told.common < -0.04
    assert (told.table["used"] < 0.11).all()
    one = _together(_table((0.05,), (0.15,), (0.05,)))
    assert told.table["used_sd"].mean() < one.table["used_sd"].mean()


def test_the_rate_moves_to_what_is_used() -> None:
    told = Evidence(_table((0.0,), (0.0,), (1.0,)).assign(used=0.2, used_sd=0.01), 0.0)
    effects, spread = calibrated(_effects((0.5,)), told)
    left = 400.0 * np.exp(-effects.shift[0])  # of the conversions under the channel without it
    assert np.log(1000.0 / (500.0 + left)) == pytest.approx(0.2)
    assert 0 < spread[0] < 0.05
    assert effects.rate(np.array([1]))[0] == pytest.approx(1.5 * np.exp(effects.shift[0]))


def test_no_experiment_moves_a_rate_without_limit() -> None:
    told = Evidence(_table((0.0,), (0.0,), (1.0,)).assign(used=5.0, used_sd=0.01), 0.0)
    assert calibrated(_effects((0.5,)), told)[0].shift[0] == pytest.approx(np.log(5))


def test_arms_are_those_of_the_experiment() -> None:
    made = shop(3000, held=0.2, seed=3)
    ground, told = learned(made)
    assert told.evidence is not None
    table = told.evidence.table
    assert table["name"].tolist() == list(made.names)
    assert (table["people"] + table["people_held"] == 3000).all()
    held = made.exposures[made.exposures["variant"] == "holdout"].groupby("experiment")["user_id"].agg(set)
    for row in table.to_dict("records"):
        left_out = made.orders["user_id"].isin(held[f"holdout/{row['name']}"])
        since = made.orders["ts"] >= ground.span.start
        rates = [
            len(made.orders[who & since]) / people
            for who, people in ((~left_out, row["people"]), (left_out, row["people_held"]))
        ]
        assert row["measured"] == pytest.approx(np.log(rates[0] / rates[1]))
        assert row["low"] < row["measured"] < row["high"]
    ground.drop()


def test_hidden_interest_is_seen_through() -> None:
    made = shop(6000, hidden=0.5, held=0.1, seed=5)
    errors = []
    for holdouts in (False, True):
        ground, told = learned(made, holdouts=holdouts)
        parts = credit.parts_of(told, seed=0, draws=20)
        table = credit.credits_of(
            parts, credit.Rows.whole(len(told.user_id)), credit.outcomes_of(ground)[["conversions"]], told.user_id, ground.channels, seed=0
        )  # fmt: skip
        errors.append(abs(table["credit"].to_numpy()[1:].sum() / made.added.sum() - 1))
        ground.drop()
    assert errors[0] > 0.3
    assert errors[1] < 0.2


def test_without_people_left_out_there_is_no_evidence() -> None:
    made = shop(1500, held=0.2, seed=4)
    few = replace(made, exposures=made.exposures[made.exposures["user_id"] < 5])
    ground, told = learned(few)
    assert told.evidence is None
    ground.drop()

"""Charts that let their reader choose: every choice of the list has its own traces, in the data and in both languages."""

from datetime import date, timedelta

import pandas as pd
import pytest

import ltv

AS_OF = date(2026, 6, 30)


def orders() -> pd.DataFrame:
    """Order every ten to nineteen days, so many people in each of two channels that intervals can be told."""
    rows = [
        (user, pd.Timestamp(AS_OF) - timedelta(days=150 - user % 40 - k * (10 + user % 10)), 10.0 + k, "paid")
        for user in range(120)
        for k in range(1 + user % 6)
    ]
    return pd.DataFrame(rows, columns=["user_id", "ts", "amount", "status"])


def channels() -> pd.DataFrame:
    names = ["sms" if user % 2 else "douyin" for user in range(120)]
    return pd.DataFrame({"user_id": range(120), "segment_kind": "channel", "segment": names})


def events() -> pd.DataFrame:
    steps = ["visit", "register", "pay_success"]
    rows = [
        (user, pd.Timestamp(AS_OF) - timedelta(days=20, hours=-k), step)
        for user in range(120)
        for k, step in enumerate(steps[: 1 + user % 3])
    ]
    return pd.DataFrame(rows, columns=["user_id", "ts", "event"])


def made(name):
    given = {"as_of": AS_OF, "segments": channels()}
    if name == "funnel":
        return ltv.funnel(events(), **given, steps="visit, register, pay_success")
    if name == "curve":
        return ltv.retention(orders(), **given, grain="month", periods=4)
    return {"lifecycle": ltv.lifecycle, "returns": ltv.returns}[name](orders(), **given)


@pytest.mark.parametrize("name", ["curve", "lifecycle", "returns", "funnel"])
def test_every_choice_has_traces_and_everybody_comes_first(name):
    result = made(name)
    view = result.views[name]
    choices = list(dict.fromkeys(view.data[view.selector]))
    assert [view.columns[0].words[c].zh for c in choices] == ["全体", "渠道：douyin", "渠道：sms"]
    for lang in ("zh", "en"):
        traces = [t for t in result.figure(name, lang=lang).data if t.meta]
        assert set(dict.fromkeys(t.meta["choice"] for t in traces)) == set(choices)
        assert {t.meta["choice"] for t in traces if t.visible is not False} == {choices[0]}


@pytest.mark.parametrize("name", ["curve", "returns", "funnel"])
def test_every_rate_comes_with_its_interval(name):
    data = made(name).views[name].data
    rate = next(c for c in ("rate", "returned", "rate_from_first") if c in data)
    known = data.dropna(subset=[rate])
    assert len(known)
    assert known["low"].le(known[rate] + 1e-9).all()
    assert known["high"].ge(known[rate] - 1e-9).all()
    assert known["high"].gt(known["low"]).any()

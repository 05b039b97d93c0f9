"""Names of metrics, and the settings of an experiment that say when it runs and what decides."""

import datetime as dt

import pytest

from ltv.errors import UsageError
from ltv.settings import parse
from ltv.settings.experiment import Experiment
from ltv.settings.metric import HOOK_METRICS, USUAL_DAYS, USUAL_METRICS, metric_name

RAW = {"name": "a", "salt": "a-1", "variants": {"control": 0.5, "b": 0.5}, "control": "control"}


@pytest.mark.parametrize("what", USUAL_DAYS)
def test_every_metric_has_usual_days_and_takes_others(what):
    assert metric_name(what).days == USUAL_DAYS[what]
    assert metric_name(f"{what}_11d").days == 11


@pytest.mark.parametrize("event", ["share", "add_to_cart", "a_7d", "分享", "it's"])
def test_an_event_of_any_name_can_be_measured(event):
    read = metric_name(f"event.{event}_14d")
    assert (read.what, read.event, read.days) == ("event", event, 14)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "values_7d",
        "value_0d",
        "value_731d",
        "value_d7",
        "retention_7d",
        "value_7",
        "Value_7d",
        "value_7d ",
    ],
)
def test_no_metric_is_guessed(name):
    with pytest.raises(UsageError, match=r"ltv\.toml metric"):
        metric_name(name)


def test_an_experiment_names_metrics_that_there_are():
    with pytest.raises(UsageError, match=r"\[\[experiments\]\] a metrics: found 'joy'"):
        parse({"experiments": [RAW | {"metrics": ["joy"]}]})


def test_what_is_not_named_is_the_usual():
    plain, hook = (Experiment(**RAW, hook=h).measured for h in (False, True))
    assert tuple(m.name for m in plain) == USUAL_METRICS
    assert tuple(m.name for m in hook) == HOOK_METRICS


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"start": "2026-01-01"}, "a day such as"),
        ({"start": dt.date(2026, 2, 1), "end": dt.date(2026, 1, 1)}, "not before start"),
        ({"planned_people": 0}, "above 0"),
        ({"hook": "yes"}, "true or false"),
        ({"cost_per_person": -1}, "not negative"),
    ],
)
def test_a_wrong_setting_is_named(more, says):
    with pytest.raises(UsageError, match=says):
        parse({"experiments": [RAW | more]})


def test_the_dates_of_a_test_change_the_hash_of_the_settings():
    one, other = (parse({"experiments": [RAW | {"end": dt.date(2026, 1, d)}]}) for d in (1, 2))
    assert one.hash != other.hash

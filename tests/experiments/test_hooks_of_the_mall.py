"""The experiments of the simulated mall, whose truth is known: from its exports through identity to decisions."""

import datetime as dt
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
from support_mall import Mall, opened
from support_workspace import NOW

import ltv
from ltv.experiments.judge import judge
from ltv.settings import parse
from ltv.sources.mall import simulate
from ltv.workspace.prepare import Preparation
from ltv.workspace.workspace import assemble

pytestmark = pytest.mark.xdist_group("experiments of a mall")  # which is simulated once
PROJECT = Path(__file__).parents[2]
END = dt.date(2026, 6, 30)
# experiment → what decides, the truth's column, days that everybody has had
EFFECTS = {
    "first_order_coupon": ("first_order_rate_3d", "first_order_72h", 4),
    "referral_bonus": ("invites_30d", "invites", 31),
}


def judged_mall(out: Path, *, users: int, days: int, seed: int) -> tuple[Mall, ltv.experiments.judged.Judged]:
    """Simulate a mall and judge the experiments of the project's own `ltv.toml` as a run would."""
    simulate(out, users=users, days=days, end=END, seed=seed)
    settings = parse(tomllib.loads((PROJECT / "ltv.toml").read_text(encoding="utf-8")))
    ws = assemble(out, settings, Preparation(out, settings, NOW, None).all(), date=str(END))
    plans = []
    for plan in settings.experiments:
        metric, _, window = EFFECTS.get(plan.name, ("", "", 8))
        ends = END - dt.timedelta(days=window)
        names = dict.fromkeys([metric, *(m.name for m in plan.measured)] if metric else plan.metrics)
        plans.append(replace(plan, end=ends, metrics=tuple(names)))
    judged = judge(
        ws.exposures,
        ws.orders,
        experiments=plans,
        as_of=END,
        events=ws.events,
        invites=ws.invites,
        segments=ws.user_segments,
        timezone=settings.timezone,
    )
    ws.close()
    return opened(out), judged


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    return judged_mall(tmp_path_factory.mktemp("experiments") / "mall", users=5_000, days=100, seed=11)


def verdicts(judged):
    return {d.experiment: d.verdict for d in judged.decisions}


def test_the_broken_split_is_found_and_no_other_is_accused(shop):
    _, judged = shop
    told = verdicts(judged)
    assert told["checkout_button"] == "broken"
    assert {e for e, v in told.items() if v in ("broken", "cannot_judge")} == {"checkout_button"}


def test_two_homes_that_are_the_same_are_not_told_apart(shop):
    _, judged = shop
    assert verdicts(judged)["aa_home"] == "do_not_ship"
    assert "no difference" in next(d for d in judged.decisions if d.experiment == "aa_home").why.en


def test_the_bonus_brings_the_invitations_that_it_truly_brings(shop):
    mall, judged = shop
    assert verdicts(judged)["referral_bonus"] == "ship"
    assert abs(off(mall, judged, "referral_bonus")) < 4


def test_the_coupon_brings_first_orders_as_many_as_it_truly_does(shop):
    mall, judged = shop
    assert abs(off(mall, judged, "first_order_coupon")) < 4


def test_every_hook_is_told_by_effect_cost_and_net(shop):
    _, judged = shop
    hooks = judged.views["hooks"].data.set_index("experiment")
    assert set(hooks.index) == {
        "first_order_coupon", "member_trial", "referral_bonus", "scene_recommendation", "limited_time_offer",
    }  # fmt: skip
    coupon = hooks.loc["first_order_coupon"]
    assert coupon["incentive"] > 0  # a coupon costs what it takes off
    assert coupon["net"] == pytest.approx(coupon["gross"] - coupon["incentive"])


def off(mall: Mall, judged, experiment: str) -> float:
    """Standard errors between what the test says and what is true of all who were eligible."""
    metric, column, _ = EFFECTS[experiment]
    table = judged.table.query(f"experiment == '{experiment}' and metric == '{metric}' and method == 'welch'").iloc[0]
    truth = mall.one(f"SELECT sum({column}) / sum(people) FROM true_hooks WHERE experiment = '{experiment}'")
    error = (table["difference_high"] - table["difference_low"]) / (2 * 1.96)
    return float((table["difference"] - truth) / error)


@pytest.mark.drill
def test_over_many_malls_the_effects_are_right_on_average(tmp_path):
    """The mean of the standardised errors of independent malls is that of chance."""
    apart = {name: [] for name in EFFECTS}
    for seed in range(20, 28):
        mall, judged = judged_mall(tmp_path / str(seed), users=20_000, days=120, seed=seed)
        assert verdicts(judged)["checkout_button"] == "broken"
        assert verdicts(judged)["aa_home"] != "ship"
        for name, values in apart.items():
            values.append(off(mall, judged, name))
    for values in apart.values():
        assert abs(sum(values)) / len(values) ** 0.5 < 3

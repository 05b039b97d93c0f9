"""A made-up date whose five answers are known: its result tables, and small changes to them."""

from __future__ import annotations

from datetime import date, timedelta

import nbformat
import numpy as np
import pandas as pd
from support_report import notebook_with, page_info

from ltv.overview.five_answers import five_answers
from ltv.report.blocks import show
from ltv.report.pages import NavItem
from ltv.report.render import render_notebook
from ltv.text import Text

DAY = date(2026, 6, 30)
MOMENT = pd.Timestamp("2026-06-30 16:00")
ALL = {"segment_kind": "all", "segment": "all"}
Tables = dict[str, pd.DataFrame]
PAGES = {
    "02_retention": ("群组留存", "Cohort retention"),
    "09_ltv": ("生命周期价值", "Lifetime value"),
    "10_attribution": ("渠道归因", "Attribution"),
    "11_experiments": ("实验", "Experiments"),
    "12_health": ("健康度", "Health"),
    "13_strategy": ("策略中心", "Strategy"),
    "15_overview": ("总览", "Overview"),
}


def days(n: int) -> list[date]:
    """The last so many days."""
    return [DAY - timedelta(days=back) for back in reversed(range(n))]


def indicator(name: str, values: list[float], threshold: float, side: str, beyond: int = 0) -> pd.DataFrame:
    """The days of an indicator, beyond its threshold on the last so many."""
    bad = np.arange(len(values)) >= len(values) - beyond
    run = np.where(bad, np.arange(len(values)) - (len(values) - beyond) + 1, 0)
    return pd.DataFrame({
        "date": days(len(values)), **ALL, "indicator": name, "value": values, "threshold": threshold, "bad_side": side,
        "breached": bad, "days_breached": run, "triggered": run == 2, "known": True, "people": 400.0, "why_unknown": "",
    })  # fmt: skip


def health(*, churn: float = 0.10, beyond: int = 0) -> pd.DataFrame:
    """A board: churn risk with a threshold of 14 %, benefit depth of 1.8, invitations of .45, value at risk without one."""
    wave = np.sin(np.arange(35)) / 100
    parts = [
        indicator("churn_risk", [*(0.10 + wave[:-1]), churn], 0.14, "above", beyond),
        indicator("benefit_depth", list(2.0 + wave), 1.8, "below"),
        indicator("referral_effective", list(0.5 + wave), 0.45, "below"),
        indicator("value_at_risk", list(26_000 + wave), float("nan"), "above"),
        indicator("first_order_rate_48h", list(0.4 + wave), 0.35, "below"),
    ]
    return pd.concat(parts, ignore_index=True)


def lists(at_risk: int = 3, loyal: int = 5) -> pd.DataFrame:
    """Lists of people: the first to win back, the next to reward."""
    names = ["high_value_at_risk"] * at_risk + ["high_value_loyal"] * loyal
    n = len(names)
    return pd.DataFrame({
        "list": names, "user_id": range(1, n + 1), "as_of": MOMENT, **ALL, "rank": 1, "expected": 1000.0 + np.arange(n),
        "p_purchase": 0.5, "churn_risk": [0.5] * at_risk + [0.1] * loyal,
    })  # fmt: skip


def plans(state: str = "on", people: int = 3) -> pd.DataFrame:
    """Two playbooks, of which one speaks to people."""
    rows = [
        ("win_back", "高价值挽回", "Win back", True, state, people, 45.0),
        ("often", "触达频次", "Contacts", False, "on", 900, 99.0),
    ]
    names = ["playbook", "title_zh", "title_en", "speaks", "state", "people", "cost"]
    more = {
        "date": DAY,
        "why_zh": "每天",
        "why_en": "every day",
        "found": 9,
        "left_out": 0,
        "control": 1,
        "budget": 500.0,
    }
    gains = dict.fromkeys(("gain", "gain_low", "gain_high"), np.nan)
    table = pd.DataFrame(rows, columns=names).assign(**more, **gains)
    return table.assign(plan="2026-06-30/" + table["playbook"])


def planned(people: int = 3) -> pd.DataFrame:
    """Interventions of the playbook that speaks."""
    return pd.DataFrame({"user_id": range(1, people + 1), "playbook": "win_back", "arm": "treatment", "date": DAY})


def budget(low: float = 200.0) -> pd.DataFrame:
    """A plan that moves 100 from search to WeChat, which gains 500 with a lower end of `low`."""
    rows = [
        ("wechat", 400.0, 500.0, 100.0, 500.0, low, 800.0),
        ("search", 900.0, 800.0, -100.0, -20.0, -60.0, 30.0),
        ("all", 1300.0, 1300.0, 0.0, 480.0, low - 20, 790.0),
    ]
    names = ["channel", "current_cost", "proposed_cost", "change", "expected_gain", "gain_low", "gain_high"]
    return pd.DataFrame(rows, columns=names).assign(as_of=MOMENT, reason_zh="", reason_en="")


def effects(uplift: float = 12.0, verdict: str = "works") -> pd.DataFrame:
    """A playbook that was judged on 100 people at 300 in all."""
    row = {
        "playbook": "win_back",
        "n": 100,
        "n_control": 50,
        "mean": 40.0,
        "mean_control": 40.0 - uplift,
        "uplift": uplift,
    }
    row |= {
        "low": uplift - 4,
        "high": uplift + 4,
        "p_value": 0.01,
        "cost": 300.0,
        "net": 100 * uplift - 300,
        "verdict": verdict,
    }
    return pd.DataFrame([row | {"action": action} for action in ("all", "call")])


def experiments(verdict: str = "ship") -> pd.DataFrame:
    """A test of a bonus with two metrics, and one that runs."""
    rows = [
        ("bonus", "invites_90d", 0.5, 0.2, 0.9, verdict, 0.1, 0.05, 0.2),
        ("bonus", "value_90d", 0.1, -0.1, 0.3, "unclear", 4.0, -3.0, 11.0),
        ("other", "order_rate_7d", 0.0, -0.1, 0.1, "keep_running", 0.0, -0.1, 0.1),
        ("holdout/sms", "-", None, None, None, "cannot be judged: not declared", None, None, None),
    ]
    names = [
        "experiment",
        "metric",
        "lift",
        "low",
        "high",
        "verdict",
        "difference",
        "difference_low",
        "difference_high",
    ]
    return pd.DataFrame(rows, columns=names).assign(variant="treatment", decides=True, **ALL)


def parts(after: float = 60_000.0, *, explained: bool = True) -> pd.DataFrame:
    """The table of changes: net revenue against a usual range of 80,000 to 120,000, two channels of which one fell."""
    before, beyond = 100_000.0, not 80_000 <= after <= 120_000
    figure = {
        "date": DAY, "figure": "net_revenue_7d", "figure_zh": "净收入（近 7 天）", "figure_en": "Net revenue, last 7 days",
        "unit": "money", "before": before, "after": after, "total_change": after - before, "compared_with": DAY - timedelta(days=7),
        "usual_low": 80_000.0, "usual_high": 120_000.0, "is_beyond_band": beyond, "bad_side": "below",
        "verdict": "down" if beyond else "usual", "page": "12_health", "view": "what_changed", "dimension": "channel",
    }  # fmt: skip
    moved = after - before
    rows = [
        {"part": "sms", "part_zh": "渠道“短信”", "part_en": "channel SMS", "contribution": 0.8 * moved, "low": 0.9 * moved,
         "high": 0.7 * moved, "rank": 1, "accused": beyond and explained},
        {"part": "ads", "part_zh": "渠道“广告”", "part_en": "channel ads", "contribution": 0.2 * moved, "low": 0.3 * moved,
         "high": 0.1 * moved, "rank": 2, "accused": False},
    ]  # fmt: skip
    return pd.DataFrame([figure | row | {"explains_best": explained} for row in rows])


def lifecycle() -> pd.DataFrame:
    """Sixty days of people who stay and who leave."""
    rows = [
        {"date": d, "state": s, "users": n + i % 3}
        for i, d in enumerate(days(60))
        for s, n in (("retained", 800), ("dormant", 200))
    ]
    return pd.DataFrame(rows).assign(**ALL)


def totals() -> pd.DataFrame:
    """Two horizons."""
    rows = [(90, 500_000.0, 400_000.0, 650_000.0), (365, 1_500_000.0, 900_000.0, 2_400_000.0)]
    return pd.DataFrame(rows, columns=["horizon_days", "expected", "low", "high"]).assign(as_of=MOMENT, **ALL)


def scores() -> pd.DataFrame:
    """Four people, of whom two are new in the horizon that pages are about."""
    new = {"horizon_days": [90, 90, 90, 365], "golden48_score": [50.0, 100.0, np.nan, np.nan]}
    return pd.DataFrame(new | {"user_id": [1, 2, 3, 1], "expected": [100.0, 300.0, 80.0, 900.0]})


def churn(n: int = 400) -> pd.DataFrame:
    """Chances not to come back."""
    chance = np.full(n, 0.1)
    return pd.DataFrame(
        {
            "user_id": range(n),
            "as_of": MOMENT,
            "probability": chance,
            "expected": 100.0,
            "value_at_risk": 10.0 + np.arange(n),
        }
    )


def calm() -> Tables:
    """A good day: healthy, nothing unusual, everybody at risk is reached, a sure channel, a playbook that works."""
    return {
        "health": health(), "change_parts": parts(98_000.0), "value_lists": lists(), "strategy_plans": plans(),
        "interventions": planned(), "budget_plan": budget(), "attribution": pd.DataFrame({"window_days": [90]}),
        "strategy_effects": effects(), "experiment_results": experiments(), "lifecycle": lifecycle(), "ltv_totals": totals(),
        "ltv_scores": scores(), "churn_scores": churn(),
        "golden48": pd.DataFrame({"launch_id": ["a", "b"], "verdict": ["up", "flat"], "metric": "visits", "stage": "traffic"}),
    }  # fmt: skip


def bad() -> Tables:
    """A bad day: churn beyond for three days, revenue down because of SMS, a plan that waits, no sure channel, a playbook that harms."""
    return calm() | {
        "health": health(churn=0.19, beyond=3), "change_parts": parts(), "strategy_plans": plans("waits"),
        "budget_plan": budget(low=-50.0), "strategy_effects": effects(-9.0, "harms"),
    }  # fmt: skip


def only_tested() -> Tables:
    """Nothing to judge but an experiment that can ship; nobody at risk; the best budget is today's."""
    stay = budget()
    stay[["change", "expected_gain", "gain_low", "gain_high"]] = 0.0
    return calm() | {"strategy_effects": effects().iloc[:0], "value_lists": lists(0), "budget_plan": stay}


def told(tables: Tables, **more):
    """The overview of these tables."""
    return five_answers(tables, as_of=DAY, timezone="Asia/Shanghai", **more)


def page_of(result, folder) -> str:
    """The page of an overview."""
    path = folder / "15_overview.ipynb"
    nbformat.write(
        notebook_with(
            [show(result, "questions"), show(result, "key_figures"), show(result, "health")], Text("总览", "Overview")
        ),
        path,
    )
    nav = [NavItem(name, Text(*title), f"{name}.html") for name, title in PAGES.items()]
    return render_notebook(path, page_info(name="15_overview", date=str(DAY), nav=nav), pages=nav[:-1])

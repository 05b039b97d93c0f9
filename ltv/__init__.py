"""Analytics and lifetime value for e-commerce teams.

In a notebook:

    import ltv
    ws = ltv.open("..")                       # the workspace: its tables as of a date
    kept = ltv.retention(ws.orders)           # functions on tables: one frozen result out
    ltv.show(kept, "heatmap")                 # the block that a page shows

What there is:

    open             a workspace by its folder
    check            what is there of each input table, what is missing, put aside or too old
    data_assets      which sources there are, how complete, how fresh, used for what
    pages_by_table   which pages use which input
    retention        cohort retention and revenue retention
    lifecycle        who is new, retained, resurrected, dormant on every day
    returns          how long until the second order
    funnel           how far people come through ordered steps, and what the lost do instead
    funnel_counters  events of each step as OpenMetrics counters; read_counters reads them back
    golden48         the first 48 hours of each launch against what should have been
    assign           who gets which variant of an experiment
    compare          the arms of a test in a table of people
    plan_experiment  how many people and days a test needs, at the traffic there is
    judge            what to do about every experiment: checks, effects, decisions
    explain_user     why a person is who they are, and what was cut off
    unified_ids      who the identifiers are, how sure that is, what changed
    referral         who invited whom, how many of them buy, the K-factor
    write_invite_traces, invite_tree_query
                     the invitations for SQLite, and the recursive query on them
    trial_outcomes   what became of trials, how fast they convert, what is overdue
    newcomers        first order within 48 hours of registering or not, and what became of both
    sweep_trials     which trials a sweep has to downgrade
    sequence_features  37 features of everybody's behaviour sequence
    lifetime_value   what everybody will be worth, how sure that is, why, and whom to act on
    explain_ltv      why one person is expected to bring what they are
    attribute        which touchpoints earned the value, and where the next yuan should go
    health_board     churn risk, benefit depth, referral day by day, and what has been bad for two days
    explain_changes  which key figures moved beyond what is usual, and which segment, channel, cohort moved them
    plan_interventions, past_interventions
                     whom playbooks speak to today, what went out before and what it has brought
    traces           spans read once, for the two that follow
    payment_traces   how far payments come, how long they take, where they disagree with the orders
    latency          what makes traces slow, what has changed, and with which release it began
    read_profile, profile_of
                     stacks of pprof, py-spy, bpftrace and perf in one table, and what grew in slow times
    service_levels   latency, availability and incidents of the paid hooks, and what a breaker would have done
    operations, launch_operations
                     orders, payment latency and cache hits of the running shop, from its Prometheus
    audit_hooks      every case in which a rule of the hooks was broken; outbox_messages reads those of the own outbox
    scene_recommendation
                     whether a list of articles would have met what people took, on the home page, in the search, on a page
    five_answers     how healthy the base is, what changed, whom to turn to, which channel next, what worked
    restated         a result table of an earlier day, with people as they are numbered now
    the_mall         what a simulated mall holds, and what is true of it
    per_period       how often something happened in each day, week or month, to how many people
    result_of        a result of one's own from a data frame: tiles, sentences, charts and a table
    show, notice     blocks for pages and notebooks
    LtvError         base of all errors that are told in one line
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ltv.attribution.attribute import attribute
    from ltv.behaviour.funnel import funnel
    from ltv.behaviour.funnel_export import funnel_counters
    from ltv.behaviour.golden48 import golden48
    from ltv.behaviour.lifecycle import lifecycle
    from ltv.behaviour.newcomers import newcomers
    from ltv.behaviour.per_period import per_period
    from ltv.behaviour.referral import referral
    from ltv.behaviour.referral_traces import invite_tree_query, write_invite_traces
    from ltv.behaviour.retention import retention
    from ltv.behaviour.returns import returns
    from ltv.behaviour.trial import sweep_trials, trial_outcomes
    from ltv.errors import LtvError
    from ltv.experiments.assign import assign
    from ltv.experiments.compare import compare
    from ltv.experiments.judge import judge
    from ltv.experiments.planning import plan_experiment
    from ltv.health.changes import explain_changes
    from ltv.health.health_board import health_board
    from ltv.hooks.audit import audit_hooks
    from ltv.hooks.audit_others import outbox_messages
    from ltv.hooks.latency import latency
    from ltv.hooks.payment_traces import payment_traces
    from ltv.hooks.profiles.profile_result import profile_of
    from ltv.hooks.profiles.read import read_profile, read_profiles
    from ltv.hooks.service_levels import service_levels
    from ltv.hooks.service_levels_operations import launch_operations, operations
    from ltv.hooks.spans import traces
    from ltv.lifetime.explain_ltv import explain_ltv
    from ltv.lifetime.lifetime_value import lifetime_value
    from ltv.lifetime.sequence_features import sequence_features
    from ltv.overview.five_answers import five_answers
    from ltv.report.blocks import notice, show
    from ltv.report.own import result_of
    from ltv.runs.plan import pages_by_table
    from ltv.serving.scenes import scene_recommendation
    from ltv.sources.mall.tour import the_mall
    from ltv.sources.prometheus import read_counters
    from ltv.strategy.past import all_tests, past_interventions
    from ltv.strategy.plan_interventions import plan_interventions
    from ltv.workspace import open  # noqa: A004  `ltv.open` is the name of the contract
    from ltv.workspace.assets import data_assets
    from ltv.workspace.check import check
    from ltv.workspace.explain import explain_user
    from ltv.workspace.restated import restated
    from ltv.workspace.unified import unified_ids

__version__ = "0.1.0"
__all__ = [
    "LtvError",
    "all_tests",
    "assign",
    "attribute",
    "audit_hooks",
    "check",
    "compare",
    "data_assets",
    "explain_changes",
    "explain_ltv",
    "explain_user",
    "five_answers",
    "funnel",
    "funnel_counters",
    "golden48",
    "health_board",
    "invite_tree_query",
    "judge",
    "latency",
    "launch_operations",
    "lifecycle",
    "lifetime_value",
    "newcomers",
    "notice",
    "open",
    "operations",
    "outbox_messages",
    "pages_by_table",
    "past_interventions",
    "payment_traces",
    "per_period",
    "plan_experiment",
    "plan_interventions",
    "profile_of",
    "read_counters",
    "read_profile",
    "read_profiles",
    "referral",
    "restated",
    "result_of",
    "retention",
    "returns",
    "scene_recommendation",
    "sequence_features",
    "service_levels",
    "show",
    "sweep_trials",
    "the_mall",
    "traces",
    "trial_outcomes",
    "unified_ids",
    "write_invite_traces",
]

_HOMES = {
    "LtvError": "ltv.errors",
    "assign": "ltv.experiments.assign",
    "audit_hooks": "ltv.hooks.audit",
    "attribute": "ltv.attribution.attribute",
    "check": "ltv.workspace.check",
    "compare": "ltv.experiments.compare",
    "data_assets": "ltv.workspace.assets",
    "explain_changes": "ltv.health.changes",
    "explain_ltv": "ltv.lifetime.explain_ltv",
    "explain_user": "ltv.workspace.explain",
    "five_answers": "ltv.overview.five_answers",
    "golden48": "ltv.behaviour.golden48",
    "health_board": "ltv.health.health_board",
    "all_tests": "ltv.strategy.past",
    "past_interventions": "ltv.strategy.past",
    "plan_interventions": "ltv.strategy.plan_interventions",
    "invite_tree_query": "ltv.behaviour.referral_traces",
    "funnel": "ltv.behaviour.funnel",
    "funnel_counters": "ltv.behaviour.funnel_export",
    "judge": "ltv.experiments.judge",
    "latency": "ltv.hooks.latency",
    "payment_traces": "ltv.hooks.payment_traces",
    "traces": "ltv.hooks.spans",
    "profile_of": "ltv.hooks.profiles.profile_result",
    "read_profile": "ltv.hooks.profiles.read",
    "read_profiles": "ltv.hooks.profiles.read",
    "lifecycle": "ltv.behaviour.lifecycle",
    "lifetime_value": "ltv.lifetime.lifetime_value",
    "newcomers": "ltv.behaviour.newcomers",
    "notice": "ltv.report.blocks",
    "launch_operations": "ltv.hooks.service_levels_operations",
    "operations": "ltv.hooks.service_levels_operations",
    "outbox_messages": "ltv.hooks.audit_others",
    "open": "ltv.workspace",
    "pages_by_table": "ltv.runs.plan",
    "per_period": "ltv.behaviour.per_period",
    "plan_experiment": "ltv.experiments.planning",
    "referral": "ltv.behaviour.referral",
    "read_counters": "ltv.sources.prometheus",
    "restated": "ltv.workspace.restated",
    "result_of": "ltv.report.own",
    "retention": "ltv.behaviour.retention",
    "returns": "ltv.behaviour.returns",
    "service_levels": "ltv.hooks.service_levels",
    "scene_recommendation": "ltv.serving.scenes",
    "sequence_features": "ltv.lifetime.sequence_features",
    "show": "ltv.report.blocks",
    "sweep_trials": "ltv.behaviour.trial",
    "the_mall": "ltv.sources.mall.tour",
    "trial_outcomes": "ltv.behaviour.trial",
    "unified_ids": "ltv.workspace.unified",
    "write_invite_traces": "ltv.behaviour.referral_traces",
}


def __getattr__(name: str) -> object:
    """Load a public name when it is first used, so that `import ltv` stays fast."""
    if name not in _HOMES:
        raise AttributeError(f"module 'ltv' has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])

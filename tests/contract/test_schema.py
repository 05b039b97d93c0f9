"""The declarations are those that other people's jobs read."""

import pytest

from ltv.contract import INPUTS, RESULTS, SQL_TYPES
from ltv.contract.schema import parse_columns
from ltv.errors import UsageError

# `?` optional; what stands before the semicolon is the key. Other jobs read these names: a change here is a break.
INPUT_NAMES = {
    "orders": "order_id; ts source id_type id_value amount currency? discount? refund? refunded_at? updated_at? status "
    "payment_channel? coupon_id? member_benefit?",
    "order_items": "order_id line_id; sku category? quantity price margin?",
    "events": "event_id; ts source id_type id_value event session_id? sku? category? price? quantity? dwell_ms? query?",
    "links": "; ts source id_type id_value linked_type linked_value",
    "members": "id_type id_value; registered_at birth_year? gender? city? level? acquisition_channel? updated_at?",
    "consents": "; ts id_type id_value channel granted",
    "touches": "touch_id; ts source id_type id_value channel campaign? kind cost?",
    "spend": "date channel campaign?; cost",
    "tickets": "ticket_id; ts id_type id_value topic? sentiment? churn_intent?",
    "invites": "; ts inviter_type? inviter_value? invitee_type invitee_value channel",
    "exposures": "; ts experiment variant id_type id_value",
    "launches": "launch_id; kind name started_at audience?",
    "trials": "trial_id; id_type id_value started_at ended_at? outcome? plan? updated_at?",
    "offers": "offer_id; hook name skus? stock? starts_at expires_at stackable?",
    "offer_events": "; ts offer_id order_id? id_type id_value event instance?",
    "hook_calls": "; ts hook instance outcome latency_ms attempt degraded id_type? id_value?",
    "spans": "span_id; trace_id parent_span_id? service name started_at duration_us status attributes",
}
RESULT_NAMES = {
    "user_ids": "id_type id_value valid_from; valid_to user_id confidence rule",
    "user_id_changes": "date old_user_id new_user_id; kind why",
    "user_segments": "user_id as_of segment_kind; segment",
    "data_assets": "source table; rows users field_coverage id_coverage latest_ts freshness_hours latency_class duplicates "
    "quarantined used_for",
    "retention": "cohort_kind activity method grain cohort segment_kind segment period; cohort_size retained rate revenue "
    "cumulative_revenue_per_user is_complete",
    "lifecycle": "date segment_kind segment state; users",
    "funnel": "funnel segment_kind segment step_index; step users pending rate_from_previous rate_from_first "
    "median_seconds_from_previous",
    "golden48": "launch_id stage metric; baseline expected_low expected_high observed controlled verdict",
    "newcomers": "clock grain cohort segment_kind segment branch measure; people hits value low high is_complete no_data pending",
    "value_lists": "list user_id; as_of segment_kind segment rank expected p_purchase churn_risk",
    "trial_outcomes": "plan hours_since_start; trials converted_rate at_risk overdue",
    "referral": "depth channel; inviters invitees converted conversion_rate revenue",
    "referral_summary": "date; k_factor invitations_per_user cycle_time_days effective_per_user",
    "sequence_features": "user_id as_of;",
    "ltv_scores": "user_id as_of horizon_days; expected p_purchase low median high decile value_to_date basis model_version",
    "ltv_totals": "as_of horizon_days segment_kind segment; expected low high",
    "ltv_backtest": "model protocol cutoff horizon_days segment_kind segment metric; value low high n",
    "ltv_drivers": "feature; mean_abs_shap direction description_zh description_en",
    "model_versions": "model_version; trained_at as_of champion metrics data_hash reason",
    "attribution": "as_of window_days method outcome segment_kind segment channel campaign; credit share low high cost roi "
    "marginal_roi",
    "budget_plan": "as_of channel; current_cost proposed_cost change expected_gain gain_low gain_high reason_zh reason_en",
    "experiment_results": "as_of experiment method metric variant segment_kind segment; control n n_control mean mean_control "
    "lift low high p_value p_better expected_loss srm_p_value verdict",
    "health": "date segment_kind segment indicator; value threshold bad_side breached days_breached triggered known",
    "change_parts": "date figure dimension part; figure_zh figure_en part_zh part_en unit weight_before weight_after value_before value_after within mix contribution low high "
    "before after total_change compared_with usual_low usual_high is_beyond_band verdict bad_side explains_best rank accused page view",
    "churn_scores": "user_id as_of; probability days_since_last visit_days_180 expected value_at_risk",
    "interventions": "intervention_id; date user_id playbook action offer_id expires_at arm reason state",
    "strategy_plans": "date playbook; title_zh title_en speaks plan state why_zh why_en found left_out people control cost budget gain gain_low gain_high",
    "strategy_effects": "playbook action; n n_control mean mean_control uplift low high p_value cost net verdict",
    "payment_funnel": "channel step_index; step service payments rate_from_previous rate_from_first seen errors error_rate self_p50_ms "
    "self_p95_ms self_p99_ms p50_ms p95_ms p99_ms",
    "payment_mismatches": "kind reference; order_id span_id trace_id ts channel source order_amount charged charges at_stake",
    "span_latency": "channel service name; spans errors path_share self_p50_ms self_p95_ms self_p99_ms p50_ms p95_ms p99_ms usual_ms "
    "slow_ms slow_share owns_p95",
    "latency_changes": "channel service name; n n_before p50_ms p50_before_ms p50_change p50_low p50_high p95_ms p95_before_ms p95_change "
    "p95_low p95_high extra_ms verdict owed_to began_at p_value version version_before launch_id launch",
    "profile_stacks": "kind stack; value unit share slow_share rest_share growth",
    "restatements": "date table key column; old new cause",
    "hook_levels": "hook date instance; attempts calls failed_calls degraded_calls availability error_rate timeout_rate degraded_rate "
    "p50_ms p95_ms p99_ms",
    "hook_objectives": "hook objective; window_days target latency_ms calls bad_calls observed low high budget_calls budget_used "
    "burn_1h burn_6h burn_3d pages tickets state",
    "hook_breakers": "hook instance; attempts opened open_seconds probes refused_calls refused_well spared_attempts spared_ms "
    "spared_slow_ms degraded_attempts degraded_while_open degraded_failed_rate degraded_difference difference_low difference_high "
    "degraded_p95_ms normal_p95_ms",
    "hook_incidents": "hook started_at; ended_at calls failed failed_rate timeout_rate usual_rate p_value orders_expected orders_paid "
    "orders_lost orders_low orders_high value_lost value_low value_high days_compared control",
    "hook_audit": "rule case_id; at hook user_id offer_id order_id money amount unit",
    "overview": "date figure; value low high level previous compared_with usual_low usual_high unit state page view",
    "hook_audit_summary": "rule; judged cases money first_at last_at missing",
}


def _split(names: str) -> tuple[list[str], list[str]]:
    key, _, others = names.partition(";")
    return key.split(), others.split()


@pytest.mark.parametrize("table", INPUT_NAMES)
def test_an_input_table_has_the_columns_and_the_key_that_it_had(table):
    key, others = _split(INPUT_NAMES[table])
    spec = INPUTS[table]
    assert set(spec.key) == {n.rstrip("?") for n in key}
    assert {c.name for c in spec.columns} == {n.rstrip("?") for n in key + others}
    assert {c.name for c in spec.columns if not c.required} == {n[:-1] for n in key + others if n.endswith("?")}


@pytest.mark.parametrize("table", RESULT_NAMES)
def test_a_result_table_has_the_columns_and_the_key_that_it_had(table):
    key, others = _split(RESULT_NAMES[table])
    spec = RESULTS[table]
    assert (list(spec.key), set(spec.names)) == (key, {*key, *others})


def test_no_table_is_missing_or_new():
    assert (set(INPUTS), set(RESULTS)) == (set(INPUT_NAMES), set(RESULT_NAMES))


@pytest.mark.parametrize("spec", [*INPUTS.values(), *RESULTS.values()], ids=lambda spec: spec.name)
def test_a_declaration_speaks_of_its_own_columns_in_both_languages(spec):
    referred = [*spec.key, *(n for pair in spec.identifiers for n in pair), *filter(None, [spec.time, spec.variety])]
    assert set(referred) <= set(spec.names)
    assert len(set(spec.names)) == len(spec.names)
    assert all(t.zh and t.en and t.zh != t.en for t in [spec.meaning, *(c.meaning for c in spec.columns)])
    assert all(c.type in SQL_TYPES and c.name == c.name.lower() for c in spec.columns)


@pytest.mark.parametrize("spec", INPUTS.values(), ids=lambda spec: spec.name)
def test_a_person_may_be_anonymous_but_a_key_may_not_be_missing(spec):
    for name in spec.key:
        assert not spec.column(name).nullable or (spec.name, name) == ("spend", "campaign")
    if spec.identifiers and spec.name not in ("links", "members", "invites"):
        assert all(spec.column(name).nullable for name in spec.identifiers[0])


def test_versions_are_known_where_a_key_and_updated_at_are():
    assert {t.name for t in INPUTS.values() if t.versioned} == {"orders", "members", "trials"}


def test_an_unknown_column_is_named_with_those_that_there_are():
    with pytest.raises(UsageError, match=r"spend column: found 'costs', allowed: date, channel, campaign, cost"):
        INPUTS["spend"].column("costs")


def test_a_line_of_a_declaration_gives_checks_and_both_meanings():
    (column,) = parse_columns("sentiment? number >=-1 <=1 : 情绪 · sentiment")
    assert (column.low, column.high, column.nullable, column.required) == (-1, 1, True, False)
    (column,) = parse_columns("kind~ text send|open : 类型 · kind")
    assert (column.allowed, column.nullable, column.required) == (("send", "open"), True, True)
    with pytest.raises(ValueError, match="type: found 'txt'"):
        parse_columns("kind txt : 类型 · kind")

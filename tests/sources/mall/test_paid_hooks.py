"""Paid hooks, experiments, launches, invitations and telemetry: their rules hold and what is injected can be found."""

import json

import pytest
from support_mall import Mall

from ltv.sources.mall import channels as ch
from ltv.sources.mall import hooks as h

# --- experiments ----------------------------------------------------------------------------------------------------


def test_every_experiment_has_its_exposures_once_a_person(mall: Mall) -> None:
    found = {name for (name,) in mall.rows("SELECT DISTINCT experiment FROM exposures")}
    assert found == {*h.EXPERIMENTS, *(f"holdout/{name}" for name in ch.NAMES)}
    twice = "SELECT count(*) FROM (FROM exposures GROUP BY experiment, id_type, id_value HAVING count(*) > 1)"
    assert mall.one(twice.replace("(FROM", "(SELECT 1 FROM")) == 0


@pytest.mark.parametrize("experiment", h.EXPERIMENTS)
def test_a_split_is_even_but_in_the_experiment_whose_logging_is_broken(mall: Mall, experiment: str) -> None:
    arms = dict(mall.rows(f"SELECT variant, count(*) FROM exposures WHERE experiment = '{experiment}' GROUP BY 1"))
    control = arms.pop("control")
    (treated,) = arms.values()
    z = (control - treated) / (control + treated) ** 0.5
    assert z > 3.3 if experiment == "checkout_button" else abs(z) < 3.3  # p < .001


def test_nobody_who_is_held_out_is_touched_by_the_channel(mall: Mall) -> None:
    touched = """
        SELECT count(*) FROM exposures e JOIN touches t USING (id_type, id_value)
        WHERE e.variant = 'holdout' AND e.experiment = 'holdout/' || t.channel AND t.kind <> 'click'
    """
    assert mall.one(touched) == 0
    shares = mall.rows(
        "SELECT avg((variant = 'holdout')::INT) FROM exposures WHERE experiment LIKE 'holdout/%' GROUP BY experiment"
    )
    assert all(0.06 < share < 0.15 for (share,) in shares)


# --- trials, offers, invitations --------------------------------------------------------------------------------------


def test_a_trial_runs_for_72_hours_and_then_has_an_outcome(mall: Mall) -> None:
    ended = "SELECT count(*), count(*) FILTER (ended_at = started_at + INTERVAL 72 HOUR) FROM trials WHERE outcome IS NOT NULL"
    assert len(set(mall.rows(ended)[0])) == 1
    assert mall.one("SELECT count(*) FROM trials WHERE outcome IS NULL AND ended_at IS NOT NULL") == 0
    assert {o for (o,) in mall.rows("SELECT DISTINCT outcome FROM trials WHERE outcome IS NOT NULL")} == set(
        h.TRIAL_OUTCOMES
    )
    activated = """
        SELECT count(*) FROM (SELECT DISTINCT id_value, started_at FROM trials) t
        LEFT JOIN (SELECT person, ts FROM events JOIN true_events USING (event_id) WHERE event = 'activate_trial') e
          ON e.ts = t.started_at WHERE e.ts IS NULL
    """
    assert mall.one(activated) == 0


def test_the_first_order_coupon_keeps_its_rules(mall: Mall) -> None:
    used = """
        SELECT count(*), count(*) FILTER (o.ts < registered_at + INTERVAL 72 HOUR AND treated_first_order_coupon),
               count(*) FILTER (earlier.ts IS NULL), count(*) FILTER (member_benefit)
        FROM last_orders o JOIN people ON member = o.id_value
        LEFT JOIN (SELECT id_value, min(ts) AS ts FROM last_orders GROUP BY 1) earlier
          ON earlier.id_value = o.id_value AND earlier.ts < o.ts
        WHERE coupon_id = 'NEW15'
    """
    n, in_time, first, stacked = mall.rows(used)[0]
    assert n > 100
    assert (in_time, first, stacked) == (n, n, 0)


def test_no_stock_is_oversold_and_every_reservation_ends(mall: Mall) -> None:
    oversold = """
        SELECT max(n - stock) FROM offers JOIN (
            SELECT offer_id, count(*) AS n FROM offer_events WHERE event = 'reserved' GROUP BY 1) USING (offer_id)
        WHERE stock IS NOT NULL
    """
    assert mall.one(oversold) <= 0
    open_ = """
        SELECT count(*) FROM (SELECT order_id, max(ts) AS ts, count(*) AS n FROM offer_events
                              WHERE order_id IS NOT NULL GROUP BY 1)
        WHERE n <> 2 AND ts < TIMESTAMP '2026-06-30 15:30:00'
    """
    assert mall.one(open_) == 0
    redeemed = """
        SELECT count(*) FROM offer_events e LEFT JOIN last_orders o USING (order_id)
        WHERE e.event = 'redeemed' AND coalesce(o.status, '') NOT IN ('paid', 'refunded') AND o.source <> 'crm'
    """
    assert mall.one(redeemed) == 0
    assert mall.one("SELECT max(expires_at - starts_at) FROM offers WHERE hook = 'limited_time_offer'").days == 2


def test_invitations_form_chains_and_people_cheat(mall: Mall) -> None:
    kinds = dict(mall.rows("SELECT kind, count(*) FROM true_referrals GROUP BY 1"))
    assert set(kinds) == {"alone", "genuine", "ring", "self", "cycle", "again"}
    assert mall.one("SELECT max(depth) FROM true_referrals WHERE kind = 'genuine'") >= 3
    before = """
        SELECT count(*) FROM true_referrals r JOIN people i ON i.person = r.inviter
        WHERE r.kind = 'genuine' AND NOT (i.registered_at < r.ts)
    """
    assert mall.one(before) == 0
    assert mall.one("SELECT count(*) FROM invites") <= mall.one("SELECT count(*) FROM true_referrals")


def test_the_bonus_doubles_the_invitations_of_the_treated(mall: Mall) -> None:
    arms = dict(
        mall.rows("""
        SELECT treated_referral_bonus, count(*) FROM true_referrals JOIN people ON person = inviter
        WHERE kind = 'genuine' GROUP BY 1
    """)
    )
    assert 1.6 < arms[True] / arms[False] < 2.5
    people = dict(
        mall.rows("SELECT treated_referral_bonus, count(*) FROM people WHERE registered_at IS NOT NULL GROUP BY 1")
    )
    more = arms[True] / people[True] - arms[False] / people[False]
    truth = mall.one("SELECT sum(invites) / sum(people) FROM true_hooks WHERE experiment = 'referral_bonus'")
    assert abs(more - truth) < 4 * (arms[True] / people[True] ** 2 + arms[False] / people[False] ** 2) ** 0.5


def test_a_ring_registers_on_one_device_within_two_days_and_buys_nothing(mall: Mall) -> None:
    rings = mall.rows(
        "SELECT community, count(*), max(registered_at) - min(registered_at) FROM people WHERE ring GROUP BY 1"
    )
    assert rings
    assert all(8 <= n <= 15 and span.days < 2 for _, n, span in rings)
    assert mall.one("SELECT count(*) FROM last_orders JOIN people ON member = id_value WHERE ring") == 0


# --- marketing --------------------------------------------------------------------------------------------------------


def test_channels_that_need_consent_stop_when_it_is_taken_back(mall: Mall) -> None:
    late = """
        WITH c AS (SELECT id_value, channel, max_by(granted, ts) AS granted, max(ts) AS ts FROM consents GROUP BY ALL)
        SELECT count(*) FROM touches t JOIN owners USING (id_type, id_value) JOIN people USING (person)
        JOIN c ON c.id_value = member AND c.channel = t.channel
        WHERE NOT granted AND t.kind = 'send' AND t.ts > c.ts + INTERVAL 1 DAY
    """
    assert mall.one(late) == 0
    assert mall.one("SELECT count(*) FROM consents WHERE NOT granted") > 500


def test_cost_stands_with_the_touch_or_in_the_bill_and_never_in_both(mall: Mall) -> None:
    billed = {name for (name,) in mall.rows("SELECT DISTINCT channel FROM spend")}
    assert billed == {channel.name for channel in ch.CHANNELS if channel.billed}
    priced = {name for (name,) in mall.rows("SELECT DISTINCT channel FROM touches WHERE cost IS NOT NULL")}
    assert priced == set(ch.NAMES) - billed


def test_a_launch_moves_what_it_is_said_to_move(mall: Mall) -> None:
    model = json.loads((mall.out / "truth/model.json").read_text(encoding="utf-8"))
    assert {k for (k,) in mall.rows("SELECT launch_id FROM launches")} == set(model["launches"])
    started = model["launches"]["payment_timeout_fix"]["started_on"]
    share = f"""
        SELECT avg((status IN ('failed', 'timeout'))::INT) FROM last_orders
        WHERE (ts + INTERVAL 8 HOUR)::DATE {{}} '{started}'
    """
    assert mall.one(share.format(">=")) < 0.8 * mall.one(share.format("<"))


# --- telemetry --------------------------------------------------------------------------------------------------------


def test_one_dependency_is_slow_since_its_release_and_the_week_before_is_not(mall: Mall) -> None:
    fault = json.loads((mall.out / "truth/model.json").read_text(encoding="utf-8"))["faults"]["slow_dependency"]
    since = fault["since"].rstrip("Z")
    median = f"""
        SELECT median(r.duration_us) FROM spans r JOIN spans c USING (trace_id)
        WHERE r.service = '{fault["service"]}' AND c.name = 'payment.charge'
          AND (json_extract_string(c.attributes, '$."payment.channel"') = '{fault["payment_channel"]}') = {{}} AND r.started_at {{}}
    """
    usual = mall.one(median.format("true", f"< TIMESTAMP '{since}'"))
    assert mall.one(median.format("true", f">= TIMESTAMP '{since}'")) > 4 * usual
    assert mall.one(median.format("false", f">= TIMESTAMP '{since}'")) == pytest.approx(usual, rel=0.2)


def test_spans_form_trees_and_name_their_orders(mall: Mall) -> None:
    assert (
        mall.one(
            "SELECT count(*) FROM (SELECT trace_id FROM spans GROUP BY 1 HAVING count(*) <> 6 OR count(parent_span_id) <> 5)"
        )
        == 0
    )
    orphan = (
        "SELECT count(*) FROM spans c LEFT JOIN spans p ON p.span_id = c.parent_span_id AND p.trace_id = c.trace_id "
    )
    assert mall.one(orphan + "WHERE c.parent_span_id IS NOT NULL AND p.span_id IS NULL") == 0
    wrong = {
        "no_order": "o.order_id IS NULL AND order_id_in_span LIKE 'X%'",
        "other_amount": "fen <> (o.amount * 100)::BIGINT",
    }
    spans = """
        (SELECT json_extract_string(attributes, '$."order.id"') AS order_id_in_span,
                json_extract(attributes, '$."payment.amount"')::BIGINT AS fen FROM spans WHERE name = 'payment.charge')
    """
    for fault, condition in wrong.items():
        found = mall.one(
            f"SELECT count(*) FROM {spans} LEFT JOIN last_orders o ON o.order_id = order_id_in_span WHERE {condition}"
        )
        assert found == mall.one(f"SELECT count(*) FROM true_traces WHERE fault = '{fault}'")


def test_payments_time_out_in_the_incident_and_hardly_ever_else(mall: Mall) -> None:
    fault = json.loads((mall.out / "truth/model.json").read_text(encoding="utf-8"))["faults"]["incident"]
    inside = f"ts BETWEEN TIMESTAMP '{fault['from'].rstrip('Z')}' AND TIMESTAMP '{fault['to'].rstrip('Z')}'"
    share = "SELECT avg((outcome = 'timeout')::INT) FROM hook_calls WHERE hook = 'payment' AND attempt = 1 AND {}"
    assert mall.one(share.format(f"NOT ({inside})")) < 0.02
    calls, late = mall.rows(
        f"SELECT count(*), sum((outcome = 'timeout')::INT) FROM hook_calls WHERE hook = 'payment' AND {inside}"
    )[0]
    assert calls >= 3
    assert late >= 1


def test_tickets_of_those_who_leave_are_sad_and_say_so(mall: Mall) -> None:
    sad = dict(mall.rows("SELECT topic, avg(sentiment) FROM tickets WHERE topic IS NOT NULL GROUP BY 1"))
    assert sad["complaint"] < sad["refund"] < sad["delivery"]
    coverage = mall.one("SELECT count(topic) / count(*) FROM tickets")
    assert coverage == pytest.approx(0.76, abs=0.05)
    assert mall.one("SELECT max(ts) < TIMESTAMP '2026-06-27 16:00:00' FROM tickets")  # exported on the third day

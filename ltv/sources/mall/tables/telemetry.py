"""What the services of the shop emit: calls of the paid hooks, and spans of the payment path."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ltv.sources.mall import assumptions as a
from ltv.sources.mall import columns as c
from ltv.sources.mall import faults as f
from ltv.sources.mall.community import Community

CALLS_KEPT_DAYS, SPANS_KEPT_DAYS = 90, 30
HOOKS = ("payment", "first_order_coupon", "member_trial", "referral", "scene_recommendation", "limited_time_offer")
MEDIAN_MS = (320.0, 45.0, 60.0, 80.0, 95.0, 55.0)
LATENCY_SIGMA, TIMEOUT_MS, INSTANCES = 0.45, 3_000.0, 3
OUTCOMES = ("ok", "error", "timeout")
OK, ERROR, TIMEOUT = range(3)
FAILED_RATES = (0.010, 0.005)  # errors and timeouts of an attempt on an ordinary day
ATTEMPTS = 3
DEGRADED_RATES = (0.002, 0.8)  # on ordinary days and in the incident

SERVICES = ("gateway", "checkout", "coupon", "risk", "payment", "orders")
SPANS = ("POST /pay", "checkout.validate", "coupon.check", "risk.score", "payment.charge", "order.commit")
SPAN_MS = (12.0, 18.0, 14.0, 35.0, 160.0, 22.0)  # own time, median; the root's is on top of all others
SPAN_SIGMA = 0.4
CHARGE, RISK = SPANS.index("payment.charge"), SERVICES.index(f.SLOW_SERVICE)


def hook_calls(of: Community) -> pa.Table:
    """Each attempt of each call, in order of time."""
    hook, person, ms = _calls(of)
    rng, n = of.rng("hook calls"), len(hook)
    start, end = f.incident(of.window)
    broken = (hook == 0) & (ms >= start) & (ms < end)
    u = rng.random((n, ATTEMPTS))
    timeouts = np.where(broken, f.INCIDENT_TIMEOUTS, FAILED_RATES[1])[:, None]
    outcome = np.where(u < timeouts, TIMEOUT, np.where(u < timeouts + FAILED_RATES[0], ERROR, OK))
    latency = np.array(MEDIAN_MS)[hook][:, None] * rng.lognormal(0, LATENCY_SIGMA, (n, ATTEMPTS))
    latency = np.where(outcome == TIMEOUT, TIMEOUT_MS, latency.clip(max=TIMEOUT_MS - 1)).round(1)
    degraded = rng.random(n) < np.where(broken, DEGRADED_RATES[1], DEGRADED_RATES[0])
    reached = np.cumprod(np.concatenate([np.ones((n, 1)), outcome[:, :-1] != OK], axis=1), axis=1) > 0
    at = (ms[:, None] + np.cumsum(np.concatenate([np.zeros((n, 1)), latency[:, :-1]], axis=1), axis=1)).astype(np.int64)
    call, attempt = np.nonzero(reached & (at < of.window.length_ms) & (person < of.wanted)[:, None])
    order = np.argsort(at[call, attempt], kind="stable")
    call, attempt = call[order], attempt[order]
    member = np.where(of.people.registered[person[call]] <= ms[call], of.member(person[call]), -1)
    return pa.table(
        {
            "ts": of.when(at[call, attempt]),
            "hook": c.chosen(HOOKS, hook[call]),
            "instance": c.chosen([f"hooks-{k + 1}" for k in range(INSTANCES)], call % INSTANCES),
            "outcome": c.chosen(OUTCOMES, outcome[call, attempt]),
            "latency_ms": pa.array(latency[call, attempt]),
            "attempt": pa.array(attempt + 1, pa.int64()),
            "degraded": pa.array(degraded[call]),
            **of.identifier(member),
        }
    )


def _calls(of: Community) -> tuple[a.Ints, a.Ints, a.Ints]:
    """Return hook, person and moment of each call of the last three months."""
    people, o, visits, arms = of.people, of.orders, of.journeys.visits, of.rates.arms
    everyone, by_page = np.arange(a.COMMUNITY), ~o.assisted
    couponed = everyone[arms.first_order_coupon & (people.registered < a.NEVER)]
    trying = everyone[arms.member_trial & (of.rates.trials.start < a.NEVER)]
    shown = np.flatnonzero(arms.scene_recommendation[visits.person] & (visits.scene > 0) & ~of.journeys.bounced)
    flashed = o.flash >= 0
    parts = [
        (o.person[by_page], o.ms[by_page]),
        (couponed, people.registered[couponed]),
        (trying, of.rates.trials.start[trying]),
        (of.invites.invitee, of.invites.ms),
        (visits.person[shown], visits.start[shown] + a.HOME_DWELL_MS),
        (o.person[flashed], o.ms[flashed]),
    ]
    hook = np.concatenate([np.full(len(part[0]), k) for k, part in enumerate(parts)])
    person, ms = (np.concatenate([part[k] for part in parts]) for k in (0, 1))
    kept = (ms >= of.window.length_ms - CALLS_KEPT_DAYS * a.DAY_MS) & (ms < of.window.length_ms)
    return hook[kept], person[kept], ms[kept]


@dataclass(frozen=True)
class Traces:
    """One trace a payment, in order of time, and how it disagrees with the orders.

    Attributes:
        order: position of the order.
        ms: beginning.
        fen: amount in the trace.
        fault: position in `FAULTS`.
    """

    order: a.Ints
    ms: a.Ints
    fen: a.Ints
    fault: a.Ints


FAULTS = ("none", "no_span", "other_amount", "paid_twice", "no_order")
NONE, NO_SPAN, OTHER_AMOUNT, TWICE, GHOST = range(len(FAULTS))


def draw_traces(of: Community) -> Traces:
    """Draw the traces of the last month, those of orders without a span included."""
    o, end = of.orders, of.window.length_ms
    rng = of.rng("traces")
    fault = np.searchsorted(
        np.cumsum([f.NO_SPAN_RATE, f.OTHER_AMOUNT_RATE, f.TWICE_RATE, f.GHOST_RATE]), rng.random(len(o.ms)), "right"
    )
    fault = np.where(fault < len(FAULTS) - 1, fault + 1, NONE)
    fault = np.where(o.status == a.PAID, fault, NONE)
    kept = np.flatnonzero(~o.assisted & (o.ms >= end - SPANS_KEPT_DAYS * a.DAY_MS) & (o.ms < end - a.MINUTE_MS))
    more = kept[(fault[kept] == TWICE) | (fault[kept] == GHOST)]
    order = np.concatenate([kept, more])
    ghost = np.concatenate([np.zeros(len(kept), np.bool_), fault[more] == GHOST])
    kinds = np.where(ghost, GHOST, np.where(fault[order] == GHOST, NONE, fault[order]))
    ms = o.ms[order] + np.concatenate([np.zeros(len(kept), np.int64), np.full(len(more), 20_000)])
    fen = o.amount_fen[order] + np.where(kinds == OTHER_AMOUNT, 100, 0)
    by_time = np.argsort(ms, kind="stable")
    return Traces(order[by_time], ms[by_time], fen[by_time], kinds[by_time])


def spans(of: Community) -> pa.Table:
    """Return the spans of the payment path: one root, and five calls in it one after the other."""
    traces, o, rng = draw_traces(of), of.orders, of.rng("spans")
    n = len(traces.order)
    own = np.array(SPAN_MS) * rng.lognormal(0, SPAN_SIGMA, (n, len(SPANS)))
    channel = o.payment[traces.order]
    slow = traces.ms >= f.slow_from(of.window)
    hit = slow & (channel == a.PAYMENT_CHANNELS.index(f.SLOW_CHANNEL))
    own[:, RISK] *= np.where(hit, f.SLOW_FACTOR, 1.0)
    start, end = f.incident(of.window)
    broken = (traces.ms >= start) & (traces.ms < end) & (rng.random(n) < f.INCIDENT_TIMEOUTS)
    own[:, CHARGE] = np.where(broken, TIMEOUT_MS, own[:, CHARGE])
    failed = broken | (o.status[traces.order] == a.FAILED)
    length = np.concatenate([own.sum(axis=1, keepdims=True), own[:, 1:]], axis=1)
    begin = np.concatenate([np.zeros((n, 1)), own[:, :1] / 2 + np.cumsum(own[:, 1:], axis=1) - own[:, 1:]], axis=1)
    kept = np.flatnonzero((traces.fault != NO_SPAN) & (o.person[traces.order] < of.wanted))
    trace, span = np.repeat(kept, len(SPANS)), np.tile(np.arange(len(SPANS)), len(kept))
    number = (of.number << 40) + trace * len(SPANS)
    ids = [c.scrambled("", number + k, seed=of.world.seed) for k in (span, np.zeros_like(span))]
    error = failed[trace] & ((span == 0) | (span == CHARGE))
    return pa.table(
        {
            "trace_id": pc.binary_join_element_wise(
                c.scrambled("", trace + (of.number << 40), seed=~of.world.seed), ids[1], ""
            ),
            "span_id": ids[0],
            "parent_span_id": c.only(span > 0, ids[1]),
            "service": c.chosen(SERVICES, span),
            "name": c.chosen(SPANS, span),
            "started_at": c.moments(
                of.window.utc_us(traces.ms[trace]) + np.rint(begin[trace, span] * 1000).astype(np.int64)
            ),
            "duration_us": pa.array(np.rint(length[trace, span] * 1000).astype(np.int64)),
            "status": c.chosen(("OK", "ERROR"), error.astype(np.int64)),
            "attributes": _attributes(of, traces, trace, span, slow=slow),
        }
    )


def _attributes(of: Community, traces: Traces, trace: a.Ints, span: a.Ints, *, slow: a.Flags) -> pa.Array:
    """The attributes that OpenTelemetry's conventions and the shop's own give to a span, as JSON."""
    channel = of.orders.payment[traces.order]
    release = np.where((span == RISK) & slow[trace], 1, 0)
    version = c.chosen([f'{{"service.version":"{name}"' for name in (f.USUAL_RELEASE, f.SLOW_RELEASE)], release)
    ghost = pa.array(traces.fault[trace] == GHOST)
    order = pc.if_else(
        ghost, c.numbered(f"X{of.number:05d}", traces.order[trace], width=7), of.order_ids(traces.order[trace])
    )
    paid = pc.binary_join_element_wise(
        ',"payment.amount":',
        pc.cast(pa.array(traces.fen[trace]), pa.string()),
        c.chosen([f',"payment.channel":"{name}","order.id":"' for name in a.PAYMENT_CHANNELS], channel[trace]),
        order,
        '"}',
        "",
    )
    return pc.binary_join_element_wise(version, pc.if_else(pa.array(span == CHARGE), paid, "}"), "")

"""All tables of the truth, by name."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from ltv.sources.mall import assumptions as a
from ltv.sources.mall import channels as ch
from ltv.sources.mall import columns as c
from ltv.sources.mall import faults as f
from ltv.sources.mall import hooks as h
from ltv.sources.mall.community import Community
from ltv.sources.mall.tables import telemetry
from ltv.sources.mall.truth import effects, values, who
from ltv.sources.mall.world import World


def community_truth(of: Community) -> dict[str, pa.Table]:
    """Return the truth about one community."""
    rows = of.exported_acts
    person = of.journeys.visits.person[of.actions.session[rows]]
    kept = np.flatnonzero(person < of.wanted)
    orders, value = effects.baseline(of)
    return {
        "people": who.people(of),
        "identifiers": who.identifiers(of),
        "events": who.events(of, person[kept], kept),
        "values": values.values(of),
        "channels": effects.channels(of, orders, value),
        "response": effects.response(of, value),
        "hooks": effects.hooks(of),
        "referrals": who.referrals(of),
        "traces": _traces(of),
    }


def _traces(of: Community) -> pa.Table:
    """Return the orders whose trace does not agree with them."""
    traces = telemetry.draw_traces(of)
    row = np.flatnonzero((traces.fault != telemetry.NONE) & (of.orders.person[traces.order] < of.wanted))
    return pa.table(
        {
            "order_id": of.order_ids(traces.order[row]),
            "ts": of.when(traces.ms[row]),
            "fault": c.chosen(telemetry.FAULTS, traces.fault[row]),
        }
    )


def mall_truth(world: World) -> dict[str, object]:
    """Return what is true of the mall as a whole, as it goes into a JSON file; moments are UTC."""

    def utc(ms: int) -> str:
        return str(np.datetime64(int(world.window.utc_us(np.array([ms]))[0]), "us")) + "Z"

    return {
        "knobs": vars(world.knobs),
        "launches": {
            launch.name: {"started_on": world.launched(launch).isoformat(), "days": launch.days,
                          "app_only": launch.app_only, "visits": launch.visits, "cart": launch.cart,
                          "buy": launch.buy, "failures": launch.failures}
            for launch in world.launches
        },
        "channels": {channel.name: vars(channel) for channel in ch.CHANNELS},
        "interactions": [list(pair) for pair in ch.INTERACTIONS],
        "experiments": {
            "without_effect": ["checkout_button", "aa_home"],
            "broken_split": {"checkout_button": {"treated_exposures_lost": h.LOST_EXPOSURES}},
            "referral_bonus": {"invites_factor": h.INVITES_FACTOR},
        },
        "faults": {
            "slow_dependency": {"service": f.SLOW_SERVICE, "payment_channel": f.SLOW_CHANNEL, "factor": f.SLOW_FACTOR,
                                "release": f.SLOW_RELEASE, "since": utc(f.slow_from(world.window))},
            "incident": {"hook": "payment", "from": utc(f.incident(world.window)[0]),
                         "to": utc(f.incident(world.window)[1]), "timeouts": f.INCIDENT_TIMEOUTS},
        },
        "types": [kind.name for kind in a.TYPES],
    }  # fmt: skip

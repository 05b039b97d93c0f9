"""The names of metrics in `[[experiments]]`: what is measured of a person, and for how long after the exposure.

`value_90d` is the net value of the 90 days after the exposure, `retention_d7` whether the person is there on day 7,
`event.share_7d` whether an event `share` happens within 7 days. A name without days takes the usual ones.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ltv.errors import UsageError, found
from ltv.settings.readers import FILE

# What can be measured → days that are meant where the name gives none.
USUAL_DAYS = {
    "value": 30,
    "orders": 30,
    "order_rate": 7,
    "first_order_rate": 3,
    "average_order_value": 30,
    "incentive": 30,
    "refunds": 30,
    "active_days": 7,
    "invites": 30,
    "ltv": 90,
}
RETENTION, EVENT, COST = "retention", "event", "incentive"
HOOK_METRICS = ("first_order_rate_3d", "retention_d7", "value_90d", "incentive_90d")
USUAL_METRICS = ("order_rate_7d", "retention_d7", "value_30d")
_MOST_DAYS = 730
_SHAPE = re.compile(r"(?P<what>event\.(?P<event>.+?)|[a-z_]+?)(_(?P<span>\d+)d|_d(?P<day>\d+))?")


@dataclass(frozen=True)
class MetricName:
    """A name that was read.

    Attributes:
        name: as declared.
        what: what is measured: a key of `USUAL_DAYS`, `retention` or `event`.
        days: length of the window after the exposure; for retention the day itself.
        event: the name of the event, for `event`.
    """

    name: str
    what: str
    days: int
    event: str = ""


def metric_name(name: str, *, where: str = "metric") -> MetricName:
    """Read the name of a metric.

    Args:
        name: as in `ltv.toml`.
        where: what a message calls it.

    Raises:
        UsageError: no such metric, or days out of range.

    >>> metric_name("value_90d")
    MetricName(name='value_90d', what='value', days=90, event='')
    >>> metric_name("first_order_rate").days, metric_name("retention_d7").days, metric_name("event.share_7d").event
    (3, 7, 'share')
    """
    match = _SHAPE.fullmatch(name) if isinstance(name, str) else None
    what = EVENT if match and match["event"] else match["what"] if match else ""
    on_a_day = what == RETENTION
    shape_holds = match is not None and (match["span"] is None if on_a_day else match["day"] is None)
    if match is None or not shape_holds or what not in (*USUAL_DAYS, RETENTION, EVENT):
        known = ", ".join([*(f"{k}_{d}d" for k, d in USUAL_DAYS.items()), "retention_d7", "event.NAME_7d"])
        raise UsageError(found(f"{FILE} {where}", name, f"{known}, with any number of days"))
    days = int(match["day"] or match["span"] or USUAL_DAYS.get(what, 7))
    if not 1 <= days <= _MOST_DAYS:
        raise UsageError(found(f"{FILE} {where}", name, f"1 to {_MOST_DAYS} days"))
    return MetricName(name, what, days, match["event"] or "")

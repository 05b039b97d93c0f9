"""What is broken on purpose, so that a detective has something to find; moments count back from the end."""

from __future__ import annotations

from ltv.sources.mall import assumptions as a
from ltv.sources.mall.window import Window

SLOW_DAYS, SLOW_HOUR = 10, 10  # since then the risk check of one payment channel is slow, with release:
SLOW_RELEASE, USUAL_RELEASE = "v2.8.0", "v2.7.3"
SLOW_SERVICE, SLOW_CHANNEL, SLOW_FACTOR = "risk", "alipay", 6.0
INCIDENT_DAYS, INCIDENT_HOURS = 12, (14, 17)  # one afternoon payments time out
INCIDENT_TIMEOUTS = 0.35
# shares of the orders whose trace does not agree with them
NO_SPAN_RATE, OTHER_AMOUNT_RATE, TWICE_RATE, GHOST_RATE = 0.010, 0.005, 0.003, 0.004


def slow_from(window: Window) -> int:
    """Moment from which the slow release runs."""
    return window.length_ms - SLOW_DAYS * a.DAY_MS + SLOW_HOUR * a.HOUR_MS


def incident(window: Window) -> tuple[int, int]:
    """Beginning and end of the incident."""
    day = window.length_ms - INCIDENT_DAYS * a.DAY_MS
    return day + INCIDENT_HOURS[0] * a.HOUR_MS, day + INCIDENT_HOURS[1] * a.HOUR_MS

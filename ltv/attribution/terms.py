"""The terms of attribution: the window, what kinds of touches weigh, and names that are taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import isfinite

from ltv.errors import UsageError, found
from ltv.warehouse.local_time import DAY_US, day_end

ORGANIC, WHOLE = "organic", "all"
MINUTE_US = 60_000_000
# A click says that somebody came, an opened message that it was seen; one that was sent or shown may not have been.
WEIGHTS: Mapping[str, float] = {"click": 1.0, "open": 0.5, "send": 0.2, "impression": 0.2}
EXPOSURES = (
    "impression",
    "send",
)  # what the shop decides; a click is what somebody does who would perhaps have come anyway
MOST_CHANNELS = 62  # a set of channels is one whole number
MOST_LEVELS = 3  # touches of a channel that are told apart
_MOST_DAYS = 3660


@dataclass(frozen=True)
class Span:
    """The window of the conversions and what lies before it, naive UTC.

    Attributes:
        as_of: the last day of the window.
        since: from when on touches count.
        start: from when on conversions count.
        until: exclusive end of both.
        lookback_us: how long before a conversion a touch counts, in microseconds.
    """

    as_of: date
    since: datetime
    start: datetime
    until: datetime
    lookback_us: int

    @classmethod
    def of(cls, as_of: date, window_days: int, lookback_days: int, timezone: str) -> Span:
        """Count back from the end of a day: calendar days for the window, days of 24 hours for the lookback."""
        try:
            start = day_end(as_of - timedelta(days=window_days), timezone)
            since = start - timedelta(days=lookback_days)
        except OverflowError:
            raise UsageError(found("as_of", str(as_of), "a day with the window and the lookback before it")) from None
        return cls(as_of, since, start, day_end(as_of, timezone), lookback_days * DAY_US)


def check_numbers(
    window_days: int, lookback_days: int, horizon_days: int, minutes: float, weights: Mapping[str, float]
) -> None:
    """Check what a ground is asked for.

    Raises:
        UsageError: a number is out of range.
    """
    days = {"window_days": window_days, "lookback_days": lookback_days, "score_horizon_days": horizon_days}
    for name, value in days.items():
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= _MOST_DAYS:
            raise UsageError(found(name, value, f"a whole number from 1 to {_MOST_DAYS:,}"))
    if not 0 <= minutes <= _MOST_DAYS:
        raise UsageError(found("repeat_minutes", minutes, f"0 to {_MOST_DAYS:,}"))
    if not all(isfinite(w) and w >= 0 for w in weights.values()) or not any(weights.values()):
        raise UsageError(found("weights", dict(weights), "numbers of 0 or more, not all of them 0"))


def check_names(pairs: set[tuple[str, str]]) -> None:
    """Refuse names that a result could not tell from its own, and more channels than a set of them can hold.

    Raises:
        UsageError: there is such a name, or there are too many.
    """
    channels = {channel for channel, _ in pairs}
    for reserved in (ORGANIC, ""):
        if reserved in channels:
            raise UsageError(found("touches.channel", reserved, f"any name but {ORGANIC!r} and an empty one"))
    if any(campaign == WHOLE for _, campaign in pairs):
        raise UsageError(found("touches.campaign", WHOLE, f"any name but {WHOLE!r}, which is the channel as a whole"))
    if len(channels) > MOST_CHANNELS:
        raise UsageError(found("touches.channel", f"{len(channels)} channels", f"at most {MOST_CHANNELS}"))

"""Moments as the pages of hooks write them."""

from __future__ import annotations

import pandas as pd

from ltv.warehouse.local_time import zone

MINUTE, SECOND = "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S"


def local(moment: object, timezone: str, form: str = MINUTE) -> str:
    """A naive UTC time in a zone; nothing where it is missing.

    Args:
        moment: a pandas or Python moment, or a missing one.
        timezone: an IANA name.
        form: as `strftime` has it.

    >>> local(pd.Timestamp("2026-06-19 06:00"), "Asia/Shanghai"), local(pd.NaT, "UTC")
    ('2026-06-19 14:00', '')
    """
    stamp = pd.Timestamp(moment)  # type: ignore[arg-type]
    return "" if pd.isna(stamp) else stamp.tz_localize("UTC").tz_convert(zone(timezone)).strftime(form)

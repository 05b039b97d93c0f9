"""Moments as pages write them, in the zone of the shop."""

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


def local_column(moments: pd.Series[pd.Timestamp], timezone: str, form: str = MINUTE) -> pd.Series[str]:
    """Naive UTC times in a zone.

    Args:
        moments: the times.
        timezone: an IANA name.
        form: as `strftime` has it.

    >>> local_column(pd.Series([pd.Timestamp("2026-06-19 06:00")]), "Asia/Shanghai").tolist()
    ['2026-06-19 14:00']
    """
    return moments.dt.tz_localize("UTC").dt.tz_convert(zone(timezone)).dt.strftime(form)

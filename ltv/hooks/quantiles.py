"""What every table of hooks calls the whole, and the quantiles it tells."""

from __future__ import annotations

ALL = "all"  # channels, instances
QUANTILES = {"p50": 0.5, "p95": 0.95, "p99": 0.99}

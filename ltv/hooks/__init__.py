"""The paid hooks in production: traces, latency, service levels, rules."""

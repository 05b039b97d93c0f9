-- Horizons that are scored, in days.
SELECT DISTINCT horizon_days FROM told ORDER BY horizon_days

-- How often one channel followed two others, and what the conversions were worth that followed.
SELECT s.before, s.channel, s.after, CAST(COUNT(*) AS DOUBLE) AS steps,
       CAST(COUNT(c.conversion_id) AS DOUBLE) AS conversions, COALESCE(SUM(c.value), 0) AS value, COALESCE(SUM(c.ltv), 0) AS ltv
FROM steps s LEFT JOIN conversions c ON c.conversion_id = CASE WHEN s.after = -1 THEN s.conversion_id END
GROUP BY s.before, s.channel, s.after
ORDER BY s.before, s.channel, s.after

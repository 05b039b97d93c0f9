-- How often one channel followed two others in each segment, and what the conversions were worth that followed.
SELECT g.segment_kind, g.segment, s.before, s.channel, s.after, CAST(COUNT(*) AS DOUBLE) AS steps,
       CAST(COUNT(c.conversion_id) AS DOUBLE) AS conversions, COALESCE(SUM(c.value), 0) AS value, COALESCE(SUM(c.ltv), 0) AS ltv
FROM steps s
JOIN segments g ON g.user_id = s.user_id
LEFT JOIN conversions c ON c.conversion_id = CASE WHEN s.after = -1 THEN s.conversion_id END
GROUP BY g.segment_kind, g.segment, s.before, s.channel, s.after
ORDER BY g.segment_kind, g.segment, s.before, s.channel, s.after

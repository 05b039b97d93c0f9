-- Conversions, their value and what is expected of their people, with and without a touch.
SELECT g.segment_kind, g.segment, j.conversion_id IS NOT NULL AS is_touched,
       CAST(COUNT(*) AS DOUBLE) AS conversions, SUM(g.value) AS value, SUM(g.ltv) AS ltv
FROM grouped g LEFT JOIN (SELECT DISTINCT conversion_id FROM journeys) j ON j.conversion_id = g.conversion_id
GROUP BY g.segment_kind, g.segment, j.conversion_id IS NOT NULL
ORDER BY g.segment_kind, g.segment, is_touched

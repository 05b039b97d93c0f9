-- How many people of a cohort and segment share a pattern of activity.
SELECT cohort, 'all' AS segment_kind, 'all' AS segment, bits, CAST(COUNT(*) AS BIGINT) AS people
FROM relative GROUP BY cohort, bits
UNION ALL
SELECT r.cohort, s.segment_kind, s.segment, r.bits, CAST(COUNT(*) AS BIGINT) AS people
FROM relative r JOIN segments s ON s.user_id = r.user_id
GROUP BY r.cohort, s.segment_kind, s.segment, r.bits

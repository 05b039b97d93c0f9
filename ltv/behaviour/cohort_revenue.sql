-- Net revenue of a cohort and segment in each period since the cohort.
WITH spent AS (
    SELECT user_id, bucket, CAST(SUM(value) AS DECIMAL(28, 6)) AS value FROM orders WHERE user_id IS NOT NULL GROUP BY user_id, bucket
)
SELECT c.cohort, 'all' AS segment_kind, 'all' AS segment, CAST(s.bucket - c.cohort AS INT) AS period, CAST(SUM(s.value) AS DECIMAL(28, 6)) AS revenue
FROM spent s JOIN cohorts c ON c.user_id = s.user_id
WHERE s.bucket >= c.cohort
GROUP BY c.cohort, s.bucket - c.cohort
UNION ALL
SELECT c.cohort, g.segment_kind, g.segment, CAST(s.bucket - c.cohort AS INT) AS period, CAST(SUM(s.value) AS DECIMAL(28, 6)) AS revenue
FROM spent s JOIN cohorts c ON c.user_id = s.user_id JOIN segments g ON g.user_id = s.user_id
WHERE s.bucket >= c.cohort
GROUP BY c.cohort, g.segment_kind, g.segment, s.bucket - c.cohort

-- The same by the week of the first order: who fell silent after it, and who bought again.
SELECT g.segment_kind, g.segment, p.order_week AS cohort, p.path AS branch, p.silent, p.repurchase,
       CAST(COUNT(*) AS BIGINT) AS people, CAST(0 AS DECIMAL(28, 6)) AS total, CAST(0 AS DECIMAL(38, 8)) AS squares
FROM people p JOIN groups g ON g.user_id = p.user_id
WHERE p.order_week IS NOT NULL
GROUP BY g.segment_kind, g.segment, p.order_week, p.path, p.silent, p.repurchase

-- Each person's activity counted from the own start: bit p is set when the person was active in the p-th span after it.
SELECT s.user_id, s.cohort,
       COALESCE(BIT_OR(CASE WHEN p.place <= 61 THEN CAST(1 AS BIGINT) << CAST(p.place AS INT) ELSE CAST(0 AS BIGINT) END), CAST(0 AS BIGINT)) AS bits
FROM starts s LEFT JOIN places p ON p.user_id = s.user_id
GROUP BY s.user_id, s.cohort

-- Each person's activity counted from the own cohort: bit p is set when the person was active in period p.
SELECT c.user_id, c.cohort, COALESCE(BIT_OR(
    CASE WHEN w.shift >= 62 OR w.shift <= -62 THEN CAST(0 AS BIGINT)
         WHEN w.shift >= 0 THEN (w.bits & (CAST(4611686018427387903 AS BIGINT) >> w.shift)) << w.shift
         ELSE w.bits >> (-w.shift) END), CAST(0 AS BIGINT)) AS bits
FROM cohorts c
LEFT JOIN (
    SELECT w.user_id, w.bits, CAST(w.word * 62 + $base - c.cohort AS INT) AS shift
    FROM words w JOIN cohorts c ON c.user_id = w.user_id
) w ON w.user_id = c.user_id
GROUP BY c.user_id, c.cohort

-- The matrix: size, people retained and revenue of every cohort, segment and period up to the current one.
WITH sizes AS (
    SELECT cohort, segment_kind, segment, CAST(SUM(people) AS BIGINT) AS cohort_size FROM patterns GROUP BY cohort, segment_kind, segment
), cells AS (
    SELECT z.cohort, z.segment_kind, z.segment, p.period, z.cohort_size
    FROM sizes z CROSS JOIN periods p WHERE z.cohort + p.period <= $current
), kept AS (
    SELECT t.cohort, t.segment_kind, t.segment, p.period, CAST(SUM(t.people) AS BIGINT) AS retained
    FROM patterns t CROSS JOIN periods p
    WHERE ((t.bits >> p.period) & 1) = 1
    GROUP BY t.cohort, t.segment_kind, t.segment, p.period
)
SELECT c.cohort, c.segment_kind, c.segment, c.period, c.cohort_size,
       COALESCE(k.retained, 0) AS retained,
       CAST(COALESCE(r.revenue, 0) AS DOUBLE) AS revenue,
       CAST(SUM(COALESCE(r.revenue, 0)) OVER (PARTITION BY c.cohort, c.segment_kind, c.segment ORDER BY c.period) AS DOUBLE) AS cumulative_revenue
FROM cells c
LEFT JOIN kept k ON k.cohort = c.cohort AND k.segment_kind = c.segment_kind AND k.segment = c.segment AND k.period = c.period
LEFT JOIN revenue r ON r.cohort = c.cohort AND r.segment_kind = c.segment_kind AND r.segment = c.segment AND r.period = c.period
ORDER BY c.segment_kind, c.segment, c.cohort, c.period

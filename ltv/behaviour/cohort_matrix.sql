-- The matrix: size, people retained and revenue of every cohort, segment and span of periods up to the current one.
-- A span begins with the period `low`; whoever has a bit of `mask` from there on is retained, revenue counts up to `last`.
WITH sizes AS (
    SELECT cohort, segment_kind, segment, CAST(SUM(people) AS BIGINT) AS cohort_size FROM patterns GROUP BY cohort, segment_kind, segment
), cells AS (
    SELECT z.cohort, z.segment_kind, z.segment, p.period, p.low, p.last, z.cohort_size
    FROM sizes z CROSS JOIN periods p WHERE z.cohort + p.low <= $current
), kept AS (
    SELECT t.cohort, t.segment_kind, t.segment, p.period, CAST(SUM(t.people) AS BIGINT) AS retained
    FROM patterns t CROSS JOIN periods p
    WHERE ((t.bits >> p.low) & p.mask) <> 0
    GROUP BY t.cohort, t.segment_kind, t.segment, p.period
), spent AS (
    SELECT r.cohort, r.segment_kind, r.segment, p.period,
           SUM(CASE WHEN r.period >= p.low THEN r.revenue ELSE 0 END) AS revenue, SUM(r.revenue) AS cumulative_revenue
    FROM revenue r CROSS JOIN periods p
    WHERE r.period <= p.last
    GROUP BY r.cohort, r.segment_kind, r.segment, p.period
)
SELECT c.cohort, c.segment_kind, c.segment, c.period, c.last, c.cohort_size,
       COALESCE(k.retained, 0) AS retained,
       CAST(COALESCE(r.revenue, 0) AS DOUBLE) AS revenue,
       CAST(COALESCE(r.cumulative_revenue, 0) AS DOUBLE) AS cumulative_revenue
FROM cells c
LEFT JOIN kept k ON k.cohort = c.cohort AND k.segment_kind = c.segment_kind AND k.segment = c.segment AND k.period = c.period
LEFT JOIN spent r ON r.cohort = c.cohort AND r.segment_kind = c.segment_kind AND r.segment = c.segment AND r.period = c.period
ORDER BY c.segment_kind, c.segment, c.cohort, c.period

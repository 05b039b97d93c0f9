-- Median seconds from the step before, of attempts whose window is over.
WITH timed AS (
    SELECT p.user_id, p.source, p.status, m.step, m.seconds FROM moments m JOIN people p ON p.user_id = m.user_id WHERE p.is_closed
)
SELECT segment_kind, segment, step, MEDIAN(CAST(seconds AS DOUBLE)) AS seconds
FROM (
    SELECT 'all' AS segment_kind, 'all' AS segment, step, seconds FROM timed
    UNION ALL
    SELECT 'source' AS segment_kind, source AS segment, step, seconds FROM timed
    UNION ALL
    SELECT 'status' AS segment_kind, status AS segment, step, seconds FROM timed
    UNION ALL
    SELECT g.segment_kind, g.segment, t.step, t.seconds FROM timed t JOIN segments g ON g.user_id = t.user_id
)
WHERE segment IS NOT NULL
GROUP BY segment_kind, segment, step

-- People by how deep they came, whole and by group; `is_open`: the window of the attempt is not over.
WITH cells AS (
    SELECT is_closed, source, status, depth, entered + $window >= $as_of_us AS is_open, CAST(COUNT(*) AS BIGINT) AS people
    FROM people
    GROUP BY is_closed, source, status, depth, entered + $window >= $as_of_us
)
SELECT is_closed, segment_kind, segment, depth, is_open, CAST(SUM(people) AS BIGINT) AS people
FROM (
    SELECT is_closed, 'all' AS segment_kind, 'all' AS segment, depth, is_open, people FROM cells
    UNION ALL
    SELECT is_closed, 'source' AS segment_kind, source AS segment, depth, is_open, people FROM cells
    UNION ALL
    SELECT is_closed, 'status' AS segment_kind, status AS segment, depth, is_open, people FROM cells
    UNION ALL
    SELECT p.is_closed, g.segment_kind, g.segment, p.depth, p.entered + $window >= $as_of_us AS is_open, CAST(1 AS BIGINT) AS people
    FROM people p JOIN segments g ON g.user_id = p.user_id
)
WHERE segment IS NOT NULL
GROUP BY is_closed, segment_kind, segment, depth, is_open

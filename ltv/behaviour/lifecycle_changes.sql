-- People who enter or leave a state on each day.
WITH changes AS (
    SELECT user_id, state, begins AS day, 1 AS change FROM spans WHERE ends > begins
    UNION ALL
    SELECT user_id, state, ends AS day, -1 AS change FROM spans WHERE ends > begins
)
SELECT 'all' AS segment_kind, 'all' AS segment, state, day, CAST(SUM(change) AS BIGINT) AS change FROM changes GROUP BY state, day
UNION ALL
SELECT s.segment_kind, s.segment, c.state, c.day, CAST(SUM(c.change) AS BIGINT) AS change
FROM changes c JOIN segments s ON s.user_id = c.user_id
GROUP BY s.segment_kind, s.segment, c.state, c.day

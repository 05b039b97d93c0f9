-- Rows of the next step, each with the latest start from which it is reached in order and within the window.
-- The latest start of all rows before is enough: a later start leaves more of the window, and what was reached from it lies behind it too.
SELECT user_id, place, at, start, start_at
FROM (
    SELECT user_id, place, at, is_next,
           MAX(start) OVER (PARTITION BY user_id ORDER BY place, is_next ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS start,
           MAX(start_at) OVER (PARTITION BY user_id ORDER BY place, is_next ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS start_at
    FROM (
        SELECT user_id, place + $gap AS place, CAST(NULL AS BIGINT) AS at, CAST(0 AS INT) AS is_next, start, start_at FROM reached
        UNION ALL
        SELECT user_id, place, at, CAST(1 AS INT) AS is_next, CAST(NULL AS BIGINT) AS start, CAST(NULL AS BIGINT) AS start_at FROM rows WHERE step = $step
    )
)
WHERE is_next = 1 AND start IS NOT NULL AND at - start_at <= $window

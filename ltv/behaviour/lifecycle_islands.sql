-- Stretches in which a person was active without a gap of `window_days` or more: first and last active day, and its neighbours.
SELECT user_id, island, MIN(day) AS first_day, MAX(day) AS last_day,
       LAG(MAX(day)) OVER (PARTITION BY user_id ORDER BY island) AS last_before,
       LEAD(MIN(day)) OVER (PARTITION BY user_id ORDER BY island) AS next_first
FROM (
    SELECT user_id, day, SUM(starts) OVER (PARTITION BY user_id ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS island
    FROM (
        SELECT user_id, day, CASE WHEN day - LAG(day) OVER (PARTITION BY user_id ORDER BY day) <= window_days THEN 0 ELSE 1 END AS starts
        FROM days
    ) marked
) numbered
GROUP BY user_id, island
